//! Talks to databases: connects, and reads ledger and catalog in one read-only snapshot.
//!
//! Strictly read-only and gentle: one connection, a `READ ONLY` transaction, lock and statement timeouts on
//! the server, a constant number of round trips however many tables, nothing that opens a user's table.

pub mod inside;
mod mysql;
mod postgres;
mod sqlite;
mod text_ledger;
pub mod trial;
mod words;

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use crate::audit::evidence::Missing;
use crate::audit::{Evidence, Expected, Foresight, Observation, Policy, audit_against};
use crate::dialect::Dialect;
use crate::migration::{Interest, LedgerFormat, Manifest};
use crate::schema::{Name, TableName};

/// Where a database is, and how it is to be read.
#[derive(Clone, Debug)]
pub struct Target {
    pub url: SecretString,
    /// The schema to audit; `None` is the role's current schema (PostgreSQL: `public` where that does not
    /// say), the database of the URL (MySQL, MariaDB), `main` (SQLite).
    pub schema: Option<String>,
    pub ledger: LedgerSource,
    pub budgets: Budgets,
}

/// Which ledger, in which format.
#[derive(Clone, Debug)]
pub struct LedgerSource {
    pub format: &'static LedgerFormat,
    /// Another table name than the format's own.
    pub table: Option<String>,
    /// Another schema than the audited one, said in the configuration.
    pub schema: Option<String>,
}

impl LedgerSource {
    /// The ledger's table; without a schema it stands in the audited one.
    pub fn table_name(&self) -> TableName {
        let name = self.table.as_deref().unwrap_or(self.format.table);
        TableName { schema: self.schema.as_deref().map(Name::from), name: name.into() }
    }
}

/// How long each step may take. The server's limits come first; ours follow for a server that is frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    pub connect: Duration,
    pub lock: Duration,
    pub statement: Duration,
    pub audit: Duration,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            lock: Duration::from_secs(2),
            statement: Duration::from_secs(10),
            audit: Duration::from_secs(30),
        }
    }
}

/// One kept connection to one database.
pub enum Session {
    Postgres(Box<postgres::Session>),
    Mysql(mysql::Session),
    Sqlite(sqlite::Session),
}

/// A number that stands still as long as the catalog does. Comparable only within one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub String);

impl Session {
    /// Connects under the connect budget. The scheme of the URL decides the dialect.
    pub async fn open(target: &Target) -> Result<Self, CatalogError> {
        match scheme_of(&target.url)? {
            Scheme::Postgres => Ok(Self::Postgres(Box::new(postgres::Session::open(target).await?))),
            Scheme::Mysql => Ok(Self::Mysql(mysql::Session::open(target).await?)),
            Scheme::Sqlite => Ok(Self::Sqlite(sqlite::Session::open(target).await?)),
        }
    }

    /// Reads ledger and catalog in one read-only snapshot, under the statement and audit budgets.
    ///
    /// After an error the session must be closed or dropped, not used again.
    pub async fn observe(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        self.observe_expecting(interest, None).await
    }

    /// The same; what is as foreseen shares the expected tables, on servers that are read so (PostgreSQL).
    pub async fn observe_expecting(
        &mut self,
        interest: &Interest,
        foresight: Option<&mut Foresight>,
    ) -> Result<Observation, CatalogError> {
        match self {
            Self::Postgres(session) => session.observe(interest, foresight).await,
            Self::Mysql(session) => session.observe(interest).await,
            Self::Sqlite(session) => session.observe(interest).await,
        }
    }

    /// Looks for traces of what is missing: a few more statements on catalogs, which open no user's table but
    /// that MySQL and MariaDB open up to 50 to tell when they were made.
    ///
    /// After an error the session must be closed or dropped, not used again.
    pub async fn gather(&mut self, missing: &Missing) -> Result<Evidence, CatalogError> {
        match self {
            Self::Postgres(session) => session.gather(missing).await,
            Self::Mysql(session) => session.gather(missing).await,
            Self::Sqlite(session) => session.gather(missing).await,
        }
    }

    /// [`Session::observe`], and [`Session::gather`] where something that the manifest promises is missing. What
    /// could not be gathered is told in the evidence; then the session must not be used again.
    pub async fn observe_with_evidence(
        &mut self,
        manifest: &Manifest,
        interest: &Interest,
    ) -> Result<Observation, CatalogError> {
        let mut observation = self.observe(interest).await?;
        let expected = Expected::of(manifest, &observation);
        let report = audit_against(manifest, &expected, &observation, &Policy::default());
        let missing = Missing::of(manifest, &expected, &observation, &report);
        if !missing.is_empty() {
            let gathered = self.gather(&missing).await;
            observation.evidence =
                Some(gathered.unwrap_or_else(|error| Evidence::not_gathered(error.message)));
        }
        Ok(observation)
    }

