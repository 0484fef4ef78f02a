"""Fields of classes that are no part of Django, and arguments that are no literals."""

import django
import idioms.fields
from django.conf import settings
from django.db import connection, migrations, models
from idioms import fields as own
from idioms.fields import LooseKey, Money

LENGTH = 10
LENGTHS = {"short": LENGTH // 2, "long": LENGTH * 20}
COLLATION = {"postgresql": "C", "mysql": "utf8mb4_bin", "sqlite": "NOCASE"}[connection.vendor]
COLLATED = {"db_collation": COLLATION} if django.VERSION >= (3, 2) else {}


def key(model):
    return models.ForeignKey(model, on_delete=models.CASCADE, related_name="+")


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Thing",
            fields=[
                ("id", own.OwnKey(primary_key=True)),
                ("short", idioms.fields.ShortText()),
                ("longer", idioms.fields.ShortText(max_length=43)),
                ("fixed", own.FixedText(null=True)),
                ("unbounded", own.UnboundedChar(max_length=3)),
                ("own", own.OwnType()),
                ("own_null", own.OwnType(null=True)),
                ("by_vendor", own.VendorType(null=True)),
                ("price", Money(default=0)),
                ("cheap", Money(max_digits=4, default=0)),
                ("none", own.NoColumn()),
                ("mixed", own.MixedChar(extra="x")),
                ("length", models.CharField(max_length=LENGTH)),
                ("short_length", models.CharField(max_length=LENGTHS["short"])),
                ("long_length", models.CharField(max_length=LENGTHS["long"] + 5, **{"null": True})),
                ("from_settings", models.CharField(max_length=settings.IDIOMS_LENGTH)),
                ("from_settings_too", models.CharField(max_length=getattr(settings, "IDIOMS_NOT_THERE", 77))),
                ("collated", models.CharField(max_length=20, **COLLATED)),
                ("user", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)),
                ("loose", LooseKey("Thing", models.CASCADE, null=True)),
            ],
        ),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True)), ("thing", key("Thing"))]),
    ]
