from django.db import migrations


class Migration(migrations.Migration):
    """What goes here had other names before."""

    dependencies = [("shop", "0004_without_code")]
    operations = [
        migrations.RenameModel("Tag", "Label"),
        migrations.RenameField("label", "weight", "place"),
        migrations.RemoveField("label", "place"),
    ]
