"""Relations over columns that other fields have."""

import django
from django.db import migrations, models
from django.db.models import ForeignObject

# Django 3.2 and 4.2 ask for the column of what they rename.
RENAMES = django.VERSION >= (5, 2)


class Migration(migrations.Migration):
    dependencies = [("fields", "0004_of_old")]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("country", models.CharField(max_length=2)),
                ("number", models.IntegerField()),
            ],
            options={"unique_together": {("country", "number")}},
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("place_country", models.CharField(max_length=2)),
                ("place_number", models.IntegerField()),
                (
                    "place",
                    models.ForeignObject(
                        "Place",
                        from_fields=["place_country", "place_number"],
                        on_delete=models.CASCADE,
                        related_name="visits",
                        to_fields=["country", "number"],
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "Visit",
            "again",
            ForeignObject(
                to="fields.Place",
                on_delete=models.DO_NOTHING,
                from_fields=("place_country", "place_number"),
                to_fields=("country", "number"),
                related_name="+",
                null=True,
            ),
        ),
        migrations.AddField("Visit", "note", models.CharField(max_length=9, null=True)),
        *([migrations.RenameField("Visit", "place", "where")] if RENAMES else []),
        # Since Django 4.2 SQLite's editor asks it for `db_constraint`, which it does not have.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("Visit", "again")]),
        migrations.AlterField("Visit", "note", models.CharField(max_length=19, default="")),
    ]
