//! What instances of a project's classes have of Django's, of which the source alone tells.

use super::Tree;

/// As Django 5.2 has it, with what is of no matter left out.
const DJANGO: [(&str, &str); 8] = [
    (
        "django/db/backends/base/features.py",
        "class BaseDatabaseFeatures:\n    supports_partial_indexes = True\n    interprets_empty_strings_as_nulls = False\n    supports_json_field = False\n",
    ),
    (
        "django/db/backends/postgresql/features.py",
        "from django.db.backends.base.features import BaseDatabaseFeatures\nclass DatabaseFeatures(BaseDatabaseFeatures):\n    can_rollback_ddl = True\n    @cached_property\n    def is_postgresql_16(self):\n        return self.connection.pg_version >= 160000\n",
    ),
    ("django/db/migrations/__init__.py", "from .migration import Migration\nfrom .operations import *\n"),
    (
        "django/db/migrations/migration.py",
        "class Migration:\n    operations = []\n    initial = None\n    atomic = True\n    def __init__(self, name, app_label):\n        self.operations = list(self.__class__.operations)\n",
    ),
    (
        "django/db/migrations/operations/__init__.py",
        "from .special import RunPython, RunSQL\n__all__ = ['RunPython', 'RunSQL']\n",
    ),
    (
        "django/db/migrations/operations/base.py",
        "class Operation:\n    reversible = True\n    elidable = False\n    def __new__(cls, *args, **kwargs):\n        self = object.__new__(cls)\n        self._constructor_args = (args, kwargs)\n        return self\n    def reduce(self, operation, app_label):\n        if self.elidable:\n            return [operation]\n",
    ),
    (
        "django/db/migrations/operations/special.py",
        "from .base import Operation\nclass RunSQL(Operation):\n    def __init__(self, sql, reverse_sql=None, hints=None, elidable=False):\n        self.sql = sql\n        self.reverse_sql = reverse_sql\n        self.hints = hints or {}\n        self.elidable = elidable\n    @property\n    def reversible(self):\n        return self.reverse_sql is not None\nclass RunPython(Operation):\n    pass\n",
    ),
    (
        "django/db/models/__init__.py",
        "from django.db.models.fields import *\nfrom django.db.models.base import Model\nclass Late:\n    def __getattr__(self, name):\n        return 1\n",
    ),
];
const FIELDS: (&str, &str) = (
    "django/db/models/fields/__init__.py",
    "class Field:\n    empty_strings_allowed = True\n    def __init__(self, name=None, null=False):\n        self.name = name\n        self.null = null\n    def run(self):\n        self.ran, self.twice = 1, 2\nclass CharField(Field):\n    pass\nclass DateField(Field):\n    pass\nclass DateTimeField(DateField):\n    pass\nclass EmailField(CharField):\n    pass\nclass IntegerField(Field):\n    pass\n",
);
const OWN: &str = "
import lib
from django.db import connection, migrations, models
class Raw(migrations.RunSQL):
    pass
class Code(models.CharField):
    pass
class Step(migrations.Migration):
    pass
class Late(models.Late):
    pass
class Books(list):
    pass
class Plain:
    pass
class Odd(Plain if lib.flag() else dict):
    pass
raw = Raw('SELECT 1')
code = Code()
";

/// The value of an expression.
#[track_caller]
fn check(expression: &str, expected: &str) {
    let before =
        format!("{OWN}\ntry:\n    made = {expression}\nexcept AttributeError:\n    made = 'raised'\n");
    let tree = Tree::migration(&before, "operations = [made]");
    let tree = DJANGO.iter().chain([&FIELDS]).fold(tree, |tree, (path, text)| tree.file(path, text));
    let shown = super::show(&super::only(&tree.read()).operations[0]);
    if expected == "?" {
        assert!(shown.starts_with('?'), "{expression}: {shown}");
    } else {
        assert_eq!(shown, expected, "{expression}");
    }
}

