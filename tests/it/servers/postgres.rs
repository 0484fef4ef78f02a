//! A PostgreSQL database of a test's own, on the server that `./tests/run` started.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// A server of the tests may ask for it or not.
const ROLE_PASSWORD: &str = "role-secret";

/// Dropped with its roles when it goes out of scope.
pub struct PostgresDatabase {
    name: String,
    roles: std::sync::Mutex<Vec<String>>,
}

/// An empty database.
pub async fn postgres_database() -> PostgresDatabase {
    let name = unique("it");
    run(&server_url(), &format!("CREATE DATABASE {name}")).await;
    PostgresDatabase { name, roles: Default::default() }
}

/// The URL of the server, of a superuser.
pub fn server_url() -> String {
    std::env::var("SCHEMA_HEALTH_TEST_POSTGRES_URL")
        .expect("SCHEMA_HEALTH_TEST_POSTGRES_URL is not set: run ./tests/run")
}

/// A name that no other test has, plain enough to need no quotes.
pub fn unique(kind: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("sh_{kind}_{}_{now}_{count}", std::process::id())
}

impl PostgresDatabase {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn url(&self) -> String {
        let mut url: PgUrl = PgUrl::of(&server_url());
        url.path.clone_from(&self.name);
        url.text()
    }

    /// The URL for another role, with the password that all roles of the tests have.
    pub fn url_of(&self, role: &str) -> String {
        let mut url = PgUrl::of(&self.url());
        url.user = format!("{role}:{ROLE_PASSWORD}");
        url.text()
    }

    pub async fn connect(&self) -> PgConnection {
        connect(&self.url()).await
    }

    /// Runs any number of statements, without a transaction around them unless the server makes one.
    pub async fn execute(&self, sql: &str) {
        run(&self.url(), sql).await;
    }

    /// One statement that must fail; its SQLSTATE.
    pub async fn execute_badly(&self, sql: &str) -> String {
        let mut connection = self.connect().await;
        let error = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap_err();
        let code = error.as_database_error().unwrap().code().unwrap().into_owned();
        connection.close().await.unwrap();
        code
    }

    /// A role that may log in, and nothing else.
    pub async fn role(&self) -> String {
        let role = unique("role");
        self.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD '{ROLE_PASSWORD}'")).await;
        self.roles.lock().unwrap().push(role.clone());
        role
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let roles = std::mem::take(&mut *self.roles.lock().unwrap());
        // `DROP DATABASE … WITH (FORCE)` is not known before PostgreSQL 13.
        let mut statements = vec![
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", self.name),
            format!("DROP DATABASE IF EXISTS {}", self.name),
        ];
        statements.extend(roles.iter().map(|role| format!("DROP ROLE IF EXISTS {role}")));
        let url = server_url();
        // The test's own runtime may not be blocked, so another one drops it.
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                for statement in &statements {
                    run(&url, statement).await;
                }
            });
        });
        let dropped = dropping.join();
        assert!(dropped.is_ok() || std::thread::panicking(), "the test's database was not dropped");
    }
}

async fn connect(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().unwrap();
    options.disable_statement_logging().connect().await.unwrap()
}

async fn run(url: &str, sql: &str) {
    let mut connection = connect(url).await;
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await {
        panic!("{error} in {sql}");
    }
    connection.close().await.unwrap();
}

/// The parts of a URL that tests change.
struct PgUrl {
    scheme: String,
    user: String,
    host: String,
    path: String,
}

impl PgUrl {
    fn of(url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap();
        let (user, rest) = rest.rsplit_once('@').unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let part = |text: &str| text.to_owned();
        Self { scheme: part(scheme), user: part(user), host: part(host), path: part(path) }
    }

    fn text(&self) -> String {
        format!("{}://{}@{}/{}", self.scheme, self.user, self.host, self.path)
    }
}

/// Host and port of the server, as they stand in a URL.
pub fn server_address() -> String {
    PgUrl::of(&server_url()).host
}
