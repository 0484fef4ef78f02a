//! A type's name in the one short way of writing it.

use super::words::{Word, join, words};
use crate::dialect::token::TokenKind;
use crate::schema::Spelling;

/// A type; `certain` only if it is one of PostgreSQL's own with modifiers that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    pub text: String,
    pub certain: bool,
}

/// The short name of one of PostgreSQL's own types, whatever its alias; others as they are, uncertain.
///
/// Aliases: <https://www.postgresql.org/docs/current/datatype.html>, table 8.1.
pub fn canonical_type(text: &str) -> Spelling {
    let Some(words) = words(text) else { return Spelling::uncertain(text.trim()) };
    match type_at(&words, 0) {
        Some((name, end)) if end == words.len() => {
            if name.certain {
                Spelling::certain(name.text)
            } else {
                Spelling::uncertain(name.text)
            }
        }
        _ => Spelling::uncertain(join(&words)),
    }
}

/// The type that begins at `position`, and the position behind it.
pub fn type_at(words: &[Word], position: usize) -> Option<(TypeName, usize)> {
    let mut reader = Reader { words, position };
    let mut name = reader.element()?;
    // PostgreSQL keeps neither the number of dimensions nor their sizes.
    if reader.skip_dimensions()? {
        name.text.push_str("[]");
    }
    Some((name, reader.position))
}

