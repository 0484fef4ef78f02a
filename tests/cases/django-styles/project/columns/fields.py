import enum, functools, uuid
from django.db import models, connection
from django.db.models.fields import related
from django.core import checks
from django.utils.functional import cached_property


class VendorField(models.Field):
    def db_type(self, connection):
        return {"postgresql": "inet", "mysql": "varchar(50)"}.get(connection.vendor, "char(50)")


class SettingsDictField(models.Field):
    def db_type(self, connection):
        if connection.settings_dict["ENGINE"].endswith("mysql"):
            return "bigint unsigned"
        elif "postgresql" in connection.settings_dict["ENGINE"]:
            return "bigint"
        return "integer"


class ParamField(models.TextField):
    def db_parameters(self, connection):
        p = super().db_parameters(connection)
        p["type"] = "varchar(77)"
        p["check"] = None
        return p


class ParamField2(models.IntegerField):
    def db_parameters(self, connection):
        return {"type": self.db_type(connection), "check": None}


class Unsigned(models.PositiveIntegerField):
    def db_check(self, connection):
        return None


class Bits(models.BigIntegerField):
    def db_type_suffix(self, connection):
        return ""
    def rel_db_type(self, connection):
        return super().rel_db_type(connection)


class IntType(models.Field):
    def get_internal_type(self):
        return "SmallIntegerField"


class ParentType(models.CharField):
    def get_internal_type(self):
        return models.TextField().get_internal_type()


class ViaDbType(models.CharField):
    def db_type(self, connection):
        return models.TextField().db_type(connection)


class UpperType(models.CharField):
    def db_type(self, connection):
        return super().db_type(connection).upper()


class FormatType(models.Field):
    def __init__(self, size=8, *args, **kwargs):
        self.size = size
        super().__init__(*args, **kwargs)
    def db_type(self, connection):
        return "varchar(%d)" % self.size if self.size < 100 else f"varchar({self.size * 2})"
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["size"] = self.size
        return name, path, args, kwargs


class MoneyAmount(models.DecimalField):
    pass


class Price(models.Field):
    """multi column: adds another."""
    def __init__(self, *a, currency=True, **k):
        self.currency = currency
        super().__init__(*a, **k)
    def get_internal_type(self):
        return "DecimalField"
    max_digits = 12
    decimal_places = 2
    def db_type(self, connection):
        return "numeric(12, 2)" if connection.vendor != "sqlite" else "decimal"
    def contribute_to_class(self, cls, name, **kw):
        super().contribute_to_class(cls, name, **kw)
        if self.currency:
            f = models.CharField(max_length=3, default="EUR")
            cls.add_to_class(name + "_currency", f)


class OwnerFK(models.ForeignKey):
    def __init__(self, to="columns.Owner", on_delete=models.CASCADE, **kwargs):
        kwargs.setdefault("related_name", "+")
        kwargs["null"] = True
        super().__init__(to, on_delete, **kwargs)
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("null", None); kwargs.pop("to", None); kwargs.pop("on_delete", None)
        return name, path, args, kwargs


class OwnerO2O(models.OneToOneField):
    def __init__(self, *args, **kwargs):
        kwargs["to"] = "columns.Owner"
        kwargs["on_delete"] = models.PROTECT
        kwargs["db_index"] = False
        super().__init__(**kwargs)


class OwnerM2M(models.ManyToManyField):
    def __init__(self, **kwargs):
        kwargs.update(to="columns.Owner", db_table="columns_special", related_name="+")
        super().__init__(**kwargs)


class LogicalFK(models.ForeignKey):
    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.db_constraint = False


class FkColumn(models.ForeignKey):
    def get_attname(self):
        return self.name
    def get_attname_column(self):
        attname = self.get_attname()
        return attname, self.db_column or attname + "_ref"


class FkType(models.ForeignKey):
    def db_type(self, connection):
        return "integer" if connection.vendor != "sqlite" else "integer"


class Color(enum.Enum):
    RED = "red"
    GREEN_LONG = "green-long"