#[test]
fn what_django_does_not_have_is_not_there() {
    for object in ["raw", "code", "Step('0001', 'shop')", "models.CharField()", "Code", "Step", "Raw"] {
        check(&format!("getattr({object}, 'audited', 3)"), "3");
        check(&format!("1 if hasattr({object}, 'audited') else 2"), "2");
        check(&format!("{object}.audited"), "\"raised\"");
    }
    check("1 if Late().audited else 2", "?");
}

#[test]
fn what_django_has_is_what_it_says() {
    check("raw.elidable", "False");
    check("raw.reverse_sql", "None");
    check("Raw('x', elidable=True).elidable", "True");
    check("Raw('x', 'y').reverse_sql", "\"y\"");
    check("code.empty_strings_allowed", "True");
    check("Step('0001', 'shop').initial", "None");
    check("1 if raw.reduce else 2", "1");
    check("1 if callable(raw.reduce) else 2", "1");
    check("1 if hasattr(code, 'run') else 2", "1");
    check("1 if hasattr(models.CharField, 'run') else 2", "1");
    check("1 if hasattr(models.CharField, 'walk') else 2", "2");
    // A property, what a method sets, what a constructor computes.
    for of in ["raw.reversible", "code.ran", "code.twice", "raw._constructor_args"] {
        check(&format!("1 if {of} else 2"), "?");
    }
}

#[test]
fn a_connection_has_the_features_that_its_backend_says() {
    check("connection.features.supports_partial_indexes", "True");
    check("connection.features.interprets_empty_strings_as_nulls", "False");
    check("connection.features.can_rollback_ddl", "True");
    check("1 if connection.features.is_postgresql_16 else 2", "?");
    check("connection.features.supports_json_field", "True");
    check("connection.ops.max_name_length()", "63");
    check("1 if connection.ops.cache_key_culling_sql() else 2", "?");
}

#[test]
fn what_derives_from_a_list_may_be_empty() {
    check("1 if Books() else 2", "?");
    check("1 if raw else 2", "1");
}

#[test]
fn a_field_that_fills_itself_is_not_edited() {
    check("models.DateTimeField(auto_now=True).editable", "False");
    check("models.DateField(auto_now_add=True).blank", "True");
    check("models.DateField(auto_now=False).editable", "True");
}

#[test]
fn classes_of_the_project_derive_from_djangos() {
    for (question, answer) in [
        ("issubclass(Code, models.Field)", "True"),
        ("issubclass(Code, (int, models.CharField))", "True"),
        ("issubclass(Code, models.IntegerField)", "False"),
        ("issubclass(Raw, migrations.RunPython)", "False"),
        ("issubclass(Code, int)", "False"),
        ("issubclass(Plain, object)", "True"),
        ("issubclass(Plain, models.Field)", "False"),
        ("issubclass(models.EmailField, models.CharField)", "True"),
        ("issubclass(models.CharField, Plain)", "False"),
        ("issubclass(ValueError, Exception)", "True"),
        ("isinstance(Plain(), object)", "True"),
        ("isinstance(code, object)", "True"),
        ("isinstance(5, __import__('numbers').Number)", "True"),
        ("isinstance(5.5, __import__('numbers').Integral)", "False"),
        ("isinstance(None, __import__('types').NoneType)", "True"),
    ] {
        check(question, answer);
    }
    check("issubclass(Plain, __import__('collections.abc', fromlist=['Hashable']).Hashable)", "?");
    check("isinstance([], __import__('types').GeneratorType)", "False");
    check("issubclass(Odd, Plain)", "?");
}

