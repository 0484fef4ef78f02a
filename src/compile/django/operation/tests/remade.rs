//! Which `AlterField` makes a table of SQLite anew: what `_field_should_be_altered` of
//! django/db/backends/base/schema.py says, by what `deconstruct` gives back. (By real Django 6.1.)

use super::{lines, project_of};
use crate::dialect::Dialect;

/// Whether the alteration makes the table anew, which stands otherwise than its model says.
fn is_remade(old: &str, new: &str) -> bool {
    let column = if old.contains("ForeignKey") || old.contains("OneToOne") { "x_id" } else { "x" };
    let first = format!(
        "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('T', [('id', models.AutoField(primary_key=True))]),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL('CREATE TABLE shop_m (id integer not null primary key autoincrement, {column} bytea2)')],
            [migrations.CreateModel('M', [('id', models.AutoField(primary_key=True)), ('x', models.{old})])],
        ),
    ]"
    );
    let second = format!(
        "class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.AlterField('m', 'x', models.{new})]"
    );
    let files = [("1", &*first), ("2", &*second)];
    lines(&project_of((6, 1), Dialect::Sqlite, "", &files)).iter().any(|it| it.starts_with("2: "))
}

#[test]
fn only_what_a_field_says_of_itself_makes_its_table_anew() {
    for (old, new) in [
        ("IntegerField()", "IntegerField(db_index=False, null=False, serialize=True, choices=None)"),
        ("IntegerField()", "IntegerField(default=models.NOT_PROVIDED)"),
        ("IntegerField()", "IntegerField(\"label\", \"x\")"),
        ("IntegerField(\"a\")", "IntegerField(rel=None, db_comment=None, db_default=models.NOT_PROVIDED)"),
        ("CharField(\"n\", max_length=5)", "CharField(verbose_name=\"m\", max_length=5, db_collation=None)"),
        ("EmailField(max_length=254)", "EmailField()"),
        ("SlugField()", "SlugField(max_length=50, db_index=True, allow_unicode=False)"),
        ("FileField(upload_to='')", "FileField(max_length=100)"),
        ("FilePathField()", "FilePathField(path='', recursive=False, allow_files=True, match=None)"),
        ("DateTimeField(auto_now=True)", "DateTimeField(auto_now=True, blank=True, editable=False)"),
        ("DecimalField('v', None, 5, 2)", "DecimalField(max_digits=5, decimal_places=2)"),
        ("UUIDField()", "UUIDField(max_length=32)"),
        (
            "ForeignKey('shop.T', models.CASCADE)",
            "ForeignKey(to='t', on_delete=models.PROTECT, to_field='id')",
        ),
        ("ForeignKey('shop.T', models.CASCADE)", "ForeignKey('T', models.CASCADE, 'ms', db_constraint=True)"),
        ("OneToOneField('shop.T', models.CASCADE)", "OneToOneField('shop.T', models.CASCADE, unique=True)"),
        ("SmallIntegerField(default=1)", "SmallIntegerField(default=True)"),
    ] {
        assert!(!is_remade(old, new), "{old} to {new}");
    }
    for (old, new) in [
        ("IntegerField()", "IntegerField(db_tablespace='')"),
        ("IntegerField()", "IntegerField(unique_for_year='')"),
        ("IntegerField()", "IntegerField(null=True)"),
        ("IntegerField()", "BigIntegerField()"),
        ("SlugField()", "SlugField(db_index=False)"),
        ("ForeignKey('shop.T', models.CASCADE)", "ForeignKey('shop.T', models.CASCADE, db_constraint=False)"),
        ("ForeignKey('shop.T', models.CASCADE)", "ForeignKey('shop.M', models.CASCADE)"),
    ] {
        assert!(is_remade(old, new), "{old} to {new}");
    }
}

