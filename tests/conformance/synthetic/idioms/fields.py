"""Fields as projects derive them."""

from django.db import models


class ShortText(models.CharField):
    """A length that only __init__ knows."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 42)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if kwargs.get("max_length") == 42:
            del kwargs["max_length"]
        return name, path, args, kwargs


class FixedText(ShortText):
    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 7
        kwargs["db_index"] = True
        super().__init__(*args, **kwargs)


class UnboundedChar(models.CharField):
    """Text, whatever max_length says."""

    def get_internal_type(self):
        return "TextField"


class OwnType(models.Field):
    def db_type(self, connection):
        return "varchar(19)"


class VendorType(models.Field):
    def db_type(self, connection):
        if connection.vendor == "postgresql":
            return "inet"
        elif connection.vendor == "mysql":
            return "varchar(45)"
        return "text"


class Money(models.DecimalField):
    description = "an amount"

    def __init__(self, *args, max_digits=14, decimal_places=2, **kwargs):
        super().__init__(*args, max_digits=max_digits, decimal_places=decimal_places, **kwargs)


class LooseKey(models.ForeignKey):
    """A foreign key that the database does not know of."""

    def __init__(self, *args, **kwargs):
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


class NoColumn(models.Field):
    """A field without a column."""

    def db_type(self, connection):
        return None

    def get_attname_column(self):
        return self.get_attname(), None


class OwnKey(models.BigAutoField):
    pass


class Mixed:
    def __init__(self, *args, extra=None, **kwargs):
        self.extra = extra
        super().__init__(*args, **kwargs)


class MixedChar(Mixed, ShortText):
    pass
