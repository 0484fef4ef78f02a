//! The judgement, tried on the migrations of Django's contrib apps: every object in turn taken away, and
//! every state of a ledger. (That real servers give these observations is tests/it's business.)

mod older;
mod squashes;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::dialect::Dialect;
use crate::migration::{LedgerRow, MigrationId, fold};
use crate::schema::{Column, Name, Schema, Spelling, Table, TableName};

fn contrib(dialect: Dialect) -> Manifest {
    let file = format!("tests/cases/django-contrib/manifest.{dialect}.yaml");
    Manifest::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

fn id(text: &str) -> MigrationId {
    let (app, name) = text.split_once('.').unwrap();
    MigrationId { app: app.into(), name: name.into() }
}

fn row(migration: &MigrationId) -> LedgerRow {
    LedgerRow { migration: migration.clone(), applied_at: None, succeeded: true }
}

/// A database that the migrations of the manifest built, all of them.
pub(crate) fn healthy(manifest: &Manifest) -> Observation {
    let all: BTreeSet<u32> = (0..).zip(&manifest.migrations).map(|(at, _)| at).collect();
    let naming = manifest.dialect.naming();
    Observation {
        dialect: manifest.dialect,
        server_version: "1".into(),
        schema: "public".into(),
        naming,
        ledger_table: TableName::unqualified("django_migrations"),
        ledger: LedgerObservation::Rows(manifest.migrations.iter().map(|it| row(&it.id)).collect()),
        catalog: CatalogObservation {
            actual: fold(manifest, &all, &naming).schema,
            visibility: Visibility::Full,
            unread: Vec::new(),
            stored: Stored::default(),
        },
        evidence: None,
    }
}

pub(crate) fn judge(manifest: &Manifest, observation: &Observation) -> Report {
    audit(manifest, observation, &Policy::default())
}

fn rules(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|finding| finding.rule.name()).collect()
}

fn verdict_of(report: &Report, migration: &str) -> Verdict {
    report.migrations.iter().find(|it| it.migration == id(migration)).unwrap().verdict
}

/// PostgreSQL's alone, and only there where a migration asked for it.
#[test]
fn an_exclusion_constraint_that_is_gone_is_missed() {
    let text = "format: 1
dialect: postgres
ledger: django
migrations:
  - app: rooms
    name: 0001_initial
    operations:
      - create_table:
          name: booking
          columns: {room: integer not null, during: tstzrange not null}
          exclusions:
            - {name: apart, columns: [room, during], operators: ['=', '&&'], method: gist}
";
    let manifest = Manifest::parse(text, false).unwrap();
    let whole = healthy(&manifest);
    assert_eq!(rules(&judge(&manifest, &whole)), [""; 0]);
    let name = TableName::unqualified("booking");
    let mut without = whole.clone();
    edit(&mut without.catalog.actual, &name, |it| it.exclusions.clear());
    let report = judge(&manifest, &without);
    assert_eq!(rules(&report), ["missing_exclusion"]);
    assert_eq!(
        report.findings[0].message,
        "EXCLUDE USING gist (room WITH =, during WITH &&) on table booking is missing, though \
         rooms.0001_initial is marked applied"
    );
    let mut another = whole;
    edit(&mut another.catalog.actual, &name, |it| it.exclusions[0].operators[1] = "-|-".into());
    assert_eq!(rules(&judge(&manifest, &another)), ["missing_exclusion", "unexpected_constraint"]);
}

fn edit(schema: &mut Schema, table: &TableName, change: impl FnOnce(&mut Table)) {
    change(Arc::make_mut(schema.tables.get_mut(table).unwrap()));
}

#[test]
fn what_the_migrations_built_is_healthy_and_wholly_checked() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        let manifest = contrib(dialect);
        let report = judge(&manifest, &healthy(&manifest));
        assert_eq!(rules(&report), Vec::<&str>::new());
        assert_eq!((report.health, report.reason), (Health::Healthy, None));
        assert_eq!(report.coverage.expected_tables, 9);
        assert_eq!(report.coverage.checked, report.coverage.expected);
        assert_eq!(
            verdict_of(&judge(&manifest, &healthy(&manifest)), "auth.0001_initial"),
            Verdict::Verified
        );
    }
}

