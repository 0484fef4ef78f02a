//! What followed code asks the models: whether they are there, and what `_meta` and its fields say.

use std::sync::Arc;

use super::Executor;
use crate::compile::django::arguments::{self, Arguments};
use crate::compile::django::field::{Field, Kind, ModelKey};
use crate::compile::django::project::{APP_LABEL, Marked, Object, OfField, Value, What, When, marks};
use crate::compile::django::state::{Context, Model, State};

impl Executor<'_> {
    /// What the models say, as Python writes it; `None` where that is not known.
    pub(super) fn models_say(&self, when: When, key: &ModelKey, what: What<'_>) -> Option<String> {
        let is_name =
            matches!(what, What::Table | What::Class | What::Field(_, OfField::Column | OfField::Through));
        let before = self.begun.as_ref().unwrap_or(&self.from);
        let said = match when {
            When::Before => self.said_by(before, key, what)?,
            When::After => self.said_by(self.after.as_ref()?, key, what)?,
            // One that code makes is there after it only, and one that it takes away before it.
            When::Either if is_name => {
                let states = [Some(&self.from), self.after.as_ref(), self.begun.as_ref()];
                let mut said = states.into_iter().flatten().filter_map(|it| self.said_by(it, key, what));
                let first = said.next()?;
                if self.after.is_some() && said.any(|it| it != first) {
                    return None;
                }
                first
            }
            When::Either => {
                let said = self.said_by(&self.from, key, what)?;
                (self.said_by(self.after.as_ref()?, key, what).as_ref() == Some(&said)).then_some(said)?
            }
        };
        let is_there = matches!(what, What::IsThere | What::Field(_, OfField::IsThere));
        (is_name || !self.is_in_doubt(key, !(is_there && said == "False"))).then_some(said)
    }

    fn said_by(&self, state: &State, key: &ModelKey, what: What<'_>) -> Option<String> {
        let (field, of_field) = match what {
            What::IsThere => return self.is_model(state, key).map(truth),
            What::Models => return self.models_of(state, key),
            What::Class => return Some(state.get(key)?.name.to_string()),
            What::Said(what) => return said_of_model(state, key, what),
            What::Table => return Some(self.model(state, key)?.table(self.context).to_string()),
            What::Field(field, of_field) => (field, of_field),
        };
        match of_field {
            OfField::IsThere => has_field(state, key, field).map(truth),
            OfField::Said(what) => said_of_field(state, key, field, what),
            OfField::Column => Some(state.field_of(&self.model(state, key)?, field)?.1.column()?.to_string()),
            OfField::Type => state.db_type(state.field_of(&self.model(state, key)?, field)?.1, self.context),
            OfField::KeyType => {
                let model = self.model(state, key)?;
                let (model, field) = state.field_of(&model, field)?;
                state.rel_db_type(model, field, self.context)
            }
            OfField::Through => {
                let model = self.model(state, key)?;
                let through = state.through(&model, model.field(field)?, self.context)?;
                Some(through.table(self.context).to_string())
            }
        }
    }

    /// Those of the code's own app, whose order it knows; a model in whose place a setting puts another is none of them.
    fn models_of(&self, state: &State, key: &ModelKey) -> Option<String> {
        if key.app != self.app || self.unseen.contains(&key.app) {
            return None;
        }
        let is_swapped = |it: &Model| {
            let setting = it.options.swappable.as_ref();
            setting.is_some_and(|setting| self.context.is_swapped(setting, &it.key))
        };
        let models = state.of_app(&key.app).filter(|it| !is_swapped(it));
        Some(models.map(|it| format!("{}.{}", it.key.app, it.name)).collect::<Vec<_>>().join(","))
    }

    /// The model that has the table, also that of a many-to-many field's own.
    fn model(&self, state: &State, key: &ModelKey) -> Option<Arc<Model>> {
        state.concrete(key).cloned().or_else(|| automatic(state, key, self.context))
    }

    /// Whether `apps.get_model` finds it.
    fn is_model(&self, state: &State, key: &ModelKey) -> Option<bool> {
        let project = self.context.project;
        // Of an app without migrations Django takes the models as they are in its code, which nobody has read.
        if !project.migrations.iter().any(|it| *it.id.app == *key.app) {
            return project.apps.iter().all(|it| it.label != key.app).then_some(false);
        }
        Some(state.get(key).is_some() || automatic(state, key, self.context).is_some())
    }

    /// Takes back the answers that hang on an order which the graph leaves open: a database that was migrated in steps may
    /// have been answered otherwise.
    pub fn settle_inquiries(&mut self) {
        for (inquiry, at) in std::mem::take(&mut self.inquiries) {
            if marks(&inquiry.marked).any(|it| self.hangs_on_order(&it, at)) {
                self.said.push((inquiry, None));
            }
        }
    }

    fn hangs_on_order(&self, marked: &Marked<'_>, at: usize) -> bool {
        let Marked::Of { label, model, what, .. } = marked else { return false };
        // The code's own app knows its order.
        *label != APP_LABEL
            && self.editor.open_changes(&ModelKey::new(*label, model), at).any(|[before, after]| {
                match (before, after) {
                    (Some(before), Some(after)) => self.is_told_apart(*what, before, after),
                    (None, None) => false,
                    _ => matches!(what, What::IsThere | What::Class),
                }
            })
    }

    /// Whether the answer is another for each of two versions of a model.
    fn is_told_apart(&self, what: What<'_>, before: &Model, after: &Model) -> bool {
        match what {
            What::IsThere | What::Models => false,
            What::Class => before.name != after.name,
            What::Table => before.table(self.context) != after.table(self.context),
            What::Field(field, _) => {
                // As it is written: what it came to is made of that.
                let of = |it: &Model| it.written(field).map(|it| format!("{:?}", it.field));
                of(before) != of(after)
            }
            What::Said(_) => {
                let of = |it: &Model| {
                    let names: Vec<Arc<str>> = it.local.iter().map(|it| it.name.clone()).collect();
                    (names, it.options.unmanaged, it.options.proxy)
                };
                of(before) != of(after)
            }
        }
    }
}

