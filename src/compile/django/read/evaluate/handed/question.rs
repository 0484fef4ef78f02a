//! Questions for what is there, that followed code asks through a cursor.

use std::rc::Rc;
use std::sync::Arc;

use super::super::branch::Cell;
use super::super::live::*;
use super::super::{Interpreter, operator};
use crate::compile::django::clue::{Clue, Condition, Kind};
use crate::compile::django::read::syntax::tree::Span;
use crate::compile::sql::{self, Answer, Listing, Operand};
use crate::dialect::Dialect;

/// Under which a cursor keeps what its last statement gives, as a list of rows.
const ROWS: &str = "«rows»";

impl Interpreter<'_> {
    /// What `execute(text, parameters)` leaves in the cursor; whether it is a question that is understood.
    pub(super) fn ask_by_cursor(
        &mut self,
        cursor: &Rc<Instance>,
        text: Option<&Live>,
        parameters: Option<&Live>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> bool {
        let row = text.and_then(Live::as_str).and_then(|text| self.row_of(text, parameters, scope, span));
        self.touch(Cell::Names(cursor.attributes.clone()));
        let mut names = cursor.attributes.borrow_mut();
        let is_understood = row.is_some();
        match row {
            Some(row) => names.set(ROWS.into(), Live::list(vec![row])),
            None => names.remove(ROWS),
        }
        is_understood
    }

    /// What is known of `fetchone()` and its like.
    pub(super) fn fetched(&self, cursor: &Instance, method: &str) -> Option<Live> {
        let rows = cursor.attributes.borrow().get(ROWS).cloned()?;
        let Live::List(items) = &rows else { return None };
        match method {
            "fetchall" => Some(Live::list(items.borrow().clone())),
            "fetchone" => items.borrow().first().cloned(),
            _ => None,
        }
    }

    fn row_of(
        &mut self,
        text: &str,
        parameters: Option<&Live>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        if asks_for_version(text) {
            let own = match self.world.dialect {
                Dialect::Postgres => "PostgreSQL",
                Dialect::Mariadb => "MariaDB",
                Dialect::Mysql => "",
                Dialect::Sqlite => return None,
            };
            let clue = Clue::Answer(Arc::new(Clue::Version(own.into())));
            return Some(self.clued(scope, span, "asks the server for its version", clue));
        }
        let question = sql::question(self.world.dialect, text)?;
        let value = |operand: &Operand| -> Option<Arc<str>> {
            let parameter = match operand {
                Operand::Text(text) => return Some(text.as_str().into()),
                Operand::Parameter(at) => match parameters? {
                    Live::List(items) => items.borrow().get(*at).cloned(),
                    Live::Tuple(items) => items.get(*at).cloned(),
                    _ => None,
                },
                Operand::Named(name) => match parameters? {
                    Live::Dict(pairs) => operator::find(&pairs.borrow(), &Live::str(name.as_str())).cloned(),
                    _ => None,
                },
            };
            parameter?.as_str().cloned()
        };
        let kind = match question.of {
            Listing::Tables => Kind::Table,
            Listing::Columns => Kind::Column,
            Listing::Constraints => Kind::Constraint,
        };
        let table = match &question.table {
            Some(table) => value(table)?,
            None if kind == Kind::Column => return None,
            None => "".into(),
        };
        let name_at = if let Answer::Rows(at) = question.answer { at } else { None };
        let handed = self.handed.as_mut()?;
        let listed = handed.listed(kind, table, name_at);
        let clue = match &question.name {
            Some(name) => {
                let asked = Condition::There(handed.ask(&listed, &value(name)?)?);
                match question.answer {
                    Answer::Whether => Clue::Answer(Arc::new(Clue::Holds(asked))),
                    Answer::HowMany => Clue::Answer(Arc::new(Clue::Count(asked))),
                    Answer::Rows(_) => Clue::Found(asked),
                }
            }
            // Of all constraints of all tables nobody asks by name.
            None if kind == Kind::Constraint && listed.table.is_empty() => return None,
            None => match question.answer {
                Answer::Rows(Some(_)) => Clue::Row(listed),
                Answer::Rows(None) | Answer::Whether | Answer::HowMany => return None,
            },
        };
        Some(self.clued(scope, span, "asks the database", clue))
    }
}

fn asks_for_version(text: &str) -> bool {
    let text = text.trim().trim_end_matches(';').to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    matches!(words.as_slice(), ["select", "version()" | "@@version"])
}