    /// A probe of constant cost: equal to the last one, nothing has changed in the catalog as far as the
    /// server's statistics tell (they may lag). `None` where the server offers none.
    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        match self {
            Self::Postgres(session) => session.probe().await,
            Self::Mysql(session) => session.probe().await,
            Self::Sqlite(session) => session.probe().await,
        }
    }

    /// A fingerprint of ledger and catalog: equal to the last one, both are exactly as they were.
    /// `None` where it would cost as much as reading all.
    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        match self {
            Self::Postgres(session) => session.fingerprint().await,
            Self::Mysql(session) => session.fingerprint().await,
            Self::Sqlite(session) => session.fingerprint().await,
        }
    }

    /// A session over a fresh connection that knows what this one has learned, where the server keeps a good part of
    /// its memory for what this one has asked; else itself, and `false`.
    pub async fn renewed(self) -> Result<(Self, bool), CatalogError> {
        match self {
            Self::Postgres(session) if session.has_swollen_the_server() => {
                Ok((Self::Postgres(Box::new(session.renewed().await?)), true))
            }
            Self::Postgres(_) | Self::Mysql(_) | Self::Sqlite(_) => Ok((self, false)),
        }
    }

    /// Says goodbye to the server.
    pub async fn close(self) {
        match self {
            Self::Postgres(session) => session.close().await,
            Self::Mysql(session) => session.close().await,
            Self::Sqlite(session) => session.close().await,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Postgres,
    Mysql,
    Sqlite,
}

impl Scheme {
    /// Whether a manifest of `dialect` can be compared with a database behind this scheme.
    pub fn serves(self, dialect: Dialect) -> bool {
        match dialect {
            Dialect::Postgres => self == Self::Postgres,
            Dialect::Mysql | Dialect::Mariadb => self == Self::Mysql,
            Dialect::Sqlite => self == Self::Sqlite,
        }
    }
}

/// The scheme of a database URL; the error never repeats the URL.
pub fn scheme_of(url: &SecretString) -> Result<Scheme, CatalogError> {
    use secrecy::ExposeSecret;
    match url.expose_secret().split_once(':').map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => Ok(Scheme::Postgres),
        Some("mysql" | "mariadb") => Ok(Scheme::Mysql),
        Some("sqlite") => Ok(Scheme::Sqlite),
        _ => Err(CatalogError::new(
            FailureReason::InvalidUrl,
            "the URL must begin with postgres://, mysql://, mariadb:// or sqlite:",
        )),
    }
}

/// Why a database could not be read. `message` is safe to show: it holds no part of the URL and no SQL of ours.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct CatalogError {
    pub reason: FailureReason,
    pub message: String,
    /// Better advice than the reason's own.
    advice: Option<&'static str>,
}

impl CatalogError {
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), advice: None }
    }

    /// The same error with advice of its own.
    pub fn advise(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }

    /// What a person should look at first.
    pub fn advice(&self) -> &'static str {
        self.advice.unwrap_or(self.reason.advice())
    }
}

/// Why the network refused, without the address.
fn why_not_connected(error: &std::io::Error) -> String {
    // The standard library has no stable kind for a failed look-up; its text names neither host nor URL.
    if error.to_string().contains("lookup") {
        return "the name of the host could not be resolved".to_owned();
    }
    if error.raw_os_error() == Some(TOO_MANY_FILES) {
        return "this process may open no more files, raise its limit (ulimit -n)".to_owned();
    }
    error.kind().to_string()
}

/// EMFILE on every system of ours.
const TOO_MANY_FILES: i32 = 24;
const CHECK_TLS: &str = "check what the url says of TLS, the certificates, and that the server offers TLS";
const FREE_CONNECTIONS: &str = "raise the connection limit of the server or the role, or free connections";

/// A closed set, for metrics (`schema_health_audit_failures_total{reason}`) and advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureReason {
    /// The URL cannot be read, or names no known kind of database.
    InvalidUrl,
    /// No connection: host, port, DNS, TLS, or no answer within the connect budget.
    Unreachable,
    /// The server refused the role or its password.
    Authentication,
    /// The server has no such database (SQLite: no such file).
    NoDatabase,
    /// The server refused a statement for lack of rights.
    PermissionDenied,
    /// A budget ran out.
    Timeout,
    /// A lock was not to be had within the lock budget.
    Locked,
    /// The connection broke in mid-audit.
    ConnectionLost,
    /// The server is of a kind or version that is not supported, or answered what was not understood.
    Unsupported,
    /// The audit itself failed: a bug of ours.
    Internal,
}

impl FailureReason {
    pub const ALL: [Self; 10] = [
        Self::InvalidUrl,
        Self::Unreachable,
        Self::Authentication,
        Self::NoDatabase,
        Self::PermissionDenied,
        Self::Timeout,
        Self::Locked,
        Self::ConnectionLost,
        Self::Unsupported,
        Self::Internal,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidUrl => "invalid_url",
            Self::Unreachable => "unreachable",
            Self::Authentication => "authentication",
            Self::NoDatabase => "no_database",
            Self::PermissionDenied => "permission_denied",
            Self::Timeout => "timeout",
            Self::Locked => "locked",
            Self::ConnectionLost => "connection_lost",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }

    /// What a person should look at first, where the error has no advice of its own.
    pub fn advice(self) -> &'static str {
        match self {
            Self::InvalidUrl => "check the url (or url_file) of this database in the configuration",
            Self::Unreachable => "check host, port and network, and that the server is up",
            Self::Authentication => "check the role and its password in the url",
            Self::NoDatabase => "check the database's name in the url",
            Self::PermissionDenied => "grant the role what the message names",
            Self::Timeout => "the server is slow or frozen; raise budgets if it is only slow",
            Self::Locked => "something holds a lock on the catalog or the ledger; it is tried again",
            Self::ConnectionLost => "the server closed the connection; it is tried again",
            Self::Unsupported => "check the server's version against the supported ones in the README",
            Self::Internal => "this is a bug in schema-health: please report it with the log",
        }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
