//! `ModelState`: one model, its fields and the options that decide about tables.

use std::sync::Arc;

use super::{Context, State};
use crate::compile::django::arguments::{self, Arguments};
use crate::compile::django::field::{ColumnName, Field, Kind, ModelKey, Relation};
use crate::compile::django::index::{ModelConstraint, ModelIndex};
use crate::compile::django::project::{Location, Object, Project, Value};
use crate::dialect::Dialect;
use crate::schema::Action;

#[derive(Clone, Debug)]
pub struct Model {
    pub key: ModelKey,
    /// As it is written: `UserProfile`.
    pub name: Arc<str>,
    pub fields: Vec<ModelField>,
    /// The bases that are models of the state; mixins are not.
    pub bases: Vec<ModelKey>,
    pub options: Options,
    /// With what Django adds by itself: the automatic key, the pointer to a parent, `_order`.
    pub local: Vec<Arc<Field>>,
    /// The fields of a `CompositePrimaryKey`, of Django 5.2 and later.
    pub composite_key: Option<Vec<Arc<str>>>,
}

/// A field, and the expression that it was read from.
#[derive(Clone, Debug)]
pub struct ModelField {
    pub field: Arc<Field>,
    pub value: Value,
}

/// What of `Meta` decides about tables.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub db_table: Option<Arc<str>>,
    pub unmanaged: bool,
    pub proxy: bool,
    /// The name of the setting that may put another model in this one's place.
    pub swappable: Option<Arc<str>>,
    pub unique_together: Vec<Vec<Arc<str>>>,
    pub index_together: Vec<Vec<Arc<str>>>,
    pub indexes: Vec<ModelIndex>,
    pub constraints: Vec<ModelConstraint>,
    pub order_with_respect_to: Option<Arc<str>>,
    /// The backend that alone makes a table of it: `mysql`.
    pub required_db_vendor: Option<Arc<str>>,
    /// What was not seen through, in one sentence each.
    pub unseen: Vec<String>,
}

impl ModelField {
    pub fn read(name: &str, value: &Value, of: &ModelKey, project: &Project) -> Self {
        Self { field: Arc::new(Field::read(name, value, of, project)), value: value.clone() }
    }

    /// The `related_name`, where it ends in `+`: the other side does not know of the relation.
    pub fn hidden_name(&self) -> Option<Arc<str>> {
        let Value::Object(object) = &self.value else { return None };
        Arguments::of(object)
            .named("related_name")
            .and_then(arguments::text)
            .filter(|name| name.ends_with('+'))
    }
}

impl Model {
    pub fn new(app: &str, name: Arc<str>) -> Self {
        Self {
            key: ModelKey::new(app, &name),
            name,
            fields: Vec::new(),
            bases: Vec::new(),
            options: Options::default(),
            local: Vec::new(),
            composite_key: None,
        }
    }

    pub fn table(&self, context: Context<'_>) -> Arc<str> {
        match &self.options.db_table {
            Some(table) => table.clone(),
            None => context.backend.table_name(&self.key.app, &self.name).into(),
        }
    }

    /// `Options.can_migrate`: whether the model's table is Django's business.
    pub fn has_table(&self, context: Context<'_>) -> bool {
        let swapped =
            self.options.swappable.as_ref().is_some_and(|setting| context.is_swapped(setting, &self.key));
        let vendor = match context.backend.dialect {
            Dialect::Postgres => "postgresql",
            Dialect::Mysql | Dialect::Mariadb => "mysql",
            Dialect::Sqlite => "sqlite",
        };
        let elsewhere = self.options.required_db_vendor.as_ref().is_some_and(|wanted| **wanted != *vendor);
        !self.options.unmanaged && !self.options.proxy && !swapped && !elsewhere
    }

    /// The field as it was written in a migration.
    pub fn written(&self, name: &str) -> Option<&ModelField> {
        self.fields.iter().find(|it| *it.field.name == *name)
    }

    /// Adds a field, or puts it in the place of the one of its name.
    pub fn put_field(&mut self, field: ModelField) {
        match self.fields.iter_mut().find(|it| it.field.name == field.field.name) {
            Some(old) => *old = field,
            None => self.fields.push(field),
        }
    }

    pub fn remove_field(&mut self, name: &str) {
        self.fields.retain(|it| *it.field.name != *name);
    }

    /// A field of the model's own, also one that Django added; a relation goes by its attribute's name too
    /// (`Options._forward_fields_map`).
    pub fn field(&self, name: &str) -> Option<&Arc<Field>> {
        let is_attribute = |field: &Field| {
            matches!(field.kind, Kind::Relation(_)) && name.strip_suffix("_id") == Some(&field.name)
        };
        // `_meta.get_field` gives the last of a name: not the automatic key, which comes first.
        let by_name = self.local.iter().rfind(|it| *it.name == *name);
        by_name.or_else(|| self.local.iter().find(|it| is_attribute(it)))
    }

