//! Reads the ledger of a PostgreSQL database, inside the audit's snapshot.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::Session;
use super::error::{failure, sqlstate};
use crate::audit::LedgerObservation;
use crate::catalog::CatalogError;
use crate::dialect::Dialect;
use crate::migration::{LedgerRow, MigrationId};

#[derive(FromRow)]
struct Candidate {
    schema: String,
    may_enter: bool,
    may_read: bool,
    hides_rows: bool,
}

#[derive(FromRow)]
struct Row {
    app: String,
    migration: String,
    /// Microseconds since 1970.
    applied_at: Option<i64>,
    succeeded: bool,
}

impl Session {
    pub(super) async fn read_ledger(&mut self, audited: &str) -> Result<LedgerObservation, CatalogError> {
        let source = self.target.ledger.clone();
        let table = source.table.as_deref().unwrap_or(source.format.table).to_owned();
        let schema = source.schema.as_deref().unwrap_or(audited).to_owned();
        let quote = |name: &str| Dialect::Postgres.quote(name);
        let shown = format!("{schema}.{table}");

        let mut schemas = vec![schema.clone()];
        if source.schema.is_none() {
            schemas.extend(self.server.search_path.iter().filter(|it| **it != schema).cloned());
        }
        let candidates = self.candidates(&table, &schemas).await?;
        let Some(own) = candidates.iter().find(|it| it.schema == schema) else {
            // The first of the search path is what an application would read.
            let other = schemas.iter().find(|name| candidates.iter().any(|it| it.schema == **name));
            return Ok(match other {
                Some(other) => LedgerObservation::InOtherSchema { table, schema: other.clone() },
                None => LedgerObservation::Absent { table: shown },
            });
        };
        let role = quote(&self.server.role);
        let select = format!("GRANT SELECT ON {}.{} TO {role};", quote(&schema), quote(&table));
        let mut grants = Vec::new();
        if !own.may_enter {
            grants.push(format!("GRANT USAGE ON SCHEMA {} TO {role};", quote(&schema)));
        }
        if !own.may_read {
            grants.push(select.clone());
        }
        if own.hides_rows {
            grants.push(format!("ALTER ROLE {role} BYPASSRLS;"));
        }
        if !grants.is_empty() {
            return Ok(LedgerObservation::NotReadable { table: shown, grant: grants.join(" ") });
        }
        match self.read_rows(&schema, &table).await? {
            Ok(rows) => Ok(LedgerObservation::Rows(rows.into_iter().map(LedgerRow::from).collect())),
            Err(refusal) if refusal.code == "42501" => {
                Ok(LedgerObservation::NotReadable { table: shown, grant: select })
            }
            // Dropped since the snapshot was taken.
            Err(refusal)
                if refusal.code == "42P01" && self.candidates(&table, &schemas).await?.is_empty() =>
            {
                Ok(LedgerObservation::Absent { table: shown })
            }
            Err(refusal) => Ok(LedgerObservation::Malformed { table: shown, reason: refusal.message }),
        }
    }

    async fn candidates(&mut self, table: &str, schemas: &[String]) -> Result<Vec<Candidate>, CatalogError> {
        sqlx::query_as(include_str!("ledgers.sql"))
            .bind(table)
            .bind(schemas)
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| failure(&error))
    }

    async fn read_rows(
        &mut self,
        schema: &str,
        table: &str,
    ) -> Result<Result<Vec<Row>, Refusal>, CatalogError> {
        let format = self.target.ledger.format;
        // The expressions are constants of ours, the names are quoted.
        let sql = format!(
            "SELECT COALESCE(({app})::text, '') AS app, COALESCE(({migration})::text, '') AS migration, \
             CASE WHEN pg_catalog.isfinite({applied_at}) \
                  THEN (EXTRACT(EPOCH FROM ({applied_at})) * 1000000)::bigint END AS applied_at, \
             COALESCE(({succeeded})::boolean, false) AS succeeded FROM {schema}.{table} ORDER BY {order}",
            app = format.app,
            migration = format.migration,
            applied_at = format.applied_at,
            succeeded = format.succeeded,
            schema = Dialect::Postgres.quote(schema),
            table = Dialect::Postgres.quote(table),
            order = format.order,
        );
        self.run("SAVEPOINT ledger").await?;
        let rows: Result<Vec<Row>, _> =
            sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await;
        let refusal = match rows {
            Ok(rows) => {
                // Gives back the lock on the ledger, which a migration may be waiting for.
                self.run("ROLLBACK TO SAVEPOINT ledger").await?;
                return Ok(Ok(rows));
            }
            Err(error) => Refusal::of(&error).ok_or_else(|| failure(&error))?,
        };
        self.run("ROLLBACK TO SAVEPOINT ledger").await?;
        Ok(Err(refusal))
    }
}

/// Why the server would not read the ledger, where that is the ledger's own fault.
struct Refusal {
    code: String,
    message: String,
}

impl Refusal {
    /// Class 42 is about names, types and rights: a column that is not there, one that cannot be cast; 22 about
    /// values; 25006 says that reading it would write; 55000 that a materialized view was never filled.
    fn of(error: &sqlx::Error) -> Option<Self> {
        let code = sqlstate(error)?;
        let is_its_own =
            code.starts_with("42") || code.starts_with("22") || code == "25006" || code == "55000";
        let message = error.as_database_error()?.message().to_owned();
        is_its_own.then_some(Self { code, message })
    }
}

impl From<Row> for LedgerRow {
    fn from(row: Row) -> Self {
        Self {
            migration: MigrationId { app: row.app.into(), name: row.migration.into() },
            applied_at: row.applied_at.and_then(|it| Timestamp::from_microsecond(it).ok()),
            succeeded: row.succeeded,
        }
    }
}
