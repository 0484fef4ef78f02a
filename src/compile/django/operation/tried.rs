//! Operations that followed code does in a `try` whose handlers let it be when they are refused.
//!
//! A database that these migrations alone have made refuses what does not fit what they made before. One with another past
//! refuses what it has already, or has no more: what is there afterwards is the same. What the rows decide is told.

use std::collections::{BTreeMap, BTreeSet};

use super::super::editor::Editor;
use super::super::project::{Location, Object, Value};
use super::super::state::State;
use super::on_condition::{Blind, has_constraint};
use super::own::{doubt, taken};
use super::{Executor, Sides};
use crate::dialect::Dialect;
use crate::migration::MayUndo;
use crate::schema::{Change, Name, Schema, TableName};

/// What became of the `try` blocks of the operation that is followed, by their numbers.
#[derive(Debug, Default)]
pub struct Tries {
    /// What they have done so far.
    done: BTreeMap<i128, Vec<(BTreeSet<TableName>, MayUndo)>>,
    refused: BTreeSet<i128>,
}

/// What an executor was before something was tried.
pub(super) struct Before<'a> {
    editor: Editor<'a>,
    from: State,
    to: State,
    notices: usize,
    told: BTreeSet<(std::sync::Arc<std::path::PathBuf>, String)>,
    operations: usize,
    odd: usize,
}

impl<'a> Executor<'a> {
    pub(super) fn remember(&self) -> Before<'a> {
        Before {
            editor: self.editor.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            notices: self.notices.len(),
            told: self.told.clone(),
            operations: self.operations,
            odd: self.odd.len(),
        }
    }

    pub(super) fn forget(&mut self, before: Before<'a>) {
        (self.editor, self.from, self.to) = (before.editor, before.from, before.to);
        self.notices.truncate(before.notices);
        self.told = before.told;
        self.operations = before.operations;
        self.odd.truncate(before.odd);
    }

    pub(super) fn tried(&mut self, number: i128, operation: &Value, at: &Location, sides: Sides) {
        if self.asked.tries.refused.contains(&number) {
            return;
        }
        let before = self.remember();
        let mark = self.editor.mark();
        let misfits = (self.misfits, self.editor.misfits());
        self.operation(operation, sides);
        let changes: Vec<Change> = self.editor.since(mark).cloned().collect();
        let is_refused = (self.misfits, self.editor.misfits()) != misfits
            || changes.iter().any(|it| takes_a_name(it, before.editor.schema()));
        let mut now = Blind::default();
        now.add(before.editor.done());
        let (mut tables, may_undo) = taken(changes.iter());
        if is_refused {
            tables.extend(self.named_in(mark));
        }
        let is_blind = |it: &TableName| self.blind.covers(it) || now.covers(it);
        let is_certain = if tables.is_empty() {
            self.blind.is_nothing() && now.is_nothing()
        } else {
            !tables.iter().any(is_blind)
        };
        if is_refused {
            self.forget(before);
            self.asked.tries.refused.insert(number);
            for (tables, may_undo) in self.asked.tries.done.remove(&number).unwrap_or_default() {
                self.may_not_have_been(at, tables, may_undo, sides);
            }
            if !is_certain {
                self.may_not_have_been(at, tables, may_undo, sides);
            }
            return;
        }
        let all = doubt(changes.iter());
        let is_mysql = matches!(self.context.backend.dialect, Dialect::Mysql | Dialect::Mariadb);
        let doubtful = changes.iter().filter(|it| {
            !is_certain
                || may_be_refused_by_rows(it, &changes)
                || may_lack_a_value(it, operation)
                // InnoDB keeps an index that a foreign key needs
                // (<https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>).
                || is_mysql && matches!(it, Change::DropIndex { .. } | Change::DropUnique { .. })
        });
        let (tables, may_undo) = doubt(doubtful);
        self.may_not_have_been(at, tables, may_undo, sides);
        self.asked.tries.done.entry(number).or_default().push(all);
    }

    /// The tables of what did not fit.
    fn named_in(&self, (done, _): (usize, usize)) -> BTreeSet<TableName> {
        let mut named = Blind::default();
        named.add(self.editor.done().get(done..).unwrap_or_default());
        named.tables()
    }
}

/// Whether it makes something under a name that stands already.
fn takes_a_name(change: &Change, schema: &Schema) -> bool {
    let has = |table: &TableName, name: Option<&Name>| {
        name.is_some_and(|name| has_constraint(schema, table, name, |it| it == name) == Some(true))
    };
    match change {
        Change::AddUnique { table, unique } => has(table, unique.name.as_ref()),
        Change::AddForeignKey { table, foreign_key } => has(table, foreign_key.name.as_ref()),
        Change::AddCheck { table, check } => has(table, check.name.as_ref()),
        Change::AddIndex { table, index } => has(table, index.name.as_ref()),
        Change::AddExclusion { table, exclusion } => has(table, exclusion.name.as_ref()),
        Change::AddPrimaryKey { .. }
        | Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::AlterColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => false,
    }
}

/// Whether the rows of a table may not allow it; of a table or a nullable column that is new there are none.
fn may_be_refused_by_rows(change: &Change, all: &[Change]) -> bool {
    let is_new = |it: &Change| match it {
        Change::CreateTable(made) => made.name == *change.table(),
        _ => false,
    };
    let is_empty = |name: &Name| {
        all.iter().any(|it| {
            matches!(it, Change::AddColumn { table, column }
                if table == change.table() && column.name == *name && column.nullable)
        })
    };
    let is_of_new = |columns: &[Name]| !columns.is_empty() && columns.iter().all(is_empty);
    let may_be = match change {
        Change::AlterColumn { .. }
        | Change::AddUnique { .. }
        | Change::AddCheck { .. }
        | Change::AddExclusion { .. }
        | Change::AddPrimaryKey { .. } => true,
        Change::AddForeignKey { foreign_key, .. } => !is_of_new(&foreign_key.columns),
        Change::CreateTable(_)
        | Change::AddIndex { .. }
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => false,
    };
    may_be && !all.iter().any(is_new)
}

/// Whether a column may not be null that no value is said for.
fn may_lack_a_value(change: &Change, operation: &Value) -> bool {
    let Change::AddColumn { column, .. } = change else { return false };
    !column.nullable && column.default.is_none() && !says_a_default(operation)
}

fn says_a_default(operation: &Value) -> bool {
    let Value::Object(object) = operation else { return false };
    let says = |object: &Object| {
        let given = object.kwargs.iter().chain(object.base.iter().flat_map(|it| &it.kwargs));
        given.into_iter().any(|(name, _)| matches!(&**name, "default" | "auto_now" | "auto_now_add"))
    };
    let given = object.args.iter().chain(object.kwargs.iter().map(|(_, it)| it));
    says(object) || given.into_iter().any(says_a_default)
}
