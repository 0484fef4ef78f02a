//! Statements that stand within others: in the body of a block, and in texts that are executed.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::step::Step;
use super::{MayTouch, Opaque, Touched, query, routine, split, statement};
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};
use crate::schema::Name;

/// Statements within a body that may change a schema; others change rows and variables.
const VERBS: [&str; 9] =
    ["alter", "call", "create", "drop", "execute", "perform", "rename", "select", "with"];

const DDL: [&str; 4] = ["alter", "create", "drop", "rename"];
const ROWS: [&str; 4] = ["analyze", "delete", "insert", "update"];

/// Stands in a text where a name is put in when it runs.
pub(super) const PUT_IN: &str = "_put_in_";

/// What the statements of a body do, if they are run: `IF x THEN ALTER TABLE …; END IF`.
pub(super) fn in_body(dialect: Dialect, body: &str, schema: Option<&Name>) -> Vec<Step> {
    const BEFORE: [&str; 4] = ["then", "else", "begin", "loop"];
    let is_verb = |token: &Token<'_>| VERBS.iter().any(|verb| token.is_word(verb));
    let mut steps = Vec::new();
    // A variable, which holds what texts of the body are put together to.
    let mut runs_unseen = None;
    let pieces = split::split(dialect, body);
    for piece in &pieces {
        if piece.broken.is_some() {
            steps.push(anything("it is not closed"));
            continue;
        }
        let begins = |at: usize| match at.checked_sub(1) {
            None => true,
            Some(before) => BEFORE.iter().any(|word| piece.tokens[before].is_word(word)),
        };
        let start = (0..piece.tokens.len()).find(|at| begins(*at) && is_verb(&piece.tokens[*at]));
        let Some(start) = start else { continue };
        let source = &piece.source[piece.tokens[start].start - piece.tokens[0].start..];
        let mut cursor = Cursor::new(dialect, &piece.tokens[start..], source);
        cursor.schema = schema.cloned();
        if cursor.is("execute") && joined(&cursor.rest()[1..]).as_str() == PUT_IN {
            runs_unseen = Some(cursor.clone());
        }
        in_statement(&mut cursor, &mut steps);
    }
    if let Some(cursor) = runs_unseen {
        for text in texts_of(dialect, body).into_iter().filter(|it| begins_with(it, &DDL)) {
            // What is put behind it.
            let open = if text.ends_with(char::is_whitespace) { PUT_IN } else { "" };
            steps.extend(said_by(&cursor, &[&*text, open].concat()));
        }
    }
    for step in &mut steps {
        if let Step::DropIndex { name, .. } = step
            && name.contains(PUT_IN)
        {
            *step = Step::DropSomeIndexes { name: name.clone(), said: words_of_texts(dialect, body) };
        }
    }
    steps
}

/// `pg_indexes WHERE tablename = 'doc'`: what the texts of a body name.
fn words_of_texts(dialect: Dialect, body: &str) -> BTreeSet<Name> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let texts = texts_of(dialect, body);
    let words = texts.iter().flat_map(|it| it.split(|letter| !is_word(letter)));
    words.filter(|it| !it.is_empty()).map(Into::into).collect()
}

fn texts_of(dialect: Dialect, body: &str) -> Vec<String> {
    let pieces = split::split(dialect, body);
    let texts = pieces.iter().flat_map(|it| &it.tokens).filter(|it| it.kind == TokenKind::Text);
    texts.map(|it| content(it.text)).collect()
}

fn in_statement(cursor: &mut Cursor<'_, '_>, steps: &mut Vec<Step>) {
    if cursor.take("execute") {
        cursor.take("immediate");
        steps.extend(in_texts(cursor));
    } else if cursor.is_any(&DDL) {
        steps.extend(of(cursor));
    } else {
        // PERFORM is a SELECT, and INTO a variable: neither of the two makes a table here.
        match query::stranger(cursor.rest()) {
            Some(function) => steps.push(match routine::called(cursor) {
                Some(calls) if cursor.dialect == Dialect::Postgres => calls,
                _ => anything(&format!("what {function}() does is not known")),
            }),
            None if cursor.is("call") => steps.push(anything("what it calls is not followed")),
            None => {}
        }
    }
}

