from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_invoice")]

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("amount", models.IntegerField()),
                ("invoice", models.ForeignKey("shop.Invoice", on_delete=models.CASCADE)),
            ],
        ),
    ]
