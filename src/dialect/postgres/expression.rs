//! Checks, predicates and index expressions in one way of writing.

use super::parser::rewritten;
use super::words::{Word, join, without_outer_brackets, words};
use crate::schema::Spelling;

/// As a person writes it and as PostgreSQL prints it become one text, where that is surely the same.
///
/// Never certain: two texts that differ may still mean the same.
pub fn canonical_expression(text: &str) -> Spelling {
    let Some(words) = words(text) else { return Spelling::uncertain(text.trim()) };
    let inner = without_outer_brackets(&words);
    Spelling::uncertain(settled(inner).unwrap_or_else(|| join(inner)))
}

/// The rewriting that is written as itself; `None` if there is none within a few rounds.
fn settled(inner: &[Word]) -> Option<String> {
    const ROUNDS: usize = 4;
    let mut text = rewritten(inner)?;
    for _ in 0..ROUNDS {
        let again = words(&text)?;
        let next = rewritten(without_outer_brackets(&again))?;
        if next == text {
            return Some(text);
        }
        text = next;
    }
    None
}
