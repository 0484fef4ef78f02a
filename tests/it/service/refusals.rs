//! Databases that cannot be reached or may not be read: each is told with what to do, and the others go on.

use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;

use super::harness::*;
use super::watch::{Watch, entry, mysql_shop, postgres_shop};
use crate::servers::mysql::{self, MysqlDatabase};
use crate::servers::postgres::{self, PostgresDatabase, unique};
use crate::servers::sqlite::SqliteDatabase;

/// Names, URLs, and what is told: the reason, and a word of the message or the advice.
struct Case(&'static str, &'static str, String, &'static str, &'static str);

async fn postgres_cases(database: &PostgresDatabase, frozen: u16) -> Vec<Case> {
    let name = database.name();
    let (role, shut_out, crowded) = (database.role().await, database.role().await, database.role().await);
    let shut = unique("shut");
    database.execute(&format!("CREATE DATABASE {shut}")).await;
    database.execute(&format!("REVOKE CONNECT ON DATABASE {shut} FROM PUBLIC")).await;
    database.execute(&format!("ALTER ROLE {crowded} CONNECTION LIMIT 0")).await;
    let own = database.url();
    let address = postgres::server_address();
    let at = |place: &str| own.replace(&address, place);
    vec![
        Case(
            "pg_password",
            "postgres",
            database.url_of(&role).replace("role-secret", "wrong"),
            "authentication",
            "password",
        ),
        Case("pg_role", "postgres", database.url_of(&unique("nobody")), "authentication", "role"),
        Case("pg_database", "postgres", own.replace(name, "not_there"), "no_database", "name"),
        Case(
            "pg_shut",
            "postgres",
            database.url_of(&shut_out).replace(name, &shut),
            "permission_denied",
            "GRANT CONNECT",
        ),
        Case("pg_crowded", "postgres", database.url_of(&crowded), "unreachable", "connection"),
        Case("pg_refused", "postgres", at("127.0.0.1:1"), "unreachable", "refused"),
        Case("pg_nowhere", "postgres", at("no-such-host.invalid"), "unreachable", "resolved"),
        Case("pg_frozen", "postgres", at(&format!("127.0.0.1:{frozen}")), "unreachable", "budget"),
        Case("pg_tls", "postgres", format!("{own}?sslmode=require"), "unreachable", "TLS"),
        Case("pg_other", "postgres", at(&mysql::server_address()), "unreachable", "PostgreSQL"),
    ]
}

async fn mysql_cases(database: &mut MysqlDatabase, frozen: u16) -> Vec<Case> {
    let user = database.user_url(&["SELECT ON {db}.*"]).await;
    let stranger = database.user_url(&[]).await;
    let crowded = database.user_url(&["SELECT ON {db}.*"]).await;
    let name = crowded.split(['/', ':']).nth(3).unwrap();
    database.execute(&format!("ALTER USER '{name}'@'%' ACCOUNT LOCK")).await;
    let own = database.url();
    let address = mysql::server_address();
    let at = |place: &str| own.replace(&address, place);
    let kind = database.kind();
    // Our MariaDB has no certificate, and MySQL one that it signed itself.
    let tls = if kind == "mariadb" { "REQUIRED" } else { "VERIFY_CA" };
    vec![
        Case("my_password", kind, user.replace("secret-pw", "wrong"), "authentication", "password"),
        Case("my_role", kind, user.replace("mysql://", "mysql://not_"), "authentication", "role"),
        Case("my_locked", kind, crowded.clone(), "authentication", "locked"),
        Case("my_database", kind, own.replace(&database.name, "not_there"), "no_database", "name"),
        Case("my_shut", kind, stranger, "permission_denied", "GRANT"),
        Case("my_refused", kind, at("127.0.0.1:1"), "unreachable", "refused"),
        Case("my_nowhere", kind, at("no-such-host.invalid"), "unreachable", "resolved"),
        Case("my_frozen", kind, at(&format!("127.0.0.1:{frozen}")), "unreachable", "answer"),
        Case("my_tls", kind, format!("{own}?ssl-mode={tls}"), "unreachable", "TLS"),
        Case("my_other", kind, at(&postgres::server_address()), "unreachable", "answer"),
    ]
}

