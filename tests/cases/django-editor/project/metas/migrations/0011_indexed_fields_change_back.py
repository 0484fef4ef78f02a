from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0010_indexed_fields_change")]
    operations = [
        migrations.AlterField("thing", "size", models.BigIntegerField()),
    ]
