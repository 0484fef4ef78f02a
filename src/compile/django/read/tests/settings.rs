//! How settings are written.

use super::{ReadError, Tree, show, told};
use crate::compile::django::project::Does;

#[track_caller]
fn check(tree: &Tree, name: &str, value: &str) {
    let project = tree.read();
    assert_eq!(show(&project.settings.values[name]), value, "{:?}", project.notices);
}

#[test]
fn settings_build_on_a_base() {
    let tree = Tree::new()
        .file("site_settings/base.py", "INSTALLED_APPS = ['a']\nDEBUG = False\nMODEL = 'a.B'\n")
        .settings("from site_settings.base import *\nINSTALLED_APPS += ['b']\nif not DEBUG:\n    INSTALLED_APPS = INSTALLED_APPS + ['c']\n");
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\", \"c\"]");
    check(&tree, "MODEL", "\"a.B\"");
}

#[test]
fn relative_imports_go_by_where_the_file_lies() {
    let mut tree =
        Tree::new().file("conf/base.py", "A = 1\n").file("conf/prod.py", "from .base import *\nB = A + 1\n");
    tree.request.settings = Some(tree.folder.path().join("conf/prod.py"));
    check(&tree, "B", "2");
}

#[test]
fn the_environment_is_taken_as_unset_and_that_is_told() {
    let tree = Tree::new().settings(
        "import os\nfrom decouple import config\nimport environ\nenv = environ.Env(MODE=(str, 'x'))\n\
         A = os.environ.get('A', 'a')\nB = config('B', default=True, cast=bool)\nC = env.bool('C', default=False)\n\
         D = env('MODE')\nE = os.environ['E']\nINSTALLED_APPS = []\n",
    );
    check(&tree, "A", "\"a\"");
    check(&tree, "B", "True");
    check(&tree, "C", "False");
    check(&tree, "D", "\"x\"");
    check(&tree, "E", "?asks the environment for E");
    let told = told(&tree.read());
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(told[0], "assumed that A is not set in the environment, so that it is 'a'");
}

/// What only a default in second place decided was not known, nor were the apps that hang on it.
#[test]
fn defaults_may_stand_in_their_place() {
    let tree = Tree::new().settings(
        "import environ\nfrom environs import Env\nenv = environ.Env()\nenvs = Env()\nenvs.read_env()\n\
         A = env.bool('A', False)\nB = env.list('B', str, ['b'])\nC = env('C', str, 'c')\nD = env.list('D', str)\n\
         E = envs.bool('E', True)\nF = envs('F', 'f')\nG = envs.list('G', ['g'])\nH = envs.int('H', default=7)\n\
         INSTALLED_APPS = ['a']\nif A:\n    INSTALLED_APPS.append('b')\nif E:\n    INSTALLED_APPS += G\n",
    );
    check(&tree, "INSTALLED_APPS", "[\"a\", \"g\"]");
    check(&tree, "B", "[\"b\"]");
    check(&tree, "C", "\"c\"");
    check(&tree, "F", "\"f\"");
    check(&tree, "H", "7");
    assert!(show(&tree.read().settings.values["D"]).starts_with('?'));
}

#[test]
fn dynaconf_is_taken_as_unset_but_for_files_of_the_sources() {
    let tree = Tree::new().settings(
        "from dynaconf import Dynaconf, LazySettings\nfrom glob import glob\n\
         s = LazySettings(SETTINGS_FILE_FOR_DYNACONF=glob('/etc/shop/*.toml'))\n\
         own = Dynaconf(settings_files=['settings.toml'])\n\
         A = s.get('debug', False, '@bool')\nB = s.get('apps.more', ['b'])\nC = own.get('C', 1)\n\
         INSTALLED_APPS = ['a'] + B\n",
    );
    check(&tree, "A", "False");
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\"]");
    let project = tree.read();
    assert!(show(&project.settings.values["C"]).starts_with('?'));
    let told = told(&project);
    assert_eq!(told[0], "assumed that debug is not set in the environment, so that it is False");
}

#[test]
fn what_a_base_that_is_nowhere_sets_is_not_known() {
    let tree = Tree::new()
        .settings("from nowhere.settings import *\nA = 1\n")
        .file("shop/migrations/0001_x.py", "from django.conf import settings\nfrom django.db import migrations\nclass Migration(migrations.Migration):\n    operations = [settings.B, getattr(settings, 'C', 1), settings.A]\n")
        .app("shop");
    let project = tree.read();
    let unknown = "?imports everything from nowhere.settings, which is not in the sources";
    let shown: Vec<String> = project.migrations[0].operations.iter().map(show).collect();
    assert_eq!(shown, [unknown, unknown, "1"]);
    assert!(
        told(&project)[0]
            .starts_with("not all of the settings are known: it imports everything from nowhere.settings")
    );
}

