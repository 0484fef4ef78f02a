"""Operations that let it be when the database refuses them, or ask for what it has in other words."""

from django.core.exceptions import FieldDoesNotExist
from django.db import migrations
from django.db.utils import OperationalError, ProgrammingError


class AddOrSkip(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except (ProgrammingError, OperationalError):
            pass

    def state_forwards(self, app_label, state) -> None:
        try:
            super().state_forwards(app_label, state)
        except Exception:
            pass


class RemoveOrSkip(migrations.RemoveField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except Exception:
            pass

    def state_forwards(self, app_label, state):
        try:
            super().state_forwards(app_label, state)
        except KeyError:
            pass


class AddIndexOnce(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        connection = schema_editor.connection
        savepoint = connection.savepoint() if connection.in_atomic_block else None
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except Exception as error:
            if savepoint:
                connection.savepoint_rollback(savepoint)
            if "already exists" not in str(error).lower():
                raise


class AlterIfThere(migrations.AlterField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        try:
            field = model._meta.get_field(self.name)
        except FieldDoesNotExist:
            return
        with schema_editor.connection.cursor() as cursor:
            described = schema_editor.connection.introspection.get_table_description(cursor, model._meta.db_table)
        if field.column not in {column.name for column in described}:
            return
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def described(schema_editor, table, column):
    with schema_editor.connection.cursor() as cursor:
        for info in schema_editor.connection.introspection.get_table_description(cursor, table):
            if info.name == column:
                return info
    return None


class AddUnlessDescribed(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        column = f"{self.name}_id" if self.field.is_relation else self.name
        if described(schema_editor, model._meta.db_table, column) is None:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class TightenIfNullable(migrations.AlterField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        info = described(schema_editor, model._meta.db_table, self.name)
        if info is None or getattr(info, "null_ok", True):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class WithLabel(migrations.RunPython):
    """Tells the code for which app it is run."""

    def database_forwards(self, app_label, *args, **kwargs):
        self.code.app_label = app_label
        super().database_forwards(app_label, *args, **kwargs)
