//! A column's default in the form in which the column would store it.

use super::expression::{canonical_expression, literal, quoted, without_introducers};
use crate::dialect::token::{Quotes, Token, TokenKind, tokens, without_outer_brackets};
use crate::schema::Spelling;

/// How a type keeps a literal.
#[derive(Clone, Copy)]
enum Kind {
    Integer,
    /// With so many digits behind the point.
    Decimal(usize),
    Float,
    Text,
    Bit,
    /// Dates, blobs, sets, …: what a literal becomes is the server's business.
    Other,
}

/// Literals as a column of `data_type` stores them, and the current moment; other expressions are never certain.
pub fn canonical_default(text: &str, data_type: &Spelling) -> Option<Spelling> {
    let Some(all) = tokens(text, Quotes::MYSQL) else { return Some(Spelling::uncertain(text.trim())) };
    let tokens = without_introducers(without_outer_brackets(&all));
    let inner = without_outer_brackets(&tokens);
    let kind = kind(data_type);
    let certain = match inner {
        [only] if only.is_word("null") => return None,
        [only] => stored(only, false, kind),
        [sign, number]
            if number.kind == TokenKind::Number && (sign.is_symbol("-") || sign.is_symbol("+")) =>
        {
            stored(number, sign.is_symbol("-"), kind)
        }
        _ => None,
    };
    Some(
        certain
            .or_else(|| current_moment(inner))
            .map_or_else(|| canonical_expression(text), Spelling::certain),
    )
}

fn kind(data_type: &Spelling) -> Kind {
    let Spelling::Certain(text) = data_type else { return Kind::Other };
    let (name, arguments) = text.split_once('(').unwrap_or((text, ""));
    match name.split(' ').next().unwrap_or_default() {
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Kind::Integer,
        "decimal" => {
            let scale = arguments.split([',', ')']).nth(1).and_then(|scale| scale.parse().ok());
            scale.map_or(Kind::Other, Kind::Decimal)
        }
        "float" | "double" if arguments.is_empty() => Kind::Float,
        "char" | "varchar" | "enum" | "tinytext" | "text" | "mediumtext" | "longtext" => Kind::Text,
        "bit" => Kind::Bit,
        _ => Kind::Other,
    }
}

fn stored(token: &Token<'_>, negative: bool, kind: Kind) -> Option<String> {
    let value = match token.kind {
        TokenKind::Word if token.is_word("true") => "1".to_owned(),
        TokenKind::Word if token.is_word("false") => "0".to_owned(),
        TokenKind::Number => token.text.to_owned(),
        TokenKind::Text if token.text.starts_with(['b', 'B']) => return bits(token.text, kind),
        TokenKind::Text => literal(token.text)?,
        TokenKind::Word | TokenKind::Quoted | TokenKind::Symbol => return None,
    };
    match kind {
        Kind::Integer => number(&value, negative, 0),
        Kind::Decimal(scale) => number(&value, negative, scale),
        Kind::Float => number(&value, negative, 15),
        Kind::Text if token.kind == TokenKind::Text => Some(quoted(&value)),
        // A whole number becomes its digits.
        Kind::Text => number(&value, negative, 0).map(|number| quoted(&number)),
        Kind::Bit | Kind::Other => None,
    }
}

fn bits(text: &str, kind: Kind) -> Option<String> {
    let digits = text.get(2..text.len().checked_sub(1)?)?;
    let is_binary = matches!(kind, Kind::Bit) && digits.bytes().all(|digit| matches!(digit, b'0' | b'1'));
    let significant = digits.trim_start_matches('0');
    is_binary.then(|| format!("b'{}'", if significant.is_empty() { "0" } else { significant }))
}

/// A decimal number without needless zeros; `None` for one that the column would round, and for what is none.
fn number(text: &str, negative: bool, scale: usize) -> Option<String> {
    let (digits, minus) = text.strip_prefix('-').map_or((text, false), |digits| (digits, true));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_decimal = (whole.bytes().chain(fraction.bytes())).all(|byte| byte.is_ascii_digit());
    if !is_decimal || whole.len() + fraction.len() == 0 || digits.len() > 16 || (minus && negative) {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if fraction.len() > scale {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if (negative || minus) && (whole != "0" || !fraction.is_empty()) { "-" } else { "" };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// `CURRENT_TIMESTAMP` and its synonyms, with the digits behind the second
/// (<https://dev.mysql.com/doc/refman/8.4/en/timestamp-initialization.html>).
fn current_moment(tokens: &[Token<'_>]) -> Option<String> {
    let (name, arguments) = tokens.split_first()?;
    let is_now =
        ["current_timestamp", "now", "localtime", "localtimestamp"].iter().any(|word| name.is_word(word));
    let digits = match arguments {
        // Without brackets `now` is a name like any other.
        [] if name.is_word("now") => return None,
        [] => "0",
        [open, close] if open.is_symbol("(") && close.is_symbol(")") => "0",
        [open, digits, close] if open.is_symbol("(") && close.is_symbol(")") => digits.text,
        _ => return None,
    };
    let digits: u8 = digits.parse().ok().filter(|digits| *digits <= 6)?;
    is_now.then(
        || if digits == 0 { "current_timestamp".into() } else { format!("current_timestamp({digits})") },
    )
}

#[cfg(test)]
mod tests {
    use super::super::canonical_type;
    use super::*;

    #[track_caller]
    fn check(data_type: &str, text: &str, expected: Option<Spelling>) {
        assert_eq!(canonical_default(text, &canonical_type(data_type)), expected, "{data_type} {text}");
    }

    #[test]
    fn what_the_column_stores() {
        check("int", "'1'", Some(Spelling::certain("1")));
        check("int(11)", "-5", Some(Spelling::certain("-5")));
        check("bool", "TRUE", Some(Spelling::certain("1")));
        check("varchar(3)", "1", Some(Spelling::certain("'1'")));
        check("varchar(9)", "_utf8mb4\"it's\"", Some(Spelling::certain("'it''s'")));
        check("varchar(9)", "'a\\\\b'", Some(Spelling::certain("'a\\\\b'")));
        check("decimal(10,2)", "1.50", Some(Spelling::certain("1.5")));
        check("decimal(10,2)", "1.555", Some(Spelling::uncertain("1.555")));
        check("bit(3)", "b'011'", Some(Spelling::certain("b'11'")));
        check("datetime(6)", "CURRENT_TIMESTAMP(6)", Some(Spelling::certain("current_timestamp(6)")));
        check("datetime", "current_timestamp()", Some(Spelling::certain("current_timestamp")));
        check("datetime", "now()", Some(Spelling::certain("current_timestamp")));
        check("datetime", "'2020-01-01'", Some(Spelling::uncertain("'2020-01-01'")));
        check("int", "(1 + 2)", Some(Spelling::uncertain("1 + 2")));
        check("int", "NULL", None);
        check("varchar(4)", "'NULL'", Some(Spelling::certain("'NULL'")));
    }
}