struct Reader<'a> {
    words: &'a [Word],
    position: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.position)
    }

    fn take(&mut self, matches: impl FnOnce(&Word) -> bool) -> bool {
        let taken = self.peek().is_some_and(matches);
        self.position += usize::from(taken);
        taken
    }

    fn name(&mut self, name: &str) -> bool {
        self.take(|word| word.is_name(name))
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        self.take(|word| word.is_symbol(symbol))
    }

    fn skip_dimensions(&mut self) -> Option<bool> {
        let mut found = false;
        loop {
            if self.symbol("[") {
                self.take(|word| word.kind == TokenKind::Number);
                if !self.symbol("]") {
                    return None;
                }
            } else if !self.name("array") {
                return Some(found);
            }
            found = true;
        }
    }

    fn element(&mut self) -> Option<TypeName> {
        let start = self.position;
        if let Some(text) = self.built_in().filter(|_| !self.peek().is_some_and(|it| it.is_symbol("."))) {
            return Some(TypeName { text, certain: true });
        }
        self.position = start;
        self.other().map(|text| TypeName { text, certain: false })
    }

    /// One of PostgreSQL's own types with the modifiers that it takes.
    fn built_in(&mut self) -> Option<String> {
        let first = self.peek()?.clone();
        self.position += 1;
        match first.text.as_str() {
            "bpchar" if !self.peek().is_some_and(|it| it.is_symbol("(")) => Some(first.text),
            "char" | "character" | "nchar" | "bpchar" => self.characters(),
            "national" => (self.name("character") || self.name("char")).then(|| self.characters())?,
            "varchar" => self.length("varchar", ""),
            "bit" if self.name("varying") => self.length("varbit", ""),
            "bit" => self.length("bit", "(1)"),
            "varbit" => self.length("varbit", ""),
            "numeric" | "decimal" | "dec" => self.numeric(),
            "float" => self.float(),
            "double" => self.name("precision").then(|| "double precision".to_owned()),
            "timestamp" | "time" => self.time(&first.text),
            "timestamptz" | "timetz" => Some(first.text.clone() + &self.precision()?),
            "interval" => self.interval(),
            "\"char\"" => Some(first.text),
            other => {
                let plain = ALIASES.iter().find(|(alias, _)| *alias == other).map(|(_, name)| *name);
                let name = plain.or_else(|| SIMPLE.iter().find(|name| **name == other).copied())?;
                (!self.peek().is_some_and(|it| it.is_symbol("("))).then(|| name.to_owned())
            }
        }
    }

    fn characters(&mut self) -> Option<String> {
        if self.name("varying") { self.length("varchar", "") } else { self.length("char", "(1)") }
    }

    /// `name(n)`; without a number `name` and what it then means.
    fn length(&mut self, name: &str, usual: &str) -> Option<String> {
        match self.modifiers()?.as_slice() {
            [] => Some(format!("{name}{usual}")),
            [length @ 1..=83_886_080] => Some(format!("{name}({length})")),
            _ => None,
        }
    }

    fn numeric(&mut self) -> Option<String> {
        match self.modifiers()?.as_slice() {
            [] => Some("numeric".to_owned()),
            [precision @ 1..=1000] => Some(format!("numeric({precision},0)")),
            [precision @ 1..=1000, scale @ -1000..=1000] => Some(format!("numeric({precision},{scale})")),
            _ => None,
        }
    }

    fn float(&mut self) -> Option<String> {
        match self.modifiers()?.as_slice() {
            [1..=24] => Some("real".to_owned()),
            [] | [25..=53] => Some("double precision".to_owned()),
            _ => None,
        }
    }

    fn time(&mut self, name: &str) -> Option<String> {
        let precision = self.precision()?;
        let start = self.position;
        let with = self.name("with");
        if (with || self.name("without")) && !(self.name("time") && self.name("zone")) {
            self.position = start;
            return None;
        }
        Some(format!("{name}{}{precision}", if with { "tz" } else { "" }))
    }

    /// Six digits are what a time has when nothing is said, and the most.
    fn precision(&mut self) -> Option<String> {
        match self.modifiers()?.as_slice() {
            [] | [6..=i64::MAX] => Some(String::new()),
            [digits @ 0..6] => Some(format!("({digits})")),
            _ => None,
        }
    }

    /// Fields down to the second take nothing away; whether they say anything is left open.
    fn interval(&mut self) -> Option<String> {
        const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
        if self.peek().is_some_and(|word| FIELDS.iter().any(|field| word.is_name(field))) {
            return None;
        }
        Some(format!("interval{}", self.precision()?))
    }

    /// Whole numbers in brackets, if there are brackets.
    fn modifiers(&mut self) -> Option<Vec<i64>> {
        let mut numbers = Vec::new();
        if !self.symbol("(") {
            return Some(numbers);
        }
        loop {
            let sign = if self.symbol("-") { -1 } else { 1 };
            let number: i64 = self.peek()?.text.parse().ok()?;
            numbers.push(sign * number);
            self.position += 1;
            if self.symbol(")") {
                return Some(numbers);
            }
            if !self.symbol(",") {
                return None;
            }
        }
    }

    /// A type that extensions or people made: `schema.name(modifiers)`. Interval's fields go here too.
    fn other(&mut self) -> Option<String> {
        let is_name = |word: &Word| matches!(word.kind, TokenKind::Word | TokenKind::Quoted);
        let start = self.position;
        let is_interval = self.peek()?.is_name("interval");
        if !self.take(is_name) {
            return None;
        }
        while is_interval && self.take(|word| INTERVAL_WORDS.contains(&word.text.as_str())) {}
        while self.symbol(".") {
            if !self.take(is_name) {
                return None;
            }
        }
        let path = self.position;
        if self.symbol("(") {
            while !self.symbol(")") {
                if self.peek()?.is_symbol("(") {
                    return None;
                }
                self.position += 1;
            }
        }
        let modifiers = join(&self.words[path..self.position]).replace(", ", ",");
        Some(join(&self.words[start..path]) + &modifiers)
    }
}

const INTERVAL_WORDS: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "to"];

const ALIASES: [(&str, &str); 7] = [
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("bool", "boolean"),
    ("float4", "real"),
    ("float8", "double precision"),
];

/// Types without modifiers, of which no two mean the same.
#[rustfmt::skip]
const SIMPLE: &[&str] = &[
    "bigint", "boolean", "box", "bytea", "cidr", "circle", "date", "datemultirange", "daterange",
    "inet", "int4multirange", "int4range", "int8multirange", "int8range", "integer", "json", "jsonb",
    "jsonpath", "line", "lseg", "macaddr", "macaddr8", "money", "name", "nummultirange", "numrange",
    "oid", "path", "pg_lsn", "point", "polygon", "real", "refcursor", "regclass", "regcollation",
    "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure",
    "regrole", "regtype", "smallint", "text", "tid", "tsmultirange", "tsquery", "tsrange",
    "tstzmultirange", "tstzrange", "tsvector", "uuid", "xid", "xid8", "xml",
];
