//! Rows that stand in the ledger before those of migrations that they depend on.

use std::collections::{BTreeMap, BTreeSet};

use super::about;
use crate::audit::expect::rows_of;
use crate::audit::{Expected, Finding, Observation, Rule};
use crate::migration::{LedgerRow, Manifest, MigrationId};

/// Told only where both the order of the rows and their times say so, and where nothing else explains it: squashes
/// are recorded late, and an app with rows that no file knows may have had its migrations renamed.
///
/// It is no warning: a dependency that was added to a file later leaves every older database so.
pub(super) fn judge(manifest: &Manifest, expected: &Expected, observation: &Observation) -> Vec<Finding> {
    let mut rows: BTreeMap<&MigrationId, Vec<(usize, &LedgerRow)>> = BTreeMap::new();
    for (at, row) in rows_of(observation).iter().enumerate().filter(|(_, row)| row.succeeded) {
        rows.entry(&row.migration).or_default().push((at, row));
    }
    let squashed: BTreeSet<&MigrationId> = (manifest.migrations.iter())
        .flat_map(|it| it.replaces.iter().chain((!it.replaces.is_empty()).then_some(&it.id)))
        .collect();
    let has_unknown = |id: &MigrationId| expected.applied.unknown.iter().any(|it| it.app == id.app);
    let only_row = |id: &MigrationId| match rows.get(id).map(Vec::as_slice) {
        Some([(at, row)]) if !squashed.contains(id) && !has_unknown(id) => Some((*at, row.applied_at?)),
        Some(_) | None => None,
    };
    let mut findings = Vec::new();
    for migration in expected.applied.effective.iter().filter_map(|it| manifest.migration(*it)) {
        let Some((at, time)) = only_row(&migration.id) else { continue };
        for dependency in &migration.dependencies {
            let Some((needed_at, needed_time)) = only_row(dependency) else { continue };
            if needed_at > at && needed_time > time {
                let message = format!(
                    "{} is recorded at {time}, before {dependency}, on which it depends, at {needed_time}: the \
                     dependency was added later, or a row was written by hand",
                    migration.id
                );
                findings.push(about(Rule::AppliedOutOfOrder, observation, &migration.id, message));
            }
        }
    }
    findings
}
