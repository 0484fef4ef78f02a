from django.db import migrations, models

import brought.fields


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            "Piece",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("price_currency", brought.fields.CurrencyField(default="EUR", editable=False, max_length=3)),
                ("price", brought.fields.MoneyField(max_digits=12, decimal_places=2, default=0)),
                ("text", brought.fields.RenderedField(no_rendered_field=True)),
                ("text_html", models.TextField(editable=False, blank=True)),
                ("born_day", models.PositiveSmallIntegerField(editable=False, default=None, null=True)),
                ("born", brought.fields.BirthdayField(null=True)),
                ("talk", brought.fields.TalkativeField(max_length=5)),
            ],
        ),
    ]
