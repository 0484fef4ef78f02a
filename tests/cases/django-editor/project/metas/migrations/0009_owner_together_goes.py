from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0008_owner_together")]
    operations = [
        migrations.AlterUniqueTogether("thing", set()),
    ]
