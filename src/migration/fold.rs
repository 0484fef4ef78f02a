//! What the applied migrations of one database must have made.

mod targets;
mod waiting;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Manifest, MayTouch, MayUndo, Operation};
use crate::dialect::{Dialect, Naming};
use crate::schema::{Change, Name, Schema, TableName};

/// The expected schema of one database, and what may have changed it unseen.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// Every object carries its origin ([`crate::schema::Provenance`]).
    pub schema: Schema,
    pub blind_spots: Vec<BlindSpot>,
    /// Changes that did not fit what came before them.
    pub problems: Vec<FoldProblem>,
    /// Operations that were not seen through.
    pub opaque_operations: usize,
}

/// A change that could not be applied: the manifest contradicts itself at this set of applied migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldProblem {
    pub migration: u32,
    pub table: TableName,
    pub message: String,
}

/// What an opaque operation of an applied migration may have touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlindSpot {
    /// The migration's position in the manifest.
    pub migration: u32,
    pub reason: String,
    pub may_touch: MayTouch,
    pub may_undo: MayUndo,
}

impl Expectation {
    /// The blind spot in which `table` stands, if any.
    pub fn blind_spot_of(&self, table: &TableName) -> Option<&BlindSpot> {
        self.blind_spots.iter().find(|spot| match &spot.may_touch {
            MayTouch::Nothing => false,
            MayTouch::Tables(tables) => tables.contains(table),
            MayTouch::Anything => true,
        })
    }
}

/// [`fold_in`] no database: a table with a schema and one without are two, whatever the schema.
pub fn fold(manifest: &Manifest, applied: &BTreeSet<u32>, naming: &Naming) -> Expectation {
    fold_to(manifest, applied, &Names { naming, audited: None })
}

/// Folds the changes of the migrations in `applied` (positions in the manifest), in the manifest's order. A table
/// that the manifest names with the schema `audited` is the one that it names without.
///
/// Infallible: a change that does not fit is left out, told as a problem, and its table becomes a blind spot.
pub fn fold_in(manifest: &Manifest, applied: &BTreeSet<u32>, naming: &Naming, audited: &str) -> Expectation {
    fold_to(manifest, applied, &Names { naming, audited: Some(audited) })
}

/// The changes of the migrations in `applied`, each with the migration's position, in the order and with the names of
/// [`fold_in`].
pub fn changes_in<'m>(
    manifest: &'m Manifest,
    applied: &BTreeSet<u32>,
    naming: &Naming,
    audited: &str,
) -> Vec<(u32, Cow<'m, Change>)> {
    let names = Names { naming, audited: Some(audited) };
    let of_one = |position: &u32| {
        let position = *position;
        let operations = manifest.migration(position).into_iter().flat_map(|it| &it.operations);
        operations.filter_map(move |it| match it {
            Operation::Change(change) => Some((position, change)),
            Operation::Opaque(_) => None,
        })
    };
    let all = applied.iter().flat_map(of_one);
    all.map(|(position, change)| (position, names.change(manifest, change))).collect()
}

/// What a database may have in another way because a migration in `pending` was applied and taken back, as
/// [`fold_in`] names its tables.
pub fn taken_back(
    manifest: &Manifest,
    pending: impl Iterator<Item = u32>,
    naming: &Naming,
    audited: &str,
) -> Vec<(u32, Change)> {
    let names = Names { naming, audited: Some(audited) };
    let of_one = |position| {
        let left = manifest.migration(position).into_iter().flat_map(|it| &it.taken_back);
        left.map(move |change| (position, change))
    };
    pending
        .flat_map(of_one)
        .map(|(position, change)| (position, names.change(manifest, change).into_owned()))
        .collect()
}

/// How the database at hand understands the manifest's names.
struct Names<'n> {
    naming: &'n Naming,
    audited: Option<&'n str>,
}

impl Names<'_> {
    fn table(&self, name: &TableName) -> TableName {
        match self.audited {
            Some(audited) => self.naming.table_in(audited, name),
            None => self.naming.table(name),
        }
    }

    /// The change as this database has it. The manifest is canonical for its dialect's usual naming; only a server
    /// with another one (MySQL's `lower_case_table_names`), or the name of the audited schema, costs a copy.
    fn change<'c>(&self, manifest: &Manifest, change: &'c Change) -> Cow<'c, Change> {
        let is_audited =
            |schema: &Name| self.audited.is_some_and(|audited| self.naming.is_same_schema(schema, audited));
        let names_audited = change.names_table(|table| table.schema.as_ref().is_some_and(is_audited));
        let is_usual = *self.naming == manifest.dialect.naming();
        if is_usual && !names_audited {
            return Cow::Borrowed(change);
        }
        let mut change = change.clone();
        if !is_usual {
            manifest.dialect.canonical_change(&mut change, self.naming);
        }
        if names_audited {
            change.for_each_table_name(|table| *table = self.table(table));
        }
        Cow::Owned(change)
    }
}

