//! `/v1/databases/{database}/repair-plan`: nothing for a healthy database, the plan for a broken one, never a write.

use super::harness::{CREATE_CUSTOMER, DROP_CUSTOMER, Site, TestService, healthy_shop, on_demand};

#[tokio::test]
async fn the_plan_is_shown_as_json_and_as_sql_and_goes_when_it_is_carried_out() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let path = "/v1/databases/shop/repair-plan";
    let plan = service.json(path).await;
    assert_eq!((&plan["statements"], &plan["variant"]), (&serde_json::json!([]), &"plain".into()));

    database.execute(DROP_CUSTOMER).await;
    service.audit("shop").await;
    let plan = service.json(path).await;
    assert_eq!(plan["statements"].as_array().unwrap().len(), 1, "{plan}");
    let findings = service.json("/v1/databases/shop/findings").await;
    assert_eq!(plan["statements"][0]["findings"][0], findings["findings"][0]["id"]);
    assert_eq!(plan["strategies"][0]["kind"], "mend", "{plan}");
    assert_eq!(plan["proof"], serde_json::Value::Null);

    let (_, script) = service.text(&format!("{path}?format=sql")).await;
    assert!(script.contains("CREATE TABLE IF NOT EXISTS \"shop_customer\""), "{script}");
    assert_eq!(service.status(&format!("{path}?format=xml")).await, 400);
    assert_eq!(service.status(&format!("{path}?variant=fast")).await, 400);
    assert_eq!(service.status(&format!("{path}?variant=zero-downtime")).await, 200);
    assert_eq!(service.status("/v1/databases/nobody/repair-plan").await, 404);

    database.execute(CREATE_CUSTOMER).await;
    service.audit("shop").await;
    assert_eq!(service.json(path).await["statements"], serde_json::json!([]));
}
