//! A column's default in the form in which the column would store it.

use super::expression::canonical_expression;
use super::types::type_at;
use super::words::{Word, join, text_literal, without_outer_brackets, words};
use crate::dialect::token::TokenKind;
use crate::schema::Spelling;

/// Numbers, texts and booleans as a column of `data_type` stores them; of expressions the current time and
/// a random UUID. All else is uncertain; a null is no default.
pub fn canonical_default(text: &str, data_type: &Spelling) -> Option<Spelling> {
    let Some(words) = words(text) else { return Some(Spelling::uncertain(text.trim())) };
    match literal_default(&words, data_type) {
        Recognised::Null => return None,
        Recognised::As(spelling) => return Some(spelling),
        Recognised::No => {}
    }
    // An expression may shed casts that matter here; then it is left as it was written.
    let expression = canonical_expression(text);
    let sheds = |text: &str| {
        super::words::words(text)
            .is_some_and(|words| !matches!(literal_default(&words, data_type), Recognised::No))
    };
    if expression.text().is_some_and(sheds) {
        return Some(Spelling::uncertain(join(without_outer_brackets(&words))));
    }
    Some(expression)
}

enum Recognised {
    Null,
    As(Spelling),
    No,
}

fn literal_default(words: &[Word], data_type: &Spelling) -> Recognised {
    let (words, casts) = without_casts(words);
    if let [only] = words
        && only.is_name("null")
    {
        return Recognised::Null;
    }
    let certain_type = match data_type {
        Spelling::Certain(text) => Some(&**text),
        Spelling::Uncertain(_) | Spelling::Unread => None,
    };
    let stored = match Literal::read(words) {
        Some(literal) => literal.stored(&casts, certain_type, data_type.text()),
        None => None,
    };
    stored.map_or(Recognised::No, Recognised::As)
}

/// What stands inside of brackets and casts, and the types that it is cast to, innermost last.
fn without_casts(words: &[Word]) -> (&[Word], Vec<String>) {
    const MOST: usize = 16;
    let mut inner = without_outer_brackets(words);
    let mut casts = Vec::new();
    while casts.len() < MOST
        && let Some((operand, data_type)) = split_cast(inner)
    {
        inner = without_outer_brackets(operand);
        casts.push(data_type);
    }
    (inner, casts)
}

/// `x::type`, `CAST(x AS type)` and `type 'x'`.
fn split_cast(words: &[Word]) -> Option<(&[Word], String)> {
    let type_to = |start: usize, end: usize| {
        type_at(words, start).filter(|(_, behind)| *behind == end).map(|(name, _)| name.text)
    };
    if let [first, open, .., close] = words
        && first.is_name("cast")
        && open.is_symbol("(")
        && close.is_symbol(")")
    {
        let keyword = words.iter().rposition(|word| word.is_name("as"))?;
        let data_type = type_to(keyword + 1, words.len() - 1)?;
        return words.get(2..keyword).filter(|it| !it.is_empty()).map(|operand| (operand, data_type));
    }
    if let [before @ .., last] = words
        && last.kind == TokenKind::Text
        && !before.is_empty()
        && let Some(data_type) = type_to(0, before.len())
    {
        return Some((&words[before.len()..], data_type));
    }
    let colons = words.iter().rposition(|word| word.is_symbol("::")).filter(|position| *position > 0)?;
    // `-1::integer` is `-(1::integer)`, which says the same.
    Some((&words[..colons], type_to(colons + 1, words.len())?))
}

enum Literal {
    Text(String),
    Number(String),
    Boolean(bool),
    /// The time at which the transaction began.
    Now,
    Today,
    RandomUuid,
}

impl Literal {
    fn read(words: &[Word]) -> Option<Self> {
        let call = |name: &str, words: &[Word]| {
            matches!(words, [function, open, close]
                if function.is_name(name) && open.is_symbol("(") && close.is_symbol(")"))
        };
        match words {
            [only] if only.is_name("true") => Some(Self::Boolean(true)),
            [only] if only.is_name("false") => Some(Self::Boolean(false)),
            [only] if only.is_name("current_timestamp") => Some(Self::Now),
            [only] if only.is_name("current_date") => Some(Self::Today),
            [only] if only.kind == TokenKind::Number => Some(Self::Number(only.text.clone())),
            [only] => only.literal().map(Self::Text),
            [sign, number] if number.kind == TokenKind::Number => match sign.text.as_str() {
                "-" => Some(Self::Number(format!("-{}", number.text))),
                "+" => Some(Self::Number(number.text.clone())),
                _ => None,
            },
            _ if call("now", words) || call("transaction_timestamp", words) => Some(Self::Now),
            _ if call("gen_random_uuid", words) => Some(Self::RandomUuid),
            _ => None,
        }
    }

