from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0013_defaults")]
    operations = [
        migrations.AlterField("owner", "level", models.IntegerField(db_default=8)),
        migrations.AlterField("owner", "mood", models.CharField(max_length=12, null=True)),
        migrations.AlterField("owner", "ok", models.BooleanField(default=True)),
    ]
