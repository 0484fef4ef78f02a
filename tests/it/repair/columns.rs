//! Columns that are there and lost something: a default, NOT NULL, the numbering of rows. And indexes left INVALID.

use std::time::Duration;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};

use super::shop::{Engine, Shop, Told};
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
          columns:
            id: integer primary key auto_increment
            code: varchar(20) not null
            seats: integer not null default 1
            note: varchar(30)
      - create_table:
          name: shop_stub
          columns: {id: integer primary key, ticket_id: integer not null}
          foreign_keys:
            - {name: shop_stub_ticket, columns: [ticket_id], references: shop_ticket, referenced_columns: [id]}
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - add_index: {table: shop_ticket, name: shop_ticket_code, columns: [code]}
";

const ROWS: &str = "
INSERT INTO shop_ticket (id, code, seats) VALUES (7, 'a', 2), (9, 'b', 3);
INSERT INTO shop_stub (id, ticket_id) VALUES (1, 7);
";

const TICKETS: &str = "SELECT CAST(id AS CHAR(9)) FROM shop_ticket";

async fn shop(engine: Engine) -> Shop {
    let shop = Shop::of(engine, MANIFEST, ROWS).await;
    assert_eq!(shop.finding_ids().await, [""; 0], "{engine:?}");
    shop
}

/// SQLite has no ALTER for it: the table as it would be after a rebuild by hand.
fn rebuilt(columns: &str) -> String {
    format!(
        "PRAGMA foreign_keys = OFF; CREATE TABLE t ({columns}); INSERT INTO t SELECT * FROM shop_ticket; \
         DROP TABLE shop_ticket; ALTER TABLE t RENAME TO shop_ticket; CREATE INDEX shop_ticket_code ON shop_ticket (code)"
    )
}

/// Proven, applied, and nothing more to do.
async fn is_mended(shop: &Shop, variant: &str, what: &str) {
    let findings = shop.finding_ids().await;
    assert!(!findings.is_empty(), "{what}");
    let told = shop.repair(&["--prove", "--variant", variant]).await;
    let converges = "→ 0; second run changes nothing";
    assert!(told.out.contains(converges) && told.code == 0, "{what} {variant}: {} {}", told.out, told.err);
    assert_eq!(shop.finding_ids().await, findings, "{what}");
    let told = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
    assert_eq!(told.code, 0, "{what} {variant}: {} {}", told.out, told.err);
    let record = record(&told);
    assert_eq!(
        (&record["outcome"], &record["left_out"]),
        (&"applied".into(), &Value::Array(vec![])),
        "{record}"
    );
    assert_eq!(shop.finding_ids().await, [""; 0], "{what} {variant}");
    let again = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
    assert_eq!(record_of(&again)["outcome"], "nothing_to_do", "{what} {variant}");
}

fn record(told: &Told) -> Value {
    record_of(told)
}

fn record_of(told: &Told) -> Value {
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {}{}", told.out, told.err))
}

/// New rows come behind those that are there, and no row and no reference was changed.
async fn numbers_on(shop: &Shop, before: &[i64], next: i64) {
    assert_eq!(shop.numbers(TICKETS).await, before);
    shop.execute("INSERT INTO shop_ticket (code) VALUES ('new')").await;
    let mut after = before.to_vec();
    after.push(next);
    assert_eq!(shop.numbers(TICKETS).await, after);
    assert_eq!(shop.numbers("SELECT CAST(ticket_id AS CHAR(9)) FROM shop_stub").await, [7]);
}

