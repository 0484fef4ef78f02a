from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0007_owner_unique_goes")]
    operations = [
        migrations.AlterUniqueTogether("thing", {("owner", "made")}),
    ]
