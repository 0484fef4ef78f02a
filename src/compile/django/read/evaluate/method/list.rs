//! Methods of lists. An element that is not known stands for any number of them, so that what is behind it has no place.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::Interpreter;
use super::super::branch::Cell;
use super::super::live::*;
use super::super::operator::{equal, integer};
use super::count;
use crate::compile::django::read::syntax::tree::Span;

/// What an index leads to.
pub enum Place {
    At(usize),
    /// `IndexError`
    Beyond,
    Unclear,
}

/// The element that an index means.
pub fn place(items: &[Live], index: i128) -> Place {
    let (front, back) = ends(items);
    let from_end = index.checked_neg().and_then(|it| usize::try_from(it).ok());
    let from_start = usize::try_from(index).ok();
    match (from_start, from_end) {
        (Some(at), _) if at < front => Place::At(at),
        (None, Some(at)) if at <= back => Place::At(items.len() - at),
        _ if front == items.len() => Place::Beyond,
        _ => Place::Unclear,
    }
}

/// The gap between two elements that a bound of a slice means, or a place to insert something at.
pub fn gap(items: &[Live], bound: i128) -> Option<usize> {
    let (front, back) = ends(items);
    let is_known = front == items.len();
    if bound >= 0 {
        let at = usize::try_from(bound).unwrap_or(usize::MAX);
        return (is_known || at <= front).then_some(at.min(items.len()));
    }
    let at = usize::try_from(bound.unsigned_abs()).unwrap_or(usize::MAX);
    (is_known || at <= back).then_some(items.len().saturating_sub(at))
}

/// How many elements are known before the first that is not, and behind the last.
fn ends(items: &[Live]) -> (usize, usize) {
    let count = items.len();
    let front = items.iter().position(Live::is_unknown).unwrap_or(count);
    let back = items.iter().rev().position(Live::is_unknown).unwrap_or(count);
    (front, back)
}

impl Interpreter<'_> {
    pub(super) fn method_of_list(
        &mut self,
        items: &Rc<RefCell<Vec<Live>>>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        if self.keeps_book(&items.borrow(), name, args) {
            return Ok(Some(Live::None));
        }
        match (name, args) {
            ("copy", _) => return Ok(Some(Live::list(items.borrow().clone()))),
            ("index", [item]) => {
                let item = self.assume(item);
                return self.position(&items.borrow(), &item, scope, span);
            }
            ("count", [item]) => return Ok(count(&items.borrow(), &self.assume(item))),
            _ if !CHANGES.contains(&name) => return Ok(None),
            _ => self.touch(Cell::List(items.clone())),
        }
        let is_done = match (name, args) {
            ("append", [item]) => {
                items.borrow_mut().push(item.clone());
                true
            }
            ("extend" | "__iadd__", [more]) => {
                self.extend(items, more, scope, span)?;
                true
            }
            ("insert", [at, item]) => {
                let mut items = items.borrow_mut();
                let at = integer(at).and_then(|at| gap(&items, at));
                at.map(|at| items.insert(at, item.clone())).is_some()
            }
            ("remove", [item]) => {
                // What is compared may hold the list itself.
                let found = items
                    .borrow()
                    .iter()
                    .enumerate()
                    .map(|(at, it)| (at, equal(it, item)))
                    .find(|(_, it)| *it != Some(false));
                match found {
                    Some((at, Some(_))) => {
                        items.borrow_mut().remove(at);
                        true
                    }
                    Some((_, None)) => false,
                    None => return Err(self.raise("ValueError", "the list has no such element")),
                }
            }
            ("pop", _) => {
                let mut list = items.borrow_mut();
                match args.first().map_or(Some(-1), integer).map(|at| place(&list, at)) {
                    Some(Place::At(at)) => return Ok(Some(list.remove(at))),
                    Some(Place::Beyond) => {
                        drop(list);
                        return self.fails("IndexError", "pop index out of range", scope, span).map(Some);
                    }
                    Some(Place::Unclear) | None => false,
                }
            }
            ("clear", _) => {
                items.borrow_mut().clear();
                true
            }
            ("reverse", _) => {
                items.borrow_mut().reverse();
                true
            }
            ("sort", _) => {
                let keyword = |name| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value);
                let reverse = match keyword("reverse") {
                    None => Ok(false),
                    Some(value) => self.truth(&value.clone(), scope, span)?,
                };
                let content = items.borrow().clone();
                let sorted = match reverse {
                    Ok(reverse) => self.sorted(content, keyword("key"), reverse, scope, span)?,
                    Err(_) => None,
                };
                sorted.map(|sorted| *items.borrow_mut() = sorted).is_some()
            }
            _ => false,
        };
        if is_done {
            return Ok(Some(Live::None));
        }
        let list = Live::List(items.clone());
        let values: Vec<Live> = args.iter().chain(items.borrow().iter()).cloned().collect();
        let values: Vec<&Live> = values.iter().collect();
        let why = self.because(&values, scope, span, &format!("calls `{name}` of a list"));
        self.unsure(&list, &why);
        if matches!(name, "pop" | "remove" | "__delitem__") {
            self.may_raise(&why);
        }
        Ok(Some(if name == "pop" { why } else { Live::None }))
    }
}

const CHANGES: [&str; 11] = [
    "append",
    "extend",
    "insert",
    "remove",
    "pop",
    "clear",
    "reverse",
    "sort",
    "__iadd__",
    "__setitem__",
    "__delitem__",
];
