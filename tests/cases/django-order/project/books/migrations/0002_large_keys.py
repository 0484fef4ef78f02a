from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = [
        migrations.AlterField("book", "id", models.BigAutoField(primary_key=True, serialize=False)),
        migrations.AlterField("book", "isbn", models.CharField(max_length=20, unique=True)),
    ]
