//! The server's error numbers as failures of ours.

use std::io::ErrorKind;

use sqlx::mysql::MySqlDatabaseError;

use crate::catalog::{CHECK_TLS, CatalogError, FREE_CONNECTIONS, FailureReason, why_not_connected};

/// A failure while connecting: what is not the server's answer is the way to it.
pub fn connect_failure(error: &sqlx::Error) -> CatalogError {
    let unreachable = |message: String| CatalogError::new(FailureReason::Unreachable, message);
    let without_tls =
        || unreachable("no connection: TLS could not be agreed on".to_owned()).advise(CHECK_TLS);
    match error {
        // A certificate that is not trusted comes as data that are not valid.
        sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => without_tls(),
        sqlx::Error::Io(error) => unreachable(format!("no connection: {}", why_not_connected(error))),
        sqlx::Error::Tls(_) => without_tls(),
        sqlx::Error::Protocol(message) | sqlx::Error::InvalidArgument(message) if message.contains("RSA") => {
            without_rsa()
        }
        sqlx::Error::Configuration(source) if source.to_string().contains("RSA") => without_rsa(),
        sqlx::Error::Configuration(_) => CatalogError::new(
            FailureReason::InvalidUrl,
            "a parameter of the URL is not understood, or a file that it names cannot be read",
        ),
        other if other.to_string().contains("RSA") => without_rsa(),
        other => failure(other),
    }
}

/// `caching_sha2_password` and `sha256_password` send the password through TLS, or encrypted with RSA, which is not
/// built in.
fn without_rsa() -> CatalogError {
    CatalogError::new(
        FailureReason::Authentication,
        "the role's password goes over TLS only: say ssl-mode=REQUIRED in the URL and let the server offer TLS",
    )
    .advise(CHECK_TLS)
}

/// <https://mariadb.com/kb/en/mariadb-error-codes/>,
/// <https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html>
pub fn failure(error: &sqlx::Error) -> CatalogError {
    let Some(number) = number(error) else { return broken_connection(error) };
    let (reason, message) = match number {
        1045 | 1698 => (FailureReason::Authentication, "the server refused the role or its password"),
        1130 | 1129 => (FailureReason::Authentication, "the server refuses connections from this host"),
        1251 | 1524 | 2059 => {
            (FailureReason::Authentication, "the role's way of authentication is not supported: see README")
        }
        3159 => {
            let message = "the server takes connections over TLS only: say ssl-mode=REQUIRED in the URL";
            return CatalogError::new(FailureReason::Authentication, message).advise(CHECK_TLS);
        }
        1820 | 1862 => (FailureReason::Authentication, "the role's password has expired: set a new one"),
        3118 | 4151 => {
            (FailureReason::Authentication, "the role's account is locked: ALTER USER … ACCOUNT UNLOCK")
        }
        1049 => (FailureReason::NoDatabase, "the server has no database of this name"),
        1044 => (
            FailureReason::PermissionDenied,
            "the role has no right on this database, or there is none of this name: check the name, and GRANT SELECT on \
             the database to the role",
        ),
        // It names the right that lacks, and on what.
        1142 | 1143 | 1227 | 1370 => {
            let said = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
            return CatalogError::new(FailureReason::PermissionDenied, said);
        }
        1040 | 1203 | 1226 => {
            let message = "the server has no connection left for this role";
            return CatalogError::new(FailureReason::Unreachable, message).advise(FREE_CONNECTIONS);
        }
        1205 | 1213 | 1412 | 1689 => (
            FailureReason::Locked,
            "something holds a lock on the catalog or the ledger: it is tried again at the next audit",
        ),
        1969 | 3024 => (FailureReason::Timeout, "a statement ran out of its time on the server"),
        1053 | 1077 | 1317 | 1927 | 3169 | 4031 => {
            (FailureReason::ConnectionLost, "the server ended the connection in the middle of the audit")
        }
        // A view or a variable of later versions.
        1054 | 1109 | 1193 => (
            FailureReason::Unsupported,
            "the server's catalog lacks what is read: MySQL 8.0.16 or MariaDB 10.6 is the oldest that has it",
        ),
        _ => {
            let message = format!("the server refused to be read, with its error {number}");
            return CatalogError::new(FailureReason::Unsupported, message);
        }
    };
    CatalogError::new(reason, message)
}

fn broken_connection(error: &sqlx::Error) -> CatalogError {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => CatalogError::new(
            FailureReason::ConnectionLost,
            "the connection broke in the middle of the audit",
        ),
        sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::Decode(_)
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::Protocol(_) => {
            CatalogError::new(FailureReason::Unsupported, "the server's answer was not understood")
        }
        // A set that sqlx keeps open.
        _ => CatalogError::new(FailureReason::Internal, "the database could not be read"),
    }
}

/// The server's error number, if it was the server that refused.
pub fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}
