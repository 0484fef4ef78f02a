//! Ledger and schema of a database at one moment, as a small file beside a backup, and what a restored
//! database lacks of it.
//!
//! A snapshot says what *was*, never what should be: that a manifest says.

mod compare;
mod file;
mod ledger;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use crate::audit::{LedgerObservation, Observation, Visibility};
use crate::dialect::Dialect;
use crate::migration::{Interest, LedgerRow};
use crate::schema::{Name, Schema, TableName};

pub use compare::{Comparison, compare};
pub use file::{FORMAT, SnapshotError};

/// What one database held when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub taken_at: Timestamp,
    pub dialect: Dialect,
    pub server_version: String,
    /// The audited schema; the names of its tables stand without it, so that it may be restored elsewhere.
    pub schema: Name,
    pub ledger_table: TableName,
    /// The rows in their order; `None` where there was no ledger.
    pub ledger: Option<Vec<LedgerRow>>,
    /// Every table with its columns, keys, constraints and indexes, and every view by its name.
    pub held: Schema,
    /// What could not be read though it was there, one sentence each.
    pub unread: Vec<String>,
}

impl Snapshot {
    /// # Errors
    /// Why what was observed is not the whole: what is not in a snapshot must not have been there.
    pub fn of(observation: &Observation, taken_at: Timestamp) -> Result<Self, String> {
        if let Visibility::Partial { grant } = &observation.catalog.visibility {
            return Err(format!(
                "this role may not see every object, so the snapshot would not be whole; run: {grant}"
            ));
        }
        let ledger = match &observation.ledger {
            LedgerObservation::Rows(rows) => Some(rows.clone()),
            LedgerObservation::Absent { .. } => None,
            LedgerObservation::InOtherSchema { table, schema } => {
                return Err(format!(
                    "schema {} has no ledger {table}, but an application would read the one in schema {schema}: \
                     take the snapshot of that schema",
                    observation.schema
                ));
            }
            LedgerObservation::NotReadable { table, grant } => {
                return Err(format!(
                    "the ledger {table} is there, but this role may not read it; run: {grant}"
                ));
            }
            LedgerObservation::Malformed { table, reason } => {
                return Err(format!("{table} is not a ledger of the format that is expected: {reason}"));
            }
        };
        Ok(Self {
            taken_at,
            dialect: observation.dialect,
            server_version: observation.server_version.clone(),
            schema: observation.schema.clone(),
            ledger_table: observation.ledger_table.clone(),
            ledger,
            held: of_the_audited_schema(observation),
            unread: observation.catalog.unread.clone(),
        })
    }

    /// What must be asked of a catalog that is to be compared with this.
    pub fn interest(&self) -> Interest {
        Interest::in_all_of(self.held.tables.values())
    }
}

/// What the catalog has in the audited schema; of a view, no more than that it is there.
fn of_the_audited_schema(observation: &Observation) -> Schema {
    let mut schema = Schema::default();
    let own = observation.catalog.actual.tables.values().filter(|table| table.name.schema.is_none());
    for table in own {
        if table.kind.holds_rows() {
            schema.tables.insert(table.name.clone(), std::sync::Arc::clone(table));
        } else {
            let view = crate::schema::Table::new(table.name.clone());
            schema.insert(crate::schema::Table { kind: table.kind, ..view });
        }
    }
    schema
}
