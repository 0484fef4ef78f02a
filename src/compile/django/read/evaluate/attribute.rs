//! Attributes of whatever has some.

mod changed;

use std::rc::Rc;
use std::sync::Arc;

use super::alias::OPEN;
use super::branch::Cell;
use super::call::keeps_results;
use super::class::enumeration::unmixed;
use super::class::is_object;
use super::handed::MODEL_STATE;
use super::live::*;
use super::outside::member::{Member, Of};
use super::special::{is_of_a_class, is_of_django};
use super::{Interpreter, format, given};
use crate::compile::django::read::syntax::tree::Span;

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
                match &*inner {
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

    fn attribute_of_instance(
        &mut self,
        instance: &Rc<Instance>,
        object: &Live,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let own = instance.attributes.borrow().get(name).cloned();
        if let Some(value) = own {
            return Ok(Some(value));
        }
        match (&instance.class, name) {
            (class, "__class__") => Ok(Some(class.clone())),
            (Live::Class(_), "__dict__") => Ok(Some(self.dict_of(instance, scope, span))),
            (_, "__dict__") if is_of_django(object) => Ok(Some(self.dict_of(instance, scope, span))),
            (Live::Class(class), _) => {
                let is_set = instance.base_calls.borrow().iter().any(|it| given::sets(&it.class, name));
                if let Some(found) = self.class_attribute(class, name)?
                    && (!is_set || matches!(found, Live::Descriptor(..)))
                {
                    let is_open = instance.attributes.borrow().get(OPEN).cloned();
                    if let Some(unknown) = is_open
                        && !matches!(found, Live::Descriptor(..) | Live::Function(_))
                    {
                        return Ok(Some(unknown));
                    }
                    return self.bind_attribute(found, object, scope, span).map(Some);
                }
                // A class of `LazySettings`, whose `__getattr__` ends in Django's.
                if name.starts_with(|it: char| it.is_ascii_uppercase())
                    && self
                        .lineage(class)?
                        .iter()
                        .any(|it| matches!(it, Live::Name(path) if &**path == "django.conf.LazySettings"))
                    && let Some(value) = self.setting(name, scope, span)?
                {
                    return Ok(Some(value));
                }
                if let Some(unknown) = instance.attributes.borrow().get(OPEN)
                    && !name.starts_with("__")
                {
                    return Ok(Some(unknown.clone()));
                }
                if let Some(Live::Function(hook)) = self.class_attribute(class, "__getattr__")? {
                    let args = vec![Live::str(name)];
                    self.catching += 1;
                    let found =
                        self.deeper(|it| it.call_closure(&hook, Some(object), args, Vec::new(), scope, span));
                    self.catching -= 1;
                    return match found {
                        Ok(value) => Ok(Some(value)),
                        Err(Stop::Raise(Raised { class: Live::Name(class), .. }))
                            if &*class == "builtins.AttributeError" =>
                        {
                            Ok(None)
                        }
                        Err(stop) => Err(stop),
                    };
                }
                if let Some(value) = unmixed(object) {
                    return self.optional_attribute(&value.clone(), name, scope, span);
                }
                match self.outside_base(class)? {
                    None => {
                        if let Some(unknown) = instance.attributes.borrow().get(OPEN) {
                            return Ok(Some(unknown.clone()));
                        }
                        if let Some(notice) = instance.notice.borrow().clone() {
                            return Ok(Some(self.unknown(scope, span, notice)));
                        }
                        Ok(None)
                    }
                    Some(Live::Name(base)) => {
                        // What Django's constructor was given it keeps under the same name.
                        let calls = instance.base_calls.borrow();
                        let mut given = calls
                            .iter()
                            .filter_map(|it| given::kept(&it.class, &it.args, &it.keywords, name));
                        if let Some(value) = given.next() {
                            return Ok(Some(value));
                        }
                        drop(given);
                        let open =
                            calls.iter().flat_map(|call| &call.keywords).any(|(it, _)| it.starts_with('*'));
                        let empty = match calls.as_slice() {
                            [call] if !open => given::empty(&call.class, name),
                            _ => None,
                        };
                        drop(calls);
                        // What is put into it counts.
                        if let Some(empty) = empty {
                            self.touch(Cell::Names(instance.attributes.clone()));
                            instance.attributes.borrow_mut().set(name.into(), empty.clone());
                            return Ok(Some(empty));
                        }
                        if !open && let Some(value) = field_default(&base, name) {
                            return Ok(Some(value));
                        }
                        // What `LazyObject.__init__` sets (django/utils/functional.py).
                        if name == "_wrapped" && &*base == "django.utils.functional.LazyObject" {
                            return Ok(Some(Live::name("django.utils.functional.empty")));
                        }
                        if base.starts_with("django.") && name.starts_with("__") {
                            return Ok(None);
                        }
                        match self.member_of_bases(class, name, Of::Instance)? {
                            Member::Absent => return Ok(None),
                            Member::Value(value) if !open => return Ok(Some(value)),
                            Member::Value(_) | Member::Method | Member::Unknown => {}
                        }
                        let callee = Callee::Base(base, name.into());
                        Ok(Some(Live::Bound(Rc::new(Bound { receiver: object.clone(), callee }))))
                    }
                    Some(unknown) => Ok(Some(unknown)),
                }
            }
            (class, _) => {
                let class = match class {
                    Live::Name(path) => path,
                    _ => "",
                };
                if let Some(said) = self.said_by_model(instance, name, scope, span) {
                    return Ok(Some(said));
                }
                if class == MODEL_STATE
                    && let Some(part) = self.part_of_model_state(instance, name, scope, span)
                {
                    return Ok(Some(part));
                }
                if class == MODEL_STATE && !matches!(name, "get_constraint_by_name" | "get_index_by_name") {
                    self.lose("what it asks of a model's state is not followed");
                }
                if let Some(value) = given::kept(class, &instance.args, &instance.keywords, name) {
                    return Ok(Some(value));
                }
                let positional = if class.ends_with("Field") { 0 } else { 2 };
                if instance.args.len() <= positional
                    && !instance.keywords.iter().any(|(it, _)| it.starts_with('*'))
                    && let Some(value) = field_default(class, name)
                {
                    return Ok(Some(value));
                }
                // What is put into it counts.
                if !instance.keywords.iter().any(|(it, _)| it.starts_with('*'))
                    && let Some(empty) = given::empty(class, name)
                {
                    self.touch(Cell::Names(instance.attributes.clone()));
                    instance.attributes.borrow_mut().set(name.into(), empty.clone());
                    return Ok(Some(empty));
                }
                if let Live::Name(path) = &instance.class
                    && (given::is_no_collection(path) || given::is_of_meta(path))
                {
                    let is_open = !instance.args.is_empty()
                        || instance.keywords.iter().any(|(it, _)| it.starts_with('*'));
                    match self.outside_member(&path.clone(), name, Of::Instance) {
                        Member::Absent => return Ok(None),
                        Member::Value(value) if !is_open => return Ok(Some(value)),
                        Member::Value(_) | Member::Method | Member::Unknown => {}
                    }
                }
                let callee = Callee::Method(name.into());
                Ok(Some(Live::Bound(Rc::new(Bound { receiver: object.clone(), callee }))))
            }
        }
    }
}

