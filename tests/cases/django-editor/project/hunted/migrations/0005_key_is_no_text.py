from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0004_index_goes")]
    operations = [migrations.AlterField("code", "code", models.UUIDField(primary_key=True))]
