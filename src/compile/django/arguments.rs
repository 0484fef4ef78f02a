//! The arguments of a call, by position or by name, and the few shapes that they take.

use std::sync::Arc;

use super::project::{Object, Value};

/// The arguments of one call.
#[derive(Clone, Copy, Debug)]
pub struct Arguments<'a> {
    pub args: &'a [Value],
    pub kwargs: &'a [(Arc<str>, Value)],
}

impl<'a> Arguments<'a> {
    /// Those with which Django's own constructor is reached, where that is known; else those of the call as
    /// it is written.
    pub fn of(object: &'a Object) -> Self {
        match &object.base {
            Some(call) => Self { args: &call.args, kwargs: &call.kwargs },
            None => Self { args: &object.args, kwargs: &object.kwargs },
        }
    }

    pub fn get(&self, position: usize, name: &str) -> Option<&'a Value> {
        self.named(name).or_else(|| self.args.get(position))
    }

    pub fn named(&self, name: &str) -> Option<&'a Value> {
        self.kwargs.iter().find(|(key, _)| &**key == name).map(|(_, value)| value)
    }

    /// Whether there may be others: `**options` that were not seen through.
    pub fn is_open(&self) -> bool {
        self.kwargs.iter().any(|(name, _)| name.starts_with('*'))
    }

    pub fn text(&self, position: usize, name: &str) -> Option<Arc<str>> {
        self.get(position, name).and_then(text)
    }
}

/// The last part of a dotted path: the name of a class without its module.
pub fn last_part(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

pub fn text(value: &Value) -> Option<Arc<str>> {
    if let Value::Str(text) = value { Some(text.clone()) } else { None }
}

/// The elements of a list, a tuple or a set.
pub fn items(value: &Value) -> Option<&[Value]> {
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => Some(items),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::Dict(_)
        | Value::Name(_)
        | Value::Function(_)
        | Value::Object(_)
        | Value::Unknown(_) => None,
    }
}

/// `None`, `False`, zero and what is empty; anything that was not seen through counts as true.
pub fn is_false(value: &Value) -> bool {
    match value {
        Value::None | Value::Bool(false) | Value::Int(0) => true,
        Value::Str(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => items.is_empty(),
        Value::Dict(items) => items.is_empty(),
        Value::Float(number) => *number == 0.0,
        Value::Bool(true)
        | Value::Int(_)
        | Value::Name(_)
        | Value::Function(_)
        | Value::Object(_)
        | Value::Unknown(_) => false,
    }
}

/// `unique_together` in any of its shapes, as tuples of names: `normalize_together` of
/// django/db/models/options.py. `None` when it was not seen through.
pub fn together(value: &Value) -> Option<Vec<Vec<Arc<str>>>> {
    if is_false(value) {
        return Some(Vec::new());
    }
    let outer = items(value)?;
    if outer.iter().all(|it| matches!(it, Value::Str(_))) {
        return Some(vec![outer.iter().filter_map(text).collect()]);
    }
    outer.iter().map(|inner| items(inner)?.iter().map(text).collect()).collect()
}

/// Whether two values are equal, as far as is seen: numbers are by what they are.
pub fn equal(a: &Value, b: &Value) -> bool {
    let number = |it: &Value| match it {
        Value::Bool(it) => Some(f64::from(u8::from(*it))),
        Value::Int(it) => Some(*it as f64),
        Value::Float(it) => Some(*it),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => same(a, b),
    }
}

/// Whether two values are written alike. What was not seen through is like what has the same text.
pub fn same(a: &Value, b: &Value) -> bool {
    let all = |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Str(a), Value::Str(b)) | (Value::Name(a), Value::Name(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b))
        | (Value::Tuple(a), Value::Tuple(b))
        | (Value::Set(a), Value::Set(b)) => all(a, b),
        (Value::Dict(a), Value::Dict(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.0, &b.0) && same(&a.1, &b.1))
        }
        (Value::Function(a), Value::Function(b)) => a.path == b.path && a.at == b.at,
        (Value::Object(a), Value::Object(b)) => {
            a.class == b.class
                && all(&a.args, &b.args)
                && a.kwargs.len() == b.kwargs.len()
                && a.kwargs
                    .iter()
                    .all(|(name, a)| b.kwargs.iter().any(|(other, b)| name == other && same(a, b)))
        }
        (Value::Unknown(a), Value::Unknown(b)) => a.text == b.text && a.reason == b.reason,
        _ => false,
    }
}
