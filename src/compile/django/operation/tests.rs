//! Small projects, from their sources to the operations of a manifest.

mod answered;
mod asked_by_code;
mod code;
mod deferred;
mod drifted;
mod extra;
mod followed;
mod guessed;
mod handlers;
mod inherited;
mod objects;
mod odd;
mod older;
mod on_condition;
mod own;
mod paired;
mod placed;
mod remade;
mod renamed;
mod routed;
mod spatial;
mod squashes;
mod stopped;
mod tried;
mod turned;
mod wild;

use std::path::Path;

use crate::compile::django::compilation::read_and_compile;
use crate::compile::django::compile::Compiled;
use crate::compile::django::read::Request;
use crate::dialect::Dialect;
use crate::migration::{MayTouch, Operation};
use crate::schema::{Change, ConstraintRef, IndexPart, Table};

/// Where a test does not say another.
const DJANGO: (u32, u32) = (5, 2);
const HEAD: &str = "from functools import partial\nfrom django.db import migrations, models\n";

/// `files` are the migrations of the app `shop`, by name, without what each begins with.
fn project(settings: &str, files: &[(&str, &str)]) -> Compiled {
    project_on(Dialect::Postgres, settings, files)
}

fn project_on(dialect: Dialect, settings: &str, files: &[(&str, &str)]) -> Compiled {
    project_of(DJANGO, dialect, settings, files)
}

fn project_of(django: (u32, u32), dialect: Dialect, settings: &str, files: &[(&str, &str)]) -> Compiled {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    let settings = format!(
        "INSTALLED_APPS = ['shop']\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n{settings}"
    );
    write("settings.py", &settings);
    write("shop/__init__.py", "");
    write("shop/migrations/__init__.py", "");
    for (name, text) in files {
        write(&format!("shop/migrations/{name}.py"), &format!("{HEAD}{text}"));
    }
    compiled_of(django, dialect, folder.path())
}

/// A file of a project, with the folders that it lies in.
fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn compiled(folder: &Path) -> Compiled {
    compiled_on(Dialect::Postgres, folder)
}

fn compiled_on(dialect: Dialect, folder: &Path) -> Compiled {
    compiled_of(DJANGO, dialect, folder)
}

fn compiled_of(django: (u32, u32), dialect: Dialect, folder: &Path) -> Compiled {
    let request = Request {
        dialect,
        sources: vec![folder.to_owned()],
        settings: Some(folder.join("settings.py")),
        set: Vec::new(),
        apps: Vec::new(),
        installed_apps: Vec::new(),
        database: "default".to_owned(),
        django: Some(django),
    };
    read_and_compile(&request).unwrap().1
}

/// A line for each operation of each migration.
fn lines(compiled: &Compiled) -> Vec<String> {
    let of_one = |migration: &crate::migration::Migration| {
        let name = migration.id.name.clone();
        (migration.operations.iter().map(move |it| format!("{name}: {}", line(it)))).collect::<Vec<_>>()
    };
    compiled.migrations.iter().flat_map(of_one).collect()
}

fn line(operation: &Operation) -> String {
    match operation {
        Operation::Opaque(opaque) => {
            let touches = match &opaque.may_touch {
                MayTouch::Nothing => "nothing".to_owned(),
                MayTouch::Anything => "anything".to_owned(),
                MayTouch::Tables(tables) => {
                    tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
                }
            };
            let undone = &opaque.may_undo;
            let columns = undone.columns.iter().map(|it| format!(" -{it}")).collect::<String>();
            let constraints = if undone.constraints { " -constraints" } else { "" };
            let over = undone.over.iter().map(|it| format!(" -over {}", it.join(" "))).collect::<String>();
            let defined =
                undone.definitions.iter().map(|it| format!(" -{it}'s definition")).collect::<String>();
            let tables = undone.tables.iter().map(|it| format!(" -table {it}")).collect::<String>();
            let own = if undone.own { " (its own too)" } else { "" };
            let only = if undone.only { ", no more" } else { "" };
            format!("{} ?? {touches}{columns}{defined}{constraints}{over}{tables}{own}{only}", opaque.reason)
        }
        Operation::Change(change) => change_line(change),
    }
}

