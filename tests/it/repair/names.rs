//! Names that the plan needs and that something else has: told and left out, while all the rest is mended.

use serde_json::Value;

use super::shop::{Engine, Shop};
use super::variants;

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
          columns: {id: integer primary key, code: varchar(20) not null, seats: integer not null}
      - create_table:
          name: shop_stub
          columns: {id: integer primary key, ticket_id: integer not null}
          foreign_keys:
            - {name: shop_stub_ticket, columns: [ticket_id], references: shop_ticket, referenced_columns: [id]}
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - add_unique: {table: shop_ticket, name: shop_ticket_code, columns: [code]}
      - add_index: {table: shop_ticket, name: shop_ticket_seats, columns: [seats]}
      - add_check: {table: shop_ticket, name: shop_ticket_some, columns: [seats], expression: seats > 0}
";
const ROWS: &str = "INSERT INTO shop_ticket (id, code, seats) VALUES (7, 'a', 2), (9, 'b', 3)";
const LOST: &str = "DROP TABLE shop_stub; ALTER TABLE shop_ticket DROP CONSTRAINT shop_ticket_some";

/// What has the name, what else is lost, and what is left out for it: its reason, and the first of the steps.
struct Taken {
    sql: &'static str,
    left_out: &'static str,
    step: &'static str,
    back: &'static str,
}

async fn is_told_and_the_rest_is_mended(engine: Engine, lost: &str, taken: &Taken, variant: &str) {
    let shop = Shop::of(engine, MANIFEST, ROWS).await;
    assert_eq!(shop.finding_ids().await, [""; 0], "{engine:?}");
    shop.execute(lost).await;
    shop.execute(taken.sql).await;
    let before = shop.finding_ids().await;
    let what = format!("{engine:?} {variant} {}", taken.sql);

    let told = shop.repair(&["--prove", "--format", "json", "--variant", variant]).await;
    let plan: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(plan["proof"]["outcome"], "converges", "{what}: {plan:#}");
    let left = plan["left_out"].as_array().unwrap();
    let it =
        left.iter().find(|it| it["reason"] == taken.left_out).unwrap_or_else(|| panic!("{what}: {left:#?}"));
    assert!(it["steps"].to_string().contains(taken.step), "{what}: {it:#}");

    let told = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
    let record: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!((told.code, &record["outcome"]), (1, &"applied".into()), "{what}: {record:#} {}", told.err);
    assert_eq!(record["left_out"].as_array().unwrap().len(), left.len(), "{what}: {record:#}");
    let mended: Vec<Value> = (plan["statements"].as_array().unwrap().iter())
        .flat_map(|it| it["findings"].as_array().cloned().unwrap_or_default())
        .collect();
    assert!(!mended.is_empty(), "{what}: {plan:#}");
    let mut rest = before;
    rest.retain(|it| !mended.contains(&Value::from(it.as_str())));
    assert_eq!(shop.finding_ids().await, rest, "{what}");

    // Once the name is free again, the plan makes that too.
    shop.execute(taken.back).await;
    let told = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
    let record: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(
        (told.code, &record["left_out"]),
        (0, &Value::Array(vec![])),
        "{what}: {record:#} {}",
        told.err
    );
    let again = shop.repair(&["--apply", "--yes"]).await;
    let record: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(record["outcome"], "nothing_to_do", "{what}: {record:#}");
}

