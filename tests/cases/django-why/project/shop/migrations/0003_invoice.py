from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_order_note")]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("order", models.ForeignKey("shop.Order", on_delete=models.CASCADE)),
            ],
        ),
        migrations.AlterField("customer", "email", models.CharField(max_length=100, unique=True)),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("invoice", models.ForeignKey("shop.Invoice", on_delete=models.CASCADE)),
            ],
        ),
    ]
