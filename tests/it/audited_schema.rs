//! A manifest may name the audited schema, or leave it out: both mean the same table.

use schema_health::audit::{Health, Policy, audit};
use schema_health::catalog::{LedgerSource, Session, Target};
use schema_health::migration::{Manifest, ledger::DJANGO};

use crate::observing;
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

/// Some names bear the schema `{schema}`, some do not; a table is known by both.
const MANIFEST: &str = r#"
format: 1
dialect: {dialect}
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table:
          name: {schema: {schema}, name: person}
          columns: {id: integer primary key, code: varchar(20) not null}
          uniques: [{name: one_code, columns: [code]}]
      - create_table:
          name: orders
          columns: {id: integer primary key, person_id: integer not null, total: integer not null}
          foreign_keys:
            - {name: to_person, columns: [person_id], references: {schema: {schema}, name: person}, referenced_columns: [id]}
          indexes: [{name: old_total, columns: [total]}]
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - rename_table: {from: person, to: {schema: {schema}, name: users}}
      - drop_index: {table: {schema: {schema}, name: orders}, name: old_total}
      - add_column: {table: {schema: {schema}, name: orders}, name: note, column: varchar(9)}
      - add_index: {table: orders, name: by_note, columns: [note]}
      - opaque: {reason: RunPython, may_touch: [{schema: {schema}, name: touched}]}
"#;

const DATABASE: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamp NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00'), (2, 'shop', '0002_more', '2026-01-02 10:00:00');
CREATE TABLE users (id integer PRIMARY KEY, code varchar(20) NOT NULL, CONSTRAINT one_code UNIQUE (code));
CREATE TABLE orders (id integer PRIMARY KEY, person_id integer NOT NULL, total integer NOT NULL, note varchar(9),
                     CONSTRAINT to_person FOREIGN KEY (person_id) REFERENCES users (id));
CREATE INDEX by_note ON orders (note);
";

fn manifest(dialect: &str, schema: &str) -> Manifest {
    let text =
        MANIFEST.replace("{dialect}", dialect).replace("{schema: {schema}", &format!("{{schema: {schema}"));
    Manifest::parse(&text, false).unwrap()
}

/// The target whose ledger is named with the audited schema too.
async fn is_healthy(manifest: &Manifest, url: &str, schema: Option<&str>, ledger_schema: &str) {
    let ledger = LedgerSource { format: &DJANGO, table: None, schema: Some(ledger_schema.to_owned()) };
    let target = Target { schema: schema.map(str::to_owned), ledger, ..observing::target(url) };
    let mut session = Session::open(&target).await.unwrap();
    let observation = session.observe(&manifest.interest()).await.unwrap();
    session.close().await;
    let report = audit(manifest, &observation, &Policy::default());
    assert_eq!(report.findings, []);
    assert_eq!(report.health, Health::Healthy, "{:?}", report.reason);
    assert_eq!(report.coverage.expected_tables, 2);
    assert_eq!(report.blind_spots, ["shop.0002_more: RunPython may have touched touched"]);
}

#[tokio::test]
async fn a_manifest_may_name_the_audited_schema_of_postgres() {
    let database = postgres_database().await;
    database.execute(&format!("CREATE SCHEMA app; SET search_path = app; {DATABASE}")).await;
    is_healthy(&manifest("postgres", "app"), &database.url(), Some("app"), "app").await;
}

/// A manifest that writes `public` serves a database whose audited schema nobody configured.
#[tokio::test]
async fn a_manifest_may_name_the_schema_that_postgres_takes_by_itself() {
    let database = postgres_database().await;
    database.execute(DATABASE).await;
    is_healthy(&manifest("postgres", "public"), &database.url(), None, "public").await;
}

#[tokio::test]
async fn a_manifest_may_name_the_audited_schema_of_mysql() {
    let database = mysql_database().await;
    database.execute(DATABASE).await;
    is_healthy(&manifest(database.kind(), &database.name), &database.url(), None, &database.name).await;
}

#[tokio::test]
async fn a_manifest_may_name_the_audited_schema_of_sqlite() {
    let database = sqlite_database().await;
    database.execute(DATABASE).await;
    is_healthy(&manifest("sqlite", "main"), &database.url(), None, "main").await;
}
