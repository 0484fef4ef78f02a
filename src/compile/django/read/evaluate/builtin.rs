//! Python's built-in functions and types, as far as they decide something.

mod class;
mod instance;
mod kind;
mod module;
mod name;
mod number;
mod sequence;
mod sort;
mod stream;
mod text;

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use super::operator::equal;
use super::outside::Call;
use super::stream::makes_stream;
use crate::compile::django::read::syntax::tree::Span;

pub use kind::is_kind_of;
pub use name::is_builtin;

impl Interpreter<'_> {
    /// Each element once, as in a set.
    pub fn distinct(&mut self, items: Vec<Live>) -> Result<Vec<Live>, Stop> {
        let items: Vec<Live> = items.into_iter().map(|it| self.member(it)).collect();
        let mut texts: HashSet<Arc<str>> = HashSet::new();
        if items.iter().all(|it| it.as_str().is_some()) {
            let is_new = |it: &Live| it.as_str().is_some_and(|text| texts.insert(text.clone()));
            return Ok(items.into_iter().filter(is_new).collect());
        }
        self.steps(items.len().saturating_mul(items.len()) / 64)?;
        let mut once: Vec<Live> = Vec::with_capacity(items.len());
        for item in items {
            if !once.iter().any(|it| equal(it, &item) == Some(true)) {
                once.push(item);
            }
        }
        Ok(once)
    }

    /// `None` when the result is not known.
    pub fn call_builtin(
        &mut self,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        if keywords.iter().any(|(name, _)| name.starts_with('*')) && name != "dict" {
            return Ok(None);
        }
        if makes_stream(name) {
            return match args {
                [stream @ Live::Stream(_)] if name == "iter" => Ok(Some(stream.clone())),
                args => Ok(Some(Stream::waiting(StreamSource::Builtin(
                    name.into(),
                    args.to_vec(),
                    keywords.clone(),
                )))),
            };
        }
        self.call_builtin_at_once(name, args, keywords, scope, span)
    }

    /// What [`Interpreter::call_builtin`] gives, with the elements of what would be gone through later.
    pub(super) fn call_builtin_at_once(
        &mut self,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let args: Vec<Live> = args.iter().map(|arg| self.force(arg)).collect::<Result<_, _>>()?;
        args.iter().try_for_each(|it| self.gone_through(it))?;
        let first = args.first().cloned();
        let call = Call { path: name, args: &args, keywords, first: &first, scope, span };
        let mut answer = self.builtin_of_sequences(&call)?;
        if answer.is_none() {
            answer = self.builtin_of_streams(&call)?;
        }
        if answer.is_none() {
            answer = self.builtin_of_numbers(&call)?;
        }
        if answer.is_none() {
            answer = self.builtin_of_texts(&call)?;
        }
        if answer.is_none() {
            answer = self.builtin_of_modules(&call)?;
        }
        if answer.is_none() {
            answer = self.builtin_of_classes(&call)?;
        }
        let makes_anew = matches!(
            name,
            "dict"
                | "dict.fromkeys"
                | "frozenset"
                | "list"
                | "range"
                | "repr"
                | "reversed"
                | "set"
                | "sorted"
                | "str"
                | "tuple"
        );
        match answer.flatten() {
            Some(value) if makes_anew => self.made(value).map(Some),
            answer => Ok(answer),
        }
    }

    /// The elements of an argument; none where it is not given.
    fn items_of(&mut self, call: &Call<'_>, at: usize) -> Result<Result<Vec<Live>, Live>, Stop> {
        match call.args.get(at) {
            Some(value) => self.iterate(value, call.scope, call.span),
            None => Ok(Ok(Vec::new())),
        }
    }

    /// Of a list of which not all is known, some things are not known.
    fn whole(&mut self, call: &Call<'_>) -> Result<Option<Vec<Live>>, Stop> {
        Ok(self.items_of(call, 0)?.ok().filter(|items| !items.iter().any(Live::is_unknown)))
    }
}
