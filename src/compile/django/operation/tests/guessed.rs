//! Fields of which the column is a guess, or none, and what helpers ask of a field. (By real Django 5.2.)

use super::{HEAD, ITEM, check_class, compiled_of, lines, project, write};
use crate::dialect::Dialect;

/// As a first try with no libraries among the sources has it: the column of such a relation is called otherwise, and other
/// such fields have none.
#[test]
fn a_field_of_a_class_that_is_not_known_may_have_another_column() {
    let field = |class: &str, more: &str| {
        format!("migrations.AddField('item', 'f', lib.fields.{class}({more}null=True))")
    };
    let told = |class: &str, column: &str| {
        format!(
            "lib.fields.{class}: its class is not in the sources ?? shop_item -{column} (its own too), no more"
        )
    };
    check_class(
        "import lib.fields\n",
        &field("Money", ""),
        &[&told("Money", "f"), "shop_item + f (not known) NULL"],
    );
    let key = "to='shop.Item', on_delete=models.CASCADE, ";
    check_class(
        "import lib.fields\n",
        &field("HistoricKey", key),
        &[
            &told("HistoricKey", "f_id"),
            "shop_item + f_id bigint NULL",
            "shop_item + f_id -> shop_item",
            "shop_item + index f_id",
        ],
    );
    let named = "migrations.AddField('item', 'f', lib.fields.Money(db_column='g'))";
    check_class(
        "import lib.fields\n",
        named,
        &[
            "lib.fields.Money: its class is not in the sources ?? shop_item -g's definition, no more",
            "shop_item + g (not known) NOT NULL",
        ],
    );
}

/// Fields that stand for others, and such as compute what they say, have no column; by real Django 5.2.
#[test]
fn a_field_that_does_not_join_its_model_may_have_no_column() {
    let classes = "
class Money(models.DecimalField):
    def contribute_to_class(self, cls, name, **kwargs):
        cls.add_to_class(name + '_amount', models.IntegerField(null=True))

class Computed(models.CharField):
    def contribute_to_class(self, cls, name, **kwargs):
        setattr(cls, name, property(lambda it: 1))

class Usual(models.CharField):
    def contribute_to_class(self, cls, name, **kwargs):
        self.join(cls, name)
    def join(self, cls, name):
        super().contribute_to_class(cls, name)
";
    let operations = "migrations.AddField('item', 'price', Money(null=True)), migrations.AddField('item', 'said', Computed(max_length=9, null=True)), migrations.AddField('item', 'usual', Usual(max_length=9, null=True))";
    check_class(
        classes,
        operations,
        &[
            "shop.migrations.2.Money was not seen to put itself into its model ?? shop_item -price (its own too), no more",
            "shop_item + price (not known) NULL",
            "shop.migrations.2.Computed was not seen to put itself into its model ?? shop_item -said (its own too), no more",
            "shop_item + said varchar(9) NULL",
            "shop_item + usual varchar(9) NULL",
        ],
    );
}

/// A field that gives its model an index, which no operation names; by real Django 5.2.
#[test]
fn a_field_may_add_indexes_to_its_model() {
    let classes = "
class Indexed(models.IntegerField):
    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        cls._meta.indexes.append(models.Index(fields=[name], name='by_' + name))

class Checked(models.IntegerField):
    def __init__(self, *args, only=True, **kwargs):
        self.only = only
        super().__init__(*args, **kwargs)
    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        if self.only:
            cls._meta.constraints = [models.CheckConstraint(check=models.Q(**{name: 1}), name='c')]
";
    let told = |name: &str| {
        format!(
            "field `n`: shop.migrations.2.{name} may add fields, indexes or constraints of its own to the model ?? shop_{}, no more",
            name.to_lowercase()
        )
    };
    let model = |name: &str| {
        format!(
            "migrations.CreateModel('{name}', [('id', models.BigAutoField(primary_key=True)), ('n', {name}())])"
        )
    };
    let names = ["Indexed", "Checked"];
    let expected = names.map(|name| [format!("create shop_{}: id n", name.to_lowercase()), told(name)]);
    let mut expected: Vec<&str> = expected.iter().flatten().map(String::as_str).collect();
    expected.push("shop_item + free integer NULL");
    let free = "migrations.AddField('item', 'free', Checked(only=False, null=True))".to_owned();
    check_class(classes, &[names.map(model).to_vec(), vec![free]].concat().join(", "), &expected);
}

