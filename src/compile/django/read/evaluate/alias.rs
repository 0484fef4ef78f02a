//! What has two names of which a condition may have given one to another: a change by the one name leaves the other in
//! doubt.
//!
//! Two lists that a condition chooses from become one that is linked to both. Where no value can stand for both there is
//! only an unknown one, and what it hides is kept with it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::{Rc, Weak};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::Interpreter;
use super::branch::Cell;
use super::clue::plain;
use super::live::*;
use super::stream::WAITING;
use crate::compile::django::project::Unknown;

/// How deep lists within lists are looked for what can be changed.
const MAX_DEPTH: u32 = 4;
/// Among the attributes of an object: that there may be others.
pub const OPEN: &str = "*open";
/// So many cells that are gone may be remembered.
const MANY: usize = 64;

#[derive(Default)]
pub struct Aliases {
    /// By the places of cells, which live as long as they are here.
    links: HashMap<*const (), Linked, RandomState>,
    hidden: HashMap<*const Unknown, Hidden, RandomState>,
    /// How many cells were there when the dead ones were last forgotten.
    alive: usize,
    /// What is being left in doubt just now.
    is_at_work: bool,
}

struct Linked {
    cell: WeakCell,
    why: Arc<Unknown>,
    /// What it may be.
    others: Vec<*const ()>,
}

struct Hidden {
    /// Kept so that no other comes to lie in its place.
    unknown: Arc<Unknown>,
    values: Vec<Live>,
}

enum WeakCell {
    List(Weak<RefCell<Vec<Live>>>),
    Dict(Weak<RefCell<Pairs>>),
    Names(Weak<RefCell<Names>>),
}

impl WeakCell {
    fn of(cell: &Cell) -> Self {
        match cell {
            Cell::List(it) => Self::List(Rc::downgrade(it)),
            Cell::Dict(it) => Self::Dict(Rc::downgrade(it)),
            Cell::Names(it) => Self::Names(Rc::downgrade(it)),
        }
    }

    fn cell(&self) -> Option<Cell> {
        match self {
            Self::List(it) => it.upgrade().map(Cell::List),
            Self::Dict(it) => it.upgrade().map(Cell::Dict),
            Self::Names(it) => it.upgrade().map(Cell::Names),
        }
    }
}

impl Aliases {
    pub fn has_links(&self) -> bool {
        !self.links.is_empty() && !self.is_at_work
    }

    fn entry(&mut self, cell: &Cell, why: &Arc<Unknown>) -> &mut Linked {
        self.links.entry(cell.place()).or_insert_with(|| Linked {
            cell: WeakCell::of(cell),
            why: why.clone(),
            others: Vec::new(),
        })
    }

    /// `made` may be `of`, and whatever that may be.
    pub fn link(&mut self, made: &Cell, of: &Cell, why: &Arc<Unknown>) {
        if self.links.len() > 2 * self.alive + MANY {
            self.forget_the_dead();
        }
        if made.place() == of.place() {
            return;
        }
        let mut more = vec![of.place()];
        more.extend_from_slice(&self.entry(of, why).others);
        let others = &mut self.entry(made, why).others;
        more.retain(|it| !others.contains(it) && *it != made.place());
        others.extend(more);
    }

    fn forget_the_dead(&mut self) {
        self.links.retain(|_, it| it.cell.cell().is_some());
        self.alive = self.links.len();
        let alive: HashSet<*const (), RandomState> = self.links.keys().copied().collect();
        self.links.values_mut().for_each(|it| it.others.retain(|place| alive.contains(place)));
        self.hidden.retain(|_, it| Arc::strong_count(&it.unknown) > 1);
    }

    /// What a change of a cell may change too.
    fn fellows(&self, cell: &Cell) -> Vec<(Cell, Arc<Unknown>)> {
        let place = cell.place();
        let Some(own) = self.links.get(&place) else { return Vec::new() };
        let is_possible = |(at, it): &(&*const (), &Linked)| {
            **at != place
                && (own.others.contains(at)
                    || it.others.iter().any(|other| *other == place || own.others.contains(other)))
        };
        let live = |(_, it): (&*const (), &Linked)| Some((it.cell.cell()?, it.why.clone()));
        self.links.iter().filter(is_possible).filter_map(live).collect()
    }
}

