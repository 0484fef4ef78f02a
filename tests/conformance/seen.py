"""Watches PostgreSQL's catalog while Django migrates: after which migration each object was first there."""

import json
from pathlib import Path

from django.db.migrations.executor import MigrationExecutor

# Kind, identity, the table's identity, the table's name, its own name, what a key promises.
CATALOG = """
    WITH tables AS (
        SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    )
    SELECT 'tables', oid::text, oid::text, relname, '', '' FROM tables
    UNION ALL
    SELECT 'columns', attrelid::text || '.' || attnum, attrelid::text, relname, attname, ''
      FROM pg_attribute JOIN tables ON tables.oid = attrelid
     WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'constraints', pg_constraint.oid::text, conrelid::text, relname, conname,
           CASE contype WHEN 'f' THEN conkey::text || confrelid ELSE '' END
      FROM pg_constraint JOIN tables ON tables.oid = conrelid
    UNION ALL
    SELECT 'indexes', indexrelid::text, indrelid::text, tables.relname, pg_class.relname, ''
      FROM pg_index JOIN tables ON tables.oid = indrelid JOIN pg_class ON pg_class.oid = indexrelid
"""


class Seen:
    def __init__(self):
        self.by_identity = {}
        self.by_name = {}
        self.by_promise = {}
        self.rows = []

    def look(self, connection, migration):
        with connection.cursor() as cursor:
            cursor.execute(CATALOG)
            self.rows = cursor.fetchall()
        identities = {(kind, identity) for kind, identity, *_ in self.rows}
        # A table's own name is part of neither: it may be renamed, and then is still itself.
        names = {(kind, of, name) for kind, _, of, _, name, _ in self.rows}
        # A foreign key that is made anew, under another name, when the type of its column changes.
        promises = {(of, promise) for _, _, of, _, _, promise in self.rows if promise}
        self.by_identity = {it: self.by_identity.get(it, migration) for it in identities}
        self.by_name = {it: self.by_name.get(it, migration) for it in names}
        self.by_promise = {it: self.by_promise.get(it, migration) for it in promises}

    def told(self):
        kinds = {"tables": {}, "columns": {}, "constraints": {}, "indexes": {}}
        for kind, identity, of, table, name, promise in self.rows:
            makers = {self.by_identity[kind, identity], self.by_name[kind, of, name]}
            if promise:
                makers.add(self.by_promise[of, promise])
            kinds[kind][f"{table}.{name}" if name else table] = sorted(makers)
        return json.dumps(kinds)


def watch(path):
    seen = Seen()
    apply = MigrationExecutor.apply_migration

    def apply_and_look(self, state, migration, fake=False, fake_initial=False):
        state = apply(self, state, migration, fake=fake, fake_initial=fake_initial)
        seen.look(self.connection, f"{migration.app_label}.{migration.name}")
        Path(path).write_text(seen.told())
        return state

    MigrationExecutor.apply_migration = apply_and_look
