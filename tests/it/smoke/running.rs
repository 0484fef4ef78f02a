//! Smoke checks in the running service: behind each audit, never before one.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use crate::servers::sqlite::SqliteDatabase;
use crate::service::harness::*;
use crate::service::process::Process;

/// Two checks in SQL, of which the second waits for the first.
const CHECKS: &str = "
    smoke:
      checks:
        - {name: customers, sql: SELECT id FROM shop_customer}
        - {name: 'orders \"and\" notes', sql: SELECT note FROM shop_order, after: [customers]}
";

fn with_checks(configuration: &str, checks: &str) -> Site {
    Site::new(&format!("{}{checks}", configuration.trim_end()))
}

/// `check: outcome`, in their order.
fn outcomes(report: &Value) -> Vec<String> {
    let checks = report["smoke_checks"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    checks.iter().map(|it| format!("{}: {}", text(&it["check"]), text(&it["outcome"]))).collect()
}

async fn until_checked(api: &Api, first: &str) -> Value {
    let (_, body) = api.until("/v1/databases/shop", |_, body| body.contains(first)).await;
    serde_json::from_str(&body).unwrap()
}

#[tokio::test]
async fn what_fails_is_told_everywhere_and_mends_itself() {
    let database = healthy_shop().await;
    let site = with_checks(&on_demand(&database), CHECKS);
    let service = TestService::start_audited(&site).await;
    let report = until_checked(&service, "\"passed\"").await;
    assert_eq!(outcomes(&report), ["customers: passed", "orders \"and\" notes: passed"]);
    assert_eq!((&report["health"], &report["findings"]), (&"healthy".into(), &Value::Array(vec![])));
    let success =
        |check: &str| format!("schema_health_smoke_check_success{{database=\"shop\",check=\"{check}\"}}");
    assert_eq!(service.metric(&success("customers")).await, Some(1.0));
    assert_eq!(service.metric(&success("orders \\\"and\\\" notes")).await, Some(1.0));

    // The request waits for the checks too.
    database.execute(DROP_CUSTOMER).await;
    let report = service.audit("shop").await;
    assert_eq!(outcomes(&report), ["customers: blocked", "orders \"and\" notes: not_tested"]);
    let checks = service.json("/v1/databases/shop/smoke-checks").await;
    let customers = &checks["smoke_checks"][0];
    assert_eq!(customers["blocked_by"][0]["table"], "shop_customer");
    assert_eq!(customers["blocked_by"][0]["migration"]["name"], "0001_initial");
    assert_eq!(checks["smoke_checks"][1]["waits_for"], "customers");
    let of_smoke: Vec<&Value> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["rule"] == "smoke_check_failed")
        .collect();
    assert_eq!(of_smoke.len(), 1);
    assert_eq!(of_smoke[0]["severity"], "warning");
    assert_eq!(of_smoke[0]["subject"]["name"], "customers");
    assert!(
        of_smoke[0]["message"]
            .as_str()
            .unwrap()
            .contains("blocked by shop_customer (missing; shop.0001_initial)")
    );
    assert_eq!(service.metric(&success("customers")).await, Some(0.0));
    assert_eq!(service.metric(&success("orders \\\"and\\\" notes")).await, None, "not tested is not 0");
    for (outcome, count) in [("passed", 0.0), ("failed", 0.0), ("blocked", 1.0), ("not_tested", 1.0)] {
        let series = format!("schema_health_smoke_checks{{database=\"shop\",outcome=\"{outcome}\"}}");
        assert_eq!(service.metric(&series).await, Some(count), "{outcome}");
    }
    let findings =
        "schema_health_findings{database=\"shop\",rule=\"smoke_check_failed\",severity=\"warning\"}";
    assert_eq!(service.metric(findings).await, Some(1.0));
    let listed = service.json("/v1/databases").await;
    assert_eq!(listed["databases"][0]["findings"]["warning"], 1);

    database.execute(CREATE_CUSTOMER).await;
    let report = service.audit("shop").await;
    assert_eq!(outcomes(&report), ["customers: passed", "orders \"and\" notes: passed"]);
    assert_eq!(report["health"], "healthy");
    assert_eq!(service.metric(findings).await, None);
}

