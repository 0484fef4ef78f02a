//! The ledger against that of a snapshot, and whether ledger and schema have moved apart since.

use std::collections::{BTreeMap, BTreeSet};

use super::Snapshot;
use super::compare::named;
use crate::audit::{Finding, Observation, Rule, Severity, Subject};
use crate::migration::{LedgerRow, Manifest, MayTouch, MigrationId, Operation, fold, graph};
use crate::schema::{Schema, Table, TableName, count_of, diff, diff_table};

/// How the schema has moved since the snapshot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moved {
    /// Something that was there is not, and nothing proves that it was taken away rightly.
    pub lost: bool,
    pub gained: bool,
    pub changed: bool,
}

/// Why something of the snapshot may rightly not be there.
pub(super) enum Fate {
    /// Nothing says so.
    Wanted,
    /// By the manifest and the ledger it should not be there any more.
    TakenAway,
    /// So many migrations are recorded beyond the snapshot, and what they do is not known.
    MayBeTakenAway(usize),
}

/// The two ledgers side by side.
pub(super) struct Ledger<'a> {
    snapshot: &'a Snapshot,
    observation: &'a Observation,
    /// Recorded in the snapshot only.
    behind: Vec<&'a MigrationId>,
    /// Recorded in the database only.
    ahead: Vec<&'a MigrationId>,
    folds: Option<Folds>,
}

/// What the manifest makes of the two ledgers.
struct Folds {
    then: Schema,
    now: Schema,
    /// Of what is recorded beyond the snapshot, the manifest does not know all or does not see through all.
    is_partial: bool,
    /// Something that migrations beyond the snapshot changed is not so in the catalog.
    is_open: bool,
}

impl<'a> Ledger<'a> {
    pub fn of(
        snapshot: &'a Snapshot,
        observation: &'a Observation,
        actual: &Schema,
        manifest: Option<&Manifest>,
    ) -> Self {
        let then = recorded(snapshot.ledger.as_deref().unwrap_or_default());
        let now = recorded(observation.ledger.rows().unwrap_or_default());
        let only_in = |a: &BTreeMap<&'a MigrationId, usize>, b: &BTreeMap<&'a MigrationId, usize>| {
            let mut only: Vec<_> = a.iter().filter(|(id, _)| !b.contains_key(*id)).collect();
            only.sort_by_key(|(_, place)| **place);
            only.into_iter().map(|(id, _)| *id).collect::<Vec<_>>()
        };
        let (behind, ahead) = (only_in(&then, &now), only_in(&now, &then));
        let folds = manifest.filter(|it| it.dialect == observation.dialect).map(|manifest| {
            let schema_of = |rows: &BTreeMap<&MigrationId, usize>| {
                let names = rows.keys().map(|id| (*id).clone()).collect();
                let applied = graph::resolve(manifest, &names).effective;
                fold(manifest, &applied, &observation.naming).schema
            };
            let is_partial = ahead.iter().any(|id| !is_seen_through(manifest, id));
            let (then, now) = (schema_of(&then), schema_of(&now));
            let open = diff(actual, &now).changes;
            let is_open = diff(&then, &now).changes.iter().any(|change| open.contains(change));
            Folds { then, now, is_partial, is_open }
        });
        Self { snapshot, observation, behind, ahead, folds }
    }

    pub fn has_manifest(&self) -> bool {
        self.folds.is_some()
    }

    /// Whether migrations beyond the snapshot may have changed what differs.
    pub fn explains_changes(&self) -> bool {
        !self.ahead.is_empty()
    }

    /// Why the table, or `part` of it, may rightly not be there.
    pub fn fate_of(&self, table: &TableName, part: Option<&Subject>) -> Fate {
        match &self.folds {
            Some(folds) if !folds.is_partial => {
                match (folds.then.tables.get(table), folds.now.tables.get(table)) {
                    (Some(then), Some(now)) => {
                        part.map_or(Fate::Wanted, |part| self.fate_of_part(part, then, now))
                    }
                    (Some(_), None) => Fate::TakenAway,
                    (None, _) => Fate::Wanted,
                }
            }
            Some(_) | None if self.ahead.is_empty() => Fate::Wanted,
            Some(_) | None => Fate::MayBeTakenAway(self.ahead.len()),
        }
    }

    /// Names of constraints vary from one healthy database to the next: they prove only that one is wanted.
    fn fate_of_part(&self, subject: &Subject, then: &Table, now: &Table) -> Fate {
        let is_changed = !diff_table(then, now).changes.is_empty();
        match (&subject.column, &subject.name) {
            (Some(column), _) if then.column(column).is_some() && now.column(column).is_none() => {
                Fate::TakenAway
            }
            (None, Some(name)) if is_changed && !names_of(now).contains(name.as_str()) => {
                Fate::MayBeTakenAway(self.ahead.len())
            }
            (None, None) if is_changed => Fate::MayBeTakenAway(self.ahead.len()),
            (Some(_), _) | (None, _) => Fate::Wanted,
        }
    }

