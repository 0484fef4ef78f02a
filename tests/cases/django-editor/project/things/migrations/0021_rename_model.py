from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0020_rename_fields")]
    operations = [
        migrations.RenameModel("Author", "Person"),
    ]
