//! Reads MySQL and MariaDB: each view of `information_schema` alone, joined on our side.

mod assemble;
mod error;
mod grants;
mod ledger;
mod references;

use std::collections::HashMap;
use std::future::Future;
use std::str::FromStr;

use secrecy::ExposeSecret;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, FromRow, Row, SqlSafeStr};

use super::*;
use crate::audit::{CatalogObservation, Visibility};
use crate::dialect::Naming;
use crate::schema::{Schema, Table};

use self::assemble::{Place, Rows};
use self::error::{connect_failure, failure};

pub struct Session {
    target: Target,
    server: Server,
    connection: MySqlConnection,
}

/// What the server said of itself and of us.
struct Server {
    dialect: Dialect,
    version: String,
    naming: Naming,
    /// As `CURRENT_USER()` says it: `user@host`.
    role: String,
    /// The audited database.
    schema: String,
}

#[derive(FromRow)]
struct ServerRow {
    version: String,
    lower_case_table_names: i64,
    role: String,
    current_database: Option<String>,
}

impl Session {
    pub async fn open(target: &Target) -> Result<Self, CatalogError> {
        let options = MySqlConnectOptions::from_str(target.url.expose_secret()).map_err(|_| {
            let message = "the URL is not understood: it must be like mysql://role:password@host:3306/database, \
                           with special characters percent-encoded";
            CatalogError::new(FailureReason::InvalidUrl, message)
        })?;
        let options = options.timezone(Some("+00:00".to_owned())).disable_statement_logging();
        let connecting = within(target.budgets.connect, Self::connect(target, options)).await;
        connecting.map_err(|error| match error.reason {
            FailureReason::Timeout => CatalogError { reason: FailureReason::Unreachable, ..error },
            _ => error,
        })
    }

    async fn connect(target: &Target, options: MySqlConnectOptions) -> Result<Self, CatalogError> {
        let mut connection = options.connect().await.map_err(|error| connect_failure(&error))?;
        let row: ServerRow = sqlx::query_as(include_str!("mysql/server.sql"))
            .fetch_one(&mut connection)
            .await
            .map_err(|error| failure(&error))?;
        let server = Server::new(row, target.schema.as_deref())?;
        let mut session = Self { target: target.clone(), server, connection };
        session.set_limits().await?;
        session.require_schema().await?;
        Ok(session)
    }

    /// Read-only, and the server's own limits on locks and statements.
    async fn set_limits(&mut self) -> Result<(), CatalogError> {
        let Budgets { lock, statement, .. } = self.target.budgets;
        let lock = lock.as_secs_f64().ceil().max(1.0);
        let statement = match self.server.dialect {
            Dialect::Mariadb => format!("max_statement_time = {}", statement.as_secs_f64().max(0.001)),
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                format!("max_execution_time = {}", statement.as_millis().max(1))
            }
        };
        let sql = format!(
            "SET SESSION lock_wait_timeout = {lock}, innodb_lock_wait_timeout = {lock}, {statement}; \
             SET SESSION TRANSACTION READ ONLY; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        );
        self.run(AssertSqlSafe(sql)).await
    }

    /// A database that a role may not see and one that is not there look the same from outside.
    async fn require_schema(&mut self) -> Result<(), CatalogError> {
        let schema = self.server.schema.clone();
        let sql =
            "SELECT CAST(schema_name AS CHAR) AS name FROM information_schema.schemata WHERE schema_name = ?";
        if self.rows::<(String,)>(sql, &schema).await?.is_empty() {
            let message = "the server shows no database of this name to this role: check the name and the role's grants";
            return Err(CatalogError::new(FailureReason::NoDatabase, message));
        }
        Ok(())
    }

    pub async fn observe(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        within(self.target.budgets.audit, self.observe_without_budget(interest)).await
    }

