//! Where a corpus is migrated: a database that can be damaged, audited and put back.

use std::collections::BTreeMap;
use std::time::Duration;

use schema_health::audit::{Observation, Policy, Report, audit};
use schema_health::catalog::{Budgets, LedgerSource, Session, Target};
use schema_health::dialect::Dialect;
use schema_health::migration::{Manifest, ledger};
use schema_health::repair::{Plan, plan};
use schema_health::schema::{Name, Schema, Table, TableName};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::servers::mysql::{MysqlDatabase, mysql_database};
use crate::servers::postgres::{PostgresDatabase, postgres_database};
use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

pub enum Ground {
    /// With what makes each of its constraints and indexes, by table and name.
    Postgres(PostgresDatabase, BTreeMap<(String, String), String>),
    /// With the `CREATE TABLE` of each table while it was whole.
    Mariadb(MysqlDatabase, BTreeMap<TableName, String>),
    Sqlite(SqliteDatabase),
}

impl Ground {
    pub async fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Postgres => Self::Postgres(postgres_database().await, BTreeMap::new()),
            Dialect::Mysql | Dialect::Mariadb => Self::Mariadb(mysql_database().await, BTreeMap::new()),
            Dialect::Sqlite => Self::Sqlite(sqlite_database().await),
        }
    }

    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Postgres(..) => Dialect::Postgres,
            Self::Mariadb(database, _) => database.dialect,
            Self::Sqlite(_) => Dialect::Sqlite,
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::Postgres(database, _) => database.url(),
            Self::Mariadb(database, _) => database.url(),
            Self::Sqlite(database) => database.url(),
        }
    }

    /// Keeps what [`Ground::restore`] needs.
    pub async fn save(&mut self, whole: &Schema) {
        match self {
            Self::Postgres(database, saved) => *saved = constraints(database).await,
            Self::Mariadb(database, saved) => {
                let mut connection = database.connect().await;
                for name in whole.tables.keys() {
                    let sql = format!("SHOW CREATE TABLE {}", Dialect::Mariadb.table(name));
                    let row: (String, String) =
                        sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
                    saved.insert(name.clone(), row.1);
                }
                connection.close().await.unwrap();
            }
            Self::Sqlite(database) => {
                std::fs::copy(database.path(), database.path().with_extension("saved")).unwrap();
            }
        }
    }

    /// Puts back what was dropped; the rows are gone.
    pub async fn restore(&self, damaged: &Schema, whole: &Schema) {
        match self {
            Self::Postgres(database, saved) => {
                let plan = plan(Dialect::Postgres, damaged, whole);
                let mut statements: Vec<String> = plan.statements.into_iter().map(|it| it.sql()).collect();
                // A plan from a manifest without names gave what it made others.
                for (name, table) in &whole.tables {
                    statements.extend(damaged.tables.get(name).into_iter().flat_map(|it| renames(it, table)));
                }
                self.execute(&statements.join(";\n")).await.unwrap();
                // A plan has no need of a second one that promises what a first does.
                let standing = constraints(database).await;
                let twins = saved.iter().filter(|(key, _)| !standing.contains_key(key));
                let twins: Vec<&str> = twins.map(|(_, sql)| sql.as_str()).collect();
                if !twins.is_empty() {
                    self.execute(&twins.join(";\n")).await.unwrap();
                }
            }
            Self::Mariadb(_, saved) => {
                let differs = |name: &&TableName| damaged.tables.get(*name) != whole.tables.get(*name);
                let damaged: Vec<&TableName> = saved.keys().filter(differs).collect();
                // All go before any comes: a foreign key may lead to a table that is not there, not to a damaged one.
                let drop =
                    |name: &&TableName| format!("DROP TABLE IF EXISTS {}", Dialect::Mariadb.table(name));
                let mut sql: Vec<String> = damaged.iter().map(drop).collect();
                sql.extend(damaged.iter().map(|name| saved[*name].clone()));
                if sql.is_empty() {
                    return;
                }
                self.execute(&sql.join(";\n")).await.unwrap();
            }
            Self::Sqlite(database) => {
                // Another file under the same path: written over, it would fool the page cache of whoever has it open.
                let fresh = database.path().with_extension("fresh");
                std::fs::copy(database.path().with_extension("saved"), &fresh).unwrap();
                std::fs::rename(&fresh, database.path()).unwrap();
            }
        }
    }

    /// Runs a plan as `repair --apply` does: over a connection of its own, SQLite's statements in transactions.
    pub async fn run_plan(&self, plan: &Plan) -> Result<(), String> {
        match self {
            Self::Postgres(database, _) => run_plan(&mut database.connect().await, plan, false).await,
            Self::Mariadb(database, _) => run_plan(&mut database.connect().await, plan, false).await,
            Self::Sqlite(database) => {
                let mut connection = database.connect().await;
                let hurry = "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF";
                sqlx::raw_sql(hurry).execute(&mut connection).await.unwrap();
                let ran = run_plan(&mut connection, plan, true).await;
                connection.close().await.unwrap();
                ran
            }
        }
    }

    pub async fn session(&self) -> Session {
        let budgets = Budgets { audit: Duration::from_secs(120), ..Budgets::default() };
        let target = Target {
            url: SecretString::from(self.url()),
            schema: None,
            ledger: LedgerSource { format: &ledger::DJANGO, table: None, schema: None },
            budgets,
        };
        Session::open(&target).await.unwrap()
    }

    /// Runs a script over a connection of its own; foreign keys do not hinder what is to be damaged.
    pub async fn execute(&self, sql: &str) -> Result<(), String> {
        let [result] = self.execute_first(vec![Ok(vec![sql.to_owned()])]).await.try_into().unwrap();
        result
    }

    /// Of each entry the first script that the server takes; the error of the last when it takes none.
    pub async fn execute_first(&self, entries: Vec<Result<Vec<String>, String>>) -> Vec<Result<(), String>> {
        match self {
            Self::Postgres(database, _) => {
                let mut connection = database.connect().await;
                let results = execute_first(&mut connection, entries).await;
                connection.close().await.unwrap();
                results
            }
            Self::Mariadb(database, _) => {
                let mut connection = database.connect().await;
                sqlx::raw_sql("SET foreign_key_checks = 0").execute(&mut connection).await.unwrap();
                let results = execute_first(&mut connection, entries).await;
                connection.close().await.unwrap();
                results
            }
            Self::Sqlite(database) => {
                let mut connection = database.connect().await;
                let hurry =
                    "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY";
                sqlx::raw_sql(hurry).execute(&mut connection).await.unwrap();
                let results = execute_first(&mut connection, entries).await;
                connection.close().await.unwrap();
                results
            }
        }
    }
}

