//! A database of its own on the PostgreSQL server that `./tests/run` started.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Dropped, with its roles, when it goes out of scope.
pub struct PostgresDatabase {
    pub name: String,
    roles: Vec<String>,
}

fn server_url() -> String {
    std::env::var("SCHEMA_HEALTH_TEST_POSTGRES_URL")
        .expect("SCHEMA_HEALTH_TEST_POSTGRES_URL is not set: run ./tests/run")
}

/// `host:port` of the server.
pub fn server_address() -> String {
    let url = server_url();
    let rest = url.rsplit_once('@').expect("the URL names a role").1;
    rest.split('/').next().unwrap().to_owned()
}

fn options(url: &str) -> PgConnectOptions {
    url.parse::<PgConnectOptions>().unwrap().disable_statement_logging()
}

/// Statements that cannot run in a transaction come one by one.
async fn execute_on_server(statements: &[String]) {
    let mut connection = options(&server_url()).connect().await.unwrap();
    for sql in statements {
        sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// An empty database.
pub async fn postgres_database() -> PostgresDatabase {
    let name = format!("sh_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    execute_on_server(&[format!("CREATE DATABASE {name} TEMPLATE template0")]).await;
    PostgresDatabase { name, roles: Vec::new() }
}

impl PostgresDatabase {
    pub fn url(&self) -> String {
        format!("{}/{}", server_url().rsplit_once('/').unwrap().0, self.name)
    }

    /// A role that may log in and nothing else, dropped with the database; its name and URL.
    pub async fn role(&mut self) -> (String, String) {
        let role = format!("{}_role{}", self.name, self.roles.len());
        execute_on_server(&[format!("CREATE ROLE {role} LOGIN PASSWORD 'role-password'")]).await;
        self.roles.push(role.clone());
        let url = format!("postgres://{role}:role-password@{}/{}", server_address(), self.name);
        (role, url)
    }

    pub async fn connect(&self) -> PgConnection {
        options(&self.url()).connect().await.unwrap()
    }

    /// Runs any number of statements over a connection of its own.
    pub async fn execute(&self, sql: &str) {
        let mut connection = self.connect().await;
        execute(&mut connection, sql).await;
        connection.close().await.unwrap();
    }
}

pub async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let mut statements = vec![format!("DROP DATABASE {} WITH (FORCE)", self.name)];
        statements.extend(self.roles.iter().map(|role| format!("DROP ROLE {role}")));
        // A runtime of its own: the test's may be the one that is unwinding.
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute_on_server(&statements));
        });
        assert!(cleaning.join().is_ok() || std::thread::panicking(), "the database was not dropped");
    }
}
