from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0024_tables_back")]
    operations = [
        migrations.RenameField("book", "tags", "labels"),
        migrations.AddField("book", "readers", models.ManyToManyField("things.Person", related_name="read", db_table="book_readers")),
    ]
