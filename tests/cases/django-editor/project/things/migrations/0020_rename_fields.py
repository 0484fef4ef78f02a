from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0019_together_goes")]
    operations = [
        migrations.RenameField("book", "author", "writer"),
        migrations.RenameField("book", "title", "name"),
        migrations.RenameField("author", "email", "mail"),
        migrations.AlterField("author", "bio", models.TextField(blank=True, db_column="biography")),
    ]
