//! What is read from a real PostgreSQL server.

mod changing;
mod failures;
mod ledger;
mod locks;
mod shapes;

use std::collections::BTreeSet;

use schema_health::audit::Observation;
use schema_health::catalog::{Budgets, CatalogError, LedgerSource, Session, Target};
use schema_health::dialect::Dialect;
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

/// The texts of these tables are wanted.
fn interest(tables: &[&str]) -> Interest {
    let expressions = tables.iter().map(|name| TableName::unqualified(*name)).collect();
    Interest { expressions, schemas: BTreeSet::new() }
}

async fn observe_target(target: &Target, interest: &Interest) -> Result<Observation, CatalogError> {
    let mut session = Session::open(target).await?;
    let observation = session.observe(interest).await?;
    session.close().await;
    Ok(observation)
}

async fn observe(database: &PostgresDatabase, interest: &Interest) -> Observation {
    observe_target(&target(&database.url()), interest).await.unwrap()
}

fn table<'o>(observation: &'o Observation, name: &str) -> &'o Table {
    let name = TableName::unqualified(name);
    observation.catalog.actual.tables.get(&name).unwrap_or_else(|| panic!("no table {name}"))
}

fn table_names(observation: &Observation) -> Vec<String> {
    observation.catalog.actual.tables.keys().map(ToString::to_string).collect()
}

/// Each object in a line, sorted.
fn lines<T: ToString>(objects: &[T]) -> Vec<String> {
    let mut lines: Vec<String> = objects.iter().map(ToString::to_string).collect();
    lines.sort();
    lines
}

/// An expression as it is compared.
fn canonical(expression: &str) -> String {
    Dialect::Postgres.canonical_expression(expression).to_string()
}
