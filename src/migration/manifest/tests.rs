//! What a manifest file may say, and how its mistakes are told.

use super::*;

const HEAD: &str = "format: 1\ndialect: postgres\nmigrations:\n";

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let problems = Manifest::parse(text, false).unwrap_err();
    let told: Vec<String> = problems
        .iter()
        .map(|it| match it.position {
            Some((line, column)) => format!("{line}:{column}: {}", it.message),
            None => it.message.clone(),
        })
        .collect();
    assert_eq!(told, expected);
}

fn with(migrations: &str) -> String {
    format!("{HEAD}{migrations}")
}

const SHOP: &str = r#"
- app: shop
  name: "0001"
  operations:
    - create_table:
        name: customer
        columns:
          email: varchar(254) not null unique
          id: bigint primary key identity
          parent_id: bigint null references customer
        indexes:
          - [email desc]
          - {name: by_lower, columns: ["(lower(email))"], condition: "parent_id is null"}
        checks:
          - {name: c, expression: "email <> ''"}
- app: shop
  name: "0002"
  dependencies: [shop.0001]
  operations:
    - add_column: {table: customer, name: note, column: text null}
    - add_index: {table: customer, columns: [note]}
    - drop_index: {table: customer, name: by_lower}
    - opaque: {reason: RunPython fill, may_touch: [customer]}
    - opaque: {reason: RunPython other, may_touch: nothing}
"#;

#[test]
fn yaml_and_json_are_one_format() {
    let yaml = Manifest::parse(&with(SHOP), false).unwrap();
    let value: serde_json::Value = serde_saphyr::from_str(&with(SHOP)).unwrap();
    let json = Manifest::parse(&value.to_string(), true).unwrap();
    assert_eq!(yaml.migrations, json.migrations);
    assert_eq!(yaml.migrations.len(), 2);
    let Operation::Change(Change::CreateTable(table)) = &yaml.migrations[0].operations[0] else { panic!() };
    assert_eq!(table.columns.len(), 3);
    assert_eq!(table.primary_key.as_ref().unwrap().columns, vec!["id".into()]);
    assert_eq!(table.uniques.len(), 1);
    assert_eq!(table.foreign_keys[0].references, TableName::unqualified("customer"));
    assert_eq!(table.indexes[0].to_string(), "INDEX (email DESC)");
    assert_eq!(yaml.interest().expressions, [TableName::unqualified("customer")].into());
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_was_expected() {
    refused(
        &with("- {app: a, nam: x}"),
        &[
            "4:12: unknown field `nam`, expected one of app, name, dependencies, replaces, operations, taken_back",
        ],
    );
    refused(
        &with(
            "- app: a\n  name: x\n  operations:\n    - create_table:\n        name: t\n        columns:\n          id: bigint not nul\n",
        ),
        &["10:15: expected `null` after `not`, found `nul`"],
    );
    refused(
        &with("- {app: a, name: x, operations: [{create_tabel: {}}]}"),
        &[
            "4:35: unknown variant `create_tabel`, expected one of create_table, drop_table, rename_table, add_column, \
         drop_column, rename_column, alter_column, add_primary_key, drop_primary_key, add_unique, drop_unique, \
         add_foreign_key, drop_foreign_key, add_check, drop_check, add_index, drop_index, add_exclusion, \
         drop_exclusion, rename_constraint, opaque",
        ],
    );
    refused(
        "format: 2\ndialect: postgres\nmigrations: []\n",
        &["this is format 2, but this version of schema-health reads format 1"],
    );
    refused(
        "format: 1\ndialect: oracle\nmigrations: []\n",
        &["2:10: unknown variant `oracle`, expected one of postgres, mysql, mariadb, sqlite"],
    );
}

#[test]
fn an_empty_manifest_is_refused_because_nothing_compared_reads_as_healthy() {
    let message = "the manifest describes no operation: an audit would compare nothing";
    refused("format: 1\ndialect: postgres\nmigrations: []\n", &[message]);
    refused(&with("- {app: a, name: x}"), &[message]);
}

#[test]
fn a_graph_that_cannot_be_is_refused() {
    let operations = "operations: [{drop_table: t}]";
    refused(
        &with(&format!("- {{app: a, name: x, {operations}}}\n- {{app: a, name: x, {operations}}}\n")),
        &["5:3: a.x stands in the manifest twice"],
    );
    refused(
        &with(&format!("- {{app: a, name: x, dependencies: [b.y], {operations}}}\n")),
        &["4:3: a.x depends on b.y, which is not in the manifest"],
    );
    refused(
        &with(&format!(
            "- {{app: a, name: x, dependencies: [a.y], {operations}}}\n- {{app: a, name: y, dependencies: [a.x], {operations}}}\n"
        )),
        &["4:3: the dependencies form a cycle: a.x -> a.y -> a.x"],
    );
    refused(
        &with(&format!("- {{app: a, name: x, dependencies: [y], {operations}}}\n")),
        &["4:3: a.x: `y` should be `app.name`, for example `a.y`"],
    );
}

#[test]
fn a_key_over_a_column_that_is_not_there_is_refused() {
    refused(
        &with(
            "- app: a\n  name: x\n  operations:\n    - create_table: {name: t, columns: {id: int}, indexes: [[di]]}\n",
        ),
        &["4:3: a.x, operation 1: table t has no column di, which one of its keys names"],
    );
}

#[test]
fn bombs_are_refused() {
    let nested = format!("{HEAD}{}", "[".repeat(100_000));
    assert!(Manifest::parse(&nested, false).is_err());
    assert!(Manifest::parse(&"[".repeat(100_000), true).is_err());
}

/// The order is by dependency; what stands earlier comes first where dependencies leave it open.
#[test]
fn migrations_are_put_in_an_order_in_which_they_can_be_applied() {
    let text = with(
        "- {app: a, name: late, dependencies: [b.first], operations: [{drop_table: t}]}\n- {app: b, name: first}\n- {app: c, name: free}\n",
    );
    let manifest = Manifest::parse(&text, false).unwrap();
    let names: Vec<String> = manifest.migrations.iter().map(|it| it.id.to_string()).collect();
    assert_eq!(names, ["b.first", "a.late", "c.free"]);
}

/// As in a label of Django's of old.
#[test]
fn the_name_of_an_app_may_hold_dots() {
    let text = with(
        "- {app: a.b, name: \"1\", operations: [{drop_table: t}]}\n- {app: a.b, name: \"2\", dependencies: [a.b.1], replaces: [a.b.0]}\n\
         - {app: a, name: \"1\", dependencies: [a.b.2]}\n- {app: c, name: \"1\", dependencies: [a.1]}\n",
    );
    let manifest = Manifest::parse(&text, false).unwrap();
    let depended: Vec<String> = (manifest.migrations.iter())
        .flat_map(|it| it.dependencies.iter().chain(&it.replaces))
        .map(|it| format!("{} {}", it.app, it.name))
        .collect();
    assert_eq!(depended, ["a.b 1", "a.b 0", "a.b 2", "a 1"]);
}

/// Every manifest of the repository is read, and fits together from its first migration to its last.
#[test]
fn every_manifest_of_the_repository_folds_without_a_problem() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "migrations-manifest",
        "migrations-manifest/demo",
        "tests/cases/django-contrib",
        "tests/cases/deltacrown",
    ];
    let is_manifest = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".yaml") || (name.ends_with(".json") && !name.ends_with(".schema.json"))
    };
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let mut read = 0;
    for path in files.map(|entry| entry.unwrap().path()).filter(|path| is_manifest(path)) {
        let manifest = Manifest::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let all = (0..).zip(&manifest.migrations).map(|(at, _)| at).collect();
        let expectation = crate::migration::fold(&manifest, &all, &manifest.dialect.naming());
        assert_eq!(expectation.problems, [], "{}", path.display());
        assert!(!expectation.schema.tables.is_empty(), "{}", path.display());
        read += 1;
    }
    assert_eq!(read, 8);
}

