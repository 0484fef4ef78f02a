//! Operations of a project's own class: whether they do what Django's does, for which app, and what if not
//! (tests/cases/django-in-the-wild.md, points 14, 18 and 21).

use super::{ITEM, check_body, check_class, lines, project, project_of};
use crate::dialect::Dialect;
use crate::migration::Operation;
use crate::schema::Change;

/// Each body of `database_forwards`, with what it comes to on PostgreSQL.
#[track_caller]
fn check_forwards(body: &str, expected: &[&str]) {
    let class = format!(
        "
OTHER = 'mysql'
class Mine(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
{body}
"
    );
    check_body(
        &class,
        "dependencies = [('shop', '1')]\n    operations = [Mine('item', models.Index(fields=['code'], name='by_code'))]",
        expected,
    );
}

const SUPER: &str = "super().database_forwards(app_label, schema_editor, from_state, to_state)";
const PERHAPS: &[&str] = &[
    "shop_item + index code",
    "shop.migrations.2.Mine may not do it: it tries, or asks something first ?? shop_item -over code (its own too)",
];

/// The vendor is known; what an index for another one says was once expected of every database.
#[test]
fn an_operation_for_another_vendor_does_nothing() {
    let made = &["shop_item + index code"][..];
    for (body, expected) in [
        (format!("        if schema_editor.connection.vendor == 'postgresql':\n            {SUPER}"), made),
        (format!("        if schema_editor.connection.vendor == 'mysql':\n            {SUPER}"), &[]),
        (
            format!(
                "        if schema_editor.connection.vendor != 'sqlite':\n            return\n        {SUPER}"
            ),
            &[],
        ),
        (
            "        if schema_editor.connection.vendor == OTHER:\n            return\n        \
             super().database_forwards(app_label=app_label, schema_editor=schema_editor, from_state=from_state, \
             to_state=to_state)"
                .to_owned(),
            made,
        ),
        (format!("        if schema_editor.connection.mysql_is_mariadb:\n            {SUPER}"), &[]),
        (
            format!(
                "        match schema_editor.connection.vendor:\n            case 'mysql' | 'sqlite':\n                pass\n            case _:\n                {SUPER}"
            ),
            made,
        ),
    ] {
        check_forwards(&body, expected);
    }
}

#[test]
fn an_operation_that_only_says_something_does_nothing() {
    check_forwards("        print('the index is there')", &[]);
}

#[test]
fn what_django_asks_too_is_no_condition() {
    let body = format!(
        "        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        log('now')
        {SUPER}"
    );
    check_forwards(&body, &["shop_item + index code"]);
}

/// An index that is not there is then no finding, as it may not have been made.
#[test]
fn an_operation_on_a_condition_may_not_have_been_done() {
    for body in [
        format!("        if is_wanted():\n            {SUPER}"),
        format!("        if not is_wanted():\n            return\n        {SUPER}"),
        format!("        is_wanted() and {SUPER}"),
        format!("        {SUPER} if is_wanted() else None"),
    ] {
        check_forwards(&body, PERHAPS);
    }
}

#[test]
fn a_condition_in_a_base_class_counts() {
    let text = format!(
        "
class Perhaps(migrations.AddIndex):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass

class Mine(Perhaps):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        {SUPER}
"
    );
    check_body(
        &text,
        "dependencies = [('shop', '1')]\n    operations = [Mine('item', models.Index(fields=['code'], name='by_code'))]",
        &[],
    );
}

#[test]
fn an_operation_may_change_the_models_of_another_app() {
    let second = "
class Elsewhere(migrations.CreateModel):
    target = 'store'
    def state_forwards(self, app_label, state):
        super().state_forwards(self.target, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(self.target, schema_editor, from_state, to_state)

class More(migrations.AddField):
    def state_forwards(self, app_label, state):
        super().state_forwards('store', state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards('store', schema_editor, from_state, to_state)

class Torn(migrations.AddField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards('store', schema_editor, from_state, to_state)

class Migration(migrations.Migration):
    operations = [
        Elsewhere('Item', [('id', models.BigAutoField(primary_key=True))]),
        More('item', 'note', models.TextField(null=True)),
        Torn('item', 'more', models.TextField(null=True)),
    ]
";
    assert_eq!(
        lines(&project("", &[("2", second)])),
        ["2: create store_item: id", "2: store_item + note text NULL", "2: store_item + more text NULL",]
    );
}

/// As StackOverflow has it: the constructor sets the label of the app whose models are changed. Django records it there.
#[test]
fn a_migration_may_work_for_another_app() {
    let second = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.CreateModel('Item', [('id', models.BigAutoField(primary_key=True))])]
    def __init__(self, name, app_label):
        super().__init__(name, app_label)
        self.app_label = 'store'
";
    let compiled = project("", &[("1", ITEM), ("2", second)]);
    assert_eq!(lines(&compiled), ["1: create shop_item: id name code", "2: create store_item: id"]);
    let replaced: Vec<String> = compiled.migrations[1].replaces.iter().map(ToString::to_string).collect();
    assert_eq!(replaced, ["store.2"]);
}

/// As django-longer-username and its like do it: Django records it for its own app.
#[test]
fn a_migration_may_run_for_another_app() {
    let base = |apply: &str| {
        format!(
            "
class Elsewhere(migrations.Migration):
    target = None
    def mutate_state(self, project_state, preserve=True):
        app_label = self.app_label
        self.app_label = self.target
        state = super().mutate_state(project_state, preserve)
        self.app_label = app_label
        return state
    def apply(self, project_state, schema_editor, collect_sql=False):
        app_label = self.app_label
        {apply}
        state = super(Elsewhere, self).apply(project_state, schema_editor, collect_sql)
        self.app_label = app_label
        return state

class Migration(Elsewhere):
    target = 'store'
    dependencies = [('shop', '1')]
    operations = [migrations.CreateModel('Item', [('id', models.BigAutoField(primary_key=True))])]
"
        )
    };
    let compiled = project("", &[("1", ITEM), ("2", &base("self.app_label = self.target"))]);
    assert_eq!(lines(&compiled), ["1: create shop_item: id name code", "2: create store_item: id"]);
    assert!(compiled.migrations[1].replaces.is_empty());
    for another in ["self.app_label = 'other'", "pass", "self.app_label = asked()"] {
        let lines = lines(&project("", &[("1", ITEM), ("2", &base(another))]));
        assert!(lines.iter().any(|it| it.contains("?? anything")), "{another}: {lines:#?}");
    }
}

/// What `apply` does of the operations, on PostgreSQL.
#[test]
fn a_migration_may_apply_other_operations_or_none() {
    let told = "`shop.migrations.2.Migration` overrides `apply` ??";
    let made = "shop_item + note text NULL";
    let doubt = &*format!("{told} shop_item -note (its own too)");
    let anything = &*format!("{told} anything");
    let usual = "super().apply(project_state, schema_editor, collect_sql)";
    for (apply, expected) in [
        (format!("log('now')\n        return {usual}"), vec![made]),
        // So that a table in use is not waited for.
        (
            format!("schema_editor.execute(\"SET lock_timeout = '5s'\")\n        try:\n            return {usual}\n        finally:\n            schema_editor.execute('RESET lock_timeout')"),
            vec![made],
        ),
        (
            format!("with schema_editor.connection.cursor() as cursor:\n            cursor.execute(f'SET statement_timeout = {{self.wait}}')\n        return {usual}"),
            vec![made],
        ),
        // What follows behind what is put in.
        (
            format!("schema_editor.execute(f'SET x = {{self.x}}; DROP TABLE shop_item')\n        return {usual}"),
            vec![made, &format!("{told} shop_item -table shop_item (its own too)"), doubt],
        ),
        // sentry's `CheckedMigration` tells an editor of its own so.
        (
            format!("if self.atomic:\n            schema_editor.safe = True\n        return {usual}"),
            vec![made],
        ),
        (
            format!("if schema_editor.connection.vendor == 'postgresql':\n            return {usual}"),
            vec![made],
        ),
        (
            format!(
                "if schema_editor.connection.vendor == 'mysql':\n            return {usual}\n        return project_state"
            ),
            vec![],
        ),
        (
            format!("if is_there():\n            return {usual}\n        return project_state"),
            vec![made, doubt],
        ),
        (
            format!("self.operations = self.operations[:1]\n        return {usual}"),
            vec![made, anything, doubt],
        ),
        (
            format!("if is_there():\n            self.operations.pop()\n        return {usual}"),
            vec![made, anything, doubt],
        ),
        // NEMO's `cap_discount`: all that it names is one table.
        (
            "old = project_state.apps.get_model('shop', 'Item')\n        for name in names(schema_editor):\n            \
             schema_editor.remove_constraint(old, name)\n        return project_state"
                .to_owned(),
            vec![made, &format!("{told} shop_item -constraints (its own too)"), doubt],
        ),
    ] {
        let body = format!(
            "dependencies = [('shop', '1')]
    operations = [migrations.AddField('item', 'note', models.TextField(null=True))]
    def apply(self, project_state, schema_editor, collect_sql=False):
        {apply}"
        );
        check_body("", &body, &expected);
    }
}

/// What is not known of the state is the new name: under the old one nothing is missing.
#[test]
fn a_table_that_an_operation_renames_unseen_may_be_gone() {
    let text = "
from django.db.migrations.operations.base import Operation
class Rename(Operation):
    def __init__(self, model, table):
        self.model, self.table = model, table
    def state_forwards(self, app_label, state):
        state.models[app_label, self.model.lower()].options |= {'db_table': self.table}
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        old = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.alter_db_table(to_state.apps.get_model(app_label, self.model), old, self.table)

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [Rename('Item', 'things')]
";
    let told = lines(&project("", &[("1", ITEM), ("2", text)]));
    assert!(told.iter().any(|it| it.ends_with("?? shop_item -table shop_item")), "{told:?}");
}

/// `state.add_field(…)`, and what `get_field` finds of it afterwards.
#[test]
fn an_operation_may_change_the_state_by_its_methods() {
    let operation = |state: &str, database: &str| {
        format!(
            "
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState
class Own(Operation):
    def __init__(self, model, name):
        self.model, self.name = model, name
    def state_forwards(self, app_label, state):
        {state}
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        before = from_state.apps.get_model(app_label, self.model)
        {database}
"
        )
    };
    let of = |name: &str| format!("dependencies = [('shop', '1')]\n    operations = [Own('Item', '{name}')]");
    let field = "models.TextField(null=True)";
    let adds = "schema_editor.add_field(before, model._meta.get_field(self.name))";
    for (name, state, database, expected) in [
        (
            "note",
            format!("state.add_field(app_label, self.model.lower(), self.name, {field}, True)"),
            adds,
            vec!["shop_item + note text NULL"],
        ),
        (
            "note",
            format!(
                "state.add_field(app_label, model_name='item', name=self.name, field={field}, preserve_default=True)"
            ),
            adds,
            vec!["shop_item + note text NULL"],
        ),
        (
            "code",
            "state.remove_field(app_label, self.model.lower(), self.name)".to_owned(),
            "schema_editor.remove_field(before, before._meta.get_field(self.name))",
            vec!["shop_item - code"],
        ),
        (
            "code",
            "state.rename_field(app_label, self.model.lower(), self.name, 'cost')".to_owned(),
            "schema_editor.alter_field(before, before._meta.get_field(self.name), model._meta.get_field('cost'))",
            vec!["shop_item.code to cost"],
        ),
        (
            "note",
            format!(
                "state.add_model(ModelState(app_label, 'Other', [('id', models.AutoField(primary_key=True)), (self.name, {field})], {{}}, (models.Model,), []))"
            ),
            "schema_editor.create_model(to_state.apps.get_model(app_label, 'Other'))",
            vec!["create shop_other: id note"],
        ),
        ("note", "state.models['shop', 'item'].fields.pop(self.name)".to_owned(), adds, vec!["own"]),
    ] {
        if expected == ["own"] {
            let body = format!("{}\n", of(name));
            let second = format!(
                "{}\nclass Migration(migrations.Migration):\n    {body}",
                operation(&state, database)
            );
            let compiled = project("", &[("1", ITEM), ("2", &second)]);
            assert!(!compiled.notices.is_empty());
            continue;
        }
        check_body(&operation(&state, database), &of(name), &expected);
    }
}

/// A check that is not read leaves the column, and its index, as certain as they are.
#[test]
fn a_check_of_a_fields_own_leaves_the_rest_of_it_known() {
    check_body(
        "
class Positive(models.IntegerField):
    def db_check(self, connection):
        return unheard_of(self.column)
",
        "dependencies = [('shop', '1')]
    operations = [migrations.AddField('item', 'size', Positive(db_index=True, null=True))]",
        &[
            "shop.migrations.2.Positive has a check of its own ?? shop_item, no more",
            "shop_item + size integer NULL",
            "shop_item + index size",
        ],
    );
}

#[test]
fn a_check_of_a_fields_own_is_read() {
    let second = "
class Above(models.IntegerField):
    def __init__(self, *args, least=0, **kwargs):
        self.least = least
        super().__init__(*args, **kwargs)
    def db_check(self, connection):
        return '%s > %d' % (connection.ops.quote_name(self.column), self.least)
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs['least'] = self.least
        return name, path, args, kwargs

class Typed(models.IntegerField):
    def db_type(self, connection):
        return 'type_of_%s' % self.column

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'size', Above(null=True, db_column='Size of')),
        migrations.AddField('item', 'typed', Typed(null=True)),
        migrations.AlterField('item', 'size', Above(null=True, db_column='Size of', least=3)),
        migrations.AlterField('item', 'size', models.IntegerField(null=True, db_column='Size of')),
    ]
";
    let compiled = project_of((4, 2), Dialect::Postgres, "", &[("1", ITEM), ("2", second)]);
    let checks = compiled.migrations[1].operations.iter().filter_map(|it| match it {
        Operation::Change(Change::AddCheck { check, .. }) => check.expression.text().map(str::to_owned),
        Operation::Change(Change::DropCheck { .. }) => Some("dropped".to_owned()),
        _ => None,
    });
    assert_eq!(
        checks.collect::<Vec<_>>(),
        [r#""Size of" > 0"#, "dropped", r#""Size of" > 3"#, "dropped"],
        "{:#?}",
        lines(&compiled)
    );
    assert!(lines(&compiled).contains(&"2: shop_item + typed (not known) NULL".to_owned()));
}

/// What `deconstruct` adds decides whether Django alters the column.
#[test]
fn what_a_field_takes_for_itself_may_be_altered() {
    let second = "
class Sized(models.IntegerField):
    def __init__(self, *args, bits=32, **kwargs):
        self.bits = bits
        super().__init__(*args, **kwargs)
    def db_type(self, connection):
        return 'bigint' if self.bits > 32 else 'integer'
    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, 'bits': self.bits}

class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'size', Sized(null=True)),
        migrations.AlterField('item', 'size', Sized(null=True, bits=64)),
    ]
