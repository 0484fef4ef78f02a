//! MariaDB: an observation against its own bare statements.

use std::str::FromStr;

use anyhow::ensure;
use futures_util::TryStreamExt;
use schema_health::audit::{Health, Policy, audit};
use schema_health::catalog::{Budgets, LedgerSource, Session, Target};
use schema_health::dialect::Dialect;
use schema_health::migration::ledger;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::measure::{Cost, Costs, Report};
use crate::{pure, shop};

const ROUNDS: u32 = 9;

const STATEMENTS: [&str; 6] = [
    include_str!("../../src/catalog/mysql/tables.sql"),
    include_str!("../../src/catalog/mysql/columns.sql"),
    include_str!("../../src/catalog/mysql/foreign_key_columns.sql"),
    include_str!("../../src/catalog/mysql/foreign_key_rules.sql"),
    include_str!("../../src/catalog/mysql/indexes_mariadb.sql"),
    include_str!("../../src/catalog/mysql/checks_mariadb.sql"),
];

pub async fn measure(server: &str, tables: usize, report: &mut Report) -> anyhow::Result<()> {
    let database = format!("schema_health_bench_{}_{tables}", std::process::id());
    let mut admin = MySqlConnectOptions::from_str(server)?.disable_statement_logging().connect().await?;
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {database} CHARACTER SET utf8mb4"))).await?;
    let measured = measure_in(server, &database, tables, report).await;
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {database}"))).await?;
    measured
}

async fn measure_in(server: &str, database: &str, tables: usize, report: &mut Report) -> anyhow::Result<()> {
    let options = MySqlConnectOptions::from_str(server)?.database(database).disable_statement_logging();
    make(&options, tables).await?;
    let mut bare = options.connect().await?;
    let bare_thread = thread_of(&mut bare, "id = CONNECTION_ID()").await?;

    let ledger = LedgerSource { format: &ledger::DJANGO, table: None, schema: None };
    let url = options.to_url_lossy().to_string();
    let target = Target { url: url.into(), schema: None, ledger, budgets: Budgets::default() };
    let mut session = Session::open(&target).await?;
    let thread = thread_of(&mut bare, "id <> CONNECTION_ID() AND db = DATABASE()").await?;
    let manifest = pure::manifest(&shop::manifest(Dialect::Mariadb, tables))?;
    let interest = manifest.interest();
    let judged = audit(&manifest, &session.observe(&interest).await?, &Policy::default());
    ensure!(judged.health == Health::Healthy, "not what was made: {:?}", judged.findings.first());
    ensure!(judged.coverage.expected_tables == tables, "not all tables were expected");

    let mut observations = Costs::default();
    let times = u32::try_from(2_000 / tables.max(1))?.clamp(1, 10);
    for _ in 0..ROUNDS {
        let read = async || read(&mut bare, database).await;
        observations.bare.push(Cost::of(bare_thread, times, read).await?);
        let observe = async || Ok(session.observe(&interest).await.map(drop)?);
        observations.ours.push(Cost::of(thread, times, observe).await?);
    }
    let what = format!("MariaDB, {tables} tables: observation ÷ its six statements");
    observations.tell(report, &what, (1.15, None));
    session.close().await;
    Ok(bare.close().await?)
}

async fn make(options: &MySqlConnectOptions, tables: usize) -> anyhow::Result<()> {
    let mut making = options.connect().await?;
    for number in 0..tables {
        making.execute(AssertSqlSafe(shop::create_table(Dialect::Mariadb, number))).await?;
    }
    making.execute(AssertSqlSafe(shop::ledger(Dialect::Mariadb, tables))).await?;
    Ok(making.close().await?)
}

/// The operating system's number of the thread that serves a connection.
async fn thread_of(connection: &mut MySqlConnection, which: &'static str) -> anyhow::Result<u32> {
    let sql = format!("SELECT CAST(tid AS SIGNED) FROM information_schema.processlist WHERE {which}");
    let (thread,): (i64,) = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(connection).await?;
    Ok(u32::try_from(thread)?)
}

async fn read(connection: &mut MySqlConnection, database: &str) -> anyhow::Result<()> {
    for sql in STATEMENTS {
        let mut rows = sqlx::query(sql).bind(database).fetch(&mut *connection);
        while rows.try_next().await?.is_some() {}
    }
    Ok(())
}
