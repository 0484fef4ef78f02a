//! Python text to a syntax tree, whatever the text is: the only file and folder that knows ruff's parser.

mod guard;
mod later;
mod lower;
mod quick;
mod scan;
pub mod tree;

use std::path::PathBuf;
use std::sync::Arc;

use ruff_source_file::LineIndex;
use ruff_text_size::Ranged;

use scan::PartKind;
pub use tree::Source;
use tree::Stmt;

/// The stack that parsing and walking need within their limits, without optimisation too; what is not used of
/// it is never there.
pub const STACK: usize = 256 << 20;
/// Longer files are told, not read. The longest real migrations have some 300 KiB.
pub const MAX_FILE: u64 = 2 << 20;

/// A file that could not be parsed: the line, from 1, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub line: u32,
    pub message: String,
}

/// The whole file.
///
/// To be called on a thread with a stack of [`STACK`].
pub fn parse(file: Arc<PathBuf>, text: String) -> Result<Source, SyntaxError> {
    let body = match quick::parse(&text, 0) {
        Some(body) => body,
        None => whole(&text)?,
    };
    Ok(Source::new(file, Arc::new(text), body))
}

/// Part by part, because most of them are plain; where something is wrong, that is told of the whole.
fn whole(text: &str) -> Result<Vec<Stmt>, SyntaxError> {
    let scan = scan::scan(text);
    let is_tame = scan.as_ref().is_some_and(|it| it.is_tame);
    let by_parts = scan.and_then(|scan| {
        let mut body = Vec::new();
        for part in scan.parts {
            let start = u32::try_from(part.range.start).ok()?;
            body.extend(statements(&text[part.range], start, is_tame).ok()?);
        }
        Some(body)
    });
    match by_parts {
        Some(body) => Ok(body),
        None => by_ruff(text, 0, is_tame),
    }
}

/// The file's statements; of its classes and functions what stands outside. Broken syntax inside of one is told by
/// whoever asks for it.
///
/// To be called on a thread with a stack of [`STACK`].
pub fn outline(file: Arc<PathBuf>, text: String) -> Result<Source, SyntaxError> {
    let text = Arc::new(text);
    let body = match parts(&text) {
        Some(body) => body,
        None => by_ruff(&text, 0, false)?,
    };
    Ok(Source::new(file, text, body))
}

/// `None` where the parts of a text are not certain, or where one of them cannot be parsed.
fn parts(text: &Arc<String>) -> Option<Vec<Stmt>> {
    let scan = scan::scan(text)?;
    let mut body = Vec::new();
    for part in &scan.parts {
        match part.kind {
            PartKind::Class { .. } | PartKind::Function { .. } => {
                body.push(later::definition(text, part, 0)?)
            }
            PartKind::Other => {
                let start = u32::try_from(part.range.start).ok()?;
                body.extend(statements(&text[part.range.clone()], start, scan.is_tame).ok()?);
            }
        }
    }
    Some(body)
}

/// The statements of a text that begins at the offset `start` of its file.
fn statements(text: &str, start: u32, is_tame: bool) -> Result<Vec<Stmt>, SyntaxError> {
    match quick::parse(text, start) {
        Some(body) => Ok(body),
        None => by_ruff(text, start, is_tame),
    }
}

fn by_ruff(text: &str, start: u32, is_tame: bool) -> Result<Vec<Stmt>, SyntaxError> {
    if !is_tame && let Some(reason) = guard::refuse(text) {
        return Err(SyntaxError { line: 1, message: reason });
    }
    let module = ruff_python_parser::parse_module(text).map_err(|error| {
        let line = LineIndex::from_source_text(text).line_index(error.range().start()).get();
        SyntaxError { line: u32::try_from(line).unwrap_or(u32::MAX), message: error.error.to_string() }
    })?;
    Ok(lower::lower(module.syntax(), start))
}

#[cfg(test)]
mod tests;
