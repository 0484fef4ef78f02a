//! Comparisons: equality, identity, order and membership, where they are certain.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use super::super::class::enumeration::unmixed;
use super::super::handed::is_same_model;
use super::super::live::*;
use super::super::method::keys;
use super::super::module_names::MODULE_NAMES;
use super::super::outside::order_of_versions;
use super::super::special::{Compares, compares_by, elements_of, is_enumeration, is_of_a_class, values_of};
use super::super::{Interpreter, format, given};
use super::{find, impossible, integer, number};
use crate::compile::django::notice::Concern;
use crate::compile::django::project::is_marked;
use crate::compile::django::read::syntax::tree::{Comparison, Span};

/// How deep and how long values are compared.
struct Patience {
    depth: u32,
    comparisons: u32,
    objects: Objects,
}

/// When two instances of one class are the same.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Objects {
    /// When Python says that they are equal.
    Equal,
    /// When they were made alike: what a condition chose from them is as either of them.
    Alike,
}

impl Interpreter<'_> {
    pub fn compare(
        &mut self,
        left: &Live,
        how: Comparison,
        right: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let (left, right) = (self.force(left)?, self.force(right)?);
        if matches!(&right, Live::Name(path) if &**path == "os.environ")
            && matches!(how, Comparison::In | Comparison::NotIn)
        {
            let name = format::text(&left);
            let name = name.as_deref().unwrap_or("a variable whose name is not known");
            let message = format!("assumed that {name} is not set in the environment");
            self.tell(Concern::Assumed, &scope.module.clone(), span, message);
            return Ok(Live::Bool(how == Comparison::NotIn));
        }
        let asks_a_class = matches!((&right, how), (Live::Class(_), Comparison::In | Comparison::NotIn));
        if (is_of_a_class(&left) || is_of_a_class(&right) || asks_a_class)
            && let Some(made) = self.compared_by_class(&left, how, &right, scope, span)?
        {
            return Ok(made);
        }
        if let Some(known) = self.compare_clue(&left, how, &right) {
            return Ok(known);
        }
        match how {
            Comparison::Is | Comparison::IsNot => {}
            Comparison::In | Comparison::NotIn => self.looked_through(&right)?,
            _ => [&left, &right].into_iter().try_for_each(|it| self.compared_with(it))?,
        }
        let is_same = matches!((&left, &right), (Live::Str(a), Live::Str(b)) if a == b);
        let (left, right) = if is_same { (left, right) } else { (self.assume(&left), self.assume(&right)) };
        let known = match how {
            Comparison::Equal => equal(&self.assume_all(&left), &self.assume_all(&right)),
            Comparison::NotEqual => equal(&self.assume_all(&left), &self.assume_all(&right)).map(|it| !it),
            Comparison::Is => same(&left, &right),
            Comparison::IsNot => same(&left, &right).map(|it| !it),
            Comparison::In => self.contains(&right, &left)?,
            Comparison::NotIn => self.contains(&right, &left)?.map(|it| !it),
            Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual
                if let (Live::Set(a), Live::Set(b)) = (&left, &right) =>
            {
                compare_sets(&a.borrow(), how, &b.borrow())
            }
            Comparison::Less => order(&left, &right).map(Ordering::is_lt),
            Comparison::LessOrEqual => order(&left, &right).map(Ordering::is_le),
            Comparison::Greater => order(&left, &right).map(Ordering::is_gt),
            Comparison::GreaterOrEqual => order(&left, &right).map(Ordering::is_ge),
        };
        Ok(match known {
            Some(known) => Live::Bool(known),
            None => {
                if self.catching_operations > 0 && impossible::comparison(&left, how, &right) {
                    return Err(self.raise("TypeError", "unsupported comparison"));
                }
                let unknown = self.because(&[&left, &right], scope, span, "compares what is not known");
                if !matches!(
                    how,
                    Comparison::Equal | Comparison::NotEqual | Comparison::Is | Comparison::IsNot
                ) {
                    self.may_raise(&unknown);
                }
                unknown
            }
        })
    }

    pub fn contains(&mut self, container: &Live, item: &Live) -> Result<Option<bool>, Stop> {
        let settled = self.assume(container);
        let container = unmixed(&settled).unwrap_or(&settled);
        if let (Live::Str(text), Live::Str(part)) = (container, unmixed(item).unwrap_or(item)) {
            return Ok(Some(text.contains(&**part)));
        }
        let items = match container {
            Live::Dict(pairs) => keys(&pairs.borrow()),
            Live::List(items) | Live::Set(items) => items.borrow().clone(),
            Live::Tuple(items) => items.to_vec(),
            Live::Stream(stream) => {
                let scope = self.module_scope(&Rc::new(Module::nowhere()));
                let Ok(items) = self.rest_of(stream, &scope, Span::default())? else { return Ok(None) };
                // How far it was gone through.
                if !items.is_empty()
                    && let Live::Unknown(why) =
                        self.unknown(&scope, Span::default(), "takes some of an iterator")
                {
                    stream.rest.borrow_mut().push(Live::Unknown(why));
                }
                items
            }
            Live::Instance(it) if matches!(&it.class, Live::Name(class) if **class == *MODULE_NAMES) => {
                let has = |name: &Arc<str>| it.module.names.borrow().get(name).is_some();
                return Ok(item.as_str().map(has));
            }
            // Only what migrates runs.
            Live::Name(path) if &**path == "sys.modules" => {
                let name = item.as_str().map(|it| it.split('.').next().unwrap_or_default());
                return Ok(match name {
                    Some("pytest" | "unittest" | "nose" | "celery" | "gunicorn" | "uwsgi") => Some(false),
                    Some("django") => Some(true),
                    _ => None,
                });
            }
            _ => return Ok(None),
        };
        self.steps(items.len())?;
        let mut known = true;
        let item = &self.assume(item);
        for it in &items {
            match equal(&self.assume(it), item) {
                Some(true) => return Ok(Some(true)),
                Some(false) => {}
                None => known = false,
            }
        }
        Ok(known.then_some(false))
    }
}

