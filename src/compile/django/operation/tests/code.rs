//! What code of `RunPython` that is not followed may touch, and visibly takes away (tests/cases/django-in-the-wild.md,
//! point 1). Hints keep it from being followed.

use super::{ITEM, check_body, lines, project};

/// Each function, and what the manifest says of it; `shop_item` is there.
#[track_caller]
fn check_code(functions: &str, expected: &[&str]) {
    let names = functions.lines().filter_map(|it| it.strip_prefix("def ")?.split('(').next());
    let calls: Vec<String> = names.map(|it| format!("migrations.RunPython({it}, hints=not_known)")).collect();
    let body = format!("dependencies = [('shop', '1')]\n    operations = [{}]", calls.join(", "));
    check_body(functions, &body, expected);
}

/// A healthy database lacks them; a warning would be a wrong one.
#[test]
fn tables_that_code_visibly_takes_away_are_told() {
    check_code(
        "
def deletes(apps, schema_editor):
    schema_editor.delete_model(apps.get_model('shop', 'Item'))

def drops(apps, schema_editor):
    schema_editor.execute('DROP TABLE shop_item')

def drops_each(apps, schema_editor):
    for table in ['shop_item']:
        schema_editor.execute('DROP TABLE %s' % table)

def renames(apps, schema_editor):
    schema_editor.alter_db_table(apps.get_model('shop', 'Item'), 'shop_item', 'shop_thing')

def renames_in_sql(apps, schema_editor):
    schema_editor.execute('ALTER TABLE shop_item RENAME TO \"shop_thing\"')

def makes(apps, schema_editor):
    schema_editor.execute('CREATE TABLE IF NOT EXISTS shop_copy(id integer)')
    schema_editor.execute('UPDATE shop_item SET code = 1')

def drops_an_old_one(apps, schema_editor):
    old = 'shop_very_old'
    schema_editor.execute(f'INSERT INTO shop_item SELECT * FROM {old}')
    schema_editor.execute(f'DROP TABLE {old}')

def loosens(apps, schema_editor):
    schema_editor.execute('ALTER TABLE shop_item DROP CONSTRAINT shop_item_code_check')
",
        &[
            "RunPython deletes ?? shop_item -table shop_item",
            "RunPython drops ?? shop_item -table shop_item",
            "RunPython drops_each ?? shop_item -table shop_item",
            "RunPython renames ?? shop_item shop_thing -table shop_item",
            "RunPython renames_in_sql ?? shop_item shop_thing -table shop_item -table shop_thing",
            "RunPython makes ?? shop_copy shop_item",
            "RunPython drops_an_old_one ?? shop_item",
            "RunPython loosens ?? shop_item -constraints",
        ],
    );
}

#[test]
fn commands_are_followed_or_known() {
    check_code(
        "
from django.core import management
from django.core.management import call_command

def loads(apps, schema_editor):
    call_command('loaddata', 'items.json')

def caches(apps, schema_editor):
    management.call_command('createcachetable')

def any_one(apps, schema_editor):
    call_command(name())
",
        &["RunPython loads ?? nothing", "RunPython caches ?? anything", "RunPython any_one ?? anything"],
    );
}

/// As treebeard's `fix_tree` does, which Wagtail calls.
#[test]
fn what_a_model_does_by_itself_it_does_to_its_own_table() {
    check_code(
        "
from django.db import connection

class Item(models.Model):
    @classmethod
    def fix(cls):
        connection.cursor().execute(sql_of(cls))
    @classmethod
    def count(cls):
        return cls.objects.count()

def fixes(apps, schema_editor):
    Item.count()
    Item.fix()

def fixes_more(apps, schema_editor):
    rebuild(connection.cursor())
    Item.fix()
",
        &["RunPython fixes ?? shop_item", "RunPython fixes_more ?? anything"],
    );
}