async fn run_plan<C>(connection: &mut C, plan: &Plan, in_transactions: bool) -> Result<(), String>
where
    for<'c> &'c mut C: Executor<'c>,
{
    for statement in &plan.statements {
        if let Some(query) = &statement.only_if {
            let row = sqlx::raw_sql(AssertSqlSafe(query.clone())).fetch_optional(&mut *connection).await;
            if row.map_err(|error| format!("{error} in {query}"))?.is_none() {
                continue;
            }
        }
        let commands = statement.commands.iter().map(String::as_str);
        let (begin, end) = if in_transactions { (Some("BEGIN"), Some("COMMIT")) } else { (None, None) };
        for command in begin.into_iter().chain(commands).chain(end) {
            let ran = sqlx::raw_sql(AssertSqlSafe(command.to_owned())).execute(&mut *connection).await;
            ran.map_err(|error| format!("{error} in {command}"))?;
        }
    }
    Ok(())
}

async fn execute_first<C>(
    connection: &mut C,
    entries: Vec<Result<Vec<String>, String>>,
) -> Vec<Result<(), String>>
where
    for<'c> &'c mut C: Executor<'c>,
{
    let mut results = Vec::new();
    for entry in entries {
        let mut result = Err("no way is known".to_owned());
        match entry {
            Ok(scripts) => {
                for script in scripts {
                    let run = sqlx::raw_sql(AssertSqlSafe(script.clone())).execute(&mut *connection).await;
                    result = run.map(drop).map_err(|error| format!("{error} in {script}"));
                    if result.is_ok() {
                        break;
                    }
                }
            }
            Err(reason) => result = Err(reason),
        }
        results.push(result);
    }
    results
}

