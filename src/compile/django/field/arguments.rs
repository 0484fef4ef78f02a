//! The arguments of a call of Django's, by their names.

use std::sync::Arc;

use super::Number;
use crate::compile::django::arguments::is_false;
use crate::compile::django::project::{Object, Value};

/// What stands behind one name.
#[derive(Clone, Copy, Debug)]
pub enum Argument<T> {
    Unset,
    Is(T),
    /// Given, but not seen through, or not what it should be.
    Unknown,
}

impl<T> Argument<T> {
    pub fn or(self, usual: T) -> Argument<T> {
        match self {
            Self::Unset => Argument::Is(usual),
            Self::Is(value) => Argument::Is(value),
            Self::Unknown => Argument::Unknown,
        }
    }
}

/// A call, as it was written or as it was followed to a class of Django's.
#[derive(Clone, Debug)]
pub struct Arguments<'a> {
    pub class: &'a str,
    positional: &'a [Value],
    keywords: &'a [(Arc<str>, Value)],
    /// The names of the positional ones.
    names: &'static [&'static str],
}

impl<'a> Arguments<'a> {
    /// The call that ends in a class of Django's or of a library that is not in the sources.
    pub fn of(object: &'a Object, names: impl FnOnce(&str) -> &'static [&'static str]) -> Self {
        let (class, positional, keywords) = match &object.base {
            Some(call) => (&call.class, &call.args, &call.kwargs),
            None => (&object.class, &object.args, &object.kwargs),
        };
        Self { class, positional, keywords, names: names(last_segment(class)) }
    }

    /// `None` is told as unset: for all arguments but flags it means the same.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.said(name).filter(|value| !matches!(value, Value::None))
    }

    /// What is said for a name, `None` too.
    pub fn said(&self, name: &str) -> Option<&'a Value> {
        let by_keyword =
            self.keywords.iter().rfind(|(keyword, _)| &**keyword == name).map(|(_, value)| value);
        let by_position = || {
            let position = self.names.iter().position(|it| *it == name)?;
            self.positional.get(position)
        };
        by_keyword.or_else(by_position)
    }

    /// Whether there may be others: `**options` that were not seen through.
    pub fn is_open(&self) -> bool {
        self.keywords.iter().any(|(name, _)| name.starts_with('*'))
    }

    /// The positional arguments behind those that have names.
    pub fn rest(&self) -> &'a [Value] {
        self.positional.get(self.names.len()..).unwrap_or_default()
    }

    pub fn keywords(&self) -> impl Iterator<Item = (&'a Arc<str>, &'a Value)> {
        self.keywords.iter().map(|(name, value)| (name, value))
    }

    /// Django asks a flag for its truth (`if field.db_index`), whatever it is: `null=""`, `db_index=None`.
    pub fn flag(&self, name: &str) -> Argument<bool> {
        match self.said(name) {
            None => Argument::Unset,
            Some(Value::Name(_) | Value::Object(_) | Value::Unknown(_)) => Argument::Unknown,
            Some(value) => Argument::Is(!is_false(value)),
        }
    }

    pub fn text(&self, name: &str) -> Argument<&'a Arc<str>> {
        match self.get(name) {
            None => Argument::Unset,
            Some(Value::Str(text)) => Argument::Is(text),
            Some(_) => Argument::Unknown,
        }
    }

    pub fn number(&self, name: &str) -> Number {
        match self.get(name) {
            None => Number::Unset,
            Some(Value::Int(number)) => u32::try_from(*number).map_or(Number::Unknown, Number::Is),
            Some(Value::Str(text)) => text.trim().parse().map_or(Number::Unknown, Number::Is),
            Some(_) => Number::Unknown,
        }
    }

    /// Strings of a list or tuple.
    pub fn texts(&self, name: &str) -> Argument<Vec<Arc<str>>> {
        match self.get(name) {
            None => Argument::Unset,
            Some(Value::List(values) | Value::Tuple(values)) => {
                let texts: Option<Vec<_>> = values.iter().map(as_text).collect();
                texts.map_or(Argument::Unknown, Argument::Is)
            }
            Some(_) => Argument::Unknown,
        }
    }
}

pub fn as_text(value: &Value) -> Option<Arc<str>> {
    match value {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    }
}

/// `CharField` of `django.db.models.CharField`.
pub fn last_segment(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}