fn change_line(change: &Change) -> String {
    let at = |reference: &ConstraintRef| match reference {
        ConstraintRef::Name(_) => "by name".to_owned(),
        ConstraintRef::Columns(columns) => columns.join(" "),
    };
    let table = change.table();
    match change {
        Change::CreateTable(made) => format!("create {table}: {}", columns(made)),
        Change::DropTable { .. } => format!("drop {table}"),
        Change::RenameTable { to, .. } => format!("rename {table} to {to}"),
        Change::AddColumn { column, .. } => format!("{table} + {column}"),
        Change::DropColumn { column, .. } => format!("{table} - {column}"),
        Change::RenameColumn { from, to, .. } => format!("{table}.{from} to {to}"),
        Change::AlterColumn { column, .. } => format!("{table} ~ {column}"),
        Change::AddPrimaryKey { primary_key, .. } => format!("{table} + {primary_key}"),
        Change::DropPrimaryKey { .. } => format!("{table} - primary key"),
        Change::AddUnique { unique, .. } => format!("{table} + unique {}", parts(&unique.parts)),
        Change::DropUnique { unique, .. } => format!("{table} - unique {}", at(unique)),
        Change::AddForeignKey { foreign_key, .. } => {
            format!("{table} + {} -> {}", foreign_key.columns.join(" "), foreign_key.references)
        }
        Change::DropForeignKey { foreign_key, .. } => format!("{table} - -> {}", at(foreign_key)),
        Change::AddCheck { check, .. } => format!("{table} + check {}", check.columns.join(" ")),
        Change::DropCheck { check, .. } => format!("{table} - check {}", at(check)),
        Change::AddIndex { index, .. } => format!("{table} + index {}", parts(&index.parts)),
        Change::DropIndex { index, .. } => format!("{table} - index {}", at(index)),
        Change::AddExclusion { exclusion, .. } => format!("{table} + {exclusion}"),
        Change::DropExclusion { exclusion, .. } => format!("{table} - exclusion {}", at(exclusion)),
        Change::RenameConstraint { to, .. } => format!("{table}: index or constraint to {to}"),
    }
}

fn columns(table: &Table) -> String {
    table.columns.iter().map(|it| &*it.name).collect::<Vec<_>>().join(" ")
}

fn parts(parts: &[IndexPart]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

const ITEM: &str = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', [
            ('id', models.BigAutoField(primary_key=True)),
            ('name', models.CharField(max_length=30)),
            ('code', models.IntegerField()),
        ]),
    ]
";

/// What `operations` do behind a migration that made `shop_item`.
#[track_caller]
fn check(operations: &str, expected: &[&str]) {
    let second = format!("dependencies = [('shop', '1')]\n    operations = [{operations}]");
    check_body("", &second, expected);
}

#[track_caller]
fn check_body(before: &str, body: &str, expected: &[&str]) {
    let second = format!("{before}\nclass Migration(migrations.Migration):\n    {body}\n");
    let compiled = project("", &[("1", ITEM), ("2", &second)]);
    let told: Vec<String> =
        lines(&compiled).iter().filter_map(|it| it.strip_prefix("2: ").map(str::to_owned)).collect();
    assert_eq!(told, expected, "{:#?}", compiled.notices);
}

/// What `operations` do, of classes that the file defines.
#[track_caller]
fn check_class(classes: &str, operations: &str, expected: &[&str]) {
    check_body(
        classes,
        &format!("dependencies = [('shop', '1')]\n    operations = [{operations}]"),
        expected,
    );
}

/// As resolwe_bio's indexes of a JSON column went, when flow took the column away.
#[test]
fn what_sql_made_of_a_column_by_an_expression_goes_with_the_column() {
    check(
        "migrations.RunSQL('CREATE INDEX lowered ON shop_item (lower(name))'),
         migrations.RunSQL('CREATE INDEX partial ON shop_item (code) WHERE name IS NOT NULL'),
         migrations.RunSQL('CREATE INDEX other ON shop_item ((code + 1))'),
         migrations.RemoveField('item', 'name')",
        &[
            "shop_item + index (lower(name))",
            "shop_item + index code",
            "shop_item + index (code + 1)",
            "shop_item - index by name",
            "shop_item - index by name",
            "shop_item - name",
        ],
    );
}

