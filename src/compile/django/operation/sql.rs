//! `RunSQL`: the text that a server gets, read by [`crate::compile::sql`].

use super::super::arguments::{self, Arguments};
use super::super::project::{Location, Unknown, Value};
use super::{Call, Executor, Sides, Unseen};
use crate::compile::sql;
use crate::dialect::Dialect;
use crate::migration::{MayTouch, Opaque};

impl Executor<'_> {
    pub(super) fn run_sql(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        if call.sides.database {
            let texts = texts(call.value(0, "sql")?, self.context.project.dialect);
            let mut statements = Vec::new();
            let back = self.statements_back(call);
            for text in texts {
                match text {
                    Ok(text) => {
                        let Some(text) = self.with_tables(text) else {
                            self.editor.sql(&std::mem::take(&mut statements));
                            let reason = "RunSQL: what it names was not seen through";
                            self.not_seen(call.at, Opaque::new(reason, MayTouch::Anything), call.sides);
                            continue;
                        };
                        statements.extend(sql::read(self.context.project.dialect, &text));
                        if self.context.project.dialect == Dialect::Postgres {
                            // A copy of another is taken as the server's own are: deterministic.
                            for (name, is_deterministic) in sql::collations(&text) {
                                self.editor.create_collation(&name, is_deterministic.unwrap_or(true));
                            }
                        }
                    }
                    Err(unknown) => {
                        self.editor.sql(&std::mem::take(&mut statements));
                        let reason = match unknown {
                            Some(unknown) => format!("RunSQL `{}`: {}", unknown.text, unknown.reason),
                            None => "RunSQL of something that is no text".to_owned(),
                        };
                        self.not_seen(call.at, Opaque::new(reason, MayTouch::Anything), call.sides);
                    }
                }
            }
            match back {
                Some(back) => self.editor.there_and_back_by_sql(&statements, &back),
                None => self.editor.sql(&statements),
            }
        }
        let Some(state) = call.arguments.get(2, "state_operations") else { return Ok(()) };
        if call.sides.state && !arguments::is_false(state) {
            let Some(operations) = arguments::items(state) else {
                self.tell(call.at, "`state_operations` was not seen through".to_owned());
                return Ok(());
            };
            for operation in operations {
                self.operations += 1;
                self.operation(operation, Sides { state: true, database: false });
            }
        }
        Ok(())
    }

    /// A statement that code may run, or not.
    pub(super) fn perhaps(&mut self, why: &str, run_sql: &Value, at: &Location, sides: Sides) {
        let Value::Object(run_sql) = run_sql else { return };
        let dialect = self.context.project.dialect;
        let arguments = Arguments::of(run_sql);
        if !sides.database {
            return;
        }
        for text in arguments.get(0, "sql").map(|it| texts(it, dialect)).unwrap_or_default() {
            let Some(text) = text.ok().and_then(|it| self.with_tables(it)) else {
                self.not_seen(at, Opaque::new(format!("SQL: {why}"), MayTouch::Anything), sides);
                continue;
            };
            let mut statements = sql::read(dialect, &text);
            for statement in &mut statements {
                if let sql::Effect::Steps(steps) = &mut statement.effect {
                    let steps = std::mem::take(steps);
                    let perhaps = sql::Step::Perhaps { reason: why.to_owned(), steps };
                    statement.effect = sql::Effect::Steps(vec![perhaps]);
                }
            }
            self.editor.sql(&statements);
        }
    }

    /// What `reverse_sql` says, where all of it was seen; without it Django refuses to take the migration back.
    fn statements_back(&mut self, call: Call<'_>) -> Option<Vec<sql::Statement>> {
        let dialect = self.context.project.dialect;
        let value = call.arguments.get(1, "reverse_sql").filter(|it| !matches!(it, Value::None));
        let Some(value) = value else {
            self.editor.never_returns();
            return None;
        };
        let mut statements = Vec::new();
        for text in texts(value, dialect) {
            statements.extend(sql::read(dialect, &self.with_tables(text.ok()?)?));
        }
        Some(statements)
    }
}

/// One text, or a list of texts and of pairs of text and parameters: `RunSQL._run_sql`. What was not seen
/// through stands in its place.
fn texts(value: &Value, dialect: Dialect) -> Vec<Result<String, Option<&Unknown>>> {
    match value {
        Value::Str(text) => vec![Ok(match dialect {
            Dialect::Mysql | Dialect::Mariadb => with_comments_of_sqlparse(text),
            Dialect::Postgres | Dialect::Sqlite => text.to_string(),
        })],
        // `RunSQL.noop`.
        Value::Name(_) | Value::None => Vec::new(),
        Value::List(items) | Value::Tuple(items) => {
            items.iter().map(|item| statement(item, dialect)).collect()
        }
        other => vec![Err(unknown(other))],
    }
}

