//! Methods of sets. An element that is not known stands for any number of them.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::Interpreter;
use super::super::branch::Cell;
use super::super::live::*;
use super::super::operator::equal;
use crate::compile::django::read::syntax::tree::{Comparison, Operator, Span};

impl Interpreter<'_> {
    pub(super) fn method_of_set(
        &mut self,
        items: &Rc<RefCell<Vec<Live>>>,
        name: &str,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let set = Live::Set(items.clone());
        if self.keeps_book(&items.borrow(), name, args) {
            return Ok(Some(Live::None));
        }
        let members: Vec<Live> = args.iter().map(|it| self.member(it.clone())).collect();
        let args = members.as_slice();
        Ok(match (name, args) {
            ("add", [item]) => {
                self.touch(Cell::List(items.clone()));
                if !items.borrow().iter().any(|it| equal(it, item) == Some(true)) {
                    items.borrow_mut().push(item.clone());
                }
                Some(Live::None)
            }
            ("discard" | "remove", [item]) => {
                let equals: Option<Vec<bool>> =
                    items
                        .borrow()
                        .iter()
                        .map(|it| {
                            if it.is_unknown() && !item.is_unknown() { Some(false) } else { equal(it, item) }
                        })
                        .collect();
                self.touch(Cell::List(items.clone()));
                match equals {
                    Some(equals)
                        if name == "remove"
                            && self.catching > 0
                            && !equals.contains(&true)
                            && !items.borrow().iter().any(Live::is_unknown) =>
                    {
                        return Err(self.raise("KeyError", "there is no such element"));
                    }
                    Some(equals) => {
                        let mut equals = equals.into_iter();
                        items.borrow_mut().retain(|_| equals.next() != Some(true));
                    }
                    None => {
                        let why =
                            self.because(&[item], scope, span, "takes something not known out of a set");
                        self.unsure(&set, &why);
                    }
                }
                Some(Live::None)
            }
            ("update" | "union", more) => {
                let mut all = items.borrow().clone();
                for more in more {
                    all.extend(self.iterate(more, scope, span)?.unwrap_or_else(|unknown| vec![unknown]));
                }
                let all = self.distinct(all)?;
                if name == "union" {
                    return Ok(Some(Live::set(all)));
                }
                self.touch(Cell::List(items.clone()));
                *items.borrow_mut() = all;
                Some(Live::None)
            }
            (
                "difference"
                | "intersection"
                | "symmetric_difference"
                | "issubset"
                | "issuperset"
                | "isdisjoint",
                more,
            ) if !more.is_empty() || matches!(name, "difference" | "intersection") => {
                let mut made = Live::set(items.borrow().clone());
                for other in more {
                    let other = match self.iterate(other, scope, span)? {
                        Ok(items) => Live::set(self.distinct(items)?),
                        Err(unknown) => return Ok(Some(unknown)),
                    };
                    made = match name {
                        "difference" => self.binary(&made, Operator::Sub, &other, scope, span)?,
                        "intersection" => self.binary(&made, Operator::And, &other, scope, span)?,
                        "symmetric_difference" => self.binary(&made, Operator::Xor, &other, scope, span)?,
                        "issubset" => self.compare(&made, Comparison::LessOrEqual, &other, scope, span)?,
                        "issuperset" => {
                            self.compare(&made, Comparison::GreaterOrEqual, &other, scope, span)?
                        }
                        _ => {
                            let both = self.binary(&made, Operator::And, &other, scope, span)?;
                            match self.truth(&both, scope, span)? {
                                Ok(is_filled) => Live::Bool(!is_filled),
                                Err(why) => Live::Unknown(why),
                            }
                        }
                    };
                }
                Some(made)
            }
            ("copy", _) => Some(Live::set(items.borrow().clone())),
            ("clear", _) => {
                self.touch(Cell::List(items.clone()));
                items.borrow_mut().clear();
                Some(Live::None)
            }
            ("pop" | "difference_update" | "intersection_update" | "symmetric_difference_update", _) => {
                let why = self.because(&[], scope, span, &format!("calls `{name}` of a set"));
                self.unsure(&set, &why);
                Some(why)
            }
            _ => None,
        })
    }
}
