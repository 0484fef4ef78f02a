//! Code and operations of a project's own that are followed to the SQL and the operations that they come to.

use super::{ITEM, check_body, check_class, compiled, lines, project, project_on, write};
use crate::dialect::Dialect;

const BOTH: &str = "
    def state_forwards(self, app_label, state):
        super().state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)
";

/// Each function, in its turn as the code of a `RunPython`.
#[track_caller]
fn check_code(functions: &str, expected: &[&str]) {
    let names = functions.lines().filter_map(|it| it.strip_prefix("def ")?.split('(').next());
    let calls: Vec<String> = names.map(|it| format!("migrations.RunPython({it})")).collect();
    let body = format!("dependencies = [('shop', '1')]\n    operations = [{}]", calls.join(", "));
    check_body(&format!("from django.db import connection, transaction\n{functions}"), &body, expected);
}

#[test]
fn sql_that_code_executes_is_read() {
    check_code(
        "
TABLES = ['one', 'two']
SQL = 'CREATE TABLE %(table)s (id integer)'

def by_editor(apps, schema_editor):
    for table in TABLES:
        schema_editor.execute(SQL % {'table': table})

def by_cursor(apps, se):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('UPDATE shop_item SET code = %s', [1])
        cursor.execute('ALTER TABLE one ADD COLUMN note text DEFAULT %s', ['it'])
        for (key,) in cursor.fetchall():
            cursor.execute(f'DELETE FROM shop_item WHERE id = {key}')
            cursor.execute('UPDATE shop_item SET code = %d WHERE id = %d' % (1, key))

def by_name(apps, schema_editor):
    table = apps.get_model('shop', 'Item')._meta.db_table
    quote = schema_editor.quote_name
    schema_editor.execute('CREATE INDEX {} ON {} ({})'.format(quote(table + '_by'), quote(table), quote('code')))

def split(apps, schema_editor):
    if schema_editor.connection.vendor == 'mysql':
        return
    cursor = schema_editor.connection.cursor()
    try:
        [cursor.execute(it) for it in 'DROP TABLE one; DROP TABLE two'.split(';')]
    finally:
        cursor.close()
",
        &[
            "create one: id",
            "create two: id",
            "one + note text NULL DEFAULT 'it'",
            "shop_item + index code",
            "drop one",
            "drop two",
        ],
    );
}

