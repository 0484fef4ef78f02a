//! Blocks, which run what they hold or not; and those that make types, extensions and their like, where these are not
//! there: nothing that is compared.

use super::cursor::Cursor;
use super::held;
use super::step::Step;
use crate::dialect::Dialect;

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

/// What a `DO` at the cursor holds.
pub(super) fn steps(cursor: &Cursor<'_, '_>) -> Option<Vec<Step>> {
    if !cursor.is("do") || is_harmless(cursor) {
        return None;
    }
    let body = body(cursor)?;
    Some(held::in_body(cursor.dialect, body, cursor.schema.as_ref()))
}

/// What MySQL's `EXECUTE` and `CALL` run: `said` are the texts and bodies that the statements before have made.
pub(super) fn of_mysql(cursor: &Cursor<'_, '_>, said: &mut Vec<Step>) -> Option<Vec<Step>> {
    let tokens = cursor.rest();
    if cursor.is_any(&["set", "prepare", "select"]) {
        said.extend(held::among_texts(cursor));
    } else if cursor.is("create") && tokens.iter().take(FAR).any(|it| it.is_word("procedure")) {
        let begin = tokens.iter().position(|it| it.is_word("begin"))?;
        let mut behind = cursor.clone();
        behind.take_exactly(begin).ok()?;
        said.extend(held::in_body(cursor.dialect, behind.text(), cursor.schema.as_ref()));
    } else if cursor.is("execute") && cursor.peek_at(1).is_some_and(|it| it.is_word("immediate")) {
        let mut behind = cursor.clone();
        behind.take_exactly(2).ok()?;
        let mut steps = held::among_texts(&behind);
        steps.append(&mut said.clone());
        return (!steps.is_empty()).then_some(steps);
    } else if cursor.is_any(&["execute", "call"]) && !said.is_empty() {
        return Some(said.clone());
    }
    None
}

/// Whether all of a `DO` at the cursor is run, one statement after the other.
pub(super) fn is_straight(cursor: &Cursor<'_, '_>) -> bool {
    const TURNS: [&str; 9] =
        ["case", "exception", "execute", "exit", "if", "loop", "perform", "raise", "return"];
    let Some(body) = body(cursor).filter(|_| cursor.is("do")) else { return false };
    let words = body.split(|it: char| !(it.is_alphanumeric() || it == '_'));
    // IF [NOT] EXISTS of a statement looks like a turn too, and costs no more than to be told.
    !words.into_iter().any(|word| TURNS.iter().any(|turn| word.eq_ignore_ascii_case(turn)))
}

/// `DROP FUNCTION [IF EXISTS] f(int), g CASCADE`, behind `DROP`.
pub(super) fn dropped_with_users(cursor: &mut Cursor<'_, '_>) -> Option<Step> {
    let are_types = cursor.take_any(&["type", "domain"]);
    if !are_types && !cursor.take_any(&["aggregate", "function", "procedure", "routine"]) {
        return None;
    }
    cursor.take_all("if exists");
    let mut names = Vec::new();
    loop {
        let name = cursor.table().ok()?;
        // One of the same name in another schema is of no column that is known here.
        if are_types && name.schema.is_some_and(|it| *it != *"public") {
            return None;
        }
        names.push(name.name);
        if cursor.is_symbol("(") {
            cursor.skip_group().ok()?;
        }
        if !cursor.take_symbol(",") {
            break;
        }
    }
    let is_all = cursor.take("cascade") && cursor.is_done();
    is_all.then_some(if are_types { Step::DropTypes { names } } else { Step::DropRoutines { names } })
}

/// How far behind CREATE its kind may stand.
const FAR: usize = 8;

/// Whether a `DO` at the cursor changes no table.
pub(super) fn is_harmless(cursor: &Cursor<'_, '_>) -> bool {
    match cursor.dialect {
        Dialect::Postgres => body(cursor).is_some_and(does_no_more),
        Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite => false,
    }
}

/// What a `DO` of plpgsql runs.
fn body<'a>(cursor: &Cursor<'_, 'a>) -> Option<&'a str> {
    let mut at = 1;
    if cursor.peek_at(at).is_some_and(|it| it.is_word("language")) {
        at += 2;
    }
    let body = cursor.peek_at(at).and_then(|it| inside(it.text))?;
    let rest = [cursor.peek_at(at + 1), cursor.peek_at(at + 2)];
    let is_plain = match rest {
        [None, _] => at == 1 || cursor.peek_at(2).is_some_and(|it| it.is_word("plpgsql")),
        [Some(language), Some(name)] => {
            language.is_word("language") && name.is_word("plpgsql") && cursor.peek_at(at + 3).is_none()
        }
        [Some(_), None] => false,
    };
    is_plain.then_some(body)
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
