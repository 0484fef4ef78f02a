//! Keys with one hidden name, which Django pairs by chance when the key that they lead to changes its type.

use super::*;

const OTHERS: &str = "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Book', fields=[('id', models.AutoField(primary_key=True))]),
        migrations.CreateModel('Page', fields=[
            ('id', models.AutoField(primary_key=True)),
            ('book', models.ForeignKey('shop.Book', models.CASCADE, related_name=NAME)),
        ]),
        migrations.CreateModel('Note', fields=[
            ('book', models.OneToOneField('shop.Book', models.CASCADE, related_name='+', primary_key=True)),
        ]),
        migrations.CreateModel('Shelf', fields=[
            ('id', models.AutoField(primary_key=True)),
            ('book', models.ForeignKey('shop.Book', models.CASCADE, null=NULL, related_name='+')),
        ]),
        migrations.CreateModel('Far', fields=[
            ('id', models.AutoField(primary_key=True)),
            ('note', models.ForeignKey('shop.Note', models.CASCADE)),
        ]),
    ]
";
const WIDER: &str = "class Migration(migrations.Migration):
    dependencies = [('shop', '0001')]
    operations = [migrations.AlterField('Book', 'id', models.BigAutoField(primary_key=True))]
";

fn widened(dialect: Dialect, name: &str, null: &str) -> Vec<String> {
    let others = OTHERS.replace("NAME", name).replace("NULL", null);
    let compiled = project_on(dialect, "", &[("0001", &others), ("0002", WIDER)]);
    lines(&compiled).into_iter().filter(|it| it.starts_with("0002") && it.contains("??")).collect()
}

/// `schema_editor._related_non_m2m_objects` sorts relations by name, and all of these have one.
#[test]
fn what_hangs_on_how_hidden_keys_are_paired_is_not_known() {
    let why = "which of the keys that lead to a key is altered as which hangs on what Django migrated before";
    let far = format!("0002: {why} ?? shop_far -note_id's definition, no more");
    let nullable = ["note", "page", "shelf"]
        .map(|it| format!("0002: {why} ?? shop_{it} -book_id's definition, no more"));
    let [note, page, shelf] = nullable;
    assert_eq!(widened(Dialect::Mariadb, "'+'", "True"), [note.clone(), page, shelf.clone(), far.clone()]);
    assert_eq!(widened(Dialect::Mysql, "'pages+'", "True"), [note, shelf, far.clone()]);
    assert_eq!(widened(Dialect::Mysql, "'+'", "False"), [far]);
}

#[test]
fn on_postgres_it_is_whether_the_keys_behind_them_are_altered() {
    let altered = |of_page: &str, of_others: &str| {
        let others = OTHERS.replace("'+'", of_others).replace("NAME", of_page).replace("NULL", "True");
        let all = lines(&project("", &[("0001", &others), ("0002", WIDER)]));
        let is_wanted = |it: &String| it.starts_with("0002: shop_far ~") || it.contains("??");
        all.into_iter().filter(is_wanted).collect::<Vec<_>>()
    };
    let one_or_the_other = ["0002: shop_far ~ note_id bigint | integer NOT NULL"];
    assert_eq!(altered("'+'", "'+'"), one_or_the_other);
    assert_eq!(altered("'pages'", "'+'"), one_or_the_other);
    assert_eq!(altered("'+'", "'%(class)s'"), ["0002: shop_far ~ note_id bigint NOT NULL"]);
}

#[test]
fn keys_that_are_paired_alike_however_are_known() {
    assert!(widened(Dialect::Sqlite, "'+'", "True").is_empty());
    let others = OTHERS.replace("NAME", "'pages'").replace("NULL", "True");
    let others = others.replace("related_name='+')", "related_name='shelves')");
    let compiled = project_on(Dialect::Mysql, "", &[("0001", &others), ("0002", WIDER)]);
    assert!(!lines(&compiled).iter().any(|it| it.contains("??")), "{:?}", lines(&compiled));
}

/// `_is_relevant_relation`: before, nothing that does not name the field points at it.
#[test]
fn what_points_at_a_model_is_not_altered_when_another_field_becomes_its_key() {
    let first = "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Book', fields=[
            ('id', models.AutoField(primary_key=True)), ('code', models.CharField(max_length=9, unique=True)),
        ]),
        migrations.CreateModel('Page', fields=[
            ('id', models.AutoField(primary_key=True)),
            ('book', models.ForeignKey('shop.Book', models.CASCADE, db_constraint=False)),
            ('by_code', models.ForeignKey('shop.Book', models.CASCADE, to_field='code')),
        ]),
    ]
";
    let second = "class Migration(migrations.Migration):
    dependencies = [('shop', '0001')]
    operations = [
        migrations.RemoveField('Book', 'id'),
        migrations.AlterField('Book', 'code', models.CharField(max_length=30, primary_key=True)),
    ]
";
    let altered = |dialect, first: &str| {
        let all = lines(&project_on(dialect, "", &[("0001", first), ("0002", second)]));
        all.into_iter().filter(|it| it.starts_with("0002") && it.contains("page ~")).collect::<Vec<_>>()
    };
    let unnamed = first.replace(", to_field='code'", "");
    for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Mariadb] {
        assert_eq!(altered(dialect, &unnamed), [""; 0], "{dialect}");
    }
    let both = altered(Dialect::Postgres, first);
    // One pair of two keys: nobody can say which.
    let either = ["book_id varchar(30) | integer", "by_code_id varchar(30) | varchar(9)"];
    assert_eq!(both, either.map(|it| format!("0002: shop_page ~ {it} NOT NULL")));
}