    /// The snapshot holds for the rows of the ledger only: the catalog is not transactional here. The ledger's
    /// moment is the older one, so that a migration in between shows as something unexpected, not as missing.
    async fn observe_without_budget(&mut self, interest: &Interest) -> Result<Observation, CatalogError> {
        self.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY").await?;
        let mut actual = Schema::default();
        let mut visibility = Visibility::Full;
        let grants = self.read_grants().await?;
        let audited = self.server.schema.clone();
        let others = interest.schemas.iter().filter(|schema| **schema != audited);
        for schema in [&audited].into_iter().chain(others) {
            let of_schema = self.read_schema(schema, &grants, &mut actual).await?;
            if visibility == Visibility::Full {
                visibility = of_schema;
            }
        }
        let ledger = self.read_ledger().await?;
        self.run("COMMIT").await?;
        Ok(Observation {
            dialect: self.server.dialect,
            server_version: self.server.version.clone(),
            schema: audited.as_str().into(),
            naming: self.server.naming,
            ledger_table: self.server.naming.table(&self.target.ledger.table_name()),
            ledger,
            catalog: CatalogObservation { actual, visibility, unread: Vec::new() },
        })
    }

    async fn read_schema(
        &mut self,
        schema: &str,
        grants: &[String],
        actual: &mut Schema,
    ) -> Result<Visibility, CatalogError> {
        let mut visibility = grants::visibility(grants, schema, &self.server.role);
        let rows = self.read_rows(schema).await?;
        let keys =
            rows.foreign_keys.chunk_by(|a, b| a.table_name == b.table_name && a.name == b.name).count();
        let place = Place {
            dialect: self.server.dialect,
            naming: &self.server.naming,
            schema,
            audited_schema: &self.server.schema,
        };
        let tables = assemble::tables(rows, &place);
        if tables.iter().map(|table| table.foreign_keys.len()).sum::<usize>() < keys {
            visibility = Visibility::Partial { grant: grants::catalog_grant(schema, &self.server.role) };
        }
        let is_shut = |table: &Table| table.kind.holds_rows() && table.columns.is_empty();
        if visibility == Visibility::Full && tables.iter().any(is_shut) {
            let message = "the columns of a table are not to be had while something holds an exclusive lock on it: \
                           it is tried again at the next audit";
            return Err(CatalogError::new(FailureReason::Locked, message));
        }
        tables.into_iter().for_each(|table| actual.insert(table));
        Ok(visibility)
    }

