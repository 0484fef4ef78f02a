from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0015_relations")]
    operations = [
        migrations.AlterField("book", "editor", models.OneToOneField("things.Author", models.SET_NULL, null=True, related_name="edited")),
        migrations.AlterField("book", "prize", models.BigIntegerField(null=True, db_column="prize_id")),
    ]