/// No server makes such a table, and no reader of a manifest takes one.
#[test]
fn a_table_with_two_columns_of_one_name_is_told() {
    check(
        "migrations.CreateModel('Two', [('id', models.AutoField(primary_key=True)), ('a', models.IntegerField()),
             ('b', models.IntegerField(db_column='a'))]),
         migrations.RunSQL('CREATE TABLE pair (a integer, b integer, a integer)')",
        &[
            "table shop_two has a column a already ?? shop_two",
            "SQL `CREATE TABLE pair (a integer, b integer, a integer)`: table pair has a column a already ?? pair",
        ],
    );
}

#[test]
fn a_model_and_its_many_to_many_table_go_by_the_new_name() {
    check(
        "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('items', models.ManyToManyField('shop.Item'))]),
         migrations.RenameModel('Item', 'Thing'),
         migrations.RemoveField('Tag', 'items')",
        &[
            "create shop_tag: id",
            "create shop_tag_items: id tag_id item_id",
            "rename shop_item to shop_thing",
            "shop_tag_items.item_id to thing_id",
            "drop shop_tag_items",
        ],
    );
}

#[test]
fn the_database_and_the_state_apart() {
    check(
        "migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('item', 'code')]),
         migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterField('item', 'name', models.TextField())]),
         migrations.AlterField('item', 'name', models.CharField(max_length=40))",
        &["shop_item ~ name text NOT NULL", "shop_item ~ name varchar(40) NOT NULL"],
    );
}

#[test]
fn rows_are_no_concern() {
    check_body(
        "def fill(apps, schema_editor):\n    apps.get_model('shop', 'Item').objects.update(code=1)",
        "dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(migrations.RunPython.noop), migrations.RunPython(fill), migrations.RunPython(code=partial(fill))]",
        &["RunPython fill ?? nothing"],
    );
}

#[test]
fn code_that_touches_the_schema_touches_what_it_names() {
    check_body(
        "
def named(apps, schema_editor):
    schema_editor.delete_model(apps.get_model('shop', 'Item'))

def in_sql(apps, schema_editor):
    schema_editor.execute('ALTER TABLE shop_item ADD note text')

def all_of_it(apps, schema_editor):
    rebuild(schema_editor.connection.cursor())
",
        "dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(named, hints=not_known), migrations.RunPython(in_sql, hints=not_known), migrations.RunPython(all_of_it, hints=not_known)]",
        &[
            "RunPython named ?? shop_item -table shop_item",
            "RunPython in_sql ?? shop_item",
            "RunPython all_of_it ?? anything",
        ],
    );
}

#[test]
fn sql_may_stand_in_a_constant() {
    check_body(
        "
SQL = 'ALTER TABLE shop_item ADD note text'

def by_name(apps, schema_editor):
    schema_editor.execute(SQL)

def with_names(apps, schema_editor):
    schema_editor.execute(SQL % 1)

def formatted(apps, schema_editor):
    schema_editor.execute(SQL.format(1))
",
        "dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(by_name, hints=not_known), migrations.RunPython(with_names, hints=not_known), migrations.RunPython(formatted, hints=not_known)]",
        &[
            "RunPython by_name ?? shop_item",
            "RunPython with_names ?? shop_item",
            "RunPython formatted ?? shop_item",
        ],
    );
}

