from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0003_author_indexes")]
    operations = [
        migrations.AlterField("author", "code", models.CharField(max_length=20, db_index=True)),
        migrations.AlterField("author", "slug", models.SlugField(unique=True)),
        migrations.AlterField("author", "number", models.IntegerField(null=True)),
    ]
