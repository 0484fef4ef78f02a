//! An audit waits for nobody, and nobody's changes tear what it reads.

use std::time::Instant;

use schema_health::schema::{Schema, Spelling};
use sqlx::{AssertSqlSafe, Connection};

use super::*;
use crate::servers::postgres::postgres_database;

const TABLES: usize = 40;

fn name(number: usize) -> String {
    format!("t{number:02}")
}

/// Without the texts of expressions.
fn bones(schema: &Schema) -> Schema {
    let mut bones = schema.clone();
    for table in bones.tables.values_mut() {
        let table = std::sync::Arc::make_mut(table);
        table.checks.iter_mut().for_each(|it| it.expression = Spelling::Unread);
        table
            .columns
            .iter_mut()
            .filter_map(|it| it.generated.as_mut())
            .for_each(|it| it.expression = Spelling::Unread);
        for part in table.indexes.iter_mut().flat_map(|it| &mut it.parts) {
            if part.as_column().is_none() {
                part.key = schema_health::schema::IndexKey::Expression(Spelling::Unread);
            }
        }
        for index in &mut table.indexes {
            index.condition.iter_mut().for_each(|it| *it = Spelling::Unread);
        }
    }
    bones
}

#[tokio::test]
async fn half_of_the_tables_locked() {
    let database = postgres_database().await;
    let mut ddl = String::new();
    for number in 0..TABLES {
        let name = name(number);
        ddl += &format!(
            "CREATE TABLE {name} (id serial PRIMARY KEY, a int NOT NULL DEFAULT 1, b text, up text GENERATED ALWAYS AS (upper(b)) STORED,
              parent int REFERENCES {}, CONSTRAINT {name}_c CHECK (a > {number}), CONSTRAINT {name}_u UNIQUE (a, b));
             CREATE INDEX {name}_i ON {name} (lower(b), a) WHERE a < {number};",
            self::name(number / 2),
        );
    }
    database.execute(&ddl).await;
    let names: Vec<String> = (0..TABLES).map(name).collect();
    let interest = texts_of(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let free = observe_with(&target(&database.url()), &interest).await.unwrap();
    assert_eq!(free.catalog.unread, Vec::<String>::new());

    let budgets =
        Budgets { lock: Duration::from_secs(20), statement: Duration::from_secs(25), ..Budgets::default() };
    let patient = Target { budgets, ..target(&database.url()) };
    let mut session = Session::open(&patient).await.unwrap();
    let mut holder = database.connect().await;
    let locked: Vec<&str> = names.iter().step_by(2).map(String::as_str).collect();
    let lock = format!("BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", locked.join(", "));
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut holder).await.unwrap();

    let started = Instant::now();
    let held = session.observe(&interest).await.unwrap();
    let fingerprint = session.fingerprint().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(10), "it waited: {:?}", started.elapsed());
    assert_eq!(bones(&held.catalog.actual), bones(&free.catalog.actual));
    assert_eq!(held.catalog.unread.len(), locked.len(), "{:?}", held.catalog.unread);
    for (number, name) in names.iter().enumerate() {
        let (held, free) = (table(&held, name), table(&free, name));
        if number % 2 == 0 {
            assert_eq!(held.checks[0].expression, Spelling::Unread);
            assert_eq!(held.indexes[0].condition, Some(Spelling::Unread));
        } else {
            assert_eq!(held, free);
        }
    }
    for name in &locked {
        assert!(held.catalog.unread.iter().any(|it| it.contains(name)), "{name} is not told");
    }

    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    let after = session.observe(&interest).await.unwrap();
    assert_eq!(after.catalog.actual, free.catalog.actual);
    assert_eq!(after.catalog.unread, Vec::<String>::new());
    assert_eq!(session.fingerprint().await.unwrap(), fingerprint);
}

#[tokio::test]
async fn a_migration_never_waits_for_a_kept_session() {
    let database = postgres_database().await;
    database.execute("CREATE TABLE t (a int CHECK (a > 0)); CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz)").await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    session.observe(&texts_of(&["t"])).await.unwrap();
    session.fingerprint().await.unwrap();
    session.probe().await.unwrap();
    database
        .execute("SET lock_timeout = '1s'; ALTER TABLE t ADD b int; ALTER TABLE django_migrations ADD c int; DROP TABLE t")
        .await;
    assert_eq!(table_names(&session.observe(&texts_of(&["t"])).await.unwrap()), ["django_migrations"]);
}

#[tokio::test]
async fn tables_come_and_go_while_it_reads() {
    let database = postgres_database().await;
    database.execute("CREATE TABLE still (a int CHECK (a > 0))").await;
    let url = database.url();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let churn = tokio::spawn(async move {
        let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
        let mut stopped = stopped;
        let mut rounds = 0_u32;
        while stopped.try_recv().is_err() {
            for sql in [
                "CREATE TABLE a (id serial PRIMARY KEY, b int CHECK (b > 0), c text, g int GENERATED ALWAYS AS (b + 1) STORED)",
                "CREATE INDEX i ON a (lower(c), b) WHERE b > 1",
                "ALTER TABLE a RENAME TO z",
                "ALTER TABLE z RENAME COLUMN b TO bb",
                "CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz)",
                "DROP TABLE django_migrations",
                "DROP TABLE z",
            ] {
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
            rounds += 1;
        }
        connection.close().await.unwrap();
        rounds
    });
    let interest = texts_of(&["still", "a", "z"]);
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    for round in 0..50 {
        let observation = session.observe(&interest).await.unwrap_or_else(|it| panic!("{round}: {it:?}"));
        for (name, table) in &observation.catalog.actual.tables {
            let columns = column_names(table).join(",");
            match &*name.name {
                "still" => assert_eq!(columns, "a"),
                "a" => assert_eq!(columns, "id,b,c,g"),
                "z" => assert!(columns == "id,b,c,g" || columns == "id,bb,c,g", "{columns}"),
                "django_migrations" => assert_eq!(columns, "id,app,name,applied"),
                other => panic!("{other}"),
            }
            assert!(table.name.name.as_ref() != "a" || table.primary_key.is_some());
        }
        session.fingerprint().await.unwrap();
    }
    stop.send(()).unwrap();
    assert!(churn.await.unwrap() > 1);
}