#[test]
fn what_code_visibly_undoes_is_told() {
    check_body(
        "
def drops(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    schema_editor.remove_field(Item, Item._meta.get_field('code'))

def loosens(apps, schema_editor):
    helper(schema_editor, apps.get_model('shop', 'Item'), {('code', 'name')})

def helper(editor, model, old):
    editor.alter_unique_together(model, old, set())

def in_sql(apps, schema_editor):
    schema_editor.execute('ALTER TABLE shop_item DROP COLUMN name')

def counts(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT code FROM shop_item')
",
        "dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(drops, hints=not_known), migrations.RunPython(loosens, hints=not_known), migrations.RunPython(in_sql, hints=not_known), migrations.RunPython(counts, hints=not_known)]",
        &[
            "RunPython drops ?? shop_item -code -constraints",
            "RunPython loosens ?? shop_item -constraints",
            "RunPython in_sql ?? shop_item -name -constraints",
            "RunPython counts ?? shop_item",
        ],
    );
}

#[test]
fn sql_is_read_and_its_state_believed() {
    check(
        "migrations.RunSQL(migrations.RunSQL.noop),
         migrations.RunSQL([('CREATE INDEX by_code ON shop_item (code) WHERE name <> %s', ['x%'])]),
         migrations.RunSQL('ALTER TABLE shop_item RENAME code TO number', state_operations=[
            migrations.RenameField('item', 'code', 'number')]),
         migrations.RemoveField('item', 'number'),
         migrations.RunSQL('DO $$ BEGIN PERFORM f(); END $$')",
        &[
            "shop_item + index code",
            "shop_item.code to number",
            "shop_item - number",
            "SQL `DO $$ BEGIN PERFORM f(); END $$`: what f() does is not known ?? anything",
        ],
    );
}

#[test]
fn subclasses_do_what_is_left_of_their_base() {
    check_body(
        "
class Fake(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass

class Told(migrations.RemoveField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class Tried(migrations.AlterField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except Exception:
            pass

class Own(migrations.operations.base.Operation):
    def __init__(self, model_name):
        self.model_name = model_name
    def state_forwards(self, app_label, state):
        pass
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(self.statement())
",
        "dependencies = [('shop', '1')]
    operations = [
        Fake('item', models.Index(fields=['code'], name='by_code')),
        Told('item', 'code'),
        Tried('item', 'name', models.TextField()),
        Own('item'),
    ]",
        &[
            "shop_item - code",
            "shop_item ~ name text NOT NULL",
            "whether it is done hangs on what was in the database ?? shop_item -name's definition (its own too)",
            "shop.migrations.2.Own is an operation of its own ?? shop_item",
        ],
    );
}

#[test]
fn a_model_without_a_table_has_no_change() {
    check(
        "migrations.CreateModel('Fast', [], options={'proxy': True}, bases=('shop.item',)),
         migrations.CreateModel('Foreign', [('id', models.AutoField(primary_key=True))], options={'managed': False}),
         migrations.CreateModel('Swapped', [('id', models.AutoField(primary_key=True))], options={'swappable': 'SHOP_MODEL'}),
         migrations.AddField('foreign', 'note', models.TextField()),
         migrations.AlterModelOptions('foreign', {}),
         migrations.AddField('foreign', 'more', models.TextField(null=True)),
         migrations.AddField('item', 'fast', models.ForeignKey('shop.Fast', models.CASCADE, null=True))",
        &[
            "create shop_swapped: id",
            "table shop_foreign is not there ?? shop_foreign",
            "shop_item + fast_id bigint NULL",
            "shop_item + fast_id -> shop_item",
            "shop_item + index fast_id",
        ],
    );
}

#[test]
fn what_is_not_known_is_a_blind_spot_of_its_table() {
    check(
        "migrations.AddField('nowhere', 'x', models.TextField()),
         migrations.RemoveField('item', 'nothing'),
         migrations.AlterUniqueTogether('item', load()),
         migrations.DeleteModel(load())",
        &[
            "AddField: the model shop.nowhere is not known here ?? shop_nowhere",
            "RemoveField: shop.item has no field nothing ?? shop_item",
            "AlterUniqueTogether: `unique_together` was not seen through ?? shop_item -constraints",
            "DeleteModel: `name` was not seen through: `load`: names load, which is bound nowhere ?? shop_item -table shop_item",
        ],
    );
}

/// A model has one column `id`, whatever that is.
#[test]
fn a_key_that_is_not_seen_through_is_the_only_one() {
    check(
        "migrations.CreateModel('Lost', [('id', load(primary_key=True)), ('name', models.TextField())])",
        &[
            "create shop_lost: id name",
            "the field `id` was not seen through: names load, which is bound nowhere ?? shop_lost -id (its own too), no more",
        ],
    );
}

#[test]
fn an_order_is_a_column() {
    check(
        "migrations.AlterOrderWithRespectTo('item', 'name'), migrations.AlterOrderWithRespectTo('item', None)",
        &["shop_item + _order integer NOT NULL", "shop_item - _order"],
    );
}

#[test]
fn a_swapped_model_has_no_table() {
    let text = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True))], options={'swappable': 'SHOP_MODEL'}),
        migrations.CreateModel('Other', [('id', models.AutoField(primary_key=True))]),
    ]
";
    let compiled = project("SHOP_MODEL = 'shop.Other'", &[("1", text)]);
    assert_eq!(lines(&compiled), ["1: create shop_other: id"]);
}

