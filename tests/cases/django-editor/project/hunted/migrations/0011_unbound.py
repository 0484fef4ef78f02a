from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hunted", "0010_bound")]
    operations = [
        migrations.AlterField(
            "Loose", name, models.ForeignKey("hunted.Jewel", db_constraint=False, on_delete=models.CASCADE, related_name="+")
        )
        for name in ("one", "two", "three")
    ]
