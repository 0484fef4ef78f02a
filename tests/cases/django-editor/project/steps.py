"""Applies the project's migrations one by one: each when a line comes in, then tells which it was."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from django.db import connection  # noqa: E402: after setup
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

executor = MigrationExecutor(connection)
plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
executor.recorder.ensure_schema()
state = executor._create_project_state(with_applied_migrations=True)
for migration, _ in plan:
    if not sys.stdin.readline():
        break
    state.apps  # As `_migrate_all_forwards` does: models that are rendered late may be stale.
    state = executor.apply_migration(state, migration)
    print(f"{migration.app_label}.{migration.name}", flush=True)
