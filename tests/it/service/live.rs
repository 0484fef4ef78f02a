//! The service over servers: kept connections, fingerprints, connections that break.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::harness::*;
use crate::servers::mysql::mysql_database;

const CREATE_CUSTOMER: &str = "CREATE TABLE shop_customer (id integer PRIMARY KEY, email text NOT NULL)";

/// Kept connections, so that the marks of the session decide what is read.
fn site(url: &str, dialect: &str) -> Site {
    let configuration = format!(
        "interval: 300ms\nconfirm_after: 0s\ndrain: 0s\ndatabases:\n  shop: {{url: '{url}', manifest: manifest.yaml}}\n"
    );
    Site::with_manifest(&MANIFEST.replace("sqlite", dialect), &configuration)
}

async fn told_within_an_interval(service: &TestService, status: u16) {
    let (took, body) = service.until("/readyz/shop", |now, _| now == status).await;
    assert!(took < Duration::from_millis(1500), "{took:?}: {body}");
}

/// A kept connection that was closed between two audits is replaced: the database itself is well.
async fn goes_on_without_a_failure(service: &TestService) {
    let audits = "schema_health_audits_total{database=\"shop\"}";
    let before = service.metric(audits).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(service.metric(audits).await.unwrap() >= before + 4.0);
    let (_, metrics) = service.text("/metrics").await;
    assert!(!metrics.contains("audit_failures_total{database=\"shop\""), "{metrics}");
    assert_eq!(service.metric("schema_health_up{database=\"shop\"}").await, Some(1.0));
}

fn postgres_server() -> String {
    std::env::var("SCHEMA_HEALTH_TEST_POSTGRES_URL")
        .expect("SCHEMA_HEALTH_TEST_POSTGRES_URL is not set: run ./tests/run")
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn postgres_is_watched_over_one_kept_connection() {
    let server = postgres_server();
    let name = format!("sh_service_{}", std::process::id());
    execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    execute(&server, &format!("CREATE DATABASE {name}")).await;
    let (base, _) = server.rsplit_once('/').unwrap();
    let url = format!("{base}/{name}");
    execute(&url, &format!("{SERVER_LEDGER} {CREATE_CUSTOMER}")).await;
    let service = TestService::start_audited(&site(&url, "postgres")).await;
    let report = service.json("/v1/databases/shop").await;
    assert_eq!(report["health"], "healthy", "{report}");

    // Long enough for many looks at an unchanged catalog.
    tokio::time::sleep(Duration::from_secs(2)).await;
    for _ in 0..2 {
        execute(&url, "DROP TABLE shop_customer").await;
        told_within_an_interval(&service, 503).await;
        execute(&url, CREATE_CUSTOMER).await;
        told_within_an_interval(&service, 200).await;
    }
    execute(&url, "DELETE FROM django_migrations WHERE name = '0002_note'").await;
    service.until("/v1/databases/shop/findings", |_, body| body.contains("pending_migration")).await;

    let count = format!(
        "DO $$ BEGIN ASSERT (SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = '{name}'), 'connections'; END $$"
    );
    execute(&server, &count).await;
    let terminate =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    execute(&server, &terminate).await;
    goes_on_without_a_failure(&service).await;
    // As servers and firewalls do with connections that are silent for long.
    execute(&url, &format!("ALTER DATABASE {name} SET idle_session_timeout = '100ms'")).await;
    execute(&server, &terminate).await;
    goes_on_without_a_failure(&service).await;
    drop(service);
    execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn mysql_is_watched_over_one_kept_connection() {
    let database = mysql_database().await;
    let manifest_types = SERVER_LEDGER.replace("timestamp NOT NULL", "datetime NOT NULL");
    database.execute(&format!("{manifest_types} {CREATE_CUSTOMER}")).await;
    let service = TestService::start_audited(&site(&database.url(), database.kind())).await;
    let report = service.json("/v1/databases/shop").await;
    assert_eq!(report["health"], "healthy", "{report}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    for _ in 0..2 {
        database.execute("DROP TABLE shop_customer").await;
        told_within_an_interval(&service, 503).await;
        database.execute(CREATE_CUSTOMER).await;
        told_within_an_interval(&service, 200).await;
    }
    database.execute("DELETE FROM django_migrations WHERE name = '0002_note'").await;
    service.until("/v1/databases/shop/findings", |_, body| body.contains("pending_migration")).await;

    let mut connection = database.connect().await;
    let kept: Vec<(i64,)> = sqlx::query_as(
        "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(kept.len(), 1);
    let kill = format!("KILL CONNECTION {}", kept[0].0);
    sqlx::raw_sql(AssertSqlSafe(kill)).execute(&mut connection).await.unwrap();
    goes_on_without_a_failure(&service).await;
}
