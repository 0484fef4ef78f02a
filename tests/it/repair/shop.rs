//! A small shop on each engine: built whole by its own DDL, broken by hand, repaired by the command line.

use std::process::Command;
use std::time::Duration;

use schema_health::audit::{Policy, audit};
use schema_health::catalog::{Budgets, LedgerSource, Session, Target};
use schema_health::dialect::Dialect;
use schema_health::migration::{Manifest, ledger};
use schema_health::schema::{Change, Schema};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, Row};
use tempfile::TempDir;

use crate::servers::mysql::{MysqlDatabase, mysql_database};
use crate::servers::postgres::{PostgresDatabase, postgres_database};
use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

/// How often, a quarter of a second apart, a scratch database is looked for again.
const PATIENCE: u32 = 80;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Postgres,
    Mysql,
    Sqlite,
}

enum Server {
    Postgres(PostgresDatabase),
    Mysql(MysqlDatabase),
    Sqlite(SqliteDatabase),
}

pub struct Shop {
    server: Server,
    pub folder: TempDir,
}

/// How a run of the command line ended.
pub struct Told {
    pub code: i32,
    pub out: String,
    pub err: String,
}

const MANIFEST: &str = "
format: 1
dialect: DIALECT
ledger: django
migrations:
  - app: shop
    name: 0001_initial
    operations:
      - create_table:
          name: shop_customer
          columns: {id: integer primary key, email: varchar(100) not null, city: varchar(50)}
      - create_table:
          name: shop_order
          columns: {id: integer primary key, total: integer not null, customer_id: integer not null, note: varchar(30)}
  - app: shop
    name: 0002_more
    dependencies: [shop.0001_initial]
    operations:
      - add_unique: {table: shop_customer, name: shop_customer_email, columns: [email]}
      - add_index: {table: shop_customer, name: shop_customer_city, columns: [city]}
      - add_check: {table: shop_order, name: shop_order_total, columns: [total], expression: total > 0}
      - add_foreign_key:
          {table: shop_order, name: shop_order_customer, columns: [customer_id], references: shop_customer, referenced_columns: [id]}
      - create_table:
          name: shop_item
          columns: {id: integer primary key, order_id: integer not null}
          foreign_keys:
            - {name: shop_item_order, columns: [order_id], references: shop_order, referenced_columns: [id]}
";

const LEDGER: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamp NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00'), (2, 'shop', '0002_more', '2026-01-02 10:00:00');
";

const ROWS: &str = "
INSERT INTO shop_customer (id, email, city) VALUES (1, 'a@x', 'Berlin'), (2, 'b@x', NULL);
INSERT INTO shop_order (id, total, customer_id, note) VALUES (1, 10, 1, 'x'), (2, 20, 2, NULL);
";

impl Shop {
    /// Whole, with rows.
    pub async fn new(engine: Engine) -> Self {
        Self::of(engine, MANIFEST, ROWS).await
    }

    /// What this manifest makes, with these rows.
    pub async fn of(engine: Engine, manifest: &str, rows: &str) -> Self {
        let server = match engine {
            Engine::Postgres => Server::Postgres(postgres_database().await),
            Engine::Mysql => Server::Mysql(mysql_database().await),
            Engine::Sqlite => Server::Sqlite(sqlite_database().await),
        };
        let shop = Self { server, folder: TempDir::new().unwrap() };
        let text = manifest.replace("DIALECT", &shop.dialect().to_string());
        std::fs::write(shop.folder.path().join("manifest.yaml"), text).unwrap();
        let manifest = shop.manifest();
        shop.execute(LEDGER).await;
        let all = (0..).take(manifest.migrations.len()).collect();
        let whole = schema_health::migration::fold(&manifest, &all, &shop.dialect().naming()).schema;
        let mut last = Vec::new();
        for table in whole.tables.values() {
            let (bare, rest) = shop.dialect().split_table(table);
            last.extend(rest);
            let sql = shop.dialect().render(&Change::CreateTable(bare.into())).unwrap();
            shop.execute(&sql.join(";")).await;
        }
        last.sort_by_key(|change| matches!(change, Change::AddForeignKey { .. }));
        for change in last {
            shop.execute(&shop.dialect().render(&change).unwrap().join(";")).await;
        }
        shop.execute(rows).await;
        shop
    }

    pub fn dialect(&self) -> Dialect {
        match &self.server {
            Server::Postgres(_) => Dialect::Postgres,
            Server::Mysql(database) => database.dialect,
            Server::Sqlite(_) => Dialect::Sqlite,
        }
    }