#[tokio::test]
async fn rows_are_numbered_again_on_postgres() {
    for variant in variants(Engine::Postgres) {
        let lost = shop(Engine::Postgres).await;
        lost.execute("ALTER TABLE shop_ticket ALTER id DROP IDENTITY").await;
        is_mended(&lost, variant, "a lost identity").await;
        numbers_on(&lost, &[7, 9], 10).await;

        // The default of a serial, whose sequence stands and is ahead of the rows; and one whose sequence is gone.
        for (more, next) in [("", 41), ("; DROP SEQUENCE own_seq", 10)] {
            let lost = shop(Engine::Postgres).await;
            lost.execute(
                "ALTER TABLE shop_ticket ALTER id DROP IDENTITY; CREATE SEQUENCE own_seq OWNED BY shop_ticket.id; \
                 ALTER TABLE shop_ticket ALTER id SET DEFAULT nextval('own_seq'); SELECT setval('own_seq', 40)",
)
            .await;
            assert_eq!(lost.finding_ids().await, [""; 0], "a serial numbers as an identity does");
            lost.execute(&format!("ALTER TABLE shop_ticket ALTER id DROP DEFAULT{more}")).await;
            is_mended(&lost, variant, "a lost default of a serial").await;
            numbers_on(&lost, &[7, 9], next).await;
        }

        // With NOT NULL, which an identity needs; and without a row.
        let lost = shop(Engine::Postgres).await;
        lost.execute(
            "ALTER TABLE shop_ticket ALTER id DROP IDENTITY; DELETE FROM shop_stub; DELETE FROM shop_ticket; \
             ALTER TABLE shop_ticket DROP CONSTRAINT shop_ticket_pkey CASCADE; ALTER TABLE shop_ticket ALTER id DROP NOT NULL",
        )
        .await;
        is_mended(&lost, variant, "a lost identity with its key").await;
        lost.execute("INSERT INTO shop_ticket (code) VALUES ('new')").await;
        assert_eq!(lost.numbers(TICKETS).await, [1]);
    }
}

#[tokio::test]
async fn rows_are_numbered_again_on_mysql() {
    let lost = shop(Engine::Mysql).await;
    lost.execute(
        "SET foreign_key_checks = 0; ALTER TABLE shop_ticket MODIFY id int NOT NULL COMMENT 'it''s'; \
         INSERT INTO shop_ticket (id, code) VALUES (0, 'zero')",
    )
    .await;
    is_mended(&lost, "plain", "a lost AUTO_INCREMENT").await;
    // A server that is told nothing gives the row 0 another number.
    numbers_on(&lost, &[0, 7, 9], 10).await;

    let lost = shop(Engine::Mysql).await;
    lost.execute(
        "SET foreign_key_checks = 0; ALTER TABLE shop_stub DROP FOREIGN KEY shop_stub_ticket; \
         ALTER TABLE shop_ticket MODIFY id int NOT NULL, DROP PRIMARY KEY",
    )
    .await;
    is_mended(&lost, "plain", "a lost AUTO_INCREMENT with its key").await;
    numbers_on(&lost, &[7, 9], 10).await;
}

#[tokio::test]
async fn rows_are_numbered_again_on_sqlite() {
    let lost = shop(Engine::Sqlite).await;
    let columns =
        "id integer NOT NULL, code varchar(20) NOT NULL, seats integer NOT NULL DEFAULT 1, note varchar(30)";
    lost.execute(&rebuilt(columns)).await;
    is_mended(&lost, "plain", "a lost key that numbers").await;
    lost.execute("DELETE FROM shop_ticket WHERE id = 9").await;
    numbers_on(&lost, &[7], 10).await;

    // The column itself is gone, and the rows still stand under their numbers.
    let lost = shop(Engine::Sqlite).await;
    let columns = "code varchar(20) NOT NULL, seats integer NOT NULL DEFAULT 1, note varchar(30)";
    let names = "code, seats, note";
    lost.execute(
        &rebuilt(columns)
            .replace("INSERT INTO t SELECT *", &format!("INSERT INTO t (rowid, {names}) SELECT id, {names}")),
    )
    .await;
    is_mended(&lost, "plain", "a lost column that numbers").await;
    numbers_on(&lost, &[7, 9], 10).await;
}