/// By default a page that fails takes no pod away; whoever wants that says so.
#[tokio::test]
async fn the_severity_decides_about_the_gate() {
    let database = healthy_shop().await;
    let failing = "
    gate: true
    smoke: {checks: [{name: nobody, sql: SELECT id FROM shop_order, expect: rows}]}
";
    let site = with_checks(&on_demand(&database), failing);
    let service = TestService::start_audited(&site).await;
    let report = until_checked(&service, "\"failed\"").await;
    assert_eq!(report["health"], "degraded");
    assert_eq!(service.status("/readyz/shop").await, 200);
    assert_eq!(service.status("/readyz").await, 200);
    drop(service);

    let severe = format!("severity: {{smoke_check_failed: error}}\n{}", on_demand(&database));
    let service = TestService::start_audited(&with_checks(&severe, failing)).await;
    let report = until_checked(&service, "\"failed\"").await;
    assert_eq!(report["health"], "unhealthy");
    assert!(report["reason"].as_str().unwrap().contains("smoke check \"nobody\""), "{report}");
    assert_eq!(service.status("/readyz/shop").await, 503);
    assert_eq!(service.status("/readyz").await, 503);
    database.execute("INSERT INTO shop_order VALUES (1, 2, 'x')").await;
    assert_eq!(service.audit("shop").await["health"], "healthy");
    assert_eq!(service.status("/readyz").await, 200);
    drop(service);

    let acknowledged = format!(
        "{failing}    acknowledge: [{{rule: smoke_check_failed, name: nobody, reason: no orders yet, until: 2999-01-01}}]
    ignore: [{{rule: smoke_check_failed, name: other}}]
"
    );
    database.execute("DELETE FROM shop_order").await;
    let service = TestService::start_audited(&with_checks(&on_demand(&database), &acknowledged)).await;
    let report = until_checked(&service, "\"failed\"").await;
    assert_eq!(report["health"], "healthy");
    assert_eq!(report["findings"][0]["acknowledged"], "no orders yet");
    let remarks = report["remarks"].as_array().unwrap();
    assert_eq!(remarks.len(), 1, "{remarks:?}");
    assert!(remarks[0].as_str().unwrap().ends_with("this ignore rule matches nothing: remove it"));
}

/// One failure is no finding: it is looked at again first.
#[tokio::test]
async fn a_failure_counts_when_it_is_there_a_second_time() {
    let database = healthy_shop().await;
    let failing = "
    smoke: {checks: [{name: nobody, sql: SELECT id FROM shop_order, expect: rows}]}
";
    let patient = on_demand(&database).replace("confirm_after: 0s", "confirm_after: 1s");
    let service = TestService::start_audited(&with_checks(&patient, failing)).await;
    // The first run has failed by now, and has not been told.
    sleep(Duration::from_millis(400)).await;
    let report = service.json("/v1/databases/shop").await;
    assert_eq!((&report["health"], outcomes(&report).len()), (&"healthy".into(), 0));
    database.execute("INSERT INTO shop_order VALUES (1, 2, 'x')").await;
    let report = until_checked(&service, "\"passed\"").await;
    assert_eq!(report["health"], "healthy");
    database.execute("DELETE FROM shop_order").await;
    let began = Instant::now();
    let report = service.audit("shop").await;
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(report["health"], "degraded");
}

fn stuck_smoke(port: u16) -> String {
    format!(
        "
    smoke:
      base_url: http://127.0.0.1:{port}
      timeout: 30s
      budget: 30s
      checks: [{{name: stuck, http: /}}, {{name: behind it, sql: SELECT 1}}]
"
    )
}

fn database(name: &str, of: &SqliteDatabase) -> String {
    format!("  {name}:\n    url: {}\n    manifest: manifest.yaml", of.url())
}

/// An application that hangs holds up its own checks alone: no audit, no verdict, no probe, and not the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_endpoint_holds_up_nothing() {
    let stuck = TcpListener::bind("127.0.0.1:0").unwrap();
    let of_smoke = stuck_smoke(stuck.local_addr().unwrap().port());
    let (first, second) = (healthy_shop().await, healthy_shop().await);
    let site = Site::new(&format!(
        "interval: 200ms\nconfirm_after: 0s\ndrain: 0s\nconcurrency: 1\ndatabases:\n{}{of_smoke}{}\n",
        database("shop", &first),
        database("other", &second)
    ));
    let mut process = Process::start(&site);
    let api = process.api();
    api.until("/readyz", |status, _| status == 200).await;
    sleep(Duration::from_secs(1)).await;
    for name in ["shop", "other"] {
        let series = format!("schema_health_audits_total{{database=\"{name}\"}}");
        let before = api.metric(&series).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        let audits = api.metric(&series).await.unwrap() - before;
        assert!(audits >= 3.0, "{name}: {audits} audits in a second");
    }
    first.execute(DROP_CUSTOMER).await;
    let (took, _) = api.until("/readyz/shop", |status, _| status == 503).await;
    assert!(took < Duration::from_secs(1), "the verdict comes after {took:?}");
    let began = Instant::now();
    process.signal("-TERM");
    let (_, code) = process.ended();
    assert_eq!(code, Some(0));
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

