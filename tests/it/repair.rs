//! `repair` as a person runs it: plans, forms, proofs and applications, on real servers.

mod client;
mod columns;
mod defaults;
mod django;
mod ended;
mod faults;
mod full_disk;
mod names;
mod not_valid;
mod script;
mod shop;

use serde_json::Value;

use self::shop::{Engine, Shop};

const ENGINES: [Engine; 3] = [Engine::Postgres, Engine::Mysql, Engine::Sqlite];

/// The variants that the engine has.
fn variants(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Postgres => &["plain", "zero-downtime"],
        Engine::Mysql | Engine::Sqlite => &["plain"],
    }
}

/// Half of the shop is gone: a table, a column with its index, a foreign key, a unique and a check.
async fn damaged(engine: Engine) -> Shop {
    let shop = Shop::new(engine).await;
    shop.break_it().await;
    shop
}

#[tokio::test]
async fn a_healthy_database_needs_no_repair() {
    for engine in ENGINES {
        let shop = Shop::new(engine).await;
        let told = shop.repair(&["--format", "json"]).await;
        assert_eq!(told.code, 0, "{engine:?}: {} {}", told.out, told.err);
        let plan: Value = serde_json::from_str(&told.out).unwrap();
        assert_eq!(plan["statements"], serde_json::json!([]), "{engine:?}");
        assert_eq!(plan["strategies"], serde_json::json!([]), "{engine:?}");
    }
}

