"""Random indexes, constraints and conditions, kept as data over names of fields, so that a renamed field is followed."""

import datetime
import decimal
import uuid

from django.db import models
from django.db.models import F, Q, functions

from .fields import MYSQL, POSTGRES, UNKEYED, VERSION


class Condition:
    """A tree of `("and" | "or", [trees])`, `("not", tree)` and `(field, lookup, value)`."""

    def __init__(self, tree):
        self.tree = tree

    def build(self):
        return build(self.tree)

    def names(self):
        return set(names(self.tree))

    def renamed(self, old, new):
        return Condition(renamed(self.tree, old, new))


class Column:
    """A value that is another field, plus something."""

    def __init__(self, name, plus=0):
        self.name, self.plus = name, plus

    def build(self):
        return F(self.name) + self.plus if self.plus else F(self.name)

    def __repr__(self):
        return f"F({self.name}) + {self.plus}"


def build(tree):
    head = tree[0]
    if head == "not":
        return ~build(tree[1])
    if head in ("and", "or"):
        parts = [build(it) for it in tree[1]]
        whole = parts[0]
        for part in parts[1:]:
            whole = whole & part if head == "and" else whole | part
        return whole
    name, lookup, value = tree
    value = value.build() if isinstance(value, Column) else value
    return Q(**{f"{name}__{lookup}" if lookup else name: value})


def names(tree):
    if tree[0] == "not":
        yield from names(tree[1])
    elif tree[0] in ("and", "or"):
        for part in tree[1]:
            yield from names(part)
    else:
        yield tree[0]
        if isinstance(tree[2], Column):
            yield tree[2].name


def renamed(tree, old, new):
    if tree[0] == "not":
        return ("not", renamed(tree[1], old, new))
    if tree[0] in ("and", "or"):
        return (tree[0], [renamed(part, old, new) for part in tree[1]])
    name, lookup, value = tree
    if isinstance(value, Column) and value.name == old:
        value = Column(new, value.plus)
    return (new if name == old else name, lookup, value)


MOMENT = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)

LEAVES = {
    "text": [
        ("exact", "x"), ("", "it's"), ("in", ["a", "b"]), ("startswith", "ab"), ("contains", "%_"), ("endswith", "z"),
        ("iexact", "x"), ("icontains", "q"), ("istartswith", "q"), ("gt", "a"), ("regex", "^[a-z]+$"), ("exact", ""),
    ],
    "number": [
        ("gte", 0), ("gt", -3), ("lt", 1000), ("lte", 99), ("exact", 5), ("", 7), ("in", [1, 2, 3]), ("range", (1, 9)),
        ("in", [1]),
    ],
    "float": [("gte", 0.5), ("lt", 2.25), ("gt", 0)],
    "decimal": [("gte", decimal.Decimal("0.5")), ("lt", 10), ("exact", decimal.Decimal("1.50"))],
    "boolean": [("", True), ("", False), ("exact", True)],
    "date": [("gt", datetime.date(2020, 1, 2)), ("range", (datetime.date(2020, 1, 2), datetime.date(2021, 1, 2)))],
    "moment": [("gte", MOMENT)],
    "time": [("lt", datetime.time(12, 30))],
    "duration": [("gte", datetime.timedelta(0))],
    "uuid": [("exact", uuid.UUID(int=5))],
    "address": [("exact", "127.0.0.1")],
}  # fmt: skip


def condition(dice, named, depth=2):
    """A random condition over the columns of `named` (specs by name), or nothing."""
    leaves = []
    for name, spec in named.items():
        family = spec.family
        if family in LEAVES:
            lookup, value = dice.choice(LEAVES[family])
            leaves.append((name, lookup, value))
            if family == "number":
                others = [it for it in named if named[it].family == "number" and it != name]
                if others:
                    leaves.append((name, dice.choice(["gt", "lte", "exact"]), Column(dice.choice(others), dice.choice([0, 0, 3]))))
        if spec.has_column and not spec.is_generated and not spec.is_key and spec.kwargs.get("null"):
            leaves.append((name, "isnull", dice.chance(0.5)))
        elif spec.is_relation and spec.has_column and dice.chance(0.3):
            leaves.append((name, "isnull", dice.chance(0.5)))
    if not leaves:
        return None

    def tree(depth):
        if depth == 0 or dice.chance(0.45):
            return dice.choice(leaves)
        if dice.chance(0.25):
            return ("not", tree(depth - 1))
        return (dice.choice(["and", "or"]), [tree(depth - 1) for _ in range(dice.between(2, 3))])

    return Condition(tree(depth))


EXPRESSIONS = {
    "lower": lambda name: functions.Lower(name),
    "upper_desc": lambda name: functions.Upper(name).desc(),
    "plain": lambda name: F(name),
    "desc": lambda name: F(name).desc(),
    "abs": lambda name: functions.Abs(name),
    "length": lambda name: functions.Length(name),
    "plus": lambda name: F(name) + 1,
    "coalesce": lambda name: functions.Coalesce(name, 0),
}


def expressions(dice, named):
    made = []
    for name, spec in dice.some(list(named.items()), 3):
        if spec.family == "text" and spec.cls not in UNKEYED and not (MYSQL and (spec.kwargs.get("max_length") or 0) > 255):
            made.append((dice.choice(["lower", "upper_desc", "plain", "length"]), name))
        elif spec.family == "number":
            made.append((dice.choice(["abs", "desc", "plus", "coalesce", "plain"]), name))
    return made


