from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0005_sql")]
    operations = [
        migrations.RunSQL("DROP TABLE broad_by_hand"),
        migrations.AddField("right", "size", models.FloatField(null=True)),
    ]
