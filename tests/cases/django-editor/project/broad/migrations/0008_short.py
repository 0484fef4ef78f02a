from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0007_taken_over")]
    operations = [
        migrations.AlterModelTable("Left", "short"),
        migrations.RenameField("left", "a_name_that_is_much_longer_than_most_people_would_write_it", "note"),
    ]
