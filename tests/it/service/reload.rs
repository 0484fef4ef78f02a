//! The configuration read again: on SIGHUP, when it changes, and when it is wrong.

use std::time::Duration;

use super::harness::*;

fn entry(name: &str, url: &str) -> String {
    format!("  {name}: {{url: \"{url}\", manifest: manifest.yaml}}\n")
}

const HEAD: &str = "interval: 200ms\nconfirm_after: 0s\ndatabases:\n";

#[tokio::test]
async fn databases_come_and_go_with_the_file() {
    let (first, second) = (healthy_shop().await, healthy_shop().await);
    let site = Site::new(&format!("{HEAD}{}", entry("first", &first.url())));
    let service = TestService::start_audited(&site).await;
    let audits = service.metric("schema_health_audits_total{database=\"first\"}").await.unwrap();

    site.configure(&format!("{HEAD}{}{}", entry("first", &first.url()), entry("second", &second.url())));
    let (took, _) = service.until("/readyz/second", |status, _| status == 200).await;
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(service.status("/readyz/first").await, 200);
    assert!(service.metric("schema_health_audits_total{database=\"first\"}").await.unwrap() >= audits);

    site.configure(&format!("{HEAD}{}", entry("second", &second.url())));
    service.until("/readyz/first", |status, _| status == 404).await;
    let (_, metrics) = service.text("/metrics").await;
    assert!(!metrics.contains("database=\"first\""), "{metrics}");
}

#[tokio::test]
async fn a_wrong_file_keeps_the_last_good_one_in_force() {
    let database = healthy_shop().await;
    let site = Site::new(&quick(&database));
    let service = TestService::start_audited(&site).await;
    let successful = "schema_health_config_last_reload_successful";
    assert_eq!(service.metric(successful).await, Some(1.0));

    site.configure("databases: {shop: {}}\n");
    service.controls.reload.notify_one();
    service.until("/metrics", |_, body| body.contains(&format!("{successful} 0"))).await;
    assert_eq!(service.status("/readyz/shop").await, 200);

    site.configure(&quick(&database));
    service.until("/metrics", |_, body| body.contains(&format!("{successful} 1"))).await;
    assert_eq!(service.status("/readyz/shop").await, 200);
}

#[tokio::test]
async fn a_url_file_and_a_manifest_are_read_again_when_they_change() {
    let (healthy, broken) = (healthy_shop().await, healthy_shop().await);
    broken.execute(DROP_CUSTOMER).await;
    let site = Site::new("");
    let url_file = site.folder.path().join("url");
    std::fs::write(&url_file, format!("{}\n", healthy.url())).unwrap();
    site.configure(&format!("{HEAD}  shop: {{url_file: url, manifest: manifest.yaml}}\n"));
    let service = TestService::start_audited(&site).await;
    assert_eq!(service.status("/readyz/shop").await, 200);

    std::fs::write(&url_file, broken.url()).unwrap();
    service.until("/readyz/shop", |status, _| status == 503).await;

    let without_customers = MANIFEST.replace("shop_customer", "shop_order2");
    std::fs::write(site.folder.path().join("manifest.yaml"), without_customers).unwrap();
    service.until("/readyz/shop", |_, body| body.contains("shop_order2")).await;
}
