//! Smoke checks against real servers, real applications, and strangers that answer as they should not.

mod hostile;
mod incident;
mod mistakes;
mod running;
mod sql;
mod trust;

use std::sync::Arc;

use schema_health::audit::{Expected, Policy, audit_against};
use schema_health::catalog::Session;
use schema_health::config::{Config, DatabaseConfig};
use schema_health::service::smoke::{Ground, run_once};
use schema_health::service::store::Judged;
use schema_health::service::tables::TableIndex;
use schema_health::smoke::{SmokeResult, SmokeRun};
use tempfile::TempDir;

/// What one run of the checks gave, after an audit of the database.
pub async fn run(database: &DatabaseConfig) -> SmokeRun {
    let mut session = Session::open(&database.target).await.unwrap();
    let observation = session.observe(&database.manifest.interest()).await.unwrap();
    session.close().await;
    let expected = Expected::of(&database.manifest, &observation);
    let report = audit_against(&database.manifest, &expected, &observation, &Policy::default());
    let tables = TableIndex::of(Arc::clone(&database.manifest), &expected, &observation);
    let ground = Ground { judged: Some(Arc::new(Judged::new(report, tables))), unreadable: None };
    run_once(&database.name, database.smoke.as_ref().unwrap(), &ground).await
}

/// The database `shop` of a configuration, with its manifest in `manifest.yaml`.
pub fn shop(manifest: &str, url: &str, smoke: &str) -> Arc<DatabaseConfig> {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("manifest.yaml"), manifest).unwrap();
    let file = folder.path().join("schema-health.yaml");
    let smoke: String = smoke.lines().map(|line| format!("      {line}\n")).collect();
    let text =
        format!("databases:\n  shop:\n    url: \"{url}\"\n    manifest: manifest.yaml\n    smoke:\n{smoke}");
    std::fs::write(&file, &text).unwrap();
    let config = Config::load(&file).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Arc::clone(&config.databases["shop"])
}

/// Each check with its outcome and reason, in one line.
pub fn told(run: &SmokeRun) -> Vec<String> {
    run.results.iter().map(|it| format!("{}: {}", it.check, it.summary())).collect()
}

#[track_caller]
pub fn result<'a>(run: &'a SmokeRun, check: &str) -> &'a SmokeResult {
    run.result_of(check).unwrap_or_else(|| panic!("{check}: {run:#?}"))
}
