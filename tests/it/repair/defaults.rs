//! Columns whose default is no constant: what the rows that are there are given, and what is told of it before.

use schema_health::dialect::Dialect;
use serde_json::Value;

use super::shop::{Engine, Shop};
use super::{ENGINES, variants};

const MANIFEST: &str = "
format: 1
dialect: DIALECT
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table:
          name: shop_ticket
          columns: {id: integer primary key, COLUMN}
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - add_index: {table: shop_ticket, name: shop_ticket_code, columns: [code]}
";

const ROWS: &str = "INSERT INTO shop_ticket (id) VALUES (7), (9)";

/// A shop that lost the column, with its rows.
async fn lost(engine: Engine, column: &str) -> Shop {
    let shop = Shop::of(engine, &MANIFEST.replace("COLUMN", column), ROWS).await;
    assert_eq!(shop.finding_ids().await, [""; 0], "{engine:?} {column}");
    match engine {
        Engine::Postgres => shop.execute("ALTER TABLE shop_ticket DROP COLUMN code").await,
        Engine::Mysql => {
            let gone = "DROP INDEX shop_ticket_code ON shop_ticket; ALTER TABLE shop_ticket DROP COLUMN code";
            shop.execute(gone).await;
        }
        Engine::Sqlite => {
            shop.execute("DROP INDEX shop_ticket_code; ALTER TABLE shop_ticket DROP COLUMN code").await;
        }
    }
    shop
}

async fn plan(shop: &Shop) -> Value {
    let told = shop.repair(&["--format", "json"]).await;
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {}{}", told.out, told.err))
}

/// Of the statement that adds the column.
fn hazards(plan: &Value) -> Vec<&str> {
    let hazards = plan["statements"][0]["hazards"].as_array().unwrap_or_else(|| panic!("{plan}"));
    hazards.iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

async fn is_mended(shop: &Shop, what: &str) {
    for variant in variants(shop.engine()) {
        let proven = shop.repair(&["--prove", "--variant", variant]).await;
        let converges = "→ 0; second run changes nothing";
        assert!(proven.out.contains(converges) && proven.code == 0, "{what}: {} {}", proven.out, proven.err);
    }
    let told = shop.repair(&["--apply", "--yes"]).await;
    assert_eq!(told.code, 0, "{what}: {} {}", told.out, told.err);
    assert_eq!(shop.finding_ids().await, [""; 0], "{what}");
    let kept = "SELECT CAST(id AS CHAR(9)) FROM shop_ticket WHERE code IS NOT NULL";
    assert_eq!(shop.numbers(kept).await, [7, 9], "{what}");
}

/// SQLite's ALTER TABLE takes no such default where there are rows.
#[tokio::test]
async fn the_moment_is_given_to_rows_that_are_there() {
    for engine in ENGINES {
        let shop = lost(engine, "code: timestamp not null default current_timestamp").await;
        let plan = plan(&shop).await;
        assert_eq!(hazards(&plan).contains(&"rewrites_table"), engine == Engine::Sqlite, "{engine:?} {plan}");
        is_mended(&shop, &format!("{engine:?}: the moment")).await;
    }
}

#[tokio::test]
async fn an_expression_is_worked_out_for_rows_that_are_there() {
    for engine in ENGINES {
        let (expression, writes) = match engine {
            Engine::Postgres => ("upper('x'::text)", true),
            Engine::Mysql => ("concat('x','y')", true),
            Engine::Sqlite => ("('x' || 'y')", true),
        };
        let shop =
            lost(engine, &format!("code: {{type: varchar(40), nullable: false, default: \"{expression}\"}}"))
                .await;
        // MariaDB keeps what is one value for all rows beside the table.
        let writes = writes && shop.dialect() != Dialect::Mariadb;
        let plan = plan(&shop).await;
        assert_eq!(hazards(&plan).contains(&"rewrites_table"), writes, "{engine:?} {plan}");
        assert!(!hazards(&plan).contains(&"differs_on_replicas"), "{engine:?} {plan}");
        is_mended(&shop, &format!("{engine:?}: an expression")).await;
    }
}

#[tokio::test]
async fn each_row_gets_a_value_of_its_own_or_a_person_is_told_how() {
    for (null, nullable) in [("not null", false), ("null", true)] {
        for engine in ENGINES {
            let expression = match engine {
                Engine::Postgres => "(random())::text",
                Engine::Mysql => "uuid()",
                Engine::Sqlite => "(hex(randomblob(16)))",
            };
            let column =
                format!("code: {{type: varchar(40), nullable: {nullable}, default: \"{expression}\"}}");
            let shop = lost(engine, &column).await;
            let plan = plan(&shop).await;
            if shop.dialect() == Dialect::Mysql {
                assert_eq!(plan["statements"], serde_json::json!([]), "{plan}");
                let reason = plan["left_out"][0]["reason"].as_str().unwrap();
                assert!(
                    reason.contains("adds no column whose default has another value for each row"),
                    "{plan}"
                );
                let steps: Vec<&str> = plan["left_out"][0]["steps"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| it.as_str().unwrap())
                    .collect();
                shop.run_script(&format!("{};", steps.join(";\n"))).await.unwrap();
                assert_eq!(shop.finding_ids().await.len(), 1, "but for the index: {null}");
            } else {
                assert!(hazards(&plan).contains(&"rewrites_table"), "{engine:?} {plan}");
                let differs = shop.dialect() == Dialect::Mariadb;
                assert_eq!(hazards(&plan).contains(&"differs_on_replicas"), differs, "{engine:?} {plan}");
            }
            is_mended(&shop, &format!("{engine:?}: a value for each row, {null}")).await;
            let apart = "SELECT CAST(count(DISTINCT code) AS CHAR(9)) FROM shop_ticket";
            assert_eq!(shop.numbers(apart).await, [2], "{engine:?}");
        }
    }
}
