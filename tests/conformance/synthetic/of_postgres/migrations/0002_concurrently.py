"""Indexes made beside the traffic, and constraints that are validated later."""

import django
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

CHECK = "condition" if django.VERSION >= (5, 1) else "check"


def not_valid():
    if django.VERSION < (4, 0):
        return []
    from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint

    return [
        AddConstraintNotValid(
            "Everything", models.CheckConstraint(name="everything_late", **{CHECK: Q(room__gte=1)})
        ),
        ValidateConstraint("Everything", "everything_late"),
        AddConstraintNotValid(
            "Everything", models.CheckConstraint(name="everything_never", **{CHECK: Q(room__lt=100)})
        ),
    ]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("of_postgres", "0001_initial")]

    operations = [
        AddIndexConcurrently("Everything", GinIndex(fields=["words"], name="everything_words")),
        AddIndexConcurrently("Everything", models.Index(fields=["cancelled"], name="everything_gone")),
        RemoveIndexConcurrently("Everything", "everything_gone"),
        *not_valid(),
        migrations.AddConstraint(
            "Everything",
            ExclusionConstraint(
                name="everything_exclude_too",
                expressions=[("integers", RangeOperators.OVERLAPS)],
                index_type="SPGIST",
            ),
        ),
        migrations.AddField("Everything", "later", models.CharField(max_length=5, db_index=True, default="")),
    ]