/// Law 6 on the pure part: each object in turn is taken away, and the audit names exactly it.
#[test]
fn every_object_taken_away_is_named_alone_and_with_its_origin() {
    let mut taken = 0;
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        let manifest = contrib(dialect);
        let whole = healthy(&manifest);
        for (name, table) in whole.catalog.actual.tables.clone() {
            let mut without = |rule: &str, remove: &dyn Fn(&mut Schema)| {
                let mut damaged = whole.clone();
                remove(&mut damaged.catalog.actual);
                let report = judge(&manifest, &damaged);
                assert_eq!(rules(&report), [rule], "{dialect} {name}: {:?}", report.findings);
                let finding = &report.findings[0];
                assert_eq!(finding.subject.table.as_deref(), Some(&*name.name));
                assert!(finding.migration.is_some() && finding.verify_sql.is_some(), "{finding:?}");
                assert_ne!(report.health, Health::Healthy);
                let of_origin =
                    report.migrations.iter().find(|it| Some(&it.migration) == finding.migration.as_ref());
                assert!(matches!(of_origin.unwrap().verdict, Verdict::Partial | Verdict::Phantom));
                taken += 1;
            };
            without("missing_table", &|schema| drop(schema.tables.remove(&name)));
            for at in 0..table.columns.len() {
                without("missing_column", &|schema| edit(schema, &name, |it| drop(it.columns.remove(at))));
                without("nullability_differs", &|schema| {
                    edit(schema, &name, |it| it.columns[at].nullable ^= true)
                });
            }
            without("missing_primary_key", &|schema| edit(schema, &name, |it| it.primary_key = None));
            for at in 0..table.uniques.len() {
                without("missing_unique", &|schema| edit(schema, &name, |it| drop(it.uniques.remove(at))));
            }
            for at in 0..table.foreign_keys.len() {
                without("missing_foreign_key", &|schema| {
                    edit(schema, &name, |it| drop(it.foreign_keys.remove(at)))
                });
            }
            for at in 0..table.checks.len() {
                without("missing_check", &|schema| edit(schema, &name, |it| drop(it.checks.remove(at))));
            }
            for at in 0..table.indexes.len() {
                without("missing_index", &|schema| edit(schema, &name, |it| drop(it.indexes.remove(at))));
            }
        }
    }
    assert!(taken > 300, "only {taken} objects were tried");
}

#[test]
fn a_migration_of_which_nothing_is_there_is_a_phantom() {
    let manifest = contrib(Dialect::Postgres);
    let mut damaged = healthy(&manifest);
    damaged.catalog.actual.tables.remove(&TableName::unqualified("django_session"));
    let report = judge(&manifest, &damaged);
    assert_eq!(verdict_of(&report, "sessions.0001_initial"), Verdict::Phantom);
    assert_eq!(verdict_of(&report, "auth.0001_initial"), Verdict::Verified);
    assert_eq!(
        report.findings[0].message,
        "table django_session is missing, though sessions.0001_initial is marked applied"
    );
    assert_eq!(report.findings[0].verify_sql.as_deref(), Some("SELECT to_regclass('public.django_session')"));
    assert_eq!(report.health, Health::Unhealthy);
}

/// The expectation is of this database's own ledger, never of the manifest's end.
#[test]
fn what_is_not_applied_is_pending_and_not_missed() {
    let manifest = contrib(Dialect::Postgres);
    let mut early = healthy(&manifest);
    let applied: BTreeSet<u32> = ["contenttypes.0001_initial", "auth.0001_initial"]
        .iter()
        .filter_map(|it| manifest.position(&id(it)))
        .collect();
    early.catalog.actual = fold(&manifest, &applied, &early.naming).schema;
    early.ledger = LedgerObservation::Rows(
        applied.iter().map(|at| row(&manifest.migrations[*at as usize].id)).collect(),
    );
    let report = judge(&manifest, &early);
    assert!(report.findings.iter().all(|it| it.rule == Rule::PendingMigration), "{:?}", rules(&report));
    assert_eq!(report.findings.len(), manifest.migrations.len() - 2);
    assert_eq!(report.health, Health::Degraded);
}

#[test]
fn a_database_ahead_of_its_manifest_is_not_broken() {
    let manifest = contrib(Dialect::Postgres);
    let mut ahead = healthy(&manifest);
    let LedgerObservation::Rows(rows) = &mut ahead.ledger else { panic!() };
    rows.push(row(&id("auth.0099_later")));
    ahead.catalog.actual.insert(Table::new(TableName::unqualified("auth_later")));
    let report = judge(&manifest, &ahead);
    assert_eq!(rules(&report), ["unknown_migration"]);
    assert_eq!(report.health, Health::Healthy);

    // What the unknown migration may have dropped is no error; what it cannot have touched is one.
    ahead.catalog.actual.tables.remove(&TableName::unqualified("auth_group_permissions"));
    assert_eq!(judge(&manifest, &ahead).health, Health::Degraded);
    ahead.catalog.actual.tables.remove(&TableName::unqualified("django_session"));
    assert_eq!(judge(&manifest, &ahead).health, Health::Unhealthy);
}

#[test]
fn a_ledger_that_cannot_be_used_says_nothing_about_tables() {
    let manifest = contrib(Dialect::Postgres);
    let table = || "public.django_migrations".to_owned();
    let states = [
        (LedgerObservation::Absent { table: table() }, "ledger_missing"),
        (LedgerObservation::InOtherSchema { table: table(), schema: "x".into() }, "ledger_in_other_schema"),
        (LedgerObservation::NotReadable { table: table(), grant: "GRANT SELECT".into() }, "not_visible"),
        (LedgerObservation::Malformed { table: table(), reason: "no column app".into() }, "ledger_missing"),
        (LedgerObservation::Rows(vec![]), "ledger_empty"),
    ];
    for (ledger, rule) in states {
        let observation = Observation {
            ledger,
            catalog: CatalogObservation { actual: Schema::default(), ..healthy(&manifest).catalog },
            ..healthy(&manifest)
        };
        let report = judge(&manifest, &observation);
        assert_eq!(rules(&report), [rule]);
        assert_eq!(report.health, Health::Unknown);
        assert!(report.reason.is_some());
        // Of an empty ledger it is known that all is pending; of an unreadable one nothing is.
        assert_eq!(report.migrations.is_empty(), rule != "ledger_empty", "{rule}");
    }
}

