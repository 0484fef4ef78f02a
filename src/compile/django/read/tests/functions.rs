//! What is told of functions that are not run: whether they come to the schema, by whatever way.

use super::{Tree, object, only};
use crate::compile::django::project::{Body, Value};
use crate::dialect::Dialect;

const HELPERS: &str = "from django.db import connection as conn, transaction

def rebuild():
    with conn.schema_editor() as editor:
        editor.execute('CREATE TABLE shop_copy (id integer)')

def rows():
    return [slug('a')]

class Worker:
    def __init__(self, size):
        self.size = size

    def run(self):
        self.inner()

    def inner(self):
        transaction.get_connection().cursor()

    @staticmethod
    def quiet():
        return rows()

worker = Worker(1)
";

const COMMAND: &str = "from django.core.management.base import BaseCommand
from shop.helpers import rebuild

class Command(BaseCommand):
    def handle(self, *args, **options):
        rebuild()
";

/// Whether each body of a function of `RunPython` touches the schema.
#[track_caller]
fn check(bodies: &[(&str, bool)]) {
    let mut before = "import functools\nimport shop.helpers\nfrom shop import helpers\nfrom shop.helpers import Worker, rebuild as rb, rows\n\
        from django.core.management import call_command\n"
        .to_owned();
    let mut calls = Vec::new();
    for (position, (body, _)) in bodies.iter().enumerate() {
        let body = body.replace('\n', "\n    ");
        before.push_str(&format!("def f{position}(apps, schema_editor):\n    {body}\n"));
        calls.push(format!("migrations.RunPython(f{position}, hints=not_known)"));
    }
    let project = Tree::migration(&before, &format!("operations = [{}]", calls.join(", ")))
        .file("shop/helpers.py", HELPERS)
        .file("shop/management/commands/rebuild.py", COMMAND)
        .read();
    let touches = only(&project).operations.iter().map(|operation| match operation {
        Value::Object(object) => match &object.args[0] {
            Value::Function(function) => function.touches_schema,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    });
    let told: Vec<(&str, bool)> = bodies.iter().map(|(body, _)| *body).zip(touches).collect();
    assert_eq!(told, bodies);
}

#[test]
fn the_schema_is_reached_by_helpers_however_they_are_named() {
    check(&[
        ("rows()", false),
        ("helpers.rows()", false),
        ("Worker.quiet()", false),
        ("rb()", true),
        ("helpers.rebuild()", true),
        ("shop.helpers.rebuild()", true),
        ("Worker(3).run()", true),
        ("helpers.worker.run()", true),
        ("from shop.helpers import rebuild\nrebuild()", true),
        ("from shop import helpers as other\nother.rebuild()", true),
        ("for work in [rows, rb]:\n    work()", true),
        ("functools.partial(helpers.rebuild)()", true),
        ("def inner():\n    rb()\ninner()", true),
        ("from django.db import connections as all_of_them\nall_of_them['default']", true),
        ("rb = apps.get_model('shop', 'Book')\nrb.objects.all()", false),
        ("call_command('rebuild')", true),
        ("call_command('unheard_of')", true),
        ("get('x').run('DROP TABLE shop_book')", true),
        ("print('Create table reservations for all')", false),
    ]);
}

#[test]
fn the_editor_is_known_by_its_place() {
    let before = "def by_place(apps, se):\n    se.execute('x')\n\ndef all_of_it(*args):\n    args[1].execute('x')\n\n\
        class Mine(migrations.operations.base.Operation):\n    def database_forwards(self, app, se, old, new):\n        se.execute(x())\n";
    let body = "operations = [migrations.RunPython(by_place, hints=not_known), migrations.RunPython(all_of_it, hints=not_known), Mine()]";
    let project = Tree::migration(before, body).read();
    for operation in &only(&project).operations {
        let Value::Object(object) = operation else { panic!("{operation:?}") };
        let touches = match object.args.first() {
            Some(Value::Function(function)) => function.touches_schema,
            _ => object.methods.iter().any(|(_, it)| it.function.touches_schema),
        };
        assert!(touches, "{}", object.class);
    }
}

#[test]
fn functions_are_told_without_being_run() {
    let before = "def rows(apps, schema_editor):\n    Book = apps.get_model('Shop', 'Book')\n    \
        if schema_editor.connection.vendor != 'sqlite':\n        Book.objects.using(schema_editor.connection.alias).all()\n\n\
        def ddl(apps, schema_editor):\n    drop(schema_editor)\n\n\
        def drop(editor):\n    editor.execute('ALTER TABLE shop_book DROP COLUMN x')\n\n\
        def nothing(apps, schema_editor):\n    '''Select nothing.'''\n    pass\n";
    let project = Tree::migration(
        before,
        "operations = [migrations.RunPython(rows, nothing), migrations.RunPython(ddl, hints=not_known), \
         migrations.RunPython(lambda apps, editor: editor.connection.cursor(), hints=not_known)]",
    )
    .read();
    let function = |at: usize, arg: usize| match &object(&only(&project).operations[at]).args[arg] {
        Value::Function(function) => function.clone(),
        other => panic!("{other:?}"),
    };
    let rows = function(0, 0);
    assert_eq!(&*rows.path, "shop.migrations.0001_initial.rows");
    assert!(!rows.touches_schema);
    assert_eq!(rows.models, [("shop".into(), "book".into())]);
    assert_eq!(function(0, 1).body, Body::Empty);
    let ddl = function(1, 0);
    assert!(ddl.touches_schema);
    assert_eq!(ddl.sql.iter().map(|it| &**it).collect::<Vec<_>>(), ["ALTER TABLE shop_book DROP COLUMN x"]);
    assert!(function(2, 0).touches_schema);
}

/// Each body with whether it touches the schema, on SQLite.
#[test]
fn the_editor_is_followed_where_it_goes_and_a_vendor_that_is_another_is_not() {
    let before = "from django.db import connection\n\n\
        def count(url, width):\n    return url.get(width)\n\n\
        def rows(apps, schema_editor):\n    count(apps, 3)\n\n\
        def quiet(width, editor):\n    return editor.connection.alias\n\n\
        def passed(apps, schema_editor):\n    quiet(3, editor=schema_editor)\n\n\
        def loud(editor, width):\n    editor.execute('DROP TABLE x')\n\n\
        def drops(apps, schema_editor):\n    loud(schema_editor, 3)\n\n\
        def elsewhere(apps, schema_editor):\n    if schema_editor.connection.vendor == 'postgresql':\n        schema_editor.execute('x')\n\n\
        def leaves(apps, schema_editor):\n    if connection.vendor not in ('mysql', 'postgresql'):\n        return\n    schema_editor.execute('x')\n\n\
        def here(apps, schema_editor):\n    if schema_editor.connection.vendor != 'postgresql':\n        schema_editor.execute('x')\n\n\
        def outside(apps, schema_editor):\n    unheard(schema_editor)\n\n";
    let names = ["rows", "passed", "drops", "elsewhere", "leaves", "here", "outside"];
    let calls: Vec<String> =
        names.iter().map(|it| format!("migrations.RunPython({it}, hints=not_known)")).collect();
    let project =
        Tree::migration(before, &format!("operations = [{}]", calls.join(", "))).on(Dialect::Sqlite).read();
    let touches: Vec<bool> = (only(&project).operations.iter())
        .map(|operation| match &object(operation).args[0] {
            Value::Function(function) => function.touches_schema,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(touches, [false, false, true, false, false, true, true]);
}

/// What keeps what it decorates: a method, a call of an instance.
#[test]
fn whatever_decorates_is_called() {
    let registry = "class Registry:\n    def __init__(self):\n        self.all = []\n    def register(self, it):\n        \
                    self.all.append(it)\n        return it\nregistry = Registry()\n";
    let step = "STEPS = []\nclass step:\n    def __init__(self, order):\n        self.order = order\n    def __call__(self, it):\n        \
                STEPS.append((self.order, it()))\n        return it\n";
    let before = format!(
        "{registry}{step}@registry.register\ndef one():\n    return 1\n@registry.register\nclass Two:\n    pass\n\
         @step(2)\ndef second():\n    return 'b'\n@step(1)\ndef first():\n    return 'a'\n"
    );
    Tree::migration(&before, "operations = [registry.all[0](), len(registry.all), sorted(STEPS), first()]")
        .check(&["1", "2", "[(1, \"a\"), (2, \"b\")]", "\"a\""]);
}

#[test]
fn what_is_put_into_a_dict_of_attributes_is_there() {
    let before = "class Bunch:\n    def __init__(self, **given):\n        self.__dict__.update(given)\n    def __getattr__(self, name):\n        \
                  return 'no ' + name\n";
    Tree::migration(before, "operations = [Bunch(bar='b').bar, Bunch(bar='b').foo]")
        .check(&["\"b\"", "\"no foo\""]);
}
