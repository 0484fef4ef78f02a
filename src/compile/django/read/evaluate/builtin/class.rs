//! Classes, and the attributes of objects.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::branch::Cell;
use super::super::live::*;
use super::super::outside::{Answer, Call};

impl Interpreter<'_> {
    /// A function that asks for or sets attributes, or makes something of a class.
    pub(super) fn builtin_of_classes(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, keywords, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            "getattr" => match (first, args.get(1)) {
                (Some(object), Some(Live::Str(name))) => {
                    let (object, name) = (object.clone(), name.clone());
                    self.catching += 1;
                    let found = self.optional_attribute(&object, &name, scope, span);
                    self.catching -= 1;
                    let found = match found {
                        Err(Stop::Raise(Raised { class: Live::Name(class), .. }))
                            if &*class == "builtins.AttributeError" =>
                        {
                            None
                        }
                        found => found?,
                    };
                    match (found, args.get(2)) {
                        (Some(found), _) => Some(found),
                        (None, Some(default)) => Some(default.clone()),
                        (None, None) => {
                            return self
                                .fails("AttributeError", &*name, scope, span)
                                .map(|it| Some(Some(it)));
                        }
                    }
                }
                _ => None,
            },
            "hasattr" => match (first, args.get(1)) {
                (Some(object), Some(Live::Str(name))) => {
                    let (object, name) = (object.clone(), name.clone());
                    match self.optional_attribute(&object, &name, scope, span)? {
                        Some(Live::Unknown(why)) => Some(Live::Unknown(why)),
                        // What a class that is not followed has is not known.
                        Some(Live::Bound(bound))
                            if !matches!(bound.callee, Callee::Function(_))
                                && matches!(bound.receiver, Live::Instance(_)) =>
                        {
                            None
                        }
                        Some(Live::Name(path)) => self.has_outside(&path).map(Live::Bool),
                        found => Some(Live::Bool(found.is_some())),
                    }
                }
                _ => None,
            },
            "setattr" => {
                let names = match first {
                    Some(Live::Instance(instance)) => Some(instance.attributes.clone()),
                    Some(Live::Class(class)) => Some(class.names.clone()),
                    Some(Live::Module(module)) => Some(module.names.clone()),
                    Some(Live::Name(path)) if &**path == "django.conf.settings" => {
                        Some(self.set_by_code.clone())
                    }
                    _ => None,
                };
                if let (Some(names), [_, Live::Str(name), value]) = (names, args) {
                    self.touch(Cell::Names(names.clone()));
                    names.borrow_mut().set(name.clone(), value.clone());
                }
                Some(Live::None)
            }
            "isinstance" => match (first, args.get(1)) {
                (Some(value), Some(class)) => {
                    self.is_instance(&value.clone(), &class.clone())?.map(Live::Bool)
                }
                _ => None,
            },
            "issubclass" => match (first, args.get(1)) {
                (Some(Live::Class(class)), Some(base @ (Live::Class(_) | Live::Name(_)))) => {
                    let lineage = self.lineage(&class.clone())?;
                    let known = !lineage.iter().any(Live::is_unknown);
                    let within = lineage.iter().any(|it| it.is(base));
                    (known || within).then_some(Live::Bool(within))
                }
                _ => None,
            },
            "callable" => match first {
                Some(Live::Function(_) | Live::Class(_) | Live::Bound(_) | Live::Partial(_)) => {
                    Some(Live::Bool(true))
                }
                Some(
                    Live::Str(_) | Live::Int(_) | Live::None | Live::List(_) | Live::Dict(_) | Live::Bool(_),
                ) => Some(Live::Bool(false)),
                _ => None,
            },
            "type" => match args {
                [Live::Instance(instance)] => Some(instance.class.clone()),
                // Of a class: its metaclass, as far as anybody derives from it.
                [Live::Name(_) | Live::Class(_)] => Some(Live::name("builtins.type")),
                args => self.make_class(args, scope),
            },
            "type.__new__" => args.get(1..).and_then(|args| self.make_class(args, scope)),
            "type.__init__" => Some(Live::None),
            "property" => first.map(|it| Live::Descriptor(Descriptor::Property, Rc::new(it.clone()))),
            "classmethod" => first.map(|it| Live::Descriptor(Descriptor::ClassMethod, Rc::new(it.clone()))),
            "staticmethod" => first.map(|it| Live::Descriptor(Descriptor::StaticMethod, Rc::new(it.clone()))),
            "object" => Some(self.outside_instance("builtins.object", Vec::new(), Vec::new(), scope, span)),
            name if name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning") => {
                Some(self.outside_instance(
                    &format!("builtins.{name}"),
                    args.to_vec(),
                    keywords.clone(),
                    scope,
                    span,
                ))
            }
            _ => return Ok(None),
        }))
    }
}
