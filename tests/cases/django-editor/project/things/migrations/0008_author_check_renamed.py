from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0007_author_checks_go")]
    operations = [
        migrations.RenameField("author", "rank", "place"),
    ]
