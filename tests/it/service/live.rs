//! The service over servers: kept connections, fingerprints, connections that break.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::harness::*;
use crate::servers::mysql::mysql_database;

const LEDGER: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamp NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00'), (2, 'shop', '0002_note', '2026-01-02 10:00:00');
CREATE TABLE shop_order (id integer PRIMARY KEY, total integer NOT NULL, note text);
";
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
    execute(&url, &format!("{LEDGER} {CREATE_CUSTOMER}")).await;
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
    service.until("/metrics", |_, body| body.contains("audit_failures_total{database=\"shop\"")).await;
    service.until("/metrics", |_, body| body.contains("schema_health_up{database=\"shop\"} 1")).await;
    assert_eq!(service.status("/readyz/shop").await, 200);
    drop(service);
    execute(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

#[tokio::test]
async fn mysql_is_watched_over_one_kept_connection() {
    let database = mysql_database().await;
    let manifest_types = LEDGER.replace("timestamp NOT NULL", "datetime NOT NULL");
    database.execute(&format!("{manifest_types} {CREATE_CUSTOMER}")).await;
    let service = TestService::start_audited(&site(&database.url(), &database.dialect.to_string())).await;
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
}
