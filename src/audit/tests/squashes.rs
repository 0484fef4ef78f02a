//! A squash that makes something else than its parts.

use super::*;

/// In one migration Django does not find the index that waits for its end, so that the squash leaves it.
const INDEX_STAYS: &str = r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {id: integer, code: integer}}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{add_index: {table: t, name: of_code, columns: [code]}}]}
- {app: a, name: "3", dependencies: [a.2], operations: [{drop_index: {table: t, name: of_code}}]}
- app: a
  name: 1_squashed
  replaces: [a.1, a.2, a.3]
  operations:
    - create_table: {name: t, columns: {id: integer, code: integer}}
    - add_index: {table: t, name: of_code, columns: [code]}
- {app: a, name: "4", dependencies: [a.3], operations: [{add_index: {table: t, name: of_id, columns: [id]}}]}
"#;

fn report_of(recorded: &[&str], built_by: &[&str], spoil: impl FnOnce(&mut Table)) -> Report {
    let manifest = manifest_of(INDEX_STAYS);
    let mut observation = healthy(&manifest);
    observation.ledger = LedgerObservation::Rows(recorded.iter().map(|it| row(&id(it))).collect());
    let built_by: BTreeSet<u32> = built_by.iter().map(|it| manifest.position(&id(it)).unwrap()).collect();
    let mut actual = fold(&manifest, &built_by, &manifest.dialect.naming()).schema;
    spoil(Arc::make_mut(actual.tables.get_mut(&TableName::unqualified("t")).unwrap()));
    observation.catalog.actual = actual;
    judge(&manifest, &observation)
}

#[test]
fn what_only_the_squash_makes_is_not_missed_where_the_parts_may_have_made_the_database() {
    let recorded = ["a.1", "a.2", "a.3", "a.1_squashed", "a.4"];
    let by_parts = report_of(&recorded, &["a.1", "a.2", "a.3", "a.4"], |_| ());
    assert_eq!(rules(&by_parts), [""; 0]);
    let unverified = "INDEX (code) on table t is not there, as it is where the migrations that a squash replaces have \
                      made the database";
    assert_eq!(by_parts.blind_spots, [unverified]);

    let by_squash = report_of(&recorded, &["a.1_squashed", "a.4"], |_| ());
    assert_eq!(rules(&by_squash), [""; 0]);
    assert_eq!(by_squash.blind_spots, [""; 0]);

    let spoiled = report_of(&recorded, &["a.1", "a.2", "a.3", "a.4"], |it| it.indexes.clear());
    assert_eq!(rules(&spoiled), ["missing_index"]);

    // Only the squash can have made it.
    let alone = report_of(&["a.1_squashed", "a.4"], &["a.1", "a.2", "a.3", "a.4"], |_| ());
    assert_eq!(rules(&alone), ["missing_index"]);
}

#[test]
fn what_only_the_parts_make_is_not_unexpected() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {id: integer, code: integer}}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{add_unique: {table: t, name: u, columns: [code]}}]}
- app: a
  name: 1_squashed
  replaces: [a.1, a.2]
  operations: [{create_table: {name: t, columns: {id: integer, code: integer}}}]
"#,
    );
    let mut observation = healthy(&manifest);
    observation.catalog.actual = fold(&manifest, &[0, 1].into(), &manifest.dialect.naming()).schema;
    assert_eq!(rules(&judge(&manifest, &observation)), [""; 0]);
}
