//! `/livez`, `/readyz`, `/readyz/{database}`.

use reqwest::Method;

use super::harness::*;

#[tokio::test]
async fn a_healthy_database_passes_every_probe() {
    let database = healthy_shop().await;
    let site = Site::new(&format!("{}    gate: true\n", quick(&database)));
    let service = TestService::start_audited(&site).await;
    for path in ["/livez", "/readyz", "/readyz/shop"] {
        let response = service.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        assert_eq!(response.text().await.unwrap(), "ok");
        let head = service.request(Method::HEAD, path).send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.text().await.unwrap()), (200, String::new()));
    }
    let (_, text) = service.text("/readyz?verbose").await;
    let expected =
        "[+]config ok\n[+]first-audits ok\n[+]shutdown ok\n[+]database/shop ok\nreadyz check passed\n";
    assert_eq!(text, expected);
    assert_eq!(service.text("/livez?verbose").await.1, "[+]ping ok\n[+]scheduler ok\nlivez check passed\n");
    assert_eq!(service.status("/readyz/nobody").await, 404);
}

#[tokio::test]
async fn an_unhealthy_gated_database_fails_readyz_and_never_livez() {
    let database = healthy_shop().await;
    database.execute(DROP_CUSTOMER).await;
    let site = Site::new(&format!("{}    gate: true\n", quick(&database)));
    let service = TestService::start_audited(&site).await;
    assert_eq!(service.status("/livez").await, 200);

    let (status, text) = service.text("/readyz").await;
    assert_eq!(status, 503);
    assert!(text.contains("[-]database/shop failed: reason withheld\nreadyz check failed\n"), "{text}");

    let (status, text) = service.text("/readyz/shop").await;
    assert_eq!(status, 503);
    assert!(text.starts_with("[-]schema failed: unhealthy: "), "{text}");
    assert!(text.contains("shop_customer") && text.contains("shop.0001_initial"), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");

    let (status, text) = service.text("/readyz?exclude=database/shop&exclude=nobody&verbose").await;
    assert_eq!(status, 200);
    assert!(text.contains("[+]database/shop excluded: ok\n"), "{text}");
    assert!(text.contains("no matches for \"nobody\""), "{text}");
}

#[tokio::test]
async fn a_gate_follows_every_audit_and_shuts_by_itself_when_the_verdict_grows_too_old() {
    let database = healthy_shop().await;
    let site = Site::new(&format!("{}    gate: true\n    stale_after: 1s\n", on_demand(&database)));
    let service = TestService::start_audited(&site).await;
    assert_eq!(service.status("/readyz").await, 200);
    // Nothing is audited meanwhile: only the clock moves.
    let (_, text) = service.until("/readyz", |status, _| status == 503).await;
    assert!(text.contains("[-]database/shop failed"), "{text}");

    let audits = "/v1/databases/shop/audits";
    assert_eq!(service.request(Method::POST, audits).send().await.unwrap().status(), 200);
    assert_eq!(service.status("/readyz").await, 200);
    database.execute(DROP_CUSTOMER).await;
    assert_eq!(service.request(Method::POST, audits).send().await.unwrap().status(), 200);
    assert_eq!(service.status("/readyz").await, 503);
}

#[tokio::test]
async fn without_a_gate_a_broken_database_leaves_the_service_ready() {
    let database = healthy_shop().await;
    database.execute(DROP_CUSTOMER).await;
    let service = TestService::start_audited(&Site::new(&quick(&database))).await;
    assert_eq!(service.status("/readyz").await, 200);
    assert_eq!(service.status("/readyz/shop").await, 503);
}
