//! Reads PostgreSQL through `pg_catalog`'s raw rows: names, types and operator classes are joined on our side,
//! and nothing opens a user's table, so that an audit never waits behind a migration.

mod assemble;
pub(super) mod error;
mod evidence;
mod ledger;
mod names;
mod rows;
mod taken;
mod texts;
mod trial;
pub(super) mod url;
mod words;

use std::future::Future;

use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::postgres::types::Oid;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, FromRow};

use super::*;
use crate::audit::{CatalogObservation, Visibility};
use crate::schema::Name;

use self::error::{failure, has_changed_meanwhile, sqlstate};
use self::names::Names;
use self::rows::{Namespace, Raw, RawRow, Relation, rows_of};
use self::texts::Texts;
use self::words::Words;

pub struct Session {
    target: Target,
    connection: PgConnection,
    /// The transaction is somebody else's: it is neither begun nor ended here.
    is_guest: bool,
    server: Server,
    /// Schemas beside the audited one that the last full read took; a fingerprint covers the same.
    other_schemas: Vec<String>,
    names: Names,
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
}

/// Where one transaction looks.
struct Snapshot {
    /// The schema that was configured, or the first of the role's search path that is there.
    audited: String,
    /// Where the role's unqualified names lead.
    search_path: Vec<String>,
    /// The audited schema and the others that the manifest names, as far as they are there.
    namespaces: Vec<Namespace>,
}

/// The oldest that is supported, and from when on a feature of the catalog is there.
const OLDEST: i32 = 120_000;
const HAS_RECORD_HASHES: i32 = 140_000;
const HAS_NULLS_NOT_DISTINCT: i32 = 150_000;
const HAS_TRANSACTION_TIMEOUT: i32 = 170_000;
const HAS_NOT_ENFORCED: i32 = 180_000;

/// How often a snapshot is taken anew when the catalog changes under the server's own functions: on a busy machine, while
/// tables come and go without a pause, every second one is in vain. The budget of the audit ends them all.
const ATTEMPTS: u32 = 25;

impl Session {
    /// Connects directly (a pool would hide why a connection was refused) under our own timeout (a direct
    /// connect has none), and makes the session read-only and impatient on the server's side.
    pub async fn open(target: &Target) -> Result<Self, CatalogError> {
        within(target.budgets.connect, FailureReason::Unreachable, "connecting", Self::connect(target)).await
    }

    async fn connect(target: &Target) -> Result<Self, CatalogError> {
        let options = url::connect_options(&target.url)?;
        let mut connection = options.connect().await.map_err(|error| error::while_connecting(&error))?;
        let server = Server::ask(&mut connection).await?;
        let mut session = Self::over(connection, server, target, false);
        session.be_gentle().await.map_err(|error| failure(&error))?;
        Ok(session)
    }

    fn over(connection: PgConnection, server: Server, target: &Target, is_guest: bool) -> Self {
        Self {
            target: target.clone(),
            connection,
            is_guest,
            server,
            other_schemas: Vec::new(),
            names: Names::default(),
            texts: Texts::default(),
            vocabulary: String::new(),
        }
    }

    /// Read-only, impatient, and with the settings by which the server writes texts as it does by default.
    async fn be_gentle(&mut self) -> Result<(), sqlx::Error> {
        let budgets = self.target.budgets;
        let mut settings = format!(
            "SET default_transaction_read_only = on; SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}; SET max_parallel_workers_per_gather = 0; SET jit = off; \
             SET quote_all_identifiers = off; SET standard_conforming_strings = on; SET extra_float_digits = 1; \
             SET IntervalStyle = postgres; SET row_security = off;",
            milliseconds(budgets.statement),
            milliseconds(budgets.lock),
            milliseconds(budgets.audit),
        );
        if self.server.version_number >= HAS_TRANSACTION_TIMEOUT {
            settings.push_str(&format!("SET transaction_timeout = {}", milliseconds(budgets.audit)));
        }
        self.run(&settings).await
    }

