//! Looks for the traces of what is missing on a MySQL or MariaDB server: five statements.

use std::collections::BTreeMap;

use jiff::{civil, tz::Offset};
use sqlx::AssertSqlSafe;

use super::Session;
use super::error::failure;
use super::within;
use crate::audit::evidence::{Elsewhere, Evidence, LeftOver, Missing, TableAge};
use crate::catalog::CatalogError;
use crate::schema::{Name, TableName};

/// The server opens each table that it tells the time of.
const TIMES_OF: usize = 50;
/// More views or rights than these are not looked at.
const MOST_LEFT: usize = 1_000;
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
        match self.left_overs(missing).await {
            Ok(left_overs) => evidence.left_overs = left_overs,
            Err(error) => {
                let error = failure(&error);
                evidence
                    .not_gathered
                    .push(format!("views and rights that outlive a table: {}", error.message));
            }
        }
        Ok(evidence)
    }

    /// Views and rights: neither can be made without its table, and neither goes with it.
    async fn left_overs(&mut self, missing: &Missing) -> Result<Vec<LeftOver>, sqlx::Error> {
        let dialect = self.server.dialect;
        let schema = dialect.quote_literal(&self.server.schema);
        // Of a view MariaDB reads its file and MySQL its dictionary; the tables beneath are not opened.
        let sql = format!(
            "SELECT CAST(table_name AS CHAR), CAST(view_definition AS CHAR) FROM information_schema.views \
              WHERE table_schema = {schema} ORDER BY table_name LIMIT {MOST_LEFT}"
        );
        let views: Vec<(String, Option<String>)> = self.fetch_text(AssertSqlSafe(sql)).await?;
        let names: Vec<String> = missing.tables.iter().map(|it| dialect.quote_literal(it)).collect();
        let mut left = Vec::new();
        for table in &missing.tables {
            // As the server writes them, whatever was typed.
            let written = format!("{}.{}", dialect.quote(&self.server.schema), dialect.quote(table));
            let speaks_of_it = |text: &Option<String>| text.as_ref().is_some_and(|it| it.contains(&written));
            let views = views.iter().filter(|(_, text)| speaks_of_it(text));
            left.extend(
                views.map(|(view, _)| LeftOver { table: table.clone(), what: format!("view {view}") }),
            );
        }
        if names.is_empty() {
            return Ok(left);
        }
        let of_missing = format!("table_schema = {schema} AND table_name IN ({})", names.join(", "));
        let rights_in = |view: &str| {
            format!(
                "SELECT CAST(table_name AS CHAR), CAST(grantee AS CHAR), CAST(privilege_type AS CHAR) \
                   FROM information_schema.{view} WHERE {of_missing}"
            )
        };
        let sql = format!(
            "{} UNION {} ORDER BY 1, 2 LIMIT {MOST_LEFT}",
            rights_in("table_privileges"),
            rights_in("column_privileges")
        );
        let rights: Vec<(String, String, String)> = self.fetch_text(AssertSqlSafe(sql)).await?;
        for rights in rights.chunk_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1)) {
            // Who may make the table can have been given rights on it before it was there.
            let may_create = rights.iter().any(|(.., right)| right == "CREATE");
            if let Some((table, grantee, _)) = rights.first().filter(|_| !may_create) {
                left.push(LeftOver {
                    table: self.server.naming.table(&TableName::unqualified(table.as_str())).name,
                    what: format!("a right of {grantee} on {table}"),
                });
            }
        }
        Ok(left)
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
