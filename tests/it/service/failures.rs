//! What goes wrong with one database, through the whole service: told clearly, once, with nothing lost, and the
//! other databases go on. On real servers.

use std::time::Duration;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection};
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::harness::*;
use super::process::Process;
use super::proxy::Proxy;
use crate::servers::mysql::{self, MysqlDatabase, mysql_database};
use crate::servers::postgres::{self, PostgresDatabase, postgres_database, unique};
use crate::servers::sqlite::SqliteDatabase;

pub const CREATE_CUSTOMER: &str = "CREATE TABLE shop_customer (id integer PRIMARY KEY, email text NOT NULL)";

pub async fn postgres_shop() -> PostgresDatabase {
    let database = postgres_database().await;
    database.execute(&format!("{SERVER_LEDGER} {CREATE_CUSTOMER}")).await;
    database
}

pub async fn mariadb_shop() -> MysqlDatabase {
    let database = mysql_database().await;
    let ledger = SERVER_LEDGER.replace("timestamp NOT NULL", "datetime NOT NULL");
    database.execute(&format!("{ledger} {CREATE_CUSTOMER}")).await;
    database
}

/// A service with databases that are sound and go on, whatever happens to the others.
pub struct Watch {
    pub process: Process,
    pub api: Api,
    _site: Site,
}

impl Watch {
    /// `databases` are entries of a configuration, beside the sound ones.
    pub async fn start(head: &str, databases: &[String], sound: &[(&str, String)]) -> Self {
        let site = Site::new("");
        for dialect in ["postgres", "mariadb", "sqlite"] {
            let file = site.folder.path().join(format!("{dialect}.yaml"));
            std::fs::write(file, MANIFEST.replace("sqlite", dialect)).unwrap();
        }
        let sound: String = (sound.iter())
            .map(|(dialect, url)| {
                format!("  sound_{dialect}: {{url: \"{url}\", manifest: {dialect}.yaml, interval: 200ms}}\n")
            })
            .collect();
        site.configure(&format!(
            "{head}\nconfirm_after: 0s\ndrain: 0s\nlog: {{format: json}}\ndatabases:\n{}{sound}",
            databases.concat()
        ));
        let process = Process::start(&site);
        let api = process.api();
        api.until("/readyz", |status, _| status == 200).await;
        Self { process, api, _site: site }
    }

