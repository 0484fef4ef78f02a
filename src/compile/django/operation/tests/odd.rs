//! Operations with an idea of their own of the models after them: read, or what is done to those models later is in doubt.

use super::{ITEM, check_body, lines, project};

/// What follows an operation that changes the state, and nothing of the database, by `body`.
fn own(body: &str) -> String {
    format!(
        "
from django.db.migrations.operations.base import Operation
class Own(Operation):
    def __init__(self, model):
        self.model = model
    def state_forwards(self, app_label, state):
        key = app_label, self.model.lower()
        {body}
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass
"
    )
}

fn migration(operations: &str) -> String {
    format!("dependencies = [('shop', '1')]\n    operations = [{operations}]")
}

const LATER: &str = "Own('Item'), migrations.RenameModel('Item', 'Thing'),
        migrations.AddField('Thing', 'n', models.IntegerField(null=True))";

#[test]
fn a_table_that_a_state_keeps_is_the_models() {
    for body in [
        "state.alter_model_options(app_label, 'item', {'db_table': 'shop_item'})",
        "state.alter_model_options(*key, options={'db_table': state.apps.get_model(*key)._meta.db_table})",
        "state.models[key].options['db_table'] = 'shop_item'",
        "options = state.models[key].options; options.update({'db_table': 'shop_item'}); state.reload_model(*key)",
        "migrations.AlterModelTable(self.model, 'shop_item').state_forwards(app_label, state)",
    ] {
        check_body(&own(body), &migration(LATER), &["shop_item + n integer NULL"]);
    }
}

/// The name that it asks for is that of the model before it.
#[test]
fn a_renaming_may_keep_the_table() {
    let class = "
class Rename(migrations.RenameModel):
    def state_forwards(self, app_label, state):
        table = state.apps.get_model(app_label, self.old_name)._meta.db_table
        super().state_forwards(app_label, state)
        migrations.AlterModelTable(self.new_name, table).state_forwards(app_label, state)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pass
";
    let operations =
        "Rename('Item', 'Thing'), migrations.AddField('Thing', 'n', models.IntegerField(null=True))";
    check_body(class, &migration(operations), &["shop_item + n integer NULL"]);
}

#[test]
fn options_and_fields_of_a_state_may_be_set() {
    let adds = "Own('Item'), migrations.AddField('item', 'n', models.IntegerField(null=True))";
    for body in [
        "state.alter_model_options(*key, {'managed': False})",
        "state.models[key].options['managed'] = False",
        "state.alter_model_options(*key, {'managed': False}, migrations.AlterModelOptions.ALTER_OPTION_KEYS)",
    ] {
        check_body(&own(body), &migration(adds), &[]);
    }
    let alters = "Own('Item'), migrations.RunSQL('ALTER TABLE shop_item ADD n integer'),
        migrations.AlterField('item', 'n', models.BigIntegerField())";
    let sets = [
        "state.models[key].fields['n'] = models.IntegerField(null=True)",
        // As hyperkitty, for Django before 3.1 and after.
        "if type(state.models[key].fields) is list:
            state.models[key].fields.insert(0, ('other', models.IntegerField()))
        else:
            state.models[key].fields.update({'n': models.IntegerField(null=True)})",
        "if isinstance(state.models[key].fields, dict):
            state.models[key].fields['n'] = models.IntegerField(null=True)
        else:
            state.models[key].fields.append(('other', models.IntegerField()))",
    ];
    for body in sets {
        check_body(
            &own(body),
            &migration(alters),
            &["shop_item + n integer NULL", "shop_item ~ n bigint NOT NULL"],
        );
    }
    for body in ["state.models[key].fields.pop('code')", "del state.models[key].fields['code']"] {
        let adds = "Own('Item'), migrations.AddField('item', 'code', models.TextField(db_column='text'))";
        check_body(&own(body), &migration(adds), &["shop_item + text text NOT NULL"]);
    }
}

