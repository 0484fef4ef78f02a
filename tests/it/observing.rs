//! Reads a database as the service does, once.

use std::time::Duration;

use schema_health::audit::Observation;
use schema_health::catalog::{Budgets, CatalogError, LedgerSource, Session, Target};
use schema_health::migration::{Interest, ledger};
use schema_health::schema::{Table, TableName};
use secrecy::SecretString;

/// Django's ledger in the schema of the URL, with little patience for locks.
pub fn target(url: &str) -> Target {
    Target {
        url: SecretString::from(url),
        schema: None,
        ledger: LedgerSource { format: &ledger::DJANGO, table: None, schema: None },
        budgets: Budgets { lock: Duration::from_millis(100), ..Budgets::default() },
    }
}

pub async fn observe_target(target: &Target) -> Result<Observation, CatalogError> {
    let mut session = Session::open(target).await?;
    let observation = session.observe(&Interest::default()).await?;
    session.close().await;
    Ok(observation)
}

pub async fn observe_url(url: &str) -> Result<Observation, CatalogError> {
    observe_target(&target(url)).await
}

pub async fn failure(url: &str) -> CatalogError {
    match observe_url(url).await {
        Ok(_) => panic!("this must fail"),
        Err(error) => error,
    }
}

pub fn table<'o>(observation: &'o Observation, name: &str) -> &'o Table {
    let tables = &observation.catalog.actual.tables;
    tables.get(&TableName::unqualified(name)).unwrap_or_else(|| panic!("no table {name}"))
}