    /// Every failed audit of a database has exactly one line in the log, which says what and what to do.
    pub async fn failures_with_one_line_each(&self, name: &str) -> usize {
        // A failure is counted a moment before it is logged.
        for _ in 0..100 {
            let counted = self.failures(name).await;
            let told = self.failure_lines(name);
            if counted == told.len() && counted == self.failures(name).await {
                for line in &told {
                    assert_eq!(line["level"], "WARN", "{line}");
                    assert!(line["advice"].as_str().unwrap().len() > 20, "{line}");
                }
                return counted;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("{} failures of {name}, told: {:#?}", self.failures(name).await, self.failure_lines(name));
    }

    pub async fn failures(&self, name: &str) -> usize {
        let prefix = format!("schema_health_audit_failures_total{{database=\"{name}\",");
        let (_, metrics) = self.api.text("/metrics").await;
        let counts = metrics.lines().filter(|line| line.starts_with(&prefix));
        counts.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
    }

    fn failure_lines(&self, name: &str) -> Vec<Value> {
        let is_told = |line: &Value| {
            line["database"] == name
                && line["message"].as_str().is_some_and(|it| it.starts_with("audit failed"))
        };
        self.process.log_lines().into_iter().filter(is_told).collect()
    }

    pub async fn audits(&self, name: &str) -> f64 {
        self.api.metric(&format!("schema_health_audits_total{{database=\"{name}\"}}")).await.unwrap()
    }

    /// The sound databases are audited on, nothing panicked, and nothing was logged that nobody expects.
    pub async fn others_go_on(&self, sound: &[(&str, String)]) {
        for (dialect, _) in sound {
            let name = format!("sound_{dialect}");
            let before = self.audits(&name).await;
            sleep(Duration::from_millis(700)).await;
            assert!(self.audits(&name).await >= before + 2.0, "{name} is audited on");
            let report = self.api.json(&format!("/v1/databases/{name}")).await;
            assert_eq!((&report["health"], &report["failure"]), (&"healthy".into(), &Value::Null));
            assert_eq!(self.failures(&name).await, 0);
        }
        for line in self.process.log_lines() {
            assert_ne!(line["level"], "ERROR", "{line}");
        }
        assert_eq!(self.api.status("/livez").await, 200);
    }

    pub async fn report(&self, name: &str) -> Value {
        self.api.json(&format!("/v1/databases/{name}")).await
    }
}

fn entry(name: &str, dialect: &str, url: &str) -> String {
    format!("  {name}: {{url: \"{url}\", manifest: {dialect}.yaml}}\n")
}

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

async fn mariadb_cases(database: &mut MysqlDatabase, frozen: u16) -> Vec<Case> {
    let user = database.user_url(&["SELECT ON {db}.*"]).await;
    let stranger = database.user_url(&[]).await;
    let crowded = database.user_url(&["SELECT ON {db}.*"]).await;
    let name = crowded.split(['/', ':']).nth(3).unwrap();
    database.execute(&format!("ALTER USER '{name}'@'%' ACCOUNT LOCK")).await;
    let own = database.url();
    let address = mysql::server_address();
    let at = |place: &str| own.replace(&address, place);
    vec![
        Case("my_password", "mariadb", user.replace("secret-pw", "wrong"), "authentication", "password"),
        Case("my_role", "mariadb", user.replace("mysql://", "mysql://not_"), "authentication", "role"),
        Case("my_locked", "mariadb", crowded.clone(), "authentication", "locked"),
        Case("my_database", "mariadb", own.replace(&database.name, "not_there"), "no_database", "name"),
        Case("my_shut", "mariadb", stranger, "permission_denied", "GRANT"),
        Case("my_refused", "mariadb", at("127.0.0.1:1"), "unreachable", "refused"),
        Case("my_nowhere", "mariadb", at("no-such-host.invalid"), "unreachable", "resolved"),
        Case("my_frozen", "mariadb", at(&format!("127.0.0.1:{frozen}")), "unreachable", "answer"),
        Case("my_tls", "mariadb", format!("{own}?ssl-mode=REQUIRED"), "unreachable", "TLS"),
        Case("my_other", "mariadb", at(&postgres::server_address()), "unreachable", "answer"),
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
    let (of_postgres, mut of_mariadb, of_sqlite) =
        (postgres_shop().await, mariadb_shop().await, healthy_shop().await);
    let sound = [("postgres", of_postgres.url()), ("mariadb", of_mariadb.url()), ("sqlite", of_sqlite.url())];
    let mut cases = postgres_cases(&of_postgres, port).await;
    cases.extend(mariadb_cases(&mut of_mariadb, port).await);
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
    let (of_postgres, mut of_mariadb) = (postgres_shop().await, mariadb_shop().await);
    let role = of_postgres.role().await;
    let user = of_mariadb.user_url(&["SELECT ON {db}.shop_order"]).await;
    let databases = [entry("pg", "postgres", &of_postgres.url_of(&role)), entry("my", "mariadb", &user)];
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

/// A server behind a proxy, and how to do things to it from aside.
struct Held {
    proxy: Proxy,
    url: String,
    dialect: &'static str,
    database: Server,
}

enum Server {
    Postgres(PostgresDatabase),
    Mariadb(MysqlDatabase),
}

impl Held {
    async fn postgres() -> Self {
        let database = postgres_shop().await;
        let address = postgres::server_address();
        let proxy = Proxy::start(address.clone()).await;
        let url = database.url().replace(&address, &format!("127.0.0.1:{}", proxy.port)) + "?sslmode=disable";
        Self { proxy, url, dialect: "postgres", database: Server::Postgres(database) }
    }

    async fn mariadb() -> Self {
        let database = mariadb_shop().await;
        let address = mysql::server_address();
        let proxy = Proxy::start(address.clone()).await;
        let url =
            database.url().replace(&address, &format!("127.0.0.1:{}", proxy.port)) + "?ssl-mode=DISABLED";
        Self { proxy, url, dialect: "mariadb", database: Server::Mariadb(database) }
    }

    /// What an audit asks for, one request after the other.
    fn requests(&self) -> &'static [&'static str] {
        match self.database {
            Server::Postgres(_) => &[
                "BEGIN ISOLATION",
                "django_migrations",
                "pg_catalog.pg_class c",
                "pg_catalog.pg_attribute a",
                "pg_catalog.pg_attrdef d",
                "pg_catalog.pg_constraint k",
                "pg_catalog.pg_index i",
                "COMMIT",
            ],
            Server::Mariadb(_) => &[
                "START TRANSACTION",
                "SHOW GRANTS",
                "information_schema.tables",
                "information_schema.columns",
                "information_schema.statistics",
                "information_schema.check_constraints",
                "django_migrations",
                "COMMIT",
            ],
        }
    }

    /// Ends the audit's connection from the server's side.
    async fn kill(&self) {
        match &self.database {
            Server::Postgres(database) => {
                let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE \
                            datname = current_database() AND application_name = 'schema-health'";
                let mut connection = database.connect().await;
                let killed: i64 = sqlx::query_scalar(kill).fetch_one(&mut connection).await.unwrap();
                assert_eq!(killed, 1, "the audit holds one connection");
                let left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \
                            application_name = 'schema-health'";
                while sqlx::query_scalar::<_, i64>(left).fetch_one(&mut connection).await.unwrap() > 0 {
                    sleep(Duration::from_millis(5)).await;
                }
                connection.close().await.unwrap();
            }
            Server::Mariadb(database) => {
                let mut connection = database.connect().await;
                let ids: Vec<(i64,)> = sqlx::query_as(
                    "SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
                )
                .fetch_all(&mut connection)
                .await
                .unwrap();
                assert_eq!(ids.len(), 1, "the audit holds one connection");
                let kill = format!("KILL CONNECTION {}", ids[0].0);
                sqlx::raw_sql(AssertSqlSafe(kill)).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    async fn execute(&self, sql: &str) {
        match &self.database {
            Server::Postgres(database) => database.execute(sql).await,
            Server::Mariadb(database) => database.execute(sql).await,
        }
    }

    /// A service that audits it only when asked, over a connection of its own each time.
    async fn watch(&self, sound: &[(&str, String)]) -> Watch {
        let databases = [format!(
            "  shop: {{url: \"{}\", manifest: {}.yaml, keep_connections: false}}\n",
            self.url, self.dialect
        )];
        let watch = Watch::start("interval: 1h", &databases, sound).await;
        assert_eq!(watch.report("shop").await["health"], "healthy");
        watch
    }
}

async fn a_connection_is_killed_at_every_step(held: Held) {
    let other = healthy_shop().await;
    let sound = [("sqlite", other.url())];
    let watch = held.watch(&sound).await;
    for (number, request) in held.requests().iter().enumerate() {
        let before = watch.report("shop").await;
        let is_held = held.proxy.hold(request);
        let api = watch.api.clone();
        let audit = tokio::spawn(async move { api.audit("shop").await });
        tokio::time::timeout(Duration::from_secs(5), is_held)
            .await
            .unwrap_or_else(|_| panic!("no {request}"));
        held.kill().await;
        held.proxy.release();
        let report = audit.await.unwrap();
        assert_eq!(report["failure"]["reason"], "connection_lost", "{request}: {report}");
        assert_eq!(report["health"], "healthy", "the last report stays");
        assert_eq!(report["audited_at"], before["audited_at"], "of the time when it was made");
        assert_eq!(report["migrations"], before["migrations"]);
        assert_eq!(watch.failures_with_one_line_each("shop").await, number + 1);
        // It is tried again by itself.
        watch.api.until("/v1/databases/shop", |_, body| body.contains("\"failure\":null")).await;
    }
    watch.others_go_on(&sound).await;
}

#[tokio::test]
async fn a_connection_that_postgres_drops_in_mid_audit() {
    a_connection_is_killed_at_every_step(Held::postgres().await).await;
}

#[tokio::test]
async fn a_connection_that_mariadb_drops_in_mid_audit() {
    a_connection_is_killed_at_every_step(Held::mariadb().await).await;
}

/// No audit in the middle of it fails without a word or accuses another table, and the next tells the truth.
async fn a_table_is_dropped_at_every_step(held: Held) {
    let other = healthy_shop().await;
    let sound = [("sqlite", other.url())];
    let watch = held.watch(&sound).await;
    for request in held.requests() {
        let is_held = held.proxy.hold(request);
        let api = watch.api.clone();
        let audit = tokio::spawn(async move { api.audit("shop").await });
        tokio::time::timeout(Duration::from_secs(5), is_held)
            .await
            .unwrap_or_else(|_| panic!("no {request}"));
        held.execute("DROP TABLE shop_customer").await;
        held.proxy.release();
        let during = audit.await.unwrap();
        println!("{request}: {} {}", during["health"], during["failure"]);
        let is_clear = match during["failure"]["reason"].as_str() {
            None => true,
            Some(reason) => {
                reason == "locked" && during["failure"]["message"].as_str().unwrap().contains("tried again")
            }
        };
        assert!(is_clear, "{request}: {during}");
        for finding in during["findings"].as_array().unwrap() {
            assert_eq!(finding["subject"]["table"], "shop_customer", "{request}: {finding}");
        }
        let after = watch.api.audit("shop").await;
        assert_eq!(after["health"], "unhealthy", "{request}: {after}");
        assert_eq!(after["findings"][0]["rule"], "missing_table", "{after}");
        assert_eq!(after["findings"].as_array().unwrap().len(), 1, "{after}");
        held.execute(CREATE_CUSTOMER).await;
        assert_eq!(watch.api.audit("shop").await["health"], "healthy");
        watch.failures_with_one_line_each("shop").await;
    }
    watch.others_go_on(&sound).await;
}

#[tokio::test]
async fn a_table_of_postgres_dropped_between_two_queries() {
    a_table_is_dropped_at_every_step(Held::postgres().await).await;
}

#[tokio::test]
async fn a_table_of_mariadb_dropped_between_two_queries() {
    a_table_is_dropped_at_every_step(Held::mariadb().await).await;
}

#[tokio::test]
async fn a_locked_catalog_is_told_and_read_again_when_it_is_free() {
    let (of_postgres, of_mariadb, of_sqlite) =
        (postgres_shop().await, mariadb_shop().await, healthy_shop().await);
    let sound_one = healthy_shop().await;
    let sound = [("sqlite", sound_one.url())];
    let databases = [
        entry("pg", "postgres", &of_postgres.url()),
        entry("my", "mariadb", &of_mariadb.url()),
        entry("lite", "sqlite", &of_sqlite.url()),
    ];
    let watch = Watch::start("interval: 500ms\nbudgets: {lock: 1s}", &databases, &sound).await;
    let names = ["pg", "my", "lite"];
    for name in names {
        assert_eq!(watch.report(name).await["health"], "healthy", "{name}");
    }
    let mut pg = of_postgres.connect().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE pg_catalog.pg_constraint IN ACCESS EXCLUSIVE MODE")
        .execute(&mut pg)
        .await
        .unwrap();
    let mut my = of_mariadb.connect().await;
    sqlx::raw_sql("LOCK TABLES django_migrations WRITE").execute(&mut my).await.unwrap();
    let mut lite = of_sqlite.connect().await;
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut lite).await.unwrap();
    // An audit whose fingerprint stands still needs no constraint: this one must read them.
    sqlx::raw_sql("ALTER TABLE shop_order ADD COLUMN extra integer").execute(&mut pg).await.unwrap();
    for name in names {
        let (_, body) = watch
            .api
            .until(&format!("/v1/databases/{name}"), |_, body| body.contains("\"reason\":\"locked\""))
            .await;
        let report: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(report["health"], "healthy", "{name}: the last report stays");
        assert!(watch.failures_with_one_line_each(name).await >= 1);
    }
    watch.others_go_on(&sound).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut pg).await.unwrap();
    sqlx::raw_sql("UNLOCK TABLES").execute(&mut my).await.unwrap();
    sqlx::raw_sql("ROLLBACK").execute(&mut lite).await.unwrap();
    for name in names {
        let (took, _) = watch
            .api
            .until(&format!("/v1/databases/{name}"), |_, body| body.contains("\"failure\":null"))
            .await;
        assert!(took < Duration::from_millis(1500), "{name}: {took:?}");
        watch.failures_with_one_line_each(name).await;
    }
}
