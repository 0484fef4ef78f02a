//! Expressions.

mod comprehension;
mod element;

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::branch::Cell;
use super::clue;
use super::live::*;
use super::operator::put;
use super::special::is_of_a_class;
use crate::compile::django::clue::Condition;
use crate::compile::django::project::Unknown;
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
                self.made(text.unwrap_or_else(|unknown| unknown))
            }
            ExprKind::Attribute(object, name) => {
                let object = self.eval(object, scope)?;
                self.attribute(&object, name, scope, span)
            }
            ExprKind::Subscript(object, index) => {
                if let Some(of_state) = self.model_of_state(object, index, scope, span)? {
                    return Ok(of_state);
                }
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
            ExprKind::List(items) => {
                let items = self.items(items, scope)?;
                self.made(Live::list(items))
            }
            ExprKind::Tuple(items) => {
                let items = self.items(items, scope)?;
                self.made(Live::tuple(items))
            }
            ExprKind::Set(items) => {
                let items = self.items(items, scope)?;
                Ok(Live::set(self.distinct(items)?))
            }
            ExprKind::Dict(items) => {
                let made = self.dict(items, scope)?;
                self.made(made)
            }
            ExprKind::And(values) => self.all_or_any(values, false, scope),
            ExprKind::Or(values) => self.all_or_any(values, true, scope),
            ExprKind::Not(value) => {
                let value = self.eval(value, scope)?;
                Ok(match self.truth(&value, scope, span)? {
                    Ok(truth) => Live::Bool(!truth),
                    Err(why) => Live::Unknown(self.reversed(&self.hanging_on(&value, why))),
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
                        let then = self.perhaps(then, &why, scope)?;
                        let otherwise = self.perhaps(otherwise, &why, scope)?;
                        let why = self.hanging_on(&test, why);
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
                self.touch(Cell::List(scope.yielded.clone()));
                if !self.yield_to_with(&value, scope)? {
                    scope.yielded.borrow_mut().push(value);
                }
                Ok(Live::None)
            }
            ExprKind::YieldFrom(value) => {
                let value = self.eval(value, scope)?;
                let items = self.iterate(&value, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
                self.touch(Cell::List(scope.yielded.clone()));
                scope.yielded.borrow_mut().extend(items);
                Ok(match value {
                    Live::Stream(_) => self.unknown(scope, span, "asks a generator what it returns"),
                    _ => Live::None,
                })
            }
            ExprKind::Opaque(what) => Ok(self.unknown(scope, span, *what)),
        }
    }

    fn all_or_any(&mut self, values: &[Expr], any: bool, scope: &Rc<Scope>) -> Evaluated {
        let mut result = Live::Bool(!any);
        let mut doubt: Option<Arc<Unknown>> = None;
        // What it may come to, and what that hangs on.
        let mut possible = Vec::new();
        let mut conditions = self.handed.is_some().then(Vec::new);
        for value in values {
            // What stands behind something that is not known may not be asked at all.
            result = match &doubt {
                None => self.eval(value, scope)?,
                Some(why) => self.perhaps(value, why, scope)?,
            };
            let truth = self.truth(&result, scope, value.span)?;
            if doubt.is_some() || truth.is_err() {
                possible.push(result.clone());
            }
            match truth {
                // What decides, decides whatever stood before it was.
                Ok(truth) if truth == any => {
                    return Ok(match doubt {
                        Some(_) if matches!(result, Live::Bool(_)) => result,
                        Some(unknown) => self.hiding(&unknown, &possible.iter().collect::<Vec<_>>()),
                        None => result,
                    });
                }
                Ok(_) => {}
                Err(unknown) => {
                    conditions = conditions.zip(self.condition(&result)).map(|(mut all, it)| {
                        all.push(it);
                        all
                    });
                    doubt = doubt.or(Some(unknown));
                }
            }
        }
        if let (Some(why), Some(conditions)) = (&doubt, conditions) {
            let condition = if any { Condition::any(conditions) } else { Condition::all(conditions) };
            return Ok(clue::holds(why, condition));
        }
        Ok(match doubt {
            Some(unknown) => self.hiding(&unknown, &possible.iter().collect::<Vec<_>>()),
            None => result,
        })
    }

    /// An expression of which it is not known whether it is evaluated.
    fn perhaps(&mut self, expr: &Expr, why: &Arc<Unknown>, scope: &Rc<Scope>) -> Evaluated {
        let mut value = Live::Unknown(why.clone());
        self.either(
            why,
            |it| {
                value = it.in_doubt(|it| it.eval(expr, scope))?;
                Ok(Flow::Next.into())
            },
            |_| Ok(Flow::Next.into()),
        )?;
        Ok(value)
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
                    let key = self.key(key, scope, value_span);
                    self.steps(pairs.len() / 16)?;
                    put(&mut pairs, key, value);
                }
                None => match self.force(&value)? {
                    Live::Dict(more) => {
                        let more_pairs = more.borrow().len();
                        self.steps((pairs.len() + more_pairs / 2).saturating_mul(more_pairs) / 64)?;
                        for (key, value) in more.borrow().iter() {
                            put(&mut pairs, key.clone(), value.clone());
                        }
                    }
                    other => match self.unpacked(&other, scope, value_span)? {
                        Ok(more) => more.into_iter().for_each(|(key, value)| put(&mut pairs, key, value)),
                        // What stands before it may be another.
                        Err(unknown) => put(&mut pairs, unknown.clone(), unknown),
                    },
                },
            }
        }
        Ok(Live::dict(pairs))
    }

    /// `{**mapping}` of a class of the sources; `Err` where what it holds is not known.
    fn unpacked(&mut self, value: &Live, scope: &Rc<Scope>, span: Span) -> Result<Result<Pairs, Live>, Stop> {
        if is_of_a_class(value)
            && let Some(pairs) = self.pairs_of(value, scope, span)?
        {
            return Ok(Ok(pairs));
        }
        Ok(Err(self.because(&[value], scope, span, "unpacks what is no known dict")))
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
                    match self.formatted(&value, *conversion, &spec, scope, expr.span)? {
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
        let is_tried = self.trying > 0 || self.catching_operations > 0;
        let is_read = match scope.module.state.get() {
            Progress::Running => matches!(scope.kind, ScopeKind::Module | ScopeKind::Function),
            Progress::Done => scope.kind == ScopeKind::Function,
            Progress::Waiting => false,
        };
        if is_read && is_tried {
            return Err(self.raise("NameError", name));
        }
        Ok(self.unknown(scope, span, format!("names {name}, which is bound nowhere")))
    }
}
