//! What trying a plan out has shown.

use crate::schema::count_of;
use std::fmt;

/// The result of running a plan where nothing of it stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub method: ProofMethod,
    pub outcome: Outcome,
    /// Findings of the audit before, those that no plan mends (pending migrations, extra objects) among them.
    pub findings_before: usize,
    /// Findings of the audit after the first run; `None` where it was not reached.
    pub findings_after: Option<usize>,
    /// How many of those that are left the plan leaves out, with a reason.
    pub left_out: usize,
    /// Where it was tried otherwise than it would be run, one sentence each.
    pub remarks: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofMethod {
    /// Inside a transaction of the database itself, which was rolled back.
    RolledBack,
    /// On a copy of the structure in a database of its own, which was dropped.
    ScratchDatabase,
    /// On a copy of the file, which was removed.
    Copy,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Whatever the plan mends is mended, and a second run changes nothing.
    Converges,
    /// The server refused a statement.
    Fails {
        /// Its position in the plan, from 0.
        statement: usize,
        sql: String,
        /// As the server said it.
        error: String,
        /// What a person does next.
        advice: String,
    },
    /// All statements ran, but these are missing as before.
    LeavesMissing { what: Vec<String> },
    /// The second run changed something.
    ChangesTwice { what: Vec<String> },
}

impl ProofMethod {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RolledBack => "rolled_back",
            Self::ScratchDatabase => "scratch_database",
            Self::Copy => "copy",
        }
    }
}

impl Outcome {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Converges => "converges",
            Self::Fails { .. } => "fails",
            Self::LeavesMissing { .. } => "leaves_missing",
            Self::ChangesTwice { .. } => "changes_twice",
        }
    }
}

impl Proof {
    pub fn converges(&self) -> bool {
        self.outcome == Outcome::Converges
    }
}

/// `converges: 8 findings → 0; second run changes nothing`.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Outcome::Converges => {
                write!(
                    f,
                    "converges: {} → {}",
                    count_of(self.findings_before, "finding"),
                    self.findings_after.unwrap_or(0)
                )?;
                if self.left_out > 0 {
                    write!(f, " ({} of them left out of the plan)", self.left_out)?;
                }
                f.write_str("; second run changes nothing")
            }
            Outcome::Fails { statement, sql, error, advice } => {
                write!(f, "fails at statement {}: {error}\n  {sql}\n  {advice}", statement + 1)
            }
            Outcome::LeavesMissing { what } => {
                write!(f, "does not converge: still missing after all statements ran: {}", what.join("; "))
            }
            Outcome::ChangesTwice { what } => {
                write!(f, "is not idempotent: the second run changed {}", what.join("; "))
            }
        }
    }
}