/// `None` when it is not known, or takes too long to find out: lists that hold one list twice, which holds another
/// twice, are endless to compare.
pub fn equal(a: &Live, b: &Live) -> Option<bool> {
    equal_within(a, b, &mut Patience { depth: 50, comparisons: 10_000, objects: Objects::Equal })
}

/// Whether one of them may take the other's place, though Python tells them apart.
pub fn alike(a: &Live, b: &Live) -> Option<bool> {
    equal_within(a, b, &mut Patience { depth: 50, comparisons: 10_000, objects: Objects::Alike })
}

fn equal_within(a: &Live, b: &Live, patience: &mut Patience) -> Option<bool> {
    if patience.objects == Objects::Equal && (unmixed(a).is_some() || unmixed(b).is_some()) {
        let (a, b) = (unmixed(a).unwrap_or(a), unmixed(b).unwrap_or(b));
        return compare_within(a, b, patience);
    }
    patience.comparisons = patience.comparisons.checked_sub(1)?;
    patience.depth = patience.depth.checked_sub(1)?;
    let known = compare_within(a, b, patience);
    patience.depth += 1;
    known
}

fn compare_within(a: &Live, b: &Live, patience: &mut Patience) -> Option<bool> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Some(a == b);
    }
    match (a, b) {
        (Live::Unknown(_), _) | (_, Live::Unknown(_)) | (Live::Import(_), _) | (_, Live::Import(_)) => None,
        // A name that only the models tell may be any.
        (Live::Str(a), Live::Str(b)) if a != b && (is_marked(a) || is_marked(b)) => None,
        (Live::Str(a), Live::Str(b)) => Some(a == b),
        (Live::Bytes(a), Live::Bytes(b)) => Some(a == b),
        (Live::Path(a), Live::Path(b)) => Some(a == b),
        (Live::Tuple(a), Live::Tuple(b)) => {
            Rc::ptr_eq(a, b).then_some(true).or_else(|| all_equal(a, b, patience))
        }
        (Live::List(x), Live::List(y)) => {
            Rc::ptr_eq(x, y).then_some(true).or_else(|| all_equal(&x.borrow(), &y.borrow(), patience))
        }
        (Live::Set(x), Live::Set(y)) => {
            let (x, y) = (x.borrow(), y.borrow());
            let mut within = |a: &[Live], b: &[Live]| {
                a.iter().all(|it| b.iter().any(|other| equal_within(it, other, patience) == Some(true)))
            };
            let known = !x.iter().chain(y.iter()).any(Live::is_unknown);
            let is_same = known && within(&x, &y) && within(&y, &x);
            // What was given up is not known to differ.
            (known && (is_same || patience.comparisons > 0)).then_some(is_same)
        }
        (Live::Dict(x), Live::Dict(y)) => {
            if Rc::ptr_eq(x, y) {
                return Some(true);
            }
            let (x, y) = (x.borrow(), y.borrow());
            if x.iter().chain(y.iter()).any(|(key, value)| key.is_unknown() || value.is_unknown()) {
                return None;
            }
            if x.len() != y.len() {
                return Some(false);
            }
            let mut known = Some(true);
            for (key, value) in x.iter() {
                match find(&y, key) {
                    None => return Some(false),
                    Some(other) => match equal_within(value, other, patience) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => known = None,
                    },
                }
            }
            known
        }
        (Live::Name(a), Live::Name(b)) if a == b => Some(true),
        (Live::Name(a), Live::Name(b)) if is_own_field(a) && is_own_field(b) => Some(false),
        (Live::Name(_), Live::Name(_)) => None,
        // What a name of another library stands for is not known; a class is equal to no literal.
        (Live::Name(_), Live::None | Live::Str(_) | Live::Int(_) | Live::Bool(_)) => None,
        (Live::None | Live::Str(_) | Live::Int(_) | Live::Bool(_), Live::Name(_)) => None,
        (Live::Instance(x), Live::Instance(y)) => {
            if Rc::ptr_eq(x, y) {
                return Some(true);
            }
            if let Some(is) = is_same_model(a, b) {
                return Some(is);
            }
            if patience.objects == Objects::Equal {
                match is_equal_object(x, y, patience) {
                    Told::Is(known) => return known,
                    Told::Alike => {}
                }
            }
            // Equal as far as a reader can tell; `==` of theirs may say otherwise.
            let alike = equal_within(&x.class, &y.class, patience)? && all_equal(&x.args, &y.args, patience)?;
            let keywords =
                |it: &Instance| -> Vec<Live> { it.keywords.iter().map(|(_, value)| value.clone()).collect() };
            let named = x.keywords.iter().map(|(name, _)| name).eq(y.keywords.iter().map(|(name, _)| name));
            (alike && named && all_equal(&keywords(x), &keywords(y), patience)?).then_some(true)
        }
        (Live::Instance(it), Live::None) | (Live::None, Live::Instance(it)) if !it.may_be_none() => {
            Some(false)
        }
        (it @ Live::Instance(_), Live::Tuple(items)) | (Live::Tuple(items), it @ Live::Instance(_)) => {
            all_equal(&elements_of(it)?, items, patience)
        }
        // Neither of them knows the other.
        (Live::Instance(it), other) | (other, Live::Instance(it))
            if is_plain(other) && matches!(&it.class, Live::Class(class) if compares_by(class).is_ok()) =>
        {
            Some(false)
        }
        (Live::Instance(_), _) | (_, Live::Instance(_)) => None,
        (Live::Bound(it), _) | (_, Live::Bound(it)) if it.may_be_a_value() => None,
        (a, b) => Some(a.is(b)),
    }
}

