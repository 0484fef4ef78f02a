//! Carries out a repair plan: tries it out where nothing of it stays, or applies it. The one room that writes.
//!
//! Architecture invariant: it stands below `service` in lib.rs, so that the service has no way to write
//! (`tests/it/house.rs`). It never uses the audit's session: its URL is its own, with rights of its own.

mod apply;
mod copy;
mod prove;
mod record;
mod run;
mod scratch;
mod writer;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;

use crate::audit::{Expected, Observation, Policy, Report, audit_against};
use crate::catalog::{CatalogError, Target};
use crate::config::DatabaseConfig;
use crate::dialect::Dialect;
use crate::repair::{Basis, Options, Plan, Variant, plan_for};
use crate::schema::TableName;

pub use apply::apply;
pub use prove::prove;
pub use record::{Record, RecordOutcome, StatementOutcome, StatementRecord};

/// What is to be mended, and with whose rights.
#[derive(Clone, Debug)]
pub struct Request {
    pub database: DatabaseConfig,
    /// Of a role that may write.
    pub url: SecretString,
    pub variant: Variant,
    pub blind_spots_too: bool,
    /// Whether tables have rows, where the session that runs the plan cannot see it.
    pub has_rows: Option<BTreeMap<TableName, bool>>,
    /// How long to wait for a lock that others hold.
    pub lock_timeout: Duration,
    /// How long one statement may take.
    pub statement_timeout: Duration,
}

/// Why nothing was tried.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MendError {
    /// The database could not be reached or read with this URL.
    #[error("{error}; {advice}", error = .0, advice = .0.advice())]
    Catalog(#[from] CatalogError),
    /// The server refused what is needed before the first statement of the plan.
    #[error("{message}; {advice}")]
    Refused { message: String, advice: String },
}

impl Request {
    /// How the writing role reads.
    fn target(&self) -> Target {
        Target { url: self.url.clone(), ..self.database.target.clone() }
    }

    fn policy(&self) -> Policy {
        let today = jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date();
        self.database.policy.on(today)
    }
}

/// One look: what was observed, what is expected, and the verdict.
struct Look {
    observation: Observation,
    expected: Expected,
    report: Report,
}

impl Look {
    fn at(request: &Request, observation: Observation) -> Self {
        let manifest = &request.database.manifest;
        let expected = Expected::of(manifest, &observation);
        let report = audit_against(manifest, &expected, &observation, &request.policy());
        Self { observation, expected, report }
    }

    fn plan(&self, request: &Request, has_rows: BTreeMap<TableName, bool>) -> Plan {
        let basis = Basis {
            manifest: &request.database.manifest,
            expected: &self.expected,
            observation: &self.observation,
            report: &self.report,
        };
        let options = Options {
            variant: request.variant,
            has_rows,
            blind_spots_too: request.blind_spots_too,
            ..Options::default()
        };
        plan_for(basis, &options)
    }

    fn findings(&self) -> usize {
        self.report.findings.len()
    }

    /// What a table's name stands for beside the audited schema.
    fn dialect(&self) -> Dialect {
        self.observation.dialect
    }
}