impl Interpreter<'_> {
    /// Before a cell is changed: what may be the same is in doubt.
    pub(super) fn doubt_fellows(&mut self, cell: &Cell) {
        let fellows = self.aliases.fellows(cell);
        self.leave_in_doubt(fellows);
    }

    pub(super) fn leave_in_doubt(&mut self, cells: Vec<(Cell, Arc<Unknown>)>) {
        let was = std::mem::replace(&mut self.aliases.is_at_work, true);
        for (cell, why) in cells {
            let unknown = Live::Unknown(why.clone());
            match &cell {
                Cell::List(items) => self.unsure(&Live::List(items.clone()), &unknown),
                Cell::Dict(pairs) => self.unsure(&Live::Dict(pairs.clone()), &unknown),
                Cell::Names(names) => {
                    self.touch(cell.clone());
                    let all: Vec<(Arc<str>, Live)> =
                        names.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
                    for (name, value) in all {
                        let unknown = self.hiding(&why, &[&value]);
                        names.borrow_mut().set(name, unknown);
                    }
                    // Others may have come.
                    names.borrow_mut().set(OPEN.into(), unknown);
                }
            }
        }
        self.aliases.is_at_work = was;
    }

    /// An unknown value in the place of these, of which it may be any. What can be changed of them, or called, is kept.
    pub(super) fn hiding(&mut self, why: &Arc<Unknown>, values: &[&Live]) -> Live {
        let mut kept = Vec::new();
        for value in values {
            self.keep_hidden(value, MAX_DEPTH, &mut kept);
        }
        if kept.is_empty() {
            return Live::Unknown(plain(why));
        }
        if self.aliases.hidden.len() > 2 * self.aliases.alive + MANY {
            self.aliases.forget_the_dead();
            self.aliases.alive = self.aliases.alive.max(self.aliases.hidden.len());
        }
        self.charge(kept.len());
        let unknown = Arc::new(Unknown { clue: None, ..Unknown::clone(why) });
        let hidden = Hidden { unknown: unknown.clone(), values: kept };
        self.aliases.hidden.insert(Arc::as_ptr(&unknown), hidden);
        Live::Unknown(unknown)
    }

    fn keep_hidden(&self, value: &Live, depth: u32, kept: &mut Vec<Live>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if kept.iter().any(|it| is_same(it, value)) {
            return;
        }
        match value {
            Live::List(items) | Live::Set(items) => {
                kept.push(value.clone());
                items.borrow().iter().for_each(|it| self.keep_hidden(it, depth, kept));
            }
            Live::Dict(pairs) => {
                kept.push(value.clone());
                pairs.borrow().iter().for_each(|(_, it)| self.keep_hidden(it, depth, kept));
            }
            Live::Tuple(items) => items.iter().for_each(|it| self.keep_hidden(it, depth, kept)),
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => kept.push(value.clone()),
            Live::Function(_) | Live::Bound(_) | Live::Partial(_) | Live::Stream(_) => {
                kept.push(value.clone())
            }
            Live::Name(it) if **it == *WAITING => kept.push(value.clone()),
            Live::Unknown(unknown) => {
                if let Some(hidden) = self.aliases.hidden.get(&Arc::as_ptr(unknown)) {
                    for value in &hidden.values {
                        if !kept.iter().any(|it| is_same(it, value)) {
                            kept.push(value.clone());
                        }
                    }
                }
            }
            Live::None
            | Live::Bool(_)
            | Live::Int(_)
            | Live::Float(_)
            | Live::Str(_)
            | Live::Bytes(_)
            | Live::Path(_)
            | Live::Name(_)
            | Live::Import(_)
            | Live::Module(_)
            | Live::Class(_)
            | Live::Instance(_)
            | Live::Super(_)
            | Live::Descriptor(..) => {}
        }
    }

    /// Something is done to an unknown value, or to what it gives: what it hides is in doubt.
    pub(super) fn doubt_hidden(&mut self, unknown: &Arc<Unknown>) {
        if self.aliases.hidden.is_empty() {
            return;
        }
        let Some(hidden) = self.aliases.hidden.get(&Arc::as_ptr(unknown)) else { return };
        let why = hidden.unknown.clone();
        for value in hidden.values.clone() {
            let cell = match &value {
                Live::List(items) | Live::Set(items) => Cell::List(items.clone()),
                Live::Dict(pairs) => Cell::Dict(pairs.clone()),
                Live::Instance(instance) => Cell::Names(instance.attributes.clone()),
                Live::Stream(stream) => Cell::List(stream.rest.clone()),
                _ => continue,
            };
            let fellows = self.aliases.fellows(&cell);
            self.leave_in_doubt(fellows);
            self.leave_in_doubt(vec![(cell, why.clone())]);
        }
    }

    /// Whether it may be a stream that has not begun.
    pub(super) fn may_be_waiting(&self, value: &Live) -> bool {
        let Live::Unknown(unknown) = value else { return false };
        let hidden = self.aliases.hidden.get(&Arc::as_ptr(unknown));
        hidden.is_some_and(|it| it.values.iter().any(|it| matches!(it, Live::Name(_))))
    }

    /// An unknown value is gone through, which may be one of the streams that it hides.
    pub(super) fn draw_hidden(
        &mut self,
        unknown: &Arc<Unknown>,
        scope: &Rc<Scope>,
        span: crate::compile::django::read::syntax::tree::Span,
    ) -> Result<(), Stop> {
        if self.aliases.hidden.is_empty() {
            return Ok(());
        }
        let Some(hidden) = self.aliases.hidden.get(&Arc::as_ptr(unknown)) else { return Ok(()) };
        let streams: Vec<Live> =
            hidden.values.iter().filter(|it| matches!(it, Live::Stream(_))).cloned().collect();
        for stream in streams {
            self.repeated(&[], unknown, scope, |it| {
                let _ = it.iterate(&stream, scope, span)?;
                Ok(Flow::Next.into())
            })?;
        }
        Ok(())
    }

    /// An unknown value is called, which may be one of the functions that it hides.
    pub(super) fn call_hidden(
        &mut self,
        unknown: &Arc<Unknown>,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: crate::compile::django::read::syntax::tree::Span,
    ) -> Result<(), Stop> {
        self.doubt_hidden(unknown);
        let Some(hidden) = self.aliases.hidden.get(&Arc::as_ptr(unknown)) else { return Ok(()) };
        let is_function = |it: &&Live| matches!(it, Live::Function(_) | Live::Bound(_) | Live::Partial(_));
        let functions: Vec<Live> = hidden.values.iter().filter(is_function).cloned().collect();
        for function in functions {
            self.repeated(&[], unknown, scope, |it| {
                it.call(&function, args.to_vec(), keywords.clone(), scope, span)?;
                Ok(Flow::Next.into())
            })?;
        }
        Ok(())
    }
}

fn is_same(a: &Live, b: &Live) -> bool {
    match (a, b) {
        (Live::Bound(a), Live::Bound(b)) => Rc::ptr_eq(a, b),
        (Live::Partial(a), Live::Partial(b)) => Rc::ptr_eq(a, b),
        (Live::None | Live::Bool(_), _) => false,
        (a, b) => a.is(b),
    }
}
