//! The role that audits sees only a part of what is there.

use super::Case;
use super::scene::Scene;
use crate::audit::{LedgerObservation, Rule, Visibility};

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let explains = scene.findings_of(&[Rule::NotVisible]);
    let mut case = Case { explains, ..Case::default() };
    "what is not seen may well be there: this role may not see everything".clone_into(&mut case.summary);
    if let Visibility::Partial { grant } = &scene.observation.catalog.visibility {
        case.speaks_for(
            80,
            "the server shows this role only what it has rights on, and it has none on the whole schema",
        );
        case.check = Some(format!("Run {grant}, and audit again."));
    }
    if let LedgerObservation::NotReadable { table, grant } = &scene.observation.ledger {
        case.speaks_for(
            80,
            format!("the server refused to show this role the ledger {table}, which is there"),
        );
        case.check = Some(format!("Run {grant}, and audit again."));
    }
    Some(case)
}
