//! What relations between models lead to: targets, chains of keys, automatic tables, the other side.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::model::{self, Model, ModelField};
use super::{Context, State};
use crate::compile::django::backend::ColumnType;
use crate::compile::django::field::{Field, Kind, ManyToMany, ModelKey, Relation, Scalar};
use crate::compile::django::names;
use crate::dialect::Dialect;
use crate::schema::OR;

/// Keys that are foreign keys that are foreign keys … end somewhere in every project that Django accepts.
const LONGEST_CHAIN: usize = 32;

/// A field of another model that points at a model.
#[derive(Clone, Debug)]
pub struct Related {
    pub model: Arc<Model>,
    pub field: ModelField,
}

impl State {
    /// The model that has the table: of a proxy, what it is a proxy of.
    pub fn concrete(&self, key: &ModelKey) -> Option<&Arc<Model>> {
        let mut model = self.get(key)?;
        for _ in 0..LONGEST_CHAIN {
            if !model.options.proxy {
                return Some(model);
            }
            model = model.bases.iter().find_map(|base| self.get(base))?;
        }
        None
    }

    /// These models, and those that name one of them as a base, as the other side of a relation or as the table
    /// between; some that once did may be among them. In the order of their keys.
    pub fn around<'a>(&'a self, keys: &[&'a ModelKey]) -> impl Iterator<Item = &'a Arc<Model>> + use<'a> {
        let pointing = keys.iter().filter_map(|key| self.pointing.get(*key)).flat_map(|it| it.iter());
        let models: BTreeSet<&ModelKey> = keys.iter().copied().chain(pointing).collect();
        models.into_iter().filter_map(|it| self.get(it))
    }

    /// Whether a relation names, or once named, a field of this name as the one that it points at.
    pub fn is_named_target(&self, name: &str) -> bool {
        self.named_targets.contains(name)
    }

    /// A model, its proxies and its children: those by which a relation may lead to it.
    pub fn descendants<'a>(&'a self, key: &'a ModelKey) -> Vec<&'a ModelKey> {
        let mut found = vec![key];
        let mut at = 0;
        while let Some(base) = found.get(at).copied() {
            let children = self.around(&[base]).filter(|it| it.bases.contains(base)).map(|it| &it.key);
            let new: Vec<&ModelKey> = children.filter(|it| !found.contains(it)).collect();
            found.extend(new);
            at += 1;
        }
        found
    }

