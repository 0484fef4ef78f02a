from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0025_many_to_many")]
    operations = [
        migrations.AlterField("book", "readers", models.ManyToManyField("things.Person", related_name="read", db_table="book_people")),
        migrations.AlterField("book", "labels", models.ManyToManyField("things.Label", blank=True)),
    ]
