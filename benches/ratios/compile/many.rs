//! A project that is made for the bench: as many migrations as are asked for, of what migrations usually do.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Context;

/// Migrations of one app.
const OF_AN_APP: usize = 100;
const FIELDS: &str = r#"
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
            ("title", models.CharField(max_length=200, verbose_name="title", help_text="What it is called")),
            ("slug", models.SlugField(max_length=80, unique=True)),
            ("count", models.PositiveIntegerField(default=0)),
            ("state", models.CharField(choices=[("draft", "Draft"), ("public", "Public")], max_length=20)),
            ("made", models.DateTimeField(auto_now_add=True, db_index=True)),
"#;
const APPS_FILE: &str =
    "from django.apps import AppConfig\n\n\nclass Config(AppConfig):\n    name = \"APP\"\n";

/// Writes a project of so many migrations, in apps of a hundred, with its `settings.py`, which needs the `base` of the corpora
/// beside it. What they do, and how often, is what
/// nine thousand migrations of projects on PyPI do: 0.4 models made, one field added and one altered by each, one in
/// twenty renames a field, one in a hundred a model.
pub fn write(folder: &Path, migrations: usize) -> anyhow::Result<()> {
    let apps = migrations / OF_AN_APP;
    let names: Vec<String> = (0..apps).map(|app| format!("\"app{app}\"")).collect();
    fs::create_dir_all(folder)?;
    fs::write(
        folder.join("settings.py"),
        format!("from base import *\n\nINSTALLED_APPS = [{}]\n", names.join(", ")),
    )?;
    for app in 0..apps {
        let place = folder.join(format!("app{app}/migrations"));
        fs::create_dir_all(&place)?;
        fs::write(place.join("__init__.py"), "")?;
        let package = place.parent().context("a folder of migrations stands in an app")?;
        fs::write(package.join("__init__.py"), "")?;
        fs::write(package.join("apps.py"), APPS_FILE.replace("APP", &format!("app{app}")))?;
        for number in 0..OF_AN_APP {
            fs::write(place.join(format!("{}.py", name(number))), migration(app, number)?)?;
        }
    }
    Ok(())
}

fn name(number: usize) -> String {
    format!("{:04}_step", number + 1)
}

fn migration(app: usize, number: usize) -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "import django.db.models.deletion\nfrom django.db import migrations, models\n\n\n\
         class Migration(migrations.Migration):\n    dependencies = [\n",
    );
    if number > 0 {
        writeln!(text, "        (\"app{app}\", \"{}\"),", name(number - 1))?;
    }
    if app > 0 {
        writeln!(text, "        (\"app{}\", \"{}\"),", app - 1, name(number))?;
    }
    text.push_str("    ]\n    operations = [\n");
    let model = number - number % 2;
    if number.is_multiple_of(2) {
        writeln!(text, "        migrations.CreateModel(name=\"Model{number}\", fields=[{FIELDS}")?;
        text.push_str("        ], options={\"ordering\": [\"made\"]}),\n");
    } else {
        let other = app.saturating_sub(1);
        let to =
            format!("on_delete=django.db.models.deletion.CASCADE, null=True, to=\"app{other}.model{model}\"");
        let field = format!("name=\"other\", field=models.ForeignKey({to})");
        writeln!(text, "        migrations.AddField(model_name=\"model{model}\", {field}),")?;
    }
    let longer = 200 + number;
    let field = format!("name=\"title\", field=models.CharField(max_length={longer})");
    writeln!(text, "        migrations.AlterField(model_name=\"model{model}\", {field}),")?;
    if number % 20 == 11 {
        let names = "old_name=\"count\", new_name=\"number\"";
        writeln!(text, "        migrations.RenameField(model_name=\"model{model}\", {names}),")?;
    }
    if number % 10 == 9 {
        let index = format!("models.Index(fields=[\"title\", \"made\"], name=\"app{app}_ix_{number}\")");
        writeln!(text, "        migrations.AddIndex(model_name=\"model{model}\", index={index}),")?;
    }
    if number % 100 == 50 {
        // Before anything points at it: no dependency would say by which name.
        writeln!(text, "        migrations.RenameModel(old_name=\"Model{number}\", new_name=\"Renamed\"),")?;
        writeln!(text, "        migrations.RenameModel(old_name=\"Renamed\", new_name=\"Model{number}\"),")?;
    }
    text.push_str("    ]\n");
    Ok(text)
}
