from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("covers", "0001_initial")]
    operations = [migrations.AlterField("cover", "colour", models.TextField())]
