//! What one database should look like by its own ledger: the part of an audit that changes only when the
//! ledger or the manifest does, and is kept between audits.

use std::collections::{BTreeMap, BTreeSet};

use super::Observation;
use super::history::{self, HistoryNote, Line};
use crate::dialect::{Dialect, Naming};
use crate::migration::graph::{self, Applied};
use crate::migration::{
    Expectation, LedgerRow, Manifest, MayTouch, MayUndo, MigrationId, fold_in, taken_back,
};
use crate::schema::{Change, Name, Provenance, Schema, Table, TableName};

/// A table or a part of it, as code names it.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// The table itself.
    Table,
    Column(&'a Name),
    /// What a column that stands is like: its type, nullability and default.
    Definition(&'a Name),
    /// A key, unique, check or index, with the columns it is over.
    Constraint(&'a [Name]),
}

impl Part<'_> {
    /// Whether it is, or is over, a column that is named there.
    fn is_named_by(self, may_undo: &MayUndo) -> bool {
        let has = |column: &Name| may_undo.columns.contains(column) || may_undo.definitions.contains(column);
        match self {
            Self::Table => false,
            Self::Column(column) | Self::Definition(column) => has(column),
            // By an expression it may be over any.
            Self::Constraint([]) => !(may_undo.columns.is_empty() && may_undo.definitions.is_empty()),
            Self::Constraint(columns) => columns.iter().any(has),
        }
    }
}

/// The expectation for one set of ledger rows.
#[derive(Clone, Debug)]
pub struct Expected {
    rows: Vec<LedgerRow>,
    pub(super) naming: Naming,
    /// The audited schema.
    pub(super) schema: Name,
    pub applied: Applied,
    pub expectation: Expectation,
    /// When each recorded migration was applied, as its place among the rows.
    sequence: BTreeMap<MigrationId, usize>,
    /// How many expected objects each migration made or last changed.
    pub(super) made: BTreeMap<u32, usize>,
    pub(super) notes: Vec<HistoryNote>,
    /// What pending migrations leave when they were applied and taken back, each with the migration's position.
    pub(super) taken_back: Vec<(u32, Change)>,
    /// What the parts of squashes make in another way.
    pub(super) by_parts: Vec<Change>,
}

impl Expected {
    pub fn of(manifest: &Manifest, observation: &Observation) -> Self {
        Self::of_ledger(manifest, rows_of(observation), observation.naming, &observation.schema)
    }

    /// The same, before the catalog is read.
    pub(super) fn of_ledger(manifest: &Manifest, rows: &[LedgerRow], naming: Naming, schema: &Name) -> Self {
        let rows = rows.to_vec();
        let names: BTreeSet<MigrationId> =
            rows.iter().filter(|row| row.succeeded).map(|row| row.migration.clone()).collect();
        let applied = graph::resolve(manifest, &names);
        let expectation = fold_in(manifest, &applied.effective, &naming, schema);
        let sequence = (rows.iter().enumerate()).map(|(at, row)| (row.migration.clone(), at)).collect();
        let mut made = BTreeMap::new();
        for table in expectation.schema.tables.values() {
            for_each_maker(table, |migration| *made.entry(migration).or_default() += 1);
        }
        let schema = schema.clone();
        let mut expected = Self {
            rows,
            naming,
            schema,
            applied,
            expectation,
            sequence,
            made,
            notes: Vec::new(),
            taken_back: Vec::new(),
            by_parts: Vec::new(),
        };
        expected.notes = history::notes(&expected.line(manifest));
        let pending = history::pending(manifest, &expected);
        expected.taken_back = taken_back(manifest, pending, &expected.naming, &expected.schema);
        expected.by_parts = expected.by_parts(manifest, &names);
        expected
    }

    /// The migrations that this database has gone and will go through.
    pub(super) fn line<'a>(&'a self, manifest: &'a Manifest) -> Line<'a> {
        let pending = history::pending(manifest, self);
        let positions = self.applied.effective.iter().copied().chain(pending).collect();
        Line { manifest, positions, recorded: &self.applied.recorded }
    }

    /// Whether this is still what [`Expected::of`] would compute for the observation (and the same manifest).
    pub fn still_holds(&self, observation: &Observation) -> bool {
        self.is_of(rows_of(observation), observation.naming, &observation.schema)
    }

    pub(super) fn is_of(&self, rows: &[LedgerRow], naming: Naming, schema: &Name) -> bool {
        self.naming == naming && self.schema == *schema && self.rows == rows
    }

    /// What may have undone or redone the work of the migration `maker` on a `part` of `table` without our seeing it:
    /// an opaque operation, or a migration that the manifest does not know, applied no earlier.
    pub fn blind_spot(
        &self,
        manifest: &Manifest,
        table: &TableName,
        maker: Option<u32>,
        part: Part<'_>,
    ) -> Option<String> {
        let since = maker.and_then(|maker| self.applied_at(manifest, maker).min()).unwrap_or(0);
        for spot in &self.expectation.blind_spots {
            let touches = match &spot.may_touch {
                MayTouch::Nothing => false,
                MayTouch::Tables(tables) => tables.contains(table),
                MayTouch::Anything => true,
            };
            let touches = touches && (!spot.may_undo.only || part.is_named_by(&spot.may_undo));
            // Without a row of its own (a squash) the order is not known: it may have come later.
            let later = self.applied_at(manifest, spot.migration).max().is_none_or(|at| at >= since);
            if touches && later {
                let by = manifest.migration(spot.migration).map(|it| it.id.to_string()).unwrap_or_default();
                return Some(format!("{by} ({})", spot.reason));
            }
        }
        // An app's migrations change the tables of their own app: one that came later and is not in the
        // manifest may have dropped or renamed what is missed.
        let app = maker.and_then(|maker| manifest.migration(maker)).map(|migration| &migration.id.app);
        let newer = self.applied.unknown.iter().find(|unknown| {
            app.is_none_or(|app| unknown.app == *app)
                && self.sequence.get(unknown).is_some_and(|at| *at >= since)
        });
        newer.map(|unknown| format!("{unknown} (applied, but not in the manifest)"))
    }

    /// Which code of a later migration visibly drops or alters such a `part` of `table`, so that nobody can say
    /// whether it should still be there. `actual` is what is there.
    pub fn undone_by(
        &self,
        (manifest, actual): (&Manifest, &Schema),
        table: &TableName,
        maker: Option<u32>,
        part: Part<'_>,
    ) -> Option<String> {
        let since = maker.and_then(|maker| self.applied_at(manifest, maker).min()).unwrap_or(0);
        let spot = self.expectation.blind_spots.iter().find(|spot| {
            let touches = match &spot.may_touch {
                MayTouch::Nothing => false,
                // It visibly drops something of what stood, and does not say of which table.
                MayTouch::Anything => true,
                MayTouch::Tables(tables) => tables.contains(table),
            };
            // What a migration does in its own way is its work, not the undoing of it.
            let is_older = spot.may_undo.own || maker != Some(spot.migration);
            let undoes = match part {
                Part::Table => {
                    let stood = || match spot.may_undo.elsewhere {
                        true => self.is_pointed_at(manifest, actual, table),
                        false => self.stood_after(manifest, table, spot.migration),
                    };
                    is_older && spot.may_undo.tables.contains(table) && !stood()
                }
                Part::Column(column) => is_older && spot.may_undo.columns.contains(column),
                Part::Definition(column) => {
                    spot.may_undo.definitions.contains(column)
                        || (is_older && spot.may_undo.columns.contains(column))
                }
                Part::Constraint(columns) => {
                    // One over a single column belongs to its definition.
                    let is_defined =
                        columns.len() == 1 && columns.iter().all(|it| spot.may_undo.definitions.contains(it));
                    // By an expression it may be over any.
                    let is_open = columns.is_empty() && !spot.may_undo.columns.is_empty();
                    is_defined
                        || is_older
                            && (spot.may_undo.constraints
                                || is_open
                                || spot.may_undo.over.contains(columns)
                                || columns.iter().any(|it| spot.may_undo.columns.contains(it)))
                }
            };
            touches && undoes && self.applied_at(manifest, spot.migration).max().is_none_or(|at| at >= since)
        })?;
        let by = manifest.migration(spot.migration).map(|it| it.id.to_string()).unwrap_or_default();
        Some(format!("{by} ({})", spot.reason))
    }

    /// Whether a migration that was applied later has changed the table, which it could not have done without it.
    fn stood_after(&self, manifest: &Manifest, table: &TableName, position: u32) -> bool {
        let Some(at) = self.applied_at(manifest, position).max() else { return false };
        let is_later = |by: u32| self.applied_at(manifest, by).min().is_some_and(|it| it > at);
        let mut stood = false;
        if let Some(table) = self.expectation.schema.tables.get(table) {
            for_each_maker(table, |by| stood |= is_later(by));
        }
        stood
    }

    /// Whether a table that is there was made with a foreign key to this one, which then is no other database's. SQLite
    /// makes such a key whether its target is there or not.
    fn is_pointed_at(&self, manifest: &Manifest, actual: &Schema, table: &TableName) -> bool {
        let tables = &self.expectation.schema.tables;
        let points =
            |it: &Table| it.name != *table && it.foreign_keys.iter().any(|it| it.references == *table);
        manifest.dialect != Dialect::Sqlite
            && actual.tables.keys().filter_map(|it| tables.get(it)).any(|it| points(it))
    }

    /// Where the ledger has the migration, and what it was squashed from: Django records a squash when
    /// `migrate` ends, whatever came behind it
    /// (`check_replacements` of `django/db/migrations/executor.py`).
    fn applied_at(&self, manifest: &Manifest, position: u32) -> impl Iterator<Item = usize> {
        let migration = manifest.migration(position);
        let names = migration.into_iter().flat_map(|it| std::iter::once(&it.id).chain(&it.replaces));
        names.filter_map(|id| self.sequence.get(id)).copied()
    }
}

/// Calls `count` once for each object of the table with the migration whose work it is: the one that last
/// changed it, and the one that made it if that is another.
pub(super) fn for_each_maker(table: &Table, mut count: impl FnMut(u32)) {
    for_each_work(table, |maker, _| count(maker));
}

/// The same, with whether it made the object.
pub(super) fn for_each_work(table: &Table, mut count: impl FnMut(u32, bool)) {
    let mut both = |provenance: &Provenance| {
        provenance.created().into_iter().for_each(|it| count(it, true));
        let changed = provenance.changed().filter(|it| provenance.created() != Some(*it));
        changed.into_iter().for_each(|it| count(it, false));
    };
    both(&table.provenance);
    table.columns.iter().for_each(|it| both(&it.provenance));
    table.primary_key.iter().for_each(|it| both(&it.provenance));
    table.uniques.iter().for_each(|it| both(&it.provenance));
    table.foreign_keys.iter().for_each(|it| both(&it.provenance));
    table.checks.iter().for_each(|it| both(&it.provenance));
    table.indexes.iter().for_each(|it| both(&it.provenance));
    table.exclusions.iter().for_each(|it| both(&it.provenance));
}

pub(super) fn rows_of(observation: &Observation) -> &[LedgerRow] {
    observation.ledger.rows().unwrap_or_default()
}
