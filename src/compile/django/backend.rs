//! What a backend of Django's makes of a field: one table per backend.

use std::sync::Arc;

use super::field::{Field, Scalar};
use super::project::Value;
use crate::dialect::Dialect;
use crate::schema::{Name, Spelling};

/// A backend at a version of Django. The server's version is not known when compiling: what depends on it
/// is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backend {
    pub dialect: Dialect,
    /// `django.VERSION[:2]`.
    pub django: (u32, u32),
}

/// A column as a backend spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnType {
    /// Not yet in canonical form.
    pub data_type: Spelling,
    pub auto_increment: bool,
    /// The SQL of the check that the backend adds to columns of this type.
    pub check: Option<Arc<str>>,
    pub collation: Option<Name>,
    /// The operator class of the second index that PostgreSQL's backend adds for `LIKE`, when the column is
    /// indexed or unique.
    pub like: Option<&'static str>,
    /// MySQL and MariaDB have no index on text, blobs and JSON.
    pub indexable: bool,
}

impl Backend {
    /// The column of a field that has a type of its own.
    pub fn scalar(self, _scalar: &Scalar, _field: &Field, _column: &str) -> ColumnType {
        ColumnType::unknown()
    }

    /// The column of a field that points at `target`, the key that the chain of relations ends in.
    pub fn relation(self, _target: &Scalar, _field: &Field, _column: &str) -> ColumnType {
        ColumnType::unknown()
    }

    /// The default of the database, for a column of `scalar`.
    pub fn default(self, _db_default: &Value, _scalar: Option<&Scalar>) -> Option<Spelling> {
        Some(Spelling::Unread)
    }
}

impl ColumnType {
    /// A column of which nothing is known but that it is there.
    pub fn unknown() -> Self {
        Self {
            data_type: Spelling::Unread,
            auto_increment: false,
            check: None,
            collation: None,
            like: None,
            indexable: true,
        }
    }
}
