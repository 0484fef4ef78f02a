"""Indexes and constraints in the options of a model and one by one."""

import django
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper

# Django renamed the argument in 5.1 and took the old one away in 6.0.
CHECK = "condition" if django.VERSION >= (5, 1) else "check"
HAS_ALL = django.VERSION >= (3, 2)


class Migration(migrations.Migration):
    dependencies = [("fields", "0002_keys_and_relations")]

    operations = [
        migrations.CreateModel(
            name="Constrained",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=50)),
                ("title", models.CharField(max_length=50, default="")),
                ("low", models.IntegerField(default=0)),
                ("high", models.IntegerField(null=True)),
                ("price", models.DecimalField(max_digits=8, decimal_places=2)),
                ("active", models.BooleanField(default=True)),
                ("made", models.DateTimeField(auto_now_add=True)),
                ("state", models.CharField(max_length=10, choices=[("new", "New"), ("old", "Old")])),
                ("bare", models.ForeignKey("Bare", models.CASCADE, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name"], name="constrained_name"),
                    models.Index(fields=["name", "-made"], name="constrained_name_made"),
                    models.Index(fields=["-low", "high"], name="constrained_low_high"),
                    models.Index(fields=["made"], name="constrained_active", condition=Q(active=True)),
                    *(
                        [
                            models.Index(fields=["low"], name="constrained_cover", include=["high", "price"]),
                            models.Index(Lower("name"), name="constrained_lower"),
                            models.Index(Upper("title").desc(), F("low"), name="constrained_upper"),
                            models.Index(F("low") + F("high"), name="constrained_sum"),
                        ]
                        if HAS_ALL
                        else []
                    ),
                    models.Index(fields=["bare", "name"], name="constrained_bare_name"),
                ],
                "constraints": [
                    models.CheckConstraint(name="constrained_low", **{CHECK: Q(low__gte=0)}),
                    models.CheckConstraint(name="constrained_order", **{CHECK: Q(low__lt=F("high"))}),
                    models.CheckConstraint(
                        name="constrained_state", **{CHECK: Q(state__in=["new", "old"]) | ~Q(active=True)}
                    ),
                    models.CheckConstraint(
                        name="constrained_range", **{CHECK: Q(low__range=(0, 100)) & Q(high__isnull=False)}
                    ),
                    models.UniqueConstraint(fields=["name", "title"], name="constrained_unique"),
                    models.UniqueConstraint(
                        fields=["name"], name="constrained_one_active", condition=Q(active=True, high__gt=5)
                    ),
                    *(
                        [
                            models.UniqueConstraint(
                                fields=["title"], name="constrained_deferred", deferrable=models.Deferrable.DEFERRED
                            ),
                            models.UniqueConstraint(
                                fields=["low"], name="constrained_immediate", deferrable=models.Deferrable.IMMEDIATE
                            ),
                            models.UniqueConstraint(fields=["high"], name="constrained_covering", include=["price"]),
                        ]
                        if HAS_ALL
                        else []
                    ),
                    models.UniqueConstraint(fields=["bare"], name="constrained_bare"),
                ],
                "unique_together": {("name", "low"), ("title", "high")},
            },
        ),
        migrations.CreateModel(
            name="AddedTo",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=50)),
                ("low", models.IntegerField()),
                ("high", models.IntegerField(db_column="High Column")),
                ("text", models.TextField()),
            ],
        ),
        migrations.AddIndex("AddedTo", models.Index(fields=["low", "-high"], name="added_low_high")),
        migrations.AddIndex("AddedTo", models.Index(fields=["name"], name="added_gone")),
        *(
            [
                migrations.AddIndex("AddedTo", models.Index(Lower("name"), "low", name="added_expression")),
            ]
            if HAS_ALL
            else []
        ),
        migrations.AddConstraint(
            "AddedTo", models.CheckConstraint(name="added_check", **{CHECK: Q(high__gt=F("low"))})
        ),
        migrations.AddConstraint("AddedTo", models.CheckConstraint(name="added_check_gone", **{CHECK: Q(low=1)})),
        migrations.AddConstraint(
            "AddedTo", models.CheckConstraint(name="added_not_empty", **{CHECK: ~Q(name="") & Q(low__lte=10)})
        ),
        migrations.AddConstraint("AddedTo", models.UniqueConstraint(fields=["low", "high"], name="added_unique")),
        migrations.AddConstraint("AddedTo", models.UniqueConstraint(fields=["name"], name="added_unique_gone")),
        migrations.AddConstraint(
            "AddedTo",
            models.UniqueConstraint(fields=["low"], condition=Q(high__isnull=True), name="added_partial"),
        ),
        migrations.RemoveIndex("AddedTo", "added_gone"),
        migrations.RemoveConstraint("AddedTo", "added_check_gone"),
        migrations.RemoveConstraint("AddedTo", "added_unique_gone"),
    ]
