//! Each text of a manifest kept once, from the moment it is read: a hundred thousand columns are written in a
//! few hundred words.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use foldhash::fast::RandomState;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use super::ColumnFile;
use crate::schema::{Column, ColumnDefinition, Name, Pool};

/// A text of the file, shared with every equal one.
#[derive(Serialize)]
#[serde(transparent)]
pub(in super::super) struct Text(pub Name);

/// What was met so far of the file that this thread reads. serde hands nothing down through derived
/// implementations, hence a thread's own.
#[derive(Default)]
struct Met {
    pool: Pool,
    columns: HashMap<Box<str>, ColumnFile, RandomState>,
}

thread_local! {
    static MET: RefCell<Met> = RefCell::default();
}

/// Runs `read`, and lets go of what was met.
pub(crate) fn sharing<T>(read: impl FnOnce() -> T) -> T {
    let result = read();
    MET.take();
    result
}

pub(in super::super) fn shared(text: &str) -> Name {
    MET.with_borrow_mut(|met| met.pool.text(text))
}

/// A column whose definition is shared with every equal one.
pub(super) fn defined(name: Name, definition: ColumnDefinition) -> Column {
    let mut column = Column::defined(name, definition);
    MET.with_borrow_mut(|met| met.pool.column(&mut column));
    column
}

/// A column's short form, parsed at its first meeting.
pub(super) fn column(
    text: &str,
    parse: impl FnOnce(&str) -> Result<ColumnFile, String>,
) -> Result<ColumnFile, String> {
    if let Some(known) = MET.with_borrow(|met| met.columns.get(text).cloned()) {
        return Ok(known);
    }
    let column = parse(text)?;
    MET.with_borrow_mut(|met| met.columns.insert(text.into(), column.clone()));
    Ok(column)
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shared;
        impl Visitor<'_> for Shared {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(shared(text)))
            }
        }
        deserializer.deserialize_str(Shared)
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        str::json_schema(generator)
    }
}
