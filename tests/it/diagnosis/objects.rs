//! What happens to files and objects: edited, broken off, dropped.

use schema_health::audit::{Cause, Health};
use schema_health::dialect::Dialect;

use super::stage::{Stage, first, says};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

async fn edited(stage: Stage) {
    stage.manage(&["migrate"]);
    assert_eq!(stage.report().await.health, Health::Healthy);
    let (from, to) = (
        "(\"email\",",
        "(\"phone\", models.CharField(max_length=20, default=\"\")),\n                (\"email\",",
    );
    stage.edit("shop/migrations/0001_initial.py", from, to);
    let report = stage.report().await;
    let edited = first(&report, &format!("edited on {}", stage.dialect), Cause::MigrationEdited);
    says(edited, "of 1 migration a part is missing, while the rest stands: shop.0001_initial");
    if stage.dialect == Dialect::Postgres {
        says(edited, "the missing ones were never there");
    }
}

#[tokio::test]
async fn edited_on_postgres() {
    let database = postgres_database().await;
    edited(Stage::new(Dialect::Postgres, database.url())).await;
}

#[tokio::test]
async fn edited_on_mysql() {
    let database = mysql_database().await;
    edited(Stage::new(database.dialect, database.url())).await;
}

#[tokio::test]
async fn edited_on_sqlite() {
    let database = sqlite_database().await;
    edited(Stage::new(Dialect::Sqlite, database.url())).await;
}

/// Two customers of one address: the unique key in the middle of the migration cannot be made.
#[tokio::test]
async fn ddl_interrupted() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop", "0002"]);
    database.execute("INSERT INTO shop_customer (name, email) VALUES ('a', 'x'), ('b', 'x')").await;
    let failed = stage.try_manage(&[], &["migrate", "shop", "0003"]);
    assert!(!failed.status.success(), "the migration should have failed");

    let report = stage.report().await;
    let broken = first(&report, "broken off, not recorded", Cause::DdlInterrupted);
    says(broken, "shop.0003_invoice is not recorded, yet 1 of the 2 tables that it makes stand already");

    std::thread::sleep(std::time::Duration::from_secs(2));
    stage.manage(&["migrate", "--fake", "shop", "0003"]);
    let report = stage.report().await;
    let broken = first(&report, "broken off and recorded", Cause::DdlInterrupted);
    says(broken, "of shop.0003_invoice the first 1 step is there, and the last 1 step is not");
    says(broken, "1 foreign key of the tables that stand, made at the end of a migration, is missing too");
    says(broken, "and it was recorded");
}

async fn dropped(stage: &Stage, trace: &str) {
    let report = stage.report().await;
    let dropped = first(&report, &format!("dropped on {}", stage.dialect), Cause::DroppedByHand);
    says(dropped, trace);
    assert_eq!(dropped.explains.len(), report.findings.len());
}

#[tokio::test]
async fn dropped_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database.execute("DROP TABLE shop_customer CASCADE").await;
    dropped(&stage, "shop_order has its columns, but not its foreign key to shop_customer").await;
}

#[tokio::test]
async fn dropped_column_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database.execute("ALTER TABLE shop_order DROP COLUMN note").await;
    dropped(&stage, "shop_order has lost 1 column since it was made, of which migrations drop 0").await;
}

/// A sequence that no column owned outlives its table.
#[tokio::test]
async fn dropped_beside_its_sequence_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database
        .execute(
            "CREATE SEQUENCE shop_refund_number_seq; \
             ALTER TABLE shop_refund ALTER amount SET DEFAULT nextval('shop_refund_number_seq'); \
             DROP TABLE shop_refund",
        )
        .await;
    dropped(&stage, "sequence public.shop_refund_number_seq is left of a table that is gone").await;
}

#[tokio::test]
async fn dropped_on_mysql() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate"]);
    database.execute("SET foreign_key_checks = 0; DROP TABLE shop_customer").await;
    dropped(&stage, "a foreign key of shop_order still refers to shop_customer").await;
}

#[tokio::test]
async fn dropped_on_sqlite() {
    let database = sqlite_database().await;
    let stage = Stage::new(Dialect::Sqlite, database.url());
    stage.manage(&["migrate"]);
    database.execute("PRAGMA foreign_keys = OFF; DROP TABLE shop_customer").await;
    dropped(&stage, "a foreign key of shop_order still refers to shop_customer").await;
}
