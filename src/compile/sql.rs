//! What a piece of SQL does to a schema, as far as it can be seen by reading it.
//!
//! ```text
//! text ─split─> statements ─read─> Effect: nothing, steps, or opaque ─complete, against the tables known─> [Operation]
//! ```
//!
//! One reader for each statement of DDL takes it word by word, in the dialect's own quoting and folding of
//! names, and must take all of it: whatever it does not understand makes the statement (of `ALTER TABLE`, the
//! action) [`Effect::Opaque`] with the tables that it names, never less than it does. Nothing here recurses,
//! so that no text, however nested, costs a stack.
//!
//! The text is SQL as the server gets it: a caller whose framework fills in parameters (`%s`, `%%`) does that
//! first.

mod alter;
mod block;
mod collation;
mod column;
mod complete;
mod constraint;
mod copy;
mod cursor;
mod held;
mod index;
mod lexer;
mod names;
mod path;
mod query;
mod question;
mod routine;
mod settings;
mod split;
mod statement;
mod step;
mod survey;
mod table;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub use collation::collations;
pub use complete::{apply, complete, named_in_expressions};
pub use question::{Answer, Listing, Operand, Question, question};
pub use routine::{Objects, makes};
pub use step::{ColumnPart, ConstraintKind, Key, Step, There};
pub use survey::{Survey, survey};

use self::cursor::{Cursor, cut};
use self::path::Path;
use self::split::Piece;
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};
use crate::migration::{MayTouch, MayUndo, Opaque};
use crate::schema::{Name, TableName};

/// A longer text is not read.
pub const MOST_BYTES: usize = 2 << 20;

/// Deeper brackets are not read.
pub const DEEPEST: usize = 200;

/// So many letters of a statement are shown.
const SHOWN: usize = 80;

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Of the text, from 1.
    pub line: u32,
    /// How it begins, in one line, for messages.
    pub text: String,
    pub effect: Effect,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Rows, the session, or objects that no [`crate::schema::Schema`] holds: views, functions, types, roles.
    Nothing,
    Steps(Vec<Step>),
    Opaque(Opaque),
}

type Touched = BTreeSet<TableName>;

/// The statements of `text`, each with what it does.
pub fn read(dialect: Dialect, text: &str) -> Vec<Statement> {
    if text.len() > MOST_BYTES {
        let reason = format!("SQL of more than {} MiB is not read", MOST_BYTES >> 20);
        let effect = Effect::Opaque(Opaque::new(reason, MayTouch::Anything));
        let text = cut(before_texts(&text[..text.floor_char_boundary(4 * SHOWN)]), SHOWN);
        return vec![Statement { line: 1, text, effect }];
    }
    let executed = lexer::executed_comments(dialect, text);
    let text = executed.as_deref().unwrap_or(text);
    let mut before = Before { path: Path::Usual, said: Vec::new() };
    split::split(dialect, text).iter().map(|piece| statement(dialect, piece, &mut before)).collect()
}

/// What a statement has of those before it.
struct Before {
    path: Path,
    /// MySQL: what the texts and bodies do that may be executed.
    said: Vec<Step>,
}

fn statement(dialect: Dialect, piece: &Piece<'_>, before: &mut Before) -> Statement {
    let mut touched = Touched::new();
    let effect = effect(dialect, piece, before, &mut touched).unwrap_or_else(|reason| {
        if touched.is_empty() {
            return Effect::Opaque(Opaque::new(reason, MayTouch::Anything));
        }
        Effect::Steps(vec![unread(&Cursor::new(dialect, &piece.tokens, piece.source), reason, touched)])
    });
    let text = beginning(piece);
    let effect = match effect {
        Effect::Opaque(opaque) => {
            Effect::Opaque(Opaque { reason: format!("SQL `{text}`: {}", opaque.reason), ..opaque })
        }
        Effect::Steps(steps) if steps.is_empty() => Effect::Nothing,
        Effect::Steps(_) | Effect::Nothing => effect,
    };
    Statement { line: piece.line, text, effect }
}

