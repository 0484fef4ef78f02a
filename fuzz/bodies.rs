//! What the fuzz targets do with their input. `tests/it/fuzz.rs` does the same with the files of the tests, so that none of
//! this rots where nobody fuzzes.
//!
//! Whatever the input is, nothing may panic, overflow the stack or take for ever, and what was read must be written and
//! read again as the same.
#![allow(dead_code, reason = "a target uses one of them")]

use std::cell::OnceCell;
use std::fs;
use std::path::Path;

use schema_health::compile::django::{Request, compile_project};
use schema_health::compile::sql;
use schema_health::dialect::Dialect;
use schema_health::migration::{Manifest, fold};
use schema_health::schema::Schema;

const DIALECTS: [Dialect; 4] = [Dialect::Postgres, Dialect::Mysql, Dialect::Mariadb, Dialect::Sqlite];

/// What a project's migrations are read from: each file, and what stands in it where the input does not.
const FILES: [(&str, &str); 4] = [
    ("shop/migrations/0001_initial.py", MIGRATION),
    ("settings.py", SETTINGS),
    ("shop/apps.py", ""),
    ("shop/helpers.py", ""),
];

/// It asks for every other file, so that each of them is read.
const MIGRATION: &str = "from django.db import migrations, models
from django.conf import settings
from shop import helpers
from shop.helpers import *

class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel('Item', [
            ('id', models.AutoField(primary_key=True)),
            ('name', models.CharField(max_length=getattr(helpers, 'LENGTH', settings.LENGTH))),
        ]),
        *getattr(helpers, 'OPERATIONS', []),
        migrations.RunPython(getattr(helpers, 'forwards', migrations.RunPython.noop)),
    ]
";

const SETTINGS: &str = "INSTALLED_APPS = ['shop']\nLENGTH = 9\n";

/// The rest of the input is a file of a project. The first byte chooses which: its last two bits are the dialect, the two
/// before them the place in [`FILES`].
pub fn python(data: &[u8]) {
    thread_local!(static TREE: OnceCell<tempfile::TempDir> = const { OnceCell::new() });
    let Some((choice, text)) = data.split_first() else { return };
    let choice = usize::from(*choice);
    let (file, usual) = FILES[choice / DIALECTS.len() % FILES.len()];
    TREE.with(|tree| {
        let folder = tree.get_or_init(project).path();
        write(folder, file, text);
        let request = Request {
            dialect: DIALECTS[choice % DIALECTS.len()],
            sources: vec![folder.to_owned()],
            settings: Some(folder.join("settings.py")),
            set: Vec::new(),
            apps: Vec::new(),
            installed_apps: vec!["shop".to_owned()],
            database: "default".to_owned(),
            django: Some((5, 2)),
        };
        if let Ok(compilation) = compile_project(&request) {
            is_read_again(&compilation.manifest);
        }
        write(folder, file, usual.as_bytes());
    });
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir_all(folder.path().join("shop/migrations")).expect("a folder can be made");
    for package in ["shop", "shop/migrations"] {
        write(&folder.path().join(package), "__init__.py", b"");
    }
    for (file, usual) in FILES {
        write(folder.path(), file, usual.as_bytes());
    }
    folder
}

fn write(folder: &Path, file: &str, text: &[u8]) {
    fs::write(folder.join(file), text).expect("a file can be written");
}

/// A script, in each dialect.
pub fn sql(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for dialect in DIALECTS {
        let statements = sql::read(dialect, &text);
        let mut schema = Schema::default();
        sql::apply(dialect, &statements, &mut schema);
    }
}

/// A manifest file, as JSON and as YAML.
pub fn manifest(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for is_json in [true, false] {
        if let Ok(manifest) = Manifest::parse(&text, is_json) {
            let all = (0..).take(manifest.migrations.len()).collect();
            fold(&manifest, &all, &manifest.dialect.naming());
            is_read_again(&manifest);
        }
    }
}

fn is_read_again(manifest: &Manifest) {
    let written = manifest.to_json();
    match Manifest::parse(&written, true) {
        Ok(again) => assert_eq!(again.to_json(), written, "written and read, it is another"),
        Err(problems) => panic!("what was written is refused: {problems:?}\n{written}"),
    }
}
