"""Multi-table, abstract and proxy inheritance, and models that Django does not manage."""

import django.db.models.deletion
from django.db import migrations, models


class Stamped(models.Model):
    """An abstract base that a migration can only name because it has no fields in the state."""

    class Meta:
        abstract = True
        app_label = "inheritance"


class Quiet:
    """No model at all."""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("fields", "0002_keys_and_relations")]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=50))],
        ),
        migrations.CreateModel(
            name="Restaurant",
            fields=[
                (
                    "place_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="inheritance.place",
                    ),
                ),
                ("stars", models.SmallIntegerField()),
            ],
            bases=("inheritance.place",),
        ),
        migrations.CreateModel(
            name="Bistro",
            fields=[
                (
                    "restaurant_ptr",
                    models.OneToOneField(
                        "Restaurant", models.CASCADE, parent_link=True, primary_key=True, auto_created=True
                    ),
                ),
                ("tables", models.IntegerField(null=True)),
            ],
            bases=("inheritance.restaurant", Quiet),
        ),
        migrations.CreateModel(
            name="FavouritePlace",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("inheritance.place",),
        ),
        migrations.CreateModel(
            name="Textual",
            fields=[
                (
                    "textualkey_ptr",
                    models.OneToOneField(
                        "fields.TextualKey", models.CASCADE, parent_link=True, primary_key=True, auto_created=True
                    ),
                ),
                ("note", models.TextField(blank=True)),
            ],
            bases=("fields.textualkey",),
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("restaurant", models.ForeignKey("Restaurant", models.CASCADE)),
                ("bistro", models.ForeignKey("Bistro", models.CASCADE)),
                ("proxy", models.ForeignKey("FavouritePlace", models.CASCADE)),
                ("textual", models.ForeignKey("Textual", models.CASCADE)),
                ("seen_by", models.ManyToManyField("FavouritePlace", related_name="+")),
                ("served_by", models.ManyToManyField("Bistro", related_name="+")),
            ],
        ),
        migrations.CreateModel(
            name="Foreign",
            fields=[("id", models.IntegerField(primary_key=True)), ("name", models.CharField(max_length=10))],
            options={"managed": False, "db_table": "somebody_elses_table"},
        ),
        migrations.AddField("Foreign", "more", models.IntegerField()),
        migrations.AlterField("Foreign", "more", models.IntegerField(null=True)),
        migrations.RemoveField("Foreign", "more"),
        migrations.CreateModel(
            name="Released", fields=[("id", models.BigAutoField(primary_key=True)), ("x", models.IntegerField())]
        ),
        # It stays in the database, and Django looks away from now on.
        migrations.AlterModelOptions("Released", {"managed": False}),
        migrations.CreateModel(
            name="Ordered",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("place", models.ForeignKey("Place", models.CASCADE)),
            ],
            options={"order_with_respect_to": "place"},
        ),
        migrations.CreateModel(
            name="Swapped",
            fields=[("id", models.BigAutoField(primary_key=True)), ("x", models.IntegerField())],
            options={"swappable": "INHERITANCE_SWAPPED_MODEL"},
        ),
        migrations.CreateModel(
            name="NotSwapped",
            fields=[("id", models.BigAutoField(primary_key=True)), ("x", models.IntegerField())],
            options={"swappable": "INHERITANCE_OTHER_MODEL"},
        ),
    ]
