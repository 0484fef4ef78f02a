//! What stands for the schema editor, a connection and its cursor, and what is asked of them.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::outside::longest_name;
use super::state::{OF_STATE, is_change, of_state};
use super::{ASKED_OF_STATE, EDITOR, STATE, in_order};
use crate::compile::django::clue::{Clue, Kind};
use crate::compile::django::read::syntax::tree::Span;
use crate::dialect::Dialect;

const CONNECTION: &str = "django.db.connection";
/// The class of what stands for a cursor.
const CURSOR: &str = "django.db.connection.cursor";

/// The schema editor, a connection or a cursor, or a part of one of them.
pub fn is_stand_in(value: &Live) -> bool {
    match value {
        Live::Name(path) => {
            [EDITOR, STATE].contains(&&**path)
                || of_editor(path).is_some()
                || of_connection(path).is_some()
                || of_state(path).is_some_and(is_change)
        }
        Live::Instance(it) => is_cursor(it),
        Live::List(items) => items.borrow().iter().any(|it| matches!(it, Live::Name(_)) && is_stand_in(it)),
        Live::Tuple(items) => items.iter().any(|it| matches!(it, Live::Name(_)) && is_stand_in(it)),
        _ => false,
    }
}

/// A part of the connection, of which nothing is known before there is one.
pub fn is_of_connection(path: &str) -> bool {
    of_connection(path).is_some_and(|it| !it.is_empty())
        || of_editor(path).is_some_and(|it| it != "connection")
}

/// Whether an exception within `with value:` comes out of it, as is known of what stands there most often.
pub fn leaves_exceptions(value: &Live) -> bool {
    match value {
        Live::Name(path) => is_stand_in(value) || path.starts_with("django.db.transaction."),
        Live::Instance(instance) => match &instance.class {
            Live::Name(class) => {
                is_stand_in(value)
                    || class.starts_with("django.db.transaction.")
                    || &**class == "builtins.open"
            }
            _ => false,
        },
        _ => false,
    }
}

pub fn is_cursor(instance: &Instance) -> bool {
    matches!(&instance.class, Live::Name(class) if &**class == CURSOR)
}

/// `execute` of `schema_editor.execute`.
fn of_editor(path: &str) -> Option<&str> {
    path.strip_prefix(EDITOR)?.strip_prefix('.')
}

