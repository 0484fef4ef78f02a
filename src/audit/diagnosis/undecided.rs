//! `migrate --fake` on this database, or an older backup under a newer ledger: the same rows, and the same gaps. Where neither
//! the pace of the rows nor the age of anything tells which, neither is accused more than the other.

use super::scene::Scene;
use super::{Cause, Hypothesis, Likelihood, restored};

/// Gives both hypotheses the rank of the likelier one, and tells it.
pub(super) fn level(scene: &Scene<'_>, hypotheses: &mut [Hypothesis]) {
    let at = |cause: Cause| hypotheses.iter().position(|it| it.cause == cause);
    let (Some(faked), Some(restored)) = (at(Cause::Faked), at(Cause::RestoredOlderBackup)) else { return };
    let explains_the_same = hypotheses[faked].explains == hypotheses[restored].explains;
    if !explains_the_same || !restored::is_undecided(scene) {
        return;
    }
    let rank = hypotheses[faked].rank.max(hypotheses[restored].rank);
    for (at, other) in [(faked, "an older backup under a newer ledger"), (restored, "`migrate --fake`")] {
        hypotheses[at].rank = rank;
        hypotheses[at].likelihood = Likelihood::of(rank);
        hypotheses[at]
            .evidence_against
            .push(format!("{other} would have left the very same: nothing that is on the disk tells which"));
        hypotheses[at].check = Some(restored::newest_rows(scene));
    }
}
