"""The fields, indexes, constraints and operations of django.contrib.postgres."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.fields import ArrayField, HStoreField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import BrinIndex, BTreeIndex, GinIndex, GistIndex, HashIndex, OpClass, SpGistIndex
from django.contrib.postgres.operations import (
    BtreeGinExtension,
    BtreeGistExtension,
    CITextExtension,
    CreateCollation,
    CreateExtension,
    CryptoExtension,
    HStoreExtension,
    RemoveCollation,
    TrigramExtension,
    UnaccentExtension,
)
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import migrations, models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Upper


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGinExtension(),
        BtreeGistExtension(),
        CITextExtension(),
        CryptoExtension(),
        HStoreExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        CreateExtension("fuzzystrmatch"),
        CreateCollation("any_case", locale="und-u-ks-level2", provider="icu", deterministic=False),
        CreateCollation("gone", locale="C"),
        RemoveCollation("gone", locale="C"),
        migrations.CreateModel(
            name="Everything",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("numbers", ArrayField(models.IntegerField(), size=8)),
                ("words", ArrayField(base_field=models.CharField(max_length=10, blank=True), default=list)),
                ("matrix", ArrayField(ArrayField(models.FloatField(), size=2), null=True, size=3)),
                ("pairs", HStoreField(default=dict)),
                ("integers", django.contrib.postgres.fields.IntegerRangeField(null=True)),
                ("bigs", django.contrib.postgres.fields.ranges.BigIntegerRangeField()),
                ("decimals", django.contrib.postgres.fields.DecimalRangeField()),
                ("times", django.contrib.postgres.fields.DateTimeRangeField()),
                ("dates", django.contrib.postgres.fields.DateRangeField()),
                ("vector", SearchVectorField(null=True)),
                ("body", models.TextField()),
                ("collated", models.CharField(max_length=20, db_collation="any_case")),
                ("indexed_words", ArrayField(models.CharField(max_length=10), db_index=True)),
                ("unique_array", ArrayField(models.IntegerField(), unique=True)),
                ("room", models.IntegerField()),
                ("cancelled", models.BooleanField(default=False)),
                ("document", models.JSONField()),
            ],
            options={
                "indexes": [
                    GinIndex(fields=["numbers"], name="everything_numbers"),
                    GinIndex(fields=["body"], name="everything_body", opclasses=["gin_trgm_ops"]),
                    GinIndex(fields=["document"], name="everything_document", opclasses=["jsonb_path_ops"], fastupdate=False),
                    GistIndex(fields=["dates"], name="everything_dates"),
                    BrinIndex(fields=["room"], name="everything_room", autosummarize=True, pages_per_range=4),
                    HashIndex(fields=["body"], name="everything_hash"),
                    SpGistIndex(fields=["integers"], name="everything_spgist"),
                    BTreeIndex(fields=["room"], name="everything_btree", fillfactor=70),
                    GinIndex(SearchVector("body", config="english"), name="everything_search"),
                    GinIndex(OpClass(Upper("body"), name="gin_trgm_ops"), name="everything_upper"),
                    models.Index(OpClass(Lower("body"), name="varchar_pattern_ops"), name="everything_lower"),
                    models.Index(fields=["body"], name="everything_pattern", opclasses=["text_pattern_ops"]),
                    models.Index(fields=["room", "body"], name="everything_two", opclasses=["int4_ops", "text_pattern_ops"]),
                    GistIndex(fields=["dates"], name="everything_cover", include=["room"]),
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        name="everything_exclude",
                        expressions=[("dates", RangeOperators.OVERLAPS), ("room", RangeOperators.EQUAL)],
                        condition=Q(cancelled=False),
                    ),
                    models.UniqueConstraint(
                        fields=["body"], name="everything_opclass", opclasses=["text_pattern_ops"]
                    ),
                ],
            },
        ),
    ]
