"""Operations as projects derive them, and functions that make some."""

from django.db import migrations, models

TABLE = "idioms_by_helper"


class OnlyInState(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass


class NoOperation(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass


class NamedIndex(migrations.AddIndex):
    pass


def short(model, *names):
    return [migrations.AddField(model, name, models.CharField(max_length=5, default="")) for name in names]


def numbers(model, count):
    operations = []
    for number in range(count):
        operations.append(migrations.AddField(model, f"number_{number}", models.IntegerField(default=number)))
    return operations


def make_table():
    return f"CREATE TABLE {TABLE} (id integer NOT NULL PRIMARY KEY)"
