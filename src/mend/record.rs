//! What was done to a database, statement by statement: the file that stays after `repair --apply`.

use jiff::Timestamp;
use serde::Serialize;

use crate::repair::{Plan, Statement};

/// The record of one `repair --apply`.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    pub database: String,
    pub dialect: String,
    pub variant: &'static str,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub outcome: RecordOutcome,
    /// The outcome in a sentence, with what to do next where something is left to do.
    pub message: String,
    pub findings_before: usize,
    /// `null` where the database could not be audited again.
    pub findings_after: Option<usize>,
    /// As the audit after it says.
    pub health_after: Option<&'static str>,
    pub statements: Vec<StatementRecord>,
    /// What the plan left out, with the reason.
    pub left_out: Vec<LeftOutRecord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordOutcome {
    /// Nothing that a plan mends was missing.
    NothingToDo,
    /// Every statement took effect.
    Applied,
    /// No statement took effect: the database is as it was.
    Unchanged,
    /// Some took effect: see the statements.
    PartlyApplied,
    /// The database could not be asked what took effect.
    NotKnown,
}

#[derive(Clone, Debug, Serialize)]
pub struct StatementRecord {
    pub purpose: String,
    pub sql: String,
    pub findings: Vec<String>,
    /// `null` for a statement that was not reached.
    pub started_at: Option<Timestamp>,
    pub duration_ms: Option<u64>,
    pub outcome: StatementOutcome,
    /// As the server said it.
    pub error: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementOutcome {
    Done,
    /// There was nothing left for it to do.
    Skipped,
    Failed,
    /// It ran, and was taken back with the transaction.
    RolledBack,
    NotRun,
    /// The connection was lost while it ran: the audit after it tells.
    NotKnown,
}

#[derive(Clone, Debug, Serialize)]
pub struct LeftOutRecord {
    pub what: String,
    pub reason: String,
    pub steps: Vec<String>,
    pub findings: Vec<String>,
}

impl StatementRecord {
    pub fn not_run(statement: &Statement) -> Self {
        Self {
            purpose: statement.purpose.clone(),
            sql: statement.sql(),
            findings: statement.findings.clone(),
            started_at: None,
            duration_ms: None,
            outcome: StatementOutcome::NotRun,
            error: None,
        }
    }
}

pub fn left_out(plan: &Plan) -> Vec<LeftOutRecord> {
    (plan.left_out.iter())
        .map(|it| LeftOutRecord {
            what: it.what.clone(),
            reason: it.reason.clone(),
            steps: it.steps.clone(),
            findings: it.findings.clone(),
        })
        .collect()
}
