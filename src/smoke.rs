//! Smoke checks: whether the application works over this database, judged purely.
//!
//! ```text
//! [SmokeCheck] ──in order──> is there a reason not to try it?
//!                                   │ no
//!                                tried (elsewhere) ──Attempt──> SmokeResult ──> SmokeRun ──> findings
//!                                                                   ^
//!                                       what is missing (Blocker) ──┘
//! ```

mod check;
mod finding;
mod hosts;
mod judge;
mod outcome;
mod statement;
#[cfg(test)]
mod tests;

pub use check::{
    BodyExpectation, HttpCheck, Method, SmokeAction, SmokeCheck, SqlCheck, SqlExpectation, StatusExpectation,
    WriteCheck, in_order,
};
pub use finding::{SmokeJudgement, judge_run};
pub use hosts::{AllowedHost, is_allowed, shown};
pub use judge::{Attempt, after_attempt, before_attempt};
pub use outcome::{Blocker, SmokeKind, SmokeOutcome, SmokeResult, SmokeRun};
pub use statement::{read_query, read_writes};