    pub async fn observe(
        &mut self,
        interest: &Interest,
        mut foresight: Option<&mut Foresight>,
    ) -> Result<Observation, CatalogError> {
        self.other_schemas = interest.schemas.iter().cloned().collect();
        let audit = self.target.budgets.audit;
        let work = async {
            // A guest cannot begin again.
            let attempts = if self.is_guest { 1 } else { ATTEMPTS };
            for _ in 1..attempts {
                match self.observe_once(interest, foresight.as_deref_mut()).await {
                    Err(error) if has_changed_meanwhile(&sqlstate(&error)) => self.give_up_snapshot().await?,
                    outcome => return outcome.map_err(|error| failure(&error)),
                }
            }
            self.observe_once(interest, foresight.as_deref_mut()).await.map_err(|error| failure(&error))
        };
        within(audit, FailureReason::Timeout, "the audit", work).await
    }

    async fn observe_once(
        &mut self,
        interest: &Interest,
        foresight: Option<&mut Foresight>,
    ) -> Result<Observation, sqlx::Error> {
        let snapshot = self.begin().await?;
        // First, because the ledger is the one table of users that is opened: the sooner after the snapshot, the
        // less can have happened to it.
        let ledger = self.read_ledger(&snapshot).await?;
        let raw = self.read_raw(&snapshot.namespaces).await?;
        // What is as foreseen lacks nothing, so that no plan asks which names are free.
        let taken = match foresight {
            Some(_) => Default::default(),
            None => self.read_taken_names(&snapshot).await?,
        };
        let vocabulary = self.read_vocabulary(&snapshot).await?;
        if vocabulary != self.vocabulary {
            (self.names, self.texts, self.vocabulary) = (Names::default(), Texts::default(), vocabulary);
        }
        self.names.complete(&mut self.connection, &raw, &snapshot.audited).await?;
        let mut unread =
            self.texts.complete(&mut self.connection, &raw, interest, &self.target.budgets).await?;
        if !self.is_guest {
            self.run("COMMIT").await?;
        }

        let Snapshot { audited, namespaces, .. } = snapshot;
        let (naming, schema) = (Dialect::Postgres.naming(), Name::from(audited.as_str()));
        let expected = foresight.and_then(|it| it.expect(Dialect::Postgres, &ledger, naming, &schema));
        let expected = expected.map(|it| &it.expectation.schema);
        let (actual, remarks, mut stored) =
            assemble::schema(&raw, &namespaces, &self.names, &self.texts, &audited, expected);
        stored.taken = taken;
        unread.extend(remarks);
        Ok(Observation {
            dialect: Dialect::Postgres,
            server_version: self.server.version.clone(),
            ledger_table: naming.table_in(&audited, &self.target.ledger.table_name()),
            schema,
            naming,
            ledger,
            // Whoever may connect may read pg_catalog.
            catalog: CatalogObservation { actual, visibility: Visibility::Full, unread, stored },
            evidence: None,
        })
    }

    async fn give_up_snapshot(&mut self) -> Result<(), CatalogError> {
        self.run("ROLLBACK").await.map_err(|error| failure(&error))
    }

    /// Begins the transaction whose one snapshot everything is read from.
    async fn begin(&mut self) -> Result<Snapshot, sqlx::Error> {
        if !self.is_guest {
            self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        }
        let (current, mut search_path): (Option<String>, Vec<String>) = sqlx::query_as(
            "SELECT pg_catalog.current_schema()::text, pg_catalog.current_schemas(false)::text[]",
        )
        .fetch_one(&mut self.connection)
        .await?;
        search_path.retain(|schema| schema != "pg_catalog");
        let audited = self.target.schema.clone().or(current).unwrap_or_else(|| "public".to_owned());
        // Types and functions of the audited schema are then written without it, as a manifest writes them.
        let path: Vec<String> = [&audited]
            .into_iter()
            .chain(search_path.iter().filter(|it| **it != audited))
            .map(|it| Dialect::Postgres.quote(it))
            .collect();
        self.run(&format!("SET LOCAL search_path = {}", path.join(", "))).await?;
        let wanted: Vec<&str> =
            self.other_schemas.iter().map(String::as_str).chain([audited.as_str()]).collect();
        let namespaces: Vec<Namespace> = sqlx::query_as(
            "SELECT oid, nspname AS name FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)",
        )
        .bind(wanted)
        .fetch_all(&mut self.connection)
        .await?;
        Ok(Snapshot { audited, search_path, namespaces })
    }

