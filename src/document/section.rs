//! The sections of a report, in their order, and what several of them ask.

mod broken;
mod causes;
mod coverage;
mod history;
mod lessons;
mod mended;
mod migrations;
mod missing;
mod queries;
mod repair;
mod smoke;
mod summary;
mod workarounds;

use super::Facts;
use super::block::{Block, Line, Span, Tone, code, text};
use crate::audit::{Rule, Severity};
use crate::view::{FindingView, MigrationIdView};

/// A section from the facts: its heading and what stands below, or nothing.
type Section = fn(&Facts<'_>) -> Vec<Block>;

pub const ALL: &[Section] = &[
    summary::section,
    migrations::section,
    missing::section,
    history::section,
    smoke::section,
    causes::section,
    repair::section,
    workarounds::section,
    mended::section,
    broken::section,
    lessons::section,
    queries::section,
    coverage::section,
];

/// Findings that count, the worst first.
fn counted<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = &'a FindingView> {
    facts.view.findings.iter().filter(|it| it.acknowledged.is_none())
}

fn of_rule<'a>(facts: &'a Facts<'_>, rule: Rule) -> impl Iterator<Item = &'a FindingView> {
    counted(facts).filter(move |it| it.rule == rule)
}

/// What the code of an application would stumble over.
fn is_missing(rule: Rule) -> bool {
    match rule {
        Rule::MissingTable
        | Rule::WrongKind
        | Rule::MissingColumn
        | Rule::MissingPrimaryKey
        | Rule::MissingUnique
        | Rule::MissingForeignKey
        | Rule::MissingCheck
        | Rule::MissingExclusion
        | Rule::MissingIndex => true,
        Rule::TypeDiffers
        | Rule::NullabilityDiffers
        | Rule::DefaultDiffers
        | Rule::ForeignKeyDiffers
        | Rule::UnexpectedTable
        | Rule::UnexpectedColumn
        | Rule::UnexpectedConstraint
        | Rule::PendingMigration
        | Rule::UnknownMigration
        | Rule::FailedMigration
        | Rule::InconsistentHistory
        | Rule::DuplicateLedgerRow
        | Rule::AppliedOutOfOrder
        | Rule::HalfAppliedSquash
        | Rule::LedgerMovedBackwards
        | Rule::LedgerMissing
        | Rule::LedgerEmpty
        | Rule::LedgerInOtherSchema
        | Rule::NotVisible
        | Rule::ManifestProblem
        | Rule::SmokeCheckFailed
        | Rule::LostSinceSnapshot
        | Rule::ChangedSinceSnapshot
        | Rule::GainedSinceSnapshot
        | Rule::LedgerBehindSnapshot
        | Rule::LedgerAheadOfSnapshot
        | Rule::LedgerSchemaApart => false,
    }
}

/// `app.name`.
fn id(migration: &MigrationIdView) -> String {
    if migration.app.is_empty() {
        migration.name.clone()
    } else {
        format!("{}.{}", migration.app, migration.name)
    }
}

/// The object that a finding is about: `table.column`, or the constraint and its table.
fn object(finding: &FindingView) -> Line {
    let subject = &finding.subject;
    let Some(table) = &subject.table else {
        return subject.name.iter().map(|name| code(name.clone())).collect();
    };
    match (&subject.column, &subject.name) {
        (Some(column), _) => vec![code(format!("{table}.{column}"))],
        (None, _) if is_of_table(finding.rule) => vec![code(table.clone())],
        (None, name) => {
            let described = finding.expected.as_ref().or(finding.actual.as_ref());
            let shown = described.or(name.as_ref()).cloned().unwrap_or_default();
            vec![code(shown), text(" on "), code(table.clone())]
        }
    }
}

fn is_of_table(rule: Rule) -> bool {
    matches!(rule, Rule::MissingTable | Rule::WrongKind | Rule::UnexpectedTable)
}

/// `missing table` for `missing_table`.
fn words(rule: Rule) -> String {
    rule.name().replace('_', " ")
}

fn severity(severity: Severity) -> Span {
    let tone = match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Warning,
        Severity::Info => Tone::Quiet,
    };
    super::block::mark(tone, severity.to_string())
}

/// A moment to the minute, as a person reads it.
fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A message of an audit as a sentence of its own.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let Some(first) = characters.next() else { return String::new() };
    // A name keeps its letters.
    let is_word = message.split(' ').next().is_some_and(|word| word.chars().all(char::is_alphabetic));
    let first = if is_word { first.to_uppercase().to_string() } else { first.to_string() };
    let end = if message.ends_with(['.', ':', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}
