//! What runs after every `migrate`.

use super::{HEAD, compiled, lines};

/// The lines of a project whose app `shop` has this configuration; its migrations make `shop_item`, then `shop_order`.
fn of_app(apps: &str, more: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let create = |model: &str| {
        format!(
            "{HEAD}class Migration(migrations.Migration):\n    \
             operations = [migrations.CreateModel('{model}', [('id', models.AutoField(primary_key=True))])]\n"
        )
    };
    let (item, order) = (create("Item"), create("Order"));
    let order = order.replace("    operations", "    dependencies = [('shop', '1')]\n    operations");
    let files = [
        ("settings.py", "INSTALLED_APPS = ['shop']\n"),
        ("shop/__init__.py", ""),
        ("shop/apps.py", apps),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/1.py", &*item),
        ("shop/migrations/2.py", &*order),
    ];
    for (name, text) in files.iter().chain(more) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    lines(&compiled(folder.path())).into_iter().filter(|it| it.contains("??")).collect()
}

const CONFIG: &str = "from django.apps import AppConfig\nfrom django.db import connection\n\
                      from django.db.models.signals import post_migrate\n\
                      class Shop(AppConfig):\n    name = 'shop'\n";

#[test]
fn a_handler_that_changes_tables_leaves_them_unverified() {
    let constant = "SQL = '''ALTER TABLE shop_item ALTER COLUMN id TYPE bigint;'''\n";
    let methods = "    @staticmethod\n    def widen(sender, **kwargs):\n        with connection.cursor() as cursor:\n            \
                   cursor.execute(SQL)\n    def ready(self):\n        super().ready()\n        \
                   post_migrate.connect(Shop.widen, sender=self)\n";
    assert_eq!(
        of_app(&format!("{constant}{CONFIG}{methods}"), &[]),
        ["1: widen, which every migrate runs ?? shop_item -id's definition (its own too)"]
    );

    let imports = "    def ready(self):\n        from .signals import widen\n        if True:\n            \
                   post_migrate.connect(receiver=widen, sender=self)\n";
    let signals = "from django.db import connections\nSQL = ['DROP INDEX IF EXISTS a', 'ALTER TABLE \"shop_item\" ADD b int']\n\
                   def widen(sender, using, **kwargs):\n    for it in SQL:\n        \
                   connections[using].cursor().execute(it)\n";
    assert_eq!(
        of_app(&format!("{CONFIG}{imports}"), &[("shop/signals.py", signals)]),
        ["1: widen, which every migrate runs ?? shop_item -constraints (its own too)"]
    );
}

/// Whatever `migrate` went to, it has run.
#[test]
fn a_handler_is_told_wherever_it_has_something_to_change() {
    let both = "    def ready(self):\n        post_migrate.connect(widen, sender=self)\n\
                def widen(sender, **kwargs):\n    \
                connection.cursor().execute('ALTER TABLE shop_item ALTER COLUMN id TYPE bigint; ALTER TABLE shop_order ALTER COLUMN id TYPE bigint')\n";
    let told = |at: u32, tables: &str| {
        format!("{at}: widen, which every migrate runs ?? {tables} -id's definition (its own too)")
    };
    assert_eq!(
        of_app(&format!("{CONFIG}{both}"), &[]),
        [told(1, "shop_item"), told(2, "shop_item shop_order")]
    );
}

#[test]
fn a_handler_that_changes_rows_or_does_not_say_what_changes_nothing() {
    let ready = "    def ready(self):\n        post_migrate.connect(fill, sender=self)\n";
    for body in [
        "connection.cursor().execute('UPDATE shop_item SET id = 1')",
        "connection.cursor().execute('CREATE TRIGGER t AFTER INSERT ON shop_item EXECUTE FUNCTION f()')",
        "connection.cursor().execute(sender.get_model('Item').sql())",
        "sender.get_model('Item').objects.create()",
    ] {
        let fill = format!("def fill(sender, **kwargs):\n    {body}\n");
        assert_eq!(of_app(&format!("{CONFIG}{ready}{fill}"), &[]), Vec::<String>::new(), "{body}");
    }
}
