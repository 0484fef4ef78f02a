//! A document as one HTML file that needs nothing else: no script, no font, no picture from elsewhere.

use askama::Template;

use super::Document;
use super::block::{Block, Line, Span, Tone};
use super::visible::{visible, visible_code};

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    tone: Tone,
    contents: Vec<(String, String)>,
    body: Blocks<'a>,
}

/// Rendered into the page, and into itself for what lies behind a summary.
#[derive(Template)]
#[template(path = "blocks.html")]
struct Blocks<'a> {
    blocks: &'a [Block],
}

impl Document {
    /// # Errors
    /// None that could happen: writing to a string does not fail.
    pub fn to_html(&self) -> Result<String, askama::Error> {
        let sections = self.blocks.iter().filter_map(|block| match block {
            Block::Heading { level: 2, text } => Some((anchor(text), visible(text))),
            Block::Heading { .. }
            | Block::Facts(_)
            | Block::Paragraph(_)
            | Block::List { .. }
            | Block::Table { .. }
            | Block::Code { .. }
            | Block::Callout { .. }
            | Block::Details { .. } => None,
        });
        let body = Blocks { blocks: &self.blocks };
        Page { title: visible(&self.title), tone: self.tone, contents: sections.collect(), body }.render()
    }
}

/// As GitHub makes it of a heading.
pub fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

/// The head over a cell, which a narrow screen shows beside it.
fn head(heads: &[&'static str], at: &usize) -> &'static str {
    heads.get(*at).copied().unwrap_or_default()
}

/// The pieces of a name between which a line may end.
fn parts(text: &str) -> Vec<String> {
    let seen = visible(text);
    seen.split_inclusive(['_', '.', ' ', '/', ',']).map(str::to_owned).collect()
}

/// A number or a moment, which no line end helps.
fn is_short(cell: &Line) -> bool {
    let text = |span: &Span| match span {
        Span::Text(text) | Span::Strong(text) => text.chars().count(),
        Span::Mark { text, .. } => text.chars().count(),
        Span::Code(_) | Span::Link { .. } => usize::MAX,
    };
    cell.iter().map(text).fold(0, usize::saturating_add) <= 20
}
