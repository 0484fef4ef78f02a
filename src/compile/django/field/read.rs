//! From the call of a field's class to the field.

use super::{Field, Kind, ModelKey};
use crate::compile::django::project::{Project, Value};

pub fn read(name: &str, _value: &Value, _of: &ModelKey, _project: &Project) -> Field {
    Field {
        name: name.into(),
        kind: Kind::Unknown,
        null: false,
        primary_key: false,
        unique: false,
        db_index: false,
        db_column: None,
        db_default: None,
        notice: None,
        blind: true,
    }
}
