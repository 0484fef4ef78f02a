//! The manifest: the compiled list of migrations for one dialect, and its file.

use std::collections::BTreeSet;
use std::path::Path;

use super::Migration;
use crate::dialect::Dialect;
use crate::schema::TableName;

/// What of the catalog is worth asking for beyond the raw rows.
#[derive(Clone, Debug, Default)]
pub struct Interest {
    /// Tables of which the manifest describes a check, a predicate, an index expression or a generated
    /// column, so that the text of theirs is needed.
    pub expressions: BTreeSet<TableName>,
    /// Schemas other than the audited one that the manifest names.
    pub schemas: BTreeSet<String>,
}

/// The compiled list of migrations, checked whole.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub dialect: Dialect,
    pub ledger: &'static super::LedgerFormat,
    /// In an order in which they could be applied: a migration stands after those it depends on.
    pub migrations: Vec<Migration>,
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ManifestError(pub String);

impl Manifest {
    pub fn load(_path: &Path) -> Result<Self, ManifestError> {
        todo!()
    }

    pub fn interest(&self) -> Interest {
        todo!()
    }
}
