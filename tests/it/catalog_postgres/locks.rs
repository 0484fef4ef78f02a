//! Locks that somebody holds on users' tables.

use std::time::{Duration, Instant};

use schema_health::catalog::{Budgets, FailureReason, Session, Target};
use schema_health::migration::Interest;
use schema_health::schema::Spelling;

use super::{interest, observe_target, target};
use crate::servers::postgres::{execute, postgres_database};

#[tokio::test]
async fn an_audit_never_waits_for_a_lock_on_a_users_table() {
    let database = postgres_database().await;
    let names: Vec<String> = (0..20).map(|number| format!("t{number}")).collect();
    for name in &names {
        database
            .execute(&format!(
                "CREATE TABLE {name} (id int PRIMARY KEY, v text DEFAULT 'x' CHECK (v <> ''), up int \
                 GENERATED ALWAYS AS (id + 1) STORED); CREATE INDEX ON {name} (lower(v)) WHERE id > 0;"
            ))
            .await;
    }
    let wanted = interest(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let target = target(&database.url());
    let free = observe_target(&target, &wanted).await.unwrap();
    assert_eq!(free.catalog.unread, Vec::<String>::new());

    let mut holder = database.connect().await;
    let half: Vec<&str> = names.iter().step_by(2).map(String::as_str).collect();
    execute(&mut holder, &format!("BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", half.join(", "))).await;

    let begun = Instant::now();
    let raw = observe_target(&target, &Interest::default()).await.unwrap();
    let locked = observe_target(&target, &wanted).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1), "two audits took {:?}", begun.elapsed());
    assert_eq!(raw.catalog.actual.tables.len(), 20);
    assert_eq!(locked.catalog.unread.len(), 10, "{:?}", locked.catalog.unread);
    for (name, actual) in &locked.catalog.actual.tables {
        let mut expected = (*free.catalog.actual.tables[name]).clone();
        if half.contains(&&*name.name) {
            // All but the texts is as it was.
            expected.checks[0].expression = Spelling::Unread;
            expected.columns[2].generated.as_mut().unwrap().expression = Spelling::Unread;
            expected.indexes[0].condition = Some(Spelling::Unread);
            expected.indexes[0].parts[0] = schema_health::schema::IndexPart::expression(Spelling::Unread);
        }
        assert_eq!(**actual, expected);
    }
    // A session that knows the texts needs no lock for them.
    let mut session = Session::open(&target).await.unwrap();
    execute(&mut holder, "ROLLBACK").await;
    session.observe(&wanted).await.unwrap();
    execute(&mut holder, &format!("BEGIN; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "))).await;
    let known = session.observe(&wanted).await.unwrap();
    assert_eq!(known.catalog.unread, Vec::<String>::new());
    assert_eq!(known.catalog.actual, free.catalog.actual);
}

#[tokio::test]
async fn a_locked_ledger_is_told_within_the_lock_budget() {
    let database = postgres_database().await;
    database
        .execute("CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz)")
        .await;
    let mut holder = database.connect().await;
    execute(&mut holder, "BEGIN; LOCK TABLE django_migrations").await;
    let budgets = Budgets { lock: Duration::from_millis(200), ..Budgets::default() };
    let target = Target { budgets, ..target(&database.url()) };
    let begun = Instant::now();
    let error = observe_target(&target, &Interest::default()).await.unwrap_err();
    assert_eq!(error.reason, FailureReason::Locked);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    execute(&mut holder, "ROLLBACK").await;
    observe_target(&target, &Interest::default()).await.unwrap();
}
