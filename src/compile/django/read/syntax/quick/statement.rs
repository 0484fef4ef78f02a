//! Statements.

use std::sync::Arc;

use super::expression::is_target;
use super::token::Kind;
use super::{Found, Parser};
use crate::compile::django::read::syntax::later::{ClassDef, ClassInside, FunctionDef, FunctionInside};
use crate::compile::django::read::syntax::tree::*;

impl<'t> Parser<'t> {
    /// A compound statement, or a line of simple ones.
    pub(super) fn statement(&mut self, body: &mut Vec<Stmt>) -> Option<()> {
        let from = self.at;
        let kind = match self.kind() {
            Kind::Def | Kind::Class | Kind::At => self.definition()?,
            Kind::If => self.branches()?,
            Kind::For => self.for_loop()?,
            Kind::While => {
                self.at += 1;
                let test = self.expression()?;
                let body = self.block()?;
                StmtKind::While { test, body, otherwise: self.otherwise()? }
            }
            Kind::Try => self.tries()?,
            Kind::With => self.with()?,
            _ => return self.line(body),
        };
        let span = self.span_of_code(from);
        body.push(Stmt { kind, span });
        Some(())
    }

    /// To the last token that is no layout.
    fn span_of_code(&self, from: usize) -> Span {
        let code = self.tokens[..self.at]
            .iter()
            .rev()
            .find(|it| !matches!(it.kind, Kind::Newline | Kind::Indent | Kind::Dedent));
        let end = code.map_or(0, |it| it.end);
        Span { start: self.start + self.tokens[from].start, end: self.start + end }
    }

    fn line(&mut self, body: &mut Vec<Stmt>) -> Option<()> {
        loop {
            let from = self.at;
            let kind = self.simple()?;
            body.push(Stmt { kind, span: self.span(from) });
            let more = self.accept(Kind::Semicolon);
            if self.accept(Kind::Newline) {
                return Some(());
            }
            if !more {
                return None;
            }
        }
    }

    /// With its colon.
    fn block(&mut self) -> Option<Vec<Stmt>> {
        self.expect(Kind::Colon)?;
        let mut body = Vec::new();
        self.deeper(|it| {
            if !it.accept(Kind::Newline) {
                return it.line(&mut body);
            }
            it.expect(Kind::Indent)?;
            while !it.accept(Kind::Dedent) {
                it.statement(&mut body)?;
            }
            Some(())
        })?;
        Some(body)
    }

    fn otherwise(&mut self) -> Option<Vec<Stmt>> {
        if self.accept(Kind::Else) { self.block() } else { Some(Vec::new()) }
    }

    fn branches(&mut self) -> Option<StmtKind> {
        self.at += 1;
        let test = self.expression()?;
        let then = self.block()?;
        let from = self.at;
        if self.kind() != Kind::Elif {
            return Some(StmtKind::If { test, then, otherwise: self.otherwise()? });
        }
        self.deeper(|it| {
            let otherwise = it.elif(from)?;
            Some(StmtKind::If { test, then, otherwise: vec![otherwise] })
        })
    }

    /// Ends where its own block does, whatever follows.
    fn elif(&mut self, from: usize) -> Option<Stmt> {
        self.at += 1;
        let test = self.expression()?;
        let then = self.block()?;
        let span = self.span_of_code(from);
        let next = self.at;
        let otherwise = if self.kind() == Kind::Elif {
            vec![self.deeper(|it| it.elif(next))?]
        } else {
            self.otherwise()?
        };
        Some(Stmt { kind: StmtKind::If { test, then, otherwise }, span })
    }

    fn for_loop(&mut self) -> Option<StmtKind> {
        self.at += 1;
        let target = self.targets()?;
        self.expect(Kind::In)?;
        let iterable = self.expressions()?;
        let body = self.block()?;
        Some(StmtKind::For { target, iterable, body, otherwise: self.otherwise()? })
    }

    fn tries(&mut self) -> Option<StmtKind> {
        self.at += 1;
        let body = self.block()?;
        let mut handlers = Vec::new();
        while self.accept(Kind::Except) {
            // One that catches all is the last.
            if handlers.last().is_some_and(|it: &Handler| it.class.is_none()) {
                return None;
            }
            let class = if self.kind() == Kind::Colon { None } else { Some(self.expression()?) };
            let name = if class.is_some() && self.accept(Kind::As) { Some(self.name()?) } else { None };
            handlers.push(Handler { class, name, body: self.block()? });
        }
        let otherwise = if handlers.is_empty() { Vec::new() } else { self.otherwise()? };
        let has_last = self.accept(Kind::Finally);
        let finally = if has_last { self.block()? } else { Vec::new() };
        (has_last || !handlers.is_empty()).then_some(StmtKind::Try { body, handlers, otherwise, finally })
    }

