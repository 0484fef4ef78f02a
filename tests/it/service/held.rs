//! A database behind a proxy, so that something happens to it in mid-audit.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection};
use tokio::time::sleep;

use super::proxy::Proxy;
use super::watch::{Watch, mysql_shop, postgres_shop};
use crate::servers::mysql::{self, MysqlDatabase};
use crate::servers::postgres::{self, PostgresDatabase};

/// A server behind a proxy, and how to do things to it from aside.
pub struct Held {
    pub proxy: Proxy,
    pub url: String,
    dialect: &'static str,
    database: Server,
}

enum Server {
    Postgres(PostgresDatabase),
    Mysql(MysqlDatabase),
}

impl Held {
    pub async fn postgres() -> Self {
        let database = postgres_shop().await;
        let address = postgres::server_address();
        let proxy = Proxy::start(address.clone()).await;
        let url = database.url().replace(&address, &format!("127.0.0.1:{}", proxy.port)) + "?sslmode=disable";
        Self { proxy, url, dialect: "postgres", database: Server::Postgres(database) }
    }

    pub async fn mysql() -> Self {
        let database = mysql_shop().await;
        let address = mysql::server_address();
        let proxy = Proxy::start(address.clone()).await;
        let url =
            database.url().replace(&address, &format!("127.0.0.1:{}", proxy.port)) + "?ssl-mode=DISABLED";
        Self { proxy, url, dialect: database.kind(), database: Server::Mysql(database) }
    }

    /// What an audit asks for, one request after the other.
    pub fn requests(&self) -> &'static [&'static str] {
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
            Server::Mysql(_) => &[
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
    pub async fn kill(&self) {
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
            Server::Mysql(database) => {
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

    pub async fn execute(&self, sql: &str) {
        match &self.database {
            Server::Postgres(database) => database.execute(sql).await,
            Server::Mysql(database) => database.execute(sql).await,
        }
    }

    /// A service that audits it only when asked, over a connection of its own each time.
    pub async fn watch(&self, sound: &[(&str, String)]) -> Watch {
        let databases = [format!(
            "  shop: {{url: \"{}\", manifest: {}.yaml, keep_connections: false}}\n",
            self.url, self.dialect
        )];
        let watch = Watch::start("interval: 1h", &databases, sound).await;
        assert_eq!(watch.report("shop").await["health"], "healthy");
        watch
    }
}
