from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_other_table"),
        ("binders", "0001_initial"),
        ("covers", "0001_initial"),
    ]
    operations = [migrations.AlterField("series", "id", models.BigAutoField(primary_key=True, serialize=False))]
