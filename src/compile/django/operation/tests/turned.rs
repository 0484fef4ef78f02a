//! Operations and fields that are another by what code does with them before Django looks: what it sets, what it hands on
//! without saying it, what it changes afterwards. (By real Django 5.2.)

use super::{check_body, check_class, lines, project_of};
use crate::dialect::Dialect;

const SUPER: &str = "super().database_forwards(app_label, schema_editor, from_state, to_state)";

/// What it sets on a model or field before it calls Django's, and what it takes out of what waits, decides what is made.
/// (By real Django 5.2: no foreign key, no index, a nullable column.)
#[test]
fn an_operation_that_turns_a_knob_of_djangos_may_make_another() {
    const FIELD: &str =
        "field = to_state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)\n        ";
    let check = |of: &str, body: &str, operation: &str, expected: &[&str]| {
        let class = format!(
            "
class Mine(migrations.{of}):
    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        {body}
"
        );
        let body = format!("dependencies = [('shop', '1')]\n    operations = [Mine({operation})]");
        check_body(&class, &body, expected);
    };
    let key = "'item', 'other', models.ForeignKey('shop.Item', models.CASCADE, null=True)";
    let opaque = |column: &str| {
        format!(
            "shop.migrations.2.Mine does its own to the database ?? shop_item -{column}'s definition -constraints (its own too)"
        )
    };
    let told = opaque("other_id");
    let expected = [
        "shop_item + other_id bigint NULL",
        "shop_item + other_id -> shop_item",
        &told,
        "shop_item + index other_id",
    ];
    for body in [
        format!("{FIELD}field.db_constraint = False\n        {SUPER}"),
        format!(
            "{FIELD}was = field.db_index\n        field.db_index = False\n        try:\n            {SUPER}\n        finally:\n            field.db_index = was"
        ),
        format!("{FIELD}setattr(field, 'db_index', False)\n        {SUPER}"),
        format!("{SUPER}\n        schema_editor.deferred_sql.clear()"),
        format!(
            "{SUPER}\n        schema_editor.deferred_sql = [it for it in schema_editor.deferred_sql if 'INDEX' not in str(it)]"
        ),
    ] {
        check("AddField", &body, key, &expected);
    }
    check(
        "AlterField",
        &format!(
            "to_state.apps.get_model('shop', 'item')._meta.get_field(self.name).null = True\n        {SUPER}"
        ),
        "'item', 'code', models.CharField(max_length=99)",
        &["shop_item ~ code varchar(99) NOT NULL", &opaque("code")],
    );
}

#[test]
fn what_is_put_into_an_operation_afterwards_counts() {
    let made = "migrations.CreateModel('B', [('id', models.AutoField(primary_key=True))])";
    for change in ["['db_table'] = 'bees'", ".update(db_table='bees')", ".setdefault('db_table', 'bees')"] {
        let body = format!("operations = [{made}]\n    operations[0].options{change}");
        check_body("", &body, &["create bees: id"]);
    }
}

/// What stands behind `**` was taken for nothing: a field that is null was expected NOT NULL.
#[test]
fn arguments_that_are_not_known_are_not_none() {
    let any = "import random\nkw = random.choice([{'null': True}])\n";
    check_class(
        any,
        "migrations.AddField('item', 'f', models.IntegerField(**kw))",
        &[
            "the arguments of a django.db.models.IntegerField were not seen through ?? shop_item -f -constraints (its own too)",
            "shop_item + f integer NOT NULL",
        ],
    );
    check_class(
        any,
        "migrations.AddField('item', 'f', models.IntegerField(db_column='g', **kw))",
        &[
            "the arguments of a django.db.models.IntegerField were not seen through ?? shop_item -g's definition",
            "shop_item + g integer NOT NULL",
        ],
    );
    check_class(
        any,
        "migrations.AddIndex('item', models.Index(fields=['code'], name='i', **kw))",
        &["the arguments of an index were not seen through ?? shop_item"],
    );
    check_class(
        any,
        "migrations.AddField('item', 'f', models.IntegerField(null=True, db_column='c' + str(random.random())))",
        &[
            "`db_column` was not seen through ?? shop_item -f -constraints (its own too)",
            "shop_item + f integer NULL",
        ],
    );
}

/// The recipe by which helpers copy a field with a change.
#[test]
fn a_field_made_of_what_another_gives_back_is_known() {
    let helper = "x = models.IntegerField('label', null=True)\ndef changed(field, **more):\n    _, _, args, kwargs = field.deconstruct()\n    kwargs.update(more)\n    return field.__class__(*args, **kwargs)\n";
    check_class(
        helper,
        "migrations.AddField('item', 'f', changed(x, db_index=True))",
        &["shop_item + f integer NULL", "shop_item + index f"],
    );
}

/// `_field_db_check` of Django 5.0 asks the internal type.
#[test]
fn a_check_of_a_classs_own_is_not_compared() {
    let check = |django, expected: &[&str]| {
        let first = "class Own(models.PositiveIntegerField):
    def db_check(self, connection):
        return None
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('M', [('id', models.AutoField(primary_key=True)), ('c', Own())])]";
        let second = "class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.AlterField('m', 'c', models.PositiveIntegerField())]";
        let all = lines(&project_of(django, Dialect::Postgres, "", &[("1", first), ("2", second)]));
        let made: Vec<&str> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
        assert_eq!(made, expected);
    };
    check((5, 2), &[]);
    check((4, 2), &["shop_m + check c"]);
}
