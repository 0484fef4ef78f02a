//! Methods of strings, lists, dicts, sets and paths.

mod path;
mod text;

use std::rc::Rc;
use std::sync::Arc;

use super::branch::Cell;
use super::live::*;
use super::operator::{equal, find, integer, put, put_unknown};
use super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::Span;

pub use text::title;

impl Interpreter<'_> {
    pub fn call_method(
        &mut self,
        receiver: &Live,
        name: &Arc<str>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let open = keywords.iter().any(|(name, _)| name.starts_with('*'));
        let args: Vec<Live> = args.iter().map(|arg| self.force(arg)).collect::<Result<_, _>>()?;
        let result = match receiver {
            // Whatever is put into a list by an unknown number of arguments.
            _ if open => None,
            Live::Str(text) => self.method_of_text(text, name, &args, &keywords, scope, span)?,
            Live::List(items) => self.method_of_list(items, name, &args, &keywords, scope, span)?,
            Live::Tuple(items) => match (&**name, args.first()) {
                ("index", Some(item)) => position(items, item),
                ("count", Some(item)) => count(items, item),
                _ => None,
            },
            Live::Dict(pairs) => self.method_of_dict(pairs, name, &args, &keywords, scope, span)?,
            Live::Set(items) => self.method_of_set(items, name, &args, scope, span)?,
            Live::Path(_) if &**name == "open" => {
                let args = [receiver.clone()].into_iter().chain(args.iter().cloned()).collect();
                Some(self.outside_instance("builtins.open", args, keywords.clone(), scope, span))
            }
            Live::Path(path) => self.method_of_path(path, name, &args)?,
            Live::Bytes(bytes) => match &**name {
                "decode" => std::str::from_utf8(bytes).ok().map(Live::str),
                _ => None,
            },
            Live::Instance(instance) => {
                self.method_of_outside(instance, receiver, name, &args, &keywords, scope, span)?
            }
            _ => None,
        };
        Ok(match result {
            Some(value) => value,
            None => {
                let reason = format!("calls `{name}` of {}", format::kind(receiver));
                let values: Vec<&Live> = args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                self.because(&values, scope, span, &reason)
            }
        })
    }

    fn method_of_list(
        &mut self,
        items: &Rc<std::cell::RefCell<Vec<Live>>>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let changes =
            matches!(name, "append" | "extend" | "insert" | "remove" | "pop" | "clear" | "sort" | "reverse");
        if changes {
            self.touch(Cell::List(items.clone()));
        }
        match (name, args) {
            ("append", [item]) => items.borrow_mut().push(item.clone()),
            ("extend", [more]) => {
                let more = self.iterate(more, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
                items.borrow_mut().extend(more);
                let length = items.borrow().len();
                self.long(length)?;
            }
            ("insert", [at, item]) => {
                let mut items = items.borrow_mut();
                let length = items.len() as i128;
                let at = integer(at).map(|at| (if at < 0 { at + length } else { at }).clamp(0, length));
                match at.and_then(|at| usize::try_from(at).ok()) {
                    Some(at) => items.insert(at, item.clone()),
                    None => items.push(item.clone()),
                }
            }
            ("remove", [item]) => {
                let mut items = items.borrow_mut();
                match items.iter().position(|it| equal(it, item) == Some(true)) {
                    Some(at) => {
                        items.remove(at);
                    }
                    None if item.is_unknown() || items.iter().any(Live::is_unknown) => {}
                    None => return Err(self.raise("ValueError", "the list has no such element")),
                }
            }
            ("pop", _) => {
                let mut items = items.borrow_mut();
                let length = items.len() as i128;
                let at =
                    args.first().map_or(Some(-1), integer).map(|at| if at < 0 { at + length } else { at });
                let at = at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < items.len());
                return Ok(at.map(|at| items.remove(at)));
            }
            ("clear", _) => items.borrow_mut().clear(),
            ("reverse", _) => items.borrow_mut().reverse(),
            ("sort", _) => {
                let key = keywords.iter().find(|(it, _)| &**it == "key").map(|(_, value)| value.clone());
                let reverse = keywords
                    .iter()
                    .any(|(it, value)| &**it == "reverse" && matches!(value, Live::Bool(true)));
                let content = items.borrow().clone();
                if let Some(sorted) = self.sorted(content, key.as_ref(), reverse, scope, span)? {
                    *items.borrow_mut() = sorted;
                }
            }
            ("copy", _) => return Ok(Some(Live::list(items.borrow().clone()))),
            ("index", [item]) => return Ok(position(&items.borrow(), item)),
            ("count", [item]) => return Ok(count(&items.borrow(), item)),
            _ => return Ok(None),
        }
        Ok(Some(Live::None))
    }

    fn method_of_dict(
        &mut self,
        pairs: &Rc<std::cell::RefCell<Pairs>>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let open = pairs.borrow().iter().find(|(key, _)| key.is_unknown()).map(|(key, _)| key.clone());
        let missing = |default: Option<&Live>| open.clone().or_else(|| default.cloned());
        Ok(match (name, args) {
            ("__getitem__", [key]) => {
                let object = Live::Dict(pairs.clone());
                Some(self.subscript(&object, key, scope, span)?)
            }
            ("__contains__", [key]) => match find(&pairs.borrow(), key) {
                Some(_) => Some(Live::Bool(true)),
                None if open.is_none() && !key.is_unknown() => Some(Live::Bool(false)),
                None => None,
            },
            ("get", [key, ..]) => {
                if key.is_unknown() {
                    return Ok(Some(key.clone()));
                }
                let found = find(&pairs.borrow(), key).cloned();
                found.or_else(|| missing(Some(args.get(1).unwrap_or(&Live::None))))
            }
            ("setdefault", [key, ..]) => {
                let found = find(&pairs.borrow(), key).cloned();
                match found {
                    Some(found) => Some(found),
                    None => {
                        let value = missing(Some(args.get(1).unwrap_or(&Live::None))).unwrap_or(Live::None);
                        self.touch(Cell::Dict(pairs.clone()));
                        put(&mut pairs.borrow_mut(), key.clone(), value.clone());
                        Some(value)
                    }
                }
            }
            ("pop", [key, ..]) => {
                self.touch(Cell::Dict(pairs.clone()));
                let at = pairs.borrow().iter().position(|(it, _)| equal(it, key) == Some(true));
                match at {
                    Some(at) => Some(pairs.borrow_mut().remove(at).1),
                    None => match missing(args.get(1)) {
                        Some(value) => Some(value),
                        None if key.is_unknown() => None,
                        None => {
                            let key = format::repr(key, 5).unwrap_or_default();
                            return self.fails("KeyError", key, scope, span).map(Some);
                        }
                    },
                }
            }
            ("update", _) => {
                self.touch(Cell::Dict(pairs.clone()));
                match args.first() {
                    Some(Live::Dict(more)) => {
                        let more = more.borrow().clone();
                        self.steps(pairs.borrow().len().saturating_mul(more.len()) / 64)?;
                        for (key, value) in more {
                            put(&mut pairs.borrow_mut(), key, value);
                        }
                    }
                    Some(other) => {
                        let unknown =
                            self.because(&[other], scope, span, "updates a dict by what is not known");
                        put_unknown(&mut pairs.borrow_mut(), unknown);
                    }
                    None => {}
                }
                for (name, value) in keywords {
                    put(&mut pairs.borrow_mut(), Live::Str(name.clone()), value.clone());
                }
                Some(Live::None)
            }
            ("items", _) => {
                let pair = |(key, value): &(Live, Live)| match key {
                    Live::Unknown(_) => key.clone(),
                    _ => Live::tuple(vec![key.clone(), value.clone()]),
                };
                Some(Live::list(pairs.borrow().iter().map(pair).collect()))
            }
            ("keys", _) => Some(Live::list(pairs.borrow().iter().map(|(key, _)| key.clone()).collect())),
            ("values", _) => {
                Some(Live::list(pairs.borrow().iter().map(|(_, value)| value.clone()).collect()))
            }
            ("copy", _) => Some(Live::dict(pairs.borrow().clone())),
            ("clear", _) => {
                self.touch(Cell::Dict(pairs.clone()));
                pairs.borrow_mut().clear();
                Some(Live::None)
            }
            _ => None,
        })
    }

    fn method_of_set(
        &mut self,
        items: &Rc<std::cell::RefCell<Vec<Live>>>,
        name: &str,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        self.touch(Cell::List(items.clone()));
        Ok(match (name, args) {
            ("add", [item]) => {
                if !items.borrow().iter().any(|it| equal(it, item) == Some(true)) {
                    items.borrow_mut().push(item.clone());
                }
                Some(Live::None)
            }
            ("discard" | "remove", [item]) => {
                items.borrow_mut().retain(|it| equal(it, item) != Some(true));
                Some(Live::None)
            }
            ("update" | "union", [more]) => {
                let more = self.iterate(more, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
                let all = items.borrow().iter().cloned().chain(more).collect();
                let all = self.distinct(all)?;
                if name == "union" {
                    return Ok(Some(Live::set(all)));
                }
                *items.borrow_mut() = all;
                Some(Live::None)
            }
            ("copy", _) => Some(Live::set(items.borrow().clone())),
            _ => None,
        })
    }
}

fn position(items: &[Live], item: &Live) -> Option<Live> {
    items
        .iter()
        .take_while(|it| !it.is_unknown())
        .position(|it| equal(it, item) == Some(true))
        .map(|at| Live::Int(at as i128))
}

fn count(items: &[Live], item: &Live) -> Option<Live> {
    let equals: Option<Vec<bool>> = items.iter().map(|it| equal(it, item)).collect();
    Some(Live::Int(equals?.into_iter().filter(|it| *it).count() as i128))
}
