//! `match` as the `if` and `elif` that it stands for
//! (<https://docs.python.org/3/reference/compound_stmts.html#the-match-statement>).

use std::sync::Arc;

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::{Lower, MAX_DEPTH};
use crate::compile::django::read::syntax::tree::*;

/// The name of a subject that is computed once. No name of Python's is spelled so.
const SUBJECT: &str = "*subject";
/// Classes that a pattern takes as a whole: `case int(number)`.
const WHOLE: &[&str] =
    &["bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"];

/// What a pattern is held against: the subject, or a part of it.
enum Place<'a> {
    Subject(&'a ast::Expr),
    /// What [`SUBJECT`] names.
    Named,
    Item(&'a Place<'a>, i128),
    Key(&'a Place<'a>, &'a ast::Expr),
    Attribute(&'a Place<'a>, Arc<str>),
    /// From there on, but for so many at the end.
    Rest(&'a Place<'a>, usize, usize),
}

impl Lower {
    /// `None` where a pattern asks what is not known here: the parameters of a class, or what else is in a mapping.
    pub(super) fn cases(&mut self, it: &ast::StmtMatch) -> Option<StmtKind> {
        if it.cases.len() > MAX_DEPTH / 2
            || !it.cases.iter().all(|case| is_plain(&case.pattern, MAX_DEPTH / 4))
        {
            return None;
        }
        let span = self.span(it.range());
        let is_name = matches!(&*it.subject, ast::Expr::Name(_) | ast::Expr::Attribute(_));
        let place = if is_name { Place::Subject(&it.subject) } else { Place::Named };
        let mut otherwise: Vec<Stmt> = Vec::new();
        for case in it.cases.iter().rev() {
            let mut tests = Vec::new();
            self.tests(&place, &case.pattern, &mut tests);
            tests.extend(case.guard.as_deref().map(|it| self.expr(it)));
            let then = self.block(&case.body);
            otherwise = match tests.len() {
                0 => then,
                _ => {
                    let test = all(tests, self.span(case.range()));
                    vec![Stmt { kind: StmtKind::If { test, then, otherwise }, span }]
                }
            };
        }
        if !is_name {
            let target = Expr { kind: ExprKind::Name(SUBJECT.into()), span };
            let kind = StmtKind::Assign { targets: vec![target], value: self.expr(&it.subject) };
            otherwise.insert(0, Stmt { kind, span });
        }
        Some(match otherwise.pop() {
            Some(Stmt { kind: kind @ StmtKind::If { .. }, .. }) if otherwise.is_empty() => kind,
            last => {
                otherwise.extend(last);
                let test = Expr { kind: ExprKind::Literal(Literal::Bool(true)), span };
                StmtKind::If { test, then: otherwise, otherwise: Vec::new() }
            }
        })
    }

    /// All that has to be true, in order; binding a name is.
    fn tests(&mut self, place: &Place<'_>, pattern: &ast::Pattern, out: &mut Vec<Expr>) {
        let span = self.span(pattern.range());
        let expr = |kind| Expr { kind, span };
        match pattern {
            ast::Pattern::MatchValue(it) => {
                let value = self.expr(&it.value);
                let subject = self.place(place, span);
                out.push(expr(ExprKind::Compare(Box::new(subject), vec![(Comparison::Equal, value)])));
            }
            ast::Pattern::MatchSingleton(it) => {
                let value = expr(ExprKind::Literal(match it.value {
                    ast::Singleton::None => Literal::None,
                    ast::Singleton::True => Literal::Bool(true),
                    ast::Singleton::False => Literal::Bool(false),
                }));
                let subject = self.place(place, span);
                out.push(expr(ExprKind::Compare(Box::new(subject), vec![(Comparison::Is, value)])));
            }
            ast::Pattern::MatchOr(it) => {
                let mut ways = Vec::new();
                for pattern in &it.patterns {
                    let mut tests = Vec::new();
                    self.tests(place, pattern, &mut tests);
                    ways.push(all(tests, span));
                }
                out.push(expr(ExprKind::Or(ways)));
            }
            ast::Pattern::MatchAs(it) => {
                if let Some(pattern) = &it.pattern {
                    self.tests(place, pattern, out);
                }
                if let Some(name) = &it.name {
                    let value = self.place(place, span);
                    out.push(self.binding(&name.clone(), value));
                }
            }
            ast::Pattern::MatchSequence(it) => self.sequence(place, &it.patterns, span, out),
            ast::Pattern::MatchMapping(it) => {
                let subject = self.place(place, span);
                out.push(is_instance(subject, &["dict"], span));
                for (key, pattern) in it.keys.iter().zip(&it.patterns) {
                    let name = self.expr(key);
                    let subject = self.place(place, span);
                    out.push(expr(ExprKind::Compare(Box::new(name), vec![(Comparison::In, subject)])));
                    self.tests(&Place::Key(place, key), pattern, out);
                }
            }
            ast::Pattern::MatchClass(it) => {
                let subject = self.place(place, span);
                let class = self.expr(&it.cls);
                out.push(call("isinstance", vec![subject, class], span));
                for pattern in &it.arguments.patterns {
                    self.tests(place, pattern, out);
                }
                for keyword in &it.arguments.keywords {
                    let name = self.name(&keyword.attr);
                    let subject = self.place(place, span);
                    let text = expr(ExprKind::Literal(Literal::Str(name.clone())));
                    out.push(call("hasattr", vec![subject, text], span));
                    self.tests(&Place::Attribute(place, name), &keyword.pattern, out);
                }
            }
            ast::Pattern::MatchStar(_) => {}
        }
    }

    fn sequence(&mut self, place: &Place<'_>, patterns: &[ast::Pattern], span: Span, out: &mut Vec<Expr>) {
        let star = patterns.iter().position(|it| matches!(it, ast::Pattern::MatchStar(_)));
        let subject = self.place(place, span);
        out.push(is_instance(subject, &["list", "tuple"], span));
        let length = call("len", vec![self.place(place, span)], span);
        let how = if star.is_some() { Comparison::GreaterOrEqual } else { Comparison::Equal };
        let count = patterns.len() - usize::from(star.is_some());
        let count = Expr { kind: ExprKind::Literal(Literal::Int(count as i128)), span };
        out.push(Expr { kind: ExprKind::Compare(Box::new(length), vec![(how, count)]), span });
        for (at, pattern) in patterns.iter().enumerate() {
            match (pattern, star) {
                (ast::Pattern::MatchStar(it), _) => {
                    if let Some(name) = &it.name {
                        let rest = self.place(&Place::Rest(place, at, patterns.len() - at - 1), span);
                        out.push(self.binding(&name.clone(), call("list", vec![rest], span)));
                    }
                }
                (_, Some(star)) if at > star => {
                    let from_the_end = at as i128 - patterns.len() as i128;
                    self.tests(&Place::Item(place, from_the_end), pattern, out);
                }
                _ => self.tests(&Place::Item(place, at as i128), pattern, out),
            }
        }
    }

    /// `(name := value) is name`
    fn binding(&mut self, name: &ast::Identifier, value: Expr) -> Expr {
        let span = self.span(name.range());
        let name = self.name(name);
        let bound = Expr { kind: ExprKind::Walrus(name.clone(), Box::new(value)), span };
        let again = Expr { kind: ExprKind::Name(name), span };
        Expr { kind: ExprKind::Compare(Box::new(bound), vec![(Comparison::Is, again)]), span }
    }

    fn place(&mut self, place: &Place<'_>, span: Span) -> Expr {
        let expr = |kind| Expr { kind, span };
        let number = |it: i128| expr(ExprKind::Literal(Literal::Int(it)));
        match place {
            Place::Subject(it) => self.expr(it),
            Place::Named => expr(ExprKind::Name(SUBJECT.into())),
            Place::Item(of, at) => {
                let of = self.place(of, span);
                expr(ExprKind::Subscript(Box::new(of), Box::new(number(*at))))
            }
            Place::Key(of, key) => {
                let (of, key) = (self.place(of, span), self.expr(key));
                expr(ExprKind::Subscript(Box::new(of), Box::new(key)))
            }
            Place::Attribute(of, name) => {
                let of = self.place(of, span);
                expr(ExprKind::Attribute(Box::new(of), name.clone()))
            }
            Place::Rest(of, from, without) => {
                let of = self.place(of, span);
                let slice = ExprKind::Slice {
                    from: Some(Box::new(number(*from as i128))),
                    to: (*without > 0).then(|| Box::new(number(-(*without as i128)))),
                    step: None,
                };
                expr(ExprKind::Subscript(Box::new(of), Box::new(expr(slice))))
            }
        }
    }
}

fn all(mut tests: Vec<Expr>, span: Span) -> Expr {
    let kind = match tests.len() {
        0 => ExprKind::Literal(Literal::Bool(true)),
        1 => return tests.remove(0),
        _ => ExprKind::And(tests),
    };
    Expr { kind, span }
}

fn call(function: &str, args: Vec<Expr>, span: Span) -> Expr {
    let function = Expr { kind: ExprKind::Name(function.into()), span };
    Expr { kind: ExprKind::Call(Box::new(CallExpr { function, args, keywords: Vec::new() })), span }
}

fn is_instance(subject: Expr, classes: &[&str], span: Span) -> Expr {
    let classes = classes.iter().map(|it| Expr { kind: ExprKind::Name((*it).into()), span }).collect();
    call("isinstance", vec![subject, Expr { kind: ExprKind::Tuple(classes), span }], span)
}

/// Whether it is made of what [`Lower::tests`] writes down.
fn is_plain(pattern: &ast::Pattern, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let are_plain = |patterns: &[ast::Pattern]| patterns.iter().all(|it| is_plain(it, depth));
    match pattern {
        ast::Pattern::MatchValue(_) | ast::Pattern::MatchSingleton(_) | ast::Pattern::MatchStar(_) => true,
        ast::Pattern::MatchOr(it) => are_plain(&it.patterns),
        ast::Pattern::MatchAs(it) => it.pattern.as_ref().is_none_or(|it| is_plain(it, depth)),
        ast::Pattern::MatchSequence(it) => are_plain(&it.patterns),
        ast::Pattern::MatchMapping(it) => it.rest.is_none() && are_plain(&it.patterns),
        ast::Pattern::MatchClass(it) => {
            let takes_whole = matches!(&*it.cls, ast::Expr::Name(name) if WHOLE.contains(&name.id.as_str()));
            let is_known =
                it.arguments.patterns.is_empty() || (takes_whole && it.arguments.patterns.len() == 1);
            is_known
                && are_plain(&it.arguments.patterns)
                && it.arguments.keywords.iter().all(|it| is_plain(&it.pattern, depth))
        }
    }
}
