//! Python text to a syntax tree, whatever the text is: the only file and folder that knows ruff's parser.

mod guard;
mod lower;
pub mod tree;

use std::path::PathBuf;
use std::sync::Arc;

use ruff_source_file::LineIndex;
use ruff_text_size::Ranged;

pub use tree::Source;

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

/// To be called on a thread with a stack of [`STACK`].
pub fn parse(file: Arc<PathBuf>, text: String) -> Result<Source, SyntaxError> {
    if let Some(reason) = guard::refuse(&text) {
        return Err(SyntaxError { line: 1, message: reason });
    }
    let index = LineIndex::from_source_text(&text);
    let module = ruff_python_parser::parse_module(&text).map_err(|error| {
        let line = index.line_index(error.range().start()).get();
        SyntaxError { line: u32::try_from(line).unwrap_or(u32::MAX), message: error.error.to_string() }
    })?;
    let body = lower::lower(module.syntax());
    let line_starts = index.line_starts().iter().skip(1).map(|start| start.to_u32()).collect();
    Ok(Source { file, text, body, line_starts })
}

#[cfg(test)]
mod tests;
