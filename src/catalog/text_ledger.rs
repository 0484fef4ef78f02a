//! Rows of a ledger from databases that are asked for moments as text: MySQL, MariaDB, SQLite.

use jiff::{Timestamp, civil, tz::Offset};
use sqlx::FromRow;

use crate::migration::{LedgerRow, MigrationId};

#[derive(FromRow)]
pub struct Row {
    app: String,
    migration: String,
    applied_at: Option<String>,
    succeeded: i64,
}

impl From<Row> for LedgerRow {
    fn from(row: Row) -> Self {
        Self {
            migration: MigrationId { app: row.app.into(), name: row.migration.into() },
            applied_at: row.applied_at.as_deref().and_then(moment),
            succeeded: row.succeeded != 0,
        }
    }
}

/// A moment as databases write it: with an offset, or without one, which is then UTC as Django stores it.
/// `None` for what is no moment.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let moment: civil::DateTime = text.parse().ok()?;
    Offset::UTC.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(moment(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn moments() {
        check("2026-01-14 20:10:00.123456", Some("2026-01-14T20:10:00.123456Z"));
        check("2026-01-14T20:10:00+01:00", Some("2026-01-14T19:10:00Z"));
        check("2026-01-14 20:10:00Z", Some("2026-01-14T20:10:00Z"));
        check("2026-01-14", Some("2026-01-14T00:00:00Z"));
        check("0000-00-00 00:00:00", None);
        check("yesterday", None);
        check("", None);
    }
}
