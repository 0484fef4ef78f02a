//! Observes over a connection that is somebody else's, inside his transaction, so that what he has changed there is
//! seen. For `mend` alone: the service reads over sessions of its own, which cannot write.

use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::SqliteConnection;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};

use super::{CatalogError, FailureReason, Target, mysql, postgres, sqlite};
use crate::audit::Observation;
use crate::migration::Interest;

/// The connection comes back only after a success: after a failure its transaction is lost anyway.
pub async fn observe_postgres(
    connection: PgConnection,
    target: &Target,
    interest: &Interest,
) -> Result<(PgConnection, Observation), CatalogError> {
    postgres::observe_inside(connection, target, interest).await
}

/// [`observe_postgres`] for SQLite.
pub async fn observe_sqlite(
    connection: SqliteConnection,
    target: &Target,
    interest: &Interest,
) -> Result<(SqliteConnection, Observation), CatalogError> {
    sqlite::observe_inside(connection, target, interest).await
}

/// How to connect, as the audit does.
pub fn postgres_options(url: &SecretString) -> Result<PgConnectOptions, CatalogError> {
    postgres::url::connect_options(url)
}

pub fn mysql_options(url: &SecretString) -> Result<MySqlConnectOptions, CatalogError> {
    MySqlConnectOptions::from_str(url.expose_secret()).map_err(|_| {
        let message = "the URL is not understood: it must be like mysql://role:password@host:3306/database";
        CatalogError::new(FailureReason::InvalidUrl, message)
    })
}

/// The file behind a SQLite URL; it must be there.
pub async fn sqlite_file(url: &SecretString) -> Result<PathBuf, CatalogError> {
    let file = sqlite::file::DatabaseFile::of_url(url)?;
    file.identity().await?;
    Ok(file.path().to_owned())
}

/// Why a connection was refused, without the URL.
pub fn postgres_connect_failure(error: &sqlx::Error) -> CatalogError {
    postgres::error::while_connecting(error)
}

/// [`postgres_connect_failure`] for MySQL and MariaDB.
pub fn mysql_connect_failure(error: &sqlx::Error) -> CatalogError {
    mysql::error::connect_failure(error)
}
