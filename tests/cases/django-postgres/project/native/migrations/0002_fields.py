import django.contrib.postgres.fields.ranges
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, HStoreField, RangeOperators
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("native", "0001_extensions")]
    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=50, db_collation="case_insensitive", unique=True)),
                ("city", models.CharField(max_length=50, db_index=True, db_collation="german")),
                ("note", models.TextField(default="")),
                ("tags", ArrayField(models.CharField(max_length=10), size=3)),
                ("grid", ArrayField(ArrayField(models.DecimalField(max_digits=5, decimal_places=2)), null=True)),
                ("extra", HStoreField(default=dict)),
                ("room", models.IntegerField()),
                ("cancelled", models.BooleanField(default=False)),
                ("span", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("days", django.contrib.postgres.fields.ranges.DateRangeField(null=True)),
                ("seats", django.contrib.postgres.fields.ranges.IntegerRangeField(null=True)),
                ("units", django.contrib.postgres.fields.ranges.BigIntegerRangeField(null=True)),
                ("price", django.contrib.postgres.fields.ranges.DecimalRangeField(null=True, db_index=True)),
                ("words", SearchVectorField(null=True)),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    GinIndex(fields=["tags"], name="booking_tags"),
                    BrinIndex(fields=["at"], name="booking_at", pages_per_range=16, autosummarize=True),
                ],
                "constraints": [
                    ExclusionConstraint(
                        name="one_at_a_time",
                        expressions=[("span", RangeOperators.OVERLAPS), ("room", RangeOperators.EQUAL)],
                        condition=models.Q(cancelled=False),
                    ),
                ],
            },
        ),
    ]
