//! The ways out of a hole, each from facts of this database: whether it works, what it risks, what to run.

mod unfake;

use std::collections::BTreeSet;

use crate::audit::{Rule, Verdict};
use crate::migration::ledger;
use crate::schema::{agree, count_of};

use super::{Basis, Plan};

/// One way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    pub kind: StrategyKind,
    /// The best that is known for this database.
    pub recommended: bool,
    /// Whether it would make what is missing; `None` where that is not proven.
    pub works: Option<bool>,
    /// What it is and what it would do here, in a sentence or two.
    pub summary: String,
    /// What was observed that this rests on, one sentence each.
    pub facts: Vec<String>,
    pub risks: Vec<String>,
    /// What to run, in this order.
    pub commands: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StrategyKind {
    /// Run the migrations again.
    Rerun,
    /// Take the record of what never ran out of the ledger, then migrate.
    Unfake,
    /// Make what is missing by additive statements.
    Mend,
    /// Drop all and migrate from nothing.
    Reset,
}

impl StrategyKind {
    pub const ALL: [Self; 4] = [Self::Rerun, Self::Unfake, Self::Mend, Self::Reset];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rerun => "rerun",
            Self::Unfake => "unfake",
            Self::Mend => "mend",
            Self::Reset => "reset",
        }
    }
}

/// The recommended one first; none where nothing is missing.
pub(super) fn strategies(basis: Basis<'_>, plan: &Plan) -> Vec<Strategy> {
    if plan.is_idle() {
        return Vec::new();
    }
    let unfake = unfake::unfake(basis).map(|it| unfake::strategy(&it));
    let mend = mend(plan, unfake.is_none());
    let first_two: Vec<Strategy> = unfake.into_iter().chain([mend]).collect();
    first_two.into_iter().chain([rerun(basis), reset(basis)]).collect()
}

fn is_django(basis: Basis<'_>) -> bool {
    basis.manifest.ledger.name == ledger::DJANGO.name
}

fn mend(plan: &Plan, recommended: bool) -> Strategy {
    let (makes, leaves) = (plan.statements.len(), plan.left_out.len());
    let mut facts = vec![format!(
        "{} what can be mended by adding",
        count_of(makes, "statement") + agree(makes, " mends", " mend")
    )];
    if leaves > 0 {
        facts.push(format!(
            "{} left out of the plan, each with its reason",
            count_of(leaves, "difference") + agree(leaves, " is", " are")
        ));
    }
    let mut risks: Vec<String> = Vec::new();
    let kinds: BTreeSet<&str> =
        plan.statements.iter().flat_map(|it| it.hazards.iter().map(super::Hazard::kind)).collect();
    if kinds.contains("fails_if_violated") || kinds.contains("fails_if_rows") {
        risks.push(
            "rows that came meanwhile may not keep what is to be promised: then a statement is refused"
                .into(),
        );
    }
    if kinds.contains("blocks_writes") || kinds.contains("rewrites_table") {
        risks.push("some statements hold up writers while they run: see the hazards of each".into());
    }
    risks.push(
        "data that the migrations would have moved or filled in (RunPython, UPDATE) is not made up for"
            .into(),
    );
    Strategy {
        kind: StrategyKind::Mend,
        recommended: recommended && makes > 0,
        works: (makes > 0).then_some(leaves == 0),
        summary:
            "Make what is missing by additive, guarded statements that do nothing where it is there already."
                .into(),
        facts,
        risks,
        commands: vec![
            "schema-health repair DATABASE --prove --url URL".into(),
            "schema-health repair DATABASE --apply --yes --url URL".into(),
            "schema-health repair DATABASE --format django -o PROJECT".into(),
        ],
    }
}

fn rerun(basis: Basis<'_>) -> Strategy {
    let missing = basis.report.findings.iter().filter(|it| is_missing(it.rule));
    let makers: BTreeSet<String> =
        missing.clone().filter_map(|it| it.migration.as_ref()).map(ToString::to_string).collect();
    let count = missing.count();
    let pending: Vec<String> = (basis.report.migrations.iter())
        .filter(|it| it.verdict == Verdict::Pending)
        .map(|it| it.migration.to_string())
        .collect();
    let mut facts = vec![format!(
        "the ledger records {} that made what is missing ({}) as applied: {}",
        count_of(makers.len(), "migration"),
        count_of(count, "object"),
        listed(&makers.into_iter().collect::<Vec<_>>())
    )];
    if pending.is_empty() {
        facts.push("no migration is pending: there is nothing left to run".into());
    } else {
        facts.push(format!("only what is pending would run: {}", listed(&pending)));
    }
    let commands = if is_django(basis) { vec!["python manage.py migrate".into()] } else { Vec::new() };
    Strategy {
        kind: StrategyKind::Rerun,
        recommended: false,
        works: Some(false),
        summary: "Running the migrations again does nothing for what is missing: the tool believes its ledger, which \
                  says applied, and skips them."
            .into(),
        facts,
        risks: vec![
            "rolling back first (`migrate APP PREVIOUS`) runs the reverse of what never ran: it fails on what is \
             missing, or drops what is there"
                .into(),
        ],
        commands,
    }
}

fn reset(basis: Basis<'_>) -> Strategy {
    let tables = basis.observation.catalog.actual.tables.values().filter(|it| it.kind.holds_rows()).count();
    let rows = basis.observation.ledger.rows().unwrap_or_default().len();
    Strategy {
        kind: StrategyKind::Reset,
        recommended: false,
        works: Some(true),
        summary: "Drop everything and migrate from nothing: for a database whose data nobody needs.".into(),
        facts: vec![format!(
            "{} would go with all rows, and {} of the ledger",
            count_of(tables, "table"),
            count_of(rows, "row")
        )],
        risks: vec![
            "all data is lost, for good where there is no backup".into(),
            "downtime from the first DROP to the last migration".into(),
        ],
        commands: Vec::new(),
    }
}

fn is_missing(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::MissingTable
            | Rule::MissingColumn
            | Rule::MissingPrimaryKey
            | Rule::MissingUnique
            | Rule::MissingForeignKey
            | Rule::MissingCheck
            | Rule::MissingIndex
    )
}

fn listed(items: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = items.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if items.len() > SHOWN { format!("{shown} and {} more", items.len() - SHOWN) } else { shown }
}
