//! The public shape of smoke checks.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Schema;

use super::{MigrationIdView, words};
use crate::smoke::{Blocker, SmokeKind, SmokeOutcome, SmokeResult, SmokeRun};

/// What came of one smoke check in the last run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SmokeCheckView {
    /// Its name in the configuration.
    pub check: String,
    #[schema(schema_with = kind_schema)]
    pub kind: SmokeKind,
    /// What it does, without anything secret.
    pub action: String,
    /// `blocked`: it failed, and `blocked_by` explains it. `not_tested`: nothing is known of it.
    #[schema(schema_with = outcome_schema)]
    pub outcome: SmokeOutcome,
    /// What was met, in one clause.
    pub message: String,
    /// Outcome and reason in one line: `blocked by … (missing; …): answered 500 instead of 200`.
    pub summary: String,
    /// The tables it needs.
    pub needs: Vec<String>,
    /// What is missing of them.
    pub blocked_by: Vec<BlockerView>,
    /// The check that did not pass, so that this one was not tried.
    pub waits_for: Option<String>,
    /// Null when it was not tried.
    pub duration_seconds: Option<f64>,
    /// When the run ended to which this belongs.
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: Timestamp,
}

/// Something missing that a smoke check needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BlockerView {
    pub table: String,
    /// Null when the whole table is missing.
    pub column: Option<String>,
    /// The migration that is marked applied and should have made it.
    pub migration: Option<MigrationIdView>,
}

impl SmokeCheckView {
    pub fn of_run(run: &SmokeRun) -> Vec<Self> {
        run.results.iter().map(|result| Self::of(result, run.ended)).collect()
    }

    fn of(result: &SmokeResult, checked_at: Timestamp) -> Self {
        Self {
            check: result.check.clone(),
            kind: result.kind,
            action: result.action.clone(),
            outcome: result.outcome,
            message: result.message.clone(),
            summary: result.summary(),
            needs: result.needs.clone(),
            blocked_by: result.blocked_by.iter().map(BlockerView::from).collect(),
            waits_for: result.waits_for.clone(),
            duration_seconds: result.duration.map(|it| it.as_secs_f64()),
            checked_at,
        }
    }
}

impl From<&Blocker> for BlockerView {
    fn from(blocker: &Blocker) -> Self {
        Self {
            table: blocker.table.clone(),
            column: blocker.column.clone(),
            migration: blocker.migration.as_ref().map(MigrationIdView::from),
        }
    }
}

fn kind_schema() -> Schema {
    words(SmokeKind::ALL.map(SmokeKind::as_str))
}

fn outcome_schema() -> Schema {
    words(SmokeOutcome::ALL.map(SmokeOutcome::as_str))
}