async fn sqlite_cases(database: &SqliteDatabase) -> Vec<Case> {
    let folder = database.path().parent().unwrap().to_owned();
    std::fs::write(
        folder.join("text.db"),
        "this is no database, but long enough to be looked into".repeat(9),
    )
    .unwrap();
    std::fs::copy(database.path(), folder.join("torn.db")).unwrap();
    let torn = std::fs::OpenOptions::new().write(true).open(folder.join("torn.db")).unwrap();
    torn.set_len(5000).unwrap();
    let at = |name: &str| format!("sqlite://{}", folder.join(name).display());
    vec![
        Case("lite_nowhere", "sqlite", at("lost.db"), "no_database", "no file"),
        Case("lite_folder", "sqlite", at(""), "no_database", "directory"),
        Case("lite_text", "sqlite", at("text.db"), "no_database", "not a SQLite"),
        Case("lite_torn", "sqlite", at("torn.db"), "unsupported", "damaged"),
    ]
}

#[tokio::test]
async fn each_refusal_is_told_with_what_to_do_and_the_others_go_on() {
    let frozen = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = frozen.local_addr().unwrap().port();
    let (of_postgres, mut of_mysql, of_sqlite) =
        (postgres_shop().await, mysql_shop().await, healthy_shop().await);
    let sound =
        [("postgres", of_postgres.url()), (of_mysql.kind(), of_mysql.url()), ("sqlite", of_sqlite.url())];
    let mut cases = postgres_cases(&of_postgres, port).await;
    cases.extend(mysql_cases(&mut of_mysql, port).await);
    cases.extend(sqlite_cases(&of_sqlite).await);
    let databases: Vec<_> =
        cases.iter().map(|Case(name, dialect, url, ..)| entry(name, dialect, url)).collect();
    let watch = Watch::start("interval: 2s\nbudgets: {connect: 1s}", &databases, &sound).await;
    for Case(name, _, url, reason, word) in &cases {
        let report = watch.report(name).await;
        let failure = &report["failure"];
        assert_eq!(failure["reason"], *reason, "{name} {url}: {report}");
        assert_eq!(report["health"], "unknown", "{name}");
        let (status, told) = watch.api.text(&format!("/readyz/{name}")).await;
        assert_eq!((status, told.lines().count()), (503, 2), "{told}");
        assert!(told.contains(word), "{name}: {told}");
        assert!(told.contains(failure["advice"].as_str().unwrap()), "{name} is not told what to do: {told}");
        assert!(watch.failures_with_one_line_each(name).await >= 1);
        println!("{name}: {told}");
    }
    watch.others_go_on(&sound).await;
    let shut = cases.iter().find(|case| case.0 == "pg_shut").unwrap();
    of_postgres.execute(&format!("DROP DATABASE {}", shut.2.rsplit('/').next().unwrap())).await;
}

#[tokio::test]
async fn a_ledger_without_rights_names_the_grant() {
    let (of_postgres, mut of_mysql) = (postgres_shop().await, mysql_shop().await);
    let role = of_postgres.role().await;
    let user = of_mysql.user_url(&["SELECT ON {db}.shop_order"]).await;
    let databases =
        [entry("pg", "postgres", &of_postgres.url_of(&role)), entry("my", of_mysql.kind(), &user)];
    let watch = Watch::start("interval: 200ms", &databases, &[]).await;
    for name in ["pg", "my"] {
        let report = watch.report(name).await;
        assert_eq!((&report["health"], &report["failure"]), (&"unknown".into(), &Value::Null), "{report}");
        assert!(report["reason"].as_str().unwrap().contains("GRANT SELECT"), "{report}");
    }
    of_postgres.execute(&format!("GRANT SELECT ON django_migrations TO {role}")).await;
    let (took, _) = watch.api.until("/readyz/pg", |status, _| status == 200).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
}
