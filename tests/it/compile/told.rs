//! What `compile django` prints of a small project, and when `--strict` fails.

use std::fs;
use std::path::Path;
use std::process::Command;

struct Told {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// A project of one app, `shop`, with these settings and this body of its only migration.
fn compile(settings: &str, body: &str, arguments: &[&str]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("settings.py", settings);
    write("django/__init__.py", "VERSION = (5, 2, 0, 'final', 0)\n");
    write("shop/__init__.py", "");
    write("shop/migrations/__init__.py", "");
    let head = "from django.db import migrations, models\n";
    write("shop/migrations/0001_initial.py", &format!("{head}{body}"));
    run(folder.path(), arguments)
}

fn run(folder: &Path, arguments: &[&str]) -> Told {
    let output = Command::new(env!("CARGO_BIN_EXE_schema-health"))
        .args(["compile", "django", "--dialect", "postgres", "--source", ".", "--settings", "settings.py"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Told { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

const PLAIN: &str = "
class Migration(migrations.Migration):
    operations = [migrations.CreateModel('Item', [('id', models.BigAutoField(primary_key=True))])]
";

#[test]
fn what_is_assumed_of_the_environment_is_no_failure_to_strict() {
    let settings = "import os\ntry:\n    import debug_toolbar\nexcept ImportError:\n    pass\n\
                    DEBUG = os.environ.get('DEBUG', '')\nINSTALLED_APPS = ['shop']\n\
                    DATABASE_ROUTERS = ['shop.Router']\n";
    let told = compile(settings, PLAIN, &["--strict"]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(told.stdout.contains("shop_item"), "{}", told.stdout);
    assert!(told.stderr.contains("2 things assumed of the environment"), "{}", told.stderr);
    assert!(told.stderr.contains("DATABASE_ROUTERS were not seen through"), "{}", told.stderr);
    let each = compile(settings, PLAIN, &["--strict", "--assumptions"]);
    assert!(each.stderr.contains("settings.py:6: assumed that DEBUG is not set"), "{}", each.stderr);
    assert!(
        each.stderr.contains("settings.py:3: assumed that `import debug_toolbar` fails"),
        "{}",
        each.stderr
    );
}

#[test]
fn an_operation_that_was_not_seen_through_fails_strict_with_its_place() {
    let body = "
def forwards(apps, schema_editor):
    rebuild(schema_editor)
class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(forwards),
    ]
";
    let told = compile("INSTALLED_APPS = ['shop']\n", body, &["--strict"]);
    assert_eq!((told.code, told.stdout.as_str()), (Some(1), ""), "{}", told.stderr);
    assert!(told.stderr.contains("shop/migrations/0001_initial.py:7: RunPython forwards"), "{}", told.stderr);
    assert!(told.stderr.contains("error: 1 thing not seen through"), "{}", told.stderr);
    let lenient = compile("INSTALLED_APPS = ['shop']\n", body, &[]);
    assert_eq!(lenient.code, Some(0), "{}", lenient.stderr);
}

#[test]
fn a_file_that_cannot_be_read_and_an_app_that_is_nowhere_fail_strict() {
    let unread = compile("INSTALLED_APPS = ['shop']\n", "class Migration(", &["--strict"]);
    assert_eq!(unread.code, Some(1), "{}", unread.stderr);
    assert!(unread.stderr.contains("0001_initial.py:2: it cannot be read: "), "{}", unread.stderr);
    let nowhere = compile("INSTALLED_APPS = ['shop', 'taggit']\n", PLAIN, &["--strict"]);
    assert_eq!(nowhere.code, Some(1), "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("INSTALLED_APPS names taggit, which is in none of the sources"));
    assert!(
        nowhere.stderr.contains("help: apps: name the folder in which they are installed"),
        "{}",
        nowhere.stderr
    );
}

#[test]
fn each_mistake_of_the_command_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("settings.py"), "INSTALLED_APPS = ['shop']\n").unwrap();
    let no_django = run(folder.path(), &[]);
    assert_eq!(no_django.code, Some(3), "{}", no_django.stderr);
    assert!(no_django.stderr.contains("no source holds Django itself: name the site-packages"));
    let nothing = run(folder.path(), &["--django", "5.2"]);
    assert_eq!(nothing.code, Some(3), "{}", nothing.stderr);
    assert!(
        nothing.stderr.contains("apps: name the folder in which they are installed"),
        "{}",
        nothing.stderr
    );
    let no_folder = run(folder.path(), &["--source", "nowhere"]);
    assert!(no_folder.stderr.contains("there is no folder nowhere: name one that"), "{}", no_folder.stderr);
}
