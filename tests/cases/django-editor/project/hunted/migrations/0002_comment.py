from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0001_create")]
    operations = [
        migrations.AlterField("thing", "count", models.PositiveIntegerField(default=0, db_comment="how many")),
    ]
