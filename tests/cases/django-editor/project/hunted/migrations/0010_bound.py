from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0009_names_only")]
    operations = [
        migrations.CreateModel(
            "Loose",
            [
                ("id", models.AutoField(primary_key=True)),
                ("one", models.ForeignKey("hunted.Jewel", on_delete=models.CASCADE, related_name="+")),
                ("two", models.ForeignKey("hunted.Jewel", on_delete=models.CASCADE, related_name="+")),
                ("three", models.ForeignKey("hunted.Jewel", on_delete=models.CASCADE, related_name="+")),
                ("size", models.IntegerField()),
            ],
        ),
    ]
