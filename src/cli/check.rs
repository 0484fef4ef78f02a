//! `check`: audit once and report.

mod github;
mod junit;
mod sarif;
pub mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;

use super::{Exit, colours, runtime, say};
use crate::audit::{Health, Severity, audit};
use crate::catalog::{CatalogError, FailureReason, Session, scheme_of};
use crate::config::{Config, DatabaseConfig};
use crate::migration::Manifest;
use crate::view::DatabaseView;

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The databases to check; all of the configuration when none is named.
    #[arg(value_name = "DATABASE")]
    databases: Vec<String>,
    /// Check the database behind this URL, without a configuration file.
    #[arg(long, env = "SCHEMA_HEALTH_URL", hide_env_values = true, requires = "manifest", value_parser = secret_url)]
    url: Option<SecretString>,
    /// The manifest for `--url`.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The schema to audit with `--url`.
    #[arg(long, requires = "manifest")]
    schema: Option<String>,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Look again until every database passes, or the timeout ends.
    #[arg(long)]
    wait: bool,
    /// How long `--wait` goes on.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = crate::config::parse_duration)]
    timeout: Duration,
    /// From which severity on findings make the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person.
    Text,
    /// The same shape as `/v1/databases/{database}`.
    Json,
    /// A JUnit XML report, one test case per migration.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Warning,
    Error,
}

/// How long to rest between two looks of `--wait`.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

pub fn run(config: &Path, arguments: &CheckArgs) -> anyhow::Result<Exit> {
    let (databases, concurrency) = databases(config, arguments)?;
    let views = runtime()?.block_on(look_until_settled(&databases, concurrency, arguments));
    let text = match arguments.format {
        Format::Text => views.iter().map(|view| text::render(view, colours())).collect::<Vec<_>>().join("\n"),
        Format::Json => json(&views)?,
        Format::Junit => junit::render(&views),
        Format::Github => github::render(&views),
        Format::Sarif => sarif::render(&views),
    };
    say(&text)?;
    Ok(verdict(&views, arguments.fail_on))
}

fn databases(config: &Path, arguments: &CheckArgs) -> anyhow::Result<(Vec<Arc<DatabaseConfig>>, usize)> {
    if let (Some(url), Some(file)) = (&arguments.url, &arguments.manifest) {
        let manifest = Manifest::load(file)?;
        let scheme = scheme_of(url)?;
        if !scheme.serves(manifest.dialect) {
            bail!(
                "{} is a manifest for {}, which is not what the URL leads to",
                file.display(),
                manifest.dialect
            );
        }
        let database = DatabaseConfig::new("database", url.clone(), arguments.schema.clone(), manifest);
        return Ok((vec![Arc::new(database)], 1));
    }
    if arguments.manifest.is_some() {
        bail!("--manifest needs --url, or the URL in the environment variable SCHEMA_HEALTH_URL");
    }
    let config =
        Config::load(config).context("the configuration is not valid (or say --url and --manifest)")?;
    let mut databases: Vec<_> = config.databases.values().cloned().collect();
    if !arguments.databases.is_empty() {
        for name in &arguments.databases {
            if !config.databases.contains_key(name.as_str()) {
                let known: Vec<&str> = config.databases.keys().map(|it| &**it).collect();
                bail!("no database `{name}` in the configuration; there are: {}", known.join(", "));
            }
        }
        databases.retain(|database| arguments.databases.iter().any(|name| *name == *database.name));
    }
    Ok((databases, config.concurrency))
}

async fn look_until_settled(
    databases: &[Arc<DatabaseConfig>],
    concurrency: usize,
    arguments: &CheckArgs,
) -> Vec<DatabaseView> {
    let start = Instant::now();
    loop {
        let mut views: Vec<DatabaseView> = stream::iter(databases)
            .map(|database| look(database))
            .buffered(concurrency.max(1))
            .collect()
            .await;
        views.sort_by(|a, b| a.database.cmp(&b.database));
        let settled = verdict(&views, arguments.fail_on) == Exit::Healthy;
        if settled || !arguments.wait || start.elapsed() + BETWEEN_LOOKS > arguments.timeout {
            return views;
        }
        for view in views.iter().filter(|view| !matches!(view.health, Health::Healthy | Health::Degraded)) {
            let reason = view.reason.as_deref().unwrap_or("not yet healthy");
            eprintln!("waiting for {}: {}", view.database, crate::service::one_line(reason));
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// One audit of one database, without debounce.
async fn look(database: &DatabaseConfig) -> DatabaseView {
    match observe(database).await {
        Ok(observation) => {
            let now = Timestamp::now();
            let today = jiff::tz::Offset::UTC.to_datetime(now).date();
            let report = audit(&database.manifest, &observation, &database.policy.on(today));
            DatabaseView::of_report(&database.name, &report, Some(now), &BTreeMap::new())
        }
        Err(error) => DatabaseView::failed(&database.name, &error, Some(Timestamp::now())),
    }
}

async fn observe(database: &DatabaseConfig) -> Result<crate::audit::Observation, CatalogError> {
    let target = &database.target;
    let work = async {
        let mut session = Session::open(target).await?;
        let observation = session.observe(&database.manifest.interest()).await?;
        session.close().await;
        Ok(observation)
    };
    tokio::time::timeout(target.budgets.audit, work).await.unwrap_or_else(|_| {
        let message = format!("the audit did not end within its budget of {:?}", target.budgets.audit);
        Err(CatalogError::new(FailureReason::Timeout, message))
    })
}

fn verdict(views: &[DatabaseView], fail_on: FailOn) -> Exit {
    let least = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
    };
    let fails = |view: &DatabaseView| match view.health {
        Health::Healthy | Health::Unknown => false,
        Health::Degraded | Health::Unhealthy => {
            view.findings.iter().any(|it| it.acknowledged.is_none() && it.severity >= least)
        }
    };
    if views.iter().any(fails) {
        Exit::Findings
    } else if views.iter().any(|view| view.health == Health::Unknown) {
        Exit::CouldNotTell
    } else {
        Exit::Healthy
    }
}

fn json(views: &[DatabaseView]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Databases<'a> {
        databases: &'a [DatabaseView],
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&Databases { databases: views })?))
}

/// A URL may hold a password: it must not come back in an error message.
fn secret_url(text: &str) -> Result<SecretString, String> {
    let url = SecretString::from(text.to_owned());
    scheme_of(&url).map_err(|error| error.message).map(|_| url)
}
