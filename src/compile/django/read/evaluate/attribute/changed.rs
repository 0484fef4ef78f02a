//! Attributes that are set and deleted, by statements, `setattr` and `__dict__`.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::alias::OPEN;
use super::super::asked;
use super::super::branch::Cell;
use super::super::handed::is_of_transactions;
use super::super::live::*;
use super::super::special::{is_of_a_class, is_of_django};
use crate::compile::django::read::syntax::tree::{CallExpr, ExprKind, Span};

impl Interpreter<'_> {
    /// `object.name = value`
    pub fn set_attribute(
        &mut self,
        object: &Live,
        name: &Arc<str>,
        value: Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        if is_of_a_class(object)
            && self
                .special(object, "__setattr__", vec![Live::Str(name.clone()), value.clone()], scope, span)?
                .is_some()
        {
            return Ok(());
        }
        self.set_plainly(object, name, value, scope, span)
    }

    /// As `object.__setattr__` does it.
    pub(in super::super) fn set_plainly(
        &mut self,
        object: &Live,
        name: &Arc<str>,
        value: Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        if let Live::Instance(instance) = object {
            self.change_of_model_state(instance, name, &value);
        }
        if let Live::Instance(instance) = object
            && let Live::Class(class) = &instance.class
        {
            if self.set_by_property(object, class, name, &value, scope, span)? {
                return Ok(());
            }
            if let Some(found) = self.class_attribute(class, name)?
                && is_of_a_class(&found)
                && self
                    .special(&found, "__set__", vec![object.clone(), value.clone()], scope, span)?
                    .is_some()
            {
                return Ok(());
            }
        }
        if let Live::Unknown(unknown) = object {
            self.doubt_hidden(unknown);
        }
        if is_of_transactions(object, name) {
            return Ok(());
        }
        // Of what stands behind an attribute of Django's nothing is kept: the whole is in doubt.
        if let Live::Bound(bound) = object
            && bound.is_of_outside()
            && let Live::Instance(instance) = &bound.receiver
        {
            let unknown = self.unknown(scope, span, format!("sets `{name}` of a part of it"));
            self.touch(Cell::Names(instance.attributes.clone()));
            instance.attributes.borrow_mut().set(OPEN.into(), unknown);
        }
        // Another class, or another way to make it: nothing of what it was given is certain.
        if let Live::Instance(instance) = object
            && let Live::Name(class) = &instance.class
            && class.starts_with("django.")
            && (asked::is_hook(name)
                || &**name == "__class__"
                // An index has looked at them before.
                || class.ends_with("Index") && matches!(&**name, "expressions" | "fields" | "fields_orders"))
        {
            let unknown = self.unknown(scope, span, format!("sets `{name}` of what is Django's"));
            self.touch(Cell::Names(instance.attributes.clone()));
            instance.attributes.borrow_mut().set(OPEN.into(), unknown);
        }
        self.watch_change(object);
        self.watch_twist(object, name);
        if let Some(names) = self.changeable(object) {
            self.touch(Cell::Names(names.clone()));
            names.borrow_mut().set(name.clone(), value);
        }
        Ok(())
    }

    /// `del object.name`
    pub fn delete_attribute(
        &mut self,
        object: &Live,
        name: &Arc<str>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        if is_of_a_class(object)
            && self.special(object, "__delattr__", vec![Live::Str(name.clone())], scope, span)?.is_some()
        {
            return Ok(());
        }
        self.delete_plainly(object, name, scope, span)
    }

    pub(in super::super) fn delete_plainly(
        &mut self,
        object: &Live,
        name: &Arc<str>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        if let Live::Unknown(unknown) = object {
            self.doubt_hidden(unknown);
        }
        let Some(names) = self.changeable(object) else { return Ok(()) };
        self.touch(Cell::Names(names.clone()));
        let found = names.borrow().get(name).cloned();
        match found {
            Some(_) => names.borrow_mut().remove(name),
            // What a property's deleter or a descriptor does is not known.
            None if is_of_a_class(object) => {
                let unknown = self.unknown(scope, span, "deletes an attribute by what is not followed");
                if let Live::Unknown(why) = unknown {
                    self.leave_in_doubt(vec![(Cell::Names(names), why.clone())]);
                    self.may_raise(&Live::Unknown(why));
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Where the attributes of an object stand.
    fn changeable(&self, object: &Live) -> Option<SharedNames> {
        match object {
            Live::Instance(instance) => Some(instance.attributes.clone()),
            Live::Class(class) => Some(class.names.clone()),
            Live::Function(closure) => Some(closure.attributes.get_or_init(Default::default).clone()),
            Live::Module(module) => Some(module.names.clone()),
            Live::Name(path) if &**path == "django.conf.settings" => Some(self.set_by_code.clone()),
            _ => None,
        }
    }

    /// `object.__dict__.update(…)` of an instance.
    pub fn update_of_dict(
        &mut self,
        call: &CallExpr,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let ExprKind::Attribute(dict, method) = &call.function.kind else { return Ok(None) };
        let ExprKind::Attribute(object, name) = &dict.kind else { return Ok(None) };
        let is_plain = matches!(object.kind, ExprKind::Name(_));
        if &**name != "__dict__" || &**method != "update" || call.args.len() > 1 || !is_plain {
            return Ok(None);
        }
        let object = self.eval(object, scope)?;
        let object = self.force(&object)?;
        let Live::Instance(instance) = &object else { return Ok(None) };
        if !is_of_a_class(&object) && !is_of_django(&object) {
            return Ok(None);
        }
        let mut given = Keywords::new();
        for value in &call.args {
            let value = self.eval(value, scope)?;
            self.unpack_keywords(&value, &mut given, scope, span)?;
        }
        for (name, value) in &call.keywords {
            let value = self.eval(value, scope)?;
            match name {
                Some(name) => given.push((name.clone(), value)),
                None => self.unpack_keywords(&value, &mut given, scope, span)?,
            }
        }
        self.touch(Cell::Names(instance.attributes.clone()));
        for (name, value) in given {
            let name = if name.starts_with('*') { OPEN.into() } else { name };
            instance.attributes.borrow_mut().set(name, value);
        }
        Ok(Some(Live::None))
    }

    /// `object.__dict__` as it is now. Whoever changes it changes the object, which is in doubt then.
    pub(super) fn dict_of(&mut self, instance: &Instance, scope: &Rc<Scope>, span: Span) -> Live {
        let pair = |(name, it): (&Arc<str>, &Live)| match &**name {
            OPEN => (it.clone(), it.clone()),
            _ => (Live::Str(name.clone()), it.clone()),
        };
        let mut pairs: Pairs = instance.attributes.borrow().iter().map(pair).collect();
        // What a constructor that is not followed has set stands there too.
        if matches!(instance.class, Live::Name(_)) {
            let others = self.unknown(scope, span, "what a constructor of Django's sets is not followed");
            pairs.insert(0, (others.clone(), others));
        }
        let made = Rc::new(std::cell::RefCell::new(pairs));
        if let Live::Unknown(why) = self.unknown(scope, span, "may be changed by its __dict__") {
            self.aliases.link(&Cell::Dict(made.clone()), &Cell::Names(instance.attributes.clone()), &why);
        }
        Live::Dict(made)
    }
}
