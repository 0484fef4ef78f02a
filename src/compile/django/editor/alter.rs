//! `alter_field` and `_alter_field` of django/db/backends/{base,postgresql,mysql}/schema.py. Steps stand in
//! the order in which Django takes them.

use std::sync::Arc;

use super::define::{Defined, Reference, spatial_index};
use super::{Editor, filled, find, together};
use crate::compile::django::field::{Field, Kind};
use crate::compile::django::state::{Model, ModelField, State};
use crate::schema::{
    Change, Column, ConstraintRef, ForeignKey, Name, OR, Spelling, TableName, UniqueConstraint,
};

/// A field before and after, each with the state it lives in.
#[derive(Clone, Copy, Debug)]
pub struct Alteration<'a> {
    pub before: &'a State,
    pub after: &'a State,
    pub model_before: &'a Model,
    pub model: &'a Model,
    pub old: &'a Field,
    pub new: &'a Field,
}

impl Editor<'_> {
    /// Of `AlterField` and `RenameField`.
    pub fn alter_field(
        &mut self,
        before: &State,
        after: &State,
        model_before: &Model,
        model: &Model,
        old: &ModelField,
        new: &ModelField,
    ) {
        if !self.should_be_altered(before, after, old, new) {
            // Of the same type, under a name that is not known.
            if new.field.is_guessed() && !old.field.is_guessed() {
                self.tell_blind(model, &new.field);
            }
            return;
        }
        let blind = if new.field.blind { &new.field } else { &old.field };
        if let (Kind::ManyToMany(_), Kind::ManyToMany(_)) = (&old.field.kind, &new.field.kind) {
            if blind.blind {
                self.tell_blind(model, blind);
            }
            return self.alter_many_to_many(before, after, model_before, &old.field, model, &new.field);
        }
        self.follow_told_field(&self.table_of(model), &old.field.name, &new.field.name);
        // A promoted parent pointer is a key only in `local`.
        let old = model_before.field(&old.field.name).unwrap_or(&old.field);
        let new = model.field(&new.field.name).unwrap_or(&new.field);
        self.alter_column(&Alteration { before, after, model_before, model, old, new });
        if blind.blind {
            self.tell_blind(model, blind);
        }
    }

    pub(super) fn alter_column(&mut self, alteration: &Alteration<'_>) {
        let table = self.table_of(alteration.model);
        let defined = |state, model, field| self.define(state, model, &table, field);
        let old = defined(alteration.before, alteration.model_before, alteration.old);
        let new = defined(alteration.after, alteration.model, alteration.new);
        match (old, new) {
            (Some(old), Some(new)) if self.is_sqlite() => self.alter_by_remaking(alteration, &old, &new),
            (Some(old), Some(new)) => self.alter_in_place(alteration, &table, &old, &new),
            (None, None) => {}
            // A many-to-many that becomes one of a class that is not known, or was one: its table bears another name, most
            // likely.
            (Some(_), None) | (None, Some(_)) if let Some(through) = self.through_of(alteration) => {
                self.guess_through(alteration.new, &through);
                self.guess_through(alteration.old, &through);
            }
            (Some(_), None) | (None, Some(_)) => {
                let reason =
                    format!("`{}` gains or loses its column, which Django refuses", alteration.new.name);
                self.unseen_in(&table, reason);
            }
        }
    }

    /// The table of a many-to-many field that becomes one of which nothing is known, or the other way round.
    fn through_of(&self, alteration: &Alteration<'_>) -> Option<Model> {
        let Alteration { before, after, model_before, model, old, new } = *alteration;
        match (&old.kind, &new.kind) {
            (Kind::ManyToMany(_), Kind::Unknown) => before.through(model_before, old, self.context),
            (Kind::Unknown, Kind::ManyToMany(_)) => after.through(model, new, self.context),
            _ => None,
        }
    }

    fn alter_in_place(
        &mut self,
        alteration: &Alteration<'_>,
        table: &TableName,
        old: &Defined,
        new: &Defined,
    ) {
        let Alteration { after, model, .. } = *alteration;
        let (was, is) = (alteration.old, alteration.new);
        let (from, to) = (&old.column.name, &new.column.name);
        let meta = together::meta_names(model);
        let type_changes = type_differs(&old.column, &new.column);
        let constraint_changes = self.reference_changes(alteration, table);
        let refers =
            |field: &Field| matches!(&field.kind, Kind::Relation(relation) if relation.db_constraint);
        // One that still waits for the end of the migration is not found, and not made again.
        if constraint_changes && refers(was) {
            self.note_moved(table, from, to);
        }
        let dropped = constraint_changes && refers(was) && self.drop_foreign_keys(table, from, refers(is));
        if constraint_changes && refers(was) && !dropped {
            self.tell_gone(table, from);
        }
        let becomes_key = !was.primary_key && is.primary_key;
        if was.unique && !was.primary_key && (!is.unique || becomes_key) {
            for unique in self.uniques_in_sight(table, std::slice::from_ref(from), &meta) {
                self.drop_unique(table, unique);
            }
        }
        let in_sight = !self.is_out_of_sight(table);
        if was.db_index && !was.unique && (!is.db_index || is.unique) && in_sight {
            for index in find::indexes(&self.schema, table, std::slice::from_ref(from), &meta) {
                self.drop_index(table, index);
            }
            // It asks for indexes and spares those of `Meta.indexes`, so that a unique index goes too.
            let of_meta: Vec<Name> = model.options.indexes.iter().filter_map(|it| it.name.clone()).collect();
            let uniques = if self.is_postgres() {
                find::unique_indexes(&self.schema, table, from, &of_meta)
            } else {
                // To MySQL every unique is one.
                find::uniques(&self.schema, table, std::slice::from_ref(from), &of_meta)
            };
            for unique in uniques {
                self.drop_unique(table, unique);
            }
        }
        // From Django 5.0, `_field_db_check` compares what the internal types have, on PostgreSQL and MariaDB; a check of a
        // class's own, and a renaming, changes nothing.
        let by_type = self.context.project.django >= (5, 0)
            && self.context.backend.dialect != crate::dialect::Dialect::Mysql;
        let checks = if by_type {
            let of = |field| self.context.backend.check_of_type(field);
            (of(was), of(is))
        } else {
            (check_text(old), check_text(new))
        };
        let check_changes = checks.0 != checks.1;
        if check_changes && checks.0.is_some() && in_sight {
            for check in find::checks(&self.schema, table, std::slice::from_ref(from), &meta) {
                // A check in a column's definition of MariaDB stays.
                if self.is_mariadb() && matches!(check, ConstraintRef::Columns(_)) {
                    self.drop_inline_check(table, from, &meta);
                } else {
                    self.change(Change::DropCheck { table: table.clone(), check });
                }
            }
        }
        if from != to {
            self.rename_column(table, from, to);
            // Before Django 3.1, `sql_rename_column` of django/db/backends/mysql/schema.py is `CHANGE`, which says the whole
            // column.
            if self.context.project.django < (3, 1) {
                self.forget_inline_check(table, to);
            }
        }
        self.alter_definition(alteration, table, old, new);
        if was.primary_key && !is.primary_key {
            self.drop_primary_key(table);
        }
        // Before Django 4.1, `_unique_should_be_added` held a new key for one that becomes unique.
        let is_unique =
            is.unique && (!is.primary_key || (self.context.project.django < (4, 1) && becomes_key));
        if is_unique && (!was.unique || was.primary_key) {
            let name = Some(self.unique_name(table, std::slice::from_ref(to)));
            let unique = UniqueConstraint { name, ..UniqueConstraint::on_columns([to.clone()]) };
            self.change(Change::AddUnique { table: table.clone(), unique });
        }
        if (!was.db_index || was.unique) && is.db_index && !is.unique {
            let index = self.plain_index(table, to);
            self.change(Change::AddIndex { table: table.clone(), index });
        }
        self.alter_spatial_index(table, (was, is), to);
        if becomes_key {
            let primary_key = super::define::primary_key([to.clone()]);
            self.change(Change::AddPrimaryKey { table: table.clone(), primary_key });
        }
        let still_referred = (was.primary_key && is.primary_key) || (was.unique && is.unique);
        // From Django 4.1, PostgreSQL's types do not say that they are numbered (`db_type_suffix`).
        let is_renumbered = self.is_postgres()
            && self.context.project.django >= (4, 1)
            && old.column.data_type == new.column.data_type
            && old.column.collation == new.column.collation;
        let keys_fall = still_referred && type_changes && !is_renumbered;
        if becomes_key || keys_fall {
            self.alter_referring(alteration, keys_fall);
        }
        if constraint_changes && (dropped || !refers(was)) {
            match self.foreign_key(after, table, is) {
                Reference::To(key) => {
                    self.change(Change::AddForeignKey { table: table.clone(), foreign_key: *key });
                }
                Reference::None => {}
                Reference::Unseen(reason) => self.defined_in(table, to, reason),
            }
        } else if refers(was)
            && let Reference::To(key) = self.foreign_key(after, table, is)
        {
            self.rename_foreign_key(table, to, key.name);
        }
        if check_changes && let Some(check) = &new.check {
            let name = Some(self.context.backend.index_name(&table.name, &[to], "_check").into());
            let check = crate::schema::Check { name, ..check.clone() };
            self.change(Change::AddCheck { table: table.clone(), check });
        }
        if self.is_postgres() {
            self.alter_like_index(table, was, old, is, new);
        }
    }

    /// Django drops the key and makes it again, which changes nothing but its name.
    pub(super) fn rename_foreign_key(&mut self, table: &TableName, column: &Name, name: Option<Name>) {
        let found = find::foreign_keys(&self.schema, table, std::slice::from_ref(column));
        if !self.is_out_of_sight(table)
            && let (Some(ConstraintRef::Name(from)), Some(to)) = (found.into_iter().next(), name)
            && from != to
            && !find::has_constraint(&self.schema, table, &to)
        {
            self.change(Change::RenameConstraint { table: table.clone(), from, to });
        }
    }

    /// Whether there was one to drop.
    pub(super) fn drop_foreign_keys(&mut self, table: &TableName, column: &Name, comes_again: bool) -> bool {
        if self.is_out_of_sight(table) {
            return false;
        }
        let found = find::foreign_keys(&self.schema, table, std::slice::from_ref(column));
        let dropped = !found.is_empty();
        self.drop_these_foreign_keys(table, column, found, comes_again);
        dropped
    }

    /// InnoDB's own index under them stays behind.
    pub(super) fn drop_these_foreign_keys(
        &mut self,
        table: &TableName,
        column: &Name,
        found: Vec<ConstraintRef>,
        comes_again: bool,
    ) {
        let is_covered = find::beginning_with(&self.schema, table, column) > 0;
        for foreign_key in found {
            let name = if let ConstraintRef::Name(name) = &foreign_key { Some(name.clone()) } else { None };
            self.change(Change::DropForeignKey { table: table.clone(), foreign_key });
            if self.is_mysql() && !is_covered && !comes_again {
                self.leave_index(table, column, name);
            }
        }
    }

    /// The end of `_alter_field` of django/db/backends/postgresql/schema.py.
    fn alter_like_index(&mut self, table: &TableName, was: &Field, old: &Defined, is: &Field, new: &Defined) {
        let leaves = leaves_text(was, old, new);
        let gains = (!(was.db_index || was.unique) && is.db_index)
            || (!was.unique && is.unique)
            // Before, it was not made again.
            || (leaves && self.context.project.django >= (5, 2));
        if gains && let Some(index) = self.like_index(table, is, new) {
            self.change(Change::AddIndex { table: table.clone(), index });
        } else if (gains || leaves)
            && let Some(reason) = self.open_like(is, new)
        {
            self.added_in(table, reason);
        }
        if was.unique && !(is.db_index || is.unique) {
            self.drop_like_index(table, &old.column.name);
        }
    }

    /// The end of `_alter_field` of django/contrib/gis/db/backends/postgis/schema.py, which Django has since 5.2.
    fn alter_spatial_index(&mut self, table: &TableName, (was, is): (&Field, &Field), column: &Name) {
        let is_same = spatial_index(was).is_some() == spatial_index(is).is_some();
        if is_same || self.context.project.django < (5, 2) {
            return;
        }
        if let Some(index) = self.spatial_index(table, is, column) {
            self.change(Change::AddIndex { table: table.clone(), index });
        } else {
            for index in find::spatial_indexes(&self.schema, table, column) {
                self.drop_index(table, index);
            }
        }
    }

    /// `_delete_index_sql`: a deferred index that is dropped is not made any more, since Django 5.1.
    pub(super) fn forget_deferred_index(&mut self, table: &TableName, name: &Name) {
        if self.context.project.django >= (5, 1) {
            self.deferred.retain(
                |it| !matches!(it, Change::AddIndex { table: of, index } if of == table && index.name.as_ref() == Some(name)),
            );
        }
    }

    /// `DROP INDEX IF EXISTS`: one that was made under another name stays.
    pub(super) fn drop_like_index(&mut self, table: &TableName, column: &str) {
        let name: Name = self.context.backend.like_name(&table.name, column).into();
        self.forget_deferred_index(table, &name);
        // By its bare name, which is not found in another schema.
        if find::has_index(&self.schema, table, &name) && !self.is_out_of_sight(table) {
            self.drop_index(table, ConstraintRef::Name(name));
        }
    }

    /// Whether the foreign key of the column is another one after, or none, or new.
    fn reference_changes(&self, alteration: &Alteration<'_>, table: &TableName) -> bool {
        let key = |state, field| match self.foreign_key(state, table, field) {
            Reference::To(mut key) => {
                key.name = None;
                key.columns.clear();
                Some(key)
            }
            Reference::None => None,
            Reference::Unseen(_) => None,
        };
        // The referenced table or column may have been renamed in between: then the key has gone with it.
        let old = key(alteration.before, alteration.old);
        let new = key(alteration.after, alteration.new);
        match (old, new) {
            (None, None) => false,
            (Some(old), Some(new)) => {
                // What stands may lead to another table than the models say, or say more than they do.
                let has_one = || {
                    let column = alteration.old.column();
                    column.is_some_and(|it| !find::foreign_keys(&self.schema, table, &[it]).is_empty())
                };
                !self.stands(table, alteration.old, &new) && (old != new || has_one())
            }
            (None, Some(_)) | (Some(_), None) => true,
        }
    }

    fn stands(&self, table: &TableName, field: &Field, wanted: &ForeignKey) -> bool {
        let Some(column) = field.column() else { return false };
        self.schema.tables.get(table).is_some_and(|table| {
            (table.foreign_keys.iter()).any(|key| {
                key.columns == [column.clone()]
                    && key.references == wanted.references
                    && key.referenced_columns == wanted.referenced_columns
                    && key.on_delete == wanted.on_delete
            })
        })
    }

    pub(super) fn rename_column(&mut self, table: &TableName, from: &Name, to: &Name) {
        self.change(Change::RenameColumn { table: table.clone(), from: from.clone(), to: to.clone() });
        if self.is_sqlite() {
            return;
        }
        for change in &mut self.deferred {
            find::rename(change, self.context.backend, |it| find::rename_column(it, table, from, to));
        }
    }

    /// Type, collation, default and NULL: `AlterColumn` says the whole column, of which only what Django
    /// touches becomes what the new field says.
    fn alter_definition(
        &mut self,
        alteration: &Alteration<'_>,
        table: &TableName,
        old: &Defined,
        new: &Defined,
    ) {
        let (was, is) = (alteration.old, alteration.new);
        let name = &new.column.name;
        let Some(stands) = self.schema.tables.get(table).and_then(|it| it.column(name)).cloned() else {
            return self.unseen_in(table, format!("column {name} is not there to be altered"));
        };
        let mut column = stands.clone();
        if type_differs(&old.column, &new.column) {
            if self.is_postgres() && leaves_text(was, old, new) {
                self.drop_like_index(table, &old.column.name);
            }
            column.data_type = new.column.data_type.clone();
            // Before Django 4.2, `_alter_column_type_sql` says the type alone, and the server takes its own collation.
            let forgets =
                self.context.project.django < (4, 2) && old.column.collation == new.column.collation;
            column.collation = new.column.collation.clone().filter(|_| !forgets);
            column.auto_increment = new.column.auto_increment || self.keeps_sequence(table, &stands);
            if old.column.auto_increment || new.column.auto_increment {
                self.drop_sequence(table, name, new.column.auto_increment);
            }
        }
        if old.column.default != new.column.default {
            column.default = new.column.default.clone();
        }
        if self.is_postgres() && column.default.is_some() {
            match filled::drops_default(alteration) {
                Some(true) => column.default = None,
                Some(false) => {}
                None => column.default = Some(Spelling::Unread),
            }
        }
        if old.column.nullable != new.column.nullable {
            column.nullable = new.column.nullable;
        }
        let nullable_changes = old.column.nullable != new.column.nullable;
        let is_redefined = type_differs(&old.column, &new.column)
            || nullable_changes
            || (was.db_comment != is.db_comment && self.context.project.django >= (4, 2));
        if self.is_mysql() && is_redefined {
            // `MODIFY` says the whole column, its type too where that is not what is altered: what it does not say is gone.
            if !type_differs(&old.column, &new.column) {
                column.data_type = new.column.data_type.clone();
                column.collation.clone_from(&new.column.collation);
            }
            column.default = new.column.default.clone();
            // Before Django 4.2, `_alter_column_collation_sql` does not say whether it may be null.
            let forgets_null = self.context.project.django < (4, 2)
                && old.column.collation != new.column.collation
                && !nullable_changes
                && !is.primary_key;
            column.nullable = new.column.nullable || forgets_null;
            if nullable_changes {
                column.collation = None;
            }
            self.forget_inline_check(table, name);
        }
        if column != stands {
            self.change(Change::AlterColumn { table: table.clone(), column });
        }
    }

    fn drop_primary_key(&mut self, table: &TableName) {
        if self.schema.tables.get(table).is_some_and(|it| it.primary_key.is_some()) {
            self.change(Change::DropPrimaryKey { table: table.clone() });
        }
    }
}

/// Type, `AUTO_INCREMENT` or identity, or collation.
pub fn type_differs(old: &Column, new: &Column) -> bool {
    old.data_type != new.data_type
        || old.auto_increment != new.auto_increment
        || old.collation != new.collation
}

fn check_text(defined: &Defined) -> Option<Arc<str>> {
    Some(defined.check.as_ref()?.expression.text()?.into())
}

/// `_is_changing_type_of_indexed_text_column`.
fn leaves_text(was: &Field, old: &Defined, new: &Defined) -> bool {
    let (from, to) = (text_kind(&old.spelled.data_type), text_kind(&new.spelled.data_type));
    (was.db_index || was.unique) && from.is_some() && from != to
}

/// Which of the types that have an index for `LIKE`; `None` too if it may be one or another.
pub fn text_kind(data_type: &Spelling) -> Option<&'static str> {
    let text = data_type.text().filter(|it| !it.contains(OR))?;
    ["varchar", "text", "citext"].into_iter().find(|kind| text.starts_with(kind))
}