/// Before MySQL gets a script, `prepare_sql_script` of django/db/backends/base/operations.py has sqlparse take its comments
/// out, for which `--` begins one whatever follows; MySQL itself wants a blank there.
fn with_comments_of_sqlparse(text: &str) -> String {
    let mut made = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let to_line = |from: usize| rest[from..].find('\n').map_or(rest.len(), |at| from + at);
        let taken = if let Some(behind) = rest.strip_prefix("--") {
            made.push_str("-- ");
            let end = to_line(2);
            made.push_str(&behind[..end - 2]);
            rest = &rest[end..];
            continue;
        } else if rest.starts_with("# ") {
            to_line(0)
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if matches!(first, '\'' | '"' | '`') {
            quoted(rest, first)
        } else {
            first.len_utf8()
        };
        made.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    made
}

/// The length of a quoted text, to its end at most.
fn quoted(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        if character == quote {
            return at + quote.len_utf8();
        }
        if character == '\\' && quote != '`' {
            characters.next();
        }
    }
    text.len()
}

fn statement(item: &Value, dialect: Dialect) -> Result<String, Option<&Unknown>> {
    match item {
        Value::Str(text) => Ok(text.to_string()),
        Value::List(pair) | Value::Tuple(pair) => match pair.as_slice() {
            [Value::Str(text)] | [Value::Str(text), Value::None] => Ok(text.to_string()),
            [Value::Str(text), parameters] => {
                let filled = fill(text, parameters, dialect);
                let is_of_rows =
                    || sql::read(dialect, &filled).iter().all(|it| it.effect == sql::Effect::Nothing);
                match lacking(text, parameters) {
                    Some(lacking) if !is_of_rows() => Err(unknown(lacking)),
                    _ => Ok(filled),
                }
            }
            [first, ..] => Err(unknown(first)),
            [] => Ok(String::new()),
        },
        other => Err(unknown(other)),
    }
}

fn unknown(value: &Value) -> Option<&Unknown> {
    if let Value::Unknown(unknown) = value { Some(unknown) } else { None }
}

/// A parameter that was not seen through, which a default may hold, or all of them.
fn lacking<'v>(text: &str, parameters: &'v Value) -> Option<&'v Value> {
    match arguments::items(parameters) {
        Some(items) => items.iter().find(|it| matches!(it, Value::Unknown(_))),
        None => Some(parameters).filter(|_| text.contains("%s")),
    }
}

/// `%s` with its parameter, as the server gets it; a parameter that was not seen through is NULL.
fn fill(text: &str, parameters: &Value, dialect: Dialect) -> String {
    let mut parameters = arguments::items(parameters).unwrap_or_default().iter();
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("%s") {
            filled.push_str(&literal(parameters.next(), dialect));
            rest = after;
        } else {
            filled.push('%');
            rest = rest.strip_prefix("%%").unwrap_or(&rest[1..]);
        }
    }
    filled + rest
}

fn literal(value: Option<&Value>, dialect: Dialect) -> String {
    match value {
        Some(Value::Str(text)) => dialect.quote_literal(text),
        Some(Value::Int(number)) => number.to_string(),
        Some(Value::Float(number)) => number.to_string(),
        Some(Value::Bool(true)) => "TRUE".to_owned(),
        Some(Value::Bool(false)) => "FALSE".to_owned(),
        _ => "NULL".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `--drop it`, and `----` above a statement: django-hordak.
    #[test]
    fn a_comment_needs_no_blank_where_sqlparse_takes_it_out() {
        for (text, expected) in [
            ("----\nCREATE TABLE a (b int)", "-- --\nCREATE TABLE a (b int)"),
            ("SELECT '--x', \"it\\\"s--\", `--y` --z", "SELECT '--x', \"it\\\"s--\", `--y` -- z"),
            ("/* --a */ # --b\n-- c", "/* --a */ # --b\n--  c"),
            ("'open --", "'open --"),
        ] {
            assert_eq!(with_comments_of_sqlparse(text), expected);
        }
    }

    #[test]
    fn parameters_are_filled_in_as_the_server_gets_them() {
        let parameters = Value::List(vec![Value::Str("it's".into()), Value::Int(3)]);
        let filled = fill("UPDATE t SET a = %s, b = %s WHERE c LIKE 'x%%'", &parameters, Dialect::Postgres);
        assert_eq!(filled, "UPDATE t SET a = 'it''s', b = 3 WHERE c LIKE 'x%'");
    }
}
