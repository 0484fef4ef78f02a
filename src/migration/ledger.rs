//! Formats of ledgers: which table, and what its columns mean. A format is data, not behaviour.

use jiff::Timestamp;

use super::MigrationId;

/// How a migration tool records what it has applied.
///
/// Each field but `name` and `table` is an SQL expression over one row of the table, in words that all
/// dialects share; `catalog` casts the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFormat {
    /// What the configuration and the manifest call it.
    pub name: &'static str,
    pub table: &'static str,
    /// Text: the app's label, `''` where the tool has none.
    pub app: &'static str,
    /// Text: the migration's name.
    pub migration: &'static str,
    /// A timestamp, or NULL.
    pub applied_at: &'static str,
    /// True where the row says that the migration succeeded.
    pub succeeded: &'static str,
    /// What rows are sorted by, so that the order of application is kept.
    pub order: &'static str,
}

/// `django/db/migrations/recorder.py`: id, app, name, applied.
pub const DJANGO: LedgerFormat = LedgerFormat {
    name: "django",
    table: "django_migrations",
    app: "app",
    migration: "name",
    applied_at: "applied",
    succeeded: "1 = 1",
    order: "id",
};

/// Every format known; a manifest names one of them.
pub const FORMATS: &[&LedgerFormat] = &[&DJANGO];

impl LedgerFormat {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().copied().find(|format| format.name == name)
    }
}

/// One row of a ledger, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    pub migration: MigrationId,
    pub applied_at: Option<Timestamp>,
    pub succeeded: bool,
}
