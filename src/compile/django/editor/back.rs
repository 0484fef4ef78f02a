//! What the way back leaves: Django takes a migration back by what its models say, so that what stood there in another way
//! (a key that an older operation left, what SQL made, NOT NULL that MySQL lost) is not as it was.

mod left;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Editor, find};
use crate::compile::sql;
use crate::migration::Operation;
use crate::schema::{Change, Schema, Table, TableName};

use left::{adds, before_it, left_of};

/// Tables as they were, of those that were touched since; `None` was not there.
type Journal = BTreeMap<TableName, Option<Arc<Table>>>;

/// What is known of the way back from the migration at hand.
#[derive(Clone, Debug, Default)]
pub struct Back {
    /// Kept while an operation is done, and while its way back is tried.
    journal: Option<Journal>,
    /// What is done is undone at once.
    pub(super) is_trial: bool,
    /// The operation at hand is not taken back by what Django's own class does.
    is_another: bool,
    /// Django refuses to take the migration back.
    is_refused: bool,
    /// What is different from before the migration, once it was taken back.
    left: Vec<Change>,
}

impl Editor<'_> {
    /// Whether the operations to come are taken back by something else than Django's classes; what was so before.
    pub fn returns_otherwise(&mut self, is_another: bool) -> bool {
        std::mem::replace(&mut self.back.is_another, is_another)
    }

    /// An operation that Django cannot take back: nor is the migration ever.
    pub fn never_returns(&mut self) {
        self.back.is_refused = true;
    }

    /// What the way back of the migration leaves, which ends here.
    pub(super) fn take_left(&mut self) -> Vec<Change> {
        let Back { is_refused, left, .. } = std::mem::take(&mut self.back);
        if is_refused { Vec::new() } else { left }
    }

    /// Does an operation, and tries its way back.
    pub fn there_and_back(&mut self, there: impl FnOnce(&mut Self), back: impl FnOnce(&mut Self)) {
        let left = self.left_after(there, back);
        self.back.left.extend(left);
    }

    /// The same with SQL that a person wrote. What that does not take back is there although nothing that is applied made it,
    /// which is to be told.
    pub fn there_and_back_by_sql(&mut self, there: &[sql::Statement], back: &[sql::Statement]) {
        let left = self.left_after(|it| it.sql(there), |it| it.sql(back));
        self.back.left.extend(left.into_iter().filter(|it| !adds(it)));
    }

    fn left_after(&mut self, there: impl FnOnce(&mut Self), back: impl FnOnce(&mut Self)) -> Vec<Change> {
        if self.back.is_another || self.back.is_refused || self.back.is_trial {
            there(self);
            return Vec::new();
        }
        let first = self.done.len();
        self.back.journal = Some(Journal::new());
        there(self);
        let touched = self.back.journal.take().unwrap_or_default();
        if touched.is_empty() {
            return Vec::new();
        }
        let (done, unseen) = (self.done.len(), self.unseen.len());
        let deferred = std::mem::take(&mut self.deferred);
        let (under_keys, sequences) = (self.left.clone(), self.sequences.clone());
        let inline_checks = self.inline_checks.clone();
        let cascades = self.order.cascades.mark();
        let objects = self.objects.clone();
        self.back.journal = Some(Journal::new());
        self.back.is_trial = true;
        back(self);
        self.run_deferred();
        self.back.is_trial = false;
        let tried = self.back.journal.take().unwrap_or_default();
        self.deferred = deferred;
        self.left = under_keys;
        self.sequences = sequences;
        self.inline_checks = inline_checks;
        self.order.cascades.forget_since(cascades);
        self.objects = objects;
        self.done.truncate(done);
        self.unseen.truncate(unseen);

        let before = tried.iter().filter(|(name, _)| !touched.contains_key(*name)).chain(&touched);
        let mut left: Vec<Change> =
            before.flat_map(|(name, was)| left_of(was.as_deref(), name, &self.schema)).collect();
        for (name, was) in tried {
            match was {
                Some(was) => self.schema.tables.insert(name, was),
                None => self.schema.tables.remove(&name),
            };
        }
        for operation in self.done[..first].iter().rev() {
            if let Operation::Change(change) = operation {
                before_it(&mut left, change);
            }
        }
        left
    }

    /// Keeps what the change is about to touch.
    pub(super) fn note(&mut self, change: &Change) {
        let Some(journal) = &mut self.back.journal else { return };
        let mut keep = |name: &TableName| {
            journal.entry(name.clone()).or_insert_with(|| self.schema.tables.get(name).cloned());
        };
        keep(change.table());
        if let Change::RenameTable { from, to } = change {
            keep(to);
            find::incoming(&self.schema, from, None).iter().for_each(|(name, _)| keep(name));
        } else if let Change::RenameColumn { table, from, .. } = change {
            find::incoming(&self.schema, table, Some(from)).iter().for_each(|(name, _)| keep(name));
        }
    }

    /// The schema as it is, where whatever is done to it is to be noted.
    pub(super) fn noted(&self) -> Option<Schema> {
        self.back.journal.as_ref().map(|_| self.schema.clone())
    }

    /// Keeps what was touched since.
    pub(super) fn note_since(&mut self, before: &Schema) {
        let Some(journal) = &mut self.back.journal else { return };
        let names = before.tables.keys().chain(self.schema.tables.keys());
        for name in names {
            let (was, is) = (before.tables.get(name), self.schema.tables.get(name));
            let is_same = match (was, is) {
                (Some(was), Some(is)) => Arc::ptr_eq(was, is),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            if !is_same {
                journal.entry(name.clone()).or_insert_with(|| was.cloned());
            }
        }
    }
}
