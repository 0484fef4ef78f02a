from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("brought", "0002_more")]

    operations = [
        migrations.RenameField("piece", "cost_currency", "costs_currency"),
        migrations.RenameField("piece", "cost", "costs"),
    ]