/// By a loop over names, by constants of the module, by what the catalog says.
#[test]
fn names_that_are_put_into_sql_are_looked_for_elsewhere() {
    check_code(
        "
TABLE = 'shop_item'
COLUMNS = ['code']

def each(apps, schema_editor):
    for column in ('code', 'nothing'):
        schema_editor.execute('ALTER TABLE shop_item DROP COLUMN %s' % column)

def by_constants(apps, schema_editor):
    [schema_editor.execute(f'ALTER TABLE {TABLE} RENAME COLUMN {it} TO old_{it}') for it in COLUMNS]

def formatted(apps, schema_editor):
    schema_editor.execute('ALTER TABLE {} ALTER COLUMN {} TYPE bigint'.format(TABLE, COLUMNS[0]))

def by_catalog(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for name in connection.introspection.get_constraints(cursor, 'shop_item'):
            cursor.execute('ALTER TABLE shop_item DROP CONSTRAINT %s' % connection.ops.quote_name(name))
",
        &[
            "RunPython each ?? shop_item -code -constraints",
            "RunPython by_constants ?? shop_item -code",
            "RunPython formatted ?? shop_item -code's definition",
            "RunPython by_catalog ?? shop_item -constraints",
        ],
    );
}

/// A healthy database lacks one of them, and nobody knows which.
#[test]
fn a_column_whose_name_only_the_database_tells_may_be_any() {
    check_code(
        "
def by_catalog(apps, schema_editor):
    cursor = schema_editor.connection.cursor()
    for name in asked(cursor):
        cursor.execute('ALTER TABLE shop_item DROP COLUMN IF EXISTS ' + '%s' % name)
        cursor.execute('ALTER TABLE shop_item DROP COLUMN %s' % name)
",
        &["RunPython by_catalog ?? shop_item -code -id -name -constraints"],
    );
}

/// Code that says no table, and visibly drops what it goes through, may have dropped any.
#[test]
fn what_a_loop_over_all_models_drops_may_be_any_table() {
    let told = |body: &str| {
        let text = format!(
            "
def f(apps, schema_editor):
    for model in apps.get_app_config('shop').get_models():
        {body}

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(f, hints=not_known)]
"
        );
        lines(&project("", &[("1", ITEM), ("2", &text)])).pop().unwrap_or_default()
    };
    assert!(told("schema_editor.delete_model(model)").ends_with("?? shop_item -table shop_item"));
    let stripped = told("schema_editor.remove_field(model, model._meta.get_fields()[1])");
    assert!(stripped.ends_with("?? shop_item -code -id -name -constraints"), "{stripped}");
    let mended = told("if is_missing(model):\n            schema_editor.create_model(model)");
    assert!(mended.ends_with("RunPython f ?? shop_item"), "{mended}");
    // What lies beside an app's modules may be of any table.
    let text = "
def f(apps, schema_editor):
    path = apps.get_app_config('shop').path
    schema_editor.execute(load(path))

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(f)]
";
    let loaded = lines(&project("", &[("1", ITEM), ("2", text)])).pop().unwrap_or_default();
    assert!(loaded.ends_with("?? anything"), "{loaded}");
    let altered = "schema_editor.execute(f'ALTER TABLE {model} ALTER COLUMN {it(model)} SET DEFAULT 0')";
    assert!(told(altered).contains("-code's definition"), "{}", told(altered));
}

/// As evennia's `typeclasses.0010` does it.
#[test]
fn what_drops_tables_of_older_days_drops_no_other() {
    let code = "
def drop(cursor, table):
    if is_there(cursor, table):
        cursor.execute('DROP TABLE {table};'.format(table=table))

def f(apps, schema_editor):
    cursor = connection.cursor()
    drop(cursor, 'players_player')
    drop(cursor, 'players_player_db_tags')

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(f)]
";
    let text = format!("from django.db import connection\n{code}");
    let told = lines(&project("", &[("1", ITEM), ("2", &text)])).pop().unwrap_or_default();
    assert!(told.ends_with("?? anything"), "{told}");
}

/// As indy_hub, of alliance auth's plugins, drops what `unique_together` had made.
#[test]
fn what_the_models_let_go_beside_code_that_was_not_seen_through_may_be_gone() {
    let first = "class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Item', [
        ('id', models.AutoField(primary_key=True)),
        ('x', models.IntegerField()),
        ('y', models.IntegerField()),
    ], options={'unique_together': {('x', 'y')}})]