/// What one statement does.
fn of(cursor: &mut Cursor<'_, '_>) -> Vec<Step> {
    let mut touched = Touched::new();
    let whole = cursor.clone();
    match statement::effect(cursor, &mut touched) {
        Ok(super::Effect::Steps(steps)) => steps,
        Ok(super::Effect::Opaque(opaque)) => vec![Step::Opaque(opaque)],
        Ok(super::Effect::Nothing) => Vec::new(),
        Err(reason) => vec![super::unread(&whole, reason, touched)],
    }
}

/// What the texts say that are put together and executed here: `EXECUTE format('ALTER TABLE t DROP CONSTRAINT %I', x)`.
fn in_texts(cursor: &Cursor<'_, '_>) -> Vec<Step> {
    let text = joined(cursor.rest());
    if begins_with(&text, &DDL) {
        said_by(cursor, &text)
    } else if begins_with(&text, &ROWS) {
        Vec::new()
    } else {
        vec![anything("what it runs is not followed")]
    }
}

/// The texts among these words that are statements which change a schema: MySQL's `SET @s = IF(x, 'ALTER TABLE …', 'SELECT 1')`.
pub(super) fn among_texts(cursor: &Cursor<'_, '_>) -> Vec<Step> {
    let tokens = cursor.rest();
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let end = match token.is_word("concat") {
            true => crate::dialect::token::after_group(tokens, at + 1).unwrap_or(at + 1),
            false => at + 1,
        };
        let text = joined(&tokens[at..end]);
        if begins_with(&text, &DDL) {
            steps.extend(said_by(cursor, &text));
        }
        at = end;
    }
    steps
}

fn said_by(cursor: &Cursor<'_, '_>, text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for piece in split::split(cursor.dialect, text) {
        let mut inner = Cursor::new(cursor.dialect, &piece.tokens, piece.source);
        inner.schema.clone_from(&cursor.schema);
        if inner.is_any(&DDL) {
            steps.extend(of(&mut inner));
        }
    }
    steps
}

fn begins_with(text: &str, verbs: &[&str]) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    verbs.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// The texts one behind the other, with [`PUT_IN`] for what is no text. Of `format` and `concat` all stands in the brackets.
fn joined(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut is_format = false;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let opens = tokens.get(at + 1).is_some_and(|next| next.is_symbol("("));
        if token.is_word("using") || token.is_word("into") {
            break;
        }
        match token.kind {
            TokenKind::Text if is_format => {
                text.push_str(&filled(&content(token.text)));
                // What is put in follows.
                break;
            }
            TokenKind::Text => text.push_str(&content(token.text)),
            TokenKind::Word if opens && (token.is_word("format") || token.is_word("concat")) => {
                is_format |= token.is_word("format");
            }
            TokenKind::Word | TokenKind::Quoted | TokenKind::Number => {
                if !text.ends_with(PUT_IN) {
                    text.push_str(PUT_IN);
                }
                if opens {
                    at = crate::dialect::token::after_group(tokens, at + 1).unwrap_or(tokens.len());
                    continue;
                }
            }
            // A query of its own, of which no text belongs to the statement.
            TokenKind::Symbol
                if token.is_symbol("(") && tokens.get(at + 1).is_some_and(|it| it.is_word("select")) =>
            {
                text.push_str(PUT_IN);
                at = crate::dialect::token::after_group(tokens, at).unwrap_or(tokens.len());
                continue;
            }
            TokenKind::Symbol => {}
        }
        at += 1;
    }
    text
}

/// `%I`, `%s`, `%L` and `%1$I` of PostgreSQL's `format`.
fn filled(format: &str) -> String {
    let mut parts = format.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit() || it == '$');
        text.push_str(PUT_IN);
        text.push_str(rest.strip_prefix(['I', 's', 'L']).unwrap_or(rest));
    }
    text
}

/// What a literal says.
pub(super) fn content(text: &str) -> String {
    if let Some(end) = text.strip_prefix('$').and_then(|it| it.find('$')) {
        let tag = &text[..end + 2];
        return text[tag.len()..].strip_suffix(tag).unwrap_or_default().to_owned();
    }
    let inside = text.trim_start_matches(|it: char| it.is_ascii_alphabetic());
    let quote = inside.chars().next().unwrap_or('\'');
    let inside = inside.strip_prefix(quote).and_then(|it| it.strip_suffix(quote)).unwrap_or_default();
    inside.replace(&format!("{quote}{quote}"), &quote.to_string())
}

fn anything(reason: &str) -> Step {
    Step::Opaque(Opaque::new(reason, MayTouch::Anything))
}
