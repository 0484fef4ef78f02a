//! What the migration files alone show: objects made and deleted again and again, numbers that mislead.

use super::id;
use crate::document::Facts;
use crate::document::block::{self, Block, Span, Tone, code, mark, paragraph, subsection, text};
use crate::view::HistoryStepView;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let notes = &facts.view.history;
    if notes.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![block::section("History anomalies")];
    blocks.push(paragraph(
        "From the migration files alone. None of this is wrong by itself; all of it misleads people.",
    ));
    for note in notes {
        let smell = note.smell.as_str().replace('_', " ");
        let about = note.object.as_ref().unwrap_or(&note.app);
        blocks.push(subsection(format!("{smell}: {about}")));
        blocks.push(paragraph(super::sentence(&note.message)));
        let row = |step: &HistoryStepView| {
            let recorded = if step.recorded {
                mark(Tone::Quiet, "recorded")
            } else {
                mark(Tone::Warning, "not recorded")
            };
            vec![vec![code(id(&step.migration))], vec![text(step.what.clone())], vec![recorded]]
        };
        if !note.steps.is_empty() {
            let rows = note.steps.iter().map(row).collect();
            blocks.push(Block::Table { heads: vec!["Migration", "What it does", "In the ledger"], rows });
        }
        let link = Span::Link { text: smell, url: note.runbook.clone() };
        blocks.push(Block::Paragraph(vec![text("Runbook: "), link]));
    }
    blocks
}