";
    let code = "
def drop(apps, schema_editor):
    table = apps.get_model('shop', 'Item')._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        for name in elsewhere(cursor, table):
            schema_editor.execute(f'ALTER TABLE {table} DROP CONSTRAINT {name}')

def hidden(apps, schema_editor):
    elsewhere(schema_editor)
";
    let after = |operations: &str| {
        let second = format!(
            "{code}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [{operations}]\n"
        );
        let all = lines(&project("", &[("1", first), ("2", &second)]));
        all.into_iter().filter_map(|it| it.strip_prefix("2: ").map(str::to_owned)).collect::<Vec<_>>()
    };
    let models =
        |it: &str| format!("migrations.SeparateDatabaseAndState(state_operations=[migrations.{it}])");
    let unique = models("AlterUniqueTogether('item', set())");
    let column = models("RemoveField('item', 'x')");
    assert_eq!(after(&unique), [""; 0]);
    assert_eq!(
        after(&format!("migrations.RunPython(hidden), {unique}, {column}")),
        [
            "RunPython hidden ?? anything",
            "RunPython hidden ?? shop_item -constraints (its own too)",
            "RunPython hidden ?? shop_item -x -constraints (its own too)",
        ]
    );
    assert_eq!(
        after(
            "migrations.SeparateDatabaseAndState([migrations.RunPython(drop)], [migrations.AlterUniqueTogether('item', set())])"
        ),
        ["RunPython drop ?? shop_item -constraints"]
    );
    // Another app may take the table over.
    let model = models("DeleteModel('item')");
    assert_eq!(after(&format!("migrations.RunPython(hidden), {model}")), ["RunPython hidden ?? anything"]);
    let both = "migrations.SeparateDatabaseAndState([migrations.RunPython(hidden)], [migrations.DeleteModel('item')])";
    assert_eq!(
        after(&format!("{both}, migrations.RunPython(hidden)")),
        [
            "RunPython hidden ?? anything",
            "RunPython hidden ?? anything",
            "RunPython hidden ?? shop_item -table shop_item (its own too)",
        ]
    );
}

/// Ways by which code of indy_hub and its like took something away, and the table was said to lack it.
#[test]
fn code_that_drops_in_the_words_of_the_editor_or_in_hidden_ones_may_have_done_it() {
    let of = |body: &str| {
        let code = format!(
            "import elsewhere\ndef run(apps, schema_editor):\n    model = apps.get_model('shop', 'Item')\n    \
             cursor = schema_editor.connection.cursor()\n    {body}\n"
        );
        let second = format!(
            "{code}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [migrations.RunPython(run)]\n"
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &second)]));
        all.into_iter().filter_map(|it| it.strip_prefix("2: ").map(str::to_owned)).collect::<Vec<_>>()
    };
    let any = "RunPython run ?? shop_item -code -id -name -constraints";
    for (body, expected) in [
        (
            "schema_editor.execute(schema_editor.sql_delete_index % {'name': elsewhere.x})",
            "RunPython run ?? shop_item -constraints",
        ),
        (
            "schema_editor.execute(schema_editor.sql_delete_unique % {'name': elsewhere.x})",
            "RunPython run ?? shop_item -constraints",
        ),
        (
            "schema_editor.execute(schema_editor.sql_rename_column % {'old_column': elsewhere.x})",
            "RunPython run ?? shop_item -code -id -name",
        ),
        (
            "schema_editor.execute(schema_editor.sql_delete_table % {'table': elsewhere.x})",
            "RunPython run ?? shop_item -table shop_item",
        ),
        ("cursor.execute('ALTER TABLE %s %s COLUMN %s' % (elsewhere.x, elsewhere.y, elsewhere.z))", any),
    ] {
        assert_eq!(of(body), [expected], "{body}");
    }
}

