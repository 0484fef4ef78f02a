//! Automatic many-to-many tables that follow their models, and `RenameModel` and `AlterModelTable`, of which
//! they are the larger part (django/db/migrations/operations/models.py).

use super::Editor;
use super::alter::Alteration;
use crate::compile::django::field::{Field, Kind, ModelKey};
use crate::compile::django::state::{Model, ModelField, State};
use crate::schema::{Change, Name};

impl Editor<'_> {
    /// `_alter_many_to_many`. With an explicit model on both sides nothing happens.
    pub(super) fn alter_many_to_many(
        &mut self,
        before: &State,
        after: &State,
        model_before: &Model,
        old: &Field,
        model: &Model,
        new: &Field,
    ) {
        self.alter_through(before, after, model_before, old, model, new);
        self.guess_named(after, model, new);
    }

    /// What its class calls its table now is not known.
    fn guess_named(&mut self, after: &State, model: &Model, field: &Field) {
        let Kind::ManyToMany(many) = &field.kind else { return };
        if many.names_its_table
            && let Some(through) = after.through(model, field, self.context)
        {
            self.guess_table(&through, format!("field `{}` names its table itself", field.name));
        }
    }

    fn alter_through(
        &mut self,
        before: &State,
        after: &State,
        model_before: &Model,
        old: &Field,
        model: &Model,
        new: &Field,
    ) {
        let throughs =
            (before.through(model_before, old, self.context), after.through(model, new, self.context));
        let (Some(from), Some(to)) = throughs else {
            if let (Some(_), None) | (None, Some(_)) = throughs {
                let table = self.table_of(model);
                self.unseen_in(&table, format!("`{}` gains or loses an explicit through model", new.name));
            }
            return;
        };
        let (was, is) = (from.table(self.context), to.table(self.context));
        if self.is_sqlite() && was != is {
            // A new table takes the rows over, and the old one goes.
            self.create_model(after, &to);
            self.run_deferred();
            return self.change(Change::DropTable { table: super::table_name(&was) });
        }
        self.rename_table(&was, &is);
        let ends = |model: &Model| (model.fields.first().cloned(), model.fields.get(1).cloned());
        if self.is_sqlite() {
            // A model that is renamed alters the one column that is called after it, unless the field leads back to the model:
            // then it is altered as one that points at a renamed model is.
            let is_renamed = model_before.key != model.key && !leads_to(new, &model.key);
            if self.context.project.django < (4, 2) && !is_renamed {
                return self.remake_half(after, model_before, &from, &to);
            }
            return self.remake(after, &to, &renames(&from, &to));
        }
        let ((old_near, old_far), (new_near, new_far)) = (ends(&from), ends(&to));
        for (old, new) in [(old_far, new_far), (old_near, new_near)] {
            let (Some(old), Some(new)) = (old, new) else { continue };
            if !self.end_should_be_altered(before, after, &old.field, &new.field) {
                continue;
            }
            self.alter_column(&Alteration {
                before,
                after,
                model_before: &from,
                model: &to,
                old: &old.field,
                new: &new.field,
            });
        }
    }

    /// SQLite's `_alter_many_to_many` before Django 4.2, of a table that keeps its name: the column that is called after the
    /// model itself stays, and its foreign key leads to the table that the model had before.
    fn remake_half(&mut self, after: &State, model_before: &Model, from: &Model, to: &Model) {
        let mut state = after.clone();
        if state.get(&model_before.key).is_none() {
            state.put(model_before.clone(), self.context);
        }
        let half = state.half_altered(from, to, self.context);
        self.remake(&state, &half, &renames(from, &half));
    }

    /// [`Self::should_be_altered`] for an end of an automatic table, which nobody has written: a foreign key that is none is not
    /// made anew, and keeps its name.
    fn end_should_be_altered(&self, before: &State, after: &State, old: &Field, new: &Field) -> bool {
        let (Kind::Relation(was), Kind::Relation(is)) = (&old.kind, &new.kind) else { return true };
        let django = self.context.project.django;
        let leads_elsewhere =
            (was.to != is.to && django < (4, 2)) || !self.points_at_same_table(before, after, old, new);
        django < (3, 1)
            || old.column() != new.column()
            || was.db_constraint != is.db_constraint
            || leads_elsewhere
    }

    /// The whole of `RenameModel.database_forwards`.
    pub fn rename_model(&mut self, before: &State, after: &State, old: &Model, new: &Model) {
        self.rename_table(&old.table(self.context), &new.table(self.context));
        for related in before.related(&old.key) {
            if related.field.hidden_name().is_some()
                && !matches!(related.field.field.kind, Kind::ManyToMany(_))
            {
                continue;
            }
            let is_own = related.model.key == old.key;
            let model = if is_own { Some(new) } else { after.get(&related.model.key).map(AsRef::as_ref) };
            let Some(model) = model else { continue };
            let Some(field) = model.written(&related.field.field.name) else { continue };
            // Of a model that is managed no more the table may stand, and Django asks for neither.
            let many = matches!(field.field.kind, Kind::ManyToMany(_));
            if many || model.has_table(self.context) {
                self.alter_field(before, after, &related.model, model, &related.field, field);
            }
        }
        for (from, to) in pairs(old, new) {
            if !leads_to(&to.field, &new.key) {
                self.alter_many_to_many(before, after, old, &from.field, new, &to.field);
            }
        }
    }

    /// The whole of `AlterModelTable.database_forwards`.
    pub fn alter_db_table(&mut self, before: &State, after: &State, old: &Model, new: &Model) {
        self.rename_table(&old.table(self.context), &new.table(self.context));
        for (from, field) in pairs(old, new) {
            let throughs = (
                before.through(old, &from.field, self.context),
                after.through(new, &field.field, self.context),
            );
            let (Some(from), Some(to)) = throughs else { continue };
            self.rename_table(&from.table(self.context), &to.table(self.context));
            self.guess_named(after, new, &field.field);
        }
    }
}

/// Whether a many-to-many field points at this model.
fn leads_to(field: &Field, key: &ModelKey) -> bool {
    matches!(&field.kind, Kind::ManyToMany(many) if many.to.as_ref() == Some(key))
}

/// The columns of an automatic table that are called otherwise after.
fn renames(from: &Model, to: &Model) -> Vec<(Name, Name)> {
    (from.fields.iter().zip(&to.fields))
        .filter_map(|(old, new)| Some((old.field.column()?, new.field.column()?)))
        .filter(|(old, new)| old != new)
        .collect()
}

/// The many-to-many fields of a model before and after.
fn pairs<'a>(old: &'a Model, new: &'a Model) -> Vec<(&'a ModelField, &'a ModelField)> {
    let many =
        |model: &'a Model| model.fields.iter().filter(|it| matches!(it.field.kind, Kind::ManyToMany(_)));
    many(old).zip(many(new)).collect()
}
