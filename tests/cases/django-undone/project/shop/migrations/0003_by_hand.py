from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_small")]
    operations = [
        migrations.RunSQL("CREATE INDEX shop_item_by_code ON shop_item (code, name)", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE UNIQUE INDEX shop_box_name ON shop_box (name)", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE INDEX shop_tag_by_weight ON shop_tag (weight, id)", migrations.RunSQL.noop),
    ]