/// As hyperkitty makes a table anew under another name.
#[test]
fn a_model_that_the_code_gives_another_table_is_not_followed() {
    let code = "
def run(apps, schema_editor):
    model = apps.get_model('shop', 'Item')
    schema_editor.alter_db_table(model, model._meta.db_table, 'shop_item_old')
    model._meta.db_table = 'shop_item_old'
    schema_editor.delete_model(model)
";
    super::check_class(
        code,
        "migrations.RunPython(run)",
        &["RunPython run ?? shop_item shop_item_old -table shop_item"],
    );
}

/// As Wagtail resets a sequence, and djangocms_text leaves a transaction that MySQL would end.
#[test]
fn sequences_and_transactions_are_no_objects() {
    let code = "
from django.core.management.color import no_style

def resets(apps, schema_editor):
    model = apps.get_model('shop', 'Item')
    for statement in schema_editor.connection.ops.sequence_reset_sql(no_style(), [model]):
        schema_editor.execute(statement)

def leaves(apps, schema_editor):
    was = schema_editor.connection.in_atomic_block
    schema_editor.connection.in_atomic_block = False
    try:
        schema_editor.execute('ALTER TABLE shop_item ADD COLUMN one integer')
    finally:
        schema_editor.connection.in_atomic_block = was
";
    super::check_class(
        code,
        "migrations.RunPython(resets), migrations.RunPython(leaves)",
        &["shop_item + one integer NULL"],
    );
}

/// Functions that another makes, each with variables of its own.
#[test]
fn what_code_touches_is_said_by_the_variables_that_are_its_own() {
    check_body(
        "
def dropping(table):
    def inner(apps, schema_editor):
        if not_known():
            schema_editor.execute('DROP TABLE %s' % table)
    return inner

def drops(apps, schema_editor, table):
    if not_known():
        schema_editor.execute('DROP TABLE %s' % table)

class Drops:
    def __init__(self, table):
        self.table = table

    def __call__(self, apps, schema_editor):
        self.run(apps, schema_editor)

    def run(self, apps, schema_editor):
        if not_known():
            schema_editor.execute('DROP TABLE %s' % self.table)
",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.RunPython(dropping('shop_one')), migrations.RunPython(dropping('shop_item')),
    ] + [
        migrations.RunPython(lambda apps, editor, table=table: not_known() and editor.execute(f'DROP TABLE {table}'))
        for table in ['shop_two', 'shop_item']
    ] + [
        migrations.RunPython(partial(drops, table='shop_item')), migrations.RunPython(Drops('shop_item')),
        migrations.RunPython(Drops('shop_item').run)
    ]",
        &[
            "RunPython inner ?? anything",
            "RunPython inner ?? shop_item -table shop_item",
            "RunPython <lambda> ?? anything",
            "RunPython <lambda> ?? shop_item -table shop_item",
            "RunPython drops ?? shop_item -table shop_item",
            "RunPython Drops ?? shop_item -table shop_item",
            "RunPython run ?? shop_item -table shop_item",
        ],
    );
}

/// What code that is not followed leaves in its module is not known to the code after it.
#[test]
fn what_code_changes_beside_rows_is_not_known_afterwards() {
    for change in [
        "global found\n    found = apps.get_model('shop', 'Item').objects.exists()",
        "rows.extend(apps.get_model('shop', 'Item').objects.all())",
        "rows.append(1)",
        "seen['some'] = apps.get_model('shop', 'Item').objects.count()",
        "look.found = apps.get_model('shop', 'Item').objects.exists()",
        "fill(apps)",
        "put_into(rows, apps)",
        "list(map(rows.append, apps.get_model('shop', 'Item').objects.all()))",
        "box.fill(apps)",
    ] {
        check_body(
            &format!(
                "
found = False
rows = []
seen = {{}}

class Box:
    found = False

    def fill(self, apps):
        self.found = apps.get_model('shop', 'Item').objects.exists()

box = Box()

def put_into(some, apps):
    for item in apps.get_model('shop', 'Item').objects.all():
        some.append(item)

def fill(apps):
    seen.update(some=apps.get_model('shop', 'Item').objects.count())

def look(apps, schema_editor):
    {change}

def drop(apps, schema_editor):
    if found or rows or seen.get('some') or getattr(look, 'found', False) or box.found:
        schema_editor.execute('DROP TABLE shop_item')
"
            ),
            "dependencies = [('shop', '1')]
    operations = [migrations.RunPython(look), migrations.RunPython(drop)]",
            &["RunPython look ?? nothing", "RunPython drop ?? shop_item -table shop_item"],
        );
    }
}