#[test]
fn duplicate_and_failed_rows_are_told() {
    let manifest = contrib(Dialect::Postgres);
    let mut observation = healthy(&manifest);
    let LedgerObservation::Rows(rows) = &mut observation.ledger else { panic!() };
    rows.push(rows[0].clone());
    rows.push(LedgerRow { succeeded: false, ..row(&id("shop.0001")) });
    let report = judge(&manifest, &observation);
    assert_eq!(rules(&report), ["failed_migration", "duplicate_ledger_row"]);
    assert_eq!(report.health, Health::Unhealthy);
}

#[test]
fn what_two_squashes_record_is_recorded_twice_on_a_new_database() {
    let manifest = manifest_of(
        r#"
- {app: a, name: s, replaces: [a.1], operations: [{create_table: {name: t, columns: {x: integer}}}]}
- {app: b, name: s, replaces: [a.1], dependencies: [a.s], operations: [{create_table: {name: u, columns: {x: integer}}}]}
"#,
    );
    let mut observation = healthy(&manifest);
    let rows = |names: &[&str]| LedgerObservation::Rows(names.iter().map(|it| row(&id(it))).collect());
    observation.ledger = rows(&["a.1", "a.s", "a.1", "b.s"]);
    assert_eq!(rules(&judge(&manifest, &observation)), Vec::<&str>::new());
    observation.ledger = rows(&["a.1", "a.s", "a.1", "b.s", "a.1"]);
    assert_eq!(rules(&judge(&manifest, &observation)), ["duplicate_ledger_row"]);
}

#[test]
fn what_the_role_may_not_see_is_unknown_and_not_missing() {
    let manifest = contrib(Dialect::Mariadb);
    let mut observation = healthy(&manifest);
    observation.catalog.actual.tables.remove(&TableName::unqualified("auth_group"));
    observation.catalog.visibility = Visibility::Partial { grant: "GRANT SELECT ON `d`.* TO r".into() };
    let report = judge(&manifest, &observation);
    assert_eq!(rules(&report), ["not_visible"]);
    assert_eq!(report.health, Health::Unknown);
    assert!(report.reason.unwrap().contains("GRANT SELECT ON `d`.* TO r"));
}

#[test]
fn a_manifest_of_another_dialect_compares_nothing() {
    let observation = healthy(&contrib(Dialect::Sqlite));
    let report = judge(&contrib(Dialect::Postgres), &observation);
    assert_eq!(report.health, Health::Unknown);
    assert!(report.reason.unwrap().contains("the manifest is for postgres, but this server speaks sqlite"));
}

pub(crate) fn manifest_of(migrations: &str) -> Manifest {
    Manifest::parse(&format!("format: 1\ndialect: postgres\nmigrations:\n{migrations}"), false).unwrap()
}

const SQUASHED: &str = r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {id: integer}}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{create_table: {name: u, columns: {id: integer}}}]}
- app: a
  name: 1_squashed
  replaces: [a.1, a.2]
  operations:
    - create_table: {name: t, columns: {id: integer}}
    - create_table: {name: u, columns: {id: integer}}
- {app: a, name: "3", dependencies: [a.2], operations: [{create_table: {name: v, columns: {id: integer}}}]}
"#;

fn tables_expected(manifest: &Manifest, recorded: &[&str]) -> (Vec<String>, Vec<String>) {
    let mut observation = healthy(manifest);
    observation.ledger = LedgerObservation::Rows(recorded.iter().map(|it| row(&id(it))).collect());
    let expected = Expected::of(manifest, &observation);
    assert_eq!(expected.expectation.problems, vec![]);
    let pending =
        history::pending(manifest, &expected).map(|at| manifest.migrations[at as usize].id.to_string());
    (expected.expectation.schema.tables.keys().map(ToString::to_string).collect(), pending.collect())
}

/// `django/db/migrations/loader.py`: all or none.
#[test]
fn a_squash_counts_when_all_of_its_parts_do_or_something_needs_it() {
    let manifest = manifest_of(SQUASHED);
    let check = |recorded: &[&str], tables: &[&str], pending: &[&str]| {
        let (actual_tables, actual_pending) = tables_expected(&manifest, recorded);
        assert_eq!(actual_tables, tables, "{recorded:?}");
        assert_eq!(actual_pending, pending, "{recorded:?}");
    };
    // What Django before 4.2 leaves of a squash that it takes back.
    check(&["a.1_squashed"], &[], &["a.1_squashed", "a.3"]);
    check(&["a.1", "a.2"], &["t", "u"], &["a.3"]);
    check(&["a.1", "a.2", "a.1_squashed"], &["t", "u"], &["a.3"]);
    check(&["a.1"], &["t"], &["a.2", "a.3"]);
    check(&["a.1", "a.2", "a.3"], &["t", "u", "v"], &[]);
    check(&["a.1_squashed", "a.3"], &["t", "u", "v"], &[]);
    check(&["b.0"], &[], &["a.1_squashed", "a.3"]);
}

