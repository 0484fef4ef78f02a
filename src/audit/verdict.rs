//! Verdicts: of each migration, and of the database as a whole.

use std::collections::BTreeSet;

use super::drift::Tally;
use super::expect::rows_of;
use super::{
    Expected, Finding, Health, MigrationVerdict, Observation, Report, Rule, Severity, Verdict, history,
};
use crate::migration::{LedgerRow, Manifest, Migration, MigrationId, Operation};

/// Every migration of the manifest in its order, then what only the ledger knows.
pub(super) fn of_migrations(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    tally: &Tally,
) -> Vec<MigrationVerdict> {
    let rows = rows_of(observation);
    let row = |id: &MigrationId| rows.iter().find(|row| row.migration == *id);
    let by_id: std::collections::BTreeMap<&MigrationId, &LedgerRow> =
        rows.iter().rev().map(|row| (&row.migration, row)).collect();
    let pending: BTreeSet<u32> = history::pending(manifest, expected).collect();
    let mut verdicts = Vec::new();
    for (position, migration) in (0..).zip(&manifest.migrations) {
        let row = by_id.get(&migration.id).copied();
        let verdict = if row.is_some_and(|row| !row.succeeded) {
            Verdict::Failed
        } else if expected.applied.recorded.contains(&position) {
            applied(manifest, expected, tally, position, migration)
        } else if pending.contains(&position) {
            Verdict::Pending
        } else {
            // A squash that does not exist for this database, or a part of one that is still to come.
            continue;
        };
        let applied_at = row.and_then(|row| row.applied_at);
        verdicts.push(MigrationVerdict { migration: migration.id.clone(), verdict, applied_at });
    }
    for unknown in &expected.applied.unknown {
        let applied_at = row(unknown).and_then(|row| row.applied_at);
        verdicts.push(MigrationVerdict { migration: unknown.clone(), verdict: Verdict::Unknown, applied_at });
    }
    verdicts
}

fn applied(
    manifest: &Manifest,
    expected: &Expected,
    tally: &Tally,
    position: u32,
    migration: &Migration,
) -> Verdict {
    // A part of a squash that counts as applied shares the squash's verdict: its objects are the squash's.
    let squash = (0..)
        .zip(&manifest.migrations)
        .find(|(at, it)| expected.applied.effective.contains(at) && it.replaces.contains(&migration.id));
    if let Some((at, squash)) = squash.filter(|_| !expected.applied.effective.contains(&position)) {
        return applied(manifest, expected, tally, at, squash);
    }
    let of = |counts: &std::collections::BTreeMap<u32, usize>| counts.get(&position).copied().unwrap_or(0);
    let (made, gone, hidden) = (of(&expected.made), of(&tally.gone), of(&tally.not_visible));
    let sees_something = migration.operations.iter().any(|it| matches!(it, Operation::Change(_)));
    let undone = of(&tally.may_be_undone);
    if hidden > 0 || (undone > 0 && undone >= made) {
        Verdict::Unverifiable
    } else if gone > 0 && gone >= made {
        Verdict::Phantom
    } else if gone > 0 {
        Verdict::Partial
    } else if !sees_something && !migration.operations.is_empty() {
        Verdict::Unverifiable
    } else {
        Verdict::Verified
    }
}

/// Health and the one-line reason.
pub(super) fn of_database(report: &Report, observation: &Observation) -> (Health, Option<String>) {
    if observation.ledger.rows().is_none() {
        return (Health::Unknown, report.findings.first().map(|finding| finding.message.clone()));
    }
    of_findings(report)
}

/// [`of_database`] where the ledger is not needed, or was read.
pub(super) fn of_findings(report: &Report) -> (Health, Option<String>) {
    let counted = || report.findings.iter().filter(|finding| finding.acknowledged.is_none());
    if counted().any(|finding| finding.severity == Severity::Error) {
        return (Health::Unhealthy, Some(summary(counted(), Severity::Error)));
    }
    if let Some(hidden) = counted().find(|finding| finding.rule == Rule::NotVisible) {
        return (Health::Unknown, Some(hidden.message.clone()));
    }
    if report.coverage.expected == 0 {
        let reason = "nothing was compared: by its ledger this database should have no table at all";
        return (Health::Unknown, Some(reason.to_owned()));
    }
    if counted().any(|finding| finding.severity == Severity::Warning) {
        return (Health::Degraded, Some(summary(counted(), Severity::Warning)));
    }
    (Health::Healthy, None)
}

/// `7 missing tables, 1 missing column; first: table user_profile_highlight is missing, though …`.
fn summary<'a>(findings: impl Iterator<Item = &'a Finding>, severity: Severity) -> String {
    let mut counts: Vec<(Rule, usize)> = Vec::new();
    let mut first = None;
    for finding in findings.filter(|finding| finding.severity == severity) {
        first.get_or_insert(finding);
        match counts.iter_mut().find(|(rule, _)| *rule == finding.rule) {
            Some((_, count)) => *count += 1,
            None => counts.push((finding.rule, 1)),
        }
    }
    let counted: Vec<String> =
        counts.iter().map(|(rule, count)| format!("{count} × {}", rule.name())).collect();
    let first = first.map(|finding| finding.message.as_str()).unwrap_or_default();
    format!("{}; first: {first}", counted.join(", "))
}