    /// As a column of this type stores it; `None` where a cast may change it, or its form is not known.
    fn stored(&self, casts: &[String], certain: Option<&str>, data_type: Option<&str>) -> Option<Spelling> {
        let harmless = |cast: &String| {
            data_type.is_some_and(|it| *cast == it || *cast == without_modifiers(it))
                || self.survives(cast, certain.unwrap_or_default())
        };
        if !casts.iter().all(harmless) {
            return None;
        }
        match self {
            Self::Now => stored_now(certain?),
            Self::Today => (certain? == "date").then(|| Spelling::certain("current_date")),
            Self::RandomUuid => (certain? == "uuid").then(|| Spelling::certain("gen_random_uuid()")),
            Self::Boolean(value) => (certain? == "boolean").then(|| Spelling::certain(value.to_string())),
            Self::Number(number) => stored_number(number, certain?),
            Self::Text(value) => match certain.and_then(|certain| stored_text(value, certain)) {
                Some(stored) => Some(stored),
                None => {
                    (!certain.is_some_and(is_number_type)).then(|| Spelling::uncertain(text_literal(value)))
                }
            },
        }
    }

    /// Whether a cast to `cast` on the way to a column of `target` leaves the value as it is.
    fn survives(&self, cast: &str, target: &str) -> bool {
        match self {
            Self::Text(value) => {
                matches!(cast, "text" | "varchar")
                    || cast == "bpchar" && (!value.ends_with(' ') || target.starts_with("char("))
                    || cast.starts_with("varchar(") && fits(value, cast)
                    || plain_number(value).is_some_and(|number| number_survives(&number, cast, target))
            }
            Self::Number(number) => {
                plain_number(number).is_some_and(|number| number_survives(&number, cast, target))
            }
            Self::Now => cast == "timestamptz",
            Self::Boolean(_) | Self::Today | Self::RandomUuid => false,
        }
    }
}

/// On a date the time is cut off: `now()` is the current date.
fn stored_now(data_type: &str) -> Option<Spelling> {
    match data_type {
        "date" => Some(Spelling::certain("current_date")),
        _ if data_type.starts_with("timestamp") && !data_type.ends_with(']') => {
            Some(Spelling::certain("now()"))
        }
        _ => None,
    }
}

/// `varchar(10)[]` is `varchar[]`: PostgreSQL prints a literal's cast without lengths.
fn without_modifiers(data_type: &str) -> String {
    let (name, rest) = data_type.split_once('(').unwrap_or((data_type, ""));
    name.to_owned() + rest.split_once(')').map_or("", |(_, behind)| behind)
}

fn is_number_type(data_type: &str) -> bool {
    is_integer(data_type)
        || matches!(data_type, "real" | "double precision")
        || data_type.starts_with("numeric") && !data_type.ends_with(']')
}

fn is_integer(data_type: &str) -> bool {
    matches!(data_type, "smallint" | "integer" | "bigint")
}

fn number_survives(number: &str, cast: &str, target: &str) -> bool {
    is_number_type(target) && stored_number(number, cast).is_some()
}

fn stored_number(number: &str, data_type: &str) -> Option<Spelling> {
    let number = plain_number(number)?;
    let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_kept = match data_type {
        "real" => digits <= 6,
        "numeric" | "double precision" => true,
        _ if is_integer(data_type) => fraction == 0,
        "text" if fraction == 0 => return Some(Spelling::certain(text_literal(&number))),
        _ if data_type.starts_with("varchar") && fraction == 0 && fits(&number, data_type) => {
            return Some(Spelling::certain(text_literal(&number)));
        }
        _ => data_type
            .strip_prefix("numeric(")
            .and_then(|rest| rest.strip_suffix(')')?.split_once(','))
            .and_then(|(_, scale)| scale.parse().ok())
            .is_some_and(|scale: usize| fraction <= scale),
    };
    is_kept.then(|| Spelling::certain(number))
}

fn stored_text(value: &str, data_type: &str) -> Option<Spelling> {
    match data_type {
        "text" => Some(Spelling::certain(text_literal(value))),
        "boolean" => boolean(value).map(|value| Spelling::certain(value.to_string())),
        "uuid" => is_uuid(value).then(|| Spelling::certain(text_literal(&value.to_ascii_lowercase()))),
        _ if data_type.ends_with(']') => None,
        _ if is_number_type(data_type) => stored_number(value, data_type),
        // Blanks at the end of a `char(n)` are not part of it.
        _ if data_type.starts_with("char(") => {
            let value = value.trim_end_matches(' ');
            fits(value, data_type).then(|| Spelling::certain(text_literal(value)))
        }
        _ if data_type.starts_with("varchar") => {
            fits(value, data_type).then(|| Spelling::certain(text_literal(value)))
        }
        _ => None,
    }
}

/// Whether a type `name(n)` has room for the value; without a number it has.
fn fits(value: &str, data_type: &str) -> bool {
    let Some((_, length)) = data_type.split_once('(') else { return true };
    length
        .strip_suffix(')')
        .and_then(|it| it.parse().ok())
        .is_some_and(|it: usize| value.chars().count() <= it)
}

/// <https://www.postgresql.org/docs/current/datatype-boolean.html>
fn boolean(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A decimal number without needless zeros; `None` for exponents, more digits than a double holds and what
/// is no number.
fn plain_number(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty())
        || !(whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.len() + fraction.len() > 15 {
        return None;
    }
    let sign = if negative && !(whole.is_empty() && fraction.is_empty()) { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}