#[test]
fn a_rename_carries_the_origin_along() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: old, columns: {x: integer}}}]}
- app: a
  name: "2"
  dependencies: [a.1]
  operations: [{rename_table: {from: old, to: new}}, {rename_column: {table: new, from: x, to: y}}]
"#,
    );
    let mut observation = healthy(&manifest);
    edit(&mut observation.catalog.actual, &TableName::unqualified("new"), |it| it.columns.clear());
    let report = judge(&manifest, &observation);
    assert_eq!(rules(&report), ["missing_column"]);
    assert_eq!(report.findings[0].subject.column.as_deref(), Some("y"));
    assert_eq!(report.findings[0].migration, Some(id("a.1")));
    assert_eq!(report.findings[0].changed_by, Some(id("a.2")));
}

/// Two uniques that one `CREATE TABLE` says alike are one on some servers, and forbid the same rows on all.
#[test]
fn a_unique_that_is_said_twice_may_stand_once() {
    let manifest = manifest_of(
        r#"
- app: a
  name: "1"
  operations:
  - create_table:
      name: t
      columns: {x: integer, z: integer}
      uniques:
      - {name: one, columns: [x]}
      - {name: two, columns: [x]}
      - {name: three, columns: [z]}
"#,
    );
    let table = TableName::unqualified("t");
    let mut observation = healthy(&manifest);
    edit(&mut observation.catalog.actual, &table, |it| {
        it.uniques.retain(|it| it.name.as_deref() != Some("one"))
    });
    assert_eq!(rules(&judge(&manifest, &observation)), Vec::<&str>::new());
    edit(&mut observation.catalog.actual, &table, |it| it.uniques.clear());
    assert_eq!(rules(&judge(&manifest, &observation)), ["missing_unique"; 3]);
}

#[test]
fn a_check_from_before_a_rename_is_the_twin_of_one_from_after() {
    let manifest = manifest_of(
        r#"
- app: a
  name: "1"
  operations:
  - create_table: {name: t, columns: {pages: integer}, checks: [{columns: [pages], expression: "pages >= 0"}]}
  - rename_column: {table: t, from: pages, to: leaves}
  - add_check: {table: t, name: t_leaves_check, columns: [leaves], expression: "leaves >= 0"}
"#,
    );
    let table = TableName::unqualified("t");
    let mut observation = healthy(&manifest);
    assert_eq!(judge(&manifest, &observation).coverage.unverified, 0);
    edit(&mut observation.catalog.actual, &table, |it| drop(it.checks.remove(0)));
    assert_eq!(rules(&judge(&manifest, &observation)), Vec::<&str>::new());
    edit(&mut observation.catalog.actual, &table, |it| it.checks.clear());
    assert_eq!(rules(&judge(&manifest, &observation)), ["missing_check"; 2]);
}

/// MariaDB puts a check without a name on each JSON column.
#[test]
fn a_check_of_a_column_is_not_the_named_one_whose_text_is_not_known() {
    let manifest = manifest_of(
        r#"
- app: a
  name: "1"
  operations:
  - create_table: {name: t, columns: {data: integer}, checks: [{name: some, expression: unknown}]}
"#,
    );
    let table = TableName::unqualified("t");
    let mut observation = healthy(&manifest);
    let text = |it: &mut Table, name: Option<Name>| {
        it.checks[0].name = name;
        it.checks[0].expression = Spelling::uncertain("json_valid(data)");
    };
    edit(&mut observation.catalog.actual, &table, |it| text(it, Some("other".into())));
    assert_eq!(rules(&judge(&manifest, &observation)), Vec::<&str>::new());
    edit(&mut observation.catalog.actual, &table, |it| text(it, None));
    assert_eq!(rules(&judge(&manifest, &observation)), ["missing_check", "unexpected_constraint"]);
}

#[test]
fn a_column_may_be_of_one_type_or_another() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {x: "bigint | integer"}}}]}
"#,
    );
    let table = TableName::unqualified("t");
    for (stands, told) in [("bigint", 0), ("integer", 0), ("text", 1)] {
        let mut observation = healthy(&manifest);
        let data_type = manifest.dialect.canonical_type(stands);
        edit(&mut observation.catalog.actual, &table, |it| it.columns[0].data_type = data_type);
        let report = judge(&manifest, &observation);
        assert_eq!(rules(&report).len(), told, "{stands}: {report:#?}");
        assert_eq!(report.coverage.unverified, 0);
    }
}

