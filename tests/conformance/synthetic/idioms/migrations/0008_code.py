"""Code that changes the schema, which a reader can only tell."""

from django.db import migrations, models


def drop_by_hand(apps, schema_editor):
    Thing = apps.get_model("idioms", "Thing")
    field = Thing._meta.get_field("short_length")
    schema_editor.remove_field(Thing, field)


def fill(apps, schema_editor):
    Other = apps.get_model("idioms", "Other")
    Other.objects.using(schema_editor.connection.alias).update(a=1)


class Migration(migrations.Migration):
    # MariaDB changes no schema inside a transaction.
    atomic = False

    dependencies = [("idioms", "0007_b")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(drop_by_hand),
        migrations.AlterField("Other", "b", models.BigIntegerField(null=True)),
    ]
