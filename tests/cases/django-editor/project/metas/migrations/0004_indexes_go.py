from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0003_indexes_renamed")]
    operations = [
        migrations.RemoveIndex("thing", "thing_cost"),
        migrations.RemoveIndex("thing", "thing_lower"),
        migrations.RemoveIndex("thing", "thing_big"),
        migrations.RemoveIndex("thing", "thing_upper"),
    ]
