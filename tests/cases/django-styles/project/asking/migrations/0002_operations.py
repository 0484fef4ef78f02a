from asking.operations import *
from django.db import migrations, models


def seed(apps, schema_editor):
    apps.get_model("asking", "Item").objects.filter(title="x").update(title="y")


class Migration(migrations.Migration):
    dependencies = [("asking", "0001_initial"), ("styles", "0001_initial")]

    operations = [
        AddFieldIfNotExists("item", "sku", models.CharField(max_length=20, default="", db_index=True)),
        AddFieldIfNotExists("item", "owner", models.ForeignKey("asking.Parent", models.CASCADE, null=True)),
        AddIndexIfMissing("item", models.Index(fields=["title", "price"], name="item_tp_idx")),
        AddConstraintIfMissing("item", models.UniqueConstraint(fields=["sku", "owner"], name="item_sku_owner")),
        RemoveFieldIfExists("item", "gone"),
        VendorOnlyRunSQL("CREATE INDEX vend_pg ON asking_item (old)"),
        VendorOnlyRunSQL("CREATE INDEX vend_other ON asking_item (old, price)", vendors=("sqlite", "mysql")),
        CopyFields("parent", "parent", ["a"]),
        InjectField("asking", "Parent", "injected", models.IntegerField(default=3), preserve_default=False),
        AddExtraField("parent", "extra", models.ForeignKey("asking.Item", models.SET_NULL, null=True)),
        AddExtraField("child", "extra", models.IntegerField(null=True), app_label="asking"),
        Indexes(),
        FromTemplate("price", "weight"),
        AlterModelBases("child", (models.Model,)),
        ByLabel("Lab", [("id", models.BigAutoField(primary_key=True))]),
        SkipIfTableExists(
            "asking_budget",
            [
                migrations.CreateModel(
                    "Budget", [("id", models.BigAutoField(primary_key=True)), ("n", models.IntegerField(null=True))]
                ),
                migrations.AddIndex("budget", models.Index(fields=["n"], name="budget_n")),
            ],
        ),
        StateOnlyOnMySQL(
            state_operations=[migrations.AddField("item", "legacy", models.IntegerField(null=True))],
            sql_mysql=["ALTER TABLE asking_item ADD COLUMN legacy integer NULL"],
        ),
        ApplyMissing(
            state_operations=[
                migrations.CreateModel(
                    "Room",
                    [
                        ("id", models.BigAutoField(primary_key=True)),
                        ("item", models.ForeignKey("asking.Item", models.CASCADE)),
                    ],
                ),
                migrations.AddField("room", "x", models.IntegerField(default=1)),
                migrations.AddIndex("room", models.Index(fields=["x"], name="room_x")),
            ]
        ),
        RenameIfNeeded("item", "old", "older"),
        RunPythonToState(seed),
        AddFieldIfMissing("item", "tags", models.ManyToManyField("asking.Tag", related_name="tagged")),
        AddFieldIfMissing("item", "plain", models.IntegerField(null=True, db_index=True)),
        SafeRemoveConstraint("item", "item_slug_price"),
    ]
