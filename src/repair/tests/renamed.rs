//! What stands under an earlier name is renamed by a person: a new one beside it would be empty.

use super::*;
use crate::audit::tests::{healthy, judge, manifest_of};
use crate::migration::fold;

const COLUMN: &str = r#"
- app: a
  name: "1"
  operations:
  - create_table:
      name: old
      columns: {id: integer, was: integer, size: integer not null}
      uniques: [{name: one, columns: [was]}]
  - create_table: {name: other, columns: {old_id: integer}}
- {app: a, name: "2", dependencies: [a.1], operations: [{rename_column: {table: old, from: was, to: now}}]}
- {app: a, name: "3", dependencies: [a.2], operations: [{alter_column: {table: old, name: size, column: integer null}}]}
"#;

const TABLE: &str = r#"
- app: a
  name: "4"
  dependencies: [a.3]
  operations:
  - rename_table: {from: old, to: new}
  - add_foreign_key: {table: other, columns: [old_id], references: new, referenced_columns: [id]}
"#;

/// The plan for a database at which the migrations from `faked` on were recorded and not run.
fn plan_of(history: &str, faked: u32) -> Plan {
    let manifest = manifest_of(history);
    let mut observation = healthy(&manifest);
    observation.catalog.actual = fold(&manifest, &(0..faked).collect(), &observation.naming).schema;
    let (report, expected) = (judge(&manifest, &observation), Expected::of(&manifest, &observation));
    let basis =
        Basis { manifest: &manifest, expected: &expected, observation: &observation, report: &report };
    plan_for(basis, &Options::default())
}

fn made(plan: &Plan) -> Vec<(String, String)> {
    let told = plan.statements.iter();
    told.map(|it| (it.purpose.clone(), it.migration.as_ref().map(ToString::to_string).unwrap_or_default()))
        .collect()
}

fn left(plan: &Plan) -> Vec<(&str, &str)> {
    plan.left_out.iter().map(|it| (it.what.as_str(), it.reason.as_str())).collect()
}

#[test]
fn a_column_under_its_old_name_is_left_to_a_person() {
    let plan = plan_of(COLUMN, 1);
    let reason =
        "old.was is there, which a.2 should have renamed: a new one beside it would have none of its data";
    let needing = format!("it needs what is left out: {reason}");
    assert_eq!(left(&plan), [("column old.now", reason), ("UNIQUE (now) on table old", needing.as_str())]);
    assert_eq!(plan.left_out[0].steps[1], "ALTER TABLE \"old\" RENAME COLUMN \"was\" TO \"now\"");
    // The third made nothing, but was to change it.
    assert_eq!(made(&plan), [("lets NULL into column old.size".to_owned(), "a.3".to_owned())]);
}

#[test]
fn a_table_under_its_old_name_is_left_to_a_person() {
    let plan = plan_of(&[COLUMN, TABLE].concat(), 3);
    let reason =
        "old is there, which a.4 should have renamed: a new one beside it would have none of its data";
    assert_eq!(left(&plan)[0], ("table new", reason));
    assert!(left(&plan)[1].1.starts_with("it needs what is left out: "), "{:?}", left(&plan));
    assert_eq!(plan.left_out[0].steps[1], "ALTER TABLE \"old\" RENAME TO \"new\"");
    assert_eq!(made(&plan), []);
}
