//! A database of its own on the MariaDB or MySQL server that `./tests/run` started.

use std::sync::atomic::{AtomicU32, Ordering};

use schema_health::dialect::Dialect;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Dropped, with its users, when it goes out of scope.
pub struct MysqlDatabase {
    pub name: String,
    /// What the server is: MySQL or MariaDB.
    pub dialect: Dialect,
    users: Vec<String>,
}

/// The URL of the server, of a superuser.
pub fn server_url() -> String {
    std::env::var("SCHEMA_HEALTH_TEST_MYSQL_URL")
        .expect("SCHEMA_HEALTH_TEST_MYSQL_URL is not set: run ./tests/run")
}

/// `host:port` of the server.
pub fn server_address() -> String {
    let url = server_url();
    let rest = url.rsplit_once('@').unwrap().1;
    rest.split('/').next().unwrap().to_owned()
}

async fn execute_on_server(sql: String) {
    let mut connection = url_options(&server_url()).connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn url_options(url: &str) -> MySqlConnectOptions {
    url.parse().unwrap()
}

/// An empty database.
pub async fn mysql_database() -> MysqlDatabase {
    let name = format!("sh_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = url_options(&server_url()).connect().await.unwrap();
    let (version,): (String,) =
        sqlx::query_as("SELECT CAST(VERSION() AS CHAR)").fetch_one(&mut connection).await.unwrap();
    let sql = format!("CREATE DATABASE `{name}` CHARACTER SET utf8mb4");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let dialect = if version.contains("MariaDB") { Dialect::Mariadb } else { Dialect::Mysql };
    MysqlDatabase { name, dialect, users: Vec::new() }
}

impl MysqlDatabase {
    pub fn url(&self) -> String {
        let url = server_url();
        format!("{}/{}", url.rsplit_once('/').unwrap().0, self.name)
    }

    /// The dialect's name, as manifests say it.
    pub fn kind(&self) -> &'static str {
        if self.dialect == Dialect::Mariadb { "mariadb" } else { "mysql" }
    }

    pub async fn connect(&self) -> MySqlConnection {
        url_options(&self.url()).connect().await.unwrap()
    }

    /// Runs any number of statements over a connection of its own.
    pub async fn execute(&self, sql: &str) {
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// A user with these grants (`SELECT ON {db}.*`), and the URL by which it comes to this database.
    pub async fn user_url(&mut self, grants: &[&str]) -> String {
        let user = format!("{}_u{}", self.name, self.users.len());
        let mut sql = format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'secret-pw'");
        for grant in grants {
            let grant = grant.replace("{db}", &format!("`{}`", self.name));
            sql.push_str(&format!("; GRANT {grant} TO '{user}'@'%'"));
        }
        self.users.push(user.clone());
        execute_on_server(sql).await;
        format!("mysql://{user}:secret-pw@{}/{}", server_address(), self.name)
    }
}

impl Drop for MysqlDatabase {
    fn drop(&mut self) {
        let mut sql = format!("SET foreign_key_checks = 0; DROP DATABASE IF EXISTS `{}`", self.name);
        for user in &self.users {
            sql.push_str(&format!("; DROP USER IF EXISTS '{user}'@'%'"));
        }
        // The test's own runtime cannot be waited for here.
        let cleaning = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(execute_on_server(sql));
        });
        let cleaned = cleaning.join();
        assert!(std::thread::panicking() || cleaned.is_ok(), "the database could not be dropped");
    }
}
