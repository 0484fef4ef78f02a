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
    /// Keeps in mind what the operation, of which only the models are asked, would take from the database. `beside`: what
    /// is done to the database stands beside it; a table goes on without a model where another app takes it over.
    pub(super) fn lets_go(&mut self, operation: &Value, beside: bool) {
        let Value::Object(object) = operation else { return };
        let class = last_part(&object.class);
        if !["Alter", "Delete", "Remove", "Rename"].iter().any(|it| class.starts_with(it)) {
            return;
        }
        let (before, mark, misfits) = (self.remember(), self.editor.mark(), self.misfits);
        let asked = std::mem::take(&mut self.asked);
        self.operation(operation, Sides { state: true, database: true });
        let (tables, mut may_undo) = taken(self.editor.since(mark));
        self.forget(before);
        if !beside {
            may_undo.tables.clear();
        }
        (self.asked, self.misfits) = (asked, misfits);
        if !may_undo.is_nothing() {
            self.let_go.push(LetGo { tables, may_undo });
        }
    }

    /// A blind spot for each of these that something in a migration may have taken, the first time that something may.
    pub(super) fn may_be_gone(&mut self, operations: &mut Vec<Operation>) {
        let opaque = |it: &Operation| match it {
            Operation::Opaque(opaque) => Some(opaque.clone()),
            Operation::Change(_) => None,
        };
        let all: Vec<Opaque> = operations.iter().filter_map(opaque).collect();
        self.let_go.retain(|it| {
            let mut of_these = all.iter().filter(|opaque| covers(opaque, &it.tables)).peekable();
            let Some(by) = of_these.peek().copied() else { return true };
            if !of_these.any(|opaque| says_it(&opaque.may_undo, &it.may_undo)) {
                operations.push(Operation::Opaque(Opaque {
                    reason: by.reason.clone(),
                    may_touch: MayTouch::Tables(it.tables.clone()),
                    may_undo: it.may_undo.clone(),
                }));
            }
            false
        });
    }
}

fn covers(opaque: &Opaque, tables: &BTreeSet<TableName>) -> bool {
    match &opaque.may_touch {
        MayTouch::Nothing => false,
        MayTouch::Anything => true,
        MayTouch::Tables(touched) => !touched.is_disjoint(tables),
    }
}

/// Whether it is known already that it may undo the other.
fn says_it(it: &MayUndo, other: &MayUndo) -> bool {
    *it == MayUndo { own: it.own, ..both(it.clone(), other.clone()) }
}
