"""Operations that ask the database first, and others that say in their own way what they do."""

from pathlib import Path

from django.db import connection, migrations, models, router
from django.db.migrations.operations.base import Operation

def _columns(schema_editor, table):
    with schema_editor.connection.cursor() as cursor:
        return {c.name for c in schema_editor.connection.introspection.get_table_description(cursor, table)}

def _constraints(schema_editor, table):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))

class CreateModelIfNotExists(migrations.CreateModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        if model._meta.db_table in schema_editor.connection.introspection.table_names():
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddFieldIfNotExists(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        if field.column in _columns(schema_editor, model._meta.db_table):
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddIndexIfMissing(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.index.name not in _constraints(schema_editor, model._meta.db_table):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

class AddConstraintIfMissing(migrations.AddConstraint):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.constraint.name not in _constraints(schema_editor, model._meta.db_table):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

class RemoveFieldIfExists(migrations.RemoveField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        with schema_editor.connection.cursor() as cursor:
            if model._meta.db_table not in schema_editor.connection.introspection.table_names(cursor):
                return
        if column not in _columns(schema_editor, model._meta.db_table):
            return
        return super().database_forwards(app_label, schema_editor, from_state, to_state)

class VendorOnlyRunSQL(migrations.RunSQL):
    def __init__(self, *args, vendors=("postgresql",), **kwargs):
        self.vendors = vendors
        super().__init__(*args, **kwargs)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor in self.vendors:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

class AlterModelBases(Operation):
    reduces_to_sql = False
    reversible = True

    def __init__(self, name, bases):
        self.name = name
        self.bases = tuple(bases)

    def state_forwards(self, app_label, state):
        key = (app_label, self.name.lower())
        state.models[key].bases = self.bases
        state.reload_model(*key, delay=False)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass

class InjectField(migrations.AddField):
    def __init__(self, target_app_label, model_name, name, field, **kwargs):
        self.target_app_label = target_app_label
        super().__init__(model_name=model_name, name=name, field=field, **kwargs)

    def state_forwards(self, app_label, state):
        state.add_field(self.target_app_label, self.model_name.lower(), self.name, self.field.clone(), preserve_default=self.preserve_default)

    def _column_exists(self, schema_editor, model):
        with schema_editor.connection.cursor() as cursor:
            existing = schema_editor.connection.introspection.get_table_description(cursor, model._meta.db_table)
        return any(col.name == self.name for col in existing)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        to_model = to_state.apps.get_model(self.target_app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, to_model):
            return
        from_model = from_state.apps.get_model(self.target_app_label, self.model_name)
        if self._column_exists(schema_editor, from_model):
            return
        field = to_model._meta.get_field(self.name)
        if not self.preserve_default:
            field.default = self.field.default
        schema_editor.add_field(from_model, field)
        if not self.preserve_default:
            field.default = models.NOT_PROVIDED

class AddExtraField(migrations.AddField):
    def __init__(self, *args, **kwargs):
        self.app_label = kwargs.pop("app_label", None)
        super(AddExtraField, self).__init__(*args, **kwargs)

    def state_forwards(self, app_label, state):
        super(AddExtraField, self).state_forwards(self.app_label or app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super(AddExtraField, self).database_forwards(self.app_label or app_label, schema_editor, from_state, to_state)

class SkipIfTableExists(migrations.SeparateDatabaseAndState):
    def __init__(self, table, operations):
        self.table = table
        super().__init__(database_operations=operations, state_operations=operations)

    def _table_exists(self, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            return self.table in schema_editor.connection.introspection.table_names(cursor)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if self._table_exists(schema_editor):
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class StateOnlyOnMySQL(migrations.SeparateDatabaseAndState):
    def __init__(self, state_operations=None, database_operations=None, sql_mysql=None):
        super().__init__(state_operations=state_operations, database_operations=database_operations)
        self.sql_mysql = sql_mysql

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "mysql":
            if self.sql_mysql:
                for statement in self.sql_mysql:
                    schema_editor.execute(statement)
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        for operation in self.state_operations:
            next_state = from_state.clone()
            operation.state_forwards(app_label, next_state)
            operation.database_forwards(app_label, schema_editor, from_state, next_state)
            from_state = next_state

class ApplyMissing(migrations.SeparateDatabaseAndState):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        state = from_state.clone()
        for operation in self.state_operations:
            next_state = state.clone()
            operation.state_forwards(app_label, next_state)
            name = operation.name if isinstance(operation, migrations.CreateModel) else operation.model_name
            model = next_state.apps.get_model(app_label, name)
            table = model._meta.db_table
            with schema_editor.connection.cursor() as cursor:
                introspection = schema_editor.connection.introspection
                tables = introspection.table_names(cursor)
                if isinstance(operation, migrations.CreateModel):
                    missing = table not in tables
                elif isinstance(operation, migrations.AddField):
                    field = model._meta.get_field(operation.name)
                    missing = field.column not in {c.name for c in introspection.get_table_description(cursor, table)}
                elif isinstance(operation, migrations.AddIndex):
                    missing = operation.index.name not in introspection.get_constraints(cursor, table)
                else:
                    raise TypeError(operation)
            if missing:
                operation.database_forwards(app_label, schema_editor, state, next_state)
            state = next_state

def column_exists(schema_editor, table_name, column_name):
    with schema_editor.connection.cursor() as cursor:
        try:
            columns = schema_editor.connection.introspection.get_table_description(cursor, table_name)
        except Exception:  # noqa
            return False
    return column_name in {column.name for column in columns}

class RenameIfNeeded(migrations.RenameField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        table_name = model._meta.db_table
        if column_exists(schema_editor, table_name, self.new_name):
            return
        if column_exists(schema_editor, table_name, self.old_name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        field = model._meta.get_field(self.new_name)
        schema_editor.add_field(model, field)

class RunPythonToState(migrations.RunPython):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        to_state.clear_delayed_apps_cache()
        if self.code is not None:
            self.code(to_state.apps, schema_editor)

class AddFieldIfMissing(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        field = model._meta.get_field(self.name)
        conn = schema_editor.connection
        with conn.cursor() as cursor:
            if field.many_to_many:
                through_table = field.remote_field.through._meta.db_table
                if through_table in conn.introspection.table_names(cursor):
                    return
            else:
                columns = {c.name for c in conn.introspection.get_table_description(cursor, model._meta.db_table)}
                if field.column in columns:
                    return
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class SafeRemoveConstraint(migrations.RemoveConstraint):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        from_model_state = from_state.models[app_label, self.model_name_lower]
        try:
            constraint = from_model_state.get_constraint_by_name(self.name)
        except ValueError:
            return
        with schema_editor.connection.cursor() as cursor:
            if self.name not in schema_editor.connection.introspection.get_constraints(cursor, model._meta.db_table):
                return
        schema_editor.remove_constraint(model, constraint)


class Indexes(migrations.RunSQL):
    FIELDS = ("price", "weight")
    SQL = "CREATE INDEX {name} ON asking_item ({field})"

    def __init__(self):
        parts, reverse = [], []
        for field in self.FIELDS:
            name = f"idx_item_{field}"
            parts.append(self.SQL.format(name=name, field=field))
            reverse.append(f"DROP INDEX {name};")
        super().__init__(sql=parts, reverse_sql=reverse)


TEMPLATE = (Path(__file__).parent / "sql" / "index.sql").read_text()


class FromTemplate(migrations.RunSQL):
    def __init__(self, *columns):
        self.columns = columns
        self.sql = ""
        self.reverse_sql = migrations.RunSQL.noop
        self.state_operations = []
        self.hints = {}

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model("asking.Item")
        self.sql = TEMPLATE.format(table=model._meta.db_table, columns=", ".join(self.columns))
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class ByLabel(migrations.CreateModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table_name = f"{app_label}_{self.name.lower()}"
        if table_name not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class CopyFields(Operation):
    reversible = False

    def __init__(self, model_from_name, model_to_name, columns):
        self.model_from_name = model_from_name
        self.model_to_name = model_to_name
        self.columns = columns

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        columns = ", ".join(self.columns)
        query = "INSERT INTO %s_%s (%s) SELECT %s FROM %s_%s" % tuple(
            [app_label, self.model_to_name, columns, columns, app_label, self.model_from_name]
        )
        schema_editor.execute(query)


def has_column(table, column):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA table_info({table})")
            return any(row[1] == column for row in cursor.fetchall())
        schema = "DATABASE()" if connection.vendor == "mysql" else "current_schema()"
        cursor.execute(
            f"""
            SELECT COUNT(*) FROM information_schema.columns
            WHERE table_schema = {schema} AND table_name = %s AND column_name = %s
            """,
            [table, column],
        )
        return cursor.fetchone()[0] > 0
