//! Starts a service on a port of its own, and databases for it to audit.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use schema_health::config::Config;
use schema_health::service::{Controls, Service};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

/// Two tables, a column added later, a migration that is pending nowhere.
pub const MANIFEST: &str = "
format: 1
dialect: sqlite
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table:
          name: shop_customer
          columns: {id: integer primary key, email: text not null}
      - create_table:
          name: shop_order
          columns: {id: integer primary key, total: integer not null}
  - app: shop
    name: 0002_note
    dependencies: [shop.0001_initial]
    operations:
      - add_column: {table: shop_order, name: note, column: text}
";

const LEDGER: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app text NOT NULL, name text NOT NULL, applied text NOT NULL);
INSERT INTO django_migrations (app, name, applied) VALUES
  ('shop', '0001_initial', '2026-01-01 10:00:00'), ('shop', '0002_note', '2026-01-02 10:00:00');
";

pub const CREATE_CUSTOMER: &str = "CREATE TABLE shop_customer (id integer PRIMARY KEY, email text NOT NULL);";
pub const DROP_CUSTOMER: &str = "DROP TABLE shop_customer";
const CREATE_ORDER: &str =
    "CREATE TABLE shop_order (id integer PRIMARY KEY, total integer NOT NULL, note text);";

/// A database as the manifest's migrations leave it.
pub async fn healthy_shop() -> SqliteDatabase {
    let database = sqlite_database().await;
    database.execute(&format!("{LEDGER} {CREATE_CUSTOMER} {CREATE_ORDER}")).await;
    database
}

/// A folder with a manifest and a configuration.
pub struct Site {
    pub folder: TempDir,
}

impl Site {
    pub fn new(configuration: &str) -> Self {
        Self::with_manifest(MANIFEST, configuration)
    }

    pub fn with_manifest(manifest: &str, configuration: &str) -> Self {
        let site = Self { folder: TempDir::new().unwrap() };
        std::fs::write(site.folder.path().join("manifest.yaml"), manifest).unwrap();
        site.configure(configuration);
        site
    }

    pub fn configure(&self, configuration: &str) {
        std::fs::write(self.file(), configuration).unwrap();
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("schema-health.yaml")
    }
}

/// The same ledger and table on PostgreSQL, MariaDB and MySQL.
pub const SERVER_LEDGER: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamp NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00'), (2, 'shop', '0002_note', '2026-01-02 10:00:00');
CREATE TABLE shop_order (id integer PRIMARY KEY, total integer NOT NULL, note text);
";

/// A service of this process; it ends with the test.
pub struct TestService {
    api: Api,
    pub controls: Controls,
    pub running: JoinHandle<std::io::Result<()>>,
}

/// What a client may ask of a service.
#[derive(Clone)]
pub struct Api {
    pub address: SocketAddr,
    client: reqwest::Client,
}

impl std::ops::Deref for TestService {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl TestService {
    pub async fn start(site: &Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::load(&site.file()).unwrap();
        let service = Service::start(listener, config).unwrap();
        let controls = service.controls();
        let running = tokio::spawn(service.run());
        Self { api: Api::new(address), controls, running }
    }

    /// Started, and every first audit has ended.
    pub async fn start_audited(site: &Site) -> Self {
        let service = Self::start(site).await;
        service.until("/readyz", |status, body| status == 200 || !body.contains("[-]first-audits")).await;
        service
    }
}

impl Api {
    pub fn new(address: SocketAddr) -> Self {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        Self { address, client }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status().as_u16()
    }

    pub async fn text(&self, path: &str) -> (u16, String) {
        let response = self.get(path).await;
        (response.status().as_u16(), response.text().await.unwrap())
    }

    pub async fn json(&self, path: &str) -> serde_json::Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.unwrap()
    }

    pub async fn audit(&self, database: &str) -> serde_json::Value {
        let path = format!("/v1/databases/{database}/audits");
        self.request(Method::POST, &path).send().await.unwrap().json().await.unwrap()
    }

    /// The value of one series of `/metrics`, if it is there.
    pub async fn metric(&self, series: &str) -> Option<f64> {
        let (_, text) = self.text("/metrics").await;
        let line =
            text.lines().find(|line| line.strip_prefix(series).is_some_and(|rest| rest.starts_with(' ')))?;
        line.rsplit(' ').next().unwrap().parse().ok()
    }

    /// Asks until the answer is as wanted, and tells how long that took.
    #[track_caller]
    pub fn until(
        &self,
        path: &str,
        is_wanted: impl Fn(u16, &str) -> bool,
    ) -> impl Future<Output = (Duration, String)> {
        let asked_at = std::panic::Location::caller();
        async move {
            let began = Instant::now();
            loop {
                let (status, body) = self.text(path).await;
                if is_wanted(status, &body) {
                    return (began.elapsed(), body);
                }
                assert!(
                    began.elapsed() < Duration::from_secs(20),
                    "{asked_at}: {path} stays {status}: {body}"
                );
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

impl Drop for TestService {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// One database that is looked at five times a second, without a second look.
pub fn quick(database: &SqliteDatabase) -> String {
    format!(
        "interval: 200ms\nconfirm_after: 0s\ndrain: 0s\ndatabases:\n  shop:\n    url: {}\n    manifest: manifest.yaml\n",
        database.url()
    )
}

/// The same, audited only when asked.
pub fn on_demand(database: &SqliteDatabase) -> String {
    quick(database).replace("interval: 200ms", "interval: 1h\nkeep_connections: true")
}
