//! What may have been done any number of times, or only half: loops over what is not known, and statements that stopped
//! on their way. Whatever they may have changed is unknown afterwards.

use std::rc::Rc;
use std::sync::Arc;

use super::branch::{Cell, Content, Keys};
use super::call::{MORE_ARGS, MORE_KEYWORDS};
use super::facts::adds_a_field;
use super::live::*;
use super::operator::put_in;
use super::{ALL_STEPS, Interpreter};
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::*;

/// Steps for finding out what a statement may have changed that took too many.
const STEPS_TO_TELL: u64 = 20_000;

/// By these a statement binds names of its module that it does not say; `include` is that of django-split-settings.
const BINDS_BY: [&str; 9] =
    ["__import__", "__name__", "eval", "exec", "globals", "import", "include", "locals", "vars"];

/// So often is something done to find out what any number of times may change.
const TURNS: u32 = 2;
/// Packages whose functions read what they are given.
const DO_NOTHING_TO_A_LIST: [&str; 6] = ["builtins", "django", "logging", "warnings", "pprint", "json"];

impl Interpreter<'_> {
    /// Keeps in mind what the statement at hand changes, should it stop on its way.
    pub(super) fn note(&mut self, cell: &Cell) {
        let is_last = self.touched.last().is_some_and(|it| it.place() == cell.place());
        if !is_last && !matches!(cell, Cell::Names(_)) {
            self.touched.push(cell.clone());
        }
    }

    /// After a statement that stopped: what it would have bound, and what it did change, is not known.
    pub(super) fn stopped_half_way(
        &mut self,
        stmt: &Stmt,
        touched_before: usize,
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) {
        let limits = (self.limit, self.all_limit);
        self.limit = self.module_steps + STEPS_TO_TELL;
        self.all_limit = ALL_STEPS.min(limits.1.max(self.all_steps + STEPS_TO_TELL));
        for cell in self.touched.split_off(touched_before) {
            self.havoc_cell(cell, why);
        }
        let _ = self.havoc(std::slice::from_ref(stmt), scope, why);
        (self.limit, self.all_limit) = limits;
    }

    /// Whether a statement that was not followed to its end may have bound names of its module beside those that it says: by
    /// the module's own functions, or by what hands out its names.
    pub(super) fn may_bind_others(&self, stmt: &Stmt, module: &Rc<Module>) -> bool {
        let source = module.source.as_ref();
        let text = source.and_then(|it| it.text.get(stmt.span.start as usize..stmt.span.end as usize));
        let Some(text) = text else { return true };
        let names = module.names.borrow();
        let is_own = |value: &Live| match value {
            Live::Function(closure) => Rc::ptr_eq(&closure.scope.module, module),
            Live::Class(class) => Rc::ptr_eq(&class.scope.module, module),
            Live::Instance(instance) => {
                matches!(&instance.class, Live::Class(class) if Rc::ptr_eq(&class.scope.module, module))
            }
            _ => false,
        };
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
        text.split(|letter| !is_letter(letter))
            .any(|word| BINDS_BY.contains(&word) || names.get(word).is_some_and(is_own))
    }

    /// What is done any number of times: as it is done once, with whatever that changes unknown, and then once more from
    /// there. `targets` are bound anew each time.
    pub(super) fn repeated(
        &mut self,
        targets: &[&Expr],
        why: &Arc<Unknown>,
        scope: &Rc<Scope>,
        mut once: impl FnMut(&mut Self) -> Result<Outcome, Stop>,
    ) -> Result<(), Stop> {
        for _ in 0..TURNS {
            targets.iter().try_for_each(|target| self.havoc_target(target, scope, why))?;
            let (result, journal) = self.open(why, |it| it.attempt(|it| it.in_doubt(&mut once)));
            // What grows in a loop is copied and compared at each turn.
            let all: usize = journal.entries.iter().map(|(_, before)| before.len()).sum();
            self.charge(all / 4);
            let mut has_changed = false;
            for (cell, before) in &journal.entries {
                if let Some(doubted) = self.doubted(before, cell.content(), why) {
                    cell.restore(doubted);
                    has_changed = true;
                }
            }
            self.keep(journal);
            match result {
                Ok(_) | Err(Stop::Raise(_)) => {}
                Err(stop) => return Err(stop),
            }
            if !has_changed {
                break;
            }
        }
        Ok(())
    }

    /// A function that something else calls any number of times, or not at all, with whatever it likes.
    pub(super) fn call_repeatedly(
        &mut self,
        function: &Live,
        why: &Arc<Unknown>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let unknown = Live::Unknown(why.clone());
        let keywords: Keywords =
            vec![(MORE_ARGS.into(), unknown.clone()), (MORE_KEYWORDS.into(), unknown.clone())];
        match self.force(function)? {
            // `operations.append`
            Live::Bound(bound) if matches!(bound.callee, Callee::Method(_)) => {
                if let Some(cell) = cell_of(&bound.receiver) {
                    self.leave_in_doubt(vec![(cell, why.clone())]);
                }
                Ok(())
            }
            function @ (Live::Function(_) | Live::Bound(_) | Live::Partial(_) | Live::Class(_)) => self
                .repeated(&[], why, scope, |it| {
                    let made = it.call(&function, Vec::new(), keywords.clone(), scope, span)?;
                    if let Live::Stream(_) = made {
                        let _ = it.iterate(&made, scope, span)?;
                    }
                    Ok(Flow::Next.into())
                }),
            _ => Ok(()),
        }
    }

    /// A loop's body that runs any number of times.
    pub(super) fn repeated_body(
        &mut self,
        targets: &[&Expr],
        body: &[Stmt],
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) -> Result<(), Stop> {
        self.havoc(body, scope, why)?;
        self.repeated(targets, why, scope, |it| it.block(body, scope))
    }

    /// A call whose result nobody takes is there for what it does: a function that is not followed may do anything to a
    /// list that it is given.
    pub(super) fn given_away(&mut self, result: &Live, scope: &Rc<Scope>, span: Span) {
        let Live::Instance(call) = result else { return };
        let Live::Name(path) = &call.class else { return };
        if DO_NOTHING_TO_A_LIST.contains(&path.split('.').next().unwrap_or_default()) {
            return;
        }
        let given = call.args.iter().chain(call.keywords.iter().map(|(_, value)| value));
        let cells: Vec<Cell> = given.filter_map(cell_of).collect();
        if cells.is_empty() {
            return;
        }
        let reason = format!("is given to `{path}`, which is not followed");
        if let Live::Unknown(why) = self.unknown(scope, span, reason) {
            cells.into_iter().for_each(|cell| self.havoc_cell(cell, &why));
        }
    }

    /// After this, nothing of what a list, set or dict holds is certain.
    pub(super) fn unsure(&mut self, value: &Live, why: &Live) {
        match value {
            Live::List(items) | Live::Set(items) => {
                self.touch(Cell::List(items.clone()));
                let held = std::mem::take(&mut *items.borrow_mut());
                let why = self.hiding_all(why, held.iter());
                *items.borrow_mut() = vec![why];
            }
            Live::Dict(pairs) => {
                self.touch(Cell::Dict(pairs.clone()));
                let held = std::mem::take(&mut *pairs.borrow_mut());
                let why = self.hiding_all(why, held.iter().map(|(_, value)| value));
                *pairs.borrow_mut() = vec![(why.clone(), why)];
            }
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                if let Live::Unknown(why) = why {
                    self.leave_in_doubt(vec![(Cell::Names(instance.attributes.clone()), why.clone())]);
                }
            }
            _ => {}
        }
    }

    /// As [`Interpreter::hiding`].
    pub(super) fn hiding_all<'v>(&mut self, why: &Live, values: impl Iterator<Item = &'v Live>) -> Live {
        let values: Vec<&Live> = values.filter(|it| !matches!(it, Live::Str(_))).collect();
        match why {
            Live::Unknown(unknown) => self.hiding(unknown, &values),
            other => other.clone(),
        }
    }

    /// What it held it still holds, with an unknown number of unknown things.
    fn havoc_cell(&mut self, cell: Cell, why: &Arc<Unknown>) {
        self.touch(cell.clone());
        let unknown = Live::Unknown(why.clone());
        match cell {
            Cell::List(items) => items.borrow_mut().push(unknown),
            Cell::Dict(pairs) => put_in(&pairs, unknown.clone(), unknown),
            Cell::Names(_) => {}
        }
    }

    /// What statements may change, when it is not known whether or how often they run.
    pub fn havoc(&mut self, body: &[Stmt], scope: &Rc<Scope>, why: &Arc<Unknown>) -> Result<(), Stop> {
        for stmt in body {
            self.deeper(|it| it.havoc_statement(stmt, scope, why))?;
        }
        Ok(())
    }

    fn havoc_statement(&mut self, stmt: &Stmt, scope: &Rc<Scope>, why: &Arc<Unknown>) -> Result<(), Stop> {
        match &stmt.kind {
            StmtKind::Function(it) => self.bind(scope, it.name.clone(), Live::Unknown(why.clone())),
            StmtKind::Class(it) => self.bind(scope, it.name.clone(), Live::Unknown(why.clone())),
            StmtKind::Assign { targets, .. } => {
                targets.iter().try_for_each(|target| self.havoc_target(target, scope, why))?;
            }
            StmtKind::AugAssign { target, .. } => self.havoc_object(target, false, scope, why)?,
            StmtKind::Delete(targets) => {
                targets.iter().try_for_each(|target| self.havoc_target(target, scope, why))?;
            }
            StmtKind::For { target, body, otherwise, .. } => {
                self.havoc_target(target, scope, why)?;
                self.havoc(body, scope, why)?;
                self.havoc(otherwise, scope, why)?;
            }
            StmtKind::While { body, otherwise, .. } => {
                self.havoc(body, scope, why)?;
                self.havoc(otherwise, scope, why)?;
            }
            StmtKind::If { then, otherwise, .. } => {
                self.havoc(then, scope, why)?;
                self.havoc(otherwise, scope, why)?;
            }
            StmtKind::With(with) => self.havoc(&with.body, scope, why)?,
            StmtKind::Try { body, handlers, otherwise, finally } => {
                self.havoc(body, scope, why)?;
                for handler in handlers {
                    self.havoc(&handler.body, scope, why)?;
                }
                self.havoc(otherwise, scope, why)?;
                self.havoc(finally, scope, why)?;
            }
            StmtKind::Import(names) | StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    let name = alias.bound_as.as_ref().unwrap_or(&alias.name).clone();
                    self.bind(scope, name, Live::Unknown(why.clone()));
                }
            }
            StmtKind::Expr(expr) => {
                if let ExprKind::Call(call) = &expr.kind {
                    self.added.is_unknown |= adds_a_field(call);
                    // `operations.append(…)`, and whatever a function may do with a list it is given.
                    if let ExprKind::Attribute(object, _) = &call.function.kind {
                        self.havoc_object(object, true, scope, why)?;
                    }
                    for arg in &call.args {
                        self.havoc_object(arg, true, scope, why)?;
                    }
                }
            }
            StmtKind::Opaque(_, body) => self.havoc(body, scope, why)?,
            StmtKind::Return(_)
            | StmtKind::Raise(_)
            | StmtKind::Assert(_)
            | StmtKind::Outer
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
        Ok(())
    }

    pub fn havoc_target(&mut self, target: &Expr, scope: &Rc<Scope>, why: &Arc<Unknown>) -> Result<(), Stop> {
        match &target.kind {
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                targets.iter().try_for_each(|target| self.havoc_target(target, scope, why))
            }
            ExprKind::Subscript(object, _) => self.havoc_object(object, false, scope, why),
            ExprKind::Name(name) => {
                let before = scope.names.borrow().get(name).cloned();
                let unknown = match &before {
                    Some(before) => self.hiding(why, &[before]),
                    None => Live::Unknown(why.clone()),
                };
                self.assign(target, unknown, scope)
            }
            _ => match self.assign(target, Live::Unknown(why.clone()), scope) {
                // A class that refuses it (`__setattr__`) is left as it was; that it raises is seen where the body runs.
                Err(Stop::Raise(_)) => Ok(()),
                done => done,
            },
        }
    }

    /// What a list held it still holds, with an unknown number of unknown things. `in_place`: no name gets another value.
    fn havoc_object(
        &mut self,
        object: &Expr,
        in_place: bool,
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) -> Result<(), Stop> {
        if !matches!(object.kind, ExprKind::Name(_) | ExprKind::Attribute(..)) {
            return Ok(());
        }
        let value = self.settle(object, scope);
        let value = self.force(&value)?;
        if let Some(cell) = cell_of(&value) {
            self.havoc_cell(cell, why);
            return Ok(());
        }
        match value {
            Live::None | Live::Bool(_) | Live::Int(_) | Live::Float(_) | Live::Str(_) if in_place => {}
            Live::None | Live::Bool(_) | Live::Int(_) | Live::Float(_) | Live::Str(_) | Live::Tuple(_) => {
                self.assign(object, Live::Unknown(why.clone()), scope)?;
            }
            Live::List(_)
            | Live::Set(_)
            | Live::Dict(_)
            | Live::Bytes(_)
            | Live::Path(_)
            | Live::Name(_)
            | Live::Import(_)
            | Live::Module(_)
            | Live::Function(_)
            | Live::Class(_)
            | Live::Instance(_)
            | Live::Bound(_)
            | Live::Super(_)
            | Live::Descriptor(..)
            | Live::Partial(_)
            | Live::Stream(_)
            | Live::Unknown(_) => {}
        }
        Ok(())
    }
}