/// `cursor` of `django.db.connection.cursor`, nothing of the connection itself.
fn of_connection(path: &str) -> Option<&str> {
    let of_editor = of_editor(path).and_then(|it| it.strip_prefix("connection"));
    let rest = of_editor.or_else(|| path.strip_prefix(CONNECTION))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

/// Whether it is set on a connection to say something of transactions, and of no object.
pub fn is_of_transactions(object: &Live, name: &str) -> bool {
    let is_connection = matches!(object, Live::Name(path) if of_connection(path) == Some(""));
    is_connection && matches!(name, "autocommit" | "in_atomic_block" | "needs_rollback")
}

/// What changes no schema, of a connection (`django/db/backends/base/base.py`).
fn is_harmless(name: &str) -> bool {
    let asks = ["introspection.", "features.", "ops.", "savepoint"];
    asks.iter().any(|it| name.starts_with(it))
        || matches!(
            name,
            "check_constraints"
                | "close"
                | "commit"
                | "connect"
                | "disable_constraint_checking"
                | "enable_constraint_checking"
                | "ensure_connection"
                | "get_autocommit"
                | "get_rollback"
                | "is_usable"
                | "rollback"
                | "set_autocommit"
        )
}

impl Interpreter<'_> {
    /// A function of the editor's or the connection's, or another that may change the schema by itself. `None` where it is to
    /// be called as any other.
    pub(super) fn function_of_stand_in(
        &mut self,
        path: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        if let Some(name) = of_connection(path) {
            return match name {
                "cursor" => Ok(Some(self.outside_instance(CURSOR, Vec::new(), Vec::new(), scope, span))),
                "schema_editor" => Ok(Some(Live::name(EDITOR))),
                "ops.quote_name" => Ok(Some(self.quoted(args, keywords, scope, span))),
                "ops.max_name_length" => Ok(Some(longest_name(self.world.dialect))),
                // PostgreSQL's ask `setval`, the others have none (`django/db/backends/*/operations.py`).
                "ops.sequence_reset_sql" | "ops.sequence_reset_by_name_sql" => {
                    let statements = match self.world.dialect {
                        Dialect::Postgres => vec![Live::str("SELECT setval('a', 1)")],
                        Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite => Vec::new(),
                    };
                    Ok(Some(Live::list(statements)))
                }
                _ if let Some(asked) = self.introspected(name, args, keywords, scope, span) => {
                    Ok(Some(asked))
                }
                _ => {
                    if !is_harmless(name) || args.iter().any(|it| matches!(it, Live::Function(_))) {
                        self.lose(&format!("what connection.{name} does is not followed"));
                    }
                    Ok(Some(self.unknown(scope, span, format!("asks the connection for {name}"))))
                }
            };
        }
        if let Some(name) = of_editor(path) {
            let first = args.first().cloned();
            match name {
                "quote_name" => return Ok(Some(self.quoted(args, keywords, scope, span))),
                // Without tablespaces.
                "_get_index_tablespace_sql" => return Ok(Some(Live::str(""))),
                "quote_value" | "effective_default" | "prepare_default" | "skip_default" => {
                    return Ok(Some(self.unknown(scope, span, "asks the schema editor")));
                }
                "execute" => {
                    let parameters = args.get(1).cloned().or_else(|| keyword(keywords, "params"));
                    let text = first.or_else(|| keyword(keywords, "sql"));
                    self.hand_on_tried(|it| it.hand_on_statement(text, parameters), scope, span);
                }
                _ if let Some(args) = all_given(name, args, keywords) => self.hand_on_of_editor(name, &args),
                _ => self.lose(&format!("what schema_editor.{name} does is not followed")),
            }
            return Ok(Some(Live::None));
        }
        // Its operations are done one after the other.
        if matches!(path, "from_state.clone" | "to_state.clone") {
            self.handed.iter_mut().for_each(|it| it.cloned = true);
            return Ok(Some(Live::name("from_state")));
        }
        // Of old: the registry itself.
        if let Some(state) = path.strip_suffix(".render")
            && matches!(state, "from_state" | "to_state")
        {
            return Ok(Some(Live::name(format!("{state}.apps"))));
        }
        if path == "django.core.management.call_command" {
            self.call_command(args, keywords, scope, span)?;
            return Ok(Some(Live::None));
        }
        if let Some(change) = of_state(path).filter(|it| is_change(it)) {
            self.change_of_state(change, args, keywords);
            return Ok(Some(Live::None));
        }
        if of_state(path)
            .is_some_and(|it| !ASKED_OF_STATE.contains(&it.split('.').next().unwrap_or_default()))
        {
            self.lose(OF_STATE);
        }
        if path.ends_with(".apps.get_app_config") {
            return self.app_asked_for(path, args, keywords, scope, span).map(Some);
        }
        if path.ends_with(".apps.get_model") {
            return self.model_asked_for(path, args, keywords, scope, span).map(Some);
        }
        let is_allowed = path.ends_with(".allow_migrate") || path.ends_with(".allow_migrate_model");
        Ok(is_allowed.then_some(Live::Bool(true)))
    }

    /// A method of a cursor or of a model.
    pub(super) fn method_of_stand_in(
        &mut self,
        receiver: &Live,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let Live::Instance(instance) = receiver else { return Ok(None) };
        if let Some(statement) = self.statement_of(instance, name, args) {
            return Ok(Some(statement));
        }
        if let Some(found) = self.method_of_model_state(instance, name, args, scope, span) {
            return Ok(Some(found));
        }
        if !is_cursor(instance) {
            // Of its parameters no more is followed than that they are there.
            if name == "get_fields" && !keywords.is_empty() {
                return Ok(None);
            }
            return self.method_of_model(instance, name, args, scope, span);
        }
        match name {
            "execute" | "executescript" => {
                let parameters = args.get(1).cloned().or_else(|| keyword(keywords, "params"));
                let is_question =
                    self.ask_by_cursor(instance, args.first(), parameters.as_ref(), scope, span);
                let text = args.first().cloned();
                let hand_on = |it: &mut Self| {
                    if !is_question {
                        it.hand_on_statement(text, parameters);
                    }
                };
                self.hand_on_tried(hand_on, scope, span);
            }
            "fetchall" | "fetchone" if let Some(rows) = self.fetched(instance, name) => {
                return Ok(Some(rows));
            }
            "executemany" => {
                let text = args.first().cloned();
                // Of a statement about rows they do not matter.
                let rows = Some(self.unknown(scope, span, "is given rows"));
                self.hand_on_tried(|it| it.hand_on_statement(text, rows), scope, span);
            }
            "close" | "fetchall" | "fetchmany" | "fetchone" | "mogrify" => {}
            _ => self.lose(&format!("what the cursor's {name} does is not followed")),
        }
        Ok(Some(self.unknown(scope, span, "asks the database")))
    }

    /// A statement within a `try`, of which nothing is handed on, may be refused nevertheless.
    fn hand_on_tried(&mut self, hand_on: impl FnOnce(&mut Self), scope: &Rc<Scope>, span: Span) {
        let count = |it: &Self| it.handed.as_ref().map_or(0, |it| it.count());
        let before = count(self);
        hand_on(self);
        if count(self) == before {
            self.may_be_refused(scope, span);
        }
    }

    /// What stands behind a cursor may change the schema too.
    pub fn watch_attribute(&mut self, object: &Live) {
        if matches!(object, Live::Bound(it) if is_stand_in(&it.receiver)) {
            self.lose("it looks behind the schema editor or the cursor");
        }
    }

    /// What is asked of a state's models is not seen here.
    pub fn watch_state(&mut self, name: &str) {
        if self.handed.is_some() && !ASKED_OF_STATE.contains(&name) && !is_change(name) {
            self.lose(OF_STATE);
        }
    }

    /// `connection.introspection.…` (`django/db/backends/base/introspection.py`).
    fn introspected(
        &mut self,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let method = name.strip_prefix("introspection.")?;
        let table = args.get(1).cloned().or_else(|| keyword(keywords, "table_name"));
        let table = || table.as_ref().and_then(Live::as_str).cloned();
        let handed = self.handed.as_ref()?;
        let (clue, is_dict) = match method {
            "table_names" => (Clue::NameIn(handed.listed(Kind::Table, "".into(), None)), false),
            "get_table_list" => (Clue::Row(handed.listed(Kind::Table, "".into(), Some(0))), false),
            "get_table_description" => (Clue::Row(handed.listed(Kind::Column, table()?, Some(0))), false),
            "get_constraints" => (Clue::NameIn(handed.listed(Kind::Constraint, table()?, None)), true),
            _ => return None,
        };
        let reason = format!("asks the connection for {name}");
        let row = self.clued(scope, span, &reason, clue);
        Some(if is_dict { Live::dict(vec![(row.clone(), row)]) } else { Live::list(vec![row]) })
    }

    /// `quote_name` of `django/db/backends/*/operations.py`.
    fn quoted(&mut self, args: &[Live], keywords: &Keywords, scope: &Rc<Scope>, span: Span) -> Live {
        let dialect = self.world.dialect;
        match args.first().cloned().or_else(|| keyword(keywords, "name")) {
            Some(Live::Str(name)) if name.starts_with(['"', '`']) => Live::Str(name),
            Some(Live::Str(name)) => Live::str(dialect.quote(&name)),
            name => self.because(name.as_ref().as_slice(), scope, span, "quotes what is not known"),
        }
    }
}

