//! What is missing, object by object, and all that is otherwise not as it should be.

use super::{counted, id, is_missing, moment, object, of_rule, severity, words};
use crate::audit::Rule;
use crate::document::Facts;
use crate::document::block::{self, Block, Line, Span, code, paragraph, said, subsection, text};
use crate::view::FindingView;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let tables: Vec<_> = of_rule(facts, Rule::MissingTable).collect();
    let columns: Vec<_> = of_rule(facts, Rule::MissingColumn).collect();
    let parts: Vec<_> = counted(facts)
        .filter(|it| is_missing(it.rule) && !matches!(it.rule, Rule::MissingTable | Rule::MissingColumn))
        .collect();
    // Smoke checks have a section of their own.
    let rest: Vec<_> =
        counted(facts).filter(|it| !is_missing(it.rule) && it.rule != Rule::SmokeCheckFailed).collect();
    if !(tables.is_empty() && columns.is_empty() && parts.is_empty()) {
        blocks.push(block::section("Missing objects"));
    }
    // One look alone knows nothing of before.
    let is_first_look = facts.view.findings.iter().all(|it| it.first_seen == facts.view.audited_at);
    let mut add = |title: &str,
                   heads: Vec<&'static str>,
                   row: fn(&FindingView) -> Vec<Line>,
                   findings: &[&FindingView]| {
        if findings.is_empty() {
            return;
        }
        blocks.push(subsection(format!("{title}: {}", findings.len())));
        let mut table: (Vec<&str>, Vec<Vec<Line>>) = (heads, findings.iter().map(|it| row(it)).collect());
        if is_first_look {
            table.0.pop();
            table.1.iter_mut().for_each(|row| drop(row.pop()));
        }
        blocks.push(Block::Table { heads: table.0, rows: table.1 });
        let mut rules: Vec<&FindingView> = findings.to_vec();
        rules.dedup_by_key(|it| it.rule);
        let mut line = vec![text("Runbook: ")];
        for (at, finding) in rules.into_iter().enumerate() {
            line.extend((at > 0).then(|| text(", ")));
            line.push(to_runbook(finding, words(finding.rule)));
        }
        blocks.push(Block::Paragraph(line));
    };
    let of_objects = vec!["Missing", "Migration", "Expected", "Seen since"];
    add("Tables", of_objects.clone(), missing_row, &tables);
    add("Columns", of_objects, missing_row, &columns);
    let of_parts = vec!["Missing", "On table", "Migration", "Seen since"];
    add("Keys, constraints and indexes", of_parts, part_row, &parts);
    if !rest.is_empty() {
        blocks.push(block::section("Other findings"));
        let row = |it: &&FindingView| {
            let mut said = said(super::sentence(&it.message));
            if let (Some(expected), Some(actual)) = (&it.expected, &it.actual) {
                said.extend([
                    text(" Expected "),
                    code(expected.clone()),
                    text(", actual "),
                    code(actual.clone()),
                ]);
                said.push(text("."));
            }
            vec![vec![severity(it.severity)], vec![to_runbook(it, words(it.rule))], said]
        };
        let rows = rest.iter().map(row).collect();
        blocks.push(Block::Table { heads: vec!["Severity", "Rule", "What"], rows });
    }
    let acknowledged: Vec<_> =
        facts.view.findings.iter().filter_map(|it| Some((it, it.acknowledged.as_ref()?))).collect();
    if !acknowledged.is_empty() {
        blocks.push(subsection("Acknowledged: they do not count"));
        let items = acknowledged.iter().map(|(finding, reason)| {
            let mut line = vec![text(format!("{} ", words(finding.rule)))];
            line.extend(object(finding));
            line.push(text(format!(": {reason}")));
            line
        });
        blocks.push(block::list(items.collect()));
    }
    if blocks.is_empty() && facts.view.coverage.is_some_and(|it| it.expected > 0) {
        blocks.push(block::section("Missing objects"));
        blocks.push(paragraph("None."));
    }
    blocks
}

/// A link to what the runbook says of the finding's rule.
pub fn to_runbook(finding: &FindingView, text: String) -> Span {
    Span::Link { text, url: finding.runbook.clone() }
}

/// Of what belongs to a table that is there.
fn part_row(finding: &FindingView) -> Vec<Line> {
    let [made_by, expected, seen] = [1, 2, 3].map(|at| missing_row(finding).swap_remove(at));
    let table = finding.subject.table.iter().map(|it| code(it.clone())).collect();
    let mut missing: Line = finding.expected.iter().map(|it| code(it.clone())).collect();
    missing.extend(expected.into_iter().skip(1));
    vec![missing, table, made_by, seen]
}

fn missing_row(finding: &FindingView) -> Vec<Line> {
    let mut made_by = Line::new();
    if let Some(migration) = &finding.migration {
        made_by.push(code(id(migration)));
    }
    if let Some(migration) = &finding.changed_by {
        made_by.extend([text(", changed by "), code(id(migration))]);
    }
    let described = finding.expected.clone().unwrap_or_default();
    let instead = finding.actual.as_ref().map(|actual| format!("; there is {actual}"));
    let seen = finding.first_seen.map(moment).unwrap_or_default();
    let mut expected = vec![text(described)];
    expected.extend(instead.map(text));
    vec![object(finding), made_by, expected, vec![text(seen)]]
}