#[test]
fn what_code_has_the_editor_do_is_the_operation_that_does_the_same() {
    check_code(
        "
class Mark(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs['max_length'] = 7
        super().__init__(*args, **kwargs)

def alters(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    new = models.BigIntegerField(null=True)
    new.set_attributes_from_name('code')
    schema_editor.alter_field(Item, Item._meta.get_field('code'), new)
    field = models.IntegerField(db_index=True)
    field.set_attributes_from_name('size')
    schema_editor.add_field(Item, field)
    mark = Mark(null=True)
    mark.set_attributes_from_name('mark')
    schema_editor.add_field(Item, mark)
    schema_editor.add_index(Item, models.Index(fields=['name'], name='by_name'))
    schema_editor.remove_field(Item, Item._meta.get_field('name'))

def renames(apps, schema_editor):
    schema_editor.alter_db_table(apps.get_model('shop', 'Item'), 'shop_item', 'shop_thing')
",
        &[
            "shop_item ~ code bigint NULL",
            "shop_item + size integer NOT NULL",
            "shop_item + mark varchar(7) NULL",
            "shop_item + index name",
            "shop_item - name",
            "rename shop_item to shop_thing",
            "shop_thing + index size",
        ],
    );
}

#[test]
fn what_code_has_the_editor_take_away_is_gone() {
    check_code(
        "
BY_NAME = models.Index(fields=['name'], name='by_name')
ONE = models.UniqueConstraint(fields=['code'], name='one_code')

def alters(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    schema_editor.add_index(Item, BY_NAME)
    schema_editor.remove_index(Item, BY_NAME)
    schema_editor.add_constraint(Item, ONE)
    schema_editor.remove_constraint(Item, ONE)
    schema_editor.alter_unique_together(Item, set(), {('code', 'name')})
    schema_editor.alter_unique_together(Item, [('code', 'name')], [])
    schema_editor.remove_index(Item, models.Index(fields=['code'], name='unheard_of'))
",
        &[
            "shop_item + index name",
            "shop_item - index by name",
            "shop_item + unique code",
            "shop_item - unique by name",
            "shop_item + unique code name",
            "shop_item - unique by name",
            "RemoveIndex: shop.item has no index unheard_of ?? shop_item -constraints (its own too)",
        ],
    );
}

/// As django-db-views makes its views, on the engine for which they are.
#[test]
fn an_object_that_is_called_is_followed() {
    check_class(
        "
class View:
    DROP = 'DROP VIEW IF EXISTS %s;'
    CREATE = 'CREATE VIEW %s as %s;'
    def __init__(self, definition, name, engine=None):
        self.engine, self.definition, self.name = engine, definition, name
    def __call__(self, apps, schema_editor):
        if self.engine is None or self.engine == schema_editor.connection.settings_dict['ENGINE']:
            schema_editor.execute(self.DROP % schema_editor.quote_name(self.name))
            schema_editor.execute(self.CREATE % (schema_editor.quote_name(self.name), self.definition))
            schema_editor.execute('CREATE INDEX beside ON shop_item (code)')
",
        "migrations.RunPython(View('select 1 as a', 'one', engine='django.db.backends.postgresql')),
         migrations.RunPython(View('select 1 as a', 'two', engine='django.db.backends.mysql'))",
        &["shop_item + index code"],
    );
}

/// As for TimescaleDB: what a function does is not known, but to which table.
#[test]
fn a_statement_that_may_do_anything_leaves_a_blind_spot_of_the_tables_that_are_named() {
    check_code(
        "
def hyper(apps, schema_editor):
    schema_editor.execute('CREATE TABLE beside (id integer)')
    schema_editor.execute(\"SELECT create_hypertable('shop_item', 'code')\")
",
        &["RunPython hyper ?? beside shop_item"],
    );
}

/// Whatever hangs on what only the database knows is told, and nothing of it is taken for done.
#[test]
fn what_is_not_certain_of_code_is_told() {
    for (body, expected) in [
        ("if is_wanted():\n        DROPS", true),
        ("if not is_wanted():\n        return\n    DROPS", true),
        ("is_wanted() and DROPS", true),
        ("DROPS if is_wanted() else None", true),
        ("for it in apps.get_model('shop', 'Item').objects.all():\n        DROPS", true),
        ("[DROPS for it in wanted()]", true),
        ("[DROPS for it in [1] if wanted(it)]", true),
        ("try:\n        DROPS\n    except Exception:\n        pass", false),
        ("try:\n        DROPS\n    except Exception:\n        recover()", true),
        ("with suppress(KeyError):\n        DROPS", false),
        ("connection.cursor().cursor.execute(SQL)", true),
        ("connection.connection.cursor().execute(SQL)", true),
        ("connections['other'].cursor().execute(SQL)", true),
        ("transaction.on_commit(lambda: DROPS)", true),
        ("unheard_of(schema_editor)\n    DROPS", true),
        ("cursor = connection.cursor()\n    if cursor.rowcount:\n        DROPS", true),
        ("cursor = connection.cursor()\n    while cursor.rowcount != 0:\n        DROPS", true),
        ("schema_editor.execute('ALTER TABLE shop_item ADD x text DEFAULT %s', [unheard_of()])", true),
        ("schema_editor.deferred_sql.append(SQL)", true),
        ("connection.cursor().executemany('ALTER TABLE shop_item ADD x text DEFAULT %s', [['y']])", true),
        ("call_command('unheard_of')\n    DROPS", true),
        ("if not schema_editor.collect_sql:\n        DROPS", false),
        ("def inner():\n        DROPS\n    inner()", false),
    ] {
        let body = body.replace("DROPS", "schema_editor.execute(SQL)");
        let functions = format!(
            "from contextlib import suppress\nfrom django.core.management import call_command\n\
             from django.db import connection, connections, transaction\n\n\
             SQL = 'ALTER TABLE shop_item DROP COLUMN code'\n\ndef f(apps, schema_editor):\n    {body}\n\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    \
             operations = [migrations.RunPython(f)]\n"
        );
        let compiled = project("", &[("1", ITEM), ("2", &functions)]);
        let told = lines(&compiled).into_iter().filter(|it| it.starts_with("2: ")).collect::<Vec<_>>();
        let is_told = told.iter().any(|it| it.contains("RunPython f ?? shop_item"));
        assert_eq!((is_told, told.len()), (expected, 1), "{body}: {told:?}");
    }
}

/// In a row it is whatever it is; a default is what the database has.
#[test]
fn a_parameter_that_is_not_known_is_told_where_the_schema_changes() {
    let sql = |text: &str, expected: &[&str]| {
        let operation = format!("migrations.RunSQL([('{text} %s', [unheard_of()])])");
        check_class("", &operation, expected);
    };
    sql("UPDATE shop_item SET code =", &[]);
    sql(
        "ALTER TABLE shop_item ADD x text DEFAULT",
        &["RunSQL `unheard_of`: names unheard_of, which is bound nowhere ?? anything"],
    );
}

#[test]
fn an_operation_may_change_what_it_says_of_itself() {
    check_class(
        &format!(
            "
class Renamed(migrations.AddField):
    def state_forwards(self, app_label, state):
        self.name = f'x_{{self.name}}'
        super().state_forwards(app_label, state)

class Wide(migrations.CreateModel):
    def state_forwards(self, app_label, state):
        self.options['db_table'] = 'wide'
        self.fields.append(('more', models.IntegerField(null=True)))
        super().state_forwards(app_label, state)

class Filled(migrations.RunSQL):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(self.sql.replace('TABLE', 'TABLE filled_'))

class Both(migrations.AlterField):{BOTH}        schema_editor.execute('CREATE TABLE beside (id integer)')
"
        ),
        "Renamed('item', 'a', models.IntegerField(null=True)),
        Wide('Wide', [('id', models.BigAutoField(primary_key=True))], options={}),
        Filled('CREATE TABLE one (id integer)'.replace(' one', 'one')),
        Both('item', 'code', models.BigIntegerField())",
        &[
            "shop_item + x_a integer NULL",
            "create wide: id more",
            "create filled_one: id",
            "shop_item ~ code bigint NOT NULL",
            "create beside: id",
        ],
    );
}

#[test]
fn an_operation_may_hand_its_work_to_others_that_it_makes() {
    check_class(
        "
class Several(migrations.operations.base.Operation):
    def __init__(self, model, names):
        self.model, self.names = model, names
    def made(self):
        return [migrations.AddField(self.model, it, models.IntegerField(null=True)) for it in self.names]
    def state_forwards(self, app_label, state):
        for operation in self.made():
            operation.state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.made():
            to_state = from_state.clone()
            operation.state_forwards(app_label, to_state)
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
            from_state = to_state

class Elsewhere(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        migrations.CreateModel('Far', [('id', models.AutoField(primary_key=True))]).state_forwards('store', state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        far = to_state.apps.get_model('store', 'Far')
        schema_editor.create_model(far)
        schema_editor.execute(f'CREATE INDEX by ON {far._meta.db_table} (id)')
",
        "Several('item', ['a', 'b']), migrations.RenameField('item', 'b', 'c'), Elsewhere()",
        &[
            "shop_item + a integer NULL",
            "shop_item + b integer NULL",
            "shop_item.b to c",
            "create store_far: id",
            "store_far + index id",
        ],
    );
}

/// With another template it makes something else, which nobody has looked at.
#[test]
fn an_editor_that_is_changed_is_told() {
    const CALL: &str = "super().database_forwards(app_label, schema_editor, from_state, to_state)";
    for change in [
        "schema_editor.sql_create_index = 'CREATE INDEX %(name)s ON %(table)s (1)'",
        "schema_editor.__class__ = Another",
        "setattr(schema_editor, 'sql_create_index', '')",
        "schema_editor.sql_create_index += ' WHERE true'",
        "schema_editor.connection.features.supports_covering_indexes = False",
        "schema_editor.connection.data_types['CharField'] = 'text'",
        "schema_editor.deferred_sql.append('DROP TABLE shop_item')",
        "schema_editor.deferred_sql.clear()",
        "schema_editor.sql_create_column_inline_fk = None",
        "schema_editor.collect_sql = True",
        "schema_editor.atomic_migration = False",
    ] {
        let second = format!(
            "class Mine(migrations.AddIndex):\n    \
             def database_forwards(self, app_label, schema_editor, from_state, to_state):\n        \
             {change}\n        {CALL}\n\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    \
             operations = [Mine('item', models.Index(fields=['code'], name='by_code'))]\n"
        );
        let compiled = project("", &[("1", ITEM), ("2", &second)]);
        let told = lines(&compiled);
        assert!(told.iter().any(|it| it.starts_with("2: ") && it.contains("??")), "{change}: {told:?}");
    }
}

/// Python's own functions only make something of a text.
#[test]
fn sql_may_go_through_functions_of_pythons() {
    check_code(
        "
import itertools, logging, textwrap
logger = logging.getLogger(__name__)

def f(apps, schema_editor):
    statements = []
    statements.append('CREATE TABLE one (id integer)')
    statements.extend(['', textwrap.dedent('   CREATE TABLE two (id integer)')])
    for statement in filter(None, sorted(statements)):
        logger.info(statement)
        print('now', statement)
        schema_editor.execute(statement)
",
        &["create one: id", "create two: id"],
    );
}

/// What somebody else gets of a connection, or of SQL, may be used.
#[test]
fn what_is_handed_to_code_that_is_not_followed_is_told() {
    check_code(
        "
import elsewhere
import subprocess

def by_a_connection(apps, schema_editor):
    elsewhere.helper(connection)

def by_another_cursor(apps, schema_editor):
    elsewhere.connect().cursor().execute('ALTER TABLE shop_item ADD COLUMN other integer')

def by_a_manager(apps, schema_editor):
    list(apps.get_model('shop', 'Item').objects.raw('ALTER TABLE shop_item ADD COLUMN other integer'))

def by_a_program(apps, schema_editor):
    subprocess.run(['psql', '-c', 'ALTER TABLE shop_item ADD COLUMN other integer'])
",
        &[
            "RunPython by_a_connection ?? anything",
            "RunPython by_another_cursor ?? shop_item",
            "RunPython by_a_manager ?? shop_item",
            "RunPython by_a_program ?? shop_item",
        ],
    );
}

/// As in many a project: the constructor sets what Django's would have set, or needs nothing of it.
#[test]
fn a_constructor_need_not_call_djangos() {
    check_class(
        "
class ByFormat(migrations.RunSQL):
    def __init__(self, *columns):
        self.columns = columns
        self.sql = ''
        self.reverse_sql = ''
        self.state_operations = []
        self.hints = {}
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.render().get_model('shop.Item')
        self.sql = 'CREATE INDEX by_{1} ON {0} ({1})'.format(model._meta.db_table, self.columns[0])
        super().database_forwards(app_label, schema_editor, from_state, to_state)

class Partial(migrations.RunSQL):
    SQL = 'CREATE INDEX %(name)s ON %(table)s (%(field)s) WHERE %(condition)s'
    def __init__(self, field, name, condition):
        self.model, self.field = field.split('.')
        self.name, self.condition = name, condition
    def state_forwards(self, app_label, state):
        pass
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model)
        schema_editor.execute(self.SQL % {'name': self.name, 'table': model._meta.db_table, 'field': self.field, 'condition': self.condition})
",
        "ByFormat('code'), Partial('item.name', 'by_part', 'code > 3')",
        &["shop_item + index code", "shop_item + index name"],
    );
}

#[test]
fn the_bases_of_a_model_may_be_changed() {
    check_class(
        "
from django.db.migrations.operations.base import Operation

class AlterBases(Operation):
    def __init__(self, name, bases):
        self.name, self.bases = name, tuple(bases)
    def state_forwards(self, app_label, state):
        state.models[app_label, self.name.lower()].bases = self.bases
        state.reload_model(app_label, self.name.lower(), delay=False)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass

class AlterOptions(Operation):
    def state_forwards(self, app_label, state):
        state.models[app_label, 'item'].options['managed'] = False
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass
",
        "migrations.CreateModel('Child', [('item_ptr', models.OneToOneField('shop.Item', models.CASCADE, primary_key=True, parent_link=True))], bases=('shop.item',)),
        AlterBases('Child', (models.Model,)),
        migrations.AddField('child', 'name', models.TextField(null=True)),
        AlterOptions()",
        &[
            "create shop_child: item_ptr_id",
            "shop_child + name text NULL",
            "shop_child + item_ptr_id -> shop_item",
        ],
    );
}

/// As django-tree's `execute(TREE_HELPER_FUNCTIONS)`: nobody had looked at the name before.
#[test]
fn sql_may_be_a_constant_of_another_module() {
    let sql = "ONE = 'CREATE TABLE one (id integer)'\nTWO = 'CREATE TABLE two (id integer)'\nNOTE = 'x'\n";
    let text = "from shop.migrations._sql import NOTE, ONE, TWO
def code(apps, schema_editor):
    schema_editor.execute(ONE)
    for it in [TWO]:
        schema_editor.execute(sql=it)
    schema_editor.execute('ALTER TABLE one ADD COLUMN note text DEFAULT %s', [NOTE])
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(code)]
";
    let all = lines(&project("", &[("1", ITEM), ("_sql", sql), ("2", text)]));
    let made: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
    assert_eq!(made, ["create one: id", "create two: id", "one + note text NULL DEFAULT 'x'"]);
}

/// What it does to the columns of a model is not followed, and a healthy database has it done.
#[test]
fn operations_that_code_makes_may_change_any_column() {
    check_class(
        "import random
class ToText(migrations.operations.base.Operation):
    def __init__(self, model):
        self.model = model
    def made(self, app_label, state):
        for name, field in list(state.models[app_label, self.model.lower()].fields.items()):
            yield migrations.AlterField(self.model, name, models.TextField())
    def state_forwards(self, app_label, state):
        for it in self.made(app_label, state):
            it.state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for it in self.made(app_label, from_state):
            it.database_forwards(app_label, schema_editor, from_state, to_state)

class Perhaps(migrations.operations.base.Operation):
    def __init__(self, *sql):
        self.sql = sql
    def state_forwards(self, app_label, state):
        pass
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for it in self.sql:
            if random.random() < 2:
                schema_editor.execute(it)
",
        "ToText('Item'), Perhaps('ALTER TABLE shop_item ALTER COLUMN code TYPE bigint', 'ALTER TABLE shop_item RENAME COLUMN name TO nm')",
        &[
            "shop.migrations.2.ToText is an operation of its own ?? shop_item -code -id -name -constraints",
            "shop.migrations.2.Perhaps is an operation of its own ?? shop_item -name -code's definition",
        ],
    );
}

/// `as_string` needs the connection for its quotes, and changes nothing.
#[test]
fn sql_that_psycopg_puts_together_may_be_asked_for_as_a_text() {
    check_code(
        "
from psycopg import sql

def f(apps, schema_editor):
    made = sql.SQL('CREATE INDEX {} ON {} ({})').format(
        sql.Identifier('by_code'), sql.Identifier('shop_item'), sql.SQL(', ').join([sql.Identifier('code')]))
    schema_editor.execute(made.as_string(schema_editor.connection.connection))
",
        &["shop_item + index code"],
    );
}

/// Of a field that a model has, and of one that is made.
#[test]
fn the_type_of_a_column_is_what_its_field_says() {
    check_class(
        "
class AddColumn(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        kind = field.db_type(connection=schema_editor.connection)
        schema_editor.execute('ALTER TABLE %s ADD COLUMN %s %s NULL' % (model._meta.db_table, field.column, kind))

def made(apps, schema_editor):
    field = models.CharField(max_length=7)
    schema_editor.execute(f'ALTER TABLE shop_item ADD COLUMN note {field.db_type(schema_editor.connection)}')

def counts(apps, schema_editor):
    key = apps.get_model('shop', 'Item')._meta.get_field('id').db_type(schema_editor.connection)
    schema_editor.execute(f'CREATE TABLE keys (id {key})')

def changed(apps, schema_editor):
    kind = apps.get_model('shop', 'Item')._meta.get_field('size').db_type(schema_editor.connection)
    schema_editor.execute(f'CREATE TABLE sizes (size {kind})')

class AddKey(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        key = to_state.apps.get_model(app_label, self.model_name)._meta.pk.rel_db_type(schema_editor.connection)
        schema_editor.execute(f'ALTER TABLE shop_item ADD COLUMN other_id {key}')
",
        "AddColumn('item', 'size', models.DecimalField(max_digits=5, decimal_places=2)),
        AddColumn('item', 'parent', models.ForeignKey('shop.Item', models.CASCADE, null=True)),
        migrations.RunPython(made), migrations.RunPython(counts), migrations.RunPython(changed),
        AddKey('item', 'other', models.ForeignKey('shop.Item', models.CASCADE, null=True, db_constraint=False))",
        &[
            "shop_item + size numeric(5,2) NULL",
            "shop_item + parent_id bigint NULL",
            "shop_item + note varchar(7) NULL",
            "create keys: id",
            "create sizes: size",
            "shop_item + other_id bigint NULL",
        ],
    );
}

/// A question of code that an operation of a project's own does among others keeps its marks until it is answered.
#[test]
fn code_within_an_operation_of_ones_own_may_ask_the_models() {
    check_class(
        "
def fill(apps, schema_editor):
    model = apps.get_model('shop', 'Item')
    schema_editor.execute('UPDATE shop_item SET code = NULL WHERE %s > 0' % model._meta.pk.column)

SWAP = [migrations.AddField('item', 'raw', models.IntegerField(null=True)), migrations.RunPython(fill, fill),
        migrations.RemoveField('item', 'code')]

class Convert(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        for operation in SWAP:
            operation.state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in SWAP:
            after = from_state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, from_state, after)
            from_state = after
",
        "Convert()",
        &["shop_item + raw integer NULL", "shop_item - code"],
    );
}

/// As sentry takes a column away in two steps: of the second, only the database hears.
#[test]
fn an_operation_may_ask_a_state_for_the_name_of_a_table() {
    check_class(
        "
class SafeRemoveField(migrations.RemoveField):
    def __init__(self, *args, step, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
    def state_forwards(self, app_label, state):
        if self.step == 'state':
            super().state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if self.step == 'state':
            return
        model = from_state.models[app_label, self.model_name_lower]
        table = model.options.get('db_table') or f'{app_label}_{self.model_name_lower}'
        schema_editor.execute(f'ALTER TABLE {table} DROP COLUMN {self.name}')
",
        "SafeRemoveField('item', 'code', step='state'), SafeRemoveField('item', 'code', step='database')",
        &["shop_item - code"],
    );
}

/// `NotInTransactionMixin` of Django's own operations raises, or lets go on.
#[test]
fn whether_it_stands_in_a_transaction_is_no_change() {
    check_class(
        "
from django.contrib.postgres.operations import NotInTransactionMixin

class SafeIndex(NotInTransactionMixin, migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._ensure_not_in_transaction(schema_editor)
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(\"SET lock_timeout = '3s'\")
        schema_editor.add_index(model, self.index, concurrently=True)
",
        "SafeIndex('item', models.Index(fields=['code'], name='by_code'))",
        &["shop_item + index code"],
    );
}

/// The class of an object that code makes, finds or is given need not stand where its method is called.
#[test]
fn an_object_may_come_from_anywhere() {
    let search = "
from django.db import connection

class Backend:
    def install(self):
        with connection.cursor() as cursor:
            cursor.execute('ALTER TABLE shop_item DROP COLUMN code')
    def note(self):
        print('done')
    @classmethod
    def get(cls):
        return cls()

class Holder:
    def __init__(self):
        self.backend = Backend()
    def run(self):
        self.backend.install()

class Base:
    def run(self):
        self.work()

class Worker(Base):
    def work(self):
        drop()

def drop():
    Backend().install()

BACKENDS = [Backend()]
BY = {'pg': Backend}
worker = Worker()
HANDLERS = {'postgresql': drop, 'sqlite': None}

def get_backend():
    return Backend()

def helped(backend):
    backend.install()
";
    let check = |body: &str, expected: &[&str]| {
        let text = format!(
            "from django.utils.module_loading import import_string\nfrom ._search import *\n\n\
             def f(apps, schema_editor):\n    {body}\n\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    \
             operations = [migrations.RunPython(f)]\n"
        );
        let files = [("1", ITEM), ("_search", search), ("2", &*text)];
        let compiled = project("", &files);
        let all = lines(&compiled);
        let made: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
        assert_eq!(made, expected, "{body}: {:#?}", compiled.notices);
    };
    for body in [
        "b = Backend(); b.install()",
        "b = get_backend(); b.install()",
        "get_backend().install()",
        "Backend.get().install()",
        "for b in BACKENDS: b.install()",
        "BY['pg']().install()",
        "Holder().run()",
        "helped(Backend())",
        "getattr(Backend(), 'install')()",
        "worker.run()",
        "HANDLERS[schema_editor.connection.vendor]()",
        "from . import _search; getattr(_search, 'drop')()",
        "globals()['drop']()",
        "(Worker if True else Base)().run()",
        "[b.install() for b in BACKENDS]",
        "import_string('shop.migrations._search.Backend')().install()",
    ] {
        check(body, &["shop_item - code"]);
    }
    check("import_string(apps.path)().install()", &["RunPython f ?? anything"]);
    check("b = get_backend(); b.note()", &["RunPython f ?? nothing"]);
}

/// What the command's parser makes of its other options is not known.
#[test]
fn a_command_of_the_sources_is_followed() {
    let command = "
from django.core.management.base import BaseCommand
from django.db import connection

class Command(BaseCommand):
    help = 'Makes it'
    def add_arguments(self, parser):
        parser.add_argument('--dry-run', action='store_true')
        parser.add_argument('--table', default='shop_item')
    def handle(self, *args, **options):
        if options['verbosity'] > 1:
            self.stdout.write('it begins')
        if options.get('unsure'):
            return
        cursor = connection.cursor()
        cursor.execute(\"SELECT attname FROM pg_attribute WHERE attrelid = 'shop_item'::regclass AND attname = 'tsv'\")
        if bool(cursor.fetchall()):
            return
        cursor.execute('ALTER TABLE %s ADD COLUMN tsv tsvector' % options['table'])
        if options['dry_run']:
            cursor.execute('ALTER TABLE shop_item DROP COLUMN code')
";
    let check = |options: &str, expected: &[&str]| {
        let text = format!(
            "from django.core.management import call_command\n\n\
             def f(apps, schema_editor):\n    call_command('install', {options})\n\n\
             class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    \
             operations = [migrations.RunPython(f)]\n"
        );
        let files = [("1", ITEM), ("../management/commands/install", command), ("2", &*text)];
        let compiled = project("", &files);
        let all = lines(&compiled);
        let made: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
        assert_eq!(made, expected, "{options}: {:#?}", compiled.notices);
    };
    check("verbosity=0, unsure=False, table='shop_item', dry_run=False", &["shop_item + tsv tsvector NULL"]);
    check("verbosity=0, unsure=True", &[]);
    check("unsure=False, table='shop_item'", &["RunPython f ?? shop_item -code -constraints"]);
}

/// As operations of old add a constraint whose rows are looked at later, and indexes without a lock.
#[test]
fn a_statement_that_django_writes_may_be_executed_by_oneself() {
    check_class(
        "
class NotValid(migrations.AddConstraint):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            sql = self.constraint.create_sql(model, schema_editor)
            schema_editor.execute(f'{sql} NOT VALID')

class Quiet(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        sql = str(self.index.create_sql(model, schema_editor)).replace('CREATE INDEX', 'CREATE INDEX CONCURRENTLY')
        schema_editor.execute(sql, params=None)

class Another(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(str(self.index.create_sql(model, schema_editor)).replace('INDEX', 'UNIQUE INDEX'))

def code(apps, schema_editor):
    item = apps.get_model('shop', 'Item')
    index = models.Index(fields=['name'], name='by_name')
    schema_editor.execute(index.create_sql(item, schema_editor))
    schema_editor.execute(index.remove_sql(item, schema_editor))
",
        "NotValid('item', models.CheckConstraint(condition=models.Q(code__gt=0), name='positive')),
        Quiet('item', models.Index(fields=['code'], name='by_code')),
        migrations.RunPython(code),
        Another('item', models.Index(fields=['code', 'name'], name='both'))",
        &[
            "shop_item + check code",
            "shop_item + index code",
            "shop_item + index name",
            "shop_item - index by name",
            "shop_item + index code name",
            "shop.migrations.2.Another does its own to the database ?? shop_item -constraints -over code name (its own too)",
        ],
    );
}

/// What a library computes is not known where that takes too long, and what is done beside it is.
#[test]
fn a_function_that_takes_too_long_and_touches_no_schema_is_not_followed_alone() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("settings.py", "INSTALLED_APPS = ['shop']\n");
    write("shop/__init__.py", "");
    write("shop/migrations/__init__.py", "");
    write(
        "numbers_of.py",
        "
def parse(text):
    found = 0
    for a in range(1000):
        for b in range(1000):
            found += a * b
    return found

class Parser:
    def parse(self, text):
        return parse(text)
",
    );
    write(
        "shop/migrations/0001_initial.py",
        "
from django.db import migrations
from numbers_of import Parser, parse

def run(apps, schema_editor):
    schema_editor.execute('CREATE TABLE one (id integer)')
    for item in apps.get_model('shop', 'Item').objects.all():
        item.number = parse(item.text)
        item.other = Parser().parse(item.text)
        item.save()
    schema_editor.execute('CREATE TABLE two (id integer)')

class Migration(migrations.Migration):
    operations = [migrations.RunPython(run)]
",
    );
    assert_eq!(
        lines(&compiled(folder.path())),
        ["0001_initial: create one: id", "0001_initial: create two: id"]
    );
}

#[test]
fn code_asks_which_editor_it_has() {
    let code = "
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor
def run(apps, schema_editor):
    if isinstance(schema_editor, DatabaseSchemaEditor):
        schema_editor.execute('CREATE TABLE one (id integer)')
class Migration(migrations.Migration):
    operations = [migrations.RunPython(run)]
";
    assert_eq!(lines(&project_on(Dialect::Sqlite, "", &[("1", code)])), ["1: create one: id"]);
    assert!(lines(&project_on(Dialect::Postgres, "", &[("1", code)])).is_empty());
}

/// `RunPython` gives the schema editor as its second argument, whatever it is called and whatever else is taken.
#[test]
fn the_schema_editor_may_have_any_name() {
    let head = "
def two(apps, se):
    se.execute('DROP TABLE shop_item')

def with_default(apps, se, name='shop_item'):
    se.execute('DROP TABLE %s' % name)

def given(apps, se, name):
    se.execute('DROP TABLE %s' % name)

class Drops:
    def __call__(self, apps, se):
        se.execute('DROP TABLE shop_item')

    def run(self, apps, se, name='shop_item'):
        se.execute('DROP TABLE %s' % name)

    @classmethod
    def of_class(cls, apps, se):
        se.execute('DROP TABLE shop_item')

    @staticmethod
    def plain(apps, se):
        se.execute('DROP TABLE shop_item')
";
    for code in [
        "two",
        "with_default",
        "lambda apps, se, name='shop_item': se.execute(f'DROP TABLE {name}')",
        "partial(given, name='shop_item')",
        "lambda apps, se: given(apps, se, 'shop_item')",
        "Drops()",
        "Drops().run",
        "Drops.of_class",
        "Drops.plain",
    ] {
        let body = format!("dependencies = [('shop', '1')]\n    operations = [migrations.RunPython({code})]");
        check_body(head, &body, &["drop shop_item"]);
    }
}

/// `*args` hold the schema editor.
#[test]
fn an_operation_hands_on_all_that_it_is_given() {
    check_body(
        "
class AddAnd(migrations.AddField):
    def database_forwards(self, *args, **kwargs):
        super().database_forwards(*args, **kwargs)
        self.after(*args)

    def after(self, label, se, *states):
        se.execute('ALTER TABLE shop_item DROP COLUMN code')
",
        "dependencies = [('shop', '1')]
    operations = [AddAnd('Item', 'rank', models.IntegerField(null=True))]",
        &["shop_item + rank integer NULL", "shop_item - code"],
    );
    check_body(
        "
class Own(migrations.operations.base.Operation):
    def state_forwards(self, *args):
        pass

    def database_forwards(self, app_label, *args):
        ed, old, new = args
        ed.delete_model(old.apps.get_model(app_label, 'Item'))
",
        "dependencies = [('shop', '1')]
    operations = [Own()]",
        &["drop shop_item"],
    );
}

/// As an index that broke off is taken away before it is made again: no more than that one hangs on what the database says.
#[test]
fn of_an_index_that_may_be_dropped_the_rest_is_known() {
    let repair = |name: &str| {
        format!(
            "
NAME = '{name}'

def repair(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute('SELECT 1 FROM pg_index i WHERE i.indexrelid = %s::regclass AND NOT i.indisvalid', [NAME])
        if cursor.fetchone() is not None:
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS \"{{NAME}}\"')
"
        )
    };
    let made = "migrations.AddIndex('item', models.Index(fields=['name', 'code'], name='by_name')), migrations.RunPython(repair)";
    check_class(&repair("never"), made, &["shop_item + index name code"]);
    let why = "SQL `DROP INDEX CONCURRENTLY IF EXISTS \"by_name\"`: whether this is done is not known: `cursor.fetchone()` asks the database";
    check_class(
        &repair("by_name"),
        made,
        &["shop_item + index name code", &format!("{why} ?? shop_item -over name code (its own too)")],
    );
}

/// The name of the function is the operation.
#[test]
fn a_decorator_may_make_an_operation_of_a_function() {
    let check = |decorators: &str| {
        let code = "def index(apps, schema_editor):\n    schema_editor.execute('CREATE INDEX by_name ON shop_item (name)')";
        check_class(&format!("{decorators}\n{code}\n"), "index", &["shop_item + index name"]);
    };
    check(
        "def of_rows(function):\n    return migrations.RunPython(function, migrations.RunPython.noop)\n\n@of_rows",
    );
    check(
        "def of_rows(**options):\n    return lambda function: migrations.RunPython(function, **options)\n\n@of_rows(elidable=True)",
    );
    check("@migrations.RunPython");
    check("@partial(migrations.RunPython, reverse_code=migrations.RunPython.noop)");
}

/// All but `strict`, in whatever order.
#[test]
fn the_editors_methods_take_their_arguments_by_name() {
    let check = |call: &str, expected: &str| {
        let code = format!(
            "def change(apps, schema_editor):\n    item = apps.get_model(app_label='shop', model_name='Item')\n    \
             field = item._meta.get_field(field_name='name')\n    {call}\n"
        );
        check_class(&code, "migrations.RunPython(code=change)", &[expected]);
    };
    check("schema_editor.remove_field(field=field, model=item)", "shop_item - name");
    check("schema_editor.remove_field(item, field=field)", "shop_item - name");
    check("schema_editor.delete_model(model=item)", "drop shop_item");
    check(
        "schema_editor.add_index(index=models.Index(fields=['name'], name='by_name'), model=item)",
        "shop_item + index name",
    );
    check(
        "schema_editor.alter_unique_together(model=item, old_unique_together=set(), new_unique_together={('name', 'code')})",
        "shop_item + unique name code",
    );
    check(
        "schema_editor.alter_db_table(model=item, old_db_table='shop_item', new_db_table='item')",
        "rename shop_item to item",
    );
    check(
        "schema_editor.execute(sql='DROP TABLE ' + schema_editor.connection.ops.quote_name(name='shop_item'))",
        "drop shop_item",
    );
}

/// The statements in which the editor fills names in.
#[test]
fn the_editors_own_statements_are_known() {
    let check = |statement: &str, expected: &[&str]| {
        let code = format!(
            "def change(apps, schema_editor):\n    q = schema_editor.quote_name\n    \
             there = schema_editor.connection.introspection.table_names()\n    \
             for table in ('fee', 'shop_item'):\n        if table in there:\n            \
             schema_editor.execute(schema_editor.{statement})\n"
        );
        check_class(&code, "migrations.RunPython(change)", expected);
    };
    check("sql_delete_table % {'table': q(table)}", &["drop shop_item"]);
    check("sql_rename_table % {'old_table': q(table), 'new_table': q('x')}", &["rename shop_item to x"]);
    check(
        "sql_rename_column % {'table': q(table), 'old_column': q('name'), 'new_column': q('x')}",
        &["shop_item.name to x"],
    );
    check("sql_delete_column % {'table': q(table), 'column': q('name')}", &["shop_item - name"]);
    check(
        "sql_create_column % {'table': q(table), 'column': q('x'), 'definition': 'integer NULL'}",
        &["shop_item + x integer NULL"],
    );
}

/// Of which the code names another model only.
#[test]
fn a_model_that_a_relation_leads_to_may_be_touched() {
    let code = "
def drop(apps, schema_editor):
    item = apps.get_model('shop', 'Other')._meta.get_field('item').related_model
    with schema_editor.connection.cursor() as cursor:
        there = schema_editor.connection.introspection.get_constraints(cursor, item._meta.db_table)
    for name, it in there.items():
        if it['index'] and not it['unique']:
            schema_editor.execute('DROP INDEX %s' % schema_editor.quote_name(name))
";
    check_class(
        code,
        "migrations.CreateModel('Other', [
            ('id', models.AutoField(primary_key=True)),
            ('item', models.ForeignKey('shop.Item', models.CASCADE, db_index=False, db_constraint=False)),
        ]), migrations.RunPython(drop)",
        &[
            "create shop_other: id item_id",
            "RunPython drop ?? shop_item shop_other -constraints (its own too)",
        ],
    );
}
