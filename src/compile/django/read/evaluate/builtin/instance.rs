//! `isinstance` and `issubclass`.

use super::super::handed::{EDITOR, is_field_of_model};
use super::super::live::*;
use super::super::{Interpreter, given};
use super::kind::is_kind_of;
use crate::dialect::Dialect;

impl Interpreter<'_> {
    pub(super) fn is_instance(&mut self, value: &Live, class: &Live) -> Result<Option<bool>, Stop> {
        if let Live::Tuple(classes) = class {
            let mut known = Some(false);
            for class in classes.iter() {
                let class = self.force(class)?;
                match self.is_instance(value, &class)? {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => known = None,
                }
            }
            return Ok(known);
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
                        let lineage = self.lineage(&made_by)?;
                        let is_tuple = matches!(&class, Live::Name(it) if &**it == "builtins.tuple")
                            && self.is_tuple(value)?;
                        let within = is_tuple || lineage.iter().any(|it| it.is(&class));
                        let mut others = lineage.iter().filter(|it| !matches!(it, Live::Class(_)));
                        let known = others.clone().next().is_none();
                        // Django's, from which it derives.
                        if let (false, Live::Name(class)) = (within, &class)
                            && let Some(Live::Name(base)) = others.next()
                            && others.next().is_none()
                            && let Some(is) = is_kind_of(base, class)
                        {
                            return Ok(Some(is));
                        }
                        (within || known || matches!(class, Live::Class(_))).then_some(within)
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
        Ok(match class {
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
