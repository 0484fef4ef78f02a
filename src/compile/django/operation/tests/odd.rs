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
    check_body(
        &own("state.models[key].fields['n'] = models.IntegerField(null=True)"),
        &migration(alters),
        &["shop_item + n integer NULL", "shop_item ~ n bigint NOT NULL"],
    );
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
