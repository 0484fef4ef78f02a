//! Reads the ledger of a SQLite database.

use sqlx::AssertSqlSafe;

use super::Session;
use super::error::{failure, refusal};
use crate::audit::LedgerObservation;
use crate::catalog::CatalogError;
use crate::catalog::text_ledger::Row;
use crate::dialect::Dialect;
use crate::migration::LedgerRow;

impl Session {
    pub(super) async fn read_ledger(&mut self) -> Result<LedgerObservation, CatalogError> {
        let source = self.target.ledger.clone();
        let table = source.table.unwrap_or_else(|| source.format.table.to_owned());
        let in_main = source.schema.is_none_or(|schema| schema == "main");
        if !in_main || !self.has_relation(&table).await? {
            return Ok(LedgerObservation::Absent { table });
        }
        let format = source.format;
        // The expressions are constants of ours, the table is quoted.
        let sql = format!(
            "SELECT coalesce(CAST({app} AS TEXT), '') AS app, coalesce(CAST({migration} AS TEXT), '') AS migration, \
             CAST({applied_at} AS TEXT) AS applied_at, coalesce(CAST({succeeded} AS INTEGER), 0) AS succeeded \
             FROM main.{table} ORDER BY {order}",
            app = format.app,
            migration = format.migration,
            applied_at = format.applied_at,
            succeeded = format.succeeded,
            table = Dialect::Sqlite.quote(&table),
            order = format.order,
        );
        match self.fetch::<Row>(AssertSqlSafe(sql)).await {
            Ok(rows) => Ok(LedgerObservation::Rows(rows.into_iter().map(LedgerRow::from).collect())),
            Err(error) => match refusal(&error) {
                Some(reason) => Ok(LedgerObservation::Malformed { table, reason }),
                None => Err(failure(&error, &self.file)),
            },
        }
    }

    /// Among tables and views; SQLite compares names without regard to ASCII case.
    async fn has_relation(&mut self, name: &str) -> Result<bool, CatalogError> {
        let sql = format!(
            "SELECT count(*) FROM main.sqlite_schema WHERE type IN ('table', 'view') AND lower(name) = lower({})",
            Dialect::Sqlite.quote_literal(name)
        );
        let counts: Vec<(i64,)> = self.rows(AssertSqlSafe(sql)).await?;
        Ok(counts.iter().any(|(count,)| *count > 0))
    }
}
