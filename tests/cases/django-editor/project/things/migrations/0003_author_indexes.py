from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0002_author_texts")]
    operations = [
        migrations.AlterField("author", "code", models.CharField(max_length=20, unique=True)),
        migrations.AlterField("author", "slug", models.SlugField(db_index=False)),
        migrations.AlterField("author", "rank", models.BigIntegerField(null=True)),
        migrations.AlterField("author", "number", models.IntegerField(null=True, db_index=True)),
    ]
