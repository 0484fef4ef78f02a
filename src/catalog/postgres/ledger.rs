//! Reads the ledger of a PostgreSQL database, inside the audit's snapshot.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::error::sqlstate;
use super::{Session, Snapshot};
use crate::audit::LedgerObservation;
use crate::dialect::Dialect;
use crate::migration::{LedgerRow, MigrationId};

#[derive(FromRow)]
struct Candidate {
    schema: String,
    may_enter: bool,
    may_read: bool,
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
    /// Reads it from the audited schema or the one that was configured, not from wherever the search path of
    /// this role leads; but where that would lead is told.
    pub(super) async fn read_ledger(&mut self, place: &Snapshot) -> Result<LedgerObservation, sqlx::Error> {
        let source = self.target.ledger.clone();
        let table = source.table.as_deref().unwrap_or(source.format.table).to_owned();
        let schema = source.schema.as_deref().unwrap_or(&place.audited).to_owned();
        let quote = |name: &str| Dialect::Postgres.quote(name);
        let shown = format!("{schema}.{table}");

        let mut schemas = vec![schema.clone()];
        if source.schema.is_none() {
            schemas.extend(place.search_path.iter().filter(|it| **it != schema).cloned());
        }
        let candidates: Vec<Candidate> = sqlx::query_as(include_str!("ledgers.sql"))
            .bind(&table)
            .bind(&schemas)
            .fetch_all(&mut self.connection)
            .await?;
        let Some(own) = candidates.iter().find(|it| it.schema == schema) else {
            // The first of the search path is what an application would read.
            let other = schemas.into_iter().find(|name| candidates.iter().any(|it| it.schema == *name));
            return Ok(match other {
                Some(schema) => LedgerObservation::InOtherSchema { table, schema },
                None if self.has_schema(&schema).await? => LedgerObservation::Absent { table: shown },
                None => LedgerObservation::Absent { table: format!("{shown} (there is no schema {schema})") },
            });
        };
        if !own.may_enter || !own.may_read {
            let role = quote(&self.server.role);
            let mut grants = Vec::new();
            if !own.may_enter {
                grants.push(format!("GRANT USAGE ON SCHEMA {} TO {role};", quote(&schema)));
            }
            if !own.may_read {
                grants.push(format!("GRANT SELECT ON {}.{} TO {role};", quote(&schema), quote(&table)));
            }
            return Ok(LedgerObservation::NotReadable { table: shown, grant: grants.join(" ") });
        }
        self.read_rows(&schema, &table, shown).await
    }

    async fn has_schema(&mut self, name: &str) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)")
            .bind(name)
            .fetch_one(&mut self.connection)
            .await
    }

    async fn read_rows(
        &mut self,
        schema: &str,
        table: &str,
        shown: String,
    ) -> Result<LedgerObservation, sqlx::Error> {
        let format = self.target.ledger.format;
        // The expressions are constants of ours, the names are quoted.
        let sql = format!(
            "SELECT COALESCE(({app})::text, '') AS app, COALESCE(({migration})::text, '') AS migration, \
             (EXTRACT(EPOCH FROM ({applied_at})) * 1000000)::bigint AS applied_at, \
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
        match rows {
            Ok(rows) => {
                self.run("RELEASE SAVEPOINT ledger").await?;
                Ok(LedgerObservation::Rows(rows.into_iter().map(LedgerRow::from).collect()))
            }
            Err(error) => match malformed(&error) {
                Some(reason) => {
                    self.run("ROLLBACK TO SAVEPOINT ledger").await?;
                    Ok(LedgerObservation::Malformed { table: shown, reason })
                }
                None => Err(error),
            },
        }
    }
}

/// What the server says against the columns; `None` for an error that says nothing about them.
fn malformed(error: &sqlx::Error) -> Option<String> {
    match sqlstate(error).as_str() {
        // undefined_column, datatype_mismatch, cannot_coerce, undefined_function and the like name columns
        // and types, never a value.
        "42703" | "42804" | "42846" | "42883" | "42725" | "42702" => {
            error.as_database_error().map(|it| it.message().to_owned())
        }
        // Class 22, data exception: its message repeats the value.
        code if code.starts_with("22") => {
            Some("a value in it is not of the kind that its format says".to_owned())
        }
        _ => None,
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
