//! Which files are migrations, and what stands before what.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{HEAD, Tree, told};
use crate::compile::django::project::{Project, SourceMigration};

fn migration(body: &str) -> String {
    format!("{HEAD}class Migration(migrations.Migration):\n    {body}\n")
}

fn names(project: &Project) -> Vec<String> {
    project.migrations.iter().map(|it| it.id.to_string()).collect()
}

#[track_caller]
fn of<'a>(project: &'a Project, id: &str) -> &'a SourceMigration {
    project.migrations.iter().find(|it| it.id.to_string() == id).unwrap()
}

fn dependencies(migration: &SourceMigration) -> Vec<String> {
    migration.dependencies.iter().map(ToString::to_string).collect()
}

#[test]
fn files_are_migrations_as_the_loader_says() {
    let tree = Tree::new()
        .file("shop/migrations/0001_initial.py", &migration("initial = True"))
        .file("shop/migrations/fill_books.py", &migration("pass"))
        .file("shop/migrations/_helpers.py", "x = 1")
        .file("shop/migrations/~0002_old.py", "x = 1")
        .file("shop/migrations/0003_package/__init__.py", &migration("pass"))
        .file("shop/migrations/0004.dotted.py", &migration("pass"))
        .app("shop");
    let project = tree.read();
    assert_eq!(names(&project), ["shop.0001_initial", "shop.fill_books"]);
    assert_eq!(of(&project, "shop.0001_initial").initial, Some(true));
    assert_eq!(of(&project, "shop.fill_books").initial, None);
    assert!(project.notices.is_empty(), "{:?}", project.notices);
}

#[test]
fn a_folder_without_init_holds_no_migrations() {
    let tree = Tree::new().file("shop/migrations/0001_initial.py", &migration("pass")).app("shop");
    std::fs::remove_file(tree.folder.path().join("shop/migrations/__init__.py")).unwrap();
    assert_eq!(names(&tree.read()), Vec::<String>::new());
}

#[test]
fn a_file_without_a_migration_is_told() {
    let project = Tree::new().file("shop/migrations/0001_x.py", "x = 1\n").app("shop").read();
    assert_eq!(told(&project), ["it has no class `Migration`: Django would refuse it"]);
}

#[test]
fn replaced_migrations_are_named() {
    let body = "replaces = [('shop', '0001_a'), ('shop', '0002_b')]";
    let project = Tree::new().file("shop/migrations/0001_squashed.py", &migration(body)).app("shop").read();
    let replaces: Vec<String> = project.migrations[0].replaces.iter().map(ToString::to_string).collect();
    assert_eq!(replaces, ["shop.0001_a", "shop.0002_b"]);
}

#[test]
fn first_latest_and_swappable_are_resolved() {
    let project = Tree::new()
        .file("users/migrations/0001_a.py", &migration("pass"))
        .file("users/migrations/0002_b.py", &migration("dependencies = [('users', '0001_a')]"))
        .file(
            "shop/migrations/0001_x.py",
            &migration(
                "dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ('users', '__latest__'), \
                 ('shop', '__first__'), ('plain', '__first__')]",
            ),
        )
        .file("plain/models.py", "")
        .app("users")
        .app("shop")
        .app("plain")
        .set("AUTH_USER_MODEL", "users.User")
        .read();
    assert_eq!(dependencies(of(&project, "shop.0001_x")), ["users.0001_a", "users.0002_b"]);
    assert!(project.notices.is_empty(), "{:?}", project.notices);
}

/// `swapper.dependency(app, model, version=…)`.
#[test]
fn a_part_of_a_swappable_dependency_is_known() {
    let project = Tree::new()
        .file("users/migrations/0001_a.py", &migration("pass"))
        .file("users/migrations/0002_b.py", &migration("dependencies = [('users', '0001_a')]"))
        .file(
            "shop/migrations/0001_x.py",
            &migration(
                "first = migrations.swappable_dependency(settings.AUTH_USER_MODEL)\n    \
                 dependencies = [first, (first[0], '0002_b')]",
            ),
        )
        .app("users")
        .app("shop")
        .set("AUTH_USER_MODEL", "users.User")
        .read();
    assert_eq!(dependencies(of(&project, "shop.0001_x")), ["users.0001_a", "users.0002_b"]);
    assert!(project.notices.is_empty(), "{:?}", project.notices);
}

#[test]
fn run_before_is_a_dependency_of_the_other() {
    let project = Tree::new()
        .file("a/migrations/0001_x.py", &migration("run_before = [('b', '0001_y')]"))
        .file("b/migrations/0001_y.py", &migration("pass"))
        .app("a")
        .app("b")
        .read();
    assert_eq!(dependencies(of(&project, "b.0001_y")), ["a.0001_x"]);
}

