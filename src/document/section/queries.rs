//! Queries by which a person checks every finding, to be pasted as they are.

use super::{counted, is_missing};
use crate::audit::Rule;
use crate::dialect::Dialect;
use crate::document::Facts;
use crate::document::block::{self, Block, paragraph};
use crate::view::FindingView;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let dialect = facts.manifest.dialect;
    let mut lines: Vec<String> = Vec::new();
    let mut last = None;
    for finding in counted(facts) {
        let Some(sql) = &finding.verify_sql else { continue };
        if last != Some(finding.rule) {
            if last.is_some() {
                lines.push(String::new());
            }
            lines.push(format!("-- {}: {}", finding.rule.name(), finding.rule.meaning()));
            last = Some(finding.rule);
        }
        let line = format!("{sql};");
        let result = result(dialect, finding);
        // A comment on the line of a statement that has line ends of its own would stand within a name.
        let line = if line.contains('\n') { line } else { format!("{line}  -- {result}") };
        if lines.last() != Some(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        return Vec::new();
    }
    vec![
        block::section("SQL verification queries"),
        paragraph(format!(
            "Each finding, checked by hand, for {dialect}. Behind each what came back when it was audited."
        )),
        Block::Code { language: "sql", text: lines.join("\n") },
    ]
}

fn result(dialect: Dialect, finding: &FindingView) -> &'static str {
    match (finding.rule, dialect) {
        (Rule::MissingTable, Dialect::Postgres) => "NULL: it is not there",
        (Rule::MissingTable | Rule::MissingColumn, _) => "no row: it is not there",
        (rule, _) if is_missing(rule) => "it is not among them",
        (_, _) => "it is not as expected",
    }
}
