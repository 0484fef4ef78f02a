//! Numbers that stand in texts.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::integer;
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    /// `int(text)`, `int(text, base)`
    pub(super) fn number_in(
        &mut self,
        text: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let text = text.trim();
        if let Some(base) = args.get(1).or(keywords.first().map(|(_, base)| base)) {
            let base = integer(base).and_then(|it| u32::try_from(it).ok()).filter(|it| (2..=36).contains(it));
            return Ok(base.and_then(|base| i128::from_str_radix(text, base).ok()).map(Live::Int));
        }
        match text.parse() {
            Ok(number) => Ok(Some(Live::Int(number))),
            // Python takes more digits than these, and underscores.
            Err(_) if text.contains(char::is_numeric) => Ok(None),
            Err(_) => self.fails("ValueError", "is no number", scope, span).map(Some),
        }
    }
}
