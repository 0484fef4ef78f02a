//! Reads MySQL and MariaDB: each view of `information_schema` alone, joined on our side.

mod assemble;
pub(super) mod error;
mod evidence;
mod grants;
mod innodb;
mod ledger;
mod read;
mod references;
mod server;
mod trial;

use std::future::Future;
use std::str::FromStr;

use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{ConnectOptions, Connection, FromRow, SqlSafeStr};

use super::*;
use crate::audit::{CatalogObservation, Holder, Stored, Visibility};
use crate::schema::{Schema, Table};

use self::assemble::Place;
use self::error::{connect_failure, failure};
use self::grants::Grants;
use self::server::{Server, ServerRow};

pub struct Session {
    target: Target,
    server: Server,
    connection: MySqlConnection,
}

impl Session {
    pub async fn open(target: &Target) -> Result<Self, CatalogError> {
        let options = MySqlConnectOptions::from_str(target.url.expose_secret()).map_err(|_| {
            let message = "the URL is not understood: it must be like mysql://role:password@host:3306/database, \
                           with special characters percent-encoded";
            CatalogError::new(FailureReason::InvalidUrl, message)
        })?;
        let options = options.timezone(Some("+00:00".to_owned())).disable_statement_logging();
        let connecting = within(target.budgets.connect, Self::connect(target, options)).await;
        connecting.map_err(|error| match error.reason {
            FailureReason::Timeout => CatalogError { reason: FailureReason::Unreachable, ..error },
            _ => error,
        })
    }

    async fn connect(target: &Target, options: MySqlConnectOptions) -> Result<Self, CatalogError> {
        let mut connection = options.connect().await.map_err(|error| connect_failure(&error))?;
        let row: ServerRow = sqlx::query_as(include_str!("mysql/server.sql"))
            .fetch_one(&mut connection)
            .await
            .map_err(|error| failure(&error))?;
        let server = Server::new(row, target.schema.as_deref())?;
        let mut session = Self { target: target.clone(), server, connection };
        session.set_limits().await?;
        session.require_schema().await?;
        Ok(session)
    }

    pub async fn observe(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        within(self.target.budgets.audit, self.observe_without_budget(interest)).await
    }

    /// The snapshot holds for the rows of the ledger only: the catalog is not transactional here. The ledger's
    /// moment is the older one, so that a migration in between shows as something unexpected, not as missing.
    async fn observe_without_budget(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        self.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY").await?;
        let mut actual = Schema::default();
        let mut stored = Stored::default();
        let mut visibility = Visibility::Full;
        let grants = self.read_grants().await?;
        let audited = self.server.schema.clone();
        let naming = self.server.naming;
        let others = interest.schemas.iter().filter(|schema| !naming.is_same_schema(schema, &audited));
        for schema in [&audited].into_iter().chain(others) {
            let of_schema = self.read_schema(schema, &grants, (&mut actual, &mut stored)).await?;
            if visibility == Visibility::Full {
                visibility = of_schema;
            }
        }
        let ledger = self.read_ledger().await?;
        self.run("COMMIT").await?;
        Ok(Observation {
            dialect: self.server.dialect,
            server_version: self.server.version.clone(),
            schema: audited.as_str().into(),
            naming,
            ledger_table: naming.table_in(&audited, &self.target.ledger.table_name()),
            ledger,
            catalog: CatalogObservation { actual, visibility, unread: Vec::new(), stored },
            evidence: None,
        })
    }

    async fn read_schema(
        &mut self,
        schema: &str,
        grants: &Grants,
        (actual, stored): (&mut Schema, &mut Stored),
    ) -> Result<Visibility, CatalogError> {
        let mut visibility = grants.visibility(schema);
        let rows = self.read_rows(schema, grants).await?;
        let keys = rows.count_foreign_keys();
        let place = Place {
            dialect: self.server.dialect,
            naming: &self.server.naming,
            schema,
            audited_schema: &self.server.schema,
        };
        stored.keyless.extend(rows.keyless(&place));
        stored.taken.extend(rows.sequences(&place).map(|it| (it, Holder::Sequence)));
        let tables = assemble::tables(rows, &place);
        if tables.iter().map(|table| table.foreign_keys.len()).sum::<usize>() < keys {
            visibility = Visibility::Partial { grant: grants.catalog_grant(schema) };
        }
        let is_shut = |table: &Table| table.kind.holds_rows() && table.columns.is_empty();
        if visibility == Visibility::Full && tables.iter().any(is_shut) {
            let message = "the columns of a table are not to be had while something holds an exclusive lock on it: \
                           it is tried again at the next audit";
            return Err(CatalogError::new(FailureReason::Locked, message));
        }
        tables.into_iter().for_each(|table| actual.insert(table));
        Ok(visibility)
    }

    /// None: no counter of the server tells when a statement has *ended*, nor what came by replication. But a
    /// connection that was closed is told.
    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let work = async { self.connection.ping().await.map_err(|error| failure(&error)) };
        within(self.target.budgets.statement, work).await.map(|()| None)
    }

    /// None: nothing cheaper than the catalog itself tells its exact state.
    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        Ok(None)
    }

    pub async fn close(self) {
        // Nothing was written: whatever the goodbye says, nothing is lost.
        let _ = tokio::time::timeout(self.target.budgets.connect, self.connection.close()).await;
    }

    async fn rows<R>(&mut self, sql: &'static str, schema: &str) -> Result<Vec<R>, CatalogError>
    where
        R: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
    {
        let budget = self.patience();
        within(budget, async {
            sqlx::query_as(sql)
                .bind(schema)
                .fetch_all(&mut self.connection)
                .await
                .map_err(|error| failure(&error))
        })
        .await
    }

    /// A statement in which the name of the database stands twice.
    async fn rows_of_two<R>(&mut self, sql: &'static str, schema: &str) -> Result<Vec<R>, CatalogError>
    where
        R: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
    {
        let query = sqlx::query_as(sql).bind(schema).bind(schema);
        within(self.patience(), async {
            query.fetch_all(&mut self.connection).await.map_err(|error| failure(&error))
        })
        .await
    }

    async fn fetch_text<R>(&mut self, sql: impl SqlSafeStr) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
    {
        self.fetch_raw(sql).await?.iter().map(R::from_row).collect()
    }

    /// By the text protocol, which takes every statement, and several at once.
    async fn fetch_raw(&mut self, sql: impl SqlSafeStr) -> Result<Vec<MySqlRow>, sqlx::Error> {
        sqlx::raw_sql(sql).fetch_all(&mut self.connection).await
    }

    async fn run(&mut self, sql: impl SqlSafeStr) -> Result<(), CatalogError> {
        self.fetch_raw(sql).await.map(drop).map_err(|error| failure(&error))
    }

    /// How long a statement may take before the server counts as frozen: its own limit comes first.
    fn patience(&self) -> Duration {
        self.target.budgets.statement + Duration::from_secs(1)
    }
}

/// `work` under our own budget, for a server that does not answer at all.
async fn within<T>(
    budget: Duration,
    work: impl Future<Output = Result<T, CatalogError>>,
) -> Result<T, CatalogError> {
    tokio::time::timeout(budget, work).await.unwrap_or_else(|_| {
        let message = format!("the server did not answer within {budget:?}");
        Err(CatalogError::new(FailureReason::Timeout, message))
    })
}
