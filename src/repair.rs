//! A repair plan: the ordered, idempotent, additive statements that make what is missing. Pure.
//!
//! Never a DROP of what is there, never a narrowing: what cannot be mended by adding is left out, and told.
//! [`plan_for`] plans for an audited database; [`plan`] only for two schemas.

mod advice;
mod django;
mod giving_way;
mod hazard;
mod hindrance;
mod planner;
mod proof;
mod rebuild;
mod script;
mod standing;
mod strategy;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use crate::audit::{Expected, Observation, Report, Stored};
use crate::dialect::Dialect;
use crate::migration::{Manifest, MigrationId};
use crate::schema::{Change, Name, Schema, TableName};

pub use django::{MigrationFile, migrations};
pub use hazard::{Hazard, Lock};
pub use planner::describe;
pub use proof::{Outcome, Proof, ProofMethod};
pub use script::script;
pub use strategy::{Strategy, StrategyKind};

/// What to run, in this order, and what a person must do himself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub dialect: Dialect,
    pub variant: Variant,
    pub statements: Vec<Statement>,
    pub left_out: Vec<LeftOut>,
    /// What else is to be known before it is run, one sentence each.
    pub notes: Vec<String>,
    /// The ways out, the recommended one first.
    pub strategies: Vec<Strategy>,
}

/// How the same end is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variant {
    /// One transaction where the server has them for DDL: all or nothing, and locks until its end.
    #[default]
    Plain,
    /// PostgreSQL's long way round: many short steps, none of which blocks reads or writes for long.
    ZeroDowntime,
}

impl Variant {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::ZeroDowntime => "zero-downtime",
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step, and the changes that it carries out (alone or with its neighbours).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it does, for a person: `adds column accounts_user.phone`.
    pub purpose: String,
    /// Each without its semicolon: one, or a few that belong together (a guard of MySQL, a rebuild of SQLite).
    pub commands: Vec<String>,
    /// It does nothing where its object is there already; else it must not run twice.
    pub guarded: bool,
    /// Run it only where this query has a row; for what SQL itself cannot make conditional.
    pub only_if: Option<String>,
    /// A query that has a row as long as it is still to be done, where what it mends does not tell.
    pub open_while: Option<String>,
    /// Whether it can run, and be taken back, inside a transaction.
    pub transactional: bool,
    /// The commands that do the same inside a transaction, by which the others are proven.
    pub twin: Option<Vec<String>>,
    pub mends: Vec<Change>,
    pub hazards: Vec<Hazard>,
    /// The ids of the findings that it mends.
    pub findings: Vec<String>,
    /// The migration whose work it is.
    pub migration: Option<MigrationId>,
}

impl Statement {
    /// The commands as they stand in a script, without the last semicolon.
    pub fn sql(&self) -> String {
        self.commands.join(";\n")
    }
}

/// A difference that no statement of the plan mends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub change: Change,
    /// What is left out, for a person: `column accounts_user.phone`.
    pub what: String,
    pub reason: String,
    /// What a person can do about it, in this order: SQL, or a sentence.
    pub steps: Vec<String>,
    pub findings: Vec<String>,
}

/// What a plan for an audited database rests on.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    pub manifest: &'a Manifest,
    pub expected: &'a Expected,
    pub observation: &'a Observation,
    pub report: &'a Report,
}

/// How to plan.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub variant: Variant,
    /// Whether a table has rows, where somebody has looked; the audit never does.
    pub has_rows: BTreeMap<TableName, bool>,
    /// What the catalog keeps as text, for a plan without an observation.
    pub stored: Stored,
    /// Mend what stands in a blind spot too: an operation that was not seen through may have removed it on purpose.
    pub blind_spots_too: bool,
}

/// The plans of one audited database, for all variants that its dialect has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plans {
    /// The audited schema.
    pub schema: Name,
    plain: Plan,
    zero_downtime: Option<Plan>,
}

impl Plans {
    /// `None` where nothing is missing, so that a healthy database costs nothing.
    pub fn of(basis: Basis<'_>) -> Option<Self> {
        let plain = plan_for(basis, &Options::default());
        if plain.is_idle() {
            return None;
        }
        let zero_downtime = (plain.dialect == Dialect::Postgres)
            .then(|| plan_for(basis, &Options { variant: Variant::ZeroDowntime, ..Options::default() }));
        Some(Self { schema: basis.observation.schema.clone(), plain, zero_downtime })
    }

    /// The plain one where the dialect has no other.
    pub fn of_variant(&self, variant: Variant) -> &Plan {
        match variant {
            Variant::Plain => &self.plain,
            Variant::ZeroDowntime => self.zero_downtime.as_ref().unwrap_or(&self.plain),
        }
    }
}

impl Plan {
    /// Whether no finding is mended or left to a person.
    pub fn is_idle(&self) -> bool {
        self.statements.is_empty() && self.left_out.iter().all(|it| it.findings.is_empty())
    }

    /// The plan of a database that lacks nothing.
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            variant: Variant::Plain,
            statements: Vec::new(),
            left_out: Vec::new(),
            notes: Vec::new(),
            strategies: Vec::new(),
        }
    }
}

/// Plans the repair of an audited database.
///
/// Left out, with the reason: what the policy ignores or somebody acknowledged, what the role cannot see, what
/// stands in a blind spot, and whatever needs one of these.
pub fn plan_for(basis: Basis<'_>, options: &Options) -> Plan {
    let dialect = basis.observation.dialect;
    let (actual, expected) = (&basis.observation.catalog.actual, &basis.expected.expectation.schema);
    let mut plan = planner::plan(dialect, actual, expected, options, Some(basis));
    plan.notes.extend(planner::refused_where_rows_are(&plan.statements, options));
    plan.notes.extend(planner::notes(basis));
    plan.strategies = strategy::strategies(basis, &plan);
    plan
}

/// Plans the repair of `actual`, so that nothing that `expected` has is missing any more.
///
/// Tables come first, foreign keys last, so that every object finds what it refers to. What needs something
/// that is left out is left out too. The statements are for one connection whose current schema is the
/// audited one.
pub fn plan(dialect: Dialect, actual: &Schema, expected: &Schema) -> Plan {
    plan_with(dialect, actual, expected, &Options::default())
}

/// [`plan`] with options.
pub fn plan_with(dialect: Dialect, actual: &Schema, expected: &Schema, options: &Options) -> Plan {
    planner::plan(dialect, actual, expected, options, None)
}
