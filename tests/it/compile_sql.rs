//! What the reader of SQL says that a script does, against what a real server makes of it.

use std::path::{Path, PathBuf};

use schema_health::compile::sql;
use schema_health::dialect::Dialect;
use schema_health::migration::Operation;
use schema_health::schema::{Schema, diff};

use crate::laws::place::Place;
use crate::laws::{canonical, without_server_made};

fn scripts(dialect: Dialect) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sql").join(dialect.to_string());
    let mut scripts: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.retain(|path| path.extension().is_some_and(|it| it == "sql"));
    scripts.sort();
    assert!(scripts.len() > 1);
    scripts
}

/// Runs the script as its client program would, which knows `DELIMITER`.
async fn run(place: &mut Place, text: &str) {
    let (mut delimiter, mut statement) = (";".to_owned(), String::new());
    for line in text.lines() {
        if let Some(other) = line.strip_prefix("DELIMITER ") {
            other.clone_into(&mut delimiter);
        } else if delimiter != ";" && line.ends_with(&delimiter) {
            statement.push_str(line.trim_end_matches(&delimiter));
            place.execute(&statement).await.unwrap();
            statement.clear();
        } else {
            statement.push_str(line);
            statement.push('\n');
        }
    }
    place.execute(&statement).await.unwrap();
}

async fn does_what_is_read(place: &mut Place, script: &Path) {
    let dialect = place.dialect();
    let text = std::fs::read_to_string(script).unwrap();
    place.begin_again().await;
    let mut read = Schema::default();
    for operation in sql::apply(dialect, &sql::read(dialect, &text), &mut read) {
        assert!(matches!(operation, Operation::Change(_)), "{}: {operation:?}", script.display());
    }
    let naming = place.naming(&read).await;
    let expected = canonical(dialect, &read, &naming);
    run(place, &text).await;
    let mut observed = place.observe(&expected).await;
    if matches!(dialect, Dialect::Mysql | Dialect::Mariadb) {
        observed = without_server_made(observed, &expected);
    }
    observed.tables.retain(|_, table| table.kind.holds_rows());
    let difference = diff(&observed, &expected);
    assert!(
        difference.changes.is_empty(),
        "{}: {:#?}\nof {observed:#?}",
        script.display(),
        difference.changes
    );
    let count = |schema: &Schema| schema.tables.values().map(|table| table.object_count()).sum::<usize>();
    assert_eq!(count(&observed), count(&expected), "{}", script.display());
}

async fn all_do_what_is_read(mut place: Place) {
    for script in scripts(place.dialect()) {
        does_what_is_read(&mut place, &script).await;
    }
    place.close().await;
}

#[tokio::test]
async fn postgres_does_what_is_read() {
    all_do_what_is_read(Place::postgres().await).await;
}

#[tokio::test]
async fn mysql_does_what_is_read() {
    all_do_what_is_read(Place::mysql().await).await;
}

#[tokio::test]
async fn sqlite_does_what_is_read() {
    all_do_what_is_read(Place::sqlite().await).await;
}
