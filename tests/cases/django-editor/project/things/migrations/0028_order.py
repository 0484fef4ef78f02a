from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0027_many_to_many_go")]
    operations = [
        migrations.AlterOrderWithRespectTo("book", "writer"),
    ]
