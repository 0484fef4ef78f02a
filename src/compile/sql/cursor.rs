//! Reads one statement word by word. What is not taken is told: a reader ends with [`Cursor::done`].

use crate::dialect::Dialect;
use crate::dialect::token::{Token, TokenKind, after_group};
use crate::schema::{Name, Spelling, TableName};

/// Why a statement, or a part of one, was not understood; ends a sentence that begins with it.
pub(super) type Unread = String;

#[derive(Clone)]
pub(super) struct Cursor<'t, 'a> {
    pub dialect: Dialect,
    tokens: &'t [Token<'a>],
    position: usize,
    /// The text that `tokens` were cut from, and where in the whole it begins.
    source: &'a str,
    offset: usize,
    /// Where a bare name of a table is looked for.
    pub schema: Option<Name>,
}

impl<'t, 'a> Cursor<'t, 'a> {
    pub fn new(dialect: Dialect, tokens: &'t [Token<'a>], source: &'a str) -> Self {
        let offset = tokens.first().map_or(0, |first| first.start);
        Self { dialect, tokens, position: 0, source, offset, schema: None }
    }

    fn of(&self, tokens: &'t [Token<'a>]) -> Self {
        Self { tokens, position: 0, ..self.clone() }
    }

    pub fn is_mysql(&self) -> bool {
        match self.dialect {
            Dialect::Mysql | Dialect::Mariadb => true,
            Dialect::Postgres | Dialect::Sqlite => false,
        }
    }

    pub fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.position)
    }

    pub fn peek_at(&self, ahead: usize) -> Option<&'t Token<'a>> {
        self.tokens.get(self.position + ahead)
    }

    pub fn next(&mut self) -> Option<&'t Token<'a>> {
        let token = self.peek()?;
        self.position += 1;
        Some(token)
    }

    pub fn rest(&self) -> &'t [Token<'a>] {
        self.tokens.get(self.position..).unwrap_or_default()
    }

    pub fn is_done(&self) -> bool {
        self.peek().is_none()
    }

    pub fn done(&self) -> Result<(), Unread> {
        match self.peek() {
            None => Ok(()),
            Some(token) => Err(format!("`{}` in it is not understood", cut(token.text, 40))),
        }
    }

    pub fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(word))
    }

    pub fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    pub fn take(&mut self, word: &str) -> bool {
        let is = self.is(word);
        self.position += usize::from(is);
        is
    }

    /// Takes the words if all of them stand here: `take_all("if not exists")`.
    pub fn take_all(&mut self, words: &str) -> bool {
        let all = words
            .split(' ')
            .enumerate()
            .all(|(at, word)| self.peek_at(at).is_some_and(|it| it.is_word(word)));
        self.position += if all { words.split(' ').count() } else { 0 };
        all
    }

    pub fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(word))
    }

    pub fn take_symbol(&mut self, symbol: &str) -> bool {
        let is = self.is_symbol(symbol);
        self.position += usize::from(is);
        is
    }

    pub fn expect(&mut self, words: &str) -> Result<(), Unread> {
        if self.take_all(words) { Ok(()) } else { Err(self.expected(&format!("`{}`", words.to_uppercase()))) }
    }

    pub fn expected(&self, what: &str) -> Unread {
        match self.peek() {
            Some(token) => format!("{what} was expected where `{}` stands", cut(token.text, 40)),
            None => format!("{what} was expected at its end"),
        }
    }

    pub fn name(&mut self) -> Result<Name, Unread> {
        let name =
            self.peek().and_then(|token| self.name_of(token)).ok_or_else(|| self.expected("a name"))?;
        self.position += 1;
        Ok(name)
    }

    /// The identifier as the server keeps it; `None` for what is none.
    ///
    /// PostgreSQL makes bare names lower case
    /// (<https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS>), ASCII only in
    /// a multi-byte encoding. SQLite takes a text for a name where a name must stand
    /// (<https://www.sqlite.org/lang_keywords.html>).
    pub fn name_of(&self, token: &Token<'_>) -> Option<Name> {
        match token.kind {
            TokenKind::Word if self.dialect == Dialect::Postgres => {
                Some(token.text.to_ascii_lowercase().into())
            }
            TokenKind::Word | TokenKind::Quoted => Some(token.identifier().into()),
            TokenKind::Text if self.dialect == Dialect::Sqlite && token.text.starts_with('\'') => {
                Some(token.identifier().into())
            }
            TokenKind::Text | TokenKind::Number | TokenKind::Symbol => None,
        }
    }

    /// `name` or `schema.name`.
    ///
    /// What PostgreSQL and SQLite call `public` and `main` is the schema that is audited when none is named.
    pub fn table(&mut self) -> Result<TableName, Unread> {
        let first = self.name()?;
        if !self.take_symbol(".") {
            return Ok(TableName { schema: self.schema.clone(), name: first });
        }
        let second = self.name()?;
        if self.is_symbol(".") {
            return Err("it names another database".to_owned());
        }
        let usual = match self.dialect {
            Dialect::Postgres => &*first == "public",
            Dialect::Sqlite => first.eq_ignore_ascii_case("main"),
            Dialect::Mysql | Dialect::Mariadb => false,
        };
        Ok(TableName { schema: (!usual).then_some(first), name: second })
    }

    /// What stands in the brackets that open here.
    pub fn group(&mut self) -> Result<Self, Unread> {
        if !self.is_symbol("(") {
            return Err(self.expected("`(`"));
        }
        let end = after_group(self.tokens, self.position).ok_or("its brackets do not match")?;
        let inside = self.of(&self.tokens[self.position + 1..end - 1]);
        self.position = end;
        Ok(inside)
    }

    pub fn skip_group(&mut self) -> Result<(), Unread> {
        self.group().map(drop)
    }

    /// The parts between the commas that stand outside of brackets.
    pub fn parts(&self) -> Vec<Self> {
        let mut depth = 0_usize;
        let is_comma = |token: &Token<'_>| {
            match token.text {
                "(" if token.kind == TokenKind::Symbol => depth += 1,
                ")" if token.kind == TokenKind::Symbol => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && token.is_symbol(",")
        };
        if self.is_done() {
            Vec::new()
        } else {
            self.rest().split(is_comma).map(|part| self.of(part)).collect()
        }
    }

    /// `(a, b)`, nothing but names.
    pub fn names(&mut self) -> Result<Vec<Name>, Unread> {
        let mut names = Vec::new();
        for mut part in self.group()?.parts() {
            names.push(part.name()?);
            part.done()?;
        }
        Ok(names)
    }

    /// Takes tokens as long as `belongs` says so (the first one always), whole groups at once.
    pub fn take_while(&mut self, belongs: impl Fn(&Token<'_>) -> bool) -> Result<Self, Unread> {
        let start = self.position;
        let mut cases = 0_usize;
        while let Some(token) = self.peek() {
            if self.position > start && cases == 0 && !belongs(token) {
                break;
            }
            if token.is_symbol("(") {
                self.skip_group()?;
                continue;
            }
            if token.is_word("case") {
                cases += 1;
            } else if token.is_word("end") {
                cases = cases.saturating_sub(1);
            }
            self.position += 1;
        }
        if self.position == start {
            Err(self.expected("an expression"))
        } else {
            Ok(self.of(&self.tokens[start..self.position]))
        }
    }

    pub fn take_exactly(&mut self, count: usize) -> Result<Self, Unread> {
        let taken = self.rest().get(..count).ok_or_else(|| self.expected("a value"))?;
        self.position += count;
        Ok(self.of(taken))
    }

    pub fn take_rest(&mut self) -> Self {
        let rest = self.of(self.rest());
        self.position = self.tokens.len();
        rest
    }

    /// The text of what was not taken yet.
    pub fn text(&self) -> &'a str {
        match (self.rest().first(), self.rest().last()) {
            (Some(first), Some(last)) => {
                self.source.get(first.start - self.offset..last.end() - self.offset).unwrap_or_default()
            }
            _ => "",
        }
    }

    /// The text as an expression; one of monstrous size is not kept.
    pub fn spelling(&self) -> Spelling {
        const MOST_TOKENS: usize = 2_000;
        if self.rest().len() > MOST_TOKENS { Spelling::Unread } else { Spelling::uncertain(self.text()) }
    }
}

/// At most `most` characters, in one line.
pub(super) fn cut(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= most { line } else { line.chars().take(most).chain(['…']).collect() }
}
