from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("books", "0002_large_keys")]
    operations = [migrations.AlterModelTable("shelf", "library_shelf")]
