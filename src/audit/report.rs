//! The result of one audit of one database.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, HistoryNote, Hypothesis};
use crate::migration::MigrationId;

#[derive(Clone, Debug)]
pub struct Report {
    pub health: Health,
    /// Why, in one line, unless healthy.
    pub reason: Option<String>,
    pub coverage: Coverage,
    /// Every migration of the manifest and of the ledger, in the manifest's order of application.
    pub migrations: Vec<MigrationVerdict>,
    /// Sorted by severity (worst first), rule and subject.
    pub findings: Vec<Finding>,
    /// What the migration files alone show; on healthy databases too.
    pub history: Vec<HistoryNote>,
    /// Why the findings are there, the most likely first; empty where nothing needs explaining.
    pub diagnosis: Vec<Hypothesis>,
    /// What may hide a difference: opaque operations, unread expressions, one sentence each.
    pub blind_spots: Vec<String>,
    /// What is to be said of the policy: rules that match nothing, acknowledgements that have expired.
    pub remarks: Vec<String>,
    /// Rules of all databases that match nothing in this one, one sentence each.
    pub idle_rules: BTreeSet<String>,
    /// What the server said of itself; `None` until it answered.
    pub server_version: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Healthy,
    /// Warnings only.
    Degraded,
    /// At least one error.
    Unhealthy,
    /// Never audited, stale, or nothing could be compared.
    Unknown,
}

impl Health {
    pub const ALL: [Self; 4] = [Self::Healthy, Self::Degraded, Self::Unhealthy, Self::Unknown];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a gate lets it pass.
    pub fn is_fit(self) -> bool {
        match self {
            Self::Healthy | Self::Degraded => true,
            Self::Unhealthy | Self::Unknown => false,
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of the expectation was compared. Counts are of objects: tables, columns, keys, constraints, indexes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    pub expected: usize,
    /// Expected objects whose state is proven, there or not.
    pub checked: usize,
    /// Expected objects of which something could not be proven.
    pub unverified: usize,
    /// Operations of applied migrations that were not seen through.
    pub opaque_operations: usize,
    pub expected_tables: usize,
}

impl Coverage {
    /// `checked / expected`, between 0 and 1; 0 when nothing is expected.
    pub fn ratio(&self) -> f64 {
        if self.expected == 0 { 0.0 } else { self.checked as f64 / self.expected as f64 }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationVerdict {
    pub migration: MigrationId,
    pub verdict: Verdict,
    pub applied_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Applied, and all that remains of its work is there.
    Verified,
    /// Marked applied, and nothing of what it made is there.
    Phantom,
    /// Marked applied, and some of what it made is missing or differs.
    Partial,
    /// In the manifest only.
    Pending,
    /// In the ledger only.
    Unknown,
    /// Recorded as failed.
    Failed,
    /// Applied, but it has only operations that were not seen through, or what it made is not visible.
    Unverifiable,
}

impl Verdict {
    pub const ALL: [Self; 7] = [
        Self::Verified,
        Self::Phantom,
        Self::Partial,
        Self::Pending,
        Self::Unknown,
        Self::Failed,
        Self::Unverifiable,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Phantom => "phantom",
            Self::Partial => "partial",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Unverifiable => "unverifiable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
