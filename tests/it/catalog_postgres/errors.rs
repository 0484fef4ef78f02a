//! Why a database could not be read, each with its reason, and never with a part of the URL.

use std::time::Instant;

use schema_health::audit::LedgerObservation;
use schema_health::catalog::FailureReason;
use sqlx::Connection;
use tokio::net::TcpListener;

use super::*;
use crate::servers::postgres::{postgres_database, server_address, unique};

#[tokio::test]
async fn what_the_server_refuses() {
    let database = postgres_database().await;
    assert_eq!(failure(&database.url_of(&unique("nobody"))).await.reason, FailureReason::Authentication);
    let missing = database.url().replace(database.name(), &unique("missing"));
    assert_eq!(failure(&missing).await.reason, FailureReason::NoDatabase);

    let role = database.role().await;
    database.execute(&format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database.name())).await;
    let refused = failure(&database.url_of(&role)).await;
    assert_eq!(refused.reason, FailureReason::PermissionDenied);
    assert!(refused.message.contains("GRANT CONNECT"), "{refused}");
    database.execute(&format!("ALTER ROLE {role} NOLOGIN")).await;
    assert_eq!(failure(&database.url_of(&role)).await.reason, FailureReason::Authentication);

    let busy = database.role().await;
    database
        .execute(&format!(
            "GRANT CONNECT ON DATABASE {} TO {busy}; ALTER ROLE {busy} CONNECTION LIMIT 1",
            database.name()
        ))
        .await;
    let url = database.url_of(&busy);
    let first = Session::open(&target(&url)).await.unwrap();
    let refused = failure(&url).await;
    assert_eq!(refused.reason, FailureReason::Unreachable);
    assert!(refused.message.contains("connection"), "{refused}");
    first.close().await;

    database.execute("REVOKE SELECT ON pg_catalog.pg_constraint FROM PUBLIC").await;
    let refused = failure(&url).await;
    assert_eq!(refused.reason, FailureReason::PermissionDenied);
    assert!(refused.message.contains("pg_constraint"), "{refused}");
}

#[tokio::test]
async fn where_nobody_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let closed = failure(&format!("postgres://u:canary@127.0.0.1:{port}/d")).await;
    assert_eq!(closed.reason, FailureReason::Unreachable);
    assert!(closed.message.contains("refused"), "{closed}");
    let unknown = failure("postgres://u:canary@nowhere.invalid/d").await;
    assert_eq!(unknown.reason, FailureReason::Unreachable);
    assert!(unknown.message.contains("host"), "{unknown}");
}

#[tokio::test]
async fn a_frozen_server_takes_no_longer_than_the_connect_budget() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let budgets = Budgets { connect: Duration::from_millis(400), ..Budgets::default() };
    for parameters in ["", "?sslmode=disable"] {
        let target =
            Target { budgets, ..target(&format!("postgres://u:canary@127.0.0.1:{port}/d{parameters}")) };
        let started = Instant::now();
        let (error, accepted) = tokio::join!(failure_of(&target), listener.accept());
        assert_eq!(error.reason, FailureReason::Unreachable);
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        drop(accepted);
    }
}

#[tokio::test]
async fn something_that_does_not_speak_postgresql() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 64];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
        }
    });
    for parameters in ["", "?sslmode=disable", "?sslmode=require"] {
        let error = failure(&format!("postgres://u:canary@127.0.0.1:{port}/d{parameters}")).await;
        assert_eq!(error.reason, FailureReason::Unreachable, "{parameters} {error}");
    }
}

#[tokio::test]
async fn a_url_that_cannot_be_read() {
    for url in [
        "",
        "canary",
        "canary:canary@h/d",
        "http://u:canary@h/d",
        "postgres//u:canary@h/d",
        "POSTGRES://u:canary@h",
    ] {
        assert_eq!(failure(url).await.reason, FailureReason::InvalidUrl, "{url}");
    }
    for rest in [
        "u:canary@h:99999/d",
        "u:canary@h:port/d",
        "u:canary@[::1/d",
        "u:p@h/d?sslmode=canary",
        "u:p@h/d?port=canary",
        "u:p@h/d?statement-cache-capacity=canary",
        "%ff:canary@h/d",
    ] {
        let error = failure(&format!("postgres://{rest}")).await;
        assert_eq!(error.reason, FailureReason::InvalidUrl, "{rest} {error}");
    }
}

#[tokio::test]
async fn a_password_is_never_told() {
    const CANARY: &str = "cAnArY7";
    let address = server_address();
    let shapes = [
        format!("postgres://postgres:{CANARY}@127.0.0.1:1/d"),
        format!("postgresql://{CANARY}:x@127.0.0.1:1/d"),
        format!("postgres://postgres:{CANARY}@nowhere.invalid/d"),
        format!("postgres://nobody_here:{CANARY}@{address}/postgres"),
        format!("postgres://{CANARY}@{address}/postgres"),
        format!("postgres://postgres:{CANARY}@{address}/{CANARY}"),
        format!("postgres://postgres@{address}/d?password={CANARY}"),
        format!("postgres://postgres@{address}/d?user=none&password={CANARY}"),
        format!("postgres://postgres@{address}/postgres?sslmode={CANARY}"),
        format!("postgres://postgres@{address}/postgres?sslmode=verify-full&sslrootcert=/{CANARY}"),
        format!("postgres://postgres@{address}/postgres?sslmode=require&sslcert={CANARY}&sslkey={CANARY}"),
        format!("postgres://postgres@{address}/postgres?sslkey=-----BEGIN{CANARY}"),
        format!("postgres://postgres@{address}/postgres?options=-c%20{CANARY}=1"),
        format!("postgres://postgres@{address}/postgres?options=-c%20statement_timeout={CANARY}"),
        format!("postgres://postgres@{address}/postgres?port={CANARY}"),
        format!("postgres://u:{CANARY}@h:{CANARY}/d"),
        format!("postgres://u:{CANARY}%zz@127.0.0.1:1/d"),
        format!("postgres://u:{CANARY}@/d?host=/tmp/{CANARY}"),
        format!("postgres://u:{CANARY}@%2Ftmp%2F{CANARY}/d"),
        format!("postgres:u:{CANARY}@h/d"),
        format!("u:{CANARY}@h/d"),
        format!("mysqlx://u:{CANARY}@h/d"),
        format!("{CANARY}://u@h/d"),
    ];
    for shape in shapes {
        let target = target(&shape);
        assert!(!format!("{target:?} {target:#?}").contains(CANARY), "{shape}");
        if let Err(error) = observe_with(&target, &Default::default()).await {
            let told = format!("{error} {error:?} {error:#?} {}", error.advice()).to_lowercase();
            assert!(!told.contains(&CANARY.to_lowercase()), "{shape} told: {told}");
        }
    }
}

