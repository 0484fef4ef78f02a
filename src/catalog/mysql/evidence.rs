//! Looks for the traces of what is missing on a MySQL or MariaDB server: three statements.

use std::collections::BTreeMap;

use jiff::{civil, tz::Offset};
use sqlx::AssertSqlSafe;

use super::Session;
use super::error::failure;
use super::within;
use crate::audit::evidence::{Elsewhere, Evidence, Missing, TableAge};
use crate::catalog::CatalogError;
use crate::schema::{Name, TableName};

/// The server opens each table that it tells the time of.
const TIMES_OF: usize = 50;
const OWN_SCHEMAS: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

impl Session {
    pub async fn gather(&mut self, missing: &Missing) -> Result<Evidence, CatalogError> {
        within(self.target.budgets.audit, self.gather_without_budget(missing)).await
    }

    async fn gather_without_budget(&mut self, missing: &Missing) -> Result<Evidence, CatalogError> {
        // Names only, as in tables.sql.
        let all: Vec<(String, String)> = self
            .fetch_text(
                "SELECT CAST(table_schema AS CHAR), CAST(table_name AS CHAR) FROM information_schema.tables \
                  WHERE table_type = 'BASE TABLE'",
            )
            .await
            .map_err(|error| failure(&error))?;
        let databases: Vec<(String,)> = self
            .fetch_text("SELECT CAST(schema_name AS CHAR) FROM information_schema.schemata ORDER BY 1")
            .await
            .map_err(|error| failure(&error))?;
        let mut evidence = Evidence {
            elsewhere: self.elsewhere(&all, missing),
            databases: (databases.into_iter().map(|(name,)| name))
                .filter(|it| *it != self.server.schema && !is_own(it))
                .collect(),
            ..Evidence::default()
        };
        match self.ages(missing).await {
            Ok(ages) => evidence.ages = ages,
            Err(error) => {
                let error = failure(&error);
                evidence.not_gathered.push(format!("when tables were made: {}", error.message));
            }
        }
        Ok(evidence)
    }

    fn elsewhere(&self, all: &[(String, String)], missing: &Missing) -> Vec<Elsewhere> {
        let ledger = self.target.ledger.table.as_deref().unwrap_or(self.target.ledger.format.table);
        let has = |names: &[Name], name: &str| names.iter().any(|it| **it == *name);
        let mut places: BTreeMap<&str, Elsewhere> = BTreeMap::new();
        for (schema, table) in all.iter().filter(|(it, _)| *it != self.server.schema && !is_own(it)) {
            let place = places.entry(schema).or_insert_with(|| Elsewhere {
                schema: schema.as_str().into(),
                tables: Vec::new(),
                standing_too: 0,
                has_ledger: false,
            });
            let name = self.server.naming.table(&TableName::unqualified(table.as_str())).name;
            place.has_ledger |= *name == *ledger;
            place.standing_too += usize::from(has(&missing.standing, &name));
            if has(&missing.tables, &name) {
                place.tables.push(name);
            }
        }
        let mut places: Vec<Elsewhere> = places.into_values().filter(|it| !it.tables.is_empty()).collect();
        places.sort_by_key(|it| std::cmp::Reverse(it.tables.len()));
        places.truncate(20);
        places
    }

    async fn ages(&mut self, missing: &Missing) -> Result<Vec<TableAge>, sqlx::Error> {
        let dialect = self.server.dialect;
        let names: Vec<String> =
            missing.standing.iter().take(TIMES_OF).map(|it| dialect.quote_literal(it)).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        // The session's time zone is UTC.
        let sql = format!(
            "SELECT CAST(table_name AS CHAR), CAST(create_time AS CHAR), CAST(update_time AS CHAR) \
               FROM information_schema.tables \
              WHERE table_schema = {} AND table_name IN ({})",
            dialect.quote_literal(&self.server.schema),
            names.join(", ")
        );
        let rows: Vec<(String, Option<String>, Option<String>)> = self.fetch_text(AssertSqlSafe(sql)).await?;
        let time = |text: Option<String>| {
            let time = text?.parse::<civil::DateTime>().ok()?;
            Offset::UTC.to_timestamp(time).ok()
        };
        let age = |(name, made_at, touched_at): (String, Option<String>, Option<String>)| TableAge {
            table: TableName { schema: None, name: name.into() },
            serial: None,
            made_at: time(made_at),
            touched_at: time(touched_at),
        };
        Ok(rows.into_iter().map(age).collect())
    }
}

fn is_own(schema: &str) -> bool {
    OWN_SCHEMAS.iter().any(|it| it.eq_ignore_ascii_case(schema))
}
