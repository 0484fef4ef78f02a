//! A SQLite database in a file of its own.

use std::path::PathBuf;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};
use tempfile::TempDir;

/// Gone when dropped.
pub struct SqliteDatabase {
    directory: TempDir,
}

/// An empty database file.
pub async fn sqlite_database() -> SqliteDatabase {
    let database = SqliteDatabase { directory: TempDir::new().unwrap() };
    database.execute("PRAGMA user_version = 1").await;
    database
}

impl SqliteDatabase {
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("db.sqlite3")
    }

    pub fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    pub async fn connect(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).create_if_missing(true).connect().await.unwrap()
    }

    /// Runs any number of statements over a connection of its own.
    pub async fn execute(&self, sql: &str) {
        use sqlx::Connection;
        let mut connection = self.connect().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}
