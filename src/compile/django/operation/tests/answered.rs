//! Followed code that asks the models what they are called, and whether they are there.

use super::{HEAD, compiled, lines, project, project_on, write};
use crate::dialect::Dialect;

const MADE: &str = "
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', fields=[('id', models.BigAutoField(primary_key=True)),
            ('owner', models.ForeignKey('shop.Item', models.CASCADE, db_column='of'))],
            options={'db_table': 'things'}),
        migrations.CreateModel('Gone', fields=[('id', models.BigAutoField(primary_key=True))]),
        migrations.CreateModel('Tag', fields=[('id', models.BigAutoField(primary_key=True)),
            ('items', models.ManyToManyField('shop.Item'))]),
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
    for name in ['Gone', 'Never', 'Item', 'tag_items']:
        try:
            found = apps.get_model('shop', name)
        except LookupError:
            continue
        schema_editor.execute(f'DROP TABLE {found._meta.db_table}')
",
        RUN,
        &["drop shop_gone", "drop things", "drop shop_tag_items"],
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
        check(&of("item", by), operations, &["drop shop_gone", "shop_tag_items - -> by name", "drop things"]);
    }
}

/// What it has taken away itself by then is not asked of the models before it.
#[test]
fn an_operation_asks_the_state_that_it_has_changed() {
    let code = "
class Own(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        state.remove_model(app_label, 'gone')
        try:
            state.models[app_label, 'gone']
        except KeyError:
            state.remove_field(app_label, 'item', 'owner')
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass
class Migration(migrations.Migration):
    dependencies = [('shop', '0001_initial')]
    operations = [Own(), migrations.RemoveField('Item', 'owner')]
";
    let lines = lines(&project("", &[("0001_initial", MADE), ("0002_code", code)]));
    let told = "shop.migrations.0002_code.Own has its own idea of the models after it ??";
    assert!(lines.last().unwrap().contains(told), "{lines:#?}");
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
        for there in ["owner", "owner_id", "id", "item", "tag"] {
            check(&of(there), "migrations.RunPython(run)", &["drop other"]);
        }
        check(&of("missing"), "migrations.RunPython(run)", &["drop old"]);
    }
}

#[test]
fn code_goes_through_the_models_of_its_app() {
    check(
        "
def run(apps, schema_editor):
    for model in apps.get_app_config('shop').get_models():
        schema_editor.execute(f'ALTER TABLE {model._meta.db_table} ADD COLUMN of_{model._meta.model_name} int')
",
        RUN,
        &["drop shop_gone", "things + of_item integer NULL", "shop_tag + of_tag integer NULL"],
    );
    check(
        "
def run(apps, schema_editor):
    for model in apps.get_app_config('shop').get_models():
        schema_editor.delete_model(model)
",
        "migrations.RunPython(run)",
        &[
            "drop shop_gone",
            "shop_tag_items - -> by name",
            "drop things",
            "drop shop_tag_items",
            "drop shop_tag",
        ],
    );
}

