//! Notes on migration files, and their absence on ordinary ones.

use std::path::Path;

use super::*;
use crate::audit::{CatalogObservation, Visibility, audit};
use crate::dialect::Dialect;
use crate::migration::LedgerRow;
use crate::schema::{Schema, TableName};

/// The notes of a database whose ledger records these.
#[track_caller]
fn check(migrations: &str, recorded: &[&str], expected: &[&str]) {
    let text = format!("format: 1\ndialect: postgres\nmigrations:\n{migrations}");
    let manifest = Manifest::parse(&text, false).unwrap();
    assert_eq!(messages(&manifest, recorded), expected);
}

fn messages(manifest: &Manifest, recorded: &[&str]) -> Vec<String> {
    let row = |id: &&str| {
        let (app, name) = id.split_once('.').unwrap();
        let migration = MigrationId { app: app.into(), name: name.into() };
        LedgerRow { migration, applied_at: None, succeeded: true }
    };
    let actual = Schema::default();
    let observation = Observation {
        dialect: manifest.dialect,
        server_version: String::new(),
        schema: "public".into(),
        naming: manifest.dialect.naming(),
        ledger_table: TableName::unqualified("django_migrations"),
        ledger: LedgerObservation::Rows(recorded.iter().map(row).collect()),
        catalog: CatalogObservation {
            actual,
            visibility: Visibility::Full,
            unread: Vec::new(),
            stored: crate::audit::Stored::default(),
        },
        evidence: None,
    };
    let report = audit(manifest, &observation, &Default::default());
    report.history.into_iter().map(|it| it.message).collect()
}

const T: &str = "{name: t, columns: {id: integer}}";

#[test]
fn a_table_that_comes_again_is_told_with_what_is_still_to_come() {
    check(
        &format!(
            r#"
- {{app: a, name: 0001_x, operations: [{{create_table: {T}}}]}}
- {{app: a, name: 0002_x, dependencies: [a.0001_x], operations: [{{drop_table: t}}]}}
- {{app: a, name: 0003_x, dependencies: [a.0002_x], operations: [{{create_table: {T}}}]}}
"#
        ),
        &["a.0001_x", "a.0002_x"],
        &["t: created by 0001, deleted by 0002, restored by 0003 (pending)"],
    );
}

#[test]
fn a_column_that_comes_again_is_told() {
    check(
        r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer, x: text}}}]}
- {app: a, name: 0002_x, dependencies: [a.0001_x], operations: [{drop_column: {table: t, name: x}}]}
- {app: a, name: 0003_x, dependencies: [a.0002_x], operations: [{add_column: {table: t, name: x, column: text}}]}
"#,
        &["a.0001_x", "a.0002_x", "a.0003_x"],
        &["t.x: created by 0001, deleted by 0002, restored by 0003"],
    );
}

/// A tool replaces a column by dropping and adding it at once; a table that goes is gone for good.
#[test]
fn ordinary_changes_are_not_told() {
    check(
        r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer, x: text}}}, {create_table: {name: u, columns: {id: integer}}}]}
- {app: a, name: 0002_x, dependencies: [a.0001_x], operations: [{drop_column: {table: t, name: x}}, {add_column: {table: t, name: x, column: text}}]}
- {app: a, name: 0003_x, dependencies: [a.0002_x], operations: [{drop_table: u}, {rename_table: {from: t, to: u}}]}
"#,
        &["a.0001_x"],
        &[],
    );
}

/// A squash bears the first number of what it replaces, and depends on nothing of it.
#[test]
fn a_squash_shares_no_number_and_contradicts_nothing() {
    let squashed = r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer}}}]}
- {app: a, name: 0002_x, dependencies: [a.0001_x], operations: [{drop_table: t}]}
- {app: a, name: 0001_squashed_0002, replaces: [a.0001_x, a.0002_x]}
- {app: a, name: 0003_x, dependencies: [a.0001_squashed_0002], operations: [{create_table: {name: t, columns: {id: integer}}}]}
"#;
    check(squashed, &["a.0001_squashed_0002", "a.0003_x"], &[]);
    // This database went through the parts, so that the table did come again.
    check(
        squashed,
        &["a.0001_x"],
        &["t: created by 0001, deleted by 0002 (pending), restored by 0003 (pending)"],
    );
}

#[test]
fn two_leaves_are_told() {
    check(
        r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer}}}]}
- {app: a, name: 0002_x, dependencies: [a.0001_x]}
- {app: a, name: 0002_y, dependencies: [a.0001_x]}
- {app: b, name: 0001_z, dependencies: [a.0002_x]}
"#,
        &[],
        &[
            "a has 2 migrations numbered 0002: 0002_x, 0002_y",
            "a has 2 last migrations (0002_x, 0002_y): the order between them is open until one depends on all",
        ],
    );
}

#[test]
fn a_merge_leaves_one_leaf() {
    check(
        r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer}}}]}
- {app: a, name: 0002_x, dependencies: [a.0001_x]}
- {app: a, name: 0002_y, dependencies: [a.0001_x]}
- {app: a, name: 0003_merge, dependencies: [a.0002_x, a.0002_y]}
"#,
        &[],
        &["a has 2 migrations numbered 0002: 0002_x, 0002_y"],
    );
}

#[test]
fn the_migrations_of_django_itself_smell_of_nothing() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        let file = format!("tests/cases/django-contrib/manifest.{dialect}.yaml");
        let manifest = Manifest::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        assert_eq!(messages(&manifest, &[]), Vec::<String>::new());
    }
}
