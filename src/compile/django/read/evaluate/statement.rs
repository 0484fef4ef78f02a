//! Statements.

mod assign;
mod attempt;
mod with;

pub use attempt::{Asked, NO_FIELD, Raises};
pub use with::Context;

use std::rc::Rc;
use std::sync::Arc;

use super::branch::Cell;
use super::clue::{LookedFor, plain};
use super::live::*;
use super::{Interpreter, format};
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::*;

/// Of so many elements, what a loop leaves of an iterator is known.
const FEW: usize = 64;

impl Interpreter<'_> {
    pub fn block(&mut self, body: &[Stmt], scope: &Rc<Scope>) -> Result<Outcome, Stop> {
        let mut maybe = Vec::new();
        for (position, stmt) in body.iter().enumerate() {
            let outcome = self.deeper(|it| it.statement(stmt, scope))?;
            let doubt = outcome.maybe.first().map(|(_, why)| self.unless(&outcome.maybe, why));
            maybe.extend(outcome.maybe);
            if !matches!(outcome.flow, Flow::Next) {
                return Ok(Outcome { flow: outcome.flow, maybe });
            }
            // The rest runs only if the block did not end here.
            if let Some(why) = doubt {
                let rest = &body[position + 1..];
                let mut flow = Flow::Next;
                let outcome = self.either(
                    &why,
                    |it| {
                        let outcome = it.block(rest, scope)?;
                        flow = outcome.flow;
                        Ok(Outcome { flow: Flow::Next, maybe: outcome.maybe })
                    },
                    |_| Ok(Flow::Next.into()),
                )?;
                maybe.extend(outcome.maybe);
                return Ok(Outcome { flow, maybe });
            }
        }
        Ok(Outcome { flow: Flow::Next, maybe })
    }

    fn statement(&mut self, stmt: &Stmt, scope: &Rc<Scope>) -> Result<Outcome, Stop> {
        self.step()?;
        let span = stmt.span;
        self.run_at(scope, span);
        match &stmt.kind {
            StmtKind::Function(definition) => {
                let function = self.decorated(definition, scope)?;
                self.bind(scope, definition.name.clone(), function);
            }
            StmtKind::Class(definition) => {
                let class = self.class_statement(definition, scope)?;
                self.bind(scope, definition.name.clone(), class);
            }
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(value, scope)?,
                    None => Live::None,
                };
                return Ok(Flow::Return(value).into());
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(target, scope)?;
                }
            }
            StmtKind::Assign { targets, value } => {
                let value = self.eval(value, scope)?;
                for target in targets {
                    self.assign(target, value.clone(), scope)?;
                }
            }
            StmtKind::AugAssign { target, operator, value } => {
                self.augment(target, *operator, value, span, scope)?;
            }
            StmtKind::For { target, iterable, body, otherwise } => {
                return self.for_statement(target, iterable, body, otherwise, scope);
            }
            StmtKind::While { test, body, otherwise } => {
                return self.while_statement(test, body, otherwise, scope);
            }
            StmtKind::If { test, then, otherwise } => {
                let value = self.eval(test, scope)?;
                return match self.truth(&value, scope, test.span)? {
                    Ok(true) => self.block(then, scope),
                    Ok(false) => self.block(otherwise, scope),
                    Err(why) => {
                        let why = self.hanging_on(&value, why);
                        self.either(&why, |it| it.block(then, scope), |it| it.block(otherwise, scope))
                    }
                };
            }
            StmtKind::With(with) => return self.with_statement(with, 0, scope),
            StmtKind::Try { body, handlers, otherwise, finally } => {
                let outcome = self.try_statement(body, handlers, otherwise, scope);
                let last = self.block(finally, scope)?;
                return if matches!(last.flow, Flow::Next) { outcome } else { Ok(last) };
            }
            StmtKind::Raise(value) => {
                let class = match value {
                    Some(value) => {
                        let value = self.eval(value, scope)?;
                        match self.force(&value)? {
                            Live::Instance(instance) => instance.class.clone(),
                            other => other,
                        }
                    }
                    None => Live::name("builtins.Exception"),
                };
                let message = format::kind(&class);
                return Err(Stop::Raise(Raised { class, message }));
            }
            // What no `try` catches holds in a program that works.
            StmtKind::Assert(test) if self.catching_operations > 0 => {
                let value = self.eval(test, scope)?;
                match self.truth(&value, scope, test.span)? {
                    Ok(true) => {}
                    Ok(false) => return Err(self.raise("AssertionError", "an assertion fails")),
                    Err(why) => self.may_raise(&Live::Unknown(why)),
                }
            }
            StmtKind::Import(names) => self.import_statement(names, span, scope)?,
            StmtKind::ImportFrom { module, level, names } => {
                self.import_from(module.as_deref(), *level, names, span, scope)?;
            }
            StmtKind::Expr(expr) => {
                let value = self.eval(expr, scope)?;
                if matches!(expr.kind, ExprKind::Call(_)) {
                    self.given_away(&value, scope, span);
                }
            }
            StmtKind::Assert(_) | StmtKind::Outer | StmtKind::Pass => {}
            StmtKind::Break => return Ok(Flow::Break.into()),
            StmtKind::Continue => return Ok(Flow::Continue.into()),
            StmtKind::Opaque(what, body) => {
                if let Live::Unknown(why) = self.unknown(scope, span, *what) {
                    self.watch_block(body, scope)?;
                    self.havoc(body, scope, &why)?;
                    return Ok(may_return(body, &why));
                }
            }
        }
        Ok(Flow::Next.into())
    }

    fn for_statement(
        &mut self,
        target: &Expr,
        iterable: &Expr,
        body: &[Stmt],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let before = self.count_handed();
        let mut is_in_doubt = false;
        let outcome = self.turns(target, iterable, body, otherwise, scope, &mut is_in_doubt)?;
        // What would follow may not; nobody sees that where no turn hands anything on.
        if is_in_doubt && self.count_handed() != before {
            self.run_at(scope, target.span);
            self.lose("how often this loop runs is not known");
        }
        Ok(outcome)
    }

    /// `is_in_doubt`: whether a turn may have been the last one.
    fn turns(
        &mut self,
        target: &Expr,
        iterable: &Expr,
        body: &[Stmt],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
        is_in_doubt: &mut bool,
    ) -> Result<Outcome, Stop> {
        let value = self.eval(iterable, scope)?;
        let value = self.force(&value)?;
        let changed;
        let items = match self.draw(&value, scope, iterable.span)? {
            Ok(drawn) => {
                changed = drawn.changed;
                drawn.items
            }
            Err(Live::Unknown(why)) => {
                let why = plain(&why);
                self.repeated_body(&[target], body, scope, &why)?;
                return self.after_loop(may_return(body, &why), body, otherwise, scope, &why);
            }
            Err(_) => return Ok(Flow::Next.into()),
        };
        let mut maybe = Vec::new();
        let stream = if let Live::Stream(stream) = &value { Some(stream) } else { None };
        let mut items = items.into_iter();
        let places = gone_through(&value);
        let mut turn = 0;
        while let Some(item) = items.next() {
            // Whoever breaks off leaves the others, and the body may take some.
            if let Some(stream) = stream {
                items = self.left_in(stream, items, scope, iterable.span);
            }
            self.on_the_way(&changed, scope, iterable.span);
            let bind = |it: &mut Self, row| it.assign(target, row, scope);
            if otherwise.is_empty()
                && let Some(LookedFor { row, why, then }) = self.looked_for(&item, body, scope, bind)?
            {
                self.assign(target, row, scope)?;
                let outcome = self.either(&why, |it| it.block(then, scope), |_| Ok(Flow::Next.into()))?;
                let ends = |(flow, _): &(Flow, Arc<Unknown>)| matches!(flow, Flow::Return(_));
                maybe.extend(outcome.maybe.into_iter().filter(ends));
                continue;
            }
            // It may stand for several.
            if let Live::Unknown(why) = &item {
                let why = &plain(why);
                self.repeated_body(&[target], body, scope, why)?;
                maybe.extend(may_return(body, why).maybe);
                // Then the others have no turn.
                if body.iter().any(breaks) {
                    let why = why.clone();
                    if let Some(stream) = stream {
                        *stream.rest.borrow_mut() = vec![Live::Unknown(why.clone())];
                    }
                    let outcome = Outcome { flow: Flow::Next, maybe };
                    return self.after_loop(outcome, body, otherwise, scope, &why);
                }
                continue;
            }
            self.assign(target, item, scope)?;
            // What was changed last is not noted once more.
            if self.touched.last().is_some_and(|it| places.contains(&it.place())) {
                self.touched.push(Cell::List(SharedItems::default()));
            }
            let before = self.touched.len();
            let outcome = self.block(body, scope)?;
            if let Some(stream) = stream
                && items.len() <= FEW
            {
                items = stream.rest.borrow().clone().into_iter();
            }
            // What is gone through was changed meanwhile.
            turn += 1;
            if self.touched.iter().skip(before).any(|it| places.contains(&it.place())) {
                items = match &value {
                    Live::List(list) => {
                        list.borrow().iter().skip(turn).cloned().collect::<Vec<_>>().into_iter()
                    }
                    _ => {
                        let reason = "is changed while it is gone through";
                        vec![self.unknown(scope, iterable.span, reason)].into_iter()
                    }
                };
            }
            for (flow, why) in outcome.maybe {
                match flow {
                    Flow::Next | Flow::Continue => {}
                    // What would follow may not: the whole loop is in doubt.
                    Flow::Break => {
                        *is_in_doubt = true;
                        let why = plain(&why);
                        if let Some(stream) = stream {
                            *stream.rest.borrow_mut() = vec![Live::Unknown(why.clone())];
                        }
                        self.repeated_body(&[target], body, scope, &why)?;
                        maybe.extend(may_return(body, &why).maybe);
                        let outcome = Outcome { flow: Flow::Next, maybe };
                        return self.after_loop(outcome, body, otherwise, scope, &why);
                    }
                    Flow::Return(_) => {
                        // The turns that follow are no part of that branch.
                        *is_in_doubt |= !items.as_slice().is_empty();
                        maybe.push((flow, why));
                    }
                }
            }
            match outcome.flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Outcome { flow: Flow::Next, maybe }),
                Flow::Return(_) => return Ok(Outcome { flow: outcome.flow, maybe }),
            }
        }
        if let Some(stream) = stream {
            stream.rest.borrow_mut().clear();
        }
        self.on_the_way(&changed, scope, iterable.span);
        let last = self.block(otherwise, scope)?;
        maybe.extend(last.maybe);
        Ok(Outcome { flow: last.flow, maybe })
    }

    /// What makes the elements of a loop and what is done with them take turns: what the one changes is in doubt.
    fn on_the_way(&mut self, changed: &[Cell], scope: &Rc<Scope>, span: Span) {
        if !changed.is_empty()
            && let Live::Unknown(why) = self.unknown(scope, span, "is changed on the way")
        {
            self.doubt_changed(changed.to_vec(), &why);
        }
    }

    /// Puts what a loop has not taken yet where others may take it: of many, only that there are some.
    fn left_in(
        &mut self,
        stream: &Stream,
        items: std::vec::IntoIter<Live>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> std::vec::IntoIter<Live> {
        self.touch(Cell::List(stream.rest.clone()));
        if items.len() <= FEW {
            *stream.rest.borrow_mut() = items.as_slice().to_vec();
        } else if !matches!(stream.rest.borrow().as_slice(), [Live::Unknown(_)]) {
            let unknown = self.unknown(scope, span, "takes some of an iterator");
            *stream.rest.borrow_mut() = vec![unknown];
        }
        items
    }

    fn while_statement(
        &mut self,
        test: &Expr,
        body: &[Stmt],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let before = self.count_handed();
        loop {
            self.step()?;
            let value = self.eval(test, scope)?;
            match self.truth(&value, scope, test.span)? {
                Ok(true) => {}
                Ok(false) => return self.block(otherwise, scope),
                Err(why) => {
                    self.repeated_body(&[], body, scope, &why)?;
                    return self.after_loop(may_return(body, &why), body, otherwise, scope, &why);
                }
            }
            let outcome = self.block(body, scope)?;
            if let Some((_, why)) = outcome.maybe.first() {
                let why = plain(why);
                self.repeated_body(&[], body, scope, &why)?;
                if self.count_handed() != before {
                    self.run_at(scope, test.span);
                    self.lose("how often this loop runs is not known");
                }
                let returns = outcome.maybe.into_iter().filter(|(flow, _)| matches!(flow, Flow::Return(_)));
                let maybe = returns.chain(may_return(body, &why).maybe).collect();
                return self.after_loop(Outcome { flow: Flow::Next, maybe }, body, otherwise, scope, &why);
            }
            match outcome.flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next.into()),
                Flow::Return(_) => return Ok(outcome),
            }
        }
    }

    /// The `else` of a loop that turned an unknown number of times: it runs unless the loop was broken off.
    fn after_loop(
        &mut self,
        mut outcome: Outcome,
        body: &[Stmt],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) -> Result<Outcome, Stop> {
        let last = if body.iter().any(breaks) {
            self.either(why, |it| it.block(otherwise, scope), |_| Ok(Flow::Next.into()))?
        } else {
            self.block(otherwise, scope)?
        };
        outcome.maybe.extend(last.maybe);
        outcome.flow = last.flow;
        Ok(outcome)
    }
}

