//! Enumerations (<https://docs.python.org/3/library/enum.html>, `django/db/models/enums.py`): their members, and what
//! stands for them.
//!
//! Where `str()` of a member is its value, the value itself stands for it.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::equal;
use super::super::special::is_enumeration;
use crate::compile::django::read::syntax::tree::Span;

#[derive(Clone, Debug)]
pub struct Member {
    pub name: Arc<str>,
    pub value: Live,
    pub label: Live,
    /// Another name of a member that stands before it.
    pub is_alias: bool,
}

impl Interpreter<'_> {
    pub fn is_enumeration(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        self.lineage(class)?;
        Ok(stands_on_enum(class))
    }

    /// The members of an enumeration, in order.
    pub fn members(&mut self, class: &Rc<Class>) -> Result<Vec<Live>, Stop> {
        let members = self.named_members(class)?;
        Ok(members.iter().filter(|it| !it.is_alias).map(|it| it.value.clone()).collect())
    }

    /// `Kind("a")`: the member of this value.
    pub fn member_of(&mut self, class: &Rc<Class>, value: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let value = self.force(value)?;
        let mut is_known = true;
        for member in self.named_members(class)?.iter() {
            if value.is(&member.value)
                || matches!(&value, Live::Instance(it) if it.class.is(&Live::Class(class.clone())))
            {
                return Ok(value);
            }
            match equal(&value_of(&member.value), &value) {
                Some(true) if is_known => return Ok(member.value.clone()),
                Some(false) => {}
                _ => is_known = false,
            }
        }
        if is_known && self.class_attribute(class, "_missing_")?.is_none() && !self.is_flag(class)? {
            return self.fails("ValueError", format!("is no {}", class.name), scope, span);
        }
        Ok(self.because(&[&value], scope, span, "asks an enumeration for a member"))
    }

    fn is_flag(&mut self, class: &Rc<Class>) -> Result<bool, Stop> {
        let is_it = |it: &Live| matches!(it, Live::Name(it) if matches!(&**it, "enum.Flag" | "enum.IntFlag"));
        Ok(self.lineage(class)?.iter().any(is_it))
    }

    pub fn named_members(&mut self, class: &Rc<Class>) -> Result<Rc<[Member]>, Stop> {
        self.class_body(class)?;
        if let Some(members) = class.members.get() {
            return Ok(members.clone());
        }
        let members: Rc<[Member]> = self.make_members(class)?.into();
        if class.state.get() == Progress::Done {
            return Ok(class.members.get_or_init(|| members).clone());
        }
        Ok(members)
    }

    fn make_members(&mut self, class: &Rc<Class>) -> Result<Vec<Member>, Stop> {
        let lineage = self.lineage(class)?;
        let stands_on =
            |wanted: &str| lineage.iter().any(|it| matches!(it, Live::Name(it) if &**it == wanted));
        let is_djangos = stands_on_django(class);
        let is_its_value = (is_djangos || stands_on("enum.StrEnum") || stands_on("enum.IntEnum"))
            && self.class_attribute(class, "__str__")?.is_none();
        let is_made = self.class_attribute(class, "__new__")?.is_some();
        let generates = self.class_attribute(class, "_generate_next_value_")?.is_some();
        let has_constructor = self.class_attribute(class, "__init__")?.is_some();
        let entries: Vec<(Arc<str>, Live)> =
            class.names.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut members: Vec<Member> = Vec::new();
        let mut highest = 0;
        for (name, value) in entries {
            let value = self.force(&value)?;
            let value = match &value {
                Live::Instance(it) if matches!(&it.class, Live::Name(it) if &**it == "enum.auto") => {
                    match automatic(&lineage, &name, highest).filter(|_| !generates) {
                        Some(value) => value,
                        None => self.unknown(&class.scope, it.span, "is a value that its enumeration makes"),
                    }
                }
                _ => value,
            };
            if let Live::Int(it) = &value {
                highest = highest.max(*it);
            }
            if is_no_member(&name)
                || matches!(value, Live::Function(_) | Live::Descriptor(..) | Live::Class(_))
            {
                continue;
            }
            let (value, label) = match &value {
                Live::Tuple(items) if is_djangos && items.len() == 2 => (items[0].clone(), items[1].clone()),
                _ => {
                    let words = name.replace('_', " ");
                    (value.clone(), Live::str(super::super::method::title(&words)))
                }
            };
            let alike = members.iter().find(|it| equal(&value_of(&it.value), &value) == Some(true));
            if let Some(first) = alike {
                members.push(Member { name, is_alias: true, ..first.clone() });
                continue;
            }
            let span = class.definition.as_ref().map(|it| it.span).unwrap_or_default();
            let value = match value {
                _ if is_made => self.unknown(&class.scope, span, "is made by its enumeration's `__new__`"),
                value if is_its_value => value,
                value => {
                    let args = vec![value.clone()];
                    let instance = self.bare_instance(class, args, Vec::new(), &class.scope.clone(), span);
                    {
                        let mut attributes = instance.attributes.borrow_mut();
                        let name = Live::Str(name.clone());
                        for (attribute, it) in
                            [("name", &name), ("value", &value), ("_name_", &name), ("_value_", &value)]
                        {
                            attributes.set(attribute.into(), it.clone());
                        }
                        if is_djangos {
                            attributes.set("label".into(), label.clone());
                        }
                    }
                    if has_constructor {
                        let args = if let Live::Tuple(items) = &value { items.to_vec() } else { vec![value] };
                        self.initialise(&instance, args, Vec::new(), &class.scope.clone(), span)?;
                    }
                    Live::Instance(instance)
                }
            };
            members.push(Member { name, value, label, is_alias: false });
        }
        Ok(members)
    }

    /// Whether it is an enumeration that surely lacks the name: of Python's and Django's own kinds, which have few public
    /// names beside their members.
    pub fn lacks_member(&mut self, class: &Rc<Class>, name: &str) -> Result<bool, Stop> {
        const BESIDE: &[&str] = &["choices", "do_not_call_in_templates", "labels", "mro", "names", "values"];
        if !self.is_enumeration(class)? || name.starts_with('_') || BESIDE.contains(&name) {
            return Ok(false);
        }
        let is_plain = |it: &Live| match it {
            Live::Class(_) => true,
            Live::Name(path) => {
                matches!(&**path, "builtins.object" | "enum.Enum" | "enum.IntEnum")
                    || path.starts_with("django.db.models.") && !path.ends_with("TextChoices")
            }
            _ => false,
        };
        // What a text or a number has, its enumeration has too.
        let has_of_text = |it: &Live| match it {
            Live::Name(path) => {
                matches!(&**path, "builtins.str" | "enum.StrEnum") || path.ends_with("TextChoices")
            }
            _ => false,
        };
        let is_of_text = super::super::attribute::has_method(&Live::str(""), name);
        let is_of_number = matches!(
            name,
            "as_integer_ratio"
                | "bit_count"
                | "bit_length"
                | "conjugate"
                | "denominator"
                | "from_bytes"
                | "imag"
                | "is_integer"
                | "numerator"
                | "real"
                | "to_bytes"
        );
        let lineage = self.lineage(class)?;
        let is_known = lineage.iter().all(|it| is_plain(it) || (has_of_text(it) && !is_of_text));
        Ok(is_known && !is_of_number)
    }

    /// A member by its name, and what enumerations have beside.
    pub fn attribute_of_enumeration(&mut self, class: &Rc<Class>, name: &str) -> Result<Option<Live>, Stop> {
        let all = self.named_members(class)?;
        if let Some(member) = all.iter().find(|it| *it.name == *name) {
            return Ok(Some(member.value.clone()));
        }
        if name == "__members__" {
            let pairs = all.iter().map(|it| (Live::Str(it.name.clone()), it.value.clone())).collect();
            return Ok(Some(Live::dict(pairs)));
        }
        if !matches!(name, "choices" | "values" | "labels" | "names") || !stands_on_django(class) {
            return Ok(None);
        }
        let empty = self.class_attribute(class, "__empty__")?;
        let mut rows: Vec<(Live, Live, Live)> = Vec::new();
        rows.extend(empty.map(|label| (Live::str("__empty__"), Live::None, label)));
        rows.extend(
            all.iter()
                .filter(|it| !it.is_alias)
                .map(|it| (Live::Str(it.name.clone()), value_of(&it.value), it.label.clone())),
        );
        let column = |(row_name, value, label): (Live, Live, Live)| match name {
            "choices" => Live::tuple(vec![value, label]),
            "values" => value,
            "labels" => label,
            _ => row_name,
        };
        Ok(Some(Live::list(rows.into_iter().map(column).collect())))
    }

    /// `str()` of a member that has none of its own: `Kind.A`.
    pub fn text_of_member(&self, instance: &Instance, by_repr: bool) -> Option<Live> {
        let Live::Class(class) = &instance.class else { return None };
        if by_repr || !is_enumeration(class) {
            return None;
        }
        let attributes = instance.attributes.borrow();
        let name = attributes.get("_name_")?.as_str()?;
        if stands_on_django(class) {
            return None;
        }
        Some(Live::str(format!("{}.{name}", class.name)))
    }
}

