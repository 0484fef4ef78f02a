//! Types of MySQL and MariaDB in one way of writing.

use super::expression::{literal, quoted};
use crate::dialect::token::{Quotes, Token, TokenKind, after_group, join, tokens};
use crate::schema::Spelling;

/// As `information_schema.COLUMNS.COLUMN_TYPE` says it, without the display width of integers, which says
/// nothing of what is stored (<https://dev.mysql.com/doc/refman/8.4/en/numeric-type-attributes.html>), and
/// without character set and collation, which are not the type's.
///
/// `tinyint(1)` keeps its width: it is how a truth value is told. `json` is never certain, because MariaDB
/// makes it a `longtext`.
pub fn canonical_type(text: &str) -> Spelling {
    let Some(tokens) = tokens(text, Quotes::MYSQL) else { return Spelling::uncertain(text.trim()) };
    match Written::read(&tokens).and_then(|written| written.canonical()) {
        Some(spelling) => spelling,
        None => Spelling::uncertain(as_written(&tokens)),
    }
}

/// Whether a column of this type is kept beside its row: a text, a blob, JSON, a shape on a map.
pub fn is_large(text: &str) -> bool {
    let canonical = canonical_type(text);
    let name = canonical.text().unwrap_or_default().split('(').next().unwrap_or_default();
    name.ends_with("text")
        || name.ends_with("blob")
        || name.contains("point")
        || name.contains("linestring")
        || name.contains("polygon")
        || matches!(name, "json" | "vector" | "geometry" | "geometrycollection")
}

/// What `COLLATE` behind a type names.
pub fn collation(text: &str) -> Option<String> {
    let tokens = tokens(text, Quotes::MYSQL)?;
    let collate = tokens.iter().position(|token| token.is_word("collate"))?;
    tokens.get(collate + 1).map(Token::identifier)
}

