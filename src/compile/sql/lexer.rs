//! Cuts SQL into tokens, in each dialect's own way of quoting and commenting. Knows no grammar.

use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind};

/// A text and how far it was read.
pub(super) struct Lexer<'a> {
    dialect: Dialect,
    text: &'a str,
    pub position: usize,
    /// A quote or a comment that nothing closes.
    pub broken: bool,
}

impl<'a> Lexer<'a> {
    pub fn new(dialect: Dialect, text: &'a str) -> Self {
        Self { dialect, text, position: 0, broken: false }
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Goes behind blanks and comments.
    pub fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches(is_blank).len();
            let length = if blank > 0 { blank } else { self.comment(rest) };
            if length == 0 {
                return;
            }
            self.position += length;
        }
    }

    /// The token that begins here; [`Lexer::skip_blanks`] comes before it.
    pub fn token(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let first = rest.chars().next()?;
        let (kind, length) = self.kind_and_length(rest, first);
        let length = length.unwrap_or_else(|| {
            self.broken = true;
            rest.len()
        });
        let token = Token { kind, text: &rest[..length], start: self.position };
        self.position += length;
        Some(token)
    }

    /// PostgreSQL's comments nest (<https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-COMMENTS>);
    /// MySQL wants a blank behind `--` and knows `#` (<https://dev.mysql.com/doc/refman/8.4/en/comments.html>).
    fn comment(&mut self, rest: &str) -> usize {
        let line = || rest.find('\n').unwrap_or(rest.len());
        if rest.starts_with("/*") {
            let end = if self.dialect == Dialect::Postgres { nested_end(rest) } else { plain_end(rest) };
            // SQLite alone takes the end of the text for the end of the comment.
            self.broken |= end.is_none() && self.dialect != Dialect::Sqlite;
            return end.unwrap_or(rest.len());
        }
        if let Some(behind) = rest.strip_prefix("--")
            && (!self.is_mysql()
                || behind.is_empty()
                || behind.starts_with(|c: char| c.is_ascii_whitespace() || c.is_ascii_control()))
        {
            return line();
        }
        if self.is_mysql() && rest.starts_with('#') { line() } else { 0 }
    }

    fn is_mysql(&self) -> bool {
        match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => true,
            Dialect::Postgres | Dialect::Sqlite => false,
        }
    }

    /// What begins here, and its length; none when it has no end.
    fn kind_and_length(&self, rest: &str, first: char) -> (TokenKind, Option<usize>) {
        let postgres = self.dialect == Dialect::Postgres;
        let prefixed = |prefixes: &[char]| prefixes.contains(&first) && rest[1..].starts_with('\'');
        match first {
            '\'' => (TokenKind::Text, quoted(rest, '\'', self.is_mysql())),
            '"' if self.is_mysql() => (TokenKind::Text, quoted(rest, '"', true)),
            '"' => (TokenKind::Quoted, quoted(rest, '"', false)),
            '`' if !postgres => (TokenKind::Quoted, quoted(rest, '`', false)),
            '[' if self.dialect == Dialect::Sqlite => (TokenKind::Quoted, rest.find(']').map(|end| end + 1)),
            '$' if postgres && let Some(tag) = dollar_tag(rest) => {
                let end = rest[tag.len()..].find(tag).map(|end| end + 2 * tag.len());
                (TokenKind::Text, end)
            }
            // E'…' alone has escapes by backslash (standard_conforming_strings is on since 9.1).
            'e' | 'E' if postgres && prefixed(&['e', 'E']) => {
                (TokenKind::Text, quoted(&rest[1..], '\'', true).map(|end| end + 1))
            }
            _ if prefixed(&['x', 'X', 'b', 'B', 'n', 'N']) => {
                (TokenKind::Text, quoted(&rest[1..], '\'', self.is_mysql()).map(|end| end + 1))
            }
            '0'..='9' => (TokenKind::Number, Some(number(rest))),
            '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                (TokenKind::Number, Some(number(rest)))
            }
            _ if begins_word(first) => (TokenKind::Word, Some(word(rest))),
            _ if rest.starts_with("::") => (TokenKind::Symbol, Some(2)),
            _ => (TokenKind::Symbol, Some(first.len_utf8())),
        }
    }
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}' || character == '\0'
}

