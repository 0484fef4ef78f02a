from asking.operations import CreateModelIfNotExists
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    operations = [
        CreateModelIfNotExists(
            "Item",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("title", models.CharField(max_length=100, unique=True)),
                ("slug", models.CharField(max_length=50, default="")),
                ("price", models.IntegerField(null=True)),
                ("weight", models.IntegerField(null=True)),
                ("old", models.IntegerField(null=True)),
                ("gone", models.IntegerField(null=True)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["slug", "price"], name="item_slug_price")]
            },
        ),
        CreateModelIfNotExists(
            "Tag", [("id", models.BigAutoField(primary_key=True)), ("items", models.ManyToManyField("asking.Item"))]
        ),
        migrations.CreateModel("Parent", [("id", models.BigAutoField(primary_key=True)), ("a", models.IntegerField(default=1))]),
        migrations.CreateModel("Child", [("id", models.BigAutoField(primary_key=True)), ("b", models.IntegerField(default=1))]),
    ]
