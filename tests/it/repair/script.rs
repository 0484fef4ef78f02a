//! The script that a person gets: run by the server's own client, it makes the database whole, and does nothing when it
//! is run again, or where the objects stand under other names.

use super::shop::{Engine, Shop};
use super::{ENGINES, damaged, variants};

/// Something of every kind that a plan makes.
const MANIFEST: &str = "
format: 1
dialect: DIALECT
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table:
          name: shop_customer
          columns:
            id: integer primary key
            email: varchar(100) not null
            level: integer not null default 1
            city: varchar(50)
            points: integer not null default 0
            since: timestamp not null default current_timestamp
      - create_table:
          name: shop_order
          columns: {id: integer primary key, total: integer not null, customer_id: integer not null, note: varchar(30)}
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - add_unique: {table: shop_customer, name: shop_customer_email, columns: [email]}
      - add_unique: {table: shop_customer, columns: [city, level]}
      - add_index: {table: shop_customer, name: shop_customer_city, columns: [city]}
      - add_index: {table: shop_order, columns: [total]}
      - add_check: {table: shop_order, name: shop_order_total, columns: [total], expression: total > 0}
      - add_foreign_key:
          {table: shop_order, name: shop_order_customer, columns: [customer_id], references: shop_customer, referenced_columns: [id]}
      - create_table:
          name: shop_item
          columns: {id: integer primary key, order_id: integer not null, sku: varchar(20)}
          uniques: [{name: shop_item_sku, columns: [sku]}]
          foreign_keys:
            - {name: shop_item_order, columns: [order_id], references: shop_order, referenced_columns: [id]}
";

const ROWS: &str = "
INSERT INTO shop_customer (id, email, level, city) VALUES (1, 'a@x', 2, 'Berlin'), (2, 'b@x', 3, NULL);
INSERT INTO shop_order (id, total, customer_id, note) VALUES (1, 10, 1, 'x'), (2, 20, 2, NULL);
";

/// Nothing but bare columns is left, and not all of them.
const BARE: &str = "
DROP TABLE shop_item;
DROP TABLE shop_order;
DROP TABLE shop_customer;
CREATE TABLE shop_customer (id integer NOT NULL, email varchar(100), level integer NOT NULL);
CREATE TABLE shop_order (id integer NOT NULL PRIMARY KEY, total integer NOT NULL, customer_id integer NOT NULL);
INSERT INTO shop_customer VALUES (1, 'a@x', 2), (2, 'b@x', 3);
INSERT INTO shop_order VALUES (1, 10, 1), (2, 20, 2);
";

async fn whole(engine: Engine) -> Shop {
    let shop = Shop::of(engine, MANIFEST, ROWS).await;
    assert_eq!(shop.finding_ids().await, [""; 0], "{engine:?}");
    shop
}

async fn bare(engine: Engine) -> Shop {
    let shop = whole(engine).await;
    shop.execute(BARE).await;
    shop
}

async fn script_of(shop: &Shop, variant: &str) -> String {
    let told = shop.repair(&["--variant", variant]).await;
    assert!(!told.out.contains("DROP TABLE shop") && told.err.is_empty(), "{}{}", told.out, told.err);
    told.out
}

async fn mends_and_may_run_twice(shop: &Shop, variant: &str) {
    let engine = shop.engine();
    let (script, rows) = (script_of(shop, variant).await, shop.rows().await);
    shop.run_script(&script).await.unwrap_or_else(|error| panic!("{engine:?} {variant}: {error}{script}"));
    assert_eq!(shop.finding_ids().await, [""; 0], "{engine:?} {variant}: {script}");
    let once = shop.catalog().await;
    let again = shop.run_script(&script).await;
    again.unwrap_or_else(|error| panic!("{engine:?} {variant}, again: {error}{script}"));
    assert_eq!(shop.catalog().await, once, "{engine:?} {variant}");
    assert_eq!(shop.rows().await, rows, "{engine:?} {variant}");
}

#[tokio::test]
async fn the_script_mends_and_may_run_twice() {
    for engine in ENGINES {
        for variant in variants(engine) {
            mends_and_may_run_twice(&damaged(engine).await, variant).await;
            mends_and_may_run_twice(&bare(engine).await, variant).await;
        }
    }
}

/// Tools give names of their own, and one database has them otherwise than the next.
#[tokio::test]
async fn the_script_does_nothing_where_all_is_there_by_other_names() {
    for engine in ENGINES {
        for variant in variants(engine) {
            let script = script_of(&bare(engine).await, variant).await;
            let renamed = whole(engine).await;
            renamed.execute(&by_other_names(&renamed)).await;
            assert_eq!(renamed.finding_ids().await, [""; 0], "{engine:?}");
            let before = renamed.catalog().await;
            // MySQL's says first which database it is for.
            let is_for_all = |line: &&str| !line.starts_with("USE ");
            let script: String = script.lines().filter(is_for_all).map(|line| format!("{line}\n")).collect();
            let ran = renamed.run_script(&script).await;
            ran.unwrap_or_else(|error| panic!("{engine:?} {variant}: {error}{script}"));
            assert_eq!(renamed.catalog().await, before, "{engine:?} {variant}: {script}");
        }
    }
}

fn by_other_names(shop: &Shop) -> String {
    match shop.engine() {
        Engine::Postgres => {
            "ALTER INDEX shop_customer_city RENAME TO one; \
             ALTER TABLE shop_customer RENAME CONSTRAINT shop_customer_email TO two; \
             ALTER TABLE shop_order RENAME CONSTRAINT shop_order_customer TO three; \
             ALTER TABLE shop_item RENAME CONSTRAINT shop_item_sku TO four; \
             ALTER TABLE shop_customer RENAME CONSTRAINT shop_customer_pkey TO five"
        }
        Engine::Mysql => {
            "ALTER TABLE shop_customer RENAME INDEX shop_customer_city TO one, RENAME INDEX shop_customer_email TO two; \
             ALTER TABLE shop_order DROP FOREIGN KEY shop_order_customer; \
             ALTER TABLE shop_order ADD CONSTRAINT three FOREIGN KEY (customer_id) REFERENCES shop_customer (id)"
        }
        // Its uniques are parts of their tables, and have no names that it tells.
        Engine::Sqlite => "DROP INDEX shop_customer_city; CREATE INDEX one ON shop_customer (city)",
    }
    .to_owned()
}

/// A person at the shell pastes it line by line: nothing stops at an error then, and nothing of it stays all the same.
#[tokio::test]
async fn a_step_that_fails_in_a_shell_that_goes_on_leaves_sqlite_as_it_was() {
    let shop = bare(Engine::Sqlite).await;
    let script = script_of(&shop, "plain").await;
    shop.execute("UPDATE shop_order SET total = -1 WHERE id = 1").await;
    let (before, rows) = (shop.catalog().await, shop.rows().await);
    let said = shop.run_script_in_a_shell_that_goes_on(&script).await;
    assert!(said.contains("CHECK constraint failed"), "{said}");
    assert_eq!(shop.catalog().await, before, "{script}");
    assert_eq!(shop.rows().await, rows);
    assert!(shop.run_script(&script).await.is_err_and(|it| it.contains("CHECK constraint failed")));
    assert_eq!(shop.catalog().await, before);
}
