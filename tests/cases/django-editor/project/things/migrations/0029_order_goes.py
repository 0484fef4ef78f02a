from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0028_order")]
    operations = [
        migrations.AlterOrderWithRespectTo("book", None),
    ]
