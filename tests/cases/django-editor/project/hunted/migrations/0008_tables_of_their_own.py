from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0007_large")]
    operations = [
        migrations.CreateModel("Ring", [("id", models.AutoField(primary_key=True))], options={"db_table": "hunted_own_ring"}),
        migrations.AddField("Ring", "next", models.ManyToManyField("hunted.Ring")),
        migrations.CreateModel("Stone", [("id", models.AutoField(primary_key=True))], options={"db_table": "hunted_own_stone"}),
        migrations.CreateModel(
            "Setting",
            [("id", models.AutoField(primary_key=True)), ("stones", models.ManyToManyField("hunted.Stone", related_name="+"))],
        ),
        migrations.CreateModel(
            "Frame",
            [("id", models.AutoField(primary_key=True)), ("stones", models.ManyToManyField("hunted.Stone"))],
            options={"db_table": "hunted_own_frame"},
        ),
    ]
