//! Elements and slices.

use std::rc::Rc;
use std::sync::Arc;

use super::super::data::is_config_parser;
use super::super::live::*;
use super::super::method::{Place, gap, place};
use super::super::module_names::MODULE_NAMES;
use super::super::operator::integer;
use super::super::outside::is_match;
use super::super::special::is_any_key;
use super::super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    /// One element, or what a class makes of an index.
    pub fn subscript(&mut self, object: &Live, index: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let object = self.force(object)?;
        if let Live::Unknown(unknown) = &object
            && let Some(found) = self.element_of_clue(unknown, index)
        {
            return Ok(found);
        }
        let found = self.element(&object, index, scope, span)?;
        self.may_raise(&found);
        Ok(found)
    }

    /// What a function that is not followed gives may be any key, and so may what a class of its own compares.
    pub fn key(&mut self, key: Live, scope: &Scope, span: Span) -> Live {
        let key = self.assume(&key);
        if is_any_key(&key) { self.unknown(scope, span, format!("is {}", format::kind(&key))) } else { key }
    }

    /// As [`Interpreter::key`], for an element of a set.
    pub fn member(&mut self, item: Live) -> Live {
        let item = self.assume(&item);
        match &item {
            Live::Instance(it) if is_any_key(&item) => {
                self.unknown_in(&it.module, it.span, format!("is {}", format::kind(&item)))
            }
            _ => item,
        }
    }

    fn element(&mut self, object: &Live, index: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let index = self.force(index)?;
        let (object, index) = (self.assume(object), self.key(index, scope, span));
        let at = |items: &[Live]| -> Option<Place> { Some(place(items, integer(&index)?)) };
        // One that is known, or why none is.
        let item = |items: &[Live]| match at(items)? {
            Place::At(at) => items.get(at).cloned(),
            Place::Unclear | Place::Beyond => None,
        };
        if let Live::List(items) = &object
            && let Some(Place::Beyond) = at(&items.borrow())
        {
            return self.fails("IndexError", "list index out of range", scope, span);
        }
        match &object {
            Live::List(items) => {
                if let Some(item) = item(&items.borrow()) {
                    return Ok(item);
                }
                let items = items.borrow();
                let unknown = items.iter().find(|it| it.is_unknown()).unwrap_or(&index);
                if unknown.is_unknown() {
                    return Ok(self.hiding_all(unknown, items.iter()));
                }
            }
            Live::Tuple(items) => {
                if let Some(item) = item(items) {
                    return Ok(item);
                }
                let unknown = items.iter().find(|it| it.is_unknown()).unwrap_or(&index);
                if unknown.is_unknown() {
                    return Ok(self.hiding_all(unknown, items.iter()));
                }
                if integer(&index).is_some() {
                    return self.fails("IndexError", "tuple index out of range", scope, span);
                }
            }
            Live::Str(text) => {
                if index.as_str().is_some() && self.catching_operations > 0 {
                    return Err(self.raise("TypeError", "string indices must be integers"));
                }
                if let Some(position) = integer(&index) {
                    let length = text.chars().count() as i128;
                    let position = if position < 0 { position + length } else { position };
                    if let Some(found) = usize::try_from(position).ok().and_then(|it| text.chars().nth(it)) {
                        return Ok(Live::str(found.to_string()));
                    }
                    return self.fails("IndexError", "string index out of range", scope, span);
                }
            }
            Live::Dict(pairs) if self.factories.contains_key(&Rc::as_ptr(pairs)) => {
                return self.element_or_made(pairs, index, scope, span);
            }
            Live::Dict(pairs) => {
                let pairs = pairs.borrow();
                self.steps(pairs.len() / 16)?;
                if let Some(value) = super::super::operator::find(&pairs, &index) {
                    return Ok(value.clone());
                }
                if !index.is_unknown() && !pairs.iter().any(|(key, _)| key.is_unknown()) {
                    let key = format::repr(&index, 5).unwrap_or_default();
                    return self.fails("KeyError", key, scope, span);
                }
                let unknown = pairs.iter().find(|(key, _)| key.is_unknown()).map(|(key, _)| key.clone());
                let unknown = unknown.unwrap_or(index.clone());
                return Ok(self.hiding_all(&unknown, pairs.iter().map(|(_, value)| value)));
            }
            Live::Name(path) => return self.outside_subscript(path, &index, scope, span),
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                if let Some(method) = self.optional_attribute(&object, "__getitem__", scope, span)?
                    && !method.is_unknown()
                {
                    return self.call(&method, vec![index], Vec::new(), scope, span);
                }
            }
            Live::Class(_)
                if let Some(made) =
                    self.special(&object, "__getitem__", vec![index.clone()], scope, span)? =>
            {
                return Ok(made);
            }
            Live::Class(class) if self.is_enumeration(class)? => {
                if let Live::Str(name) = &index {
                    let members = self.named_members(class)?;
                    return match members.iter().find(|it| it.name == *name) {
                        Some(member) => Ok(member.value.clone()),
                        None => self.fails("KeyError", format!("'{name}'"), scope, span),
                    };
                }
                // `Generic[T]` and its like.
                return Ok(object);
            }
            Live::Class(class) => {
                let method = match self.class_attribute(class, "__class_getitem__")? {
                    Some(Live::Descriptor(Descriptor::ClassMethod, inner)) => Some((*inner).clone()),
                    found => found,
                };
                let Some(Live::Function(method)) = method else { return Ok(object) };
                return self.call_closure(&method, Some(&object), vec![index], Vec::new(), scope, span);
            }
            Live::Instance(instance) if is_match(instance) => {
                let name: Arc<str> = "__getitem__".into();
                return self.call_method(&object, &name, vec![index], Vec::new(), scope, span);
            }
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if **it == *MODULE_NAMES || is_config_parser(it)) =>
            {
                let name: Arc<str> = "__getitem__".into();
                return self.call_method(&object, &name, vec![index], Vec::new(), scope, span);
            }
            Live::Instance(instance) => {
                if let Some(item) = self.resource_item(instance, &index, scope, span) {
                    return Ok(item);
                }
            }
            _ => {}
        }
        Ok(self.because(&[&object, &index], scope, span, "takes an element that is not known"))
    }

    /// Of a `defaultdict`.
    fn element_or_made(
        &mut self,
        pairs: &Rc<std::cell::RefCell<Pairs>>,
        index: Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let found = super::super::operator::find(&pairs.borrow(), &index).cloned();
        let is_open = index.is_unknown() || pairs.borrow().iter().any(|(key, _)| key.is_unknown());
        let factory = self.factories.get(&Rc::as_ptr(pairs)).map(|(_, factory)| factory.clone());
        let made = match (found, factory) {
            (Some(found), _) if !found.is_unknown() => return Ok(found),
            (None, Some(factory)) if !is_open => self.call(&factory, Vec::new(), Vec::new(), scope, span)?,
            _ => {
                let unknown = self.because(&[&index], scope, span, "takes an element that may not be there");
                self.hiding_all(&unknown, pairs.borrow().iter().map(|(_, value)| value))
            }
        };
        self.touch(super::super::branch::Cell::Dict(pairs.clone()));
        super::super::operator::put_in(pairs, index, made.clone());
        Ok(made)
    }

    pub(super) fn slice(
        &mut self,
        object: &Live,
        bounds: [Live; 3],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let object = self.force(object)?;
        let object = self.assume(&object);
        let [from, to, step] = &bounds;
        let bound = |value: &Live| match value {
            Live::None => Some(None),
            value => integer(value).map(Some),
        };
        let (Some(from), Some(to), Some(step)) = (bound(from), bound(to), bound(step)) else {
            let unknown =
                self.because(&[&object, from, to, step], scope, span, "slices where it is not known");
            self.may_raise(&unknown);
            return Ok(unknown);
        };
        let cut = |items: &[Live]| -> Option<Vec<Live>> {
            let is_known = !items.iter().any(Live::is_unknown);
            let (from, to) = (from.map(|it| gap(items, it)), to.map(|it| gap(items, it)));
            match step.unwrap_or(1) {
                -1 if from.is_none() && to.is_none() => Some(items.iter().rev().cloned().collect()),
                step if step == 1 || step > 0 && is_known => {
                    let (from, to) = (from.unwrap_or(Some(0))?, to.unwrap_or(Some(items.len()))?);
                    let kept = items.get(from..to.max(from))?;
                    Some(kept.iter().step_by(usize::try_from(step).ok()?).cloned().collect())
                }
                _ => None,
            }
        };
        let cut_text = |text: &str| -> Option<String> {
            let letters: Vec<Live> = text.chars().map(|it| Live::str(it.to_string())).collect();
            Some(
                cut(&letters)?
                    .iter()
                    .filter_map(|it| it.as_str().cloned())
                    .map(|it| it.to_string())
                    .collect(),
            )
        };
        let known = match &object {
            Live::List(items) => cut(&items.borrow()).map(Live::list),
            Live::Tuple(items) => cut(items).map(Live::tuple),
            Live::Str(text) => {
                self.steps(text.len() / 16)?;
                cut_text(text).map(Live::str)
            }
            _ => None,
        };
        let known =
            known.unwrap_or_else(|| self.because(&[&object], scope, span, "slices what is not known"));
        self.may_raise(&known);
        self.made(known)
    }
}
