//! What a custom field's own methods and attributes say of its column.

use std::sync::Arc;

use super::CustomType;
use crate::compile::django::project::{Body, COLUMN_FOR, Object, Value};

/// What a method that may be overridden said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is not overridden.
    Nothing,
    Text(Arc<str>),
    /// `None`.
    None,
    Unknown,
}

/// Where a field's column comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    Usual,
    Absent,
    /// With `FIELD_NAME` for the field's.
    Named(Arc<str>),
    /// Where the field has this name.
    NamedFor {
        name: Arc<str>,
        column: Arc<str>,
    },
    Unknown,
}

/// The check of a field that has a method of its own for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    Absent,
    /// With `COLUMN_NAME` for the column's name.
    Text(Arc<str>),
    Unknown,
}

/// What calling the method gave; `None` when no class of the sources has it, or when it only calls
/// `super()`.
fn result<'a>(object: &'a Object, name: &str) -> Option<Option<&'a Value>> {
    let (_, method) = object.methods.iter().find(|(method, _)| &**method == name)?;
    (method.function.body != Body::Super).then_some(method.result.as_ref())
}

pub fn is_overridden(object: &Object, name: &str) -> bool {
    object.methods.iter().any(|(method, it)| &**method == name && it.function.body != Body::Super)
}

fn said(object: &Object, name: &str) -> Said {
    match result(object, name) {
        None => Said::Nothing,
        Some(Some(Value::Str(text))) => Said::Text(text.clone()),
        Some(Some(Value::None)) => Said::None,
        Some(Some(_) | None) => Said::Unknown,
    }
}

/// What Django's own `db_type` gives.
const OWN_TYPE: &str = "django.db.models.Field.db_type";

/// `Field.db_type`, and `Field.db_parameters`, which asks it unless it is overridden too.
pub fn db_type(object: &Object) -> Said {
    match result(object, "db_parameters") {
        None => match said(object, "db_type") {
            Said::Nothing if is_overridden(object, "db_type_parameters") => Said::Unknown,
            said => said,
        },
        Some(Some(Value::Dict(entries))) => {
            let of_type = entries.iter().find(|(key, _)| matches!(key, Value::Str(key) if &**key == "type"));
            match of_type {
                Some((_, Value::Str(text))) => Said::Text(text.clone()),
                Some((_, Value::None)) => Said::None,
                // What Django's own asks for it.
                Some((_, Value::Object(it))) if &*it.class == OWN_TYPE => said(object, "db_type"),
                Some(_) | None => Said::Unknown,
            }
        }
        Some(Some(_) | None) => Said::Unknown,
    }
}

/// What `Field.db_type` says where `Field.db_parameters` may say another type: PostgreSQL's backend asks it for the index
/// for patterns. `None` where that is not overridden.
pub fn db_type_beside(object: &Object) -> Option<Said> {
    result(object, "db_parameters").map(|_| said(object, "db_type"))
}

/// What the class says of the check that Django's field may bring along: `None` when nothing. `Field.db_parameters` asks
/// `db_check`, unless it is overridden too.
pub fn has_check(object: &Object) -> Option<Check> {
    match result(object, "db_parameters") {
        None => match said(object, "db_check") {
            Said::Nothing => None,
            Said::None => Some(Check::Absent),
            Said::Text(text) => Some(Check::Text(text)),
            Said::Unknown => Some(Check::Unknown),
        },
        Some(Some(Value::Dict(entries))) => {
            let check = entries.iter().find(|(key, _)| matches!(key, Value::Str(key) if &**key == "check"));
            match check {
                None | Some((_, Value::None)) => Some(Check::Absent),
                Some(_) => Some(Check::Unknown),
            }
        }
        Some(Some(_) | None) => Some(Check::Unknown),
    }
}

pub fn internal_type(object: &Object) -> Said {
    said(object, "get_internal_type")
}

/// `Field.rel_db_type`, the type of foreign keys that end in this field.
pub fn rel_db_type(object: &Object) -> Option<CustomType> {
    if let Some(Some(Value::Object(it))) = result(object, "rel_db_type")
        && &*it.class == OWN_TYPE
    {
        return Some(CustomType::Own);
    }
    match said(object, "rel_db_type") {
        Said::Nothing => None,
        Said::Text(text) => Some(CustomType::Text(text)),
        Said::None | Said::Unknown => Some(CustomType::Unknown),
    }
}

/// `Field.get_attname_column` and `Field.get_attname`: the second element of the first is the column.
pub fn column(object: &Object) -> Column {
    match attribute(object, "column") {
        Some(Value::Str(made)) => {
            return match attribute(object, COLUMN_FOR) {
                Some(Value::Str(name)) => Column::NamedFor { name: name.clone(), column: made.clone() },
                _ => Column::Named(made.clone()),
            };
        }
        Some(Value::None) => return Column::Absent,
        Some(_) => return Column::Unknown,
        None => {}
    }
    match result(object, "get_attname_column") {
        None if result(object, "get_attname").is_none() => Column::Usual,
        Some(Some(Value::Tuple(parts))) if matches!(parts.as_slice(), [_, Value::None]) => Column::Absent,
        Some(Some(_) | None) | None => Column::Unknown,
    }
}

/// Whether its constructor was followed, so that its attributes are what it has afterwards.
pub fn is_known(object: &Object) -> bool {
    object.base.is_some() || object.class.starts_with("django.")
}

/// An attribute that a class of the sources sets.
pub fn attribute<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.attributes.iter().rfind(|(attribute, _)| &**attribute == name).map(|(_, value)| value)
}
