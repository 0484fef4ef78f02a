from asking.operations import has_column
from django.db import connection, migrations, models


def add_missing(apps, schema_editor):
    model = apps.get_model("asking", "Item")
    table_name = model._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        existing_columns = {c.name for c in schema_editor.connection.introspection.get_table_description(cursor, table_name)}
    for field_name in ("price", "weight"):
        field = model._meta.get_field(field_name)
        if field.column not in existing_columns:
            schema_editor.add_field(model, field)
            existing_columns.add(field.column)


RENAMES = {"old_fit": "archived_fit", "old_sample": "archived_sample"}


def rename_tables(apps, schema_editor):
    cursor = schema_editor.connection.cursor()
    existing = set(schema_editor.connection.introspection.table_names(cursor))
    for source, target in RENAMES.items():
        old_name, new_name = (source, target)
        if old_name not in existing or new_name in existing:
            continue
        schema_editor.alter_db_table(None, old_name, new_name)
        existing.remove(old_name)
        existing.add(new_name)


def drop_old(apps, schema_editor):
    existing_tables = set(schema_editor.connection.introspection.table_names())
    for table_name in ("payments_sub", "payments_payment"):
        if table_name in existing_tables:
            quoted_name = schema_editor.quote_name(table_name)
            schema_editor.execute(f"DROP TABLE {quoted_name}")
    schema_editor.execute("DELETE FROM django_migrations WHERE app = %s", params=["payments"])


def create_if_missing(apps, schema_editor):
    Room = apps.get_model("asking", "Room")
    table_name = Room._meta.db_table
    existing_tables = schema_editor.connection.introspection.table_names()
    if table_name not in existing_tables:
        schema_editor.create_model(Room)


def add_fk(apps, schema_editor):
    Item = apps.get_model("asking", "Item")
    Room = apps.get_model("asking", "Room")
    columns = [c.name for c in connection.introspection.get_table_description(connection.cursor(), Item._meta.db_table)]
    if "room_id" in columns:
        return
    field = models.ForeignKey(Room, on_delete=models.SET_NULL, blank=True, null=True)
    field.set_attributes_from_name("room")
    schema_editor.add_field(Item, field)


def nested(apps, schema_editor):
    Item = apps.get_model("asking", "Item")
    table = Item._meta.db_table

    def column_exists(col: str) -> bool:
        introspection = schema_editor.connection.introspection
        with connection.cursor() as cursor:
            try:
                description = introspection.get_table_description(cursor, table)
                cols = [getattr(c, "name", None) or c[0] for c in description]
                return col in cols
            except Exception:
                return False

    if not column_exists("role"):
        field = models.CharField(max_length=10, choices=[("a", "A")], default="a", db_index=True)
        field.set_attributes_from_name("role")
        schema_editor.add_field(Item, field)


def by_list(apps, schema_editor):
    Item = apps.get_model("asking", "Item")
    have = {c.name for c in connection.introspection.get_table_description(connection.cursor(), Item._meta.db_table)}
    fields = [
        models.JSONField(blank=True, null=True, name="coords"),
        models.CharField(blank=True, default="", max_length=240, name="transport"),
        models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True, name="km"),
    ]
    for field in fields:
        if field.name in have:
            continue
        field.set_attributes_from_name(field.name)
        schema_editor.add_field(Item, field)


def by_helper(apps, schema_editor):
    if not has_column("asking_item", "is_selected"):
        field = models.BooleanField(default=False)
        field.set_attributes_from_name("is_selected")
        schema_editor.add_field(apps.get_model("asking", "Item"), field)


def by_constraint(apps, schema_editor):
    there = connection.introspection.get_constraints(connection.cursor(), "asking_item")
    for name, column in {"by_older": "older", "item_tp_idx": "title"}.items():
        if name in there.keys():
            continue
        schema_editor.execute(f"CREATE INDEX {name} ON asking_item ({column})")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("asking", "0002_operations")]

    operations = [
        migrations.RunPython(add_missing, reverse_code=migrations.RunPython.noop),
        migrations.RunPython(rename_tables),
        migrations.RunPython(drop_old),
        migrations.RunPython(create_if_missing),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add_fk)],
            state_operations=[
                migrations.AddField("item", "room", models.ForeignKey("asking.Room", models.SET_NULL, blank=True, null=True, related_name="+"))
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(nested)],
            state_operations=[
                migrations.AddField("item", "role", models.CharField(max_length=10, default="a", db_index=True))
            ],
        ),
        migrations.RunPython(by_list) if connection.vendor != "sqlite" else migrations.RunSQL(""),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(by_helper)],
            state_operations=[migrations.AddField("item", "is_selected", models.BooleanField(default=False))],
        ),
        migrations.RunPython(by_constraint),
    ]
