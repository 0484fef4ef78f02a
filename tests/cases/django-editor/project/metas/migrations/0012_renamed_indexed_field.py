from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metas", "0011_indexed_fields_change_back")]
    operations = [
        migrations.RemoveIndex("owner", "owner_name"),
        migrations.AlterField("owner", "name", models.CharField(max_length=40, db_index=True)),
        migrations.RenameField("owner", "name", "title"),
    ]
