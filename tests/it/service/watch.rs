//! A service that is watched while one of its databases fails, and the databases for it.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use super::harness::*;
use super::process::Process;
use crate::servers::mysql::{MysqlDatabase, mysql_database};
use crate::servers::postgres::{PostgresDatabase, postgres_database};

pub const CREATE_CUSTOMER: &str = "CREATE TABLE shop_customer (id integer PRIMARY KEY, email text NOT NULL)";

pub async fn postgres_shop() -> PostgresDatabase {
    let database = postgres_database().await;
    database.execute(&format!("{SERVER_LEDGER} {CREATE_CUSTOMER}")).await;
    database
}

pub async fn mysql_shop() -> MysqlDatabase {
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
        for dialect in ["postgres", "mysql", "mariadb", "sqlite"] {
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

/// An entry of a configuration.
pub fn entry(name: &str, dialect: &str, url: &str) -> String {
    format!("  {name}: {{url: \"{url}\", manifest: {dialect}.yaml}}\n")
}