#[test]
fn code_asks_for_the_other_side_of_a_relation() {
    check(
        "
def run(apps, schema_editor):
    tag = apps.get_model('shop', 'Tag')._meta
    item = tag.get_field('items').remote_field.model
    assert item is not None and tag.get_field('id').remote_field is None and tag.pk.column == 'id'
    schema_editor.execute('ALTER TABLE %s ADD COLUMN a int' % item._meta.db_table)
    schema_editor.execute('ALTER TABLE %s ADD COLUMN b int' % tag.get_field('items').related_model._meta.db_table)
    schema_editor.execute('ALTER TABLE %s ADD COLUMN c int' % tag.get_field('items').remote_field.through._meta.db_table)
    for it in item._meta.related_objects:
        schema_editor.execute('ALTER TABLE %s ADD COLUMN %s int' % (it.related_model._meta.db_table, it.name))
",
        "migrations.RunPython(run)",
        &[
            "things + a integer NULL",
            "things + b integer NULL",
            "shop_tag_items + c integer NULL",
            "things + item integer NULL",
            "shop_tag + tag integer NULL",
        ],
    );
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

/// What is not known of a field is no function.
#[test]
fn code_asks_for_what_is_not_known_of_a_field() {
    check(
        "
def run(apps, schema_editor):
    if callable(apps.get_model('shop', 'Item')._meta.get_field('owner').default):
        schema_editor.execute('DROP TABLE old')
",
        "migrations.RunPython(run)",
        &["RunPython run ?? old things -table old"],
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

/// What `_meta` and its fields say, and loops over them.
#[test]
fn code_asks_what_fields_a_model_has() {
    let of = |test: &str| {
        format!(
            "
def run(apps, schema_editor):
    meta = apps.get_model('shop', 'Item')._meta
    if {test}:
        schema_editor.execute('DROP TABLE old')
"
        )
    };
    for holds in [
        "'owner' in [it.name for it in meta.get_fields()]",
        "[it.column for it in meta.local_fields] == ['id', 'of']",
        "any(it.name == 'owner' and it.is_relation for it in meta.fields)",
        "meta.managed and not meta.proxy and not meta.many_to_many",
        "meta.get_field('id').primary_key and meta.get_field('id').unique and not meta.get_field('id').null",
        "meta.get_field('id').get_internal_type() == 'BigAutoField'",
        "meta.get_field('id').max_length is None and meta.get_field('owner').attname == 'owner_id'",
        "isinstance(meta.get_field('owner'), models.ForeignKey)",
        "isinstance(meta.get_field('id'), models.AutoField)",
        "meta.get_field('owner').model is apps.get_model('shop', 'Item') is meta.model is meta.concrete_model",
        "meta.get_field('owner').related_model == meta.model != apps.get_model('shop', 'Tag')",
        "[it.name for it in meta.get_fields()] == ['item', 'tag', 'id', 'owner']",
        "apps.get_model('shop', 'Tag')._meta.get_field('items').concrete",
    ] {
        check(&of(holds), "migrations.RunPython(run)", &["drop old"]);
        check(&of(&format!("not ({holds})")), "migrations.RunPython(run)", &[]);
    }
    check(
        "
class Own(models.CharField):
    pass

def run(apps, schema_editor):
    Item = apps.get_model('shop', 'Item')
    for field in Item._meta.get_fields():
        if field.concrete and not field.primary_key and not isinstance(field, Own):
            schema_editor.execute(f'ALTER TABLE {Item._meta.db_table} DROP COLUMN \"{field.column}\"')
    if isinstance(Item._meta.get_field('own'), Own):
        schema_editor.execute('DROP TABLE old')
",
        "migrations.AddField('Item', 'own', Own(max_length=9)), migrations.RunPython(run)",
        &["things + own varchar(9) NOT NULL", "things - of", "drop old"],
    );
}

/// More answers than the project is read anew, and answers for what comes after one that was not the usual.
#[test]
fn many_answers_are_not_the_usual_ones() {
    check(
        "
def run(apps, schema_editor):
    for name in ['Gone', 'A', 'B', 'C', 'D', 'E', 'F', 'G']:
        try:
            apps.get_model('shop', name)
        except LookupError:
            schema_editor.execute(f'CREATE TABLE {name} (id int)')

def more(apps, schema_editor):
    try:
        apps.get_model('shop', 'Later')
    except LookupError:
        schema_editor.execute('DROP TABLE old')
    meta = apps.get_model('shop', 'Item')._meta
    if meta.db_table == 'things' and meta.get_field('owner').column == 'of':
        schema_editor.execute('DROP TABLE other')
",
        "migrations.DeleteModel('Gone'), migrations.RunPython(run), migrations.RunPython(more)",
        &[
            "drop shop_gone",
            "create gone: id",
            "create a: id",
            "create b: id",
            "create c: id",
            "create d: id",
            "create e: id",
            "create f: id",
            "create g: id",
            "drop old",
            "drop other",
        ],
    );
}

/// What other apps have had done by then is answered by no dependency; an app without migrations has the models of its code.
#[test]
fn what_hangs_on_the_order_of_two_apps_is_not_known() {
    let of = |depends: &str, asked: &str| {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| write(folder.path(), name, text);
        write("settings.py", "INSTALLED_APPS = ['blog', 'plain', 'shop']\n");
        for name in ["blog/__init__", "blog/migrations/__init__", "plain/__init__", "shop/__init__"] {
            write(&format!("{name}.py"), "");
        }
        write("shop/migrations/__init__.py", "");
        let migration = |name: &str, code: &str, depends: &str, operations: &str| {
            let text = format!(
                "{HEAD}{code}\nclass Migration(migrations.Migration):\n    dependencies = [{depends}]\n    operations = [{operations}]\n"
            );
            write(&format!("{name}.py"), &text);
        };
        let post = "migrations.CreateModel('Post', [('id', models.BigAutoField(primary_key=True))])";
        migration("blog/migrations/0001_initial", "", "", post);
        migration(
            "blog/migrations/0002_field",
            "",
            "('blog', '0001_initial')",
            "migrations.AddField('Post', 'title', models.TextField())",
        );
        migration(
            "blog/migrations/0003_gone",
            "",
            "('blog', '0002_field')",
            "migrations.DeleteModel('Post')",
        );
        let is_field = if asked.contains("get_field") { "True" } else { "False" };
        let code = format!(
            "
from django.core.exceptions import FieldDoesNotExist
def run(apps, schema_editor):
    try:
        {asked}
    except LookupError:
        schema_editor.execute('DROP TABLE old')
        return
    except FieldDoesNotExist:
        return
    if {is_field}:
        schema_editor.execute('DROP TABLE old')
"
        );
        migration(
            "shop/migrations/0001_initial",
            &code,
            depends,
            "migrations.RunSQL('CREATE TABLE old (id int)'), migrations.RunPython(run)",
        );
        let lines = lines(&compiled(folder.path()));
        lines.into_iter().rfind(|it| it.contains("old")).unwrap()
    };
    let told = |tables: &str| format!("0001_initial: RunPython run ?? {tables} -table old (its own too)");
    let model = |it: &str| format!("apps.get_model({it})");
    let post = model("'blog', 'Post'");
    assert_eq!(of("('blog', '0002_field')", &post), told("blog_post old"));
    assert_eq!(of("('blog', '0003_gone')", &model("'blog', 'Never'")), "0001_initial: drop old");
    assert_eq!(of("", &model("'plain', 'Thing'")), told("old plain_thing"));
    // A field that may be added afterwards.
    let title = format!("{post}._meta.get_field('title')");
    assert_eq!(of("('blog', '0001_initial')", &title), told("blog_post old"));
}

/// `DatabaseWrapper.data_types` of MySQL writes it in capitals.
#[test]
fn code_asks_for_a_type_of_mysql() {
    let folder = "
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Item', [('id', models.BigAutoField(primary_key=True)),
        ('size', models.PositiveIntegerField())])]
";
    let code = "
def run(apps, schema_editor):
    if apps.get_model('shop', 'Item')._meta.get_field('size').db_type(schema_editor.connection) == 'integer UNSIGNED':
        schema_editor.execute('DROP TABLE shop_item')
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(run)]
";
    let compiled = project_on(Dialect::Mariadb, "", &[("1", folder), ("2", code)]);
    assert_eq!(lines(&compiled).last().unwrap(), "2: drop shop_item");
}

