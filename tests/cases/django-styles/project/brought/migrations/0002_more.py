from django.db import migrations, models

import brought.fields


class Migration(migrations.Migration):
    dependencies = [("brought", "0001_initial")]

    operations = [
        migrations.AddField("piece", "cost", brought.fields.MoneyField(max_digits=12, decimal_places=2, default=0)),
        migrations.AddField(
            "piece", "cost_currency", brought.fields.CurrencyField(default="EUR", editable=False, max_length=3)
        ),
        migrations.AddField(
            "piece", "died_day", models.PositiveSmallIntegerField(editable=False, default=None, null=True)
        ),
        migrations.AddField("piece", "died", brought.fields.BirthdayField(null=True)),
        migrations.AlterField("piece", "price", brought.fields.MoneyField(max_digits=14, decimal_places=2, default=0)),
    ]
