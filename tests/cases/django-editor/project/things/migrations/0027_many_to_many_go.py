from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0026_many_to_many_alter")]
    operations = [
        migrations.RemoveField("book", "readers"),
    ]
