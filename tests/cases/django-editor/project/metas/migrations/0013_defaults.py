from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0012_renamed_indexed_field")]
    operations = [
        migrations.AddField("owner", "level", models.IntegerField(db_default=7)),
        migrations.AddField("owner", "mood", models.CharField(max_length=10, db_default="fine")),
        migrations.AddField("owner", "since", models.DateField(null=True, db_default=None)),
        migrations.AddField("owner", "ok", models.BooleanField(db_default=True)),
    ]