#[tokio::test]
async fn not_null_is_set_again_and_let_go_again() {
    for engine in ENGINES {
        for variant in variants(engine) {
            let lost = shop(engine).await;
            lost.execute(&match engine {
                Engine::Postgres => "ALTER TABLE shop_ticket ALTER code DROP NOT NULL; \
                     UPDATE shop_ticket SET note = 'x'; ALTER TABLE shop_ticket ALTER note SET NOT NULL"
                    .to_owned(),
                Engine::Mysql => "UPDATE shop_ticket SET note = 'x'; \
                     ALTER TABLE shop_ticket MODIFY code varchar(20) NULL, MODIFY note varchar(30) NOT NULL"
                    .to_owned(),
                Engine::Sqlite => format!(
                    "UPDATE shop_ticket SET note = 'x'; {}",
                    rebuilt(
                        "id integer NOT NULL PRIMARY KEY AUTOINCREMENT, code varchar(20), \
                         seats integer NOT NULL DEFAULT 1, note varchar(30) NOT NULL"
                    )
                ),
            })
            .await;
            // A row without a value is not papered over: nothing is set, and it says why.
            lost.execute("UPDATE shop_ticket SET code = NULL WHERE id = 9").await;
            let before = lost.catalog().await;
            let told = lost.repair(&["--apply", "--yes", "--variant", variant]).await;
            let record = record(&told);
            assert_eq!(told.code, 1, "{engine:?} {variant}: {record}");
            assert_ne!(record["outcome"], "applied", "{engine:?} {variant}: {record}");
            if record["outcome"] == "unchanged" {
                assert_eq!(lost.catalog().await, before, "{engine:?} {variant}");
            }
            lost.execute("UPDATE shop_ticket SET code = 'b' WHERE id = 9").await;
            is_mended(&lost, variant, &format!("{engine:?}: NOT NULL")).await;
            assert!(lost.try_execute("INSERT INTO shop_ticket (code) VALUES (NULL)").await.is_err());
            lost.execute("INSERT INTO shop_ticket (code, note) VALUES ('c', NULL)").await;
            // Nothing of ours stays.
            if engine == Engine::Postgres {
                let sql = "SELECT CAST(count(*) AS CHAR(9)) FROM pg_constraint WHERE contype = 'c' AND conrelid = 'shop_ticket'::regclass";
                assert_eq!(lost.numbers(sql).await, [0], "{variant}");
            }
        }
    }
}

#[tokio::test]
async fn a_default_is_given_again() {
    for engine in ENGINES {
        for variant in variants(engine) {
            let lost = shop(engine).await;
            lost.execute(&match engine {
                Engine::Postgres | Engine::Mysql => {
                    "ALTER TABLE shop_ticket ALTER COLUMN seats DROP DEFAULT".to_owned()
                }
                Engine::Sqlite => rebuilt(
                    "id integer NOT NULL PRIMARY KEY AUTOINCREMENT, code varchar(20) NOT NULL, seats integer NOT NULL, \
                     note varchar(30)",
                ),
            })
            .await;
            is_mended(&lost, variant, &format!("{engine:?}: a default")).await;
            lost.execute("INSERT INTO shop_ticket (code) VALUES ('c')").await;
            let seats = "SELECT CAST(seats AS CHAR(9)) FROM shop_ticket";
            assert_eq!(lost.numbers(seats).await, [1, 2, 3], "{engine:?}");
        }
    }
}

/// CREATE INDEX CONCURRENTLY that was stopped leaves one that no query uses and that has the name.
#[tokio::test]
async fn an_invalid_index_is_built_again() {
    for variant in variants(Engine::Postgres) {
        let lost = shop(Engine::Postgres).await;
        lost.execute("DROP INDEX shop_ticket_code").await;
        let mut reader = lost.postgres().connect().await;
        let run = async |connection: &mut sqlx::PgConnection, sql: &str| {
            sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
        };
        run(&mut reader, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM shop_ticket").await.unwrap();
        let mut builder = lost.postgres().connect().await;
        run(&mut builder, "SET statement_timeout = '400ms'").await.unwrap();
        let build = "CREATE INDEX CONCURRENTLY shop_ticket_code ON shop_ticket (code)";
        assert!(run(&mut builder, build).await.is_err(), "it waits for the reader in vain");
        run(&mut reader, "ROLLBACK").await.unwrap();
        reader.close().await.unwrap();
        builder.close().await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let invalid = "SELECT CAST(count(*) AS CHAR(9)) FROM pg_index WHERE NOT indisvalid";
        assert_eq!(lost.numbers(invalid).await, [1]);
        assert_eq!(lost.finding_ids().await.len(), 1);
        is_mended(&lost, variant, "an INVALID index").await;
        assert_eq!(lost.numbers(invalid).await, [0], "{variant}");
    }
}
