//! SQL of smoke checks on MySQL and MariaDB.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, Row};

use super::Session;
use super::error::{failure, number};
use crate::catalog::CatalogError;
use crate::catalog::trial::{Answer, MOST_ROWS, TrialError};
use crate::dialect::Dialect;

/// ER_WARNING_NOT_COMPLETE_ROLLBACK
const NOT_ROLLED_BACK: u32 = 1196;

impl Session {
    /// By `PREPARE`, which takes no more than one statement, in the protocol that writes every value as text.
    pub async fn ask(&mut self, statement: &str, budget: Duration) -> Result<Answer, TrialError> {
        self.enter(budget).await?;
        self.run("START TRANSACTION READ ONLY").await?;
        self.run(AssertSqlSafe(format!("SET SESSION sql_select_limit = {MOST_ROWS}"))).await?;
        let answer = self.execute(statement).await;
        self.run("SET SESSION sql_select_limit = DEFAULT; ROLLBACK").await?;
        answer.map_err(|error| refusal(&error))
    }

    async fn execute(&mut self, statement: &str) -> Result<Answer, sqlx::Error> {
        // As digits, so that no mode of quoting matters.
        let digits: String = statement.bytes().map(|byte| format!("{byte:02x}")).collect();
        let prepare = format!(
            "SET @schema_health_smoke = CONVERT(0x{digits} USING utf8mb4); \
             PREPARE schema_health_smoke FROM @schema_health_smoke"
        );
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut self.connection).await?;
        let mut answer = Answer { rows: 0, value: None };
        let mut rows = sqlx::raw_sql("EXECUTE schema_health_smoke").fetch(&mut self.connection);
        while let Some(row) = rows.try_next().await? {
            if answer.rows == 0 {
                answer.value = first_value(&row)?;
            }
            answer.rows = (answer.rows + 1).min(MOST_ROWS);
        }
        Ok(answer)
    }

    /// The writes, in tables that can be rolled back, and the server's word that nothing stayed.
    pub async fn rehearse(
        mut self,
        statements: &[String],
        tables: &[String],
        budget: Duration,
    ) -> Result<(), TrialError> {
        self.enter(budget).await?;
        for table in tables {
            self.require_transactional(table).await?;
        }
        self.run("SET SESSION TRANSACTION READ WRITE; START TRANSACTION READ WRITE").await?;
        let mut written = Ok(());
        for statement in statements {
            written = self.execute(statement).await.map(drop);
            if written.is_err() {
                break;
            }
        }
        self.run("ROLLBACK").await.map_err(|_| unconfirmed())?;
        let warnings: Vec<(String, u32, String)> =
            self.fetch_text("SHOW WARNINGS").await.map_err(|_| unconfirmed())?;
        if warnings.iter().any(|(_, code, _)| *code == NOT_ROLLED_BACK) {
            return Err(TrialError::NotRolledBack(
                "the server could not roll back all that was written (warning 1196): a table of it, perhaps one that \
                 a trigger writes to, is of an engine without transactions; look for the rows of this check and remove \
                 them"
                    .to_owned(),
            ));
        }
        self.close().await;
        written.map_err(|error| refusal_of_write(&error))
    }

    async fn require_transactional(&mut self, table: &str) -> Result<(), TrialError> {
        let (schema, name) = match table.split_once('.') {
            Some((schema, name)) => (schema.to_owned(), name),
            None => (self.server.schema.clone(), table),
        };
        let engine: Option<String> = sqlx::query_scalar(include_str!("not_transactional.sql"))
            .bind(schema)
            .bind(name)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(|error| TrialError::from(failure(&error)))?;
        match engine {
            None => Ok(()),
            Some(engine) => Err(TrialError::NotTried(format!(
                "table {table} is of the engine {engine}, which no rollback takes back: it is not written to"
            ))),
        }
    }

    async fn enter(&mut self, budget: Duration) -> Result<(), CatalogError> {
        let limit = match self.server.dialect {
            Dialect::Mariadb => format!("max_statement_time = {}", budget.as_secs_f64().max(0.001)),
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                format!("max_execution_time = {}", budget.as_millis().max(1))
            }
        };
        let schema = self.server.dialect.quote(&self.server.schema);
        self.run(AssertSqlSafe(format!("SET SESSION {limit}; USE {schema}"))).await
    }
}

/// As the server wrote it.
fn first_value(row: &MySqlRow) -> Result<Option<String>, sqlx::Error> {
    if row.is_empty() {
        return Ok(None);
    }
    let bytes: Option<Vec<u8>> = row.try_get_unchecked(0)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn unconfirmed() -> TrialError {
    TrialError::NotRolledBack(
        "the server did not confirm the rollback: look whether the rows of this check are there; a server rolls back \
         what a broken connection leaves behind"
            .to_owned(),
    )
}

/// What lacks to a role that reads says nothing of the application; what lacks to the one that writes in its place does.
fn refusal_of_write(error: &sqlx::Error) -> TrialError {
    match (number(error), error.as_database_error()) {
        (Some(code @ (1044 | 1142 | 1143 | 1227 | 1370)), Some(said)) => {
            TrialError::refused(&code.to_string(), Some(said.message()))
        }
        (_, _) => refusal(error),
    }
}

/// <https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html>
fn refusal(error: &sqlx::Error) -> TrialError {
    let (Some(code), Some(said)) = (number(error), error.as_database_error()) else {
        return failure(error).into();
    };
    match code {
        1969 | 3024 => {
            TrialError::Refused { message: "it ran out of its time".to_owned(), accused: Vec::new() }
        }
        1044 | 1142 | 1143 | 1227 | 1370 => TrialError::NotTried(format!(
            "the role lacks a right, GRANT it or give smoke.url_file another role: {}",
            said.message()
        )),
        1205 | 1213 => TrialError::NotTried("a lock was not to be had within the lock budget".to_owned()),
        1040 | 1053 | 1077 | 1203 | 1226 | 1317 | 1927 | 3169 | 4031 => failure(error).into(),
        // These name objects. Others may repeat a value.
        1146 | 1054 | 1305 | 1048 | 1364 | 1451 | 1452 | 3819 | 4025 => {
            TrialError::refused(&code.to_string(), Some(said.message()))
        }
        code => TrialError::refused(&code.to_string(), None),
    }
}
