import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("books", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Binder",
            fields=[
                (
                    "series",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="books.series",
                    ),
                ),
                ("colour", models.CharField(max_length=10)),
            ],
        ),
    ]
