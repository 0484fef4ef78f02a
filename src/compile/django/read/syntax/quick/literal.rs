//! Numbers and texts.

use super::Parser;
use super::token::{Kind, Token};
use crate::compile::django::read::syntax::tree::{ExprKind, Literal};

impl Parser<'_> {
    pub(super) fn number(&mut self) -> Option<ExprKind> {
        let token = self.take();
        let text = self.text_of(token);
        Some(ExprKind::Literal(match token.kind {
            Kind::Float => Literal::Float(text.parse().ok()?),
            _ => Literal::Int(text.parse::<u64>().ok()?.into()),
        }))
    }

    /// One text, or several that stand side by side.
    pub(super) fn texts(&mut self) -> Option<ExprKind> {
        let first = self.take();
        let is_text = |kind| matches!(kind, Kind::Str | Kind::Raw);
        if first.kind == Kind::Bytes {
            let inner = self.inner(first);
            let is_plain = inner.is_ascii() && !inner.contains('\\');
            let is_alone = !is_text(self.kind()) && self.kind() != Kind::Bytes;
            return (is_plain && is_alone)
                .then(|| ExprKind::Literal(Literal::Bytes(inner.as_bytes().into())));
        }
        if !is_text(self.kind()) {
            let inner = self.inner(first);
            let is_as_written = first.kind == Kind::Raw || !inner.contains('\\');
            let text = if is_as_written { self.intern(inner) } else { decoded(inner)?.into() };
            return (self.kind() != Kind::Bytes).then_some(ExprKind::Literal(Literal::Str(text)));
        }
        let mut whole = String::new();
        let mut token = first;
        loop {
            let inner = self.inner(token);
            if token.kind == Kind::Raw || !inner.contains('\\') {
                whole.push_str(inner);
            } else {
                whole.push_str(&decoded(inner)?);
            }
            if self.kind() == Kind::Bytes {
                return None;
            }
            if !is_text(self.kind()) {
                return Some(ExprKind::Literal(Literal::Str(whole.into())));
            }
            token = self.take();
        }
    }
}

impl<'t> Parser<'t> {
    /// What stands between the quotes.
    fn inner(&self, token: Token) -> &'t str {
        let text = self.text_of(token).trim_start_matches(|first: char| first.is_ascii_alphabetic());
        let quotes =
            if text.len() >= 6 && (text.starts_with("\"\"\"") || text.starts_with("'''")) { 3 } else { 1 };
        &text[quotes..text.len() - quotes]
    }
}

/// <https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences>; `None` for those that are rare.
fn decoded(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let mut letters = rest[at + 1..].chars();
        match letters.next()? {
            '\n' => {}
            '\\' => out.push('\\'),
            '\'' => out.push('\''),
            '"' => out.push('"'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            letter @ ('x' | 'u') => {
                let length = if letter == 'x' { 2 } else { 4 };
                let digits = letters.as_str().get(..length)?;
                if !digits.bytes().all(|it| it.is_ascii_hexdigit()) {
                    return None;
                }
                out.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                letters = letters.as_str()[length..].chars();
            }
            'a' | 'b' | 'f' | 'v' | 'N' | 'U' | '0'..='9' => return None,
            other => out.extend(['\\', other]),
        }
        rest = letters.as_str();
    }
    out.push_str(rest);
    Some(out)
}
