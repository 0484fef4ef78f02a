//! Statements that somebody ends, that take too long, or that are lost: the record says what of them took effect.

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};

use super::damaged;
use super::faults::{cut_at, record, run, the_record_is_true};
use super::shop::Engine;

/// A key that is NOT VALID is there, and no finding tells that it is not validated: the record does.
#[tokio::test]
async fn a_validation_that_was_lost_is_not_told_as_done() {
    let shop = damaged(Engine::Postgres).await;
    let server = crate::servers::postgres::server_address();
    let arguments = ["--apply", "--yes", "--variant", "zero-downtime"];
    let text = "VALIDATE CONSTRAINT \"shop_order_customer\"";
    let record = cut_at(&shop, &shop.url(), server, text, &arguments).await;
    assert_eq!(record["outcome"], "partly_applied", "{record}");
    let is_it = |it: &&Value| it["sql"].as_str().unwrap().contains(text);
    let validation = record["statements"].as_array().unwrap().iter().find(is_it).unwrap();
    assert_eq!(validation["outcome"], "failed", "{record}");
    let message = record["message"].as_str().unwrap();
    assert!(message.contains("1 statement is still to be run by hand as the record has it"), "{message}");
    let unproven = "SELECT CAST(count(*) AS CHAR(9)) FROM pg_constraint WHERE NOT convalidated";
    assert_eq!(shop.numbers(unproven).await, [1]);
    shop.execute(validation["sql"].as_str().unwrap()).await;
    assert_eq!(shop.numbers(unproven).await, [0]);
}

/// A row that breaks the promise, and that was there before it.
#[tokio::test]
async fn a_validation_that_fails_is_told_as_still_to_be_done() {
    let shop = damaged(Engine::Postgres).await;
    shop.execute("INSERT INTO shop_order (id, total, customer_id) VALUES (3, 30, 99)").await;
    let record = record(&shop.repair(&["--apply", "--yes", "--variant", "zero-downtime"]).await);
    assert_eq!(record["outcome"], "partly_applied", "{record}");
    let message = record["message"].as_str().unwrap();
    assert!(message.contains("look at the rows") && message.contains("still to be run by hand"), "{message}");
}

/// Somebody ends the statement, or the whole session, while it waits for a lock.
#[tokio::test]
async fn a_statement_that_somebody_ends_is_told() {
    for ending in ["pg_cancel_backend", "pg_terminate_backend"] {
        for variant in ["plain", "zero-downtime"] {
            let shop = damaged(Engine::Postgres).await;
            let mut holder = shop.postgres().connect().await;
            run(&mut holder, "BEGIN; LOCK TABLE shop_order IN ACCESS SHARE MODE").await;
            let arguments = ["--apply", "--yes", "--lock-timeout", "60s", "--variant", variant];
            let end = format!(
                "SELECT {ending}(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            );
            // A transaction sees who is there as at its first look.
            let mut other = shop.postgres().connect().await;
            let (told, ()) = tokio::join!(shop.repair(&arguments), async {
                loop {
                    let ended = sqlx::query(AssertSqlSafe(end.clone())).fetch_optional(&mut other).await;
                    if ended.unwrap().is_some() {
                        break run(&mut holder, "ROLLBACK").await;
                    }
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            });
            other.close().await.unwrap();
            holder.close().await.unwrap();
            let record = record(&told);
            let message = record["message"].as_str().unwrap();
            let says = if ending == "pg_cancel_backend" {
                "somebody ended the statement"
            } else {
                "terminating connection"
            };
            assert!(
                message.contains(says) && message.contains("run repair again"),
                "{ending} {variant}: {message}"
            );
            if variant == "plain" {
                assert_eq!(record["outcome"], "unchanged", "{ending}: {record}");
                assert_eq!(shop.repair(&arguments).await.code, 0);
                assert_eq!(shop.finding_ids().await, [""; 0]);
            } else {
                assert_eq!(record["outcome"], "partly_applied", "{ending}: {record}");
                the_record_is_true(&shop, &record).await;
            }
        }
    }
}

#[tokio::test]
async fn a_statement_that_somebody_kills_is_told_on_mysql() {
    for kind in ["QUERY", "CONNECTION"] {
        let mut shop = damaged(Engine::Mysql).await;
        let mut holder = shop.mysql().connect().await;
        sqlx::raw_sql("START TRANSACTION; SELECT * FROM shop_order").execute(&mut holder).await.unwrap();
        let waiting = "SELECT CAST(ID AS SIGNED) FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND \
                       STATE LIKE 'Waiting for table metadata lock'";
        let (told, ()) = tokio::join!(shop.repair(&["--apply", "--yes", "--lock-timeout", "60s"]), async {
            let id: i64 = loop {
                let found = sqlx::query_scalar(waiting).fetch_optional(&mut holder).await.unwrap();
                if let Some(id) = found {
                    break id;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            };
            let kill = AssertSqlSafe(format!("KILL {kind} {id}; ROLLBACK"));
            sqlx::raw_sql(kill).execute(&mut holder).await.unwrap();
        });
        holder.close().await.unwrap();
        let record = record(&told);
        let message = record["message"].as_str().unwrap();
        let says = if kind == "QUERY" { "somebody ended the statement" } else { "the connection was lost" };
        assert!(message.contains(says) && message.contains("run repair again"), "{kind}: {message}");
        assert_eq!(record["outcome"], "partly_applied", "{kind}: {record}");
        the_record_is_true(&shop, &record).await;
    }
}

/// MySQL has no such limit for what is no query.
#[tokio::test]
async fn a_statement_takes_so_long_and_no_longer() {
    let rows = "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT i, i, 1 FROM n";
    for engine in [Engine::Postgres, Engine::Mysql] {
        let shop = damaged(engine).await;
        if shop.dialect() == schema_health::dialect::Dialect::Mysql {
            continue;
        }
        let many = match engine {
            Engine::Postgres | Engine::Sqlite => "",
            Engine::Mysql => "SET max_recursive_iterations = 1000000; ",
        };
        shop.execute(&format!("{many}INSERT INTO shop_order (id, total, customer_id) {rows}")).await;
        let told = shop.repair(&["--apply", "--yes", "--statement-timeout", "10ms"]).await;
        let record = record(&told);
        let message = record["message"].as_str().unwrap();
        assert!(message.contains("try again with a longer --statement-timeout"), "{engine:?} {record}");
        assert_eq!(shop.repair(&["--apply", "--yes"]).await.code, 0);
        assert_eq!(shop.finding_ids().await, [""; 0]);
    }
}