    async fn read_raw(&mut self, namespaces: &[Namespace]) -> Result<Raw, sqlx::Error> {
        let mut words = Words::default();
        let of = &mut words;
        let namespaces: Vec<Oid> = namespaces.iter().map(|it| it.oid).collect();
        let relations: Vec<Relation> =
            self.rows_of(include_str!("postgres/relations.sql"), &namespaces, of).await?;
        let oids: Vec<Oid> = relations.iter().map(|it| it.oid).collect();
        let mut raw = Raw {
            relations,
            columns: self.rows_of(include_str!("postgres/columns.sql"), &oids, of).await?,
            defaults: self.rows_of(include_str!("postgres/defaults.sql"), &oids, of).await?,
            constraints: self.rows_of(include_str!("postgres/constraints.sql"), &oids, of).await?,
            indexes: self.rows_of(include_str!("postgres/indexes.sql"), &oids, of).await?,
            referenced: Vec::new(),
            words: Words::default(),
        };
        raw.words = words;
        raw.sort();
        let is_here = |oid: Oid| raw.relations.binary_search_by_key(&oid.0, |it| it.oid.0).is_ok();
        let mut elsewhere: Vec<Oid> = (raw.constraints.iter())
            .filter(|it| raw.constraint_form(it).kind == b'f' && !is_here(it.referenced))
            .map(|it| it.referenced)
            .collect();
        elsewhere.sort_unstable_by_key(|oid| oid.0);
        elsewhere.dedup();
        if !elsewhere.is_empty() {
            let of = &mut raw.words;
            raw.referenced = self.rows_of(include_str!("postgres/referenced.sql"), &elsewhere, of).await?;
        }
        Ok(raw)
    }

    /// The names that stored trees refer to by oid, and where the search path leads, which decides whether they are
    /// written with their schemas.
    async fn read_vocabulary(&mut self, snapshot: &Snapshot) -> Result<String, sqlx::Error> {
        let names: String = sqlx::query_scalar(include_str!("postgres/vocabulary.sql"))
            .fetch_one(&mut self.connection)
            .await?;
        Ok(format!("{:?} {:?} {names}", snapshot.audited, snapshot.search_path))
    }

    /// Runs one of the files beside this one, written for PostgreSQL 15 to 17, as this server understands it.
    async fn rows_of<R: RawRow>(
        &mut self,
        sql: &str,
        oids: &[Oid],
        words: &mut Words,
    ) -> Result<Vec<R>, sqlx::Error> {
        let mut sql = sql.to_owned();
        if self.server.version_number >= HAS_NOT_ENFORCED {
            sql = sql.replace(" true            AS is_enforced", " k.conenforced AS is_enforced");
            sql = sql.replace(" false           AS is_temporal", " k.conperiod AS is_temporal");
        }
        if self.server.version_number < HAS_NULLS_NOT_DISTINCT {
            sql = sql.replace(" i.indnullsnotdistinct ", " false ");
        }
        rows_of(&mut self.connection, sql, oids, words).await
    }

