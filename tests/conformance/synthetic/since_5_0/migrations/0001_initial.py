"""What came with Django 5.0 and 5.1: defaults of the database, generated columns, nulls that are not distinct."""

import django.db.models.functions
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower, Now, Pi, Round

CHECK = "condition" if django.VERSION >= (5, 1) else "check"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Defaults",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("number", models.IntegerField(db_default=7)),
                ("negative", models.IntegerField(db_default=-7, null=True)),
                ("text", models.CharField(max_length=20, db_default="it's")),
                ("empty", models.CharField(max_length=20, db_default="")),
                ("flag", models.BooleanField(db_default=True)),
                ("price", models.DecimalField(max_digits=6, decimal_places=2, db_default=1.5)),
                ("real", models.FloatField(db_default=Pi())),
                ("made", models.DateTimeField(db_default=Now())),
                ("sum", models.IntegerField(db_default=Value(1) + Value(2))),
                ("both", models.IntegerField(default=3, db_default=4)),
                ("key", models.UUIDField(null=True, db_default=None)),
            ],
        ),
        migrations.CreateModel(
            name="Generated",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("width", models.IntegerField()),
                ("height", models.IntegerField(null=True)),
                ("name", models.CharField(max_length=20)),
                (
                    "area",
                    models.GeneratedField(
                        expression=F("width") * F("height"), output_field=models.BigIntegerField(), db_persist=True
                    ),
                ),
                (
                    "lower",
                    models.GeneratedField(
                        expression=Lower("name"),
                        output_field=models.CharField(max_length=20, unique=True),
                        db_persist=True,
                    ),
                ),
                (
                    "indexed",
                    models.GeneratedField(
                        expression=F("width") + Value(1),
                        output_field=models.IntegerField(db_index=True),
                        db_persist=True,
                    ),
                ),
            ],
            options={"constraints": [models.CheckConstraint(name="generated_width", **{CHECK: models.Q(width__gt=0)})]},
        ),
        migrations.CreateModel(
            name="Nulls",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("a", models.IntegerField(null=True)),
                ("b", models.IntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["a", "b"], name="nulls_distinct", nulls_distinct=True),
                ]
            },
        ),
        migrations.AddConstraint(
            "Nulls", models.UniqueConstraint(fields=["a"], name="nulls_not_distinct", nulls_distinct=False)
        ),
        migrations.AddField("Nulls", "later", models.IntegerField(db_default=5)),
        migrations.AddField("Nulls", "gone", models.IntegerField(db_default=5, null=True)),
        migrations.AlterField("Nulls", "gone", models.IntegerField(null=True)),
        migrations.AlterField("Nulls", "b", models.IntegerField(null=True, db_default=9)),
        migrations.AlterField("Nulls", "later", models.IntegerField(db_default=6)),
    ]