";
    let lines = lines(&project("", &[("1", ITEM), ("2", second)]));
    assert_eq!(lines[1..], ["2: shop_item + size integer NULL", "2: shop_item ~ size bigint NULL"]);
}

/// A condition on what the module has kept: the vendor, a setting.
#[test]
fn what_a_module_keeps_answers_a_condition_of_its_methods() {
    let kept = "from django.db import connection
from django.conf import settings
IS_SQLITE = connection.vendor == 'sqlite'
IS_POSTGRES = connection.vendor.startswith('postgres')
";
    let made = "shop_item + note text NULL";
    let usual = "super().apply(project_state, schema_editor, collect_sql)";
    let told = "`shop.migrations.2.Migration` overrides `apply` ??";
    let doubt = &*format!("{told} shop_item -note (its own too)");
    for (condition, expected) in [
        ("IS_SQLITE and not settings.UNHEARD_OF", vec![]),
        ("IS_POSTGRES", vec![made]),
        ("not getattr(settings, 'ANOTHER', False)", vec![made]),
        ("collect_sql", vec![made, doubt]),
    ] {
        let body = format!(
            "dependencies = [('shop', '1')]
    operations = [migrations.AddField('item', 'note', models.TextField(null=True))]
    def apply(self, project_state, schema_editor, collect_sql=False):
        if {condition}:
            print('as usual')
            return {usual}
        print('not here')
        return project_state"
        );
        check_body(kept, &body, &expected);
    }
}

