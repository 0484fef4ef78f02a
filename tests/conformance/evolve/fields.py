"""Random fields: what a field is made of, kept as data so that it can be altered, renamed and built anew."""

import copy
import datetime
import decimal
import uuid

import django
from django.db import connection, models
from django.db.models import F, Value, functions
from django.utils import timezone

VERSION = django.VERSION[:2]
VENDOR = connection.vendor
POSTGRES, MYSQL, SQLITE = VENDOR == "postgresql", VENDOR == "mysql", VENDOR == "sqlite"

# Texts that are quoted, escaped or formatted on their way into the database.
TEXTS = ["", "a", "it's", "100%", 'say "x"', "back\\slash", "%s", "é", "two words"]

ON_DELETE = [models.CASCADE, models.PROTECT, models.DO_NOTHING]


def today():
    return datetime.date(2020, 1, 2)


def nothing():
    return {}


class FieldSpec:
    """A class and its keyword arguments; relations name their model as `app.Name`."""

    def __init__(self, cls, **kwargs):
        self.cls, self.kwargs = cls, kwargs

    def build(self):
        kwargs = copy.deepcopy(self.kwargs)
        if self.cls is getattr(models, "GeneratedField", None):
            kwargs["expression"] = GENERATED[kwargs["expression"][0]](*kwargs["expression"][1:])
        return self.cls(*kwargs.pop("parts", ()), **kwargs)

    @property
    def is_relation(self):
        return "to" in self.kwargs

    @property
    def is_many(self):
        return self.cls is models.ManyToManyField

    @property
    def is_key(self):
        return bool(self.kwargs.get("primary_key")) or self.cls is getattr(models, "CompositePrimaryKey", None)

    @property
    def is_generated(self):
        return self.cls is getattr(models, "GeneratedField", None)

    @property
    def has_column(self):
        return not self.is_many and self.cls is not getattr(models, "CompositePrimaryKey", None)

    @property
    def family(self):
        """What can be said of it in a condition."""
        if self.is_relation or self.is_generated:
            return None
        return FAMILIES.get(self.cls)

    def __repr__(self):
        return f"{self.cls.__name__}({', '.join(f'{k}={v!r}' for k, v in self.kwargs.items())})"


FAMILIES = {
    models.CharField: "text",
    models.SlugField: "text",
    models.EmailField: "text",
    models.URLField: "text",
    models.FileField: "text",
    models.TextField: "text",
    models.IntegerField: "number",
    models.BigIntegerField: "number",
    models.SmallIntegerField: "number",
    models.PositiveIntegerField: "number",
    models.PositiveSmallIntegerField: "number",
    models.PositiveBigIntegerField: "number",
    models.FloatField: "float",
    models.DecimalField: "decimal",
    models.BooleanField: "boolean",
    models.DateField: "date",
    models.DateTimeField: "moment",
    models.TimeField: "time",
    models.DurationField: "duration",
    models.UUIDField: "uuid",
    models.BinaryField: "binary",
    models.JSONField: "json",
    models.GenericIPAddressField: "address",
}

# What no index of MySQL takes without a length.
UNKEYED = {models.TextField, models.BinaryField, models.JSONField}

DEFAULTS = {
    "text": TEXTS,
    "number": [0, 1, -3, 32000],
    "float": [0.0, 1.5, -2.25],
    "decimal": [decimal.Decimal("0"), decimal.Decimal("1.50"), 3],
    "boolean": [True, False],
    "date": [datetime.date(2020, 1, 2), today],
    "moment": [timezone.now, datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)],
    "time": [datetime.time(12, 30)],
    "duration": [datetime.timedelta(days=1, seconds=5)],
    "uuid": [uuid.uuid4, uuid.UUID(int=5)],
    "binary": [b"", b"x"],
    "json": [nothing, dict, list],
    "address": ["127.0.0.1"],
}

DB_DEFAULTS = {
    "text": [*TEXTS, lambda: functions.Lower(Value("Abc")), lambda: Value("v")],
    "number": [0, 7, -3, lambda: Value(1) + Value(2), lambda: Value(5), lambda: functions.Abs(Value(-4))],
    "float": [0.0, 1.5, -2.5, lambda: functions.Pi()],
    "decimal": [decimal.Decimal("1.50"), decimal.Decimal("0"), 2],
    "boolean": [True, False],
    "date": [datetime.date(2020, 1, 2), lambda: functions.TruncDate(functions.Now())],
    "moment": [lambda: functions.Now(), datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)],
    "time": [datetime.time(12, 30)],
    "duration": [datetime.timedelta(days=1)],
    "uuid": [uuid.UUID(int=5)],
    "binary": [b"x"],
    "json": [lambda: Value({"a": 1}, models.JSONField()), lambda: Value([], models.JSONField())],
    "address": ["127.0.0.1"],
}

