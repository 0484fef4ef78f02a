from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0012_keys_grow")]
    operations = [
        migrations.AlterField("tag", "code", models.CharField(max_length=30, primary_key=True)),
    ]
