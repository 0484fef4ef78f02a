//! Copies, as `copy` makes them, and the `clone` of Django's fields, indexes and constraints.

use std::rc::Rc;

use super::live::*;
use super::{Interpreter, given};

/// What a field has been given since it was made, and its clone has not.
const OF_ITS_MODEL: [&str; 5] = ["attname", "column", "model", "name", "«name»"];
/// What holds itself, or holds more, is shared instead.
const MANY: usize = 5_000;

impl Interpreter<'_> {
    /// Another object that holds the same, or with `deep` copies of the same. What is only ever asked is shared.
    pub fn copied(&mut self, value: &Live, deep: bool) -> Result<Live, Stop> {
        self.copied_within(value, deep, &mut { MANY })
    }

    fn copied_within(&mut self, value: &Live, deep: bool, left: &mut usize) -> Result<Live, Stop> {
        let Some(less) = left.checked_sub(1) else { return Ok(value.clone()) };
        *left = less;
        let value = self.force(value)?;
        let mut inner = |this: &mut Self, it: &Live| {
            if deep { this.copied_within(it, true, left) } else { Ok(it.clone()) }
        };
        Ok(match &value {
            Live::List(items) => {
                let items = items.borrow().clone();
                Live::list(items.iter().map(|it| inner(self, it)).collect::<Result<_, _>>()?)
            }
            Live::Set(items) => Live::set(items.borrow().clone()),
            Live::Tuple(items) if deep => {
                Live::tuple(items.iter().map(|it| inner(self, it)).collect::<Result<_, _>>()?)
            }
            Live::Dict(pairs) => {
                let mut made = pairs.borrow().clone();
                for (_, it) in made.iter_mut() {
                    *it = inner(self, it)?;
                }
                Live::dict(made)
            }
            Live::Instance(instance) if self.is_part_of_a_model(instance)? => {
                let names = SharedNames::default();
                for (name, it) in instance.attributes.borrow().iter() {
                    names.borrow_mut().set(name.clone(), it.clone());
                }
                Live::Instance(Rc::new(Instance {
                    class: instance.class.clone(),
                    args: instance.args.clone(),
                    keywords: instance.keywords.clone(),
                    attributes: names,
                    base_calls: instance.base_calls.clone(),
                    notice: instance.notice.clone(),
                    module: instance.module.clone(),
                    span: instance.span,
                }))
            }
            other => other.clone(),
        })
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
            Live::Name(path) => {
                given::is_field(path)
                    || ["django.db.models.", "django.contrib.postgres."].iter().any(|it| path.starts_with(it))
                        && ["Index", "Constraint"].iter().any(|it| path.ends_with(it))
            }
            _ => false,
        };
        Ok(match &instance.class {
            Live::Class(class) => self.lineage(&class.clone())?.iter().any(is_part),
            class => is_part(class),
        })
    }
}