/// All that a method of the editor is given; `None` where it is given more than is known of it.
fn all_given(method: &str, args: &[Live], keywords: &Keywords) -> Option<Vec<Live>> {
    let all = in_order(method, args, keywords);
    // How an index is made makes no difference to it.
    let others = keywords.iter().filter(|(it, _)| !matches!(&**it, "concurrently" | "strict"));
    (others.count() == all.len() - args.len()).then_some(all)
}

/// Statements that the editor fills names in (`django/db/backends/*/schema.py`), those that need nothing else.
pub fn template(name: &str, dialect: Dialect, django: (u32, u32)) -> Option<&'static str> {
    let is_mysql = matches!(dialect, Dialect::Mysql | Dialect::Mariadb);
    Some(match name {
        "sql_rename_table" if is_mysql => "RENAME TABLE %(old_table)s TO %(new_table)s",
        "sql_rename_table" => "ALTER TABLE %(old_table)s RENAME TO %(new_table)s",
        "sql_delete_table" if dialect == Dialect::Sqlite => "DROP TABLE %(table)s",
        "sql_delete_table" => "DROP TABLE %(table)s CASCADE",
        "sql_create_column" => "ALTER TABLE %(table)s ADD COLUMN %(column)s %(definition)s",
        "sql_rename_column" => "ALTER TABLE %(table)s RENAME COLUMN %(old_column)s TO %(new_column)s",
        "sql_delete_column" if dialect == Dialect::Postgres && django < (6, 0) => {
            "ALTER TABLE %(table)s DROP COLUMN %(column)s CASCADE"
        }
        "sql_delete_column" => "ALTER TABLE %(table)s DROP COLUMN %(column)s",
        "sql_delete_constraint" => "ALTER TABLE %(table)s DROP CONSTRAINT %(name)s",
        "sql_delete_index" if is_mysql => "DROP INDEX %(name)s ON %(table)s",
        "sql_delete_index" if dialect == Dialect::Postgres => "DROP INDEX IF EXISTS %(name)s",
        "sql_delete_index" => "DROP INDEX %(name)s",
        _ => return None,
    })
}

fn keyword(keywords: &Keywords, name: &str) -> Option<Live> {
    keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value.clone())
}
