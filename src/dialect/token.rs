//! Cuts a piece of SQL into words, literals and operators; it knows no grammar.

use super::reserved::is_reserved;

/// What a token is, as far as its first characters tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or a bare identifier.
    Word,
    /// An identifier between double quotes, backticks or square brackets.
    Quoted,
    /// A literal between single quotes.
    Text,
    Number,
    /// An operator, a bracket, a comma.
    Symbol,
}

/// One token, with its place in the text it was cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: TokenKind,
    pub text: &'a str,
    pub start: usize,
}

impl Token<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, written bare.
    pub fn is_word(&self, keyword: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }

    /// The identifier that it spells: without its quotes, doubled quotes made single.
    pub fn identifier(&self) -> String {
        unquoted(self.text)
    }
}

/// How the dialects' quotes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotes {
    /// `\'` does not end a literal.
    pub backslash_escapes: bool,
    /// `"x"` is a literal, not an identifier.
    pub double_quoted_text: bool,
    /// `[x]` is an identifier.
    pub square_brackets: bool,
}

impl Quotes {
    pub const SQLITE: Self =
        Self { backslash_escapes: false, double_quoted_text: false, square_brackets: true };
    pub const MYSQL: Self =
        Self { backslash_escapes: true, double_quoted_text: true, square_brackets: false };
}

/// The tokens of `sql` without blanks and comments; `None` if a quote is not closed.
pub fn tokens(sql: &str, quotes: Quotes) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut position = 0;
    while let Some(first) = sql[position..].chars().next() {
        let rest = &sql[position..];
        if first.is_whitespace() {
            position += first.len_utf8();
            continue;
        }
        if let Some(length) = comment_length(rest, quotes) {
            position += length;
            continue;
        }
        let (kind, length) = next(rest, first, quotes)?;
        tokens.push(Token { kind, text: &rest[..length], start: position });
        position += length;
    }
    Some(tokens)
}

/// The position behind the bracket that closes the one at `open`.
pub fn after_group(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(position + 1);
            }
        }
    }
    None
}

/// The tokens without the pairs of round brackets that enclose them all.
pub fn without_outer_brackets<'t, 'a>(mut tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    while tokens.len() > 2
        && tokens.first().is_some_and(|token| token.is_symbol("("))
        && after_group(tokens, 0) == Some(tokens.len())
    {
        tokens = &tokens[1..tokens.len() - 1];
    }
    tokens
}

/// A quoted name or literal without its quotes, doubled quotes made single; other text as it is.
pub fn unquoted(text: &str) -> String {
    let mut inner = text.chars();
    match (inner.next(), inner.next_back()) {
        (Some('['), Some(']')) => inner.as_str().to_owned(),
        (Some(open @ ('"' | '`' | '\'')), Some(close)) if open == close => {
            let doubled = format!("{open}{open}");
            inner.as_str().replace(&doubled, &doubled[..1])
        }
        _ => text.to_owned(),
    }
}

fn comment_length(rest: &str, quotes: Quotes) -> Option<usize> {
    let to_line_end = || rest.find('\n').unwrap_or(rest.len());
    if let Some(comment) = rest.strip_prefix("/*") {
        return Some(comment.find("*/").map_or(rest.len(), |end| end + 4));
    }
    // MySQL wants a blank after the two dashes; `a--1` is `a - -1` there.
    if rest.starts_with("--") && (!quotes.backslash_escapes || rest[2..].starts_with(char::is_whitespace)) {
        return Some(to_line_end());
    }
    (quotes.backslash_escapes && rest.starts_with('#')).then(to_line_end)
}

fn next(rest: &str, first: char, quotes: Quotes) -> Option<(TokenKind, usize)> {
    let found = match first {
        '\'' => (TokenKind::Text, quoted_length(rest, '\'', quotes.backslash_escapes)?),
        '"' if quotes.double_quoted_text => {
            (TokenKind::Text, quoted_length(rest, '"', quotes.backslash_escapes)?)
        }
        '"' | '`' => (TokenKind::Quoted, quoted_length(rest, first, false)?),
        '[' if quotes.square_brackets => (TokenKind::Quoted, rest.find(']')? + 1),
        '0'..='9' => (TokenKind::Number, number_length(rest)),
        '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
            (TokenKind::Number, number_length(rest))
        }
        'x' | 'X' | 'n' | 'N' | 'b' | 'B' if rest[1..].starts_with('\'') => {
            (TokenKind::Text, 1 + quoted_length(&rest[1..], '\'', quotes.backslash_escapes)?)
        }
        _ if begins_word(first) => (TokenKind::Word, length_while(rest, continues_word)),
        _ => (TokenKind::Symbol, symbol_length(rest, first)),
    };
    Some(found)
}

fn begins_word(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
}

fn continues_word(character: char) -> bool {
    !character.is_whitespace() && (begins_word(character) || character.is_ascii_digit() || character == '$')
}

fn length_while(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

fn quoted_length(rest: &str, quote: char, backslash: bool) -> Option<usize> {
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

fn number_length(rest: &str) -> usize {
    let is_hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
    let mut after_exponent = false;
    for (position, character) in rest.char_indices() {
        let sign = after_exponent && matches!(character, '+' | '-');
        if !(character.is_ascii_alphanumeric() || matches!(character, '.' | '_') || sign) {
            return position;
        }
        after_exponent = !is_hexadecimal && matches!(character, 'e' | 'E');
    }
    rest.len()
}

fn symbol_length(rest: &str, first: char) -> usize {
    const LONG: [&str; 13] = ["->>", "<=>", "||", "&&", "==", "!=", "<>", "<=", ">=", "<<", ">>", "->", ":="];
    LONG.iter().find(|symbol| rest.starts_with(**symbol)).map_or(first.len_utf8(), |symbol| symbol.len())
}

/// Tokens written in one way: single blanks, none inside brackets and before commas.
pub fn join<'a>(words: impl IntoIterator<Item = (TokenKind, &'a str)>) -> String {
    let mut joined = String::new();
    let mut before: Option<(TokenKind, &str)> = None;
    for (kind, text) in words {
        if before.is_some_and(|before| needs_blank(before, (kind, text))) {
            joined.push(' ');
        }
        joined.push_str(text);
        before = Some((kind, text));
    }
    joined
}

fn needs_blank((kind, before): (TokenKind, &str), (next_kind, text): (TokenKind, &str)) -> bool {
    /// Words before a bracket that are no functions.
    const OPERATORS: [&str; 13] =
        ["and", "or", "not", "in", "is", "between", "like", "case", "when", "then", "else", "as", "glob"];
    let is_name = |kind| matches!(kind, TokenKind::Word | TokenKind::Quoted);
    match (before, text) {
        ("(", _) => false,
        (".", _) => !is_name(next_kind),
        (_, ".") => !is_name(kind),
        (_, ")" | ",") => false,
        (_, "(") if kind == TokenKind::Word => OPERATORS.contains(&before.to_lowercase().as_str()),
        _ => true,
    }
}

/// Without quotes where that is the same name, else between `quote`s. Lower case.
pub fn canonical_name(name: &str, quote: char) -> (TokenKind, String) {
    let lower = name.to_lowercase();
    let is_plain = lower.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && lower.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_plain && !is_reserved(&lower, quote) {
        (TokenKind::Word, lower)
    } else {
        (TokenKind::Quoted, format!("{quote}{}{quote}", lower.replace(quote, &format!("{quote}{quote}"))))
    }
}
