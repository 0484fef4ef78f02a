from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0035_new_key")]
    operations = [
        migrations.DeleteModel("Room"),
        migrations.DeleteModel("Shelf"),
        migrations.DeleteModel("Classic"),
        migrations.DeleteModel("Novel"),
    ]
