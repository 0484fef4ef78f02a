from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0006_author_checks")]
    operations = [
        migrations.AlterField("author", "age", models.IntegerField(default=3)),
        migrations.AlterField("author", "rank", models.PositiveIntegerField(null=True)),
    ]
