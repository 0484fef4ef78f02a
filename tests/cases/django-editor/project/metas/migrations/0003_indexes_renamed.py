from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0002_indexes")]
    operations = [
        migrations.RenameIndex("thing", old_name="thing_price", new_name="thing_cost"),
    ]