/// The model of a many-to-many field's own table, which the registry has too.
pub fn automatic(state: &State, key: &ModelKey, context: Context<'_>) -> Option<Arc<Model>> {
    let of_these = state.of_app(&key.app).filter(|it| key.model.starts_with(&*it.key.model));
    let mut throughs = of_these.flat_map(|it| state.throughs(it, context));
    throughs.find_map(|(_, through)| (through.key == *key).then_some(through))
}

fn truth(it: bool) -> String {
    if it { "True" } else { "False" }.to_owned()
}

/// The model, its parents, theirs, and so on; `None` where one of them is not known.
fn lineage<'s>(state: &'s State, key: &ModelKey) -> Option<Vec<&'s Arc<Model>>> {
    let mut lineage = vec![state.concrete(key)?];
    let mut at = 0;
    while let Some(model) = lineage.get(at).copied() {
        for base in &model.bases {
            let base = state.concrete(base)?;
            if !lineage.iter().any(|it| it.key == base.key) {
                lineage.push(base);
            }
        }
        at += 1;
    }
    Some(lineage)
}

/// What `_meta` says, as Python writes it, or the names of fields, between commas: `Options` of django/db/models/options.py.
fn said_of_model(state: &State, key: &ModelKey, what: &str) -> Option<String> {
    let of_options = |it: &Model| match what {
        "managed" => Some(truth(!it.options.unmanaged)),
        "proxy" => Some(truth(it.options.proxy)),
        _ => None,
    };
    if let Some(said) = of_options(state.get(key)?) {
        return Some(said);
    }
    if what == "concrete_model" {
        let model = state.concrete(key)?;
        return Some(format!("{}.{}", model.key.app, model.name));
    }
    // A proxy takes the fields of what it stands for over, in ways of its own.
    if state.get(key)?.options.proxy {
        return None;
    }
    let mut lineage = lineage(state, key)?;
    if what == "pk" {
        let keys = lineage.first()?.local.iter().filter(|it| it.primary_key);
        return keys.map(|it| it.name.to_string()).next_back();
    }
    if what.contains("local") {
        lineage.truncate(1);
    }
    // Parents come first.
    lineage.reverse();
    let fields: Vec<&Arc<Field>> = lineage.iter().flat_map(|it| &it.local).collect();
    // One may have brought others along, or have a column or none.
    if fields.iter().any(|it| it.blind || it.adds.is_some() || matches!(it.kind, Kind::Absent)) {
        return None;
    }
    let is_many = |it: &Field| matches!(it.kind, Kind::ManyToMany(_));
    let is_meant = |it: &Field, many: bool| match what {
        "fields" | "local_fields" | "concrete_fields" | "local_concrete_fields" => !many && !is_many(it),
        "many_to_many" | "local_many_to_many" => many && is_many(it),
        "related_objects" => false,
        _ => many == is_many(it),
    };
    let mut names: Vec<String> = Vec::new();
    for (at, model) in lineage.iter().enumerate() {
        // `Options._get_fields`: of each model the other sides of relations come first, then its own.
        if matches!(what, "get_fields" | "related_objects") {
            let taken_over = at + 1 < lineage.len();
            for from in state.around(&[&model.key]) {
                for name in from.reverse_names(&model.key, taken_over) {
                    let name = name?;
                    if !name.ends_with('+') {
                        names.push(format!("^{name}^{}.{}", from.key.app, from.name));
                    }
                }
            }
        }
        for many in [false, true] {
            let own = model.local.iter().filter(|it| is_meant(it, many));
            names.extend(own.map(|it| it.name.to_string()));
        }
    }
    Some(names.join(","))
}