/// The short form says nothing of NULL, which means that it is allowed, until a key forbids it.
#[test]
fn a_primary_key_added_later_makes_its_columns_not_null() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {x: integer}}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{add_primary_key: {table: t, columns: [x]}}]}
"#,
    );
    let observation = healthy(&manifest);
    assert!(!observation.catalog.actual.tables[&TableName::unqualified("t")].columns[0].nullable);
}

#[test]
fn nothing_missing_is_an_error_inside_a_blind_spot() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {x: integer}}}, {create_table: {name: u, columns: {x: integer}}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{opaque: {reason: RunSQL, may_touch: [t]}}, {opaque: {reason: RunSQL, may_touch: [t], may_undo: {own: true}}}]}
"#,
    );
    let mut observation = healthy(&manifest);
    observation.catalog.actual.tables.remove(&TableName::unqualified("t"));
    let report = judge(&manifest, &observation);
    assert_eq!(report.findings[0].severity, Severity::Warning);
    assert!(report.findings[0].message.ends_with("it may have been changed by a.2 (RunSQL)"));
    assert_eq!(verdict_of(&report, "a.2"), Verdict::Unverifiable);
    assert_eq!(report.blind_spots, ["a.2: RunSQL may have touched t"]);

    observation.catalog.actual.tables.remove(&TableName::unqualified("u"));
    assert_eq!(judge(&manifest, &observation).findings[0].severity, Severity::Error);
}

/// As an operation that gives a column a default in SQL, and is not followed.
#[test]
fn a_default_inside_a_blind_spot_is_not_verified() {
    let manifest = manifest_of(
        r#"
- {app: a, name: "1", operations: [{create_table: {name: t, columns: {x: integer, y: integer}}}]}
- {app: a, name: "2", dependencies: [a.1], operations: [{opaque: {reason: SetDefault, may_touch: [t]}}]}
"#,
    );
    let mut observation = healthy(&manifest);
    edit(&mut observation.catalog.actual, &TableName::unqualified("t"), |it| {
        it.columns[0] = it.columns[0].clone().with(|it| it.default = Some(Spelling::certain("3")));
    });
    let report = judge(&manifest, &observation);
    assert_eq!(rules(&report), Vec::<&str>::new());
    assert_eq!((report.coverage.unverified, verdict_of(&report, "a.1")), (1, Verdict::Verified));
    assert_eq!(
        report.blind_spots[0],
        "column t.x is `x integer NULL DEFAULT 3`, not `x integer NULL`, which a.2 (SetDefault) may have done"
    );
    edit(&mut observation.catalog.actual, &TableName::unqualified("t"), |it| {
        it.columns[0] = it.columns[0].clone().with(|it| it.data_type = Spelling::certain("text"));
    });
    assert_eq!(rules(&judge(&manifest, &observation)), ["type_differs"]);
}

/// A field of a class that nobody knows: its own column may be another, and the table stands all the same.
#[test]
fn what_leaves_the_rest_of_a_table_leaves_it_to_be_missed() {
    let spots = |may_undo: &str| {
        manifest_of(&format!(
            r#"
- {{app: a, name: "1", operations: [{{create_table: {{name: t, columns: {{x: integer, w: integer, z: integer}}}}}}, {{add_unique: {{table: t, name: wz, columns: [w, z]}}}}]}}
- {{app: a, name: "2", dependencies: [a.1], operations: [{{opaque: {{reason: a field, may_touch: [t], may_undo: {may_undo}}}}}]}}
"#
        ))
    };
    let t = TableName::unqualified("t");
    let told = |may_undo: &str, change: &dyn Fn(&mut Schema)| {
        let manifest = spots(may_undo);
        let mut observation = healthy(&manifest);
        change(&mut observation.catalog.actual);
        let report = judge(&manifest, &observation);
        let findings = report.findings.iter();
        findings.map(|it| (it.rule.name(), it.severity)).collect::<Vec<_>>()
    };
    let table = |it: &mut Schema| drop(it.tables.remove(&t));
    let column = |name: &'static str| {
        let t = t.clone();
        move |it: &mut Schema| edit(it, &t, |it| it.columns.retain(|it| &*it.name != name))
    };
    let unique = |it: &mut Schema| edit(it, &t, |it| it.uniques.clear());
    let more = |it: &mut Schema| {
        edit(it, &t, |it| it.columns.push(Column::new("v", Spelling::certain("integer"))));
    };
    for (may_undo, z) in [("{definitions: [z], only: true}", true), ("{columns: [z], only: true}", false)] {
        assert_eq!(told(may_undo, &table), [("missing_table", Severity::Error)]);
        assert_eq!(told(may_undo, &column("x")), [("missing_column", Severity::Error)]);
        let missed = z.then_some(("missing_column", Severity::Warning));
        assert_eq!(told(may_undo, &column("z")), missed.into_iter().collect::<Vec<_>>());
        let missed = z.then_some(("missing_unique", Severity::Warning));
        assert_eq!(told(may_undo, &unique), missed.into_iter().collect::<Vec<_>>());
        // It may have added it.
        assert_eq!(told(may_undo, &more), []);
    }
    assert_eq!(told("{only: true}", &unique), [("missing_unique", Severity::Error)]);
    assert_eq!(told("{only: true}", &column("z")), [("missing_column", Severity::Error)]);
    assert_eq!(told("{definitions: [z]}", &table), [("missing_table", Severity::Warning)]);
}

