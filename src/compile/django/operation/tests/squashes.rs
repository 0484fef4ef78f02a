//! What comes behind a squash.

use super::*;

const SQUASHED: [(&str, &str); 3] = [
    (
        "1",
        "
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Thing', [
        ('id', models.BigAutoField(primary_key=True)), ('a', models.IntegerField(db_index=True)),
    ])]
",
    ),
    (
        "2",
        "
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RenameModel('Thing', 'Item')]
",
    ),
    (
        "1_squashed",
        "
class Migration(migrations.Migration):
    replaces = [('shop', '1'), ('shop', '2')]
    operations = [migrations.CreateModel('Item', [
        ('id', models.BigAutoField(primary_key=True)), ('a', models.IntegerField(db_index=True)),
    ])]
",
    ),
];

/// SQL was written where the parts had made the database: the index has the name that its table had then.
#[test]
fn sql_behind_a_squash_finds_what_its_parts_call_otherwise() {
    let compiled = project("", &SQUASHED);
    let made = |name: &str| {
        let migration = compiled.migrations.iter().find(|it| &*it.id.name == name).unwrap();
        let mut indexes = migration.operations.iter().filter_map(|it| match it {
            Operation::Change(Change::AddIndex { index, .. }) => index.name.clone(),
            _ => None,
        });
        indexes.next().unwrap()
    };
    let (by_parts, by_squash) = (made("1"), made("1_squashed"));
    assert_ne!(by_parts, by_squash);
    let check = |sql: &str, expected: &[&str]| {
        let third = format!(
            "
class Migration(migrations.Migration):
    dependencies = [('shop', '2')]
    operations = [migrations.RunSQL('{sql}')]
"
        );
        let mut files = SQUASHED.to_vec();
        files.push(("3", &third));
        let compiled = project("", &files);
        let third: Vec<String> =
            lines(&compiled).iter().filter_map(|it| it.strip_prefix("3: ").map(str::to_owned)).collect();
        assert_eq!(third, expected, "{sql}");
        let names = compiled.migrations.iter().find(|it| &*it.id.name == "3").unwrap();
        for operation in &names.operations {
            if let Operation::Change(Change::DropIndex { index: ConstraintRef::Name(name), .. }) = operation {
                assert_eq!(*name, by_squash);
            }
        }
    };
    check(&format!("DROP INDEX {by_parts}"), &["shop_item - index by name"]);
    check(&format!("DROP INDEX IF EXISTS {by_parts}"), &["shop_item - index by name"]);
    check(&format!("DROP INDEX {by_squash}"), &["shop_item - index by name"]);
    check(&format!("ALTER INDEX {by_parts} RENAME TO of_a"), &["shop_item: index or constraint to of_a"]);
}
