//! What was looked at beyond ledger and catalog once something was missing: the traces that tell why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::expect::rows_of;
use super::{Expected, Observation, Report, Rule};
use crate::migration::{Manifest, fold_in};
use crate::schema::{Name, TableName};

/// What [`Evidence`] is gathered for: names in the audited schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Expected tables that are not there. Where no ledger says what is expected, those of the manifest's end.
    pub tables: Vec<Name>,
    /// Expected tables that are there.
    pub standing: Vec<Name>,
    /// Standing tables of which an expected column is not there.
    pub maimed: Vec<Name>,
}

impl Missing {
    /// By names of tables and columns alone; empty where the report leaves nothing open, as that of a healthy database.
    pub fn of(manifest: &Manifest, expected: &Expected, observation: &Observation, report: &Report) -> Self {
        let mut missing = Self::default();
        if manifest.dialect != observation.dialect || !is_asked_for(report) {
            return missing;
        }
        let at_the_end;
        let promised = if rows_of(observation).is_empty() {
            let all = expected.line(manifest).positions;
            at_the_end = fold_in(manifest, &all, &observation.naming, &observation.schema);
            &at_the_end.schema
        } else {
            &expected.expectation.schema
        };
        for (name, table) in promised.tables.iter().filter(|(name, _)| name.schema.is_none()) {
            match observation.catalog.actual.tables.get(name) {
                None => missing.tables.push(name.name.clone()),
                Some(actual) => {
                    missing.standing.push(name.name.clone());
                    if table.columns.iter().any(|column| actual.column(&column.name).is_none()) {
                        missing.maimed.push(name.name.clone());
                    }
                }
            }
        }
        missing
    }

    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.maimed.is_empty()
    }
}

/// Whether a report leaves open why names of tables or columns are missing. What is not visible, or may have been undone
/// by code, is not known to be missing.
fn is_asked_for(report: &Report) -> bool {
    let asks = |rule: Rule| {
        matches!(
            rule,
            Rule::MissingTable
                | Rule::MissingColumn
                | Rule::LedgerMissing
                | Rule::LedgerEmpty
                | Rule::LedgerInOtherSchema
        )
    };
    report.findings.iter().any(|finding| asks(finding.rule))
}

/// Traces in the same database or server, from catalogs alone. What was not looked at, or showed nothing, is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Other schemas (MySQL: databases) in which tables of the missing names stand, those with most of them first.
    pub elsewhere: Vec<Elsewhere>,
    /// Where the unqualified names of this role lead, in order; empty where the dialect has no such path.
    pub search_path: Vec<Name>,
    /// Other `search_path` settings that the server keeps for roles and databases, as it writes them.
    pub search_path_settings: Vec<String>,
    /// Objects that a missing table left behind, each described: `sequence public.shop_order_id_seq`.
    pub left_overs: Vec<LeftOver>,
    /// PostgreSQL: how many columns of a standing table were dropped since it was made.
    pub dropped_columns: BTreeMap<TableName, u64>,
    /// PostgreSQL: standing tables that had triggers, as each foreign key makes them on both of its tables, and have none
    /// left. Known until the next VACUUM of the table.
    pub lost_triggers: BTreeSet<TableName>,
    /// Standing tables with the marks of their making.
    pub ages: Vec<TableAge>,
    /// PostgreSQL: of how many numbers between a standing table and the one made before it no object is known. Looked
    /// at only where few tables are missing.
    pub free_numbers: BTreeMap<TableName, u64>,
    /// Other databases of the server that this role may know of.
    pub databases: Vec<String>,
    /// SQLite: pages of the file that were given up and not used again.
    pub free_pages: Option<u64>,
    /// What could not be looked at, one sentence each.
    pub not_gathered: Vec<String>,
}

/// Tables of the missing names in one other schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    pub schema: Name,
    /// The missing ones that stand there.
    pub tables: Vec<Name>,
    /// How many of the expected tables that stand here stand there too.
    pub standing_too: usize,
    /// A ledger of the same name stands there.
    pub has_ledger: bool,
}

/// Something that remains of a missing table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    pub table: Name,
    /// `sequence public.shop_order_id_seq`
    pub what: String,
}

/// What the server tells of when a table was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAge {
    pub table: TableName,
    /// Grows from one made object to the next: PostgreSQL's oid, SQLite's root page. `None` on MySQL.
    pub serial: Option<u64>,
    /// MySQL: when the table was made or last rebuilt. PostgreSQL: when the catalog's row was last written, where
    /// the server tracks that.
    pub made_at: Option<Timestamp>,
    /// When its file (PostgreSQL, for roles that may ask) or its rows (MySQL, since the server's start) last changed.
    pub touched_at: Option<Timestamp>,
}

/// Another database of the same configuration, as its own last audit saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    pub database: String,
    /// Tables missing here that stand there.
    pub tables: Vec<Name>,
    /// How many of those its own ledger promises.
    pub expected_there: usize,
    /// How many of the expected tables that stand here stand there too.
    pub standing_too: usize,
}

impl Evidence {
    /// One remark for each thing that could not be looked at.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        self.not_gathered.iter().map(|it| format!("looking for what tells why: {it}"))
    }

    /// Nothing could be looked at.
    pub fn not_gathered(why: String) -> Self {
        Self { not_gathered: vec![why], ..Self::default() }
    }
}
