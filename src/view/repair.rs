//! The public shape of a repair plan: what `/v1/databases/{database}/repair-plan` and `repair --format json` print.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

use super::{MigrationIdView, words};
use crate::repair::{Hazard, LeftOut, Plan, Proof, Statement, Strategy, StrategyKind};

/// How to make what is missing, by adding only.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RepairPlanView {
    pub database: String,
    pub dialect: String,
    /// `plain`, or `zero-downtime` (PostgreSQL).
    pub variant: String,
    /// In the order in which they are to run.
    pub statements: Vec<StatementView>,
    /// What a person must mend.
    pub left_out: Vec<LeftOutView>,
    /// What else is to be known before, one sentence each.
    pub notes: Vec<String>,
    /// The ways out, the recommended one first; none where nothing is missing.
    pub strategies: Vec<StrategyView>,
    /// Null unless it was tried out (`repair --prove`).
    pub proof: Option<ProofView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatementView {
    /// What it does, for a person.
    pub purpose: String,
    /// Each without its semicolon.
    pub commands: Vec<String>,
    /// Whether it does nothing by itself where its object is there already.
    pub guarded: bool,
    /// Run it only where this query has a row.
    pub only_if: Option<String>,
    /// Whether it can run in a transaction, and be taken back.
    pub transactional: bool,
    pub hazards: Vec<HazardView>,
    /// The ids of the findings that it mends.
    pub findings: Vec<String>,
    /// The migration that should have made it.
    pub migration: Option<MigrationIdView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HazardView {
    #[schema(schema_with = hazard_schema)]
    pub kind: String,
    /// By the server's name for it; null unless the kind is `takes_lock`.
    pub lock: Option<String>,
    pub table: Option<String>,
    /// One sentence.
    pub explanation: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LeftOutView {
    pub what: String,
    pub reason: String,
    /// What a person can do, in this order: SQL, or a sentence.
    pub steps: Vec<String>,
    pub findings: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StrategyView {
    #[schema(schema_with = strategy_schema)]
    pub kind: String,
    pub recommended: bool,
    /// Whether it would make all that is missing; null where that is not proven.
    pub works: Option<bool>,
    pub summary: String,
    pub facts: Vec<String>,
    pub risks: Vec<String>,
    pub commands: Vec<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProofView {
    /// `rolled_back`, `scratch_database` or `copy`.
    pub method: String,
    /// `converges`, `fails`, `leaves_missing` or `changes_twice`.
    pub outcome: String,
    /// The whole of it in words.
    pub message: String,
    pub findings_before: usize,
    pub findings_after: Option<usize>,
    /// How many of the findings after it the plan leaves out.
    pub left_out: usize,
    pub remarks: Vec<String>,
}

impl RepairPlanView {
    pub fn of(database: &str, plan: &Plan, proof: Option<&Proof>) -> Self {
        Self {
            database: database.to_owned(),
            dialect: plan.dialect.to_string(),
            variant: plan.variant.to_string(),
            statements: plan.statements.iter().map(StatementView::from).collect(),
            left_out: plan.left_out.iter().map(LeftOutView::from).collect(),
            notes: plan.notes.clone(),
            strategies: plan.strategies.iter().map(StrategyView::from).collect(),
            proof: proof.map(ProofView::from),
        }
    }
}

impl From<&Statement> for StatementView {
    fn from(of: &Statement) -> Self {
        Self {
            purpose: of.purpose.clone(),
            commands: of.commands.clone(),
            guarded: of.guarded,
            only_if: of.only_if.clone(),
            transactional: of.transactional,
            hazards: of.hazards.iter().map(HazardView::from).collect(),
            findings: of.findings.clone(),
            migration: of.migration.as_ref().map(MigrationIdView::from),
        }
    }
}

impl From<&Hazard> for HazardView {
    fn from(of: &Hazard) -> Self {
        Self {
            kind: of.kind().to_owned(),
            lock: of.lock().map(|it| it.to_string()),
            table: of.table().map(ToString::to_string),
            explanation: of.to_string(),
        }
    }
}

impl From<&LeftOut> for LeftOutView {
    fn from(of: &LeftOut) -> Self {
        Self {
            what: of.what.clone(),
            reason: of.reason.clone(),
            steps: of.steps.clone(),
            findings: of.findings.clone(),
        }
    }
}

impl From<&Strategy> for StrategyView {
    fn from(of: &Strategy) -> Self {
        Self {
            kind: of.kind.as_str().to_owned(),
            recommended: of.recommended,
            works: of.works,
            summary: of.summary.clone(),
            facts: of.facts.clone(),
            risks: of.risks.clone(),
            commands: of.commands.clone(),
        }
    }
}

impl From<&Proof> for ProofView {
    fn from(of: &Proof) -> Self {
        Self {
            method: of.method.as_str().to_owned(),
            outcome: of.outcome.as_str().to_owned(),
            message: of.to_string(),
            findings_before: of.findings_before,
            findings_after: of.findings_after,
            left_out: of.left_out,
            remarks: of.remarks.clone(),
        }
    }
}

fn hazard_schema() -> Schema {
    words(Hazard::KINDS)
}

fn strategy_schema() -> Schema {
    words(StrategyKind::ALL.map(StrategyKind::as_str))
}
