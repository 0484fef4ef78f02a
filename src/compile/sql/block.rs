//! PostgreSQL's `DO` blocks that make types, extensions and their like, where these are not there: nothing that is compared.

use super::cursor::Cursor;

/// With one of these words a block may do anything, or something to a table.
const DOES_MORE: [&str; 22] = [
    "alter",
    "call",
    "comment",
    "copy",
    "delete",
    "drop",
    "execute",
    "foreach",
    "function",
    "import",
    "index",
    "insert",
    "into",
    "materialized",
    "perform",
    "procedure",
    "rename",
    "schema",
    "table",
    "truncate",
    "update",
    "view",
];

/// What may stand before a bracket and is no function of somebody's.
const NO_FUNCTION: [&str; 12] =
    ["and", "as", "char", "check", "enum", "exists", "if", "in", "not", "numeric", "or", "varchar"];

/// Whether a `DO` at the cursor changes no table.
pub(super) fn is_harmless(cursor: &Cursor<'_, '_>) -> bool {
    let mut at = 1;
    if cursor.peek_at(at).is_some_and(|it| it.is_word("language")) {
        at += 2;
    }
    let Some(body) = cursor.peek_at(at).and_then(|it| inside(it.text)) else { return false };
    let rest = [cursor.peek_at(at + 1), cursor.peek_at(at + 2)];
    let is_plain = match rest {
        [None, _] => at == 1 || cursor.peek_at(2).is_some_and(|it| it.is_word("plpgsql")),
        [Some(language), Some(name)] => {
            language.is_word("language") && name.is_word("plpgsql") && cursor.peek_at(at + 3).is_none()
        }
        [Some(_), None] => false,
    };
    is_plain && does_no_more(body)
}

/// The text between two dollar quotes.
fn inside(text: &str) -> Option<&str> {
    let end = text.strip_prefix('$')?.find('$')? + 2;
    let quote = &text[..end];
    text[end..].strip_suffix(quote)
}

fn does_no_more(body: &str) -> bool {
    let lower = body.to_lowercase();
    // What stands in a comment or in double quotes is left to a person.
    if lower.contains("--") || lower.contains("/*") || lower.contains('"') {
        return false;
    }
    // Texts are no code, as long as nobody executes them.
    let code: Vec<&str> = lower.split('\'').step_by(2).collect();
    let code = code.join(" '' ");
    let is_letter = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
    let mut words = code.split(|it: char| !is_letter(it)).filter(|it| !it.is_empty());
    if words.any(|it| DOES_MORE.contains(&it)) {
        return false;
    }
    code.match_indices('(').all(|(at, _)| {
        let before = code[..at].trim_end();
        let word = before.rsplit(|it: char| !is_letter(it)).next().unwrap_or_default();
        word.is_empty() || NO_FUNCTION.contains(&word)
    })
}

#[cfg(test)]
mod tests {
    use super::{does_no_more, inside};

    #[test]
    fn what_a_block_does() {
        for body in [
            "BEGIN CREATE TYPE mood AS ENUM ('a', 'table'); EXCEPTION WHEN duplicate_object THEN null; END",
            "BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN CREATE TYPE mood AS ENUM ('it''s'); END IF; END",
            "BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm; END",
            "",
        ] {
            assert!(does_no_more(body), "{body}");
        }
        for body in [
            "BEGIN ALTER TABLE a ADD b int; END",
            "BEGIN EXECUTE 'DROP ' || 'TABLE a'; END",
            "BEGIN PERFORM f(); END",
            "DECLARE x int := f(1); BEGIN END",
            "BEGIN SELECT a.b (1) FROM c; END",
            "BEGIN -- '\nDROP TABLE a; -- '\nEND",
            "BEGIN CREATE TABLE a (b int); END",
        ] {
            assert!(!does_no_more(body), "{body}");
        }
        assert_eq!(inside("$$ a $$"), Some(" a "));
        assert_eq!(inside("$x$ $$ $x$"), Some(" $$ "));
        assert_eq!(inside("'a'"), None);
        assert_eq!(inside("$$"), None);
    }
}
