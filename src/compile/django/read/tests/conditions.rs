//! Operations that hang on settings, on the database, or on what is not known.

use super::{Tree, told};
use crate::dialect::Dialect;

#[test]
fn operations_may_hang_on_a_setting() {
    let tree = |set: &str| {
        Tree::migration(
            "EMAIL = getattr(settings, 'UNIQUE_EMAIL', True)\n",
            "operations = [migrations.DeleteModel('A')] if EMAIL else []",
        )
        .settings(set)
    };
    tree("").check(&["DeleteModel(\"A\")"]);
    tree("UNIQUE_EMAIL = False\n").check(&[]);
    tree("UNIQUE_EMAIL = True\n").set("UNIQUE_EMAIL", "False").check(&[]);
}

#[test]
fn an_app_may_have_an_object_of_settings_of_its_own() {
    let app_settings = "class AppSettings:\n    def __init__(self, prefix):\n        self.prefix = prefix\n\n    \
        def _setting(self, name, default):\n        from django.conf import settings\n\n        \
        return getattr(settings, self.prefix + name, default)\n\n    @property\n    def SITES(self):\n        \
        from django.apps import apps\n        return apps.is_installed('sites')\n\n    @property\n    \
        def LENGTH(self):\n        return self._setting('LENGTH', 30)\n\n\n\
        _app_settings = AppSettings('SHOP_')\n\ndef __getattr__(name):\n    return getattr(_app_settings, name)\n";
    let tree = |set: &str| {
        Tree::migration(
            "from shop import app_settings\n",
            "operations = [migrations.CreateModel('A', fields=[] + ([1] if app_settings.SITES else []), \
             length=app_settings.LENGTH)]",
        )
        .file("shop/app_settings.py", app_settings)
        .file("sites/models.py", "")
        .settings(set)
    };
    tree("").check(&["CreateModel(\"A\", fields=[], length=30)"]);
    tree("SHOP_LENGTH = 9\nINSTALLED_APPS = ['sites']\n")
        .check(&["CreateModel(\"A\", fields=[1], length=9)"]);
}

#[test]
fn settings_objects_that_answer_by_getattr_are_asked() {
    let code = "from django.conf import settings\nDEFAULTS = {'MODEL': getattr(settings, 'OAUTH_MODEL', 'o.App')}\n\
        class Settings:\n    def __init__(self, defaults=None):\n        self.defaults = defaults or DEFAULTS\n\n    \
        def __getattr__(self, attr):\n        if attr not in self.defaults:\n            \
        raise AttributeError('Invalid: %s' % attr)\n        val = self.defaults[attr]\n        \
        setattr(self, attr, val)\n        return val\n\nwatched = Settings(DEFAULTS)\n";
    Tree::migration("from shop.conf import watched\n", "operations = [watched.MODEL, hasattr(watched, 'X')]")
        .file("shop/conf.py", code)
        .set("OAUTH_MODEL", "'accounts.App'")
        .check(&["\"accounts.App\"", "False"]);
}

#[test]
fn settings_that_an_app_sets_in_code_are_there() {
    Tree::migration("", "operations = [settings.AUDIT_TWO_STEPS]")
        .file("shop/conf.py", "from django.conf import settings\nsettings.AUDIT_TWO_STEPS = getattr(settings, 'AUDIT_TWO_STEPS', 7)\n")
        .check(&["7"]);
}

/// `Apps.populate` makes an app ready before any migration is read.
#[test]
fn settings_that_an_app_sets_while_it_is_made_ready_are_there() {
    let head = "from django.apps import AppConfig\nfrom django.conf import settings\nDEFAULTS = {'SHOP_A': 7}\n\nclass Shop(AppConfig):\n    name = 'shop'\n";
    let set = "for name, value in DEFAULTS.items():\n            if not hasattr(settings, name):\n                setattr(settings, name, value)\n";
    let check = |config: &str, defaults: &str| {
        Tree::migration("", "operations = [getattr(settings, 'SHOP_A', 1)]")
            .file("shop/apps.py", &format!("{head}{config}"))
            .file("shop/defaults_of_shop.py", defaults)
            .check(&["7"]);
    };
    for method in ["__init__(self, name, module)", "ready(self)", "import_models(self, *args)"] {
        check(&format!("    def {method}:\n        {set}"), "");
    }
    let defaults = "from django.conf import settings\nsettings.SHOP_A = 7\n";
    check("    def ready(self):\n        from . import defaults_of_shop\n", defaults);
    check("\nfrom . import defaults_of_shop\n", defaults);
    // What sets none is not run, and what does is run last.
    for sets in ["", "        settings.SHOP_B = 1\n"] {
        Tree::migration("", "operations = [settings.SHOP_A, settings.SHOP_C]")
            .file(
                "shop/apps.py",
                &format!("{head}    def ready(self):\n{sets}        while True:\n            pass\n"),
            )
            .file("shop/models.py", &format!("{defaults}for it in range(100):\n    settings.SHOP_C = 8\n"))
            .check(&["7", "8"]);
    }
    // Nobody imports it.
    Tree::migration("", "operations = [getattr(settings, 'SHOP_A', 1)]")
        .file("shop/apps.py", head)
        .file("shop/defaults_of_shop.py", defaults)
        .check(&["1"]);
}

