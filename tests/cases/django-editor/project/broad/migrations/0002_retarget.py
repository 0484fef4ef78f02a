from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("broad", "0001_create")]
    operations = [
        migrations.AlterField("link", "left", models.ForeignKey("broad.Right", models.CASCADE, related_name="+")),
        migrations.AlterField("link", "right", models.ForeignKey("broad.Right", models.CASCADE, db_column="the_right")),
    ]
