//! PostgreSQL's errors as failures of ours: never a part of the URL, never a statement of ours.

use crate::catalog::{CHECK_TLS, CatalogError, FREE_CONNECTIONS, FailureReason, why_not_connected};

pub fn invalid_url() -> CatalogError {
    CatalogError::new(
        FailureReason::InvalidUrl,
        "the URL cannot be read: it should look like postgres://role:password@host:5432/database, with special \
         characters in the password percent-encoded",
    )
}

pub fn while_connecting(error: &sqlx::Error) -> CatalogError {
    let unreachable = |message: String| CatalogError::new(FailureReason::Unreachable, message);
    match error {
        sqlx::Error::Io(io) => unreachable(format!("no connection: {}", why_not_connected(io))),
        sqlx::Error::Tls(_) => {
            unreachable("no connection: TLS could not be agreed on".to_owned()).advise(CHECK_TLS)
        }
        sqlx::Error::Configuration(_) => invalid_url(),
        sqlx::Error::Protocol(_) => {
            unreachable("no connection: what answers there does not speak as PostgreSQL does".to_owned())
        }
        // sqlx may add kinds.
        _ => refused(error),
    }
}

/// What the server says at the door may repeat parts of the URL.
fn refused(error: &sqlx::Error) -> CatalogError {
    let (reason, message) = match sqlstate(error).as_str() {
        "42501" => (
            FailureReason::PermissionDenied,
            "the role may not connect to this database: GRANT CONNECT ON DATABASE … TO the role",
        ),
        "55000" => (FailureReason::Unreachable, "the database takes no connections just now"),
        _ => return failure(error),
    };
    CatalogError::new(reason, message)
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
pub fn failure(error: &sqlx::Error) -> CatalogError {
    let lost = || CatalogError::new(FailureReason::ConnectionLost, "the connection to the server broke");
    let Some(database_error) = error.as_database_error() else {
        return match error {
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => lost(),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                let message = "the server's catalog answered in a form that is not understood";
                CatalogError::new(FailureReason::Unsupported, message)
            }
            _ => CatalogError::new(FailureReason::Internal, "the catalog could not be read"),
        };
    };
    let code = database_error.code().unwrap_or_default().into_owned();
    let (reason, message) = match code.as_str() {
        "28P01" | "28000" => {
            (FailureReason::Authentication, "the server refused the role or its password".to_owned())
        }
        "3D000" => (FailureReason::NoDatabase, "the server has no database of this name".to_owned()),
        // It names an object or the right that lacks, never a value.
        "42501" => (FailureReason::PermissionDenied, database_error.message().to_owned()),
        "57014" | "25P04" => {
            (FailureReason::Timeout, "a statement ran out of its time on the server".to_owned())
        }
        "55P03" => (FailureReason::Locked, "a lock was not to be had within the lock budget".to_owned()),
        "53300" => {
            let message = "the server has no connection left for this role";
            return CatalogError::new(FailureReason::Unreachable, message).advise(FREE_CONNECTIONS);
        }
        "57P03" => (FailureReason::Unreachable, "the server is starting up or shutting down".to_owned()),
        code if code.starts_with("08") || code.starts_with("57P") || code == "25P03" => return lost(),
        code if has_changed_meanwhile(code) => (
            FailureReason::Unsupported,
            format!("the catalog could not be read ({code}): it kept changing, or it is damaged"),
        ),
        code => (
            FailureReason::Unsupported,
            format!("the server refused a statement of the audit with its error code {code}"),
        ),
    };
    CatalogError::new(reason, message)
}

/// Whether an error with this code comes from an object that is in our snapshot but no longer there: functions
/// of the server look at the catalog as it is now. The next snapshot will not have it.
pub fn has_changed_meanwhile(code: &str) -> bool {
    // internal_error ("cache lookup failed for type 123"), undefined table, undefined schema, and the value of an
    // enum ("invalid internal value for enum: 123").
    matches!(code, "XX000" | "42P01" | "3F000" | "22P03")
}

/// The code of a database's error, empty for all others.
pub fn sqlstate(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|it| it.code()).unwrap_or_default().into_owned()
}
