//! What remains broken, by the part of the application that feels it.

use std::collections::BTreeMap;

use super::{counted, object};
use crate::audit::{Rule, Severity};
use crate::document::Facts;
use crate::document::block::{self, Block, Line, code, paragraph, text};
use crate::view::FindingView;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let mut by_app: BTreeMap<String, BTreeMap<String, Vec<&FindingView>>> = BTreeMap::new();
    for finding in counted(facts).filter(|it| it.severity == Severity::Error) {
        let Some(table) = &finding.subject.table else { continue };
        let app = finding.migration.as_ref().map(|it| it.app.clone()).unwrap_or_default();
        by_app.entry(app).or_default().entry(table.clone()).or_default().push(finding);
    }
    if by_app.is_empty() {
        return super::smoke::broken(facts);
    }
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for (app, tables) in &by_app {
        for (table, findings) in tables {
            let effect = effect(findings);
            let app = if app.is_empty() { Line::new() } else { vec![code(app.clone())] };
            rows.push(vec![app, vec![code(table.clone())], effect]);
        }
    }
    let mut blocks = vec![block::section("What remains broken")];
    blocks.push(paragraph("By what the database does with a query, whatever the application makes of it."));
    blocks.push(Block::Table { heads: vec!["App", "Table", "Effect"], rows });
    blocks.extend(super::smoke::broken(facts));
    blocks
}

/// The worst that the findings on one table do to those who use it.
fn effect(findings: &[&FindingView]) -> Line {
    let has = |rule| findings.iter().any(|it| it.rule == rule);
    if has(Rule::MissingTable) {
        return vec![text("every read and every write fails: the table does not exist")];
    }
    if has(Rule::WrongKind) {
        return vec![text("writes fail: no table stands under this name")];
    }
    let columns: Vec<&&FindingView> = findings.iter().filter(|it| it.rule == Rule::MissingColumn).collect();
    if !columns.is_empty() {
        let mut line = vec![text("reads that name ")];
        line.extend(block::codes(columns.iter().filter_map(|it| it.subject.column.clone())));
        line.push(text(
            " fail, and so does all that an ORM reads of this table, since it names every column",
        ));
        return line;
    }
    let mut line = vec![text("rows that the application believes impossible are accepted: without ")];
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            line.push(text(", "));
        }
        line.push(object(finding).into_iter().next().unwrap_or_else(|| text(finding.message.clone())));
    }
    line
}
