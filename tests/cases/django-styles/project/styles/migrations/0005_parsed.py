from django.db import migrations, models
import string

FIELDS = {f"w_{letter}": models.IntegerField(null=True) for letter in string.ascii_lowercase[:3]}
TABLE = """
name=IntegerField
title=TextField
"""
def parse(text):
    for line in text.strip().splitlines():
        name, _, kind = line.partition("=")
        yield "t_" + name, getattr(models, kind)

class Migration(migrations.Migration):
    dependencies = [("styles", "0004_constructor")]

    operations = (
            [migrations.AddField("thing", name, field) for name, field in FIELDS.items()
        ] + [migrations.AddField("thing", n, k(null=True)) for n, k in parse(TABLE)])
