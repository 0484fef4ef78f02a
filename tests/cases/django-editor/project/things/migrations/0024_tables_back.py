from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0023_tables")]
    operations = [
        migrations.AlterModelTable("Book", None),
    ]
