//! Methods of dicts. A key that is not known stands for any number of pairs, and one whose value is not known may not be
//! there.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::branch::Cell;
use super::super::live::*;
use super::super::operator::{equal, find, put_in};
use super::super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    pub(super) fn method_of_dict(
        &mut self,
        pairs: &Rc<RefCell<Pairs>>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let open = pairs.borrow().iter().find(|(key, _)| key.is_unknown()).map(|(key, _)| key.clone());
        let missing = |default: Option<&Live>| open.clone().or_else(|| default.cloned());
        let dict = Live::Dict(pairs.clone());
        Ok(match (name, args) {
            ("__getitem__", [key]) => Some(self.subscript(&dict, key, scope, span)?),
            ("__contains__", [key]) => match find(&pairs.borrow(), key) {
                Some(value) if value.is_unknown() => None,
                Some(_) => Some(Live::Bool(true)),
                None if open.is_none() && !key.is_unknown() => Some(Live::Bool(false)),
                None => None,
            },
            ("get", [key]) if let Some(found) = self.found_by_name(&pairs.borrow(), key) => Some(found),
            ("get", [key, ..]) => {
                if key.is_unknown() {
                    return Ok(Some(self.hiding_all(key, pairs.borrow().iter().map(|(_, value)| value))));
                }
                let found = find(&pairs.borrow(), key).cloned();
                found.or_else(|| missing(Some(args.get(1).unwrap_or(&Live::None))))
            }
            ("setdefault", [key, ..]) if key.is_unknown() => {
                let found = self.hiding_all(key, pairs.borrow().iter().map(|(_, value)| value));
                self.touch(Cell::Dict(pairs.clone()));
                put_in(pairs, key.clone(), found.clone());
                Some(found)
            }
            ("setdefault", [key, ..]) => {
                let found = find(&pairs.borrow(), key).cloned();
                match found {
                    Some(found) => Some(found),
                    None => {
                        let value = missing(Some(args.get(1).unwrap_or(&Live::None))).unwrap_or(Live::None);
                        self.touch(Cell::Dict(pairs.clone()));
                        put_in(pairs, key.clone(), value.clone());
                        Some(value)
                    }
                }
            }
            ("pop", [key, ..]) => {
                self.touch(Cell::Dict(pairs.clone()));
                let at = pairs.borrow().iter().position(|(it, _)| equal(it, key) == Some(true));
                match at {
                    Some(at) => {
                        let value = pairs.borrow_mut().remove(at).1;
                        if args.len() == 1 {
                            self.may_raise(&value);
                        }
                        Some(value)
                    }
                    None if key.is_unknown() => {
                        self.unsure(&dict, key);
                        self.may_raise(key);
                        Some(key.clone())
                    }
                    None => match missing(args.get(1)) {
                        Some(value) => {
                            if args.len() == 1 {
                                self.may_raise(&value);
                            }
                            Some(value)
                        }
                        None => {
                            let key = format::repr(key, 5).unwrap_or_default();
                            return self.fails("KeyError", key, scope, span).map(Some);
                        }
                    },
                }
            }
            // Of an `OrderedDict`.
            ("move_to_end", [key]) if keywords.is_empty() && open.is_none() && !key.is_unknown() => {
                self.touch(Cell::Dict(pairs.clone()));
                let at = pairs.borrow().iter().position(|(it, _)| equal(it, key) == Some(true));
                if let Some(at) = at {
                    let pair = pairs.borrow_mut().remove(at);
                    pairs.borrow_mut().push(pair);
                }
                Some(Live::None)
            }
            ("popitem", []) if open.is_none() && keywords.is_empty() => {
                self.touch(Cell::Dict(pairs.clone()));
                let last = pairs.borrow_mut().pop();
                match last {
                    Some((key, value)) => Some(Live::tuple(vec![key, value])),
                    None => return self.fails("KeyError", "popitem", scope, span).map(Some),
                }
            }
            ("update", _) => {
                self.touch(Cell::Dict(pairs.clone()));
                match args.first() {
                    Some(Live::Dict(more)) => {
                        let more = more.borrow().clone();
                        self.steps(pairs.borrow().len().saturating_mul(more.len()) / 64)?;
                        for (key, value) in more {
                            put_in(pairs, key, value);
                        }
                    }
                    Some(other) => {
                        let more =
                            self.call_builtin("dict", std::slice::from_ref(other), &Vec::new(), scope, span)?;
                        match more {
                            Some(Live::Dict(more)) => {
                                let more = more.borrow().clone();
                                more.into_iter().for_each(|(key, value)| put_in(pairs, key, value));
                            }
                            _ => {
                                let why = self.because(
                                    &[other],
                                    scope,
                                    span,
                                    "updates a dict by what is not known",
                                );
                                put_in(pairs, why.clone(), why);
                            }
                        }
                    }
                    None => {}
                }
                for (name, value) in keywords {
                    put_in(pairs, Live::Str(name.clone()), value.clone());
                }
                Some(Live::None)
            }
            ("items", _) => {
                let pair = |(key, value): &(Live, Live)| match value {
                    Live::Unknown(_) => value.clone(),
                    _ => Live::tuple(vec![key.clone(), value.clone()]),
                };
                Some(Live::list(pairs.borrow().iter().map(pair).collect()))
            }
            ("keys", _) => Some(Live::set(keys(&pairs.borrow()))),
            ("values", _) => {
                Some(Live::list(pairs.borrow().iter().map(|(_, value)| value.clone()).collect()))
            }
            ("copy", _) => Some(Live::dict(pairs.borrow().clone())),
            ("clear", _) => {
                self.touch(Cell::Dict(pairs.clone()));
                pairs.borrow_mut().clear();
                Some(Live::None)
            }
            ("popitem" | "move_to_end" | "subtract" | "__setitem__" | "__delitem__" | "__ior__", _) => {
                let values: Vec<&Live> = args.iter().chain(&open).collect();
                let why = self.because(&values, scope, span, &format!("calls `{name}` of a dict"));
                self.unsure(&dict, &why);
                Some(why)
            }
            _ => None,
        })
    }
}

/// What a dict gives when it is gone through.
pub fn keys(pairs: &Pairs) -> Vec<Live> {
    pairs.iter().map(|(key, value)| if value.is_unknown() { value } else { key }.clone()).collect()
}
