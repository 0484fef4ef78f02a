//! A session that may write: one connection, with limits on locks and statements, and the settings under which
//! nothing is rewritten silently.

mod advice;

use std::fmt;
use std::time::Duration;

use sqlx::mysql::MySqlConnection;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::{MendError, Request};
use crate::audit::Observation;
use crate::catalog::{CatalogError, FailureReason, Scheme, Session, inside, scheme_of};
use crate::dialect::Dialect;

const LOST: &str = "look at what the record says took effect, then run repair again: it plans anew";

pub enum Writer {
    Postgres(PgConnection),
    Mysql(Box<MySqlConnection>),
    Sqlite(SqliteConnection),
}

/// What a server said to a statement.
#[derive(Clone, Debug)]
pub struct WriteError {
    pub message: String,
    /// The connection is gone, and with it whatever transaction was open.
    pub is_lost: bool,
    pub advice: &'static str,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Writer {
    /// Connects with the rights of the URL, under the connect budget of the database.
    pub async fn open(request: &Request) -> Result<Self, MendError> {
        let budget = request.database.target.budgets.connect;
        let connecting = tokio::time::timeout(budget, Self::connect(request)).await;
        connecting.unwrap_or_else(|_| {
            let message = format!("no connection within {budget:?}");
            Err(CatalogError::new(FailureReason::Unreachable, message).into())
        })
    }

    async fn connect(request: &Request) -> Result<Self, MendError> {
        let url = &request.url;
        let mut writer = match scheme_of(url)? {
            Scheme::Postgres => {
                let options = inside::postgres_options(url)?;
                let connection = options.connect().await;
                Self::Postgres(connection.map_err(|error| inside::postgres_connect_failure(&error))?)
            }
            Scheme::Mysql => {
                let options = inside::mysql_options(url)?
                    .timezone(Some("+00:00".to_owned()))
                    .disable_statement_logging();
                let connection = options.connect().await;
                Self::Mysql(Box::new(connection.map_err(|error| inside::mysql_connect_failure(&error))?))
            }
            Scheme::Sqlite => Self::open_file(&inside::sqlite_file(url).await?, request.lock_timeout).await?,
        };
        for command in writer.settings(request) {
            writer.execute(&command).await.map_err(refused)?;
        }
        Ok(writer)
    }