#[tokio::test]
async fn a_plan_names_findings_hazards_and_migrations() {
    for engine in ENGINES {
        let shop = damaged(engine).await;
        let findings = shop.finding_ids().await;
        assert!(findings.len() >= 5, "{engine:?}: {findings:?}");
        let told = shop.repair(&["--format", "json"]).await;
        assert_eq!(told.code, 1, "{engine:?}: {}", told.err);
        let plan: Value = serde_json::from_str(&told.out).unwrap();
        let statements = plan["statements"].as_array().unwrap();
        let mut mended: Vec<String> = (statements.iter())
            .flat_map(|it| it["findings"].as_array().unwrap())
            .map(|it| it.as_str().unwrap().to_owned())
            .collect();
        mended.sort();
        mended.dedup();
        assert_eq!(mended, findings, "{engine:?}: {}", told.out);
        for statement in statements {
            assert_eq!(statement["migration"]["app"], "shop", "{engine:?}: {statement}");
            let is_alteration = !statement["purpose"].as_str().unwrap().starts_with("adds table");
            let names_hazards = !statement["hazards"].as_array().unwrap().is_empty();
            assert!(names_hazards || !is_alteration || engine == Engine::Mysql, "{engine:?}: {statement}");
        }
        assert_eq!(plan["left_out"], serde_json::json!([]), "{engine:?}");
        let kinds: Vec<&str> =
            plan["strategies"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
        assert!(kinds.contains(&"mend") && kinds.contains(&"rerun") && kinds.contains(&"reset"), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_proof_converges_and_leaves_no_trace() {
    for engine in ENGINES {
        for variant in ["plain", "zero-downtime"] {
            let shop = damaged(engine).await;
            let (before, findings) = (shop.catalog().await, shop.finding_ids().await);
            let told = shop.repair(&["--prove", "--variant", variant]).await;
            assert_eq!(told.code, 0, "{engine:?} {variant}: {} {}", told.out, told.err);
            let converges = format!("converges: {} findings → 0; second run changes nothing", findings.len());
            assert!(told.out.contains(&converges), "{engine:?} {variant}: {}", told.out);
            assert_eq!(shop.catalog().await, before, "{engine:?} {variant}");
            assert_eq!(shop.scratch_databases().await, [""; 0]);
        }
    }
}

#[tokio::test]
async fn apply_mends_and_records_what_it_did() {
    for engine in ENGINES {
        for variant in ["plain", "zero-downtime"] {
            let shop = damaged(engine).await;
            let rows = shop.rows().await;
            let told = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
            assert_eq!(told.code, 0, "{engine:?} {variant}: {} {}", told.out, told.err);
            let record: Value = serde_json::from_str(&told.out).unwrap();
            assert_eq!(record["outcome"], "applied", "{record}");
            assert_eq!((&record["findings_after"], &record["health_after"]), (&0.into(), &"healthy".into()));
            for statement in record["statements"].as_array().unwrap() {
                assert!(
                    statement["started_at"].is_string() && statement["duration_ms"].is_u64(),
                    "{statement}"
                );
                assert!(["done", "skipped"].contains(&statement["outcome"].as_str().unwrap()), "{statement}");
            }
            assert_eq!(shop.finding_ids().await, [""; 0], "{engine:?} {variant}");
            assert_eq!(shop.rows().await, rows, "{engine:?} {variant}");
            let again = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
            let record: Value = serde_json::from_str(&again.out).unwrap();
            assert_eq!((again.code, &record["outcome"]), (0, &"nothing_to_do".into()), "{}", again.err);
        }
    }
}

#[tokio::test]
async fn apply_wants_a_yes_and_a_url_of_its_own() {
    let shop = damaged(Engine::Sqlite).await;
    let told = shop.repair(&["--apply"]).await;
    assert_eq!(told.code, 3);
    assert!(told.err.contains("--yes"), "{}", told.err);
    let told = shop.repair_configured(&["--prove"], "").await;
    assert_eq!(told.code, 3);
    assert!(told.err.contains("repair_url"), "{}", told.err);
    let with_url = format!("repair_url: \"{}\"", shop.url());
    let told = shop.repair_configured(&["--prove"], &with_url).await;
    assert_eq!(told.code, 0, "{}", told.err);
}

/// A column that rows have no value for is left to a person, with the steps; the rest is mended.
#[tokio::test]
async fn a_required_column_is_not_made_up_for_rows() {
    for engine in ENGINES {
        let shop = Shop::new(engine).await;
        shop.lose_required_column().await;
        let rows = shop.rows().await;
        let told = shop.repair(&["--prove", "--format", "json"]).await;
        let plan: Value = serde_json::from_str(&told.out).unwrap();
        let left: Vec<&str> =
            plan["left_out"].as_array().unwrap().iter().map(|it| it["reason"].as_str().unwrap()).collect();
        assert!(
            left.first().is_some_and(|it| it.contains("has rows")),
            "{engine:?}: {left:?} {} {}",
            told.out,
            told.err
        );
        let steps = plan["left_out"][0]["steps"].as_array().unwrap();
        assert!(
            steps.len() >= 3 && steps[1].as_str().unwrap().starts_with("UPDATE"),
            "{engine:?}: {steps:?}"
        );
        assert_eq!(plan["proof"]["outcome"], "converges", "{engine:?}: {}", told.out);
        assert!(told.err.contains("  - UPDATE"), "{engine:?}: {}", told.err);

        // The script knows nothing of rows, and stops by itself.
        let script = shop.repair(&[]).await.out;
        assert!(
            script
                .contains("-- Note: a column that rows have no value for is refused, which ends the script")
        );
        let refused = shop.run_script(&script).await;
        assert!(refused.is_err(), "{engine:?}: {script}");
        assert_eq!(shop.rows().await, rows, "{engine:?}");
    }
}

/// What is left to a person stands not in the way of the rest.
#[tokio::test]
async fn apply_mends_all_but_what_is_left_out() {
    for engine in ENGINES {
        for variant in ["plain", "zero-downtime"] {
            let shop = Shop::new(engine).await;
            shop.lose_required_column().await;
            let dropped = "DROP INDEX shop_customer_city";
            shop.execute(&match engine {
                Engine::Mysql => format!("{dropped} ON shop_customer"),
                Engine::Postgres | Engine::Sqlite => dropped.to_owned(),
            })
            .await;
            let before = shop.finding_ids().await;
            let told = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
            let record: Value = serde_json::from_str(&told.out).unwrap();
            assert_eq!(record["outcome"], "applied", "{engine:?} {variant}: {record}");
            assert_eq!(told.code, 1, "{engine:?} {variant}: {}", told.err);
            assert!(!record["message"].as_str().unwrap().contains("missing as before"), "{record}");
            assert_eq!(record["left_out"].as_array().unwrap().len(), 2, "{record}");
            let after = shop.finding_ids().await;
            assert_eq!(after.len(), before.len() - 1, "{engine:?} {variant}: {before:?} {after:?}");
        }
    }
}

/// django-watson makes its table MyISAM for full-text search; and a server may have that engine for all tables.
#[tokio::test]
async fn a_foreign_key_that_the_engine_forgets_is_not_missed() {
    let shop = Shop::new(Engine::Mysql).await;
    shop.execute(
        "ALTER TABLE shop_item DROP FOREIGN KEY shop_item_order; ALTER TABLE shop_item ENGINE = MyISAM",
    )
    .await;
    let keys = |it: &schema_health::schema::Table| it.foreign_keys.len();
    let item = schema_health::schema::TableName::unqualified("shop_item");
    assert_eq!(keys(&shop.catalog().await.tables[&item]), 0);
    assert_eq!(shop.finding_ids().await, [""; 0]);
    let told = shop.repair(&["--format", "json"]).await;
    let plan: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(plan["statements"], serde_json::json!([]), "{plan}");
    let reason = plan["left_out"][0]["reason"].as_str().unwrap();
    assert_eq!(reason, "shop_item is of the engine MyISAM, which keeps no foreign keys");
}
