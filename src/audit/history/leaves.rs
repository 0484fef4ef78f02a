//! Apps with more than one last migration.

use std::collections::{BTreeMap, BTreeSet};

use super::note::{HistoryNote, Line, Smell};
use crate::migration::MigrationId;
use crate::schema::Name;

/// Django refuses to migrate such an app ("Conflicting migrations detected; multiple leaf nodes"), until a
/// merge migration depends on all of them (`django/core/management/commands/migrate.py`).
pub(super) fn notes(line: &Line<'_>) -> Vec<HistoryNote> {
    let mut needed: BTreeSet<&MigrationId> = BTreeSet::new();
    let migrations = || line.positions.iter().filter_map(|at| Some((*at, line.manifest.migration(*at)?)));
    for (_, migration) in migrations() {
        for dependency in migration.dependencies.iter().filter(|it| it.app == migration.id.app) {
            needed.insert(dependency);
            // Whoever needs a squash needs its parts where those were gone through.
            let squash = line.manifest.position(dependency).and_then(|at| line.manifest.migration(at));
            needed.extend(squash.into_iter().flat_map(|it| &it.replaces));
        }
    }
    let mut leaves: BTreeMap<&Name, Vec<u32>> = BTreeMap::new();
    for (position, migration) in migrations() {
        let is_needed =
            needed.contains(&migration.id) || migration.replaces.iter().any(|it| needed.contains(it));
        if !is_needed {
            leaves.entry(&migration.id.app).or_default().push(position);
        }
    }
    // Tools without apps and dependencies apply their migrations in the order of their names.
    let knows_dependencies = migrations().any(|(_, migration)| !migration.dependencies.is_empty());
    let several = leaves.into_iter().filter(|(_, leaves)| knows_dependencies && leaves.len() > 1);
    several
        .map(|(app, positions)| {
            let steps: Vec<_> =
                positions.iter().filter_map(|it| line.step(*it, "no migration of the app follows")).collect();
            let names: Vec<&str> = steps.iter().map(|it| &*it.migration.name).collect();
            let message = format!(
                "{app} has {} last migrations ({}): the order between them is open until one depends on all",
                steps.len(),
                names.join(", ")
            );
            HistoryNote { smell: Smell::SeveralLeaves, app: app.clone(), object: None, steps, message }
        })
        .collect()
}