#[tokio::test]
async fn a_name_that_something_else_has_is_told_on_postgres() {
    let table = [
        Taken {
            sql: "CREATE SEQUENCE shop_stub",
            left_out: "shop_stub is the name of a sequence, which would have to go first",
            step: r#"ALTER SEQUENCE \"shop_stub\" RENAME TO"#,
            back: "ALTER SEQUENCE shop_stub RENAME TO other",
        },
        Taken {
            sql: "CREATE TYPE shop_stub AS (a integer)",
            left_out: "shop_stub is the name of a composite type, which would have to go first",
            step: r#"ALTER TYPE \"shop_stub\" RENAME TO"#,
            back: "ALTER TYPE shop_stub RENAME TO other",
        },
        Taken {
            sql: "CREATE TYPE shop_stub AS ENUM ('a')",
            left_out: "shop_stub is the name of a type, which would have to go first",
            step: r#"ALTER TYPE \"shop_stub\" RENAME TO"#,
            back: "ALTER TYPE shop_stub RENAME TO other",
        },
        Taken {
            sql: "CREATE INDEX shop_stub ON shop_ticket (seats, code)",
            left_out: "shop_stub is the name of an index, which would have to go first",
            step: r#"ALTER INDEX \"shop_stub\" RENAME TO"#,
            back: "ALTER INDEX shop_stub RENAME TO other",
        },
        Taken {
            sql: "CREATE TABLE parts (a integer) PARTITION BY LIST (a); \
                  CREATE TABLE shop_stub PARTITION OF parts FOR VALUES IN (1)",
            left_out: "shop_stub is the name of a partition, which would have to go first",
            step: r#"ALTER TABLE \"shop_stub\" RENAME TO"#,
            back: "ALTER TABLE shop_stub RENAME TO other",
        },
        Taken {
            sql: "CREATE MATERIALIZED VIEW shop_stub AS SELECT 1 AS x",
            left_out: "shop_stub is the name of a materialized view, which would have to go first",
            step: r#"ALTER MATERIALIZED VIEW \"shop_stub\" RENAME TO"#,
            back: "ALTER MATERIALIZED VIEW shop_stub RENAME TO other",
        },
    ];
    let index = |sql, left_out, step, back| Taken { sql, left_out, step, back };
    let indexes = [
        index(
            "CREATE SEQUENCE shop_ticket_seats",
            "shop_ticket_seats is the name of a sequence, which would have to go first",
            r#"ALTER SEQUENCE \"shop_ticket_seats\" RENAME TO"#,
            "DROP SEQUENCE shop_ticket_seats",
        ),
        index(
            "CREATE TYPE shop_ticket_seats AS (a integer)",
            "shop_ticket_seats is the name of a composite type, which would have to go first",
            r#"ALTER TYPE \"shop_ticket_seats\" RENAME TO"#,
            "DROP TYPE shop_ticket_seats",
        ),
        index(
            "CREATE VIEW shop_ticket_code AS SELECT 1 AS x",
            "shop_ticket_code is the name of a view, which would have to go first",
            r#"ALTER VIEW \"shop_ticket_code\" RENAME TO"#,
            "DROP VIEW shop_ticket_code",
        ),
        index(
            "CREATE SEQUENCE shop_ticket_code",
            "shop_ticket_code is the name of a sequence, which would have to go first",
            r#"ALTER SEQUENCE \"shop_ticket_code\" RENAME TO"#,
            "DROP SEQUENCE shop_ticket_code",
        ),
    ];
    for taken in &table {
        is_told_and_the_rest_is_mended(Engine::Postgres, LOST, taken, "plain").await;
    }
    for variant in variants(Engine::Postgres) {
        for taken in &indexes {
            let lost = format!(
                "{LOST}; DROP INDEX shop_ticket_seats; ALTER TABLE shop_ticket DROP CONSTRAINT shop_ticket_code"
            );
            is_told_and_the_rest_is_mended(Engine::Postgres, &lost, taken, variant).await;
        }
    }
}

/// An enum stands in the way of a table, whose row is a type of its name, but of no index.
#[tokio::test]
async fn a_type_of_an_indexs_name_hinders_nothing_on_postgres() {
    let shop = Shop::of(Engine::Postgres, MANIFEST, ROWS).await;
    shop.execute("DROP INDEX shop_ticket_seats; CREATE TYPE shop_ticket_seats AS ENUM ('a')").await;
    let told = shop.repair(&["--prove"]).await;
    assert!(told.out.contains("converges: 1 finding → 0"), "{} {}", told.out, told.err);
}

#[tokio::test]
async fn a_name_that_something_else_has_is_told_on_mysql() {
    let view = Taken {
        sql: "CREATE VIEW shop_stub AS SELECT 1 AS x",
        left_out: "shop_stub is the name of a view, which would have to go first",
        step: "RENAME TABLE `shop_stub` TO",
        back: "DROP VIEW shop_stub",
    };
    is_told_and_the_rest_is_mended(Engine::Mysql, LOST, &view, "plain").await;
    let sequence = Taken {
        sql: "CREATE SEQUENCE shop_stub",
        left_out: "shop_stub is the name of a sequence, which would have to go first",
        step: "RENAME TABLE `shop_stub` TO",
        back: "DROP SEQUENCE shop_stub",
    };
    // MySQL has none.
    if Shop::of(Engine::Mysql, MANIFEST, ROWS).await.try_execute("CREATE SEQUENCE s").await.is_ok() {
        is_told_and_the_rest_is_mended(Engine::Mysql, LOST, &sequence, "plain").await;
    }
}

#[tokio::test]
async fn a_name_that_something_else_has_is_told_on_sqlite() {
    let lost = "DROP TABLE shop_stub; DROP INDEX shop_ticket_seats";
    let index = Taken {
        sql: "CREATE INDEX shop_stub ON shop_ticket (seats, code)",
        left_out: "shop_stub is the name of an index, which would have to go first",
        step: r#"DROP INDEX \"shop_stub\""#,
        back: "DROP INDEX shop_stub",
    };
    let view = Taken {
        sql: "CREATE VIEW shop_stub AS SELECT 1 AS x",
        left_out: "shop_stub is the name of a view, which would have to go first",
        step: r#"DROP VIEW \"shop_stub\""#,
        back: "DROP VIEW shop_stub",
    };
    let table = Taken {
        sql: "CREATE TABLE shop_ticket_seats (a)",
        left_out: "shop_ticket_seats is the name of a table, which would have to go first",
        step: r#"ALTER TABLE \"shop_ticket_seats\" RENAME TO"#,
        back: "DROP TABLE shop_ticket_seats",
    };
    for taken in [index, view, table] {
        is_told_and_the_rest_is_mended(Engine::Sqlite, lost, &taken, "plain").await;
    }
}
