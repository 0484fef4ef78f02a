//! Conditions that are not known: both branches are taken, and what differs afterwards is unknown.
//!
//! What changes is kept in a [`Journal`]; [`repeat`](super::repeat) is for what may be done any number of times.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::Interpreter;
use super::clue::plain;
use super::live::*;
use super::operator::alike;
use crate::compile::django::clue::Condition;
use crate::compile::django::project::Unknown;

/// Something that can be changed.
#[derive(Clone)]
pub enum Cell {
    List(Rc<RefCell<Vec<Live>>>),
    Dict(Rc<RefCell<Pairs>>),
    Names(SharedNames),
}

/// What a cell held.
#[derive(Clone)]
pub(super) enum Content {
    List(Vec<Live>),
    Dict(Pairs),
    Names(Names),
}

/// What was changed since a branch began, and what it held before.
#[derive(Default)]
pub struct Journal {
    pub(super) entries: Vec<(Cell, Content)>,
    /// The places of the cells, which live as long as their entries.
    places: HashSet<*const (), RandomState>,
}

impl Journal {
    fn has(&self, cell: &Cell) -> bool {
        self.places.contains(&cell.place())
    }

    /// Brings all back to what it was.
    pub fn undo(self) {
        self.entries.into_iter().for_each(|(cell, content)| cell.restore(content));
    }

    fn add(&mut self, cell: Cell, before: Content) {
        self.places.insert(cell.place());
        self.entries.push((cell, before));
    }
}

impl Content {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::List(it) => it.len(),
            Self::Dict(it) => it.len(),
            Self::Names(it) => it.len(),
        }
    }
}

impl Cell {
    /// Two cells are one if they lie in one place.
    pub(super) fn place(&self) -> *const () {
        match self {
            Self::List(it) => Rc::as_ptr(it).cast(),
            Self::Dict(it) => Rc::as_ptr(it).cast(),
            Self::Names(it) => Rc::as_ptr(it).cast(),
        }
    }

    pub(super) fn content(&self) -> Content {
        match self {
            Self::List(it) => Content::List(it.borrow().clone()),
            Self::Dict(it) => Content::Dict(it.borrow().clone()),
            Self::Names(it) => Content::Names(it.borrow().clone()),
        }
    }

    pub(super) fn restore(&self, content: Content) {
        match (self, content) {
            (Self::List(it), Content::List(content)) => *it.borrow_mut() = content,
            (Self::Dict(it), Content::Dict(content)) => *it.borrow_mut() = content,
            (Self::Names(it), Content::Names(content)) => *it.borrow_mut() = content,
            _ => {}
        }
    }
}

/// What lists and dicts held, by their places.
type Contents = HashMap<*const (), Content, RandomState>;

