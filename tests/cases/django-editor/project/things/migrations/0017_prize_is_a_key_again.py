from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0016_relations_more")]
    operations = [
        migrations.AlterField("book", "prize", models.ForeignKey("things.Author", models.CASCADE, related_name="prized", null=True)),
    ]