    pub fn primary_key(&self) -> Option<&Arc<Field>> {
        self.local.iter().find(|it| it.primary_key)
    }

    /// Works out what Django adds to the fields: `Options._prepare` of django/db/models/options.py and
    /// `ModelBase.__new__` of django/db/models/base.py.
    pub(super) fn settle(&mut self, state: &State, context: Context<'_>) {
        self.local.clear();
        self.composite_key = self.fields.iter().find_map(|it| match &it.field.kind {
            Kind::CompositePrimaryKey(names) => Some(names.clone()),
            Kind::Absent
            | Kind::Scalar(_)
            | Kind::Generated(_)
            | Kind::Relation(_)
            | Kind::ManyToMany(_)
            | Kind::Unknown => None,
        });
        if self.options.proxy {
            return;
        }
        let mut own: Vec<Arc<Field>> = self.fields.iter().map(|it| it.field.clone()).collect();
        let mut pointers = Vec::new();
        for parent in self.bases.iter().filter_map(|base| state.concrete(base)) {
            let is_pointer = |field: &Field| matches!(&field.kind, Kind::Relation(it) if it.parent_link && it.to.as_ref() == Some(&parent.key));
            match own.iter().find(|field| is_pointer(field)) {
                Some(field) => pointers.push(field.name.clone()),
                None => {
                    let pointer = pointer_to(&parent.key);
                    pointers.push(pointer.name.clone());
                    self.local.push(Arc::new(pointer));
                }
            }
        }
        let has_key = self.composite_key.is_some() || own.iter().any(|field| field.primary_key);
        self.local.append(&mut own);
        if !has_key {
            match pointers.first() {
                // A field of this name that is no key is refused at the end (`models.E004`): one that was not seen through
                // is the key.
                None if self.local.iter().any(|field| &*field.name == "id" && field.blind) => {
                    for field in self.local.iter_mut().filter(|field| &*field.name == "id") {
                        let field = Arc::make_mut(field);
                        field.primary_key = true;
                        field.unique = true;
                    }
                }
                Some(name) => {
                    for field in self.local.iter_mut().filter(|field| field.name == *name) {
                        let field = Arc::make_mut(field);
                        field.primary_key = true;
                        field.unique = true;
                    }
                }
                None => self.local.insert(0, state.automatic_key(context)),
            }
        }
        if self.options.order_with_respect_to.is_some() && self.field("_order").is_none() {
            self.local.push(Arc::new(order_field(context.project)));
        }
    }

    pub(super) fn points_at(&self, key: &ModelKey) -> bool {
        self.targets().any(|it| it == key)
    }

    /// By which names its relations are fields of the other side, of `key`; `None` for one that was not seen. A child takes
    /// those of its parents over, but for the links to these (`Options._get_fields`).
    pub fn reverse_names(&self, key: &ModelKey, taken_over: bool) -> impl Iterator<Item = Option<Arc<str>>> {
        let pointing = self.fields.iter().filter(move |it| match &it.field.kind {
            Kind::Relation(relation) => {
                !(taken_over && relation.parent_link) && relation.to.as_ref() == Some(key)
            }
            Kind::ManyToMany(many) => many.to.as_ref() == Some(key),
            Kind::Absent
            | Kind::CompositePrimaryKey(_)
            | Kind::Scalar(_)
            | Kind::Generated(_)
            | Kind::Unknown => false,
        });
        pointing.map(|it| {
            let Value::Object(object) = &it.value else { return None };
            let arguments = Arguments::of(object);
            let said = ["related_query_name", "related_name"].iter().find_map(|it| arguments.named(it));
            match said {
                None | Some(Value::None) => Some(self.key.model.clone()),
                Some(said) => arguments::text(said),
            }
        })
    }

    /// The models that it names.
    pub(super) fn targets(&self) -> impl Iterator<Item = &ModelKey> {
        self.bases.iter().chain(self.fields.iter().flat_map(|it| it.field.targets()))
    }

    pub(super) fn repoint(&mut self, from: &ModelKey, to: &ModelKey) {
        let repoint = |key: &mut ModelKey| {
            if key == from {
                *key = to.clone();
            }
        };
        self.bases.iter_mut().for_each(repoint);
        for field in self.fields.iter_mut().filter(|it| it.field.points_at(from)) {
            let field = Arc::make_mut(&mut field.field);
            match &mut field.kind {
                Kind::Relation(relation) => relation.to.iter_mut().for_each(repoint),
                Kind::ManyToMany(many) => {
                    many.to.iter_mut().for_each(repoint);
                    many.through.iter_mut().for_each(repoint);
                }
                Kind::Absent
                | Kind::CompositePrimaryKey(_)
                | Kind::Scalar(_)
                | Kind::Generated(_)
                | Kind::Unknown => {}
            }
        }
    }

