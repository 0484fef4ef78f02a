//! Numbers and truth.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::live::*;
use super::super::operator::integer;
use super::super::outside::{Answer, Call};
use crate::compile::django::read::syntax::tree::{Operator, Span};

impl Interpreter<'_> {
    /// A function that gives a number.
    pub(super) fn builtin_of_numbers(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, keywords, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            "bool" => match first {
                None => Some(Live::Bool(false)),
                Some(value) => Some(match self.truth(value, scope, span)? {
                    Ok(truth) => Live::Bool(truth),
                    Err(why) => Live::Unknown(self.hanging_on(value, why)),
                }),
            },
            "int" => match first {
                None => Some(Live::Int(0)),
                Some(Live::Str(text)) => self.number_in(text, args, keywords, scope, span)?,
                Some(Live::Float(it)) if it.abs() < 1e30 => Some(Live::Int(it.trunc() as i128)),
                Some(value) => integer(value).map(Live::Int),
            },
            "float" => match first {
                Some(Live::Str(text)) => text.trim().parse().ok().map(Live::Float),
                Some(Live::Float(it)) => Some(Live::Float(*it)),
                Some(value) => integer(value).map(|it| Live::Float(it as f64)),
                None => Some(Live::Float(0.0)),
            },
            "abs" => match first {
                Some(Live::Int(it)) => Some(Live::Int(it.abs())),
                Some(Live::Float(it)) => Some(Live::Float(it.abs())),
                _ => None,
            },
            "pow" => match args {
                [base, exponent] => Some(self.binary(base, Operator::Pow, exponent, scope, span)?),
                _ => None,
            },
            "divmod" => match args {
                [a, b] => {
                    let whole = self.binary(a, Operator::FloorDiv, b, scope, span)?;
                    Some(Live::tuple(vec![whole, self.binary(a, Operator::Mod, b, scope, span)?]))
                }
                _ => None,
            },
            _ => return Ok(None),
        }))
    }

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
