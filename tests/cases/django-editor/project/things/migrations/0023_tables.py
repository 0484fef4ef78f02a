from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0022_rename_tag")]
    operations = [
        migrations.AlterModelTable("Book", "volumes"),
    ]
