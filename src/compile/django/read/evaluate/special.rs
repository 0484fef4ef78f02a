//! What classes of the sources say of operators, truth and texts: `__add__`, `__eq__`, `__bool__`, `__str__` and their like
//! (<https://docs.python.org/3/reference/datamodel.html#special-method-names>).

use std::rc::Rc;
use std::sync::Arc;

use super::call::is_same_as_field;
use super::class::enumeration::{stands_on_enum, unmixed};
use super::live::*;
use super::operator::put;
use super::{Interpreter, format, given};
use crate::compile::django::project::BASE_TYPE;
use crate::compile::django::read::syntax::tree::{Comparison, Operator, Sign, Span};

/// The `__eq__` of a class whose instances are equal by what they hold; which attributes that are, it keeps under [`COMPARED`].
pub const BY_ATTRIBUTES: &str = "dataclasses.__eq__";
/// That of named tuples.
pub const BY_ELEMENTS: &str = "builtins.tuple.__eq__";
pub const COMPARED: &str = "*compared";

/// Whether the classes of the sources have a say in what is done with a value.
pub fn is_of_a_class(value: &Live) -> bool {
    matches!(value, Live::Instance(instance) if matches!(instance.class, Live::Class(_)))
}

/// A field, an operation or an index, made by a class of Django's itself.
pub fn is_of_django(value: &Live) -> bool {
    let is_one = |class: &Live| matches!(class, Live::Name(path) if path.starts_with("django."));
    matches!(value, Live::Instance(instance) if is_one(&instance.class))
}

