//! Questions for what is there, which code asks the server's own catalog: `SELECT … FROM information_schema.columns WHERE …`.
//!
//! Only the plainest are understood: one catalog, and a condition that is a row of equalities. Whoever asks anything else
//! gets no answer.

use super::cursor::Cursor;
use super::split;
use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind, after_group};

/// What there is of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    Tables,
    Columns,
    /// Of constraints and indexes.
    Constraints,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub of: Listing,
    pub table: Option<Operand>,
    /// `None` where all of them are asked for.
    pub name: Option<Operand>,
    pub answer: Answer,
}

/// What something is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    Text(String),
    /// The parameter at this position, from 0.
    Parameter(usize),
    /// `%(name)s`
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One row: true or false.
    Whether,
    /// One row: a number.
    HowMany,
    /// The rows; which of their elements is the name.
    Rows(Option<usize>),
}

/// A catalog, and how it calls what it lists.
struct Catalog {
    of: Listing,
    name: &'static str,
    table: Option<&'static str>,
}

fn catalog(name: &str) -> Option<Catalog> {
    let name = name.strip_prefix("pg_catalog.").unwrap_or(name);
    let (of, name, table) = match name {
        "information_schema.tables" => (Listing::Tables, "table_name", None),
        "information_schema.columns" => (Listing::Columns, "column_name", Some("table_name")),
        "information_schema.table_constraints"
        | "information_schema.constraint_column_usage"
        | "information_schema.key_column_usage"
        | "information_schema.referential_constraints" => {
            (Listing::Constraints, "constraint_name", Some("table_name"))
        }
        "information_schema.statistics" => (Listing::Constraints, "index_name", Some("table_name")),
        "pg_tables" => (Listing::Tables, "tablename", None),
        "pg_indexes" => (Listing::Constraints, "indexname", Some("tablename")),
        "pg_constraint" => (Listing::Constraints, "conname", None),
        "pg_attribute" => (Listing::Columns, "attname", None),
        // What it lists is said by `type`.
        "sqlite_master" | "sqlite_schema" => (Listing::Tables, "name", None),
        _ => return None,
    };
    Some(Catalog { of, name, table })
}

/// The question that one statement is.
pub fn question(dialect: Dialect, text: &str) -> Option<Question> {
    let pieces = split::split(dialect, text);
    let [piece] = pieces.as_slice() else { return None };
    if piece.broken.is_some() {
        return None;
    }
    let mut cursor = Cursor::new(dialect, &piece.tokens, piece.source);
    let mut parameters = 0;
    if cursor.take("pragma") {
        return pragma(&mut cursor, &mut parameters);
    }
    if cursor.take("show") {
        return show(&mut cursor, &mut parameters);
    }
    let question = select(&mut cursor, &mut parameters)?;
    cursor.is_done().then_some(question)
}

/// `table_info(name)`: cid, name, type, …; `index_list(name)`: seq, name, …
fn pragma(cursor: &mut Cursor<'_, '_>, parameters: &mut usize) -> Option<Question> {
    let of = match () {
        () if cursor.take("table_info") || cursor.take("table_xinfo") => Listing::Columns,
        () if cursor.take("index_list") => Listing::Constraints,
        () => return None,
    };
    let is_in_brackets = cursor.take_symbol("(");
    if !is_in_brackets && !cursor.take_symbol("=") {
        return None;
    }
    let table =
        operand(cursor, parameters).or_else(|| Some(Operand::Text(cursor.name().ok()?.to_string())))?;
    let closed = !is_in_brackets || cursor.take_symbol(")");
    (closed && cursor.is_done()).then_some(Question {
        of,
        table: Some(table),
        name: None,
        answer: Answer::Rows(Some(1)),
    })
}