impl Interpreter<'_> {
    /// To be called before a cell is changed.
    pub fn touch(&mut self, cell: Cell) {
        self.note(&cell);
        if let Some(journal) = self.journals.last_mut()
            && !journal.has(&cell)
        {
            let content = cell.content();
            let length = content.len();
            journal.add(cell.clone(), content);
            self.charge(length / 16);
        }
        if self.aliases.has_links() {
            self.doubt_fellows(&cell);
        }
    }

    /// Takes both branches from the same start, and joins what they left.
    pub fn either(
        &mut self,
        why: &Arc<Unknown>,
        one: impl FnOnce(&mut Self) -> Result<Outcome, Stop>,
        other: impl FnOnce(&mut Self) -> Result<Outcome, Stop>,
    ) -> Result<Outcome, Stop> {
        let condition = self.condition_of(why);
        let (first, first_journal) = self.attempt_on(condition.clone().ok_or(why), one);
        let after_first: Vec<Content> =
            first_journal.entries.iter().map(|(cell, _)| cell.content()).collect();
        for (cell, content) in &first_journal.entries {
            cell.restore(content.clone());
        }
        let (second, second_journal) =
            self.attempt_on(condition.clone().map(Condition::negated).ok_or(why), other);
        // A branch that raises where nothing catches it guards against what is not so: the other one is the way.
        let (first, second) = match (first, second) {
            (Ok(first), Ok(second)) => (first, second),
            (Err(Stop::Raise(_)), Ok(second)) => {
                self.may_raise_anything(why);
                self.keep(second_journal);
                return Ok(second);
            }
            (Ok(first), Err(Stop::Raise(_))) => {
                self.may_raise_anything(why);
                second_journal.undo();
                for ((cell, _), content) in first_journal.entries.iter().zip(after_first) {
                    cell.restore(content);
                }
                self.keep(first_journal);
                return Ok(first);
            }
            (Err(stop), other) | (other, Err(stop)) => {
                // Which of two exceptions it is.
                if other.is_err() {
                    self.may_raise_anything(why);
                }
                return Err(stop);
            }
        };
        // In a loop, what grows is copied and compared at each turn.
        let changed = first_journal.entries.iter().chain(&second_journal.entries);
        self.steps(changed.map(|(_, before)| before.len() / 4).sum())?;
        // What they held after the first branch: by now they hold what they did before it, or after the second.
        let held: Contents = first_journal
            .entries
            .iter()
            .zip(&after_first)
            .filter(|((cell, _), _)| !matches!(cell, Cell::Names(_)))
            .map(|((cell, _), after)| (cell.place(), after.clone()))
            .collect();
        for ((cell, before), after) in first_journal.entries.iter().zip(after_first) {
            let unchanged = !second_journal.has(cell);
            let other = if unchanged { before.clone() } else { cell.content() };
            cell.restore(self.join_content(after, other, &held, why));
        }
        for (cell, before) in &second_journal.entries {
            if !first_journal.has(cell) {
                let joined = self.join_content(before.clone(), cell.content(), &held, why);
                cell.restore(joined);
            }
        }
        self.keep(first_journal);
        self.keep(second_journal);
        let negated = condition.clone().map(Condition::negated);
        let mut maybe = self.ended_on(condition.as_ref(), first.maybe);
        maybe.extend(self.ended_on(negated.as_ref(), second.maybe));
        let unless = self.reversed(why);
        let flow = match (first.flow, second.flow) {
            (Flow::Next, Flow::Next) => Flow::Next,
            (Flow::Break, Flow::Break) => Flow::Break,
            (Flow::Continue, Flow::Continue) => Flow::Continue,
            (Flow::Return(a), Flow::Return(b)) => Flow::Return(self.join(a, b, why)),
            (ended, Flow::Next) => {
                maybe.push((ended, why.clone()));
                Flow::Next
            }
            (Flow::Next, ended) => {
                maybe.push((ended, unless));
                Flow::Next
            }
            (one, other) => {
                maybe.push((one, why.clone()));
                other
            }
        };
        Ok(Outcome { flow, maybe })
    }

    /// As [`attempt`](Self::attempt), for a branch that is taken on a condition.
    fn attempt_on(
        &mut self,
        condition: Result<Condition, &Arc<Unknown>>,
        branch: impl FnOnce(&mut Self) -> Result<Outcome, Stop>,
    ) -> (Result<Outcome, Stop>, Journal) {
        match condition {
            Ok(condition) => {
                if let Some(handed) = &mut self.handed {
                    handed.guards.push(condition);
                }
                let done = self.attempt(branch);
                if let Some(handed) = &mut self.handed {
                    handed.guards.pop();
                }
                done
            }
            Err(why) => self.open(why, |it| it.attempt(branch)),
        }
    }

    pub(super) fn attempt(
        &mut self,
        branch: impl FnOnce(&mut Self) -> Result<Outcome, Stop>,
    ) -> (Result<Outcome, Stop>, Journal) {
        self.journals.push(Journal::default());
        let depth = self.journals.len();
        let result = branch(self);
        self.journals.truncate(depth);
        (result, self.journals.pop().unwrap_or_default())
    }

    /// What an inner branch changed, the outer one changed too.
    pub fn keep(&mut self, journal: Journal) {
        if let Some(outer) = self.journals.last_mut() {
            for (cell, before) in journal.entries {
                if !outer.has(&cell) {
                    outer.add(cell, before);
                }
            }
        }
    }

    fn join_content(&mut self, a: Content, b: Content, held: &Contents, why: &Arc<Unknown>) -> Content {
        let neither = Live::Unknown(plain(why));
        match (a, b) {
            (Content::List(a), Content::List(b)) => Content::List(self.join_lists(&a, &b, &plain(why))),
            (Content::Dict(a), Content::Dict(b)) => {
                let mut joined = Pairs::new();
                // A key of one of them may be there or not, as one may whose value is not known.
                let (in_a, in_b) = (Keys::of(&a), Keys::of(&b));
                for (at, (key, value)) in a.iter().enumerate() {
                    let value = match in_b.find(at, key) {
                        Some(other) => self.join_of(value, other, held, why),
                        None => neither.clone(),
                    };
                    joined.push((key.clone(), value));
                }
                let only_in_b = b.iter().enumerate().filter(|(at, (key, _))| in_a.find(*at, key).is_none());
                joined.extend(only_in_b.map(|(_, (key, _))| (key.clone(), neither.clone())));
                Content::Dict(joined)
            }
            (Content::Names(a), Content::Names(b)) => {
                let mut joined = Names::default();
                for (name, value) in a.iter() {
                    let value = match b.get(name) {
                        Some(other) => self.join_of(value, other, held, why),
                        None => neither.clone(),
                    };
                    joined.set(name.clone(), value);
                }
                for (name, _) in b.iter() {
                    if a.get(name).is_none() {
                        joined.set(name.clone(), neither.clone());
                    }
                }
                Content::Names(joined)
            }
            (a, _) => a,
        }
    }

    /// One value for two possible ones.
    pub fn join(&mut self, a: Live, b: Live, why: &Arc<Unknown>) -> Live {
        self.join_of(&a, &b, &Contents::default(), why)
    }

    fn join_of(&mut self, a: &Live, b: &Live, held: &Contents, why: &Arc<Unknown>) -> Live {
        if a.is(b) {
            return a.clone();
        }
        if why.clue.is_some() {
            let chosen = self.choice(a, b, why);
            return chosen.unwrap_or_else(|| self.join_of(a, b, held, &plain(why)));
        }
        match (a, b) {
            (Live::List(x), Live::List(y)) => {
                let (x, y) = (Cell::List(x.clone()), Cell::List(y.clone()));
                let made = self.join_cells(&x, &y, held, why);
                self.linked(made, &x, &y, why)
            }
            (Live::Set(x), Live::Set(y)) => {
                let (x, y) = (Cell::List(x.clone()), Cell::List(y.clone()));
                let made = match self.join_cells(&x, &y, held, why) {
                    Content::List(items) => Live::set(items),
                    Content::Dict(_) | Content::Names(_) => Live::Unknown(why.clone()),
                };
                if let Live::Set(made) = &made {
                    self.link(&Cell::List(made.clone()), &x, &y, why);
                }
                made
            }
            (Live::Dict(x), Live::Dict(y)) => {
                let (x, y) = (Cell::Dict(x.clone()), Cell::Dict(y.clone()));
                let made = self.join_cells(&x, &y, held, why);
                self.linked(made, &x, &y, why)
            }
            (Live::Instance(x), Live::Instance(y))
                if matches!(x.class, Live::Class(_)) && !have_alike_attributes(x, y) =>
            {
                self.hiding(why, &[a, b])
            }
            (Live::Instance(x), Live::Instance(y))
                if matches!(x.class, Live::Class(_)) && alike(a, b) == Some(true) =>
            {
                let attributes = Rc::new(RefCell::new(x.attributes.borrow().clone()));
                let (x_names, y_names) =
                    (Cell::Names(x.attributes.clone()), Cell::Names(y.attributes.clone()));
                self.link(&Cell::Names(attributes.clone()), &x_names, &y_names, why);
                Live::Instance(Rc::new(Instance {
                    class: x.class.clone(),
                    args: x.args.clone(),
                    keywords: x.keywords.clone(),
                    attributes,
                    base_calls: x.base_calls.clone(),
                    notice: x.notice.clone(),
                    is_joined: true,
                    module: x.module.clone(),
                    span: x.span,
                }))
            }
            _ if alike(a, b) == Some(true) => a.clone(),
            _ => self.hiding(why, &[a, b]),
        }
    }

    fn join_cells(&mut self, a: &Cell, b: &Cell, held: &Contents, why: &Arc<Unknown>) -> Content {
        let of_first = held.get(&a.place()).cloned().unwrap_or_else(|| a.content());
        self.join_content(of_first, b.content(), held, why)
    }

    /// The value that holds what two others do, each of which it may be.
    fn linked(&mut self, content: Content, a: &Cell, b: &Cell, why: &Arc<Unknown>) -> Live {
        let (made, cell) = match content {
            Content::List(items) => {
                let items = Rc::new(RefCell::new(items));
                (Live::List(items.clone()), Cell::List(items))
            }
            Content::Dict(pairs) => {
                let pairs = Rc::new(RefCell::new(pairs));
                (Live::Dict(pairs.clone()), Cell::Dict(pairs))
            }
            Content::Names(_) => return Live::Unknown(why.clone()),
        };
        self.link(&cell, a, b, why);
        made
    }

    fn link(&mut self, made: &Cell, a: &Cell, b: &Cell, why: &Arc<Unknown>) {
        self.aliases.link(made, a, why);
        self.aliases.link(made, b, why);
    }

    /// What both begin and end with stays; one unknown stands for the rest.
    pub(super) fn join_lists(&mut self, a: &[Live], b: &[Live], why: &Arc<Unknown>) -> Vec<Live> {
        let is_alike = |(a, b): &(&Live, &Live)| a.is(b) || !can_be_changed(a) && alike(a, b) == Some(true);
        let start = a.iter().zip(b).take_while(is_alike).count();
        if start == a.len() && start == b.len() {
            return a.to_vec();
        }
        let (rest_a, rest_b) = (&a[start..], &b[start..]);
        let end = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(is_alike).count();
        let middle = rest_a[..rest_a.len() - end].iter().chain(&rest_b[..rest_b.len() - end]);
        let middle: Vec<&Live> = middle.filter(|it| !matches!(it, Live::Str(_))).collect();
        let mut joined = a[..start].to_vec();
        joined.push(self.hiding(why, &middle));
        joined.extend_from_slice(&rest_a[rest_a.len() - end..]);
        joined
    }
}

