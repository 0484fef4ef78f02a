//! `/readyz` and `/metrics` against a bare axum handler of the same process that answers as many bytes.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, ensure};
use schema_health::dialect::Dialect;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use crate::measure::{Report, median};
use crate::service::Running;
use crate::shop;

const ROUNDS: usize = 5;
/// Of each database; each of them is a file of its own.
const TABLES: usize = 20;
/// The aims: `/readyz` against the bare handler, and the memory in megabytes.
const READYZ: f64 = 0.9;
const MEMORY: u64 = 60;

pub async fn measure(databases: usize, report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    make_databases(folder.path(), databases).await?;
    for (when, interval) in [("idle", "1h"), ("during audits", if databases > 100 { "5s" } else { "100ms" })]
    {
        let config = folder.path().join("schema-health.yaml");
        std::fs::write(&config, configuration(databases, interval, false))?;
        let running = Running::start(&config)?;
        for (path, aim) in [("/readyz", Some(READYZ)), ("/metrics", None)] {
            let label = format!("{path}, {databases} databases, {when}");
            compare(&running, path, &label, aim, report).await?;
        }
        let label = format!("peak RSS, {databases} databases, {when}");
        report.megabytes(&label, running.peak()?, Some(MEMORY));
    }
    let config = folder.path().join("gated.yaml");
    std::fs::write(&config, configuration(databases, "1h", true))?;
    let label = format!("/readyz, {databases} databases, each of them a gate, idle");
    compare(&Running::start(&config)?, "/readyz", &label, None, report).await
}

async fn compare(
    running: &Running,
    path: &str,
    label: &str,
    aim: Option<f64>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let ours = format!("http://{}{path}", running.address);
    let answer = reqwest::get(&ours).await?;
    ensure!(answer.status() == 200, "{path} answers {}", answer.status());
    let our_headers = headers(&answer);
    let length = answer.bytes().await?.len();
    let their_headers = headers(&reqwest::get(format!("http://{}/{length}", running.bare)).await?);
    let bare = format!("http://{}/{}", running.bare, length + our_headers.saturating_sub(their_headers));
    let (mut our_runs, mut bare_runs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare_runs.push(load(&bare)?);
        our_runs.push(load(&ours)?);
    }
    let rate = |runs: &[Run]| median(runs.iter().map(|it| it.rate).collect()).unwrap_or_default();
    let p99 = |runs: &[Run]| median(runs.iter().map(|it| it.p99).collect()).unwrap_or_default();
    report.rate(label, rate(&our_runs), rate(&bare_runs), aim);
    report.slowest(&format!("{label}, p99"), p99(&our_runs), p99(&bare_runs));
    Ok(())
}

fn headers(answer: &reqwest::Response) -> usize {
    answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len()).sum()
}

struct Run {
    /// Requests per second.
    rate: f64,
    /// Milliseconds.
    p99: f64,
}

fn load(url: &str) -> anyhow::Result<Run> {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", "16", "--duration", "2s", "--latency", url])
        .output()
        .context("wrk does not start: install it (Debian: apt-get install wrk)")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success() && !text.contains("Non-2xx"), "wrk says: {text}");
    let value = |label: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(label));
        line.map(|it| it.trim().to_owned()).with_context(|| format!("wrk does not tell {label}: {text}"))
    };
    Ok(Run { rate: value("Requests/sec:")?.parse()?, p99: in_milliseconds(&value("99%")?)? })
}

/// `1.23ms`, `950.00us`, `1.02s`.
fn in_milliseconds(text: &str) -> anyhow::Result<f64> {
    let unit = text.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    let number: f64 = text.trim_end_matches(unit).parse()?;
    Ok(match unit {
        "us" => number / 1e3,
        "ms" => number,
        _ => number * 1e3,
    })
}

async fn make_databases(folder: &Path, databases: usize) -> anyhow::Result<()> {
    let first = folder.join("0.sqlite");
    let options = SqliteConnectOptions::from_str(&format!("sqlite:{}", first.display()))?;
    let mut making = options.create_if_missing(true).connect().await?;
    let tables: String = (0..TABLES).map(|number| shop::create_table(Dialect::Sqlite, number)).collect();
    making.execute(AssertSqlSafe(tables + &shop::ledger(Dialect::Sqlite, TABLES))).await?;
    making.close().await?;
    for number in 1..databases {
        std::fs::copy(&first, folder.join(format!("{number}.sqlite")))?;
    }
    std::fs::write(folder.join("manifest.json"), shop::manifest(Dialect::Sqlite, TABLES))?;
    Ok(())
}

/// As gates, all databases decide over `/readyz`; by default none does.
fn configuration(databases: usize, interval: &str, gate: bool) -> String {
    let mut text = format!("interval: {interval}\ndatabases:\n");
    for number in 0..databases {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "  shop-{number}: {{url: \"sqlite:{number}.sqlite\", manifest: manifest.json, gate: {gate}}}"
        );
    }
    text
}
