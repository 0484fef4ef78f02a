//! Copies, as `copy` makes them, and the `clone` of Django's fields, indexes and constraints.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::live::*;
use super::{Interpreter, given};

/// What a field has been given since it was made, and its clone has not.
const OF_ITS_MODEL: [&str; 5] = ["attname", "column", "model", "name", "«name»"];

/// What was copied already, by its place.
type Copies = HashMap<*const (), Live, RandomState>;

impl Interpreter<'_> {
    /// Another object that holds the same, or with `deep` copies of the same. What is only ever asked is shared.
    pub fn copied(&mut self, value: &Live, deep: bool) -> Result<Live, Stop> {
        self.copied_within(value, deep, &mut Copies::default())
    }

    fn copied_within(&mut self, value: &Live, deep: bool, made: &mut Copies) -> Result<Live, Stop> {
        let value = self.force(value)?;
        self.step()?;
        let place: *const () = match &value {
            Live::List(it) | Live::Set(it) => Rc::as_ptr(it).cast(),
            Live::Dict(it) => Rc::as_ptr(it).cast(),
            Live::Instance(it) => Rc::as_ptr(it).cast(),
            Live::Tuple(items) if deep => {
                let items: Result<_, Stop> =
                    items.iter().map(|it| self.deeper(|this| this.copied_within(it, true, made))).collect();
                return items.map(Live::tuple);
            }
            _ => return Ok(value),
        };
        // What stands in two places is one thing in the copy, too.
        if let Some(copy) = made.get(&place) {
            return Ok(copy.clone());
        }
        match &value {
            Live::List(items) => {
                let copy = SharedItems::default();
                made.insert(place, Live::List(copy.clone()));
                let items = items.borrow().clone();
                for it in &items {
                    let it = self.inner_copy(it, deep, made)?;
                    copy.borrow_mut().push(it);
                }
                Ok(Live::List(copy))
            }
            Live::Set(items) => {
                let copy = Live::set(items.borrow().clone());
                made.insert(place, copy.clone());
                Ok(copy)
            }
            Live::Dict(pairs) => {
                let copy = Rc::new(RefCell::new(Pairs::new()));
                made.insert(place, Live::Dict(copy.clone()));
                let pairs = pairs.borrow().clone();
                for (key, it) in pairs {
                    let it = self.inner_copy(&it, deep, made)?;
                    copy.borrow_mut().push((key, it));
                }
                if let Live::Dict(of) = &value
                    && let Some((_, factory)) = self.factories.get(&Rc::as_ptr(of)).cloned()
                {
                    self.factories.insert(Rc::as_ptr(&copy), (Rc::downgrade(&copy), factory));
                }
                Ok(Live::Dict(copy))
            }
            Live::Instance(instance) => {
                let is_part = self.is_part_of_a_model(instance)?;
                match &instance.class {
                    _ if is_part => {}
                    Live::Class(class) if super::special::is_enumeration(class) => return Ok(value),
                    Live::Class(_) if self.is_copied_plainly(instance)? => {}
                    Live::Class(_) => {
                        let reason = "is copied by what its class says";
                        return Ok(self.unknown_in(&instance.module, instance.span, reason));
                    }
                    _ => return Ok(value),
                }
                let attributes = SharedNames::default();
                let copy = Live::Instance(Rc::new(Instance {
                    class: instance.class.clone(),
                    args: instance.args.clone(),
                    keywords: instance.keywords.clone(),
                    attributes: attributes.clone(),
                    base_calls: instance.base_calls.clone(),
                    notice: instance.notice.clone(),
                    is_joined: false,
                    module: instance.module.clone(),
                    span: instance.span,
                }));
                made.insert(place, copy.clone());
                let all: Vec<(Arc<str>, Live)> = instance
                    .attributes
                    .borrow()
                    .iter()
                    .map(|(name, it)| (name.clone(), it.clone()))
                    .collect();
                for (name, it) in all {
                    // A field's parts are only ever asked.
                    let it = if is_part { it } else { self.inner_copy(&it, deep, made)? };
                    attributes.borrow_mut().set(name, it);
                }
                Ok(copy)
            }
            _ => Ok(value),
        }
    }

    fn inner_copy(&mut self, value: &Live, deep: bool, made: &mut Copies) -> Result<Live, Stop> {
        if deep { self.deeper(|it| it.copied_within(value, true, made)) } else { Ok(value.clone()) }
    }

    /// An instance of a class of the sources, which says nothing of copies.
    fn is_copied_plainly(&mut self, instance: &Instance) -> Result<bool, Stop> {
        let Live::Class(class) = &instance.class else { return Ok(false) };
        let class = class.clone();
        for hook in ["__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__"] {
            if self.class_attribute(&class, hook)?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `Field.clone`, `Index.clone`, `BaseConstraint.clone`: made anew of what `deconstruct` tells.
    pub fn cloned(&mut self, instance: &Rc<Instance>) -> Result<Option<Live>, Stop> {
        if !self.is_part_of_a_model(instance)? {
            return Ok(None);
        }
        let made = self.copied(&Live::Instance(instance.clone()), false)?;
        if let Live::Instance(made) = &made {
            OF_ITS_MODEL.iter().for_each(|it| made.attributes.borrow_mut().remove(it));
        }
        Ok(Some(made))
    }

    /// A field, an index or a constraint, of Django's or derived from one.
    fn is_part_of_a_model(&mut self, instance: &Rc<Instance>) -> Result<bool, Stop> {
        let is_part = |it: &Live| match it {
            Live::Name(path) => given::is_field(path) || given::is_of_meta(path),
            _ => false,
        };
        Ok(match &instance.class {
            Live::Class(class) => self.lineage(&class.clone())?.iter().any(is_part),
            class => is_part(class),
        })
    }
}
