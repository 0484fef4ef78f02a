//! What the migration files alone show that a person should know: never a finding, because databases that
//! such migrations built are healthy.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{leaves, numbers, recreated};
use crate::migration::{Manifest, MigrationId};
use crate::schema::Name;

/// One thing to be said of the migrations of one app. Its severity is always info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryNote {
    pub smell: Smell,
    /// Empty for tools without apps.
    pub app: Name,
    /// The table, or `table.column`, that it is about; `None` where it is about the migrations as such.
    pub object: Option<String>,
    /// In the order in which they are applied.
    pub steps: Vec<HistoryStep>,
    /// One sentence for a person.
    pub message: String,
}

/// What one migration has to do with a [`HistoryNote`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryStep {
    pub migration: MigrationId,
    /// `created`, `deleted`, `restored`, `depends on 0027_privacysettings`, …
    pub what: String,
    /// Whether this database's ledger counts it as applied.
    pub recorded: bool,
}

/// What about the migration files is worth a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Smell {
    /// A table or column that was deleted, and created again by a later migration.
    RecreatedObject,
    /// A migration that depends on one of its app with a higher number.
    NumberContradictsDependency,
    /// Two migrations of one app with one number.
    SharedNumber,
    /// Two migrations of one app on which none of the app depends: the tool cannot know which is the last.
    SeveralLeaves,
}

impl Smell {
    pub const ALL: [Self; 4] =
        [Self::RecreatedObject, Self::NumberContradictsDependency, Self::SharedNumber, Self::SeveralLeaves];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::RecreatedObject => "recreated_object",
            Self::NumberContradictsDependency => "number_contradicts_dependency",
            Self::SharedNumber => "shared_number",
            Self::SeveralLeaves => "several_leaves",
        }
    }
}

impl fmt::Display for Smell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The migrations that a database goes through: of a squash either itself or its parts, never both.
pub(in crate::audit) struct Line<'a> {
    pub manifest: &'a Manifest,
    /// In the manifest's order.
    pub positions: BTreeSet<u32>,
    pub recorded: &'a BTreeSet<u32>,
}

impl Line<'_> {
    pub(super) fn step(&self, position: u32, what: impl Into<String>) -> Option<HistoryStep> {
        let migration = self.manifest.migration(position)?.id.clone();
        Some(HistoryStep { migration, what: what.into(), recorded: self.recorded.contains(&position) })
    }
}

/// Every note on the migrations of `line`.
pub(in crate::audit) fn notes(line: &Line<'_>) -> Vec<HistoryNote> {
    let mut notes = recreated::notes(line);
    notes.extend(numbers::contradictions(line));
    notes.extend(numbers::shared(line));
    notes.extend(leaves::notes(line));
    notes
}