#[tokio::test]
async fn a_statement_that_takes_longer_than_its_budget() {
    let database = postgres_database().await;
    database
        .execute(
            "CREATE FUNCTION slow() RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN $$x$$; END';
            CREATE VIEW django_migrations AS SELECT 1 AS id, slow() AS app, 'n' AS name, now() AS applied",
        )
        .await;
    let budgets = Budgets { statement: Duration::from_millis(300), ..Budgets::default() };
    let started = Instant::now();
    let error = failure_of(&Target { budgets, ..target(&database.url()) }).await;
    assert_eq!(error.reason, FailureReason::Timeout);
    assert!(error.message.contains("server"), "the server's own limit comes first: {error}");
    let budgets = Budgets { audit: Duration::from_millis(300), ..Budgets::default() };
    let error = failure_of(&Target { budgets, ..target(&database.url()) }).await;
    assert_eq!(error.reason, FailureReason::Timeout);
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_connection_that_breaks_in_mid_audit() {
    let database = postgres_database().await;
    database
        .execute(
            "CREATE FUNCTION breaking() RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN $$x$$; END';
            CREATE VIEW django_migrations AS SELECT 1 AS id, breaking() AS app, 'n' AS name, now() AS applied",
        )
        .await;
    assert_eq!(failure(&database.url()).await.reason, FailureReason::ConnectionLost);

    database.execute("DROP VIEW django_migrations; CREATE TABLE t (a int)").await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    session.observe(&Default::default()).await.unwrap();
    let mut connection = database.connect().await;
    let mut left = 1;
    while left > 0 {
        let ours = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                    WHERE datname = current_database() AND application_name = 'schema-health'";
        left = sqlx::query_scalar::<_, i64>(ours).fetch_one(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    assert_eq!(session.observe(&Default::default()).await.unwrap_err().reason, FailureReason::ConnectionLost);
    drop(session);
    assert_eq!(table_names(&observe(&database).await), ["t"]);
}

/// A counter of the statistics, which are flushed late, once it has stood still for a moment.
async fn settled_count(connection: &mut sqlx::PgConnection, sql: &'static str) -> i64 {
    let mut last = -1;
    loop {
        let now: i64 = sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap();
        if now == last {
            return now;
        }
        last = now;
        tokio::time::sleep(Duration::from_millis(1200)).await;
    }
}

#[tokio::test]
async fn nothing_is_ever_written() {
    let database = postgres_database().await;
    database
        .execute(
            "CREATE TABLE t (a int CHECK (a > 0)); CREATE INDEX i ON t ((a + 1));
            CREATE TABLE hits (a int);
            CREATE FUNCTION hit() RETURNS text LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.hits VALUES (1); RETURN $$x$$; END';
            CREATE TABLE django_migrations (id int, app text, name text, applied timestamptz);
            INSERT INTO django_migrations VALUES (1, 'a', 'b', now())",
        )
        .await;
    let mut connection = database.connect().await;
    // Rows ever written in this database, its catalogs included.
    let isolated = "SELECT pg_stat_get_db_tuples_inserted(oid) + pg_stat_get_db_tuples_updated(oid) \
                    + pg_stat_get_db_tuples_deleted(oid) FROM pg_database WHERE datname = current_database()";
    let before = settled_count(&mut connection, isolated).await;
    let mut session = Session::open(&target(&database.url())).await.unwrap();
    for _ in 0..5 {
        session.observe(&texts_of(&["t"])).await.unwrap();
        session.fingerprint().await.unwrap();
        session.probe().await.unwrap();
    }
    let assigned: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'schema-health' \
         AND datname = current_database() AND (backend_xid IS NOT NULL OR state <> 'idle')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(assigned, 0, "an idle session holds a transaction");
    session.close().await;
    assert_eq!(settled_count(&mut connection, isolated).await, before);

    // A ledger that is a view which writes is stopped by the transaction being read-only.
    database
        .execute("DROP TABLE django_migrations; CREATE VIEW django_migrations AS SELECT 1 AS id, hit() AS app, 'n' AS name, now() AS applied")
        .await;
    let ledger = observe(&database).await.ledger;
    let LedgerObservation::Malformed { reason, .. } = ledger else { panic!("{ledger:?}") };
    assert!(reason.contains("read-only"), "{reason}");
    let hits: i64 = sqlx::query_scalar("SELECT count(*) FROM hits").fetch_one(&mut connection).await.unwrap();
    assert_eq!(hits, 0);
    connection.close().await.unwrap();
}
