//! What becomes of audits: verdicts, confirmation, failures, isolation; and their metrics.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::sleep;

use super::harness::*;
use super::held::Held;

#[tokio::test]
async fn drift_is_told_within_an_interval_and_clears_when_mended() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&quick(&database))).await;
    assert_eq!(service.metric("schema_health_missing_tables{database=\"shop\"}").await, Some(0.0));
    assert_eq!(service.metric("schema_health_up{database=\"shop\"}").await, Some(1.0));
    assert_eq!(service.metric("schema_health_expected_tables{database=\"shop\"}").await, Some(2.0));
    assert_eq!(service.metric("schema_health_coverage_ratio{database=\"shop\"}").await, Some(1.0));

    database.execute(DROP_CUSTOMER).await;
    let (took, _) = service.until("/readyz/shop", |status, _| status == 503).await;
    assert!(took < Duration::from_millis(1000), "{took:?}");
    assert_eq!(service.metric("schema_health_missing_tables{database=\"shop\"}").await, Some(1.0));
    let series = "schema_health_findings{database=\"shop\",rule=\"missing_table\",severity=\"error\"}";
    assert_eq!(service.metric(series).await, Some(1.0));
    let status = "schema_health_status{database=\"shop\",status=\"unhealthy\"}";
    assert_eq!(service.metric(status).await, Some(1.0));

    let report = service.json("/v1/databases/shop").await;
    assert_eq!(report["findings"][0]["migration"]["name"], "0001_initial");
    let first_seen = report["findings"][0]["first_seen"].as_str().unwrap().to_owned();
    sleep(Duration::from_millis(500)).await;
    let later = service.json("/v1/databases/shop").await;
    assert_eq!(later["findings"][0]["first_seen"], first_seen.as_str());
    assert_ne!(later["findings"][0]["last_seen"], report["findings"][0]["last_seen"]);

    database.execute(CREATE_CUSTOMER).await;
    service.until("/readyz/shop", |status, _| status == 200).await;
    assert_eq!(service.metric("schema_health_missing_tables{database=\"shop\"}").await, Some(0.0));
    assert_eq!(service.metric(series).await, None);
}

#[tokio::test]
async fn a_running_migration_pages_nobody() {
    let database = healthy_shop().await;
    let configuration = quick(&database).replace("confirm_after: 0s", "confirm_after: 1500ms");
    let service = TestService::start_audited(&Site::new(&configuration)).await;

    database.execute(DROP_CUSTOMER).await;
    let seen = |_: u16, body: &str| body.contains("\"confirming\":1");
    service.until("/v1/databases/shop", seen).await;
    assert_eq!(service.status("/readyz/shop").await, 200);
    database.execute(CREATE_CUSTOMER).await;
    service.until("/v1/databases/shop", |_, body| body.contains("\"confirming\":0")).await;
    assert_eq!(service.status("/readyz/shop").await, 200);

    database.execute(DROP_CUSTOMER).await;
    service.until("/v1/databases/shop", seen).await;
    let (took, _) = service.until("/readyz/shop", |status, _| status == 503).await;
    assert!(took > Duration::from_millis(1000), "{took:?}");
}

#[tokio::test]
async fn an_unreachable_database_keeps_its_last_values_until_they_are_stale() {
    let database = healthy_shop().await;
    let configuration = format!("{}    stale_after: 2s\n", quick(&database));
    let service = TestService::start_audited(&Site::new(&configuration)).await;
    let away = database.path().with_extension("away");
    std::fs::rename(database.path(), &away).unwrap();

    service.until("/metrics", |_, body| body.contains("schema_health_up{database=\"shop\"} 0")).await;
    let success = "schema_health_last_success_timestamp_seconds{database=\"shop\"}";
    let last_success = service.metric(success).await.unwrap();
    assert_eq!(service.metric("schema_health_missing_tables{database=\"shop\"}").await, Some(0.0));
    assert_eq!(service.status("/readyz/shop").await, 200);
    let report = service.json("/v1/databases/shop").await;
    assert_eq!((&report["health"], &report["failure"]["reason"]), (&"healthy".into(), &"no_database".into()));

    let (_, text) = service.until("/readyz/shop", |status, _| status == 503).await;
    assert!(text.contains("unknown: stale"), "{text}");
    assert_eq!(service.metric("schema_health_missing_tables{database=\"shop\"}").await, Some(0.0));
    assert_eq!(service.metric(success).await, Some(last_success));
    let failures = "schema_health_audit_failures_total{database=\"shop\",reason=\"no_database\"}";
    assert!(service.metric(failures).await.unwrap() >= 1.0);

    std::fs::rename(&away, database.path()).unwrap();
    let (took, _) = service.until("/readyz/shop", |status, _| status == 200).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(service.metric("schema_health_up{database=\"shop\"}").await, Some(1.0));
}

