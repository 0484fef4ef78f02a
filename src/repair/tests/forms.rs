//! How a plan is written: hostile names stay inside their quotes and comments, rebuilds keep what they do not know.

use super::*;
use crate::audit::StoredTable;
use crate::migration::{Manifest, Migration, MigrationId, Operation, ledger};
use crate::repair::rebuild::rebuild;
use crate::repair::{MigrationFile, Options, Statement, Variant, migrations, plan_with, script};
use crate::schema::{Check, UniqueConstraint};

const HOSTILE: &str = "a\n; DROP TABLE b; --\u{2028}\"'\\";

#[test]
fn a_name_ends_neither_its_comment_nor_its_quotes() {
    let mut view = table(HOSTILE, &["id"]);
    view.kind = TableKind::View;
    let plan =
        plan(Dialect::Postgres, &schema([view]), &schema([table(HOSTILE, &["id"]), table("b\nc", &["id"])]));
    let script = script(&plan, "shop", "public");
    let bare: Vec<&str> =
        script.lines().filter(|it| it.starts_with("; DROP") || it.starts_with("DROP")).collect();
    assert_eq!(bare, [""; 0], "{script}");
    assert!(script.contains("CREATE TABLE IF NOT EXISTS \"b\nc\""), "{script}");
}

fn of_one_app(statement: Statement) -> MigrationFile {
    let id = |name: &str| MigrationId { app: "shop".into(), name: name.into() };
    let operations = vec![Operation::Change(Change::CreateTable(table("z", &["id"]).into()))];
    let migration = Migration {
        id: id("0007_last"),
        dependencies: Vec::new(),
        replaces: Vec::new(),
        operations,
        taken_back: Vec::new(),
    };
    let manifest = Manifest::new(Dialect::Postgres, &ledger::DJANGO, vec![migration]).unwrap();
    let mut plan = Plan::empty(Dialect::Postgres);
    plan.statements.push(Statement { migration: Some(id("0007_last")), ..statement });
    migrations(&plan, &manifest, &std::collections::BTreeMap::new(), None).unwrap().remove(0)
}

#[test]
fn a_migration_comes_after_its_apps_leaf_and_quotes_what_it_runs() {
    let plan = plan(Dialect::Postgres, &Schema::default(), &schema([table(HOSTILE, &["id"])]));
    let file = of_one_app(plan.statements[0].clone());
    assert_eq!(file.migration.to_string(), "shop.0008_schema_health_repair");
    assert!(file.text.contains("(\"shop\", \"0007_last\"),"), "{}", file.text);
    assert!(file.text.contains("\\n; DROP TABLE b; --\\u2028"), "{}", file.text);
    assert!(file.text.lines().all(|it| !it.trim_start().starts_with("; DROP")), "{}", file.text);
    assert!(!file.text.contains("atomic = False"));
}

#[test]
fn concurrently_is_alone_and_has_a_twin() {
    let mut indexed = table("a", &["id", "x"]);
    let bare = schema([indexed.clone()]);
    indexed.indexes.push(Index::on_columns(["x"]));
    indexed.uniques.push(UniqueConstraint::on_columns(["x"]));
    let options = Options { variant: Variant::ZeroDowntime, ..Options::default() };
    let plan = plan_with(Dialect::Postgres, &bare, &schema([indexed]), &options);
    let alone: Vec<bool> = plan.statements.iter().map(|it| it.commands[0].contains("CONCURRENTLY")).collect();
    assert_eq!(alone, [true, false, true]);
    for statement in plan.statements.iter().filter(|it| it.commands[0].contains("CONCURRENTLY")) {
        assert!(!statement.transactional);
        assert!(statement.twin.as_ref().is_some_and(|it| !it[0].contains("CONCURRENTLY")));
        assert!(statement.hazards.iter().any(|it| it.kind() == "leaves_invalid_object"));
    }
    assert!(of_one_app(plan.statements[0].clone()).text.contains("atomic = False"));
}

#[test]
fn a_primary_key_whose_usual_name_is_not_free_is_named_by_the_server() {
    let zero_downtime = Options { variant: Variant::ZeroDowntime, ..Options::default() };
    let commands = |name: &str, beside: Table| {
        let keyed = table(name, &["id"]);
        let bare = Table { primary_key: None, ..keyed.clone() };
        let (actual, expected) = (schema([bare, beside.clone()]), schema([keyed, beside]));
        let plan = plan_with(Dialect::Postgres, &actual, &expected, &zero_downtime);
        let blocks = plan.statements[0].hazards.iter().any(|it| it.kind() == "blocks_writes");
        (
            plan.statements.len(),
            blocks,
            plan.statements.last().map(|it| it.commands[0].clone()).unwrap_or_default(),
        )
    };
    let mut renamed = table("b", &["id"]);
    let (count, blocks, last) = commands("a", renamed.clone());
    assert_eq!((count, blocks), (2, false));
    assert!(last.contains("ADD CONSTRAINT \"a_pkey\" PRIMARY KEY USING INDEX \"a_pkey\""), "{last}");

    renamed.primary_key.iter_mut().for_each(|it| it.name = Some("a_pkey".into()));
    for (count, blocks, last) in [commands("a", renamed), commands(&"a".repeat(60), table("b", &["id"]))] {
        assert_eq!((count, blocks), (1, true));
        assert!(last.contains("ADD PRIMARY KEY (\"id\")"), "{last}");
    }
}

#[test]
fn a_rebuild_keeps_what_the_schema_does_not_know() {
    let stored = StoredTable {
        create: "CREATE TABLE \"T\" (id INTEGER PRIMARY KEY AUTOINCREMENT, x TEXT COLLATE NOCASE -- why\n, y) STRICT".into(),
        beside: vec!["CREATE TRIGGER u AFTER INSERT ON t BEGIN SELECT 1; END".into()],
    };
    let check = Check {
        name: Some("c".into()),
        columns: vec!["y".into()],
        expression: Spelling::certain("y > 0"),
        provenance: Provenance::default(),
    };
    let change = Change::AddCheck { table: TableName::unqualified("t"), check };
    let commands = rebuild(&stored, &table("t", &["id", "x", "y"]), &[&change]).unwrap();
    let create = commands.iter().find(|it| it.starts_with("CREATE TABLE")).unwrap();
    assert!(create.contains("x TEXT COLLATE NOCASE") && create.ends_with(") STRICT"), "{create}");
    assert!(create.contains("CONSTRAINT \"c\" CHECK (y > 0)"), "{create}");
    assert!(commands.iter().any(|it| it.starts_with("INSERT INTO sqlite_sequence")), "{commands:#?}");
    assert!(commands.contains(&stored.beside[0]));
    let position = |start: &str| commands.iter().position(|it| it.starts_with(start)).unwrap();
    assert!(position("INSERT INTO temp.") < position("CREATE TABLE \""));
    assert!(position("INSERT INTO \"schema_health_new\"") < position("DROP TABLE \"T\""));
}