/// What `Field.__init__` sets when it is not told otherwise (`django/db/models/fields/__init__.py`).
fn field_default(base: &str, name: &str) -> Option<Live> {
    if !given::is_field(base) && !given::is_spatial(base) {
        return None;
    }
    let is_one_of = |kinds: &[&str]| Some(Live::Bool(kinds.iter().any(|it| base.ends_with(it))));
    match name {
        "is_relation" => is_one_of(&["ForeignKey", "OneToOneField", "ManyToManyField"]),
        "many_to_many" => is_one_of(&["ManyToManyField"]),
        "one_to_one" => is_one_of(&["OneToOneField"]),
        "many_to_one" => is_one_of(&["ForeignKey"]),
        "remote_field" | "related_model"
            if !["ForeignKey", "ForeignObject", "GenericRelation", "OneToOneField", "ManyToManyField"]
                .iter()
                .any(|it| base.ends_with(it)) =>
        {
            Some(Live::None)
        }
        "db_index" => is_one_of(&["ForeignKey", "OneToOneField", "SlugField"]),
        "unique" | "_unique" => is_one_of(&["OneToOneField"]),
        "null" | "blank" | "primary_key" | "auto_created" | "auto_now" | "auto_now_add" => {
            Some(Live::Bool(false))
        }
        "one_to_many" => Some(Live::Bool(false)),
        "generated" => is_one_of(&["GeneratedField"]),
        "editable" => Some(Live::Bool(!base.ends_with("BinaryField"))),
        "serialize" => Some(Live::Bool(true)),
        "db_constraint" | "swappable"
            if ["ForeignKey", "OneToOneField", "ManyToManyField"].iter().any(|it| base.ends_with(it)) =>
        {
            Some(Live::Bool(true))
        }
        "db_table" if base.ends_with("ManyToManyField") => Some(Live::None),
        "help_text" => Some(Live::str("")),
        "name" | "verbose_name" | "unique_for_date" | "unique_for_month" | "unique_for_year" => {
            Some(Live::None)
        }
        "max_length" if let Some(length) = given::length(base) => Some(Live::Int(length)),
        "max_length" | "choices" | "db_column" | "db_comment" | "db_collation" | "max_digits"
        | "decimal_places" => Some(Live::None),
        _ => None,
    }
}

/// Whether a built-in value has such a method. A text or a number may be a member of an enumeration, a dict one of
/// `collections`, a list what is gone through once: what they lack is not known.
fn has_method(value: &Live, name: &str) -> bool {
    let own: &[&str] = match value {
        Live::Str(_) => OF_TEXT,
        Live::Bytes(_) => OF_BYTES,
        Live::List(_) => OF_LIST,
        Live::Tuple(_) => &["count", "index"],
        Live::Set(_) => OF_SET,
        Live::Dict(_) => OF_DICT,
        _ => return OF_ALL.contains(&name),
    };
    own.contains(&name) || OF_ALL.contains(&name) || OF_CONTAINERS.contains(&name)
}

const OF_ALL: &[&str] = &["__eq__", "__ne__", "__hash__", "__repr__", "__str__", "__format__"];
const OF_CONTAINERS: &[&str] = &[
    "__add__",
    "__contains__",
    "__delitem__",
    "__getitem__",
    "__iadd__",
    "__ior__",
    "__iter__",
    "__len__",
    "__setitem__",
];
const OF_TEXT: &[&str] = &[
    // Of psycopg's SQL, which is a text here.
    "as_string",
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "maketrans",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
const OF_BYTES: &[&str] = &[
    "count",
    "decode",
    "endswith",
    "find",
    "hex",
    "index",
    "join",
    "replace",
    "split",
    "startswith",
    "strip",
];
const OF_LIST: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
const OF_SET: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "symmetric_difference_update",
    "union",
    "update",
];
const OF_DICT: &[&str] = &[
    "clear",
    "copy",
    "elements",
    "fromkeys",
    "get",
    "items",
    "keys",
    "most_common",
    "move_to_end",
    "pop",
    "popitem",
    "setdefault",
    "subtract",
    "total",
    "update",
    "values",
];