/// SQLite numbers the rows of an `integer` that is the only key; and no key is null.
#[test]
fn what_a_column_is_hangs_on_the_key() {
    let text = |dialect: &str| {
        format!(
            r#"{{"format": 1, "dialect": "{dialect}", "ledger": "django", "migrations": [{{"app": "a", "name": "1", "operations": [
            {{"create_table": {{"name": "t", "columns": {{"id": "integer primary key identity", "n": "integer null"}}}}}},
            {{"alter_column": {{"table": "t", "name": "id", "column": "integer not null"}}}},
            {{"create_table": {{"name": "u", "columns": {{"a": "integer", "b": "text"}}, "primary_key": ["a", "b"]}}}},
            {{"alter_column": {{"table": "u", "name": "b", "column": "text null"}}}}]}}]}}"#
        )
    };
    for (dialect, numbers) in [("sqlite", true), ("postgres", false)] {
        let manifest = Manifest::parse(&text(dialect), true).unwrap();
        let expectation = crate::migration::fold(&manifest, &[0].into(), &manifest.dialect.naming());
        assert_eq!(expectation.problems, []);
        let column = |table: &str, column: &str| {
            let tables = expectation.schema.tables.values();
            let table = tables.into_iter().find(|it| &*it.name.name == table).unwrap();
            table.column(column).unwrap().clone()
        };
        assert_eq!(column("t", "id").auto_increment, numbers, "{dialect}");
        assert!(column("t", "n").nullable && !column("u", "b").nullable, "{dialect}");
    }
}

/// Every manifest of the repository, written and read again, is the same; how it is written is frozen.
#[test]
fn a_written_manifest_is_read_as_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [
        "migrations-manifest/example.yaml",
        "migrations-manifest/demo/deltacrown.sqlite.json",
        "tests/cases/deltacrown/manifest.sqlite.yaml",
        "tests/cases/django-contrib/manifest.sqlite.yaml",
        "tests/cases/django-contrib/manifest.mariadb.yaml",
        "tests/cases/django-contrib/manifest.postgres.yaml",
        "tests/cases/deltacrown/manifest.postgres.yaml",
    ] {
        let manifest = Manifest::load(&root.join(file)).unwrap();
        let text = manifest.to_json();
        let read = Manifest::parse(&text, true).unwrap();
        assert_eq!(read.migrations, manifest.migrations, "{file}");
        assert_eq!((read.dialect, read.ledger), (manifest.dialect, manifest.ledger), "{file}");
        assert_eq!(read.to_json(), text, "{file}");
    }
    let example = Manifest::load(&root.join("migrations-manifest/example.yaml")).unwrap();
    insta::assert_snapshot!("example", example.to_json());
}
