//! SQL of smoke checks on SQLite.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use super::error::{failure, primary_code};
use super::file::DatabaseFile;
use super::{Deadline, Session, within};
use crate::catalog::Target;
use crate::catalog::trial::{Answer, MOST_ROWS, TrialError};

impl Session {
    /// The session is open for reading only.
    pub async fn ask(&mut self, statement: &str, budget: Duration) -> Result<Answer, TrialError> {
        self.follow_file().await?;
        self.begin().await?;
        self.deadline.set(budget);
        let answer = fetch_answer(&mut self.connection, statement).await;
        self.deadline.clear();
        let answer = answer.map_err(|error| refusal(&error, &self.file));
        self.rows::<()>("ROLLBACK").await?;
        answer
    }
}

async fn fetch_answer(connection: &mut SqliteConnection, statement: &str) -> Result<Answer, sqlx::Error> {
    let mut answer = Answer { rows: 0, value: None };
    let mut rows = sqlx::query(AssertSqlSafe(statement.to_owned())).persistent(false).fetch(connection);
    while answer.rows < MOST_ROWS
        && let Some(row) = rows.try_next().await?
    {
        if answer.rows == 0 && !row.is_empty() {
            answer.value = row.try_get_unchecked(0)?;
        }
        answer.rows += 1;
    }
    Ok(answer)
}

/// Writes to the file itself under its write lock, and rolls back: a copy of a large file at each run would cost more
/// than the lock, which is held for as long as the statements run. What a crash leaves behind is rolled back by whoever
/// opens the file next.
pub async fn rehearse(target: &Target, statements: &[String], budget: Duration) -> Result<(), TrialError> {
    let file = DatabaseFile::of_url(&target.url)?;
    file.identity().await?;
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .create_if_missing(false)
        .busy_timeout(target.budgets.lock)
        .disable_statement_logging();
    let opened = |error: sqlx::Error| TrialError::from(failure(&error, &file));
    let connecting = async { options.connect().await.map_err(|error| failure(&error, &file)) };
    let mut connection = within(target.budgets.connect, "connecting", connecting).await?;
    let deadline = Deadline::default();
    deadline.watch(&mut connection).await.map_err(opened)?;
    run(&mut connection, "BEGIN IMMEDIATE").await.map_err(opened)?;
    deadline.set(budget);
    let mut written = Ok(());
    for statement in statements {
        written = run(&mut connection, statement).await;
        if written.is_err() {
            break;
        }
    }
    deadline.clear();
    // Some errors end the transaction themselves: then there is nothing left to roll back.
    let rolled_back = run(&mut connection, "ROLLBACK").await;
    if written.is_ok() && rolled_back.is_err() {
        return Err(TrialError::NotRolledBack(
            "SQLite did not confirm the rollback: look whether the rows of this check are there".to_owned(),
        ));
    }
    // Nothing stays behind, whatever the goodbye says.
    let _ = tokio::time::timeout(target.budgets.connect, connection.close()).await;
    written.map_err(|error| refusal(&error, &file))
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false).execute(connection).await.map(drop)
}

/// <https://www.sqlite.org/rescode.html>
fn refusal(error: &sqlx::Error, file: &DatabaseFile) -> TrialError {
    let (Some(code), Some(said)) = (primary_code(error), error.as_database_error()) else {
        return failure(error, file).into();
    };
    match code {
        9 => TrialError::Refused { message: "it ran out of its time".to_owned(), accused: Vec::new() },
        // A table or column that is not there; a constraint. Both name objects.
        1 if said.message().starts_with("no such ") => {
            TrialError::refused(&code.to_string(), Some(said.message()))
        }
        19 => TrialError::refused(&code.to_string(), Some(said.message())),
        3 | 5 | 6 | 8 | 10 | 11 | 13 | 14 | 23 | 26 => failure(error, file).into(),
        code => TrialError::refused(&code.to_string(), None),
    }
}
