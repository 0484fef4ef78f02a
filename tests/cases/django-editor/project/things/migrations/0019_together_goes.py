from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0018_together")]
    operations = [
        migrations.AlterUniqueTogether("book", set()),
    ]
