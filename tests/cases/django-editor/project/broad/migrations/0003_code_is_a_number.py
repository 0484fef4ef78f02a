from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0002_retarget")]
    operations = [
        migrations.RemoveField("right", "by_code"),
        migrations.AlterUniqueTogether("left", set()),
        migrations.AlterField("right", "code", models.CharField(max_length=12, db_index=True)),
        migrations.AlterField("right", "code", models.TextField(null=True)),
    ]
