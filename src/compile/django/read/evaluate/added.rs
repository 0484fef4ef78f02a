//! Fields that a field adds to its model beside itself, by `contribute_to_class`.

use std::rc::Rc;
use std::sync::Arc;

use super::column::is_cut;
use super::live::*;
use super::placed::Place;
use super::{Interpreter, given};
use crate::compile::django::project::{FIELD_NAME, Value};
use crate::compile::django::read::syntax::tree::Span;

/// What may have been added so far.
#[derive(Default)]
pub struct Added {
    /// With [`FIELD_NAME`] for the field's name, where it is the same for any.
    pub names: Vec<Arc<str>>,
    /// Others too, by names that are not known.
    pub is_unknown: bool,
}

impl Interpreter<'_> {
    /// What `contribute_to_class` adds, as far as that is decided by the field itself: a list of names, or `True` for what is
    /// not known.
    pub(super) fn adds(
        &mut self,
        closure: &Rc<Closure>,
        receiver: &Live,
        place: Option<&Place>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Value {
        let mut names_for = |name: &str, place: Option<&Place>| {
            let model = self.class_at(place, scope, span);
            let before = std::mem::take(&mut self.added);
            let args = vec![model, Live::str(name)];
            let done = self.call_closure(closure, Some(receiver), args, Vec::new(), scope, span);
            let added = std::mem::replace(&mut self.added, before);
            (!added.is_unknown && done.is_ok()).then_some(added.names)
        };
        let any = names_for(FIELD_NAME, None);
        let names = match place {
            None => any,
            Some(place) => {
                let here = names_for(&place.name, Some(place));
                let is_so = |any: &Vec<Arc<str>>| {
                    let named = any.iter().map(|it| it.replace(FIELD_NAME, &place.name));
                    here.as_ref().is_some_and(|it| named.eq(it.iter().map(|it| it.to_string())))
                };
                any.filter(is_so).or(here)
            }
        };
        match names {
            Some(names) => Value::List(names.into_iter().map(Value::Str).collect()),
            None => Value::Bool(true),
        }
    }

    /// Whether `contribute_to_class` puts something among the indexes or constraints of its model.
    pub(super) fn adds_to_meta(
        &mut self,
        closure: &Rc<Closure>,
        receiver: &Live,
        place: Option<&Place>,
        scope: &Rc<Scope>,
    ) -> bool {
        let span = closure.definition.span;
        let model = self.class_at(place, scope, span);
        let options = match &model {
            Live::Instance(model) => model.attributes.borrow().get("_meta").cloned(),
            _ => None,
        };
        let Some(Live::Instance(options)) = options else { return true };
        let names = ["indexes", "constraints"];
        for name in names {
            options.attributes.borrow_mut().set(name.into(), Live::list(Vec::new()));
        }
        let before = std::mem::take(&mut self.added);
        let args = vec![model, Live::str(place.map_or(FIELD_NAME, |it| &it.name))];
        let done = self.call_closure(closure, Some(receiver), args, Vec::new(), scope, span);
        self.added = before;
        let is_empty = |it: &str| matches!(options.attributes.borrow().get(it), Some(Live::List(it)) if it.borrow().is_empty());
        done.is_err() || !names.into_iter().all(is_empty)
    }

    /// `cls.add_to_class(name, value)`, `field.contribute_to_class(cls, name)`.
    pub(super) fn note_added(&mut self, function: &Live, args: &[Live]) {
        let Live::Bound(bound) = function else {
            return self.added.is_unknown = true;
        };
        let pair = match (bound.callee.name(), args) {
            ("add_to_class", [name, value]) => Some((name, value)),
            ("contribute_to_class", [_, name, ..]) => Some((name, &bound.receiver)),
            _ => None,
        };
        let Some((name, value)) = pair else { return self.added.is_unknown = true };
        if self.is_no_field(value) {
            return;
        }
        match name {
            Live::Str(name) if !is_cut(name) => self.added.names.push(name.clone()),
            _ => self.added.is_unknown = true,
        }
    }

    /// Methods, properties, managers and whatever else has no column.
    fn is_no_field(&mut self, value: &Live) -> bool {
        match self.force(value).unwrap_or_else(|_| value.clone()) {
            Live::Instance(instance) => match &instance.class {
                Live::Name(class) => {
                    let root = class.split('.').next().unwrap_or_default();
                    matches!(root, "builtins" | "functools")
                        || class.starts_with("django.contrib.contenttypes.")
                        || (class.starts_with("django.db.models.") && !given::is_field(class))
                }
                Live::Class(class) => matches!(self.outside_base(&class.clone()), Ok(None)),
                _ => false,
            },
            Live::Unknown(_) | Live::Import(_) | Live::Super(_) => false,
            _ => true,
        }
    }
}
