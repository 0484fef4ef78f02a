//! Reads SQLite: the pragmas as tables, one statement each, and the `CREATE` texts for what they do not tell.

mod assemble;
mod create_text;
mod error;
mod evidence;
pub(super) mod file;
mod ledger;
mod trial;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, FromRow, SqlSafeStr};

use super::*;
use crate::audit::{CatalogObservation, Holder, Stored, Visibility};
use crate::schema::{Schema, TableName};

pub use self::trial::rehearse;

use self::error::failure;
use self::file::{DatabaseFile, FileIdentity};

pub struct Session {
    target: Target,
    file: DatabaseFile,
    /// Of the file that is open: a restored backup has the same path, but is another file.
    identity: FileIdentity,
    connection: SqliteConnection,
    deadline: Deadline,
    /// The transaction is somebody else's: it is neither begun nor ended here.
    is_guest: bool,
}

impl Session {
    /// Opens the file for reading only; it is never created. In-memory databases are refused.
    pub async fn open(target: &Target) -> Result<Self, CatalogError> {
        if target.schema.as_deref().is_some_and(|schema| schema != "main") {
            let message = "a SQLite database has one schema: leave `schema` out, or say `main`";
            return Err(CatalogError::new(FailureReason::NoDatabase, message));
        }
        let file = DatabaseFile::of_url(&target.url)?;
        within(target.budgets.connect, "connecting", Self::connect(target.clone(), file)).await
    }

    async fn connect(target: Target, file: DatabaseFile) -> Result<Self, CatalogError> {
        let identity = file.identity().await?;
        let options = SqliteConnectOptions::new()
            .filename(file.path())
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(target.budgets.lock)
            .pragma("query_only", "1")
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(|error| failure(&error, &file))?;
        let deadline = Deadline::default();
        deadline.watch(&mut connection).await.map_err(|error| failure(&error, &file))?;
        let mut session = Self { target, file, identity, connection, deadline, is_guest: false };
        // SQLite looks into the file at the first statement only.
        session.rows::<(i64,)>("SELECT count(*) FROM sqlite_schema").await?;
        Ok(session)
    }

    pub async fn observe(&mut self, _interest: &Interest) -> Result<Observation, CatalogError> {
        within(self.target.budgets.audit, "the audit", self.observe_without_budget()).await
    }

    async fn observe_without_budget(&mut self) -> Result<Observation, CatalogError> {
        self.follow_file().await?;
        self.begin().await?;
        let version: Vec<(String,)> = self.rows("SELECT sqlite_version()").await?;
        let ledger = self.read_ledger().await?;
        let (actual, unread, stored) = self.read_catalog().await?;
        self.commit().await?;
        Ok(Observation {
            dialect: Dialect::Sqlite,
            server_version: version.into_iter().next().map(|(version,)| version).unwrap_or_default(),
            schema: "main".into(),
            naming: Dialect::Sqlite.naming(),
            ledger_table: Dialect::Sqlite.naming().table_in("main", &self.target.ledger.table_name()),
            ledger,
            catalog: CatalogObservation { actual, visibility: Visibility::Full, unread, stored },
            evidence: None,
        })
    }

    async fn read_catalog(&mut self) -> Result<(Schema, Vec<String>, Stored), CatalogError> {
        let mut unread = Vec::new();
        let relations = self.rows(include_str!("sqlite/relations.sql")).await?;
        let mut columns = self.rows(include_str!("sqlite/columns.sql")).await?;
        match self.rows(include_str!("sqlite/virtual_columns.sql")).await {
            Ok(of_virtual) => columns.extend::<Vec<assemble::ColumnRow>>(of_virtual),
            Err(error) if error.reason == FailureReason::Unsupported => unread.push(
                "the columns of virtual tables were not read: SQLite lacks the module of one of them"
                    .to_owned(),
            ),
            Err(error) => return Err(error),
        }
        let indexes = self.rows(include_str!("sqlite/indexes.sql")).await?;
        let foreign_keys = self.rows(include_str!("sqlite/foreign_keys.sql")).await?;
        let beside = self.rows(include_str!("sqlite/beside.sql")).await?;
        let mut stored = assemble::stored(&relations, beside, &Dialect::Sqlite.naming());
        let shadows: Vec<(String,)> = self
            .rows(
                "SELECT CAST(name AS TEXT) FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'",
            )
            .await?;
        let shadow = |(name,): (String,)| (TableName::unqualified(name), Holder::Shadow);
        stored.taken = shadows.into_iter().map(shadow).collect();
        let rows = assemble::Rows { relations, columns, indexes, foreign_keys };
        Ok((assemble::schema(rows, &mut unread, &Dialect::Sqlite.naming()), unread, stored))
    }

