//! What values weigh: to make, copy or go through long ones takes time and memory that no step of the code stands for.

use super::Interpreter;
use super::live::*;

/// Methods that look at one element, or at none.
const QUICK: &[&str] = &[
    "add",
    "append",
    "clear",
    "decode",
    "discard",
    "endswith",
    "get",
    "pop",
    "popitem",
    "setdefault",
    "startswith",
    "update",
];

impl Interpreter<'_> {
    /// Counts what was made newly.
    pub(super) fn made(&mut self, value: Live) -> Evaluated {
        self.steps(weight(&value) / 8)?;
        Ok(value)
    }

    /// Counts what is gone through.
    pub(super) fn gone_through(&mut self, value: &Live) -> Result<(), Stop> {
        self.steps(weight(value) / 32)
    }

    /// Counts what is compared element by element.
    pub(super) fn compared_with(&mut self, value: &Live) -> Result<(), Stop> {
        self.steps(weight(value) / 4)
    }

    /// Counts what is looked through for one element.
    pub(super) fn looked_through(&mut self, value: &Live) -> Result<(), Stop> {
        self.steps(weight(value) / 512)
    }

    /// Counts what a method of a value of Python's own goes through.
    pub(super) fn gone_through_by(&mut self, name: &str, value: &Live) -> Result<(), Stop> {
        if QUICK.contains(&name) { Ok(()) } else { self.gone_through(value) }
    }
}

/// Elements; of texts, so many bytes as take the room of one.
fn weight(value: &Live) -> usize {
    const OF_TEXT: usize = 32;
    match value {
        Live::List(items) | Live::Set(items) => items.borrow().len(),
        Live::Tuple(items) => items.len(),
        Live::Dict(pairs) => pairs.borrow().len() * 2,
        Live::Str(text) => text.len() / OF_TEXT,
        Live::Bytes(bytes) => bytes.len() / OF_TEXT,
        _ => 0,
    }
}
