//! Plain Python's words and signs, with its layout.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Name,
    Int,
    Float,
    /// Without prefix, or `u`.
    Str,
    /// With the prefix `r`.
    Raw,
    /// With the prefix `b`.
    Bytes,
    Newline,
    Indent,
    Dedent,
    End,
    // Keywords.
    And,
    As,
    Assert,
    Break,
    Class,
    Continue,
    Def,
    Del,
    Elif,
    Else,
    Except,
    False,
    Finally,
    For,
    From,
    Global,
    If,
    Import,
    In,
    Is,
    Lambda,
    None,
    Nonlocal,
    Not,
    Or,
    Pass,
    Raise,
    Return,
    True,
    Try,
    While,
    With,
    Yield,
    // Signs.
    Open,
    Close,
    OpenList,
    CloseList,
    OpenDict,
    CloseDict,
    Comma,
    Colon,
    Semicolon,
    Dot,
    Ellipsis,
    Arrow,
    At,
    Equals,
    /// `+=` and its like; which one, its text says.
    Augment,
    Plus,
    Minus,
    Star,
    Power,
    Slash,
    Floor,
    Percent,
    Pipe,
    Ampersand,
    Caret,
    Tilde,
    LeftShift,
    RightShift,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Kind,
    pub start: u32,
    pub end: u32,
}

/// Columns of open blocks; more of them are for the other parser.
const MAX_INDENTS: usize = 50;
const MAX_BRACKETS: usize = 50;

/// `None` for a text that holds anything else.
pub fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer {
        text: text.as_bytes(),
        at: 0,
        tokens: Vec::with_capacity(text.len() / 5),
        indents: vec![0],
        open: 0,
    };
    lexer.run()?;
    Some(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    indents: Vec<usize>,
    open: usize,
}

