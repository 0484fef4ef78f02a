from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0011_remove_fields")]
    operations = [
        migrations.AlterField("author", "id", models.BigAutoField(primary_key=True)),
    ]
