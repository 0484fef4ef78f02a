//! Smoke checks of the application: passed, failed, blocked by what is missing, not tested.

use super::missing::to_runbook;
use super::{id, moment, of_rule, words};
use crate::audit::Rule;
use crate::document::Facts;
use crate::document::block::{
    self, Block, Line, Tone, code, list, mark, paragraph, strong, subsection, text,
};
use crate::schema::count_of;
use crate::smoke::SmokeOutcome;
use crate::view::{BlockerView, SmokeCheckView};

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let checks = &facts.view.smoke_checks;
    let mut blocks = vec![block::section("Smoke checks")];
    let Some(first) = checks.first() else {
        let Some(why) = facts.smoke_not_run else { return Vec::new() };
        blocks.push(paragraph(super::sentence(why)));
        return blocks;
    };
    blocks.push(paragraph(format!(
        "Whether the application works over this database, as of {}.",
        moment(first.checked_at)
    )));
    blocks.push(Block::Table {
        heads: vec!["Check", "What it does", "Outcome", "What was met", "Blocked by"],
        rows: checks.iter().map(row).collect(),
    });
    if let Some(finding) = of_rule(facts, Rule::SmokeCheckFailed).next() {
        blocks.push(Block::Paragraph(vec![text("Runbook: "), to_runbook(finding, words(finding.rule))]));
    }
    blocks
}

fn row(check: &SmokeCheckView) -> Vec<Line> {
    let mut blocked: Line = Line::new();
    for blocker in &check.blocked_by {
        if !blocked.is_empty() {
            blocked.push(text("; "));
        }
        blocked.extend(line_of(blocker));
    }
    if let Some(other) = &check.waits_for {
        blocked.extend([text("check "), code(other.clone())]);
    }
    let took = check.duration_seconds.map(|it| format!(" ({:.0} ms)", it * 1000.0)).unwrap_or_default();
    vec![
        vec![strong(check.check.clone())],
        vec![code(check.action.clone())],
        vec![mark(tone(check.outcome), check.outcome.to_string())],
        vec![text(format!("{}{took}", check.message))],
        blocked,
    ]
}

fn line_of(blocker: &BlockerView) -> Line {
    let column = blocker.column.as_ref().map(|it| format!(".{it}")).unwrap_or_default();
    let mut line = vec![code(format!("{}{column}", blocker.table)), text(" missing")];
    if let Some(migration) = &blocker.migration {
        line.extend([text(", of "), code(id(migration))]);
    }
    line
}

fn tone(outcome: SmokeOutcome) -> Tone {
    match outcome {
        SmokeOutcome::Passed => Tone::Good,
        SmokeOutcome::Failed | SmokeOutcome::Blocked => Tone::Bad,
        SmokeOutcome::NotTested => Tone::Quiet,
    }
}

/// For the summary.
pub fn point(facts: &Facts<'_>) -> Option<Line> {
    let checks = &facts.view.smoke_checks;
    if checks.is_empty() {
        return None;
    }
    let of = |outcome| checks.iter().filter(|it| it.outcome == outcome).count();
    let said: Vec<String> = (SmokeOutcome::ALL.into_iter())
        .filter(|outcome| of(*outcome) > 0)
        .map(|outcome| format!("{} {outcome}", of(outcome)))
        .collect();
    let title = count_of(checks.len(), "smoke check");
    Some(vec![strong(title), text(format!(": {}.", said.join(", ")))])
}

/// For what remains broken.
pub fn broken(facts: &Facts<'_>) -> Vec<Block> {
    let failing = facts.view.smoke_checks.iter().filter(|it| it.outcome != SmokeOutcome::Passed);
    let items: Vec<Line> = failing
        .map(|it| {
            vec![
                mark(tone(it.outcome), it.outcome.to_string()),
                text(" "),
                strong(it.check.clone()),
                text(" ("),
                code(it.action.clone()),
                text(format!("): {}", it.summary)),
            ]
        })
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    vec![subsection("In the application"), list(items)]
}