fn effect(
    dialect: Dialect,
    piece: &Piece<'_>,
    before: &mut Before,
    touched: &mut Touched,
) -> Result<Effect, cursor::Unread> {
    if let Some(reason) = piece.broken {
        return Err(reason.to_owned());
    }
    if is_too_deep(piece) {
        return Err(format!("its brackets are deeper than {DEEPEST}"));
    }
    let mut cursor = Cursor::new(dialect, &piece.tokens, piece.source);
    if let Some(effect) = before.path.follow(&cursor) {
        return effect;
    }
    cursor.schema = before.path.schema();
    let run = match dialect {
        Dialect::Postgres => block::steps(&cursor),
        Dialect::Mysql | Dialect::Mariadb => block::of_mysql(&cursor, &mut before.said),
        Dialect::Sqlite => None,
    };
    match run {
        Some(steps) if steps.is_empty() => Ok(Effect::Nothing),
        Some(steps) if block::is_straight(&cursor) => Ok(Effect::Steps(steps)),
        Some(steps) => Ok(Effect::Steps(vec![Step::Perhaps { reason: why(&steps), steps }])),
        None => statement::effect(&mut cursor, touched),
    }
}

fn why(steps: &[Step]) -> String {
    let unseen = steps.iter().find_map(|step| {
        if let Step::Calls { reason, .. } = step {
            return Some(reason.clone());
        }
        if let Step::Opaque(opaque) = step
            && opaque.may_touch == MayTouch::Anything
        {
            return Some(opaque.reason.clone());
        }
        None
    });
    unseen.unwrap_or_else(|| "it may run what it holds, or not".to_owned())
}

/// What was not understood of these tables.
fn unread(whole: &Cursor<'_, '_>, reason: String, tables: Touched) -> Step {
    let drops = whole.rest().first().is_some_and(|verb| verb.is_word("drop") || verb.is_word("rename"));
    let names = whole.rest().iter().filter_map(|token| whole.name_of(token)).collect();
    Step::Unread { reason, tables, names, drops }
}

fn is_too_deep(piece: &Piece<'_>) -> bool {
    let mut depth = 0_usize;
    piece.tokens.iter().any(|token| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        depth > DEEPEST
    })
}

/// For people: without what its texts say, which may be a password that the settings hold.
fn beginning(piece: &Piece<'_>) -> String {
    let mut made = String::new();
    let mut at = 0;
    let first = piece.tokens.first().map_or(0, |it| it.start);
    for (number, token) in piece.tokens.iter().enumerate() {
        if made.len() > 4 * SHOWN {
            return cut(&made, SHOWN);
        }
        // Blanks and comments.
        if token.start - first > at && !made.is_empty() {
            made.push(' ');
        }
        made.push_str(&match token.kind {
            TokenKind::Text => {
                let before = number.checked_sub(1).map(|it| &piece.tokens[it]);
                let is_body = before.is_some_and(|it: &Token<'_>| it.is_word("do") || it.is_word("as"));
                without_content(token.text, is_body)
            }
            TokenKind::Word | TokenKind::Quoted | TokenKind::Number | TokenKind::Symbol => token.text.into(),
        });
        at = token.end() - first;
    }
    if at == 0 || piece.broken.is_some() {
        made.push_str(before_texts(piece.source.get(at..).unwrap_or_default()));
    }
    cut(&made, SHOWN)
}

/// `'…'`; of a body in dollars what stands before the first text in it.
fn without_content(text: &str, is_body: bool) -> Cow<'_, str> {
    let before = before_texts(text);
    match text.strip_prefix('$').and_then(|it| it.find('$')) {
        Some(end) if is_body && before.len() < text.len() => format!("{before}…{}", &text[..end + 2]).into(),
        Some(_) if is_body => text.into(),
        None if text.ends_with("''") && text.len() < 4 => text.into(),
        Some(_) | None => "'…'".into(),
    }
}

fn before_texts(sql: &str) -> &str {
    sql.split(['\'', '"']).next().unwrap_or_default()
}

/// What a column is like hangs on the server; the rest of its table does not.
fn opaque_column(reason: &str, table: &TableName, column: &Name) -> Step {
    let may_touch = MayTouch::Tables([table.clone()].into());
    let may_undo = MayUndo { definitions: [column.clone()].into(), only: true, ..MayUndo::default() };
    Step::Opaque(Opaque { reason: reason.to_owned(), may_touch, may_undo })
}

fn opaque_tables(reason: impl Into<String>, tables: impl IntoIterator<Item = TableName>) -> Step {
    Step::Opaque(Opaque::new(reason, MayTouch::Tables(tables.into_iter().collect())))
}