    pub(super) fn rename_field(&mut self, old: &str, new: &Arc<str>) {
        for field in self.fields.iter_mut().filter(|it| *it.field.name == *old) {
            let field = Arc::make_mut(&mut field.field);
            field.name = new.clone();
            if field.is_guessed() {
                field.blind = true;
                field.notice.get_or_insert_with(|| format!("field `{new}` names its column itself"));
            }
        }
        let options = &mut self.options;
        for names in options.unique_together.iter_mut().chain(&mut options.index_together) {
            names.iter_mut().filter(|name| ***name == *old).for_each(|name| *name = new.clone());
        }
        if options.order_with_respect_to.as_deref() == Some(old) {
            options.order_with_respect_to = Some(new.clone());
        }
        self.rename_target(&self.key.clone(), old, new);
    }

    /// `to_field` of a relation to a model whose field got a new name.
    pub(super) fn rename_target(&mut self, key: &ModelKey, old: &str, new: &Arc<str>) {
        for field in &mut self.fields {
            if let Kind::Relation(relation) = &field.field.kind
                && relation.to.as_ref() == Some(key)
                && relation.to_field.as_deref() == Some(old)
                && let Kind::Relation(relation) = &mut Arc::make_mut(&mut field.field).kind
            {
                relation.to_field = Some(new.clone());
            }
        }
    }
}

/// The call of a class, as if a migration had written it.
pub fn call(class: &str, kwargs: Vec<(Arc<str>, Value)>) -> Value {
    let at = Location { file: Arc::new(std::path::PathBuf::new()), line: 0 };
    Value::Object(Arc::new(Object { kwargs, ..Object::bare(class, Vec::new(), at) }))
}

/// `Options._prepare`: `id`, of the class that the settings say.
pub fn automatic_key(class: &str, context: Context<'_>) -> Field {
    let Some(value) = &context.project.automatic_key else { return bare_key(class, None, context) };
    let mut field = Field::read("id", value, &ModelKey::new("", ""), context.project);
    let is_usual = field.db_default.is_none() && field.adds.is_none() && field.column() == Some("id".into());
    match field.kind.scalar().and_then(|it| context.backend.automatic(it)).filter(|_| is_usual) {
        Some(scalar) => {
            field.kind = Kind::Scalar(scalar);
            as_key(field)
        }
        None => {
            let why = "a table that was made under another DEFAULT_AUTO_FIELD need not be as it says";
            bare_key(class, Some(why), context)
        }
    }
}

/// Of a class of Django's, or of one of which nothing is known.
pub fn bare_key(class: &str, notice: Option<&str>, context: Context<'_>) -> Field {
    let at = Location { file: Arc::new(std::path::PathBuf::new()), line: 0 };
    let kwargs = vec![("primary_key".into(), Value::Bool(true))];
    let notice = notice.map(str::to_owned);
    let object = Object { kwargs, notice, ..Object::bare(class, Vec::new(), at) };
    let field = Field::read("id", &Value::Object(Arc::new(object)), &ModelKey::new("", ""), context.project);
    as_key(field)
}

fn as_key(mut field: Field) -> Field {
    field.primary_key = true;
    field.unique = true;
    if let Kind::Scalar(scalar) = &mut field.kind {
        scalar.automatic = true;
    }
    field
}

/// `OrderWrt` of django/db/models/fields/proxy.py.
fn order_field(project: &Project) -> Field {
    Field::read("_order", &call("django.db.models.IntegerField", Vec::new()), &ModelKey::new("", ""), project)
}

/// A `OneToOneField` to a parent that no migration wrote.
fn pointer_to(parent: &ModelKey) -> Field {
    relation_field(&format!("{}_ptr", parent.model), parent, true, true)
}

pub fn relation_field(name: &str, to: &ModelKey, db_constraint: bool, parent: bool) -> Field {
    Field {
        name: name.into(),
        kind: Kind::Relation(Relation {
            to: Some(to.clone()),
            to_field: None,
            db_constraint,
            one_to_one: parent,
            parent_link: parent,
            on_delete: Action::NoAction,
            db_type: None,
        }),
        null: false,
        primary_key: false,
        unique: parent,
        db_index: true,
        db_column: None,
        naming: ColumnName::Usual,
        db_default: None,
        default: None,
        blank: false,
        db_comment: None,
        notice: None,
        blind: false,
        open_check: false,
        adds: None,
    }
}