    pub fn engine(&self) -> Engine {
        match &self.server {
            Server::Postgres(_) => Engine::Postgres,
            Server::Mysql(_) => Engine::Mysql,
            Server::Sqlite(_) => Engine::Sqlite,
        }
    }

    pub fn url(&self) -> String {
        match &self.server {
            Server::Postgres(database) => database.url(),
            Server::Mysql(database) => database.url(),
            Server::Sqlite(database) => database.url(),
        }
    }

    pub fn postgres(&self) -> &PostgresDatabase {
        let Server::Postgres(database) = &self.server else { panic!("not PostgreSQL") };
        database
    }

    pub fn mysql(&mut self) -> &mut MysqlDatabase {
        let Server::Mysql(database) = &mut self.server else { panic!("not MySQL") };
        database
    }

    pub fn sqlite(&self) -> &SqliteDatabase {
        let Server::Sqlite(database) = &self.server else { panic!("not SQLite") };
        database
    }

    fn manifest(&self) -> Manifest {
        Manifest::load(&self.folder.path().join("manifest.yaml")).unwrap()
    }

    pub async fn break_it(&self) {
        self.execute(match &self.server {
            Server::Postgres(_) => {
                "DROP TABLE shop_item; ALTER TABLE shop_order DROP CONSTRAINT shop_order_customer, \
                 DROP CONSTRAINT shop_order_total, DROP COLUMN note; ALTER TABLE shop_customer \
                 DROP CONSTRAINT shop_customer_email, DROP COLUMN city"
            }
            Server::Mysql(_) => {
                "DROP TABLE shop_item; ALTER TABLE shop_order DROP FOREIGN KEY shop_order_customer; \
                 ALTER TABLE shop_order DROP INDEX shop_order_customer; \
                 ALTER TABLE shop_order DROP CONSTRAINT shop_order_total, DROP COLUMN note; \
                 ALTER TABLE shop_customer DROP INDEX shop_customer_email, DROP INDEX shop_customer_city, DROP COLUMN city"
            }
            Server::Sqlite(_) => {
                "PRAGMA foreign_keys = OFF; DROP TABLE shop_item; \
                 CREATE TABLE o (id integer NOT NULL PRIMARY KEY, total integer NOT NULL, customer_id integer NOT NULL); \
                 INSERT INTO o SELECT id, total, customer_id FROM shop_order; DROP TABLE shop_order; \
                 ALTER TABLE o RENAME TO shop_order; \
                 CREATE TABLE c (id integer NOT NULL PRIMARY KEY, email varchar(100) NOT NULL); \
                 INSERT INTO c SELECT id, email FROM shop_customer; DROP TABLE shop_customer; \
                 ALTER TABLE c RENAME TO shop_customer; \
                 CREATE VIEW totals AS SELECT total FROM shop_order; \
                 CREATE TRIGGER positive AFTER INSERT ON shop_order BEGIN SELECT 1; END"
            }
        })
        .await;
    }

    pub async fn lose_required_column(&self) {
        self.execute(match &self.server {
            Server::Postgres(_) => "ALTER TABLE shop_customer DROP COLUMN email",
            Server::Mysql(_) => "ALTER TABLE shop_customer DROP INDEX shop_customer_email, DROP COLUMN email",
            Server::Sqlite(_) => {
                "PRAGMA foreign_keys = OFF; CREATE TABLE c (id integer NOT NULL PRIMARY KEY, city varchar(50)); \
                 INSERT INTO c SELECT id, city FROM shop_customer; DROP TABLE shop_customer; \
                 ALTER TABLE c RENAME TO shop_customer; CREATE INDEX shop_customer_city ON shop_customer (city)"
            }
        })
        .await;
    }

