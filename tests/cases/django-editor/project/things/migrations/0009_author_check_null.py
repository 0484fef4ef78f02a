from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0008_author_check_renamed")]
    operations = [
        migrations.AlterField("author", "place", models.PositiveSmallIntegerField(default=0)),
    ]
