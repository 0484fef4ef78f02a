//! A ledger that moved backwards: rows that were there at an earlier look of this process are gone.

use std::collections::BTreeSet;

use super::ledger_subject;
use crate::audit::{Expected, Finding, Observation, Rule};
use crate::migration::{Manifest, MigrationId};

/// Told until the rows are back, or their migrations are no longer in the manifest: of those, a tool may tidy the
/// rows away (`migrate --prune`). Undoing a migration takes its row away too, with its objects.
pub(super) fn judge(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    remembered: &BTreeSet<MigrationId>,
) -> Option<Finding> {
    let is_gone = |id: &&MigrationId| {
        manifest.position(id).is_some_and(|at| {
            !expected.applied.recorded.contains(&at) && !expected.applied.half_squashed.contains(&at)
        })
    };
    let gone: Vec<&MigrationId> = remembered.iter().filter(is_gone).collect();
    if gone.is_empty() {
        return None;
    }
    const SHOWN: usize = 5;
    let names: Vec<String> = gone.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if gone.len() > SHOWN { format!(", and {} more", gone.len() - SHOWN) } else { String::new() };
    let [was, is, undone] =
        if gone.len() == 1 { ["was", "is", "it was"] } else { ["were", "are", "they were"] };
    let message = format!(
        "the ledger moved backwards: {}{more} {was} recorded at an earlier look, and {is} no longer; either {undone} undone, \
         or an older ledger was restored",
        names.join(", ")
    );
    Some(Finding::new(Rule::LedgerMovedBackwards, ledger_subject(observation, None), message))
}