/// What is given to `RunSQL` is for one vendor, and another one gets something else.
#[test]
fn an_operation_may_run_sql_of_its_own() {
    check_body(
        "
class ForEach(migrations.RunSQL):
    def __init__(self, postgres, sqlite):
        self.postgres = postgres
        super().__init__(sqlite)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == 'postgresql':
            self._run_sql(schema_editor, self.postgres)
        elif schema_editor.connection.vendor == 'sqlite':
            self._run_sql(schema_editor, self.sql)
",
        "dependencies = [('shop', '1')]
    operations = [ForEach('CREATE TABLE one (id integer)', 'CREATE TABLE other (id integer)')]",
        &["create one: id"],
    );
}

#[test]
fn an_operation_may_change_its_field() {
    check_body(
        "
class Indexed(migrations.AddField):
    def state_forwards(self, app_label, state):
        self.field.db_index = True
        super().state_forwards(app_label, state)
",
        "dependencies = [('shop', '1')]\n    operations = [Indexed('item', 'note', models.IntegerField(null=True))]",
        &["shop_item + note integer NULL", "shop_item + index note"],
    );
}

/// What it asks the schema editor for is no method of Django's, so that nothing is known of what it makes.
#[test]
fn an_operation_may_make_another_thing_of_a_model() {
    check_body(
        "
class CreateOddModel(migrations.CreateModel):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.create_odd_model(model)
",
        "dependencies = [('shop', '1')]
    operations = [CreateOddModel('Odd', [('id', models.AutoField(primary_key=True))])]",
        &[
            "create shop_odd: id",
            "shop.migrations.2.CreateOddModel does its own to the database ?? shop_odd -id -constraints -table shop_odd (its own too)",
        ],
    );
}

