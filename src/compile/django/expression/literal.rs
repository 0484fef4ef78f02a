//! Python's values as literals of SQL: `get_db_prep_value` of the fields, and how the drivers quote.

use std::net::IpAddr;

use crate::compile::django::backend::Backend;
use crate::compile::django::field::{Arguments, BuiltIn};
use crate::compile::django::project::{Object, Value};
use crate::dialect::Dialect;

/// Lists within lists of a JSON value.
const MAX_DEPTH: u32 = 50;

/// Whether the object is a plain value of Python's.
pub fn is_literal(object: &Object) -> bool {
    matches!(&*object.class, "decimal.Decimal" | "datetime.date" | "datetime.time" | "datetime.timedelta")
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
            Some(match backend.dialect {
                // `adapt_decimalfield_value` gives a text, which the expression casts.
                Dialect::Sqlite => format!("'{digits}'"),
                Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => digits,
            })
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
        BuiltIn::Time => time(value, backend),
        // How PostgreSQL's drivers write one is not how the server keeps it.
        BuiltIn::Duration if backend.dialect == Dialect::Postgres => None,
        BuiltIn::Duration => microseconds(value).map(|it| it.to_string()),
        BuiltIn::GenericIpAddress => match value {
            Value::Str(address) if is_as_kept(address) => {
                let cast = if backend.dialect == Dialect::Postgres { "::inet" } else { "" };
                Some(format!("'{address}'{cast}"))
            }
            _ => None,
        },
        BuiltIn::Json => {
            let cast = if backend.dialect == Dialect::Postgres { "::jsonb" } else { "" };
            json(value, MAX_DEPTH).map(|it| format!("'{it}'{cast}"))
        }
        BuiltIn::Binary => match value {
            Value::Bytes(bytes) if backend.dialect == Dialect::Postgres => {
                let digits: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
                Some(format!(r"'\x{digits}'::bytea"))
            }
            _ => None,
        },
        BuiltIn::DateTime
        | BuiltIn::IpAddress
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

/// `datetime.time(hour, minute, second, microsecond)`, as `isoformat` writes it.
fn time(value: &Value, backend: Backend) -> Option<String> {
    const PARTS: [&str; 4] = ["hour", "minute", "second", "microsecond"];
    let numbers = numbers(value, "datetime.time", &PARTS)?;
    let [hour, minute, second, micros] = PARTS.map(|part| number_of(&numbers, part));
    let is_valid = (0..24).contains(&hour) && [minute, second].iter().all(|it| (0..60).contains(it));
    let fraction = match backend.dialect {
        Dialect::Postgres | Dialect::Sqlite if micros == 0 => String::new(),
        _ => format!(".{micros:06}"),
    };
    let cast = if backend.dialect == Dialect::Postgres { "::time" } else { "" };
    (is_valid && (0..1_000_000).contains(&micros))
        .then(|| format!("'{hour:02}:{minute:02}:{second:02}{fraction}'{cast}"))
}

/// `datetime.timedelta(days, seconds, …)` as the `bigint` of a `DurationField` has it where there is no type for it.
fn microseconds(value: &Value) -> Option<i128> {
    const PARTS: [(&str, i128); 7] = [
        ("days", 86_400_000_000),
        ("seconds", 1_000_000),
        ("microseconds", 1),
        ("milliseconds", 1_000),
        ("minutes", 60_000_000),
        ("hours", 3_600_000_000),
        ("weeks", 604_800_000_000),
    ];
    let numbers = numbers(value, "datetime.timedelta", &PARTS.map(|(name, _)| name))?;
    let parts = PARTS.iter().map(|(name, unit)| number_of(&numbers, name).checked_mul(*unit));
    parts.reduce(|one, other| one?.checked_add(other?)).flatten()
}

/// The arguments of a call of this class, all of which are whole numbers.
fn numbers<'n>(value: &Value, class: &str, names: &[&'n str]) -> Option<Vec<(&'n str, i128)>> {
    let Value::Object(object) = value else { return None };
    let is_named = object.kwargs.iter().all(|(name, _)| names.contains(&&**name));
    if &*object.class != class || object.args.len() > names.len() || !is_named {
        return None;
    }
    let positional = names.iter().copied().zip(&object.args);
    let keywords = object
        .kwargs
        .iter()
        .filter_map(|(name, value)| Some((names.iter().copied().find(|it| *it == &**name)?, value)));
    let number = |(name, value): (&'n str, &Value)| match value {
        Value::Int(number) => Some((name, *number)),
        _ => None,
    };
    positional.chain(keywords).map(number).collect()
}

fn number_of(numbers: &[(&str, i128)], name: &str) -> i128 {
    numbers.iter().find(|(it, _)| *it == name).map_or(0, |(_, number)| *number)
}

/// As `clean_ipv6_address` leaves it.
fn is_as_kept(address: &str) -> bool {
    address.parse::<IpAddr>().is_ok_and(|it| it.to_string() == address)
}

/// `json.dumps`; `None` for what must be escaped, in JSON or in SQL.
fn json(value: &Value, depth: u32) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let text = |text: &str| {
        let is_plain = text.bytes().all(|it| (b' '..=b'~').contains(&it) && !b"\"\\'%".contains(&it));
        is_plain.then(|| format!("\"{text}\""))
    };
    let all = |parts: Option<Vec<String>>| parts.map(|it| it.join(", "));
    match value {
        Value::None => Some("null".to_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Str(string) => text(string),
        Value::List(items) | Value::Tuple(items) => {
            all(items.iter().map(|it| json(it, depth)).collect()).map(|it| format!("[{it}]"))
        }
        Value::Dict(pairs) => {
            let pair = |(key, value): &(Value, Value)| match key {
                Value::Str(key) => Some(format!("{}: {}", text(key)?, json(value, depth)?)),
                _ => None,
            };
            all(pairs.iter().map(pair).collect()).map(|it| format!("{{{it}}}"))
        }
        Value::Float(_)
        | Value::Bytes(_)
        | Value::Set(_)
        | Value::Name(_)
        | Value::Function(_)
        | Value::Object(_)
        | Value::Unknown(_) => None,
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

/// PostgreSQL's editor doubles percent signs of what it does not give to the driver as a parameter, in some patches of a
/// version, and not in others: not said.
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