def keyable(named, short=True):
    """What an index of all backends takes."""

    def fits(spec):
        if not spec.has_column or spec.cls.__name__ in ("JSONField", "HStoreField", "SearchVectorField"):
            return False
        if spec.family is None and not spec.is_relation and not spec.is_generated:
            return POSTGRES
        return not MYSQL or (spec.cls not in UNKEYED and (spec.kwargs.get("max_length") or 0) <= 255)

    return [name for name, spec in named.items() if fits(spec)]


class Index:
    def __init__(self, cls, name, **options):
        self.cls, self.name, self.options = cls, name, options

    def names(self):
        found = {it.lstrip("-") for it in self.options.get("fields", [])}
        found |= {name for _, name in self.options.get("expressions", [])}
        found |= set(self.options.get("include", []))
        if self.options.get("condition"):
            found |= self.options["condition"].names()
        return found

    def rename(self, old, new):
        def follow(name):
            return "-" + new if name == "-" + old else new if name == old else name

        options = self.options
        for key in ("fields", "include"):
            if key in options:
                options[key] = [follow(it) for it in options[key]]
        if "expressions" in options:
            options["expressions"] = [(kind, follow(name)) for kind, name in options["expressions"]]
        if options.get("condition"):
            options["condition"] = options["condition"].renamed(old, new)

    def build(self):
        options = dict(self.options)
        over = [EXPRESSIONS[kind](name) for kind, name in options.pop("expressions", [])]
        condition = options.pop("condition", None)
        if condition:
            key = "condition"
            if self.cls is models.CheckConstraint and VERSION < (5, 1):
                key = "check"
            options[key] = condition.build()
        if "operator" in options:
            operator = options.pop("operator")
            options["expressions"] = [(name, operator) for name in options.pop("fields")]
        return self.cls(*over, name=self.name, **options)

    def __repr__(self):
        return f"{self.cls.__name__}({self.name}, {self.options})"


def index(dice, named):
    keys = keyable(named)
    if not keys:
        return None
    options = {}
    cls = models.Index
    name = dice.fresh_index()
    over = expressions(dice, named) if VERSION >= (3, 2) and dice.chance(0.3) else []
    if over:
        options["expressions"] = over
    else:
        fields = dice.some(keys, 3)
        options["fields"] = [it if dice.chance(0.7) else f"-{it}" for it in fields]
        if dice.chance(0.3):
            name = None
    if dice.chance(0.3):
        found = condition(dice, named)
        if found:
            options["condition"] = found
            name = name or dice.fresh_index()
    if VERSION >= (3, 2) and dice.chance(0.2):
        options["include"] = [it for it in dice.some(keys, 2) if it not in [name.lstrip("-") for name in options.get("fields", [])]]
        name = name or dice.fresh_index()
        if not options["include"]:
            del options["include"]
    if POSTGRES and "fields" in options and not options.get("include") and dice.chance(0.3):
        from django.contrib.postgres import indexes

        options["fields"] = [it.lstrip("-") for it in options["fields"]]
        arrays = [it for it, spec in named.items() if spec.cls.__name__ in ("ArrayField", "JSONField", "SearchVectorField", "HStoreField")]
        texts = [it for it in options["fields"] if named[it].cls is models.CharField]
        if arrays and dice.chance(0.6):
            cls, options = indexes.GinIndex, {"fields": arrays[:1]}
            if dice.chance(0.3):
                options["fastupdate"] = False
        elif texts and dice.chance(0.5):
            options = {"fields": texts[:1], "opclasses": [dice.choice(["varchar_pattern_ops", "text_pattern_ops", "varchar_ops"])]}
            name = name or dice.fresh_index()
        else:
            cls = dice.choice([indexes.BrinIndex, indexes.BTreeIndex, indexes.HashIndex])
            if cls is not indexes.BTreeIndex:
                options["fields"] = [
                    it for it in options["fields"] if named[it].family in ("text", "number", "date", "moment", "uuid")
                ][:1]
                if not options["fields"]:
                    return None
                if cls is indexes.BrinIndex and dice.chance(0.4):
                    options["pages_per_range"] = 4
            elif dice.chance(0.4):
                options["fillfactor"] = 80
    return Index(cls, name, **options)


def constraint(dice, named):
    roll = dice.random()
    if roll < 0.45:
        found = condition(dice, named)
        return found and Index(models.CheckConstraint, dice.fresh_index("check"), condition=found)
    if POSTGRES and roll < 0.55:
        from django.contrib.postgres.constraints import ExclusionConstraint

        fields = [it for it in named if named[it].family in ("number", "text", "date")]
        if not fields:
            return None
        options = {"fields": dice.some(fields, 2), "operator": "="}
        if dice.chance(0.4):
            options["condition"] = condition(dice, named)
        return Index(ExclusionConstraint, dice.fresh_index("excl"), index_type="gist", **options)
    options = {}
    over = expressions(dice, named) if VERSION >= (4, 0) and dice.chance(0.25) else []
    keys = keyable(named)
    if over:
        options["expressions"] = over
    elif keys:
        options["fields"] = dice.some(keys, 3)
    else:
        return None
    if dice.chance(0.35):
        options["condition"] = condition(dice, named)
    if not over and not options.get("condition") and dice.chance(0.2):
        options["deferrable"] = dice.choice([models.Deferrable.DEFERRED, models.Deferrable.IMMEDIATE])
    if VERSION >= (3, 2) and not over and "deferrable" not in options and dice.chance(0.2):
        include = [it for it in dice.some(keys, 2) if it not in options["fields"]]
        if include:
            options["include"] = include
    if VERSION >= (5, 0) and not options.get("condition") and "deferrable" not in options and dice.chance(0.2):
        options["nulls_distinct"] = dice.chance(0.5)
    return Index(models.UniqueConstraint, dice.fresh_index("uniq"), **options)
