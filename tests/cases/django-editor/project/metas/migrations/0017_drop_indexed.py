from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0016_composite")]
    operations = [
        migrations.RemoveIndex("thing", "thing_size_name"),
        migrations.RemoveIndex("thing", "thing_ordered"),
        migrations.RemoveConstraint("thing", "thing_covering"),
        migrations.RemoveConstraint("thing", "thing_kind"),
        migrations.RemoveConstraint("thing", "thing_not_z"),
        migrations.RemoveConstraint("thing", "thing_first"),
        migrations.RemoveField("thing", "kind"),
    ]
