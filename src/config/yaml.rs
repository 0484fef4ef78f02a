//! A YAML file as a tree in which every key and value knows where it stands.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

/// Line and column, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u64,
    pub column: u64,
}

#[derive(Debug)]
pub struct Node {
    pub position: Position,
    pub value: Value,
}

#[derive(Debug)]
pub enum Value {
    Null,
    Bool(bool),
    /// A plain scalar that YAML reads as a number, written as Rust writes it.
    Number(String),
    Text(String),
    /// In the order of the file, duplicates too.
    Map(Vec<(Key, Node)>),
    List(Vec<Node>),
}

#[derive(Debug)]
pub struct Key {
    pub position: Position,
    pub name: String,
}

impl Value {
    /// What a person would call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Map(_) => "a map",
            Self::List(_) => "a list",
        }
    }
}

/// Reads one YAML document.
///
/// # Errors
/// Position and reason; the reason never repeats a line of the file, which may hold a password.
pub fn parse(text: &str) -> Result<Node, (Position, String)> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        with_snippet: false,
    };
    let spanned: Spanned<Value> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let position = error.location().map(position_of).unwrap_or(Position { line: 1, column: 1 });
        (position, without_quotes(&error.to_string()))
    })?;
    Ok(node(spanned))
}

/// A parser's message names what it met (an anchor, an escape) between quotes: that may be a password.
fn without_quotes(message: &str) -> String {
    let first_line = message.lines().next().unwrap_or_default();
    let mut shown = String::with_capacity(first_line.len());
    let mut inside = None;
    for character in first_line.chars() {
        match inside {
            Some(quote) if quote == character => inside = None,
            Some(_) => {}
            None if matches!(character, '`' | '"' | '\'') => {
                inside = Some(character);
                shown.push('…');
            }
            None => shown.push(character),
        }
    }
    shown
}

fn position_of(location: serde_saphyr::Location) -> Position {
    Position { line: location.line().max(1), column: location.column().max(1) }
}

fn node(spanned: Spanned<Value>) -> Node {
    Node { position: position_of(spanned.referenced), value: spanned.value }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Spanned<Value>>()? {
            list.push(node(item));
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<String>>()? {
            let value = entries.next_value::<Spanned<Value>>()?;
            map.push((Key { position: position_of(key.referenced), name: key.value }, node(value)));
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_knows_where_it_stands() {
        let Value::Map(map) = parse("a: 1\nb:\n  - x\n  - {c: true}\na: ~\n").unwrap().value else {
            panic!()
        };
        let keys: Vec<_> = map.iter().map(|(key, _)| (key.name.as_str(), key.position.line)).collect();
        assert_eq!(keys, [("a", 1), ("b", 2), ("a", 5)]);
        let Value::List(list) = &map[1].1.value else { panic!() };
        assert_eq!(list[1].position, Position { line: 4, column: 5 });
        let Value::Map(inner) = &list[1].value else { panic!() };
        assert_eq!(inner[0].0.position, Position { line: 4, column: 6 });
    }

    #[test]
    fn a_syntax_error_never_repeats_the_file() {
        for text in [
            "url: \"postgres://u:canary@h\\q/d\"",
            "url: *canary",
            "url: {canary",
            "url: &canary *canary",
            "url: !canary [",
            "url: 'canary",
            "- canary\nb: canary",
        ] {
            if let Err((_, message)) = parse(text) {
                assert!(!message.contains("canary"), "{message}");
            }
        }
    }
}
