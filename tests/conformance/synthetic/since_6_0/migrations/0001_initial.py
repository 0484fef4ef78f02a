"""What came with Django 6: expressions and fields of its own."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Late",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=20)),
                (
                    "lower",
                    models.GeneratedField(
                        expression=Lower("name"), output_field=models.CharField(max_length=20), db_persist=True
                    ),
                ),
                ("json", models.JSONField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(name__startswith="a"), name="late_name"),
                    models.UniqueConstraint(fields=["name"], name="late_unique"),
                ]
            },
        ),
    ]