#[test]
fn what_later_code_visibly_undoes_is_not_verified_and_all_else_is_missed() {
    let manifest = manifest_of(
        r#"
- app: a
  name: "1"
  operations:
    - create_table: {name: t, columns: {x: integer, w: integer, z: integer}}
    - add_unique: {table: t, name: xw, columns: [x, w]}
- {app: a, name: "2", dependencies: [a.1], operations: [{opaque: {reason: RunPython, may_touch: [t], may_undo: {columns: [z], constraints: true}}}]}
- {app: a, name: "3", dependencies: [a.2], operations: [{add_index: {table: t, name: late, columns: [w]}}]}
"#,
    );
    let t = TableName::unqualified("t");
    let without = |change: &dyn Fn(&mut Table)| {
        let mut observation = healthy(&manifest);
        edit(&mut observation.catalog.actual, &t, change);
        judge(&manifest, &observation)
    };
    let report = without(&|it| {
        it.uniques.clear();
        it.columns.retain(|it| &*it.name != "z");
    });
    assert_eq!(rules(&report), Vec::<&str>::new());
    assert_eq!((report.health, report.coverage.unverified), (Health::Healthy, 2));
    assert_eq!(report.blind_spots[0], "column t.z is not there, which a.2 (RunPython) may have done");
    assert_eq!(verdict_of(&report, "a.1"), Verdict::Verified);
    // What is made later, and what the code does not name, is missed as ever.
    assert_eq!(rules(&without(&|it| it.indexes.clear())), ["missing_index"]);
    assert_eq!(rules(&without(&|it| it.columns.retain(|it| &*it.name != "x"))), ["missing_column"]);
    let mut observation = healthy(&manifest);
    observation.catalog.actual.tables.remove(&t);
    assert_eq!(rules(&judge(&manifest, &observation)), ["missing_table"]);
}

/// `delete_model` in code, and an operation that asks something first: `own` counts for its own migration.
#[test]
fn a_table_that_code_visibly_takes_away_is_not_verified() {
    let create = "{create_table: {name: t, columns: {x: integer, y: integer}}}";
    let spot = |own: bool| {
        format!("{{opaque: {{reason: RunPython, may_touch: [t], may_undo: {{tables: [t], own: {own}}}}}}}")
    };
    let later = format!(
        "[{create}]}}\n- {{app: a, name: '2', dependencies: [a.1], operations: [{}]}}\n",
        spot(false)
    );
    let changed = "{add_column: {table: t, name: z, column: integer}}";
    for (operations, rule) in [
        // What was changed later was there.
        (
            format!("{later}- {{app: a, name: '3', dependencies: [a.2], operations: [{changed}]}}\n"),
            Some("missing_table"),
        ),
        (later, None),
        (format!("[{create}, {}]}}\n", spot(true)), None),
        (format!("[{create}, {}]}}\n", spot(false)), Some("missing_table")),
    ] {
        let manifest = manifest_of(&format!("- {{app: a, name: '1', operations: {operations}"));
        let mut observation = healthy(&manifest);
        observation.catalog.actual.tables.remove(&TableName::unqualified("t"));
        let report = judge(&manifest, &observation);
        assert_eq!(rules(&report), rule.into_iter().collect::<Vec<_>>());
        if rule.is_none() {
            assert_eq!((report.health, report.coverage.checked), (Health::Healthy, 0));
            assert!(
                report.blind_spots[0].starts_with("table t is not there, which a."),
                "{:?}",
                report.blind_spots
            );
        }
    }
}

/// `CreateModel` with a `db_table` that was not seen through: the table stands there, by a name that nobody knows.
#[test]
fn a_table_by_another_name_is_not_unexpected_where_the_name_was_not_seen() {
    let manifest = manifest_of(
        "- app: a
  name: '1'
  operations:
  - {create_table: {name: t, columns: {x: integer}}}
  - {opaque: {reason: db_table, may_touch: [t], may_undo: {tables: [t], own: true}}}
",
    );
    let [t, other] = ["t", "other"].map(TableName::unqualified);
    let mut observation = healthy(&manifest);
    let tables = &mut observation.catalog.actual.tables;
    let table = tables[&t].clone();
    tables.insert(other, table);
    assert_eq!(rules(&judge(&manifest, &observation)), ["unexpected_table"], "both stand there");
    observation.catalog.actual.tables.remove(&t);
    assert_eq!(rules(&judge(&manifest, &observation)), Vec::<&str>::new());
}

