//! What is not known of a field that gets another name.

use super::{check_body, project_on};
use crate::dialect::Dialect;

/// As wagtail_localize has it, whose key points at one model or another.
#[test]
fn what_was_told_of_a_field_is_not_told_again_under_its_new_name() {
    let first = "
import unheard
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Log', [
            ('id', models.BigAutoField(primary_key=True)),
            ('page_revision', models.ForeignKey(to=unheard.target(), on_delete=models.CASCADE, null=True)),
        ]),
    ]
";
    let second = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RenameField('log', 'page_revision', 'revision')]
";
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        let compiled = project_on(dialect, "", &[("1", first), ("2", second)]);
        let told: Vec<_> = compiled.notices.iter().filter(|it| it.at.file.ends_with("2.py")).collect();
        assert_eq!(told, [] as [&crate::compile::django::notice::Notice; 0], "{dialect}");
        assert!(compiled.notices.iter().any(|it| it.message.contains("page_revision")), "{dialect}");
    }
}

/// What an operation names by something that nobody knows is one of its model's, and of no other.
#[test]
fn an_operation_on_a_field_that_is_not_known_concerns_its_model_alone() {
    check_body(
        "import unheard",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', unheard.name(), models.IntegerField(null=True)),
        migrations.RemoveField('item', unheard.name()),
        migrations.RemoveIndex('item', unheard.name()),
        migrations.AddField(unheard.name(), 'a', models.IntegerField(null=True)),
    ]",
        &[
            "AddField: `name` was not seen through ?? shop_item",
            "RemoveField: `name` was not seen through ?? shop_item -code -id -name -constraints",
            "RemoveIndex: `name` was not seen through ?? shop_item -constraints",
            "AddField: `model_name` was not seen through ?? anything",
        ],
    );
}

/// Two leaves of one app, of which the one makes what the other points at.
#[test]
fn what_a_key_points_at_is_told_as_it_is() {
    let second = "
import unheard
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'late', models.ForeignKey(to='shop.Late', on_delete=models.CASCADE, null=True)),
        migrations.AddField('item', 'never', models.ForeignKey(to='shop.Never', on_delete=models.CASCADE, null=True)),
        migrations.AddField('item', 'any', models.ForeignKey(to=unheard.target(), on_delete=models.CASCADE)),
    ]
";
    let third = "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [
        migrations.SeparateDatabaseAndState([], [migrations.CreateModel('Late', [('id', models.BigAutoField(primary_key=True))])]),
    ]
";
    let compiled = project_on(Dialect::Postgres, "", &[("1", super::ITEM), ("2", second), ("3", third)]);
    let told: Vec<&str> =
        compiled.notices.iter().map(|it| &*it.message).filter(|it| it.contains("points at")).collect();
    assert_eq!(
        told,
        [
            "`late` points at shop.late, which shop.3 makes, but no dependency says that this comes before",
            "`never` points at shop.never, which is not in the migrations",
            "field any: what a foreign key points at was not seen through",
            "`any` points at something that was not seen through",
        ]
    );
}

/// A condition that is not put into SQL still names its fields.
#[test]
fn an_index_stays_when_sql_drops_a_column_that_its_condition_does_not_name() {
    check_body(
        "",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'spare', models.IntegerField(null=True)),
        migrations.AddIndex('item', models.Index(
            fields=['id'], name='kept', condition=models.Q(name__unaccent='a', code__gt=models.F('id')))),
        migrations.RenameField('item', 'code', 'number'),
        migrations.RunSQL('ALTER TABLE shop_item DROP COLUMN spare'),
        migrations.RunSQL('ALTER TABLE shop_item DROP COLUMN number'),
    ]",
        &[
            "shop_item + spare integer NULL",
            "shop_item + index id",
            "shop_item.code to number",
            "shop_item - spare",
            "shop_item - index by name",
            "shop_item - number",
        ],
    );
}

/// A check as well, whose text holds a percent sign or is not put into SQL.
#[test]
fn a_check_stays_when_sql_drops_a_column_that_it_does_not_name() {
    check_body(
        "",
        "dependencies = [('shop', '1')]
    operations = [
        migrations.AddField('item', 'spare', models.IntegerField(null=True)),
        migrations.AddConstraint('item', models.CheckConstraint(
            condition=models.Q(name__icontains='%', code__unaccent='a'), name='kept')),
        migrations.CreateModel('Other', [('id', models.BigAutoField(primary_key=True)), ('a', models.TextField()), ('b', models.TextField())],
            options={'constraints': [models.CheckConstraint(condition=models.Q(a__unaccent='a'), name='of_other')]}),
        migrations.RenameField('item', 'code', 'number'),
        migrations.RunSQL('ALTER TABLE shop_item DROP COLUMN spare'),
        migrations.RunSQL('ALTER TABLE shop_item DROP COLUMN number'),
        migrations.RunSQL('ALTER TABLE shop_other DROP COLUMN b'),
        migrations.RunSQL('ALTER TABLE shop_other DROP COLUMN a'),
    ]",
        &[
            "shop_item + spare integer NULL",
            "shop_item + check ",
            "create shop_other: id a b",
            "shop_item.code to number",
            "shop_item - spare",
            "shop_item - check by name",
            "shop_item - number",
            "shop_other - b",
            "shop_other - check by name",
            "shop_other - a",
        ],
    );
}
