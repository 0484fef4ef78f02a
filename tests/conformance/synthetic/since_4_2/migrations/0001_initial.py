"""What came with Django 4.0 to 4.2: functional uniques, indexes renamed, comments, custom through defaults."""

from django.db import migrations, models
from django.db.models.functions import Coalesce, Lower


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Commented",
            fields=[
                ("id", models.BigAutoField(primary_key=True, db_comment="the key")),
                ("name", models.CharField(max_length=20, db_comment="it's a name")),
                ("other", models.CharField(max_length=20, null=True)),
                ("number", models.IntegerField(null=True)),
            ],
            options={
                "db_table_comment": "a table",
                "constraints": [
                    models.UniqueConstraint(Lower("name"), name="commented_lower"),
                    models.UniqueConstraint(Lower("name").desc(), "number", name="commented_lower_number"),
                    models.UniqueConstraint(Coalesce("other", "name"), name="commented_coalesce"),
                    models.UniqueConstraint(
                        Lower("other"), condition=models.Q(number__gt=3), name="commented_condition"
                    ),
                ],
                "indexes": [models.Index(fields=["number"], name="commented_number")],
            },
        ),
        migrations.AlterModelTableComment("Commented", "another comment"),
        migrations.AlterField("Commented", "name", models.CharField(max_length=20, db_comment="changed")),
        migrations.AlterIndexTogether("Commented", {("name", "number"), ("other", "name")}),
        migrations.CreateModel(
            name="Keyed",
            fields=[
                ("id", models.SmallAutoField(primary_key=True)),
                ("collated", models.ManyToManyField("Commented", db_table="since_4_2_pairs")),
            ],
        ),
        migrations.AlterField("Keyed", "id", models.BigAutoField(primary_key=True)),
        migrations.AlterField("Keyed", "collated", models.ManyToManyField("Commented", db_table="since_4_2_twos")),
    ]
