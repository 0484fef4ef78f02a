"""Stands for migrations of which one is gone from the disk and one is still there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [("idioms", "0006_a"), ("idioms", "0007_b")]

    dependencies = [("idioms", "0005_after"), ("idioms", "not_numbered"), ("operations", "__first__")]

    operations = [
        migrations.AddField("Other", "a", models.IntegerField(null=True)),
        migrations.AddField("Other", "b", models.IntegerField(null=True)),
    ]
