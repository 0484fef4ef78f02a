//! What followed code makes of the answers that only the database has: see [`Clue`].

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::clue::{Clue, Condition, Listed};
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::{Comparison, Span, Stmt, StmtKind};

/// The same, of which nothing is known: what comes of it is something else.
pub fn plain(unknown: &Arc<Unknown>) -> Arc<Unknown> {
    match unknown.clue {
        None => unknown.clone(),
        Some(_) => Arc::new(Unknown { clue: None, ..Unknown::clone(unknown) }),
    }
}

fn with(unknown: &Unknown, clue: Clue) -> Live {
    Live::Unknown(Arc::new(Unknown { clue: Some(Arc::new(clue)), ..unknown.clone() }))
}

/// It is not known, but hangs on this.
pub fn holds(why: &Unknown, condition: Condition) -> Live {
    with(why, Clue::Holds(condition))
}

pub fn clue(value: &Live) -> Option<&Clue> {
    match value {
        Live::Unknown(unknown) => unknown.clue.as_deref(),
        _ => None,
    }
}

/// A row that a loop looks for: what it hangs on whether there is one, and what is done with it.
pub struct LookedFor<'s> {
    pub row: Live,
    pub why: Arc<Unknown>,
    pub then: &'s [Stmt],
}

impl Interpreter<'_> {
    pub(super) fn clued(&self, scope: &Scope, span: Span, reason: &str, clue: Clue) -> Live {
        match self.unknown(scope, span, reason) {
            Live::Unknown(unknown) => with(&unknown, clue),
            other => other,
        }
    }

    /// Whether a name is among those of a list.
    fn asked(&mut self, listed: &Listed, name: &Arc<str>) -> Option<Condition> {
        self.handed.as_mut()?.ask(listed, name).map(Condition::There)
    }

    /// What the truth of a value hangs on.
    pub(super) fn condition(&self, value: &Live) -> Option<Condition> {
        let handed = self.handed.as_ref()?;
        let condition = match value {
            Live::Unknown(unknown) => match unknown.clue.as_deref()? {
                Clue::Holds(it) | Clue::Found(it) | Clue::Count(it) => it,
                Clue::Row(_) | Clue::NameIn(_) | Clue::Named(..) | Clue::Answer(_) | Clue::Version(_) => {
                    return None;
                }
            },
            Live::List(items) | Live::Set(items) => return found_in(&items.borrow()),
            Live::Tuple(items) => return found_in(items),
            _ => return None,
        };
        handed.knows(condition).then(|| condition.clone())
    }

    /// Why it is not known whether `value` is true, with what it hangs on.
    pub(super) fn hanging_on(&self, value: &Live, why: Arc<Unknown>) -> Arc<Unknown> {
        match self.condition(value) {
            Some(condition) => {
                Arc::new(Unknown { clue: Some(Arc::new(Clue::Holds(condition))), ..Unknown::clone(&why) })
            }
            None => why,
        }
    }

    /// As [`hanging_on`](Self::hanging_on): what runs unless one of these has ended it.
    pub(super) fn unless(&self, ended: &[(Flow, Arc<Unknown>)], why: &Arc<Unknown>) -> Arc<Unknown> {
        let conditions = ended.iter().map(|(_, why)| self.condition_of(why)).collect::<Option<Vec<_>>>();
        let clue = conditions.map(|it| Arc::new(Clue::Holds(Condition::any(it).negated())));
        if clue.is_none() { plain(why) } else { Arc::new(Unknown { clue, ..Unknown::clone(why) }) }
    }

    pub(super) fn condition_of(&self, why: &Arc<Unknown>) -> Option<Condition> {
        match why.clue.as_deref()? {
            Clue::Holds(it) if self.handed.as_ref()?.knows(it) => Some(it.clone()),
            _ => None,
        }
    }

    /// The other way round.
    pub(super) fn reversed(&self, why: &Arc<Unknown>) -> Arc<Unknown> {
        match self.condition_of(why) {
            Some(condition) => {
                let clue = Some(Arc::new(Clue::Holds(condition.negated())));
                Arc::new(Unknown { clue, ..Unknown::clone(why) })
            }
            None => plain(why),
        }
    }

    /// What may have ended a branch that is taken on this condition.
    pub(super) fn ended_on(
        &self,
        condition: Option<&Condition>,
        maybe: Vec<(Flow, Arc<Unknown>)>,
    ) -> Vec<(Flow, Arc<Unknown>)> {
        let both = |why: Arc<Unknown>| match (condition, self.condition_of(&why)) {
            (Some(outer), Some(inner)) => {
                let clue = Some(Arc::new(Clue::Holds(Condition::all(vec![outer.clone(), inner]))));
                Arc::new(Unknown { clue, ..Unknown::clone(&why) })
            }
            _ => plain(&why),
        };
        if self.handed.is_none() {
            return maybe;
        }
        maybe.into_iter().map(|(flow, why)| (flow, both(why))).collect()
    }

    /// `a` if the condition holds, else `b`.
    pub(super) fn choice(&self, a: &Live, b: &Live, why: &Arc<Unknown>) -> Option<Live> {
        let condition = self.condition_of(why)?;
        let clue = match (a, b) {
            (Live::None, row) => {
                let Some(Clue::Found(found)) = clue(row) else { return None };
                Clue::Found(Condition::all(vec![condition.negated(), found.clone()]))
            }
            (row, Live::None) => {
                let Some(Clue::Found(found)) = clue(row) else { return None };
                Clue::Found(Condition::all(vec![condition, found.clone()]))
            }
            (a, b) => {
                let (a, b) = (self.truth_value(a)?, self.truth_value(b)?);
                let not = condition.clone().negated();
                Clue::Holds(match (a, b) {
                    (Ok(true), Ok(false)) => condition,
                    (Ok(false), Ok(true)) => not,
                    (Ok(true), Err(b)) => Condition::any(vec![condition, b]),
                    (Ok(false), Err(b)) => Condition::all(vec![not, b]),
                    (Err(a), Ok(true)) => Condition::any(vec![not, a]),
                    (Err(a), Ok(false)) => Condition::all(vec![condition, a]),
                    (Err(a), Err(b)) => {
                        Condition::any(vec![Condition::all(vec![condition, a]), Condition::all(vec![not, b])])
                    }
                    (Ok(true), Ok(true)) | (Ok(false), Ok(false)) => return None,
                })
            }
        };
        Some(with(why, clue))
    }

    /// A truth that is known, or what it hangs on.
    fn truth_value(&self, value: &Live) -> Option<Result<bool, Condition>> {
        match value {
            Live::Bool(it) => Some(Ok(*it)),
            value => match clue(value)? {
                Clue::Holds(_) => self.condition(value).map(Err),
                Clue::Row(_)
                | Clue::NameIn(_)
                | Clue::Named(..)
                | Clue::Found(_)
                | Clue::Answer(_)
                | Clue::Version(_)
                | Clue::Count(_) => None,
            },
        }
    }

    /// An attribute of what a question gave.
    pub(super) fn attribute_of_clue(&mut self, unknown: &Arc<Unknown>, name: &str) -> Live {
        match unknown.clue.as_deref() {
            Some(Clue::Found(Condition::There(number))) if name == "null_ok" => {
                match self.handed.as_mut().and_then(|it| it.ask_nullable(*number)) {
                    Some(asked) => with(unknown, Clue::Holds(Condition::There(asked))),
                    None => Live::Unknown(plain(unknown)),
                }
            }
            Some(Clue::Row(listed)) if name == "name" => with(unknown, Clue::NameIn(listed.clone())),
            Some(Clue::Version(_) | Clue::NameIn(_)) => {
                let callee = Callee::Method(name.into());
                Live::Bound(Rc::new(Bound { callee, receiver: Live::Unknown(unknown.clone()) }))
            }
            _ => Live::Unknown(plain(unknown)),
        }
    }

    /// What a dict has under a name that holds all that a question gave, each under its own.
    pub(super) fn found_by_name(&mut self, pairs: &[(Live, Live)], name: &Live) -> Option<Live> {
        let ([(key, row)], Live::Str(name)) = (pairs, name) else { return None };
        let (Some(Clue::NameIn(listed)), Some(Clue::Row(of) | Clue::NameIn(of)), Live::Unknown(why)) =
            (clue(key), clue(row), row)
        else {
            return None;
        };
        if listed.kind != of.kind || listed.table != of.table || listed.after != of.after {
            return None;
        }
        let (listed, why) = (listed.clone(), why.clone());
        let condition = self.asked(&listed, name)?;
        Some(with(&why, Clue::Found(condition)))
    }

    /// An element of what a question gave.
    pub(super) fn element_of_clue(&self, unknown: &Arc<Unknown>, index: &Live) -> Option<Live> {
        let clue = match (unknown.clue.as_deref()?, index) {
            (Clue::Row(listed), Live::Int(at)) if listed.name_at.is_some_and(|it| it as i128 == *at) => {
                Clue::NameIn(listed.clone())
            }
            (Clue::Answer(value), Live::Int(0)) => Clue::clone(value),
            _ => return Some(Live::Unknown(plain(unknown))),
        };
        Some(with(unknown, clue))
    }

    /// A comparison with what a question gave; `None` where it is one of any two values.
    pub(super) fn compare_clue(&mut self, left: &Live, how: Comparison, right: &Live) -> Option<Live> {
        self.handed.as_ref()?;
        let holds = |why: &Arc<Unknown>, condition: Condition, is: bool| {
            let condition = if is { condition } else { condition.negated() };
            Some(with(why, Clue::Holds(condition)))
        };
        if matches!(how, Comparison::In | Comparison::NotIn) {
            if let (Live::Str(part), Some(Clue::Version(own))) = (left, clue(right)) {
                return is_in_version(part, own).map(|is| Live::Bool(is == (how == Comparison::In)));
            }
            let items = match right {
                Live::List(items) | Live::Set(items) => items.borrow().clone(),
                Live::Tuple(items) => items.to_vec(),
                Live::Dict(pairs) => super::method::keys(&pairs.borrow()),
                _ => return None,
            };
            // What else is in it is known, and something else.
            let [Live::Unknown(why)] = items.as_slice() else { return None };
            let (Some(Clue::NameIn(listed)), Live::Str(name)) = (why.clue.as_deref(), left) else {
                return None;
            };
            let asked = self.asked(listed, name)?;
            return holds(why, asked, how == Comparison::In);
        }
        let (why, other, is_left) = match (left, right) {
            (Live::Unknown(why), other) if why.clue.is_some() => (why, other, true),
            (other, Live::Unknown(why)) if why.clue.is_some() => (why, other, false),
            _ => return None,
        };
        match (why.clue.as_deref()?, how, other) {
            (Clue::NameIn(listed), Comparison::Equal, Live::Str(name)) => {
                Some(with(why, Clue::Named(listed.clone(), name.clone())))
            }
            (Clue::Found(it), Comparison::Is | Comparison::Equal, Live::None) => {
                holds(why, it.clone(), false)
            }
            (Clue::Found(it), Comparison::IsNot | Comparison::NotEqual, Live::None) => {
                holds(why, it.clone(), true)
            }
            (Clue::Holds(it), Comparison::Is | Comparison::Equal, Live::Bool(is)) => {
                holds(why, it.clone(), *is)
            }
            (Clue::Count(it), Comparison::Equal, Live::Int(0)) => holds(why, it.clone(), false),
            (Clue::Count(it), Comparison::NotEqual, Live::Int(0)) => holds(why, it.clone(), true),
            (Clue::Count(it), Comparison::Greater, Live::Int(0)) if is_left => holds(why, it.clone(), true),
            (Clue::Count(it), Comparison::GreaterOrEqual, Live::Int(1)) if is_left => {
                holds(why, it.clone(), true)
            }
            _ => None,
        }
    }

    /// `any(…)`, and `all(…)`.
    pub(super) fn quantified(&mut self, items: &[Live], all: bool) -> Option<Live> {
        self.handed.as_ref()?;
        let mut because = None;
        let mut conditions = Vec::new();
        for item in items {
            match (item, clue(item)) {
                (Live::Bool(it), _) if *it == all => {}
                (Live::Unknown(why), Some(Clue::Named(listed, name))) if !all => {
                    conditions.push(self.asked(listed, name)?);
                    because = Some(why);
                }
                (Live::Unknown(why), Some(_)) => {
                    conditions.push(self.condition(item)?);
                    because = Some(why);
                }
                _ => return None,
            }
        }
        let condition = if all { Condition::all(conditions) } else { Condition::any(conditions) };
        Some(with(because?, Clue::Holds(condition)))
    }

    /// `existing.add(name)`: code that notes in a list what it has just made or taken away, of which it is not asked again.
    pub(super) fn keeps_book(&mut self, items: &[Live], method: &str, args: &[Live]) -> bool {
        let ([row], [Live::Str(name)], "add" | "append" | "discard" | "remove") = (items, args, method)
        else {
            return false;
        };
        let (Some(Clue::NameIn(listed)), Some(handed)) = (clue(row), &mut self.handed) else { return false };
        handed.noted.push((listed.clone(), name.clone()));
        true
    }

    /// How many there are, of what a comprehension has found.
    pub(super) fn counted(&self, items: &[Live]) -> Option<Live> {
        let ([Live::Unknown(why)], Some(condition)) = (items, found_in(items)) else { return None };
        self.handed.as_ref()?.knows(&condition).then(|| with(why, Clue::Count(condition)))
    }

    /// An element of a comprehension over a list that was asked for, which has passed its conditions.
    pub(super) fn passed(&mut self, element: &Live, conditions: &[Live]) -> Option<Live> {
        let mut all = Vec::new();
        for condition in conditions {
            all.push(match clue(condition)? {
                Clue::Named(listed, name) => self.asked(listed, name)?,
                Clue::Row(_)
                | Clue::NameIn(_)
                | Clue::Found(_)
                | Clue::Answer(_)
                | Clue::Version(_)
                | Clue::Count(_)
                | Clue::Holds(_) => self.condition(condition)?,
            });
        }
        match (element, all.is_empty()) {
            (Live::Unknown(it), true) if it.clue.is_some() => Some(element.clone()),
            (_, true) => None,
            (_, false) => match conditions.first()? {
                Live::Unknown(why) => Some(with(why, Clue::Found(Condition::all(all)))),
                _ => None,
            },
        }
    }

    /// `for row in …: if row.name == "it": …` runs its body for one row, or for none.
    pub(super) fn looked_for<'s>(
        &mut self,
        item: &Live,
        body: &'s [Stmt],
        scope: &Rc<Scope>,
        bind: impl FnOnce(&mut Self, Live) -> Result<(), Stop>,
    ) -> Result<Option<LookedFor<'s>>, Stop> {
        let (
            [Stmt { kind: StmtKind::If { test, then, otherwise }, .. }],
            Some(Clue::Row(_) | Clue::NameIn(_)),
        ) = (body, clue(item))
        else {
            return Ok(None);
        };
        if self.handed.is_none() || !otherwise.is_empty() {
            return Ok(None);
        }
        bind(self, item.clone())?;
        let value = self.eval(test, scope)?;
        let (Live::Unknown(why), Some(Clue::Named(listed, name))) = (&value, clue(&value)) else {
            return Ok(None);
        };
        let Some(condition) = self.asked(listed, name) else { return Ok(None) };
        let row = with(why, Clue::Found(condition));
        let why = self.hanging_on(&row, plain(why));
        Ok(Some(LookedFor { row, why, then: then.as_slice() }))
    }
}