#[test]
fn a_model_of_today_says_its_table() {
    let models = "from django.db import models\nclass Base(models.Model):\n    class Meta:\n        abstract = True\n        \
        db_table = 'of_base'\nclass Item(Base):\n    class Meta(Base.Meta):\n        abstract = False\n\
        class Thing(models.Model):\n    class Meta:\n        ordering = ['id']\n\
        class Bare(models.Model):\n    pass\nimport lib\nclass Odd(lib.Base, models.Model):\n    pass\n\
        class Other(Thing):\n    class Meta:\n        proxy = True\nclass More(Thing):\n    pass\n\
        class Named(type(models.Model)):\n    pass\nclass Another(models.Model, metaclass=Named):\n    class Meta:\n        ordering = []\n\
        class AModelWithQuiteALongNameOfItsOwn(models.Model):\n    class Meta:\n        ordering = []\n";
    let table = |model: &str| {
        let before = "from shop import models as today\n";
        let tree = Tree::migration(before, &format!("operations = [today.{model}._meta.db_table]"));
        super::show(&super::only(&tree.file("shop/models.py", models).read()).operations[0])
    };
    assert_eq!(table("Item"), "\"of_base\"");
    assert_eq!(table("Thing"), "\"shop_thing\"");
    assert_eq!(table("Bare"), "\"shop_bare\"");
    for model in ["Odd", "Other", "More", "Another", "AModelWithQuiteALongNameOfItsOwn"] {
        assert!(table(model).starts_with('?'), "{model}: {}", table(model));
    }
}

/// As Wagtail's search finds out what SQLite can.
#[test]
fn a_database_in_memory_is_none_of_the_projects() {
    let asks = |place: &str| {
        let before = format!(
            "import sqlite3\ndef has_it():\n    other = sqlite3.connect({place})\n    try:\n        \
             other.execute('CREATE VIRTUAL TABLE t USING fts5 (a)')\n    except sqlite3.OperationalError:\n        \
             return False\n    finally:\n        other.close()\n    return True\n"
        );
        let project = Tree::migration(&before, "operations = [1 if has_it() else 2]").read();
        (super::show(&super::only(&project).operations[0]), super::told(&project))
    };
    let (shown, told) = asks("':memory:'");
    assert_eq!(shown, "1");
    assert_eq!(told[0], "assumed that SQLite takes what a database in memory is asked");
    assert!(asks("'other.db'").0.starts_with('?'));
}

/// The value of what is bound to `made` by these statements.
#[track_caller]
fn check_made(statements: &str, expected: &str) {
    let before = format!("import enum\nfrom functools import cache, lru_cache\n{statements}\n");
    let shown =
        super::show(&super::only(&Tree::migration(&before, "operations = [made]").read()).operations[0]);
    if expected == "?" {
        assert!(shown.starts_with('?'), "{statements}: {shown}");
    } else {
        assert_eq!(shown, expected, "{statements}");
    }
}

#[test]
fn fields_have_the_length_and_the_unique_of_their_class() {
    check_made("made = models.EmailField().max_length", "254");
    check_made("made = models.UUIDField().max_length", "32");
    check_made("made = models.URLField(max_length=9).max_length", "9");
    check_made(
        "made = models.EmailField(null=True).deconstruct()[3]",
        "{\"null\": True, \"max_length\": 254}",
    );
    check_made("made = models.URLField().deconstruct()[3]", "{}");
    check_made("made = models.EmailField().db_type(connection)", "\"varchar(254)\"");
    check_made("made = models.SlugField().db_type(connection)", "\"varchar(50)\"");
    check_made("made = models.IntegerField(primary_key=True).unique", "True");
    check_made("made = models.IntegerField().unique", "False");
    check_made("made = models.BinaryField().editable", "False");
}