#[test]
fn statements_that_never_end_lose_no_others() {
    let tree = Tree::new()
        .file(
            "site_settings/base.py",
            "def f():\n    while True:\n        pass\nA = f()\nB = [f(), 1]\nC = 2\nINSTALLED_APPS = ['a']\n",
        )
        .settings("from site_settings.base import *\nD = f()\nINSTALLED_APPS += ['b']\nE = f()\n");
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\"]");
    check(&tree, "C", "2");
    for name in ["A", "B", "D", "E"] {
        check(&tree, name, "?takes too many steps to follow");
    }
    assert!(told(&tree.read())[0].starts_with("not all of the settings are known"));
}

/// Two apps with a migration each, and the settings' router.
fn routed(allow_migrate: &str) -> Tree {
    let migration =
        "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = [1]\n";
    let router = format!(
        "class Router:\n    apps = {{'away': ['measures']}}\n    def allow_migrate(self, db, app_label, model_name=None, **hints):\n{allow_migrate}"
    );
    Tree::new()
        .file("shop/__init__.py", "")
        .file("shop/migrations/__init__.py", "")
        .file("shop/migrations/0001.py", migration)
        .file("measures/__init__.py", "")
        .file("measures/migrations/__init__.py", "")
        .file("measures/migrations/0001.py", migration)
        .file("site_settings/routers.py", &router)
        .settings(
            "INSTALLED_APPS = ['shop', 'measures']\nDATABASE_ROUTERS = ['site_settings.routers.Router']\n",
        )
}

const LIMIT: &str = "DATABASE_ROUTERS may put tables into other databases: each migration is compiled as if this one held all";

/// Each migration that does nothing in this database, and what is told.
#[track_caller]
fn check_routed(allow_migrate: &str, nothing: &[&str], expected: &[&str]) {
    let project = routed(allow_migrate).read();
    let does_nothing = project.migrations.iter().filter(|it| it.does == Does::Nothing);
    let named: Vec<&str> = does_nothing.map(|it| &*it.id.app).collect();
    assert_eq!(named, nothing);
    assert_eq!(told(&project), expected);
}

#[test]
fn a_router_may_keep_an_app_out_of_this_database() {
    check_routed(
        "        if app_label in self.apps.get('away'):\n            return db == 'datastore'\n        return None if db == 'default' else False\n",
        &["measures"],
        &[
            "DATABASE_ROUTERS keep measures out of the database `default`: nothing is expected of their migrations",
        ],
    );
    check_routed("        return db == 'default'\n", &[], &[]);
}

#[test]
fn a_router_that_hangs_on_more_is_told_as_a_limit() {
    check_routed("        return model_name != 'reading'\n", &[], &[LIMIT]);
    check_routed("        return tenant.allows(app_label)\n", &[], &[LIMIT]);
    let tree = Tree::new()
        .file("shop/__init__.py", "")
        .settings("INSTALLED_APPS = ['shop']\nDATABASE_ROUTERS = ['a.Router']\n");
    assert_eq!(told(&tree.read()), [LIMIT]);
}

#[test]
fn an_app_that_is_nowhere_is_told() {
    let project = Tree::new().settings("INSTALLED_APPS = ['nowhere', 3, *missing()]\n").read();
    assert_eq!(
        told(&project),
        [
            "INSTALLED_APPS names nowhere, which is in none of the sources",
            "an entry of INSTALLED_APPS is no string",
            "an entry of INSTALLED_APPS is not known: it names missing, which is bound nowhere",
        ]
    );
}

#[test]
fn nothing_useful_is_an_error() {
    assert!(matches!(Tree::new().try_read(), Err(ReadError::NoApps)));
    let mut tree = Tree::new().settings("A = 1\n");
    tree.request.django = None;
    assert!(matches!(tree.try_read(), Err(ReadError::NoDjango)));
    let mut tree = Tree::new().settings("A = 1\n");
    tree.request.sources.push("/nowhere/at/all".into());
    assert!(matches!(tree.try_read(), Err(ReadError::NoSource(_))));
    let error = Tree::new().settings("A = (\n").try_read().unwrap_err();
    assert!(matches!(error, ReadError::Settings { line: 1.., .. }), "{error}");
}