/// What a method makes of a text that is not known.
pub fn method_of_clue(unknown: &Unknown, name: &str, args: &[Live]) -> Option<Live> {
    let clue = match (unknown.clue.as_deref()?, name, args) {
        (Clue::Version(own), "lower" | "casefold", []) => Clue::Version(own.to_lowercase().into()),
        (Clue::Version(own), "upper", []) => Clue::Version(own.to_uppercase().into()),
        (it @ Clue::Version(_), "decode", _) | (it @ (Clue::Version(_) | Clue::NameIn(_)), "strip", []) => {
            it.clone()
        }
        (Clue::NameIn(listed), "lower" | "casefold", []) => {
            Clue::NameIn(Listed { folded: true, ..listed.clone() })
        }
        _ => return None,
    };
    Some(with(unknown, clue))
}

/// Whether the name of a server stands in a version with this name, if any.
fn is_in_version(part: &str, own: &str) -> Option<bool> {
    let is_name = ["mariadb", "postgresql"].contains(&&*part.to_lowercase());
    is_name.then(|| part == own)
}

/// What it hangs on whether there is one element or none.
fn found_in(items: &[Live]) -> Option<Condition> {
    match items {
        [only] => match clue(only)? {
            Clue::Found(it) => Some(it.clone()),
            Clue::Row(_)
            | Clue::NameIn(_)
            | Clue::Named(..)
            | Clue::Answer(_)
            | Clue::Version(_)
            | Clue::Count(_)
            | Clue::Holds(_) => None,
        },
        _ => None,
    }
}