/// An operation is given the models before it and those after it.
#[test]
fn an_operation_asks_the_models_before_and_after_it() {
    let of = |base: &str, body: &str| {
        format!(
            "
class Own(migrations.{base}):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        old = from_state.apps.get_model(app_label, 'Item')._meta
        new = to_state.apps.get_model(app_label, 'Item')
        {body}
"
        )
    };
    for body in [
        "schema_editor.alter_db_table(new, old.db_table, new._meta.db_table)",
        "schema_editor.execute(f'ALTER TABLE {old.db_table} RENAME TO {new._meta.db_table}')",
        "if new._meta.db_table == 'others': super().database_forwards(app_label, schema_editor, from_state, to_state)",
    ] {
        check_first(&of("AlterModelTable", body), "Own('Item', 'others')", "rename things to others");
    }
    check_first(
        &of(
            "AlterField",
            "column = new._meta.get_field('owner').column
        if column != old.get_field('owner').column:
            schema_editor.execute(f'ALTER TABLE things RENAME COLUMN \"{old.get_field(\"owner\").column}\" TO {column}')",
        ),
        "Own('Item', 'owner', models.ForeignKey('shop.Item', models.CASCADE))",
        "things.of to owner_id",
    );
}

/// As [`check`], of the first line.
fn check_first(code: &str, operations: &str, expected: &str) {
    let second = format!(
        "{code}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n    operations = [{operations}]\n"
    );
    let compiled = project("", &[("0001_initial", MADE), ("0002_code", &second)]);
    let line = lines(&compiled).into_iter().find(|it| it.starts_with("0002")).unwrap_or_default();
    assert_eq!(line, format!("0002_code: {expected}"), "{code}");
}

