//! PostgreSQL's errors as failures of ours: never a part of the URL, never a statement of ours.

use crate::catalog::{CatalogError, FailureReason};

pub fn invalid_url() -> CatalogError {
    CatalogError::new(
        FailureReason::InvalidUrl,
        "the URL cannot be read: it should look like postgres://role:password@host:5432/database, with special \
         characters in the password percent-encoded",
    )
}

pub fn while_connecting(error: &sqlx::Error) -> CatalogError {
    let unreachable =
        |message: &str| CatalogError::new(FailureReason::Unreachable, format!("no connection: {message}"));
    match error {
        // The resolver's errors have a kind of their own that has no name.
        sqlx::Error::Io(io) if io.kind().to_string() == "uncategorized error" => {
            unreachable("the host's name cannot be resolved, or the network does not answer")
        }
        sqlx::Error::Io(io) => unreachable(&io.kind().to_string()),
        sqlx::Error::Tls(_) => unreachable("TLS could not be agreed on; check sslmode and the certificates"),
        sqlx::Error::Protocol(_) => unreachable(
            "what answers there does not speak PostgreSQL, or asks for a login that is not known here",
        ),
        sqlx::Error::Configuration(_) => invalid_url(),
        // A closed set only from our point of view: sqlx may add kinds.
        _ => refused(error),
    }
}

/// What the server says at the door may repeat parts of the URL.
fn refused(error: &sqlx::Error) -> CatalogError {
    let (reason, message) = match sqlstate(error).as_deref() {
        Some("42501") => (
            FailureReason::PermissionDenied,
            "the role may not connect to this database: GRANT CONNECT ON DATABASE … TO the role",
        ),
        Some("55000") => (FailureReason::Unreachable, "the database takes no connections just now"),
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
        "57014" => (FailureReason::Timeout, "a statement ran out of its time on the server".to_owned()),
        "55P03" => (FailureReason::Locked, "a lock was not to be had within the lock budget".to_owned()),
        "53300" => (FailureReason::Unreachable, "the server has no connection left for this role".to_owned()),
        "57P03" => (FailureReason::Unreachable, "the server is starting up or shutting down".to_owned()),
        code if code.starts_with("08") || code.starts_with("57P") || code == "25P03" => return lost(),
        code => (
            FailureReason::Unsupported,
            format!("the server refused a statement of the audit with its error code {code}"),
        ),
    };
    CatalogError::new(reason, message)
}

pub fn sqlstate(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(|code| code.into_owned())
}
