//! PostgreSQL: an audit, the probe and the fingerprint, each against its own bare statements.

use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use futures_util::TryStreamExt;
use schema_health::audit::{Expected, Foresight, Health, Policy, audit_against};
use schema_health::catalog::{Budgets, LedgerSource, Session, Target};
use schema_health::dialect::Dialect;
use schema_health::migration::ledger;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::measure::{Cost, Costs, Report, memory};
use crate::{pure, service, shop};

const ROUNDS: u32 = 11;
/// The aim, in megabytes.
const SERVICE_MEMORY: u64 = 60;

const RELATIONS: &str = include_str!("../../src/catalog/postgres/relations.sql");
const OF_RELATIONS: [&str; 4] = [
    include_str!("../../src/catalog/postgres/columns.sql"),
    include_str!("../../src/catalog/postgres/defaults.sql"),
    include_str!("../../src/catalog/postgres/constraints.sql"),
    include_str!("../../src/catalog/postgres/indexes.sql"),
];
const PROBE: &str = include_str!("../../src/catalog/postgres/probe.sql");
const FINGERPRINT: &str = include_str!("../../src/catalog/postgres/fingerprint.sql");

pub async fn measure(server: &str, tables: usize, report: &mut Report) -> anyhow::Result<()> {
    let database = format!("schema_health_bench_{}_{tables}", std::process::id());
    let mut admin = PgConnectOptions::from_str(server)?.disable_statement_logging().connect().await?;
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {database}"))).await?;
    let measured = measure_in(server, &database, tables, report).await;
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {database} WITH (FORCE)"))).await?;
    measured
}

async fn measure_in(server: &str, database: &str, tables: usize, report: &mut Report) -> anyhow::Result<()> {
    let options = PgConnectOptions::from_str(server)?.database(database).disable_statement_logging();
    let url = options.to_url_lossy().to_string();
    let mut bare = Bare::open(&options, tables).await?;

    let manifest_text = shop::manifest(Dialect::Postgres, tables);
    let manifest = pure::manifest(&manifest_text)?;
    let label = |what: &str| format!("PostgreSQL, {tables} tables: {what}");
    let (starting, later) = service::peaks(&url, &manifest_text).await?;
    report.megabytes(&label("the service's peak RSS at its start"), starting, None);
    report.megabytes(&label("the service's peak RSS in later audits"), later, Some(SERVICE_MEMORY));

    let mut session = Session::open(&target(&url)).await?;
    let backend = bare.backend_of_session().await?;
    let interest = manifest.interest();
    let first = session.observe(&interest).await?;
    let expected = Arc::new(Expected::of(&manifest, &first));
    drop(first);
    let manifest = Arc::new(manifest);
    // As the service looks again at what was healthy.
    let mut foresight = Foresight::new(Arc::clone(&manifest), Some(Arc::clone(&expected)));
    let policy = Policy::default();
    let mut audit = async |session: &mut Session| -> anyhow::Result<()> {
        let observation = session.observe_expecting(&interest, Some(&mut foresight)).await?;
        ensure!(expected.still_holds(&observation), "the ledger has changed during the run");
        let report = audit_against(&manifest, &expected, &observation, &policy);
        ensure!(report.health == Health::Healthy, "not what was made: {:?}", report.findings.first());
        ensure!(report.coverage.expected_tables == tables, "not all tables were expected");
        Ok(())
    };

    let (mut audits, mut probes, mut fingerprints) = (Costs::default(), Costs::default(), Costs::default());
    let times = u32::try_from(4_000 / tables.max(1))?.clamp(1, 10);
    for _ in 0..ROUNDS {
        audits.bare.push(Cost::of(bare.backend, times, async || bare.read().await).await?);
        audits.ours.push(Cost::of(backend, times, async || audit(&mut session).await).await?);
    }
    for _ in 0..ROUNDS {
        probes.bare.push(Cost::of(bare.backend, 100, async || bare.fetch(PROBE).await).await?);
        let probe = async || session.probe().await?.map(drop).context("no probe");
        probes.ours.push(Cost::of(backend, 100, probe).await?);
        fingerprints.bare.push(Cost::of(bare.backend, times, async || bare.fingerprint().await).await?);
        let fingerprint = async || session.fingerprint().await?.map(drop).context("no fingerprint");
        fingerprints.ours.push(Cost::of(backend, times, fingerprint).await?);
    }
    audits.tell(report, &label("audit ÷ its five raw statements"), (1.25, Some(1.5)));
    probes.tell(report, &label("probe ÷ its statement"), (2.0, None));
    fingerprints.tell(report, &label("fingerprint ÷ its statement"), (1.15, None));
    let (ours, theirs) = (memory(backend, "RssAnon"), memory(bare.backend, "RssAnon"));
    if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
        report.megabytes(&label("our backend's own memory"), ours, None);
        report.megabytes(&label("the bare backend's own memory"), theirs, None);
    }
    session.close().await;
    Ok(())
}