#[tokio::test]
async fn a_database_never_reached_is_unknown_and_has_no_values() {
    let configuration = "interval: 1s\ndatabases:\n  lost:\n    url: sqlite:///nowhere/lost.db\n    manifest: manifest.yaml\n";
    let service = TestService::start_audited(&Site::new(configuration)).await;
    assert_eq!(service.status("/readyz").await, 200);
    let (status, text) = service.text("/readyz/lost").await;
    assert_eq!(status, 503);
    assert!(text.contains("unknown: never audited"), "{text}");
    assert_eq!(service.metric("schema_health_up{database=\"lost\"}").await, Some(0.0));
    assert_eq!(service.metric("schema_health_missing_tables{database=\"lost\"}").await, None);
    assert_eq!(service.metric("schema_health_last_success_timestamp_seconds{database=\"lost\"}").await, None);
    let report = service.json("/v1/databases/lost").await;
    assert_eq!(report["coverage"], serde_json::Value::Null);
}

#[tokio::test]
async fn audits_on_demand_at_the_same_time_are_one() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let audits = "schema_health_audits_total{database=\"shop\"}";
    assert_eq!(service.metric(audits).await, Some(1.0));
    database.execute(DROP_CUSTOMER).await;
    let all = futures_util::future::join_all((0..20).map(|_| service.audit("shop"))).await;
    assert!(all.iter().all(|report| report["health"] == "unhealthy"), "{all:?}");
    let count = service.metric(audits).await.unwrap();
    assert!((2.0..=4.0).contains(&count), "{count}");
}

#[tokio::test]
async fn an_unchanged_catalog_is_told_again_with_a_new_time() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let first = service.json("/v1/databases/shop").await["audited_at"].clone();
    for _ in 0..25 {
        assert_eq!(service.audit("shop").await["health"], "healthy");
    }
    assert_ne!(service.json("/v1/databases/shop").await["audited_at"], first);
}

#[tokio::test]
async fn one_frozen_database_of_twenty_delays_no_other() {
    let frozen = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = frozen.local_addr().unwrap().port();
    let holder = tokio::spawn(async move {
        let mut held = Vec::new();
        loop {
            held.push(frozen.accept().await);
        }
    });
    let mut configuration = String::from("interval: 300ms\nconfirm_after: 0s\nconcurrency: 4\ndatabases:\n");
    let mut databases = Vec::new();
    for number in 0..19 {
        let database = healthy_shop().await;
        configuration +=
            &format!("  shop{number}: {{url: \"{}\", manifest: manifest.yaml}}\n", database.url());
        databases.push(database);
    }
    configuration +=
        &format!("  frozen: {{url: \"postgres://u:p@127.0.0.1:{port}/d\", manifest: pg.yaml}}\n");
    let site = Site::new("");
    std::fs::write(site.folder.path().join("pg.yaml"), MANIFEST.replace("sqlite", "postgres")).unwrap();
    site.configure(&configuration);
    let service = TestService::start(&site).await;
    for number in 0..19 {
        service.until(&format!("/readyz/shop{number}"), |status, _| status == 200).await;
    }
    assert_eq!(service.status("/livez").await, 200);

    for database in &databases {
        database.execute(DROP_CUSTOMER).await;
    }
    let began = std::time::Instant::now();
    for number in 0..19 {
        service.until(&format!("/readyz/shop{number}"), |status, _| status == 503).await;
    }
    assert!(began.elapsed() < Duration::from_millis(1300), "{:?}", began.elapsed());
    let (_, text) =
        service.until("/readyz/frozen", |_, body| body.contains("unknown: never audited: ")).await;
    assert!(!text.contains("first audit has not ended"), "{text}");
    holder.abort();
}

