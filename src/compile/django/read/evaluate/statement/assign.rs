//! What binds names: assignments to names, elements, slices and several targets at once, and their deletion.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::branch::Cell;
use super::super::live::*;
use super::super::method::{Place, gap, place};
use super::super::module_names::MODULE_NAMES;
use super::super::operator::{alike, integer, put_in};
use super::super::special::is_of_a_class;
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
            self.extend(items, &new, scope, value.span)?;
            // What the other side is may have bound the name to something else meanwhile.
            return match &target.kind {
                ExprKind::Name(name) if scope.names.borrow().get(name).is_some_and(|it| it.is(&old)) => {
                    Ok(())
                }
                ExprKind::Name(_) => self.assign(target, old, scope),
                _ => Ok(()),
            };
        }
        if let Some(made) = self.augmented_by_class(&old, operator, &new, scope, span)? {
            return self.assign(target, made, scope);
        }
        if self.augmented_in_place(&old, operator, &new, scope, span)? {
            return self.assign(target, old, scope);
        }
        if let Live::Unknown(unknown) = &old {
            self.doubt_hidden(unknown);
        }
        let result = self.binary(&old, operator, &new, scope, span)?;
        self.assign(target, result, scope)
    }

    /// `dict |= …`, `set -= …`, `list *= …` change what others may hold too; whether it was one of these.
    fn augmented_in_place(
        &mut self,
        old: &Live,
        operator: Operator,
        new: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<bool, Stop> {
        let made = match (old, operator) {
            (Live::Dict(_), Operator::Or)
            | (Live::Set(_), Operator::Or | Operator::And | Operator::Sub | Operator::Xor)
            | (Live::List(_), Operator::Mul) => self.binary(old, operator, new, scope, span)?,
            _ => return Ok(false),
        };
        match (old, &made) {
            (Live::Dict(pairs), Live::Dict(made)) => {
                self.touch(Cell::Dict(pairs.clone()));
                let made = made.borrow().clone();
                *pairs.borrow_mut() = made;
            }
            (Live::Set(items), Live::Set(made)) | (Live::List(items), Live::List(made)) => {
                self.touch(Cell::List(items.clone()));
                let made = made.borrow().clone();
                *items.borrow_mut() = made;
            }
            _ => self.unsure(old, &made),
        }
        Ok(true)
    }

    /// Puts elements behind those of a list. Where making them changes the list itself, they take turns.
    pub fn extend(
        &mut self,
        items: &SharedItems,
        more: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let before = matches!(more, Live::Stream(_)).then(|| items.borrow().clone());
        let drawn = match self.draw(more, scope, span)? {
            Ok(drawn) => drawn,
            Err(unknown) => super::super::stream::Drawn { items: vec![unknown], changed: Vec::new() },
        };
        let cell = Cell::List(items.clone());
        let is_itself = drawn.changed.iter().any(|it| it.place() == cell.place());
        self.touch(cell);
        if is_itself {
            let unknown = self.unknown(scope, span, "is changed on the way");
            let before = before.unwrap_or_default();
            let has_grown = {
                let now = items.borrow();
                now.len() >= before.len()
                    && now.iter().zip(&before).all(|(a, b)| a.is(b) || alike(a, b) == Some(true))
            };
            if has_grown {
                *items.borrow_mut() = before.into_iter().chain([unknown]).collect();
            } else {
                self.unsure(&Live::List(items.clone()), &unknown);
            }
            return Ok(());
        }
        items.borrow_mut().extend(drawn.items);
        let length = items.borrow().len();
        self.long(length)
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
                let object = self.force(&object)?;
                self.set_attribute(&object, name, value, scope, target.span)?;
            }
            ExprKind::Subscript(object, index) if matches!(index.kind, ExprKind::Slice { .. }) => {
                let object = self.eval(object, scope)?;
                let object = self.force(&object)?;
                self.assign_slice(&object, index, value, scope)?;
            }
            ExprKind::Subscript(object, index) => {
                // `self.__dict__[name] = value`
                if let ExprKind::Attribute(object, name) = &object.kind
                    && &**name == "__dict__"
                {
                    let object = self.eval(object, scope)?;
                    let object = self.force(&object)?;
                    let index = self.eval(index, scope)?;
                    if let (Live::Instance(instance), Live::Str(name)) = (&object, self.force(&index)?) {
                        self.touch(Cell::Names(instance.attributes.clone()));
                        instance.attributes.borrow_mut().set(name, value);
                        return Ok(());
                    }
                }
                let object = self.eval(object, scope)?;
                let object = self.force(&object)?;
                let index = self.eval(index, scope)?;
                let index = self.force(&index)?;
                self.assign_element(&object, index, value, scope, target.span)?;
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
        let bounds = match &slice.kind {
            ExprKind::Slice { from, to, step: None } => Some((from, to)),
            _ => None,
        };
        let others = self.iterate(&value, scope, slice.span)?.unwrap_or_else(|unknown| vec![unknown]);
        if let (Live::List(items), Some((from, to))) = (object, bounds) {
            let mut bound = |it: &Option<Box<Expr>>, usual: usize| -> Result<Option<usize>, Stop> {
                let Some(it) = it else { return Ok(Some(usual)) };
                let at = self.eval(it, scope)?;
                Ok(integer(&self.force(&at)?).and_then(|at| gap(&items.borrow(), at)))
            };
            let length = items.borrow().len();
            if let (Some(from), Some(to)) = (bound(from, 0)?, bound(to, length)?) {
                self.touch(Cell::List(items.clone()));
                let mut items = items.borrow_mut();
                // What was evaluated since may have made it shorter.
                let from = from.min(items.len());
                let to = to.clamp(from, items.len());
                items.splice(from..to, others);
                return Ok(());
            }
        }
        if let Live::Unknown(unknown) = object {
            self.doubt_hidden(unknown);
        }
        let why = self.because(&[&value], scope, slice.span, "changes a part of a list that is not known");
        self.unsure(object, &why);
        Ok(())
    }

    pub(super) fn assign_element(
        &mut self,
        object: &Live,
        index: Live,
        value: Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let index = self.key(index, scope, span);
        self.watch_change(object);
        if self.change_of_state_part(object, &index, Some(&value)) {
            return Ok(());
        }
        match object {
            Live::Dict(pairs) => {
                self.touch(Cell::Dict(pairs.clone()));
                self.charge(pairs.borrow().len() / 64);
                put_in(pairs, index, value);
            }
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if **it == *MODULE_NAMES) => {
                self.bind_in_module(instance, &index, value);
            }
            Live::List(items) => {
                self.touch(Cell::List(items.clone()));
                let at = integer(&index).map(|it| place(&items.borrow(), it));
                match at {
                    Some(Place::At(at)) => items.borrow_mut()[at] = value,
                    Some(Place::Beyond) => {
                        self.fails("IndexError", "list assignment index out of range", scope, span)?;
                    }
                    Some(Place::Unclear) | None => {
                        let why = self.because(&[&index], scope, span, "sets an element that is not known");
                        let held = items.borrow().clone();
                        let why = self.hiding_all(&why, held.iter());
                        items.borrow_mut().iter_mut().for_each(|item| *item = why.clone());
                    }
                }
            }
            Live::Unknown(unknown) => self.doubt_hidden(unknown),
            object if is_of_a_class(object) => {
                let made = self.special(object, "__setitem__", vec![index, value], scope, span)?;
                if made.is_none() {
                    let why = self.unknown(scope, span, "sets an element by what is not followed");
                    self.unsure(object, &why);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn spread(
        &mut self,
        targets: &[Expr],
        items: Result<Vec<Live>, Live>,
        scope: &Rc<Scope>,
    ) -> Result<(), Stop> {
        let starred = targets.iter().position(|it| matches!(it.kind, ExprKind::Starred(_)));
        let items = match items {
            // One that stands for several stands for one here.
            // How many there are is not known.
            Ok(items) if self.catching_operations > 0 && items.iter().any(Live::is_unknown) => {
                items.iter().for_each(|it| self.may_raise(it));
                let unknown = items.into_iter().find(Live::is_unknown).unwrap_or(Live::None);
                return targets.iter().try_for_each(|target| self.assign_unknown(target, &unknown, scope));
            }
            Ok(items)
                if items.iter().filter(|it| it.is_unknown()).count() <= usize::from(starred.is_none())
                    && (starred.is_some()
                        || items.len() == targets.len()
                        || !items.iter().any(Live::is_unknown)) =>
            {
                items
            }
            Ok(items) => {
                let unknown = items.into_iter().find(Live::is_unknown).unwrap_or(Live::None);
                return targets.iter().try_for_each(|target| self.assign_unknown(target, &unknown, scope));
            }
            Err(unknown) => {
                return targets.iter().try_for_each(|target| self.assign_unknown(target, &unknown, scope));
            }
        };
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

    /// Of an unknown number of values, a starred target takes a list.
    fn assign_unknown(&mut self, target: &Expr, unknown: &Live, scope: &Rc<Scope>) -> Result<(), Stop> {
        let is_starred = matches!(target.kind, ExprKind::Starred(_));
        let value = if is_starred { Live::list(vec![unknown.clone()]) } else { unknown.clone() };
        self.assign(target, value, scope)
    }

    /// Classes are read when they are asked for; Python has read them before a name goes that they name.
    fn complete_classes(&mut self, scope: &Rc<Scope>) {
        let of_scope = |it: &Live| match it {
            Live::Class(class) if Rc::ptr_eq(&class.scope, scope) => Some(class.clone()),
            _ => None,
        };
        let classes: Vec<_> = scope.names.borrow().iter().filter_map(|(_, it)| of_scope(it)).collect();
        for class in classes {
            // What stops it here stops it where it is asked for.
            let _ = self.lineage(&class).and_then(|_| self.class_body(&class));
        }
    }

    pub(super) fn delete(&mut self, target: &Expr, scope: &Rc<Scope>) -> Result<(), Stop> {
        match &target.kind {
            ExprKind::Name(name) => {
                self.complete_classes(scope);
                self.touch(Cell::Names(scope.names.clone()));
                scope.names.borrow_mut().remove(name);
            }
            ExprKind::Subscript(object, index) => {
                let object = self.eval(object, scope)?;
                let object = self.force(&object)?;
                if matches!(index.kind, ExprKind::Slice { .. }) {
                    return self.assign_slice(&object, index, Live::tuple(Vec::new()), scope);
                }
                let index = self.eval(index, scope)?;
                if self.change_of_state_part(&object, &index, None) {
                    return Ok(());
                }
                if let Live::Unknown(unknown) = &object {
                    self.doubt_hidden(unknown);
                }
                match object {
                    Live::List(_) | Live::Dict(_) => {
                        let name: Arc<str> = "pop".into();
                        self.call_method(&object, &name, vec![index], Vec::new(), scope, target.span)?;
                    }
                    object if is_of_a_class(&object) => {
                        let made = self.special(&object, "__delitem__", vec![index], scope, target.span)?;
                        if made.is_none() {
                            let why = self.unknown(
                                scope,
                                target.span,
                                "deletes an element by what is not followed",
                            );
                            self.unsure(&object, &why);
                        }
                    }
                    _ => {}
                }
            }
            ExprKind::Attribute(object, name) => {
                let object = self.eval(object, scope)?;
                let object = self.force(&object)?;
                self.delete_attribute(&object, name, scope, target.span)?;
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                for target in targets {
                    self.delete(target, scope)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
