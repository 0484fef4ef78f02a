//! What is read from a real PostgreSQL server.

mod changing;
mod elsewhere;
mod errors;
mod foresight;
mod ledger;
mod locks;
mod names;
mod shape;
mod still;

use std::time::Duration;

use schema_health::audit::Observation;
use schema_health::catalog::{Budgets, CatalogError, LedgerSource, Session, Target};
use schema_health::migration::{Interest, ledger::DJANGO};
use schema_health::schema::{Table, TableName};
use secrecy::SecretString;

use crate::servers::postgres::PostgresDatabase;

fn target(url: &str) -> Target {
    Target {
        url: SecretString::from(url),
        schema: None,
        ledger: LedgerSource { format: &DJANGO, table: None, schema: None },
        budgets: Budgets::default(),
    }
}

async fn observe_with(target: &Target, interest: &Interest) -> Result<Observation, CatalogError> {
    let mut session = Session::open(target).await?;
    let observation = session.observe(interest).await?;
    session.close().await;
    Ok(observation)
}

async fn observe(database: &PostgresDatabase) -> Observation {
    observe_with(&target(&database.url()), &Interest::default()).await.unwrap()
}

/// With the texts of all expressions of these tables.
async fn observe_texts(database: &PostgresDatabase, tables: &[&str]) -> Observation {
    observe_with(&target(&database.url()), &texts_of(tables)).await.unwrap()
}

fn texts_of(tables: &[&str]) -> Interest {
    let expressions = tables.iter().map(|name| TableName::unqualified(*name)).collect();
    Interest { expressions, ..Interest::default() }
}

fn table<'o>(observation: &'o Observation, name: &str) -> &'o Table {
    let table = observation.catalog.actual.tables.get(&TableName::unqualified(name));
    table.unwrap_or_else(|| panic!("no table {name}"))
}

fn table_names(observation: &Observation) -> Vec<String> {
    observation.catalog.actual.tables.keys().map(ToString::to_string).collect()
}

fn column_names(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|it| &*it.name).collect()
}

async fn failure(url: &str) -> CatalogError {
    failure_of(&target(url)).await
}

async fn failure_of(target: &Target) -> CatalogError {
    match observe_with(target, &Interest::default()).await {
        Ok(_) => panic!("this must fail"),
        Err(error) => error,
    }
}

fn impatient(url: &str) -> Target {
    let lock = Duration::from_millis(300);
    Target { budgets: Budgets { lock, ..Budgets::default() }, ..target(url) }
}
