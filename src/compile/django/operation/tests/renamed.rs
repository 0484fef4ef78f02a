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