impl Interpreter<'_> {
    /// Calls the special method of an instance, or that of a class by its metaclass; `None` where there is none, or it gives
    /// the operation back.
    pub(super) fn special(
        &mut self,
        receiver: &Live,
        name: &str,
        args: Vec<Live>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let method = match receiver {
            Live::Class(class) => match self.method_of_metaclass(class, name, scope, span)? {
                Some(method) => method,
                None => return Ok(None),
            },
            Live::Instance(instance) => {
                let Live::Class(class) = &instance.class else { return Ok(None) };
                let Some(found) = self.class_attribute(class, name)? else { return Ok(None) };
                if matches!(&found, Live::Name(it) if matches!(&**it, BY_ATTRIBUTES | BY_ELEMENTS)) {
                    return Ok(None);
                }
                self.bind_attribute(found, receiver, scope, span)?
            }
            _ => return Ok(None),
        };
        let made = self.deeper(|it| it.call(&method, args, Vec::new(), scope, span))?;
        let is_given_back = matches!(&made, Live::Name(it) if &**it == "builtins.NotImplemented");
        Ok((!is_given_back).then_some(made))
    }

    /// `left + right` where one of them is an instance of a class of the sources.
    pub(super) fn binary_of_class(
        &mut self,
        left: &Live,
        operator: Operator,
        right: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let name = name_of(operator);
        let reflected = format!("__r{name}__");
        let goes_first = self.derives_from(right, left)?;
        if goes_first && let Some(made) = self.special(right, &reflected, vec![left.clone()], scope, span)? {
            return Ok(Some(made));
        }
        let straight = format!("__{name}__");
        if let Some(made) = self.special(left, &straight, vec![right.clone()], scope, span)? {
            return Ok(Some(made));
        }
        // A text puts whatever it is given into itself.
        if goes_first || matches!((left, operator), (Live::Str(_) | Live::Bytes(_), Operator::Mod)) {
            return Ok(None);
        }
        self.special(right, &reflected, vec![left.clone()], scope, span)
    }

    /// `left += right` where the class of the left one changes it in place.
    pub(super) fn augmented_by_class(
        &mut self,
        left: &Live,
        operator: Operator,
        right: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        if !is_of_a_class(left) {
            return Ok(None);
        }
        self.special(left, &format!("__i{}__", name_of(operator)), vec![right.clone()], scope, span)
    }

    pub(super) fn unary_of_class(
        &mut self,
        sign: Sign,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let name = match sign {
            Sign::Plus => "__pos__",
            Sign::Minus => "__neg__",
            Sign::Invert => "__invert__",
        };
        self.special(value, name, Vec::new(), scope, span)
    }

    /// `left < right` where one of them is an instance of a class of the sources.
    pub(super) fn compared_by_class(
        &mut self,
        left: &Live,
        how: Comparison,
        right: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let (name, reflected) = match how {
            Comparison::Equal => ("__eq__", "__eq__"),
            Comparison::NotEqual => ("__ne__", "__ne__"),
            Comparison::Less => ("__lt__", "__gt__"),
            Comparison::LessOrEqual => ("__le__", "__ge__"),
            Comparison::Greater => ("__gt__", "__lt__"),
            Comparison::GreaterOrEqual => ("__ge__", "__le__"),
            Comparison::In | Comparison::NotIn => return self.held_by_class(right, how, left, scope, span),
            Comparison::Is | Comparison::IsNot => return Ok(None),
        };
        let mut order = [(left, name, right), (right, reflected, left)];
        if self.derives_from(right, left)? {
            order.reverse();
        }
        for (it, name, other) in order {
            if let Some(made) = self.special(it, name, vec![other.clone()], scope, span)? {
                return Ok(Some(made));
            }
            // `object.__ne__` asks `__eq__`.
            if how == Comparison::NotEqual
                && let Some(made) = self.special(it, "__eq__", vec![other.clone()], scope, span)?
            {
                return self.negated(&made, scope, span).map(Some);
            }
        }
        Ok(None)
    }

    fn held_by_class(
        &mut self,
        container: &Live,
        how: Comparison,
        item: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let made = match self.special(container, "__contains__", vec![item.clone()], scope, span)? {
            Some(made) => match self.truth(&made, scope, span)? {
                Ok(is_held) => Live::Bool(is_held),
                Err(why) => Live::Unknown(why),
            },
            None => {
                let Some(items) = self.special(container, "__iter__", Vec::new(), scope, span)? else {
                    return Ok(None);
                };
                match self.contains(&items, item)? {
                    Some(is_held) => Live::Bool(is_held),
                    None => self.because(&[&items, item], scope, span, "compares what is not known"),
                }
            }
        };
        if how == Comparison::NotIn { self.negated(&made, scope, span).map(Some) } else { Ok(Some(made)) }
    }

    /// Whether it is a tuple by its class: what `namedtuple` made.
    pub(super) fn is_tuple(&mut self, value: &Live) -> Result<bool, Stop> {
        let Live::Instance(instance) = value else { return Ok(false) };
        let Live::Class(class) = &instance.class else { return Ok(false) };
        let is_tuple = |it: &Live| matches!(it, Live::Name(it) if matches!(&**it, "builtins.tuple" | "typing.NamedTuple"));
        Ok(self.lineage(class)?.iter().any(is_tuple))
    }

    fn negated(&mut self, value: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        Ok(match self.truth(value, scope, span)? {
            Ok(truth) => Live::Bool(!truth),
            Err(why) => Live::Unknown(why),
        })
    }

    /// Whether the class of the one is a child of the other's: Python asks it first.
    fn derives_from(&mut self, value: &Live, other: &Live) -> Result<bool, Stop> {
        let (Live::Instance(value), Live::Instance(other)) = (value, other) else { return Ok(false) };
        let Live::Class(class) = &value.class else { return Ok(false) };
        Ok(self.lineage(class)?.iter().skip(1).any(|it| it.is(&other.class)))
    }

    /// `bool(value)`; `None` where the class says nothing of it.
    pub(super) fn truth_of_class(
        &mut self,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        match self.special(value, "__bool__", Vec::new(), scope, span)? {
            Some(made) => Ok(Some(made)),
            None => self.special(value, "__len__", Vec::new(), scope, span),
        }
    }

    /// What a mapping of the sources holds, as `dict` takes it; `None` where that is not known.
    pub(super) fn pairs_of(
        &mut self,
        mapping: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Pairs>, Stop> {
        let mut pairs = Pairs::new();
        let Some(keys) = self.special(mapping, "keys", Vec::new(), scope, span)? else {
            let Ok(items) = self.iterate(mapping, scope, span)? else { return Ok(None) };
            for pair in items {
                match self.iterate(&pair, scope, span)?.as_deref() {
                    Ok([key, value]) => put(&mut pairs, key.clone(), value.clone()),
                    _ => return Ok(None),
                }
            }
            return Ok(Some(pairs));
        };
        let Ok(keys) = self.iterate(&keys, scope, span)? else { return Ok(None) };
        for key in keys {
            let value = self.subscript(mapping, &key, scope, span)?;
            put(&mut pairs, key, value);
        }
        Ok(Some(pairs))
    }

    /// What stands for a value in a text: of an instance, what its `__str__` or `__repr__` gives.
    pub(super) fn shown(&mut self, value: &Live, by_repr: bool, scope: &Rc<Scope>, span: Span) -> Evaluated {
        if is_same_as_field(value, "db_type") && !by_repr {
            return Ok(Live::str(BASE_TYPE));
        }
        if !is_of_a_class(value) {
            return Ok(value.clone());
        }
        let names: &[&str] = if by_repr { &["__repr__"] } else { &["__str__", "__repr__"] };
        for name in names {
            if let Some(made) = self.special(value, name, Vec::new(), scope, span)? {
                return Ok(made);
            }
            if let Live::Instance(instance) = value
                && let Some(text) = self.text_of_member(instance, *name == "__repr__")
            {
                return Ok(text);
            }
        }
        Ok(value.clone())
    }

    fn has_text_of_its_own(&mut self, instance: &Instance) -> Result<bool, Stop> {
        let Live::Class(class) = &instance.class else { return Ok(false) };
        Ok(self.class_attribute(class, "__str__")?.is_some()
            || self.class_attribute(class, "__format__")?.is_some())
    }

    /// A value by a format specification, as `format(value, spec)` gives it; `None` where that is not known.
    pub(super) fn formatted(
        &mut self,
        value: &Live,
        conversion: Option<char>,
        spec: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<String>, Stop> {
        let value = self.force(value)?;
        if conversion.is_none()
            && let Some(made) = self.special(&value, "__format__", vec![Live::str(spec)], scope, span)?
        {
            return Ok(format::text(&made));
        }
        let by_repr = matches!(conversion, Some('r' | 'a'));
        let is_own = is_of_a_class(&value);
        // Python before 3.11 formats such a member as its value.
        if conversion.is_none()
            && unmixed(&value).is_some()
            && let Live::Instance(instance) = &value
            && self.text_of_member(instance, false).is_some()
            && !self.has_text_of_its_own(instance)?
        {
            return Ok(None);
        }
        let mut shown = self.shown(&value, by_repr, scope, span)?;
        if !spec.is_empty() {
            shown = self.assume(&shown);
        }
        Ok(match conversion {
            None if is_own && !spec.is_empty() => None,
            Some('a') => None,
            Some('r') if !is_own => {
                format::repr(&shown, 20).and_then(|it| format::spec(&Live::str(it), spec))
            }
            Some('s') if !is_own => format::text(&shown).and_then(|it| format::spec(&Live::str(it), spec)),
            _ => match &shown {
                Live::Instance(_) if is_own => None,
                shown => format::spec(shown, spec),
            },
        })
    }
}

/// The operator's part of the names `__add__`, `__radd__`, `__iadd__`.
fn name_of(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "add",
        Operator::Sub => "sub",
        Operator::Mul => "mul",
        Operator::Div => "truediv",
        Operator::FloorDiv => "floordiv",
        Operator::Mod => "mod",
        Operator::Pow => "pow",
        Operator::Or => "or",
        Operator::And => "and",
        Operator::Xor => "xor",
        Operator::LeftShift => "lshift",
        Operator::RightShift => "rshift",
        Operator::MatMul => "matmul",
    }
}

