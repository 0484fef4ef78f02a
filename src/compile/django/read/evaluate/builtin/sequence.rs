//! Lists, tuples, sets and dicts: made of others, counted, sorted.

use super::super::Interpreter;
use super::super::class::enumeration::unmixed;
use super::super::live::*;
use super::super::operator::{integer, put};
use super::super::outside::{Answer, Call};
use super::super::special::is_of_a_class;
use crate::compile::django::read::syntax::tree::Operator;

impl Interpreter<'_> {
    /// A function that makes one of what it goes through, or asks something of all of it.
    pub(super) fn builtin_of_sequences(&mut self, call: &Call<'_>) -> Answer {
        let Call { path: name, args, keywords, scope, span, .. } = *call;
        let first = call.first.as_ref();
        Ok(Some(match name {
            "list" => Some(match self.items_of(call, 0)? {
                Ok(items) => Live::list(items),
                Err(unknown) => unknown,
            }),
            "tuple" => self.items_of(call, 0)?.ok().map(Live::tuple),
            "set" | "frozenset" => match self.items_of(call, 0)? {
                Ok(items) => Some(Live::set(self.distinct(items)?)),
                Err(_) => None,
            },
            "iter" => self.items_of(call, 0)?.ok().map(Live::list),
            "dict" => {
                let mut pairs = Pairs::new();
                match first {
                    None => {}
                    Some(Live::Dict(from)) => pairs = from.borrow().clone(),
                    Some(mapping) if is_of_a_class(mapping) => {
                        let Some(held) = self.pairs_of(&mapping.clone(), scope, span)? else {
                            return Ok(Some(None));
                        };
                        pairs = held;
                    }
                    Some(_) => {
                        let Ok(from) = self.items_of(call, 0)? else { return Ok(Some(None)) };
                        for pair in from {
                            match self.iterate(&pair, scope, span)?.as_deref() {
                                Ok([key, value]) => put(&mut pairs, key.clone(), value.clone()),
                                _ => return Ok(Some(None)),
                            }
                        }
                    }
                }
                for (name, value) in keywords {
                    let key = if name.starts_with('*') { value.clone() } else { Live::Str(name.clone()) };
                    put(&mut pairs, key, value.clone());
                }
                Some(Live::dict(pairs))
            }
            "dict.fromkeys" => {
                let value = args.get(1).cloned().unwrap_or(Live::None);
                let Ok(keys) = self.items_of(call, 0)? else { return Ok(Some(None)) };
                let keys = self.distinct(keys)?;
                Some(Live::dict(keys.into_iter().map(|key| (key, value.clone())).collect()))
            }
            "len" => match first.map(|it| unmixed(it).unwrap_or(it)) {
                Some(text @ Live::Str(_)) => match self.assume(text) {
                    Live::Str(text) => Some(Live::Int(text.chars().count() as i128)),
                    _ => None,
                },
                Some(class @ Live::Class(_))
                    if let Some(made) = self.special(class, "__len__", Vec::new(), scope, span)? =>
                {
                    Some(made)
                }
                Some(Live::Dict(pairs)) => {
                    let pairs = pairs.borrow();
                    (!pairs.iter().any(|(_, value)| value.is_unknown()))
                        .then_some(Live::Int(pairs.len() as i128))
                }
                Some(object @ Live::Instance(instance)) if matches!(instance.class, Live::Class(_)) => {
                    let object = object.clone();
                    match self.optional_attribute(&object, "__len__", scope, span)? {
                        Some(method) => Some(self.call(&method, Vec::new(), Vec::new(), scope, span)?),
                        None => None,
                    }
                }
                Some(Live::List(items) | Live::Set(items)) if self.counted(&items.borrow()).is_some() => {
                    self.counted(&items.borrow())
                }
                _ => self.whole(call)?.map(|items| Live::Int(items.len() as i128)),
            },
            "range" => {
                let numbers: Option<Vec<i128>> = args.iter().map(integer).collect();
                let (from, to, step) = match numbers.as_deref() {
                    Some([to]) => (0, *to, 1),
                    Some([from, to]) => (*from, *to, 1),
                    Some([from, to, step]) if *step != 0 => (*from, *to, *step),
                    _ => return Ok(Some(None)),
                };
                let count = (to - from).checked_div(step).unwrap_or(0).max(0) + 1;
                self.long(usize::try_from(count).unwrap_or(usize::MAX))?;
                let mut numbers = Vec::new();
                let mut at = from;
                while if step > 0 { at < to } else { at > to } {
                    numbers.push(Live::Int(at));
                    at += step;
                }
                Some(Live::list(numbers))
            }
            "reversed" => {
                self.items_of(call, 0)?.ok().map(|items| Live::list(items.into_iter().rev().collect()))
            }
            "sorted" => {
                let items = match self.items_of(call, 0)? {
                    Ok(items) => items,
                    Err(unknown) => vec![unknown],
                };
                let reverse = matches!(call.keyword("reverse"), Some(Live::Bool(true)));
                let key = call.keyword("key");
                self.sorted(items, key.as_ref(), reverse, scope, span)?.map(Live::list)
            }
            "min" | "max" => {
                let candidates = if args.len() == 1 {
                    match self.items_of(call, 0)? {
                        Ok(items) => items,
                        Err(unknown) => vec![unknown],
                    }
                } else {
                    args.to_vec()
                };
                let key = call.keyword("key");
                match self.sorted(candidates, key.as_ref(), name == "max", scope, span)? {
                    Some(sorted) => sorted.first().cloned().or_else(|| call.keyword("default")),
                    None => None,
                }
            }
            "sum" => {
                let Some(items) = self.whole(call)? else { return Ok(Some(None)) };
                let mut total =
                    args.get(1).cloned().or_else(|| call.keyword("start")).unwrap_or(Live::Int(0));
                for item in &items {
                    total = self.binary(&total, Operator::Add, item, scope, span)?;
                }
                Some(total)
            }
            _ => return Ok(None),
        }))
    }
}