/// What decides whether two instances are equal.
enum Told {
    Is(Option<bool>),
    /// Those that are made alike.
    Alike,
}

fn is_equal_object(x: &Instance, y: &Instance, patience: &mut Patience) -> Told {
    match (&x.class, &y.class) {
        (Live::Class(of_x), Live::Class(of_y)) => {
            if Rc::ptr_eq(of_x, of_y) && is_enumeration(of_x) {
                return Told::Is(all_equal(&x.args, &y.args, patience));
            }
            let (Ok(a), Ok(b)) = (compares_by(of_x), compares_by(of_y)) else { return Told::Is(None) };
            let is_same_class = Rc::ptr_eq(of_x, of_y);
            let values =
                |names: &[Arc<str>], others: &[Arc<str>]| values_of(x, names).zip(values_of(y, others));
            Told::Is(match (a, b) {
                (Compares::Attributes(names), Compares::Attributes(others)) if is_same_class => {
                    values(&names, &others).and_then(|(x, y)| all_equal(&x, &y, patience))
                }
                (Compares::Elements(names), Compares::Elements(others)) => {
                    values(&names, &others).and_then(|(x, y)| all_equal(&x, &y, patience))
                }
                (Compares::Identity, Compares::Identity) if x.is_joined || y.is_joined => None,
                _ => Some(false),
            })
        }
        (Live::Name(class), Live::Name(_)) if is_value(class) => Told::Alike,
        _ => Told::Is(None),
    }
}

fn is_plain(value: &Live) -> bool {
    matches!(
        value,
        Live::Bool(_)
            | Live::Int(_)
            | Live::Float(_)
            | Live::Str(_)
            | Live::Bytes(_)
            | Live::List(_)
            | Live::Dict(_)
    )
}

/// A class of libraries whose instances are equal when they are made alike. A field or an operation is equal to itself alone.
fn is_value(class: &str) -> bool {
    let is_operation = class.strip_prefix("django.db.migrations.");
    let is_operation = is_operation.is_some_and(|it| it.starts_with(|it: char| it.is_ascii_uppercase()));
    let is_of_identity = given::is_field(class) || is_operation;
    (class.starts_with("django.") && !is_of_identity)
        || ["datetime.", "decimal.", "uuid.UUID"].iter().any(|it| class.starts_with(it))
}

