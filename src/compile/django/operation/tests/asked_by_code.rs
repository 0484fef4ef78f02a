//! Code of a project's own that asks the database first.

use super::{ITEM, check_body, check_class, lines, project, project_on};
use crate::dialect::Dialect;

/// Each function, in its turn as the code of a `RunPython`, may ask in another way.
#[test]
fn code_may_ask_in_many_ways() {
    let code = "
from django.db import connection

def there(schema_editor, table, column):
    with schema_editor.connection.cursor() as cursor:
        for row in schema_editor.connection.introspection.get_table_description(cursor, table):
            if row.name == column:
                return True
    return False

def found(table, column):
    with connection.cursor() as cursor:
        rows = connection.introspection.get_table_description(cursor, table)
    return next((it for it in rows if it.name == column), None)

def add(schema_editor, name):
    schema_editor.execute(f'ALTER TABLE shop_item ADD COLUMN {name} integer')

def by_loop(apps, schema_editor):
    for name in ('code', 'one', 'two'):
        if not there(schema_editor, 'shop_item', name):
            add(schema_editor, name)

def by_key(apps, schema_editor):
    there = connection.introspection.get_constraints(connection.cursor(), 'shop_item')
    wanted = {'by_two': 'two', 'by_one': 'one'}
    for name, column in wanted.items():
        if name in there.keys():
            continue
        schema_editor.execute(f'CREATE INDEX {name} ON shop_item ({column})')
    schema_editor.execute('DROP INDEX by_one')

def by_next(apps, schema_editor):
    if found('shop_item', 'three') is None:
        add(schema_editor, 'three')
    if found('shop_item', 'three'):
        return
    add(schema_editor, 'never')

def by_any(apps, schema_editor):
    rows = connection.introspection.get_table_description(connection.cursor(), 'shop_item')
    has = any(it.name == 'four' for it in rows)
    if has == False and not any(row[0] == 'none' for row in rows):
        add(schema_editor, 'four')

def by_length(apps, schema_editor):
    tables = connection.introspection.table_names()
    if len([it for it in tables if it == 'shop_item']) > 0 and not ('other' in tables or 'another' in tables):
        add(schema_editor, 'five')

def by_flag(apps, schema_editor):
    is_old = False
    if 'shop_old' in connection.introspection.table_names():
        is_old = True
    table = 'shop_old' if is_old else 'shop_item'
    if not is_old:
        add(schema_editor, 'six')
";
    let names = code.lines().filter_map(|it| it.strip_prefix("def ")?.split('(').next());
    let calls: Vec<String> =
        names.filter(|it| it.starts_with("by_")).map(|it| format!("migrations.RunPython({it})")).collect();
    check_class(
        code,
        &calls.join(", "),
        &[
            "shop_item + one integer NULL",
            "shop_item + two integer NULL",
            "shop_item + index two",
            "shop_item + index one",
            "shop_item - index by name",
            "shop_item + three integer NULL",
            "shop_item + four integer NULL",
            "whether it is done hangs on what was in the database ?? shop_item -four (its own too)",
            "shop_item + five integer NULL",
            "whether it is done hangs on what was in the database ?? shop_item -five (its own too)",
            "shop_item + six integer NULL",
            "whether it is done hangs on what was in the database ?? shop_item -six (its own too)",
        ],
    );
}

/// What an answer was put into, compared with or turned into is another value.
#[test]
fn what_is_made_of_an_answer_is_none() {
    let compiled = project(
        "",
        &[(
            "1",
            "
from django.db import connection

def asks(apps, schema_editor):
    tables = connection.introspection.table_names()
    is_there = 'shop_old' in tables
    text = f'{is_there}'
    if text:
        schema_editor.execute('CREATE TABLE a (id integer)')

def compares(apps, schema_editor):
    if ('shop_old' in connection.introspection.table_names()) == 1:
        schema_editor.execute('CREATE TABLE b (id integer)')

def counts(apps, schema_editor):
    if len(connection.introspection.table_names()) > 0:
        schema_editor.execute('CREATE TABLE c (id integer)')

def again(apps, schema_editor):
    for name in ('x', 'y'):
        if name in connection.introspection.table_names():
            return
        schema_editor.execute('CREATE TABLE d (id integer)')

class Migration(migrations.Migration):
    operations = [migrations.RunPython(it) for it in (asks, compares, counts, again)]
",
        )],
    );
    let lines = lines(&compiled);
    assert!(lines.iter().all(|it| it.contains("??")), "{lines:#?}");
    assert_eq!(lines.len(), 4, "{lines:#?}");
}

