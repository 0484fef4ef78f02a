from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0004_author_back")]
    operations = [
        migrations.AlterField("author", "slug", models.SlugField(db_index=False)),
        migrations.AlterField("author", "code", models.TextField(db_index=False)),
    ]
