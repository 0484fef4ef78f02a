//! Findings of smoke checks, judged by the same policy as all others, and what they do to a database's health.

use super::{SmokeOutcome, SmokeResult, SmokeRun};
use crate::audit::policy::Policy;
use crate::audit::{Finding, Health, Rule, Severity, Subject, apply_policy};

/// A run with its findings.
#[derive(Clone, Debug)]
pub struct SmokeJudgement {
    pub run: SmokeRun,
    /// Of [`Rule::SmokeCheckFailed`], the worst first.
    pub findings: Vec<Finding>,
    /// What could not be tested for a reason of its own, and what is to be said of the policy.
    pub remarks: Vec<String>,
}

/// Judges a run by the policy.
pub fn judge_run(run: SmokeRun, policy: &Policy) -> SmokeJudgement {
    let failed = run.results.iter().filter(|it| it.outcome.is_failure()).map(finding_of);
    let judged = apply_policy(policy, failed, |pattern| pattern.is_only_about(Rule::SmokeCheckFailed));
    let (mut findings, mut remarks) = (judged.findings, judged.remarks);
    findings.sort_by(|a, b| (b.severity, &a.subject).cmp(&(a.severity, &b.subject)));
    let untested = run.results.iter().filter(|it| is_untested_by_itself(it));
    remarks.extend(untested.map(|it| format!("smoke check {:?} was not tested: {}", it.check, it.message)));
    SmokeJudgement { run, findings, remarks }
}

/// What waits for another check is explained by that one.
fn is_untested_by_itself(result: &SmokeResult) -> bool {
    result.outcome == SmokeOutcome::NotTested && result.waits_for.is_none()
}

fn finding_of(result: &SmokeResult) -> Finding {
    let subject = Subject { name: Some(result.check.clone()), ..Subject::default() };
    let message = format!("smoke check {:?} ({}) {}", result.check, result.action, result.summary());
    let mut finding = Finding::new(Rule::SmokeCheckFailed, subject, message);
    finding.expected = Some(SmokeOutcome::Passed.to_string());
    finding.actual = Some(result.message.clone());
    finding.migration = result.blocked_by.iter().find_map(|it| it.migration.clone());
    finding
}

impl SmokeJudgement {
    /// The health of a database whose schema alone is of `health`, and why, where smoke checks make it worse.
    pub fn worsen(&self, health: Health) -> Option<(Health, String)> {
        let worst =
            self.findings.iter().filter(|it| it.acknowledged.is_none()).max_by_key(|it| it.severity)?;
        let worse = match (worst.severity, health) {
            (Severity::Error, Health::Healthy | Health::Degraded) => Health::Unhealthy,
            (Severity::Warning, Health::Healthy) => Health::Degraded,
            (Severity::Error, Health::Unhealthy | Health::Unknown)
            | (Severity::Warning, Health::Degraded | Health::Unhealthy | Health::Unknown)
            | (Severity::Info, _) => return None,
        };
        Some((worse, worst.message.clone()))
    }
}