/// Whether it may be equal to any other key of a dict: what its class says of that, or which value it is, is not known.
pub fn is_any_key(value: &Live) -> bool {
    let Live::Instance(instance) = value else { return false };
    match &instance.class {
        Live::Class(class) => !is_enumeration(class) && compares_by(class).is_err(),
        _ => instance.is_of_function(),
    }
}

/// Whose members are equal where their values are. The class's lineage has to be known already.
pub fn is_enumeration(class: &Class) -> bool {
    let compares = |it: &Live| matches!(it, Live::Class(it) if it.names.borrow().get("__eq__").is_some());
    stands_on_enum(class)
        && class.lineage.borrow().as_ref().is_some_and(|lineage| !lineage.iter().any(compares))
}

/// Classes that are not followed, and leave it at identity.
fn leaves_identity(class: &str) -> bool {
    given::is_field(class)
        || ["abc.", "typing."].iter().any(|it| class.starts_with(it))
        || matches!(class, "builtins.object" | "builtins.Exception" | "builtins.BaseException" | "enum.Enum")
        || (class.starts_with("builtins.") && class.ends_with("Error"))
}

/// What makes two instances of a class equal.
pub enum Compares {
    /// That they are one.
    Identity,
    /// The same class, and these attributes in their order.
    Attributes(Vec<Arc<str>>),
    /// These attributes, in whatever tuple they stand.
    Elements(Vec<Arc<str>>),
}

/// `Err` where a method of the sources decides, or may. The class's lineage has to be known already.
pub fn compares_by(class: &Class) -> Result<Compares, ()> {
    let lineage = class.lineage.borrow();
    for it in lineage.as_ref().ok_or(())?.iter() {
        match it {
            Live::Class(it) => {
                let names = it.names.borrow();
                let compared = || match names.get(COMPARED) {
                    Some(Live::Tuple(all)) => {
                        all.iter().map(|it| it.as_str().cloned()).collect::<Option<_>>().ok_or(())
                    }
                    _ => Err(()),
                };
                match names.get("__eq__") {
                    None => {}
                    Some(Live::Name(name)) if &**name == BY_ATTRIBUTES => {
                        return compared().map(Compares::Attributes);
                    }
                    Some(Live::Name(name)) if &**name == BY_ELEMENTS => {
                        return compared().map(Compares::Elements);
                    }
                    Some(_) => return Err(()),
                }
            }
            Live::Name(name) if leaves_identity(name) => {}
            _ => return Err(()),
        }
    }
    Ok(Compares::Identity)
}

/// The values of some attributes of an instance, if it has them all.
pub fn values_of(instance: &Instance, names: &[Arc<str>]) -> Option<Vec<Live>> {
    let attributes = instance.attributes.borrow();
    names.iter().map(|name| attributes.get(name).cloned()).collect()
}

/// The elements of a named tuple.
pub fn elements_of(value: &Live) -> Option<Vec<Live>> {
    let Live::Instance(instance) = value else { return None };
    let Live::Class(class) = &instance.class else { return None };
    match compares_by(class) {
        Ok(Compares::Elements(names)) => values_of(instance, &names),
        Ok(Compares::Identity | Compares::Attributes(_)) | Err(()) => None,
    }
}
