//! The judgement: from a manifest and an observation to a report, purely.
//!
//! `audit(&Manifest, &Observation) -> Report`: no clock, no socket, no file. Bad input is data: a missing
//! ledger or an opaque operation becomes a finding or a blind spot, never a failure of the audit.

pub mod finding;
pub mod observation;
pub mod policy;
pub mod report;

pub use finding::{Finding, Rule, Severity, Subject};
pub use observation::{CatalogObservation, LedgerObservation, Observation, Visibility};
pub use policy::{
    Acknowledgement, FindingPattern, IgnoreRule, Judgement, NameGlob, Policy, PolicyUsage, RuleOrigin,
};
pub use report::{Coverage, Health, MigrationVerdict, Report, Verdict};
