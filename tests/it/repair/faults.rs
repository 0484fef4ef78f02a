//! What goes wrong in mid-apply: the database is as it was, or the record says which statements took effect.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};

use super::damaged;
use super::shop::{Engine, Shop, Told, command, told};
use crate::service::proxy::Proxy;

pub fn record(told: &Told) -> Value {
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {}{}", told.out, told.err))
}

fn outcomes(record: &Value) -> Vec<&str> {
    record["statements"].as_array().unwrap().iter().map(|it| it["outcome"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn without_rights_postgres_stays_as_it_was() {
    let shop = damaged(Engine::Postgres).await;
    let role = shop.postgres().role().await;
    shop.execute(&format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
    let before = shop.catalog().await;
    let url = shop.postgres().url_of(&role);
    let told = shop.repair_by(&url, &["--prove"]).await;
    assert_eq!(told.code, 1, "{}", told.err);
    assert!(
        told.out.contains("permission denied") && told.out.contains("a role that owns the tables"),
        "{}",
        told.out
    );
    let told = shop.repair_by(&url, &["--apply", "--yes"]).await;
    assert_eq!(told.code, 1, "{}", told.err);
    let record = record(&told);
    assert_eq!(record["outcome"], "unchanged");
    assert!(record["message"].as_str().unwrap().contains("the database is as it was"), "{record}");
    assert_eq!(shop.catalog().await, before);
}

#[tokio::test]
async fn without_rights_mysql_stays_as_it_was() {
    let mut shop = damaged(Engine::Mysql).await;
    let url = shop.mysql().user_url(&["SELECT ON {db}.*"]).await;
    let before = shop.catalog().await;
    let told = shop.repair_by(&url, &["--prove"]).await;
    assert_eq!(told.code, 2, "{}", told.out);
    assert!(
        told.err.contains("no scratch database could be made") && told.err.contains("GRANT"),
        "{}",
        told.err
    );
    let told = shop.repair_by(&url, &["--apply", "--yes"]).await;
    let record = record(&told);
    assert_eq!(record["outcome"], "unchanged", "{record}");
    assert_eq!(shop.catalog().await, before);
}

#[tokio::test]
async fn a_lock_that_another_holds_is_waited_for_so_long_and_no_longer() {
    for variant in ["plain", "zero-downtime"] {
        let shop = damaged(Engine::Postgres).await;
        let mut holder = shop.postgres().connect().await;
        run(&mut holder, "BEGIN; LOCK TABLE shop_order IN ACCESS SHARE MODE").await;
        let told = shop.repair(&["--apply", "--yes", "--lock-timeout", "300ms", "--variant", variant]).await;
        assert_eq!(told.code, 1, "{}", told.err);
        let record = record(&told);
        assert!(record["message"].as_str().unwrap().contains("lock timeout"), "{record}");
        let took_effect = outcomes(&record).contains(&"done");
        let outcome = if took_effect { "partly_applied" } else { "unchanged" };
        assert_eq!(record["outcome"], outcome, "{record}");
        assert_eq!(took_effect, variant == "zero-downtime");
        run(&mut holder, "ROLLBACK").await;
        holder.close().await.unwrap();
        let again = shop.repair(&["--apply", "--yes", "--variant", variant]).await;
        assert_eq!(again.code, 0, "{}", again.err);
        assert_eq!(shop.finding_ids().await, [""; 0]);
    }
}

pub async fn run(connection: &mut sqlx::PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_row_that_breaks_the_promise_takes_all_back() {
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let shop = damaged(engine).await;
        shop.execute("INSERT INTO shop_order (id, total, customer_id) VALUES (3, 30, 99)").await;
        let before = shop.catalog().await;
        let told = shop.repair(&["--apply", "--yes"]).await;
        let record = record(&told);
        assert_eq!((told.code, &record["outcome"]), (1, &"unchanged".into()), "{engine:?} {record}");
        assert!(outcomes(&record).contains(&"rolled_back"), "{engine:?} {record}");
        assert_eq!(shop.catalog().await, before, "{engine:?}");
    }
}

#[tokio::test]
async fn a_row_that_breaks_the_promise_stops_mysql_where_it_is() {
    let shop = damaged(Engine::Mysql).await;
    shop.execute("INSERT INTO shop_order (id, total, customer_id) VALUES (3, 30, 99)").await;
    let told = shop.repair(&["--apply", "--yes"]).await;
    let record = record(&told);
    assert_eq!((told.code, &record["outcome"]), (1, &"partly_applied".into()), "{record}");
    let message = record["message"].as_str().unwrap();
    let done = outcomes(&record).iter().filter(|it| **it == "done").count();
    assert!(
        message.contains(&format!("{done} of {} statements took effect", outcomes(&record).len())),
        "{message}"
    );
    shop.execute("DELETE FROM shop_order WHERE id = 3").await;
    assert_eq!(shop.repair(&["--apply", "--yes"]).await.code, 0);
    assert_eq!(shop.finding_ids().await, [""; 0]);
}

#[tokio::test]
async fn without_rights_sqlite_stays_as_it_was() {
    let shop = damaged(Engine::Sqlite).await;
    let before = shop.catalog().await;
    // A superuser may write whatever the file says.
    let is_root = rustix::process::geteuid().is_root();
    let mode = |path: &std::path::Path, bits: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).unwrap();
    };
    mode(&shop.sqlite().path(), 0o444);
    mode(shop.sqlite().path().parent().unwrap(), 0o755);
    mode(shop.folder.path(), 0o755);
    // Where nobody may run it.
    let binary = shop.folder.path().join("schema-health");
    std::fs::copy(command().get_program(), &binary).unwrap();
    let mut limited = if is_root {
        let mut it = std::process::Command::new("setpriv");
        it.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]).arg(&binary);
        it
    } else {
        std::process::Command::new(&binary)
    };
    limited.args(["repair", "--apply", "--yes", "--url", &shop.url(), "--manifest"]);
    limited.arg(shop.folder.path().join("manifest.yaml")).env_remove("SCHEMA_HEALTH_URL");
    let told = told(limited).await;
    let record = record(&told);
    assert_eq!((told.code, &record["outcome"]), (1, &"unchanged".into()), "{record}");
    let message = record["message"].as_str().unwrap();
    assert!(message.contains("the database is as it was; the file or its folder is read-only"), "{message}");
    mode(&shop.sqlite().path(), 0o644);
    assert_eq!(shop.catalog().await, before);
}

