//! The models as the migrations so far have made them: django/db/migrations/state.py, and of
//! django/db/models/options.py what decides about tables.

mod model;
mod relations;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};

pub use model::{Model, ModelField, Options};

use super::backend::Backend;
use super::field::{Field, Kind, ModelKey};
use super::project::{Project, Value};

/// `ProjectState`. The states before and after an operation share all that it leaves as it is, so that a clone costs the
/// same however many models there are.
#[derive(Clone, Debug, Default)]
pub struct State {
    models: RedBlackTreeMapSync<ModelKey, Arc<Model>>,
    /// Those that were deleted: Django's fields keep the class of the model that they point at.
    deleted: RedBlackTreeMapSync<ModelKey, Arc<Model>>,
    /// By what they point at, the models that do or once did: whoever asks looks again.
    pointing: RedBlackTreeMapSync<ModelKey, RedBlackTreeSetSync<ModelKey>>,
    /// What relations name, or once did, as the field that they point at.
    named_targets: RedBlackTreeSetSync<Arc<str>>,
    /// What was changed since it was last asked for.
    touched: BTreeSet<ModelKey>,
    /// Old keys of models, and what they are called now.
    renamed: RedBlackTreeMapSync<ModelKey, ModelKey>,
    /// The key that models have which name none.
    automatic_key: OnceCell<Arc<Field>>,
}

/// What every question to a state needs to know of the project.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub project: &'a Project,
    pub backend: Backend,
}

impl State {
    /// The models of one app.
    pub fn of_app<'a>(&'a self, app: &'a str) -> impl Iterator<Item = &'a Arc<Model>> {
        self.models.values().filter(move |it| &*it.key.app == app)
    }

    pub fn get(&self, key: &ModelKey) -> Option<&Arc<Model>> {
        self.models.get(key)
    }

    fn automatic_key(&self, context: Context<'_>) -> Arc<Field> {
        self.automatic_key.get_or_init(|| Arc::new(context.automatic_key())).clone()
    }

    /// What the operation at hand has changed.
    pub fn touched(&self) -> impl Iterator<Item = &ModelKey> {
        self.touched.iter()
    }

    /// What a model was called before it got its name.
    pub fn old_name_of(&self, key: &ModelKey) -> Option<&ModelKey> {
        self.renamed.iter().find(|(_, now)| *now == key).map(|(old, _)| old)
    }

    pub fn put(&mut self, mut model: Model, context: Context<'_>) {
        // A migration that was written before a model got its name, but comes after it in this plan.
        let is_old = |it: &&ModelKey| **it != model.key && !self.models.contains_key(it);
        let old = |it: &ModelKey| Some((it.clone(), self.renamed.get(it)?.clone()));
        let renamed: Vec<_> = model.targets().filter(is_old).filter_map(old).collect();
        for (from, to) in renamed {
            model.repoint(&from, &to);
        }
        model.settle(self, context);
        self.touched.insert(model.key.clone());
        self.insert(Arc::new(model));
    }

    fn insert(&mut self, model: Arc<Model>) {
        let before = self.models.get(&model.key);
        let is_known = |(at, it): &(usize, &ModelField)| {
            let there = before.and_then(|before| before.fields.get(*at));
            there.is_some_and(|there| Arc::ptr_eq(&there.field, &it.field))
        };
        let new: Vec<&Field> =
            (model.fields.iter().enumerate()).filter(|it| !is_known(it)).map(|(_, it)| &*it.field).collect();
        for target in new.iter().flat_map(|it| it.targets()).chain(&model.bases) {
            match self.pointing.get_mut(target) {
                Some(pointing) => pointing.insert_mut(model.key.clone()),
                None => {
                    let pointing = [model.key.clone()].into_iter().collect();
                    self.pointing.insert_mut(target.clone(), pointing);
                }
            }
        }
        let named = new.iter().filter_map(|it| match &it.kind {
            Kind::Relation(relation) => relation.to_field.clone(),
            Kind::Absent
            | Kind::CompositePrimaryKey(_)
            | Kind::Scalar(_)
            | Kind::Generated(_)
            | Kind::ManyToMany(_)
            | Kind::Unknown => None,
        });
        named.for_each(|it| self.named_targets.insert_mut(it));
        self.models.insert_mut(model.key.clone(), model);
    }

