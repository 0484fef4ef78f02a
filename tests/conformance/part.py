"""`manage.py CORPUS part PERCENT`: applies the first so many of all migrations, in the order in which `migrate` would."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(percent):
    connection.prepare_database()
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    whole = executor.migration_plan(leaves, clean_start=True)
    wanted = {migration for migration, _ in whole[: len(whole) * percent // 100]}
    plan = [(migration, back) for migration, back in executor.migration_plan(leaves) if migration in wanted]
    executor.migrate(leaves, plan=plan)
