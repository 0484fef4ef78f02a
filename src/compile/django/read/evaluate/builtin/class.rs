//! Classes, and the attributes of objects.

use std::rc::Rc;

use super::super::handed::STATE;
use super::super::live::*;
use super::super::outside::{Answer, Call};
use super::super::special::{is_of_a_class, is_of_django};
use super::super::{Interpreter, given};

impl Interpreter<'_> {
    /// A function that asks for or sets attributes, or makes something of a class.
    pub(super) fn builtin_of_classes(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, keywords, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            // A text or a number may be a member of an enumeration.
            "getattr" | "hasattr"
                if matches!(first, Some(Live::Str(_) | Live::Int(_)))
                    && (name == "hasattr" || args.len() > 2)
                    && matches!(args.get(1), Some(Live::Str(it)) if matches!(&**it, "label" | "name" | "value")) =>
            {
                // `getattr(x, "value", x)` is the same of both.
                let is_its_own = match (first, args.get(1), args.get(2)) {
                    (Some(Live::Str(it)), Some(Live::Str(name)), Some(Live::Str(default))) => {
                        &**name == "value" && it == default
                    }
                    (Some(Live::Int(it)), Some(Live::Str(name)), Some(Live::Int(default))) => {
                        &**name == "value" && it == default
                    }
                    _ => false,
                };
                first.filter(|_| is_its_own).cloned()
            }
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
                        found => found?.filter(|_| !self.is_absent(&object, &name)),
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
                (Some(Live::Stream(_)), Some(Live::Str(name)))
                    if matches!(&**name, "__iter__" | "__next__") =>
                {
                    Some(Live::Bool(true))
                }
                // No operation and no field is gone through.
                (Some(Live::Instance(instance)), Some(Live::Str(name)))
                    if &**name == "__iter__"
                        && matches!(&instance.class, Live::Name(class) if given::is_no_collection(class)) =>
                {
                    Some(Live::Bool(false))
                }
                // Which methods it has hangs on Django's version.
                (Some(Live::Name(state)), Some(Live::Str(name))) if &**state == STATE => {
                    self.is_member(&format!("django.db.migrations.state.ProjectState.{name}")).map(Live::Bool)
                }
                (Some(object), Some(Live::Str(name))) => {
                    let (object, name) = (object.clone(), name.clone());
                    match self.optional_attribute(&object, &name, scope, span)? {
                        Some(Live::Unknown(why)) => Some(Live::Unknown(why)),
                        // What a class that is not followed has is not known.
                        Some(Live::Bound(bound))
                            if !matches!(bound.callee, Callee::Function(_))
                                && matches!(bound.receiver, Live::Instance(_)) =>
                        {
                            self.is_method(&bound).then_some(Live::Bool(true))
                        }
                        Some(Live::Name(path)) => {
                            let is_there = self.has_outside(&path).or_else(|| self.is_member(&path));
                            is_there.map(Live::Bool)
                        }
                        found => Some(Live::Bool(found.is_some())),
                    }
                }
                _ => None,
            },
            "setattr" => {
                match args {
                    [object, Live::Str(name), value] => {
                        self.set_attribute(object, name, value.clone(), scope, span)?;
                    }
                    [object, name, ..] => {
                        let why = self.because(&[name], scope, span, "sets an attribute that is not known");
                        self.unsure(object, &why);
                    }
                    _ => {}
                }
                Some(Live::None)
            }
            "delattr" => {
                match args {
                    [object, Live::Str(name)] => self.delete_attribute(object, name, scope, span)?,
                    [object, name] => {
                        let why =
                            self.because(&[name], scope, span, "deletes an attribute that is not known");
                        self.unsure(object, &why);
                    }
                    _ => {}
                }
                Some(Live::None)
            }
            "object.__setattr__" | "object.__delattr__" => {
                match args {
                    [object, Live::Str(name), value] => {
                        self.set_plainly(object, name, value.clone(), scope, span)?;
                    }
                    [object, Live::Str(name)] => self.delete_plainly(object, name, scope, span)?,
                    [object, name, ..] => {
                        let why = self.because(&[name], scope, span, "sets an attribute that is not known");
                        self.unsure(object, &why);
                    }
                    _ => {}
                }
                Some(Live::None)
            }
            "object.__init__" | "object.__init_subclass__" => Some(Live::None),
            "object.__getattribute__" => match args {
                [object, Live::Str(name)] => Some(self.attribute(object, name, scope, span)?),
                _ => None,
            },
            "object.__new__" => match args {
                [Live::Class(class)] => Some(Live::Instance(self.bare_instance(
                    &class.clone(),
                    Vec::new(),
                    Vec::new(),
                    scope,
                    span,
                ))),
                _ => None,
            },
            "vars" if matches!(args, [object] if is_of_a_class(object) || is_of_django(object)) => {
                match first {
                    Some(object) => Some(self.attribute(&object.clone(), "__dict__", scope, span)?),
                    None => None,
                }
            }
            "isinstance" => match (first, args.get(1)) {
                (Some(value), Some(class)) => {
                    self.is_instance(&value.clone(), &class.clone())?.map(Live::Bool)
                }
                _ => None,
            },
            "issubclass" => match (first, args.get(1)) {
                (Some(class), Some(base)) => self.is_subclass(&class.clone(), &base.clone())?.map(Live::Bool),
                _ => None,
            },
            "callable" => match first {
                // It may be a value.
                Some(Live::Bound(bound)) if bound.may_be_a_value() => {
                    self.is_method(bound).then_some(Live::Bool(true))
                }
                Some(Live::Function(_) | Live::Class(_) | Live::Bound(_) | Live::Partial(_)) => {
                    Some(Live::Bool(true))
                }
                Some(
                    Live::Str(_) | Live::Int(_) | Live::None | Live::List(_) | Live::Dict(_) | Live::Bool(_),
                ) => Some(Live::Bool(false)),
                _ => None,
            },
            "type" => match args {
                [value] if let Some(name) = self.part_of_state_is(value).or_else(|| builtin_class(value)) => {
                    Some(Live::name(format!("builtins.{name}")))
                }
                [Live::Instance(instance)] => Some(instance.class.clone()),
                // Of a class: its metaclass, as far as anybody derives from it.
                [Live::Name(_) | Live::Class(_)] => Some(Live::name("builtins.type")),
                args => self.make_class(args, scope),
            },
            "type.__call__" => match args {
                [Live::Class(class), given @ ..] => {
                    Some(self.instantiate(&class.clone(), given.to_vec(), keywords.clone(), scope, span)?)
                }
                _ => None,
            },
            "type.__new__" => args.get(1..).and_then(|args| self.make_class(args, scope)),
            "type.__init__" => Some(Live::None),
            "property" => {
                let given = |at: usize, name: &str| {
                    let keyword = keywords.iter().find(|(it, _)| **it == *name).map(|(_, value)| value);
                    args.get(at).or(keyword).cloned().unwrap_or(Live::None)
                };
                let both = Live::tuple(vec![given(0, "fget"), given(1, "fset")]);
                Some(Live::Descriptor(Descriptor::Property, Rc::new(both)))
            }
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

/// Of a value that is of no class derived from it, as a text may be.
fn builtin_class(value: &Live) -> Option<&'static str> {
    Some(match value {
        Live::Bool(_) => "bool",
        Live::Int(_) => "int",
        Live::Float(_) => "float",
        Live::Bytes(_) => "bytes",
        Live::List(_) => "list",
        _ => return None,
    })
}
