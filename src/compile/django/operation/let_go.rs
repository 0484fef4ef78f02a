//! What a `SeparateDatabaseAndState` takes away or changes for the models alone: code beside it or behind it that was not seen
//! through does that to the database, most likely.

use std::collections::BTreeSet;

use super::own::{both, taken};
use super::{Executor, Sides};
use crate::compile::django::arguments::last_part;
use crate::compile::django::project::Value;
use crate::migration::{MayTouch, MayUndo, Opaque, Operation};
use crate::schema::TableName;

/// What the database would have no more, or otherwise, had it followed the models.
#[derive(Debug)]
pub struct LetGo {
    tables: BTreeSet<TableName>,
    may_undo: MayUndo,
}

impl Executor<'_> {
    /// Keeps in mind what the operation, of which only the models are asked, would take from the database.
    pub(super) fn lets_go(&mut self, operation: &Value) {
        let Value::Object(object) = operation else { return };
        let class = last_part(&object.class);
        if !["Alter", "Delete", "Remove", "Rename"].iter().any(|it| class.starts_with(it)) {
            return;
        }
        let (before, mark, misfits) = (self.remember(), self.editor.mark(), self.misfits);
        let asked = std::mem::take(&mut self.asked);
        self.operation(operation, Sides { state: true, database: true });
        let (tables, may_undo) = taken(self.editor.since(mark));
        self.forget(before);
        (self.asked, self.misfits) = (asked, misfits);
        if !may_undo.is_nothing() {
            self.let_go.push(LetGo { tables, may_undo });
        }
    }

    /// A blind spot for each of these that something in a migration may have taken.
    pub(super) fn may_be_gone(&self, operations: &mut Vec<Operation>) {
        let covers = |opaque: &Opaque, tables: &BTreeSet<TableName>| match &opaque.may_touch {
            MayTouch::Nothing => false,
            MayTouch::Anything => true,
            MayTouch::Tables(touched) => !touched.is_disjoint(tables),
        };
        let opaque = |it: &Operation| match it {
            Operation::Opaque(opaque) => Some(opaque.clone()),
            Operation::Change(_) => None,
        };
        let all: Vec<Opaque> = operations.iter().filter_map(opaque).collect();
        for LetGo { tables, may_undo } in &self.let_go {
            let mut of_these = all.iter().filter(|it| covers(it, tables));
            let says_it = |it: &Opaque| {
                let own = it.may_undo.own;
                it.may_undo == MayUndo { own, ..both(it.may_undo.clone(), may_undo.clone()) }
            };
            if let Some(by) = of_these.clone().next()
                && !of_these.any(says_it)
            {
                let may_touch = MayTouch::Tables(tables.clone());
                let (reason, may_undo) = (by.reason.clone(), may_undo.clone());
                operations.push(Operation::Opaque(Opaque { reason, may_touch, may_undo }));
            }
        }
    }
}
