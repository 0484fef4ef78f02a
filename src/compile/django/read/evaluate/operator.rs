//! Truth, equality, order and arithmetic of values.

mod compare;
mod impossible;

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::call::is_same_as_field;
use super::class::enumeration::unmixed;
use super::clue::plain;
use super::handed::{MODEL, is_name, is_of_connection};
use super::live::*;
use super::special::is_of_a_class;
use super::{Interpreter, MAX_LENGTH, format};
use crate::compile::django::clue::Clue;
use crate::compile::django::project::{APP_LABEL, BASE_TYPE, Unknown};
use crate::compile::django::read::syntax::tree::{Operator, Sign, Span};

pub use compare::{alike, equal};

impl Interpreter<'_> {
    /// Whether a value is true; `Err` with the reason when that is not known.
    pub fn truth(
        &mut self,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Result<bool, Arc<Unknown>>, Stop> {
        let value = self.force(value)?;
        let known = match &value {
            Live::None => Some(false),
            Live::Bool(it) => Some(*it),
            Live::Int(it) => Some(*it != 0),
            Live::Float(it) => Some(*it != 0.0),
            Live::Str(it) => Some(!it.is_empty()),
            Live::Bytes(it) => Some(!it.is_empty()),
            Live::Tuple(it) => filled(it),
            Live::List(it) | Live::Set(it) => filled(&it.borrow()),
            Live::Dict(it) => {
                let pairs = it.borrow();
                if pairs.is_empty() {
                    Some(false)
                } else {
                    pairs.iter().any(|(_, value)| !value.is_unknown()).then_some(true)
                }
            }
            Live::Class(_) if let Some(made) = self.truth_of_class(&value, scope, span)? => {
                return self.truth(&made, scope, span);
            }
            Live::Path(_)
            | Live::Function(_)
            | Live::Class(_)
            | Live::Module(_)
            | Live::Partial(_)
            | Live::Stream(_) => Some(true),
            Live::Bound(it) if it.may_be_a_value() => self.is_method(it).then_some(true),
            Live::Bound(_) | Live::Descriptor(..) => Some(true),
            Live::Instance(instance) => match &instance.class {
                Live::Class(class) => match self.truth_of_class(&value, scope, span)? {
                    // It may be empty.
                    None if self.is_container(&class.clone())? => None,
                    None => Some(true),
                    // An instance may say no more: `bool` gives a boolean, `len` a number.
                    Some(Live::Instance(_)) => None,
                    Some(made) => return self.truth(&made, scope, span),
                },
                // `Q()` stands for no condition.
                Live::Name(class) if &**class == "django.db.models.Q" && instance.args.is_empty() => {
                    Some(instance.keywords.iter().any(|(name, _)| !name.starts_with('_')))
                }
                // What the connection gave.
                Live::Name(class) if class.starts_with("django.db.connection") => None,
                Live::Name(class) => {
                    let is_true = [MODEL, "django.db.", "importlib.machinery.", "pkgutil.", "re.Match"];
                    is_true.iter().any(|it| class.starts_with(it)).then_some(true)
                }
                _ => None,
            },
            Live::Name(path) if is_of_connection(path) => None,
            // The label of an app is never empty.
            Live::Name(path) if self.handed.is_some() && **path == *APP_LABEL => Some(true),
            // A class or function of Django's is true, a constant may be anything.
            Live::Name(path) => path
                .rsplit('.')
                .next()
                .is_some_and(|name| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase))
                .then_some(true),
            Live::Super(_) => Some(true),
            Live::Import(_) | Live::Unknown(_) => None,
        };
        Ok(match (known, value) {
            (Some(known), _) => Ok(known),
            // A row, or the name in it.
            (None, Live::Unknown(unknown))
                if matches!(unknown.clue.as_deref(), Some(Clue::Row(_) | Clue::NameIn(_))) =>
            {
                Ok(true)
            }
            (None, Live::Unknown(unknown)) => Err(plain(&unknown)),
            (None, value) => match self.unknown(
                scope,
                span,
                format!("hangs on {}, which is not known", format::kind(&value)),
            ) {
                Live::Unknown(unknown) => Err(unknown),
                _ => Ok(true),
            },
        })
    }

    /// The first of the values, or of what they hold, that is unknown, else a new reason.
    pub fn because(&self, values: &[&Live], scope: &Scope, span: Span, reason: &str) -> Live {
        let of = |value: &Live| match value {
            Live::Unknown(unknown) => Some(Live::Unknown(plain(unknown))),
            _ => None,
        };
        let within = |value: &&Live| match value {
            Live::Tuple(items) => items.iter().find_map(of),
            Live::Dict(pairs) => pairs.borrow().iter().find_map(|(_, it)| of(it)),
            value => of(value),
        };
        values.iter().find_map(within).unwrap_or_else(|| self.unknown(scope, span, reason))
    }

    pub fn unary(&mut self, sign: Sign, value: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let value = self.force(value)?;
        if is_of_a_class(&value)
            && let Some(made) = self.unary_of_class(sign, &value, scope, span)?
        {
            return Ok(made);
        }
        Ok(match (sign, &value) {
            (Sign::Plus, Live::Int(_) | Live::Float(_)) => value,
            (Sign::Minus, Live::Int(it)) => match it.checked_neg() {
                Some(it) => Live::Int(it),
                None => self.unknown(scope, span, "is a very large number"),
            },
            (Sign::Minus, Live::Bool(it)) => Live::Int(-i128::from(*it)),
            (Sign::Minus, Live::Float(it)) => Live::Float(-it),
            (Sign::Invert, Live::Int(it)) => Live::Int(!it),
            // Django's `Q.__invert__` and `Combinable.__neg__`.
            (Sign::Invert, Live::Instance(it)) if is_condition(it) => {
                self.make_negated(value.clone(), scope, span)
            }
            (Sign::Minus, Live::Instance(it)) if is_expression(it) => {
                self.combined(value.clone(), "*", Live::Int(-1), scope, span)
            }
            _ => {
                if self.catching_operations > 0 && sign != Sign::Plus && impossible::negative(&value) {
                    return Err(self.raise("TypeError", "bad operand type"));
                }
                let unknown = self.because(&[&value], scope, span, "negates what is not known");
                self.may_raise(&unknown);
                unknown
            }
        })
    }

    pub fn binary(
        &mut self,
        left: &Live,
        operator: Operator,
        right: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let (left, right) = (self.force(left)?, self.force(right)?);
        if (is_of_a_class(&left) || is_of_a_class(&right))
            && let Some(made) = self.binary_of_class(&left, operator, &right, scope, span)?
        {
            return Ok(made);
        }
        let left = unmixed(&left).cloned().unwrap_or(left);
        let right = match (&left, operator) {
            (Live::Str(_), Operator::Mod) => right,
            _ => unmixed(&right).cloned().unwrap_or(right),
        };
        if operator == Operator::Add
            && let (Some(left), Some(right)) = (with_label(&left, &right), with_label(&right, &left))
        {
            return self.binary(&left, operator, &right, scope, span);
        }
        let known = match (&left, operator, &right) {
            (Live::Str(a), Operator::Add, Live::Str(b)) => {
                self.long(a.len() + b.len())?;
                Some(Live::str(format!("{a}{b}")))
            }
            (Live::Str(text), Operator::Mod, _) => {
                format::percent(self, text, &right, scope, span)?.map(Live::str)
            }
            (Live::Bytes(a), Operator::Add, Live::Bytes(b)) => {
                self.long(a.len() + b.len())?;
                Some(Live::Bytes([&**a, &**b].concat().into()))
            }
            (Live::List(a), Operator::Add, Live::List(b)) => {
                let items: Vec<Live> = a.borrow().iter().chain(b.borrow().iter()).cloned().collect();
                self.long(items.len())?;
                Some(Live::list(items))
            }
            // An unknown number of unknown elements, but what is known stays.
            (Live::List(a), Operator::Add, Live::Unknown(_)) => {
                let items = a.borrow().iter().chain([&right]).cloned().collect();
                Some(Live::list(items))
            }
            (Live::Unknown(_), Operator::Add, Live::List(b)) => {
                let items = [&left].into_iter().chain(b.borrow().iter()).cloned().collect();
                Some(Live::list(items))
            }
            (Live::Tuple(a), Operator::Add, Live::Tuple(b)) => {
                self.long(a.len() + b.len())?;
                Some(Live::tuple(a.iter().chain(b.iter()).cloned().collect()))
            }
            (Live::Str(text), Operator::Mul, Live::Int(times))
            | (Live::Int(times), Operator::Mul, Live::Str(text)) => {
                let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
                self.long(text.len().saturating_mul(times))?;
                Some(Live::str(text.repeat(times)))
            }
            (Live::List(items), Operator::Mul, Live::Int(times))
            | (Live::Int(times), Operator::Mul, Live::List(items)) => {
                let items = items.borrow().clone();
                let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
                self.long(items.len().saturating_mul(times))?;
                Some(Live::list(items.iter().cloned().cycle().take(items.len() * times).collect()))
            }
            (Live::Tuple(items), Operator::Mul, Live::Int(times))
            | (Live::Int(times), Operator::Mul, Live::Tuple(items)) => {
                let times = usize::try_from((*times).max(0)).unwrap_or(usize::MAX);
                self.long(items.len().saturating_mul(times))?;
                Some(Live::tuple(items.iter().cloned().cycle().take(items.len() * times).collect()))
            }
            (Live::Path(folder), Operator::Div, Live::Str(name)) => {
                Some(Live::Path(Rc::new(folder.join(&**name))))
            }
            (Live::Path(folder), Operator::Div, Live::Path(path)) => {
                Some(Live::Path(Rc::new(folder.join(&**path))))
            }
            (Live::Str(folder), Operator::Div, Live::Path(path)) => {
                Some(Live::Path(Rc::new(Path::new(&**folder).join(&**path))))
            }
            (Live::Dict(a), Operator::Or, Live::Dict(b)) => {
                let merged = Live::dict(a.borrow().clone());
                if let Live::Dict(merged) = &merged {
                    self.steps(a.borrow().len().saturating_mul(b.borrow().len()) / 64)?;
                    for (key, value) in b.borrow().iter() {
                        put_in(merged, key.clone(), value.clone());
                    }
                }
                Some(merged)
            }
            (Live::Set(a), Operator::Or, Live::Set(b)) => {
                self.steps(a.borrow().len().saturating_mul(b.borrow().len()) / 64)?;
                let mut items = a.borrow().clone();
                for item in b.borrow().iter() {
                    if !items.iter().any(|it| equal(it, item) == Some(true)) {
                        items.push(item.clone());
                    }
                }
                Some(Live::set(items))
            }
            (Live::Set(a), Operator::Sub | Operator::And | Operator::Xor, Live::Set(b))
                if a.borrow().iter().chain(b.borrow().iter()).any(Live::is_unknown) =>
            {
                let unknown = a.borrow().iter().chain(b.borrow().iter()).find(|it| it.is_unknown()).cloned();
                Some(Live::set(unknown.into_iter().collect()))
            }
            // Which of them are the same is not known.
            (Live::Set(a), Operator::Sub | Operator::And | Operator::Xor, Live::Set(b))
                if a.borrow().iter().any(|it| b.borrow().iter().any(|other| equal(it, other).is_none())) =>
            {
                None
            }
            (Live::Set(a), Operator::Xor, Live::Set(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                let without = |items: &[Live], others: &[Live]| -> Vec<Live> {
                    let is_alone = |it: &&Live| !others.iter().any(|other| equal(it, other) == Some(true));
                    items.iter().filter(is_alone).cloned().collect()
                };
                Some(Live::set([without(&a, &b), without(&b, &a)].concat()))
            }
            (Live::Set(a), Operator::Sub | Operator::And, Live::Set(b)) => {
                let wanted = operator == Operator::And;
                let b = b.borrow();
                let kept = a
                    .borrow()
                    .iter()
                    .filter(|it| b.iter().any(|other| equal(it, other) == Some(true)) == wanted)
                    .cloned()
                    .collect();
                Some(Live::set(kept))
            }
            (Live::Instance(a), Operator::Or | Operator::And | Operator::Xor, Live::Instance(b))
                if is_condition(a) && is_condition(b) =>
            {
                let connector = match operator {
                    Operator::Or => "OR",
                    Operator::And => "AND",
                    _ => "XOR",
                };
                Some(self.connected(left.clone(), connector, right.clone(), scope, span))
            }
            (Live::Instance(it), _, _) | (_, _, Live::Instance(it)) if is_expression(it) => {
                symbol(operator).map(|symbol| self.combined(left.clone(), symbol, right.clone(), scope, span))
            }
            _ => arithmetic(&left, operator, &right),
        };
        Ok(match known {
            Some(value) => self.made(value)?,
            None => {
                if self.catching_operations > 0
                    && let Some(class) = impossible::operation(&left, operator, &right)
                {
                    return Err(self.raise(class, "unsupported operands"));
                }
                let unknown = self.because(&[&left, &right], scope, span, "combines what is not known");
                self.may_raise(&unknown);
                unknown
            }
        })
    }

    pub fn long(&mut self, length: usize) -> Result<(), Stop> {
        if length > MAX_LENGTH {
            return Err(Stop::Exhausted("makes something very long"));
        }
        self.steps(length / 64)
    }

    fn connected(&mut self, left: Live, connector: &str, right: Live, scope: &Rc<Scope>, span: Span) -> Live {
        let keywords = vec![("_connector".into(), Live::str(connector))];
        self.outside_instance("django.db.models.Q", vec![left, right], keywords, scope, span)
    }

    fn make_negated(&mut self, condition: Live, scope: &Rc<Scope>, span: Span) -> Live {
        let keywords = vec![("_negated".into(), Live::Bool(true))];
        self.outside_instance("django.db.models.Q", vec![condition], keywords, scope, span)
    }

    /// `F("a") + 1`, as Django's `Combinable` makes of it.
    fn combined(&mut self, left: Live, connector: &str, right: Live, scope: &Rc<Scope>, span: Span) -> Live {
        let class = "django.db.models.expressions.CombinedExpression";
        self.outside_instance(class, vec![left, Live::str(connector), right], Vec::new(), scope, span)
    }
}