/// What can be changed in place.
fn cell_of(value: &Live) -> Option<Cell> {
    match value {
        Live::List(items) | Live::Set(items) => Some(Cell::List(items.clone())),
        Live::Dict(pairs) => Some(Cell::Dict(pairs.clone())),
        Live::Stream(stream) => Some(Cell::List(stream.rest.clone())),
        _ => None,
    }
}

impl Interpreter<'_> {
    /// What a cell may hold after any number of such changes; `None` where nothing was changed.
    fn doubted(&mut self, before: &Content, after: Content, why: &Arc<Unknown>) -> Option<Content> {
        let unknown = || Live::Unknown(why.clone());
        match (before, after) {
            (Content::List(before), Content::List(after)) => {
                let is_same =
                    before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| is_alike(a, b));
                let joined = self.join_lists(before, &after, why);
                let has_grown = joined.len() == before.len() + 1;
                let is_at_the_end = before.iter().zip(&joined).all(|(a, b)| a.is(b) || is_alike(a, b));
                let is_told = is_at_the_end && before.last().is_some_and(|it| it.is(&unknown()));
                let doubted = (!is_same).then(|| match (has_grown, is_told) {
                    (true, true) => before.clone(),
                    (true, false) => joined,
                    (false, _) => {
                        vec![self.hiding_all(&unknown(), before.iter().chain(&after))]
                    }
                });
                doubted.map(Content::List)
            }
            (Content::Dict(before), Content::Dict(after)) => {
                let is_same = before.len() == after.len()
                    && before.iter().zip(&after).all(|(a, b)| is_alike(&a.0, &b.0) && is_alike(&a.1, &b.1));
                // A key whose value is not known may be there or not.
                let mut doubted = before.clone();
                let (then, now) = (Keys::of(before), Keys::of(&after));
                for (at, (key, value)) in doubted.iter_mut().enumerate() {
                    if now.find(at, key).is_none_or(|now| !is_alike(value, now)) {
                        *value = unknown();
                    }
                }
                for (at, (key, value)) in after.iter().enumerate() {
                    if then.find(at, key).is_none() {
                        let unknown = self.hiding(why, &[value]);
                        doubted.push((key.clone(), unknown));
                    }
                }
                (!is_same).then_some(Content::Dict(doubted))
            }
            (Content::Names(before), Content::Names(mut after)) => {
                let has_changed = |(name, value): &(&Arc<str>, &Live)| {
                    before.get(name).is_none_or(|it| !is_alike(it, value))
                };
                let changed: Vec<Arc<str>> =
                    after.iter().filter(has_changed).map(|(name, _)| name.clone()).collect();
                let any = !changed.is_empty();
                for name in changed {
                    let values: Vec<&Live> =
                        [before.get(&name), after.get(&name)].into_iter().flatten().collect();
                    let unknown = self.hiding(why, &values);
                    after.set(name, unknown);
                }
                any.then_some(Content::Names(after))
            }
            _ => None,
        }
    }
}

/// Whether one value was put in the place of another. What is changed in place has a cell of its own.
fn is_alike(a: &Live, b: &Live) -> bool {
    match (a, b) {
        (Live::Str(a), Live::Str(b)) => a == b,
        (Live::Tuple(a), Live::Tuple(b)) => Rc::ptr_eq(a, b),
        (Live::Int(a), Live::Int(b)) => a == b,
        (Live::Float(a), Live::Float(b)) => a == b,
        (Live::Bytes(a), Live::Bytes(b)) => a == b,
        (a, b) => a.is(b),
    }
}