#[test]
fn code_may_ask_by_sql() {
    let code = "
from django.db import connection

def add(schema_editor, name):
    schema_editor.execute(f'ALTER TABLE shop_item ADD COLUMN {name} integer')

def has_column(cursor, table, column):
    cursor.execute(\"\"\"
        SELECT 1 FROM information_schema.columns c
        WHERE c.table_schema = current_schema() AND c.table_name = %s AND c.column_name = %s LIMIT 1
    \"\"\", [table, column])
    return cursor.fetchone() is not None

def by_one(apps, schema_editor):
    with connection.cursor() as cursor:
        for name in ['code', 'one', 'two']:
            if not has_column(cursor, apps.get_model('shop', 'Item')._meta.db_table, name):
                add(schema_editor, name)

def by_exists(apps, schema_editor):
    with connection.cursor() as cursor:
        cursor.execute(\"SELECT EXISTS (SELECT FROM information_schema.tables WHERE table_schema = 'public' AND table_name = 'shop_tag')\")
        if cursor.fetchone()[0]:
            return
        cursor.execute('CREATE TABLE shop_tag (id integer)')

def by_count(apps, schema_editor):
    cursor = connection.cursor()
    cursor.execute('SELECT COUNT(*) FROM pg_indexes WHERE indexname = %(name)s', {'name': 'by_name'})
    (number,) = cursor.fetchone()
    if number == 0:
        cursor.execute('CREATE INDEX by_name ON shop_item (name)')

def by_rows(apps, schema_editor):
    cursor = connection.cursor()
    cursor.execute(\"SELECT data_type, column_name FROM information_schema.columns WHERE table_name = 'shop_item'\")
    names = {row[1] for row in cursor.fetchall()}
    if 'three' not in names and 'one' in names:
        add(schema_editor, 'three')

def by_constraint(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(\"SELECT conname FROM pg_constraint WHERE conname = 'positive' AND conrelid = 'shop_item'::regclass\")
        if not cursor.fetchall():
            schema_editor.execute('ALTER TABLE shop_item ADD CONSTRAINT positive CHECK (code > 0)')

def by_what_is_not_understood(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(\"SELECT 1 FROM information_schema.columns WHERE table_name = 'shop_item' AND column_name LIKE 'x%%'\")
        if not cursor.fetchone():
            add(schema_editor, 'four')
";
    let names = code.lines().filter_map(|it| it.strip_prefix("def by_")?.split('(').next());
    let calls: Vec<String> = names.map(|it| format!("migrations.RunPython(by_{it})")).collect();
    check_class(
        code,
        &calls.join(", "),
        &[
            "shop_item + one integer NULL",
            "shop_item + two integer NULL",
            "create shop_tag: id",
            "shop_item + index name",
            "shop_item + three integer NULL",
            "shop_item + check code",
            "RunPython by_what_is_not_understood ?? shop_item",
        ],
    );
}

/// Code that keeps its own book of what it has made, and fields that the model has by then.
#[test]
fn code_may_note_what_it_has_made() {
    let code = "
def columns(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    rows = schema_editor.connection.introspection.get_table_description(None, Item._meta.db_table)
    existing = {it.name for it in rows}
    for name in ('code', 'name'):
        field = Item._meta.get_field(name)
        if field.column not in existing:
            schema_editor.add_field(Item, field)
            existing.add(field.column)
    for field in [models.IntegerField(null=True, name='one'), models.IntegerField(null=True, name='two')]:
        if field.name in existing:
            continue
        field.set_attributes_from_name(field.name)
        schema_editor.add_field(Item, field)

def tables(apps, schema_editor):
    existing = list(schema_editor.connection.introspection.table_names())
    for old, new in {'old': 'new', 'shop_item': 'shop_thing'}.items():
        if old not in existing or new in existing:
            continue
        schema_editor.alter_db_table(None, old, new)
        existing.remove(old)
        existing.append(new)

def again(apps, schema_editor):
    existing = list(schema_editor.connection.introspection.table_names())
    existing.remove('shop_thing')
    if 'shop_thing' in existing:
        schema_editor.execute('DROP TABLE shop_thing')
";
    check_class(
        code,
        "migrations.RunPython(columns), migrations.RunPython(tables), migrations.RunPython(again)",
        &[
            "shop_item + one integer NULL",
            "shop_item + two integer NULL",
            "rename shop_item to shop_thing",
            "RunPython again ?? shop_thing -table shop_thing",
        ],
    );
}

#[test]
fn a_relation_may_point_at_a_model_that_code_asked_for() {
    check_class(
        "
def adds(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    field = models.ForeignKey(Item, models.CASCADE, null=True)
    field.set_attributes_from_name('parent')
    schema_editor.add_field(Item, field)
",
        "migrations.RunPython(adds)",
        &[
            "shop_item + parent_id bigint NULL",
            "shop_item + parent_id -> shop_item",
            "shop_item + index parent_id",
        ],
    );
}

/// The table's name: it is taken for the usual one where that matters, and that is held against the models.
#[test]
fn what_is_made_of_a_tables_name_is_only_known_later() {
    check_class(
        "
class ByLabel(migrations.CreateModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = '%s_%s' % (app_label, self.name.lower())
        if table not in schema_editor.connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)

def whole(apps, schema_editor):
    table = apps.get_model('shop', 'Item')._meta.db_table
    schema_editor.execute('CREATE INDEX ' + table + '_by ON ' + table + ' (code)')

def part(apps, schema_editor):
    table = apps.get_model('shop', 'Item')._meta.db_table
    schema_editor.execute(f'CREATE INDEX {table[:30]}_by ON shop_item (code)')

def compared(apps, schema_editor):
    if apps.get_model('shop', 'Item')._meta.db_table == 'shop_item':
        schema_editor.execute('CREATE TABLE one (id integer)')

def looked_up(apps, schema_editor):
    item = apps.get_model('shop', 'Item')._meta
    table = item.db_table
    names = {'shop_item': 'two'}
    if sorted([table, 'sz'])[0] == table and table in names and table in ('a', 'shop_item') and {table} & {'shop_item'}:
        schema_editor.execute(f'CREATE TABLE {names[table]} (id integer)')
        schema_editor.execute('CREATE TABLE ' + names.get(table) + table.removeprefix('shop') + ' (id integer)')
        schema_editor.execute('CREATE TABLE ' + table.replace('shop_', 'old_') + ' (id integer)')
        schema_editor.execute('CREATE TABLE ' + ['shop_item', 'three'][['x', 'shop_item'].index(table)] + ' (id integer)')

def by_column(apps, schema_editor):
    if apps.get_model('shop', 'Item')._meta.get_field('id').column in ('id', 'key'):
        schema_editor.execute('DROP TABLE shop_item')

def by_class(apps, schema_editor):
    if apps.get_model('shop.item').__name__ == 'Item':
        schema_editor.execute('CREATE TABLE four (id integer)')

def elsewhere(apps, schema_editor):
    if apps.get_model('shop', 'Other')._meta.db_table.startswith('shop_'):
        schema_editor.execute('DROP TABLE shop_item')
",
        "ByLabel('Item', [('id', models.BigAutoField(primary_key=True))]),
        ByLabel('Tag', [('id', models.BigAutoField(primary_key=True))]),
        migrations.CreateModel('Other', [('id', models.AutoField(primary_key=True))], {'db_table': 'things'}),
        migrations.RunPython(whole), migrations.RunPython(part), migrations.RunPython(compared),
        migrations.RunPython(looked_up), migrations.RunPython(by_column), migrations.RunPython(by_class),
        migrations.RunPython(elsewhere)",
        &[
            "create shop_tag: id",
            "create things: id",
            "shop_item + index code",
            "shop_item + index code",
            "create one: id",
            "create two: id",
            "create two_item: id",
            "create old_item: id",
            "create three: id",
            "drop shop_item",
            "create four: id",
        ],
    );
}

/// `null_ok` of `get_table_description`, and a row that is looked up in a dict by its name.
#[test]
fn code_asks_whether_a_column_may_be_null() {
    let check = |test: &str, expected: &[&str]| {
        let code = format!(
            "
def loosen(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    with schema_editor.connection.cursor() as cursor:
        rows = schema_editor.connection.introspection.get_table_description(cursor, Item._meta.db_table)
    columns = {{row.name: row for row in rows}}
    code = columns.get('code')
    after = models.IntegerField(null=True)
    after.set_attributes_from_name('code')
    if {test}:
        schema_editor.alter_field(Item, Item._meta.get_field('code'), after, strict=False)
"
        );
        check_body(
            &code,
            "dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(loosen)]",
            expected,
        );
    };
    check("code is not None and getattr(code, 'null_ok', None) is False", &["shop_item ~ code integer NULL"]);
    check("code and code.null_ok", &[]);
}

/// Django alters what differs between the two fields that it is given, whatever the models have.
#[test]
fn code_alters_a_field_that_it_describes_itself() {
    let check = |before: &str, expected: &[&str]| {
        let code = format!(
            "
def widen(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    before, after = {before}, models.BigIntegerField()
    before.set_attributes_from_name('code')
    after.set_attributes_from_name('code')
    schema_editor.alter_field(Item, before, after)
"
        );
        check_body(
            &code,
            "dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(widen)]",
            expected,
        );
    };
    check("models.IntegerField()", &["shop_item ~ code bigint NOT NULL"]);
    check("models.BigIntegerField()", &[]);
}

/// As Open edX makes the keys that MariaDB has a type for.
#[test]
fn code_may_ask_for_the_version_of_the_server() {
    let code = "
def on_mariadb(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != 'mysql':
        return
    with connection.cursor() as cursor:
        cursor.execute('SELECT VERSION()')
        version = cursor.fetchone()[0]
        if 'mariadb' not in version.lower():
            return
    with connection.cursor() as cursor:
        cursor.execute('ALTER TABLE shop_item ADD COLUMN one integer')

def as_it_says(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('select @@version;')
        version, = cursor.fetchone()
        if 'mariadb' in version or 'PostgreSQL' in version:
            cursor.execute('ALTER TABLE shop_item ADD COLUMN two integer')

def by_number(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT VERSION()')
        if cursor.fetchone()[0].startswith('10.6'):
            cursor.execute('ALTER TABLE shop_item ADD COLUMN three integer')
";
    let all = "[migrations.RunPython(it) for it in (on_mariadb, as_it_says, by_number)]";
    let second = format!(
        "{code}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = {all}\n"
    );
    let by_number = "RunPython by_number";
    for (dialect, expected) in [
        (Dialect::Postgres, vec!["shop_item + two integer NULL"]),
        (Dialect::Mysql, vec![]),
        (Dialect::Mariadb, vec!["shop_item + one int NULL"]),
    ] {
        let compiled = project_on(dialect, "", &[("1", ITEM), ("2", &second)]);
        let all = lines(&compiled).into_iter().filter_map(|it| it.strip_prefix("2: ").map(str::to_owned));
        let (told, done): (Vec<String>, Vec<String>) = all.partition(|it| it.contains(by_number));
        assert_eq!(done, expected, "{dialect}");
        assert_eq!(told.len(), 1, "{dialect}: {told:?}");
    }
}

/// As kolibri adds an index that another library may have added.
#[test]
fn a_constraint_may_be_asked_for_by_get() {
    let classes = "
def tables_of(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        return schema_editor.connection.introspection.table_names(cursor)

class AddIndexIfNotExists(migrations.AddIndex):
    def _index_exists(self, schema_editor, table_name, index_name):
        tables = tables_of(schema_editor)
        if table_name not in tables:
            return False
        with schema_editor.connection.cursor() as cursor:
            constraints = schema_editor.connection.introspection.get_constraints(cursor, table_name)
        return constraints.get(index_name) is not None

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        table_name = model._meta.db_table
        index_name = self.index.name
        if not self._index_exists(schema_editor, table_name, index_name):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            print(f'Index {index_name} already exists. Skipping creation.')
";
    check_class(
        classes,
        "AddIndexIfNotExists('item', models.Index(fields=['name'], name='by_name')),\n
         AddIndexIfNotExists('item', models.Index(fields=['name'], name='by_name'))",
        &["shop_item + index name"],
    );
}

/// As indy_hub, of alliance auth's plugins, adds an index.
#[test]
fn names_may_be_folded_to_lower_case() {
    let code = "
from django.db import connection

def names():
    return connection.introspection.get_constraints(connection.cursor(), 'shop_item')

def add(schema_editor, name):
    schema_editor.execute(f'CREATE INDEX \\\"{name}\\\" ON shop_item (name)')

def by_any(apps, schema_editor):
    for name in ('by_name', 'By_Name'):
        if not any(it.lower() == name.lower() for it in names()):
            add(schema_editor, name)

def by_set(apps, schema_editor):
    folded = {it.lower() for it in names()}
    if 'by_name' not in folded:
        add(schema_editor, 'by_name')
    if 'other' not in folded:
        add(schema_editor, 'Other')

def by_table(apps, schema_editor):
    if 'shop_item' in [it.lower() for it in connection.introspection.table_names()]:
        add(schema_editor, 'third')
    if 'other' in names():
        add(schema_editor, 'never')
";
    check_class(
        code,
        "migrations.RunPython(by_any), migrations.RunPython(by_set), migrations.RunPython(by_table)",
        &["shop_item + index name", "shop_item + index name", "shop_item + index name"],
    );
}

/// As code looks for a name that is free: a loop that ends by what is in the database.
#[test]
fn a_loop_that_hands_nothing_on_may_end_anywhere() {
    let code = "
def free(model):
    for _ in range(3):
        if not model.objects.filter(name=_).exists():
            return _
    raise RuntimeError

def first(model):
    found = None
    for name in ('a', 'b'):
        if model.objects.filter(name=name).exists():
            found = name
            break
    tries = 0
    while True:
        tries += 1
        if model.objects.filter(name=found).exists():
            return found

def add(apps, schema_editor):
    model = apps.get_model('shop', 'Item')
    for it in model.objects.all():
        it.name = free(model) or first(model)
        it.save()
    schema_editor.execute('ALTER TABLE shop_item ADD COLUMN one integer')

def in_turns(apps, schema_editor):
    model = apps.get_model('shop', 'Item')
    for name in ('two', 'three'):
        if model.objects.filter(name=name).exists():
            break
        schema_editor.execute(f'ALTER TABLE shop_item ADD COLUMN {name} integer')
";
    check_class(
        code,
        "migrations.RunPython(add), migrations.RunPython(in_turns)",
        &["shop_item + one integer NULL", "RunPython in_turns ?? shop_item"],
    );
}

/// As django CMS takes the models along where an older history made the database.
#[test]
fn an_apply_may_ask_the_database_whether_it_is_to_do_anything() {
    let with = |column: &str| {
        let second = format!(
            "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.AddField('item', 'one', models.IntegerField(null=True))]

    def apply(self, project_state, schema_editor, collect_sql=False):
        connection = schema_editor.connection
        column_names = [
            column.name for column in
            connection.introspection.get_table_description(connection.cursor(), 'shop_item')
        ]
        if '{column}' in column_names:
            return super().apply(project_state, schema_editor, collect_sql)
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
        return project_state
"
        );
        let third = "class Migration(migrations.Migration):
    dependencies = [('shop', '2')]
    operations = [migrations.AlterField('item', 'one', models.BigIntegerField(null=True))]
";
        let all = lines(&project("", &[("1", ITEM), ("2", &second), ("3", third)]));
        all.into_iter().filter(|it| !it.starts_with("1: ")).collect::<Vec<_>>()
    };
    assert_eq!(with("name"), ["2: shop_item + one integer NULL", "3: shop_item ~ one bigint NULL"]);
    assert_eq!(with("other"), ["3: column one is not there to be altered ?? shop_item"]);
}
