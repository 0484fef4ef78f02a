//! Plain Python straight into our tree: what most files are made of, in a fraction of the time.
//!
//! It takes nothing that it is not certain of: whatever is rare, deep or wrong gives `None`, and the whole text goes to the
//! parser that knows all of Python and tells what is wrong. Whatever it takes it makes the same of.

mod expression;
mod literal;
mod statement;
mod token;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::tree::{Expr, ExprKind, Span, Stmt};
use token::{Kind, Token};

/// Nested expressions and blocks; chains of operators, attributes and calls.
const MAX_DEPTH: u32 = 60;
const MAX_CHAIN: usize = 100;

/// The statements of a text that begins at the offset `start` of its file.
pub fn parse(text: &str, start: u32) -> Option<Vec<Stmt>> {
    let tokens = token::tokens(text)?;
    let mut parser = Parser {
        text,
        start,
        tokens: &tokens,
        at: 0,
        depth: 0,
        names: HashMap::default(),
        functions: vec![Found::default()],
    };
    let mut body = Vec::new();
    while parser.kind() != Kind::End {
        parser.statement(&mut body)?;
    }
    Some(body)
}

struct Parser<'t> {
    text: &'t str,
    start: u32,
    tokens: &'t [Token],
    at: usize,
    depth: u32,
    /// One allocation for each name of a text.
    names: HashMap<&'t str, Arc<str>, RandomState>,
    /// What was found in the functions that are being parsed, the innermost last.
    functions: Vec<Found>,
}

#[derive(Default)]
struct Found {
    generator: bool,
    outer_names: Vec<Arc<str>>,
}

impl<'t> Parser<'t> {
    fn token(&self) -> Token {
        // The last is the end, which is never taken.
        self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn kind(&self) -> Kind {
        self.token().kind
    }

    fn take(&mut self) -> Token {
        let token = self.token();
        self.at += 1;
        token
    }

    fn accept(&mut self, kind: Kind) -> bool {
        let is_it = self.kind() == kind;
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, kind: Kind) -> Option<()> {
        self.accept(kind).then_some(())
    }

    fn text_of(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn intern(&mut self, text: &'t str) -> Arc<str> {
        self.names.entry(text).or_insert_with(|| text.into()).clone()
    }

    fn name(&mut self) -> Option<Arc<str>> {
        let token = self.token();
        self.expect(Kind::Name)?;
        Some(self.intern(self.text_of(token)))
    }

    /// From the token at a place to the last one that was taken.
    fn span(&self, from: usize) -> Span {
        let end = self.tokens[self.at - 1].end;
        Span { start: self.start + self.tokens[from].start, end: self.start + end }
    }

    fn expr(&self, kind: ExprKind, from: usize) -> Expr {
        Expr { kind, span: self.span(from) }
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let made = work(self);
        self.depth -= 1;
        made
    }
}
