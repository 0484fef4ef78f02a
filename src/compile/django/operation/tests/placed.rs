//! Fields that decide by their name, or by the model that they are put into. (By real Django 5.2.)

use super::{HEAD, check_class, compiled, lines, write};

const MODELS: &str = "
        migrations.CreateModel('Other', [
            ('id', models.BigAutoField(primary_key=True)), ('big_number', F(null=True)), ('x', models.IntegerField()),
        ]),
        migrations.AddField('item', 'big_order', F(null=True))";

fn class(of: &str, body: &str) -> String {
    format!("\nclass F(models.{of}):\n    {}\n", body.replace('\n', "\n    "))
}

/// Each was asked with a name that stands for any.
#[test]
fn a_column_is_named_after_its_field() {
    let check = |body: &str, other: &str, item: &str| {
        check_class(
            &class("IntegerField", body),
            MODELS,
            &[&format!("create shop_other: id {other} x"), &format!("shop_item + {item} integer NULL")],
        );
    };
    let made = |column: &str| {
        format!(
            "def get_attname_column(self):\n    attname, column = super().get_attname_column()\n    return attname, {column}"
        )
    };
    check(&made("attname.replace('_', '')"), "bignumber", "bigorder");
    check(&made("attname[:5]"), "big_n", "big_o");
    check(
        &made("attname + '_' if attname in {'big_order', 'user'} else attname"),
        "big_number",
        "big_order_",
    );
    check(&made("'b_' + attname if attname.startswith('big_') else attname"), "b_big_number", "b_big_order");
    check(&made("{'big_number': 'BIGNO'}.get(attname, attname)"), "BIGNO", "big_order");
    let put = |column: &str| {
        format!(
            "def contribute_to_class(self, cls, name, **kwargs):\n    self.db_column = {column}\n    super().contribute_to_class(cls, name, **kwargs)"
        )
    };
    check(&put("f'{cls._meta.model_name}_{name}'"), "other_big_number", "item_big_order");
    check(&put("name if cls._meta.app_label == 'shop' else 'x_' + name"), "big_number", "big_order");
    check(&put("'x_' + name if cls.__module__ == '__fake__' else name"), "x_big_number", "x_big_order");
}

/// Under its next name it may decide otherwise.
#[test]
fn a_column_is_in_doubt_when_its_field_is_renamed() {
    let key =
        "def get_attname(self):\n    return self.name if self.name.endswith('_id') else f'{self.name}_id'";
    check_class(
        &class("ForeignKey", key),
        "migrations.AddField('item', 'other', F('shop.Item', models.CASCADE, null=True, db_constraint=False, db_index=False)),
         migrations.RenameField('item', 'other', 'other_id')",
        &[
            "shop_item + other_id bigint NULL",
            "shop_item.other_id to other_id_id",
            "field `other_id` names its column itself ?? shop_item -other_id_id (its own too), no more",
        ],
    );
    // What it does to each name alike is known of the next one.
    check_class(
        &class("IntegerField", "def get_attname_column(self):\n    return self.name, 'x_' + self.name"),
        "migrations.AddField('item', 'a', F(null=True)), migrations.RenameField('item', 'a', 'b')",
        &["shop_item + x_a integer NULL", "shop_item.x_a to x_b"],
    );
}

