//! Findings that are there no more, as far as this process remembers.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::store::{Judged, Verdict};
use crate::audit::Finding;

/// So many are remembered for each database.
const KEPT: usize = 100;

/// A finding that is there no more.
#[derive(Clone, Debug)]
pub struct Mended {
    pub finding: Finding,
    pub first_seen: Timestamp,
    /// When it was first seen to be gone.
    pub mended_at: Timestamp,
}

impl Verdict {
    /// What was mended once `judged` follows this verdict, the last first: what comes back is mended no more.
    pub(super) fn mended_by(&self, judged: &Judged, at: Timestamp) -> Vec<Mended> {
        let found: BTreeSet<&str> = judged.report.findings.iter().map(|it| it.id.as_str()).collect();
        let newly = self.judged.report.findings.iter().map(|finding| Mended {
            finding: finding.clone(),
            first_seen: self.first_seen.get(&finding.id).copied().unwrap_or(at),
            mended_at: at,
        });
        let gone = |it: &Mended| !found.contains(it.finding.id.as_str());
        newly.chain(self.mended.iter().cloned()).filter(gone).take(KEPT).collect()
    }
}
