//! What was not checked, so that nobody takes silence for health.

use crate::document::Facts;
use crate::document::block::{self, Block, list, paragraph, said, subsection};
use crate::schema::count_of;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let view = facts.view;
    let mut blocks = vec![block::section("What was not checked")];
    match view.coverage {
        Some(coverage) => blocks.push(paragraph(format!(
            "Of {} expected objects in {} tables, {} were checked to the end and {} were not. Of the applied migrations, \
             {} could not be seen through. Rows are never read.",
            coverage.expected,
            coverage.expected_tables,
            coverage.checked,
            coverage.unverified,
            count_of(coverage.opaque_operations, "operation")
        ))),
        None => blocks.push(paragraph("Nothing: there is no audit to speak of.")),
    }
    let lines = |texts: &[String]| list(texts.iter().map(said).collect());
    if !view.blind_spots.is_empty() {
        blocks.push(subsection("Blind spots"));
        blocks.push(lines(&view.blind_spots));
    }
    if !view.remarks.is_empty() {
        blocks.push(subsection("Remarks"));
        blocks.push(lines(&view.remarks));
    }
    blocks.push(paragraph(format!(
        "Written by schema-health {} from its audit, without opinion: what is not observed is not said.",
        env!("CARGO_PKG_VERSION")
    )));
    blocks
}
