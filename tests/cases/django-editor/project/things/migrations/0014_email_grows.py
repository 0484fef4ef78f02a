from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0013_tag_key_grows")]
    operations = [
        migrations.AlterField("author", "email", models.CharField(max_length=150, unique=True)),
    ]
