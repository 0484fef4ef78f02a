import os
from functools import partial
from pathlib import Path

from django.db import connection, migrations, models, transaction
from django.db.migrations.operations.base import Operation

HERE = Path(__file__).parent
TABLES = ["followed_a", "followed_b"]
TABLE = "CREATE TABLE %(table)s (id integer NOT NULL)"


def run(editor, table, **more):
    editor.execute(TABLE % {"table": table})
    for column, kind in more.items():
        editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def by_editor(apps, schema_editor):
    for table in TABLES:
        run(schema_editor, table, note="varchar(20)")


def by_cursor(apps, se):
    Thing = apps.get_model("styles", "Thing")
    quote = se.quote_name
    with transaction.atomic(using=se.connection.alias), se.connection.cursor() as cursor:
        cursor.execute("UPDATE followed_a SET note = %s", ["x"])
        cursor.execute("SELECT id FROM followed_a")
        for (key,) in cursor.fetchall():
            cursor.execute("UPDATE followed_b SET note = '%s'" % key)
        table = Thing._meta.db_table
        cursor.execute("CREATE INDEX %s ON %s (%s)" % (quote(table + "_by"), quote(table), quote("name")))


def by_file(apps, schema_editor):
    with open(os.path.join(os.path.dirname(__file__), "followed.sql")) as file:
        statements = [it.strip() for it in file.read().split(";")]
    for statement in filter(None, statements):
        schema_editor.execute(statement)


def by_model(apps, schema_editor):
    Thing = apps.get_model("styles", "Thing")
    field = models.IntegerField(null=True, db_index=True)
    field.set_attributes_from_name("by_model")
    schema_editor.add_field(Thing, field)
    schema_editor.add_index(Thing, models.Index(fields=["name", "plain"], name="followed_ix"))


def by_vendor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE TABLE followed_pg (id uuid PRIMARY KEY)")
        return
    run(schema_editor, "followed_other")


def by_partial(apps, schema_editor, *, table):
    run(schema_editor, table)


class Prefixed(migrations.AddField):
    def state_forwards(self, app_label, state):
        self.name = f"pre_{self.name}"
        self.field.null = True
        super().state_forwards(app_label, state)


class Named(migrations.CreateModel):
    def state_forwards(self, app_label, state):
        self.options["db_table"] = "followed_named"
        self.fields.append(("more", models.IntegerField(null=True)))
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        schema_editor.create_model(model)
        schema_editor.execute(f"CREATE INDEX followed_more ON {model._meta.db_table} (more)")


class Several(Operation):
    def __init__(self, model, names):
        self.model, self.names = model, names

    def made(self):
        return [migrations.AddField(self.model, it, models.IntegerField(null=True)) for it in self.names]

    def state_forwards(self, app_label, state):
        for operation in self.made():
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.made():
            to_state = from_state.clone()
            operation.state_forwards(app_label, to_state)
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
            from_state = to_state


class Filled(migrations.RunSQL):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(self.sql.format(prefix="followed"))


class Beside(migrations.AlterField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE followed_beside (id integer)")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("styles", "0005_parsed")]
    operations = [
        migrations.RunPython(by_editor, migrations.RunPython.noop),
        migrations.RunPython(by_cursor),
        migrations.RunPython(by_file),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(by_model)],
            state_operations=[
                migrations.AddField("thing", "by_model", models.IntegerField(null=True, db_index=True)),
                migrations.AddIndex("thing", models.Index(fields=["name", "plain"], name="followed_ix")),
            ],
        ),
        migrations.RunPython(by_vendor),
        migrations.RunPython(partial(by_partial, table="followed_partial")),
        migrations.RunPython(lambda apps, se: se.execute("CREATE TABLE followed_lambda (id integer)")),
        Prefixed("thing", "one", models.IntegerField()),
        Named("Named", [("id", models.BigAutoField(primary_key=True))], options={}),
        Several("thing", ["several_a", "several_b"]),
        migrations.RenameField("thing", "several_b", "several_c"),
        Filled("CREATE TABLE {prefix}_sql (id integer)"),
        Beside("thing", "name", models.CharField(max_length=77)),
    ]
