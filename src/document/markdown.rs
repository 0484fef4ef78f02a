//! A document as Markdown: CommonMark with the tables of GitHub.

use super::Document;
use super::block::{Block, Line, Span};
use super::visible::{visible, visible_code};

impl Document {
    /// Markdown that renders on GitHub and GitLab and reads well as it is. Names cannot leave their place.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        write_blocks(&mut text, &self.blocks);
        text
    }
}

fn write_blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        if !out.is_empty() && !out.ends_with("\n\n") {
            out.push('\n');
        }
        write_block(out, block);
    }
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { level, text } => {
            out.push_str(&format!("{} {}\n", "#".repeat(usize::from(*level)), escape(text)));
        }
        Block::Facts(facts) => {
            out.push_str("| | |\n| --- | --- |\n");
            for (label, line) in facts {
                out.push_str(&format!("| **{label}** | {} |\n", cell(line)));
            }
        }
        Block::Paragraph(line) => out.push_str(&format!("{}\n", spans(line))),
        Block::List { ordered, items } => {
            for (number, item) in items.iter().enumerate() {
                let sign = if *ordered { format!("{}.", number + 1) } else { "-".to_owned() };
                out.push_str(&format!("{sign} {}\n", spans(item)));
            }
        }
        Block::Table { heads, rows } => {
            out.push_str(&format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len())));
            for row in rows {
                let cells: Vec<String> = row.iter().map(cell).collect();
                out.push_str(&format!("| {} |\n", cells.join(" | ")));
            }
        }
        Block::Code { language, text } => {
            let text = visible_code(text);
            let fence = "`".repeat(longest_run(&text).max(2) + 1);
            out.push_str(&format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n')));
        }
        Block::Callout { tone, line } => out.push_str(&format!("> {} {}\n", tone.sign(), spans(line))),
        Block::Details { summary, blocks } => {
            out.push_str(&format!("<details>\n<summary>{}</summary>\n\n", plain_html(summary)));
            let mut inner = String::new();
            write_blocks(&mut inner, blocks);
            out.push_str(&inner);
            out.push_str("\n</details>\n");
        }
    }
}

fn spans(line: &Line) -> String {
    line.iter().map(span).collect()
}

fn span(span: &Span) -> String {
    match span {
        Span::Text(text) => escape(text),
        Span::Strong(text) => format!("**{}**", escape(text)),
        Span::Code(text) => code(text),
        Span::Link { text, url } => format!("[{}](<{}>)", escape(text), encoded(url)),
        Span::Mark { tone, text } => format!("{} {}", tone.sign(), escape(text)),
    }
}

/// What a URL must not hold as it is, and what would end a link or a cell.
fn encoded(url: &str) -> String {
    let mut encoded = String::with_capacity(url.len());
    for character in visible(url).chars() {
        match character {
            ' ' | '<' | '>' | '|' | '`' | '\\' | '"' => {
                encoded.push_str(&format!("%{:02X}", u32::from(character)))
            }
            _ => encoded.push(character),
        }
    }
    encoded
}

/// A pipe would end the cell, in code too, where no backslash can take its meaning away for certain.
fn cell(line: &Line) -> String {
    let spans = line.iter().map(|it| match it {
        Span::Code(text) if text.contains('|') => format!("<code>{}</code>", entities(text)),
        Span::Code(text) => code(text),
        Span::Text(_) | Span::Strong(_) | Span::Link { .. } | Span::Mark { .. } => span(it),
    });
    spans.collect()
}

/// Every character that is neither letter, digit nor space as its number, which means nothing to Markdown.
fn entities(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in visible(text).chars() {
        if character.is_alphanumeric() || character == ' ' {
            written.push(character);
        } else {
            written.push_str(&format!("&#{};", u32::from(character)));
        }
    }
    written
}

/// Between as many backticks as it does not contain.
fn code(text: &str) -> String {
    let text = visible(text);
    if text.trim().is_empty() {
        return format!("(blank: {} characters)", text.chars().count());
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or(0)
}

/// Every character that means something to Markdown or HTML. An underscore inside of a word means nothing.
fn escape(text: &str) -> String {
    let text = visible(text);
    let characters: Vec<char> = text.chars().collect();
    let is_word =
        |at: Option<usize>| at.and_then(|at| characters.get(at)).is_some_and(|it| it.is_alphanumeric());
    let mut escaped = String::with_capacity(text.len());
    for (at, character) in characters.iter().enumerate() {
        let means_something = match character {
            '_' => !(is_word(at.checked_sub(1)) && is_word(Some(at + 1))),
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => true,
            // At the beginning of a line only.
            '#' | '+' | '-' | '=' => at == 0,
            '.' | ')' => characters[..at].iter().all(char::is_ascii_digit) && at > 0,
            // A name must not become a picture, a link or a mention.
            '!' => characters.get(at + 1) == Some(&'['),
            '@' => true,
            ':' => characters.get(at + 1) == Some(&'/'),
            _ => false,
        };
        if means_something {
            escaped.push('\\');
        }
        escaped.push(*character);
    }
    escaped
}

/// Inside of an HTML element, Markdown does not apply.
fn plain_html(line: &Line) -> String {
    let text = line.iter().map(|it| match it {
        Span::Text(text) | Span::Strong(text) | Span::Code(text) => visible(text),
        Span::Link { text, .. } => visible(text),
        Span::Mark { tone, text } => format!("{} {}", tone.sign(), visible(text)),
    });
    let text: String = text.collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
