//! Checks, predicates and index expressions in one way of writing.

use super::words::{join, without_outer_brackets, words};
use crate::schema::Spelling;

/// As a person writes it and as PostgreSQL prints it become one text, where that is surely the same.
///
/// Never certain: two texts that differ may still mean the same.
pub fn canonical_expression(text: &str) -> Spelling {
    let Some(words) = words(text) else { return Spelling::uncertain(text.trim()) };
    Spelling::uncertain(join(without_outer_brackets(&words)))
}
