//! What metaclasses and `__init_subclass__` make of classes, and what metaclasses say of operations on them.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::live::*;
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    pub fn metaclass(&mut self, class: &Rc<Class>) -> Result<Option<Live>, Stop> {
        for it in self.lineage(class)?.iter() {
            if let Live::Class(it) = it
                && let Some(metaclass) = it.definition.as_ref().and_then(|it| it.inside().metaclass.as_ref())
            {
                let scope = it.scope.clone();
                let value = self.settle(metaclass, &scope);
                return self.force(&value).map(Some);
            }
        }
        Ok(None)
    }

    /// A metaclass of the sources, or a base's `__init_subclass__`, may make other attributes of those that the body bound.
    pub(super) fn made_by_metaclass(&mut self, class: &Rc<Class>) -> Result<(), Stop> {
        let span = class.definition.as_ref().map(|it| it.span).unwrap_or_default();
        let scope = class.scope.clone();
        let made = self.followed_metaclass(class, &scope, span);
        let why = match made {
            Ok(None) => return Ok(()),
            Ok(Some(unknown)) => unknown,
            Err(stop) => self.stopped(&scope, span, &stop),
        };
        // A migration's may be others then.
        if class.names.borrow().get("operations").is_some() {
            class.names.borrow_mut().set("operations".into(), why);
        }
        Ok(())
    }

    /// What was not seen through.
    fn followed_metaclass(
        &mut self,
        class: &Rc<Class>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let itself = Live::Class(class.clone());
        let mut given = Keywords::new();
        if let Some(definition) = class.definition.clone() {
            for (name, value) in &definition.inside().keywords {
                let value = self.settle(value, &class.scope);
                match name {
                    Some(name) => given.push((name.clone(), value)),
                    None => self.unpack_keywords(&value, &mut given, scope, span)?,
                }
            }
        }
        for it in self.lineage(class)?.iter().skip(1) {
            let Live::Class(base) = it else { continue };
            self.class_body(base)?;
            let method = match base.names.borrow().get("__init_subclass__") {
                Some(Live::Descriptor(Descriptor::ClassMethod, inner)) => (**inner).clone(),
                Some(method) => method.clone(),
                None => continue,
            };
            if let Live::Function(method) = method {
                let done =
                    self.call_closure(&method, Some(&itself), Vec::new(), given.clone(), scope, span)?;
                if done.is_unknown() {
                    return Ok(Some(done));
                }
            }
            break;
        }
        let metaclass = match self.metaclass(class)? {
            None => return Ok(None),
            Some(Live::Class(metaclass)) => metaclass,
            Some(Live::Unknown(why)) => return Ok(Some(Live::Unknown(why))),
            Some(_) => return Ok(None),
        };
        let pairs = || {
            let names = class.names.borrow();
            names.iter().map(|(name, value)| (Live::Str(name.clone()), value.clone())).collect()
        };
        let bases = Live::tuple(self.bases(class)?);
        if let Some(Live::Function(new)) = self.class_attribute(&metaclass, "__new__")? {
            let args = vec![Live::Str(class.name.clone()), bases.clone(), Live::dict(pairs())];
            let receiver = Live::Class(metaclass.clone());
            match self.call_closure(&new, Some(&receiver), args, given.clone(), scope, span)? {
                Live::Class(made) => {
                    let made: Vec<(Arc<str>, Live)> = made
                        .names
                        .borrow()
                        .iter()
                        .map(|(name, value)| (name.clone(), value.clone()))
                        .collect();
                    for (name, value) in made {
                        class.names.borrow_mut().set(name, value);
                    }
                }
                unknown @ Live::Unknown(_) => return Ok(Some(unknown)),
                _ => {}
            }
        }
        if let Some(Live::Function(init)) = self.class_attribute(&metaclass, "__init__")? {
            let args = vec![Live::Str(class.name.clone()), bases, Live::dict(pairs())];
            let done = self.call_closure(&init, Some(&itself), args, given, scope, span)?;
            return Ok(Some(done).filter(Live::is_unknown));
        }
        Ok(None)
    }

    /// Whether a list of a class is one that its children are entered in as they are defined, wherever that is.
    pub fn is_registry(&mut self, class: &Rc<Class>, name: &str, value: &Live) -> Result<bool, Stop> {
        if class.scope.module.eager || !matches!(value, Live::List(_) | Live::Dict(_) | Live::Set(_)) {
            return Ok(false);
        }
        let mut methods = vec![self.class_attribute(class, "__init_subclass__")?];
        if let Some(Live::Class(metaclass)) = self.metaclass(class)? {
            for method in ["__new__", "__init__"] {
                methods.push(self.class_attribute(&metaclass, method)?);
            }
        }
        let names_it = |method: &Live| {
            let closure = match method {
                Live::Function(closure) => closure,
                Live::Descriptor(_, inner) if let Live::Function(closure) = inner.getter() => closure,
                _ => return false,
            };
            let span = closure.definition.span;
            let text = closure.scope.module.source.as_ref();
            text.and_then(|it| it.text.get(span.start as usize..span.end as usize))
                .is_some_and(|it| it.contains(name))
        };
        Ok(methods.iter().flatten().any(names_it))
    }

    /// A method or property of its metaclass; what it binds itself comes first.
    pub fn attribute_by_metaclass(
        &mut self,
        class: &Rc<Class>,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let Some(Live::Class(metaclass)) = self.metaclass(class)? else { return Ok(None) };
        if let Some(found) = self.method_of_metaclass(class, name, scope, span)? {
            return Ok(Some(found));
        }
        let hook = self.class_attribute(&metaclass, "__getattr__")?;
        Ok(hook.map(|_| self.unknown(scope, span, format!("asks a metaclass for {name}"))))
    }

    /// What a class has by its metaclass under a name, as `__getitem__` or `__call__`; `None` where that has none.
    pub fn method_of_metaclass(
        &mut self,
        class: &Rc<Class>,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let metaclass = match self.metaclass(class)? {
            Some(Live::Class(metaclass)) => metaclass,
            Some(unknown @ Live::Unknown(_)) => return Ok(Some(unknown)),
            _ => return Ok(None),
        };
        let Some(found) = self.class_attribute(&metaclass, name)? else { return Ok(None) };
        self.bind_attribute(found, &Live::Class(class.clone()), scope, span).map(Some)
    }
}
