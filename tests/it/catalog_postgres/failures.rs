//! What goes wrong between us and a server, each with its reason and without a secret.

use std::time::{Duration, Instant};

use schema_health::catalog::{Budgets, CatalogError, FailureReason, Session, Target};
use schema_health::migration::Interest;
use tokio::net::TcpListener;

use super::{observe_target, target};
use crate::servers::postgres::{execute, postgres_database, server_address};

async fn failure(target: &Target) -> CatalogError {
    match observe_target(target, &Interest::default()).await {
        Ok(_) => panic!("this must fail"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn each_kind_of_no_connection_has_its_reason_and_keeps_the_secret() {
    let mut database = postgres_database().await;
    let (role, _) = database.role().await;
    let address = server_address();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let name = &database.name;
    let mut cases = vec![
        (format!("postgres://{role}:canary@{address}/{name}_canary"), FailureReason::NoDatabase),
        (format!("postgres://{role}:canary@{free}/{name}"), FailureReason::Unreachable),
        (format!("postgres://{role}:canary@no-such-host.invalid/{name}"), FailureReason::Unreachable),
        (format!("postgres://{role}:canary@{address}/{name}?sslmode=require"), FailureReason::Unreachable),
        (format!("postgres://{role}:canary@{address}/{name}?sslmode=canary"), FailureReason::InvalidUrl),
        (format!("postgres://{role}:canary@{address}/{name}?passwrd=canary"), FailureReason::InvalidUrl),
        (format!("postgres://{role}:canary@[::/{name}"), FailureReason::InvalidUrl),
    ];
    if asks_for_passwords(&role, name).await {
        cases[0].0 = format!("postgres://{role}:role-password@{address}/{name}_canary");
        cases.push((format!("postgres://{role}:canary@{address}/{name}"), FailureReason::Authentication));
    }
    cases.push((format!("postgres://no_canary_role@{address}/{name}"), FailureReason::Authentication));
    for (url, reason) in cases {
        let error = failure(&target(&url)).await;
        assert_eq!(error.reason, reason, "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        assert!(!error.message.ends_with('.'), "{error}");
    }
}

/// A server with `trust` lets every password in.
async fn asks_for_passwords(role: &str, database: &str) -> bool {
    let url = format!("postgres://{role}:wrong@{}/{database}", server_address());
    Session::open(&target(&url)).await.is_err()
}

#[tokio::test]
async fn a_server_that_never_answers_takes_the_connect_budget() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://u:canary@{}/d", listener.local_addr().unwrap());
    let budgets = Budgets { connect: Duration::from_millis(200), ..Budgets::default() };
    let begun = Instant::now();
    let error = failure(&Target { budgets, ..target(&url) }).await;
    assert_eq!(error.reason, FailureReason::Unreachable);
    assert!(begun.elapsed() < Duration::from_secs(2) && !error.message.contains("canary"), "{error}");
}

#[tokio::test]
async fn what_is_no_postgresql_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://u:canary@{}/d?sslmode=disable", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let budgets = Budgets { connect: Duration::from_secs(1), ..Budgets::default() };
    let error = failure(&Target { budgets, ..target(&url) }).await;
    assert_eq!(error.reason, FailureReason::Unreachable, "{error}");
    server.await.unwrap();
}

#[tokio::test]
async fn a_terminated_connection_is_lost() {
    let database = postgres_database().await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    session.observe(&Interest::default()).await.unwrap();
    database
        .execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'schema-health'",
        )
        .await;
    let error = session.observe(&Interest::default()).await.unwrap_err();
    assert_eq!(error.reason, FailureReason::ConnectionLost, "{error}");
}

#[tokio::test]
async fn the_server_itself_ends_a_slow_statement() {
    let database = postgres_database().await;
    // A ledger that takes its time, as a view can.
    database
        .execute(
            "CREATE VIEW django_migrations AS
               SELECT 1 AS id, 'a'::text AS app, 'b'::text AS name, now() AS applied FROM pg_sleep(30)",
        )
        .await;
    let budgets = Budgets { statement: Duration::from_millis(300), ..Budgets::default() };
    let begun = Instant::now();
    let error = failure(&Target { budgets, ..target(&database.url()) }).await;
    assert_eq!(error.reason, FailureReason::Timeout, "{error}");
    assert!(error.message.contains("on the server"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Our own budget is the second line.
    let budgets = Budgets { audit: Duration::from_millis(300), ..Budgets::default() };
    let error = failure(&Target { budgets, ..target(&database.url()) }).await;
    assert_eq!(error.reason, FailureReason::Timeout, "{error}");
}

#[tokio::test]
async fn a_session_is_read_only_and_says_who_it_is() {
    let database = postgres_database().await;
    database.execute("CREATE TABLE written (a int)").await;
    database
        .execute(
            "CREATE FUNCTION write() RETURNS text LANGUAGE sql AS 'INSERT INTO written VALUES (1) RETURNING ''a''';
            CREATE VIEW django_migrations AS
               SELECT 1 AS id, write() AS app, 'b'::text AS name, now() AS applied",
        )
        .await;
    let error = failure(&target(&database.url())).await;
    assert!(error.message.contains("25006"), "{error}");
    let session = Session::open(&target(&database.url())).await.unwrap();
    let mut connection = database.connect().await;
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'schema-health'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(count, 1);
    execute(&mut connection, "SELECT 1").await;
    session.close().await;
}
