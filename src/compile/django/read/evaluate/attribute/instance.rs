//! What an instance has: what was set, what its class says, and what a class of Django's gives it.

use std::rc::Rc;

use super::super::alias::OPEN;
use super::super::branch::Cell;
use super::super::class::enumeration::unmixed;
use super::super::handed::MODEL_STATE;
use super::super::live::*;
use super::super::outside::member::{Member, Of};
use super::super::special::is_of_django;
use super::super::{Interpreter, given};
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    pub(super) fn attribute_of_instance(
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
            (Live::Class(class), _) => self.attribute_by_class(class, instance, object, name, scope, span),
            _ => self.attribute_of_given(instance, object, name, scope, span),
        }
    }

    /// Of a class of the sources.
    fn attribute_by_class(
        &mut self,
        class: &Rc<Class>,
        instance: &Rc<Instance>,
        object: &Live,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
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
            let found = self.deeper(|it| it.call_closure(&hook, Some(object), args, Vec::new(), scope, span));
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
                // Properties of operations (`name_lower`, `model_name_lower`), of what their own code set.
                if base.starts_with("django.db.migrations.")
                    && let Some(plain) = name.strip_suffix("_lower")
                    && let Some(Live::Str(set)) = instance.attributes.borrow().get(plain)
                {
                    return Ok(Some(Live::str(set.to_lowercase())));
                }
                // What Django's constructor was given it keeps under the same name.
                let calls = instance.base_calls.borrow();
                let mut given =
                    calls.iter().filter_map(|it| given::kept(&it.class, &it.args, &it.keywords, name));
                if let Some(value) = given.next() {
                    return Ok(Some(value));
                }
                drop(given);
                let open = calls.iter().flat_map(|call| &call.keywords).any(|(it, _)| it.starts_with('*'));
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

    /// Of a class that is not followed: what it was given, and what that class is known to have.
    fn attribute_of_given(
        &mut self,
        instance: &Rc<Instance>,
        object: &Live,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let class = match &instance.class {
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
            let is_open =
                !instance.args.is_empty() || instance.keywords.iter().any(|(it, _)| it.starts_with('*'));
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
