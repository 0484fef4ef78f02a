//! SQLite's result codes as failures of ours.

use super::file::DatabaseFile;
use crate::catalog::{CatalogError, FailureReason};

/// <https://www.sqlite.org/rescode.html>; the low byte is the primary code.
pub fn failure(error: &sqlx::Error, file: &DatabaseFile) -> CatalogError {
    let name = file.base_name();
    let (reason, message) = match primary_code(error) {
        Some(5 | 6) => (
            FailureReason::Locked,
            format!("{name:?} is locked by a writer: it is tried again at the next audit"),
        ),
        Some(8) => (
            FailureReason::Locked,
            format!("{name:?} was left in the middle of a transaction: let its application open it once"),
        ),
        Some(9) => (FailureReason::Timeout, format!("a statement on {name:?} ran out of its time")),
        Some(3 | 23) => (
            FailureReason::PermissionDenied,
            format!("{name:?} may not be read: check the rights of the file"),
        ),
        Some(10) => {
            (FailureReason::ConnectionLost, format!("{name:?} cannot be read: the disk reports an error"))
        }
        Some(11) => (
            FailureReason::Unsupported,
            format!("{name:?} is damaged: run PRAGMA integrity_check, restore it from a backup"),
        ),
        Some(14) => (
            FailureReason::PermissionDenied,
            format!(
                "{name:?} cannot be opened: check the rights of the file and, if it is in WAL mode, of its folder"
            ),
        ),
        Some(26) => (
            FailureReason::NoDatabase,
            format!("{name:?} is not a SQLite database, or it is encrypted: check the path"),
        ),
        Some(code) => (
            FailureReason::Unsupported,
            format!("SQLite refused to read {name:?} with its result code {code}"),
        ),
        None => other_failure(error, &name),
    };
    CatalogError::new(reason, message)
}

fn other_failure(error: &sqlx::Error, name: &str) -> (FailureReason, String) {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => {
            (FailureReason::ConnectionLost, format!("the connection to {name:?} broke"))
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => (
            FailureReason::Unsupported,
            format!("the catalog of {name:?} holds a text that is no UTF-8, which is not supported"),
        ),
        // A set that sqlx keeps open.
        _ => (FailureReason::Internal, format!("{name:?} could not be read")),
    }
}

/// Whether the statement itself was refused: a column that is not there, a broken view.
pub fn refusal(error: &sqlx::Error) -> Option<String> {
    let message = error.as_database_error()?.message();
    (primary_code(error) == Some(1)).then(|| message.to_owned())
}

pub fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