/// `ProjectState.alter_model_options`: what is given is set, and what else is among the keys goes.
#[test]
fn an_operation_sets_options_of_the_state() {
    check(
        "
class Own(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        state.alter_model_options(app_label, 'item', {'db_table': 'went'}, ('db_table', 'ordering'))
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, 'Item')
        if model._meta.db_table == 'went':
            schema_editor.alter_db_table(model, 'things', 'went')
",
        "Own()",
        &["rename things to went"],
    );
}

/// SQLite makes a table anew from the model that it is given.
#[test]
fn sqlite_adds_no_constraint_that_the_model_has_not() {
    let of = |state_forwards: &str, which: &str| {
        let code = format!(
            "
IT = models.UniqueConstraint(fields=['name'], name='it')
class Own(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        {state_forwards}
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.add_constraint({which}.apps.get_model(app_label, 'Item'), IT)
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True)), ('name', models.TextField())]), Own()]
"
        );
        let has = |dialect: Dialect| {
            lines(&project_on(dialect, "", &[("1", &code)])).iter().any(|it| it.contains("unique"))
        };
        assert!(has(Dialect::Postgres), "{code}");
        has(Dialect::Sqlite)
    };
    assert!(!of("pass", "to_state"));
    assert!(!of("pass", "from_state"));
    assert!(of("state.add_constraint(app_label, 'item', IT)", "to_state"));
    assert!(!of("state.add_constraint(app_label, 'item', IT)", "from_state"));
}

/// As above: the second field's table is made anew without the first one.
#[test]
fn sqlite_keeps_one_of_two_fields_that_a_model_has_not() {
    let of = |adds: &str| {
        let code = format!(
            "
def add(editor, model):
    for name in ('one', 'two'):
        field = models.IntegerField(default=0)
        field.set_attributes_from_name(name)
        editor.add_field(model, field)
class Own(migrations.operations.base.Operation):
    def state_forwards(self, app_label, state):
        pass
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        add(schema_editor, from_state.apps.get_model(app_label, 'Item'))
def run(apps, schema_editor):
    add(schema_editor, apps.get_model('shop', 'Item'))
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True))]), {adds}]
"
        );
        lines(&project_on(Dialect::Sqlite, "", &[("1", &code)]))
    };
    let expected = [
        "1: create shop_item: id",
        "1: shop_item + one integer NOT NULL",
        "1: shop_item - one",
        "1: shop_item + two integer NOT NULL",
    ];
    assert_eq!(of("Own()"), expected);
    assert_eq!(of("migrations.RunPython(run)"), expected);
}

/// Where an operation's own states go on, the next table is made anew with what came before.
#[test]
fn sqlite_keeps_both_fields_where_code_takes_its_states_along() {
    let code = "
class Own(migrations.SeparateDatabaseAndState):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        state = from_state.clone()
        for operation in self.state_operations:
            after = state.clone()
            operation.state_forwards(app_label, after)
            operation.database_forwards(app_label, schema_editor, state, after)
            state = after
class Migration(migrations.Migration):
    operations = [Own(state_operations=[
        migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True))]),
        migrations.AddField('item', 'one', models.IntegerField(default=0)),
        migrations.AddField('item', 'two', models.IntegerField(default=0)),
        migrations.AddIndex('item', models.Index(fields=['one'], name='by_one')),
    ])]
";
    let compiled = project_on(Dialect::Sqlite, "", &[("1", code)]);
    assert_eq!(
        lines(&compiled),
        [
            "1: create shop_item: id",
            "1: shop_item + one integer NOT NULL",
            "1: shop_item + two integer NOT NULL",
            "1: shop_item + index one",
        ],
    );
}
