//! The columns of other tables that follow a key: `_related_non_m2m_objects` of
//! django/db/backends/base/schema.py, and what its versions make of them.

use std::sync::Arc;

use super::Editor;
use super::alter::{Alteration, text_kind, type_differs};
use crate::compile::django::field::{Field, Kind};
use crate::compile::django::state::{Model, State};
use crate::schema::Change;

/// A field that takes its type from a key.
struct Referring {
    model: Arc<Model>,
    name: Arc<str>,
    /// `related_name` ends in `+`, as in the automatic many-to-many tables.
    hidden: bool,
}

impl Editor<'_> {
    /// They take the key's new type. `remake_keys`: their foreign keys were dropped before, and come again;
    /// before Django 4.0 only those that are not hidden.
    pub(super) fn alter_referring(&mut self, alteration: &Alteration<'_>, remake_keys: bool) {
        let mut all = Vec::new();
        self.collect_referring(alteration.after, alteration.model, alteration.new, &mut all);
        for Referring { model, name, hidden } in all {
            let Some(field) = model.field(&name) else { continue };
            let table = self.table_of(&model);
            let Some(defined) = self.define(alteration.after, &model, &table, field) else { continue };
            let column = &defined.column;
            let Some(stands) = self.schema.tables.get(&table).and_then(|it| it.column(&column.name)).cloned()
            else {
                continue;
            };
            if remake_keys && hidden && self.context.project.django < (4, 0) {
                self.drop_foreign_keys(&table, &column.name, false);
            }
            if remake_keys && self.context.project.django >= (4, 0) {
                let name = self.context.backend.index_name(&table.name, &[&column.name], "_fk");
                self.rename_foreign_key(&table, &column.name, Some(name.into()));
            }
            if !type_differs(&stands, column) {
                continue;
            }
            // From Django 4.2 on, `_alter_column_type_sql` looks at the other columns too.
            let was = text_kind(&stands.data_type);
            let leaves = was.is_some() && was != text_kind(&column.data_type);
            if self.is_postgres()
                && self.context.project.django >= (4, 2)
                && (field.db_index || field.unique)
                && leaves
            {
                self.drop_like_index(&table, &column.name);
            }
            let column = stands.with(|it| {
                it.data_type = column.data_type.clone();
                it.collation.clone_from(&column.collation);
            });
            self.change(Change::AlterColumn { table, column });
        }
    }

    /// Near and, from Django 4.0, far; before 3.0 without those that are hidden.
    fn collect_referring(&self, state: &State, model: &Model, field: &Field, all: &mut Vec<Referring>) {
        let django = self.context.project.django;
        let mut further = Vec::new();
        let names = state.descendants(&model.key);
        let mut add = |other: &Arc<Model>, candidate: &Arc<Field>, automatic: bool| {
            let Kind::Relation(relation) = &candidate.kind else { return };
            if !relation.to.as_ref().is_some_and(|to| names.contains(&to)) {
                return;
            }
            let Some((target_model, target)) = state.target(relation) else { return };
            if target_model.key != model.key || target.name != field.name {
                return;
            }
            let hidden = automatic || other.written(&candidate.name).is_some_and(|it| it.is_hidden());
            let known = all.iter().any(|it| it.model.key == other.key && it.name == candidate.name);
            if !known && (django >= (3, 0) || !hidden) {
                all.push(Referring { model: other.clone(), name: candidate.name.clone(), hidden });
                further.push((other.clone(), candidate.clone()));
            }
        };
        for other in state.around(&names) {
            for candidate in &other.local {
                match &candidate.kind {
                    Kind::Relation(_) => add(other, candidate, false),
                    Kind::ManyToMany(many)
                        if other.key == model.key || many.to.as_ref() == Some(&model.key) =>
                    {
                        let Some(through) = state.through(other, candidate, self.context) else { continue };
                        let through = Arc::new(through);
                        for candidate in &through.local {
                            add(&through, candidate, true);
                        }
                    }
                    Kind::ManyToMany(_)
                    | Kind::Absent
                    | Kind::CompositePrimaryKey(_)
                    | Kind::Scalar(_)
                    | Kind::Generated(_)
                    | Kind::Unknown => {}
                }
            }
        }
        if django >= (4, 0) {
            // Nothing points at what is neither a key nor named.
            let is_target = |it: &Field| it.primary_key || state.is_named_target(&it.name);
            for (other, candidate) in further.into_iter().filter(|(_, it)| is_target(it)) {
                self.collect_referring(state, &other, &candidate, all);
            }
        }
    }
}
