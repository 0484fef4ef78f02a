//! Checks, generating expressions and functional keys in one way of writing.

mod rewritten;

use crate::dialect::token::{Quotes, Token, TokenKind, canonical_name, join, tokens, without_outer_brackets};
use crate::schema::Spelling;

/// Lower case outside of quotes, plain names without backticks, texts between single quotes, no comments, no
/// brackets around the whole, no character set before a text (MySQL writes `_utf8mb4'x'`).
///
/// Never certain: two texts that differ may still mean the same.
pub fn canonical_expression(text: &str) -> Spelling {
    let Some(tokens) = tokens(text, Quotes::MYSQL) else { return Spelling::uncertain(text.trim()) };
    let tokens = without_introducers(without_outer_brackets(&tokens));
    let words = without_outer_brackets(&tokens).iter().map(canonical_token).collect();
    let words = rewritten::rewritten(words);
    Spelling::uncertain(join(words.iter().map(|(kind, text)| (*kind, text.as_str()))))
}

/// Without the names of character sets that stand before a text.
pub fn without_introducers<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    const CHARACTER_SETS: [&str; 5] = ["_utf8mb4", "_utf8mb3", "_utf8", "_latin1", "_ascii"];
    let is_introducer = |token: &Token<'_>| CHARACTER_SETS.iter().any(|name| token.is_word(name));
    let mut kept = Vec::with_capacity(tokens.len());
    for (position, token) in tokens.iter().enumerate() {
        let before_text = tokens.get(position + 1).is_some_and(|next| next.kind == TokenKind::Text);
        if !(before_text && is_introducer(token)) {
            kept.push(*token);
        }
    }
    kept
}

fn canonical_token(token: &Token<'_>) -> (TokenKind, String) {
    let text = match token.kind {
        TokenKind::Word | TokenKind::Number => token.text.to_lowercase(),
        TokenKind::Quoted => return canonical_name(&token.identifier(), '`'),
        TokenKind::Text => match literal(token.text) {
            Some(value) => quoted(&value),
            None => token.text.to_owned(),
        },
        TokenKind::Symbol if token.text == "!=" => "<>".to_owned(),
        TokenKind::Symbol => token.text.to_owned(),
    };
    (token.kind, text)
}

/// The value of a text between single or double quotes; `None` for `x'0a'` and its kind.
/// <https://dev.mysql.com/doc/refman/8.4/en/string-literals.html>
pub fn literal(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
    unescaped(text.strip_prefix(quote)?.strip_suffix(quote)?, Some(quote))
}

/// `text` without its backslashes, and with one of each two `doubled` characters; `None` if a backslash ends it.
pub fn unescaped(text: &str, doubled: Option<char>) -> Option<String> {
    let mut characters = text.chars();
    let mut value = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        if Some(character) == doubled {
            characters.next();
        }
        if character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next()? {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            'r' => value.push('\r'),
            'b' => value.push('\u{8}'),
            '0' => value.push('\0'),
            'Z' => value.push('\u{1a}'),
            // In a pattern of LIKE the backslash counts.
            other @ ('%' | '_') => value.extend(['\\', other]),
            other => value.push(other),
        }
    }
    Some(value)
}

/// The value between single quotes, with the escapes that [`literal`] takes back.
pub fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => text.push_str("''"),
            '\\' if matches!(characters.peek(), Some('%' | '_')) => text.push('\\'),
            '\\' => text.push_str("\\\\"),
            '\0' => text.push_str("\\0"),
            other => text.push(other),
        }
    }
    text.push('\'');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(canonical_expression(text).text(), Some(expected));
    }

    #[test]
    fn one_way_of_writing() {
        check("(`Price` >= 0)", "price >= 0");
        check("(`kind` in (_utf8mb4'a',_utf8mb4'b'))", "kind in ('a', 'b')");
        check("`name` LIKE BINARY 'x%'", "name like binary 'x%'");
        check("`name` like cast('x%' as char charset binary)", "name like binary 'x%'");
        check("`a` IN (1)", "a = 1");
        check("`a` NOT IN (1)", "a not in (1)");
        check("`a` > (`b`) AND f(`a`)", "a > b and f(a)");
        check("NOT (`a` = 1)", "a <> 1");
        check("NOT (`a` IN ('x')) AND NOT (`b` IS NULL)", "a <> 'x' and b is not null");
        // `NOT` binds weaker than a comparison.
        check("NOT (`a` = 1) = 2", "not (a = 1) = 2");
        check("NOT (`a` = 1 AND `b` = 2)", "not (a = 1 and b = 2)");
        check("kind IN (\"a\", 'it\\'s') -- why", "kind in ('a', 'it''s')");
        check("`order` != 3 # three", "`order` <> 3");
        check("`rank` > `primary` and `value` > 0", "`rank` > `primary` and value > 0");
        check("json_valid(`data`)", "json_valid(data)");
        check("length ( `größe` ) > 1", "length(`größe`) > 1");
        check("name like 'a\\_%'", "name like 'a\\_%'");
        check("a = 'not closed", "a = 'not closed");
    }
}