/// A text, or beside one the label of the app at hand or a type.
fn with_label(value: &Live, other: &Live) -> Option<Live> {
    match (value, other) {
        (Live::Str(_), Live::Name(_) | Live::Instance(_)) => Some(value.clone()),
        (Live::Instance(_), Live::Str(_)) if is_same_as_field(value, "db_type") => Some(Live::str(BASE_TYPE)),
        (Live::Name(_), Live::Str(_)) if is_name(Some(value), APP_LABEL) => {
            format::text(value).map(Live::str)
        }
        _ => None,
    }
}

fn is_condition(instance: &Instance) -> bool {
    matches!(&instance.class, Live::Name(class) if matches!(&**class, "django.db.models.Q" | "django.db.models.Exists")
        || class.starts_with("django.db.models.lookups."))
}

fn is_expression(instance: &Instance) -> bool {
    matches!(&instance.class, Live::Name(class) if class.starts_with("django.db.models."))
        && !is_condition(instance)
}

fn symbol(operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Add => Some("+"),
        Operator::Sub => Some("-"),
        Operator::Mul => Some("*"),
        Operator::Div => Some("/"),
        Operator::Mod => Some("%%"),
        Operator::Pow => Some("^"),
        Operator::FloorDiv
        | Operator::Or
        | Operator::And
        | Operator::Xor
        | Operator::LeftShift
        | Operator::RightShift
        | Operator::MatMul => None,
    }
}

