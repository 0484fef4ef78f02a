from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_labels")]
    operations = [
        migrations.RemoveField("item", "box"),
        migrations.RemoveField("item", "more"),
        migrations.DeleteModel("Box"),
    ]
