//! What followed code asks the `_meta` of models, and their fields, besides names.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::builtin::is_kind_of;
use super::super::live::*;
use super::field::RELATION;
use super::model::{FIELD, NAME, OF_REGISTRY, OPTIONS, Text};
use crate::compile::django::project::{MODELS_OF, SAID_OF, When};
use crate::compile::django::read::syntax::tree::Span;

/// The class of the other side of a relation: its name.
const REVERSE: &str = "«reverse»";

impl Interpreter<'_> {
    /// An attribute of `_meta` of a model that the registry was asked for, or of one of its fields. `None` where it is none
    /// of which the models are asked, or they do not say.
    pub fn said_by_model(
        &mut self,
        instance: &Instance,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        self.handed.as_ref()?;
        let Live::Name(class) = &instance.class else { return None };
        match (&**class, name) {
            (
                OPTIONS,
                "concrete_fields"
                | "fields"
                | "local_concrete_fields"
                | "local_fields"
                | "local_many_to_many"
                | "many_to_many"
                | "related_objects",
            ) => self.fields_of_model(instance, name, scope, span),
            (OPTIONS, "managed" | "proxy") => {
                let Some(Live::Tuple(model)) = instance.attributes.borrow().get(NAME).cloned() else {
                    return None;
                };
                self.said(&model, None, name).map(|it| value_of(&it))
            }
            (OPTIONS, "pk") => {
                let model = instance.attributes.borrow().get(NAME).cloned()?;
                let Live::Tuple(both) = &model else { return None };
                let field = self.said(both, None, name)?;
                Some(self.field_of(&model, &field, scope, span))
            }
            (OPTIONS, "concrete_model" | "model") => {
                let Live::Tuple(both) = instance.attributes.borrow().get(NAME).cloned()? else { return None };
                let said = match name {
                    "model" => {
                        let [Live::Str(signed), Live::Str(model)] = &*both else { return None };
                        format!("{}.{model}", When::of(signed).1).into()
                    }
                    _ => self.said(&both, None, name)?,
                };
                let (label, model) = said.split_once('.')?;
                self.model_beside(&both, [label, model], scope, span)
            }
            (FIELD, "model") => {
                let said = self.said_by_field(instance, name)?;
                let (label, model) = said.split_once('.')?;
                self.other_model(instance, [label, model], scope, span)
            }
            (FIELD, "related_model" | "remote_field") => {
                let said = self.said_by_field(instance, "related_model")?;
                let Some((label, target)) = said.split_once('.') else { return Some(value_of(&said)) };
                let model = self.other_model(instance, [label, target], scope, span)?;
                if name == "related_model" {
                    return Some(model);
                }
                let relation = self.outside_instance(RELATION, Vec::new(), Vec::new(), scope, span);
                if let (Live::Instance(relation), Some(through)) =
                    (&relation, self.automatic_through(instance, scope, span))
                {
                    relation.attributes.borrow_mut().set("through".into(), through);
                }
                if let Live::Instance(relation) = &relation {
                    relation.attributes.borrow_mut().set("model".into(), model);
                }
                Some(relation)
            }
            (
                FIELD,
                "attname" | "auto_created" | "concrete" | "db_index" | "is_relation" | "many_to_many"
                | "many_to_one" | "max_length" | "name" | "null" | "one_to_one" | "primary_key" | "unique",
            ) => self.said_by_field(instance, name).map(|it| value_of(&it)),
            _ => None,
        }
    }

    /// `_meta.get_fields()` and its like.
    pub(super) fn fields_of_model(
        &mut self,
        options: &Instance,
        which: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let Some(model @ Live::Tuple(_)) = options.attributes.borrow().get(NAME).cloned() else {
            return None;
        };
        let Live::Tuple(both) = &model else { return None };
        let names = self.said(both, None, which)?;
        let names = names.split(',').filter(|it| !it.is_empty());
        let each = names.map(|name| match name.strip_prefix('^') {
            None => self.field_of(&model, &name.into(), scope, span),
            Some(name) => {
                let (name, from) = name.split_once('^').unwrap_or((name, ""));
                let made = self.outside_instance(REVERSE, vec![Live::str(name)], Vec::new(), scope, span);
                let related = from.split_once('.').and_then(|(label, of)| {
                    let Live::Tuple(both) = &model else { return None };
                    self.model_beside(both, [label, of], scope, span)
                });
                if let Live::Instance(made) = &made {
                    let mut names = made.attributes.borrow_mut();
                    if let Some(related) = related {
                        names.set("related_model".into(), related);
                    }
                    names.set("name".into(), Live::str(name));
                    names.set("auto_created".into(), Live::Bool(true));
                    names.set("concrete".into(), Live::Bool(false));
                    names.set("is_relation".into(), Live::Bool(true));
                }
                made
            }
        });
        Some(Live::list(each.collect()))
    }

    /// `apps.get_app_config(label).get_models()`
    pub(super) fn models_of_app(&mut self, app: &Instance, scope: &Rc<Scope>, span: Span) -> Option<Live> {
        let names = app.attributes.borrow();
        let (Live::Str(registry), Live::Str(label)) =
            (names.get(OF_REGISTRY)?.clone(), names.get("label")?.clone())
        else {
            return None;
        };
        drop(names);
        let when = self.state_of(&registry)?;
        let [before, after] = MODELS_OF;
        let all = self.assumed(&format!("{before}{}.{after}", when.signed(&label)).into())?;
        let named = all.split(',').filter_map(|it| it.split_once('.'));
        let models = named.map(|(label, model)| {
            self.model_asked_for(&registry, &[Live::str(label), Live::str(model)], &Vec::new(), scope, span)
                .ok()
        });
        Some(Live::list(models.collect::<Option<_>>()?))
    }

    /// Another model of the state that a field's model is of.
    fn other_model(
        &mut self,
        field: &Instance,
        named: [&str; 2],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let [Live::Tuple(both), _] = field.args.as_slice() else { return None };
        self.model_beside(both, named, scope, span)
    }

    fn model_beside(
        &mut self,
        beside: &[Live],
        [label, model]: [&str; 2],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let [Live::Str(signed), _] = beside else { return None };
        let registry = match When::of(signed).0 {
            When::Before => "from_state.apps.get_model",
            When::After => "to_state.apps.get_model",
            When::Either => "state.apps.get_model",
        };
        self.model_asked_for(registry, &[Live::str(label), Live::str(model)], &Vec::new(), scope, span).ok()
    }

    /// What `through` says of a many-to-many field whose table is its own.
    fn automatic_through(&mut self, field: &Instance, scope: &Rc<Scope>, span: Span) -> Option<Live> {
        let [Live::Tuple(both), Live::Str(name)] = field.args.as_slice() else { return None };
        let [Live::Str(label), Live::Str(model)] = &**both else { return None };
        let is_many = self.said(both, Some(name), "many_to_many")?;
        (&*is_many == "True").then(|| self.table_between(label, model, name, scope, span))
    }

    /// `field.get_internal_type()` and its like.
    pub(super) fn said_by_field(&mut self, field: &Instance, what: &str) -> Option<Text> {
        let [Live::Tuple(model), Live::Str(field)] = field.args.as_slice() else { return None };
        self.said(model, Some(field), what)
    }

    /// Whether a model's field is an instance of this class; `None` where that is not known.
    pub fn is_field_of_class(&mut self, field: &Instance, class: &Live) -> Option<bool> {
        let path = match class {
            Live::Name(path) => path.clone(),
            Live::Class(class) => class.path.clone(),
            _ => return None,
        };
        let lineage = self.said_by_field(field, "class")?;
        if lineage.split(',').any(|it| *it == *path) {
            return Some(true);
        }
        match class {
            Live::Class(_) => Some(false),
            _ => is_kind_of(lineage.split(',').next_back()?, &path),
        }
    }

    fn said(&mut self, model: &[Live], field: Option<&str>, what: &str) -> Option<Text> {
        let [Live::Str(label), Live::Str(model)] = model else { return None };
        let [before, after] = SAID_OF;
        let field = field.map(|it| format!("{it}.")).unwrap_or_default();
        self.assumed(&format!("{before}{label}.{model}.{field}{what}{after}").into())
    }
}

/// Whether it stands for a field that a model has.
pub fn is_field_of_model(instance: &Instance) -> bool {
    matches!(&instance.class, Live::Name(class) if &**class == FIELD)
}

/// What Python writes so: a boolean, a number, `None`, or else a text.
fn value_of(text: &str) -> Live {
    match text {
        "True" => Live::Bool(true),
        "False" => Live::Bool(false),
        "None" => Live::None,
        text => text.parse().map_or_else(|_| Live::str(text), Live::Int),
    }
}
