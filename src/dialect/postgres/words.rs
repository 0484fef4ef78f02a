//! Cuts PostgreSQL's SQL into words in their canonical form; it knows no grammar.

use crate::dialect::token::TokenKind;

/// One token, written in the one way in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub kind: TokenKind,
    pub text: String,
}

impl Word {
    pub fn is_name(&self, name: &str) -> bool {
        self.kind == TokenKind::Word && self.text == name
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// What a literal between quotes says; `None` for `B'1'`, `X'1F'` and all that is no text.
    pub fn literal(&self) -> Option<String> {
        let inner = self.text.strip_prefix('\'')?.strip_suffix('\'')?;
        (self.kind == TokenKind::Text).then(|| inner.replace("''", "'"))
    }
}

/// The words of `sql`; `None` if a quote is not closed or not understood.
pub fn words(sql: &str) -> Option<Vec<Word>> {
    let mut words: Vec<Word> = Vec::new();
    let mut rest = sql;
    loop {
        rest = rest.trim_start();
        if let Some(length) = comment_length(rest) {
            rest = &rest[length..];
            continue;
        }
        let Some(first) = rest.chars().next() else { return Some(words) };
        let (word, length) = next(rest, first)?;
        rest = &rest[length..];
        if word.is_symbol(".") && words.last().is_some_and(|last| last.is_name("pg_catalog")) {
            words.pop();
        } else {
            words.push(word);
        }
    }
}

/// The words without the pairs of round brackets that enclose them all.
pub fn without_outer_brackets(words: &[Word]) -> &[Word] {
    let mut closing = vec![usize::MAX; words.len()];
    let mut open = Vec::new();
    for (position, word) in words.iter().enumerate() {
        if word.is_symbol("(") {
            open.push(position);
        } else if word.is_symbol(")")
            && let Some(start) = open.pop()
        {
            closing[start] = position;
        }
    }
    let (mut start, mut end) = (0, words.len());
    while end - start > 2 && closing[start] == end - 1 {
        start += 1;
        end -= 1;
    }
    &words[start..end]
}

/// The words behind one another, so that cutting them again gives the same words.
pub fn join(words: &[Word]) -> String {
    let mut joined = String::new();
    let mut before: Option<&Word> = None;
    for word in words {
        if before.is_some_and(|before| needs_blank(before, word)) {
            joined.push(' ');
        }
        joined.push_str(&word.text);
        before = Some(word);
    }
    joined
}

fn needs_blank(before: &Word, word: &Word) -> bool {
    let is_identifier = |word: &Word| matches!(word.kind, TokenKind::Word | TokenKind::Quoted);
    if before.is_symbol(".") || word.is_symbol(".") {
        return !(is_identifier(before) || is_identifier(word));
    }
    let opens = before.is_symbol("(") || before.is_symbol("[");
    !(opens || word.is_symbol(")") || word.is_symbol("]") || word.is_symbol(","))
}

/// A name as it stands in an expression: quoted only where it would mean something else without.
pub fn identifier(name: &str) -> Word {
    if is_plain(name) && RESERVED.binary_search(&name).is_err() {
        Word { kind: TokenKind::Word, text: name.to_owned() }
    } else {
        Word { kind: TokenKind::Quoted, text: format!("\"{}\"", name.replace('"', "\"\"")) }
    }
}

/// A text literal; backslashes stand for themselves (`standard_conforming_strings`).
pub fn text_literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Comments nest (<https://www.postgresql.org/docs/current/sql-syntax-lexical.html>, 4.1.5).
fn comment_length(rest: &str) -> Option<usize> {
    if rest.starts_with("--") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut depth, mut position) = (1_usize, 2);
    while depth > 0 {
        let inner = &rest[position..];
        let Some(found) = inner.find(['*', '/']) else { return Some(rest.len()) };
        let length = match &inner.as_bytes()[found..] {
            [b'*', b'/', ..] => {
                depth -= 1;
                2
            }
            [b'/', b'*', ..] => {
                depth += 1;
                2
            }
            _ => 1,
        };
        position += found + length;
    }
    Some(position)
}

fn next(rest: &str, first: char) -> Option<(Word, usize)> {
    let is_prefix = |prefix: &str| rest.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(prefix));
    let raw = |kind, length: usize| (Word { kind, text: rest[..length].to_ascii_lowercase() }, length);
    let text = |value: &str, length| (Word { kind: TokenKind::Text, text: text_literal(value) }, length);
    let word = match first {
        '\'' => text(&quoted(rest)?, quoted_length(rest)?),
        '"' => (identifier(&quoted(rest)?), quoted_length(rest)?),
        _ if is_prefix("u&'") || is_prefix("u&\"") => return None,
        _ if is_prefix("e'") => escaped(rest).map(|(value, length)| text(&value, length))?,
        _ if is_prefix("b'") || is_prefix("x'") || is_prefix("n'") => {
            let (kind, length) = (TokenKind::Text, 1 + quoted_length(&rest[1..])?);
            (Word { kind, text: format!("{}{}", first.to_ascii_lowercase(), &rest[1..length]) }, length)
        }
        '0'..='9' => raw(TokenKind::Number, number_length(rest)),
        '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
            raw(TokenKind::Number, number_length(rest))
        }
        '$' => match dollar_quoted(rest) {
            Some((value, length)) => text(value, length),
            None => raw(TokenKind::Symbol, 1),
        },
        _ if begins_name(first) => {
            let length = rest.find(|it| !continues_name(it)).unwrap_or(rest.len());
            (bare_name(&rest[..length].to_ascii_lowercase()), length)
        }
        _ => symbol(rest, first),
    };
    Some(word)
}

