//! Squashes of which only a part is recorded.

use super::about;
use crate::audit::expect::rows_of;
use crate::audit::{Expected, Finding, Observation, Rule, Severity};
use crate::migration::Manifest;
use crate::schema::{agree, count_of};

/// With its parts recorded in part, a squash does not exist for Django, whatever its own row says
/// (`django/db/migrations/loader.py`, `build_graph`).
pub(super) fn judge(manifest: &Manifest, expected: &Expected, observation: &Observation) -> Vec<Finding> {
    let rows = rows_of(observation);
    let is_recorded = |id: &_| rows.iter().any(|row| row.succeeded && row.migration == *id);
    let squashes = expected.applied.half_squashed.iter().filter_map(|it| manifest.migration(*it));
    squashes
        .map(|squash| {
            let all = squash.replaces.len();
            let recorded = squash.replaces.iter().filter(|it| is_recorded(it)).count();
            let itself = is_recorded(&squash.id);
            let rest = if itself {
                "yet it is itself recorded: the tool takes the others for not applied, and would run them again"
            } else {
                "so that it does not count until the others are applied"
            };
            let message = format!(
                "{} replaces {}, of which {recorded} {} recorded, {rest}",
                squash.id,
                count_of(all, "migration"),
                agree(recorded, "is", "are")
            );
            let finding = about(Rule::HalfAppliedSquash, observation, &squash.id, message);
            // Without a row of its own, it is a database on its way, of which the pending migrations tell.
            let severity = if itself { finding.severity } else { Severity::Info };
            Finding { severity, ..finding }
        })
        .collect()
}