/// A member stands as its value, so that it cannot be told from one.
#[test]
fn what_may_be_a_member_is_not_known_to_be_none() {
    let kinds = "class A(models.TextChoices):\n    X = 'x'\nclass B(enum.IntEnum):\n    Y = 1\n";
    for question in [
        "isinstance(A.X, A)",
        "isinstance(A.X, models.TextChoices)",
        "isinstance(B.Y, enum.Enum)",
        "hasattr(A.X, 'value')",
        "getattr(B.Y, 'name', 5)",
    ] {
        check_made(&format!("{kinds}made = 1 if {question} else 2"), "?");
    }
    check_made(&format!("{kinds}made = isinstance('x', int)"), "False");
    check_made(&format!("{kinds}made = A.X.value"), "\"x\"");
    check_made(&format!("{kinds}made = getattr(A.X, 'value', A.X)"), "\"x\"");
    check_made(&format!("{kinds}v = A.X\nmade = v.value if isinstance(v, A) else v"), "\"x\"");
}

#[test]
fn a_function_that_keeps_its_results_runs_once() {
    let counted = |decorator: &str| {
        format!(
            "runs = []\n@{decorator}\ndef all(name='a'):\n    runs.append(name)\n    return [name]\n\
             all().append('b')\nall('c')\nall('c')\nmade = [all(), runs]"
        )
    };
    check_made(&counted("cache"), "[[\"a\", \"b\"], [\"a\", \"c\"]]");
    check_made(&counted("lru_cache(maxsize=None)"), "[[\"a\", \"b\"], [\"a\", \"c\"]]");
    check_made(&counted("lru_cache(maxsize=1)"), "[[\"a\"], [\"a\", \"c\", \"c\", \"a\"]]");
    check_made(
        "@cache\ndef all():\n    return []\nall().append(1)\nall.cache_clear()\nall().append(2)\nmade = all()",
        "[2]",
    );
    check_made(
        "class A:\n    @classmethod\n    @cache\n    def all(cls):\n        return []\nA.all().append(1)\nmade = A.all()",
        "[1]",
    );
    check_made(
        "import lib\n@cache\ndef all():\n    return []\nif lib.x():\n    all.cache_clear()\nall().append(1)\nmade = all()",
        "[]",
    );
}

#[test]
fn names_and_lists_are_as_python_leaves_them() {
    check_made("class A: pass\nA.__name__ = 'B'\nmade = type(A()).__name__", "\"B\"");
    check_made("def f(a, b=2):\n    return sorted(locals())\nmade = f(1)", "[\"a\", \"b\"]");
    check_made("made = [3]\nfor n in made:\n    if n < 6: made.append(n + 1)", "[3, 4, 5, 6]");
    check_made(
        "def f():\n    try:\n        unicode\n    except NameError:\n        return 1\n    return 2\nmade = f()",
        "1",
    );
}

#[test]
fn two_of_djangos_fields_are_not_the_same() {
    let key = "def of(kind):\n    return kind(max_length=36) if kind is models.CharField else kind()\n";
    check_made(&format!("{key}made = of(models.UUIDField)"), "UUIDField()");
    check_made(&format!("{key}made = of(models.CharField)"), "CharField(max_length=36)");
    check_made("made = models.TextField == models.CharField", "False");
    check_made("made = {models.TextField: 1, models.CharField: 2}[models.CharField]", "2");
}

#[test]
fn names_are_made_short_as_python_does() {
    check_made("import hashlib\nmade = hashlib.md5(b'shop_order').hexdigest()[:8]", "\"4086729a\"");
    check_made(
        "import hashlib\nh = hashlib.sha256()\nfor it in ('a', 'b'):\n    h.update(it.encode())\nmade = h.hexdigest()[:8]",
        "\"fb8e20fc\"",
    );
    check_made("import hashlib, lib\nh = hashlib.md5()\nh.update(lib.x())\nmade = h.hexdigest()", "?");
    check_made("import hashlib\nmade = hashlib.blake2b(b'a').hexdigest()", "?");
    let slug = "from django.utils.text import slugify\nmade = ";
    check_made(&format!("{slug}slugify(' -Big  Red & (old) Box_ ')"), "\"big-red-old-box\"");
    check_made(&format!("{slug}slugify('Größe')"), "?");
}
