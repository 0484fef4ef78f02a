//! What is as foreseen shares the expected tables; what differs is told as it is told without foresight.

use std::sync::Arc;

use schema_health::audit::{Expected, Foresight, Observation, Policy, audit};
use schema_health::catalog::Session;
use schema_health::migration::{Interest, Manifest};
use schema_health::schema::TableName;
use sqlx::Connection;

use super::{target, texts_of};
use crate::servers::postgres::postgres_database;

const MANIFEST: &str = "
format: 1
dialect: postgres
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table:
          name: person
          columns: {id: integer primary key, code: varchar(20) not null unique}
      - create_table:
          name: orders
          columns: {id: integer primary key, person_id: integer not null references person(id), total: integer not null}
          indexes: [[total]]
          checks: [{expression: total > 0, columns: [total]}]
";

const DATABASE: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamptz NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00');
CREATE TABLE person (id integer PRIMARY KEY, code varchar(20) NOT NULL UNIQUE);
CREATE TABLE orders (id integer PRIMARY KEY, person_id integer NOT NULL REFERENCES person, total integer NOT NULL CHECK (total > 0));
CREATE INDEX ON orders (total);
";

fn shares(observation: &Observation, expected: &Expected, table: &str) -> bool {
    let name = TableName::unqualified(table);
    let tables =
        (observation.catalog.actual.tables.get(&name), expected.expectation.schema.tables.get(&name));
    tables.0.zip(tables.1).is_some_and(|(actual, expected)| Arc::ptr_eq(actual, expected))
}

#[tokio::test]
async fn what_is_as_expected_shares_its_table_and_what_differs_does_not() {
    let database = postgres_database().await;
    database.execute(DATABASE).await;
    let manifest = Arc::new(Manifest::parse(MANIFEST, false).unwrap());
    let interest = manifest.interest();
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let mut foresight = Foresight::new(Arc::clone(&manifest), None);
    for (damage, shared) in [
        ("SELECT", [true, true]),
        ("DROP INDEX orders_total_idx", [true, false]),
        ("ALTER TABLE person ADD more text", [false, false]),
        ("CREATE INDEX ON orders (total)", [false, true]),
        ("ALTER TABLE orders DROP CONSTRAINT orders_total_check", [false, false]),
        ("ALTER TABLE orders ADD CHECK (total > 1)", [false, false]),
        ("DROP TABLE person CASCADE", [false, false]),
        ("CREATE VIEW person AS SELECT 1 AS id, 'x'::varchar(20) AS code", [false, false]),
        ("DELETE FROM django_migrations", [false, false]),
    ] {
        database.execute(damage).await;
        let seen = session.observe_expecting(&interest, Some(&mut foresight)).await.unwrap();
        let expected = foresight.told().unwrap();
        assert_eq!(["person", "orders"].map(|it| shares(&seen, expected, it)), shared, "{damage}");
        let plain = session.observe(&interest).await.unwrap();
        assert!(["person", "orders"].iter().all(|it| !shares(&plain, expected, it)));
        let judge = |observation| format!("{:#?}", audit(&manifest, observation, &Policy::default()));
        assert_eq!(judge(&seen), judge(&plain), "{damage}");
    }
    session.close().await;
}

/// A server's process keeps what it opened for the texts of many expressions.
#[tokio::test]
async fn a_session_that_asked_for_many_texts_is_renewed_and_asks_for_none_again() {
    let database = postgres_database().await;
    let checks: Vec<String> = (0..600).map(|number| format!("CHECK (a > {number})")).collect();
    database.execute(&format!("CREATE TABLE t (a int, {})", checks.join(", "))).await;
    let mut connection = database.connect().await;
    let mut backends = async || -> Vec<i32> {
        let sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'schema-health'";
        sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
    };
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let (unused, was_renewed) = session.renewed().await.unwrap();
    assert!(!was_renewed);
    session = unused;
    let first = backends().await;
    let seen = session.observe(&texts_of(&["t"])).await.unwrap();
    let (mut session, was_renewed) = session.renewed().await.unwrap();
    assert!(was_renewed);
    let second = backends().await;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first, second);

    // Nobody who holds the table is waited for, nor asked: the texts are known.
    let mut holder = database.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE t").execute(&mut holder).await.unwrap();
    let again = session.observe(&texts_of(&["t"])).await.unwrap();
    assert_eq!(again.catalog.actual, seen.catalog.actual);
    assert_eq!(again.catalog.unread, Vec::<String>::new());
    holder.close().await.unwrap();
    let (session, was_renewed) = session.renewed().await.unwrap();
    assert!(!was_renewed);
    assert_eq!(session_is_sound(session).await, 1);
}

async fn session_is_sound(mut session: Session) -> usize {
    let tables = session.observe(&Interest::default()).await.unwrap().catalog.actual.tables.len();
    session.close().await;
    tables
}