/// The text or number that a member is beside, as those of `class Kind(str, Enum)` are.
pub fn unmixed(value: &Live) -> Option<&Live> {
    let Live::Instance(instance) = value else { return None };
    let Live::Class(class) = &instance.class else { return None };
    if !stands_on_enum(class) {
        return None;
    }
    let lineage = class.lineage.borrow();
    let is_mixed = lineage.as_ref()?.iter().any(|it| {
        matches!(it, Live::Name(it) if matches!(&**it, "builtins.str" | "builtins.int" | "enum.StrEnum" | "enum.IntEnum")
            || it.starts_with("django.db.models."))
    });
    instance.args.first().filter(|it| is_mixed && matches!(it, Live::Str(_) | Live::Int(_)))
}

/// Of an enumeration; its lineage has to be known already.
pub fn stands_on_enum(class: &Class) -> bool {
    let lineage = class.lineage.borrow();
    lineage
        .as_ref()
        .is_some_and(|it| it.iter().any(|it| matches!(it, Live::Name(it) if it.starts_with("enum."))))
        || stands_on_django(class)
}

fn stands_on_django(class: &Class) -> bool {
    let is_it = |it: &Live| {
        matches!(it, Live::Name(it) if matches!(&**it,
            "django.db.models.TextChoices" | "django.db.models.IntegerChoices" | "django.db.models.Choices"))
    };
    class.lineage.borrow().as_ref().is_some_and(|it| it.iter().any(is_it))
}

fn value_of(member: &Live) -> Live {
    match member {
        Live::Instance(it) => it.args.first().cloned().unwrap_or(Live::None),
        plain => plain.clone(),
    }
}

/// `_order_`, `__empty__`, `__private`
fn is_no_member(name: &str) -> bool {
    name.starts_with("__") || (name.len() > 2 && name.starts_with('_') && name.ends_with('_'))
}

/// `auto()` (<https://docs.python.org/3/library/enum.html#enum.auto>, `django/db/models/enums.py`).
fn automatic(lineage: &[Live], name: &Arc<str>, highest: i128) -> Option<Live> {
    let stands_on = |wanted: &str| lineage.iter().any(|it| matches!(it, Live::Name(it) if &**it == wanted));
    match () {
        _ if stands_on("enum.StrEnum") => Some(Live::str(name.to_lowercase())),
        _ if stands_on("django.db.models.TextChoices") => Some(Live::Str(name.clone())),
        _ if stands_on("enum.Enum")
            || stands_on("enum.IntEnum")
            || stands_on("django.db.models.IntegerChoices") =>
        {
            (!stands_on("builtins.str")).then_some(Live::Int(highest + 1))
        }
        _ => None,
    }
}
