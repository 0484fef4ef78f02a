//! The field that Django makes its models of: `ModelState.render` has each of a state cloned, which is made anew of what its
//! `deconstruct` gives back (`django/db/migrations/state.py`, `Field.clone` in `django/db/models/fields/__init__.py`).

use std::rc::Rc;

use super::Interpreter;
use super::live::*;
use super::{asked, given};
use crate::compile::django::field::{is_left_out, positional};
use crate::compile::django::project::Value;

impl Interpreter<'_> {
    /// The clone of a field of a class of the sources, where that may be another and is known.
    pub(super) fn rendered(&mut self, instance: &Rc<Instance>, scope: &Rc<Scope>) -> Option<Rc<Instance>> {
        let Live::Class(class) = &instance.class else { return None };
        let class = class.clone();
        let is_field = |it: &Live| matches!(it, Live::Name(path) if given::is_field(path));
        if instance.notice.borrow().is_some()
            || instance.base_calls.borrow().len() != 1
            || !self.lineage(&class).ok()?.iter().any(is_field)
        {
            return None;
        }
        let receiver = Live::Instance(instance.clone());
        let is_whole = |it: &Rc<Instance>| it.notice.borrow().is_none() && it.base_calls.borrow().len() == 1;
        if let Some(Live::Function(_)) = self.class_attribute(&class, "clone").ok()? {
            let made =
                self.within_budget(|it| it.ask_method(&receiver, "clone", Vec::new(), scope, instance.span));
            return match made {
                Ok(Live::Instance(made)) if is_whole(&made) => Some(made),
                _ => {
                    let reason = "it is cloned in a way that was not seen through".to_owned();
                    instance.notice.borrow_mut().get_or_insert(reason);
                    None
                }
            };
        }
        if !self.may_be_another(&class) {
            return None;
        }
        self.within_budget(|it| {
            let told = it.ask_method(&receiver, "deconstruct", Vec::new(), scope, instance.span).ok()?;
            let Live::Tuple(told) = it.force(&told).ok()? else { return None };
            let [_, _, args, kwargs] = &*told else { return None };
            let args = it.iterate(args, scope, instance.span).ok()?.ok()?;
            let Live::Dict(pairs) = it.force(kwargs).ok()? else { return None };
            let named = |(name, value): &(Live, Live)| Some((name.as_str()?.clone(), value.clone()));
            let keywords: Keywords = pairs.borrow().iter().map(named).collect::<Option<_>>()?;
            if args.iter().any(Live::is_unknown) {
                return None;
            }
            match it.instantiate(&class, args, keywords, scope, instance.span).ok()? {
                Live::Instance(made) => Some(made).filter(is_whole),
                _ => None,
            }
        })
    }

    /// Whether its constructor, or what it tells of itself, speaks of what decides about the column or the table between two.
    fn may_be_another(&mut self, class: &Rc<Class>) -> bool {
        let Ok(lineage) = self.lineage(class) else { return false };
        let is_own = |it: &Live| matches!(it, Live::Class(class) if asked::CALLED.iter().any(|it| class.names.borrow().get(it).is_some()));
        let says_its_type = lineage.iter().any(is_own);
        lineage.iter().any(|it| {
            let Live::Class(class) = it else { return false };
            let names = class.names.borrow();
            ["__init__", "deconstruct"].iter().any(|method| match names.get(method) {
                Some(Live::Function(_)) if says_its_type => true,
                Some(Live::Function(closure)) => {
                    let span = closure.definition.span;
                    let text = closure.scope.module.source.as_ref();
                    let text = text.and_then(|it| it.text.get(span.start as usize..span.end as usize));
                    text.is_none_or(|it| {
                        asked::DECISIVE.iter().any(|name| it.contains(name))
                            || it.contains("db_table")
                            || it.contains("\"to\"")
                            || it.contains("'to'")
                    })
                }
                _ => false,
            })
        })
    }

    /// `super().deconstruct()`: what Django's constructor was given, or was set since, by name, but for what is as usual.
    pub(super) fn deconstructed(&mut self, instance: &Instance, class: &str) -> Option<Live> {
        let calls = instance.base_calls.borrow();
        let (args, keywords) = match calls.as_slice() {
            [] if matches!(instance.class, Live::Name(_)) => (&instance.args, &instance.keywords),
            [call] => (&call.args, &call.keywords),
            _ => return None,
        };
        let last = class.rsplit('.').next().unwrap_or_default();
        let names = positional(last);
        if args.len() > names.len() || keywords.iter().any(|(name, _)| name.starts_with('*')) {
            return None;
        }
        let mut all: Keywords = names.iter().map(|it| (*it).into()).zip(args.iter().cloned()).collect();
        all.extend(keywords.iter().cloned());
        for (name, value) in instance.attributes.borrow().iter() {
            let name = if &**name == "_unique" { "unique".into() } else { name.clone() };
            if given::sets(class, &name) {
                all.retain(|(it, _)| *it != name);
                all.push((name, value.clone()));
            }
        }
        let is_automatic = all.iter().any(|(name, value)| {
            matches!(&**name, "auto_now" | "auto_now_add") && matches!(value, Live::Bool(true))
        });
        all.retain(|(name, value)| {
            let value = match value {
                Live::None => Value::None,
                Live::Bool(it) => Value::Bool(*it),
                Live::Int(it) => Value::Int(*it),
                Live::Str(it) => Value::Str(it.clone()),
                Live::Name(it) => Value::Name(it.clone()),
                _ => return true,
            };
            !is_left_out(last, name, &value, is_automatic)
        });
        // `EmailField.deconstruct` does not leave it out.
        if last == "EmailField" && !all.iter().any(|(name, _)| &**name == "max_length") {
            all.push(("max_length".into(), Live::Int(254)));
        }
        let pairs = all.into_iter().map(|(name, value)| (Live::Str(name), value)).collect();
        Some(Live::tuple(vec![Live::None, Live::str(class), Live::list(Vec::new()), Live::dict(pairs)]))
    }
}
