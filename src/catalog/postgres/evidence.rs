//! Looks for the traces of what is missing in a PostgreSQL database: a few statements, all on catalogs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::FromRow;

use super::error::failure;
use super::{Session, within};
use crate::audit::evidence::{Elsewhere, Evidence, LeftOver, Missing, TableAge};
use crate::catalog::{CatalogError, FailureReason};
use crate::schema::{Name, TableName};

/// Of more, what became of the numbers between tables tells nothing.
const FEW_TABLES: usize = 3;

#[derive(FromRow)]
struct ElsewhereRow {
    schema: String,
    tables: Vec<String>,
    standing_too: i64,
    has_ledger: bool,
}

#[derive(FromRow)]
struct TableRow {
    name: String,
    serial: i64,
    /// Microseconds since 1970.
    made_at: Option<i64>,
    dropped_columns: i64,
    lost_triggers: bool,
}

impl Session {
    pub async fn gather(&mut self, missing: &Missing) -> Result<Evidence, CatalogError> {
        let audit = self.target.budgets.audit;
        let work = async { self.gather_without_budget(missing).await.map_err(|error| failure(&error)) };
        within(audit, FailureReason::Timeout, "looking for evidence", work).await
    }

    async fn gather_without_budget(&mut self, missing: &Missing) -> Result<Evidence, sqlx::Error> {
        let place = self.begin().await?;
        // Each statement for itself: what a role may not look at costs that one only.
        self.run("COMMIT").await?;
        let (tables, standing) = (texts(&missing.tables), texts(&missing.standing));
        let ledger =
            self.target.ledger.table.as_deref().unwrap_or(self.target.ledger.format.table).to_owned();
        let mut denied = Vec::new();
        let elsewhere: Vec<ElsewhereRow> = sqlx::query_as(include_str!("evidence/elsewhere.sql"))
            .bind(&place.audited)
            .bind(&tables)
            .bind(&standing)
            .bind(ledger)
            .fetch_all(&mut self.connection)
            .await
            .or_else(|error| unseen(error, "other schemas", &mut denied))?;
        let sequences: Vec<String> = sqlx::query_scalar(include_str!("evidence/left_overs.sql"))
            .bind(&place.audited)
            .fetch_all(&mut self.connection)
            .await
            .or_else(|error| unseen(error, "sequences", &mut denied))?;
        let made: Vec<TableRow> = sqlx::query_as(include_str!("evidence/tables.sql"))
            .bind(&place.audited)
            .bind(&standing)
            .fetch_all(&mut self.connection)
            .await
            .or_else(|error| unseen(error, "marks of the making of tables", &mut denied))?;
        let touched: Vec<(String, Option<i64>)> = sqlx::query_as(include_str!("evidence/files.sql"))
            .bind(&place.audited)
            .bind(&standing)
            .fetch_all(&mut self.connection)
            .await
            .or_else(|error| unseen(error, "the ages of files", &mut denied))?;
        let free_numbers: Vec<(String, i64)> = if tables.len() <= FEW_TABLES {
            sqlx::query_as(include_str!("evidence/numbers.sql"))
                .bind(&place.audited)
                .bind(&standing)
                .fetch_all(&mut self.connection)
                .await
                .or_else(|error| unseen(error, "free numbers of objects", &mut denied))?
        } else {
            Vec::new()
        };
        let search_path_settings: Vec<String> = sqlx::query_scalar(include_str!("evidence/settings.sql"))
            .fetch_all(&mut self.connection)
            .await
            .or_else(|error| unseen(error, "settings of search_path", &mut denied))?;
        let databases: Vec<String> = sqlx::query_scalar(include_str!("evidence/databases.sql"))
            .fetch_all(&mut self.connection)
            .await
            .or_else(|error| unseen(error, "other databases", &mut denied))?;
        let table = |name: &str| TableName::unqualified(name);
        Ok(Evidence {
            elsewhere: elsewhere.into_iter().map(Elsewhere::from).collect(),
            search_path: place.search_path.iter().map(|it| Name::from(it.as_str())).collect(),
            search_path_settings,
            left_overs: left_overs(&sequences, missing, &place.audited),
            dropped_columns: (made.iter())
                .map(|it| (table(&it.name), u64::try_from(it.dropped_columns).unwrap_or_default()))
                .collect(),
            lost_triggers: made.iter().filter(|it| it.lost_triggers).map(|it| table(&it.name)).collect(),
            ages: ages(made, touched),
            free_numbers: (free_numbers.iter())
                .filter_map(|(name, free)| Some((table(name), u64::try_from(*free).ok()?)))
                .collect(),
            databases,
            free_pages: None,
            not_gathered: denied,
        })
    }
}

/// Nothing, and why, where the server answered with an error; other errors end it.
fn unseen<R>(error: sqlx::Error, what: &str, denied: &mut Vec<String>) -> Result<Vec<R>, sqlx::Error> {
    if error.as_database_error().is_none() {
        return Err(error);
    }
    denied.push(format!("{what} could not be looked at: {}", failure(&error).message));
    Ok(Vec::new())
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(|it| it.to_string()).collect()
}

/// Sequences that are named as those of missing tables: `shop_order_id_seq` for `shop_order`.
fn left_overs(sequences: &[String], missing: &Missing, schema: &str) -> Vec<LeftOver> {
    let owner = |sequence: &str| {
        let is_of = |table: &&Name| {
            sequence
                .strip_prefix(&***table)
                .is_some_and(|rest| rest.starts_with('_') && rest.ends_with("_seq"))
        };
        missing.tables.iter().filter(is_of).max_by_key(|table| table.len()).cloned()
    };
    let left = |sequence: &String| {
        let table = owner(sequence)?;
        Some(LeftOver { table, what: format!("sequence {schema}.{sequence}") })
    };
    sequences.iter().filter_map(left).collect()
}

impl From<ElsewhereRow> for Elsewhere {
    fn from(row: ElsewhereRow) -> Self {
        Self {
            schema: row.schema.into(),
            tables: row.tables.into_iter().map(Name::from).collect(),
            standing_too: usize::try_from(row.standing_too).unwrap_or_default(),
            has_ledger: row.has_ledger,
        }
    }
}

fn ages(made: Vec<TableRow>, touched: Vec<(String, Option<i64>)>) -> Vec<TableAge> {
    let time = |microseconds: Option<i64>| Timestamp::from_microsecond(microseconds?).ok();
    let touched: BTreeMap<String, Option<i64>> = touched.into_iter().collect();
    let age = |row: TableRow| TableAge {
        touched_at: time(touched.get(&row.name).copied().flatten()),
        table: TableName::unqualified(row.name),
        serial: u64::try_from(row.serial).ok(),
        made_at: time(row.made_at),
    };
    made.into_iter().map(age).collect()
}
