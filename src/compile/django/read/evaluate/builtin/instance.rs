//! `isinstance` and `issubclass`.

use std::rc::Rc;

use super::super::class::is_object;
use super::super::handed::{EDITOR, is_field_of_model};
use super::super::live::*;
use super::super::{Interpreter, given};
use super::kind::is_kind_of;
use crate::dialect::Dialect;

impl Interpreter<'_> {
    pub(super) fn is_instance(&mut self, value: &Live, class: &Live) -> Result<Option<bool>, Stop> {
        if let Live::Tuple(classes) = class {
            return self.any_of(classes, |it, class| it.is_instance(value, class));
        }
        if is_object(class) && !value.is_unknown() {
            return Ok(Some(true));
        }
        if let (Live::Name(value), Live::Name(class)) = (value, class)
            && &**value == EDITOR
        {
            return Ok(self.is_editor_of(class));
        }
        let builtin = match value {
            part if let Some(name) = self.part_of_state_is(part) => name,
            Live::None => "NoneType",
            Live::Bool(_) => "bool",
            Live::Int(_) => "int",
            Live::Float(_) => "float",
            Live::Str(_) => "str",
            Live::Bytes(_) => "bytes",
            Live::List(_) => "list",
            Live::Tuple(_) => "tuple",
            Live::Set(_) => "set",
            Live::Dict(_) => "dict",
            Live::Instance(instance) if is_field_of_model(instance) => {
                return Ok(self.is_field_of_class(instance, class));
            }
            Live::Instance(instance)
                if instance.is_of_function()
                    && !matches!(&instance.class, Live::Name(it) if it.starts_with("builtins.")) =>
            {
                return Ok(None);
            }
            Live::Instance(instance) => {
                let (made_by, class) = (instance.class.clone(), class.clone());
                return Ok(match (made_by, class) {
                    (Live::Class(made_by), class) => {
                        let is_tuple = matches!(&class, Live::Name(it) if &**it == "builtins.tuple")
                            && self.is_tuple(value)?;
                        if is_tuple { Some(true) } else { self.is_derived_from(&made_by, &class)? }
                    }
                    (Live::Name(made_by), Live::Name(class)) if made_by == class => Some(true),
                    (Live::Name(made_by), Live::Name(class))
                        if let Some(is) = is_kind_of(&made_by, &class) =>
                    {
                        Some(is)
                    }
                    (Live::Name(made_by), Live::Name(class))
                        if given::is_no_collection(&made_by)
                            && matches!(
                                class.rsplit_once('.'),
                                Some(("collections.abc" | "typing" | "types", name)) if name != "Hashable"
                            ) =>
                    {
                        Some(false)
                    }
                    (Live::Name(_), Live::Class(_)) => Some(false),
                    (_, Live::Name(class)) if class.starts_with("builtins.") => Some(false),
                    _ => None,
                });
            }
            // Nothing of Django's is one of the sources' classes.
            Live::Name(path) if path.starts_with("django.") && matches!(class, Live::Class(_)) => {
                return Ok(Some(false));
            }
            // Of a metaclass that is not followed, a class may be an instance.
            Live::Class(_) if !matches!(class, Live::Name(name) if name.starts_with("builtins.")) => {
                return Ok(None);
            }
            Live::Class(_) => "type",
            Live::Function(_) => "function",
            Live::Stream(_) => "iterator",
            Live::Module(_) => "module",
            _ => return Ok(None),
        };
        // A member of an enumeration stands here as its value.
        let may_be_a_member = matches!(builtin, "str" | "int");
        Ok(match class {
            Live::Class(class) if may_be_a_member && self.is_enumeration(&class.clone())? => None,
            Live::Name(class) if may_be_a_member && is_of_enumerations(class) => None,
            Live::Name(class) => {
                let class = class.strip_prefix("builtins.").unwrap_or(class);
                let abstracted = match class.rsplit_once('.') {
                    Some(("collections.abc" | "typing", name)) => match name {
                        "Iterable" => {
                            matches!(
                                builtin,
                                "str" | "bytes" | "list" | "tuple" | "set" | "dict" | "iterator"
                            )
                        }
                        "Sequence" => matches!(builtin, "str" | "bytes" | "list" | "tuple"),
                        "Mapping" | "MutableMapping" | "Dict" => builtin == "dict",
                        "MutableSequence" | "List" => builtin == "list",
                        "Iterator" => builtin == "iterator",
                        _ => return Ok(None),
                    },
                    Some(("types", "GeneratorType")) if let Live::Stream(stream) = value => {
                        !matches!(stream.source, StreamSource::Builtin(..))
                    }
                    Some(("types", name)) => match name {
                        "NoneType" => builtin == "NoneType",
                        "FunctionType" | "LambdaType" => builtin == "function",
                        "ModuleType" => builtin == "module",
                        "GeneratorType" => false,
                        _ => return Ok(None),
                    },
                    Some(("numbers", name)) => match name {
                        "Integral" | "Rational" => matches!(builtin, "bool" | "int"),
                        _ => matches!(builtin, "bool" | "int" | "float"),
                    },
                    // What is translated later is a text here.
                    Some((_, "Promise")) if builtin == "str" => return Ok(None),
                    Some(_) if builtin == "iterator" && class.starts_with("django.") => false,
                    Some(_) if builtin == "iterator" => return Ok(None),
                    // One of those may stand for the others.
                    Some(("collections", _)) if builtin == "dict" => return Ok(None),
                    _ => false,
                };
                Some(
                    class == builtin
                        || abstracted
                        || (class == "int" && builtin == "bool")
                        || class == "object",
                )
            }
            Live::Class(_) => Some(false),
            _ => None,
        })
    }
}

