//! Why: the hypotheses with what speaks for and against each.

use super::sentence;
use crate::audit::Likelihood;
use crate::document::Facts;
use crate::document::block::{self, Block, Tone, list, mark, paragraph, said, strong, subsection, text};
use crate::schema::count_of;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let hypotheses = &facts.view.diagnosis;
    if hypotheses.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![block::section("Root cause analysis")];
    for (number, it) in hypotheses.iter().enumerate() {
        blocks.push(subsection(format!(
            "Hypothesis {}: {}",
            number + 1,
            it.cause.as_str().replace('_', " ")
        )));
        let tone = match it.likelihood {
            Likelihood::High => Tone::Bad,
            Likelihood::Medium => Tone::Warning,
            Likelihood::Low => Tone::Quiet,
        };
        let explains = count_of(it.explains.len(), "finding");
        let mut line = vec![
            mark(tone, format!("likelihood {}", it.likelihood)),
            text(format!(" ({} of 100 points, would explain {explains}) ", it.rank)),
        ];
        line.extend(said(sentence(&it.summary)));
        blocks.push(Block::Paragraph(line));
        for (title, evidence) in
            [("Evidence for it:", &it.evidence_for), ("Evidence against it:", &it.evidence_against)]
        {
            if !evidence.is_empty() {
                blocks.push(Block::Paragraph(vec![strong(title)]));
                blocks.push(list(evidence.iter().map(|it| said(sentence(it))).collect()));
            }
        }
        if let Some(command) = &it.command {
            blocks.push(paragraph("What would have led here:"));
            blocks.push(Block::Code { language: "sh", text: command.clone() });
        }
        if let Some(check) = &it.check {
            let mut line = vec![strong("To settle it"), text(": ")];
            line.extend(said(check));
            blocks.push(Block::Paragraph(line));
        }
    }
    blocks
}
