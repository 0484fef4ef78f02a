//! The judgement: from a manifest and an observation to a report, purely.
//!
//! `audit(&Manifest, &Observation) -> Report`: no clock, no socket, no file. Bad input is data: a missing
//! ledger or an opaque operation becomes a finding or a blind spot, never a failure of the audit.

mod by_parts;
pub mod diagnosis;
mod drift;
pub mod evidence;
mod expect;
pub mod finding;
mod foresight;
pub mod history;
pub mod observation;
pub mod policy;
pub mod report;
mod taken_back;
#[cfg(test)]
pub(crate) mod tests;
mod verdict;

use std::collections::BTreeSet;

use crate::migration::{Manifest, MigrationId};
use policy::{FindingPattern, Judgement, PolicyUsage};

pub use diagnosis::{Cause, Hypothesis, Likelihood, diagnose};
pub use evidence::{Evidence, Sibling};
pub use expect::{Expected, Part};
pub use finding::{Finding, Rule, Severity, Subject};
pub use foresight::Foresight;
pub use history::{HistoryNote, HistoryStep, Smell, unusable_ledger};
pub use observation::{
    CatalogObservation, Holder, LedgerObservation, Observation, Stored, StoredTable, Visibility,
};
pub use policy::{Policy, idle_everywhere};
pub use report::{Coverage, Health, MigrationVerdict, Report, Verdict};

/// Judges what was observed against what the manifest promises.
pub fn audit(manifest: &Manifest, observation: &Observation, policy: &Policy) -> Report {
    audit_against(manifest, &Expected::of(manifest, observation), observation, policy)
}

/// [`audit`] with an expectation that was computed before, from the same manifest and an observation of the
/// same ledger rows and naming ([`Expected::still_holds`]).
pub fn audit_against(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    policy: &Policy,
) -> Report {
    audit_beside(manifest, expected, observation, policy, Vec::new())
}

/// [`audit_against`], with the findings of another comparison beside its own.
pub fn audit_beside(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    policy: &Policy,
    beside: Vec<Finding>,
) -> Report {
    judge(manifest, expected, observation, policy, beside, &BTreeSet::new())
}

/// [`audit_against`] with the migrations that earlier observations of the same database had in its ledger.
pub fn audit_remembering(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    policy: &Policy,
    remembered: &BTreeSet<MigrationId>,
) -> Report {
    judge(manifest, expected, observation, policy, Vec::new(), remembered)
}

fn judge(
    manifest: &Manifest,
    expected: &Expected,
    observation: &Observation,
    policy: &Policy,
    beside: Vec<Finding>,
    remembered: &BTreeSet<MigrationId>,
) -> Report {
    let mut report = Report {
        health: Health::Unknown,
        reason: None,
        coverage: Coverage::default(),
        migrations: Vec::new(),
        findings: Vec::new(),
        history: expected.notes.clone(),
        diagnosis: Vec::new(),
        blind_spots: Vec::new(),
        remarks: Vec::new(),
        idle_rules: Default::default(),
        server_version: Some(observation.server_version.clone()),
    };
    if !dialects_agree(manifest, observation) {
        report.reason = Some(format!(
            "the manifest is for {}, but this server speaks {}: compile a manifest for {}",
            manifest.dialect, observation.dialect, observation.dialect
        ));
        return report;
    }
    let is_alone = beside.is_empty();
    let ledger = history::judge(manifest, expected, observation, remembered);
    let mut drift = drift::Drift::default();
    // Without its ledger nothing can be said of a single migration, not even that it is pending.
    if observation.ledger.rows().is_some() {
        drift = drift::judge(manifest, expected, observation);
        report.migrations = verdict::of_migrations(manifest, expected, observation, &drift.tally);
    }
    report.coverage = drift.coverage;
    report.blind_spots = drift.blind_spots;
    let findings = ledger.into_iter().chain(drift.findings).chain(beside);
    // What speaks of smoke checks alone is judged where they are, what speaks of snapshots where there is one.
    let judged = apply_policy(policy, findings, |pattern| {
        let elsewhere = is_alone && pattern.is_only_about_snapshots();
        !elsewhere && !pattern.is_only_about(Rule::SmokeCheckFailed)
    });
    (report.findings, report.remarks, report.idle_rules) = (judged.findings, judged.remarks, judged.idle);
    sort(&mut report.findings);
    (report.health, report.reason) =
        if is_alone { verdict::of_database(&report, observation) } else { verdict::of_findings(&report) };
    report.remarks.extend(observation.evidence.iter().flat_map(Evidence::remarks));
    report.diagnosis = diagnose(manifest, expected, observation, &report, &[]);
    report
}

/// A report on findings of another comparison alone, where no manifest says what should be there.
pub fn report_alone(
    observation: &Observation,
    policy: &Policy,
    findings: Vec<Finding>,
    coverage: Coverage,
    blind_spots: Vec<String>,
) -> Report {
    // Rules on what nobody has compared say nothing here.
    let Judged { mut findings, remarks, idle } = apply_policy(policy, findings.into_iter(), |_| false);
    sort(&mut findings);
    let mut report = Report {
        health: Health::Unknown,
        reason: None,
        coverage,
        migrations: Vec::new(),
        findings,
        history: Vec::new(),
        diagnosis: Vec::new(),
        blind_spots,
        remarks,
        idle_rules: idle,
        server_version: Some(observation.server_version.clone()),
    };
    (report.health, report.reason) = verdict::of_findings(&report);
    report
}

/// The worst first.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (b.severity, a.rule, &a.subject, &a.id).cmp(&(a.severity, b.rule, &b.subject, &b.id))
    });
}

/// Findings that went through a policy.
pub(crate) struct Judged {
    pub findings: Vec<Finding>,
    /// What is to be said of the database's own rules.
    pub remarks: Vec<String>,
    /// What is to be said of rules for all databases, if the others say the same.
    pub idle: BTreeSet<String>,
}

/// The findings that the policy lets through, and what is to be said of those of its rules that are `concerned`.
pub(crate) fn apply_policy(
    policy: &Policy,
    findings: impl Iterator<Item = Finding>,
    concerned: impl Fn(&FindingPattern) -> bool,
) -> Judged {
    let mut usage = PolicyUsage::default();
    let judged = findings.filter_map(|mut finding| {
        match policy.judge(finding.rule, &finding.subject, finding.severity, &mut usage) {
            Judgement::Ignored => return None,
            Judgement::Acknowledged { severity, reason } => {
                finding.severity = severity;
                finding.acknowledged = Some(reason);
            }
            Judgement::Counts(severity) => finding.severity = severity,
        }
        finding.id = finding.stable_id();
        Some(finding)
    });
    let findings = judged.collect();
    Judged { findings, remarks: policy.remarks(&usage, &concerned), idle: policy.idle(&usage, concerned) }
}

/// MariaDB and MySQL are two dialects, and a manifest says which; a server of the other kind is told.
fn dialects_agree(manifest: &Manifest, observation: &Observation) -> bool {
    manifest.dialect == observation.dialect
}