/// `Options.setup_pk` sets `serialize` of each primary key, whatever was said.
#[test]
fn a_primary_key_is_not_serialized_whatever_was_said() {
    let first = "class Migration(migrations.Migration):
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL('CREATE TABLE shop_m (id char(32) not null primary key, x text)')],
            [migrations.CreateModel('M', [('id', models.UUIDField(primary_key=True)), ('x', models.JSONField())])],
        ),
    ]";
    let second = "class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.AlterField('m', 'id', models.UUIDField(primary_key=True, serialize=False, editable=False))]";
    let made = lines(&project_of((6, 1), Dialect::Sqlite, "", &[("1", first), ("2", second)]));
    assert_eq!(made, ["1: create shop_m: id x"]);
}

/// Code does not change the models: a table that an editor's call makes anew is what they say, with what the call adds.
/// (By real Django 5.2.)
#[test]
fn a_table_that_code_makes_anew_is_what_the_models_say() {
    let first = "class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('M', [
            ('id', models.AutoField(primary_key=True)), ('x', models.IntegerField()), ('y', models.IntegerField(db_index=True)),
        ], options={'constraints': [models.CheckConstraint(check=models.Q(x__gt=0), name='ck')]}),
    ]";
    let check = |code: &[&str], expected: &[&str]| {
        let second = format!(
            "def forwards(apps, schema_editor):
    M = apps.get_model('shop', 'M')
    {}
class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RunPython(forwards)]",
            code.join("\n    ")
        );
        let files = [("1", first), ("2", &*second)];
        let all = lines(&project_of((5, 0), Dialect::Sqlite, "", &files));
        let made: Vec<&str> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
        assert_eq!(made, expected, "{code:?}");
    };
    let unique = "schema_editor.add_constraint(M, models.UniqueConstraint(fields=['x', 'y'], name='uq'))";
    let check_of = "models.CheckConstraint(check=models.Q(x__gt=0), name='ck')";
    let index = "schema_editor.add_index(M, models.Index(fields=['x'], name='i'))";
    let field =
        |name: &str| format!("f = models.IntegerField(default=0)\n    f.set_attributes_from_name('{name}')");
    let add = "schema_editor.add_field(M, f)";
    check(&[unique], &[]);
    check(
        &["schema_editor.add_constraint(M, models.CheckConstraint(check=models.Q(y__gt=0), name='c2'))"],
        &[],
    );
    check(&[&format!("schema_editor.remove_constraint(M, {check_of})")], &[]);
    check(
        &[
            "schema_editor.add_constraint(M, models.UniqueConstraint(fields=['x'], condition=models.Q(y=1), name='p'))",
        ],
        &["shop_m + unique x"],
    );
    check(&[index], &["shop_m + index x"]);
    check(&[index, unique], &["shop_m + index x", "shop_m - index by name"]);
    check(
        &[&field("a"), add, &field("b"), add],
        &["shop_m + a integer NOT NULL", "shop_m - a", "shop_m + b integer NOT NULL"],
    );
}

/// `id` comes back with a key of its own until another takes its name; since Django 5.1 not at once.
#[test]
fn a_key_that_is_taken_away_may_give_its_name_to_another() {
    let made = "class Migration(migrations.Migration):
    operations = [migrations.CreateModel('M', [
        ('id', models.AutoField(primary_key=True)), ('n', models.IntegerField()), ('uuid', models.UUIDField(unique=True))])]";
    let second = "class Migration(migrations.Migration):
    dependencies = [('shop', '1')]
    operations = [migrations.RemoveField('m', 'id'), migrations.RenameField('m', 'uuid', 'id')]";
    let compiled = project_of((5, 2), Dialect::Sqlite, "", &[("1", made), ("2", second)]);
    let all = lines(&compiled);
    let told: Vec<_> = all.iter().filter_map(|it| it.strip_prefix("2: ")).collect();
    assert_eq!(told, ["shop_m - primary key", "shop_m - id", "shop_m.uuid to id"], "{:#?}", compiled.notices);
    let other =
        second.replace("'m', 'id')", "'m', 'n')").replace(", migrations.RenameField('m', 'uuid', 'id')", "");
    let older = project_of((4, 2), Dialect::Sqlite, "", &[("1", made), ("2", &other)]);
    assert!(lines(&older).contains(&"2: shop_m - n".to_owned()), "{:#?}", lines(&older));
}
