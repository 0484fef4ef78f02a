from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            "Owner", [("id", models.BigAutoField(primary_key=True)), ("label", models.CharField(max_length=20))]
        ),
        migrations.CreateModel(
            "Thing",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("name", models.CharField(max_length=50)),
                ("code", models.IntegerField(null=True)),
                ("slug", models.SlugField(max_length=40, null=True)),
                ("old", models.IntegerField(null=True)),
                ("session", models.IntegerField()),
            ],
        ),
    ]
