//! SQL of smoke checks: a query in a read-only transaction, or writes in a transaction that is always rolled back.
//!
//! The statements come from the configuration, which lets only such through as a rollback takes back
//! ([`crate::smoke::read_query`], [`crate::smoke::read_writes`]); the servers are asked to hold to that too.

use std::time::Duration;

use super::{CatalogError, Session, Target, scheme_of};

/// What a query gave: as much as a smoke check asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Up to [`MOST_ROWS`].
    pub rows: usize,
    /// The first column of the first row, as the server writes it; `None` for NULL and where there is no row.
    pub value: Option<String>,
}

/// More rows are not fetched.
pub const MOST_ROWS: usize = 2;

/// Why SQL of a smoke check did not go well. No message holds a part of a URL, a value or SQL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrialError {
    /// Nothing was learnt of the application: no connection, no right, a lock.
    #[error("{0}")]
    NotTried(String),
    /// The server refused the statement, or it took too long.
    #[error("{message}")]
    Refused {
        message: String,
        /// The table or column that the server says is not there, as it names it.
        accused: Vec<String>,
    },
    /// Something may have stayed that should have been rolled back.
    #[error("{0}")]
    NotRolledBack(String),
}

impl From<CatalogError> for TrialError {
    fn from(error: CatalogError) -> Self {
        Self::NotTried(error.message)
    }
}

impl TrialError {
    /// The server's refusal of a statement. `said` is what it said, where that holds no value.
    pub(super) fn refused(code: &str, said: Option<&str>) -> Self {
        let message = match said {
            Some(said) => format!("the server refused it: {} (code {code})", one_line(said)),
            None => format!("the server refused it with its code {code}"),
        };
        let accused = said.map(quoted_names).unwrap_or_default();
        Self::Refused { message, accused }
    }
}

impl Session {
    /// Runs one query in a read-only transaction, which is rolled back. After an error the session must be dropped.
    pub async fn ask(&mut self, statement: &str, budget: Duration) -> Result<Answer, TrialError> {
        match self {
            Self::Postgres(session) => session.ask(statement, budget).await,
            Self::Mysql(session) => session.ask(statement, budget).await,
            Self::Sqlite(session) => session.ask(statement, budget).await,
        }
    }
}

/// Runs statements one after the other in a transaction that is always rolled back, in a session of their own.
/// `tables` are those that the statements name.
///
/// Sequences and counters of keys advance nevertheless: servers do not take that back.
pub async fn rehearse(
    target: &Target,
    statements: &[String],
    tables: &[String],
    budget: Duration,
) -> Result<(), TrialError> {
    match scheme_of(&target.url)? {
        super::Scheme::Sqlite => super::sqlite::rehearse(target, statements, budget).await,
        super::Scheme::Postgres | super::Scheme::Mysql => match Session::open(target).await? {
            Session::Postgres(session) => session.rehearse(statements, budget).await,
            Session::Mysql(session) => session.rehearse(statements, tables, budget).await,
            Session::Sqlite(session) => {
                session.close().await;
                Err(TrialError::NotTried("this is no server".to_owned()))
            }
        },
    }
}

/// What stands between quotes in a server's message: `relation "x" does not exist`, `Table 'd.x' doesn't exist`; or
/// behind the colon: `no such table: x`.
fn quoted_names(message: &str) -> Vec<String> {
    if let Some((_, name)) =
        ["no such table: ", "no such column: "].iter().find_map(|it| message.rsplit_once(it))
    {
        return vec![name.trim().to_owned()];
    }
    let quote = if message.contains('"') { '"' } else { '\'' };
    message.split(quote).skip(1).step_by(2).map(str::to_owned).collect()
}

fn one_line(text: &str) -> String {
    const MOST: usize = 300;
    let line: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(MOST).collect();
    line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accused_is_read_from_what_the_server_says() {
        assert_eq!(quoted_names("relation \"a.b\" does not exist"), ["a.b"]);
        assert_eq!(quoted_names("Table 'shop.x' doesn't exist"), ["shop.x", "t exist"]);
        assert_eq!(quoted_names("no such table: main.x"), ["main.x"]);
        assert_eq!(quoted_names("no such column: x"), ["x"]);
        assert_eq!(quoted_names("syntax error"), Vec::<String>::new());
    }
}
