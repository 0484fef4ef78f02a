//! Which databases a command looks at: configured ones, or the one behind a URL.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use secrecy::SecretString;

use crate::audit::Observation;
use crate::catalog::{Budgets, CatalogError, FailureReason, LedgerSource, Session, Target, scheme_of};
use crate::config::{Config, DEFAULT_RUNBOOK, DatabaseConfig, PolicyConfig, SmokeConfig};
use crate::migration::{Interest, Manifest, ledger};

/// A database without a configuration file.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// Look at the database behind this URL, without a configuration file.
    #[arg(long, env = "SCHEMA_HEALTH_URL", hide_env_values = true, value_parser = secret_url)]
    pub url: Option<SecretString>,
    /// The manifest for `--url`.
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// The schema to audit with `--url`.
    #[arg(long)]
    pub schema: Option<String>,
}

/// One database to look at, and what is known of how it should be.
pub struct Place {
    pub name: Arc<str>,
    pub target: Target,
    /// `None` with a URL and no `--manifest`.
    pub manifest: Option<Arc<Manifest>>,
    pub policy: PolicyConfig,
    pub smoke: Option<Arc<SmokeConfig>>,
    /// Where findings find their section of the runbook.
    pub runbook: Arc<str>,
    /// All of it; `None` where there is no manifest.
    pub database: Option<DatabaseConfig>,
}

impl PlaceArgs {
    /// The databases of these names, or all of the configuration where none is named; and how many of them
    /// may be looked at together.
    pub fn choose(&self, config: &Path, names: &[String]) -> anyhow::Result<(Vec<Place>, usize)> {
        if let Some(url) = &self.url {
            return Ok((vec![self.behind(url)?], 1));
        }
        if self.manifest.is_some() || self.schema.is_some() {
            bail!(
                "--manifest and --schema need --url, or the URL in the environment variable SCHEMA_HEALTH_URL"
            );
        }
        let config =
            Config::load(config).context("the configuration is not valid (or say --url and --manifest)")?;
        let mut databases: Vec<_> = config.databases.values().cloned().collect();
        if !names.is_empty() {
            for name in names {
                if !config.databases.contains_key(name.as_str()) {
                    let known: Vec<&str> = config.databases.keys().map(|it| &**it).collect();
                    bail!("no database `{name}` in the configuration; there are: {}", known.join(", "));
                }
            }
            databases.retain(|database| names.iter().any(|name| *name == *database.name));
        }
        Ok((databases.iter().map(|it| Place::of(it)).collect(), config.concurrency))
    }

    /// The one database that is meant, by its name or because there is no other.
    pub fn choose_one(&self, config: &Path, name: Option<&String>) -> anyhow::Result<Place> {
        let (mut places, _) = self.choose(config, name.map(std::slice::from_ref).unwrap_or_default())?;
        match places.pop() {
            Some(place) if places.is_empty() => Ok(place),
            Some(_) | None => bail!("the configuration has several databases: name the one that is meant"),
        }
    }

    fn behind(&self, url: &SecretString) -> anyhow::Result<Place> {
        let manifest = self.manifest.as_deref().map(Manifest::load).transpose()?;
        let scheme = scheme_of(url)?;
        if let (Some(manifest), Some(file)) = (&manifest, &self.manifest)
            && !scheme.serves(manifest.dialect)
        {
            bail!(
                "{} is a manifest for {}, which is not what the URL leads to",
                file.display(),
                manifest.dialect
            );
        }
        let (url, schema) = (url.clone(), self.schema.clone());
        match manifest {
            Some(manifest) => Ok(Place::of(&DatabaseConfig::new("database", url, schema, manifest))),
            None => Ok(Place {
                name: "database".into(),
                target: Target {
                    url,
                    schema,
                    ledger: LedgerSource { format: &ledger::DJANGO, table: None, schema: None },
                    budgets: Budgets::default(),
                },
                manifest: None,
                policy: PolicyConfig::default(),
                smoke: None,
                runbook: DEFAULT_RUNBOOK.into(),
                database: None,
            }),
        }
    }
}

impl Place {
    fn of(database: &DatabaseConfig) -> Self {
        Self {
            name: Arc::clone(&database.name),
            target: database.target.clone(),
            manifest: Some(Arc::clone(&database.manifest)),
            policy: database.policy.clone(),
            smoke: database.smoke.clone(),
            runbook: Arc::clone(&database.runbook),
            database: Some(database.clone()),
        }
    }
}

/// Reads a database once, within its budget; and where something is missing of what `manifest` promises, what may
/// tell why.
pub async fn observe(
    target: &Target,
    interest: &Interest,
    manifest: Option<&Manifest>,
) -> Result<Observation, CatalogError> {
    within(target, async {
        let mut session = Session::open(target).await?;
        let observation = match manifest {
            Some(manifest) => session.observe_with_evidence(manifest, interest).await?,
            None => session.observe(interest).await?,
        };
        session.close().await;
        Ok(observation)
    })
    .await
}

/// [`observe`], with the text of every expression there is: the tables that have some are known only after
/// a first look.
pub async fn observe_whole(target: &Target) -> Result<Observation, CatalogError> {
    within(target, async {
        let mut session = Session::open(target).await?;
        let mut observation = session.observe(&Interest::default()).await?;
        let interest = Interest::in_all_of(observation.catalog.actual.tables.values());
        if !interest.expressions.is_empty() {
            observation = session.observe(&interest).await?;
        }
        session.close().await;
        Ok(observation)
    })
    .await
}

async fn within(
    target: &Target,
    work: impl Future<Output = Result<Observation, CatalogError>>,
) -> Result<Observation, CatalogError> {
    let budget = target.budgets.audit;
    tokio::time::timeout(budget, work).await.unwrap_or_else(|_| {
        let message = format!("the audit did not end within its budget of {budget:?}");
        Err(CatalogError::new(FailureReason::Timeout, message))
    })
}

/// A URL may hold a password: it must not come back in an error message.
pub fn secret_url(text: &str) -> Result<SecretString, String> {
    let url = SecretString::from(text.to_owned());
    scheme_of(&url).map_err(|error| error.message).map(|_| url)
}
