from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0004_indexes_go")]
    operations = [
        migrations.RemoveConstraint("thing", "thing_name_kind"),
        migrations.RemoveConstraint("thing", "thing_active_name"),
        migrations.RemoveConstraint("thing", "thing_lower_name"),
        migrations.RemoveConstraint("thing", "thing_size_positive"),
    ]