    pub fn remove(&mut self, key: &ModelKey) -> Option<Arc<Model>> {
        self.touched.insert(key.clone());
        let model = self.models.get(key).cloned();
        if let Some(model) = &model {
            self.deleted.insert_mut(key.clone(), model.clone());
            self.models.remove_mut(key);
        }
        model
    }

    /// Changes a model that is there; whether it is.
    pub fn change(&mut self, key: &ModelKey, context: Context<'_>, change: impl FnOnce(&mut Model)) -> bool {
        let Some(model) = self.models.get(key) else { return false };
        let mut model = Model::clone(model);
        change(&mut model);
        self.put(model, context);
        true
    }

    /// Becomes what `newer` is.
    pub fn catch_up(&mut self, newer: &mut Self) {
        if !newer.touched.is_empty() || !self.touched.is_empty() {
            newer.touched.clear();
            self.clone_from(newer);
        }
    }

    fn keys_pointing_at(&self, key: &ModelKey) -> Vec<ModelKey> {
        self.around(&[key]).filter(|it| it.points_at(key)).map(|it| it.key.clone()).collect()
    }

    /// `ProjectState.rename_model`.
    pub fn rename_model(&mut self, app: &str, old: &str, new: &str, context: Context<'_>) -> bool {
        let (from, to) = (ModelKey::new(app, old), ModelKey::new(app, new));
        let Some(model) = self.models.get(&from) else { return false };
        let mut renamed = Model::clone(model);
        renamed.key = to.clone();
        renamed.name = new.into();
        renamed.repoint(&from, &to);
        if from != to {
            self.remove(&from);
            let old = self.renamed.iter().filter(|(_, now)| **now == from).map(|(old, _)| old.clone());
            for old in old.collect::<Vec<_>>() {
                self.renamed.insert_mut(old, to.clone());
            }
            self.renamed.remove_mut(&to);
            self.renamed.insert_mut(from.clone(), to.clone());
        }
        self.put(renamed, context);
        for key in self.keys_pointing_at(&from) {
            self.change(&key, context, |model| model.repoint(&from, &to));
        }
        true
    }

    /// `ProjectState.rename_field`.
    pub fn rename_field(&mut self, key: &ModelKey, old: &str, new: &str, context: Context<'_>) -> bool {
        let name: Arc<str> = new.into();
        let there = self.change(key, context, |model| model.rename_field(old, &name));
        for pointing in self.keys_pointing_at(key) {
            self.change(&pointing, context, |model| model.rename_target(key, old, &name));
        }
        there
    }
}

impl Context<'_> {
    /// The class of keys that nobody wrote: that of the setting, whatever the app's config says, because
    /// the configs of migration states are stubs (`AppConfigStub` of django/db/migrations/state.py).
    /// Before Django 3.2 it was `AutoField` always, from 6.0 it is `BigAutoField` unless set
    /// (django/conf/global_settings.py).
    pub fn automatic_key(&self) -> Field {
        let class = match self.project.settings.values.get("DEFAULT_AUTO_FIELD") {
            Some(Value::Str(class)) if self.project.django >= (3, 2) => {
                return model::automatic_key(class, *self);
            }
            _ if self.project.django >= (6, 0) => "django.db.models.BigAutoField",
            _ => "django.db.models.AutoField",
        };
        model::bare_key(class, None, *self)
    }

    /// Whether `AUTH_USER_MODEL` or its like names another model than this one: `Options.swapped`. Of these settings
    /// Django itself sets `AUTH_USER_MODEL` alone (django/conf/global_settings.py).
    pub fn is_swapped(&self, setting: &str, key: &ModelKey) -> bool {
        let named: &str = match self.project.settings.values.get(setting) {
            Some(Value::Str(named)) => named,
            None if setting == "AUTH_USER_MODEL" => "auth.User",
            _ => return false,
        };
        named.split_once('.').is_some_and(|(app, model)| ModelKey::new(app, model) != *key)
    }
}