#[tokio::test]
async fn acknowledged_and_ignored_findings_do_not_count() {
    let database = healthy_shop().await;
    database.execute(DROP_CUSTOMER).await;
    let acknowledged = "    acknowledge:\n      - {table: shop_cust*, reason: known, until: 2999-12-31}\n";
    let site = Site::new(&(quick(&database) + acknowledged));
    let service = TestService::start_audited(&site).await;
    let report = service.json("/v1/databases/shop").await;
    assert_eq!(report["health"], "healthy");
    assert_eq!(report["findings"][0]["acknowledged"], "known");
    assert_eq!(service.metric("schema_health_missing_tables{database=\"shop\"}").await, Some(0.0));

    let expired = acknowledged.replace("2999", "2020") + "    ignore:\n      - {table: nothing}\n";
    let site = Site::new(&(quick(&database) + &expired));
    let service = TestService::start_audited(&site).await;
    let report = service.json("/v1/databases/shop").await;
    assert_eq!(report["health"], "unhealthy");
    assert_eq!(report["remarks"].as_array().unwrap().len(), 2, "{}", report["remarks"]);
}

#[tokio::test]
async fn frozen_databases_hold_up_each_other_and_no_sound_one() {
    let frozen = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = frozen.local_addr().unwrap().port();
    let database = healthy_shop().await;
    let site = Site::new("");
    std::fs::write(site.folder.path().join("pg.yaml"), MANIFEST.replace("sqlite", "postgres")).unwrap();
    let mut configuration = quick(&database).replace("interval: 200ms", "interval: 200ms\nconcurrency: 2");
    configuration += "    budgets: {connect: 300ms}\n";
    for number in 0..12 {
        configuration += &format!(
            "  frozen{number}: {{url: \"postgres://u:p@127.0.0.1:{port}/d\", manifest: pg.yaml, budgets: {{connect: 300ms}}}}\n"
        );
    }
    site.configure(&configuration);
    let service = TestService::start_audited(&site).await;
    database.execute(DROP_CUSTOMER).await;
    let (took, _) = service.until("/readyz/shop", |status, _| status == 503).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    let failures = |number: usize| {
        format!("schema_health_audit_failures_total{{database=\"frozen{number}\",reason=\"unreachable\"}}")
    };
    for number in 0..12 {
        assert!(service.metric(&failures(number)).await.is_some(), "frozen{number} has had its turn");
    }
}

/// More of them than may be audited at the same time, and all in mid-audit: none has failed before.
#[tokio::test]
async fn databases_that_freeze_at_the_same_time_delay_no_other() {
    let sound = healthy_shop().await;
    let mut configuration = quick(&sound).replace("interval: 200ms", "interval: 200ms\nconcurrency: 2");
    let mut servers = Vec::new();
    for number in 0..6 {
        let held = Held::postgres().await;
        configuration += &format!("  pg{number}: {{url: \"{}\", manifest: pg.yaml}}\n", held.url);
        servers.push(held);
    }
    let site = Site::new(&configuration);
    std::fs::write(site.folder.path().join("pg.yaml"), MANIFEST.replace("sqlite", "postgres")).unwrap();
    let service = TestService::start_audited(&site).await;
    let frozen = servers.iter().map(|it| it.proxy.hold("BEGIN ISOLATION")).collect::<Vec<_>>();
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        let before = service.metric("schema_health_audits_total{database=\"shop\"}").await;
        let asked = std::time::Instant::now();
        while service.metric("schema_health_audits_total{database=\"shop\"}").await == before {
            assert!(asked.elapsed() < Duration::from_millis(2_500), "the sound database is held up");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    // The three pairs have had their turn: now there is no delay at all.
    sound.execute(DROP_CUSTOMER).await;
    let (took, _) = service.until("/readyz/shop", |status, _| status == 503).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    futures_util::future::join_all(frozen).await;
    for number in 0..6 {
        let name = format!("schema_health_up{{database=\"pg{number}\"}}");
        assert_eq!(service.metric(&name).await, Some(1.0), "its budget has not run out");
    }
    servers.iter().for_each(|it| it.proxy.release());
}
