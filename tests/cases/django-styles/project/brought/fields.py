"""Fields that bring others along, which Django's autodetector writes into the migrations too."""

from django.db import models


class CurrencyField(models.CharField):
    def __init__(self, *args, price_field=None, **kwargs):
        kwargs.setdefault("max_length", 3)
        self.price_field = price_field
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs

    def contribute_to_class(self, cls, name, **kwargs):
        if name not in [f.name for f in cls._meta.fields]:
            super().contribute_to_class(cls, name, **kwargs)


class MoneyField(models.DecimalField):
    def __init__(self, *args, default_currency="EUR", **kwargs):
        self.default_currency = default_currency
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name, **kwargs):
        cls._meta.has_money_field = True
        if not hasattr(self, "_currency_field"):
            self.add_currency_field(cls, name)
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, self.name, property(lambda it: 1))

    def add_currency_field(self, cls, name):
        field = CurrencyField(price_field=self, default=self.default_currency, editable=False)
        field.creation_counter = self.creation_counter - 1
        cls.add_to_class("%s_currency" % name, field)
        self._currency_field = field

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.default_currency != "EUR":
            kwargs["default_currency"] = self.default_currency
        return name, path, args, kwargs


class RenderedField(models.TextField):
    def __init__(self, *args, no_rendered_field=False, **kwargs):
        self.rendered = not no_rendered_field
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls, name, **kwargs):
        if self.rendered and not cls._meta.abstract:
            cls.add_to_class(f"{name}_html", models.TextField(editable=False, blank=True))
        super().contribute_to_class(cls, name, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["no_rendered_field"] = True
        return name, path, args, kwargs


class BirthdayField(models.DateField):
    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        self.doy_name = "%s_day" % name
        if not hasattr(cls, self.doy_name):
            models.PositiveSmallIntegerField(editable=False, default=None, null=True).contribute_to_class(cls, self.doy_name)


class TalkativeField(models.CharField):
    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        cls.add_to_class("get_%s_lines" % name, lambda it: 1)
        cls.add_to_class("%s_lines" % name, property(lambda it: 1))
