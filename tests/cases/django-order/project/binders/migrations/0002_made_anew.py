from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("binders", "0001_initial")]
    operations = [migrations.AlterField("binder", "colour", models.TextField())]
