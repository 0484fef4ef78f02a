"""Applies a part of all migrations, in the order in which `migrate` would.

`manage.py CORPUS part PERCENT`: the first so many. `manage.py CORPUS part APP NAME`: all but that one and what depends
on it. `manage.py CORPUS part fake`: records the rest, without the signals after which apps look for their tables.
`is_done()` is what `migrate --check` asks, which Django has since 3.1.
"""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(*which):
    connection.prepare_database()
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    whole = executor.migration_plan(leaves, clean_start=True)
    if which == ("fake",):
        executor.migrate(leaves, fake=True)
        return
    if len(which) == 1:
        wanted = {migration for migration, _ in whole[: len(whole) * int(which[0]) // 100]}
    else:
        late = set(executor.loader.graph.backwards_plan(which))
        wanted = {migration for migration, _ in whole if (migration.app_label, migration.name) not in late}
    plan = [(migration, back) for migration, back in executor.migration_plan(leaves) if migration in wanted]
    executor.migrate(leaves, plan=plan)


def is_done():
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
