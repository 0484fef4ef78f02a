"""Primary keys of every kind, and relations to each of them."""

import uuid

import django.db.models.deletion
from django.conf import settings
import django
from django.db import migrations, models

SmallKey = models.SmallAutoField if django.VERSION >= (3, 0) else models.AutoField


class Migration(migrations.Migration):
    dependencies = [
        ("fields", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel("SmallKey", [("id", SmallKey(primary_key=True))]),
        migrations.CreateModel("TextualKey", [("code", models.CharField(max_length=10, primary_key=True))]),
        migrations.CreateModel("SlugKey", [("slug", models.SlugField(primary_key=True, max_length=40))]),
        migrations.CreateModel(
            "UuidKey",
            [
                ("id", models.UUIDField(primary_key=True, default=uuid.uuid4)),
                ("number", models.IntegerField(unique=True)),
                ("label", models.CharField(max_length=17, unique=True, db_column="The Label")),
            ],
        ),
        migrations.CreateModel("PositiveKey", [("id", models.PositiveIntegerField(primary_key=True))]),
        migrations.CreateModel("DateKey", [("day", models.DateField(primary_key=True, db_column="the_day"))]),
        migrations.CreateModel(
            "KeyByRelation",
            [("uuid_key", models.OneToOneField("UuidKey", django.db.models.deletion.CASCADE, primary_key=True))],
        ),
        migrations.CreateModel(
            "KeyByForeignKey",
            [("relation", models.ForeignKey("KeyByRelation", models.CASCADE, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="Relations",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bare", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="fields.bare")),
                ("small", models.ForeignKey("fields.SmallKey", models.PROTECT, related_name="+")),
                ("textual", models.ForeignKey("TextualKey", models.SET_NULL, null=True)),
                ("slug", models.ForeignKey("SlugKey", models.DO_NOTHING)),
                ("uuid", models.ForeignKey("UuidKey", models.SET_DEFAULT, default=None, null=True)),
                ("number", models.ForeignKey("UuidKey", models.CASCADE, to_field="number", related_name="by_number")),
                ("label", models.ForeignKey("UuidKey", models.CASCADE, to_field="label", related_name="by_label")),
                ("positive", models.ForeignKey("PositiveKey", models.CASCADE)),
                ("day", models.ForeignKey("DateKey", models.CASCADE)),
                ("far", models.ForeignKey("KeyByForeignKey", models.CASCADE)),
                ("itself", models.ForeignKey("self", models.CASCADE, null=True, related_name="children")),
                ("user", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)),
                ("column", models.ForeignKey("Bare", models.CASCADE, db_column="Odd Column", related_name="+")),
                ("free", models.ForeignKey("Bare", models.CASCADE, db_constraint=False, related_name="+")),
                ("unindexed", models.ForeignKey("Bare", models.CASCADE, db_index=False, related_name="+")),
                (
                    "neither",
                    models.ForeignKey("Bare", models.CASCADE, db_index=False, db_constraint=False, related_name="+"),
                ),
                ("unique_key", models.ForeignKey("Bare", models.CASCADE, unique=True, related_name="+")),
                ("one", models.OneToOneField("Bare", models.CASCADE, related_name="+")),
                ("one_or_none", models.OneToOneField("Bare", models.CASCADE, null=True, related_name="+")),
            ],
        ),
        migrations.CreateModel(
            name="Many",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("to_bare", models.ManyToManyField("Bare")),
                ("to_itself", models.ManyToManyField("self")),
                ("to_itself_one_way", models.ManyToManyField("Many", symmetrical=False, related_name="+")),
                ("to_uuid", models.ManyToManyField("UuidKey", db_table="fields_many_in_a_table_of_its_own")),
                ("to_textual", models.ManyToManyField("TextualKey", blank=True)),
                ("to_user", models.ManyToManyField(settings.AUTH_USER_MODEL)),
                ("free", models.ManyToManyField("SmallKey", db_constraint=False)),
                (
                    "a_relation_with_a_name_that_is_much_too_long_for_the_table_of_it_to_have",
                    models.ManyToManyField("Relations"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("many", models.ForeignKey("Many", models.CASCADE)),
                ("nullable", models.ForeignKey("Nullable", models.CASCADE)),
                ("since", models.DateField(null=True)),
            ],
            options={"unique_together": {("many", "nullable")}},
        ),
        migrations.AddField(
            "Many", "members", models.ManyToManyField("fields.Nullable", through="fields.Membership")
        ),
    ]