    fn with(&mut self) -> Option<StmtKind> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            // Brackets may be around one context or around all of them.
            if self.kind() == Kind::Open {
                return None;
            }
            let context = self.expression()?;
            let target = if self.accept(Kind::As) { Some(self.name_target()?) } else { None };
            items.push((context, target));
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        Some(StmtKind::With(Arc::new(With { items, body: self.block()? })))
    }

    fn name_target(&mut self) -> Option<Expr> {
        let from = self.at;
        let name = self.name()?;
        Some(self.expr(ExprKind::Name(name), from))
    }

    fn definition(&mut self) -> Option<StmtKind> {
        let from = self.at;
        let mut decorators = Vec::new();
        while self.accept(Kind::At) {
            decorators.push(self.expression()?);
            self.expect(Kind::Newline)?;
        }
        match self.take().kind {
            Kind::Def => self.function(from, decorators),
            Kind::Class => self.class(from, decorators),
            _ => None,
        }
    }

    fn function(&mut self, from: usize, decorators: Vec<Expr>) -> Option<StmtKind> {
        let name = self.name()?;
        self.expect(Kind::Open)?;
        let parameters = self.parameters(Kind::Close, true)?;
        self.expect(Kind::Close)?;
        if self.accept(Kind::Arrow) {
            self.expression()?;
        }
        self.functions.push(Found::default());
        let body = self.block()?;
        let found = self.functions.pop()?;
        let inside = FunctionInside {
            parameters,
            decorators,
            body,
            generator: found.generator,
            is_async: false,
            outer_names: found.outer_names,
        };
        Some(StmtKind::Function(Arc::new(FunctionDef::new(name, self.span_of_code(from), inside))))
    }

    fn class(&mut self, from: usize, decorators: Vec<Expr>) -> Option<StmtKind> {
        let name = self.name()?;
        let (bases, mut keywords) =
            if self.kind() == Kind::Open { self.arguments()? } else { Default::default() };
        let is_metaclass = |(keyword, _): &(Option<Arc<str>>, Expr)| keyword.as_deref() == Some("metaclass");
        let metaclass = keywords.iter().position(is_metaclass).map(|at| keywords.remove(at).1);
        let inside = ClassInside { bases, metaclass, keywords, decorators, body: self.block()? };
        Some(StmtKind::Class(Arc::new(ClassDef::new(name, self.span_of_code(from), inside))))
    }

    /// Up to what ends them.
    pub(super) fn parameters(&mut self, end: Kind, may_be_annotated: bool) -> Option<Parameters> {
        let mut made = Parameters::default();
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut behind_star = false;
        while self.kind() != end {
            if self.accept(Kind::Slash) {
                if made.positional.is_empty() || made.positional_only > 0 || behind_star {
                    return None;
                }
                made.positional_only = made.positional.len();
            } else if self.accept(Kind::Power) {
                let name = self.parameter(may_be_annotated, &mut names)?;
                made.keyword_rest = Some(name);
                self.accept(Kind::Comma);
                break;
            } else if self.accept(Kind::Star) {
                if behind_star {
                    return None;
                }
                behind_star = true;
                if self.kind() == Kind::Name {
                    made.rest = Some(self.parameter(may_be_annotated, &mut names)?);
                } else if self.kind() != Kind::Comma
                    || self.tokens.get(self.at + 1).is_none_or(|it| it.kind != Kind::Name)
                {
                    return None;
                }
            } else {
                let name = self.parameter(may_be_annotated, &mut names)?;
                let default = if self.accept(Kind::Equals) { Some(self.expression()?) } else { None };
                let is_late = made.positional.last().is_some_and(|it| it.default.is_some());
                if !behind_star && is_late && default.is_none() {
                    return None;
                }
                let list = if behind_star { &mut made.keyword_only } else { &mut made.positional };
                list.push(Parameter { name, default });
            }
            if !self.accept(Kind::Comma) {
                break;
            }
        }
        (self.kind() == end).then_some(made)
    }

    fn parameter(&mut self, may_be_annotated: bool, names: &mut Vec<Arc<str>>) -> Option<Arc<str>> {
        let name = self.name()?;
        if names.iter().any(|it| Arc::ptr_eq(it, &name)) {
            return None;
        }
        names.push(name.clone());
        if may_be_annotated && self.accept(Kind::Colon) {
            self.expression()?;
        }
        Some(name)
    }

    fn simple(&mut self) -> Option<StmtKind> {
        let token = self.token();
        let only = |it: &mut Self, kind| {
            it.at += 1;
            Some(kind)
        };
        match token.kind {
            Kind::Pass => only(self, StmtKind::Pass),
            Kind::Break => only(self, StmtKind::Break),
            Kind::Continue => only(self, StmtKind::Continue),
            Kind::Return => {
                self.at += 1;
                let is_bare = matches!(self.kind(), Kind::Newline | Kind::Semicolon);
                Some(StmtKind::Return(if is_bare { None } else { Some(self.expressions()?) }))
            }
            Kind::Raise => {
                self.at += 1;
                if self.kind() == Kind::Newline {
                    return Some(StmtKind::Raise(None));
                }
                let raised = self.expression()?;
                if self.accept(Kind::From) {
                    self.expression()?;
                }
                Some(StmtKind::Raise(Some(raised)))
            }
            Kind::Assert => {
                self.at += 1;
                let test = self.expression()?;
                if self.accept(Kind::Comma) {
                    self.expression()?;
                }
                Some(StmtKind::Assert(test))
            }
            Kind::Global | Kind::Nonlocal => {
                self.at += 1;
                loop {
                    let name = self.name()?;
                    self.functions.last_mut()?.outer_names.push(name);
                    if !self.accept(Kind::Comma) {
                        return Some(StmtKind::Outer);
                    }
                }
            }
            Kind::Del => {
                self.at += 1;
                let mut targets = Vec::new();
                loop {
                    let target = self.expression()?;
                    if !is_target(&target) {
                        return None;
                    }
                    targets.push(target);
                    if !self.accept(Kind::Comma) {
                        return Some(StmtKind::Delete(targets));
                    }
                }
            }
            Kind::Import => {
                self.at += 1;
                let mut names = Vec::new();
                loop {
                    let name = self.dotted()?;
                    let bound_as = if self.accept(Kind::As) { Some(self.name()?) } else { None };
                    names.push(Alias { name, bound_as });
                    if !self.accept(Kind::Comma) {
                        return Some(StmtKind::Import(names));
                    }
                }
            }
            Kind::From => self.import_from(),
            Kind::Yield => Some(StmtKind::Expr(self.yields()?)),
            _ => self.assignment(),
        }
    }

    fn import_from(&mut self) -> Option<StmtKind> {
        self.at += 1;
        let mut level = 0;
        loop {
            level += match self.kind() {
                Kind::Dot => 1,
                Kind::Ellipsis => 3,
                _ => break,
            };
            self.at += 1;
        }
        let module = if self.kind() == Kind::Import { None } else { Some(self.dotted()?) };
        if module.is_none() && level == 0 {
            return None;
        }
        self.expect(Kind::Import)?;
        let mut names = Vec::new();
        if self.accept(Kind::Star) {
            names.push(Alias { name: self.intern("*"), bound_as: None });
            return Some(StmtKind::ImportFrom { module, level, names });
        }
        let is_bracketed = self.accept(Kind::Open);
        loop {
            let name = self.name()?;
            let bound_as = if self.accept(Kind::As) { Some(self.name()?) } else { None };
            names.push(Alias { name, bound_as });
            let more = self.accept(Kind::Comma);
            if is_bracketed && self.accept(Kind::Close) {
                break;
            }
            if !more {
                if is_bracketed {
                    return None;
                }
                break;
            }
        }
        Some(StmtKind::ImportFrom { module, level, names })
    }

    /// `a.b.c`, without blanks.
    fn dotted(&mut self) -> Option<Arc<str>> {
        let first = self.token();
        self.expect(Kind::Name)?;
        let mut last = first;
        while self.kind() == Kind::Dot {
            let dot = self.take();
            let name = self.token();
            self.expect(Kind::Name)?;
            if dot.start != last.end || name.start != dot.end {
                return None;
            }
            last = name;
        }
        let text: &'t str = &self.text[first.start as usize..last.end as usize];
        Some(self.intern(text))
    }

    fn assignment(&mut self) -> Option<StmtKind> {
        let first = self.expressions()?;
        match self.kind() {
            Kind::Equals => {
                let mut targets = vec![first];
                loop {
                    if !is_target(targets.last()?) {
                        return None;
                    }
                    self.expect(Kind::Equals)?;
                    let value = if self.kind() == Kind::Yield { self.yields()? } else { self.expressions()? };
                    if self.kind() != Kind::Equals {
                        return Some(StmtKind::Assign { targets, value });
                    }
                    targets.push(value);
                }
            }
            Kind::Augment => {
                let operator = augments(self.text_of(self.token()))?;
                self.at += 1;
                let plain = matches!(
                    first.kind,
                    ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Subscript(..)
                );
                let value = if self.kind() == Kind::Yield { self.yields()? } else { self.expressions()? };
                plain.then_some(StmtKind::AugAssign { target: first, operator, value })
            }
            Kind::Colon => {
                if !matches!(first.kind, ExprKind::Name(_) | ExprKind::Attribute(..)) {
                    return None;
                }
                self.at += 1;
                self.expression()?;
                if !self.accept(Kind::Equals) {
                    return Some(StmtKind::Pass);
                }
                let value = if self.kind() == Kind::Yield { self.yields()? } else { self.expressions()? };
                Some(StmtKind::Assign { targets: vec![first], value })
            }
            _ => Some(StmtKind::Expr(first)),
        }
    }
}

fn augments(text: &str) -> Option<Operator> {
    Some(match text {
        "+=" => Operator::Add,
        "-=" => Operator::Sub,
        "*=" => Operator::Mul,
        "/=" => Operator::Div,
        "//=" => Operator::FloorDiv,
        "%=" => Operator::Mod,
        "**=" => Operator::Pow,
        "|=" => Operator::Or,
        "&=" => Operator::And,
        "^=" => Operator::Xor,
        "<<=" => Operator::LeftShift,
        ">>=" => Operator::RightShift,
        "@=" => Operator::MatMul,
        _ => return None,
    })
}