/// PostgreSQL and SQLite keep `("x")` as the column, and PostgreSQL a cast to the type that the column has.
#[test]
fn an_expression_that_the_server_keeps_as_a_column_is_no_other() {
    for (expression, is_compared) in [("(x)", true), ("(x::integer)", false), ("unknown", false)] {
        let manifest = manifest_of(&format!(
            "- app: a
  name: '1'
  operations:
  - {{create_table: {{name: t, columns: {{x: integer, z: integer}}}}}}
  - {{add_index: {{table: t, name: i, columns: [{{expression: \"{expression}\"}}, z]}}}}
  - {{add_unique: {{table: t, name: u, columns: [{{expression: \"{expression}\"}}, \"(lower(z))\"]}}}}
"
        ));
        let mut observation = healthy(&manifest);
        let t = TableName::unqualified("t");
        let column = crate::schema::IndexPart::column("x");
        edit(&mut observation.catalog.actual, &t, |it| {
            it.indexes[0].parts[0] = column.clone();
            it.uniques[0].parts[0] = column.clone();
        });
        let report = judge(&manifest, &observation);
        assert_eq!(rules(&report), Vec::<&str>::new(), "{expression}");
        assert_eq!(report.coverage.unverified == 0, is_compared, "{expression}");
        edit(&mut observation.catalog.actual, &t, |it| it.indexes[0].name = Some("another".into()));
        assert_eq!(rules(&judge(&manifest, &observation)).is_empty(), is_compared, "{expression}");
    }
}

#[test]
fn what_the_manifest_lacks_is_said_by_every_audit() {
    let mut manifest = manifest_of(
        "- {app: a, name: '1', operations: [{create_table: {name: t, columns: {x: integer}}}]}\n",
    );
    manifest.unread = vec!["settings.py:1: INSTALLED_APPS names b".to_owned()];
    let report = judge(&manifest, &healthy(&manifest));
    assert_eq!(report.health, Health::Healthy);
    assert_eq!(report.blind_spots, ["not in the manifest: settings.py:1: INSTALLED_APPS names b"]);
}

/// Of a statement that was seen, and of which only the running is not known.
#[test]
fn what_may_not_have_been_made_is_not_verified_and_all_else_of_its_table_is_missed() {
    let manifest = manifest_of(
        "- app: a
  name: '1'
  operations:
  - {create_table: {name: t, columns: {x: integer, k: integer}}}
  - {add_index: {table: t, name: of_x, columns: [x]}}
  - {add_index: {table: t, name: of_k, columns: [k]}}
  - {opaque: {reason: may be, may_touch: [t], may_undo: {over: [[x]], own: true}}}
- {app: a, name: '2', dependencies: [a.1], operations: [{rename_column: {table: t, from: x, to: z}}]}
",
    );
    let without = |name: &str| {
        let mut observation = healthy(&manifest);
        edit(&mut observation.catalog.actual, &TableName::unqualified("t"), |it| {
            it.indexes.retain(|it| it.name.as_deref() != Some(name));
        });
        rules(&judge(&manifest, &observation))
    };
    assert_eq!(without("of_x"), Vec::<&str>::new());
    assert_eq!(without("of_k"), ["missing_index"]);
}

/// As where a router of Django was not seen through: what later migrations change of it is there too.
#[test]
fn a_table_that_may_be_in_another_database_is_not_verified_unless_a_foreign_key_points_at_it() {
    let manifest = manifest_of(
        "- app: a
  name: '1'
  operations:
  - {create_table: {name: t, columns: {x: integer}, primary_key: [x]}}
  - {opaque: {reason: router, may_touch: [t], may_undo: {tables: [t], own: true, elsewhere: true}}}
- {app: a, name: '2', dependencies: [a.1], operations: [{add_column: {table: t, name: z, column: integer}}]}
- app: b
  name: '1'
  dependencies: [a.2]
  operations:
  - {create_table: {name: u, columns: {x: integer}, foreign_keys: [{columns: [x], references: t, referenced_columns: [x]}]}}
  - {opaque: {reason: router, may_touch: [u], may_undo: {tables: [u], own: true, elsewhere: true}}}
",
    );
    let [t, u] = ["t", "u"].map(TableName::unqualified);
    let mut observation = healthy(&manifest);
    observation.catalog.actual.tables.remove(&t);
    assert_eq!(rules(&judge(&manifest, &observation)), ["missing_table"]);
    observation.catalog.actual.tables.remove(&u);
    assert_eq!(rules(&judge(&manifest, &observation)), Vec::<&str>::new());
}

/// Code gives the table another name, and the foreign key of another follows it, or goes with it.
#[test]
fn a_foreign_key_to_a_table_that_code_takes_away_is_not_verified() {
    let manifest = manifest_of(
        "- app: a
  name: '1'
  operations:
  - {create_table: {name: t, columns: {x: integer}, primary_key: [x]}}
  - {create_table: {name: u, columns: {x: integer}, foreign_keys: [{columns: [x], references: t, referenced_columns: [x]}]}}
- {app: a, name: '2', dependencies: [a.1], operations: [{opaque: {reason: RunPython, may_touch: [t, t2], may_undo: {tables: [t]}}}]}
",
    );
    let mut observation = healthy(&manifest);
    let [t, u] = ["t", "u"].map(TableName::unqualified);
    observation.catalog.actual.tables.remove(&t);
    edit(&mut observation.catalog.actual, &u, |it| it.foreign_keys.clear());
    let report = judge(&manifest, &observation);
    assert_eq!((rules(&report), report.health), (vec![], Health::Healthy), "{:?}", report.blind_spots);
}

/// The blind spot of a column goes with it to its new name.
#[test]
fn a_column_that_was_not_seen_through_is_not_compared_under_its_new_name() {
    let spot = "{opaque: {reason: field x, may_touch: [t], may_undo: {definitions: [x]}}}";
    let create = "{create_table: {name: t, columns: {x: integer, y: integer}}}";
    let rename = "{rename_column: {table: t, from: x, to: z}}";
    let manifest = manifest_of(&format!(
        "- {{app: a, name: '1', operations: [{create}, {spot}]}}
- {{app: a, name: '2', dependencies: [a.1], operations: [{rename}]}}
"
    ));
    let mut observation = healthy(&manifest);
    let t = TableName::unqualified("t");
    edit(&mut observation.catalog.actual, &t, |it| it.columns.iter_mut().for_each(|it| it.nullable ^= true));
    let report = judge(&manifest, &observation);
    let columns: Vec<_> = report.findings.iter().filter_map(|it| it.subject.column.as_deref()).collect();
    assert_eq!(columns, ["y"]);
}

/// A field that was not seen through: its column is there, and that is all that is known of it.
#[test]
fn a_column_whose_definition_was_not_seen_is_missed_but_not_compared() {
    let spot = "{opaque: {reason: field x, may_touch: [t], may_undo: {definitions: [x]}}}";
    let create = "{create_table: {name: t, columns: {x: integer, y: integer}}}";
    let t = TableName::unqualified("t");
    for operations in [
        format!("[{spot}, {create}]}}\n"),
        format!("[{create}]}}\n- {{app: a, name: '2', dependencies: [a.1], operations: [{spot}]}}\n"),
    ] {
        let manifest = manifest_of(&format!("- {{app: a, name: '1', operations: {operations}"));
        let nullable = |name: &'static str| {
            let mut observation = healthy(&manifest);
            edit(&mut observation.catalog.actual, &t, |it| {
                it.columns.iter_mut().filter(|it| *it.name == *name).for_each(|it| it.nullable ^= true);
            });
            judge(&manifest, &observation)
        };
        let report = nullable("x");
        assert_eq!((rules(&report), report.coverage.unverified), (Vec::<&str>::new(), 1), "{operations}");
        assert_eq!(rules(&nullable("y")), ["nullability_differs"], "{operations}");
        let mut observation = healthy(&manifest);
        edit(&mut observation.catalog.actual, &t, |it| it.columns.retain(|it| &*it.name != "x"));
        assert_eq!(rules(&judge(&manifest, &observation)), ["missing_column"], "{operations}");
    }
}

/// `check_replacements` of `django/db/migrations/executor.py`: a squash is recorded when `migrate` ends, after
/// all that came behind it.
#[test]
fn a_blind_spot_between_a_squash_and_its_late_row_counts() {
    let manifest = manifest_of(
        r#"
- {app: a, name: s, replaces: [a.1], operations: [{create_table: {name: t, columns: {x: integer}}}]}
- {app: b, name: "1", dependencies: [a.s], operations: [{opaque: {reason: RunPython, may_touch: [t]}}]}
"#,
    );
    let mut observation = healthy(&manifest);
    let rows = ["a.1", "b.1", "a.s"].iter().map(|it| row(&id(it))).collect();
    observation.ledger = LedgerObservation::Rows(rows);
    observation.catalog.actual.tables.remove(&TableName::unqualified("t"));
    let report = judge(&manifest, &observation);
    assert_eq!(report.findings[0].severity, Severity::Warning);
    assert!(report.findings[0].message.ends_with("it may have been changed by b.1 (RunPython)"));
}

#[test]
fn a_dependency_that_is_not_applied_is_inconsistent() {
    let manifest = contrib(Dialect::Postgres);
    let mut observation = healthy(&manifest);
    let LedgerObservation::Rows(rows) = &mut observation.ledger else { panic!() };
    rows.retain(|it| it.migration != id("auth.0001_initial"));
    let report = judge(&manifest, &observation);
    assert!(rules(&report).contains(&"inconsistent_history"));
    assert!(rules(&report).contains(&"pending_migration"));
}

#[test]
fn an_id_stays_the_same_from_audit_to_audit() {
    let manifest = contrib(Dialect::Postgres);
    let mut damaged = healthy(&manifest);
    damaged.catalog.actual.tables.remove(&TableName::unqualified("django_session"));
    let first = judge(&manifest, &damaged).findings[0].id.clone();
    assert_eq!(first.len(), 16);
    damaged.catalog.actual.tables.remove(&TableName::unqualified("auth_group"));
    assert!(judge(&manifest, &damaged).findings.iter().any(|it| it.id == first));
}
