from string import Template

from django.db import connection, connections, migrations, models, transaction
from django.db.utils import OperationalError, ProgrammingError

try:
    from psycopg import sql
except ImportError:
    from psycopg2 import sql

from refused.operations import WithLabel

INDEX = Template("CREATE INDEX ${name} ON $table ($column)")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "mysql":
        return
    for name in ["thing_code_once", "thing_never"]:
        try:
            with transaction.atomic():
                with schema_editor.connection.cursor() as cursor:
                    cursor.execute(f"DROP INDEX {name}")
        except (ProgrammingError, OperationalError):
            pass


def add(apps, schema_editor):
    try:
        schema_editor.execute("ALTER TABLE refused_thing ADD COLUMN tried integer NULL")
    except Exception as error:
        print("left out:", error)


def quoted(apps, schema_editor):
    Thing = apps.get_model("refused", "Thing")
    qn = schema_editor.connection.ops.quote_name
    table, column = qn(Thing._meta.db_table), qn(Thing._meta.get_field("code").column)
    schema_editor.execute(f"CREATE INDEX {qn('thing_quoted')} ON {table} ({column})")
    with connections[schema_editor.connection.alias].cursor() as cursor:
        cursor.execute("CREATE INDEX thing_by_alias ON refused_thing (slug, code)")


def composed(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    database = sql.Identifier(connection.settings_dict["NAME"])
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD COLUMN {} integer NULL").format(
                sql.Identifier("refused_thing"), sql.Identifier("composed")
            )
        )
        cursor.execute(
            sql.SQL("CREATE INDEX {name} ON {table} ({columns})").format(
                name=sql.Identifier("thing_composed"),
                table=sql.Identifier("refused_thing"),
                columns=sql.SQL(", ").join(map(sql.Identifier, ["name", "code"])),
            )
        )
        cursor.execute(sql.SQL("ALTER DATABASE {} SET statement_timeout TO {}").format(database, sql.Literal("0")))


def unique(apps, schema_editor):
    Thing = apps.get_model("refused", "Thing")
    before = models.SlugField(max_length=40, null=True)
    before.set_attributes_from_name("slug")
    after = models.SlugField(max_length=40, null=True, unique=True)
    after.set_attributes_from_name("slug")
    schema_editor.alter_field(Thing, before, after, strict=False)


def loosen(apps, schema_editor):
    Thing = apps.get_model("refused", "Thing")
    with schema_editor.connection.cursor() as cursor:
        described = schema_editor.connection.introspection.get_table_description(cursor, Thing._meta.db_table)
    columns = {column.name: column for column in described}
    session = columns.get("session")
    if session is not None and getattr(session, "null_ok", None) is False:
        after = models.IntegerField(null=True)
        after.set_attributes_from_name("session")
        schema_editor.alter_field(Thing, Thing._meta.get_field("session"), after)


def labelled(apps, schema_editor):
    model = apps.get_model(labelled.app_label, "Thing")
    schema_editor.add_index(model, models.Index(fields=["code", "name"], name="thing_labelled"))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("refused", "0002_operations")]

    operations = [
        migrations.RunPython(drop),
        migrations.RunPython(add),
        migrations.RunPython(quoted),
        migrations.RunPython(composed),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(unique, migrations.RunPython.noop)],
            state_operations=[migrations.AlterField("thing", "slug", models.SlugField(max_length=40, null=True, unique=True))],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(loosen)],
            state_operations=[migrations.AlterField("thing", "session", models.IntegerField(null=True))],
        ),
        WithLabel(labelled),
        migrations.RunSQL(INDEX.substitute(name="thing_by_template", table="refused_thing", column="weight")),
    ]