#[test]
fn an_operation_may_do_the_same_with_a_precaution() {
    check_forwards(
        "        schema_editor.execute('SET lock_timeout = 1')
        schema_editor.add_index(to_state.apps.get_model(app_label, self.model_name), self.index)",
        &["shop_item + index code"],
    );
}

const WRAPPERS: &str = "
from django.db import router
from django.db.migrations.operations.base import Operation

class Both(Operation):
    def __init__(self, *operations):
        self.operations = operations
    def state_forwards(self, app_label, state):
        for operation in self.operations:
            operation.state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.operations:
            to_state = from_state.clone()
            operation.state_forwards(app_label, to_state)
            operation.database_forwards(app_label, schema_editor, from_state, to_state)
            from_state = to_state

class OnlyOn(Operation):
    def __init__(self, vendor, operation):
        self.vendor, self.operation = vendor, operation
    def state_forwards(self, app_label, state):
        self.operation.state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != self.vendor:
            return
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            self.operation.database_forwards(app_label, schema_editor, from_state, to_state)

class Asks(OnlyOn):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if load():
            self.operation.database_forwards(app_label, schema_editor, from_state, to_state)

class Adds(OnlyOn):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.operation.database_forwards(app_label, schema_editor, from_state, to_state)
        schema_editor.execute('ANALYZE')

