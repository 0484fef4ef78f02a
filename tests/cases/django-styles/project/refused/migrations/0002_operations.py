from django.db import migrations, models

from refused.operations import (
    AddIndexOnce,
    AddOrSkip,
    AddUnlessDescribed,
    AlterIfThere,
    RemoveOrSkip,
    TightenIfNullable,
)


class Migration(migrations.Migration):
    dependencies = [("refused", "0001_initial")]

    operations = [
        AddOrSkip("thing", "weight", models.IntegerField(null=True)),
        AddOrSkip("thing", "height", models.IntegerField(default=1)),
        RemoveOrSkip("thing", "old"),
        AddIndexOnce("thing", models.Index(fields=["code"], name="thing_code_once")),
        AlterIfThere("thing", "name", models.CharField(max_length=70)),
        AddUnlessDescribed("thing", "depth", models.IntegerField(null=True)),
        AddUnlessDescribed(
            "thing", "owner", models.ForeignKey("refused.Owner", models.CASCADE, null=True, related_name="+")
        ),
        TightenIfNullable("thing", "depth", models.IntegerField()),
    ]