    pub async fn open_file(path: &std::path::Path, lock_timeout: Duration) -> Result<Self, MendError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .busy_timeout(lock_timeout)
            .foreign_keys(false)
            .disable_statement_logging();
        let connection = options.connect().await;
        connection.map(Self::Sqlite).map_err(|error| {
            let message = format!("the file cannot be opened for writing: {}", said(&error));
            MendError::Refused {
                message,
                advice: "check the rights of the file and of its folder".to_owned(),
            }
        })
    }

    /// Limits on the server's side, and strictness: nothing may make up a value or overlook a row.
    fn settings(&self, request: &Request) -> Vec<String> {
        let (lock, statement) = (request.lock_timeout, request.statement_timeout);
        match self {
            Self::Postgres(_) => {
                let mut settings = vec![
                    format!("SET lock_timeout = {}", lock.as_millis().max(1)),
                    format!("SET statement_timeout = {}", statement.as_millis().max(1)),
                    "SET standard_conforming_strings = on".to_owned(),
                ];
                if let Some(schema) = &request.database.target.schema {
                    let schema = Dialect::Postgres.quote_literal(&Dialect::Postgres.quote(schema));
                    settings.push(format!(
                        "SELECT pg_catalog.set_config('search_path', {schema} || ', ' || \
                         pg_catalog.current_setting('search_path'), false)"
                    ));
                }
                settings
            }
            Self::Mysql(_) => {
                let seconds = lock.as_secs_f64().ceil().max(1.0);
                let mut settings = vec![
                    format!(
                        "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}"
                    ),
                    "SET SESSION foreign_key_checks = 1, unique_checks = 1".to_owned(),
                    "SET SESSION sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_ALL_TABLES')".to_owned(),
                ];
                // MySQL limits queries alone (max_execution_time), and no DDL.
                if request.database.manifest.dialect == Dialect::Mariadb {
                    let seconds = statement.as_secs_f64().max(0.001);
                    settings.push(format!("SET SESSION max_statement_time = {seconds}"));
                }
                if let Some(schema) = &request.database.target.schema {
                    settings.push(format!("USE {}", Dialect::Mysql.quote(schema)));
                }
                settings
            }
            Self::Sqlite(_) => Vec::new(),
        }
    }

    pub async fn execute(&mut self, sql: &str) -> Result<(), WriteError> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = match self {
            Self::Postgres(connection) => query.execute(connection).await.map(drop),
            Self::Mysql(connection) => query.execute(&mut **connection).await.map(drop),
            Self::Sqlite(connection) => query.execute(connection).await.map(drop),
        };
        done.map_err(|error| write_error(&error))
    }

    /// Whether the query has a row.
    pub async fn has_row(&mut self, sql: &str) -> Result<bool, WriteError> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let row = match self {
            Self::Postgres(connection) => query.fetch_optional(connection).await.map(|it| it.is_some()),
            Self::Mysql(connection) => query.fetch_optional(&mut **connection).await.map(|it| it.is_some()),
            Self::Sqlite(connection) => query.fetch_optional(connection).await.map(|it| it.is_some()),
        };
        row.map_err(|error| write_error(&error))
    }

    /// The rows of a query of texts.
    pub async fn texts(&mut self, sql: &str) -> Result<Vec<Vec<String>>, WriteError> {
        use sqlx::Row;
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let Self::Mysql(connection) = self else { return Ok(Vec::new()) };
        let rows = query.fetch_all(&mut **connection).await.map_err(|error| write_error(&error))?;
        let text = |row: &sqlx::mysql::MySqlRow| -> Vec<String> {
            (0..row.len()).map(|at| row.try_get::<String, _>(at).unwrap_or_default()).collect()
        };
        Ok(rows.iter().map(text).collect())
    }

    /// Ledger and catalog as they stand for this connection, inside its transaction; MySQL and MariaDB have none for
    /// their catalog, so that another session sees the same.
    pub async fn observe(self, request: &Request) -> Result<(Self, Observation), MendError> {
        let (target, interest) = (request.target(), request.database.manifest.interest());
        Ok(match self {
            Self::Postgres(connection) => {
                let (connection, observation) =
                    inside::observe_postgres(connection, &target, &interest).await?;
                (Self::Postgres(connection), observation)
            }
            Self::Sqlite(connection) => {
                let (connection, observation) =
                    inside::observe_sqlite(connection, &target, &interest).await?;
                (Self::Sqlite(connection), observation)
            }
            Self::Mysql(connection) => (Self::Mysql(connection), observe_apart(request).await?),
        })
    }

    pub async fn close(self) {
        let closing = async {
            match self {
                Self::Postgres(connection) => connection.close().await,
                Self::Mysql(connection) => connection.close().await,
                Self::Sqlite(connection) => connection.close().await,
            }
        };
        // Whatever had to be kept is committed before.
        let _ = tokio::time::timeout(Duration::from_secs(5), closing).await;
    }
}

/// Over a session of its own, with the writing role's rights.
pub async fn observe_apart(request: &Request) -> Result<Observation, MendError> {
    let mut session = Session::open(&request.target()).await?;
    let observation = session.observe(&request.database.manifest.interest()).await?;
    session.close().await;
    Ok(observation)
}

pub fn refused(error: WriteError) -> MendError {
    MendError::Refused { message: error.message, advice: error.advice.to_owned() }
}

/// A short URL-free text of what happened.
fn said(error: &sqlx::Error) -> String {
    match error.as_database_error() {
        Some(error) => error.message().to_owned(),
        None => match error {
            sqlx::Error::Io(error) => error.kind().to_string(),
            // sqlx may add kinds, whose text may hold anything.
            _ => "the connection broke".to_owned(),
        },
    }
}

fn write_error(error: &sqlx::Error) -> WriteError {
    let Some(database) = error.as_database_error() else {
        return WriteError {
            message: format!("the connection was lost: {}", said(error)),
            is_lost: true,
            advice: LOST,
        };
    };
    let code = database.code().unwrap_or_default().into_owned();
    let number = database.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(|it| it.number());
    let is_lost = code.starts_with("57P")
        || code.starts_with("08")
        || matches!(number, Some(1053 | 1077 | 1927 | 4031));
    let advice = if is_lost { LOST } else { advice::on(&code, number, database.message()) };
    WriteError { message: database.message().to_owned(), is_lost, advice }
}
