from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0001_create")]
    operations = [
        migrations.AlterField("author", "name", models.TextField()),
        migrations.AlterField("author", "slug", models.SlugField(max_length=80)),
        migrations.AlterField("author", "code", models.CharField(max_length=20)),
        migrations.AlterField("author", "rank", models.BigIntegerField(db_index=True, null=True)),
    ]
