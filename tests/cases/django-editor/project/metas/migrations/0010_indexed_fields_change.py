from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0009_owner_together_goes")]
    operations = [
        migrations.AlterField("thing", "size", models.BigIntegerField(db_index=True)),
        migrations.AlterField("thing", "kind", models.CharField(max_length=4)),
    ]