    pub fn findings(&self, moved: &Moved) -> Vec<Finding> {
        let mut findings = Vec::new();
        let now_empty = self.observation.ledger.rows().is_some_and(<[LedgerRow]>::is_empty);
        if now_empty && !self.behind.is_empty() {
            let count = self.behind.len();
            let message = format!(
                "the ledger is empty, and {} has {}",
                named(self.snapshot),
                count_of(count, "migration")
            );
            findings.push(Finding::new(Rule::LedgerBehindSnapshot, self.subject(None), message));
        } else {
            findings.extend(self.behind.iter().map(|id| {
                let message = format!("{id} is not recorded as applied, and {} has it", named(self.snapshot));
                let finding = Finding::new(Rule::LedgerBehindSnapshot, self.subject(Some(id)), message);
                Finding { migration: Some((*id).clone()), ..finding }
            }));
        }
        if let (Some(first), Some(last)) = (self.ahead.first(), self.ahead.last()) {
            let count = self.ahead.len();
            let message = if count == 1 {
                format!("{first} is recorded as applied, and {} does not have it", named(self.snapshot))
            } else {
                format!(
                    "{count} migrations, {first} to {last}, are recorded as applied, and {} does not have them",
                    named(self.snapshot)
                )
            };
            findings.push(Finding::new(Rule::LedgerAheadOfSnapshot, self.subject(None), message));
        }
        findings.extend(self.apart(moved));
        findings
    }

    /// A ledger says what was done to its schema, so that both move together or not at all.
    fn apart(&self, moved: &Moved) -> Option<Finding> {
        let stands_still = !(moved.lost || moved.gained || moved.changed);
        let (severity, message) = if !self.ahead.is_empty() {
            let count = self.ahead.len();
            let proven = match &self.folds {
                // Migrations that take back what they made, or touch rows only, leave the schema as it was.
                Some(folds) if !folds.is_partial && !folds.is_open => {
                    return moved.lost.then(|| self.lost_under(Severity::Error));
                }
                Some(folds) => !folds.is_partial,
                None => false,
            };
            if moved.lost {
                let severity = if proven { Severity::Error } else { Severity::Warning };
                return Some(self.lost_under(severity));
            }
            let beyond = format!("it has {} beyond {}", count_of(count, "migration"), named(self.snapshot));
            if proven {
                let message = format!(
                    "the ledger is newer than the schema: {beyond}, and not all that they make is there"
                );
                (Severity::Error, message)
            } else if stands_still {
                let message = format!(
                    "the ledger is newer than the schema: {beyond}, and the schema is still as it was then, \
                     which is right only if they change no table"
                );
                (Severity::Warning, message)
            } else {
                return None;
            }
        } else if moved.lost {
            if !self.behind.is_empty() {
                // Both are older: a whole older backup.
                return None;
            }
            return Some(self.lost_under(Severity::Error));
        } else if !self.behind.is_empty() {
            let message = format!(
                "the schema is newer than the ledger: all that {} has is there, but the ledger lacks {} of its \
                 migrations, so that `migrate` would make again what is there",
                named(self.snapshot),
                self.behind.len()
            );
            (Severity::Error, message)
        } else if moved.gained || moved.changed {
            let message = format!(
                "the schema is newer than the ledger: the ledger is as in {}, and the schema has changed since",
                named(self.snapshot)
            );
            (Severity::Warning, message)
        } else {
            return None;
        };
        let finding = Finding::new(Rule::LedgerSchemaApart, self.subject(None), message);
        Some(Finding { severity, ..finding })
    }

    fn lost_under(&self, severity: Severity) -> Finding {
        let than = if self.ahead.is_empty() { "no older than" } else { "newer than" };
        let message = format!(
            "the ledger is newer than the schema: it is {than} {}, and the schema lacks what that has",
            named(self.snapshot)
        );
        Finding { severity, ..Finding::new(Rule::LedgerSchemaApart, self.subject(None), message) }
    }

    fn subject(&self, migration: Option<&MigrationId>) -> Subject {
        Subject {
            schema: Some(self.observation.schema.to_string()),
            name: migration.map(ToString::to_string),
            ..Subject::default()
        }
    }
}

/// Migrations that succeeded, each with its first place among the rows.
fn recorded(rows: &[LedgerRow]) -> BTreeMap<&MigrationId, usize> {
    let mut places = BTreeMap::new();
    for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.succeeded) {
        places.entry(&row.migration).or_insert(place);
    }
    places
}

fn is_seen_through(manifest: &Manifest, id: &MigrationId) -> bool {
    let migration = manifest.position(id).and_then(|position| manifest.migration(position));
    migration.is_some_and(|migration| {
        migration.operations.iter().all(|operation| match operation {
            Operation::Change(_) => true,
            Operation::Opaque(opaque) => opaque.may_touch == MayTouch::Nothing,
        })
    })
}

fn names_of(table: &Table) -> BTreeSet<&str> {
    (table.primary_key.iter().filter_map(|it| it.name.as_deref()))
        .chain(table.uniques.iter().filter_map(|it| it.name.as_deref()))
        .chain(table.foreign_keys.iter().filter_map(|it| it.name.as_deref()))
        .chain(table.checks.iter().filter_map(|it| it.name.as_deref()))
        .chain(table.indexes.iter().filter_map(|it| it.name.as_deref()))
        .chain(table.exclusions.iter().filter_map(|it| it.name.as_deref()))
        .collect()
}
