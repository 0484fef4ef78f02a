//! The columns of other tables that follow a key: `_related_non_m2m_objects` of
//! django/db/backends/base/schema.py, and what its versions make of them.

use std::sync::Arc;

use super::alter::{Alteration, text_kind, type_differs};
use super::define::Reference;
use super::order::either;
use super::{Editor, find};
use crate::compile::django::field::{Field, Kind};
use crate::compile::django::state::{Model, State};
use crate::schema::{Change, ForeignKey, Name, TableName};

const BY_CHANCE: &str =
    "which of the keys that lead to a key is altered as which hangs on what Django migrated before";

/// A field that takes its type from a key.
struct Referring {
    model: Arc<Model>,
    name: Arc<str>,
    /// `related_name` ends in `+`, as in the automatic many-to-many tables.
    hidden: bool,
    /// Nobody can say what becomes of it: relations are sorted by their names, paired with those of the state before, and
    /// what is done to a column is read from both. Relations with one hidden name stand in the order in which the process
    /// came to know their models.
    by_chance: bool,
}

impl Referring {
    /// Whether it says by its name which field of the altered model it points at.
    fn names(&self, alteration: &Alteration<'_>) -> bool {
        let relation = self.model.field(&self.name).map(|field| &field.kind);
        let Some(Kind::Relation(relation)) = relation else { return false };
        relation.to.as_ref() == Some(&alteration.model.key)
            && relation.to_field.as_ref() == Some(&alteration.old.name)
    }
}

/// One that points at the key itself.
struct Near {
    model: Arc<Model>,
    field: Arc<Field>,
    hidden_name: Option<Arc<str>>,
}

impl Editor<'_> {
    /// They take the key's new type. `remake_keys`: their foreign keys were dropped before, and come again;
    /// before Django 4.0 only those that are not hidden.
    pub(super) fn alter_referring(&mut self, alteration: &Alteration<'_>, remake_keys: bool) {
        let mut all = Vec::new();
        self.collect_referring(alteration.after, alteration.model, alteration.new, false, &mut all);
        if !alteration.old.primary_key && alteration.new.primary_key {
            // `_is_relevant_relation`: at what was no key only those pointed that name it, and there are no more pairs.
            let named = all.iter().filter(|it| it.names(alteration)).count();
            if named == 0 {
                return;
            }
            let is_short = named < all.len();
            all.iter_mut().for_each(|it| it.by_chance |= is_short);
        }
        for Referring { model, name, hidden, by_chance } in all {
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
            let is_made_again = remake_keys && (!hidden || self.context.project.django >= (4, 0));
            if is_made_again {
                self.make_referring(alteration, &table, field, &column.name);
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
                if let Some(reason) = self.open_like(field, &defined) {
                    self.added_in(&table, reason);
                }
            }
            // On PostgreSQL nothing but its type is altered, if it is.
            let old_or_new = by_chance && self.is_postgres();
            let data_type = if old_or_new {
                either(&[column.data_type.clone(), stands.data_type.clone()])
            } else {
                column.data_type.clone()
            };
            let column = stands.with(|it| {
                it.data_type = data_type;
                it.collation.clone_from(&column.collation);
            });
            self.change(Change::AlterColumn { table: table.clone(), column });
            if by_chance && !old_or_new {
                self.defined_in(&table, &defined.column.name, BY_CHANCE);
            }
        }
    }

    /// Every foreign key over the column falls, SQL's too: `_constraint_names(…, foreign_key=True)` asks the database. One
    /// comes again where the field has one (`_create_fk_sql(…, "_fk")`), whether or not there was one to drop.
    fn make_referring(
        &mut self,
        alteration: &Alteration<'_>,
        table: &TableName,
        field: &Field,
        column: &Name,
    ) {
        let name: Name = self.context.backend.index_name(&table.name, &[column], "_fk").into();
        let waits = (self.deferred.iter()).any(|it| {
            matches!(it, Change::AddForeignKey { table: of, foreign_key } if of == table && foreign_key.columns == [column.clone()])
        });
        let reference = self.foreign_key(alteration.after, table, field);
        let wanted = match &reference {
            Reference::To(key) => Some(&**key),
            Reference::None => None,
            // What stands is most likely it.
            Reference::Unseen(_) => return,
        };
        let others = find::foreign_keys_but(&self.schema, table, column, wanted);
        self.drop_these_foreign_keys(table, column, others, wanted.is_some());
        let stands = !find::foreign_keys(&self.schema, table, std::slice::from_ref(column)).is_empty();
        if stands && self.context.project.django >= (4, 0) {
            self.rename_foreign_key(table, column, Some(name));
        } else if !stands
            && !waits
            && let Reference::To(key) = reference
        {
            let foreign_key = ForeignKey { name: Some(name), ..*key };
            self.change(Change::AddForeignKey { table: table.clone(), foreign_key });
        }
    }

    /// Near and, from Django 4.0, far; before 3.0 without those that are hidden.
    fn collect_referring(
        &self,
        state: &State,
        model: &Model,
        field: &Field,
        by_chance: bool,
        all: &mut Vec<Referring>,
    ) {
        let django = self.context.project.django;
        let first = all.len();
        let mut near: Vec<Near> = Vec::new();
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
            let hidden_name = other.written(&candidate.name).and_then(|it| it.hidden_name());
            let hidden = automatic || hidden_name.is_some();
            let known = all.iter().any(|it| it.model.key == other.key && it.name == candidate.name);
            if !known && (django >= (3, 0) || !hidden) {
                let (model, name) = (other.clone(), candidate.name.clone());
                all.push(Referring { model, name, hidden, by_chance });
                near.push(Near { model: other.clone(), field: candidate.clone(), hidden_name });
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
        for (at, Near { model, field, hidden_name: name }) in near.iter().enumerate() {
            let alike = || near.iter().filter(|it| name.is_some() && it.hidden_name == *name);
            // SQLite's tables are made anew as the models are.
            let by_chance = by_chance || (alike().count() > 1 && !self.is_sqlite());
            // `_set_field_new_type_null_status` of MySQL's backend asks the field of the state before.
            let same_null = || alike().all(|it| it.field.null == field.null);
            all[first + at].by_chance |= by_chance && self.is_mysql() && !same_null();
            // Nothing points at what is neither a key nor named.
            let is_target = field.primary_key || state.is_named_target(&field.name);
            if django >= (4, 0) && is_target {
                self.collect_referring(state, model, field, by_chance, all);
            }
        }
    }
}