/// Nobody need say AUTH_USER_MODEL: it is `auth.User`, so that a model of users from a package has no table.
#[test]
fn a_model_of_users_is_swapped_by_djangos_own() {
    let text = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True))], options={'swappable': 'AUTH_USER_MODEL'}),
        migrations.CreateModel('Other', [('id', models.AutoField(primary_key=True))], options={'swappable': 'SHOP_MODEL'}),
    ]
";
    assert_eq!(lines(&project("", &[("1", text)])), ["1: create shop_other: id"]);
    let own = project("AUTH_USER_MODEL = 'shop.item'", &[("1", text)]);
    assert_eq!(lines(&own), ["1: create shop_item: id", "1: create shop_other: id"]);
    let unknown = project("AUTH_USER_MODEL = told()", &[("1", text)]);
    let told = "whether it is swapped, for the setting AUTH_USER_MODEL is not known: say --set AUTH_USER_MODEL=app.Model";
    assert!(unknown.notices.iter().any(|it| it.message.contains(told)), "{:?}", unknown.notices);
}

#[test]
fn a_squash_and_its_parts_are_each_compiled_once() {
    let second = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RemoveField('item', 'code')]
";
    let squash = "
class Migration(migrations.Migration):
    replaces = [('shop', '1'), ('shop', '2')]
    operations = [migrations.CreateModel('Item', [('id', models.BigAutoField(primary_key=True)), ('name', models.CharField(max_length=30))])]
";
    let third = "
class Migration(migrations.Migration):
    dependencies = [('shop', '2')]
    operations = [migrations.RenameField('item', 'name', 'title')]
";
    let files = [("1", ITEM), ("2", second), ("1_squashed", squash), ("3", third)];
    let compiled = project("", &files);
    assert_eq!(
        lines(&compiled),
        [
            "1: create shop_item: id name code",
            "2: shop_item - code",
            "1_squashed: create shop_item: id name",
            "3: shop_item.name to title",
        ]
    );
    assert_eq!(compiled.operations, 4);
    assert_eq!(compiled.notices, vec![]);
}

/// Another app's migration, written before the renaming, may stand behind it in the plan.
#[test]
fn a_model_is_found_under_the_name_that_it_had() {
    check(
        "migrations.RenameModel('Item', 'Thing'),
        migrations.CreateModel('Owner', [
            ('id', models.BigAutoField(primary_key=True)),
            ('item', models.ForeignKey('shop.Item', models.CASCADE)),
        ])",
        &[
            "rename shop_item to shop_thing",
            "create shop_owner: id item_id",
            "shop_owner + item_id -> shop_thing",
            "shop_owner + index item_id",
        ],
    );
}

/// Of Django's own indexes, and of a column that PostgreSQL takes along as it reads the other one.
#[test]
fn what_reads_a_renamed_column_goes_with_it() {
    check(
        "migrations.AddIndex('item', models.Index('code', models.functions.Lower('name'), name='lowered')),
         migrations.AddConstraint('item', models.UniqueConstraint(
            fields=['code'], condition=models.Q(name='x'), name='one')),
         migrations.RunSQL('ALTER TABLE shop_item ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector(name)) STORED'),
         migrations.RunSQL('CREATE INDEX by_search ON shop_item USING gin (search)'),
         migrations.RenameField('item', 'name', 'title'),
         migrations.RemoveField('item', 'title')",
        &[
            "shop_item + index code (LOWER(\"name\"))",
            "shop_item + unique code",
            "shop_item + search tsvector NULL GENERATED AS (to_tsvector(name)) STORED",
            "shop_item + index search",
            "shop_item.name to title",
            "shop_item - index by name",
            "shop_item - unique by name",
            "shop_item - search",
            "shop_item - title",
        ],
    );
}
