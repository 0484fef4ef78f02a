"""Columns of large types are added with a default, which MySQL keeps."""

from django.db import migrations, models


def computed():
    return {"a": 1}


class Migration(migrations.Migration):
    dependencies = [("hunted", "0006_squashed")]
    operations = [
        migrations.AddField("Squashed", "settings", models.JSONField(default=dict)),
        migrations.AddField("Squashed", "items", models.JSONField(default=list, null=True)),
        migrations.AddField("Squashed", "computed", models.JSONField(default=computed)),
        migrations.AddField("Squashed", "headers", models.TextField(default="it's {}")),
        migrations.AddField("Squashed", "empty", models.TextField(default="")),
        migrations.AddField("Squashed", "blank", models.TextField(blank=True)),
        migrations.AddField("Squashed", "binary", models.BinaryField(default=b"x")),
    ]
