//! History: the ledger against the manifest (findings), and the migration files alone (notes).

mod backwards;
mod leaves;
mod note;
mod numbers;
mod order;
mod recreated;
mod squash;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::expect::rows_of;
use super::{Expected, Finding, LedgerObservation, Observation, Rule, Subject};
use crate::migration::{Manifest, MigrationId};

pub use note::{HistoryNote, HistoryStep, Smell};
pub(super) use note::{Line, notes};

/// Findings about the ledger as such, about single migrations, and about the manifest.
/// `remembered` are the migrations that the ledger recorded at earlier looks.
pub(super) fn judge(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    remembered: &BTreeSet<MigrationId>,
) -> Vec<Finding> {
    if let Some(finding) = unusable_ledger(observation) {
        return vec![finding];
    }
    let rows = rows_of(observation);
    if rows.is_empty() {
        let message = "the ledger is empty: no migration is recorded as applied".to_owned();
        return vec![Finding::new(Rule::LedgerEmpty, ledger_subject(observation, None), message)];
    }
    let mut findings = Vec::new();
    let mut times: BTreeMap<&MigrationId, usize> = BTreeMap::new();
    for row in rows {
        *times.entry(&row.migration).or_default() += 1;
        if !row.succeeded {
            findings.push(about(
                Rule::FailedMigration,
                observation,
                &row.migration,
                format!("{} is recorded as failed", row.migration),
            ));
        }
    }
    for (migration, count) in times.into_iter().filter(|(_, count)| *count > 1) {
        // A squash that is applied records each name that it replaces, and another squash does so again
        // (`record_migration` of `django/db/migrations/executor.py`).
        let by_squashes = manifest.migrations.iter().filter(|it| it.replaces.contains(migration)).count();
        if count <= by_squashes {
            continue;
        }
        let message = format!("{migration} is recorded {count} times");
        findings.push(about(Rule::DuplicateLedgerRow, observation, migration, message));
    }
    findings.extend(pending(manifest, expected).map(|position| {
        let migration = &manifest.migrations[position as usize].id;
        let mut message = format!("{migration} is in the manifest, but not recorded as applied");
        if let Some(later) = recorded_after(manifest, expected, position) {
            message.push_str(&format!(", while {later}, which comes after it, is"));
        }
        about(Rule::PendingMigration, observation, migration, message)
    }));
    findings.extend(expected.applied.unknown.iter().map(|migration| {
        let message = format!("{migration} is recorded as applied, but the manifest does not know it");
        about(Rule::UnknownMigration, observation, migration, message)
    }));
    findings.extend(unmet_dependencies(manifest, expected, observation));
    findings.extend(order::judge(manifest, expected, observation));
    findings.extend(squash::judge(manifest, expected, observation));
    findings.extend(backwards::judge(manifest, expected, observation, remembered));
    findings.extend(expected.expectation.problems.iter().map(|problem| {
        let migration = &manifest.migrations[problem.migration as usize].id;
        let mut subject = ledger_subject(observation, Some(migration));
        subject.table = Some(problem.table.to_string());
        let message =
            format!("a change of {migration} does not fit what is applied before it: {}", problem.message);
        Finding {
            migration: Some(migration.clone()),
            ..Finding::new(Rule::ManifestProblem, subject, message)
        }
    }));
    findings
}

/// Positions of the migrations that would still be applied: a squash in place of its parts where none of
/// them is recorded, the parts where only some are.
pub(super) fn pending<'a>(manifest: &'a Manifest, expected: &'a Expected) -> impl Iterator<Item = u32> + 'a {
    let applied = &expected.applied;
    let replaced_by_pending: BTreeSet<u32> = (0..)
        .zip(&manifest.migrations)
        .filter(|(position, _)| {
            !applied.recorded.contains(position) && !applied.half_squashed.contains(position)
        })
        .flat_map(|(_, squash)| squash.replaces.iter().filter_map(|id| manifest.position(id)))
        .collect();
    (0..).zip(&manifest.migrations).map(|(position, _)| position).filter(move |position| {
        !applied.recorded.contains(position)
            && !applied.half_squashed.contains(position)
            && !replaced_by_pending.contains(position)
    })
}

/// The next migration of the same app that is recorded, though it comes later in the manifest's order.
fn recorded_after<'a>(manifest: &'a Manifest, expected: &Expected, position: u32) -> Option<&'a MigrationId> {
    let app = &manifest.migration(position)?.id.app;
    let later = expected.applied.recorded.range(position + 1..);
    later.filter_map(|it| manifest.migration(*it)).map(|it| &it.id).find(|it| it.app == *app)
}

fn unmet_dependencies(manifest: &Manifest, expected: &Expected, observation: &Observation) -> Vec<Finding> {
    let mut findings = Vec::new();
    for position in &expected.applied.effective {
        let Some(migration) = manifest.migration(*position) else { continue };
        for dependency in &migration.dependencies {
            // A dependency that is itself no node of the manifest was replaced by a squash: nothing to say.
            let Some(needed) = manifest.position(dependency) else { continue };
            if expected.applied.recorded.contains(&needed) || expected.applied.half_squashed.contains(&needed)
            {
                continue;
            }
            let message = format!(
                "{} is recorded as applied, but {dependency}, on which it depends, is not",
                migration.id
            );
            findings.push(about(Rule::InconsistentHistory, observation, &migration.id, message));
        }
    }
    findings
}

/// Why nothing can be said of the ledger's rows, if so.
pub fn unusable_ledger(observation: &Observation) -> Option<Finding> {
    let (rule, message) = match &observation.ledger {
        LedgerObservation::Rows(_) => return None,
        LedgerObservation::Absent { table } => (
            Rule::LedgerMissing,
            format!(
                "there is no ledger {table}: either no migration ever ran here, or this is another database"
            ),
        ),
        LedgerObservation::InOtherSchema { table, schema } => (
            Rule::LedgerInOtherSchema,
            format!(
                "schema {} has no ledger {table}, but an application would read the one in schema {schema}: \
                 audit that schema, or say `ledger: {{schema: {schema}}}` if it is meant",
                observation.schema
            ),
        ),
        LedgerObservation::NotReadable { table, grant } => (
            Rule::NotVisible,
            format!("the ledger {table} is there, but this role may not read it; run: {grant}"),
        ),
        LedgerObservation::Malformed { table, reason } => (
            Rule::LedgerMissing,
            format!("{table} is not a ledger of the format that the manifest names: {reason}"),
        ),
    };
    Some(Finding::new(rule, ledger_subject(observation, None), message))
}

fn ledger_subject(observation: &Observation, migration: Option<&MigrationId>) -> Subject {
    Subject {
        schema: Some(observation.schema.to_string()),
        table: None,
        column: None,
        name: migration.map(ToString::to_string),
    }
}

fn about(rule: Rule, observation: &Observation, migration: &MigrationId, message: String) -> Finding {
    Finding {
        migration: Some(migration.clone()),
        ..Finding::new(rule, ledger_subject(observation, Some(migration)), message)
    }
}
