//! Reads PostgreSQL through `pg_catalog`'s raw rows: names, types and operator classes are joined on our side,
//! and nothing opens a user's table, so that an audit never waits behind a migration.

mod assemble;
mod error;
mod ledger;
mod names;
mod rows;
mod texts;

use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;

use futures_util::TryStreamExt;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, FromRow};

use super::*;
use crate::audit::{CatalogObservation, Visibility};
use crate::schema::Pool;

use self::error::{failure, invalid_url};
use self::names::Names;
use self::rows::PooledRow;
use self::texts::Texts;

pub struct Session {
    target: Target,
    connection: PgConnection,
    server: Server,
    /// Schemas beside the audited one that the last full read took; a fingerprint covers the same.
    other_schemas: Vec<String>,
    /// Names of types, operator classes, collations and access methods met so far.
    names: Names,
    /// Texts of expressions by what they belong to and the hash of their tree.
    texts: Texts,
    /// What the names and texts that are kept rest on.
    vocabulary: String,
}

/// What the server said of itself and of this role when we came.
#[derive(Clone, Debug, FromRow)]
struct Server {
    version: String,
    version_number: i32,
    role: String,
    current_schema: Option<String>,
    /// Where the role's unqualified names lead, `pg_catalog` left out.
    search_path: Vec<String>,
}

/// The oldest that is supported, and from when on a feature of the catalog is there.
const OLDEST: i32 = 120_000;
const HAS_RECORD_HASHES: i32 = 140_000;
const HAS_NULLS_NOT_DISTINCT: i32 = 150_000;

impl Session {
    /// Connects directly (a pool would hide why a connection was refused) under our own timeout (a direct
    /// connect has none), and makes the session read-only and impatient on the server's side.
    pub async fn open(target: &Target) -> Result<Self, CatalogError> {
        within(target.budgets.connect, FailureReason::Unreachable, "connecting", Self::connect(target)).await
    }

    async fn connect(target: &Target) -> Result<Self, CatalogError> {
        // Its error repeats the parameter that it could not read, which may hold a password.
        let options = PgConnectOptions::from_str(target.url.expose_secret()).map_err(|_| invalid_url())?;
        let options = options.application_name("schema-health").disable_statement_logging();
        let mut connection = options.connect().await.map_err(|error| error::while_connecting(&error))?;
        let server: Server = sqlx::query_as(
            "SELECT current_setting('server_version') AS version, \
                    current_setting('server_version_num')::integer AS version_number, \
                    current_user::text AS role, current_schema()::text AS current_schema, \
                    current_schemas(false)::text[] AS search_path",
        )
        .fetch_one(&mut connection)
        .await
        .map_err(|error| failure(&error))?;
        if server.version_number < OLDEST {
            let message = format!("PostgreSQL {} is too old: 12 or newer is supported", server.version);
            return Err(CatalogError::new(FailureReason::Unsupported, message));
        }
        let mut session = Self {
            target: target.clone(),
            connection,
            server,
            other_schemas: Vec::new(),
            names: Names::default(),
            texts: Texts::default(),
            vocabulary: String::new(),
        };
        session.be_gentle().await?;
        Ok(session)
    }

    async fn be_gentle(&mut self) -> Result<(), CatalogError> {
        let budgets = self.target.budgets;
        let settings = format!(
            "SET default_transaction_read_only = on; SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; SET search_path = pg_catalog; SET DateStyle = ISO; \
             SET max_parallel_workers_per_gather = 0; SET jit = off",
            milliseconds(budgets.statement),
            milliseconds(budgets.lock),
            milliseconds(budgets.audit),
        );
        self.run(&settings).await
    }

    pub async fn observe(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        let audit = self.target.budgets.audit;
        within(audit, FailureReason::Timeout, "the audit", self.observe_without_budget(interest)).await
    }

    async fn observe_without_budget(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        let schema = self.audited_schema();
        self.begin().await?;
        let ledger = self.read_ledger(&schema).await?;
        self.other_schemas = interest.schemas.iter().cloned().collect();
        let namespaces = self.namespaces(&schema).await?;
        let raw = self.read_raw(&namespaces).await?;
        let vocabulary = self.read_vocabulary().await?;
        if vocabulary != self.vocabulary {
            (self.names, self.texts, self.vocabulary) = (Names::default(), Texts::default(), vocabulary);
        }
        self.names.complete(&mut self.connection, &raw).await.map_err(|error| failure(&error))?;
        let unread = self.texts.complete(&mut self.connection, &raw, interest, &self.target.budgets).await?;
        self.run("COMMIT").await?;

        let naming = Dialect::Postgres.naming();
        let (actual, remarks) = assemble::schema(raw, &namespaces, &self.names, &self.texts, &schema);
        Ok(Observation {
            dialect: Dialect::Postgres,
            server_version: self.server.version.clone(),
            schema: schema.as_str().into(),
            naming,
            ledger_table: naming.table(&self.target.ledger.table_name()),
            ledger,
            catalog: CatalogObservation {
                actual,
                visibility: Visibility::Full,
                unread: unread.into_iter().chain(remarks).collect(),
            },
        })
    }

