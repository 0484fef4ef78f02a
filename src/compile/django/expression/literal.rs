//! Python's values as literals of SQL: `get_db_prep_value` of the fields, and how the drivers quote.

use crate::compile::django::backend::Backend;
use crate::compile::django::field::{Arguments, BuiltIn};
use crate::compile::django::project::{Object, Value};
use crate::dialect::Dialect;

/// Whether the object is a plain value of Python's.
pub fn is_literal(object: &Object) -> bool {
    matches!(&*object.class, "decimal.Decimal" | "datetime.date")
}

/// A value as a column of this class takes it; `None` when that is not known.
pub fn of_column(value: &Value, class: BuiltIn, backend: Backend) -> Option<String> {
    match class {
        BuiltIn::Auto
        | BuiltIn::BigAuto
        | BuiltIn::SmallAuto
        | BuiltIn::Integer
        | BuiltIn::BigInteger
        | BuiltIn::SmallInteger
        | BuiltIn::PositiveInteger
        | BuiltIn::PositiveBigInteger
        | BuiltIn::PositiveSmallInteger => match value {
            Value::Int(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(u8::from(*flag).to_string()),
            _ => None,
        },
        BuiltIn::Boolean | BuiltIn::NullBoolean => match value {
            Value::Bool(flag) => Some(boolean(*flag, backend)),
            Value::Int(number @ 0..=1) => Some(boolean(*number == 1, backend)),
            _ => None,
        },
        BuiltIn::Char | BuiltIn::Slug | BuiltIn::Text | BuiltIn::File | BuiltIn::FilePath => match value {
            Value::Str(string) => text(string, backend),
            Value::Int(number) => text(&number.to_string(), backend),
            _ => None,
        },
        BuiltIn::Decimal => {
            let digits = match value {
                Value::Int(number) => number.to_string(),
                Value::Object(object) if &*object.class == "decimal.Decimal" => {
                    match Arguments::of(object, |_| &["value"]).get("value")? {
                        Value::Str(digits) if is_decimal(digits) => digits.to_string(),
                        Value::Int(number) => number.to_string(),
                        _ => return None,
                    }
                }
                _ => return None,
            };
            // SQLite's `adapt_decimalfield_value` gives a text.
            Some(if backend.dialect == Dialect::Sqlite { format!("'{digits}'") } else { digits })
        }
        BuiltIn::Float => match value {
            Value::Float(number) => float(*number, backend),
            #[allow(clippy::cast_precision_loss)] // Python does the same.
            Value::Int(number) => float(*number as f64, backend),
            _ => None,
        },
        BuiltIn::Date => match value {
            Value::Object(object) if &*object.class == "datetime.date" => {
                let arguments = Arguments::of(object, |_| &["year", "month", "day"]);
                let number = |name| match arguments.get(name) {
                    Some(Value::Int(number)) => Some(*number),
                    _ => None,
                };
                let (year, month, day) = (number("year")?, number("month")?, number("day")?);
                let cast = if backend.dialect == Dialect::Postgres { "::date" } else { "" };
                Some(format!("'{year:04}-{month:02}-{day:02}'{cast}"))
            }
            _ => None,
        },
        BuiltIn::Binary
        | BuiltIn::DateTime
        | BuiltIn::Duration
        | BuiltIn::GenericIpAddress
        | BuiltIn::IpAddress
        | BuiltIn::Json
        | BuiltIn::Time
        | BuiltIn::Uuid
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
    }
}

/// A value by its own type: what `Value(…)` is without a column.
pub fn plain(value: &Value, backend: Backend) -> Option<String> {
    match value {
        Value::None => Some("NULL".to_owned()),
        Value::Bool(flag) => Some(boolean(*flag, backend)),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => float(*number, backend),
        Value::Str(string) => text(string, backend),
        Value::Object(object) if &*object.class == "datetime.date" => {
            of_column(value, BuiltIn::Date, backend)
        }
        Value::Object(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Tuple(_)
        | Value::Set(_)
        | Value::Dict(_)
        | Value::Name(_)
        | Value::Function(_)
        | Value::Unknown(_) => None,
    }
}

/// PostgreSQL's editor doubles percent signs, which the driver may or may not take back: not said.
pub fn text(value: &str, backend: Backend) -> Option<String> {
    let doubled = backend.dialect == Dialect::Postgres && value.contains('%');
    (!doubled && !value.contains('\0')).then(|| backend.dialect.quote_literal(value))
}

pub fn boolean(flag: bool, backend: Backend) -> String {
    match (backend.dialect, flag) {
        (Dialect::Postgres, true) => "true",
        (Dialect::Postgres, false) => "false",
        (Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite, true) => "1",
        (Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite, false) => "0",
    }
    .to_owned()
}

/// As Python's `repr`; the drivers of MySQL put an exponent behind it.
fn float(number: f64, backend: Backend) -> Option<String> {
    let is_plain = number == 0.0 || (1e-4..1e15).contains(&number.abs());
    let exponent = if matches!(backend.dialect, Dialect::Mysql | Dialect::Mariadb) { "e0" } else { "" };
    is_plain.then(|| format!("{number:?}{exponent}"))
}

fn is_decimal(digits: &str) -> bool {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}
