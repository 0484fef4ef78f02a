//! The numbers that tools write before a migration's name: two with one number, and numbers that contradict
//! the dependencies.

use std::collections::BTreeMap;

use super::note::{HistoryNote, Line, Smell};
use crate::migration::MigrationId;
use crate::schema::Name;

/// `0020` of `0020_restore`, if it begins so.
fn digits(name: &str) -> Option<&str> {
    let end = name.find(|it: char| !it.is_ascii_digit()).unwrap_or(name.len());
    (end > 0).then(|| &name[..end])
}

fn number(name: &str) -> Option<u64> {
    digits(name)?.parse().ok()
}

/// As a person of this app calls the migration: by its number alone where no other has it.
pub(super) fn short_name(line: &Line<'_>, id: &MigrationId, app: &Name) -> String {
    let shares = |number: &str| {
        let same = |at: &&u32| {
            line.manifest
                .migration(**at)
                .is_some_and(|it| it.id.app == id.app && digits(&it.id.name) == Some(number))
        };
        line.positions.iter().filter(same).count() > 1
    };
    let name = match digits(&id.name) {
        Some(number) if !shares(number) => number,
        Some(_) | None => &id.name,
    };
    if id.app == *app { name.to_owned() } else { format!("{}.{name}", id.app) }
}

/// A migration that depends on one of its own app with a higher number: read by number, it seems to come first.
pub(super) fn contradictions(line: &Line<'_>) -> Vec<HistoryNote> {
    let mut notes = Vec::new();
    for position in &line.positions {
        let Some(migration) = line.manifest.migration(*position) else { continue };
        let (id, Some(own)) = (&migration.id, number(&migration.id.name)) else { continue };
        // A squash bears the number of the first that it replaces.
        if !migration.replaces.is_empty() {
            continue;
        }
        for needed in migration.dependencies.iter().filter(|it| it.app == id.app) {
            let squash = line.manifest.position(needed).and_then(|at| line.manifest.migration(at));
            let is_plain = squash.is_some_and(|it| it.replaces.is_empty());
            if !is_plain || number(&needed.name).is_none_or(|other| other <= own) {
                continue;
            }
            let message = format!(
                "{id} is numbered {}, but depends on {}, and so comes after it",
                digits(&id.name).unwrap_or_default(),
                needed.name
            );
            let first = line.manifest.position(needed).and_then(|at| line.step(at, "comes first"));
            let second = line.step(*position, format!("depends on {}", needed.name));
            notes.push(HistoryNote {
                smell: Smell::NumberContradictsDependency,
                app: id.app.clone(),
                object: None,
                steps: first.into_iter().chain(second).collect(),
                message,
            });
        }
    }
    notes
}

/// Migrations of one app with one number, as two branches make them that do not know of each other.
pub(super) fn shared(line: &Line<'_>) -> Vec<HistoryNote> {
    let mut by_number: BTreeMap<(&Name, u64), Vec<u32>> = BTreeMap::new();
    for position in &line.positions {
        let Some(migration) = line.manifest.migration(*position) else { continue };
        if let (Some(number), true) = (number(&migration.id.name), migration.replaces.is_empty()) {
            by_number.entry((&migration.id.app, number)).or_default().push(*position);
        }
    }
    let several = by_number.into_iter().filter(|(_, positions)| positions.len() > 1);
    several
        .map(|((app, _), positions)| {
            let steps: Vec<_> =
                positions.iter().filter_map(|it| line.step(*it, "shares the number")).collect();
            let names: Vec<&str> = steps.iter().map(|it| &*it.migration.name).collect();
            let number = names.first().and_then(|it| digits(it)).unwrap_or_default();
            let of = if app.is_empty() { String::new() } else { format!("{app} has ") };
            let message = format!("{of}{} migrations numbered {number}: {}", steps.len(), names.join(", "));
            HistoryNote { smell: Smell::SharedNumber, app: app.clone(), object: None, steps, message }
        })
        .collect()
}