/// MySQL's `SHOW TABLES LIKE 'name'`, `SHOW COLUMNS FROM table [LIKE 'name']`, `SHOW INDEX FROM table WHERE Key_name = 'name'`.
fn show(cursor: &mut Cursor<'_, '_>, parameters: &mut usize) -> Option<Question> {
    cursor.take("full");
    let (of, name_at) = match () {
        () if cursor.take("tables") => (Listing::Tables, 0),
        () if cursor.take_any(&["columns", "fields"]) => (Listing::Columns, 0),
        () if cursor.take_any(&["index", "indexes", "keys"]) => (Listing::Constraints, 2),
        () => return None,
    };
    let table = match of {
        Listing::Tables => None,
        Listing::Columns | Listing::Constraints => {
            cursor.take_any(&["from", "in"]).then_some(())?;
            Some(Operand::Text(cursor.name().ok()?.to_string()))
        }
    };
    let has_name = cursor.take("like")
        || cursor.take("where")
            && cursor.take_any(&["field", "key_name"])
            && (cursor.take_symbol("=") || cursor.take("like"));
    let name = if has_name {
        let name = operand(cursor, parameters)?;
        // `_` stands for any letter, which makes no difference to names that are there or not by intent.
        if matches!(&name, Operand::Text(text) if text.contains('%')) {
            return None;
        }
        Some(name)
    } else {
        None
    };
    cursor.is_done().then_some(Question { of, table, name, answer: Answer::Rows(Some(name_at)) })
}

fn select(cursor: &mut Cursor<'_, '_>, parameters: &mut usize) -> Option<Question> {
    if !cursor.take("select") {
        return None;
    }
    if cursor.is("exists") {
        cursor.take("exists");
        if !cursor.take_symbol("(") {
            return None;
        }
        let inner = select(cursor, parameters)?;
        if !cursor.take_symbol(")") {
            return None;
        }
        named_as(cursor);
        return (inner.name.is_some() && inner.answer != Answer::Whether)
            .then_some(Question { answer: Answer::Whether, ..inner });
    }
    let (columns, is_count) = columns(cursor)?;
    let mut source = cursor.next()?.text.to_lowercase();
    while cursor.take_symbol(".") {
        source = format!("{source}.{}", cursor.next()?.text.to_lowercase());
    }
    let catalog = catalog(&source)?;
    // An alias.
    cursor.take("as");
    if !cursor.is_any(&["where", "order", "limit", "group"])
        && cursor.peek().is_some_and(|it| it.kind == TokenKind::Word)
    {
        cursor.next();
    }
    let mut question = Question { of: catalog.of, table: None, name: None, answer: Answer::HowMany };
    if !is_count {
        let at = columns.iter().position(|it| it == catalog.name);
        question.answer = Answer::Rows(at);
    }
    if cursor.take("where") {
        loop {
            equality(cursor, parameters, &catalog, &mut question)?;
            if !cursor.take("and") {
                break;
            }
        }
    }
    if cursor.take_all("order by") {
        while cursor
            .peek()
            .is_some_and(|it| it.kind != TokenKind::Symbol || it.is_symbol(",") || it.is_symbol("."))
            && !cursor.is("limit")
        {
            cursor.next();
        }
    }
    if cursor.take("limit") {
        cursor.next();
        // One of many says nothing of the others.
        question.name.as_ref()?;
    }
    Some(question)
}

/// What is selected, up to `FROM`: the columns by their lower-case names, and whether they are counted.
fn columns(cursor: &mut Cursor<'_, '_>) -> Option<(Vec<String>, bool)> {
    cursor.take("distinct");
    if cursor.take("count") {
        let end = after_group(cursor.rest(), 0)?;
        cursor.take_exactly(end).ok()?;
        named_as(cursor);
        return cursor.take("from").then_some((Vec::new(), true));
    }
    let mut columns = Vec::new();
    if cursor.take("from") {
        return Some((columns, false));
    }
    loop {
        let mut name = cursor.next()?.text.to_lowercase();
        while cursor.take_symbol(".") {
            name = cursor.next()?.text.to_lowercase();
        }
        columns.push(name);
        named_as(cursor);
        if cursor.take("from") {
            return Some((columns, false));
        }
        if !cursor.take_symbol(",") {
            return None;
        }
    }
}

fn named_as(cursor: &mut Cursor<'_, '_>) {
    if cursor.take("as") {
        cursor.next();
    }
}