fn filled(items: &[Live]) -> Option<bool> {
    match items {
        [] => Some(false),
        items => items.iter().any(|item| !item.is_unknown()).then_some(true),
    }
}

fn number(value: &Live) -> Option<f64> {
    match value {
        Live::Int(it) => Some(*it as f64),
        Live::Bool(it) => Some(f64::from(u8::from(*it))),
        Live::Float(it) => Some(*it),
        _ => None,
    }
}

pub fn integer(value: &Live) -> Option<i128> {
    match value {
        Live::Int(it) => Some(*it),
        Live::Bool(it) => Some(i128::from(*it)),
        _ => None,
    }
}

fn arithmetic(left: &Live, operator: Operator, right: &Live) -> Option<Live> {
    if let (Live::Bool(a), Live::Bool(b)) = (left, right) {
        match operator {
            Operator::Or => return Some(Live::Bool(a | b)),
            Operator::And => return Some(Live::Bool(a & b)),
            Operator::Xor => return Some(Live::Bool(a ^ b)),
            Operator::Add
            | Operator::Sub
            | Operator::Mul
            | Operator::Div
            | Operator::Mod
            | Operator::Pow
            | Operator::FloorDiv
            | Operator::LeftShift
            | Operator::RightShift
            | Operator::MatMul => {}
        }
    }
    if let (Some(a), Some(b)) = (integer(left), integer(right)) {
        let result = match operator {
            Operator::Add => a.checked_add(b),
            Operator::Sub => a.checked_sub(b),
            Operator::Mul => a.checked_mul(b),
            Operator::FloorDiv => a.checked_div_euclid(b).filter(|_| b > 0),
            Operator::Mod => a.checked_rem_euclid(b).filter(|_| b > 0),
            Operator::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            Operator::Or => Some(a | b),
            Operator::And => Some(a & b),
            Operator::Xor => Some(a ^ b),
            Operator::LeftShift => {
                u32::try_from(b).ok().filter(|b| *b < 64).and_then(|b| a.checked_mul(1 << b))
            }
            Operator::RightShift => u32::try_from(b).ok().and_then(|b| a.checked_shr(b)),
            Operator::Div => return (b != 0).then(|| Live::Float(a as f64 / b as f64)),
            Operator::MatMul => None,
        };
        return result.map(Live::Int);
    }
    let (a, b) = (number(left)?, number(right)?);
    match operator {
        Operator::Add => Some(Live::Float(a + b)),
        Operator::Sub => Some(Live::Float(a - b)),
        Operator::Mul => Some(Live::Float(a * b)),
        Operator::Div => (b != 0.0).then(|| Live::Float(a / b)),
        Operator::FloorDiv
        | Operator::Mod
        | Operator::Pow
        | Operator::Or
        | Operator::And
        | Operator::Xor
        | Operator::LeftShift
        | Operator::RightShift
        | Operator::MatMul => None,
    }
}

