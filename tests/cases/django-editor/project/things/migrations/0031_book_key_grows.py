from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0030_children")]
    operations = [
        migrations.AlterField("book", "id", models.BigAutoField(primary_key=True)),
    ]