impl Lexer<'_> {
    fn push(&mut self, kind: Kind, range: Range<usize>) -> Option<()> {
        let (start, end) = (u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?);
        self.tokens.push(Token { kind, start, end });
        Some(())
    }

    fn run(&mut self) -> Option<()> {
        while self.line_start()? {
            self.line()?;
        }
        let end = self.text.len();
        for _ in 1..self.indents.len() {
            self.push(Kind::Dedent, end..end)?;
        }
        self.push(Kind::End, end..end)
    }

    /// Goes to the first word of the next line that holds any; whether there is one.
    fn line_start(&mut self) -> Option<bool> {
        loop {
            let start = self.at;
            while self.text.get(self.at) == Some(&b' ') {
                self.at += 1;
            }
            match self.text.get(self.at) {
                None => return Some(false),
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.comment(),
                Some(_) => return self.indent(self.at - start).map(|()| true),
            }
        }
    }

    fn indent(&mut self, column: usize) -> Option<()> {
        if column > *self.indents.last()? {
            self.indents.push(column);
            if self.indents.len() > MAX_INDENTS {
                return None;
            }
            return self.push(Kind::Indent, self.at..self.at);
        }
        while column < *self.indents.last()? {
            self.indents.pop();
            self.push(Kind::Dedent, self.at..self.at)?;
        }
        (column == *self.indents.last()?).then_some(())
    }

    fn comment(&mut self) {
        self.at = memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |it| self.at + it);
    }

    fn line(&mut self) -> Option<()> {
        loop {
            let start = self.at;
            let Some(&byte) = self.text.get(start) else {
                return if self.open == 0 { self.push(Kind::Newline, start..start) } else { None };
            };
            match byte {
                b' ' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    if self.open == 0 {
                        return self.push(Kind::Newline, start..start);
                    }
                }
                b'#' => self.comment(),
                b'\\' if self.text.get(start + 1) == Some(&b'\n') => self.at += 2,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word()?,
                b'"' | b'\'' => self.string(Kind::Str, start)?,
                b'0'..=b'9' => self.number()?,
                _ => self.sign(byte)?,
            }
        }
    }

    fn word(&mut self) -> Option<()> {
        let start = self.at;
        let rest = &self.text[start..];
        let length =
            rest.iter().position(|it| !it.is_ascii_alphanumeric() && *it != b'_').unwrap_or(rest.len());
        self.at += length;
        let word = &rest[..length];
        match rest.get(length) {
            Some(b'"' | b'\'') => {
                let kind = match word {
                    b"r" | b"R" => Kind::Raw,
                    b"b" | b"B" => Kind::Bytes,
                    b"u" | b"U" => Kind::Str,
                    _ => return None,
                };
                return self.string(kind, start);
            }
            Some(other) if !other.is_ascii() => return None,
            _ => {}
        }
        let kind = keyword(word)?;
        self.push(kind, start..self.at)
    }

    fn string(&mut self, kind: Kind, start: usize) -> Option<()> {
        let quote = self.text[self.at];
        let is_triple = self.text[self.at..].starts_with(&[quote; 3]);
        self.at += if is_triple { 3 } else { 1 };
        loop {
            let rest = self.text.get(self.at..)?;
            let next = if is_triple {
                memchr::memchr2(quote, b'\\', rest)?
            } else {
                rest.iter().position(|it| *it == quote || matches!(it, b'\\' | b'\n'))?
            };
            self.at += next;
            match rest[next] {
                b'\\' => self.at += 2,
                b'\n' => return None,
                _ if !is_triple => {
                    self.at += 1;
                    break;
                }
                _ if rest[next..].starts_with(&[quote; 3]) => {
                    self.at += 3;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.push(kind, start..self.at)
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        let digits = |at: usize| self.text[at..].iter().take_while(|it| it.is_ascii_digit()).count();
        let whole = digits(start);
        if whole > 1 && self.text[start] == b'0' {
            return None;
        }
        let mut end = start + whole;
        let mut kind = Kind::Int;
        if self.text.get(end) == Some(&b'.') {
            kind = Kind::Float;
            end += 1 + digits(end + 1);
        }
        // Hexadecimal, with an exponent, imaginary, or no number at all.
        if self.text.get(end).is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_' || !it.is_ascii()) {
            return None;
        }
        self.at = end;
        self.push(kind, start..end)
    }

    fn sign(&mut self, byte: u8) -> Option<()> {
        let start = self.at;
        let next = self.text.get(start + 1).copied().unwrap_or_default();
        let third = self.text.get(start + 2).copied().unwrap_or_default();
        let (kind, length) = match (byte, next, third) {
            (b'.', b'.', b'.') => (Kind::Ellipsis, 3),
            // A number.
            (b'.', b'0'..=b'9', _) => return None,
            (b'*', b'*', b'=') | (b'/', b'/', b'=') | (b'<', b'<', b'=') | (b'>', b'>', b'=') => {
                (Kind::Augment, 3)
            }
            (b'-', b'>', _) => (Kind::Arrow, 2),
            (b'*', b'*', _) => (Kind::Power, 2),
            (b'/', b'/', _) => (Kind::Floor, 2),
            (b'<', b'<', _) => (Kind::LeftShift, 2),
            (b'>', b'>', _) => (Kind::RightShift, 2),
            (b'=', b'=', _) => (Kind::Equal, 2),
            (b'!', b'=', _) => (Kind::NotEqual, 2),
            (b'<', b'=', _) => (Kind::LessOrEqual, 2),
            (b'>', b'=', _) => (Kind::GreaterOrEqual, 2),
            // `:=`, and what Python 2 had.
            (b':', b'=', _) | (b'<', b'>', _) => return None,
            (b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'@', b'=', _) => (Kind::Augment, 2),
            (b'(', ..) => (Kind::Open, 1),
            (b')', ..) => (Kind::Close, 1),
            (b'[', ..) => (Kind::OpenList, 1),
            (b']', ..) => (Kind::CloseList, 1),
            (b'{', ..) => (Kind::OpenDict, 1),
            (b'}', ..) => (Kind::CloseDict, 1),
            (b',', ..) => (Kind::Comma, 1),
            (b':', ..) => (Kind::Colon, 1),
            (b';', ..) => (Kind::Semicolon, 1),
            (b'.', ..) => (Kind::Dot, 1),
            (b'@', ..) => (Kind::At, 1),
            (b'=', ..) => (Kind::Equals, 1),
            (b'+', ..) => (Kind::Plus, 1),
            (b'-', ..) => (Kind::Minus, 1),
            (b'*', ..) => (Kind::Star, 1),
            (b'/', ..) => (Kind::Slash, 1),
            (b'%', ..) => (Kind::Percent, 1),
            (b'|', ..) => (Kind::Pipe, 1),
            (b'&', ..) => (Kind::Ampersand, 1),
            (b'^', ..) => (Kind::Caret, 1),
            (b'~', ..) => (Kind::Tilde, 1),
            (b'<', ..) => (Kind::Less, 1),
            (b'>', ..) => (Kind::Greater, 1),
            _ => return None,
        };
        match kind {
            Kind::Open | Kind::OpenList | Kind::OpenDict => {
                self.open += 1;
                if self.open > MAX_BRACKETS {
                    return None;
                }
            }
            Kind::Close | Kind::CloseList | Kind::CloseDict => self.open = self.open.checked_sub(1)?,
            _ => {}
        }
        self.at += length;
        self.push(kind, start..self.at)
    }
}

/// `None` for the keywords that are left to the other parser.
fn keyword(word: &[u8]) -> Option<Kind> {
    Some(match word {
        b"and" => Kind::And,
        b"as" => Kind::As,
        b"assert" => Kind::Assert,
        b"async" | b"await" => return None,
        b"break" => Kind::Break,
        b"class" => Kind::Class,
        b"continue" => Kind::Continue,
        b"def" => Kind::Def,
        b"del" => Kind::Del,
        b"elif" => Kind::Elif,
        b"else" => Kind::Else,
        b"except" => Kind::Except,
        b"False" => Kind::False,
        b"finally" => Kind::Finally,
        b"for" => Kind::For,
        b"from" => Kind::From,
        b"global" => Kind::Global,
        b"if" => Kind::If,
        b"import" => Kind::Import,
        b"in" => Kind::In,
        b"is" => Kind::Is,
        b"lambda" => Kind::Lambda,
        b"None" => Kind::None,
        b"nonlocal" => Kind::Nonlocal,
        b"not" => Kind::Not,
        b"or" => Kind::Or,
        b"pass" => Kind::Pass,
        b"raise" => Kind::Raise,
        b"return" => Kind::Return,
        b"True" => Kind::True,
        b"try" => Kind::Try,
        b"while" => Kind::While,
        b"with" => Kind::With,
        b"yield" => Kind::Yield,
        _ => Kind::Name,
    })
}