class Knows(OnlyOn):
    def state_forwards(self, app_label, state):
        self.operation.state_forwards(app_label, state)
        state.models[app_label, 'item'].options |= {'x': 1}
";

/// An operation that holds others is these.
#[test]
fn an_operation_that_hands_its_work_on_is_what_it_holds() {
    check_body(
        WRAPPERS,
        "dependencies = [('shop', '1')]
    operations = [
        Both(
            migrations.AddField('item', 'a', models.IntegerField(null=True)),
            migrations.AlterField('item', 'a', models.BigIntegerField(null=True)),
        ),
        OnlyOn('postgresql', migrations.AddField('item', 'b', models.IntegerField(null=True))),
        OnlyOn('sqlite', migrations.AddIndex('item', models.Index(fields=['name'], name='by_name'))),
        Both(OnlyOn('mysql', migrations.RemoveField('item', 'code'))),
        migrations.RenameField('item', 'a', 'c'),
    ]",
        &[
            "shop_item + a integer NULL",
            "shop_item ~ a bigint NULL",
            "shop_item + b integer NULL",
            "shop_item.a to c",
        ],
    );
}

#[test]
fn an_operation_that_does_more_than_it_holds_is_told() {
    let of = |class: &str| {
        let body = format!(
            "{WRAPPERS}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    \
             operations = [{class}('postgresql', migrations.AddField('item', 'a', models.IntegerField(null=True)))]\n"
        );
        let compiled = project("", &[("1", ITEM), ("2", &body)]);
        lines(&compiled).into_iter().filter(|it| it.starts_with("2: ")).collect::<Vec<_>>()
    };
    for class in ["Asks", "Knows"] {
        let told = of(class);
        assert!(
            told[0].starts_with(&format!("2: shop.migrations.2.{class} is an operation of its own ??")),
            "{told:?}"
        );
    }
}

