//! Reads the ledger of a PostgreSQL database, inside the audit's snapshot.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, FromRow};

use super::error::{has_changed_meanwhile, sqlstate};
use super::{Session, Snapshot};
use crate::audit::LedgerObservation;
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
        let rows = self.read_rows(&schema, &table).await;
        // Gives back the lock on the ledger, which a migration may be waiting for.
        if rows.as_ref().map_or_else(|error| malformed(error).is_some(), |_| true) {
            self.run("ROLLBACK TO SAVEPOINT ledger").await?;
        }
        match rows {
            Ok(rows) => Ok(LedgerObservation::Rows(rows.into_iter().map(LedgerRow::from).collect())),
            Err(error) => match malformed(&error) {
                // Some of its columns only.
                Some(_) if sqlstate(&error) == "42501" => {
                    Ok(LedgerObservation::NotReadable { table: shown, grant: select })
                }
                Some(reason) => Ok(LedgerObservation::Malformed { table: shown, reason }),
                None => Err(error),
            },
        }
    }

    async fn has_schema(&mut self, name: &str) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1)")
            .bind(name)
            .fetch_one(&mut self.connection)
            .await
    }

    async fn read_rows(&mut self, schema: &str, table: &str) -> Result<Vec<Row>, sqlx::Error> {
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
        sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut self.connection).await
    }
}

/// Why the server would not read the ledger, where that is the ledger's own fault.
fn malformed(error: &sqlx::Error) -> Option<String> {
    let code = sqlstate(error);
    match code.as_str() {
        // A table that is gone since the snapshot was taken: the next one will not have it.
        _ if has_changed_meanwhile(&code) => None,
        // Class 22, data exception: the server repeats the value.
        _ if code.starts_with("22") => {
            Some("a value in it is not of the kind that its format says".to_owned())
        }
        // Reading it would write; a materialized view was never filled. Class 42 is about names, types and
        // rights: a column that is not there, one that cannot be cast.
        "25006" | "55000" => error.as_database_error().map(|it| it.message().to_owned()),
        _ if code.starts_with("42") => error.as_database_error().map(|it| it.message().to_owned()),
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
