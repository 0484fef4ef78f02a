//! Migrations as data: the manifest file, the graph, the formats of ledgers, and the fold of what was
//! applied into what must be there.

pub mod fold;
pub mod graph;
pub mod ledger;
pub mod manifest;

use std::collections::BTreeSet;
use std::fmt;

use crate::schema::{Change, Name, TableName};

pub use fold::{BlindSpot, Expectation, changes_in, fold, fold_in, taken_back};
pub use ledger::{DJANGO, LedgerFormat, LedgerRow};
pub use manifest::{Interest, Manifest, ManifestError};

/// What a migration tool calls one migration: Django's app label and name. Tools without apps leave
/// `app` empty.
///
/// Written `app.name`; an app label has no dot, a name may.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigrationId {
    pub app: Name,
    pub name: Name,
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.app.is_empty() { f.write_str(&self.name) } else { write!(f, "{}.{}", self.app, self.name) }
    }
}

/// One migration of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    pub id: MigrationId,
    pub dependencies: Vec<MigrationId>,
    /// The migrations that this one was squashed from.
    pub replaces: Vec<MigrationId>,
    pub operations: Vec<Operation>,
    /// What is different from before, once it was applied and taken back by its tool: a database that has it pending may
    /// have been there. In the words of the schema before it.
    pub taken_back: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Change(Change),
    Opaque(Opaque),
}

/// An operation that was not seen through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// Why, in one sentence: "RunPython forwards_func".
    pub reason: String,
    pub may_touch: MayTouch,
    pub may_undo: MayUndo,
}

/// What an opaque operation visibly drops or alters of what earlier migrations made, in the tables that it may
/// touch: nobody can say whether that should still be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MayUndo {
    /// Columns, whose names it says.
    pub columns: BTreeSet<Name>,
    /// Keys, uniques, checks and indexes, whichever.
    pub constraints: bool,
    /// Those over just these columns, each in their order.
    pub over: BTreeSet<Vec<Name>>,
    /// Columns that it defines in a way that was not seen: that they are there is known, and nothing else.
    pub definitions: BTreeSet<Name>,
    /// Tables themselves.
    pub tables: BTreeSet<TableName>,
    /// It counts for what its own migration made too: that may not have been made at all.
    pub own: bool,
    /// Its tables may be in another database from the first on, so that what is changed of them later is there too.
    pub elsewhere: bool,
    /// It does nothing else to what its tables have, whatever it adds to them: the rest is missed as ever.
    pub only: bool,
}

impl Opaque {
    /// One that visibly undoes nothing.
    pub fn new(reason: impl Into<String>, may_touch: MayTouch) -> Self {
        Self { reason: reason.into(), may_touch, may_undo: MayUndo::default() }
    }
}

impl MayUndo {
    pub fn is_nothing(&self) -> bool {
        self.columns.is_empty()
            && !self.constraints
            && self.over.is_empty()
            && self.definitions.is_empty()
            && self.tables.is_empty()
    }
}

/// What an opaque operation may have made, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MayTouch {
    /// Rows only: no object of the schema.
    Nothing,
    Tables(BTreeSet<TableName>),
    Anything,
}
