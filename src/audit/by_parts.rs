//! What the migrations that a squash replaces make in another way than the squash does. Django records both, whichever of
//! them made the database (`record_migration` of `django/db/migrations/executor.py`), so that either is right.

use std::collections::BTreeSet;

use super::Expected;
use crate::migration::{Manifest, MigrationId, fold_in};
use crate::schema::{Change, diff};

impl Expected {
    /// What makes of the expected schema those that the parts of its squashes make, where the ledger has all of them.
    pub(super) fn by_parts(&self, manifest: &Manifest, names: &BTreeSet<MigrationId>) -> Vec<Change> {
        let mut found = Vec::new();
        let mut effective = self.applied.effective.clone();
        let mut split = BTreeSet::new();
        // The parts may be squashes themselves.
        loop {
            let squashes: Vec<(u32, Vec<u32>)> = (effective.iter())
                .filter(|it| !split.contains(*it))
                .filter_map(|it| Some((*it, recorded_parts(manifest, *it, names)?)))
                .collect();
            if squashes.is_empty() {
                return found;
            }
            for (squash, parts) in squashes {
                split.insert(squash);
                effective.remove(&squash);
                effective.extend(parts);
            }
            let other = fold_in(manifest, &effective, &self.naming, &self.schema);
            found.extend(diff(&self.expectation.schema, &other.schema).changes);
        }
    }
}

/// The positions of what a squash replaces, where all of it is known and recorded.
fn recorded_parts(manifest: &Manifest, squash: u32, names: &BTreeSet<MigrationId>) -> Option<Vec<u32>> {
    let migration = manifest.migration(squash)?;
    if migration.replaces.is_empty() {
        return None;
    }
    let parts = migration.replaces.iter().map(|id| manifest.position(id).filter(|_| names.contains(id)));
    parts.collect()
}