#[test]
fn settings_of_django_appconf_are_there() {
    let conf = "from appconf import AppConf\nclass ShopConf(AppConf):\n    LENGTH = 5\n\n\
        class Plain(AppConf):\n    REQUIRED = True\n    class Meta:\n        prefix = ''\n";
    Tree::migration("", "operations = [settings.SHOP_LENGTH, settings.REQUIRED, settings.NOWHERE]")
        .file("shop/models.py", conf)
        .file("appconf/__init__.py", "from .base import AppConf\n")
        .check(&["5", "True", "?raises AttributeError: `django.conf.settings` has no NOWHERE"]);
}

#[test]
fn a_vendor_chooses_by_the_dialect() {
    let tree = || {
        Tree::migration(
            "",
            "operations = []\nif connection.vendor == 'postgresql':\n    operations += ['p']\n\
             elif connection.vendor == 'mysql':\n    operations += ['mariadb' if connection.mysql_is_mariadb else 'm']\n\
             else:\n    operations += [connection.settings_dict['ENGINE']]",
        )
    };
    tree().check(&["\"p\""]);
    tree().on(Dialect::Mysql).check(&["\"m\""]);
    tree().on(Dialect::Mariadb).check(&["\"mariadb\""]);
    tree().on(Dialect::Sqlite).check(&["\"django.db.backends.sqlite3\""]);
}

#[test]
fn a_condition_that_is_not_known_leaves_what_both_ways_have() {
    let tree = Tree::migration(
        "import missing\n",
        "operations = [1, 2]\nif missing.thing():\n    operations.append(3)\nelse:\n    operations.append(4)\n\
         operations.append(5)",
    );
    tree.check(&["1", "2", "?hangs on an instance of `missing.thing`, which is not known", "5"]);
    assert!(told(&tree.read())[0].contains("an operation is not seen through"));
}

#[test]
fn what_may_return_early_may_do_the_rest_or_not() {
    let code = "import missing\ndef f():\n    made = [1]\n    if missing.x():\n        return made\n    \
        made.append(2)\n    return made\n";
    Tree::migration(code, "operations = f()")
        .check(&["1", "?hangs on an instance of `missing.x`, which is not known"]);
}

#[test]
fn a_loop_over_what_is_not_known_leaves_an_unknown_number() {
    Tree::migration(
        "import missing\n",
        "operations = [1]\nfor it in missing.all():\n    operations.append(it)",
    )
    .check(&["1", "?unpacks an instance of `missing.all`, which is not known"]);
}

#[test]
fn a_branch_that_raises_is_not_taken() {
    Tree::migration("import missing\nif missing.bad():\n    raise ValueError('no')\n", "operations = [1]")
        .check(&["1"]);
}

#[test]
fn settings_decide_what_a_key_points_to() {
    Tree::migration(
        "user = settings.AUTH_USER_MODEL\napp, model = user.split('.')\n",
        "operations = [models.ForeignKey(settings.AUTH_USER_MODEL, to_field=settings.TO), app, model.lower(), \
         models.CharField(db_index=settings.DB != 'mysql')]",
    )
    .set("AUTH_USER_MODEL", "accounts.User")
    .set("TO", "'id'")
    .set("DB", "'mysql'")
    .check(&[
        "ForeignKey(\"accounts.User\", to_field=\"id\")",
        "\"accounts\"",
        "\"user\"",
        "CharField(db_index=False)",
    ]);
}
