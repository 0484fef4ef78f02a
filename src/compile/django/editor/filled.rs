//! The four steps by which `_alter_field` of django/db/backends/base/schema.py fills a column that was null and is not any
//! more: `SET DEFAULT`, `UPDATE`, `SET NOT NULL`, `DROP DEFAULT`. After them no default is left on the column, not even one
//! of which Django knows nothing.

use super::alter::Alteration;
use crate::compile::django::arguments::{self, Arguments};
use crate::compile::django::field::{BuiltIn, Field, Kind};
use crate::compile::django::project::Value;
use crate::compile::django::state::Model;

/// `effective_default`, as far as it is known without running anything.
enum Effective<'f> {
    None,
    /// What a field that may be blank has.
    EmptyText,
    /// Of `auto_now` and `auto_now_add`.
    Now,
    Value(&'f Value),
    Unknown,
}

/// Whether the default is dropped; `None` where it is not known.
pub fn drops_default(alteration: &Alteration<'_>) -> Option<bool> {
    let Alteration { model_before, model, old: was, new: is, .. } = *alteration;
    if !was.null || is.null || is.db_default.is_some() {
        return Some(false);
    }
    match (effective(model_before, was), effective(model, is)) {
        (_, Effective::None) => Some(false),
        (_, Effective::Unknown) => None,
        (Effective::None, Effective::EmptyText | Effective::Now) => Some(true),
        (Effective::None, Effective::Value(new)) => is_something(new, is).then_some(true),
        (Effective::Value(Value::Str(old)), Effective::EmptyText) if is_text(was) && is_text(is) => {
            Some(!old.is_empty())
        }
        (Effective::Value(old), Effective::Value(new)) if is_of_one_class(was, is) => match (old, new) {
            (Value::Int(old), Value::Int(new)) => Some(old != new),
            (Value::Bool(old), Value::Bool(new)) => Some(old != new),
            (Value::Str(old), Value::Str(new)) if old == new || is_text(is) => Some(old != new),
            _ => None,
        },
        (_, Effective::EmptyText | Effective::Now | Effective::Value(_)) => None,
    }
}

fn effective<'f>(model: &Model, field: &'f Field) -> Effective<'f> {
    let Some(Value::Object(object)) = model.written(&field.name).map(|it| &it.value) else {
        return Effective::Unknown;
    };
    // A class of somebody's own may say otherwise what it has and what it saves.
    if field.blind || field.notice.is_some() || !object.class.starts_with("django.") {
        return Effective::Unknown;
    }
    match &field.default {
        Some(Value::None) => return Effective::None,
        Some(Value::Name(name)) if name.ends_with("NOT_PROVIDED") => {}
        Some(value) => return Effective::Value(value),
        None => {}
    }
    if field.blank && !field.null {
        match allows_empty(field) {
            Some(true) => return Effective::EmptyText,
            Some(false) => {}
            None => return Effective::Unknown,
        }
    }
    let arguments = Arguments::of(object);
    let is_set = |name: &str| arguments.named(name).is_some_and(|it| !arguments::is_false(it));
    if is_set("auto_now") || is_set("auto_now_add") { Effective::Now } else { Effective::None }
}

/// Whether the value is saved as something else than NULL.
fn is_something(value: &Value, field: &Field) -> bool {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => true,
        Value::Str(text) => !text.is_empty() || is_text(field),
        Value::List(_) | Value::Dict(_) => true,
        Value::None
        | Value::Name(_)
        | Value::Bytes(_)
        | Value::Tuple(_)
        | Value::Set(_)
        | Value::Function(_)
        | Value::Object(_)
        | Value::Unknown(_) => false,
    }
}

fn class_of(field: &Field) -> Option<BuiltIn> {
    if let Kind::Scalar(scalar) = &field.kind { Some(scalar.class) } else { None }
}

fn is_of_one_class(was: &Field, is: &Field) -> bool {
    class_of(was).is_some_and(|class| class_of(is) == Some(class))
}

/// Texts that are saved as they are.
fn is_text(field: &Field) -> bool {
    matches!(class_of(field), Some(BuiltIn::Char | BuiltIn::Text | BuiltIn::Slug))
}

/// `empty_strings_allowed`.
fn allows_empty(field: &Field) -> Option<bool> {
    match &field.kind {
        Kind::Relation(_) => Some(false),
        Kind::Scalar(scalar) => match scalar.class {
            BuiltIn::Char | BuiltIn::Text | BuiltIn::Slug | BuiltIn::File | BuiltIn::FilePath => Some(true),
            BuiltIn::BigInteger
            | BuiltIn::Boolean
            | BuiltIn::Date
            | BuiltIn::DateTime
            | BuiltIn::Decimal
            | BuiltIn::Duration
            | BuiltIn::Float
            | BuiltIn::GenericIpAddress
            | BuiltIn::Integer
            | BuiltIn::Json
            | BuiltIn::PositiveBigInteger
            | BuiltIn::PositiveInteger
            | BuiltIn::PositiveSmallInteger
            | BuiltIn::SmallInteger
            | BuiltIn::Time
            | BuiltIn::Uuid => Some(false),
            BuiltIn::Auto
            | BuiltIn::BigAuto
            | BuiltIn::SmallAuto
            | BuiltIn::Binary
            | BuiltIn::NullBoolean
            | BuiltIn::IpAddress
            | BuiltIn::Array
            | BuiltIn::CiChar
            | BuiltIn::CiEmail
            | BuiltIn::CiText
            | BuiltIn::HStore
            | BuiltIn::SearchVector
            | BuiltIn::SearchQuery
            | BuiltIn::IntegerRange
            | BuiltIn::BigIntegerRange
            | BuiltIn::DecimalRange
            | BuiltIn::FloatRange
            | BuiltIn::DateTimeRange
            | BuiltIn::DateRange
            | BuiltIn::Other => None,
        },
        Kind::Absent
        | Kind::Generated(_)
        | Kind::ManyToMany(_)
        | Kind::CompositePrimaryKey(_)
        | Kind::Unknown => None,
    }
}
