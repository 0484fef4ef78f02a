//! What the fuzz targets do with their input. `tests/it/fuzz.rs` does the same with the files of the tests, so that none of
//! this rots where nobody fuzzes.
//!
//! Whatever the input is, nothing may panic, overflow the stack or take for ever, and what was read must be written and
//! read again as the same.
#![allow(dead_code, reason = "a target uses one of them")]

use std::cell::OnceCell;
use std::fs;

use schema_health::compile::django::{Request, compile_project};
use schema_health::compile::sql;
use schema_health::dialect::Dialect;
use schema_health::migration::{Manifest, fold};
use schema_health::schema::Schema;

const DIALECTS: [Dialect; 4] = [Dialect::Postgres, Dialect::Mysql, Dialect::Mariadb, Dialect::Sqlite];

/// The first byte chooses the dialect, the rest is a migration file.
pub fn python(data: &[u8]) {
    thread_local!(static TREE: OnceCell<tempfile::TempDir> = const { OnceCell::new() });
    let Some((choice, text)) = data.split_first() else { return };
    TREE.with(|tree| {
        let folder = tree.get_or_init(project).path();
        fs::write(folder.join("shop/migrations/0001_initial.py"), text).expect("a file can be written");
        let request = Request {
            dialect: DIALECTS[usize::from(*choice) % DIALECTS.len()],
            sources: vec![folder.to_owned()],
            settings: None,
            set: Vec::new(),
            apps: Vec::new(),
            installed_apps: vec!["shop".to_owned()],
            database: "default".to_owned(),
            django: Some((5, 2)),
        };
        if let Ok(compilation) = compile_project(&request) {
            is_read_again(&compilation.manifest);
        }
    });
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir_all(folder.path().join("shop/migrations")).expect("a folder can be made");
    for package in ["shop", "shop/migrations"] {
        fs::write(folder.path().join(package).join("__init__.py"), "").expect("a file can be written");
    }
    folder
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
