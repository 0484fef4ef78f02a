//! What stands as an earlier migration left it is the work of that one: the later one is missed.

use super::*;

const HISTORY: &str = r#"
- app: a
  name: "1"
  operations:
  - create_table:
      name: old
      columns: {id: integer, was: integer, size: integer not null}
      uniques: [{name: one, columns: [was]}]
  - create_table:
      name: other
      columns: {old_id: integer}
      foreign_keys: [{columns: [old_id], references: old, referenced_columns: [id]}]
  - add_column: {table: old, name: left, column: integer}
- {app: a, name: "2", dependencies: [a.1], operations: [{rename_column: {table: old, from: was, to: now}}]}
- app: a
  name: "3"
  dependencies: [a.2]
  operations:
  - alter_column: {table: old, name: size, column: bigint not null}
  - drop_column: {table: old, name: left}
- app: a
  name: "4"
  dependencies: [a.3]
  operations:
  - alter_column: {table: old, name: size, column: bigint null}
"#;

const RENAMED: &str =
    r#"- {app: a, name: "5", dependencies: [a.4], operations: [{rename_table: {from: old, to: new}}]}"#;

/// Judges a database at which the migrations from `faked` on were recorded and not run.
fn check(history: &str, faked: u32, messages: &[&str], verdicts: &[Verdict]) {
    let manifest = manifest_of(history);
    let mut observation = healthy(&manifest);
    let run = (0..faked).collect();
    observation.catalog.actual = fold(&manifest, &run, &observation.naming).schema;
    let report = judge(&manifest, &observation);
    let told: Vec<&str> = report.findings.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(told, messages, "from {faked} on");
    let found: Vec<Verdict> =
        manifest.migrations.iter().map(|it| verdict_of(&report, &it.id.to_string())).collect();
    assert_eq!(found, verdicts, "from {faked} on");
}

#[test]
fn a_column_that_stands_as_before_is_told_of_the_migration_that_was_to_change_it() {
    use Verdict::{Phantom, Verified};
    check(HISTORY, 4, &[], &[Verified; 4]);
    let nullable = "column old.size is not as expected, though a.4, which changes it, is marked applied: there is NOT NULL, \
                    as before";
    let size = "column old.size is not as expected, though a.3, which changes it, is marked applied: there is integer, as \
                before";
    let left = "column old.left is there, though a.3, which drops it, is marked applied";
    check(HISTORY, 3, &[nullable], &[Verified, Verified, Verified, Phantom]);
    check(HISTORY, 2, &[size, nullable, left], &[Verified, Verified, Phantom, Phantom]);
    let renamed = [
        "column old.now is missing, though a.2, which renames was to it, is marked applied",
        "UNIQUE (now) on table old is not as expected, though a.2, which renames what it is over, is marked applied: \
         there is UNIQUE (was), as before",
        size,
        nullable,
        left,
        "column old.was is there, though a.2, which renames it to now, is marked applied",
        "UNIQUE (was) on table old is there, though a.2, which drops or renames what it is over, is marked applied",
    ];
    check(HISTORY, 1, &renamed, &[Verified, Phantom, Phantom, Phantom]);
}

#[test]
fn a_table_under_its_old_name_is_told_of_the_migration_that_was_to_rename_it() {
    use Verdict::{Phantom, Verified};
    let history = format!("{HISTORY}{RENAMED}");
    let messages = [
        "table new is missing, though a.5, which renames old to it, is marked applied",
        "FOREIGN KEY (old_id) REFERENCES new (id) on table other is missing, though a.5, which renames what it \
         points at, is marked applied",
        "table old is there, though a.5, which renames it to new, is marked applied",
        "FOREIGN KEY (old_id) REFERENCES old (id) on table other is there, though a.5, which drops or renames what \
         it points at, is marked applied",
    ];
    check(&history, 5, &[], &[Verified; 5]);
    check(&history, 4, &messages, &[Verified, Verified, Verified, Verified, Phantom]);
    check(&history, 2, &messages, &[Verified, Verified, Verified, Phantom, Phantom]);
    check(&history, 1, &messages, &[Verified, Phantom, Verified, Phantom, Phantom]);
    let gone = [
        "table new is missing, though a.1 is marked applied",
        "table other is missing, though a.1 is marked applied",
    ];
    check(&history, 0, &gone, &[Phantom, Phantom, Verified, Phantom, Phantom]);
}

/// As a migration on MySQL that died behind its first tables, beside code that may have made anything.
#[test]
fn a_table_of_a_pending_migration_is_told_whatever_else_may_have_made_it() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: one, columns: {id: integer}}}, {opaque: {reason: code, may_touch: anything}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{create_table: {name: two, columns: {id: integer}}}]}
"#,
    );
    let mut observation = healthy(&manifest);
    observation.ledger = LedgerObservation::Rows(vec![row(&id("a.1"))]);
    let mut other = Table::clone(&observation.catalog.actual.tables[&TableName::unqualified("two")]);
    other.name = TableName::unqualified("three");
    observation.catalog.actual.insert(other);
    let report = judge(&manifest, &observation);
    let told: Vec<&str> = report.findings.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "a.2 is in the manifest, but not recorded as applied",
            "table two is there, though a.2, which makes it, is pending",
        ]
    );
    assert_eq!(verdict_of(&report, "a.2"), Verdict::Pending);
}
