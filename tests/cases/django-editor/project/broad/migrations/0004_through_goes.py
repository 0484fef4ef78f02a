from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0003_code_is_a_number")]
    operations = [
        migrations.RemoveField("left", "rights"),
        migrations.DeleteModel("Link"),
    ]