    /// A field of the model or of its parents.
    pub fn field_of<'a>(
        &'a self,
        model: &'a Arc<Model>,
        name: &str,
    ) -> Option<(&'a Arc<Model>, &'a Arc<Field>)> {
        self.field_within(model, name, LONGEST_CHAIN)
    }

    fn field_within<'a>(
        &'a self,
        model: &'a Arc<Model>,
        name: &str,
        depth: usize,
    ) -> Option<(&'a Arc<Model>, &'a Arc<Field>)> {
        let left = depth.checked_sub(1)?;
        match model.field(name) {
            Some(field) => Some((model, field)),
            None => (model.bases.iter().filter_map(|base| self.concrete(base)))
                .find_map(|parent| self.field_within(parent, name, left)),
        }
    }

    /// `ForeignKey.target_field`: the model and field that a relation points at.
    pub fn target(&self, relation: &Relation) -> Option<(&Arc<Model>, &Arc<Field>)> {
        let model = self.concrete(relation.to.as_ref()?)?;
        match &relation.to_field {
            Some(name) => self.field_of(model, name),
            None => model.primary_key().map(|field| (model, field)),
        }
    }

    fn target_or_deleted(&self, relation: &Relation) -> Option<&Arc<Field>> {
        if let Some((_, field)) = self.target(relation) {
            return Some(field);
        }
        let model = self.deleted.get(relation.to.as_ref()?)?;
        match &relation.to_field {
            Some(name) => model.field(name),
            None => model.primary_key(),
        }
    }

    /// The type that a field has or takes from the key it points at.
    pub fn scalar(&self, field: &Field) -> Option<Scalar> {
        self.scalar_within(field, LONGEST_CHAIN)
    }

    fn scalar_within(&self, field: &Field, depth: usize) -> Option<Scalar> {
        let left = depth.checked_sub(1)?;
        match &field.kind {
            Kind::Scalar(scalar) => Some(scalar.clone()),
            Kind::Generated(generated) => generated.output.clone(),
            Kind::Relation(relation) => self.scalar_within(self.target_or_deleted(relation)?, left),
            Kind::Absent | Kind::CompositePrimaryKey(_) | Kind::ManyToMany(_) | Kind::Unknown => None,
        }
    }

    /// `Field.db_parameters`; `None` for a field without a column.
    pub fn column_type(&self, field: &Field, context: Context<'_>) -> Option<ColumnType> {
        let key = if let Kind::Relation(_) = field.kind { self.scalar(field) } else { None };
        context.backend.column(field, &field.column()?, key.as_ref())
    }

    /// `Field.db_type`; `None` where it is not known, or more than a type (`bigserial`, `bigint AUTO_INCREMENT`).
    pub fn db_type(&self, field: &Field, context: Context<'_>) -> Option<String> {
        let counts_aside = match context.project.dialect {
            Dialect::Postgres => context.project.django >= (4, 1),
            Dialect::Sqlite => true,
            Dialect::Mysql | Dialect::Mariadb => false,
        };
        let column = self.column_type(field, context).filter(|it| counts_aside || !it.auto_increment)?;
        let said = column.data_type.text().filter(|it| !it.contains(OR))?;
        // `DatabaseWrapper.data_types` of django/db/backends/mysql/base.py.
        Some(match context.project.dialect {
            Dialect::Mysql | Dialect::Mariadb => said.replace("unsigned", "UNSIGNED"),
            Dialect::Postgres | Dialect::Sqlite => said.to_owned(),
        })
    }

    /// `Field.rel_db_type`, the type of a foreign key to the field; `None` as for [`State::db_type`].
    pub fn rel_db_type(&self, model: &Model, field: &Field, context: Context<'_>) -> Option<String> {
        let mut key = model::relation_field("key", &model.key, true, false);
        if let Kind::Relation(relation) = &mut key.kind {
            relation.to_field = Some(field.name.clone());
        }
        self.db_type(&key, context)
    }

    /// The model of the table that Django makes for a many-to-many by itself:
    /// `create_many_to_many_intermediary_model` of django/db/models/fields/related.py. `None` when there is
    /// an explicit one, or when the other side was not seen.
    pub fn through(&self, model: &Model, field: &Field, context: Context<'_>) -> Option<Model> {
        let Kind::ManyToMany(ManyToMany {
            to: Some(to),
            through: None,
            db_table,
            db_constraint,
            sort_column,
            ..
        }) = &field.kind
        else {
            return None;
        };
        let (from_name, to_name) = names::many_to_many_fields(&model.key.model, &to.model, to == &model.key);
        let mut through = Model::new(&model.key.app, format!("{}_{}", model.name, field.name).into());
        through.options.db_table = Some(match db_table {
            Some(table) => table.clone(),
            None => context.backend.many_to_many_table(&model.table(context), &field.name).into(),
        });
        through.options.unmanaged = model.options.unmanaged;
        let mut add = |field: Field| {
            through.fields.push(ModelField { field: Arc::new(field), value: super::Value::None });
        };
        add(model::relation_field(&from_name, &model.key, *db_constraint, false));
        add(model::relation_field(&to_name, to, *db_constraint, false));
        if let Some(column) = sort_column {
            let value = model::call("django.db.models.IntegerField", Vec::new());
            add(Field::read(column, &value, &model.key, context.project));
        }
        through.options.unique_together = vec![vec![from_name.into(), to_name.into()]];
        through.settle(self, context);
        Some(through)
    }

    /// An automatic table after SQLite's `_alter_many_to_many` of Django before 4.2, which takes over from `to` only the
    /// field that points at the other model.
    pub fn half_altered(&self, from: &Model, to: &Model, context: Context<'_>) -> Model {
        let mut half = to.clone();
        if let (Some(near), Some(place)) = (from.fields.first(), half.fields.first_mut()) {
            *place = near.clone();
        }
        half.options.unique_together =
            vec![half.fields.iter().take(2).map(|it| it.field.name.clone()).collect()];
        half.settle(self, context);
        half
    }

    /// The automatic many-to-many tables of a model, each with its field.
    pub fn throughs(&self, model: &Model, context: Context<'_>) -> Vec<(Arc<Field>, Arc<Model>)> {
        let throughs = model.fields.iter().filter_map(|it| {
            let through = self.through(model, &it.field, context)?;
            Some((it.field.clone(), Arc::new(through)))
        });
        throughs.collect()
    }

    /// Fields of all models that point at this one, many-to-many too: `Options.related_objects`.
    pub fn related(&self, key: &ModelKey) -> Vec<Related> {
        let mut all = Vec::new();
        for model in self.around(&self.descendants(key)) {
            for field in &model.fields {
                let to = match &field.field.kind {
                    Kind::Relation(relation) => relation.to.as_ref(),
                    Kind::ManyToMany(many) => many.to.as_ref(),
                    Kind::Absent
                    | Kind::CompositePrimaryKey(_)
                    | Kind::Scalar(_)
                    | Kind::Generated(_)
                    | Kind::Unknown => None,
                };
                let Some(to) = to else { continue };
                if to == key || self.concrete(to).is_some_and(|it| it.key == *key) {
                    all.push(Related { model: model.clone(), field: field.clone() });
                }
            }
        }
        all
    }
}
