//! Followed code that asks the models what they are called, and whether they are there.

use super::{lines, project};

const MADE: &str = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True)),
            ('owner', models.ForeignKey('shop.Item', models.CASCADE, db_column='of'))],
            options={'db_table': 'things'}),
        migrations.CreateModel('Gone', fields=[('id', models.BigAutoField(primary_key=True))]),
        migrations.RunSQL('CREATE TABLE old (id int); CREATE TABLE other (id int)'),
    ]
";

/// What the code `run` of a second migration comes to.
fn check(code: &str, operations: &str, expected: &[&str]) {
    let second = format!(
        "
from contextlib import suppress
from django.apps import apps as today
from django.core.exceptions import FieldDoesNotExist
{code}
class Migration(migrations.Migration):
    dependencies = [('shop', '0001_initial')]
    operations = [{operations}]
"
    );
    let compiled = project("", &[("0001_initial", MADE), ("0002_code", &second)]);
    let lines: Vec<String> = lines(&compiled).into_iter().filter(|it| it.starts_with("0002")).collect();
    let expected: Vec<String> = expected.iter().map(|it| format!("0002_code: {it}")).collect();
    assert_eq!(lines, expected, "{code}");
}

const RUN: &str = "migrations.DeleteModel('Gone'), migrations.RunPython(run)";

#[test]
fn code_tries_to_get_a_model_that_is_not_there() {
    let of = |handler: &str| {
        format!(
            "
def run(apps, schema_editor):
    try:
        apps.get_model('shop', 'Gone')
    except {handler}:
        schema_editor.execute('DROP TABLE old')
        return
    schema_editor.execute('DROP TABLE other')
"
        )
    };
    check(&of("LookupError"), RUN, &["drop shop_gone", "drop old"]);
    check(&of("Exception"), RUN, &["drop shop_gone", "drop old"]);
    check(&of("LookupError"), "migrations.RunPython(run)", &["drop other"]);
    check(
        "
def run(apps, schema_editor):
    with suppress(LookupError):
        apps.get_model('shop', 'Gone')
        schema_editor.execute('DROP TABLE old')
    schema_editor.execute('DROP TABLE other')
",
        RUN,
        &["drop shop_gone", "drop other"],
    );
    check(
        "
def run(apps, schema_editor):
    try:
        apps.get_app_config('shop').get_model('Gone')
    except LookupError:
        schema_editor.execute('DROP TABLE old')
        return
    schema_editor.execute('DROP TABLE other')
",
        RUN,
        &["drop shop_gone", "drop old"],
    );
    // The usual answer leads to where it is not followed.
    check(
        "
def found(apps, name):
    try:
        return apps.get_model('shop', name)
    except LookupError:
        return None

def run(apps, schema_editor):
    if found(apps, 'Item') is None or not found(apps, 'Item'):
        schema_editor.execute('DROP TABLE old')
    if found(apps, 'Gone'):
        schema_editor.alter_field(*unknown())
    schema_editor.execute('DROP TABLE other')
",
        RUN,
        &["drop shop_gone", "drop other"],
    );
    check(
        "
def run(apps, schema_editor):
    for name in ['Gone', 'Never', 'Item']:
        try:
            found = apps.get_model('shop', name)
        except LookupError:
            continue
        schema_editor.execute(f'DROP TABLE {found._meta.db_table}')
",
        RUN,
        &["drop shop_gone", "drop things"],
    );
}

#[test]
fn an_operation_tries_to_get_a_model_of_the_state() {
    let of = |name: &str, by: &str| {
        format!(
            "
class Own(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        try:
            state.models[{by}, '{name}']
        except KeyError:
            return
        state.remove_model(app_label, '{name}')
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        try:
            found = from_state.apps.get_model({by}, '{name}')
        except LookupError:
            return
        schema_editor.delete_model(found)
"
        )
    };
    let operations = "migrations.DeleteModel('Gone'), Own()";
    for by in ["app_label", "'shop'"] {
        check(&of("gone", by), operations, &["drop shop_gone"]);
        check(&of("item", by), operations, &["drop shop_gone", "drop things"]);
    }
}

/// The models of today are not those of the migrations.
#[test]
fn code_tries_to_get_a_model_of_today() {
    check(
        "
def run(apps, schema_editor):
    try:
        today.get_model('shop', 'Gone')
    except LookupError:
        return
    schema_editor.execute('DROP TABLE other')
",
        RUN,
        &["drop shop_gone", "RunPython run ?? other shop_gone -table other"],
    );
}

#[test]
fn code_tries_to_get_a_field_that_is_not_there() {
    for handler in ["FieldDoesNotExist", "Exception"] {
        let of = |field: &str| {
            format!(
                "
def run(apps, schema_editor):
    meta = apps.get_model('shop', 'Item')._meta
    try:
        meta.get_field('{field}')
    except {handler}:
        schema_editor.execute('DROP TABLE old')
    else:
        schema_editor.execute('DROP TABLE other')
"
            )
        };
        for there in ["owner", "owner_id", "id", "item"] {
            check(&of(there), "migrations.RunPython(run)", &["drop other"]);
        }
        check(&of("missing"), "migrations.RunPython(run)", &["drop old"]);
    }
}

/// Names of tables and columns that are not Django's usual ones, of which the code takes a part.
#[test]
fn code_takes_a_part_of_a_name_that_is_not_the_usual_one() {
    check(
        "
def run(apps, schema_editor):
    meta = apps.get_model('shop', 'Item')._meta
    if meta.db_table.startswith('thing'):
        schema_editor.execute('DROP TABLE old')
    if meta.get_field('owner').column == 'of':
        schema_editor.execute('DROP TABLE other')
    if meta.get_field('id').db_type(schema_editor.connection) == 'bigint':
        schema_editor.execute(f'ALTER TABLE {meta.db_table:.6} ADD COLUMN {meta.db_table:_>8} int')
",
        "migrations.RunPython(run)",
        &["drop old", "drop other", "things + __things integer NULL"],
    );
}

/// The same code in two migrations, and twice in one, is answered each time what is so then.
#[test]
fn each_piece_of_code_is_answered_by_itself() {
    check(
        "
def run(apps, schema_editor):
    try:
        apps.get_model('shop', 'Gone')
    except LookupError:
        schema_editor.execute('DROP TABLE old')
    else:
        schema_editor.execute('DROP TABLE other')
",
        "migrations.RunPython(run), migrations.DeleteModel('Gone'), migrations.RunPython(run)",
        &["drop other", "drop shop_gone", "drop old"],
    );
}