/// `column = 'it'`, or a condition that says nothing of names.
fn equality(
    cursor: &mut Cursor<'_, '_>,
    parameters: &mut usize,
    catalog: &Catalog,
    question: &mut Question,
) -> Option<()> {
    if cursor.take("pg_table_is_visible") {
        let end = after_group(cursor.rest(), 0)?;
        return cursor.take_exactly(end).ok().map(|_| ());
    }
    // A column that was dropped bears no name that anybody gave.
    if cursor.take_all("not attisdropped") {
        return Some(());
    }
    let mut column = cursor.next()?.text.to_lowercase();
    while cursor.take_symbol(".") {
        column = cursor.next()?.text.to_lowercase();
    }
    let column = column.trim_matches(['"', '`']);
    if matches!(column, "attrelid" | "conrelid") && cursor.take_symbol("=") {
        question.table = Some(relation(cursor, parameters)?);
        return Some(());
    }
    if !cursor.take_symbol("=") {
        return None;
    }
    let is_of_schema = ["table_schema", "schemaname", "constraint_schema", "table_catalog", "index_schema"];
    if is_of_schema.contains(&column) {
        return schema(cursor, parameters);
    }
    let value = operand(cursor, parameters)?;
    match column {
        "type" if catalog.name == "name" => {
            question.of = match &value {
                Operand::Text(kind) if kind == "table" => Listing::Tables,
                Operand::Text(kind) if kind == "index" => Listing::Constraints,
                _ => return None,
            };
        }
        "table_type" if value == Operand::Text("BASE TABLE".into()) => {}
        // A name is of one type.
        "constraint_type" | "contype" => {}
        "tbl_name" if catalog.name == "name" => question.table = Some(value),
        column if column == catalog.name => question.name = Some(value),
        column if Some(column) == catalog.table => question.table = Some(value),
        _ => return None,
    }
    Some(())
}

/// `'name'::regclass`, or `(SELECT oid FROM pg_class WHERE relname = 'name')`.
fn relation(cursor: &mut Cursor<'_, '_>, parameters: &mut usize) -> Option<Operand> {
    if cursor.take_symbol("(") {
        let is_asked = cursor.take_all("select oid from pg_class where relname") && cursor.take_symbol("=");
        let name = operand(cursor, parameters).filter(|_| is_asked)?;
        return cursor.take_symbol(")").then_some(name);
    }
    let name = operand(cursor, parameters)?;
    (cursor.take_symbol("::") && cursor.take("regclass")).then_some(name)
}

/// The schema that a bare name is looked for in, most likely: `current_schema()`, `DATABASE()`, `'public'`, a parameter.
fn schema(cursor: &mut Cursor<'_, '_>, parameters: &mut usize) -> Option<()> {
    if cursor.take_any(&["current_schema", "current_database", "database", "schema"]) {
        if cursor.is_symbol("(") {
            let end = after_group(cursor.rest(), 0)?;
            cursor.take_exactly(end).ok()?;
        }
        return Some(());
    }
    match operand(cursor, parameters)? {
        Operand::Text(name) => (name == "public").then_some(()),
        Operand::Parameter(_) | Operand::Named(_) => Some(()),
    }
}

/// A text or a parameter.
fn operand(cursor: &mut Cursor<'_, '_>, parameters: &mut usize) -> Option<Operand> {
    let first = cursor.peek()?;
    if first.kind == TokenKind::Text {
        cursor.next();
        return Some(Operand::Text(first.identifier()));
    }
    if cursor.take_symbol("?") {
        *parameters += 1;
        return Some(Operand::Parameter(*parameters - 1));
    }
    if !first.is_symbol("%") {
        return None;
    }
    let symbol =
        |at: usize, it: &str| cursor.peek_at(at).is_some_and(|token: &Token<'_>| token.is_symbol(it));
    if cursor.peek_at(1).is_some_and(|it| it.text == "s") {
        cursor.take_exactly(2).ok()?;
        *parameters += 1;
        return Some(Operand::Parameter(*parameters - 1));
    }
    let name = cursor.peek_at(2).map(|it| it.text.to_owned())?;
    let is_named = symbol(1, "(") && symbol(3, ")") && cursor.peek_at(4).is_some_and(|it| it.text == "s");
    if !is_named {
        return None;
    }
    cursor.take_exactly(5).ok()?;
    Some(Operand::Named(name))
}
