//! JSON of the lengths that a person reads: an object in one line, a list with a line for each item.

use serde::Serialize;

use super::names;
use crate::schema::Name;

/// A JSON object in one line.
pub(super) struct Map {
    text: String,
    pub(super) keys: usize,
}

impl Map {
    pub(super) fn new() -> Self {
        Self { text: String::from("{"), keys: 0 }
    }

    pub(super) fn with(mut self, key: &str, value: String) -> Self {
        if self.keys > 0 {
            self.text.push_str(", ");
        }
        let key = json(key);
        // In one go, rather than piece by piece.
        self.text.reserve(key.len() + value.len() + 5);
        self.text.extend([&key, ": ", &value]);
        self.keys += 1;
        self
    }

    pub(super) fn some(self, key: &str, value: Option<String>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    pub(super) fn name(self, name: &Option<Name>) -> Self {
        self.some("name", name.as_ref().map(json))
    }

    pub(super) fn list(self, key: &str, items: &[Name]) -> Self {
        self.some(key, (!items.is_empty()).then(|| names(items)))
    }

    pub(super) fn flag(self, key: &str, value: bool) -> Self {
        self.some(key, value.then(|| json(&true)))
    }

    pub(super) fn unless_usual<T: Default + PartialEq + Serialize>(self, key: &str, value: T) -> Self {
        self.some(key, (value != T::default()).then(|| json(&value)))
    }

    pub(super) fn text(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

pub(super) fn entry(key: &str, value: &str) -> String {
    [&json(key), ": ", value].concat()
}

pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    ["[", &items.join(", "), "]"].concat()
}

/// Items a line each, the closing bracket `indent` deep.
pub fn lines(indent: usize, open: char, items: impl IntoIterator<Item = String>, close: char) -> String {
    let margin = " ".repeat(indent);
    let mut text = String::from(open);
    // One at a time: all migrations of a large manifest at once would stand in memory twice.
    for item in items {
        let end = if text.len() == open.len_utf8() { "" } else { "," };
        text.reserve(end.len() + margin.len() + item.len() + 5);
        text.extend([end, "\n", &margin, "  ", &item]);
    }
    if text.len() > open.len_utf8() {
        text.extend(["\n", &margin]);
    }
    text.push(close);
    text
}

pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