/// `dbawaremigrations` of AWX.
#[test]
fn sql_that_is_none_for_a_database() {
    check_body(
        "
class OnPostgres(migrations.RunSQL):
    def __init__(self, sql, **kwargs):
        super().__init__(sql, **kwargs)
        self.sqlite_sql = None

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if not schema_editor.connection.vendor.startswith('oracle'):
            self.sql = self.sqlite_sql or migrations.RunSQL.noop
        super().database_forwards(app_label, schema_editor, from_state, to_state)
",
        "dependencies = [('shop', '1')]
    operations = [OnPostgres('DROP TABLE shop_item')]",
        &[],
    );
}

/// Where following ends, what was seen until then and after it is known; a table's name that is made of parts may be any.
#[test]
fn what_code_was_seen_to_do_is_told_though_it_may_not_be_done() {
    let check = |body: &str, expected: &str| {
        let code = format!(
            "
NAMES = ['Item']

def drop(apps, editor, name):
    editor.delete_model(apps.get_model('shop', name))

def run(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    if not_known():
        schema_editor.execute('DROP TABLE old')
        {body}
"
        );
        let operations = "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True))]),
        migrations.RunSQL('CREATE TABLE old (id integer)'), migrations.RunPython(run)";
        let migration = format!(
            "{code}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [{operations}]\n"
        );
        let compiled = project("", &[("1", ITEM), ("2", &migration)]);
        assert_eq!(lines(&compiled).last().unwrap(), &format!("2: RunPython run ?? {expected}"), "{body}");
    };
    let both = "old shop_item -table old -table shop_item (its own too)";
    check("for name in NAMES: schema_editor.delete_model(apps.get_model('shop', name))", both);
    check("drop(apps, schema_editor, 'Item')", both);
    check("schema_editor.execute('DROP TABLE shop_%s' % 'item')", both);
    check("schema_editor.execute('DROP TABLE %s' % Item._meta.db_table)", both);
    check("schema_editor.execute('DROP TABLE shop_' + {'a': 'item'}['a'])", both);
    check(
        "schema_editor.remove_field(apps.get_model('shop', 'it' + 'em'), it.field)",
        "old shop_item -code -id -name -constraints -table old (its own too)",
    );
    check(
        "for it in schema_editor.connection.introspection.table_names(): schema_editor.execute('DROP TABLE %s' % it)",
        "anything -table old -table shop_item -table shop_tag",
    );
    check(
        "for it in schema_editor.connection.cursor().fetchall(): schema_editor.execute(schema_editor.sql_delete_table % {'table': schema_editor.quote_name(it[0])})",
        "anything -table old -table shop_item -table shop_tag",
    );
    check(
        "for it in Item.objects.all(): schema_editor.execute('DROP TABLE shop_%s' % it.code)",
        "anything -table old -table shop_item -table shop_tag",
    );
    // A name that is put in as a whole is one that the code says, if it says any.
    check(
        "schema_editor.execute('DROP TABLE %s' % ('shop_tag' if Item.objects.count() else 'shop_item'))",
        "old shop_item shop_tag -table old -table shop_item -table shop_tag (its own too)",
    );
    check(
        "schema_editor.execute('ALTER TABLE shop_tag RENAME TO %s' % elsewhere.x)",
        "old shop_item shop_tag -table old -table shop_tag (its own too)",
    );
    // Whose tables those models have is said by no name.
    for open in [
        "for model in apps.get_models(): schema_editor.delete_model(model)",
        "schema_editor.delete_model(Item._meta.get_field('code').related_model)",
    ] {
        check(open, "anything -table old -table shop_item");
    }
}
