//! From what was met to an outcome: what need not be tried, and what explains a failure.

use std::time::Duration;

use super::{Blocker, SmokeCheck, SmokeKind, SmokeOutcome, SmokeResult};

/// What trying a check met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// As expected; what was met, in a clause.
    Passed(String),
    Failed {
        /// What was met instead, in a clause.
        message: String,
        /// Tables that the answer itself speaks of as missing.
        accused: Vec<String>,
    },
    /// Nothing was learnt about the application, and why.
    Impossible(String),
}

/// The result of a check that need not be tried, if there is a reason.
///
/// `earlier` are the results of the checks before it; `blockers` is what is missing of that it needs. Only a write
/// check is given up for something missing: all else harms nothing, and trying proves more.
pub fn before_attempt(
    check: &SmokeCheck,
    earlier: &[SmokeResult],
    blockers: &[Blocker],
) -> Option<SmokeResult> {
    let obstacle = check.after.iter().find_map(|name| {
        let prior = earlier.iter().find(|it| it.check == **name)?;
        (prior.outcome != SmokeOutcome::Passed).then_some(prior)
    });
    if let Some(prior) = obstacle {
        let message = format!("blocked by {:?}, which is {}", prior.check, prior.outcome);
        return Some(SmokeResult {
            waits_for: Some(prior.check.clone()),
            ..result(check, SmokeOutcome::NotTested, message, None)
        });
    }
    match check.kind() {
        SmokeKind::Write if !blockers.is_empty() => Some(SmokeResult {
            blocked_by: blockers.to_vec(),
            ..result(check, SmokeOutcome::Blocked, "not tried".to_owned(), None)
        }),
        SmokeKind::Http | SmokeKind::Sql | SmokeKind::Write => None,
    }
}

/// The result of a check that was tried. `blockers` is what is missing of what it needs or of what the answer
/// accuses.
pub fn after_attempt(
    check: &SmokeCheck,
    attempt: Attempt,
    blockers: Vec<Blocker>,
    took: Duration,
) -> SmokeResult {
    match attempt {
        Attempt::Passed(message) => result(check, SmokeOutcome::Passed, message, Some(took)),
        Attempt::Impossible(message) => result(check, SmokeOutcome::NotTested, message, None),
        Attempt::Failed { message, .. } if blockers.is_empty() => {
            result(check, SmokeOutcome::Failed, message, Some(took))
        }
        Attempt::Failed { message, .. } => {
            SmokeResult { blocked_by: blockers, ..result(check, SmokeOutcome::Blocked, message, Some(took)) }
        }
    }
}

fn result(
    check: &SmokeCheck,
    outcome: SmokeOutcome,
    message: String,
    duration: Option<Duration>,
) -> SmokeResult {
    SmokeResult {
        check: check.name.to_string(),
        kind: check.kind(),
        action: check.shown(),
        outcome,
        message,
        needs: check.all_needs(),
        blocked_by: Vec::new(),
        waits_for: None,
        duration,
    }
}
