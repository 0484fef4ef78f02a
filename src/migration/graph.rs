//! The graph of migrations: the order in which they can be applied, and what a ledger's rows mean in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::{Manifest, Migration, MigrationId};

/// A mistake at one migration of the list that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    pub migration: usize,
    pub message: String,
}

/// An order in which the migrations can be applied, as positions in `migrations`: dependencies first, and
/// otherwise as they stand.
pub fn order(migrations: &[Migration]) -> Result<Vec<usize>, Vec<GraphError>> {
    let mut errors = Vec::new();
    let mut by_id: BTreeMap<&MigrationId, usize> = BTreeMap::new();
    for (position, migration) in migrations.iter().enumerate() {
        if let Some(first) = by_id.insert(&migration.id, position) {
            by_id.insert(&migration.id, first);
            let message = format!("{} stands in the manifest twice", migration.id);
            errors.push(GraphError { migration: position, message });
        }
    }
    // A dependency on a replaced migration that is no longer there is a dependency on its squash.
    for (position, migration) in migrations.iter().enumerate() {
        for replaced in &migration.replaces {
            by_id.entry(replaced).or_insert(position);
        }
    }
    let mut waits_for: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); migrations.len()];
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); migrations.len()];
    for (position, migration) in migrations.iter().enumerate() {
        // A squash stands where the last of what it replaces stands: its dependents wait for both.
        for dependency in &migration.dependencies {
            match by_id.get(dependency) {
                Some(&needed) if needed == position => {
                    // Within a squash, a replaced migration may be named by another replaced one.
                    if !migration.replaces.contains(dependency) {
                        let message = format!("{} depends on itself", migration.id);
                        errors.push(GraphError { migration: position, message });
                    }
                }
                Some(&needed) => {
                    if waits_for[position].insert(needed) {
                        needed_by[needed].push(position);
                    }
                }
                None => {
                    let message =
                        format!("{} depends on {dependency}, which is not in the manifest", migration.id);
                    errors.push(GraphError { migration: position, message });
                }
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..migrations.len()).filter(|at| waits_for[*at].is_empty()).map(Reverse).collect();
    let mut order = Vec::with_capacity(migrations.len());
    while let Some(Reverse(position)) = ready.pop() {
        order.push(position);
        for &dependent in &needed_by[position] {
            waits_for[dependent].remove(&position);
            if waits_for[dependent].is_empty() {
                ready.push(Reverse(dependent));
            }
        }
    }
    if order.len() == migrations.len() {
        Ok(order)
    } else {
        Err(vec![describe_cycle(migrations, &waits_for)])
    }
}

fn describe_cycle(migrations: &[Migration], waits_for: &[BTreeSet<usize>]) -> GraphError {
    let mut at = waits_for.iter().position(|it| !it.is_empty()).unwrap_or_default();
    let mut path = vec![at];
    while let Some(&next) = waits_for[at].first() {
        if let Some(start) = path.iter().position(|seen| *seen == next) {
            path.drain(..start);
            path.push(next);
            break;
        }
        path.push(next);
        at = next;
    }
    let names: Vec<String> = path.iter().map(|at| migrations[*at].id.to_string()).collect();
    GraphError {
        migration: path[0],
        message: format!("the dependencies form a cycle: {}", names.join(" -> ")),
    }
}

/// What the names in a ledger mean for a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Positions in the manifest of the migrations whose changes count as applied: of a squash either
    /// itself or what it replaces, never both.
    pub effective: BTreeSet<u32>,
    /// Positions that count as applied because their name, their squash, or all they replace is recorded.
    pub recorded: BTreeSet<u32>,
    /// Recorded names that the manifest does not know.
    pub unknown: BTreeSet<MigrationId>,
    /// Squashes of which some, but not all, replaced migrations are recorded, and not the squash itself.
    pub half_squashed: BTreeSet<u32>,
}

/// Whether a migration is recorded that depends on the squash or on what it replaces. Where none is, its row alone is what
/// Django before 4.2 leaves behind when it takes a squash back (`MigrationExecutor.unapply_migration`); where one is,
/// somebody has put the ledger in order by hand.
fn is_needed(manifest: &Manifest, squash: &Migration, names: &BTreeSet<MigrationId>) -> bool {
    let is_it = |id: &MigrationId| *id == squash.id || squash.replaces.contains(id);
    let mut waiting: Vec<&MigrationId> = names.iter().filter(|id| **id != squash.id).collect();
    let mut seen: BTreeSet<&MigrationId> = waiting.iter().copied().collect();
    while let Some(id) = waiting.pop() {
        let migration = manifest.position(id).and_then(|at| manifest.migration(at));
        for dependency in migration.into_iter().flat_map(|it| &it.dependencies) {
            if is_it(dependency) {
                return true;
            }
            if seen.insert(dependency) {
                waiting.push(dependency);
            }
        }
    }
    false
}

/// Resolves recorded names by Django's squash rule: a squash counts as applied when all that it replaces is
/// recorded, and what it replaces then no longer exists for itself; with only some of it recorded, the squash
/// does not exist (`django/db/migrations/loader.py`, `build_graph`).
pub fn resolve(manifest: &Manifest, names: &BTreeSet<MigrationId>) -> Applied {
    let mut applied = Applied::default();
    let mut explained: BTreeSet<&MigrationId> = BTreeSet::new();
    for (position, migration) in (0..).zip(&manifest.migrations) {
        if names.contains(&migration.id) {
            explained.insert(&migration.id);
            applied.recorded.insert(position);
        }
    }
    // A squash may itself be squashed: from the first to the last, so that the newest has the last word.
    for (position, squash) in (0..).zip(&manifest.migrations).filter(|(_, it)| !it.replaces.is_empty()) {
        let is_applied = |id: &MigrationId| {
            names.contains(id) || manifest.position(id).is_some_and(|at| applied.recorded.contains(&at))
        };
        let recorded = squash.replaces.iter().filter(|id| is_applied(id)).count();
        let itself = names.contains(&squash.id);
        if itself && recorded == 0 && !is_needed(manifest, squash, names) {
            applied.recorded.remove(&position);
        } else if recorded == squash.replaces.len() || (itself && recorded == 0) {
            applied.recorded.insert(position);
            applied.recorded.extend(squash.replaces.iter().filter_map(|id| manifest.position(id)));
            explained.extend(&squash.replaces);
        } else if recorded > 0 {
            applied.half_squashed.insert(position);
            // The squash's own row stands for nothing more while its parts are recorded one by one.
            let parts_are_there = squash.replaces.iter().any(|id| manifest.position(id).is_some());
            if parts_are_there && !itself {
                applied.recorded.remove(&position);
            }
            explained.extend(&squash.replaces);
        }
    }
    applied.effective = applied.recorded.clone();
    for (position, squash) in (0..).zip(&manifest.migrations).filter(|(_, it)| !it.replaces.is_empty()) {
        if applied.recorded.contains(&position) {
            for replaced in squash.replaces.iter().filter_map(|id| manifest.position(id)) {
                applied.effective.remove(&replaced);
            }
        }
    }
    applied.unknown = names.iter().filter(|id| !explained.contains(id)).cloned().collect();
    applied
}