/// It is told, and what is done to the model later, by whatever name, may be done to another table, or not at all.
#[test]
fn what_was_not_seen_of_a_state_leaves_its_models_in_doubt() {
    let unseen = own("state.models[key].options |= read()");
    let of = |operations: &str| {
        let text =
            format!("{unseen}\nclass Migration(migrations.Migration):\n    {}\n", migration(operations));
        let compiled = project("", &[("1", ITEM), ("2", &text)]);
        let told = compiled
            .notices
            .iter()
            .any(|it| it.message.ends_with("Own has its own idea of the models after it"));
        assert!(told, "{:#?}", compiled.notices);
        let all = lines(&compiled);
        all.iter().filter_map(|it| it.strip_prefix("2: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let doubt = "shop.migrations.2.Own has its own idea of the models after it ??";
    let another = "migrations.CreateModel('Other', [('id', models.AutoField(primary_key=True))])";
    assert_eq!(of(&format!("Own('Item'), {another}")), ["create shop_other: id"]);
    let renamed = of(LATER);
    let doubts: Vec<_> = renamed.iter().filter_map(|it| it.strip_prefix(doubt)).collect();
    assert_eq!(doubts.len(), 2, "{renamed:#?}");
    for it in doubts {
        assert!(it.starts_with(" shop_item shop_thing -"), "{it}");
        assert!(it.contains("-table shop_thing") && it.ends_with("(its own too)"), "{it}");
    }
    let pointed = of(&format!(
        "Own('Item'), {another}, migrations.AddField('Other', 'item', models.ForeignKey('shop.Item', models.CASCADE))"
    ));
    let doubts: Vec<_> = pointed.iter().filter_map(|it| it.strip_prefix(doubt)).collect();
    assert!(matches!(doubts[..], [it] if it.starts_with(" shop_item shop_other -")), "{pointed:#?}");
}

/// `RunSQL` takes `state_operations`; what a `RunPython` is given of the kind its class may do.
#[test]
fn code_may_be_given_what_it_does_to_the_models() {
    let classes = "
class WithState(migrations.RunPython):
    def __init__(self, code, reverse_code=None, state_operations=(), **kwargs):
        super().__init__(code, reverse_code, **kwargs)
        self.state_operations = state_operations
    def state_forwards(self, app_label, state):
        for operation in self.state_operations:
            operation.state_forwards(app_label, state)
class Unseen(WithState):
    def state_forwards(self, app_label, state):
        state.models[app_label, 'item'].options |= read()
def add(apps, schema_editor):
    schema_editor.execute('ALTER TABLE shop_item ADD n integer')
def rows(apps, schema_editor):
    apps.get_model('shop', 'Item').objects.update(code=1)
";
    let later = "migrations.AlterField('item', 'n', models.BigIntegerField())";
    let field = "state_operations=[migrations.AddField('item', 'n', models.IntegerField(null=True))]";
    check_body(
        classes,
        &migration(&format!("WithState(add, {field}), {later}")),
        &["shop_item + n integer NULL", "shop_item ~ n bigint NOT NULL"],
    );
    check_body(
        classes,
        &migration(&format!(
            "WithState(rows, {field}), migrations.RunSQL('ALTER TABLE shop_item ADD n integer'), {later}"
        )),
        &["shop_item + n integer NULL", "shop_item ~ n bigint NOT NULL"],
    );
    check_body(
        classes,
        &migration("Unseen(rows), migrations.AddField('item', 'm', models.IntegerField(null=True))"),
        &[
            "Unseen rows ?? nothing",
            "shop_item + m integer NULL",
            "shop.migrations.2.Unseen has its own idea of the models after it ?? shop_item -code -id -m -name \
             -code's definition -id's definition -m's definition -name's definition -constraints -table shop_item (its own too)",
        ],
    );
}

/// What a class or code makes of the label, a table's or a column's name bears the names of the database.
#[test]
fn names_may_be_made_of_those_that_only_the_models_tell() {
    let class = "
class Refer(migrations.AddField):
    def __init__(self, model_name):
        super().__init__(model_name, 'x', models.IntegerField(null=True))
    def state_forwards(self, app_label, state):
        item = state.apps.get_model(app_label, self.model_name)
        name = f'{app_label}_ref'
        if app_label == 'shop' and item._meta.label_lower == 'shop.item':
            column = item._meta.get_field('code').column + '_' + item._meta.label_lower.replace('.', '_')
            state.add_field(app_label, self.model_name, name, models.IntegerField(null=True, db_column=column), True)
        state.add_field(app_label, self.model_name, 'self', models.ForeignKey(f'{app_label}.{self.model_name}', models.CASCADE), True)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        item = to_state.apps.get_model(app_label, self.model_name)
        for name in (app_label + '_ref', 'self'):
            schema_editor.add_field(from_state.apps.get_model(app_label, self.model_name), item._meta.get_field(name))

def index(apps, schema_editor):
    item = apps.get_model('shop', 'Item')
    schema_editor.add_index(item, models.Index(fields=['code'], name=f'{item._meta.db_table}_code'))
";
    let operations = "Refer('item'), migrations.RunPython(index),
        migrations.SeparateDatabaseAndState([], [migrations.AddIndex('item', models.Index(fields=['code'], name='shop_item_code'))]),
        migrations.RemoveIndex('item', 'shop_item_code')";
    check_body(
        class,
        &migration(operations),
        &[
            "shop_item + code_shop_item integer NULL",
            "shop_item + self_id bigint NOT NULL",
            "shop_item + self_id -> shop_item",
            "shop_item + index code",
            "shop_item - index by name",
            "shop_item + index self_id",
        ],
    );
}

/// Its many-to-many tables are called after it.
#[test]
fn a_model_whose_table_is_not_known_may_have_another_and_more() {
    let made = "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('items', models.ManyToManyField('shop.Item'))], {OPTIONS})";
    let later = "migrations.AddField('Tag', 'n', models.IntegerField(null=True))";
    for options in ["{'db_table': read()}", "{'managed': read()}"] {
        let text = format!(
            "class Migration(migrations.Migration):\n    {}\n",
            migration(&format!("{}, {later}", made.replace("{OPTIONS}", options)))
        );
        let compiled = project("", &[("1", ITEM), ("2", &text)]);
        let all = lines(&compiled);
        let doubts: Vec<_> = all.iter().filter(|it| it.contains("?? shop_tag shop_tag_items ")).collect();
        assert_eq!(doubts.len(), 2, "{all:#?}");
        assert!(doubts.iter().all(|it| it.contains("-table shop_tag -table shop_tag_items")), "{doubts:#?}");
    }
    let alters = "migrations.AlterModelOptions('Item', {'managed': read()}), migrations.AddField('item', 'n', models.IntegerField(null=True))";
    let text = format!("class Migration(migrations.Migration):\n    {}\n", migration(alters));
    let compiled = project("", &[("1", ITEM), ("2", &text)]);
    assert!(compiled.notices.iter().any(|it| it.message.starts_with("shop.item: `managed`: ")));
    let all = lines(&compiled);
    assert!(all.iter().any(|it| it.contains("?? shop_item ") && it.contains("-n ")), "{all:#?}");
}

/// SQLite makes a table anew from the models, whichever they are.
#[test]
fn operations_on_the_models_that_may_be_any_leave_all_of_the_app_in_doubt() {
    let operations =
        "migrations.SeparateDatabaseAndState([], [migrations.RemoveField('item', 'code')] if read() else []),
        migrations.AddField('item', 'n', models.IntegerField(null=True))";
    let text = format!("class Migration(migrations.Migration):\n    {}\n", migration(operations));
    let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
    assert!(
        all.iter().any(|it| it.contains("?? shop_item -code ") && it.contains("-table shop_item")),
        "{all:#?}"
    );
}

/// As one that becomes sorted, of a library that is in no source.
#[test]
fn a_many_to_many_may_become_one_that_is_not_known() {
    let operations = "migrations.AddField('item', 'others', models.ManyToManyField('shop.Item')),
        migrations.AlterField('item', 'others', elsewhere.Tags('shop.Item', db_table='sorted'))";
    let text =
        format!("import elsewhere\nclass Migration(migrations.Migration):\n    {}\n", migration(operations));
    let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
    assert!(
        all.iter().any(|it| it.contains("?? shop_item_others ") && it.contains("-table shop_item_others")),
        "{all:#?}"
    );
}

/// No more is known of its table than the name.
#[test]
fn a_many_to_many_may_lead_where_nobody_knows() {
    let field = "migrations.AddField('item', 'others', models.ManyToManyField(read()))";
    let other = "migrations.CreateModel('Tag', [('id', models.AutoField(primary_key=True)), ('all', models.ManyToManyField(read(), db_table='tags'))])";
    let text =
        format!("class Migration(migrations.Migration):\n    {}\n", migration(&format!("{field}, {other}")));
    let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
    for table in ["shop_item_others", "tags"] {
        let told = format!("2: what a many-to-many points at was not seen through ?? {table}");
        assert!(all.contains(&told), "{all:#?}");
    }
}

/// As hyperkitty's: what is done to the database is a riddle, what is done to the models is none.
#[test]
fn models_are_known_where_only_the_database_is_not() {
    let code = "
import elsewhere
from django.db.migrations.operations.base import Operation
class Own(Operation):
    def state_forwards(self, app_label, state):
        state.remove_field(app_label, 'item', 'code')
        state.models[app_label, 'item'].fields['n'] = models.IntegerField(null=True)
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if elsewhere.wanted():
            schema_editor.execute('ALTER TABLE shop_item DROP COLUMN code, ADD COLUMN n integer')
";
    let later = "Own(), migrations.AddField('item', 'm', models.IntegerField(null=True)),
        migrations.RenameField('item', 'm', 'k')";
    check_body(
        code,
        &migration(later),
        &[
            "shop.migrations.2.Own is an operation of its own ?? shop_item -code -constraints",
            "shop_item + m integer NULL",
            "shop_item.m to k",
        ],
    );
}