#[test]
fn labels_and_keys_come_from_the_configuration_of_an_app() {
    let config = "from django.apps import AppConfig\n\nclass ShopConfig(AppConfig):\n    name = 'vendor.shop'\n    \
        label = 'vendor_shop'\n    default_auto_field = 'django.db.models.BigAutoField'\n\n\
        class Other(ShopConfig):\n    default = False\n    label = 'other'\n";
    let tree = |entry: &str| {
        let project = Tree::new()
            .file("vendor/shop/apps.py", config)
            .file("vendor/shop/migrations/0001_x.py", &migration("pass"))
            .app(entry)
            .read();
        let app = &project.apps[0];
        (app.label.to_string(), app.default_auto_field.to_string(), names(&project))
    };
    let big = "django.db.models.BigAutoField".to_owned();
    let found = |label: &str| (label.to_owned(), big.clone(), vec![format!("{label}.0001_x")]);
    assert_eq!(tree("vendor.shop"), found("vendor_shop"));
    assert_eq!(tree("vendor.shop.apps.ShopConfig"), found("vendor_shop"));
    assert_eq!(tree("vendor.shop.apps.Other"), found("other"));
}

#[test]
fn an_old_django_names_the_configuration_in_the_package() {
    let mut tree = Tree::new()
        .file("shop/__init__.py", "default_app_config = 'shop.config.Shop'\n")
        .file("shop/config.py", "from django.apps.config import AppConfig\nclass Shop(AppConfig):\n    name = 'shop'\n    label = 'store'\n")
        .app("shop");
    tree.request.django = Some((2, 2));
    assert_eq!(&*tree.read().apps[0].label, "store");
    tree.request.django = Some((5, 0));
    assert_eq!(&*tree.read().apps[0].label, "shop");
}

#[test]
fn a_label_that_is_not_known_is_told() {
    let of = |condition: &str| {
        let class = "class Shop(AppConfig):\n    name = 'shop'\n    default_auto_field = 'django.db.models.AutoField'\n";
        let config = format!(
            "import platform\nfrom django.apps import AppConfig\n{class}    if {condition}:\n        label = 'store'\n"
        );
        Tree::new().file("shop/apps.py", &config).app("shop").read()
    };
    assert!(told(&of("True")).is_empty());
    let open = of("platform.machine() == 'x86_64'");
    assert_eq!(&*open.apps[0].label, "shop");
    assert_eq!(told(&open), ["`label` of shop.apps.Shop is not known: it compares what is not known"]);
}

#[test]
fn migration_modules_move_and_remove() {
    let project = Tree::new()
        .file("shop/migrations/0001_own.py", &migration("pass"))
        .file("blog/migrations/0001_own.py", &migration("pass"))
        .file("moved/shop/0001_moved.py", &migration("pass"))
        .settings(
            "INSTALLED_APPS = ['shop', 'blog']\nMIGRATION_MODULES = {'shop': 'moved.shop', 'blog': None}\n",
        )
        .read();
    assert_eq!(names(&project), ["shop.0001_moved"]);
    assert_eq!(project.apps[1].migrations_module, None);
}

/// django-debug-toolbar keeps its table away unless it is told to store in the database; its migration was said to be pending.
#[test]
fn a_configuration_may_turn_its_migrations_off() {
    let bar = "from functools import cache\nfrom django.apps import AppConfig\nfrom django.conf import settings\n\
               DEFAULTS = {'IS_RUNNING': is_running(), 'STORE': 'bar.Memory'}\n@cache\ndef get_config():\n    \
               config = DEFAULTS.copy()\n    config.update(getattr(settings, 'BAR', {}))\n    return config\n\
               class Bar(AppConfig):\n    name = 'bar'\n    def ready(self):\n        from bar.panels import panels\n        \
               for panel in panels():\n            panel.ready()\n        hide(self.name)\n\
               def hide(name):\n    if get_config()['STORE'] != 'bar.Database':\n        \
               settings.MIGRATION_MODULES.setdefault(name, None)\n";
    let read = |settings: &str| {
        Tree::new()
            .file("bar/apps.py", bar)
            .file("bar/migrations/0001_own.py", &migration("pass"))
            .file("shop/migrations/0001_own.py", &migration("pass"))
            .file("moved/0001_moved.py", &migration("pass"))
            .settings(&format!("INSTALLED_APPS = ['bar', 'shop']\n{settings}\n"))
            .read()
    };
    assert_eq!(names(&read("")), ["shop.0001_own"]);
    assert_eq!(names(&read("BAR = {'CALLBACK': lambda request: True}")), ["shop.0001_own"]);
    assert_eq!(names(&read("BAR = {'STORE': 'bar.Database'}")), ["bar.0001_own", "shop.0001_own"]);
    assert_eq!(names(&read("MIGRATION_MODULES = {'bar': 'moved'}")), ["bar.0001_moved", "shop.0001_own"]);
    assert_eq!(names(&read("MIGRATION_MODULES = {'shop': None}")), [""; 0]);
    let doubtful = read("from nowhere import STORE\nBAR = {'STORE': STORE}");
    assert_eq!(names(&doubtful), ["shop.0001_own"]);
    let told = super::told(&doubtful);
    assert_eq!(told, ["whether bar has migrations is not known: MIGRATION_MODULES is changed"]);
}

