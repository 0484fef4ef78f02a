//! `alter_unique_together`, `alter_index_together` and `_delete_composed_index`.

use std::sync::Arc;

use super::{Editor, find};
use crate::compile::django::index::ModelConstraint;
use crate::compile::django::state::{Model, State};
use crate::schema::{Change, ConstraintRef, Index, Name, TableName, UniqueConstraint};

/// Names of fields, as an element of `unique_together` has them.
pub type Names = [Arc<str>];

/// Which of the two options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    Unique,
    Index,
}

impl Editor<'_> {
    /// `alter_unique_together` and `alter_index_together`.
    pub fn alter_together(
        &mut self,
        which: Together,
        _after: &State,
        model: &Model,
        old: &[Vec<Arc<str>>],
        new: &[Vec<Arc<str>>],
    ) {
        match which {
            Together::Unique => self.alter_unique_together(model, old, new),
            Together::Index => self.alter_index_together(model, old, new),
        }
    }

    fn alter_unique_together(&mut self, model: &Model, old: &[Vec<Arc<str>>], new: &[Vec<Arc<str>>]) {
        let table = self.table_of(model);
        for names in old.iter().filter(|names| !new.contains(names)) {
            let Some(columns) = columns(model, names) else { continue };
            self.keep_foreign_key_index(model, &table, &columns);
            let usual: Name = self.unique_name(&table, &columns);
            // One that the same migration has just asked for is made no more (before Django 6.1 that raised).
            if self.forget_deferred_unique(&table, &usual) {
                continue;
            }
            let found = self.uniques_in_sight(&table, &columns, &meta_names(model));
            if let Some(unique) = the_one(found, &usual) {
                self.drop_unique(&table, unique);
            }
        }
        for names in new.iter().filter(|names| !old.contains(names)) {
            match self.unique_together(&table, model, names) {
                Some(unique) => self.change(Change::AddUnique { table: table.clone(), unique }),
                None => self.unseen_in(&table, format!("unique_together {names:?} names an unknown field")),
            }
        }
    }

    fn alter_index_together(&mut self, model: &Model, old: &[Vec<Arc<str>>], new: &[Vec<Arc<str>>]) {
        let table = self.table_of(model);
        for names in old.iter().filter(|names| !new.contains(names)) {
            let Some(columns) = columns(model, names) else { continue };
            self.keep_foreign_key_index(model, &table, &columns);
            let found = find::indexes(self.schema(), &table, &columns, &meta_names(model));
            let usual = self.index_together_name(&table, &columns);
            if let Some(index) = the_one(found, &usual) {
                self.drop_index(&table, index);
            }
        }
        for names in new.iter().filter(|names| !old.contains(names)) {
            match self.index_together(&table, model, names) {
                Some(index) => self.change(Change::AddIndex { table: table.clone(), index }),
                None => self.unseen_in(&table, format!("index_together {names:?} names an unknown field")),
            }
        }
    }

    pub(super) fn unique_together(
        &self,
        table: &TableName,
        model: &Model,
        names: &Names,
    ) -> Option<UniqueConstraint> {
        let columns = columns(model, names)?;
        let name = Some(self.unique_name(table, &columns));
        Some(UniqueConstraint { name, ..UniqueConstraint::on_columns(columns) })
    }

    pub(super) fn index_together(&self, table: &TableName, model: &Model, names: &Names) -> Option<Index> {
        let columns = columns(model, names)?;
        let name = Some(self.index_together_name(table, &columns));
        Some(Index { name, ..Index::on_columns(columns) })
    }

    pub(super) fn unique_name(&self, table: &TableName, columns: &[Name]) -> Name {
        let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        self.context.backend.unique_name(&table.name, &columns).into()
    }

    fn index_together_name(&self, table: &TableName, columns: &[Name]) -> Name {
        let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
        self.context.backend.index_together_name(&table.name, &columns).into()
    }
}

/// The columns of named fields, of the model's own or of none.
pub fn columns(model: &Model, names: &Names) -> Option<Vec<Name>> {
    names.iter().map(|name| model.field(name)?.column()).collect()
}

/// The names in `Meta.constraints` and `Meta.indexes`: what they name is never taken for a field's own.
pub fn meta_names(model: &Model) -> Vec<Name> {
    let constraints = model.options.constraints.iter().filter_map(constraint_name);
    constraints.chain(model.options.indexes.iter().filter_map(|it| it.name.clone())).collect()
}

pub fn constraint_name(constraint: &ModelConstraint) -> Option<Name> {
    match constraint {
        ModelConstraint::Unique(unique) => Some(unique.name.clone()),
        ModelConstraint::Check(check) => Some(check.name.clone()),
        ModelConstraint::Exclusion(exclusion) => Some(exclusion.name.clone()),
        ModelConstraint::Unknown { name, .. } => name.clone(),
    }
}

/// Django refuses to choose between several, unless one has the usual name.
fn the_one(found: Vec<ConstraintRef>, usual: &Name) -> Option<ConstraintRef> {
    let usual = ConstraintRef::Name(usual.clone());
    if found.contains(&usual) { Some(usual) } else { found.into_iter().next() }
}
