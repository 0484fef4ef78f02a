//! A catalog that changes while it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use schema_health::catalog::Session;

use super::{target, texts_of};
use crate::servers::postgres::postgres_database;

async fn execute(connection: &mut sqlx::PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_ddl_is_never_an_error_nor_a_torn_read() {
    let database = postgres_database().await;
    let mut migrating = database.connect().await;
    let done = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&done);
    let ddl = tokio::spawn(async move {
        let mut rounds = 0;
        while !stop.load(Ordering::Relaxed) {
            // Both tables come, change and go together.
            execute(
                &mut migrating,
                "BEGIN; CREATE TYPE mood AS ENUM ('a');
                CREATE TABLE a (id int PRIMARY KEY, m mood DEFAULT 'a', x int CHECK (x > 0), y int GENERATED ALWAYS AS (x + 1) STORED);
                CREATE TABLE b (id int PRIMARY KEY, m mood, a int REFERENCES a, x int CHECK (x > 0));
                CREATE INDEX ON a (abs(x)) WHERE x < 9; COMMIT;",
            )
            .await;
            execute(
                &mut migrating,
                "BEGIN; ALTER TABLE a RENAME x TO z; ALTER TABLE b RENAME x TO z; COMMIT",
            )
            .await;
            execute(&mut migrating, "BEGIN; DROP TABLE b; DROP TABLE a; DROP TYPE mood; COMMIT").await;
            rounds += 1;
            // A machine that has no core left for the reader gives it none between two statements either.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        rounds
    });
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let mut seen = [0, 0];
    let begun = Instant::now();
    while seen.iter().any(|count| *count < 50) && begun.elapsed() < Duration::from_secs(90) {
        let observation = session.observe(&texts_of(&["a", "b"])).await.unwrap();
        let tables: Vec<_> = observation.catalog.actual.tables.values().collect();
        match tables.as_slice() {
            [] => seen[0] += 1,
            [a, b] => {
                seen[1] += 1;
                assert_eq!((a.columns.len(), b.columns.len()), (4, 4));
                assert_eq!(a.columns[2].name, b.columns[3].name);
                assert_eq!(b.foreign_keys.len(), 1);
                assert_eq!(&*b.foreign_keys[0].referenced_columns[0], "id");
                assert_eq!((a.checks.len(), a.indexes.len()), (1, 1));
                assert!(a.columns[3].generated.is_some() && a.columns[1].default.is_some());
            }
            torn => panic!("{torn:?}"),
        }
    }
    done.store(true, Ordering::Relaxed);
    let rounds = ddl.await.unwrap();
    assert!(rounds > 10 && seen[0] >= 50 && seen[1] >= 50, "{rounds} rounds, {seen:?}");
    session.close().await;
}

#[tokio::test]
async fn a_session_that_knows_the_texts_needs_no_lock_for_them() {
    let database = postgres_database().await;
    database.execute("CREATE TABLE t (a int CHECK (a > 0)); CREATE INDEX ON t (abs(a)) WHERE a < 9").await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let free = session.observe(&texts_of(&["t"])).await.unwrap();
    let mut holder = database.connect().await;
    execute(&mut holder, "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE").await;
    let locked = session.observe(&texts_of(&["t"])).await.unwrap();
    assert_eq!(locked.catalog.unread, Vec::<String>::new());
    assert_eq!(locked.catalog.actual, free.catalog.actual);
    session.close().await;
}
