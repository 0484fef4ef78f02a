//! What settings take from where they are read: the environment, and the folder that they lie in.

use super::settings::check;
use super::{Tree, show, told};

/// As in the template of wemake.services, and in karrio.
#[test]
fn decouple_may_look_into_a_file_of_its_own() {
    let tree = Tree::new().settings(
        "import decouple\nfrom pathlib import Path\nfrom decouple import Csv\n\
         config = decouple.AutoConfig(search_path=Path().resolve())\n\
         if not config('SECRET', default=None):\n    try:\n        \
         config = decouple.Config(decouple.RepositoryEnv('.env'))\n    except Exception as error:\n        print(error)\n\
         A = config('A', default='a')\nB = config('B', default='1', cast=int)\nC = config('C', 'c')\n\
         D = config('D', 'x, y', Csv())\nE = config('E')\nINSTALLED_APPS = [A]\n\
         if config('F', default=True, cast=bool):\n    INSTALLED_APPS += D\n",
    );
    for (name, value) in
        [("A", "\"a\""), ("B", "1"), ("C", "\"c\""), ("INSTALLED_APPS", "[\"a\", \"x\", \"y\"]")]
    {
        check(&tree, name, value);
    }
    let project = tree.read();
    assert!(show(&project.settings.values["E"]).starts_with('?'));
    assert!(told(&project).iter().any(|it| it.starts_with("assumed that F is not set")));
}

#[test]
fn a_variable_that_need_not_be_set_is_taken_as_unset() {
    let tree = Tree::new().settings(
        "import os\nfrom contextlib import suppress\nINSTALLED_APPS = []\nCACHE = {}\n\
         try:\n    A = os.environ['A']\nexcept KeyError:\n    A = 'a'\n\
         def env(key, default='', type=None):\n    try:\n        value = CACHE[key]\n    except KeyError:\n\
         \x20       ask = os.environ.__getitem__\n        try:\n            value = ask(key)\n\
         \x20       except KeyError:\n            value = default\n    return value\nB = env('B', default=False)\n\
         C = 'c'\nwith suppress(KeyError):\n    C = os.environ['C']\n\
         def needed(key):\n    try:\n        return os.environ[key]\n    except KeyError:\n        raise ValueError(key)\n\
         D = needed('D')\ntry:\n    E = needed('E')\nexcept Exception:\n    E = 'e'\n\
         try:\n    F = os.environ['F']\nexcept ImportError:\n    F = 'f'\n",
    );
    for (name, value) in [("A", "\"a\""), ("B", "False"), ("C", "\"c\"")] {
        check(&tree, name, value);
    }
    for (name, asked) in [("D", "key"), ("F", "F")] {
        let shown = show(&tree.read().settings.values[name]);
        assert!(shown.starts_with('?'), "{name} {asked}: {shown}");
    }
    let told = told(&tree.read());
    for name in ["A", "B", "C"] {
        let wanted = format!("assumed that {name} is not set in the environment");
        assert!(told.contains(&wanted.as_str().into()), "{told:?}");
    }
}

/// `--source . --settings shop/settings/live.py`: both from where we stand, and neither like the other.
#[test]
fn settings_know_their_package_however_the_source_is_spelled() {
    let mut tree = Tree::new()
        .file(
            "shop/settings/base.py",
            "from pathlib import Path\nAPPS = ['a']\nHERE = Path(__file__).parents[2]\n",
        )
        .file(
            "shop/settings/live.py",
            "from .base import *\nINSTALLED_APPS = APPS\nIS_ROOT = str(HERE) != '.'\n",
        );
    let whole = tree.folder.path().join("shop/settings/live.py");
    let up = "../".repeat(std::env::current_dir().unwrap().components().count() - 1);
    let from_here = |it: &std::path::Path| std::path::Path::new(&up).join(it.strip_prefix("/").unwrap());
    let root = tree.folder.path().to_owned();
    for source in [root.clone(), from_here(&root), root.join("."), root.join("shop/..")] {
        for file in [whole.clone(), from_here(&whole), root.join("./shop/settings/live.py")] {
            tree.request.sources = vec![source.clone()];
            tree.request.settings = Some(file);
            check(&tree, "INSTALLED_APPS", "[\"a\"]");
            check(&tree, "IS_ROOT", "True");
        }
    }
}

#[test]
fn settings_may_be_named_by_their_module() {
    let mut tree = Tree::new()
        .file("shop/live.py", "INSTALLED_APPS = ['file']\n")
        .file("shop/settings/__init__.py", "INSTALLED_APPS = ['package']\n");
    let root = tree.folder.path().to_owned();
    for (said, expected) in [
        ("shop.live".into(), "[\"file\"]"),
        ("shop.settings".into(), "[\"package\"]"),
        // As a configuration file has it, beside which paths are looked for.
        (root.join("conf/shop.live"), "[\"file\"]"),
        (root.join("shop/settings"), "[\"package\"]"),
    ] {
        tree.request.settings = Some(said);
        check(&tree, "INSTALLED_APPS", expected);
    }
}

/// openIMIS names its apps in a file beside the project's folder, in which Django is run.
#[test]
fn a_file_whose_path_is_not_complete_is_looked_for_below_the_sources() {
    let mut tree = Tree::new()
        .file("conf/apps.json", "{\"modules\": [{\"name\": \"a\"}]}")
        .file("project/here.json", "[\"b\"]")
        .file(
            "project/settings.py",
            "import json, os\ndef modules():\n    with open('../conf/apps.json') as file:\n        return json.load(file)\n\
             INSTALLED_APPS = [*map(lambda it: it['name'], modules()['modules'])]\n\
             if os.path.exists('here.json'):\n    INSTALLED_APPS += json.load(open('here.json'))\n",
        );
    let root = tree.folder.path().to_owned();
    tree.request.settings = Some(root.join("project/settings.py"));
    tree.request.sources = vec![root.join("project"), root];
    check(&tree, "INSTALLED_APPS", "[\"a\", \"b\"]");
}
