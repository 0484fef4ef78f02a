//! Texts.

use super::super::live::*;
use super::super::outside::{Answer, Call};
use super::super::special::is_of_a_class;
use super::super::{Interpreter, format};

impl Interpreter<'_> {
    /// A function that gives a text, or asks a letter for its number.
    pub(super) fn builtin_of_texts(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            "str" => match first {
                None => Some(Live::str("")),
                Some(value) => {
                    let shown = self.shown(&value.clone(), false, scope, span)?;
                    format::text(&shown).map(Live::str)
                }
            },
            "repr" => match first.cloned() {
                Some(value) if is_of_a_class(&value) => {
                    let shown = self.shown(&value, true, scope, span)?;
                    format::text(&shown).map(Live::str)
                }
                value => value.and_then(|it| format::repr(&it, 20)).map(Live::str),
            },
            "format" => match args {
                [value] => self.formatted(value, None, "", scope, span)?.map(Live::str),
                [value, Live::Str(spec)] => self.formatted(value, None, spec, scope, span)?.map(Live::str),
                _ => None,
            },
            "hex" | "oct" | "bin" => match first {
                Some(Live::Int(it)) => {
                    let sign = if *it < 0 { "-" } else { "" };
                    let it = it.unsigned_abs();
                    Some(Live::str(match name {
                        "hex" => format!("{sign}{it:#x}"),
                        "oct" => format!("{sign}{it:#o}"),
                        _ => format!("{sign}{it:#b}"),
                    }))
                }
                _ => None,
            },
            "chr" => match first {
                Some(Live::Int(it)) => {
                    u32::try_from(*it).ok().and_then(char::from_u32).map(|it| Live::str(it.to_string()))
                }
                _ => None,
            },
            "ord" => match first.and_then(Live::as_str).map(|it| it.chars().collect::<Vec<_>>()).as_deref() {
                Some([one]) => Some(Live::Int(i128::from(u32::from(*one)))),
                _ => None,
            },
            _ => return Ok(None),
        }))
    }
}
