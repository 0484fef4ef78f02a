from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0017_prize_is_a_key_again")]
    operations = [
        migrations.AlterUniqueTogether("book", {("author", "title"), ("year", "title")}),
    ]