/// A transaction that only reads holds up every DDL of MySQL and MariaDB.
#[tokio::test]
async fn a_metadata_lock_is_waited_for_so_long_and_no_longer() {
    let mut shop = damaged(Engine::Mysql).await;
    let mut holder = shop.mysql().connect().await;
    sqlx::raw_sql("START TRANSACTION; SELECT * FROM shop_order").execute(&mut holder).await.unwrap();
    let before = shop.finding_ids().await;
    let began = std::time::Instant::now();
    let told = shop.repair(&["--apply", "--yes", "--lock-timeout", "1s"]).await;
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    let record = record(&told);
    assert_eq!((told.code, &record["outcome"]), (1, &"partly_applied".into()), "{record}");
    assert!(record["message"].as_str().unwrap().contains("Lock wait timeout"), "{record}");
    assert!(shop.finding_ids().await.len() < before.len());
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    holder.close().await.unwrap();
    the_record_is_true(&shop, &record).await;
}

/// While one repair runs, a second one waits for its lock, and does nothing.
#[tokio::test]
async fn the_lock_of_a_repair_is_that_of_no_other() {
    let shop = damaged(Engine::Postgres).await;
    let server = crate::servers::postgres::server_address();
    let proxy = Proxy::start(server.clone()).await;
    let held = proxy.hold("ADD CONSTRAINT \"shop_order_customer\"");
    let url = shop.url().replace(&server, &format!("127.0.0.1:{}", proxy.port));
    let arguments = ["--apply", "--yes", "--variant", "zero-downtime"];
    let (first, ()) = tokio::join!(shop.repair_by(&url, &arguments), async {
        held.await;
        let second = shop.repair(&["--apply", "--yes", "--lock-timeout", "300ms"]).await;
        assert_eq!((second.code, &*second.out), (2, ""), "{}", second.err);
        assert!(second.err.contains("the lock of repair was not to be had"), "{}", second.err);
        assert!(second.err.contains("another repair of this database runs"), "{}", second.err);
        proxy.release();
    });
    assert_eq!(record(&first)["outcome"], "applied", "{}", first.err);

    let mut shop = damaged(Engine::Mysql).await;
    let url = plain_url(&mut shop).await;
    let server = crate::servers::mysql::server_address();
    let proxy = Proxy::start(server.clone()).await;
    let held = proxy.hold("shop_order_total");
    let proxied = url.replace(&server, &format!("127.0.0.1:{}", proxy.port));
    let (first, ()) = tokio::join!(shop.repair_by(&proxied, &["--apply", "--yes"]), async {
        held.await;
        let second = shop.repair(&["--apply", "--yes", "--lock-timeout", "1s"]).await;
        assert_eq!((second.code, &*second.out), (2, ""), "{}", second.err);
        assert!(second.err.contains("the lock of repair was not to be had"), "{}", second.err);
        proxy.release();
    });
    assert_eq!(record(&first)["outcome"], "applied", "{}", first.err);
}

/// By a user without a password and without TLS, so that what is sent can be read on the way.
async fn plain_url(shop: &mut Shop) -> String {
    let user = shop.mysql().user_url(&["ALL ON {db}.*"]).await;
    let name = user.strip_prefix("mysql://").unwrap().split(':').next().unwrap().to_owned();
    shop.execute(&format!("ALTER USER '{name}'@'%' IDENTIFIED BY ''")).await;
    format!("{}?ssl-mode=DISABLED", user.replace(":secret-pw@", "@").split('?').next().unwrap())
}

