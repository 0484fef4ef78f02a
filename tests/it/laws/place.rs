//! Where a law is tried: one server or file, one connection that builds, one session that reads.

use schema_health::catalog::{Budgets, LedgerSource, Session, Target};
use schema_health::dialect::{Dialect, Naming};
use schema_health::migration::{Interest, ledger};
use schema_health::repair::Statement;
use schema_health::schema::Schema;
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection};

use crate::servers::mysql::{MysqlDatabase, mysql_database};
use crate::servers::postgres::{PostgresDatabase, postgres_database};
use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

pub struct Place {
    dialect: Dialect,
    server: Server,
    session: Session,
}

/// A database, kept as long as its place, and the connection that builds in it.
enum Server {
    Postgres(#[expect(dead_code, reason = "dropped with the place")] PostgresDatabase, sqlx::PgConnection),
    Mysql(MysqlDatabase, sqlx::MySqlConnection),
    Sqlite(#[expect(dead_code, reason = "dropped with the place")] SqliteDatabase, sqlx::SqliteConnection),
}

async fn session(url: String, schema: Option<&str>) -> Session {
    let target = Target {
        url: SecretString::from(url),
        schema: schema.map(str::to_owned),
        ledger: LedgerSource { format: &ledger::DJANGO, table: None, schema: None },
        budgets: Budgets::default(),
    };
    Session::open(&target).await.unwrap()
}

impl Place {
    pub async fn postgres() -> Self {
        let database = postgres_database().await;
        let session = session(database.url(), Some("law")).await;
        let connection = database.connect().await;
        Self { dialect: Dialect::Postgres, server: Server::Postgres(database, connection), session }
    }

    /// MySQL or MariaDB, whichever the server is.
    pub async fn mysql() -> Self {
        let database = mysql_database().await;
        let session = session(database.url(), None).await;
        let connection = database.connect().await;
        Self { dialect: database.dialect, server: Server::Mysql(database, connection), session }
    }

    pub async fn sqlite() -> Self {
        let database = sqlite_database().await;
        let session = session(database.url(), None).await;
        let connection = database.connect().await;
        Self { dialect: Dialect::Sqlite, server: Server::Sqlite(database, connection), session }
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Leaves nothing of the case before.
    pub async fn begin_again(&mut self) {
        let sql = match &mut self.server {
            Server::Postgres(..) => {
                "DROP SCHEMA IF EXISTS law CASCADE; CREATE SCHEMA law; SET search_path = law".to_owned()
            }
            Server::Mysql(database, _) => {
                let name = &database.name;
                format!(
                    "SET foreign_key_checks = 0; DROP DATABASE {name}; \
                     CREATE DATABASE {name} CHARACTER SET utf8mb4; USE {name}; SET foreign_key_checks = 1"
                )
            }
            Server::Sqlite(..) => {
                *self = Self::sqlite().await;
                return;
            }
        };
        self.execute(&sql).await.unwrap();
    }

    pub async fn execute(&mut self, sql: &str) -> Result<(), String> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let result = match &mut self.server {
            Server::Postgres(_, connection) => sql.execute(connection).await.map(drop),
            Server::Mysql(_, connection) => sql.execute(connection).await.map(drop),
            Server::Sqlite(_, connection) => sql.execute(connection).await.map(drop),
        };
        result.map_err(|error| error.to_string())
    }

    /// One statement of a plan, as `repair` runs it.
    pub async fn run(&mut self, statement: &Statement) -> Result<(), String> {
        if let Some(query) = &statement.only_if
            && !self.has_row(query).await
        {
            return Ok(());
        }
        if self.dialect != Dialect::Sqlite {
            for command in &statement.commands {
                self.execute(command).await?;
            }
            return Ok(());
        }
        self.execute("PRAGMA foreign_keys = OFF; BEGIN").await?;
        for command in &statement.commands {
            if let Err(error) = self.execute(command).await {
                self.execute("ROLLBACK").await?;
                return Err(error);
            }
        }
        self.execute("COMMIT; PRAGMA foreign_keys = ON").await
    }

    async fn has_row(&mut self, query: &str) -> bool {
        let sql = sqlx::raw_sql(AssertSqlSafe(query.to_owned()));
        match &mut self.server {
            Server::Postgres(_, connection) => sql.fetch_optional(connection).await.unwrap().is_some(),
            Server::Mysql(_, connection) => sql.fetch_optional(connection).await.unwrap().is_some(),
            Server::Sqlite(_, connection) => sql.fetch_optional(connection).await.unwrap().is_some(),
        }
    }

    pub async fn observation(&mut self, expected: &Schema) -> schema_health::audit::Observation {
        let interest =
            Interest { expressions: expected.tables.keys().cloned().collect(), ..Interest::default() };
        let observation = self.session.observe(&interest).await.unwrap();
        assert!(observation.catalog.unread.is_empty(), "{:?}", observation.catalog.unread);
        observation
    }

    pub async fn observe(&mut self, expected: &Schema) -> Schema {
        self.observation(expected).await.catalog.actual
    }

    /// The naming of this very server.
    pub async fn naming(&mut self, expected: &Schema) -> Naming {
        self.observation(expected).await.naming
    }

    pub async fn fingerprint(&mut self) -> Option<String> {
        self.session.fingerprint().await.unwrap().map(|it| it.0)
    }

    pub async fn close(self) {
        self.session.close().await;
        match self.server {
            Server::Postgres(_, connection) => connection.close().await.unwrap(),
            Server::Mysql(_, connection) => connection.close().await.unwrap(),
            Server::Sqlite(_, connection) => connection.close().await.unwrap(),
        }
    }
}
