//! What a snapshot's file may be, and how it is told when it is none.

use std::collections::BTreeSet;

use super::*;
use crate::audit::{CatalogObservation, Rule, Severity};
use crate::dialect::Naming;
use crate::migration::MigrationId;
use crate::schema::{Column, Index, PrimaryKey, Spelling, Table, TableKind, UniqueConstraint};

const TAKEN: &str = "2026-01-14T20:10:00Z";

fn row(name: &str) -> LedgerRow {
    let migration = MigrationId { app: "shop".into(), name: name.into() };
    LedgerRow { migration, applied_at: Some("2026-01-01T10:00:00Z".parse().unwrap()), succeeded: true }
}

fn table(name: &str) -> Table {
    let mut table = Table::new(TableName::unqualified(name));
    let dialect = Dialect::Postgres;
    for (name, data_type) in [("id", "bigint"), ("na\"me\n<script>", "text"), ("year", "integer")] {
        table.columns.push(Column::new(name, dialect.canonical_type(data_type)));
    }
    table.columns[2].default = Some(Spelling::Unread);
    table.primary_key =
        Some(PrimaryKey { name: None, columns: vec!["id".into()], provenance: Default::default() });
    table.uniques.push(UniqueConstraint::on_columns(["year"]));
    table.indexes.push(Index { name: Some("by_year".into()), ..Index::on_columns(["year", "id"]) });
    table
}

fn observed(tables: &[&str], rows: &[&str]) -> Observation {
    let mut actual = Schema::default();
    tables.iter().for_each(|name| actual.insert(table(name)));
    let view = Table::new(TableName::unqualified("a view"));
    actual.insert(Table { kind: TableKind::View, columns: table("x").columns, ..view });
    Observation {
        dialect: Dialect::Postgres,
        server_version: "15.18".to_owned(),
        schema: "public".into(),
        naming: Dialect::Postgres.naming(),
        ledger_table: TableName::unqualified("django_migrations"),
        ledger: LedgerObservation::Rows(rows.iter().map(|it| row(it)).collect()),
        catalog: CatalogObservation {
            actual,
            visibility: Visibility::Full,
            unread: Vec::new(),
            stored: crate::audit::Stored::default(),
        },
        evidence: None,
    }
}

fn snapshot(tables: &[&str], rows: &[&str]) -> Snapshot {
    Snapshot::of(&observed(tables, rows), TAKEN.parse().unwrap()).unwrap()
}

fn rules(then: &Snapshot, now: &Observation) -> Vec<(Rule, Severity)> {
    compare(then, now, None).findings.iter().map(|it| (it.rule, it.severity)).collect()
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let taken = snapshot(&["customer", "it's \"x\"\u{0}"], &["0001", "0002 ü"]);
    let text = taken.to_json();
    let read = Snapshot::parse(&text).unwrap();
    assert_eq!(read.to_json(), text);
    assert_eq!((read.ledger, read.held.tables.len()), (taken.ledger.clone(), 3));
    let without = Snapshot { ledger: None, ..taken };
    assert_eq!(Snapshot::parse(&without.to_json()).unwrap().ledger, None);
}

#[test]
fn the_hash_is_that_of_the_lines_before_it() {
    let text = snapshot(&["customer"], &["0001"]).to_json();
    let lines: Vec<&str> = text.lines().collect();
    let before: String = lines[..lines.len() - 2].iter().map(|line| format!("{line}\n")).collect();
    use sha2::{Digest, Sha256};
    let digits: String = Sha256::digest(before).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(lines[lines.len() - 2], format!("  \"content_hash\": \"sha256:{digits}\""));
}

#[test]
fn what_is_no_snapshot_is_told_and_never_compared() {
    let text = snapshot(&["customer"], &["0001"]).to_json();
    let told = |text: &str| Snapshot::parse(text).unwrap_err();
    assert!(told(&text[..text.len() / 2]).starts_with("was cut off, or is no snapshot: EOF while parsing"));
    assert!(told("").starts_with("was cut off, or is no snapshot"));
    assert!(told("dialect: postgres").starts_with("is no snapshot: expected value"));
    assert!(told("{\"format\": 1}").starts_with("is no snapshot: it does not say `snapshot`"));
    for (from, to) in [("customer", "costumer"), ("0001", "0002"), ("15.18", "15.19"), ("{\n", "{ \n")] {
        let changed = "was changed after it was taken: its content_hash is not that of its content";
        assert_eq!(told(&text.replace(from, to)), changed, "{from}");
    }
    assert_eq!(
        told(&text.replace("\"snapshot\": 1", "\"snapshot\": 2, \"more\": []")),
        "is of format 2, but this version of schema-health reads format 1: use the version that took it"
    );
}

