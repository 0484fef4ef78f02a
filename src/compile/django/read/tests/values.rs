//! What expressions come to: as Python has it, or not known.

use super::{Tree, only, show};
use crate::compile::django::project::Value;

const BEFORE: &str = "\
import functools
from enum import Enum
class Sized:
    def __len__(self):
        return 4
    def __iter__(self):
        return iter(['a'])
class Kind(Enum):
    A = 'a'
    B = 'b'
def named(function):
    @functools.wraps(function)
    def inner():
        return function()
    return inner
def plain():
    pass
wrapped = named(plain)
def number(text):
    try:
        it = int(text)
        return 'a number'
    except ValueError:
        return 'no number'
def element(items, at):
    try:
        return [items[at]]
    except IndexError:
        return 'none'
from django.apps import apps
";

/// Each expression with what CPython 3.11 makes of it, as text.
#[test]
fn an_expression_is_what_python_makes_of_it_or_not_known() {
    let all = [
        ("'a,b,c'.split(',', maxsplit=1)", "['a', 'b,c']"),
        ("'a,b,c'.split(sep=',')", "['a', 'b', 'c']"),
        ("'a,b,c'.rsplit(',', maxsplit=1)", "['a,b', 'c']"),
        ("'a b'.split(maxsplit=1)", "['a', 'b']"),
        ("'abcabc'.find('a', 1)", "3"),
        ("'abca'.count('a', 1)", "1"),
        ("'abc'.startswith('b', 1)", "True"),
        ("'a\\nb'.splitlines(True)", "['a\\n', 'b']"),
        ("'aaa'.replace('a', 'b', 1)", "baa"),
        ("'%5s|%-4s|%05s' % ('a', 'b', 'c')", "    a|b   |    c"),
        ("'%d %d %5d %-4d|%04d' % (2.7, True, 3, 4, 5)", "2 1     3 4   |0005"),
        ("'%.2s' % 'abc'", "ab"),
        ("int('11', 2)", "3"),
        ("int('11', base=8)", "9"),
        ("len(Sized())", "4"),
        ("Kind.A is Kind.A", "True"),
        ("Kind.A is not Kind.B", "True"),
        ("wrapped.__name__", "plain"),
        ("(lambda: 1).__name__ == 'x'", "False"),
        ("plain.__name__", "plain"),
        ("number('x')", "no number"),
        ("element([], 0)", "none"),
        ("element((1,), 3)", "none"),
        ("element([7], -1)", "[7]"),
        ("'ab'.ljust(4, '.') + 'ab'.rjust(3)", "ab.. ab"),
        ("'aB'.swapcase()", "Ab"),
        ("apps.get_app_config('shop').label + apps.get_app_config('shop').name", "shopshop"),
        ("[it.label for it in apps.get_app_configs()]", "['shop']"),
        // No letter: the folder's name is made by chance.
        ("'*' in apps.get_app_config('shop').path", "False"),
    ];
    let calls: Vec<String> = all.iter().map(|(it, _)| format!("migrations.RunSQL(str({it}))")).collect();
    let project = Tree::migration(BEFORE, &format!("operations = [{}]", calls.join(", "))).read();
    let mut known = 0;
    for (operation, (expression, expected)) in only(&project).operations.iter().zip(all) {
        let Value::Object(object) = operation else { panic!("{operation:?}") };
        match &object.args[0] {
            Value::Str(text) => {
                assert_eq!(&**text, expected, "{expression}");
                known += 1;
            }
            Value::Unknown(_) => {}
            other => panic!("{expression}: {}", show(other)),
        }
    }
    assert!(known >= KNOWN, "{known} of {}", all.len());
}

/// So many of them at least are known.
const KNOWN: usize = 17;

/// kiwitcms and squad have other operations on SQLite; that the environment says the engine left them unknown.
#[test]
fn the_engine_that_the_settings_name_is_the_dialects() {
    let check = |settings: &str, expected: &str| {
        let body = "operations = [migrations.DeleteModel('x' if ENGINE.find('sqlite') > -1 else ENGINE)]";
        Tree::migration("ENGINE = settings.DATABASES['default']['ENGINE']", body)
            .settings(&format!("import os, dj_database_url\n{settings}\n"))
            .check(&[&format!("DeleteModel(\"{expected}\")")]);
    };
    let postgres = "django.db.backends.postgresql";
    check("DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x'}}", postgres);
    check("DATABASES = {'default': {'ENGINE': 'django.db.backends.' + os.environ['KIND']}}", postgres);
    check("DATABASES = {'default': dj_database_url.config()}", postgres);
    check("DATABASES = dj_database_url.all()", postgres);
    // What is assumed of the environment is no engine.
    check("DATABASES = {'default': {'ENGINE': os.environ.get('ENGINE')}}", postgres);
    check("DATABASES = {'default': {}}", postgres);
    check("DATABASES = {}", postgres);
    check(
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql_psycopg2'}}",
        "django.db.backends.postgresql_psycopg2",
    );
    check(
        "DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.spatialite'}}",
        "django.contrib.gis.db.backends.postgis",
    );
}

/// Arches asks its own class for settings, and a frame for the folder that its SQL lies in.
#[test]
fn a_class_of_djangos_settings_has_them_and_a_frame_its_file() {
    let own = "from django.conf import LazySettings\nclass Own(LazySettings):\n    MINE = 'mine'\n    def __getattr__(self, name):\n        \
               try:\n            return super(Own, self).__getattr__(name)\n        except Exception:\n            \
               return self.from_database(name)\nsettings = Own()\n";
    let base = "import inspect, os\nROOT = os.path.dirname(os.path.abspath(inspect.getfile(inspect.currentframe())))\n";
    let body = "operations = [migrations.RunSQL(own.A + own.MINE), migrations.RunSQL(open(own.ROOT + '/all.sql').read())]";
    let project = Tree::migration("from shop.own import settings as own", body)
        .file("shop/own.py", own)
        .file("site_settings/base.py", base)
        .file("site_settings/all.sql", "SELECT 1")
        .settings("from site_settings.base import *\nA = 'a'\n")
        .read();
    let shown: Vec<String> = only(&project).operations.iter().map(show).collect();
    assert_eq!(shown, ["RunSQL(\"amine\")", "RunSQL(\"SELECT 1\")"]);
}

/// django-prometheus and its like: migrations that ask for the engine get theirs, and Django's own by the dialect.
#[test]
fn the_engine_is_the_one_of_the_settings_where_it_is_none_of_djangos() {
    let tree = |engine: &str| {
        Tree::migration("", "operations = [migrations.DeleteModel(connection.settings_dict['ENGINE'])]")
            .settings(&format!("DATABASES = {{'default': {{'ENGINE': '{engine}'}}}}\n"))
    };
    tree("django_prometheus.db.backends.postgresql")
        .check(&["DeleteModel(\"django_prometheus.db.backends.postgresql\")"]);
    tree("django.db.backends.sqlite3").check(&["DeleteModel(\"django.db.backends.postgresql\")"]);
}
