//! `deferred_sql`: what waits for the end of its migration, and what happens to it meanwhile. (By real Django 5.2 and 6.1.)

use super::{lines, project};
use crate::schema::Change;

fn migration(operations: &str) -> String {
    format!(
        "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('T', [('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel('A', [
            ('id', models.AutoField(primary_key=True)),
            ('x', models.IntegerField(db_index=True)),
            ('c', models.CharField(max_length=5, db_index=True)),
            ('t', models.ForeignKey('shop.T', models.CASCADE)),
            ('a', models.ForeignKey('shop.A', models.CASCADE)),
        ], options={{'unique_together': {{('x', 'c')}}, 'indexes': [models.Index(fields=['x', 't'], name='named')]}}),
        {operations}
    ]"
    )
}

#[track_caller]
fn check(operations: &str, gone: &[&str]) {
    let all = lines(&project("", &[("1", &migration(""))]));
    let made = lines(&project("", &[("1", &migration(operations))]));
    for it in gone {
        assert!(all.iter().any(|made| made == it), "{all:#?}");
        assert!(!made.iter().any(|made| made == it), "{made:#?}");
    }
}

#[test]
fn what_goes_in_its_own_migration_is_not_made() {
    check("migrations.RemoveField('A', 'a')", &["1: shop_a + a_id -> shop_a"]);
    check("migrations.RemoveField('A', 't')", &["1: shop_a + t_id -> shop_t"]);
    check("migrations.AlterUniqueTogether('A', set())", &["1: shop_a + unique x c"]);
}

/// The names are made of table and columns when the migration ends.
#[test]
fn what_is_renamed_in_its_own_migration_is_named_anew() {
    let names = |operations: &str| {
        let compiled = project("", &[("1", &migration(operations))]);
        let changes = compiled.migrations[0].operations.iter();
        let name = |it: &crate::migration::Operation| match it {
            crate::migration::Operation::Change(change) => match change {
                Change::AddIndex { index, .. } => index.name.clone(),
                Change::AddUnique { unique, .. } => unique.name.clone(),
                Change::AddForeignKey { foreign_key, .. } => foreign_key.name.clone(),
                _ => None,
            },
            crate::migration::Operation::Opaque(_) => None,
        };
        let mut names: Vec<String> = changes.filter_map(name).map(|it| it.to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(
        names("migrations.AlterModelTable('A', 'other_table')"),
        [
            "named",
            "other_table_a_id_71a3d895",
            "other_table_a_id_71a3d895_fk_other_table_id",
            "other_table_c_80d39f91",
            "other_table_c_80d39f91_like",
            "other_table_t_id_48a4050d",
            "other_table_t_id_48a4050d_fk_shop_t_id",
            "other_table_x_54b851eb",
            "other_table_x_c_a1bd1fcf_uniq",
        ]
    );
    let renamed = names("migrations.RenameField('A', 'x', 'y')");
    assert!(renamed.iter().any(|it| it.starts_with("shop_a_y_c_") && it.ends_with("_uniq")), "{renamed:?}");
}
