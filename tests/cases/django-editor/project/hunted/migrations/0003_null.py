from django.db import migrations, models

from hunted.before import COLLATION


class Migration(migrations.Migration):
    dependencies = [("hunted", "0002_comment")]
    operations = [
        migrations.AlterField("thing", "name", models.CharField(max_length=40, db_collation=COLLATION, null=True)),
    ]