/// What was taken out of the configuration is gone, and what was changed is asked at once.
#[tokio::test]
async fn a_reload_changes_the_checks() {
    let database = healthy_shop().await;
    let site = with_checks(&on_demand(&database), CHECKS);
    let service = TestService::start_audited(&site).await;
    until_checked(&service, "\"passed\"").await;
    let changed = CHECKS.replace("name: customers", "name: clients").replace("[customers]", "[clients]");
    site.configure(&format!("{}{changed}", on_demand(&database).trim_end()));
    service.controls.reload.notify_one();
    let report = until_checked(&service, "clients").await;
    assert_eq!(outcomes(&report), ["clients: passed", "orders \"and\" notes: passed"]);
    site.configure(&on_demand(&database));
    service.controls.reload.notify_one();
    service.until("/v1/databases/shop", |_, body| body.contains("\"smoke_checks\":[]")).await;
    let (_, metrics) = service.text("/metrics").await;
    assert!(!metrics.contains("smoke"), "{metrics}");
}

/// The least time between two runs holds, but for those that are asked for.
#[tokio::test]
async fn checks_run_no_more_often_than_was_said() {
    let database = healthy_shop().await;
    let slow = CHECKS.replace("smoke:\n", "smoke:\n      interval: 1h\n");
    let service = TestService::start_audited(&with_checks(&quick(&database), &slow)).await;
    until_checked(&service, "\"passed\"").await;
    let ran = "schema_health_last_smoke_timestamp_seconds{database=\"shop\"}";
    let first = service.metric(ran).await;
    sleep(Duration::from_millis(800)).await;
    assert_eq!(service.metric(ran).await, first);
    service.audit("shop").await;
    assert!(service.metric(ran).await > first);
}

/// However many ask for audits, the application is asked once a second at most.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_that_asks_for_audits_is_no_crowd_to_the_application() {
    let application = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = application.local_addr().unwrap().port();
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = application.accept() {
            count.fetch_add(1, Ordering::SeqCst);
            // A client that has gone is no concern of the application's.
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
    });
    let checks = format!(
        "\n    smoke:\n      base_url: http://127.0.0.1:{port}\n      checks: [{{name: home, http: /}}]\n"
    );
    let database = healthy_shop().await;
    let service = TestService::start_audited(&with_checks(&on_demand(&database), &checks)).await;
    until_checked(&service, "\"passed\"").await;
    let (before, began) = (heard.load(Ordering::SeqCst), Instant::now());
    let mut asked = 0;
    while began.elapsed() < Duration::from_secs(3) {
        let crowd = (0..10).map(|_| service.audit("shop"));
        asked += futures_util::future::join_all(crowd).await.len();
    }
    let (runs, seconds) = (heard.load(Ordering::SeqCst) - before, began.elapsed().as_secs_f64());
    println!("{asked} audits asked for in {seconds:.1} s, {runs} requests to the application");
    assert!(runs >= 1 && runs as f64 <= seconds + 1.0, "{runs} requests in {seconds} s");
}

/// What cannot be read is not asked by SQL, and nobody is accused for it.
#[tokio::test]
async fn a_database_that_cannot_be_read_leaves_its_checks_untested() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&with_checks(&on_demand(&database), CHECKS)).await;
    until_checked(&service, "\"passed\"").await;
    std::fs::remove_file(database.path()).unwrap();
    let report = service.audit("shop").await;
    assert_eq!(outcomes(&report), ["customers: not_tested", "orders \"and\" notes: not_tested"]);
    let remarks = report["remarks"].as_array().unwrap();
    assert!(
        remarks[0].as_str().unwrap().contains("the last audit could not read the database"),
        "{remarks:?}"
    );
    assert_eq!(report["health"], "healthy", "the last verdict still counts");
}
