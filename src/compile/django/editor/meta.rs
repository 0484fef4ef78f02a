//! `add_index`, `remove_index`, `rename_index`, `add_constraint`, `remove_constraint`.

use std::sync::Arc;

use super::define::Planned;
use super::{Editor, find, together};
use crate::compile::django::field::Kind;
use crate::compile::django::index::{ColumnFact, KeyOf, Made, ModelConstraint, ModelIndex, ModelUnique};
use crate::compile::django::state::{Model, State};
use crate::schema::{Change, ConstraintRef, Deferrable, Index, Name, TableName};

/// The index that a `RenameIndex` speaks of.
#[derive(Clone, Copy, Debug)]
pub enum OldIndex<'a> {
    Name(&'a str),
    /// The fields of what was an element of `index_together`.
    Fields(&'a [Arc<str>]),
}

impl Editor<'_> {
    pub fn add_index(&mut self, state: &State, model: &Model, index: &ModelIndex) {
        self.note_condition(model, index.name.as_ref(), index.condition.as_ref());
        let table = self.table_of(model);
        match self.made_index(state, model, index) {
            Made::It(index) => self.change(Change::AddIndex { table, index }),
            Made::Nothing => {}
            Made::Unseen(reason) => self.added_in(&table, reason),
        }
    }

    /// An index that is not there was one that the backend cannot have, or one that was not seen.
    pub fn remove_index(&mut self, _before: &State, model: &Model, index: &ModelIndex) {
        let Some(name) = &index.name else { return };
        let table = self.table_of(model);
        if self.context.project.django >= (4, 2)
            && let Some(KeyOf::Field(field)) = index.keys.first().map(|key| &key.of)
            && let Some(column) = model.field(field).and_then(|field| field.column())
        {
            self.keep_foreign_key_index(model, &table, &[column]);
        }
        let is_deferred = self.deferred.iter().any(
            |it| matches!(it, Change::AddIndex { table: of, index } if *of == table && index.name.as_ref() == Some(name)),
        );
        self.forget_deferred_index(&table, name);
        if !is_deferred && find::has_index(&self.schema, &table, name) {
            self.change(Change::DropIndex { table, index: ConstraintRef::Name(name.clone()) });
        }
    }

    pub fn rename_index(&mut self, _after: &State, model: &Model, old: OldIndex<'_>, new: &str) {
        let table = self.table_of(model);
        let from = match old {
            OldIndex::Name(name) => Some(Name::from(name)),
            OldIndex::Fields(fields) => {
                let Some(columns) = together::columns(model, fields) else { return };
                let mut exclude = together::meta_names(model);
                exclude.retain(|name| **name != *new);
                (find::indexes(&self.schema, &table, &columns, &exclude).into_iter()).find_map(
                    |it| match it {
                        ConstraintRef::Name(name) => Some(name),
                        ConstraintRef::Columns(_) => None,
                    },
                )
            }
        };
        let Some(from) = from.filter(|from| **from != *new) else { return };
        if find::has_index(&self.schema, &table, &from) {
            self.change(Change::RenameConstraint { table, from, to: new.into() });
        }
    }

    pub fn add_constraint(&mut self, state: &State, model: &Model, constraint: &ModelConstraint) {
        self.note_condition_of(model, constraint);
        if self.is_sqlite() && !is_an_index(constraint) {
            return self.remake(state, model, &[]);
        }
        let table = self.table_of(model);
        match self.made_constraint(state, model, constraint) {
            Made::It(change) => {
                if let Change::AddCheck { check, .. } = &change {
                    self.note_checks(model, std::slice::from_ref(check));
                }
                self.change(change);
            }
            Made::Nothing => {}
            Made::Unseen(reason) => self.added_in(&table, reason),
        }
    }

    /// `after` is the state that no longer has it.
    pub fn remove_constraint(&mut self, after: &State, model: &Model, constraint: &ModelConstraint) {
        if self.is_sqlite() && !is_an_index(constraint) {
            return self.remake(after, model, &[]);
        }
        let table = self.table_of(model);
        let Some(name) = together::constraint_name(constraint) else { return };
        let reference = ConstraintRef::Name(name.clone());
        self.forget_deferred_unique(&table, &name);
        let Some(stands) = self.schema.tables.get(&table) else { return };
        match constraint {
            ModelConstraint::Unique(unique) => {
                if !stands.uniques.iter().any(|it| it.name.as_ref() == Some(&name)) {
                    return;
                }
                if self.context.project.django >= (4, 2)
                    && let Some(KeyOf::Field(field)) = unique.keys.first().map(|key| &key.of)
                    && let Some(column) = model.field(field).and_then(|field| field.column())
                {
                    self.keep_foreign_key_index(model, &table, &[column]);
                }
                self.drop_unique(&table, reference);
            }
            ModelConstraint::Check(_) => {
                if stands.checks.iter().any(|it| it.name.as_ref() == Some(&name)) {
                    self.change(Change::DropCheck { table, check: reference });
                }
            }
            ModelConstraint::Exclusion(_) => {
                if stands.exclusions.iter().any(|it| it.name.as_ref() == Some(&name)) {
                    self.change(Change::DropExclusion { table, exclusion: reference });
                }
            }
            ModelConstraint::Unknown { notice, .. } => {
                let notice = notice.clone();
                self.unseen_in(&table, notice);
            }
        }
    }

    pub(super) fn plan_constraints(&self, state: &State, model: &Model, planned: &mut Planned) {
        for constraint in &model.options.constraints {
            match self.made_constraint(state, model, constraint) {
                Made::It(Change::AddCheck { check, .. }) => planned.table.checks.push(check),
                Made::It(Change::AddExclusion { exclusion, .. }) => planned.table.exclusions.push(exclusion),
                Made::It(Change::AddUnique { unique, .. }) if !is_an_index(constraint) => {
                    planned.table.uniques.push(unique);
                }
                Made::It(change) => planned.deferred.push(change),
                Made::Nothing => {}
                Made::Unseen(reason) => planned.doubts.partly.push(reason),
            }
        }
    }

    pub(super) fn plan_indexes(&self, state: &State, model: &Model, planned: &mut Planned) {
        for index in &model.options.indexes {
            match self.made_index(state, model, index) {
                Made::It(index) => {
                    planned.deferred.push(Change::AddIndex { table: planned.table.name.clone(), index });
                }
                Made::Nothing => {}
                Made::Unseen(reason) => planned.doubts.partly.push(reason),
            }
        }
    }

    fn made_index(&self, state: &State, model: &Model, index: &ModelIndex) -> Made<Index> {
        index.made(self.context.backend, &|name| self.fact(state, model, name))
    }

    fn made_constraint(&self, state: &State, model: &Model, constraint: &ModelConstraint) -> Made<Change> {
        let table = self.table_of(model);
        let facts = |name: &str| self.fact(state, model, name);
        let backend = self.context.backend;
        match constraint {
            ModelConstraint::Unique(unique) => {
                unique.made(backend, &facts).map(|unique| Change::AddUnique { table, unique })
            }
            ModelConstraint::Check(check) => {
                check.made(backend, &facts).map(|check| Change::AddCheck { table, check })
            }
            ModelConstraint::Exclusion(exclusion) => {
                exclusion.made(backend, &facts).map(|exclusion| Change::AddExclusion { table, exclusion })
            }
            ModelConstraint::Unknown { notice, .. } => Made::Unseen(notice.clone()),
        }
    }

    /// What an index or an expression needs to know of a field; `pk` is the primary key.
    pub(super) fn fact(&self, state: &State, model: &Model, name: &str) -> Option<ColumnFact> {
        let by_column = || model.local.iter().find(|it| it.column().as_deref() == Some(name));
        let field = match name {
            "pk" => model.primary_key()?,
            name => model.field(name).or_else(by_column)?,
        };
        let spelled = state.column_type(field, self.context)?;
        Some(ColumnFact {
            column: field.column()?,
            data_type: spelled.data_type,
            scalar: state.scalar(field),
            nullable: field.null && !field.primary_key,
            relation: matches!(field.kind, Kind::Relation(_)),
        })
    }

    /// `_create_missing_fk_index` of django/db/backends/mysql/schema.py: InnoDB has let go of its own index
    /// under a foreign key when another one began with the same column.
    pub(super) fn keep_foreign_key_index(&mut self, model: &Model, table: &TableName, columns: &[Name]) {
        if !self.is_mysql() {
            return;
        }
        let Some(first) = columns.first() else { return };
        let is_foreign_key = (model.local.iter()).any(|it| {
            it.column().as_ref() == Some(first) && matches!(&it.kind, Kind::Relation(to) if !to.one_to_one)
        });
        if is_foreign_key && find::beginning_with(&self.schema, table, first) == 1 {
            let index = self.plain_index(table, first);
            self.change(Change::AddIndex { table: table.clone(), index });
        }
    }
}

/// Django makes it by `CREATE UNIQUE INDEX`, not within the table.
pub fn is_an_index(constraint: &ModelConstraint) -> bool {
    match constraint {
        ModelConstraint::Unique(ModelUnique { keys, include, condition, deferrable, .. }) => {
            condition.is_some()
                || !include.is_empty()
                || *deferrable != Deferrable::No
                || keys.iter().any(|key| matches!(key.of, KeyOf::Expression(_)))
        }
        ModelConstraint::Check(_) | ModelConstraint::Exclusion(_) | ModelConstraint::Unknown { .. } => false,
    }
}