pub fn find<'p>(pairs: &'p Pairs, key: &Live) -> Option<&'p Live> {
    pairs.iter().find(|(it, _)| is_same_key(it, key)).map(|(_, value)| value)
}

/// Texts that are not known to be the same are none the same: what they may be is not asked.
fn is_same_key(a: &Live, b: &Live) -> bool {
    match (a, b) {
        (Live::Str(a), Live::Str(b)) => a == b,
        (a, b) => equal(a, b) == Some(true),
    }
}

/// By a key that is not known, any of the values may be another afterwards.
pub fn put(pairs: &mut Pairs, key: Live, value: Live) {
    if key.is_unknown() {
        pairs.iter_mut().for_each(|(_, value)| *value = key.clone());
        return put_unknown(pairs, key);
    }
    match pairs.iter_mut().find(|(it, _)| is_same_key(it, &key)) {
        Some((_, old)) => *old = value,
        None => pairs.push((key, value)),
    }
}

/// As [`put`]. Keys are compared before anything is changed: one may hold the dict itself.
pub fn put_in(pairs: &RefCell<Pairs>, key: Live, value: Live) {
    let at = pairs.borrow().iter().position(|(it, _)| is_same_key(it, &key));
    let mut pairs = pairs.borrow_mut();
    match at.and_then(|at| pairs.get_mut(at)) {
        Some((_, old)) => *old = value,
        None if key.is_unknown() => put(&mut pairs, key, value),
        None => pairs.push((key, value)),
    }
}

/// A key that is unknown stands for any number of pairs: one is enough.
pub fn put_unknown(pairs: &mut Pairs, unknown: Live) {
    if !pairs.iter().any(|(key, _)| key.is_unknown()) {
        pairs.push((unknown.clone(), unknown));
    }
}
