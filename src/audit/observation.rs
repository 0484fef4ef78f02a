//! What was read from one database at one moment: its ledger and its catalog.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Evidence;
use crate::dialect::{Dialect, Naming};
use crate::migration::LedgerRow;
use crate::schema::{ForeignKey, Name, Schema, TableName};

/// Ledger and catalog of one database, from one read-only snapshot.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The dialect of the server that answered, which need not be the manifest's.
    pub dialect: Dialect,
    /// As the server says it: `15.18`, `10.11.6-MariaDB`, `3.50.4`.
    pub server_version: String,
    /// The audited schema: `public`, the MySQL database's name, `main`.
    pub schema: Name,
    pub naming: Naming,
    /// The ledger's own table, which no migration makes; unqualified in the audited schema.
    pub ledger_table: TableName,
    pub ledger: LedgerObservation,
    pub catalog: CatalogObservation,
    /// Traces that were looked for because something is missing.
    pub evidence: Option<Evidence>,
}

/// What became of reading the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerObservation {
    /// All rows in the order in which they were applied; none of them for an empty ledger.
    Rows(Vec<LedgerRow>),
    /// There is no such table, neither in the audited schema nor where the session's search path leads.
    Absent { table: String },
    /// Not in the audited schema, but an application that relies on the search path would take this one.
    InOtherSchema { table: String, schema: String },
    /// It is there, but this role may not read it; `grant` is the statement that would let it.
    NotReadable { table: String, grant: String },
    /// It is there, but does not have the columns of its format; `reason` says what the server said.
    Malformed { table: String, reason: String },
}

impl LedgerObservation {
    /// The rows, if they could be read.
    pub fn rows(&self) -> Option<&[LedgerRow]> {
        match self {
            Self::Rows(rows) => Some(rows),
            Self::Absent { .. }
            | Self::InOtherSchema { .. }
            | Self::NotReadable { .. }
            | Self::Malformed { .. } => None,
        }
    }
}

/// The catalog, in the dialect's canonical form.
#[derive(Clone, Debug)]
pub struct CatalogObservation {
    /// Every visible table of the audited schema and of the other schemas that were asked for, with views
    /// known as such. Without objects of extensions, of the system and of temporary schemas.
    pub actual: Schema,
    pub visibility: Visibility,
    /// What could not be read though it is there (an expression behind a lock), one sentence each.
    pub unread: Vec<String>,
    pub stored: Stored,
}

/// What must be known beyond the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// SQLite's own texts, by which a table is rebuilt.
    pub tables: BTreeMap<TableName, StoredTable>,
    /// PostgreSQL's INVALID indexes, which count as not there.
    pub invalid_indexes: BTreeSet<(TableName, Name)>,
    /// PostgreSQL's constraints that are NOT VALID.
    pub not_valid: Vec<(TableName, Name)>,
    /// Names that a table cannot have, because something that is no table of the schema has them.
    pub taken: BTreeMap<TableName, Holder>,
    /// Tables of MySQL and MariaDB whose engine takes a foreign key and forgets it, with that engine.
    pub keyless: BTreeMap<TableName, String>,
}

/// What has a name, where it is no table or view of the schema, nor an index of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// PostgreSQL, MariaDB.
    Sequence,
    /// PostgreSQL: a relation without rows.
    CompositeType,
    /// PostgreSQL: an enum, a domain, a range. Indexes have names of their own beside it.
    Type,
    /// PostgreSQL: its parent stands for it.
    Partition,
    /// PostgreSQL: what an extension made.
    OfExtension,
    /// SQLite: what a virtual table keeps its rows in.
    Shadow,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sequence => "a sequence",
            Self::CompositeType => "a composite type",
            Self::Type => "a type",
            Self::Partition => "a partition",
            Self::OfExtension => "an extension's object",
            Self::Shadow => "a table behind a virtual one",
        })
    }
}

impl Stored {
    /// Why the table has no such key, whatever was asked for.
    pub fn forgets(&self, table: &TableName, key: &ForeignKey) -> Option<String> {
        let of = |table: &TableName| {
            let engine = self.keyless.get(table)?;
            Some(format!("{table} is of the engine {engine}, which keeps no foreign keys"))
        };
        of(table).or_else(|| of(&key.references))
    }
}

/// One table of SQLite as it is written in its schema table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredTable {
    pub create: String,
    /// Its indexes and triggers.
    pub beside: Vec<String>,
}

/// Whether what is not in the catalog's answer is known not to exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// The role sees every object: what is not seen is not there.
    Full,
    /// Some objects may be hidden from this role; `grant` is the statement that would show them.
    Partial { grant: String },
}