    /// The counter probe: one row, at any size, without rights.
    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let work = async {
            let counter: i64 = sqlx::query_scalar(include_str!("postgres/probe.sql"))
                .fetch_one(&mut self.connection)
                .await
                .map_err(|error| failure(&error))?;
            Ok(Some(Fingerprint(counter.to_string())))
        };
        within(self.target.budgets.statement, FailureReason::Timeout, "the probe", work).await
    }

    /// Hashes over the rows that a full read takes, the names that these rest on, and the ledger.
    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let audit = self.target.budgets.audit;
        let work = async {
            for _ in 1..ATTEMPTS {
                match self.fingerprint_once().await {
                    Err(error) if has_changed_meanwhile(&sqlstate(&error)) => self.give_up_snapshot().await?,
                    outcome => return outcome.map(Some).map_err(|error| failure(&error)),
                }
            }
            self.fingerprint_once().await.map(Some).map_err(|error| failure(&error))
        };
        within(audit, FailureReason::Timeout, "the fingerprint", work).await
    }

    async fn fingerprint_once(&mut self) -> Result<Fingerprint, sqlx::Error> {
        let sql = if self.server.version_number >= HAS_RECORD_HASHES {
            include_str!("postgres/fingerprint.sql")
        } else {
            include_str!("postgres/fingerprint_before_14.sql")
        };
        let snapshot = self.begin().await?;
        let ledger = self.read_ledger(&snapshot).await?;
        let namespaces: Vec<Oid> = snapshot.namespaces.iter().map(|it| it.oid).collect();
        let hashes: Vec<(i32, i64, Option<String>)> =
            sqlx::query_as(sql).bind(namespaces).fetch_all(&mut self.connection).await?;
        let vocabulary = self.read_vocabulary(&snapshot).await?;
        self.run("COMMIT").await?;
        let ledger = Sha256::digest(format!("{ledger:?}"));
        let ledger: String = ledger.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Fingerprint(format!("{:?} {hashes:?} {vocabulary} {ledger}", snapshot.namespaces)))
    }

    /// What was opened for the texts stays in the memory of the server's process as long as it lives.
    pub fn has_swollen_the_server(&self) -> bool {
        self.texts.have_swollen_the_server()
    }

    /// The same over a fresh connection.
    pub async fn renewed(mut self) -> Result<Self, CatalogError> {
        let target = self.target.clone();
        let (names, vocabulary, other_schemas) = (self.names, self.vocabulary, self.other_schemas);
        self.texts.reconnected();
        let texts = self.texts;
        // First, so that there are never two.
        say_goodbye(self.connection, target.budgets.connect).await;
        Ok(Self { names, texts, vocabulary, other_schemas, ..Self::open(&target).await? })
    }

    pub async fn close(self) {
        say_goodbye(self.connection, self.target.budgets.connect).await;
    }

    /// Runs statements without parameters and without rows of interest; names in `sql` are quoted.
    async fn run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.connection).await.map(drop)
    }
}

impl Server {
    async fn ask(connection: &mut PgConnection) -> Result<Self, CatalogError> {
        let server: Self = sqlx::query_as(
            "SELECT pg_catalog.current_setting('server_version') AS version, \
                    pg_catalog.current_setting('server_version_num')::integer AS version_number, \
                    current_user::text AS role",
        )
        .fetch_one(connection)
        .await
        .map_err(|error| failure(&error))?;
        if server.version_number < OLDEST {
            let message = format!("PostgreSQL {} is too old: 12 or newer is supported", server.version);
            return Err(CatalogError::new(FailureReason::Unsupported, message));
        }
        Ok(server)
    }
}

/// [`super::inside::observe_postgres`]
pub(super) async fn observe_inside(
    mut connection: PgConnection,
    target: &Target,
    interest: &Interest,
) -> Result<(PgConnection, Observation), CatalogError> {
    let server = Server::ask(&mut connection).await?;
    let mut session = Session::over(connection, server, target, true);
    let observation = session.observe(interest, None).await?;
    Ok((session.connection, observation))
}

async fn say_goodbye(connection: PgConnection, budget: Duration) {
    // Nothing was written: whatever the goodbye says, nothing is lost.
    let _ = tokio::time::timeout(budget, connection.close()).await;
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