    pub async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.unwrap_or_else(|error| panic!("{error} in {sql}"));
    }

    pub async fn try_execute(&self, sql: &str) -> Result<(), String> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let done = match &self.server {
            Server::Postgres(database) => query.execute(&mut database.connect().await).await.map(drop),
            Server::Mysql(database) => query.execute(&mut database.connect().await).await.map(drop),
            Server::Sqlite(database) => {
                let mut connection = database.connect().await;
                let done = query.execute(&mut connection).await.map(drop);
                connection.close().await.unwrap();
                done
            }
        };
        done.map_err(|error| error.to_string())
    }

    fn target(&self) -> Target {
        Target {
            url: SecretString::from(self.url()),
            schema: None,
            ledger: LedgerSource { format: &ledger::DJANGO, table: None, schema: None },
            budgets: Budgets { connect: Duration::from_secs(30), ..Budgets::default() },
        }
    }

    pub async fn catalog(&self) -> Schema {
        let mut session = Session::open(&self.target()).await.unwrap();
        let observation = session.observe(&self.manifest().interest()).await.unwrap();
        session.close().await;
        observation.catalog.actual
    }

    /// In alphabetical order.
    pub async fn finding_ids(&self) -> Vec<String> {
        let manifest = self.manifest();
        let mut session = Session::open(&self.target()).await.unwrap();
        let observation = session.observe(&manifest.interest()).await.unwrap();
        session.close().await;
        let report = audit(&manifest, &observation, &Policy::default());
        let mut ids: Vec<String> = report.findings.into_iter().map(|it| it.id).collect();
        ids.sort();
        ids
    }

    /// What the customers and orders are.
    pub async fn rows(&self) -> Vec<i64> {
        self.numbers(
            "SELECT CAST(id AS CHAR(9)) FROM shop_customer UNION ALL SELECT CAST(total AS CHAR(9)) FROM shop_order",
        )
        .await
    }

    /// The numbers, each `CAST(… AS CHAR(9))`, that a query gives, in order.
    pub async fn numbers(&self, sql: &'static str) -> Vec<i64> {
        let texts: Vec<String> = match &self.server {
            Server::Postgres(database) => {
                let rows = sqlx::query(sql).fetch_all(&mut database.connect().await).await.unwrap();
                rows.iter().map(|it| it.get(0)).collect()
            }
            Server::Mysql(database) => {
                let rows = sqlx::query(sql).fetch_all(&mut database.connect().await).await.unwrap();
                rows.iter().map(|it| it.get(0)).collect()
            }
            Server::Sqlite(database) => {
                let rows = sqlx::query(&*sql.replace("CHAR(9)", "TEXT").leak())
                    .fetch_all(&mut database.connect().await)
                    .await
                    .unwrap();
                rows.iter().map(|it| it.get(0)).collect()
            }
        };
        let mut numbers: Vec<i64> = texts.iter().map(|it| it.trim().parse().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    }

    /// What a proof has left behind.
    pub async fn scratch_databases(&self) -> Vec<String> {
        let mut left = self.scratch_databases_now().await;
        // Those of other tests, which prove something at the same time, go soon.
        for _ in 0..PATIENCE {
            if left.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
            let now = self.scratch_databases_now().await;
            left.retain(|it| now.contains(it));
        }
        left
    }

    async fn scratch_databases_now(&self) -> Vec<String> {
        let Server::Mysql(database) = &self.server else { return Vec::new() };
        let sql = "SELECT CAST(SCHEMA_NAME AS CHAR) FROM information_schema.SCHEMATA \
                   WHERE SCHEMA_NAME LIKE 'schema\\_health\\_scratch\\_%'";
        let rows = sqlx::query(sql).fetch_all(&mut database.connect().await).await.unwrap();
        rows.iter().map(|it| it.get(0)).collect()
    }

    /// `repair --url … --manifest …` and `more`.
    pub async fn repair(&self, more: &[&str]) -> Told {
        self.repair_by(&self.url(), more).await
    }

    pub async fn repair_by(&self, url: &str, more: &[&str]) -> Told {
        let manifest = self.folder.path().join("manifest.yaml");
        let mut command = command();
        command.args(["repair", "shop", "--url", url, "--manifest"]).arg(manifest).args(more);
        told(command).await
    }

    /// `check --url … --manifest …` and `more`.
    pub async fn check(&self, more: &[&str]) -> Told {
        let manifest = self.folder.path().join("manifest.yaml");
        let mut command = command();
        command.args(["check", "--url", &self.url(), "--manifest"]).arg(manifest).args(more);
        told(command).await
    }

    /// By the configuration, of which `more` are further lines.
    pub async fn repair_configured(&self, arguments: &[&str], more: &str) -> Told {
        let file = self.folder.path().join("schema-health.yaml");
        let text = format!(
            "databases:\n  shop:\n    url: \"{}\"\n    manifest: manifest.yaml\n    {more}\n",
            self.url()
        );
        std::fs::write(&file, text).unwrap();
        let mut command = command();
        command.arg("--config").arg(file).args(["repair", "shop"]).args(arguments);
        told(command).await
    }
}

pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_schema-health"));
    command.env_remove("SCHEMA_HEALTH_URL").env_remove("SCHEMA_HEALTH_CONFIG");
    command
}

/// Off the test's own threads, which may have to play a part meanwhile.
pub async fn told(mut command: Command) -> Told {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Told {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
