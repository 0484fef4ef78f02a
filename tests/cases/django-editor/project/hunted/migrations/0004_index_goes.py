from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0003_null")]
    operations = [migrations.AlterField("thing", "kind", models.CharField(max_length=40))]
