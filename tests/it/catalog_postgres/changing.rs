//! A catalog that changes while it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use schema_health::catalog::Session;

use super::{interest, target};
use crate::servers::postgres::{execute, postgres_database};

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
        }
        rounds
    });
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let mut seen = [0, 0];
    let begun = Instant::now();
    while seen.iter().any(|count| *count < 50) && begun.elapsed() < Duration::from_secs(30) {
        let observation = session.observe(&interest(&["a", "b"])).await.unwrap();
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
async fn a_session_notices_renames() {
    let database = postgres_database().await;
    database.execute("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood, x int CHECK (x > 0))").await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    let wanted = interest(&["t"]);
    let before = session.observe(&wanted).await.unwrap();
    assert_eq!(super::table(&before, "t").checks[0].expression.text(), Some("x > 0"));
    database.execute("ALTER TYPE mood RENAME TO temper; ALTER TABLE t RENAME x TO z").await;
    let after = session.observe(&wanted).await.unwrap();
    let t = super::table(&after, "t");
    assert_eq!(t.columns[0].data_type.text(), Some("temper"));
    assert_eq!(t.checks[0].expression.text(), Some("z > 0"));
    session.close().await;
}