fn target(url: &str) -> Target {
    let ledger = LedgerSource { format: &ledger::DJANGO, table: None, schema: None };
    Target { url: url.into(), schema: Some("public".to_owned()), ledger, budgets: Budgets::default() }
}

/// A kept connection that runs the statements and looks at no row.
struct Bare {
    connection: PgConnection,
    /// The pid of its backend.
    backend: u32,
    namespaces: Vec<Oid>,
}

impl Bare {
    /// Makes the tables, too.
    async fn open(options: &PgConnectOptions, tables: usize) -> anyhow::Result<Self> {
        let mut making = options.connect().await?;
        let numbers: Vec<usize> = (0..tables).collect();
        for some in numbers.chunks(100) {
            let statements: String =
                some.iter().map(|number| shop::create_table(Dialect::Postgres, *number)).collect();
            making.execute(AssertSqlSafe(statements)).await?;
        }
        making.execute(AssertSqlSafe(shop::ledger(Dialect::Postgres, tables))).await?;
        // As autovacuum leaves the catalog some time later.
        for catalog in ["pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_depend"] {
            making.execute(AssertSqlSafe(format!("VACUUM ANALYZE pg_catalog.{catalog}"))).await?;
        }
        making.close().await?;

        let mut connection = options.clone().application_name("bare").connect().await?;
        // As in a session of ours.
        connection.execute("SET max_parallel_workers_per_gather = 0; SET jit = off").await?;
        let (pid,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
        let namespaces: Vec<(Oid,)> = sqlx::query_as("SELECT oid FROM pg_namespace WHERE nspname = 'public'")
            .fetch_all(&mut connection)
            .await?;
        let namespaces = namespaces.into_iter().map(|(oid,)| oid).collect();
        Ok(Self { connection, backend: u32::try_from(pid)?, namespaces })
    }

    async fn backend_of_session(&mut self) -> anyhow::Result<u32> {
        let (pid,): (i32,) = sqlx::query_as(
            "SELECT pid FROM pg_stat_activity \
              WHERE application_name = 'schema-health' AND datname = current_database()",
        )
        .fetch_one(&mut self.connection)
        .await?;
        Ok(u32::try_from(pid)?)
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        let relations: Vec<(Oid, Oid, String, i8)> =
            sqlx::query_as(RELATIONS).bind(&self.namespaces).fetch_all(&mut self.connection).await?;
        let relations: Vec<Oid> = relations.into_iter().map(|it| it.0).collect();
        for sql in OF_RELATIONS {
            let mut rows = sqlx::query(sql).bind(&relations).fetch(&mut self.connection);
            while rows.try_next().await?.is_some() {}
        }
        Ok(())
    }

    async fn fetch(&mut self, sql: &'static str) -> anyhow::Result<()> {
        Ok(sqlx::query(sql).fetch_all(&mut self.connection).await.map(drop)?)
    }

    async fn fingerprint(&mut self) -> anyhow::Result<()> {
        let query = sqlx::query(FINGERPRINT).bind(&self.namespaces);
        Ok(query.fetch_all(&mut self.connection).await.map(drop)?)
    }
}