#[test]
fn the_version_is_djangos_own() {
    let mut tree = Tree::new()
        .file("django/__init__.py", "from django.utils.version import get_version\nVERSION = (4, 2, 7, 'final', 0)\n__version__ = get_version(VERSION)\n")
        .settings("import django\nNEW = django.VERSION >= (5, 0)\n");
    tree.request.django = None;
    assert_eq!(tree.read().django, (4, 2));
    check(&tree, "NEW", "False");
}

#[test]
fn settings_in_parts_are_read_as_one() {
    let tree = Tree::new()
        .file("parts/a.py", "INSTALLED_APPS = ['a']\n")
        .file("parts/b.py", "INSTALLED_APPS += ['b']\n")
        .settings("from split_settings.tools import include, optional\ninclude('parts/*.py', optional('local.py'))\nINSTALLED_APPS += ['c']\n");
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\", \"c\"]");
}

#[test]
fn settings_without_apps_are_told() {
    let tree = Tree::new().settings("class Production:\n    INSTALLED_APPS = ['a']\n");
    assert_eq!(told(&tree.read()), ["the settings set no INSTALLED_APPS that could be seen"]);
}

/// Plugins by entry points, optional apps, and apps that are found by looking.
#[test]
fn apps_are_found_by_what_lies_in_the_sources() {
    let tree = Tree::new()
        .file("one-1.0.dist-info/entry_points.txt", "[shop.plugins]\none = one.apps:OneConfig\n[x]\ny = z\n")
        .file("two.egg-info/entry_points.txt", "[shop.plugins]\ntwo = two.conf\n")
        .file("one/apps.py", "class OneConfig:\n    name = 'one'\n")
        .file("two/conf.py", "apps = ['two.extra']\n")
        .file("shop/__init__.py", "")
        .file("shop/inner/__init__.py", "")
        .file("shop/inner/b/__init__.py", "")
        .file("shop/inner/c.py", "")
        .settings(
            "import importlib.util, pkgutil, glob, os\nfrom importlib import metadata\nfrom importlib.metadata import entry_points\n\
             from pathlib import Path\nimport shop.inner\nBASE = Path(__file__).resolve().parent\n\
             A = [ep.module for ep in entry_points(group='shop.plugins')]\n\
             B = [(ep.name, ep.load()) for ep in metadata.entry_points().get('shop.plugins', []) if ep.name == 'two']\n\
             C = [ep.load().name for ep in metadata.entry_points(group='shop.plugins', name='one')]\n\
             D = [x for x in ('one', 'nowhere') if importlib.util.find_spec(x) is not None]\n\
             E = ['found'] if importlib.util.find_spec('one.apps') else []\n\
             F = [m.name for m in pkgutil.iter_modules(shop.inner.__path__) if m.ispkg]\n\
             G = [name for _, name, _ in pkgutil.iter_modules([str(BASE / 'shop' / 'inner')], 'shop.inner.')]\n\
             H = sorted(p.parent.name for p in BASE.glob('*/apps.py'))\n\
             I = [os.path.basename(p) for p in glob.glob(str(BASE / 'shop' / '**' / '__init__.py'), recursive=True)]\n\
             J = [e.name for e in os.scandir(BASE / 'shop') if e.is_dir()]\nINSTALLED_APPS = A\n",
        );
    check(&tree, "A", "[\"one.apps\", \"two.conf\"]");
    check(&tree, "B", "[(\"two\", two.conf)]");
    check(&tree, "C", "[\"one\"]");
    check(&tree, "D", "[\"one\"]");
    check(&tree, "E", "[\"found\"]");
    check(&tree, "F", "[\"b\"]");
    check(&tree, "G", "[\"shop.inner.b\", \"shop.inner.c\"]");
    check(&tree, "H", "[\"one\"]");
    check(&tree, "I", "[\"__init__.py\", \"__init__.py\", \"__init__.py\"]");
    check(&tree, "J", "[\"inner\"]");
    let told = told(&tree.read());
    let assumed = "assumed that what the sources hold is all that is installed: 2 in the group shop.plugins of entry points";
    assert!(told.iter().any(|it| it == assumed), "{told:?}");
    assert!(
        told.iter().any(|it| it == "assumed that nowhere is not installed, for no source has it"),
        "{told:?}"
    );
}