    /// The schema that was configured, or the first of the role's search path that is there.
    fn audited_schema(&self) -> String {
        let configured = self.target.schema.clone();
        configured.or_else(|| self.server.current_schema.clone()).unwrap_or_else(|| "public".to_owned())
    }

    async fn begin(&mut self) -> Result<(), CatalogError> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// The audited schema and the others that the manifest names, as far as they are there.
    async fn namespaces(&mut self, schema: &str) -> Result<Vec<rows::Namespace>, CatalogError> {
        let wanted: Vec<&str> = self.other_schemas.iter().map(String::as_str).chain([schema]).collect();
        sqlx::query_as("SELECT oid, nspname AS name FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)")
            .bind(wanted)
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| failure(&error))
    }

    async fn read_raw(&mut self, namespaces: &[rows::Namespace]) -> Result<rows::Raw, CatalogError> {
        let namespaces: Vec<Oid> = namespaces.iter().map(|it| it.oid).collect();
        let relations: Vec<rows::Relation> = sqlx::query_as(include_str!("postgres/relations.sql"))
            .bind(namespaces)
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| failure(&error))?;
        let oids: Arc<[Oid]> = relations.iter().map(|it| it.oid).collect();
        let indexes = if self.server.version_number >= HAS_NULLS_NOT_DISTINCT {
            include_str!("postgres/indexes.sql")
        } else {
            include_str!("postgres/indexes_before_15.sql")
        };
        let mut pool = Pool::default();
        Ok(rows::Raw {
            relations,
            columns: self.rows_of(include_str!("postgres/columns.sql"), &oids, &mut pool).await?,
            defaults: self.rows_of(include_str!("postgres/defaults.sql"), &oids, &mut pool).await?,
            constraints: self.rows_of(include_str!("postgres/constraints.sql"), &oids, &mut pool).await?,
            indexes: self.rows_of(indexes, &oids, &mut pool).await?,
            pool,
        })
    }

    async fn read_vocabulary(&mut self) -> Result<String, CatalogError> {
        sqlx::query_scalar(include_str!("postgres/vocabulary.sql"))
            .fetch_one(&mut self.connection)
            .await
            .map_err(|error| failure(&error))
    }

    async fn rows_of<R: PooledRow>(
        &mut self,
        sql: &'static str,
        relations: &Arc<[Oid]>,
        pool: &mut Pool,
    ) -> Result<Vec<R>, CatalogError> {
        let mut stream = sqlx::query(sql).bind(&relations[..]).fetch(&mut self.connection);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await.map_err(|error| failure(&error))? {
            rows.push(R::read(&row, pool).map_err(|error| failure(&error))?);
        }
        Ok(rows)
    }

    /// The counter probe: one row, at any size, without rights.
    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let work = async {
            let counter: (i64,) = sqlx::query_as(include_str!("postgres/probe.sql"))
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| failure(&error))?;
            Ok(Some(Fingerprint(counter.0.to_string())))
        };
        within(self.target.budgets.statement, FailureReason::Timeout, "the probe", work).await
    }

    /// Hashes over the rows that a full read takes, the names that these rest on, and the ledger.
    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let audit = self.target.budgets.audit;
        within(audit, FailureReason::Timeout, "the fingerprint", self.fingerprint_without_budget()).await
    }

    async fn fingerprint_without_budget(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let schema = self.audited_schema();
        let sql = if self.server.version_number >= HAS_RECORD_HASHES {
            include_str!("postgres/fingerprint.sql")
        } else {
            include_str!("postgres/fingerprint_before_14.sql")
        };
        self.begin().await?;
        let ledger = self.read_ledger(&schema).await?;
        let namespaces = self.namespaces(&schema).await?;
        let namespaces: Vec<Oid> = namespaces.iter().map(|it| it.oid).collect();
        let hashes: Vec<(i32, i64, Option<String>)> = sqlx::query_as(sql)
            .bind(namespaces)
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| failure(&error))?;
        let vocabulary = self.read_vocabulary().await?;
        self.run("COMMIT").await?;
        let ledger: String =
            Sha256::digest(format!("{ledger:?}")).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Some(Fingerprint(format!("{hashes:?} {vocabulary} {ledger}"))))
    }

    pub async fn close(self) {
        // Nothing was written: whatever the goodbye says, nothing is lost.
        let _ = tokio::time::timeout(self.target.budgets.connect, self.connection.close()).await;
    }

    /// Runs statements without parameters and without rows of interest; `sql` is a text of ours.
    async fn run(&mut self, sql: &str) -> Result<(), CatalogError> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.connection)
            .await
            .map(drop)
            .map_err(|error| failure(&error))
    }
}

fn milliseconds(budget: Duration) -> u128 {
    // Zero would mean no limit at all.
    budget.as_millis().clamp(1, i32::MAX as u128)
}

/// `work` under our own budget, for a server that is frozen and keeps no limit of its own.
async fn within<T>(
    budget: Duration,
    reason: FailureReason,
    what: &str,
    work: impl Future<Output = Result<T, CatalogError>>,
) -> Result<T, CatalogError> {
    tokio::time::timeout(budget, work).await.unwrap_or_else(|_| {
        Err(CatalogError::new(reason, format!("{what} took longer than its budget of {budget:?}")))
    })
}
