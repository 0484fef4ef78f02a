from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0010_add_fields")]
    operations = [
        migrations.RemoveField("author", "note"),
        migrations.RemoveField("author", "token"),
        migrations.RemoveField("author", "favourite"),
        migrations.RemoveField("author", "label"),
        migrations.RemoveField("author", "seen"),
    ]