fn all_equal(a: &[Live], b: &[Live], patience: &mut Patience) -> Option<bool> {
    // An unknown element may stand for several: nothing behind it has a place.
    let is_open = a.iter().chain(b).any(Live::is_unknown);
    if a.len() != b.len() && !is_open {
        return Some(false);
    }
    let mut known = (!is_open).then_some(true);
    let is_known = |(a, b): &(&Live, &Live)| !a.is_unknown() && !b.is_unknown();
    for (a, b) in a.iter().zip(b).take_while(is_known) {
        match equal_within(a, b, patience) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}

/// `is`
pub(super) fn same(a: &Live, b: &Live) -> Option<bool> {
    match (a, b) {
        (Live::Unknown(_), _) | (_, Live::Unknown(_)) => None,
        (Live::Name(a), Live::Name(b)) if a == b => Some(true),
        (Live::Name(a), Live::Name(b)) if is_built_in(a) && is_built_in(b) => Some(false),
        (Live::Name(a), Live::Name(b)) if is_own_field(a) && is_own_field(b) => Some(false),
        (Live::Name(_), other) | (other, Live::Name(_)) => is_of_a_class(other).then_some(false),
        (Live::Int(_) | Live::Str(_) | Live::Float(_), Live::Int(_) | Live::Str(_) | Live::Float(_)) => {
            equal(a, b)
        }
        (Live::Bound(it), _) | (_, Live::Bound(it)) if it.may_be_a_value() => None,
        (Live::Instance(it), other) | (other, Live::Instance(it))
            if it.may_be_none() && !matches!(other, Live::Instance(_)) =>
        {
            None
        }
        (Live::Instance(_), Live::Instance(_)) if let Some(is) = is_same_model(a, b) => Some(is),
        (Live::Instance(x), Live::Instance(y)) if !a.is(b) => match (&x.class, &y.class) {
            // A member is made anew wherever it is named.
            (Live::Class(class), Live::Class(_)) if is_enumeration(class) => equal(a, b),
            (Live::Class(_), Live::Class(_)) => (!x.is_joined && !y.is_joined).then_some(false),
            _ => None,
        },
        (a, b) => Some(a.is(b)),
    }
}

/// A class of Python's own that has one name only.
fn is_built_in(path: &str) -> bool {
    const CLASSES: [&str; 10] =
        ["bool", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];
    path.strip_prefix("builtins.").is_some_and(|it| CLASSES.contains(&it))
}

/// Whether the one set is within the other.
fn compare_sets(a: &[Live], how: Comparison, b: &[Live]) -> Option<bool> {
    let (a, b) = match how {
        Comparison::Greater | Comparison::GreaterOrEqual => (b, a),
        _ => (a, b),
    };
    if a.iter().chain(b).any(Live::is_unknown) {
        return None;
    }
    let mut is_within = true;
    for it in a {
        let equals: Vec<Option<bool>> = b.iter().map(|other| equal(it, other)).collect();
        if !equals.contains(&Some(true)) {
            if equals.contains(&None) {
                return None;
            }
            is_within = false;
        }
    }
    let is_proper = matches!(how, Comparison::Less | Comparison::Greater);
    Some(is_within && (!is_proper || a.len() < b.len()))
}

pub(super) fn order(a: &Live, b: &Live) -> Option<Ordering> {
    order_within(a, b, &mut Patience { depth: 50, comparisons: 10_000, objects: Objects::Equal })
}

fn order_within(a: &Live, b: &Live, patience: &mut Patience) -> Option<Ordering> {
    patience.comparisons = patience.comparisons.checked_sub(1)?;
    let (a, b) = (unmixed(a).unwrap_or(a), unmixed(b).unwrap_or(b));
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a.partial_cmp(&b);
    }
    if (matches!(a, Live::Instance(_)) || matches!(b, Live::Instance(_)))
        && let Some(order) = order_of_versions(a, b)
    {
        return Some(order);
    }
    match (a, b) {
        (Live::Str(a), Live::Str(b)) => Some(a.cmp(b)),
        (Live::Tuple(a), Live::Tuple(b)) => order_all(a, b, patience),
        (Live::List(a), Live::List(b)) => order_all(&a.borrow(), &b.borrow(), patience),
        (Live::Tuple(a), b) => order_all(a, &elements_of(b)?, patience),
        (a, Live::Tuple(b)) => order_all(&elements_of(a)?, b, patience),
        (a @ Live::Instance(_), b) => order_all(&elements_of(a)?, &elements_of(b)?, patience),
        _ => None,
    }
}

fn order_all(a: &[Live], b: &[Live], patience: &mut Patience) -> Option<Ordering> {
    patience.depth = patience.depth.checked_sub(1)?;
    for (a, b) in a.iter().zip(b) {
        match order_within(a, b, patience)? {
            Ordering::Equal => {}
            unequal => return Some(unequal),
        }
    }
    patience.depth += 1;
    (!a.iter().chain(b).any(Live::is_unknown)).then(|| a.len().cmp(&b.len()))
}

/// A field of Django's by its only name; those of `django.contrib.postgres` may be others by another.
fn is_own_field(path: &str) -> bool {
    path.starts_with("django.db.models.") && given::is_field(path)
}