impl Interpreter<'_> {
    /// Whether it is so of one of several classes.
    fn any_of(
        &mut self,
        classes: &[Live],
        is: impl Fn(&mut Self, &Live) -> Result<Option<bool>, Stop>,
    ) -> Result<Option<bool>, Stop> {
        let mut known = Some(false);
        for class in classes {
            let class = self.force(class)?;
            match is(self, &class)? {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => known = None,
            }
        }
        Ok(known)
    }

    pub(super) fn is_subclass(&mut self, class: &Live, base: &Live) -> Result<Option<bool>, Stop> {
        if let Live::Tuple(bases) = base {
            return self.any_of(bases, |it, base| it.is_subclass(class, base));
        }
        match class {
            Live::Class(class) => self.is_derived_from(class, base),
            Live::Name(class) => Ok(match base {
                Live::Class(_) if class.starts_with("django.") => Some(false),
                base => is_of_kind(class, base),
            }),
            _ => Ok(None),
        }
    }

    /// Whether a class of the sources derives from another class, or is it.
    fn is_derived_from(&mut self, class: &Rc<Class>, base: &Live) -> Result<Option<bool>, Stop> {
        let lineage = self.lineage(class)?;
        if is_object(base) || lineage.iter().any(|it| it.is(base)) {
            return Ok(Some(true));
        }
        // Nothing that is not followed derives from one of the sources; what is not known may.
        if matches!(base, Live::Class(_)) {
            let are_named = lineage.iter().all(|it| matches!(it, Live::Class(_) | Live::Name(_)));
            return Ok(are_named.then_some(false));
        }
        // By what methods it has, for one.
        let by_shape =
            |it: &str| ["collections.abc.", "numbers.", "typing."].iter().any(|at| it.starts_with(at));
        let mut known = Some(false).filter(|_| !matches!(base, Live::Name(base) if by_shape(base)));
        for other in lineage.iter().filter(|it| !matches!(it, Live::Class(_))) {
            let is = match other {
                Live::Name(other) => is_of_kind(other, base),
                _ => None,
            };
            match is {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => known = None,
            }
        }
        Ok(known)
    }

    /// Whether the schema editor at hand is of this class of Django's (`django/db/backends/*/schema.py`).
    fn is_editor_of(&self, class: &str) -> Option<bool> {
        let own = match self.world.dialect {
            Dialect::Postgres => "postgresql",
            Dialect::Mysql | Dialect::Mariadb => "mysql",
            Dialect::Sqlite => "sqlite3",
        };
        let (module, class) = class.strip_prefix("django.db.backends.")?.rsplit_once('.')?;
        match class {
            "BaseDatabaseSchemaEditor" => Some(true),
            "DatabaseSchemaEditor" => Some(module.split('.').next() == Some(own)),
            _ => None,
        }
    }
}

/// Whether a class that is not followed derives from another, or is it.
fn is_of_kind(class: &str, base: &Live) -> Option<bool> {
    let Live::Name(base) = base else { return None };
    if class == &**base || is_object(&Live::Name(base.clone())) {
        return Some(true);
    }
    if let Some(is) = is_kind_of(class, base) {
        return Some(is);
    }
    let of_django = |it: &str| it.starts_with("django.");
    match (class.strip_prefix("builtins."), base.strip_prefix("builtins.")) {
        (Some("object"), _) => Some(false),
        (Some(class), Some("BaseException" | "Exception")) => Some(is_exception(class)),
        // One exception may derive from another.
        (Some(class), Some(base)) if is_exception(class) && is_exception(base) => None,
        (Some("bool"), Some("int")) => Some(true),
        (Some(_), Some(_)) => Some(false),
        (Some(_), None) if of_django(base) => Some(false),
        (None, _) if matches!(class, "abc.ABC" | "typing.Generic") => Some(false),
        // A field, an operation, an index or a constraint of Django's is none of Python's own types.
        (None, Some(_)) if given::is_no_collection(class) || given::is_of_meta(class) => Some(false),
        _ => None,
    }
}

fn is_exception(name: &str) -> bool {
    ["Error", "Exception", "Warning"].iter().any(|it| name.ends_with(it))
}

fn is_of_enumerations(class: &str) -> bool {
    class.starts_with("enum.") || (class.starts_with("django.db.models.") && class.ends_with("Choices"))
}