/// As for a table of TimescaleDB: the key that the same migration made goes again.
#[test]
fn what_the_same_migration_made_may_be_undone_by_it() {
    check_body(
        "
class Hyper(migrations.operations.base.Operation):
    def __init__(self, model_name, column):
        self.model_name, self.column = model_name, column
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'ALTER TABLE {table} DROP CONSTRAINT {table}_pkey')
",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.CreateModel('Log', [('id', models.AutoField(primary_key=True))]),
        Hyper('log', 'at'),
        Hyper('item', 'code'),
    ]",
        &[
            "create shop_log: id",
            "shop.migrations.2.Hyper is an operation of its own ?? shop_log -constraints (its own too)",
            "shop.migrations.2.Hyper is an operation of its own ?? shop_item -code's definition -constraints",
        ],
    );
}

#[test]
fn an_operation_that_takes_another_back_may_take_away_anything_of_its_model() {
    check_body(
        "
class Back(migrations.operations.base.Operation):
    def __init__(self, model_name, operation):
        self.model_name, self.operation = model_name, operation
    def state_forwards(self, app_label, state):
        state.remove_field(app_label, self.model_name, 'code')
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.operation.database_backwards(app_label, schema_editor, to_state, from_state)
",
        "dependencies = [('shop', '1')]
    operations = [Back('item', migrations.AddField('item', 'code', models.IntegerField()))]",
        &[
            "shop.migrations.2.Back is an operation of its own ?? shop_item -code -id -name -constraints -table shop_item",
        ],
    );
}

