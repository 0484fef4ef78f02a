//! A constraint that is NOT VALID: it is there, and what it leaves open is told, never accused.

use serde_json::Value;

use super::shop::{Engine, Shop};

const SPOT: &str =
    "constraint shop_order_total of table shop_order is NOT VALID: rows from before it were never looked at";
const NOTE: &str = r#"ALTER TABLE "shop_order" VALIDATE CONSTRAINT "shop_order_total""#;

async fn blind_spots(shop: &Shop) -> String {
    let told = shop.check(&["--format", "json"]).await;
    let report: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(report["databases"][0]["health"], "healthy", "{report:#}");
    report["databases"][0]["blind_spots"].to_string()
}

#[tokio::test]
async fn a_constraint_that_is_not_valid_is_told_with_the_way_to_validate_it() {
    let shop = Shop::new(Engine::Postgres).await;
    assert!(!blind_spots(&shop).await.contains("NOT VALID"));
    let not_valid = "ALTER TABLE shop_order DROP CONSTRAINT shop_order_total; \
                     ALTER TABLE shop_order ADD CONSTRAINT shop_order_total CHECK (total > 0) NOT VALID";
    shop.execute(not_valid).await;
    assert!(blind_spots(&shop).await.contains(SPOT));

    let plan: Value = serde_json::from_str(&shop.repair(&["--format", "json"]).await.out).unwrap();
    assert_eq!(plan["statements"], serde_json::json!([]), "{plan:#}");
    assert!(plan["notes"].to_string().replace("\\\"", "\"").contains(NOTE), "{plan:#}");
    shop.execute(NOTE).await;
    assert!(!blind_spots(&shop).await.contains("NOT VALID"));
}
