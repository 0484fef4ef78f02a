//! Apps whose migrations the graph leaves in any order, migrated by real Django in each: nothing is accused.

use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;

use super::{findings, manage, project, report, site_packages};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

const CASE: &str = "django-order";

/// What is migrated, step by step, each time to the end named.
/// `archive` stands before `books` in Django's own plan, `orders` behind it.
const ORDERS: [&[[&str; 2]]; 4] = [
    &[["books", "0003"], ["archive", "0002"], ["orders", "0002"]],
    &[
        ["books", "0001"],
        ["orders", "0002"],
        ["archive", "0002"],
        ["books", "0002"],
        ["books", "0003"],
        ["books", "0004"],
        ["binders", "0002"],
        ["covers", "0002"],
    ],
    &[
        ["books", "0001"],
        ["orders", "0001"],
        ["archive", "0001"],
        ["books", "0002"],
        ["orders", "0002"],
        ["archive", "0002"],
        ["books", "0003"],
        ["binders", "0002"],
        ["covers", "0002"],
        ["books", "0004"],
    ],
    &[
        ["books", "0002"],
        ["archive", "0001"],
        ["orders", "0001"],
        ["books", "0003"],
        ["archive", "0002"],
        ["orders", "0002"],
    ],
];

fn manifest(dialect: Dialect) -> Manifest {
    let folder = project(CASE);
    let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let request = schema_health::compile::django::Request {
        dialect,
        sources: vec![folder.clone(), base, site_packages()],
        settings: Some(folder.join("settings.py")),
        set: Vec::new(),
        apps: Vec::new(),
        installed_apps: Vec::new(),
        database: "default".to_owned(),
        django: None,
    };
    schema_health::compile::django::compile_project(&request).unwrap().manifest
}

/// All findings after each step of one order.
async fn wrong(order: &[[&str; 2]], url: &str, dialect: Dialect) -> Vec<String> {
    let manifest = manifest(dialect);
    let mut wrong = Vec::new();
    for (at, [app, name]) in order.iter().enumerate() {
        manage(CASE, url, &["migrate", app, name, "--skip-checks"]);
        let report = report(&manifest, url).await;
        wrong.extend(findings(&report).into_iter().map(|it| format!("{:?}: {it}", &order[..=at])));
    }
    wrong
}

#[tokio::test]
async fn whatever_order_was_taken_on_postgres_nothing_is_accused() {
    let mut told = Vec::new();
    for order in ORDERS {
        let database = postgres_database().await;
        told.extend(wrong(order, &database.url(), Dialect::Postgres).await);
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[tokio::test]
async fn whatever_order_was_taken_on_mysql_nothing_is_accused() {
    let mut told = Vec::new();
    for order in &ORDERS[1..3] {
        let database = mysql_database().await;
        told.extend(wrong(order, &database.url(), database.dialect).await);
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[tokio::test]
async fn whatever_order_was_taken_on_sqlite_nothing_is_accused() {
    let mut told = Vec::new();
    for order in &ORDERS[1..3] {
        let database = sqlite_database().await;
        told.extend(wrong(order, &database.url(), Dialect::Sqlite).await);
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[tokio::test]
async fn a_key_is_known_whichever_name_its_table_has() {
    let (database, manifest) = (postgres_database().await, manifest(Dialect::Postgres));
    for (to, table) in [("0001", "books_shelf"), ("0003", "library_shelf")] {
        manage(CASE, &database.url(), &["migrate", "books", to, "--skip-checks"]);
        manage(CASE, &database.url(), &["migrate", "orders", "0002", "--skip-checks"]);
        let told = report(&manifest, &database.url()).await;
        assert_eq!(findings(&told), [""; 0]);
        assert!(told.blind_spots.iter().all(|it| !it.contains("shelf")), "{:?}", told.blind_spots);
        let key =
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = 'orders_order'::regclass";
        let alter = format!(
            "DO $$ DECLARE key text; BEGIN {key} AND confrelid = '{table}'::regclass INTO key; \
             EXECUTE format('ALTER TABLE orders_order DROP CONSTRAINT %I', key); END $$"
        );
        database.execute(&alter).await;
        let missed = findings(&report(&manifest, &database.url()).await);
        assert_eq!(missed.len(), 1, "{missed:?}");
        assert!(missed[0].starts_with(&format!(
            "missing_foreign_key: FOREIGN KEY (shelf_id) REFERENCES {table} (id) DEFERRABLE INITIALLY DEFERRED on table \
             orders_order is missing"
        )), "{missed:?}");
        database.execute(&format!("ALTER TABLE orders_order ADD FOREIGN KEY (shelf_id) REFERENCES {table} DEFERRABLE INITIALLY DEFERRED")).await;
    }
}
