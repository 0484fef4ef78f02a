from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("things", "0034_real_goes")]
    operations = [
        migrations.CreateModel("Coin", [("id", models.BigAutoField(primary_key=True)), ("stamp", models.CharField(max_length=8))]),
    ]
