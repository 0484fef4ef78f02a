//! SQL of smoke checks on PostgreSQL.

use std::time::Duration;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row, ValueRef};

use super::error::{failure, sqlstate};
use super::{Session, milliseconds};
use crate::catalog::trial::{Answer, MOST_ROWS, TrialError};
use crate::dialect::Dialect;

impl Session {
    /// By a cursor: it takes nothing but a query, gives no more rows than are fetched, and writes them as text.
    pub async fn ask(&mut self, statement: &str, budget: Duration) -> Result<Answer, TrialError> {
        self.enter("BEGIN READ ONLY", budget).await.map_err(|error| refusal(&error))?;
        let cursor = format!("DECLARE schema_health_smoke NO SCROLL CURSOR FOR {statement}");
        let answer = match self.run_one(cursor).await {
            Ok(()) => self.fetch_answer().await,
            Err(error) => Err(error),
        };
        self.run("ROLLBACK").await.map_err(|error| refusal(&error))?;
        answer.map_err(|error| refusal(&error))
    }

    async fn fetch_answer(&mut self) -> Result<Answer, sqlx::Error> {
        let sql = format!("FETCH FORWARD {MOST_ROWS} FROM schema_health_smoke");
        // Without parameters the server answers in text, whatever the type.
        let rows: Vec<PgRow> = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await?;
        let value = match rows.first().filter(|row| !row.is_empty()) {
            Some(row) => {
                let value = row.try_get_raw(0)?;
                let text = value.as_bytes().ok().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                text.filter(|_| !value.is_null())
            }
            None => None,
        };
        Ok(Answer { rows: rows.len(), value })
    }

    /// The writes, and the proof that they are gone: the server itself says that their transaction was aborted.
    pub async fn rehearse(mut self, statements: &[String], budget: Duration) -> Result<(), TrialError> {
        self.enter("BEGIN READ WRITE", budget).await.map_err(|error| refusal_of_write(&error))?;
        let written = self.write_all(statements).await;
        // Of a transaction that an error has ended nothing can be asked; the rollback is answered all the same.
        let transaction = match written {
            Ok(()) => self.transaction_number().await.map_err(|error| refusal_of_write(&error)),
            Err(_) => Ok(None),
        };
        self.run("ROLLBACK").await.map_err(|_| unconfirmed())?;
        if let Some(transaction) = transaction? {
            let status: Option<String> = sqlx::query_scalar("SELECT pg_catalog.txid_status($1)")
                .bind(transaction)
                .fetch_one(&mut self.connection)
                .await
                .map_err(|_| unconfirmed())?;
            if status.as_deref() != Some("aborted") {
                return Err(unconfirmed());
            }
        }
        self.close().await;
        written.map_err(|error| refusal_of_write(&error))
    }

    async fn write_all(&mut self, statements: &[String]) -> Result<(), sqlx::Error> {
        for statement in statements {
            self.run_one(statement.clone()).await?;
        }
        // A rollback would never check what is checked at commit only.
        self.run("SET CONSTRAINTS ALL IMMEDIATE").await
    }

    /// `None` when nothing was written.
    async fn transaction_number(&mut self) -> Result<Option<i64>, sqlx::Error> {
        sqlx::query_scalar("SELECT pg_catalog.txid_current_if_assigned()")
            .fetch_one(&mut self.connection)
            .await
    }

    /// Begins a transaction that is as impatient as the check, and in which bare names lead where the audit looks.
    async fn enter(&mut self, begin: &str, budget: Duration) -> Result<(), sqlx::Error> {
        let milliseconds = milliseconds(budget);
        self.run(&format!(
            "{begin}; SET LOCAL statement_timeout = {milliseconds}; \
             SET LOCAL idle_in_transaction_session_timeout = {milliseconds}; SET LOCAL row_security = on"
        ))
        .await?;
        if let Some(schema) = &self.target.schema {
            let quoted = Dialect::Postgres.quote(schema);
            sqlx::query(
                "SELECT pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', $1::text, \
                 nullif(pg_catalog.current_setting('search_path'), '')), true)",
            )
            .bind(quoted)
            .execute(&mut self.connection)
            .await?;
        }
        Ok(())
    }

    /// One statement, by the protocol that takes no more than one.
    async fn run_one(&mut self, sql: String) -> Result<(), sqlx::Error> {
        sqlx::query(AssertSqlSafe(sql)).persistent(false).execute(&mut self.connection).await.map(drop)
    }
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
    match (sqlstate(error).as_str(), error.as_database_error()) {
        ("42501", Some(said)) => TrialError::refused("42501", Some(said.message())),
        (_, _) => refusal(error),
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn refusal(error: &sqlx::Error) -> TrialError {
    let Some(database_error) = error.as_database_error() else { return failure(error).into() };
    let code = sqlstate(error);
    match code.as_str() {
        "57014" => TrialError::Refused { message: "it ran out of its time".to_owned(), accused: Vec::new() },
        "42501" => TrialError::NotTried(format!(
            "the role lacks a right, GRANT it or give smoke.url_file another role: {}",
            database_error.message()
        )),
        "55P03" => TrialError::NotTried("a lock was not to be had within the lock budget".to_owned()),
        code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
            failure(error).into()
        }
        // These name objects. Others may repeat a value.
        "42P01" | "42703" | "42883" | "3F000" => TrialError::refused(&code, Some(database_error.message())),
        code if code.starts_with("23") => TrialError::refused(code, Some(database_error.message())),
        code => TrialError::refused(code, None),
    }
}