fn fold_to(manifest: &Manifest, applied: &BTreeSet<u32>, names: &Names<'_>) -> Expectation {
    let mut expectation = Expectation::default();
    for position in applied {
        let Some(migration) = manifest.migration(*position) else { continue };
        for operation in &migration.operations {
            match operation {
                Operation::Change(change) => {
                    let named = |table: &TableName| names.table(table);
                    let change = names.change(manifest, change);
                    let change =
                        targets::under_old_names(manifest, applied, &expectation.schema, change, named);
                    let same = |there: &TableName, here: &TableName| named(there) == *here;
                    let waits = |schema: &Schema| {
                        let is_table_there = schema.tables.contains_key(change.table());
                        waiting::is_waiting(manifest, applied, is_table_there, &change, same)
                    };
                    expectation.apply(*position, &change, waits);
                    expectation.spell(manifest.dialect, &change);
                }
                Operation::Opaque(opaque) => {
                    expectation.opaque_operations += 1;
                    let may_touch = match &opaque.may_touch {
                        MayTouch::Nothing => continue,
                        MayTouch::Tables(tables) => {
                            MayTouch::Tables(tables.iter().map(|table| names.table(table)).collect())
                        }
                        MayTouch::Anything => MayTouch::Anything,
                    };
                    expectation.blind_spots.push(BlindSpot {
                        migration: *position,
                        reason: opaque.reason.clone(),
                        may_touch,
                        may_undo: MayUndo {
                            tables: opaque.may_undo.tables.iter().map(|table| names.table(table)).collect(),
                            ..opaque.may_undo.clone()
                        },
                    });
                }
            }
        }
    }
    expectation
}

impl Expectation {
    /// What a change leaves to be said of the rest of its table.
    fn spell(&mut self, dialect: Dialect, change: &Change) {
        let Some(table) = self.schema.tables.get_mut(change.table()) else { return };
        if let Change::RenameColumn { from, to, .. } = change {
            dialect.respell(Arc::make_mut(table), from, to);
        }
        // The change says a column or a key, and what it is hangs on both.
        if matches!(change, Change::AlterColumn { .. } | Change::AddPrimaryKey { .. }) {
            dialect.canonical_key_columns(Arc::make_mut(table));
        }
    }

    fn apply(&mut self, migration: u32, change: &Change, waits: impl Fn(&Schema) -> bool) {
        let result = self.schema.apply(change);
        if result.is_ok() {
            self.schema.stamp_renamed(change, migration);
        }
        if let Err(error) = result
            && !waits(&self.schema)
        {
            let table = change.table().clone();
            self.blind_spots.push(BlindSpot {
                migration,
                reason: format!("a change did not fit: {error}"),
                may_touch: MayTouch::Tables(BTreeSet::from([table.clone()])),
                may_undo: MayUndo::default(),
            });
            self.problems.push(FoldProblem { migration, table, message: error.to_string() });
        }
        self.follow_renames(change);
    }

    /// A blind spot goes with its table and with its columns to the new name.
    fn follow_renames(&mut self, change: &Change) {
        if let Change::RenameColumn { table, from, to } = change {
            let touches = |spot: &&mut BlindSpot| matches!(&spot.may_touch, MayTouch::Tables(all) if all.contains(table));
            for spot in self.blind_spots.iter_mut().filter(touches) {
                for names in [&mut spot.may_undo.columns, &mut spot.may_undo.definitions] {
                    if names.contains(from) {
                        names.insert(to.clone());
                    }
                }
                let over = spot.may_undo.over.iter().filter(|it| it.contains(from));
                let named = |it: &Name| if it == from { to.clone() } else { it.clone() };
                let renamed: Vec<Vec<Name>> = over.map(|it| it.iter().map(named).collect()).collect();
                spot.may_undo.over.extend(renamed);
            }
        }
        let Change::RenameTable { from, to } = change else { return };
        for spot in &mut self.blind_spots {
            if let MayTouch::Tables(tables) = &mut spot.may_touch
                && tables.contains(from)
            {
                tables.insert(to.clone());
            }
            if spot.may_undo.tables.contains(from) {
                spot.may_undo.tables.insert(to.clone());
            }
        }
    }
}