    /// `data_version` moves with every commit of another connection, to a table's rows too.
    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        within(self.target.budgets.statement, "the probe", self.probe_without_budget()).await
    }

    async fn probe_without_budget(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        self.follow_file().await?;
        let data: Vec<(i64,)> = self.rows("PRAGMA main.data_version").await?;
        let schema: Vec<(i64,)> = self.rows("PRAGMA main.schema_version").await?;
        Ok(Some(Fingerprint(format!("{:?} {data:?} {schema:?}", self.identity))))
    }

    /// `schema_version` moves with every change of the schema; the ledger is read and hashed.
    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        within(self.target.budgets.audit, "the fingerprint", self.fingerprint_without_budget()).await
    }

    async fn fingerprint_without_budget(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        self.follow_file().await?;
        self.begin().await?;
        let schema: Vec<(i64,)> = self.rows("PRAGMA main.schema_version").await?;
        let ledger = self.read_ledger().await?;
        self.commit().await?;
        let ledger: String =
            Sha256::digest(format!("{ledger:?}")).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Some(Fingerprint(format!("{:?} {schema:?} {ledger}", self.identity))))
    }

    pub async fn close(self) {
        // Nothing was written: whatever the goodbye says, nothing is lost.
        let _ = within(self.target.budgets.connect, "closing", async {
            self.connection.close().await.map_err(|error| failure(&error, &self.file))
        })
        .await;
    }

    /// Opens the file anew when another one stands under its path.
    async fn follow_file(&mut self) -> Result<(), CatalogError> {
        if !self.is_guest && self.file.identity().await? != self.identity {
            *self = Self::connect(self.target.clone(), self.file.clone()).await?;
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<(), CatalogError> {
        if self.is_guest { Ok(()) } else { self.rows::<()>("BEGIN").await.map(drop) }
    }

    async fn commit(&mut self) -> Result<(), CatalogError> {
        if self.is_guest { Ok(()) } else { self.rows::<()>("COMMIT").await.map(drop) }
    }

    async fn rows<R>(&mut self, sql: impl SqlSafeStr) -> Result<Vec<R>, CatalogError>
    where
        R: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        self.fetch(sql).await.map_err(|error| failure(&error, &self.file))
    }

    async fn fetch<R>(&mut self, sql: impl SqlSafeStr) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        self.deadline.set(self.target.budgets.statement);
        let rows = sqlx::query_as(sql).fetch_all(&mut self.connection).await;
        self.deadline.clear();
        rows
    }
}

/// [`super::inside::observe_sqlite`]
pub(super) async fn observe_inside(
    connection: SqliteConnection,
    target: &Target,
    interest: &Interest,
) -> Result<(SqliteConnection, Observation), CatalogError> {
    let file = DatabaseFile::of_url(&target.url)?;
    let identity = file.identity().await?;
    let deadline = Deadline::default();
    let mut session =
        Session { target: target.clone(), file, identity, connection, deadline, is_guest: true };
    let observation = session.observe(interest).await?;
    Ok((session.connection, observation))
}

/// `work` under our own budget, for a file that does not answer at all.
async fn within<T>(
    budget: Duration,
    what: &str,
    work: impl Future<Output = Result<T, CatalogError>>,
) -> Result<T, CatalogError> {
    tokio::time::timeout(budget, work).await.unwrap_or_else(|_| {
        let message = format!("{what} took longer than {budget:?}: the disk does not answer in time");
        Err(CatalogError::new(FailureReason::Timeout, message))
    })
}

/// When the running statement must end; SQLite asks between its own instructions.
#[derive(Clone)]
struct Deadline {
    begin: Instant,
    /// Milliseconds after `begin`; `u64::MAX` for no statement.
    end: Arc<AtomicU64>,
}

impl Default for Deadline {
    fn default() -> Self {
        Self { begin: Instant::now(), end: Arc::new(AtomicU64::new(u64::MAX)) }
    }
}

impl Deadline {
    /// How many of SQLite's instructions run between two looks at the clock: well under a millisecond.
    const INSTRUCTIONS: i32 = 10_000;

    async fn watch(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let Self { begin, end } = self.clone();
        let in_time = move || begin.elapsed().as_millis() < u128::from(end.load(Ordering::Relaxed));
        connection.lock_handle().await?.set_progress_handler(Self::INSTRUCTIONS, in_time);
        Ok(())
    }

    fn set(&self, budget: Duration) {
        let end = (self.begin.elapsed() + budget).as_millis();
        self.end.store(u64::try_from(end).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn clear(&self) {
        self.end.store(u64::MAX, Ordering::Relaxed);
    }
}
