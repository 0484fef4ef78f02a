//! Expressions.

use std::rc::Rc;
use std::sync::Arc;

use super::data::is_config_parser;
use super::live::*;
use super::module_names::MODULE_NAMES;
use super::operator::{integer, put, put_unknown};
use super::resource::MODULE_INFO;
use super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    pub fn eval(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Evaluated {
        self.step()?;
        match &expr.kind {
            ExprKind::Literal(literal) => Ok(match literal {
                Literal::None => Live::None,
                Literal::Ellipsis => Live::name("builtins.Ellipsis"),
                Literal::Bool(it) => Live::Bool(*it),
                Literal::Int(it) => Live::Int(*it),
                Literal::Float(it) => Live::Float(*it),
                Literal::Str(it) => Live::Str(it.clone()),
                Literal::Bytes(it) => Live::Bytes(it.clone()),
            }),
            ExprKind::Name(name) => self.look_up(name, scope, expr.span),
            _ => self.deeper(|it| it.eval_deep(expr, scope)),
        }
    }

    fn eval_deep(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Evaluated {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) => self.eval(expr, scope),
            ExprKind::FString(pieces) => {
                let text = self.pieces(pieces, scope)?;
                Ok(text.unwrap_or_else(|unknown| unknown))
            }
            ExprKind::Attribute(object, name) => {
                let object = self.eval(object, scope)?;
                self.attribute(&object, name, scope, span)
            }
            ExprKind::Subscript(object, index) => {
                let object = self.eval(object, scope)?;
                if let ExprKind::Slice { from, to, step } = &index.kind {
                    let mut part = |bound: &Option<Box<Expr>>| match bound {
                        Some(bound) => self.eval(bound, scope),
                        None => Ok(Live::None),
                    };
                    let (from, to, step) = (part(from)?, part(to)?, part(step)?);
                    return self.slice(&object, [from, to, step], scope, span);
                }
                let index = self.eval(index, scope)?;
                self.subscript(&object, &index, scope, span)
            }
            ExprKind::Slice { .. } => Ok(self.unknown(scope, span, "slices by a slice")),
            ExprKind::Call(call) => self.call_expression(call, scope, span),
            ExprKind::Starred(_) => Ok(self.unknown(scope, span, "unpacks where nothing can be unpacked")),
            ExprKind::List(items) => Ok(Live::list(self.items(items, scope)?)),
            ExprKind::Tuple(items) => Ok(Live::tuple(self.items(items, scope)?)),
            ExprKind::Set(items) => {
                let items = self.items(items, scope)?;
                Ok(Live::set(self.distinct(items)?))
            }
            ExprKind::Dict(items) => self.dict(items, scope),
            ExprKind::And(values) => self.all_or_any(values, false, scope),
            ExprKind::Or(values) => self.all_or_any(values, true, scope),
            ExprKind::Not(value) => {
                let value = self.eval(value, scope)?;
                Ok(match self.truth(&value, scope, span)? {
                    Ok(truth) => Live::Bool(!truth),
                    Err(unknown) => Live::Unknown(unknown),
                })
            }
            ExprKind::Unary(sign, value) => {
                let value = self.eval(value, scope)?;
                self.unary(*sign, &value, scope, span)
            }
            ExprKind::Binary(left, operator, right) => {
                let left = self.eval(left, scope)?;
                let right = self.eval(right, scope)?;
                self.binary(&left, *operator, &right, scope, span)
            }
            ExprKind::Compare(first, rest) => {
                let mut left = self.eval(first, scope)?;
                let mut result = Live::Bool(true);
                for (comparison, right) in rest {
                    let right = self.eval(right, scope)?;
                    result = self.compare(&left, *comparison, &right, scope, span)?;
                    if !matches!(result, Live::Bool(true)) {
                        break;
                    }
                    left = right;
                }
                Ok(result)
            }
            ExprKind::Conditional { test, then, otherwise } => {
                let test = self.eval(test, scope)?;
                match self.truth(&test, scope, span)? {
                    Ok(true) => self.eval(then, scope),
                    Ok(false) => self.eval(otherwise, scope),
                    Err(why) => {
                        let then = self.settle(then, scope);
                        let otherwise = self.settle(otherwise, scope);
                        Ok(self.join(then, otherwise, &why))
                    }
                }
            }
            ExprKind::Lambda(definition) => Ok(self.closure(definition, scope)?),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, scope),
            ExprKind::Walrus(name, value) => {
                let value = self.eval(value, scope)?;
                self.bind(scope, name.clone(), value.clone());
                Ok(value)
            }
            ExprKind::Yield(value) => {
                let value = match value {
                    Some(value) => self.eval(value, scope)?,
                    None => Live::None,
                };
                scope.yielded.borrow_mut().push(value);
                Ok(Live::None)
            }
            ExprKind::YieldFrom(value) => {
                let value = self.eval(value, scope)?;
                let items = self.iterate(&value, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
                scope.yielded.borrow_mut().extend(items);
                Ok(Live::None)
            }
            ExprKind::Opaque(what) => Ok(self.unknown(scope, span, *what)),
        }
    }

    fn all_or_any(&mut self, values: &[Expr], any: bool, scope: &Rc<Scope>) -> Evaluated {
        let mut result = Live::Bool(!any);
        let mut doubt: Option<Arc<crate::compile::django::project::Unknown>> = None;
        for value in values {
            result = self.eval(value, scope)?;
            match self.truth(&result, scope, value.span)? {
                // What decides, decides whatever stood before it was.
                Ok(truth) if truth == any => {
                    return Ok(match doubt {
                        Some(_) if any && matches!(result, Live::Bool(_)) => result,
                        Some(_) if !any => Live::Bool(false),
                        Some(unknown) => Live::Unknown(unknown),
                        None => result,
                    });
                }
                Ok(_) => {}
                Err(unknown) => doubt = doubt.or(Some(unknown)),
            }
        }
        Ok(doubt.map_or(result, Live::Unknown))
    }

    fn items(&mut self, exprs: &[Expr], scope: &Rc<Scope>) -> Result<Vec<Live>, Stop> {
        let mut items = Vec::with_capacity(exprs.len());
        for expr in exprs {
            match &expr.kind {
                ExprKind::Starred(inner) => {
                    let value = self.eval(inner, scope)?;
                    match self.iterate(&value, scope, expr.span)? {
                        Ok(more) => items.extend(more),
                        Err(unknown) => items.push(unknown),
                    }
                }
                _ => items.push(self.eval(expr, scope)?),
            }
        }
        Ok(items)
    }

    fn dict(&mut self, items: &[(Option<Expr>, Expr)], scope: &Rc<Scope>) -> Evaluated {
        let mut pairs = Pairs::new();
        for (key, value) in items {
            let value_span = value.span;
            let value = self.eval(value, scope)?;
            match key {
                Some(key) => {
                    let key = self.eval(key, scope)?;
                    let key = self.force(&key)?;
                    self.steps(pairs.len() / 16)?;
                    put(&mut pairs, key, value);
                }
                None => match self.force(&value)? {
                    Live::Dict(more) => {
                        self.steps(pairs.len().saturating_mul(more.borrow().len()) / 64)?;
                        for (key, value) in more.borrow().iter() {
                            put(&mut pairs, key.clone(), value.clone());
                        }
                    }
                    other => {
                        let unknown =
                            self.because(&[&other], scope, value_span, "unpacks what is no known dict");
                        put_unknown(&mut pairs, unknown);
                    }
                },
            }
        }
        Ok(Live::dict(pairs))
    }

    /// `Err` with the first piece that is not known.
    fn pieces(&mut self, pieces: &[Piece], scope: &Rc<Scope>) -> Result<Result<Live, Live>, Stop> {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value { expr, conversion, format } => {
                    let value = self.eval(expr, scope)?;
                    let value = self.force(&value)?;
                    let spec = match self.pieces(format, scope)? {
                        Ok(Live::Str(spec)) => spec,
                        Ok(other) | Err(other) => return Ok(Err(other)),
                    };
                    let text = match conversion {
                        Some('r') if spec.is_empty() => format::repr(&value, 20),
                        Some('a') => None,
                        _ => format::spec(&value, &spec),
                    };
                    match text {
                        Some(text) => out.push_str(&text),
                        None => {
                            let reason = "puts what is not known into a text";
                            return Ok(Err(self.because(&[&value], scope, expr.span, reason)));
                        }
                    }
                }
            }
            self.long(out.len())?;
        }
        Ok(Ok(Live::str(out)))
    }

    fn comprehension(&mut self, it: &Comprehension, scope: &Rc<Scope>) -> Evaluated {
        // Its names are its own.
        let inner = Rc::new(Scope {
            kind: ScopeKind::Comprehension,
            names: SharedNames::default(),
            parent: Some(scope.clone()),
            module: scope.module.clone(),
            method: scope.method.clone(),
            outer_names: Vec::new(),
            yielded: Default::default(),
        });
        let mut made = Vec::new();
        self.loops(it, &it.loops, &inner, &mut made)?;
        Ok(match it.makes {
            Makes::List | Makes::Generator => {
                Live::list(made.into_iter().map(|(element, _)| element).collect())
            }
            Makes::Set => Live::set(self.distinct(made.into_iter().map(|(element, _)| element).collect())?),
            Makes::Dict => {
                let mut pairs = Pairs::new();
                for (key, value) in made {
                    self.steps(pairs.len() / 16)?;
                    put(&mut pairs, key, value);
                }
                Live::dict(pairs)
            }
        })
    }

    fn loops(
        &mut self,
        it: &Comprehension,
        loops: &[Loop],
        scope: &Rc<Scope>,
        made: &mut Vec<(Live, Live)>,
    ) -> Result<(), Stop> {
        let Some((first, rest)) = loops.split_first() else {
            let element = self.eval(&it.element, scope)?;
            let element = if it.makes == Makes::Dict { self.force(&element)? } else { element };
            let value = match &it.value {
                Some(value) => self.eval(value, scope)?,
                None => Live::None,
            };
            made.push((element, value));
            return self.long(made.len());
        };
        let iterable = self.eval(&first.iterable, scope)?;
        let items = match self.iterate(&iterable, scope, first.iterable.span)? {
            Ok(items) => items,
            Err(unknown) => {
                made.push((unknown.clone(), unknown));
                return Ok(());
            }
        };
        'items: for item in items {
            if item.is_unknown() {
                made.push((item.clone(), item));
                continue;
            }
            self.assign(&first.target, item, scope)?;
            for condition in &first.conditions {
                let value = self.eval(condition, scope)?;
                match self.truth(&value, scope, condition.span)? {
                    Ok(true) => {}
                    Ok(false) => continue 'items,
                    Err(unknown) => {
                        let unknown = Live::Unknown(unknown);
                        made.push((unknown.clone(), unknown));
                        continue 'items;
                    }
                }
            }
            self.loops(it, rest, scope, made)?;
        }
        Ok(())
    }

    /// The elements of something that can be iterated over; `Err` with the reason when they are not known.
    pub fn iterate(
        &mut self,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Result<Vec<Live>, Live>, Stop> {
        let value = self.force(value)?;
        let items: Vec<Live> = match &value {
            Live::List(items) | Live::Set(items) => items.borrow().clone(),
            Live::Tuple(items) => items.to_vec(),
            Live::Dict(pairs) => pairs.borrow().iter().map(|(key, _)| key.clone()).collect(),
            Live::Str(text) => text.chars().map(|it| Live::str(it.to_string())).collect(),
            Live::Class(class) if self.is_enumeration(class)? => self.members(&class.clone())?,
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if &**it == "builtins.open") =>
            {
                let name: Arc<str> = "readlines".into();
                let lines = self.call_method(&value, &name, Vec::new(), Vec::new(), scope, span)?;
                return if lines.is_unknown() { Ok(Err(lines)) } else { self.iterate(&lines, scope, span) };
            }
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if **it == *MODULE_INFO) => {
                instance.args.clone()
            }
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                match self.optional_attribute(&value, "__iter__", scope, span)? {
                    Some(method) if !method.is_unknown() => {
                        let made = self.call(&method, Vec::new(), Vec::new(), scope, span)?;
                        return match made {
                            Live::Instance(_) => {
                                Ok(Err(self.unknown(scope, span, "iterates by a class of its own")))
                            }
                            made => self.iterate(&made, scope, span),
                        };
                    }
                    _ => {
                        return Ok(Err(self.unknown(
                            scope,
                            span,
                            format!("iterates over {}", format::kind(&value)),
                        )));
                    }
                }
            }
            Live::None
            | Live::Bool(_)
            | Live::Int(_)
            | Live::Float(_)
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
            | Live::Unknown(_) => {
                let reason = format!("unpacks {}, which is not known", format::kind(&value));
                return Ok(Err(self.because(&[&value], scope, span, &reason)));
            }
        };
        self.steps(items.len())?;
        Ok(Ok(items))
    }

    pub fn subscript(&mut self, object: &Live, index: &Live, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let (object, index) = (self.force(object)?, self.force(index)?);
        let at = |items: &[Live]| -> Option<Live> {
            let position = integer(&index)?;
            let length = i128::try_from(items.len()).ok()?;
            // An unknown element may stand for several: only what is before it has a known place.
            let from_start = if position < 0 { position + length } else { position };
            let position_known = match items.iter().position(Live::is_unknown) {
                None => true,
                Some(unknown) if position >= 0 => from_start < unknown as i128,
                Some(_) => {
                    items.iter().rev().position(Live::is_unknown).is_some_and(|it| -position <= it as i128)
                }
            };
            if !position_known {
                return items.iter().find(|it| it.is_unknown()).cloned();
            }
            items.get(usize::try_from(from_start).ok()?).cloned()
        };
        match &object {
            Live::List(items) => {
                if let Some(item) = at(&items.borrow()) {
                    return Ok(item);
                }
            }
            Live::Tuple(items) => {
                if let Some(item) = at(items) {
                    return Ok(item);
                }
            }
            Live::Str(text) => {
                if let Some(position) = integer(&index) {
                    let length = text.chars().count() as i128;
                    let position = if position < 0 { position + length } else { position };
                    if let Some(found) = usize::try_from(position).ok().and_then(|it| text.chars().nth(it)) {
                        return Ok(Live::str(found.to_string()));
                    }
                }
            }
            Live::Dict(pairs) => {
                let pairs = pairs.borrow();
                self.steps(pairs.len() / 16)?;
                if let Some(value) = super::operator::find(&pairs, &index) {
                    return Ok(value.clone());
                }
                if !index.is_unknown() && !pairs.iter().any(|(key, _)| key.is_unknown()) {
                    let key = format::repr(&index, 5).unwrap_or_default();
                    return self.fails("KeyError", key, scope, span);
                }
                let unknown = pairs.iter().find(|(key, _)| key.is_unknown()).map(|(key, _)| key.clone());
                return Ok(unknown.unwrap_or(index.clone()));
            }
            Live::Name(path) => return self.outside_subscript(path, &index, scope, span),
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                if let Some(method) = self.optional_attribute(&object, "__getitem__", scope, span)?
                    && !method.is_unknown()
                {
                    return self.call(&method, vec![index], Vec::new(), scope, span);
                }
            }
            Live::Class(class) if self.is_enumeration(class)? => {
                if let Live::Str(name) = &index {
                    return self.attribute(&object, name, scope, span);
                }
                // `Generic[T]` and its like.
                return Ok(object);
            }
            Live::Class(class) => {
                let method = match self.class_attribute(class, "__class_getitem__")? {
                    Some(Live::Descriptor(Descriptor::ClassMethod, inner)) => Some((*inner).clone()),
                    found => found,
                };
                let Some(Live::Function(method)) = method else { return Ok(object) };
                return self.call_closure(&method, Some(&object), vec![index], Vec::new(), scope, span);
            }
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if **it == *MODULE_NAMES || is_config_parser(it)) =>
            {
                let name: Arc<str> = "__getitem__".into();
                return self.call_method(&object, &name, vec![index], Vec::new(), scope, span);
            }
            Live::Instance(instance) => {
                if let Some(item) = self.resource_item(instance, &index, scope, span) {
                    return Ok(item);
                }
            }
            _ => {}
        }
        Ok(self.because(&[&object, &index], scope, span, "takes an element that is not known"))
    }

    fn slice(&mut self, object: &Live, bounds: [Live; 3], scope: &Rc<Scope>, span: Span) -> Evaluated {
        let object = self.force(object)?;
        let [from, to, step] = &bounds;
        let bound = |value: &Live| match value {
            Live::None => Some(None),
            value => integer(value).map(Some),
        };
        let (Some(from), Some(to), Some(step)) = (bound(from), bound(to), bound(step)) else {
            return Ok(self.because(&[&object, from, to, step], scope, span, "slices where it is not known"));
        };
        let cut = |items: &[Live]| -> Option<Vec<Live>> {
            if items.iter().any(Live::is_unknown) && (from.is_some() || to.is_some()) {
                return None;
            }
            let length = items.len() as i128;
            let clamp =
                |bound: i128| (if bound < 0 { bound + length } else { bound }).clamp(0, length) as usize;
            match step.unwrap_or(1) {
                -1 if from.is_none() && to.is_none() => Some(items.iter().rev().cloned().collect()),
                step if step > 0 => {
                    let (from, to) = (clamp(from.unwrap_or(0)), clamp(to.unwrap_or(length)));
                    let kept = items.get(from..to.max(from))?;
                    Some(kept.iter().step_by(usize::try_from(step).ok()?).cloned().collect())
                }
                _ => None,
            }
        };
        let cut_text = |text: &str| -> Option<String> {
            let letters: Vec<Live> = text.chars().map(|it| Live::str(it.to_string())).collect();
            Some(
                cut(&letters)?
                    .iter()
                    .filter_map(|it| it.as_str().cloned())
                    .map(|it| it.to_string())
                    .collect(),
            )
        };
        let known = match &object {
            Live::List(items) => cut(&items.borrow()).map(Live::list),
            Live::Tuple(items) => cut(items).map(Live::tuple),
            Live::Str(text) => {
                self.steps(text.len() / 16)?;
                cut_text(text).map(Live::str)
            }
            _ => None,
        };
        Ok(known.unwrap_or_else(|| self.because(&[&object], scope, span, "slices what is not known")))
    }

    fn look_up(&mut self, name: &str, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let mut at = Some(scope);
        let mut innermost = true;
        while let Some(here) = at {
            // A class body's names are not seen from its methods.
            if (innermost || here.kind != ScopeKind::Class)
                && let Some(value) = here.names.borrow().get(name)
            {
                return Ok(value.clone());
            }
            innermost &= here.kind == ScopeKind::Comprehension;
            at = here.parent.as_ref();
        }
        if super::builtin::is_builtin(name) {
            return Ok(Live::name(format!("builtins.{name}")));
        }
        if let Some(unknown) = &*scope.module.incomplete.borrow() {
            return Ok(Live::Unknown(unknown.clone()));
        }
        if scope.module.state.get() == Progress::Running && scope.kind == ScopeKind::Module && self.trying > 0
        {
            return Err(self.raise("NameError", name));
        }
        Ok(self.unknown(scope, span, format!("names {name}, which is bound nowhere")))
    }
}
