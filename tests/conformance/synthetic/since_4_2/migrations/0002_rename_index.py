"""Indexes are made at the end of a migration, so that they can be renamed in a later one only."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("since_4_2", "0001_initial")]

    operations = [
        migrations.RenameIndex("Commented", new_name="commented_renamed", old_name="commented_number"),
        migrations.RenameIndex("Commented", new_name="commented_named", old_fields=("name", "number")),
    ]