/// The connection is cut while the server works on the statement that holds `text`.
pub async fn cut_at(shop: &Shop, url: &str, server: String, text: &str, arguments: &[&str]) -> Value {
    let proxy = Proxy::start(server.clone()).await;
    let held = proxy.hold(text);
    let url = url.replace(&server, &format!("127.0.0.1:{}", proxy.port));
    let (told, ()) = tokio::join!(shop.repair_by(&url, arguments), async {
        held.await;
        proxy.cut();
    });
    record(&told)
}

#[tokio::test]
async fn a_connection_lost_in_mid_apply_leaves_postgres_as_it_was() {
    let shop = damaged(Engine::Postgres).await;
    let before = shop.catalog().await;
    let server = crate::servers::postgres::server_address();
    let text = "ADD CONSTRAINT \"shop_order_customer\"";
    let record = cut_at(&shop, &shop.url(), server, text, &["--apply", "--yes"]).await;
    assert_eq!(record["outcome"], "unchanged", "{record}");
    assert_eq!(shop.catalog().await, before);
}

#[tokio::test]
async fn a_connection_lost_between_statements_is_settled_by_a_fresh_look() {
    let shop = damaged(Engine::Postgres).await;
    let server = crate::servers::postgres::server_address();
    let arguments = ["--apply", "--yes", "--variant", "zero-downtime"];
    let record =
        cut_at(&shop, &shop.url(), server, "ADD CONSTRAINT \"shop_order_customer\"", &arguments).await;
    assert_eq!(record["outcome"], "partly_applied", "{record}");
    the_record_is_true(&shop, &record).await;

    let mut shop = damaged(Engine::Mysql).await;
    let url = plain_url(&mut shop).await;
    let server = crate::servers::mysql::server_address();
    let record = cut_at(&shop, &url, server, "shop_order_total", &["--apply", "--yes"]).await;
    assert_eq!(record["outcome"], "partly_applied", "{record}");
    the_record_is_true(&shop, &record).await;
}

/// What is said to be done is no longer found, and the rest still is.
pub async fn the_record_is_true(shop: &Shop, record: &Value) {
    let found = shop.finding_ids().await;
    for statement in record["statements"].as_array().unwrap() {
        let mends: Vec<&str> =
            statement["findings"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let is_done = statement["outcome"] == "done";
        let sql = statement["sql"].as_str().unwrap();
        // The finding about a table goes with the table, and so does that about a key that is not validated.
        let is_told_apart = !sql.contains("shop_item") && !sql.contains("VALID");
        if !is_done && is_told_apart {
            assert!(mends.iter().any(|it| found.iter().any(|id| id == it)), "{statement}");
        }
    }
    let done = outcomes(record).iter().filter(|it| **it == "done").count();
    assert!(done > 0 && done < outcomes(record).len(), "{record}");
    assert_eq!(shop.repair(&["--apply", "--yes"]).await.code, 0);
    assert_eq!(shop.finding_ids().await, [""; 0]);
}

#[tokio::test]
async fn two_repairs_do_not_run_at_once() {
    let shop = damaged(Engine::Sqlite).await;
    let mut holder = shop.sqlite().connect().await;
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut holder).await.unwrap();
    let told = shop.repair(&["--apply", "--yes", "--lock-timeout", "200ms"]).await;
    assert_eq!(told.code, 2, "{}", told.out);
    assert!(told.err.contains("nothing was done") && told.err.contains("lock"), "{}", told.err);
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    holder.close().await.unwrap();
    assert_eq!(shop.repair(&["--apply", "--yes"]).await.code, 0);
}

/// Where the copy of a proof finds no room, the database is not touched.
#[tokio::test]
async fn a_full_disk_ends_a_proof() {
    let shop = damaged(Engine::Sqlite).await;
    let before = std::fs::read(shop.sqlite().path()).unwrap();
    let manifest = shop.folder.path().join("manifest.yaml");
    let binary = command().get_program().to_string_lossy().into_owned();
    let mut limited = std::process::Command::new("sh");
    // No file of this process may grow beyond two blocks of 512 bytes.
    let script = format!(
        "trap '' XFSZ; ulimit -f 2; exec {binary} repair --prove --url {} --manifest {}",
        shop.url(),
        manifest.display()
    );
    limited.args(["-c", &script]).env_remove("SCHEMA_HEALTH_URL");
    let told = told(limited).await;
    assert_eq!(told.code, 2, "{} {}", told.out, told.err);
    assert!(told.err.contains("could not be copied, and nothing was tried"), "{}", told.err);
    assert_eq!(std::fs::read(shop.sqlite().path()).unwrap(), before);
}