fn begins_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

fn word(rest: &str) -> usize {
    let belongs = |c: char| !is_blank(c) && (begins_word(c) || c.is_ascii_digit() || c == '$');
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

fn number(rest: &str) -> usize {
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

fn quoted(rest: &str, quote: char, backslash: bool) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((position, character)) = characters.next() {
        if backslash && character == '\\' {
            characters.next();
        } else if character == quote {
            if characters.peek().is_none_or(|(_, next)| *next != quote) {
                return Some(position + 1);
            }
            characters.next();
        }
    }
    None
}

/// `$$` or `$tag$`; `$1` is a parameter.
fn dollar_tag(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 1;
    let tag = &rest[1..end];
    let is_tag = !tag.starts_with(|c: char| c.is_ascii_digit())
        && tag.chars().all(|c| begins_word(c) && !is_blank(c) || c.is_ascii_digit());
    is_tag.then(|| &rest[..=end])
}

fn plain_end(rest: &str) -> Option<usize> {
    rest[2..].find("*/").map(|end| end + 4)
}

fn nested_end(rest: &str) -> Option<usize> {
    let (mut depth, mut position) = (0_usize, 0);
    loop {
        let here = &rest[position..];
        let next = here.find(['/', '*'])?;
        match &here.as_bytes()[next..] {
            [b'/', b'*', ..] => (depth, position) = (depth + 1, position + next + 2),
            [b'*', b'/', ..] => (depth, position) = (depth - 1, position + next + 2),
            _ => position += next + 1,
        }
        if depth == 0 {
            return Some(position);
        }
    }
}

/// The same text with the marks of executed comments made blanks, and of those that this server skips all
/// of it: `/*!40101 SET … */` is code, `/*M! … */` is MariaDB's, and MariaDB takes none of MySQL 5.7 and
/// later (<https://mariadb.com/kb/en/comment-syntax/>).
pub(super) fn executed_comments(dialect: Dialect, text: &str) -> Option<String> {
    let is_mariadb = match dialect {
        Dialect::Mysql => false,
        Dialect::Mariadb => true,
        Dialect::Postgres | Dialect::Sqlite => return None,
    };
    if !text.contains("/*!") && !text.contains("/*M!") {
        return None;
    }
    let mut bytes = text.to_owned();
    let mut lexer = Lexer::new(dialect, text);
    let mut open = false;
    while !lexer.rest().is_empty() {
        let (rest, start) = (lexer.rest(), lexer.position);
        if let Some(behind) = rest.strip_prefix("/*!").or_else(|| rest.strip_prefix("/*M!")) {
            let mark = rest.len() - behind.len();
            let digits = behind.bytes().take(6).take_while(u8::is_ascii_digit).count();
            let version: u32 = behind[..digits].parse().unwrap_or(0);
            let skipped = if is_mariadb { (50_700..=99_999).contains(&version) } else { mark == 4 };
            let length = if skipped { plain_end(rest).unwrap_or(rest.len()) } else { mark + digits };
            blank(&mut bytes, start, length);
            open |= !skipped;
            lexer.position += length;
        } else if open && rest.starts_with("*/") {
            blank(&mut bytes, start, 2);
            open = false;
            lexer.position += 2;
        } else if lexer.comment(rest) > 0 {
            lexer.position += lexer.comment(rest);
        } else {
            let is_blank = rest.starts_with(is_blank);
            if is_blank {
                lexer.position += rest.len() - rest.trim_start_matches(is_blank_char).len();
            } else {
                lexer.token()?;
            }
        }
    }
    Some(bytes)
}

fn is_blank_char(character: char) -> bool {
    is_blank(character)
}

/// Line ends stay, so that lines keep their numbers.
fn blank(text: &mut String, start: usize, length: usize) {
    let blanks: String =
        text[start..start + length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(start..start + length, &blanks);
}
