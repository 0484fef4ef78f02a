from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0033_ghost_goes")]
    operations = [
        migrations.RemoveField("room", "real"),
    ]
