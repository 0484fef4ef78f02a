"""An index of many columns at once, by an extension that PostgreSQL ships."""

from django.contrib.postgres.indexes import BloomIndex
from django.contrib.postgres.operations import AddIndexConcurrently, BloomExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("of_postgres", "0003_any_case")]

    operations = [
        BloomExtension(),
        migrations.CreateModel(
            name="Blooming",
            fields=[
                ("id", models.AutoField(primary_key=True)),
                ("first", models.IntegerField()),
                ("second", models.IntegerField()),
                ("text", models.TextField()),
            ],
            options={"indexes": [BloomIndex(fields=["first", "second"], name="blooming_bare")]},
        ),
        migrations.AddIndex(
            "Blooming",
            BloomIndex(fields=["second", "text"], name="blooming_sized", length=80, columns=[2, 4]),
        ),
        AddIndexConcurrently(
            "Blooming", BloomIndex(fields=["text"], name="blooming_tablespace", db_tablespace="pg_default")
        ),
    ]
