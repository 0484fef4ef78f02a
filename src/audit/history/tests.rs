//! Notes on migration files, and their absence on ordinary ones.

use std::path::Path;

use super::*;
use crate::audit::{CatalogObservation, Report, Visibility, audit_remembering};
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
    report(manifest, recorded, &[]).history.into_iter().map(|it| it.message).collect()
}

/// `a.0001_x` or `a.0001_x @second`, as rows in their order; and what earlier looks saw.
fn report(manifest: &Manifest, recorded: &[&str], remembered: &[&str]) -> Report {
    let id = |id: &str| {
        let (app, name) = id.split_once('.').unwrap();
        MigrationId { app: app.into(), name: name.into() }
    };
    let row = |row: &&str| {
        let (name, second) = row.split_once(" @").unwrap_or((row, ""));
        let applied_at = second.parse().ok().map(|it| jiff::Timestamp::from_second(it).unwrap());
        LedgerRow { migration: id(name), applied_at, succeeded: true }
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
    let expected = Expected::of(manifest, &observation);
    let remembered = remembered.iter().map(|it| id(it)).collect();
    audit_remembering(manifest, &expected, &observation, &Default::default(), &remembered)
}

/// The findings about the ledger of such a database.
#[track_caller]
fn check_findings(migrations: &str, recorded: &[&str], remembered: &[&str], expected: &[&str]) {
    let text = format!("format: 1\ndialect: postgres\nmigrations:\n{migrations}");
    let manifest = Manifest::parse(&text, false).unwrap();
    let is_new = |rule: Rule| {
        matches!(rule, Rule::AppliedOutOfOrder | Rule::HalfAppliedSquash | Rule::LedgerMovedBackwards)
    };
    let told = report(&manifest, recorded, remembered).findings;
    let told = told.into_iter().filter(|it| is_new(it.rule));
    let told: Vec<String> =
        told.map(|it| format!("{} {}: {}", it.severity, it.rule.name(), it.message)).collect();
    assert_eq!(told, expected);
}

const CHAIN: &str = r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer}}}]}
- {app: b, name: 0001_y, dependencies: [a.0001_x]}
"#;

#[test]
fn a_row_before_the_one_it_depends_on_is_told_where_order_and_time_say_so() {
    check_findings(CHAIN, &["a.0001_x @1", "b.0001_y @2"], &[], &[]);
    check_findings(
        CHAIN,
        &["b.0001_y @1", "a.0001_x @2"],
        &[],
        &[
            "info applied_out_of_order: b.0001_y is recorded at 1970-01-01T00:00:01Z, before a.0001_x, on which it \
           depends, at 1970-01-01T00:00:02Z: the dependency was added later, or a row was written by hand",
        ],
    );
    // The order of rows without times, times without the order, and a renamed app prove nothing.
    check_findings(CHAIN, &["b.0001_y", "a.0001_x"], &[], &[]);
    check_findings(CHAIN, &["b.0001_y @2", "a.0001_x @1"], &[], &[]);
    check_findings(CHAIN, &["a.0000_old @1", "b.0001_y @1", "a.0001_x @2"], &[], &[]);
}

#[test]
fn a_migration_that_is_pending_between_applied_ones_is_told_with_the_one_after_it() {
    let text = "format: 1\ndialect: postgres\nmigrations:\n- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer}}}]}\n- {app: a, name: 0002_x}\n\
                - {app: b, name: 0001_y}\n- {app: a, name: 0003_x}\n- {app: a, name: 0004_x}\n";
    let manifest = Manifest::parse(text, false).unwrap();
    let told = report(&manifest, &["a.0001_x", "b.0001_y", "a.0003_x"], &[]).findings;
    let told: Vec<&str> =
        told.iter().filter(|it| it.rule == Rule::PendingMigration).map(|it| it.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "a.0002_x is in the manifest, but not recorded as applied, while a.0003_x, which comes after it, is",
            "a.0004_x is in the manifest, but not recorded as applied",
        ]
    );
}

const SQUASHED: &str = r#"
- {app: a, name: 0001_x, operations: [{create_table: {name: t, columns: {id: integer}}}]}
- {app: a, name: 0002_x, dependencies: [a.0001_x]}
- {app: a, name: 0001_squashed_0002, replaces: [a.0001_x, a.0002_x], operations: [{create_table: {name: t, columns: {id: integer}}}]}
"#;

#[test]
fn a_half_applied_squash_is_told() {
    check_findings(SQUASHED, &["a.0001_x", "a.0002_x"], &[], &[]);
    check_findings(SQUASHED, &["a.0001_squashed_0002"], &[], &[]);
    check_findings(
        SQUASHED,
        &["a.0001_x"],
        &[],
        &[
            "info half_applied_squash: a.0001_squashed_0002 replaces 2 migrations, of which 1 is recorded, so that it does \
           not count until the others are applied",
        ],
    );
    check_findings(
        SQUASHED,
        &["a.0001_x", "a.0001_squashed_0002"],
        &[],
        &[
            "warning half_applied_squash: a.0001_squashed_0002 replaces 2 migrations, of which 1 is recorded, yet it is \
           itself recorded: the tool takes the others for not applied, and would run them again",
        ],
    );
}

#[test]
fn a_squash_recorded_late_is_in_no_wrong_order() {
    check_findings(SQUASHED, &["a.0002_x @1", "a.0001_x @2", "a.0001_squashed_0002 @3"], &[], &[]);
}

#[test]
fn rows_that_are_gone_are_told_unless_no_file_is_theirs() {
    check_findings(CHAIN, &["a.0001_x"], &["a.0001_x"], &[]);
    check_findings(
        CHAIN,
        &["a.0001_x"],
        &["a.0001_x", "b.0001_y", "gone.0001_z"],
        &[
            "warning ledger_moved_backwards: the ledger moved backwards: b.0001_y was recorded at an earlier look, and is no \
           longer; either it was undone, or an older ledger was restored",
        ],
    );
    // To Django a squash without its parts is not applied.
    check_findings(
        SQUASHED,
        &["a.0001_squashed_0002"],
        &["a.0001_x", "a.0002_x"],
        &[
            "warning ledger_moved_backwards: the ledger moved backwards: a.0001_x, a.0002_x were recorded at an earlier look, \
           and are no longer; either they were undone, or an older ledger was restored",
        ],
    );
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