#[test]
fn what_a_field_sets_of_itself_hangs_on_its_model() {
    let set = |what: &str| {
        format!(
            "def contribute_to_class(self, cls, name, **kwargs):\n    {what}\n    super().contribute_to_class(cls, name, **kwargs)"
        )
    };
    let lacks =
        set("if cls._meta.model_name == 'item' and not self.db_column:\n        self.db_constraint = False");
    check_class(
        &class("ForeignKey", &lacks),
        "migrations.CreateModel('Other', [
            ('id', models.BigAutoField(primary_key=True)), ('item', F('shop.Item', models.CASCADE, db_index=False)),
        ]),
        migrations.AddField('item', 'other', F('shop.Item', models.CASCADE, null=True, db_index=False))",
        &[
            "create shop_other: id item_id",
            "shop_item + other_id bigint NULL",
            "shop_other + item_id -> shop_item",
        ],
    );
    let table = set("if not self.db_table:\n        self.db_table = f'{cls._meta.db_table}__{name}'");
    check_class(
        &class("ManyToManyField", &table),
        "migrations.CreateModel('Other', [
            ('id', models.BigAutoField(primary_key=True)), ('items', F('shop.Item')),
        ])",
        &[
            "create shop_other: id",
            "create shop_other__items: id other_id item_id",
            "shop_other__items + unique other_id item_id",
            "shop_other__items + other_id -> shop_other",
            "shop_other__items + item_id -> shop_item",
            "shop_other__items + index other_id",
            "shop_other__items + index item_id",
        ],
    );
    let index = "def __init__(self, *args, **kwargs):\n    super().__init__(*args, **kwargs)\n    self.db_index = self.db_index or not self._unique";
    check_class(
        &class("IntegerField", index),
        "migrations.AddField('item', 'a', F(null=True)), migrations.AddField('item', 'b', F(null=True, unique=True))",
        &[
            "shop_item + a integer NULL",
            "shop_item + b integer NULL",
            "shop_item + unique b",
            "shop_item + index a",
        ],
    );
    check_class(
        &class("IntegerField", "unique = True\nnull = True"),
        "migrations.AddField('item', 'a', F(default=0))",
        &["shop_item + a integer NOT NULL", "shop_item + unique a"],
    );
}

/// As the field itself, where its class makes Django's clone of it another.
#[test]
fn a_clone_stands_where_its_field_does() {
    let named = "def get_attname_column(self):
    attname, column = super().get_attname_column()
    return attname, column if column.startswith('big_') else 'big_' + column";
    let check = |more: &str| {
        check_class(
            &class("IntegerField", &format!("{more}\n{named}")),
            MODELS,
            &["create shop_other: id big_number x", "shop_item + big_order integer NULL"],
        );
    };
    check(
        "def __init__(self, *args, **kwargs):\n    kwargs['null'] = True\n    super().__init__(*args, **kwargs)",
    );
    check("def clone(self):\n    return self.__class__(null=True)");
    check(
        "def deconstruct(self):\n    name, path, args, kwargs = super().deconstruct()\n    kwargs.pop('db_index', None)\n    return name, path, args, kwargs",
    );
    let table = "def __init__(self, *args, **kwargs):
    kwargs['to'] = 'shop.Item'
    super().__init__(*args, **kwargs)

def contribute_to_class(self, cls, name, **kwargs):
    self.db_table = f'{name}_of_{cls._meta.model_name}'
    super().contribute_to_class(cls, name, **kwargs)";
    check_class(
        &class("ManyToManyField", table),
        "migrations.AddField('item', 'others', F())",
        &[
            "create others_of_item: id from_item_id to_item_id",
            "others_of_item + unique from_item_id to_item_id",
            "others_of_item + from_item_id -> shop_item",
            "others_of_item + to_item_id -> shop_item",
            "others_of_item + index from_item_id",
            "others_of_item + index to_item_id",
        ],
    );
}

/// Not of the app in whose package MIGRATION_MODULES lays the migrations.
#[test]
fn a_field_is_of_the_app_whose_migration_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write(
        "settings.py",
        "INSTALLED_APPS = ['shop', 'blog']\nMIGRATION_MODULES = {'blog': 'shop.of_blog', 'shop': None}\n",
    );
    for package in ["shop", "shop/of_blog", "blog"] {
        write(&format!("{package}/__init__.py"), "");
    }
    let named = "def contribute_to_class(self, cls, name, **kwargs):\n    self.db_column = f'{cls._meta.app_label}_{name}'\n    super().contribute_to_class(cls, name, **kwargs)";
    let class = class("IntegerField", named);
    let text = format!(
        "{HEAD}{class}
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Post', [('id', models.BigAutoField(primary_key=True)), ('likes', F())])]
"
    );
    write("shop/of_blog/1.py", &text);
    assert_eq!(lines(&compiled(folder.path())), ["1: create blog_post: id blog_likes"]);
}
