//! Attributes of whatever has some.

mod builtin;
mod changed;
mod instance;

use std::rc::Rc;
use std::sync::Arc;

use super::branch::Cell;
use super::call::keeps_results;
use super::class::is_object;
use super::live::*;
use super::outside::member::{Member, Of};
use super::special::is_of_a_class;
use super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::Span;

pub(super) use builtin::has_method;

impl Interpreter<'_> {
    pub fn attribute(&mut self, object: &Live, name: &str, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let object = self.force(object)?;
        let found = self.optional_attribute(&object, name, scope, span)?;
        // Elsewhere it is taken as there: what a module of Django's binds is not known to the last.
        match found.filter(|_| self.catching_operations == 0 || !self.is_absent(&object, name)) {
            Some(value) => {
                self.may_raise(&value);
                Ok(value)
            }
            None => {
                self.fails("AttributeError", format!("{} has no {name}", format::kind(&object)), scope, span)
            }
        }
    }

    /// Whether it is a module of Django's without such a name.
    pub(super) fn is_absent(&self, object: &Live, name: &str) -> bool {
        let Live::Name(path) = object else { return false };
        path.starts_with("django.") && self.has_outside(&format!("{path}.{name}")) == Some(false)
    }

    /// `None` when the object certainly has no such attribute.
    pub fn optional_attribute(
        &mut self,
        object: &Live,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let object = self.force(object)?;
        match &object {
            Live::Unknown(unknown) if unknown.clue.is_some() => {
                Ok(Some(self.attribute_of_clue(unknown, name)))
            }
            Live::Unknown(_) => Ok(Some(object)),
            Live::Module(module) => {
                if name == "__path__" {
                    let folder = self.folder_of(&module.name).map(|it| Live::str(it.to_string_lossy()));
                    let list = folder.map(|it| Live::list(vec![it]));
                    return Ok(Some(
                        list.unwrap_or_else(|| self.unknown(scope, span, "asks where a package lies")),
                    ));
                }
                if name == "__dict__" {
                    return self.names_in(module).map(Some);
                }
                self.module_attribute(module, name)
            }
            Live::Name(path) => Ok(match &**path {
                "django.conf.settings" => self.setting(name, scope, span)?,
                path => Some(self.outside_attribute(path, name)?),
            }),
            Live::Class(class) => self.attribute_of_class(class, name, scope, span),
            Live::Instance(instance) => self.attribute_of_instance(instance, &object, name, scope, span),
            Live::Super(it) => self.super_attribute(it, name, scope, span).map(Some),
            Live::Function(closure)
                if let Some(value) =
                    closure.attributes.get().and_then(|it| it.borrow().get(name).cloned()) =>
            {
                Ok(Some(value))
            }
            Live::Function(closure) => Ok(Some(match name {
                // `functools.wraps` gives it that of another.
                "__name__"
                    if closure.definition.is_plain || closure.definition.head().decorators.is_empty() =>
                {
                    Live::Str(closure.definition.name.clone())
                }
                "__module__" => Live::Str(closure.scope.module.name.clone()),
                "cache_clear" if keeps_results(closure) => {
                    let callee = Callee::Method(name.into());
                    Live::Bound(Rc::new(Bound { receiver: object.clone(), callee }))
                }
                _ => self.unknown(scope, span, format!("asks a function for its {name}")),
            })),
            Live::Path(path) => self.attribute_of_path(path, name, scope, span).map(Some),
            Live::Bound(_) | Live::Partial(_) | Live::Descriptor(..) | Live::Stream(_) => {
                self.watch_attribute(&object);
                Ok(Some(self.unknown(scope, span, format!("asks {} for its {name}", format::kind(&object)))))
            }
            Live::None => Ok(None),
            Live::Bool(_)
            | Live::Int(_)
            | Live::Float(_)
            | Live::Str(_)
            | Live::Bytes(_)
            | Live::List(_)
            | Live::Tuple(_)
            | Live::Set(_)
            | Live::Dict(_) => {
                // Members of Django's enumerations are strings and numbers, and keep their value here.
                if matches!(name, "value") && matches!(object, Live::Str(_) | Live::Int(_)) {
                    return Ok(Some(object));
                }
                // `sys.version_info`, of all tuples.
                if let Live::Tuple(parts) = &object
                    && let Some(at) = ["major", "minor", "micro"].iter().position(|it| *it == name)
                {
                    return Ok(parts.get(at).cloned());
                }
                if !has_method(&object, name) {
                    let reason = format!("asks {} for its {name}", format::kind(&object));
                    return Ok(Some(self.unknown(scope, span, reason)));
                }
                let callee = Callee::Method(name.into());
                Ok(Some(Live::Bound(Rc::new(Bound { receiver: object.clone(), callee }))))
            }
            Live::Import(_) => Ok(Some(self.unknown(scope, span, "is imported in a circle"))),
        }
    }

    fn attribute_of_class(
        &mut self,
        class: &Rc<Class>,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        match name {
            // Unless it was set.
            "__name__" | "__qualname__" | "__module__" if class.names.borrow().get(name).is_some() => {}
            "__name__" | "__qualname__" => return Ok(Some(Live::Str(class.name.clone()))),
            "__module__" => return Ok(Some(Live::Str(class.scope.module.name.clone()))),
            "__mro__" => {
                let mut order = self.lineage(class)?.to_vec();
                order.retain(|it| !is_object(it));
                // What else it stands on is not known.
                if order.iter().any(|it| !matches!(it, Live::Class(_))) {
                    order.push(self.unknown(scope, span, "asks for the classes behind another library's"));
                }
                order.push(Live::name("builtins.object"));
                return Ok(Some(Live::tuple(order)));
            }
            "_meta" if self.is_model(class)? => return Ok(Some(self.options(class, scope, span)?)),
            _ => {}
        }
        if self.is_enumeration(class)?
            && let Some(found) = self.attribute_of_enumeration(class, name)?
        {
            return Ok(Some(found));
        }
        if let Some(found) = self.class_attribute(class, name)? {
            if self.is_registry(class, name, &found)? {
                let why = "is a list in which other classes may be entered";
                return Ok(Some(self.unknown(scope, span, why)));
            }
            return Ok(Some(match found {
                Live::Descriptor(Descriptor::ClassMethod, inner) => {
                    self.bind_attribute((*inner).clone(), &Live::Class(class.clone()), scope, span)?
                }
                Live::Descriptor(Descriptor::StaticMethod, inner) => (*inner).clone(),
                Live::Descriptor(Descriptor::Property | Descriptor::CachedProperty, _) => {
                    self.unknown(scope, span, format!("asks a class for its property {name}"))
                }
                found if is_of_a_class(&found) => {
                    let given = vec![Live::None, Live::Class(class.clone())];
                    self.special(&found, "__get__", given, scope, span)?.unwrap_or(found)
                }
                found => found,
            }));
        }
        if let Some(found) = self.attribute_by_metaclass(class, name, scope, span)? {
            return Ok(Some(found));
        }
        Ok(match self.outside_base(class)? {
            Some(Live::Name(base)) if base.starts_with("django.db.migrations.") => match name {
                "operations" | "dependencies" | "run_before" | "replaces" => Some(Live::list(Vec::new())),
                "initial" => Some(Live::None),
                "atomic" => Some(Live::Bool(true)),
                _ => self.member_as_named(class, &base, name)?,
            },
            Some(Live::Name(_)) if self.lacks_member(class, name)? => None,
            Some(Live::Name(base)) => self.member_as_named(class, &base, name)?,
            Some(unknown) => Some(unknown),
            None => None,
        })
    }

    /// What a class has of a base that is not followed.
    fn member_as_named(
        &mut self,
        class: &Rc<Class>,
        base: &Arc<str>,
        name: &str,
    ) -> Result<Option<Live>, Stop> {
        Ok(match self.member_of_bases(class, name, Of::Class)? {
            Member::Absent if !name.starts_with("__") => None,
            Member::Value(value) => Some(value),
            Member::Absent | Member::Method | Member::Unknown => Some(self.outside_attribute(base, name)?),
        })
    }

    /// Something found in a class, seen through an instance or through `super()`.
    pub fn bind_attribute(
        &mut self,
        found: Live,
        receiver: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        Ok(match found {
            Live::Function(closure) => {
                Live::Bound(Rc::new(Bound { receiver: receiver.clone(), callee: Callee::Function(closure) }))
            }
            Live::Descriptor(kind @ (Descriptor::Property | Descriptor::CachedProperty), inner) => {
                match inner.getter() {
                    Live::Function(closure) => {
                        let made =
                            self.call_closure(closure, Some(receiver), Vec::new(), Vec::new(), scope, span)?;
                        if kind == Descriptor::CachedProperty
                            && let Live::Instance(instance) = receiver
                        {
                            self.touch(Cell::Names(instance.attributes.clone()));
                            instance
                                .attributes
                                .borrow_mut()
                                .set(closure.definition.name.clone(), made.clone());
                        }
                        made
                    }
                    _ => self.unknown(scope, span, "is a property that is not followed"),
                }
            }
            Live::Descriptor(Descriptor::ClassMethod, inner) => {
                let class = match receiver {
                    Live::Instance(instance) => instance.class.clone(),
                    other => other.clone(),
                };
                self.bind_attribute((*inner).clone(), &class, scope, span)?
            }
            Live::Descriptor(Descriptor::StaticMethod, inner) => (*inner).clone(),
            // A descriptor of the sources.
            found if is_of_a_class(&found) => {
                let class = match receiver {
                    Live::Instance(instance) => instance.class.clone(),
                    other => other.clone(),
                };
                let given = vec![receiver.clone(), class];
                self.special(&found, "__get__", given, scope, span)?.unwrap_or(found)
            }
            found => found,
        })
    }
}
