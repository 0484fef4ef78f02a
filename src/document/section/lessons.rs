//! Lessons: only those that a fact of this database teaches.

use std::collections::BTreeSet;

use super::of_rule;
use crate::audit::{Cause, Likelihood, Rule, Smell, Verdict};
use crate::document::Facts;
use crate::document::block::{self, Block, Line, code, steps, strong, text};
use crate::schema::count_of;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let lessons = lessons(facts);
    if lessons.is_empty() {
        return Vec::new();
    }
    vec![block::section("Lessons"), steps(lessons)]
}

fn lessons(facts: &Facts<'_>) -> Vec<Line> {
    let view = facts.view;
    let mut lessons = Vec::new();
    let first = view.diagnosis.first().filter(|it| it.likelihood != Likelihood::Low);
    let high = view.diagnosis.iter().filter(|it| it.likelihood == Likelihood::High);
    let likely: BTreeSet<Cause> = first.into_iter().chain(high).map(|it| it.cause).collect();
    if likely.contains(&Cause::Faked) {
        lessons.push(vec![
            strong("Never fake without a record."),
            text(
                " The ledger keeps that a migration was recorded, not that it was run, nor by whom and why.",
            ),
        ]);
    }
    if likely.contains(&Cause::RestoredOlderBackup) {
        lessons.push(vec![
            strong("A backup must say which migrations it holds."),
            text(" Take "),
            code("schema-health snapshot"),
            text(" beside each, and run "),
            code("check --against"),
            text(" after each restore."),
        ]);
    }
    if likely.contains(&Cause::MigrationEdited) {
        lessons.push(vec![
            strong("An applied migration is history."),
            text(" A change of its file reaches no database that has it: write a new one."),
        ]);
    }
    if likely.contains(&Cause::DdlInterrupted) {
        lessons.push(vec![
            strong("DDL is not transactional on this server."),
            text(" One change a migration, so that what breaks off leaves nothing half done."),
        ]);
    }
    lessons.extend(how_long(facts));
    let phantoms = view.migrations.iter().filter(|it| it.verdict == Verdict::Phantom).count();
    if phantoms > 0 {
        lessons.push(vec![
            strong("The ledger is not the schema."),
            text(format!(" {} looked applied to ", count_of(phantoms, "migration"))),
            code("migrate --check"),
            text(" and "),
            code("showmigrations"),
            text(". Make "),
            code("schema-health check"),
            text(" a gate of the deployment: it compares the two."),
        ]);
    }
    let smells: BTreeSet<Smell> = view.history.iter().map(|it| it.smell).collect();
    if smells.contains(&Smell::SharedNumber) || smells.contains(&Smell::NumberContradictsDependency) {
        lessons.push(vec![
            strong("Numbers of migrations mislead."),
            text(" Dependencies decide the order: number a migration after what it depends on."),
        ]);
    }
    if smells.contains(&Smell::RecreatedObject) {
        lessons.push(vec![
            strong("Do not delete what is needed again."),
            text(" An object that is made and deleted in turn is there or not by where a database stands."),
        ]);
    }
    if of_rule(facts, Rule::DuplicateLedgerRow).next().is_some() {
        lessons.push(vec![
            strong("Only one may migrate at a time."),
            text(" A migration is recorded twice: two deployments ran together."),
        ]);
    }
    lessons
}

/// From the record of the first phantom to the moment it was noticed.
fn how_long(facts: &Facts<'_>) -> Option<Line> {
    let view = facts.view;
    let recorded = (view.migrations.iter())
        .filter(|it| it.verdict == Verdict::Phantom)
        .filter_map(|it| it.applied_at)
        .min()?;
    let noticed = view.findings.iter().filter_map(|it| it.first_seen).min()?;
    let days = (noticed.as_second() - recorded.as_second()) / 86_400;
    (days > 0).then(|| {
        vec![
            strong(format!("It stood unnoticed for {}.", count_of(usize::try_from(days).unwrap_or_default(), "day"))),
            text(format!(
                " The first migration of which nothing is there was recorded on {}, and seen to be missing on {}.",
                recorded.strftime("%Y-%m-%d"),
                noticed.strftime("%Y-%m-%d")
            )),
        ]
    })
}
