//! What came of smoke checks, as reports and metrics tell it. Holds no secret: no header, no query of a URL, no SQL.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::migration::MigrationId;

/// One run of all smoke checks of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmokeRun {
    pub began: Timestamp,
    pub ended: Timestamp,
    /// One for each configured check, in the order in which they were tried.
    pub results: Vec<SmokeResult>,
}

/// What came of one smoke check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmokeResult {
    /// The check's name in the configuration.
    pub check: String,
    pub kind: SmokeKind,
    /// What it does, without anything secret: `GET https://shop.internal/me/settings/`, `INSERT into shop_user`.
    pub action: String,
    pub outcome: SmokeOutcome,
    /// What was met, in one clause: `answered 200`, `answered 500 instead of 200`, `no connection: …`.
    pub message: String,
    /// The tables it needs: those that its configuration names, and those that its SQL reads.
    pub needs: Vec<String>,
    /// What explains that it is blocked; empty for other outcomes.
    pub blocked_by: Vec<Blocker>,
    /// The check whose outcome kept this one from being tried.
    pub waits_for: Option<String>,
    /// How long it took; `None` when it was not tried.
    pub duration: Option<Duration>,
}

/// What a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmokeKind {
    /// A request to the application.
    Http,
    /// A query in a read-only transaction.
    Sql,
    /// Statements that write, in a transaction that is always rolled back.
    Write,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmokeOutcome {
    Passed,
    Failed,
    /// It failed, or would fail, and something that is missing in the database explains it.
    Blocked,
    /// Nothing is known: another check that it depends on did not pass, or it could not be tried.
    NotTested,
}

/// Something missing that a check needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocker {
    pub table: String,
    /// `None` when the whole table is missing.
    pub column: Option<String>,
    /// The migration that is marked applied and should have made it.
    pub migration: Option<MigrationId>,
}

impl SmokeKind {
    pub const ALL: [Self; 3] = [Self::Http, Self::Sql, Self::Write];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Sql => "sql",
            Self::Write => "write",
        }
    }
}

impl SmokeOutcome {
    pub const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::Blocked, Self::NotTested];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::NotTested => "not_tested",
        }
    }

    /// Whether the check is known not to work.
    pub fn is_failure(self) -> bool {
        match self {
            Self::Failed | Self::Blocked => true,
            Self::Passed | Self::NotTested => false,
        }
    }
}

impl fmt::Display for SmokeOutcome {
    /// As a person reads it: `not tested`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotTested => "not tested",
            Self::Passed | Self::Failed | Self::Blocked => self.as_str(),
        })
    }
}

impl fmt::Display for Blocker {
    /// `accounts_accountdeletionrequest (missing; accounts.0002_phase3b_account_deletion)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table)?;
        if let Some(column) = &self.column {
            write!(f, ".{column}")?;
        }
        match &self.migration {
            Some(migration) => write!(f, " (missing; {migration})"),
            None => f.write_str(" (missing; no applied migration makes it)"),
        }
    }
}

impl SmokeResult {
    /// The outcome with its reason, in one line without the check's name:
    /// `blocked by accounts_accountdeletionrequest (missing; accounts.0002_…): answered 500 instead of 200`.
    pub fn summary(&self) -> String {
        let blockers: Vec<String> = self.blocked_by.iter().map(Blocker::to_string).collect();
        match self.outcome {
            SmokeOutcome::Blocked => format!("blocked by {}: {}", blockers.join(", "), self.message),
            SmokeOutcome::Passed | SmokeOutcome::Failed | SmokeOutcome::NotTested => {
                format!("{}: {}", self.outcome, self.message)
            }
        }
    }
}

impl SmokeRun {
    pub fn count_of(&self, outcome: SmokeOutcome) -> usize {
        self.results.iter().filter(|it| it.outcome == outcome).count()
    }

    pub fn result_of(&self, check: &str) -> Option<&SmokeResult> {
        self.results.iter().find(|it| it.check == check)
    }
}