/// Keys that are of one type wherever they stand, as those of prefixed and sortable identifiers are.
#[test]
fn a_foreign_key_may_be_of_the_type_that_its_target_has() {
    let class = |returned: &str| {
        format!(
            "class Key(models.CharField):\n    def rel_db_type(self, connection):\n        return {returned}\n"
        )
    };
    let operations = "migrations.CreateModel('Rev', [('id', Key(max_length=30, primary_key=True))]), migrations.AddField('item', 'rev', models.ForeignKey('shop.Rev', models.CASCADE))";
    for returned in ["self.db_type(connection)", "self.db_parameters(connection)['type']"] {
        check_class(
            &class(returned),
            operations,
            &[
                "create shop_rev: id",
                "shop_item + rev_id varchar(30) NOT NULL",
                "shop_item + rev_id -> shop_rev",
                "shop_rev + index id varchar_pattern_ops",
                "shop_item + index rev_id",
                "shop_item + index rev_id varchar_pattern_ops",
            ],
        );
    }
}

/// A constructor that changes what it is given, and a `deconstruct` that does not take it back: the models have a clone of
/// the field, for which it has run twice. (By real Django 5.2.)
#[test]
fn a_table_between_two_may_be_named_twice() {
    let class = "class Many(models.ManyToManyField):\n    def __init__(self, to, **kwargs):\n        kwargs['db_table'] = 'app_' + kwargs['db_table']\n        super().__init__(to, **kwargs)\n";
    let expected = ["create app_app_x: id from_item_id to_item_id"];
    let all = format!(
        "{class}class Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [migrations.AddField('item', 'many', Many('shop.Item', db_table='x'))]"
    );
    let told = lines(&project("", &[("1", ITEM), ("2", &all)]));
    let made = told.iter().filter_map(|it| it.strip_prefix("2: ")).filter(|it| it.starts_with("create "));
    assert_eq!(made.collect::<Vec<_>>(), expected);
}

/// Django gives a model a key that has none: where a field may be one, the table may have no `id`.
#[test]
fn a_field_that_may_be_the_key_leaves_nothing_of_its_table_sure() {
    check_class(
        "",
        "migrations.CreateModel('Bare', [('at', load())]), migrations.CreateModel('Kept', [('id', models.BigAutoField(primary_key=True)), ('at', load())])",
        &[
            "create shop_bare: id at",
            "the field `at` was not seen through: names load, which is bound nowhere ?? shop_bare -at (its own too)",
            "create shop_kept: id at",
            "the field `at` was not seen through: names load, which is bound nowhere ?? shop_kept -at (its own too), no more",
        ],
    );
}