GENERATED = {
    "plus": lambda name: F(name) + Value(1),
    "times": lambda name: F(name) * 2,
    "sum": lambda a, b: F(a) + F(b),
    "lower": lambda name: functions.Lower(name),
    "length": lambda name: functions.Length(name),
    "concat": lambda a, b: functions.Concat(F(a), Value("-"), F(b)),
    "coalesce": lambda name: functions.Coalesce(F(name), Value(0)),
    "same": lambda name: F(name),
    "case": lambda name: models.Case(models.When(**{f"{name}__gt": 0}, then=Value(1)), default=Value(0)),
}


def generated(dice, named):
    """A generated column over others of the model, or nothing where none serves; `named` are their specs by name."""
    numbers = [name for name, it in named.items() if it.family == "number" and not it.is_key]
    texts = [name for name, it in named.items() if it.cls in (models.CharField, models.SlugField)]
    choices = []
    if numbers:
        name, other = dice.choice(numbers), dice.choice(numbers)
        choices += [
            (kind, models.BigIntegerField())
            for kind in [("plus", name), ("times", name), ("sum", name, other), ("coalesce", name), ("same", name), ("case", name)]
        ]
    if texts:
        name, other = dice.choice(texts), dice.choice(texts)
        choices += [(("lower", name), models.CharField(max_length=300)), (("length", name), models.IntegerField())]
        if not POSTGRES:  # Its `CONCAT` is not immutable.
            choices.append((("concat", name, other), models.CharField(max_length=700)))
    if not choices:
        return None
    kind, output = dice.choice(choices)
    persist = True if POSTGRES and VERSION < (6, 0) else dice.chance(0.6)
    spec = FieldSpec(models.GeneratedField, expression=kind, output_field=output, db_persist=persist or POSTGRES)
    if dice.chance(0.2):
        spec.kwargs["db_index" if MYSQL or dice.chance(0.6) else "unique"] = True
    return spec


def scalar(dice, cls=None):
    """A field without a relation, with random options."""
    cls = cls or dice.choice(list(FAMILIES) + [models.CharField] * 4 + [models.IntegerField] * 3 + extra())
    spec = FieldSpec(cls)
    kwargs = spec.kwargs
    name = cls.__name__
    if name in ("CharField", "CICharField"):
        kwargs["max_length"] = dice.choice([1, 10, 40, 100, 255, 255, 700])
        if POSTGRES and VERSION >= (4, 2) and dice.chance(0.1):
            kwargs["max_length"] = None
    elif name in ("SlugField", "FileField", "URLField", "EmailField") and dice.chance(0.3):
        kwargs["max_length"] = dice.choice([30, 255])
    elif name == "DecimalField":
        kwargs["max_digits"], kwargs["decimal_places"] = dice.choice([(5, 2), (10, 0), (12, 6)])
    elif name == "ArrayField":
        kwargs["base_field"] = dice.choice([models.IntegerField(), models.CharField(max_length=20)])
        if dice.chance(0.3):
            kwargs["size"] = 3
    elif name == "FilePathField":
        kwargs["path"] = "/tmp"
    elif name == "BinaryField" and dice.chance(0.3):
        kwargs["max_length"] = 20
    elif name in ("DateField", "DateTimeField") and dice.chance(0.2):
        kwargs[dice.choice(["auto_now", "auto_now_add"])] = True
    for option in ["null", "default", "unique", "db_index", "db_column", "db_default", "db_collation", "db_comment", "blank"]:
        if dice.chance(0.25 if option in ("null", "default", "db_default") else 0.12):
            put_option(dice, spec, option)
    return spec


def extra():
    from django.db.models import FilePathField

    classes = [FilePathField]
    if POSTGRES:
        from django.contrib.postgres import fields, search

        classes += [
            fields.ArrayField,
            fields.HStoreField,
            fields.IntegerRangeField,
            fields.DateRangeField,
            fields.DecimalRangeField,
            search.SearchVectorField,
        ]
        if VERSION < (5, 0):
            classes += [fields.CICharField, fields.CITextField]
    return classes


