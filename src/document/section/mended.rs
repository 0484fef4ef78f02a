//! What was mended since this process began to look.

use super::{id, moment, words};
use crate::document::Facts;
use crate::document::block::{self, Block, Tone, code, mark, paragraph, text};
use crate::view::MendedView;

pub fn section(facts: &Facts<'_>) -> Vec<Block> {
    let mended = &facts.view.mended;
    if mended.is_empty() {
        return Vec::new();
    }
    let row = |it: &MendedView| {
        let object = match (&it.subject.table, &it.subject.column) {
            (Some(table), Some(column)) => format!("{table}.{column}"),
            (Some(table), None) => table.clone(),
            (None, _) => it.subject.name.clone().unwrap_or_default(),
        };
        let rule = mark(Tone::Good, words(it.rule));
        let migration = it.migration.iter().map(|it| code(id(it))).collect();
        let (seen, gone) = (moment(it.first_seen), moment(it.mended_at));
        vec![vec![code(object)], vec![rule], migration, vec![text(seen)], vec![text(gone)]]
    };
    vec![
        block::section("What was mended"),
        paragraph("Found before, and there no more, as far as this process remembers."),
        Block::Table {
            heads: vec!["Object", "It was", "Migration", "Seen since", "Mended"],
            rows: mended.iter().map(row).collect(),
        },
    ]
}
