//! What the parts of a squash call otherwise than the squash does. SQL behind it that says such a name was written for the
//! databases that the parts made.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::project::SourceMigration;
use crate::migration::{MigrationId, Operation};
use crate::schema::{Name, Schema};

/// By the name that the parts give, the one that the squash gives.
pub type Aliases = BTreeMap<Name, Name>;

/// Of each squash among the steps of a plan, by its position. `done` is what each migration of any plan does.
pub fn aliases(
    steps: &[usize],
    migrations: &[SourceMigration],
    done: &BTreeMap<usize, &[Operation]>,
) -> BTreeMap<usize, Aliases> {
    let positions: BTreeMap<&MigrationId, usize> =
        migrations.iter().enumerate().map(|(at, it)| (&it.id, at)).collect();
    let mut schema = Schema::default();
    let mut found = BTreeMap::new();
    for step in steps {
        let replaces = &migrations[*step].replaces;
        let parts: Option<Vec<usize>> = replaces.iter().map(|id| positions.get(id).copied()).collect();
        let by_parts = parts.filter(|it| !it.is_empty()).map(|parts| {
            let mut by_parts = schema.clone();
            parts.iter().for_each(|part| apply(&mut by_parts, done.get(part)));
            by_parts
        });
        apply(&mut schema, done.get(step));
        found.extend(by_parts.map(|by_parts| (*step, between(&by_parts, &schema))));
    }
    found
}

fn apply(schema: &mut Schema, operations: Option<&&[Operation]>) {
    for operation in operations.copied().into_iter().flatten() {
        if let Operation::Change(change) = operation {
            // What does not fit has nothing to be called by.
            let _ = schema.apply(change);
        }
    }
}

fn between(by_parts: &Schema, by_squash: &Schema) -> Aliases {
    let mut found = Aliases::new();
    for (name, parts) in &by_parts.tables {
        let Some(squash) = by_squash.tables.get(name).filter(|it| !Arc::ptr_eq(it, parts)) else { continue };
        pair(&mut found, &parts.indexes, &squash.indexes, |it| it.name.take());
        pair(&mut found, &parts.uniques, &squash.uniques, |it| it.name.take());
        pair(&mut found, &parts.foreign_keys, &squash.foreign_keys, |it| it.name.take());
        pair(&mut found, &parts.checks, &squash.checks, |it| it.name.take());
    }
    found
}

/// Those that are the same but for their names, which only one of the two sides has.
fn pair<T: Clone + PartialEq>(
    found: &mut Aliases,
    parts: &[T],
    squash: &[T],
    take_name: impl Fn(&mut T) -> Option<Name>,
) {
    let named = |all: &[T]| -> Vec<(Name, T)> {
        let split = |it: &T| {
            let mut it = it.clone();
            Some((take_name(&mut it)?, it))
        };
        all.iter().filter_map(split).collect()
    };
    let (parts, mut squash) = (named(parts), named(squash));
    let known: Vec<Name> = squash.iter().map(|(name, _)| name.clone()).collect();
    squash.retain(|(name, _)| !parts.iter().any(|(other, _)| other == name));
    for (name, it) in parts.into_iter().filter(|(name, _)| !known.contains(name)) {
        if let Some(at) = squash.iter().position(|(_, other)| *other == it) {
            found.insert(name, squash.remove(at).0);
        }
    }
}