/// Every text cut at every place is refused without a panic.
#[test]
fn every_beginning_of_a_snapshot_is_refused() {
    let text = snapshot(&["c"], &["0001"]).to_json();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        assert!(Snapshot::parse(&text[..end]).is_err(), "{end}");
    }
}

#[test]
fn a_role_that_does_not_see_all_takes_no_snapshot() {
    let mut partly = observed(&["customer"], &[]);
    partly.catalog.visibility = Visibility::Partial { grant: "GRANT x".to_owned() };
    let told = Snapshot::of(&partly, TAKEN.parse().unwrap()).unwrap_err();
    assert!(told.contains("GRANT x"), "{told}");
    let mut unread = observed(&["customer"], &[]);
    unread.ledger = LedgerObservation::NotReadable { table: "l".to_owned(), grant: "GRANT y".to_owned() };
    assert!(Snapshot::of(&unread, TAKEN.parse().unwrap()).unwrap_err().contains("GRANT y"));
}

#[test]
fn the_same_database_has_no_finding() {
    let then = Snapshot::parse(&snapshot(&["a", "b"], &["0001"]).to_json()).unwrap();
    let comparison = compare(&then, &observed(&["a", "b"], &["0001"]), None);
    assert_eq!(comparison.findings, []);
    assert_eq!((comparison.coverage.expected, comparison.coverage.expected_tables), (15, 3));
}

#[test]
fn each_way_in_which_ledger_and_schema_move_is_told_apart() {
    use Rule::*;
    use Severity::*;
    let then = snapshot(&["a", "b"], &["0001", "0002"]);
    let now = |tables: &[&str], rows: &[&str]| rules(&then, &observed(tables, rows));
    // A whole older backup.
    assert_eq!(now(&["a"], &["0001"]), [(LostSinceSnapshot, Error), (LedgerBehindSnapshot, Error)]);
    // A table dropped by hand.
    assert_eq!(now(&["a"], &["0001", "0002"]), [(LostSinceSnapshot, Error), (LedgerSchemaApart, Error)]);
    // The backup with a newer ledger: without a manifest it may be that the migration changes no table.
    let newer = [(LedgerAheadOfSnapshot, Info), (LedgerSchemaApart, Warning)];
    assert_eq!(now(&["a", "b"], &["0001", "0002", "0003"]), newer);
    // An older backup with a newer ledger.
    let older = [(LostSinceSnapshot, Warning), (LedgerAheadOfSnapshot, Info), (LedgerSchemaApart, Warning)];
    assert_eq!(now(&["a"], &["0001", "0002", "0003"]), older);
    // The ledger of an older backup over the schema of a newer one.
    assert_eq!(now(&["a", "b"], &["0001"]), [(LedgerBehindSnapshot, Error), (LedgerSchemaApart, Error)]);
    // A table made by hand.
    let by_hand = [(GainedSinceSnapshot, Info), (LedgerSchemaApart, Warning)];
    assert_eq!(now(&["a", "b", "c"], &["0001", "0002"]), by_hand);
    // It has gone on, as it should.
    let gone_on = [(GainedSinceSnapshot, Info), (LedgerAheadOfSnapshot, Info)];
    assert_eq!(now(&["a", "b", "c"], &["0001", "0002", "0003"]), gone_on);
    let empty = now(&["a", "b"], &[]);
    assert_eq!(empty, [(LedgerBehindSnapshot, Error), (LedgerSchemaApart, Error)]);
}

#[test]
fn what_is_not_visible_is_not_called_lost() {
    let then = snapshot(&["a", "b"], &["0001"]);
    let mut now = observed(&["a"], &["0001"]);
    now.catalog.visibility = Visibility::Partial { grant: "GRANT x".to_owned() };
    assert_eq!(rules(&then, &now), [(Rule::NotVisible, Severity::Warning)]);
}

#[test]
fn a_server_that_folds_names_holds_the_same() {
    let then = snapshot(&["Customer"], &["0001"]);
    let mut now = observed(&["customer"], &["0001"]);
    now.naming = Naming { fold_tables: true, ..now.naming };
    assert_eq!(rules(&then, &now), []);
}

#[test]
fn the_interest_is_in_tables_with_expressions() {
    let mut then = snapshot(&["a", "b"], &[]);
    let mut b = table("b");
    b.indexes[0].condition = Some(Spelling::Unread);
    then.held.insert(b);
    assert_eq!(then.interest().expressions, BTreeSet::from([TableName::unqualified("b")]));
}