/// `Field.db_type` finds no such type. (By real Django 5.2: no column.)
#[test]
fn a_field_of_no_type_has_no_column() {
    let column = |class: &str| {
        let text = format!(
            "{class}\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '1')]\n    operations = [migrations.AddField('item', 'f', F(null=True))]"
        );
        let all = lines(&project("", &[("1", ITEM), ("2", &text)]));
        all.iter().filter_map(|it| it.strip_prefix("2: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    for class in [
        "class F(models.Field):\n    pass",
        "class HStoreField(models.Field):\n    pass\n\nF = HStoreField",
        "class F(models.Field):\n    def get_internal_type(self):\n        return 'Nonsense'",
        "class F(models.IntegerField):\n    def get_internal_type(self):\n        return 'Nonsense'",
        "class F(models.Field):\n    def get_internal_type(self):\n        return 'EmailField'",
    ] {
        assert_eq!(column(class), [""; 0], "{class}");
    }
    for class in [
        "class F(models.Field):\n    def db_type(self, connection):\n        return 'money'",
        "class F(models.Field):\n    def db_parameters(self, connection):\n        return {'type': 'money', 'check': None}",
    ] {
        assert_eq!(column(class), ["shop_item + f money NULL"], "{class}");
    }
    let text = "class F(models.Field):\n    def get_internal_type(self):\n        return 'TextField'";
    assert_eq!(column(text), ["shop_item + f text NULL"]);
    // Named as one of Django's, of which it has nothing but the type.
    for (name, column_of_it) in [
        ("TextField", "text"),
        ("JSONField", "jsonb"),
        ("IPAddressField", "inet"),
        ("SmallIntegerField", "smallint"),
    ] {
        let text = format!("class {name}(models.Field):\n    pass\n\nF = {name}");
        assert_eq!(column(&text), [format!("shop_item + f {column_of_it} NULL")], "{name}");
    }
}

/// Helpers that make a table of history of the fields of another.
#[test]
fn a_helper_may_ask_a_field_for_its_class() {
    let helper = |test: &str| {
        format!(
            "class Mine(models.ForeignKey):\n    pass\n\ndef twin(field):\n    if {test}:\n        return models.BigIntegerField(null=True)\n    return field\n"
        )
    };
    for test in [
        "field.__class__.__name__ in {'AutoField', 'BigAutoField'}",
        "type(field).__name__ == 'AutoField'",
        "field.get_internal_type() in ('AutoField', 'BigAutoField')",
        "field.clone().get_internal_type() == 'AutoField'",
        "field.remote_field is None and not field.null",
        "not field.has_default() and not field.max_length",
    ] {
        let twins = "migrations.AddField('item', 'f', twin(models.AutoField())), migrations.AddField('item', 'g', twin(models.EmailField(null=True, default='x')))";
        let expected = ["shop_item + f bigint NULL", "shop_item + g varchar(254) NULL"];
        check_class(&helper(test), twins, &expected);
    }
    let own = "migrations.AddField('item', 'f', twin(Mine('shop.Item', models.CASCADE)))";
    check_class(&helper("field.get_internal_type() == 'Mine'"), own, &["shop_item + f bigint NULL"]);
}

/// Expand and contract, with one field that is put down once: `Field.deconstruct` tells what was set.
#[test]
fn a_clone_that_was_changed_is_another_field() {
    check_class(
        "base = models.IntegerField(default=0)\nloose = base.clone()\nloose.null = True\n",
        "migrations.AddField('item', 'f', loose), migrations.AlterField('item', 'f', base)",
        &["shop_item + f integer NULL", "shop_item ~ f integer NOT NULL"],
    );
}

#[test]
fn a_column_that_gets_a_name_that_is_not_known_is_not_missed() {
    check_class(
        "",
        "migrations.AlterField('item', 'code', models.IntegerField(null=True)), migrations.AlterField('item', 'code', models.IntegerField(null=True, db_column=load()))",
        &[
            "shop_item ~ code integer NULL",
            "`db_column` was not seen through ?? shop_item -code (its own too), no more",
        ],
    );
    check_class(
        "",
        "migrations.SeparateDatabaseAndState(**load())",
        &["SeparateDatabaseAndState: its arguments were not seen through ?? anything"],
    );
}

/// What a model without a key of its own has, and a many-to-many table, where DEFAULT_AUTO_FIELD is this class of the sources.
fn automatic(django: (u32, u32), class: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write("settings.py", "INSTALLED_APPS = ['shop']\nDEFAULT_AUTO_FIELD = 'core.fields.Key'\n");
    write("core/fields.py", &format!("from django.db import models\n\n{class}"));
    write("shop/migrations/__init__.py", "");
    let migration = format!(
        "{HEAD}
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', [('code', models.IntegerField()), ('twins', models.ManyToManyField('self'))]),
    ]
"
    );
    write("shop/migrations/0001.py", &migration);
    let compiled = compiled_of(django, Dialect::Postgres, folder.path());
    let key = |it: &crate::migration::Operation| match it {
        crate::migration::Operation::Change(crate::schema::Change::CreateTable(table)) => {
            table.columns.iter().find(|it| &*it.name == "id").map(ToString::to_string)
        }
        _ => None,
    };
    let keys = compiled.migrations[0].operations.iter().filter_map(key);
    keys.chain(compiled.notices.iter().map(|it| it.message.clone())).collect()
}

#[test]
fn an_automatic_key_may_be_of_a_class_of_the_sources() {
    let plain = "class Key(models.BigAutoField):\n    pass\n";
    let number = "id bigint | integer NOT NULL AUTO INCREMENT";
    assert_eq!(automatic((5, 2), plain), [number, number]);
    let not_numbered = "class Key(models.BigAutoField):\n    def db_type(self, connection):\n        return 'bigint'\n\n    def get_internal_type(self):\n        return 'BigIntegerField'\n";
    let plainly = "id bigint | integer NOT NULL";
    assert_eq!(automatic((5, 2), not_numbered), [plainly, plainly]);
    // Before Django 3.2 nobody asked.
    assert_eq!(automatic((3, 1), not_numbered), ["id integer NOT NULL AUTO INCREMENT"; 2]);
    // A table that was made before has a number.
    for body in [
        "def get_internal_type(self):\n        return 'UUIDField'",
        "def db_type(self, connection):\n        return 'snowflake'",
        "def rel_db_type(self, connection):\n        return 'snowflake'",
        "def db_parameters(self, connection):\n        return {'type': 'bigint', 'check': 'id > 3'}",
    ] {
        let all = automatic((5, 2), &format!("class Key(models.BigAutoField):\n    {body}\n"));
        let told =
            "core.fields.Key: a table that was made under another DEFAULT_AUTO_FIELD need not be as it says";
        assert!(all.iter().any(|it| it == told), "{body}: {all:#?}");
    }
    let missing = automatic((5, 2), "class Other(models.BigAutoField):\n    pass\n");
    assert!(
        missing.iter().any(|it| it == "core.fields.Key: its class is not in the sources"),
        "{missing:#?}"
    );
}
