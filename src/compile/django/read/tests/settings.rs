//! How settings are written.

use super::{ReadError, Tree, show, told};
use crate::compile::django::project::{Does, Value};

#[track_caller]
pub(super) fn check(tree: &Tree, name: &str, value: &str) {
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
    let unknown = |name: &str| {
        format!(
            "?asks for the setting {name}, which may be set where it imports everything from nowhere.settings, which is not \
             in the sources (--set {name}=… says it)"
        )
    };
    let shown: Vec<String> = project.migrations[0].operations.iter().map(show).collect();
    assert_eq!(shown, [unknown("B"), unknown("C"), "1".to_owned()]);
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

/// As doccano's settings read the address of its database: what a library takes long for binds no names here.
#[test]
fn a_call_of_another_module_that_never_ends_binds_no_names() {
    let helper = "def forever(value=None):\n    while True:\n        pass\n";
    let of = |settings: &str| {
        Tree::new()
            .file("site_settings/slow.py", helper)
            .settings(&format!("from site_settings import slow\nD = {{'a': 1}}\nI = ['a']\n{settings}"))
    };
    let tree = of("D.update(slow.forever(1))\nif slow.forever():\n    E = 2\n");
    check(&tree, "I", "[\"a\"]");
    check(
        &tree,
        "D",
        "{\"a\": ?takes too many steps to follow, ?takes too many steps to follow: ?takes too many steps to follow}",
    );
    check(&tree, "E", "?takes too many steps to follow");
    let is_lost =
        |tree: &Tree| told(&tree.read()).iter().any(|it| it.starts_with("not all of the settings are known"));
    assert!(!is_lost(&tree));
    for settings in [
        "slow.forever(globals())",
        "def f():\n    globals()['X'] = 1\n    slow.forever()\nf()",
        "if slow.forever():\n    from site_settings.more import *",
    ] {
        assert!(is_lost(&of(&format!("{settings}\n"))), "{settings}");
    }
}

/// Two apps with a migration each, and the settings' router.
fn routed(allow_migrate: &str) -> Tree {
    let migration = "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Reading', [])]\n";
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

const OPEN: &str = "DATABASE_ROUTERS were not seen through: what is missing may be in another database";

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
fn routers_are_asked_about_the_database_at_hand() {
    let mut tree = routed("        return (app_label == 'measures') == (db == 'datastore')\n");
    let nothing = |tree: &Tree| {
        let project = tree.read();
        let does_nothing = project.migrations.iter().filter(|it| it.does == Does::Nothing);
        (does_nothing.map(|it| it.id.app.to_string()).collect::<Vec<_>>(), told(&project))
    };
    assert_eq!(nothing(&tree).0, ["measures"]);
    tree.request.database = "datastore".to_owned();
    let expected =
        "DATABASE_ROUTERS keep shop out of the database `datastore`: nothing is expected of their migrations";
    assert_eq!(nothing(&tree), (vec!["shop".to_owned()], vec![expected.to_owned()]));
}

#[test]
fn a_router_that_is_not_seen_through_is_told() {
    check_routed("        return tenant.allows(app_label)\n", &[], &[OPEN]);
    for routers in ["['a.Router']", "missing.ROUTERS"] {
        let settings = format!("INSTALLED_APPS = ['shop']\nDATABASE_ROUTERS = {routers}\n");
        let project = routed("        pass\n").settings(&settings).read();
        assert!(told(&project).iter().any(|it| it.starts_with(OPEN)), "{routers}");
        assert_eq!(project.routes.allow("shop", Some("reading")), None, "{routers}");
    }
}

/// As pretix does.
#[test]
fn what_looks_through_the_whole_environment_finds_nothing() {
    let settings = "import os\nINSTALLED_APPS = ['shop']\n\
                    if any(it.startswith('REPLICA_') for it in os.environ):\n    DATABASE_ROUTERS = ['a.Router']\n\
                    for name, value in os.environ.items():\n    globals()[name] = value\n";
    let project = routed("        pass\n").settings(settings).read();
    let assumed = "assumed that the environment sets nothing of what is looked for in all of it";
    assert_eq!(told(&project), [assumed, assumed]);
}

#[test]
fn a_router_is_asked_about_each_model() {
    check_routed(
        "        return model_name != 'reading'\n",
        &[],
        &[
            "DATABASE_ROUTERS keep measures.reading, shop.reading out of the database `default`: nothing is expected of their migrations",
        ],
    );
}

/// label-studio chooses by its environment, and makes three indexes only where that says PostgreSQL.
#[test]
fn settings_for_another_server_are_told() {
    let told_of = |engine: &str| {
        let settings = format!(
            "INSTALLED_APPS = ['shop']\nimport os\nALL = {{'lite': {{'ENGINE': '{engine}'}}}}\n\
             DATABASES = {{'default': ALL[os.environ.get('DB', 'lite')]}}\n"
        );
        told(&Tree::new().file("shop/__init__.py", "").settings(&settings).read())
    };
    let found = told_of("django.db.backends.sqlite3");
    let start = "the settings put the database default on django.db.backends.sqlite3, and this manifest is for postgres: ";
    assert!(found.iter().any(|it| it.starts_with(start)), "{found:?}");
    for engine in
        ["django.db.backends.postgresql", "django.contrib.gis.db.backends.postgis", "psqlextra.backend"]
    {
        assert!(!told_of(engine).iter().any(|it| it.contains("this manifest is for")), "{engine}");
    }
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

/// As the advice about apps has it.
#[test]
fn the_list_of_apps_may_be_given_whole_without_settings() {
    let tree = Tree::new().file("shop/migrations/0001_initial.py", "").set("INSTALLED_APPS", "['shop']");
    assert_eq!(*tree.read().apps[0].label, *"shop");
    let broken = Tree::new().file("shop/migrations/0001_initial.py", "").settings("A = (\n");
    assert_eq!(*broken.set("INSTALLED_APPS", "['shop']").read().apps[0].label, *"shop");
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
        .settings(
            "
import django, sys
from distutils.version import LooseVersion
from importlib.metadata import version
from django.utils.version import get_version_tuple
from packaging.version import Version, parse
NEW = django.VERSION >= (5, 0)
TEXT = django.__version__
ALL = {django.get_version(), django.__version__, version('Django'), '%s.%s.%s' % django.VERSION[:3]}
PARTS = get_version_tuple(django.__version__)
LOOSE = [LooseVersion(django.__version__) < '4.10', LooseVersion('3.2') < LooseVersion('3.2.0')]
STRICT = [Version('4.2.7') <= parse(django.get_version()), Version('3.2') < Version('3.2.0')]
OPEN = Version('4.2rc1') < Version('4.2')
PYTHON = sys.version_info.major, sys.version[0]
",
        );
    tree.request.django = None;
    assert_eq!(tree.read().django, (4, 2));
    for (name, value) in [
        ("NEW", "False"),
        ("TEXT", "\"4.2.7\""),
        ("ALL", "{\"4.2.7\"}"),
        ("PARTS", "(4, 2, 7)"),
        ("LOOSE", "[True, True]"),
        ("STRICT", "[True, False]"),
        ("PYTHON", "(3, \"3\")"),
    ] {
        check(&tree, name, value);
    }
    assert!(matches!(tree.read().settings.values["OPEN"], Value::Unknown(_)));
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

#[test]
fn a_package_of_settings_imports_from_itself() {
    let mut tree = Tree::new()
        .file("conf/settings/local.py", "from .base import *\nA = B + 1\n")
        .file("conf/settings/base.py", "B = 1\n")
        .file("conf/settings/__init__.py", "from .local import *\n");
    tree.request.settings = Some(tree.folder.path().join("conf/settings/__init__.py"));
    check(&tree, "A", "2");
}

/// A module of the machine's own, which is there or not.
#[test]
fn local_settings_that_are_not_there_are_assumed_not_to_be() {
    let tree = Tree::new().file("conf/__init__.py", "").settings(
        "A = 1\ntry:\n    from conf.local_settings import *\nexcept ImportError:\n    A = 2\nINSTALLED_APPS = []\n",
    );
    check(&tree, "A", "2");
    let expected =
        "assumed that `from conf.local_settings import *` fails, for no source has conf.local_settings";
    assert_eq!(told(&tree.read()), [expected]);
}

#[test]
fn what_is_put_into_the_names_of_the_module_is_bound() {
    let tree = Tree::new()
        .file("plugin.py", "PLUGIN = ['p']\nother = 1\n")
        .file("more.py", "C = C + ['exec']\n")
        .settings(
            "import importlib, os, sys\nOVER = {'A': [1], 'B': 2}\nlocals().update(OVER)\nvars().update(D=3)\n\
             for k, v in {'E': 4, 'F': 5}.items():\n    globals()[k] = v\nglobals()['A'] += [2]\n\
             setattr(sys.modules[__name__], 'G', 6)\n_m = importlib.import_module('plugin')\n\
             for _s in dir(_m):\n    if _s.isupper():\n        globals()[_s] = getattr(_m, _s)\n\
             H = globals().get('B', 0) + D\nI = 'B' in globals()\nC = ['c']\n\
             exec(open(os.path.join(os.path.dirname(__file__), 'more.py')).read())\n\
             L = ['x', 'y']\nL[0:0] = ['w']\nL[L.index('y')] = 'z'\nL[1:2] = []\nM = list(dict.fromkeys(['a', 'a', 'b']))\n\
             N = list(filter(None, map(str.strip, 'p\\n\\nq '.splitlines())))\n",
        );
    for (name, value) in [
        ("A", "[1, 2]"),
        ("D", "3"),
        ("F", "5"),
        ("G", "6"),
        ("PLUGIN", "[\"p\"]"),
        ("H", "5"),
        ("I", "True"),
        ("C", "[\"c\", \"exec\"]"),
        ("L", "[\"w\", \"z\"]"),
        ("M", "[\"a\", \"b\"]"),
        ("N", "[\"p\", \"q\"]"),
    ] {
        check(&tree, name, value);
    }
}

#[test]
fn settings_stand_in_files_of_data() {
    let tree = Tree::new()
        .file("c.json", "{\"apps\": [\"a\"], \"on\": {\"x\": true}}")
        .file("c.toml", "title = 'x\\y'\n[site]\napps = [\n  \"b\", # note\n  \"c\",\n]\nsite.deep = 3\non = true\n[other.inner]\nwhen = 2020-01-01\n")
        .file("c.yaml", "apps:\n  - d\nnone:\n")
        .file("c.ini", "[DEFAULT]\nall = x\n[site]\nApps = e, f\n  g\non: yes\n; note\n")
        .file("c.txt", "# note\nh\n\n")
        .settings(
            "import configparser, json, tomllib, yaml\nfrom pathlib import Path\nBASE = Path(__file__).parent\n\
             with open(BASE / 'c.json') as f:\n    J = json.load(f)\nJ2 = json.loads((BASE / 'c.json').read_text())['on'].get('x')\n\
             with open(BASE / 'c.toml', 'rb') as f:\n    T = tomllib.load(f)\nT2 = T['other']['inner']['when']\nY = yaml.safe_load(open(BASE / 'c.yaml'))\n\
             ini = configparser.ConfigParser()\nini.read(BASE / 'c.ini')\nI = ini['site']['apps']\nI2 = ini.getboolean('site', 'on')\n\
             I3 = ini.get('site', 'all')\nI4 = ini.get('site', 'nope', fallback='z')\nI5 = ini.sections()\n\
             L = [l.strip() for l in open(BASE / 'c.txt') if l.strip() and not l.startswith('#')]\nX = json.load(open('/etc/nothing.json'))\n",
        );
    for (name, value) in [
        ("J", "{\"apps\": [\"a\"], \"on\": {\"x\": True}}"),
        ("J2", "True"),
        ("Y", "{\"apps\": [\"d\"], \"none\": None}"),
        ("I", "\"e, f\\ng\""),
        ("I2", "True"),
        ("I3", "\"x\""),
        ("I4", "\"z\""),
        ("I5", "[\"site\"]"),
        ("L", "[\"h\"]"),
        ("T2", "?is when of a TOML file, which is not read"),
    ] {
        check(&tree, name, value);
    }
    let project = tree.read();
    let toml = show(&project.settings.values["T"]);
    assert!(toml.starts_with("{\"title\": \"x\\\\y\", \"site\": {\"apps\": [\"b\", \"c\"], \"site\": {\"deep\": 3}, \"on\": True}"), "{toml}");
    assert!(show(&project.settings.values["X"]).starts_with('?'));
}

/// pretix asks for its plugins so; what Python's own parser does not find it passes over.
#[test]
fn a_configuration_that_may_not_be_there_is_assumed_to_set_nothing() {
    let tree = Tree::new().settings(
        "import configparser\nINSTALLED_APPS = []\nini = configparser.RawConfigParser()\nini.read(['/etc/shop.cfg', unseen()])\n\
         OUT = ini.get('shop', 'out', fallback='a,b').split(',')\nNO = ini.get('shop', 'no')\n",
    );
    check(&tree, "OUT", "[\"a\", \"b\"]");
    let project = tree.read();
    assert!(show(&project.settings.values["NO"]).starts_with('?'));
    assert_eq!(
        told(&project),
        [
            "assumed that /etc/shop.cfg, which is in no source, sets nothing",
            "assumed that a file whose name is not known, which is in no source, sets nothing",
        ]
    );
}

#[test]
fn settings_stand_in_a_class() {
    let text = "from configurations import Configuration, values\n\
        class Common(Configuration):\n    INSTALLED_APPS = ['a']\n    DEBUG = values.BooleanValue(True)\n\
        class Dev(Common):\n    INSTALLED_APPS = Common.INSTALLED_APPS + ['b']\n    @property\n    def X(self):\n        return len(self.INSTALLED_APPS)\n    def _hidden(self):\n        return 1\n";
    let tree = Tree::new().settings(text);
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\"]");
    check(&tree, "X", "2");
    check(&tree, "DEBUG", "True");
    assert!(told(&tree.read()).iter().any(|it| it.starts_with("assumed that DJANGO_CONFIGURATION is Dev")));
    let mut two = Tree::new().settings(&format!("{text}class Prod(Common):\n    INSTALLED_APPS = ['p']\n"));
    let told = told(&two.read());
    let which =
        "the settings stand in classes (Common, Dev, Prod): say which by --set DJANGO_CONFIGURATION=NAME";
    assert!(told.iter().any(|it| it == which), "{told:?}");
    two.request.set.push(("DJANGO_CONFIGURATION".into(), "Prod".into()));
    check(&two, "INSTALLED_APPS", "[\"p\"]");
}

#[test]
fn what_may_override_settings_is_told() {
    let tree = Tree::new().settings(
        "import dynaconf, os, sys\nfrom pydantic_settings import BaseSettings\nfrom pydantic import Field\n\
         class Conf(BaseSettings):\n    apps: list[str] = ['a']\n    more: list = Field(default_factory=lambda: ['b'])\n    one: str = Field('c', alias='d')\n\
         conf = Conf()\nINSTALLED_APPS = [*conf.apps, *conf.more, conf.one]\n\
         if 'NOPE' in os.environ or unseen() in os.environ or 'pytest' in sys.modules:\n    INSTALLED_APPS = []\n\
         settings = dynaconf.DjangoDynaconf(__name__)\n",
    );
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\", \"c\"]");
    let told = told(&tree.read());
    for wanted in [
        "assumed that the environment sets none of these settings: their defaults are taken",
        "assumed that NOPE is not set in the environment",
        "assumed that a variable whose name is not known is not set in the environment",
        "assumed that dynaconf, which may override any setting by its files and the environment, overrides none",
    ] {
        assert!(told.iter().any(|it| it == wanted), "{told:?}");
    }
}

#[test]
fn a_backend_that_is_not_djangos_is_told_where_it_goes_its_own_way() {
    let with =
        |engine: &str| format!("DATABASES = {{'default': {{'ENGINE': '{engine}'}}}}\nINSTALLED_APPS = []\n");
    let base = "from django.db.backends.postgresql import base, schema\n";
    let tree = |engine: &str| {
        Tree::new()
            .file("plain/base.py", &format!("{base}class DatabaseWrapper(base.DatabaseWrapper):\n    pass\n"))
            .file("same/base.py", &format!("{base}class DatabaseWrapper(base.DatabaseWrapper):\n    SchemaEditorClass = schema.DatabaseSchemaEditor\n"))
            .file("own/base.py", &format!("{base}class Editor(schema.DatabaseSchemaEditor):\n    pass\n\
                 class Middle(base.DatabaseWrapper):\n    SchemaEditorClass = Editor\n\
                 class DatabaseWrapper(Middle):\n    data_types = {{**base.DatabaseWrapper.data_types, 'UUIDField': 'text'}}\n"))
            .settings(&with(engine))
    };
    let told = |engine: &str| {
        told(&tree(engine).read()).into_iter().filter(|it| it.contains("backend")).collect::<Vec<_>>()
    };
    assert_eq!(told("django.contrib.gis.db.backends.postgis"), [""; 0]);
    assert_eq!(told("plain"), [""; 0]);
    assert_eq!(told("same"), [""; 0]);
    assert_eq!(
        told("own"),
        [
            "the database backend own has `data_types`, the schema editor `own.base.Editor` of its own, of which nothing is \
          followed: what it makes in another way than Django's is told as if it were wrong"
        ]
    );
    assert_eq!(
        told("far"),
        ["assumed that the database backend far, which is in none of the sources, makes what Django's makes"]
    );
}

#[test]
fn a_setting_that_may_be_set_unseen_is_named() {
    let tree = Tree::new()
        .file("a/__init__.py", "")
        .file("a/migrations/__init__.py", "")
        .file(
            "a/migrations/0001_initial.py",
            "from django.conf import settings\nfrom django.db import migrations\n\
             class Migration(migrations.Migration):\n\
             \x20   dependencies = [migrations.swappable_dependency(settings.AUTHOR or 'a.B')]\n    operations = []\n",
        )
        .settings("import yaml\nINSTALLED_APPS = ['a']\nfor k, v in yaml.safe_load(open('x')).items():\n    globals()[k] = v\n");
    let told = told(&tree.read());
    let told: Vec<&String> = told.iter().filter(|it| it.starts_with("a dependency")).collect();
    assert_eq!(
        told,
        [
            "a dependency is not known: it is a `swappable_dependency` of something not known, which asks for the setting AUTHOR, \
          which may be set where it binds names that are not known (--set AUTHOR=… says it)"
        ]
    );
}

/// As projects have it that keep their apps in a folder of their own.
#[test]
fn apps_are_found_where_settings_put_a_folder_into_the_path() {
    let found = |settings: &str| {
        let migration =
            "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = []\n";
        let tree = Tree::new().file("apps/store/migrations/0001_initial.py", migration);
        let project = tree.settings(&format!("{settings}\nINSTALLED_APPS = ['store']\n")).read();
        project.migrations.iter().map(|it| it.id.to_string()).collect::<Vec<_>>()
    };
    let insert = "import sys\nfrom pathlib import Path\nsys.path.insert(0, str(Path(__file__).resolve().parent / 'apps'))";
    assert_eq!(found(insert), ["store.0001_initial"]);
    let append = "import os\nfrom sys import path\nBASE = os.path.dirname(os.path.abspath(__file__))\n\
                  path.append(os.path.join(BASE, 'apps'))";
    assert_eq!(found(append), ["store.0001_initial"]);
    assert_eq!(found("import sys\nsys.path.append('/')"), [""; 0]);
}

#[test]
fn all_that_another_module_says_may_be_put_among_the_names() {
    for each in [
        "vars(mod)",
        "mod.__dict__",
        "{k: v for k, v in vars(mod).items() if k.isupper()}",
        "{k: getattr(mod, k) for k in dir(mod) if k.isupper()}",
    ] {
        let settings = format!(
            "import importlib\nmod = importlib.import_module('conf.dev')\nglobals().update({each})\nINSTALLED_APPS = ['a'] + EXTRA\n"
        );
        let tree = Tree::new()
            .file("conf/dev.py", "from .more import *\nEXTRA = ['b']\n")
            .file("conf/more.py", "MORE = 'x'\n")
            .settings(&settings);
        check(&tree, "INSTALLED_APPS", "[\"a\", \"b\"]");
        check(&tree, "MORE", "\"x\"");
        let told = told(&tree.read());
        assert!(told.iter().all(|it| !it.contains("not all of the settings")), "{each}: {told:?}");
    }
    let tree = Tree::new()
        .file("conf/dev.py", "from elsewhere import *\n")
        .settings("import conf.dev as mod\nglobals().update(vars(mod))\nINSTALLED_APPS = ['a'] + EXTRA\n");
    assert!(told(&tree.read()).iter().any(|it| it.contains("not all of the settings are known")));
}
