"""As squashmigrations leaves it: what one operation defers, a later one of the same migration takes back."""

from django.db import connection, migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0005_key_is_no_text")]
    operations = [
        migrations.CreateModel(
            "Squashed",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("digest", models.CharField(max_length=255, db_index=True)),
                ("name", models.CharField(max_length=40)),
            ],
        ),
        # MySQL has no index over a whole text.
        *(
            [migrations.AlterField("Squashed", "digest", models.TextField(db_index=True))]
            if connection.vendor == "postgresql"
            else []
        ),
    ]