/// The places of what a loop goes through.
fn gone_through(value: &Live) -> Vec<*const ()> {
    match value {
        Live::List(items) | Live::Set(items) => vec![Rc::as_ptr(items).cast()],
        Live::Dict(pairs) => vec![Rc::as_ptr(pairs).cast()],
        Live::Stream(stream) => match &stream.source {
            StreamSource::Body(..) => Vec::new(),
            StreamSource::Comprehension(_, _, first) => gone_through(first),
            StreamSource::Builtin(_, args, _) => args.iter().flat_map(gone_through).collect(),
        },
        _ => Vec::new(),
    }
}

/// The end of statements of which it is not known whether they run: one that returns may have returned anything.
fn may_return(body: &[Stmt], why: &Arc<Unknown>) -> Outcome {
    let mut maybe = Vec::new();
    if body.iter().any(returns) {
        maybe.push((Flow::Return(Live::Unknown(why.clone())), why.clone()));
    }
    Outcome { flow: Flow::Next, maybe }
}

fn returns(stmt: &Stmt) -> bool {
    has(stmt, &|it| matches!(it, StmtKind::Return(_)))
}

fn breaks(stmt: &Stmt) -> bool {
    has(stmt, &|it| matches!(it, StmtKind::Break))
}

/// Whether such a statement is within this one, as long as both are of the same function.
fn has(stmt: &Stmt, wanted: &impl Fn(&StmtKind) -> bool) -> bool {
    let any = |body: &[Stmt]| body.iter().any(|it| has(it, wanted));
    match &stmt.kind {
        it if wanted(it) => true,
        StmtKind::For { body, otherwise, .. } | StmtKind::While { body, otherwise, .. } => {
            any(body) || any(otherwise)
        }
        StmtKind::If { then, otherwise, .. } => any(then) || any(otherwise),
        StmtKind::With(with) => any(&with.body),
        StmtKind::Opaque(_, body) => any(body),
        StmtKind::Try { body, handlers, otherwise, finally } => {
            any(body) || handlers.iter().any(|it| any(&it.body)) || any(otherwise) || any(finally)
        }
        StmtKind::Return(_)
        | StmtKind::Function(_)
        | StmtKind::Class(_)
        | StmtKind::Delete(_)
        | StmtKind::Assign { .. }
        | StmtKind::AugAssign { .. }
        | StmtKind::Raise(_)
        | StmtKind::Assert(_)
        | StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Expr(_)
        | StmtKind::Outer
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue => false,
    }
}
