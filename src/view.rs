//! The public shape of a report: what `/v1` and `check --format json` print.
//!
//! snake_case, RFC 3339 in UTC, `null` rather than absent. A change here is a change of the API.

mod repair;
mod smoke;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use crate::audit::{
    Cause, Coverage, Finding, Health, HistoryNote, HistoryStep, Hypothesis, Likelihood, MigrationVerdict,
    Report, Rule, Severity, Smell, Subject, Verdict,
};
use crate::catalog::{CatalogError, FailureReason};
use crate::config::DEFAULT_RUNBOOK;
use crate::migration::MigrationId;
use crate::smoke::SmokeJudgement;

pub use repair::{RepairPlanView, StatementView, StrategyView};

pub use smoke::{BlockerView, SmokeCheckView};

/// The section on a rule, or on what a note is about.
fn runbook_of(base: &str, name: &str) -> String {
    format!("{base}#{name}")
}

/// One database with everything known of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DatabaseView {
    pub database: String,
    #[schema(schema_with = health_schema)]
    pub health: Health,
    /// Why, in one line, unless healthy.
    pub reason: Option<String>,
    /// When the audit that this rests on ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub audited_at: Option<Timestamp>,
    /// What the last audit failed on; null when it succeeded.
    pub failure: Option<FailureView>,
    /// New errors that a second look is about to confirm or not; until then they do not count.
    pub confirming: usize,
    pub server_version: Option<String>,
    /// Null until something was compared.
    pub coverage: Option<CoverageView>,
    pub migrations: Vec<MigrationView>,
    pub findings: Vec<FindingView>,
    /// What came of the smoke checks in their last run; empty before it, and when none are configured.
    pub smoke_checks: Vec<SmokeCheckView>,
    /// What the migration files alone show, on healthy databases too. Never counts for health.
    pub history: Vec<HistoryNoteView>,
    /// Why the findings are there: hypotheses, the most likely first.
    pub diagnosis: Vec<HypothesisView>,
    /// What was found before and is there no more, the last first, as far as this process remembers.
    pub mended: Vec<MendedView>,
    /// What may hide a difference, one sentence each.
    pub blind_spots: Vec<String>,
    /// Ignore rules and acknowledgements that match nothing or have expired, one sentence each.
    pub remarks: Vec<String>,
    /// No part of the JSON: it says something only beside that of the other databases.
    #[serde(skip)]
    pub idle_rules: BTreeSet<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailureView {
    #[schema(schema_with = failure_reason_schema)]
    pub reason: String,
    pub message: String,
    /// What to look at first.
    pub advice: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// Counts of expected objects: tables, columns, keys, constraints, indexes.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CoverageView {
    pub expected: usize,
    pub checked: usize,
    pub unverified: usize,
    pub opaque_operations: usize,
    pub expected_tables: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MigrationView {
    /// Empty for tools without apps.
    pub app: String,
    pub name: String,
    #[schema(schema_with = verdict_schema)]
    pub verdict: Verdict,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub applied_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MigrationIdView {
    pub app: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// The same in every audit.
    pub id: String,
    #[schema(schema_with = rule_schema)]
    pub rule: Rule,
    #[schema(schema_with = severity_schema)]
    pub severity: Severity,
    pub subject: SubjectView,
    pub expected: Option<String>,
    pub actual: Option<String>,
    /// The migration whose work is missed: it made the object, or, where the object stands as it was before, was the
    /// first to change it since. Of an object that should be there no more, the one that was to drop or rename it.
    pub migration: Option<MigrationIdView>,
    /// The migration that last changed it, if another.
    pub changed_by: Option<MigrationIdView>,
    pub message: String,
    /// The query by which a person can check it.
    pub verify_sql: Option<String>,
    /// Where it is written what the rule means, how to check it by hand, and how to mend it.
    pub runbook: String,
    /// The reason of an acknowledgement in force: then it does not count for health.
    pub acknowledged: Option<String>,
    /// Since when it has been seen, as far as this process knows.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub first_seen: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen: Option<Timestamp>,
}

/// A finding that is there no more.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MendedView {
    pub id: String,
    #[schema(schema_with = rule_schema)]
    pub rule: Rule,
    pub subject: SubjectView,
    /// What was found.
    pub message: String,
    /// The migration whose work was missed.
    pub migration: Option<MigrationIdView>,
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// When it was first seen to be gone.
    #[schema(value_type = String, format = DateTime)]
    pub mended_at: Timestamp,
}

impl MendedView {
    pub fn of(finding: &Finding, first_seen: Timestamp, mended_at: Timestamp) -> Self {
        Self {
            id: finding.id.clone(),
            rule: finding.rule,
            subject: SubjectView::from(&finding.subject),
            message: finding.message.clone(),
            migration: finding.migration.as_ref().map(MigrationIdView::from),
            first_seen,
            mended_at,
        }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubjectView {
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    /// The name of a constraint or index; null for one without a name.
    pub name: Option<String>,
}

/// Something about the migrations that is worth knowing; its severity is always info.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryNoteView {
    #[schema(schema_with = smell_schema)]
    pub smell: Smell,
    #[schema(schema_with = severity_schema)]
    pub severity: Severity,
    /// Empty for tools without apps.
    pub app: String,
    /// The table, or `table.column`; null where it is about the migrations as such.
    pub object: Option<String>,
    /// In the order in which they are applied.
    pub steps: Vec<HistoryStepView>,
    pub message: String,
    /// What it means, and what to do about it.
    pub runbook: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryStepView {
    pub migration: MigrationIdView,
    /// `created`, `deleted`, `restored`, …
    pub what: String,
    /// Whether this database's ledger counts it as applied.
    pub recorded: bool,
}

/// One explanation of findings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HypothesisView {
    #[schema(schema_with = cause_schema)]
    pub cause: Cause,
    #[schema(schema_with = likelihood_schema)]
    pub likelihood: Likelihood,
    /// Points, 1 to 100: what the evidence for it adds less what the evidence against it takes away. High from 60
    /// on, medium from 30 on.
    pub rank: u32,
    pub summary: String,
    /// What was observed, one sentence each, the strongest first.
    pub evidence_for: Vec<String>,
    pub evidence_against: Vec<String>,
    /// Ids of the findings that it would explain.
    pub explains: Vec<String>,
    /// What would have led here, one command or statement a line.
    pub command: Option<String>,
    /// How a person can settle it.
    pub check: Option<String>,
}

impl DatabaseView {
    /// A database about which nothing is known but `reason`.
    pub fn unknown(database: &str, reason: Option<String>) -> Self {
        Self {
            database: database.to_owned(),
            health: Health::Unknown,
            reason,
            audited_at: None,
            failure: None,
            confirming: 0,
            server_version: None,
            coverage: None,
            migrations: Vec::new(),
            findings: Vec::new(),
            smoke_checks: Vec::new(),
            history: Vec::new(),
            diagnosis: Vec::new(),
            mended: Vec::new(),
            blind_spots: Vec::new(),
            remarks: Vec::new(),
            idle_rules: BTreeSet::new(),
        }
    }

    /// A database that could not be read.
    pub fn failed(database: &str, error: &CatalogError, at: Option<Timestamp>) -> Self {
        let failure = FailureView::of(error, at);
        Self { failure: Some(failure), ..Self::unknown(database, Some(error.to_string())) }
    }

    /// A report as it stands. `first_seen` holds finding ids; one that is not in it was first seen now.
    pub fn of_report(
        database: &str,
        report: &Report,
        audited_at: Option<Timestamp>,
        first_seen: &BTreeMap<String, Timestamp>,
    ) -> Self {
        let seen = |finding: &Finding| first_seen.get(&finding.id).copied().or(audited_at);
        Self {
            audited_at,
            health: report.health,
            server_version: report.server_version.clone(),
            coverage: Some(report.coverage.into()),
            migrations: report.migrations.iter().map(MigrationView::from).collect(),
            findings: report.findings.iter().map(|it| FindingView::of(it, seen(it), audited_at)).collect(),
            history: report.history.iter().map(HistoryNoteView::from).collect(),
            diagnosis: report.diagnosis.iter().map(HypothesisView::from).collect(),
            blind_spots: report.blind_spots.clone(),
            remarks: report.remarks.clone(),
            idle_rules: report.idle_rules.clone(),
            ..Self::unknown(database, report.reason.clone())
        }
    }

    /// The same with what came of smoke checks: their findings among the others, and the health they leave.
    /// `first_seen` holds finding ids.
    pub fn with_smoke(mut self, smoke: &SmokeJudgement, first_seen: &BTreeMap<String, Timestamp>) -> Self {
        let ended = smoke.run.ended;
        let of_smoke = smoke.findings.iter().map(|finding| {
            let since = first_seen.get(&finding.id).copied().unwrap_or(ended);
            FindingView::of(finding, Some(since), Some(ended))
        });
        self.findings.extend(of_smoke);
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.remarks.extend(smoke.remarks.iter().cloned());
        self.smoke_checks = SmokeCheckView::of_run(&smoke.run);
        if let Some((health, reason)) = smoke.worsen(self.health) {
            (self.health, self.reason) = (health, Some(reason));
        }
        self
    }
}

impl DatabaseView {
    /// The same with findings and notes that lead to the runbook at `base`.
    pub fn with_runbook(mut self, base: &str) -> Self {
        for finding in &mut self.findings {
            finding.runbook = runbook_of(base, finding.rule.name());
        }
        for note in &mut self.history {
            note.runbook = runbook_of(base, note.smell.as_str());
        }
        self
    }
}

impl FailureView {
    pub fn of(error: &CatalogError, at: Option<Timestamp>) -> Self {
        Self {
            reason: error.reason.as_str().to_owned(),
            message: error.message.clone(),
            advice: error.advice().to_owned(),
            at,
        }
    }
}

impl FindingView {
    fn of(finding: &Finding, first_seen: Option<Timestamp>, last_seen: Option<Timestamp>) -> Self {
        Self {
            id: finding.id.clone(),
            rule: finding.rule,
            severity: finding.severity,
            subject: SubjectView::from(&finding.subject),
            expected: finding.expected.clone(),
            actual: finding.actual.clone(),
            migration: finding.migration.as_ref().map(MigrationIdView::from),
            changed_by: finding.changed_by.as_ref().map(MigrationIdView::from),
            message: finding.message.clone(),
            verify_sql: finding.verify_sql.clone(),
            runbook: runbook_of(DEFAULT_RUNBOOK, finding.rule.name()),
            acknowledged: finding.acknowledged.clone(),
            first_seen,
            last_seen,
        }
    }
}

impl From<&MigrationId> for MigrationIdView {
    fn from(id: &MigrationId) -> Self {
        Self { app: id.app.to_string(), name: id.name.to_string() }
    }
}

impl From<&HistoryNote> for HistoryNoteView {
    fn from(note: &HistoryNote) -> Self {
        let step = |step: &HistoryStep| HistoryStepView {
            migration: MigrationIdView::from(&step.migration),
            what: step.what.clone(),
            recorded: step.recorded,
        };
        Self {
            smell: note.smell,
            severity: Severity::Info,
            app: note.app.to_string(),
            object: note.object.clone(),
            steps: note.steps.iter().map(step).collect(),
            message: note.message.clone(),
            runbook: runbook_of(DEFAULT_RUNBOOK, note.smell.as_str()),
        }
    }
}

impl From<&Hypothesis> for HypothesisView {
    fn from(hypothesis: &Hypothesis) -> Self {
        let Hypothesis {
            cause,
            likelihood,
            rank,
            summary,
            evidence_for,
            evidence_against,
            explains,
            command,
            check,
        } = hypothesis.clone();
        Self { cause, likelihood, rank, summary, evidence_for, evidence_against, explains, command, check }
    }
}

impl From<&MigrationVerdict> for MigrationView {
    fn from(of: &MigrationVerdict) -> Self {
        Self {
            app: of.migration.app.to_string(),
            name: of.migration.name.to_string(),
            verdict: of.verdict,
            applied_at: of.applied_at,
        }
    }
}

impl From<&Subject> for SubjectView {
    fn from(subject: &Subject) -> Self {
        let Subject { schema, table, column, name } = subject.clone();
        Self { schema, table, column, name }
    }
}

impl From<Coverage> for CoverageView {
    fn from(coverage: Coverage) -> Self {
        let Coverage { expected, checked, unverified, opaque_operations, expected_tables } = coverage;
        Self { expected, checked, unverified, opaque_operations, expected_tables }
    }
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

pub(crate) fn health_schema() -> Schema {
    words(Health::ALL.map(Health::as_str))
}

fn verdict_schema() -> Schema {
    words(Verdict::ALL.map(Verdict::as_str))
}

fn failure_reason_schema() -> Schema {
    words(FailureReason::ALL.map(FailureReason::as_str))
}

fn rule_schema() -> Schema {
    words(Rule::ALL.iter().map(|rule| rule.name()))
}

fn smell_schema() -> Schema {
    words(Smell::ALL.map(Smell::as_str))
}

fn cause_schema() -> Schema {
    words(Cause::ALL.map(Cause::as_str))
}

fn likelihood_schema() -> Schema {
    words(Likelihood::ALL.map(Likelihood::as_str))
}

fn severity_schema() -> Schema {
    words(["info", "warning", "error"])
}