    async fn read_rows(&mut self, schema: &str) -> Result<Rows, CatalogError> {
        let mut rows = Rows {
            tables: self.rows(include_str!("mysql/tables.sql"), schema).await?,
            columns: self.rows(include_str!("mysql/columns.sql"), schema).await?,
            foreign_keys: self.rows(include_str!("mysql/foreign_key_columns.sql"), schema).await?,
            rules: self.rows(include_str!("mysql/foreign_key_rules.sql"), schema).await?,
            ..Rows::default()
        };
        match self.server.dialect {
            Dialect::Mariadb => {
                rows.indexes = self.rows(include_str!("mysql/indexes_mariadb.sql"), schema).await?;
                rows.checks = self.rows(include_str!("mysql/checks_mariadb.sql"), schema).await?;
            }
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                rows.indexes = self.rows(include_str!("mysql/indexes_mysql.sql"), schema).await?;
                rows.checks = self.rows(include_str!("mysql/checks_mysql.sql"), schema).await?;
                let tables = self.rows(include_str!("mysql/check_tables_mysql.sql"), schema).await?;
                let table_of: HashMap<String, String> =
                    tables.into_iter().map(|(table, name): (String, String)| (name, table)).collect();
                for check in &mut rows.checks {
                    check.table_name = table_of.get(&check.name).cloned().unwrap_or_default();
                }
            }
        }
        self.read_hidden_rules(schema, &mut rows).await?;
        Ok(rows)
    }

    /// MariaDB tells the rights of the enabled roles too, MySQL only when it is asked for them.
    async fn read_grants(&mut self) -> Result<Vec<String>, CatalogError> {
        let sql = match self.server.dialect {
            Dialect::Mariadb => "SHOW GRANTS".to_owned(),
            Dialect::Mysql | Dialect::Postgres | Dialect::Sqlite => {
                let roles =
                    self.fetch_raw("SELECT CAST(CURRENT_ROLE() AS CHAR)").await.map_err(|e| failure(&e))?;
                let roles =
                    roles.first().and_then(|row| row.try_get::<String, _>(0).ok()).unwrap_or_default();
                match roles.as_str() {
                    "" | "NONE" => "SHOW GRANTS".to_owned(),
                    // Quoted by the server.
                    roles => format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}"),
                }
            }
        };
        let rows = self.fetch_raw(AssertSqlSafe(sql)).await.map_err(|error| failure(&error))?;
        rows.iter().map(|row| row.try_get(0).map_err(|error| failure(&error))).collect()
    }

    /// Counts the statements that change a catalog as they *begin*, on the whole server.
    pub async fn probe(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        let statement = self.target.budgets.statement;
        let rows = within(statement, async {
            self.fetch_raw(include_str!("mysql/probe.sql")).await.map_err(|error| failure(&error))
        })
        .await?;
        let mut sum = 0_u64;
        for row in rows {
            let value: String = row.try_get(1).map_err(|error| failure(&error))?;
            sum = sum.wrapping_add(value.parse().unwrap_or_default());
        }
        Ok(Some(Fingerprint(sum.to_string())))
    }

    /// None: nothing cheaper than the catalog itself tells when a statement has *ended*, nor of the ledger.
    pub async fn fingerprint(&mut self) -> Result<Option<Fingerprint>, CatalogError> {
        Ok(None)
    }

    pub async fn close(self) {
        // Nothing was written: whatever the goodbye says, nothing is lost.
        let _ = tokio::time::timeout(self.target.budgets.connect, self.connection.close()).await;
    }

    async fn rows<R>(&mut self, sql: &'static str, schema: &str) -> Result<Vec<R>, CatalogError>
    where
        R: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
    {
        let budget = self.patience();
        within(budget, async {
            sqlx::query_as(sql)
                .bind(schema)
                .fetch_all(&mut self.connection)
                .await
                .map_err(|error| failure(&error))
        })
        .await
    }

    async fn fetch_text<R>(&mut self, sql: impl SqlSafeStr) -> Result<Vec<R>, sqlx::Error>
    where
        R: for<'r> FromRow<'r, MySqlRow> + Send + Unpin,
    {
        self.fetch_raw(sql).await?.iter().map(R::from_row).collect()
    }

    /// By the text protocol, which takes every statement, and several at once.
    async fn fetch_raw(&mut self, sql: impl SqlSafeStr) -> Result<Vec<MySqlRow>, sqlx::Error> {
        sqlx::raw_sql(sql).fetch_all(&mut self.connection).await
    }

    async fn run(&mut self, sql: impl SqlSafeStr) -> Result<(), CatalogError> {
        self.fetch_raw(sql).await.map(drop).map_err(|error| failure(&error))
    }

    /// How long a statement may take before the server counts as frozen: its own limit comes first.
    fn patience(&self) -> Duration {
        self.target.budgets.statement + Duration::from_secs(1)
    }
}

impl Server {
    fn new(row: ServerRow, schema: Option<&str>) -> Result<Self, CatalogError> {
        let is_mariadb = row.version.to_ascii_lowercase().contains("mariadb");
        let dialect = if is_mariadb { Dialect::Mariadb } else { Dialect::Mysql };
        let Some(schema) = schema.map(str::to_owned).or(row.current_database) else {
            let message = "the URL names no database: add it behind the host, as in mysql://host/database";
            return Err(CatalogError::new(FailureReason::NoDatabase, message));
        };
        let naming = Naming { fold_tables: row.lower_case_table_names != 0, ..dialect.naming() };
        Ok(Self { dialect, version: row.version, naming, role: row.role, schema })
    }
}

/// `work` under our own budget, for a server that does not answer at all.
async fn within<T>(
    budget: Duration,
    work: impl Future<Output = Result<T, CatalogError>>,
) -> Result<T, CatalogError> {
    tokio::time::timeout(budget, work).await.unwrap_or_else(|_| {
        let message = format!("the server did not answer within {budget:?}");
        Err(CatalogError::new(FailureReason::Timeout, message))
    })
}
