from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0005_author_plain")]
    operations = [
        migrations.AlterField("author", "age", models.PositiveIntegerField(default=3)),
    ]