/// A bare word is a keyword or a name; one that could be no keyword is written with its quotes.
fn bare_name(lower: &str) -> Word {
    if is_plain(lower) { Word { kind: TokenKind::Word, text: lower.to_owned() } } else { identifier(lower) }
}

fn begins_name(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

fn continues_name(character: char) -> bool {
    !character.is_whitespace() && (begins_name(character) || character.is_ascii_digit() || character == '$')
}

fn quoted_length(rest: &str) -> Option<usize> {
    let quote = *rest.as_bytes().first()?;
    let mut bytes = rest.bytes().enumerate().skip(1).peekable();
    while let Some((position, byte)) = bytes.next() {
        if byte == quote && bytes.next_if(|(_, next)| *next == quote).is_none() {
            return Some(position + 1);
        }
    }
    None
}

fn quoted(rest: &str) -> Option<String> {
    let length = quoted_length(rest)?;
    let quote = &rest[..1];
    Some(rest[1..length - 1].replace(&quote.repeat(2), quote))
}

/// `E'…'`: its value and length; `None` for escapes by a character's number.
fn escaped(rest: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = rest.char_indices().skip(2).peekable();
    loop {
        match characters.next()? {
            (_, '\\') => value.push(match characters.next()?.1 {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                '0'..='7' | 'x' | 'u' | 'U' => return None,
                other => other,
            }),
            (position, '\'') => {
                if characters.next_if(|(_, next)| *next == '\'').is_none() {
                    return Some((value, position + 1));
                }
                value.push('\'');
            }
            (_, other) => value.push(other),
        }
    }
}

fn dollar_quoted(rest: &str) -> Option<(&str, usize)> {
    let tag_end = 1 + rest[1..].find('$')?;
    let tag = &rest[..=tag_end];
    let is_tag = tag[1..tag_end].chars().all(|it| continues_name(it) && it != '$');
    let inner = &rest[tag.len()..];
    let end = inner.find(tag)?;
    is_tag.then_some((&inner[..end], end + 2 * tag.len()))
}

fn number_length(rest: &str) -> usize {
    let mut after_exponent = false;
    for (position, character) in rest.char_indices() {
        let sign = after_exponent && matches!(character, '+' | '-');
        if !(character.is_ascii_alphanumeric() || matches!(character, '.' | '_') || sign) {
            return position;
        }
        after_exponent = matches!(character, 'e' | 'E') && !rest.starts_with("0x");
    }
    rest.len()
}

/// An operator is the longest run of its characters, but ends in a sign only if it also has one of
/// `~!@#%^&|?` or a backtick, and never contains the beginning of a comment.
fn symbol(rest: &str, first: char) -> (Word, usize) {
    let is_operator = |it: char| "+-*/<>=~!@#%^&|`?".contains(it);
    let mut length = first.len_utf8();
    if rest.starts_with("::") || rest.starts_with(":=") {
        length = 2;
    } else if is_operator(first) {
        length = rest.find(|it| !is_operator(it)).unwrap_or(rest.len());
        for comment in ["--", "/*"] {
            length = rest[..length].find(comment).unwrap_or(length);
        }
        while length > 1
            && rest[..length].ends_with(['+', '-'])
            && !rest[..length].contains(|it| "~!@#%^&|`?".contains(it))
        {
            length -= 1;
        }
    }
    let text = if &rest[..length] == "!=" { "<>" } else { &rest[..length] };
    (Word { kind: TokenKind::Symbol, text: text.to_owned() }, length)
}

/// Words that mean something else in a type or an expression when they lose their quotes, sorted
/// (<https://www.postgresql.org/docs/current/sql-keywords-appendix.html>).
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "at", "between",
    "bigint", "bit", "boolean", "both", "case", "cast", "char", "character", "check", "collate", "column",
    "constraint", "create", "current_catalog", "current_date", "current_role", "current_schema",
    "current_time", "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc",
    "distinct", "do", "double", "else", "end", "escape", "except", "extract", "false", "fetch", "float",
    "for", "foreign", "from", "grant", "group", "having", "ilike", "in", "initially", "int", "integer",
    "intersect", "interval", "into", "is", "isnull", "lateral", "leading", "like", "limit", "localtime",
    "localtimestamp", "national", "nchar", "not", "notnull", "null", "offset", "on", "only", "operator",
    "or", "order", "placing", "precision", "primary", "real", "references", "returning", "row", "select",
    "session_user", "similar", "smallint", "some", "symmetric", "table", "then", "time", "timestamp", "to",
    "trailing", "true", "union", "unique", "user", "using", "variadic", "varying", "when", "where",
    "window", "with", "without", "year", "zone",
];
