//! Routers that look at the model.

use super::{HEAD, compiled, lines};

/// The lines of two models and what is done to them, where `shop.routers.Router` answers so.
fn under(answer: &str) -> Vec<String> {
    under_with("", answer)
}

fn under_with(more: &str, answer: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let model = |name: &str| {
        format!("migrations.CreateModel('{name}', [('id', models.AutoField(primary_key=True))])")
    };
    let migration = format!(
        "{HEAD}def add(apps, schema_editor):\n    schema_editor.execute('CREATE TABLE extra (id integer)')\n\n\
         class Migration(migrations.Migration):\n    operations = [{}, {}, \
         migrations.AddField('Log', 'line', models.TextField()), migrations.RenameModel('Item', 'Thing'), \
         migrations.RunSQL('CREATE TABLE more (id integer)'), migrations.RunPython(add){}]\n",
        model("Item"),
        model("Log"),
        more
    );
    let router = format!(
        "class Router:\n    def allow_migrate(self, db, app_label, model_name=None, **hints):\n        {answer}\n"
    );
    for (name, text) in [
        ("settings.py", "INSTALLED_APPS = ['shop']\nDATABASE_ROUTERS = ['shop.routers.Router']\n"),
        ("shop/__init__.py", ""),
        ("shop/routers.py", &router),
        ("shop/migrations/__init__.py", ""),
        ("shop/migrations/1.py", &migration),
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    lines(&compiled(folder.path()))
}

#[test]
fn a_model_that_a_router_keeps_out_has_no_table() {
    let rest = ["1: create more: id", "1: create extra: id"];
    let items = ["1: create shop_item: id", "1: rename shop_item to shop_thing"];
    assert_eq!(under("return model_name != 'log'"), [&items[..], &rest].concat());
    // Code has no model.
    let logs = ["1: create shop_log: id", "1: shop_log + line text NOT NULL"];
    assert_eq!(under("return model_name is not None and model_name not in ('item', 'thing')"), logs);
}

/// What may be elsewhere is no error where it is missing.
#[test]
fn a_model_of_which_a_router_may_say_anything_is_not_verified() {
    let told = under("return True if model_name in (None, 'item', 'thing') else is_ours(model_name)");
    let doubts: Vec<&str> = told.iter().map(String::as_str).filter(|it| it.contains("??")).collect();
    let doubt = "1: a router of DATABASE_ROUTERS, which may keep it out of this database ?? ";
    assert_eq!(doubts, [format!("{doubt}shop_log -table shop_log (its own too)")]);
}

/// Django hands them to the router: what is for another database was expected of this one.
#[test]
fn what_hints_go_with_is_asked_about_with_them() {
    let in_sql = ", migrations.RunSQL('CREATE TABLE hinted (id integer)', hints={'target': 'other'})";
    let in_code = ", migrations.RunPython(lambda apps, editor: editor.execute('CREATE TABLE hinted (id integer)'), hints={'target': 'other'})";
    for target in [in_sql, in_code] {
        let hinted = "1: create hinted: id";
        let has = |answer: &str| {
            under_with(target, answer).iter().filter(|it| it.contains("hinted")).cloned().collect::<Vec<_>>()
        };
        let nothing: &[&str] = &[];
        assert_eq!(has("return hints.get('target') in (None, db)"), nothing);
        assert_eq!(has("if hints.get('target') == 'other':\n            return False"), nothing);
        assert_eq!(has("return hints.get('target', 'other') == 'other'"), [hinted]);
        assert_eq!(has("return db == 'default'"), [hinted]);
        assert_eq!(
            has("return is_ours(hints['target']) if 'target' in hints else True"),
            [
                hinted,
                "1: a router of DATABASE_ROUTERS, which may keep it out of this database ?? hinted -id -constraints -table hinted (its own too)"
            ]
        );
    }
}
