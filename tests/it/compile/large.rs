//! How much memory a large project takes to compile: the whole command, as the kernel counts it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

const APPS: usize = 40;
const MIGRATIONS: usize = 75;
const MEGABYTES: u64 = 200;

/// 3,000 migrations: each makes a model of twelve fields, alters one of the model before and writes rows.
fn write_project(folder: &Path) {
    let write = |path: String, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("django/__init__.py".to_owned(), "VERSION = (5, 2, 0, 'final', 0)\n");
    let mut apps = String::new();
    for app in 0..APPS {
        write!(apps, "'app{app}', ").unwrap();
        write(format!("app{app}/__init__.py"), "");
        write(format!("app{app}/migrations/__init__.py"), "");
        for at in 0..MIGRATIONS {
            write(format!("app{app}/migrations/{at:04}_step.py"), &migration(app, at));
        }
    }
    write("settings.py".to_owned(), &format!("INSTALLED_APPS = [{apps}]\n"));
}

fn migration(app: usize, at: usize) -> String {
    let mut text = String::from(
        "from django.db import migrations, models\nimport django.db.models.deletion\n\n\
         def forwards(apps, schema_editor):\n    for item in apps.get_model('app0', 'Model0').objects.all():\n        \
         item.save()\n\n\nclass Migration(migrations.Migration):\n    dependencies = [",
    );
    if at > 0 {
        write!(text, "('app{app}', '{:04}_step')", at - 1).unwrap();
    } else if app > 0 {
        write!(text, "('app{}', '0000_step')", app - 1).unwrap();
    }
    write!(text, "]\n    operations = [\n        migrations.CreateModel(name='Model{at}', fields=[\n")
        .unwrap();
    text.push_str(
        "            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),\n",
    );
    for field in 0..10 {
        writeln!(text, "            ('field{field}', models.CharField(max_length=200, db_index=True, verbose_name='The field {field}', help_text='What it is for, in a sentence or two as people write them')),").unwrap();
    }
    if at > 0 {
        writeln!(text, "            ('parent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='app{app}.model{}')),", at - 1).unwrap();
    }
    text.push_str("        ], options={'ordering': ['id']}),\n");
    if at > 0 {
        writeln!(text, "        migrations.AlterField(model_name='model{}', name='field0', field=models.TextField(unique=True)),", at - 1).unwrap();
    }
    text.push_str("        migrations.RunPython(forwards, migrations.RunPython.noop),\n    ]\n");
    text
}

#[test]
fn three_thousand_migrations_compile_within_the_memory_that_is_promised() {
    let folder = tempfile::tempdir().unwrap();
    write_project(folder.path());
    let peak_of = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); \
                   print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let output = Command::new(super::python())
        .args([
            "-c",
            peak_of,
            env!("CARGO_BIN_EXE_schema-health"),
            "compile",
            "django",
            "--dialect",
            "postgres",
        ])
        .args(["--source", ".", "--settings", "settings.py", "-o", "manifest.json", "--strict"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains(&format!("{} migrations", APPS * MIGRATIONS)), "{told}");
    let kilobytes: u64 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
    let megabytes = kilobytes * 1024 / 1_000_000;
    println!("peak memory: {megabytes} MB");
    assert!((5..=MEGABYTES).contains(&megabytes), "the peak is {megabytes} MB");
}