fn can_be_changed(value: &Live) -> bool {
    matches!(value, Live::List(_) | Live::Set(_) | Live::Dict(_))
}

fn have_alike_attributes(a: &Instance, b: &Instance) -> bool {
    let (a, b) = (a.attributes.borrow(), b.attributes.borrow());
    a.iter().count() == b.iter().count()
        && a.iter().all(|(name, value)| {
            b.get(name)
                .is_some_and(|it| it.is(value) || !can_be_changed(it) && alike(it, value) == Some(true))
        })
}

/// The keys of one form of a dictionary, where those of another are looked for. Mostly they stand at the same place; where
/// they do not, a dictionary of thousands wants more than a look at each.
pub(super) struct Keys<'p> {
    pairs: &'p Pairs,
    texts: OnceCell<HashMap<&'p str, usize, RandomState>>,
}

impl<'p> Keys<'p> {
    pub(super) fn of(pairs: &'p Pairs) -> Self {
        Keys { pairs, texts: OnceCell::new() }
    }

    /// The value of the key. One that is not known is the same as itself, or the two forms would have it twice after each
    /// turn of a loop.
    pub(super) fn find(&self, at: usize, key: &Live) -> Option<&'p Live> {
        let is_it = |(it, _): &&(Live, Live)| it.is(key) || alike(it, key) == Some(true);
        let there = self.pairs.get(at).filter(is_it);
        let pair = there.or_else(|| match key {
            Live::Str(text) => {
                let by_text = self.texts().get(&**text).and_then(|at| self.pairs.get(*at));
                by_text
                    .or_else(|| self.pairs.iter().filter(|(it, _)| !matches!(it, Live::Str(_))).find(is_it))
            }
            _ => self.pairs.iter().find(is_it),
        });
        pair.map(|(_, value)| value)
    }

    fn texts(&self) -> &HashMap<&'p str, usize, RandomState> {
        self.texts.get_or_init(|| {
            let keys = self.pairs.iter().enumerate();
            keys.filter_map(|(at, (key, _))| key.as_str().map(|text| (&**text, at))).collect()
        })
    }
}
