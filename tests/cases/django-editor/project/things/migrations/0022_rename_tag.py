from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0021_rename_model")]
    operations = [
        migrations.RenameModel("Tag", "Label"),
    ]
