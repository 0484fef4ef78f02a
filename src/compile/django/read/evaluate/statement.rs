//! Statements.

use std::rc::Rc;
use std::sync::Arc;

use super::branch::Cell;
use super::live::*;
use super::module_names::MODULE_NAMES;
use super::operator::{integer, put};
use super::{Interpreter, format};
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    pub fn block(&mut self, body: &[Stmt], scope: &Rc<Scope>) -> Result<Outcome, Stop> {
        let mut maybe = Vec::new();
        for (position, stmt) in body.iter().enumerate() {
            let outcome = self.deeper(|it| it.statement(stmt, scope))?;
            let doubt = outcome.maybe.first().map(|(_, why)| why.clone());
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
                        self.either(&why, |it| it.block(then, scope), |it| it.block(otherwise, scope))
                    }
                };
            }
            StmtKind::With { items, body } => {
                for (context, target) in items {
                    let value = self.eval(context, scope)?;
                    let value = self.enter(value, scope, context.span)?;
                    if let Some(target) = target {
                        self.assign(target, value, scope)?;
                    }
                }
                return self.block(body, scope);
            }
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
            StmtKind::Import(names) => self.import_statement(names, span, scope)?,
            StmtKind::ImportFrom { module, level, names } => {
                self.import_from(module.as_deref(), *level, names, span, scope)?;
            }
            StmtKind::Expr(expr) => {
                self.eval(expr, scope)?;
            }
            StmtKind::Outer | StmtKind::Pass => {}
            StmtKind::Break => return Ok(Flow::Break.into()),
            StmtKind::Continue => return Ok(Flow::Continue.into()),
            StmtKind::Opaque(what, body) => {
                if let Live::Unknown(why) = self.unknown(scope, span, *what) {
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
        let value = self.eval(iterable, scope)?;
        let items = match self.iterate(&value, scope, iterable.span)? {
            Ok(items) => items,
            Err(Live::Unknown(why)) => {
                self.havoc_target(target, scope, &why)?;
                self.havoc(body, scope, &why)?;
                return Ok(may_return(body, &why));
            }
            Err(_) => return Ok(Flow::Next.into()),
        };
        let mut maybe = Vec::new();
        for item in items {
            // It may stand for several.
            if let Live::Unknown(why) = &item {
                self.havoc_target(target, scope, why)?;
                self.havoc(body, scope, why)?;
                maybe.extend(may_return(body, why).maybe);
                continue;
            }
            self.assign(target, item, scope)?;
            let outcome = self.block(body, scope)?;
            for (flow, why) in outcome.maybe {
                match flow {
                    Flow::Next | Flow::Continue => {}
                    // What would follow may not: the whole loop is in doubt.
                    Flow::Break => {
                        self.havoc(body, scope, &why)?;
                        return Ok(Outcome { flow: Flow::Next, maybe });
                    }
                    Flow::Return(_) => maybe.push((flow, why)),
                }
            }
            match outcome.flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Outcome { flow: Flow::Next, maybe }),
                Flow::Return(_) => return Ok(Outcome { flow: outcome.flow, maybe }),
            }
        }
        let last = self.block(otherwise, scope)?;
        maybe.extend(last.maybe);
        Ok(Outcome { flow: last.flow, maybe })
    }

    fn while_statement(
        &mut self,
        test: &Expr,
        body: &[Stmt],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        loop {
            self.step()?;
            let value = self.eval(test, scope)?;
            match self.truth(&value, scope, test.span)? {
                Ok(true) => {}
                Ok(false) => return self.block(otherwise, scope),
                Err(why) => {
                    self.havoc(body, scope, &why)?;
                    return Ok(may_return(body, &why));
                }
            }
            let outcome = self.block(body, scope)?;
            if let Some((_, why)) = outcome.maybe.first() {
                let why = why.clone();
                self.havoc(body, scope, &why)?;
                return Ok(Outcome { flow: Flow::Next, maybe: outcome.maybe });
            }
            match outcome.flow {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next.into()),
                Flow::Return(_) => return Ok(outcome),
            }
        }
    }

    fn try_statement(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let mut classes = Vec::new();
        for handler in handlers {
            classes.push(self.handled(handler, scope)?);
        }
        let catches_imports = classes.iter().any(|it| it.iter().any(|class| catches(class, "ImportError")));
        let catches = u32::from(!handlers.is_empty());
        self.trying += u32::from(catches_imports);
        self.catching += catches;
        let asked_before = self.asked.take();
        let result = self.block(body, scope);
        let asked = std::mem::replace(&mut self.asked, asked_before);
        self.trying -= u32::from(catches_imports);
        self.catching -= catches;
        match result {
            Ok(outcome) if asked.is_some() && !handlers.is_empty() => {
                let Some(why) = asked else { return Ok(outcome) };
                self.either(
                    &why,
                    |it| {
                        if !matches!(outcome.flow, Flow::Next) {
                            return Ok(outcome);
                        }
                        let last = it.block(otherwise, scope)?;
                        Ok(Outcome {
                            flow: last.flow,
                            maybe: outcome.maybe.into_iter().chain(last.maybe).collect(),
                        })
                    },
                    |it| it.database_refused(body, handlers, scope, &why),
                )
            }
            Ok(outcome) if matches!(outcome.flow, Flow::Next) => {
                let last = self.block(otherwise, scope)?;
                Ok(Outcome { flow: last.flow, maybe: outcome.maybe.into_iter().chain(last.maybe).collect() })
            }
            Ok(outcome) => Ok(outcome),
            Err(Stop::Raise(raised)) => {
                for (handler, classes) in handlers.iter().zip(&classes) {
                    if classes.iter().any(|class| self.is_caught(&raised.class, class)) {
                        if let Some(name) = &handler.name {
                            let span = handler.class.as_ref().map(|it| it.span).unwrap_or_default();
                            let value =
                                self.unknown(scope, span, format!("is the exception {}", raised.message));
                            self.bind(scope, name.clone(), value);
                        }
                        return self.block(&handler.body, scope);
                    }
                }
                Err(Stop::Raise(raised))
            }
            Err(stop) => Err(stop),
        }
    }

    /// The way through the handlers when a statement that only the database can judge was refused. Handlers of other
    /// exceptions are tried too: which one a driver raises is not known.
    fn database_refused(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) -> Result<Outcome, Stop> {
        // How far the body came is not known.
        self.havoc(body, scope, why)?;
        let Some((handler, others)) = handlers.split_first() else { return Ok(Flow::Next.into()) };
        if let Some(name) = &handler.name {
            self.bind(scope, name.clone(), Live::Unknown(why.clone()));
        }
        if others.is_empty() {
            return self.block(&handler.body, scope);
        }
        self.either(
            why,
            |it| it.block(&handler.body, scope),
            |it| it.database_refused(&[], others, scope, why),
        )
    }

    /// What an `except` catches.
    fn handled(&mut self, handler: &Handler, scope: &Rc<Scope>) -> Result<Vec<Live>, Stop> {
        let Some(class) = &handler.class else {
            return Ok(vec![Live::name("builtins.BaseException")]);
        };
        let value = self.eval(class, scope)?;
        Ok(match self.force(&value)? {
            Live::Tuple(classes) => classes.iter().map(|it| self.force(it)).collect::<Result<_, _>>()?,
            class => vec![class],
        })
    }

    fn is_caught(&mut self, raised: &Live, class: &Live) -> bool {
        match raised {
            Live::Name(raised) => catches(class, raised.strip_prefix("builtins.").unwrap_or(raised)),
            Live::Class(raised) => {
                if catches(class, "Exception") {
                    return true;
                }
                let lineage = self.lineage(raised).unwrap_or_else(|_| Rc::from([]));
                lineage.iter().any(|it| it.is(class) || matches!(it, Live::Name(name) if catches(class, name.strip_prefix("builtins.").unwrap_or(name))))
            }
            _ => catches(class, "Exception"),
        }
    }

    fn augment(
        &mut self,
        target: &Expr,
        operator: Operator,
        value: &Expr,
        span: Span,
        scope: &Rc<Scope>,
    ) -> Result<(), Stop> {
        let old = self.eval(target, scope)?;
        let old = self.force(&old)?;
        let new = self.eval(value, scope)?;
        let new = self.force(&new)?;
        // `list += …` changes the list that others may hold too.
        if let (Live::List(items), Operator::Add) = (&old, operator) {
            let more = match self.iterate(&new, scope, value.span)? {
                Ok(more) => more,
                Err(unknown) => vec![unknown],
            };
            self.touch(Cell::List(items.clone()));
            items.borrow_mut().extend(more);
            let length = items.borrow().len();
            return self.long(length);
        }
        let result = self.binary(&old, operator, &new, scope, span)?;
        self.assign(target, result, scope)
    }

    pub fn bind(&mut self, scope: &Rc<Scope>, name: Arc<str>, value: Live) {
        let mut scope = scope;
        if scope.outer_names.contains(&name) {
            let mut at = scope.parent.as_ref();
            // `global` and `nonlocal` alike: the nearest that has it, else the module.
            while let Some(here) = at {
                scope = here;
                if here.kind != ScopeKind::Class && here.names.borrow().get(&name).is_some() {
                    break;
                }
                at = here.parent.as_ref();
            }
        }
        self.touch(Cell::Names(scope.names.clone()));
        scope.names.borrow_mut().set(name, value);
    }

    pub fn assign(&mut self, target: &Expr, value: Live, scope: &Rc<Scope>) -> Result<(), Stop> {
        match &target.kind {
            ExprKind::Name(name) => self.bind(scope, name.clone(), value),
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                let items = self.iterate(&value, scope, target.span)?;
                self.spread(targets, items, scope)?;
            }
            ExprKind::Attribute(object, name) => {
                let object = self.eval(object, scope)?;
                let names = match self.force(&object)? {
                    Live::Instance(instance) => instance.attributes.clone(),
                    Live::Class(class) => class.names.clone(),
                    Live::Module(module) => module.names.clone(),
                    Live::Name(path) if &*path == "django.conf.settings" => self.set_by_code.clone(),
                    _ => return Ok(()),
                };
                self.touch(Cell::Names(names.clone()));
                names.borrow_mut().set(name.clone(), value);
            }
            ExprKind::Subscript(object, index) if matches!(index.kind, ExprKind::Slice { .. }) => {
                let object = self.eval(object, scope)?;
                let object = self.force(&object)?;
                self.assign_slice(&object, index, value, scope)?;
            }
            ExprKind::Subscript(object, index) => {
                let object = self.eval(object, scope)?;
                let object = self.force(&object)?;
                let index = self.eval(index, scope)?;
                let index = self.force(&index)?;
                self.assign_element(&object, index, value);
            }
            ExprKind::Starred(inner) => self.assign(inner, value, scope)?,
            _ => {}
        }
        Ok(())
    }

    /// `items[from:to] = others`
    fn assign_slice(
        &mut self,
        object: &Live,
        slice: &Expr,
        value: Live,
        scope: &Rc<Scope>,
    ) -> Result<(), Stop> {
        let (Live::List(items), ExprKind::Slice { from, to, step: None }) = (object, &slice.kind) else {
            self.assign_element(object, Live::None, value);
            return Ok(());
        };
        let length = items.borrow().len() as i128;
        let mut bound = |it: &Option<Box<Expr>>, usual: i128| -> Result<Option<usize>, Stop> {
            let at = match it {
                None => Some(usual),
                Some(it) => integer(&self.eval(it, scope)?),
            };
            let clamp = |at: i128| if at < 0 { at + length } else { at }.clamp(0, length);
            Ok(at.and_then(|at| usize::try_from(clamp(at)).ok()))
        };
        let (from, to) = (bound(from, 0)?, bound(to, length)?);
        let others = self.iterate(&value, scope, slice.span)?;
        match (from, to, others) {
            (Some(from), Some(to), Ok(others)) if !items.borrow().iter().any(Live::is_unknown) => {
                self.touch(Cell::List(items.clone()));
                items.borrow_mut().splice(from..to.max(from), others);
            }
            (.., Err(unknown)) => self.assign_element(object, Live::None, unknown),
            _ => self.assign_element(object, Live::None, value),
        }
        Ok(())
    }

    fn assign_element(&mut self, object: &Live, index: Live, value: Live) {
        match object {
            Live::Dict(pairs) => {
                self.touch(Cell::Dict(pairs.clone()));
                self.charge(pairs.borrow().len() / 64);
                put(&mut pairs.borrow_mut(), index, value);
            }
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if **it == *MODULE_NAMES) => {
                self.bind_in_module(instance, &index, value);
            }
            Live::List(items) => {
                self.touch(Cell::List(items.clone()));
                let mut items = items.borrow_mut();
                let length = items.len() as i128;
                let at = integer(&index).map(|it| if it < 0 { it + length } else { it });
                match at.and_then(|it| usize::try_from(it).ok()).and_then(|it| items.get_mut(it)) {
                    Some(item) => *item = value,
                    // A slice, or a place that is not known: nothing of the list is certain any more.
                    None => {
                        let unknown = if index.is_unknown() { index } else { value };
                        items.iter_mut().for_each(|item| *item = unknown.clone());
                    }
                }
            }
            _ => {}
        }
    }

    fn spread(
        &mut self,
        targets: &[Expr],
        items: Result<Vec<Live>, Live>,
        scope: &Rc<Scope>,
    ) -> Result<(), Stop> {
        let items = match items {
            Ok(items) if !items.iter().any(Live::is_unknown) || items.len() == targets.len() => items,
            Ok(items) => {
                let unknown = items.into_iter().find(Live::is_unknown).unwrap_or(Live::None);
                return targets.iter().try_for_each(|target| self.assign(target, unknown.clone(), scope));
            }
            Err(unknown) => {
                return targets.iter().try_for_each(|target| self.assign(target, unknown.clone(), scope));
            }
        };
        let starred = targets.iter().position(|it| matches!(it.kind, ExprKind::Starred(_)));
        match starred {
            Some(at) if items.len() + 1 >= targets.len() => {
                let after = targets.len() - at - 1;
                let until = items.len() - after;
                for (target, item) in targets[..at].iter().zip(&items) {
                    self.assign(target, item.clone(), scope)?;
                }
                self.assign(&targets[at], Live::list(items[at..until].to_vec()), scope)?;
                for (target, item) in targets[at + 1..].iter().zip(&items[until..]) {
                    self.assign(target, item.clone(), scope)?;
                }
                Ok(())
            }
            _ if items.len() == targets.len() => {
                targets.iter().zip(items).try_for_each(|(target, item)| self.assign(target, item, scope))
            }
            _ => Err(self.raise("ValueError", "another number of values to unpack")),
        }
    }

    fn delete(&mut self, target: &Expr, scope: &Rc<Scope>) -> Result<(), Stop> {
        match &target.kind {
            ExprKind::Name(name) => {
                self.touch(Cell::Names(scope.names.clone()));
                scope.names.borrow_mut().remove(name);
            }
            ExprKind::Subscript(object, index) => {
                let object = self.eval(object, scope)?;
                let index = self.eval(index, scope)?;
                match (self.force(&object)?, integer(&index)) {
                    (Live::Dict(pairs), _) => {
                        self.touch(Cell::Dict(pairs.clone()));
                        pairs
                            .borrow_mut()
                            .retain(|(key, _)| super::operator::equal(key, &index) != Some(true));
                    }
                    (Live::List(items), Some(at)) => {
                        self.touch(Cell::List(items.clone()));
                        let mut items = items.borrow_mut();
                        let at = if at < 0 { at + items.len() as i128 } else { at };
                        if let Some(at) = usize::try_from(at).ok().filter(|at| *at < items.len()) {
                            items.remove(at);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// `with value as it`: what is bound to `it`.
    fn enter(&mut self, value: Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let value = self.force(&value)?;
        match &value {
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                match self.optional_attribute(&value, "__enter__", scope, span)? {
                    Some(method) if !method.is_unknown() => {
                        self.call(&method, Vec::new(), Vec::new(), scope, span)
                    }
                    _ => Ok(self.unknown(scope, span, "enters a context that is not followed")),
                }
            }
            _ => Ok(value),
        }
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
    let any = |body: &[Stmt]| body.iter().any(returns);
    match &stmt.kind {
        StmtKind::Return(_) => true,
        StmtKind::For { body, otherwise, .. } | StmtKind::While { body, otherwise, .. } => {
            any(body) || any(otherwise)
        }
        StmtKind::If { then, otherwise, .. } => any(then) || any(otherwise),
        StmtKind::With { body, .. } | StmtKind::Opaque(_, body) => any(body),
        StmtKind::Try { body, handlers, otherwise, finally } => {
            any(body) || handlers.iter().any(|it| any(&it.body)) || any(otherwise) || any(finally)
        }
        StmtKind::Function(_)
        | StmtKind::Class(_)
        | StmtKind::Delete(_)
        | StmtKind::Assign { .. }
        | StmtKind::AugAssign { .. }
        | StmtKind::Raise(_)
        | StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Expr(_)
        | StmtKind::Outer
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue => false,
    }
}

/// Whether `except class` catches a built-in exception of this name.
fn catches(class: &Live, raised: &str) -> bool {
    let Live::Name(class) = class else {
        return false;
    };
    let class = class.strip_prefix("builtins.").unwrap_or(class);
    let bases: &[&str] = match raised {
        "ImportError" => &["ModuleNotFoundError"],
        "ModuleNotFoundError" => &["ImportError"],
        "KeyError" | "IndexError" => &["LookupError"],
        "FileNotFoundError" => &["OSError", "IOError", "EnvironmentError"],
        _ => &[],
    };
    class == raised || class == "Exception" || class == "BaseException" || bases.contains(&class)
}