/// As `check` looks.
pub async fn look(session: &mut Session, manifest: &Manifest) -> (Observation, Report) {
    let observation = session.observe(&manifest.interest()).await.unwrap();
    let report = audit(manifest, &observation, &Policy::default());
    (observation, report)
}

/// Findings as `severity rule table.column (name) expected / actual <- migration`.
pub fn lines(report: &Report) -> Vec<String> {
    let line = |finding: &schema_health::audit::Finding| {
        let subject = &finding.subject;
        format!(
            "{} {} {}.{} ({}) expected {:?} actual {:?} <- {}",
            finding.severity,
            finding.rule.name(),
            subject.table.as_deref().unwrap_or_default(),
            subject.column.as_deref().unwrap_or_default(),
            subject.name.as_deref().unwrap_or_default(),
            finding.expected,
            finding.actual,
            finding.migration.as_ref().map(ToString::to_string).unwrap_or_default(),
        )
    };
    report.findings.iter().map(line).collect()
}

/// What makes each constraint and index of PostgreSQL, by the server's own words; those of materialized views go with
/// them, and these are not put back.
async fn constraints(database: &PostgresDatabase) -> BTreeMap<(String, String), String> {
    let sql = "SELECT conrelid::regclass::text, conname::text,
                      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
               FROM pg_constraint
               WHERE contype IN ('c', 'f', 'u', 'x') AND connamespace = 'public'::regnamespace AND conparentid = 0
               UNION ALL
               SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
               FROM pg_index
                    JOIN pg_class ON pg_class.oid = indexrelid
                    JOIN pg_class indexed ON indexed.oid = indrelid
               WHERE pg_class.relnamespace = 'public'::regnamespace AND NOT pg_class.relispartition
                     AND indexed.relkind IN ('r', 'p')
                     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))";
    let mut connection = database.connect().await;
    let rows: Vec<(String, String, String)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows.into_iter().map(|(table, name, sql)| ((table, name), sql)).collect()
}

/// Gives back their names of `whole` to what stands under others in PostgreSQL.
fn renames(damaged: &Table, whole: &Table) -> Vec<String> {
    let (dialect, table) = (Dialect::Postgres, Dialect::Postgres.table(&whole.name));
    // The constraint of an index goes with it.
    let index = |(from, to): (Name, Name)| {
        format!("ALTER INDEX {} RENAME TO {}", dialect.quote(&from), dialect.quote(&to))
    };
    let constraint = |(from, to): (Name, Name)| {
        format!("ALTER TABLE {table} RENAME CONSTRAINT {} TO {}", dialect.quote(&from), dialect.quote(&to))
    };
    let uniques = other_names(&damaged.uniques, &whole.uniques, |it| &mut it.name).into_iter().map(index);
    let indexes = other_names(&damaged.indexes, &whole.indexes, |it| &mut it.name).into_iter().map(index);
    let keys = other_names(&damaged.foreign_keys, &whole.foreign_keys, |it| &mut it.name);
    let checks = other_names(&damaged.checks, &whole.checks, |it| &mut it.name);
    uniques.chain(indexes).chain(keys.into_iter().chain(checks).map(constraint)).collect()
}

/// The name that each thing has and the one it had, where these differ.
fn other_names<T: Clone + PartialEq>(
    now: &[T],
    then: &[T],
    name: fn(&mut T) -> &mut Option<Name>,
) -> Vec<(Name, Name)> {
    let taken_apart = |it: &T| {
        let mut it = it.clone();
        let name = name(&mut it).take();
        (it, name)
    };
    let mut free: Vec<_> = now.iter().filter(|it| !then.contains(it)).map(taken_apart).collect();
    let mut renamed = Vec::new();
    for (thing, to) in then.iter().filter(|it| !now.contains(it)).map(taken_apart) {
        if let Some(at) = free.iter().position(|(it, _)| *it == thing)
            && let (Some(from), Some(to)) = (free.swap_remove(at).1, to)
        {
            renamed.push((from, to));
        }
    }
    renamed
}