def put_option(dice, spec, option):
    """Sets or takes away one option, where the field can have it."""
    kwargs, family = spec.kwargs, spec.family
    if option in ("null", "blank"):
        kwargs[option] = not kwargs.get(option, False)
        return True
    if option in ("unique", "db_index"):
        if kwargs.get(option):
            del kwargs[option]
            return True
        long = MYSQL and (kwargs.get("max_length") or 0) > 255
        if spec.cls in UNKEYED and (MYSQL or spec.cls is models.JSONField) or long:
            return False
        if family is None and spec.cls.__name__ not in ("FilePathField", "CICharField"):
            return False
        kwargs[option] = True
        return True
    if option == "db_column":
        if kwargs.pop("db_column", None) is None:
            kwargs["db_column"] = dice.fresh_column()
        return True
    if option == "db_comment":
        if VERSION < (4, 2):
            return False
        kwargs["db_comment"] = dice.choice(TEXTS)
        return True
    if option == "default":
        if kwargs.pop("default", None) is None and family and "auto_now" not in kwargs and "auto_now_add" not in kwargs:
            kwargs["default"] = cut(dice.choice(DEFAULTS[family]), kwargs)
            return True
        return False
    if option == "db_default":
        if VERSION < (5, 0) or not family or kwargs.get("primary_key"):
            return False
        if MYSQL and spec.cls in UNKEYED and VERSION < (5, 0):
            return False
        if "db_default" in kwargs and dice.chance(0.5):
            del kwargs["db_default"]
            return True
        value = dice.choice(DB_DEFAULTS[family])
        if callable(value):
            if MYSQL and family == "date":
                return False
            value = value()
            if SQLITE and family == "moment" and not isinstance(value, functions.Now):
                return False
        if family == "json" and SQLITE and VERSION < (5, 1):
            return False
        kwargs["db_default"] = cut(value, kwargs)
        return True
    if option == "db_collation":
        if spec.cls not in (models.CharField, models.TextField) or VERSION < (3, 2):
            return False
        if kwargs.pop("db_collation", None) is None:
            kwargs["db_collation"] = dice.choice(
                {"postgresql": ["C", "POSIX"], "mysql": ["utf8mb4_bin", "utf8mb4_general_ci"], "sqlite": ["nocase", "binary"]}[VENDOR]
            )
        return True
    return False


def cut(value, kwargs):
    """A text that the column can hold."""
    return value[: kwargs["max_length"]] if isinstance(value, str) and kwargs.get("max_length") else value


def value_of(dice, spec):
    """A value that a row that is there already may get."""
    family = spec.family
    if family:
        value = cut(dice.choice([it for it in DEFAULTS[family]]), spec.kwargs)
        return value
    return {"ArrayField": list, "HStoreField": dict, "FilePathField": "/tmp/a", "CICharField": "x", "CITextField": "x"}.get(
        spec.cls.__name__, 1
    )


def relation(dice, target, cls=None):
    """A foreign key or a one-to-one to the model `target`, whose key is a single column."""
    cls = cls or dice.choice([models.ForeignKey, models.ForeignKey, models.ForeignKey, models.OneToOneField])
    spec = FieldSpec(cls, to=target, on_delete=dice.choice(ON_DELETE), related_name="+")
    for option in ["null", "db_constraint", "db_index", "db_column", "on_delete"]:
        if dice.chance(0.25):
            put_relation_option(dice, spec, option)
    return spec


def put_relation_option(dice, spec, option):
    kwargs = spec.kwargs
    if option == "null":
        kwargs["null"] = not kwargs.get("null", False)
    elif option == "on_delete":
        choices = list(ON_DELETE)
        if VERSION >= (6, 1):
            choices += [models.DB_CASCADE]
            if kwargs.get("null"):
                choices += [models.DB_SET_NULL]
        if kwargs.get("null"):
            choices.append(models.SET_NULL)
        kwargs["on_delete"] = dice.choice(choices)
    elif option == "db_column":
        if kwargs.pop("db_column", None) is None:
            kwargs["db_column"] = dice.fresh_column()
    elif option == "unique" and spec.cls is models.ForeignKey:
        kwargs["unique"] = not kwargs.get("unique", False)
    elif option in ("db_constraint", "db_index"):
        kwargs[option] = not kwargs.get(option, True)
    elif option == "db_comment" and VERSION >= (4, 2):
        kwargs["db_comment"] = dice.choice(TEXTS)
    else:
        return False
    return True


KEYS = [
    lambda: FieldSpec(models.AutoField, primary_key=True, auto_created=True, serialize=False, verbose_name="ID"),
    lambda: FieldSpec(models.BigAutoField, primary_key=True, auto_created=True, serialize=False, verbose_name="ID"),
    lambda: FieldSpec(models.BigAutoField, primary_key=True, auto_created=True, serialize=False, verbose_name="ID"),
    lambda: FieldSpec(models.SmallAutoField, primary_key=True, serialize=False),
    lambda: FieldSpec(models.UUIDField, primary_key=True, serialize=False, default=uuid.uuid4),
    lambda: FieldSpec(models.CharField, primary_key=True, serialize=False, max_length=20),
    lambda: FieldSpec(models.SlugField, primary_key=True, serialize=False),
    lambda: FieldSpec(models.IntegerField, primary_key=True, serialize=False),
    lambda: FieldSpec(models.PositiveBigIntegerField, primary_key=True, serialize=False),
    lambda: FieldSpec(models.DateField, primary_key=True, serialize=False),
]
