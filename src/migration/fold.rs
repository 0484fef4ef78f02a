//! What the applied migrations of one database must have made.

use std::collections::BTreeSet;

use super::{Manifest, MayTouch, Operation};
use crate::dialect::Naming;
use crate::schema::{Change, Schema, TableName};

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

/// Folds the changes of the migrations in `applied` (positions in the manifest), in the manifest's order.
///
/// Infallible: a change that does not fit is left out, told as a problem, and its table becomes a blind spot.
pub fn fold(manifest: &Manifest, applied: &BTreeSet<u32>, naming: &Naming) -> Expectation {
    let mut expectation = Expectation::default();
    for position in applied {
        let Some(migration) = manifest.migration(*position) else { continue };
        for operation in &migration.operations {
            match operation {
                Operation::Change(change) => expectation.apply(manifest, *position, change, naming),
                Operation::Opaque(opaque) => {
                    expectation.opaque_operations += 1;
                    let may_touch = match &opaque.may_touch {
                        MayTouch::Nothing => continue,
                        MayTouch::Tables(tables) => {
                            MayTouch::Tables(tables.iter().map(|table| naming.table(table)).collect())
                        }
                        MayTouch::Anything => MayTouch::Anything,
                    };
                    expectation.blind_spots.push(BlindSpot {
                        migration: *position,
                        reason: opaque.reason.clone(),
                        may_touch,
                    });
                }
            }
        }
    }
    expectation
}

impl Expectation {
    fn apply(&mut self, manifest: &Manifest, migration: u32, change: &Change, naming: &Naming) {
        // The manifest is canonical for its dialect's usual naming; only a server with another one
        // (MySQL's `lower_case_table_names`) costs a copy.
        let result = if *naming == manifest.dialect.naming() {
            self.schema.apply(change)
        } else {
            let mut change = change.clone();
            manifest.dialect.canonical_change(&mut change, naming);
            self.schema.apply(&change)
        };
        if let Err(error) = result {
            let table = naming.table(change.table());
            self.blind_spots.push(BlindSpot {
                migration,
                reason: format!("a change did not fit: {error}"),
                may_touch: MayTouch::Tables(BTreeSet::from([table.clone()])),
            });
            self.problems.push(FoldProblem { migration, table, message: error.to_string() });
        }
        self.follow_renames(change, naming);
    }

    /// A blind spot goes with its table to the new name.
    fn follow_renames(&mut self, change: &Change, naming: &Naming) {
        let Change::RenameTable { from, to } = change else { return };
        let from = naming.table(from);
        for spot in &mut self.blind_spots {
            if let MayTouch::Tables(tables) = &mut spot.may_touch
                && tables.contains(&from)
            {
                tables.insert(naming.table(to));
            }
        }
    }
}
