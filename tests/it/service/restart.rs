//! A server that goes down and comes back, for real: the service needs no restart.

use std::time::{Duration, Instant};

use sqlx::{Connection, MySqlConnection, PgConnection};
use tokio::time::sleep;

use super::harness::*;
use super::watch::{CREATE_CUSTOMER, Watch};
use crate::servers::private::{PrivateServer, Stop};

const INTERVAL: Duration = Duration::from_secs(2);

async fn postgres_answers(url: &str) -> bool {
    PgConnection::connect(url).await.is_ok()
}

async fn mariadb_answers(url: &str) -> bool {
    MySqlConnection::connect(url).await.is_ok()
}

#[tokio::test]
async fn a_restarted_postgres_is_seen_within_an_interval() {
    let server = PrivateServer::postgres();
    let url = format!("postgres://postgres@{}/postgres", server.address());
    until_it_answers(|| postgres_answers(&url)).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = format!("{SERVER_LEDGER} {CREATE_CUSTOMER}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    restarts_are_seen(server, "postgres", &url, || postgres_answers(&url)).await;
}

#[tokio::test]
async fn a_restarted_mariadb_is_seen_within_an_interval() {
    let server = PrivateServer::mariadb();
    let url = format!("mysql://root@{}/shop", server.address());
    let root = url.replace("/shop", "/mysql");
    until_it_answers(|| mariadb_answers(&root)).await;
    let mut connection = MySqlConnection::connect(&root).await.unwrap();
    let ledger = SERVER_LEDGER.replace("timestamp NOT NULL", "datetime NOT NULL");
    let sql = format!("CREATE DATABASE shop; USE shop; {ledger} {CREATE_CUSTOMER}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    restarts_are_seen(server, "mariadb", &url, || mariadb_answers(&url)).await;
}

async fn until_it_answers<F: Future<Output = bool>>(answers: impl Fn() -> F) -> Instant {
    let began = Instant::now();
    while !answers().await {
        assert!(began.elapsed() < Duration::from_secs(60), "the server does not come up");
        sleep(Duration::from_millis(20)).await;
    }
    Instant::now()
}

async fn restarts_are_seen<F: Future<Output = bool>>(
    mut server: PrivateServer,
    dialect: &str,
    url: &str,
    answers: impl Fn() -> F,
) {
    let other = healthy_shop().await;
    let sound = [("sqlite", other.url())];
    let databases = [format!("  shop: {{url: \"{url}\", manifest: {dialect}.yaml}}\n")];
    let watch = Watch::start(&format!("interval: {INTERVAL:?}"), &databases, &sound).await;
    assert_eq!(watch.report("shop").await["health"], "healthy");
    let up = "schema_health_up{database=\"shop\"}";
    for how in [Stop::Orderly, Stop::Crash] {
        let before = watch.failures("shop").await;
        server.stop(how);
        watch.api.until("/metrics", |_, body| body.contains(&format!("{up} 0"))).await;
        // Long enough for the back-off to have grown to what it can.
        while watch.failures("shop").await < before + 3 {
            sleep(Duration::from_millis(50)).await;
        }
        let report = watch.report("shop").await;
        assert_eq!(report["health"], "healthy", "the last report stays");
        watch.others_go_on(&sound).await;
        server.start();
        let back = until_it_answers(&answers).await;
        watch.api.until("/metrics", |_, body| body.contains(&format!("{up} 1"))).await;
        let took = back.elapsed();
        println!("{dialect} {how:?}: seen {took:?} after it was back");
        // An audit itself takes a moment.
        assert!(took <= INTERVAL + Duration::from_millis(300), "{how:?}: {took:?}");
        assert_eq!(watch.report("shop").await["failure"], serde_json::Value::Null);
        watch.failures_with_one_line_each("shop").await;
    }
    watch.others_go_on(&sound).await;
}