/// What a field says; of `class`, the classes that it derives from, between commas: `Field` of
/// django/db/models/fields/__init__.py.
fn said_of_field(state: &State, key: &ModelKey, name: &str, what: &str) -> Option<String> {
    let (model, field) = state.field_of(state.concrete(key)?, name)?;
    if field.blind {
        return None;
    }
    // What it points at, and whether that is one.
    let (target, one_to_one) = match &field.kind {
        Kind::Relation(relation) => (Some(&relation.to), Some(relation.one_to_one)),
        Kind::ManyToMany(many) => (Some(&many.to), None),
        Kind::Absent
        | Kind::Scalar(_)
        | Kind::Generated(_)
        | Kind::CompositePrimaryKey(_)
        | Kind::Unknown => (None, None),
    };
    let is_many = matches!(field.kind, Kind::ManyToMany(_));
    Some(match what {
        "related_model" => match target {
            Some(target) => {
                let target = state.get(target.as_ref()?)?;
                format!("{}.{}", target.key.app, target.name)
            }
            None => "None".to_owned(),
        },
        "name" => field.name.to_string(),
        "null" => truth(field.null),
        "unique" => truth(field.unique || field.primary_key),
        "primary_key" => truth(field.primary_key),
        "db_index" => truth(field.db_index),
        // A many-to-many field has a column's name, though no column.
        "concrete" if !matches!(field.kind, Kind::Absent) => truth(true),
        "model" => format!("{}.{}", model.key.app, model.name),
        "is_relation" => truth(target.is_some()),
        "many_to_many" => truth(is_many),
        "one_to_one" => truth(one_to_one == Some(true)),
        "many_to_one" => truth(one_to_one == Some(false)),
        "attname" if one_to_one.is_some() => format!("{}_id", field.name),
        "attname" => field.name.to_string(),
        _ => return said_in(&model.written(&field.name)?.value, what),
    })
}

/// What only the field's expression says.
fn said_in(value: &Value, what: &str) -> Option<String> {
    let Value::Object(object) = value else { return None };
    match what {
        "class" => Some(object.lineage.join(",")),
        "auto_created" => match Arguments::of(object).named("auto_created") {
            None => Some(truth(false)),
            Some(Value::Bool(it)) => Some(truth(*it)),
            Some(_) => None,
        },
        "max_length" => max_length(object),
        "internal_type" => internal_type(object),
        _ => None,
    }
}

fn max_length(object: &Object) -> Option<String> {
    match Arguments::of(object).named("max_length") {
        Some(Value::Int(length)) => return Some(length.to_string()),
        Some(Value::None) | None => {}
        Some(_) => return None,
    }
    let class = object.lineage.iter().find_map(|it| it.strip_prefix("django.db.models."))?;
    Some(match class {
        "SlugField" => "50".to_owned(),
        "EmailField" => "254".to_owned(),
        "URLField" => "200".to_owned(),
        "FileField" | "FilePathField" | "ImageField" => "100".to_owned(),
        "UUIDField" => "32".to_owned(),
        "GenericIPAddressField" => "39".to_owned(),
        _ => "None".to_owned(),
    })
}

/// `get_internal_type` of a class that does not say its own.
fn internal_type(object: &Object) -> Option<String> {
    if object.methods.iter().any(|(name, _)| &**name == "get_internal_type") {
        return None;
    }
    let class = object.lineage.iter().find(|it| it.starts_with("django."))?;
    // A class of the sources is called by its own name, unless Django's says one.
    let is_own = object.lineage.first() != Some(class);
    let name = class.strip_prefix("django.db.models.")?;
    let said = match name {
        "CommaSeparatedIntegerField" | "EmailField" | "URLField" => "CharField",
        // That of what it gives.
        "GeneratedField" => return None,
        "ImageField" => "FileField",
        "ForeignKey" | "ManyToManyField" | "OneToOneField" | "Field" if is_own => {
            return Some(arguments::last_part(object.lineage.first()?).to_owned());
        }
        _ if name.contains('.') => return None,
        name => name,
    };
    Some(said.to_owned())
}

/// Whether a model or one of its parents has a field of this name, or another model's relation goes by it.
fn has_field(state: &State, key: &ModelKey, name: &str) -> Option<bool> {
    let model = state.concrete(key)?;
    if state.field_of(model, name).is_some() {
        return Some(true);
    }
    for (at, model) in lineage(state, key)?.into_iter().enumerate() {
        for relation in state.around(&[&model.key]).flat_map(|it| it.reverse_names(&model.key, at > 0)) {
            if *relation? == *name {
                return Some(true);
            }
        }
    }
    Some(false)
}