#[test]
fn an_app_may_lie_anywhere() {
    let tree = Tree::new().file(
        "elsewhere/thing/migrations/0001_x.py",
        &migration("from ..helper import x\n    operations = [x]"),
    );
    let tree = tree.file("elsewhere/thing/helper.py", "x = 5\n");
    let mut request = tree.request.clone();
    let empty = tempfile::tempdir().unwrap();
    request.sources = vec![empty.path().to_owned()];
    request.apps = vec![("label".to_owned(), tree.folder.path().join("elsewhere/thing"))];
    let project = super::read(&request).unwrap();
    assert_eq!(names(&project), ["label.0001_x"]);
    assert_eq!(super::show(&project.migrations[0].operations[0]), "5");
}

#[test]
fn other_bases_and_overridden_methods_are_told() {
    let base = "from django.db import migrations\nclass Base(migrations.Migration):\n    dependencies = [('shop', '0000_z')]\n    \
        def apply(self, *args, **kwargs):\n        if is_wanted():\n            return super().apply(*args, **kwargs)\n";
    let project = Tree::new()
        .file("shop/bases.py", base)
        .file(
            "shop/migrations/0001_x.py",
            "from shop.bases import Base\nclass Migration(Base):\n    operations = [1]\n",
        )
        .file(
            "shop/migrations/0002_y.py",
            "from nowhere import Base\nclass Migration(Base):\n    operations = [2]\n",
        )
        .app("shop")
        .read();
    let first = of(&project, "shop.0001_x");
    assert_eq!(dependencies(first), ["shop.0000_z"]);
    assert_eq!(first.beyond.as_ref().map(|it| it.why.as_str()), Some("`shop.bases.Base` overrides `apply`"));
    let second = of(&project, "shop.0002_y");
    assert_eq!(second.operations.len(), 1);
    assert_eq!(
        second.beyond.as_ref().map(|it| it.why.as_str()),
        Some("it derives from `nowhere.Base`, which is in none of the sources")
    );
}

#[test]
fn many_files_come_out_the_same_each_time() {
    let mut tree = Tree::new().app("shop");
    for at in 0..200 {
        let body = format!("operations = [migrations.DeleteModel('m{at}')]");
        tree = tree.file(&format!("shop/migrations/{at:04}_x.py"), &migration(&body));
    }
    let shown = |project: &Project| {
        project.migrations.iter().map(|it| super::show(&it.operations[0])).collect::<Vec<_>>()
    };
    let first = tree.read();
    assert_eq!(first.migrations.len(), 200);
    assert_eq!(shown(&first), shown(&tree.read()));
}

/// As those of NetBox's plugins that ask `importlib.metadata` for their name.
#[test]
fn an_app_whose_name_is_not_known_is_the_package_of_its_class() {
    let config = "from importlib.metadata import metadata\nfrom django.apps import AppConfig\n\n\
        class Config(AppConfig):\n    name = metadata('plug-in').get('Name').replace('-', '_')\n";
    for (file, entry) in
        [("plug_in/__init__.py", "plug_in.Config"), ("plug_in/apps.py", "plug_in.apps.Config")]
    {
        let tree = Tree::new()
            .file(file, config)
            .file("plug_in/migrations/0001_initial.py", &migration("operations = []"));
        let project = tree.settings(&format!("INSTALLED_APPS = ['{entry}']\n")).read();
        assert_eq!(names(&project), ["plug_in.0001_initial"]);
        assert_eq!(told(&project).len(), 1, "{:?}", told(&project));
    }
}

/// What an app is called is not known where the file that says it cannot be read.
#[test]
fn an_app_whose_file_cannot_be_read_is_told() {
    let broken = "from django.apps import AppConfig\n\nclass Shop(AppConfig:\n    label = 'store'\n";
    let tree =
        Tree::new().file("shop/migrations/0001_initial.py", "").file("shop/apps.py", broken).app("shop");
    let told = told(&tree.read());
    let wanted =
        "whether the app shop has another label or key than usual is not known: it imports shop.apps: ";
    assert!(told.iter().any(|it| it.starts_with(wanted)), "{told:?}");
}

/// Root may look into any: this thread alone becomes somebody else.
#[test]
fn a_folder_that_may_not_be_looked_into_is_told() {
    let tree = Tree::new()
        .file("shop/__init__.py", "")
        .file("shop/migrations/0001_initial.py", &migration("operations = []"))
        .app("shop");
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let (root, closed) = (tree.folder.path().to_owned(), tree.folder.path().join("shop/migrations"));
    allow(&root, 0o755);
    allow(&closed, 0o000);
    let read = move || {
        if rustix::process::geteuid().is_root() {
            rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(65_534)).unwrap();
        }
        told(&tree.read())
    };
    let told = std::thread::spawn(read).join();
    allow(&closed, 0o755);
    fs::remove_dir_all(&root).unwrap();
    assert_eq!(told.unwrap(), ["what is in it is not read: Permission denied (os error 13)"]);
}
