//! Reads the ledger of a MySQL or MariaDB database.

use sqlx::AssertSqlSafe;

use super::Session;
use super::error::{failure, number};
use super::grants::ledger_grant;
use crate::audit::LedgerObservation;
use crate::catalog::CatalogError;
use crate::catalog::text_ledger::Row;
use crate::migration::{LedgerFormat, LedgerRow};

impl Session {
    /// The server alone can tell a table that is not there from one that may not be read.
    pub(super) async fn read_ledger(&mut self) -> Result<LedgerObservation, CatalogError> {
        let source = self.target.ledger.clone();
        let table = source.table.unwrap_or_else(|| source.format.table.to_owned());
        let schema = source.schema.unwrap_or_else(|| self.server.schema.clone());
        let quote = |name: &str| self.server.dialect.quote(name);
        let sql = select(source.format, &format!("{}.{}", quote(&schema), quote(&table)));
        // The session's time zone is UTC, so TIMESTAMP reads as UTC; a DATETIME is taken to be written so.
        let error = match self.fetch_text::<Row>(sql).await {
            Ok(rows) => return Ok(LedgerObservation::Rows(rows.into_iter().map(LedgerRow::from).collect())),
            Err(error) => error,
        };
        let server_said =
            || error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
        match number(&error) {
            Some(1146 | 1049) => Ok(LedgerObservation::Absent { table }),
            Some(1044 | 1142 | 1143) => {
                let grant = ledger_grant(&schema, &table, &self.server.role);
                Ok(LedgerObservation::NotReadable { table, grant })
            }
            Some(1054 | 1356 | 1305 | 1630) => {
                Ok(LedgerObservation::Malformed { table, reason: server_said() })
            }
            _ => Err(failure(&error)),
        }
    }
}

/// The expressions are constants of ours.
fn select(format: &LedgerFormat, table: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!(
        "SELECT COALESCE(CAST({app} AS CHAR), '') AS app, COALESCE(CAST({migration} AS CHAR), '') AS migration, \
         CAST({applied_at} AS CHAR) AS applied_at, CAST(COALESCE(({succeeded}), 0) AS SIGNED) AS succeeded \
         FROM {table} ORDER BY {order}",
        app = format.app,
        migration = format.migration,
        applied_at = format.applied_at,
        succeeded = format.succeeded,
        order = format.order,
    ))
}
