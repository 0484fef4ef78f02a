"""Class attributes that are handed on, and a method that Django never calls."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("idioms", "0002_computed")]

    state_operations = [
        migrations.AddField("Other", "both", models.IntegerField(null=True)),
        migrations.AddField("Other", "state_only", models.IntegerField(null=True)),
    ]
    database_operations = [
        migrations.AddField("Other", "both", models.IntegerField(null=True)),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=state_operations,
            database_operations=database_operations,
        )
    ]

    def get_operations(self):
        return [migrations.DeleteModel("Other")]
