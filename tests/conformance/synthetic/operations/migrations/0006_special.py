"""Operations whose effect is not in their arguments, or not in the database, or not in the state."""

from django.db import migrations, models


def forwards(apps, schema_editor):
    Saved = apps.get_model("operations", "Saved")
    Saved.objects.create(key="a")


def backwards(apps, schema_editor):
    pass


class Migration(migrations.Migration):
    dependencies = [("operations", "0005_models")]

    operations = [
        migrations.RunPython(forwards, backwards),
        migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(code=lambda apps, schema_editor: None),
        migrations.RunSQL(migrations.RunSQL.noop, elidable=True),
        migrations.RunSQL(
            "CREATE TABLE operations_by_hand (id integer NOT NULL PRIMARY KEY, name varchar(20) NULL)",
            "DROP TABLE operations_by_hand",
        ),
        migrations.RunSQL(["CREATE INDEX by_hand_name ON operations_by_hand (name)"]),
        migrations.RunSQL(
            [("UPDATE operations_by_hand SET name = %s", ["x"]), "DELETE FROM operations_by_hand"],
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "ALTER TABLE operations_by_hand ADD COLUMN size integer NULL",
            state_operations=[migrations.AddField("Saved", "in_state_only", models.IntegerField(null=True))],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("CREATE UNIQUE INDEX by_hand_size ON operations_by_hand (size)")],
            state_operations=[
                migrations.CreateModel("OnlyInState", [("id", models.AutoField(primary_key=True))]),
                migrations.RemoveField("Saved", "in_state_only"),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterModelTable("OnlyInState", "operations_by_hand")],
        ),
        # The state forgets the table, which lives on.
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("OnlyInState")]),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.CreateModel("OnlyInDatabase", [("id", models.AutoField(primary_key=True))]),
            ],
        ),
    ]
