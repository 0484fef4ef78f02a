//! `with`: contexts that are classes of the sources, and those that `contextmanager` makes of a generator.

use std::rc::Rc;
use std::sync::Arc;

use super::super::live::*;
use super::super::special::is_of_a_class;
use super::super::stream::WAITING;
use super::super::{Interpreter, handed};
use crate::compile::django::read::syntax::tree::*;

/// A `with` whose context is a generator that is being run: at its `yield` the body's turn comes.
pub struct Context {
    /// By which the generator is known.
    yielded: SharedItems,
    with: Arc<With>,
    /// Which of its contexts this is.
    at: usize,
    scope: Rc<Scope>,
    /// How the body ended, each time that it ran.
    outcomes: Vec<Outcome>,
}

impl Interpreter<'_> {
    /// The contexts of a `with` from one of them on, and its body.
    pub(super) fn with_statement(
        &mut self,
        with: &Arc<With>,
        at: usize,
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let Some((context, target)) = with.items.get(at) else { return self.block(&with.body, scope) };
        let span = context.span;
        let value = self.eval(context, scope)?;
        let value = self.force(&value)?;
        if let (Live::Instance(it), [_]) = (&value, with.items.as_slice())
            && matches!(&it.class, Live::Name(class) if &**class == "contextlib.suppress")
        {
            return self.suppressed(&with.body, &it.args, scope);
        }
        if let Live::Stream(stream) = &value
            && let StreamSource::Body(closure, inner, _) = &stream.source
            && matches!(stream.rest.borrow().as_slice(), [Live::Name(it)] if &**it == WAITING)
        {
            self.touch(super::Cell::List(stream.rest.clone()));
            stream.rest.borrow_mut().clear();
            return self.with_generator(closure, inner, with, at, scope, span);
        }
        let may_catch = self.handed.is_some() && !handed::leaves_exceptions(&value);
        let entered = self.enter(&value, scope, span)?;
        if let Some(target) = target {
            self.assign(target, entered, scope)?;
        }
        let inside = |it: &mut Self| it.with_statement(with, at + 1, scope);
        let result = if may_catch { self.in_doubt(inside) } else { inside(self) };
        self.leave_context(&value, result, scope, span)
    }

    /// What is bound to the name behind `as`.
    fn enter(&mut self, value: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        if !is_of_a_class(value) {
            return Ok(value.clone());
        }
        let entered = self.special(value, "__enter__", Vec::new(), scope, span)?;
        Ok(entered.unwrap_or_else(|| self.unknown(scope, span, "enters a context that is not followed")))
    }

    fn leave_context(
        &mut self,
        value: &Live,
        result: Result<Outcome, Stop>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Outcome, Stop> {
        if !is_of_a_class(value) {
            return result;
        }
        match result {
            Ok(outcome) => {
                self.special(value, "__exit__", vec![Live::None, Live::None, Live::None], scope, span)?;
                Ok(outcome)
            }
            Err(Stop::Raise(raised)) => {
                let unknown = self.unknown(scope, span, format!("is the exception {}", raised.message));
                let args = vec![raised.class.clone(), unknown.clone(), unknown];
                let Some(made) = self.special(value, "__exit__", args, scope, span)? else {
                    return Err(Stop::Raise(raised));
                };
                match self.truth(&made, scope, span)? {
                    Ok(true) => Ok(Flow::Next.into()),
                    Ok(false) => Err(Stop::Raise(raised)),
                    Err(why) => {
                        self.may_raise_anything(&why);
                        Ok(Flow::Next.into())
                    }
                }
            }
            Err(stop) => Err(stop),
        }
    }

    /// The generator runs once, and the rest of the `with` at its `yield`
    /// (<https://docs.python.org/3/library/contextlib.html#contextlib.contextmanager>).
    fn with_generator(
        &mut self,
        closure: &Rc<Closure>,
        inner: &Rc<Scope>,
        with: &Arc<With>,
        at: usize,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Outcome, Stop> {
        self.contexts.push(Context {
            yielded: inner.yielded.clone(),
            with: with.clone(),
            at,
            scope: scope.clone(),
            outcomes: Vec::new(),
        });
        let depth = self.contexts.len();
        let result = self.deeper(|it| it.block(&closure.definition.inside().body, inner));
        self.contexts.truncate(depth);
        let outcomes = self.contexts.pop().map(|it| it.outcomes).unwrap_or_default();
        let ended = result?;
        let mut outcomes = outcomes.into_iter();
        let Some(mut outcome) = outcomes.next() else {
            // What the body raises, the generator may catch.
            if ended.maybe.is_empty() && !has_yielded_in_vain(inner) {
                self.fails("RuntimeError", "generator didn't yield", scope, span)?;
            }
            return Ok(Flow::Next.into());
        };
        // On one way and on another: how it ended is known where all ended alike.
        for other in outcomes {
            outcome.maybe.extend(other.maybe);
            if let Live::Unknown(why) = self.unknown(scope, span, "runs on a condition that is not known") {
                match (&outcome.flow, other.flow) {
                    (Flow::Next, Flow::Next) => {}
                    (_, other) => {
                        let first = std::mem::replace(&mut outcome.flow, Flow::Next);
                        outcome.maybe.push((first, why.clone()));
                        outcome.maybe.push((other, why));
                    }
                }
            }
        }
        Ok(outcome)
    }

    /// At a `yield`: the body of the `with` that runs the generator; whether there is one.
    pub(in super::super) fn yield_to_with(&mut self, value: &Live, scope: &Rc<Scope>) -> Result<bool, Stop> {
        let is_it = |it: &Context| Rc::ptr_eq(&it.yielded, &scope.yielded);
        let Some(place) = self.contexts.iter().rposition(is_it) else { return Ok(false) };
        let context = &self.contexts[place];
        let (with, at, outer) = (context.with.clone(), context.at, context.scope.clone());
        // Whoever catches what the body raises, it had its turn.
        scope.yielded.borrow_mut().push(value.clone());
        if let Some((_, Some(target))) = with.items.get(at) {
            self.assign(target, value.clone(), &outer)?;
        }
        let outcome = self.deeper(|it| it.with_statement(&with, at + 1, &outer))?;
        if let Some(context) = self.contexts.get_mut(place) {
            context.outcomes.push(outcome);
        }
        Ok(true)
    }
}

fn has_yielded_in_vain(inner: &Scope) -> bool {
    !inner.yielded.borrow().is_empty()
}
