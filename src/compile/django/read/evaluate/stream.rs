//! What is gone through once: generators, `map(…)`, `iter(…)`. Nothing of them is run before somebody asks for elements, and
//! then they are run to their end.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::branch::{Cell, Content};
use super::live::*;
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::{Comprehension, Span};

/// In the place of elements, as long as it has not begun.
pub const WAITING: &str = "*waiting";
/// How deep what a generator may have changed is looked for.
const MAX_DEPTH: u32 = 3;

/// Elements, and what was changed to make them that others can see.
pub struct Drawn {
    pub items: Vec<Live>,
    pub changed: Vec<Cell>,
}

impl Stream {
    pub fn waiting(source: StreamSource) -> Live {
        let rest = SharedItems::default();
        rest.borrow_mut().push(Live::name(WAITING));
        Live::Stream(Rc::new(Self { rest, changes: Default::default(), source }))
    }
}

/// The built-in functions that make one.
pub fn makes_stream(name: &str) -> bool {
    matches!(name, "map" | "filter" | "zip" | "enumerate" | "reversed" | "iter")
}

impl Interpreter<'_> {
    /// What is yet to come, all of it.
    pub(super) fn rest_of(
        &mut self,
        stream: &Stream,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Result<Vec<Live>, Live>, Stop> {
        self.touch(Cell::List(stream.rest.clone()));
        let held = std::mem::take(&mut *stream.rest.borrow_mut());
        if matches!(held.as_slice(), [Live::Name(it)] if &**it == WAITING) {
            return self.begin(stream, scope, span);
        }
        let changes = stream.changes.borrow().clone();
        if !changes.is_empty()
            && let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator")
        {
            self.doubt_changed(changes, &why);
        }
        // On one of two ways it has begun.
        if let Some(Live::Unknown(why)) = held.iter().find(|it| self.may_be_waiting(it)).cloned() {
            self.repeated(&[], &why, scope, |it| {
                let _ = it.begin(stream, scope, span)?;
                Ok(Flow::Next.into())
            })?;
        }
        Ok(Ok(held))
    }

    fn begin(
        &mut self,
        stream: &Stream,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Result<Vec<Live>, Live>, Stop> {
        match &stream.source {
            StreamSource::Body(closure, inner, _) => {
                let yielded = inner.yielded.clone();
                match self.deeper(|it| it.block(&closure.definition.inside().body, inner)) {
                    Ok(outcome) => {
                        let mut items = std::mem::take(&mut *yielded.borrow_mut());
                        if let Some((_, why)) = outcome.maybe.first() {
                            items.push(Live::Unknown(why.clone()));
                        }
                        Ok(Ok(items))
                    }
                    // What came before was taken by then.
                    Err(Stop::Raise(raised)) if self.catching > 0 && !yielded.borrow().is_empty() => {
                        let unknown = self.unknown(scope, span, format!("raises {}", raised.message));
                        if let Live::Unknown(why) = &unknown {
                            self.may_raise_anything(why);
                        }
                        Ok(Err(unknown))
                    }
                    Err(stop) => Err(stop),
                }
            }
            StreamSource::Comprehension(it, outer, first) => {
                let made = self.made_by_loops(it, outer, Some(first.clone()))?;
                Ok(Ok(made.into_iter().map(|(element, _)| element).collect()))
            }
            StreamSource::Builtin(name, args, keywords) => {
                match self.call_builtin_at_once(name, args, keywords, scope, span)? {
                    Some(made) => self.iterate(&made, scope, span),
                    None => {
                        let values: Vec<&Live> =
                            args.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
                        let reason = format!("calls {name} with what is not known");
                        Ok(Err(self.because(&values, scope, span, &reason)))
                    }
                }
            }
        }
    }

    /// The elements of anything, for who may not take all of them; where it does not, [`Interpreter::leave`] them.
    pub(super) fn draw(
        &mut self,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Result<Drawn, Live>, Stop> {
        let value = self.force(value)?;
        let Live::Stream(stream) = &value else {
            let items = self.iterate(&value, scope, span)?;
            return Ok(items.map(|items| Drawn { items, changed: Vec::new() }));
        };
        let mut items = Ok(Vec::new());
        let (result, journal) = self.attempt(|it| {
            items = it.rest_of(stream, scope, span)?;
            Ok(Flow::Next.into())
        });
        let mut changed: Vec<Cell> = journal
            .entries
            .iter()
            .filter(|(cell, before)| match (cell.content(), before) {
                (Content::Names(now), Content::Names(before)) => {
                    now.iter().any(|(name, value)| before.get(name).is_none_or(|it| !it.is(value)))
                }
                _ => true,
            })
            .map(|(cell, _)| cell.clone())
            .collect();
        self.keep(journal);
        result?;
        // How many were taken is not known either.
        if let Err(unknown) = &items {
            self.touch(Cell::List(stream.rest.clone()));
            *stream.rest.borrow_mut() = vec![unknown.clone()];
            stream.changes.borrow_mut().extend(changed.iter().cloned());
        }
        if !changed.is_empty() {
            let mut seen = Vec::new();
            self.reach(&stream.source, &mut seen);
            changed.retain(|it| seen.contains(&it.place()));
        }
        Ok(items.map(|items| Drawn { items, changed }))
    }

    /// Not all elements of a stream were taken: the others come next, and what was changed to make them was not yet.
    pub(super) fn leave(&mut self, value: &Live, others: &[Live], changed: Vec<Cell>, why: &Arc<Unknown>) {
        if let Live::Stream(stream) = value {
            self.touch(Cell::List(stream.rest.clone()));
            *stream.rest.borrow_mut() = others.to_vec();
            stream.changes.borrow_mut().extend(changed.iter().cloned());
            self.doubt_changed(changed, why);
        }
    }

    /// What a stream changed it may not have changed yet.
    pub(super) fn doubt_changed(&mut self, changed: Vec<Cell>, why: &Arc<Unknown>) {
        self.leave_in_doubt(changed.into_iter().map(|it| (it, why.clone())).collect());
    }

    /// The places of what others may see of what a stream can change.
    fn reach(&self, source: &StreamSource, seen: &mut Vec<*const ()>) {
        match source {
            StreamSource::Body(closure, _, given) => {
                self.reach_scope(&closure.scope, seen);
                given.iter().for_each(|it| self.reach_value(it, MAX_DEPTH, seen));
            }
            StreamSource::Comprehension(_, outer, first) => {
                self.reach_scope(outer, seen);
                self.reach_value(first, MAX_DEPTH, seen);
            }
            StreamSource::Builtin(_, args, _) => {
                args.iter().for_each(|it| self.reach_value(it, MAX_DEPTH, seen));
            }
        }
    }

    fn reach_scope(&self, scope: &Rc<Scope>, seen: &mut Vec<*const ()>) {
        let mut at = Some(scope);
        while let Some(here) = at {
            let place = Rc::as_ptr(&here.names).cast();
            if !seen.contains(&place) {
                seen.push(place);
                here.names.borrow().iter().for_each(|(_, it)| self.reach_value(it, MAX_DEPTH, seen));
            }
            at = here.parent.as_ref();
        }
    }

    fn reach_value(&self, value: &Live, depth: u32, seen: &mut Vec<*const ()>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match value {
            Live::List(items) | Live::Set(items) => {
                seen.push(Rc::as_ptr(items).cast());
                items.borrow().iter().for_each(|it| self.reach_value(it, depth, seen));
            }
            Live::Tuple(items) => items.iter().for_each(|it| self.reach_value(it, depth, seen)),
            Live::Dict(pairs) => {
                seen.push(Rc::as_ptr(pairs).cast());
                pairs.borrow().iter().for_each(|(_, it)| self.reach_value(it, depth, seen));
            }
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                seen.push(Rc::as_ptr(&instance.attributes).cast());
                instance.attributes.borrow().iter().for_each(|(_, it)| self.reach_value(it, depth, seen));
            }
            Live::Class(class) => seen.push(Rc::as_ptr(&class.names).cast()),
            Live::Function(closure) => self.reach_scope(&closure.scope, seen),
            Live::Bound(bound) => {
                self.reach_value(&bound.receiver, depth + 1, seen);
                if let Callee::Function(closure) = &bound.callee {
                    self.reach_scope(&closure.scope, seen);
                }
            }
            Live::Partial(partial) => {
                self.reach_value(&partial.function, depth, seen);
                partial.args.iter().for_each(|it| self.reach_value(it, depth, seen));
            }
            // What goes through another takes of that, too.
            Live::Stream(stream) => {
                seen.push(Rc::as_ptr(&stream.rest).cast());
                self.reach(&stream.source, seen);
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
            | Live::Instance(_)
            | Live::Super(_)
            | Live::Descriptor(..)
            | Live::Unknown(_) => {}
        }
    }

    /// A comprehension that is gone through later; what its first loop goes through is asked for at once.
    pub(super) fn generator(&mut self, it: &Arc<Comprehension>, scope: &Rc<Scope>) -> Evaluated {
        let Some(first) = it.loops.first() else { return Ok(Live::list(Vec::new())) };
        let first = self.eval(&first.iterable, scope)?;
        Ok(Stream::waiting(StreamSource::Comprehension(it.clone(), scope.clone(), first)))
    }
}
