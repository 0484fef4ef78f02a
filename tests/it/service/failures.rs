//! What happens to a database in mid-audit, through the whole service: told clearly, once, with nothing lost, and
//! the other databases go on. On real servers.

use std::time::Duration;

use serde_json::Value;

use super::harness::*;
use super::held::Held;
use super::watch::{CREATE_CUSTOMER, Watch, entry, mysql_shop, postgres_shop};

async fn a_connection_is_killed_at_every_step(held: Held) {
    let other = healthy_shop().await;
    let sound = [("sqlite", other.url())];
    let watch = held.watch(&sound).await;
    for (number, request) in held.requests().iter().enumerate() {
        let before = watch.report("shop").await;
        let is_held = held.proxy.hold(request);
        let api = watch.api.clone();
        let audit = tokio::spawn(async move { api.audit("shop").await });
        tokio::time::timeout(Duration::from_secs(5), is_held)
            .await
            .unwrap_or_else(|_| panic!("no {request}"));
        held.kill().await;
        held.proxy.release();
        let report = audit.await.unwrap();
        assert_eq!(report["failure"]["reason"], "connection_lost", "{request}: {report}");
        assert_eq!(report["health"], "healthy", "the last report stays");
        assert_eq!(report["audited_at"], before["audited_at"], "of the time when it was made");
        assert_eq!(report["migrations"], before["migrations"]);
        assert_eq!(watch.failures_with_one_line_each("shop").await, number + 1);
        // It is tried again by itself.
        watch.api.until("/v1/databases/shop", |_, body| body.contains("\"failure\":null")).await;
    }
    watch.others_go_on(&sound).await;
}

#[tokio::test]
async fn a_connection_that_postgres_drops_in_mid_audit() {
    a_connection_is_killed_at_every_step(Held::postgres().await).await;
}

#[tokio::test]
async fn a_connection_that_mysql_drops_in_mid_audit() {
    a_connection_is_killed_at_every_step(Held::mysql().await).await;
}

/// No audit in the middle of it fails without a word or accuses another table, and the next tells the truth.
async fn a_table_is_dropped_at_every_step(held: Held) {
    let other = healthy_shop().await;
    let sound = [("sqlite", other.url())];
    let watch = held.watch(&sound).await;
    for request in held.requests() {
        let is_held = held.proxy.hold(request);
        let api = watch.api.clone();
        let audit = tokio::spawn(async move { api.audit("shop").await });
        tokio::time::timeout(Duration::from_secs(5), is_held)
            .await
            .unwrap_or_else(|_| panic!("no {request}"));
        held.execute("DROP TABLE shop_customer").await;
        held.proxy.release();
        let during = audit.await.unwrap();
        println!("{request}: {} {}", during["health"], during["failure"]);
        let is_clear = match during["failure"]["reason"].as_str() {
            None => true,
            Some(reason) => {
                reason == "locked" && during["failure"]["message"].as_str().unwrap().contains("tried again")
            }
        };
        assert!(is_clear, "{request}: {during}");
        for finding in during["findings"].as_array().unwrap() {
            assert_eq!(finding["subject"]["table"], "shop_customer", "{request}: {finding}");
        }
        let after = watch.api.audit("shop").await;
        assert_eq!(after["health"], "unhealthy", "{request}: {after}");
        assert_eq!(after["findings"][0]["rule"], "missing_table", "{after}");
        assert_eq!(after["findings"].as_array().unwrap().len(), 1, "{after}");
        held.execute(CREATE_CUSTOMER).await;
        assert_eq!(watch.api.audit("shop").await["health"], "healthy");
        watch.failures_with_one_line_each("shop").await;
    }
    watch.others_go_on(&sound).await;
}

#[tokio::test]
async fn a_table_of_postgres_dropped_between_two_queries() {
    a_table_is_dropped_at_every_step(Held::postgres().await).await;
}

#[tokio::test]
async fn a_table_of_mysql_dropped_between_two_queries() {
    a_table_is_dropped_at_every_step(Held::mysql().await).await;
}

#[tokio::test]
async fn a_locked_catalog_is_told_and_read_again_when_it_is_free() {
    let (of_postgres, of_mysql, of_sqlite) =
        (postgres_shop().await, mysql_shop().await, healthy_shop().await);
    let sound_one = healthy_shop().await;
    let sound = [("sqlite", sound_one.url())];
    let databases = [
        entry("pg", "postgres", &of_postgres.url()),
        entry("my", of_mysql.kind(), &of_mysql.url()),
        entry("lite", "sqlite", &of_sqlite.url()),
    ];
    let watch = Watch::start("interval: 500ms\nbudgets: {lock: 1s}", &databases, &sound).await;
    let names = ["pg", "my", "lite"];
    for name in names {
        assert_eq!(watch.report(name).await["health"], "healthy", "{name}");
    }
    let mut pg = of_postgres.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE pg_catalog.pg_constraint IN ACCESS EXCLUSIVE MODE")
        .execute(&mut pg)
        .await
        .unwrap();
    let mut my = of_mysql.connect().await;
    sqlx::raw_sql("LOCK TABLES django_migrations WRITE").execute(&mut my).await.unwrap();
    let mut lite = of_sqlite.connect().await;
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut lite).await.unwrap();
    // An audit whose fingerprint stands still needs no constraint: this one must read them.
    sqlx::raw_sql("ALTER TABLE shop_order ADD COLUMN extra integer").execute(&mut pg).await.unwrap();
    for name in names {
        let (_, body) = watch
            .api
            .until(&format!("/v1/databases/{name}"), |_, body| body.contains("\"reason\":\"locked\""))
            .await;
        let report: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(report["health"], "healthy", "{name}: the last report stays");
        assert!(watch.failures_with_one_line_each(name).await >= 1);
    }
    watch.others_go_on(&sound).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut pg).await.unwrap();
    sqlx::raw_sql("UNLOCK TABLES").execute(&mut my).await.unwrap();
    sqlx::raw_sql("ROLLBACK").execute(&mut lite).await.unwrap();
    for name in names {
        let (took, _) = watch
            .api
            .until(&format!("/v1/databases/{name}"), |_, body| body.contains("\"failure\":null"))
            .await;
        assert!(took < Duration::from_millis(1500), "{name}: {took:?}");
        watch.failures_with_one_line_each(name).await;
    }
}
