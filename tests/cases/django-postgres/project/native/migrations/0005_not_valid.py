from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models.constraints import Deferrable


class Migration(migrations.Migration):
    dependencies = [("native", "0004_concurrently")]
    operations = [
        AddConstraintNotValid(
            "booking", models.CheckConstraint(condition=models.Q(room__gte=1), name="rooms_begin_at_one")
        ),
        migrations.AddConstraint(
            "booking",
            ExclusionConstraint(
                name="days_apart",
                expressions=[("days", RangeOperators.OVERLAPS)],
                index_type="SPGIST",
                deferrable=Deferrable.DEFERRED,
            ),
        ),
    ]