/// As wc-django-envoyer has it: which of those that it holds are done is asked of what is not followed.
#[test]
fn an_operation_that_holds_others_is_a_blind_spot_of_what_they_are_about() {
    check_body(
        "
from unittest import mock
class Switch(migrations.operations.base.Operation):
    def __init__(self, operations):
        self.operations = operations
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for checker, operations in self.operations.items():
            with mock.patch.object(schema_editor, 'execute'):
                checker(schema_editor)
            for operation in operations:
                operation.database_forwards(app_label, schema_editor, from_state, to_state)
",
        "dependencies = [('shop', '1')]
    operations = [Switch({print: [migrations.AddIndex('item', models.Index(fields=['code'], name='by_code'))]})]",
        &["shop.migrations.2.Switch is an operation of its own ?? shop_item -code -id -name -constraints"],
    );
}

/// Most likely the usual ones of the app: what it has may be gone or altered, and what another app has is only in doubt.
#[test]
fn operations_of_which_nothing_was_seen_may_be_any() {
    let second = "from elsewhere import made\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    \
                  operations = made()";
    let told = lines(&project("", &[("1", ITEM), ("2", second)]));
    let spots: Vec<&str> = told.iter().filter_map(|it| Some(it.split_once("??")?.1)).collect();
    let all = " shop_item -code -id -name -code's definition -id's definition -name's definition -constraints \
               -table shop_item (its own too)";
    assert_eq!(spots, [" anything", all], "{told:#?}");
}

/// As hyperkitty's key of mailing lists, for which the table is made anew: another key of it may be gone too.
#[test]
fn what_is_done_in_a_way_of_its_own_may_take_any_key_along() {
    let own = "
class Own(migrations.AlterField):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        rebuild(schema_editor, to_state.apps.get_model(app_label, self.model_name))
";
    let body = "dependencies = [('shop', '1')]
    operations = [Own('item', 'code', models.IntegerField(unique=True))]";
    check_body(
        own,
        body,
        &[
            "shop_item + unique code",
            "shop.migrations.2.Own does its own to the database ?? shop_item -code's definition -constraints -over code (its own too)",
        ],
    );
}

/// What the constructors of Django's own bases keep, which few write themselves. (By real Django 5.2.)
#[test]
fn an_operation_may_derive_from_the_bases_of_djangos() {
    let operation = |base: &str, of: &str, init: &str| {
        format!(
            "from django.db.migrations.operations.{of} import {base}\n\nclass Many({base}):\n    def __init__(self, name, **fields):\n        {init}\n        self.fields = fields\n    def made(self):\n        return [migrations.AddField(NAME, name, field) for name, field in self.fields.items()]\n    def state_forwards(self, app_label, state):\n        for it in self.made():\n            it.state_forwards(app_label, state)\n    def database_forwards(self, app_label, schema_editor, from_state, to_state):\n        for it in self.made():\n            it.database_forwards(app_label, schema_editor, from_state, to_state)\n"
        )
    };
    for (base, of, init, name) in [
        ("ModelOperation", "models", "super().__init__(name)", "self.name"),
        ("ModelOperation", "models", "super().__init__(name)", "self.name_lower"),
        ("ModelOptionOperation", "models", "super().__init__(name)", "self.name"),
        ("FieldOperation", "fields", "super().__init__(name, 'more')", "self.model_name"),
        ("FieldOperation", "fields", "super().__init__(name, 'more')", "self.model_name_lower"),
        ("IndexOperation", "models", "self.model_name = name", "self.model_name_lower"),
    ] {
        check_class(
            &operation(base, of, init).replace("NAME", name),
            "Many('Item', more=models.IntegerField(null=True))",
            &["shop_item + more integer NULL"],
        );
    }
}

/// `Field.get_attname_column`, of django-add-default-value.
#[test]
fn a_column_may_be_asked_for_with_its_attribute() {
    let operation = "
class SetDefault(migrations.operations.base.Operation):
    def __init__(self, model_name, name, value):
        self.model_name, self.name, self.value = model_name, name, value
    def state_forwards(self, app_label, state):
        pass
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).get_attname_column()[1]
        schema_editor.execute('ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s' % (model._meta.db_table, column, self.value))
";
    check_class(operation, "SetDefault('item', 'code', 3)", &["shop_item ~ code integer NOT NULL DEFAULT 3"]);
}
