//! A column's default in the form in which the column would store it.

use super::expression::canonical_expression;
use super::{Affinity, affinity};
use crate::dialect::token::{Quotes, Token, TokenKind, tokens, unquoted, without_outer_brackets};
use crate::schema::Spelling;

/// Literals as a column of `data_type` stores them; an expression is never certain.
pub fn canonical_default(text: &str, data_type: &Spelling) -> Option<Spelling> {
    let Some(all) = tokens(text, Quotes::SQLITE) else { return Some(Spelling::uncertain(text.trim())) };
    let inner = without_outer_brackets(&all);
    let affinity = data_type.text().map(affinity);
    match inner {
        [only] if only.is_word("null") => None,
        [only] => {
            Some(canonical_literal(only, false, affinity).unwrap_or_else(|| canonical_expression(text)))
        }
        [sign, number]
            if number.kind == TokenKind::Number && (sign.is_symbol("-") || sign.is_symbol("+")) =>
        {
            let negative = sign.is_symbol("-");
            Some(canonical_literal(number, negative, affinity).unwrap_or_else(|| canonical_expression(text)))
        }
        _ => Some(canonical_expression(text)),
    }
}

fn canonical_literal(token: &Token<'_>, negative: bool, affinity: Option<Affinity>) -> Option<Spelling> {
    match token.kind {
        TokenKind::Word if token.is_word("true") => stored_number("1", affinity),
        TokenKind::Word if token.is_word("false") => stored_number("0", affinity),
        TokenKind::Word => ["current_timestamp", "current_date", "current_time"]
            .into_iter()
            .find(|keyword| token.is_word(keyword))
            .map(Spelling::certain),
        TokenKind::Number => stored_number(&plain_number(token.text, negative)?, affinity),
        TokenKind::Text if !token.text.starts_with('\'') => None,
        // A quoted word names no column in a default: SQLite takes it for a text.
        TokenKind::Text | TokenKind::Quoted => stored_text(&unquoted(token.text), affinity),
        TokenKind::Symbol => None,
    }
}

fn stored_number(number: &str, affinity: Option<Affinity>) -> Option<Spelling> {
    match affinity? {
        Affinity::Integer | Affinity::Numeric | Affinity::Real => Some(Spelling::certain(number)),
        // A whole number becomes its digits; how others are written as text is the server's business.
        Affinity::Text if !number.contains('.') => Some(Spelling::certain(format!("'{number}'"))),
        Affinity::Blob if !number.contains('.') => Some(Spelling::certain(number)),
        Affinity::Text | Affinity::Blob => None,
    }
}

fn stored_text(text: &str, affinity: Option<Affinity>) -> Option<Spelling> {
    let as_text = || Spelling::certain(format!("'{}'", text.replace('\'', "''")));
    match affinity? {
        Affinity::Text | Affinity::Blob => Some(as_text()),
        Affinity::Integer | Affinity::Numeric | Affinity::Real => {
            let (digits, negative) = text.strip_prefix('-').map_or((text, false), |digits| (digits, true));
            match plain_number(digits, negative) {
                Some(number) => Some(Spelling::certain(number)),
                None if text.trim().starts_with(|first: char| first.is_alphabetic()) || text.is_empty() => {
                    Some(as_text())
                }
                None => None,
            }
        }
    }
}

/// A decimal number without needless zeros; `None` for hexadecimal, exponents and what is no number.
fn plain_number(text: &str, negative: bool) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if text.len() > 15 || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    if !(whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::super::canonical_type;
    use super::*;

    #[track_caller]
    fn check(data_type: &str, text: &str, expected: Option<Spelling>) {
        assert_eq!(canonical_default(text, &canonical_type(data_type)), expected, "{data_type} {text}");
    }

    #[test]
    fn what_the_column_stores() {
        check("integer", "'1'", Some(Spelling::certain("1")));
        check("integer", "(-01.0)", Some(Spelling::certain("-1")));
        check("bool", "TRUE", Some(Spelling::certain("1")));
        check("varchar(3)", "1", Some(Spelling::certain("'1'")));
        check("varchar(3)", "\"it's\"", Some(Spelling::certain("'it''s'")));
        check("decimal", ".50", Some(Spelling::certain("0.5")));
        check("datetime", "Current_Timestamp", Some(Spelling::certain("current_timestamp")));
        check("datetime", "(datetime('now'))", Some(Spelling::uncertain("datetime('now')")));
        check("integer", "0x10", Some(Spelling::uncertain("0x10")));
        check("text", "NULL", None);
        check("text", "(null)", None);
    }
}
