//! What binds names: assignments to names, elements, slices and several targets at once, and their deletion.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::branch::Cell;
use super::super::live::*;
use super::super::module_names::MODULE_NAMES;
use super::super::operator::{integer, put};
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    pub(super) fn augment(
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
    pub(super) fn assign_slice(
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

    pub(super) fn assign_element(&mut self, object: &Live, index: Live, value: Live) {
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

    pub(super) fn spread(
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

    pub(super) fn delete(&mut self, target: &Expr, scope: &Rc<Scope>) -> Result<(), Stop> {
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
                            .retain(|(key, _)| super::super::operator::equal(key, &index) != Some(true));
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
}
