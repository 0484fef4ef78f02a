//! What must be known of a server before its catalog is read, and the limits it is given.

use sqlx::{AssertSqlSafe, FromRow};

use super::Session;
use super::error::failure;
use super::grants::Grants;
use crate::catalog::{Budgets, CatalogError, FailureReason};
use crate::dialect::{Dialect, Naming};

/// What the server said of itself and of us.
pub(super) struct Server {
    pub(super) dialect: Dialect,
    pub(super) version: String,
    pub(super) naming: Naming,
    /// As `CURRENT_USER()` says it: `user@host`.
    pub(super) role: String,
    /// The audited database.
    pub(super) schema: String,
}

#[derive(FromRow)]
pub(super) struct ServerRow {
    pub(super) version: String,
    pub(super) lower_case_table_names: i64,
    pub(super) role: String,
    pub(super) current_database: Option<String>,
}

impl Server {
    pub(super) fn new(row: ServerRow, schema: Option<&str>) -> Result<Self, CatalogError> {
        let is_mariadb = row.version.to_ascii_lowercase().contains("mariadb");
        let dialect = if is_mariadb { Dialect::Mariadb } else { Dialect::Mysql };
        let Some(schema) = schema.map(str::to_owned).or(row.current_database) else {
            let message = "the URL names no database: add it behind the host, as in mysql://host/database";
            return Err(CatalogError::new(FailureReason::NoDatabase, message));
        };
        let naming = Naming {
            fold_tables: row.lower_case_table_names != 0,
            // https://mariadb.com/kb/en/mariadb-10-8-0-release-notes/
            keeps_descending: !is_mariadb || version(&row.version) >= (10, 8),
            ..dialect.naming()
        };
        Ok(Self { dialect, version: row.version, naming, role: row.role, schema })
    }
}

/// Major and minor version: `10.6.12-MariaDB-log` is (10, 6). A replica's `5.5.5-` in front is no version.
fn version(text: &str) -> (u32, u32) {
    let mut numbers = text.trim_start_matches("5.5.5-").split(|it: char| !it.is_ascii_digit());
    let mut next = || numbers.next().and_then(|it| it.parse().ok()).unwrap_or(0);
    (next(), next())
}

impl Session {
    /// Read-only, and the server's own limits on locks and statements.
    pub(super) async fn set_limits(&mut self) -> Result<(), CatalogError> {
        let Budgets { lock, statement, .. } = self.target.budgets;
        let lock = lock.as_secs_f64().ceil().max(1.0);
        let statement = match self.server.dialect {
            Dialect::Mariadb => format!("max_statement_time = {}", statement.as_secs_f64().max(0.001)),
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                format!("max_execution_time = {}", statement.as_millis().max(1))
            }
        };
        let sql = format!(
            "SET SESSION lock_wait_timeout = {lock}, innodb_lock_wait_timeout = {lock}, {statement}; \
             SET SESSION TRANSACTION READ ONLY; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        );
        self.run(AssertSqlSafe(sql)).await
    }

    /// A database that a role may not see and one that is not there look the same from outside.
    pub(super) async fn require_schema(&mut self) -> Result<(), CatalogError> {
        let schema = self.server.schema.clone();
        let sql =
            "SELECT CAST(schema_name AS CHAR) AS name FROM information_schema.schemata WHERE schema_name = ?";
        if self.rows::<(String,)>(sql, &schema).await?.is_empty() {
            let message = "the server shows no database of this name to this role: check the name and the role's grants";
            return Err(CatalogError::new(FailureReason::NoDatabase, message));
        }
        Ok(())
    }

    /// MariaDB tells the rights of the enabled roles too, MySQL only when it is asked for them.
    pub(super) async fn read_grants(&mut self) -> Result<Grants, CatalogError> {
        let refused = |error: sqlx::Error| failure(&error);
        let (sql, has_patterns) = match self.server.dialect {
            Dialect::Mariadb => ("SHOW GRANTS".to_owned(), true),
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                let sql = "SELECT CAST(CURRENT_ROLE() AS CHAR), CAST(@@GLOBAL.partial_revokes AS SIGNED)";
                let (roles, partial_revokes): (String, i64) =
                    self.fetch_text(sql).await.map_err(refused)?.pop().unwrap_or_default();
                let sql = match roles.as_str() {
                    "" | "NONE" => "SHOW GRANTS".to_owned(),
                    // Quoted by the server.
                    roles => format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}"),
                };
                (sql, partial_revokes == 0)
            }
        };
        let rows: Vec<(String,)> = self.fetch_text(AssertSqlSafe(sql)).await.map_err(refused)?;
        let lines = rows.into_iter().map(|(line,)| line).collect();
        Ok(Grants::new(lines, &self.server.role, has_patterns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_out_of_what_the_server_says() {
        assert_eq!(version("10.6.12-MariaDB-log"), (10, 6));
        assert_eq!(version("5.5.5-10.11.6-MariaDB"), (10, 11));
        assert_eq!(version("8.4.0"), (8, 4));
        assert_eq!(version("?"), (0, 0));
    }

    #[test]
    fn an_old_mariadb_keeps_no_descending_index() {
        let naming = |version: &str| {
            let row = ServerRow {
                version: version.into(),
                lower_case_table_names: 0,
                role: "r@h".into(),
                current_database: Some("d".into()),
            };
            Server::new(row, None).unwrap().naming
        };
        assert!(!naming("10.6.12-MariaDB").keeps_descending);
        assert!(naming("10.8.1-MariaDB").keeps_descending && naming("8.0.36").keeps_descending);
    }
}
