//! Dependencies as the loader resolves them: `__first__`, `__latest__`, `run_before`.

use std::collections::{BTreeMap, BTreeSet};

use super::Loaded;
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{App, SourceMigration};
use crate::compile::django::read::notice;
use crate::migration::MigrationId;

pub fn resolve(loaded: Vec<Loaded>, apps: &[App], notices: &mut Vec<Notice>) -> Vec<SourceMigration> {
    let (first, last) = ends(&loaded);
    let known: BTreeSet<MigrationId> = loaded.iter().map(|it| it.migration.id.clone()).collect();
    // `MigrationLoader.check_key`
    let check = |key: &MigrationId, current: &str| -> Result<Option<MigrationId>, String> {
        let ends = match &*key.name {
            _ if known.contains(key) => return Ok(Some(key.clone())),
            "__first__" => &first,
            "__latest__" => &last,
            _ => return Ok(Some(key.clone())),
        };
        if *key.app == *current {
            return Ok(None);
        }
        match ends.get(&*key.app) {
            Some(id) => Ok(Some(id.clone())),
            None if apps.iter().any(|app| *app.label == *key.app) => Ok(None),
            None => Err(format!("depends on an app {} that is not installed", key.app)),
        }
    };
    let mut before: Vec<(MigrationId, MigrationId)> = Vec::new();
    let mut migrations = Vec::with_capacity(loaded.len());
    for Loaded { mut migration, dependencies, run_before } in loaded {
        let current = migration.id.app.to_string();
        for key in &dependencies {
            // Its own app's first migration is not waited for (ticket 22325).
            if *key.app == *current && &*key.name == "__first__" {
                continue;
            }
            match check(key, &current) {
                Ok(id) => migration.dependencies.extend(id),
                Err(message) => notices.push(notice(Concern::Dependency, &migration.file, 1, message)),
            }
        }
        for key in &run_before {
            match check(key, &current) {
                Ok(Some(id)) => before.push((id, migration.id.clone())),
                Ok(None) => {}
                Err(message) => notices.push(notice(Concern::Dependency, &migration.file, 1, message)),
            }
        }
        migrations.push(migration);
    }
    for (later, earlier) in before {
        if let Some(migration) = migrations.iter_mut().find(|it| it.id == later)
            && !migration.dependencies.contains(&earlier)
        {
            migration.dependencies.push(earlier);
        }
    }
    migrations
}

/// By app: the first of its migrations that depends on none of the same app, and the first that none of
/// the same app depends on (`MigrationGraph.root_nodes` and `leaf_nodes`, which sort).
fn ends(loaded: &[Loaded]) -> (BTreeMap<String, MigrationId>, BTreeMap<String, MigrationId>) {
    let mut with_children: BTreeSet<&MigrationId> = BTreeSet::new();
    let mut roots = BTreeMap::new();
    let mut leaves = BTreeMap::new();
    let mut sorted: Vec<&Loaded> = loaded.iter().collect();
    sorted.sort_by(|a, b| a.migration.id.cmp(&b.migration.id));
    for it in &sorted {
        let id = &it.migration.id;
        let mut own =
            it.dependencies.iter().filter(|key| key.app == id.app && &*key.name != "__first__").peekable();
        if own.peek().is_none() {
            roots.entry(id.app.to_string()).or_insert_with(|| id.clone());
        }
        with_children.extend(own);
    }
    for it in &sorted {
        let id = &it.migration.id;
        if !with_children.contains(id) {
            leaves.entry(id.app.to_string()).or_insert_with(|| id.clone());
        }
    }
    (roots, leaves)
}