/// What is not understood, with single blanks, in lower case unless something is quoted in it.
fn as_written(tokens: &[Token<'_>]) -> String {
    let text = join(tokens.iter().map(|token| (token.kind, token.text)));
    if text.contains(['\'', '"', '`']) { text } else { text.to_lowercase() }
}

/// A type as it was written: `words (arguments) attributes`.
struct Written {
    words: String,
    arguments: Vec<Argument>,
    unsigned: bool,
    zerofill: bool,
}

#[derive(PartialEq, Eq)]
enum Argument {
    Number(u32),
    Text(String),
}

impl Written {
    /// `None` if anything in it is not understood.
    fn read(tokens: &[Token<'_>]) -> Option<Self> {
        let mut written =
            Self { words: String::new(), arguments: Vec::new(), unsigned: false, zerofill: false };
        let mut position = 0;
        while let Some(token) = tokens.get(position) {
            position += 1;
            if token.is_symbol("(") {
                let end = after_group(tokens, position - 1)?;
                if !written.arguments.is_empty() {
                    return None;
                }
                written.arguments = arguments(tokens.get(position..end - 1)?)?;
                position = end;
            } else if token.is_word("unsigned") {
                written.unsigned = true;
            } else if token.is_word("zerofill") {
                (written.zerofill, written.unsigned) = (true, true);
            } else if token.is_word("collate") || token.is_word("charset") {
                position += 1;
            } else if token.is_word("character")
                && tokens.get(position).is_some_and(|next| next.is_word("set"))
            {
                position += 2;
            } else if token.is_word("signed") {
            } else if token.kind == TokenKind::Word && written.arguments.is_empty() {
                if !written.words.is_empty() {
                    written.words.push(' ');
                }
                written.words.push_str(&token.text.to_lowercase());
            } else {
                return None;
            }
        }
        Some(written)
    }

    fn canonical(&self) -> Option<Spelling> {
        let base = base_name(&self.words);
        let is_number = matches!(
            base,
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "decimal" | "float" | "double"
        );
        if self.unsigned && !is_number {
            return None;
        }
        let numbers: Option<Vec<u32>> = (self.arguments.iter())
            .map(|argument| match argument {
                Argument::Number(number) => Some(*number),
                Argument::Text(_) => None,
            })
            .collect();
        if let "enum" | "set" = base {
            return self.values(base);
        }
        let text = match (base, numbers?.as_slice()) {
            ("bool", []) => "tinyint(1)".to_owned(),
            ("tinyint", [1]) if !self.unsigned => "tinyint(1)".to_owned(),
            // Its width would say how zeros are filled in.
            (_, [width]) if self.zerofill => {
                return Some(Spelling::uncertain(format!("{base}({width}) unsigned zerofill")));
            }
            _ if self.zerofill => return None,
            ("tinyint" | "smallint" | "mediumint" | "int" | "bigint", [] | [_]) => base.to_owned(),
            ("decimal", []) => "decimal(10,0)".to_owned(),
            ("decimal", [precision]) => format!("decimal({precision},0)"),
            ("float" | "double", []) | ("float", [0..=24]) => base.to_owned(),
            ("float", [25..=53]) => "double".to_owned(),
            ("decimal" | "float" | "double", [precision, scale]) => format!("{base}({precision},{scale})"),
            ("char" | "binary" | "bit", []) => format!("{base}(1)"),
            ("char" | "binary" | "bit" | "varchar" | "varbinary", [length]) => format!("{base}({length})"),
            ("datetime" | "time" | "timestamp", [] | [0]) => base.to_owned(),
            ("datetime" | "time" | "timestamp", [digits]) => format!("{base}({digits})"),
            ("year", [] | [4]) => base.to_owned(),
            ("blob", [length]) => sized_blob(*length).to_owned(),
            (base, []) if PLAIN.contains(&base) => base.to_owned(),
            // How much a text of so many characters takes depends on its character set.
            _ => return None,
        };
        let text = if self.unsigned { format!("{text} unsigned") } else { text };
        // The signed one without a width may be meant as a truth value or not.
        Some(if text == "tinyint" || text == "json" {
            Spelling::uncertain(text)
        } else {
            Spelling::certain(text)
        })
    }

    fn values(&self, base: &str) -> Option<Spelling> {
        let values: Option<Vec<String>> = (self.arguments.iter())
            .map(|argument| match argument {
                Argument::Text(text) => Some(quoted(text)),
                Argument::Number(_) => None,
            })
            .collect();
        values
            .filter(|values| !values.is_empty())
            .map(|values| Spelling::certain(format!("{base}({})", values.join(","))))
    }
}

/// Types that take nothing in brackets.
const PLAIN: [&str; 24] = [
    "date",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "tinyblob",
    "blob",
    "mediumblob",
    "longblob",
    "json",
    "uuid",
    "inet4",
    "inet6",
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "xmltype",
    "vector",
    "year",
];

/// Synonyms: <https://dev.mysql.com/doc/refman/8.4/en/other-vendor-data-types.html> and
/// <https://mariadb.com/kb/en/data-types/>.
fn base_name(words: &str) -> &str {
    match words {
        "integer" | "int4" => "int",
        "int1" => "tinyint",
        "int2" => "smallint",
        "int3" | "middleint" => "mediumint",
        "int8" => "bigint",
        "dec" | "numeric" | "fixed" => "decimal",
        "double precision" | "real" | "float8" => "double",
        "float4" => "float",
        "boolean" => "bool",
        "character" => "char",
        "character varying" | "char varying" => "varchar",
        "long" | "long varchar" => "mediumtext",
        "long varbinary" => "mediumblob",
        "geomcollection" => "geometrycollection",
        other => other,
    }
}

/// The smallest that holds so many bytes, as the server chooses it.
fn sized_blob(length: u32) -> &'static str {
    match length {
        0 | 256..=65_535 => "blob",
        1..=255 => "tinyblob",
        65_536..=16_777_215 => "mediumblob",
        _ => "longblob",
    }
}

fn arguments(tokens: &[Token<'_>]) -> Option<Vec<Argument>> {
    let parts: Vec<_> = tokens.split(|token| token.is_symbol(",")).collect();
    let argument = |part: &&[Token<'_>]| match part {
        [only] if only.kind == TokenKind::Number => only.text.parse().ok().map(Argument::Number),
        [only] if only.kind == TokenKind::Text => literal(only.text).map(Argument::Text),
        _ => None,
    };
    parts.iter().map(argument).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Comparison;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(canonical_type(text), Spelling::certain(expected), "{text}");
    }

    #[track_caller]
    fn unsure(text: &str, expected: &str) {
        assert_eq!(canonical_type(text), Spelling::uncertain(expected), "{text}");
    }

    #[test]
    fn types_in_one_way_of_writing() {
        check("int(11)", "int");
        check("INTEGER", "int");
        check("bigint(20) unsigned", "bigint unsigned");
        check("bool", "tinyint(1)");
        check("Tinyint ( 1 )", "tinyint(1)");
        check("tinyint(3) unsigned", "tinyint unsigned");
        check("double precision", "double");
        check("numeric(10, 2)", "decimal(10,2)");
        check("decimal", "decimal(10,0)");
        check("decimal(10,2) unsigned", "decimal(10,2) unsigned");
        check("datetime(6)", "datetime(6)");
        check("datetime(0)", "datetime");
        check("varchar(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "varchar(30)");
        check("char", "char(1)");
        check("year(4)", "year");
        check("enum( 'a', \"b'c\" )", "enum('a','b''c')");
        check("set('x','Y')", "set('x','Y')");
        check("longtext", "longtext");
        check("uuid", "uuid");
        check("blob(10)", "tinyblob");
        check("float(30)", "double");
    }

    #[test]
    fn what_is_not_certain() {
        unsure("json", "json");
        unsure("tinyint(4)", "tinyint");
        unsure("int(10) unsigned zerofill", "int(10) unsigned zerofill");
        unsure("text(10)", "text(10)");
        unsure("SOMETHING (1)", "something(1)");
        unsure("varchar(30) whatever", "varchar(30) whatever");
        unsure("enum('open", "enum('open");
        assert_eq!(canonical_type("json").compare(&canonical_type("longtext")), Comparison::Unproven);
        assert_eq!(canonical_type("bool").compare(&canonical_type("tinyint")), Comparison::Unproven);
        assert_eq!(canonical_type("int").compare(&canonical_type("int(11) unsigned")), Comparison::Different);
    }
}