class EnumField(models.CharField):
    def __init__(self, enum, **kwargs):
        self.enum = enum
        kwargs.setdefault("max_length", max(len(e.value) for e in enum))
        kwargs["choices"] = [(e.value, e.name) for e in enum]
        super().__init__(**kwargs)
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["enum"] = self.enum
        kwargs.pop("choices", None)
        return name, path, args, kwargs
    def __class_getitem__(cls, item):
        return functools.partial(cls, enum=item)


ColorField = functools.partial(EnumField, Color)


class Status(models.TextChoices):
    NEW = "new", "New"
    DONE = "done", "Done"


class Meta(type):
    def __new__(mcs, name, bases, ns):
        ns.setdefault("description", "x")
        return super().__new__(mcs, name, bases, ns)


class MetaField(models.CharField, metaclass=Meta):
    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 21
        super().__init__(*args, **kwargs)


class SubclassBaseMixin:
    default_length = 31
    def __init__(self, *args, **kwargs):
        super().__init__(*args, max_length=kwargs.pop("max_length", self.default_length), **kwargs)


class Mixed(SubclassBaseMixin, models.CharField):
    default_length = 41


class Mixed2(Mixed):
    default_length = 51


class Upper(models.CharField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.db_index = True


class PreSet(models.CharField):
    def __init__(self, *args, **kwargs):
        self.max_length = 4
        self.null = True
        super().__init__(*args, **kwargs)


class AfterLen(models.CharField):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.max_length = 17


class NullProp(models.CharField):
    @property
    def null(self):
        return True
    @null.setter
    def null(self, v):
        pass


class UniqueProp(models.CharField):
    @property
    def unique(self):
        return True


class EmptyStringNull(models.CharField):
    empty_strings_allowed = False
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class ShortUUID(models.CharField):
    def __init__(self, auto=True, *args, **kwargs):
        self.auto = auto
        kwargs["max_length"] = 22
        if auto:
            kwargs["editable"] = False
            kwargs["blank"] = True
        kwargs["primary_key"] = kwargs.get("primary_key", False)
        super().__init__(*args, **kwargs)


class UUIDKey(models.UUIDField):
    def __init__(self, *args, **kwargs):
        kwargs = {"primary_key": True, "default": uuid.uuid4, "editable": False, **kwargs}
        super().__init__(*args, **kwargs)


class NativeUUID(models.Field):
    def db_type(self, connection):
        return "char(36)"
    def get_internal_type(self):
        return "UUIDField"


class BinUUID(models.UUIDField):
    def db_type(self, connection):
        if connection.features.has_native_uuid_field:
            return super().db_type(connection)
        return "binary(16)" if connection.vendor == "mysql" else "blob"


class CastField(models.IntegerField):
    def cast_db_type(self, connection):
        return "bigint"


class JSONText(models.JSONField):
    def db_type(self, connection):
        return "text" if connection.vendor != "mysql" else "longtext"


class AutoSlug(models.SlugField):
    def __init__(self, *args, populate_from=None, **kwargs):
        self.populate_from = populate_from
        kwargs.setdefault("db_index", False)
        kwargs.setdefault("max_length", 70)
        super().__init__(*args, **kwargs)


class Descr(models.TextField):
    class Attr:
        def __get__(self, i, o): return None
    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.name, Descr.Attr())
        setattr(cls, f"get_{name}_x", lambda self: 1)


class Renamed(models.CharField):
    def contribute_to_class(self, cls, name, **kw):
        self.db_column = f"{name}_x"
        super().contribute_to_class(cls, name, **kw)


class SetAttrs(models.CharField):
    def set_attributes_from_name(self, name):
        super().set_attributes_from_name(name)
        self.column = "sa_" + self.column


class Stamped(models.DateTimeField):
    def __init__(self, *a, **k):
        k.setdefault("auto_now_add", True); k.setdefault("db_index", True)
        super().__init__(*a, **k)


class Small(models.PositiveSmallIntegerField):
    def db_type(self, connection):
        t = super().db_type(connection)
        return t


class Signed(models.BigAutoField):
    def rel_db_type(self, connection):
        return models.BigIntegerField().db_type(connection=connection)


class PosKey(models.AutoField):
    def db_type(self, connection):
        return super().db_type(connection)
    def rel_db_type(self, connection):
        return models.PositiveBigIntegerField().db_type(connection)
