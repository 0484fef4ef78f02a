//! Expressions.

use std::sync::Arc;

use super::token::Kind;
use super::{Found, MAX_CHAIN, Parser};
use crate::compile::django::read::syntax::later::{FunctionDef, FunctionInside};
use crate::compile::django::read::syntax::tree::*;

/// How tightly `|` binds; what binds less is no operator of two numbers.
const LOOSEST: u8 = 1;

impl Parser<'_> {
    /// One expression, or a tuple without brackets.
    pub(super) fn expressions(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.item()?;
        self.tuple_of(first, from, Self::item)
    }

    /// What is assigned in a loop: no comparison, because `in` ends it.
    pub(super) fn targets(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.operand(LOOSEST)?;
        let target = self.tuple_of(first, from, |it| it.operand(LOOSEST))?;
        is_target(&target).then_some(target)
    }

    fn tuple_of(
        &mut self,
        first: Expr,
        from: usize,
        next: impl Fn(&mut Self) -> Option<Expr>,
    ) -> Option<Expr> {
        if self.kind() != Kind::Comma {
            return (!matches!(first.kind, ExprKind::Starred(_))).then_some(first);
        }
        let mut items = vec![first];
        while self.accept(Kind::Comma) {
            if !self.starts_expression() {
                break;
            }
            items.push(next(self)?);
        }
        Some(self.expr(ExprKind::Tuple(items), from))
    }

    fn starts_expression(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Name
                | Kind::Int
                | Kind::Float
                | Kind::Str
                | Kind::Raw
                | Kind::Bytes
                | Kind::True
                | Kind::False
                | Kind::None
                | Kind::Ellipsis
                | Kind::Not
                | Kind::Lambda
                | Kind::Open
                | Kind::OpenList
                | Kind::OpenDict
                | Kind::Minus
                | Kind::Plus
                | Kind::Tilde
                | Kind::Star
        )
    }

    /// An element of a tuple, list or set.
    fn item(&mut self) -> Option<Expr> {
        let from = self.at;
        if !self.accept(Kind::Star) {
            return self.expression();
        }
        let inner = self.operand(LOOSEST)?;
        Some(self.expr(ExprKind::Starred(Box::new(inner)), from))
    }

    pub(super) fn expression(&mut self) -> Option<Expr> {
        self.deeper(|it| {
            if it.kind() == Kind::Lambda {
                return it.lambda();
            }
            let from = it.at;
            let then = it.or()?;
            if !it.accept(Kind::If) {
                return Some(then);
            }
            let test = it.or()?;
            it.expect(Kind::Else)?;
            let otherwise = it.expression()?;
            let (test, then, otherwise) = (Box::new(test), Box::new(then), Box::new(otherwise));
            Some(it.expr(ExprKind::Conditional { test, then, otherwise }, from))
        })
    }

    fn or(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.and()?;
        if self.kind() != Kind::Or {
            return Some(first);
        }
        let mut values = vec![first];
        while self.accept(Kind::Or) {
            values.push(self.and()?);
        }
        Some(self.expr(ExprKind::Or(values), from))
    }

    fn and(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.not()?;
        if self.kind() != Kind::And {
            return Some(first);
        }
        let mut values = vec![first];
        while self.accept(Kind::And) {
            values.push(self.not()?);
        }
        Some(self.expr(ExprKind::And(values), from))
    }

    fn not(&mut self) -> Option<Expr> {
        let from = self.at;
        if !self.accept(Kind::Not) {
            return self.comparison();
        }
        let value = self.deeper(Self::not)?;
        Some(self.expr(ExprKind::Not(Box::new(value)), from))
    }

    fn comparison(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.operand(LOOSEST)?;
        let mut rest = Vec::new();
        while let Some(comparison) = self.compares() {
            rest.push((comparison, self.operand(LOOSEST)?));
        }
        if rest.is_empty() {
            Some(first)
        } else {
            Some(self.expr(ExprKind::Compare(Box::new(first), rest), from))
        }
    }

    fn compares(&mut self) -> Option<Comparison> {
        let comparison = match self.kind() {
            Kind::Equal => Comparison::Equal,
            Kind::NotEqual => Comparison::NotEqual,
            Kind::Less => Comparison::Less,
            Kind::LessOrEqual => Comparison::LessOrEqual,
            Kind::Greater => Comparison::Greater,
            Kind::GreaterOrEqual => Comparison::GreaterOrEqual,
            Kind::In => Comparison::In,
            Kind::Is if self.tokens.get(self.at + 1)?.kind == Kind::Not => {
                self.at += 1;
                Comparison::IsNot
            }
            Kind::Is => Comparison::Is,
            Kind::Not if self.tokens.get(self.at + 1)?.kind == Kind::In => {
                self.at += 1;
                Comparison::NotIn
            }
            _ => return None,
        };
        self.at += 1;
        Some(comparison)
    }

    /// Operators of two numbers that bind at least so tightly, the left ones first.
    fn operand(&mut self, tightness: u8) -> Option<Expr> {
        let from = self.at;
        let mut left = self.unary()?;
        for _ in 0..MAX_CHAIN {
            let Some((operator, own)) = binary(self.kind()).filter(|(_, own)| *own >= tightness) else {
                return Some(left);
            };
            self.at += 1;
            let right = self.deeper(|it| it.operand(own + 1))?;
            left = self.expr(ExprKind::Binary(Box::new(left), operator, Box::new(right)), from);
        }
        None
    }

    fn unary(&mut self) -> Option<Expr> {
        let from = self.at;
        let sign = match self.kind() {
            Kind::Plus => Sign::Plus,
            Kind::Minus => Sign::Minus,
            Kind::Tilde => Sign::Invert,
            _ => return self.power(),
        };
        self.at += 1;
        let value = self.deeper(Self::unary)?;
        Some(self.expr(ExprKind::Unary(sign, Box::new(value)), from))
    }

    fn power(&mut self) -> Option<Expr> {
        let from = self.at;
        let base = self.primary()?;
        if !self.accept(Kind::Power) {
            return Some(base);
        }
        let exponent = self.deeper(Self::unary)?;
        Some(self.expr(ExprKind::Binary(Box::new(base), Operator::Pow, Box::new(exponent)), from))
    }

    fn primary(&mut self) -> Option<Expr> {
        let from = self.at;
        let mut value = self.deeper(Self::atom)?;
        for _ in 0..MAX_CHAIN {
            let kind = match self.kind() {
                Kind::Dot => {
                    self.at += 1;
                    ExprKind::Attribute(Box::new(value), self.name()?)
                }
                Kind::Open => {
                    let (args, keywords) = self.arguments()?;
                    ExprKind::Call(Box::new(CallExpr { function: value, args, keywords }))
                }
                Kind::OpenList => {
                    self.at += 1;
                    let index = self.index()?;
                    self.expect(Kind::CloseList)?;
                    ExprKind::Subscript(Box::new(value), Box::new(index))
                }
                _ => return Some(value),
            };
            value = self.expr(kind, from);
        }
        None
    }

    /// Between brackets, those included; keywords by their names.
    #[expect(clippy::type_complexity, reason = "the two halves of an argument list")]
    pub(super) fn arguments(&mut self) -> Option<(Vec<Expr>, Vec<(Option<Arc<str>>, Expr)>)> {
        self.expect(Kind::Open)?;
        let mut args = Vec::new();
        let mut keywords: Vec<(Option<Arc<str>>, Expr)> = Vec::new();
        while !self.accept(Kind::Close) {
            if self.accept(Kind::Power) {
                let value = self.expression()?;
                keywords.push((None, value));
            } else if self.kind() == Kind::Name
                && self.tokens.get(self.at + 1).is_some_and(|it| it.kind == Kind::Equals)
            {
                let name = self.name()?;
                self.at += 1;
                if keywords.iter().any(|(it, _)| it.as_ref().is_some_and(|it| Arc::ptr_eq(it, &name))) {
                    return None;
                }
                let value = self.expression()?;
                keywords.push((Some(name), value));
            } else {
                // One behind a keyword is mostly wrong.
                if !keywords.is_empty() {
                    return None;
                }
                let from = self.at;
                let value = self.item()?;
                if self.kind() == Kind::For {
                    if !args.is_empty() || matches!(value.kind, ExprKind::Starred(_)) {
                        return None;
                    }
                    let kind = self.comprehension(Makes::Generator, value, None)?;
                    args.push(self.expr(kind, from));
                    self.expect(Kind::Close)?;
                    break;
                }
                args.push(value);
            }
            if !self.accept(Kind::Comma) && self.kind() != Kind::Close {
                return None;
            }
        }
        Some((args, keywords))
    }

    /// What stands in the brackets behind a value.
    fn index(&mut self) -> Option<Expr> {
        let from = self.at;
        let first = self.slice()?;
        if self.kind() != Kind::Comma {
            return Some(first);
        }
        let mut items = vec![first];
        while self.accept(Kind::Comma) {
            if self.kind() == Kind::CloseList {
                break;
            }
            items.push(self.slice()?);
        }
        Some(self.expr(ExprKind::Tuple(items), from))
    }

    fn slice(&mut self) -> Option<Expr> {
        let from = self.at;
        let mut bounds = [None, None, None];
        if self.kind() != Kind::Colon {
            let first = self.expression()?;
            if self.kind() != Kind::Colon {
                return Some(first);
            }
            bounds[0] = Some(Box::new(first));
        }
        for bound in &mut bounds[1..] {
            if !self.accept(Kind::Colon) {
                break;
            }
            if !matches!(self.kind(), Kind::Colon | Kind::Comma | Kind::CloseList) {
                *bound = Some(Box::new(self.expression()?));
            }
        }
        let [lower, to, step] = bounds;
        Some(self.expr(ExprKind::Slice { from: lower, to, step }, from))
    }

    fn atom(&mut self) -> Option<Expr> {
        let from = self.at;
        let kind = match self.kind() {
            Kind::Name => ExprKind::Name(self.name()?),
            Kind::Int | Kind::Float => self.number()?,
            Kind::Str | Kind::Raw | Kind::Bytes => self.texts()?,
            Kind::True => self.literal(Literal::Bool(true)),
            Kind::False => self.literal(Literal::Bool(false)),
            Kind::None => self.literal(Literal::None),
            Kind::Ellipsis => self.literal(Literal::Ellipsis),
            Kind::Open => return self.in_brackets(),
            Kind::OpenList => {
                self.at += 1;
                self.items(Kind::CloseList, Makes::List)?
            }
            Kind::OpenDict => self.dict_or_set()?,
            _ => return None,
        };
        Some(self.expr(kind, from))
    }

    fn literal(&mut self, literal: Literal) -> ExprKind {
        self.at += 1;
        ExprKind::Literal(literal)
    }

    /// A tuple, a generator, or one expression, which stays what it is.
    fn in_brackets(&mut self) -> Option<Expr> {
        let from = self.at;
        self.at += 1;
        if self.accept(Kind::Close) {
            return Some(self.expr(ExprKind::Tuple(Vec::new()), from));
        }
        if self.kind() == Kind::Yield {
            let value = self.yields()?;
            self.expect(Kind::Close)?;
            return Some(value);
        }
        let first = self.item()?;
        if self.kind() == Kind::For && !matches!(first.kind, ExprKind::Starred(_)) {
            let kind = self.comprehension(Makes::Generator, first, None)?;
            self.expect(Kind::Close)?;
            return Some(self.expr(kind, from));
        }
        if self.accept(Kind::Close) {
            return (!matches!(first.kind, ExprKind::Starred(_))).then_some(first);
        }
        let mut items = vec![first];
        self.more_items(Kind::Close, &mut items)?;
        Some(self.expr(ExprKind::Tuple(items), from))
    }

    /// The rest of a list or set.
    fn items(&mut self, close: Kind, makes: Makes) -> Option<ExprKind> {
        let mut items = Vec::new();
        if !self.accept(close) {
            let first = self.item()?;
            if self.kind() == Kind::For && !matches!(first.kind, ExprKind::Starred(_)) {
                let kind = self.comprehension(makes, first, None)?;
                self.expect(close)?;
                return Some(kind);
            }
            items.push(first);
            if !self.accept(close) {
                self.more_items(close, &mut items)?;
            }
        }
        Some(if makes == Makes::List { ExprKind::List(items) } else { ExprKind::Set(items) })
    }

    fn more_items(&mut self, close: Kind, items: &mut Vec<Expr>) -> Option<()> {
        loop {
            self.expect(Kind::Comma)?;
            if self.accept(close) {
                return Some(());
            }
            items.push(self.item()?);
            if self.accept(close) {
                return Some(());
            }
        }
    }

    fn dict_or_set(&mut self) -> Option<ExprKind> {
        self.at += 1;
        let mut pairs = Vec::new();
        while !self.accept(Kind::CloseDict) {
            if self.accept(Kind::Power) {
                let value = self.operand(LOOSEST)?;
                pairs.push((None, value));
            } else {
                let start = self.at;
                let key = self.item()?;
                if !self.accept(Kind::Colon) {
                    if !pairs.is_empty() {
                        return None;
                    }
                    self.at = start;
                    return self.items(Kind::CloseDict, Makes::Set);
                }
                if matches!(key.kind, ExprKind::Starred(_)) {
                    return None;
                }
                let value = self.expression()?;
                if self.kind() == Kind::For {
                    if !pairs.is_empty() {
                        return None;
                    }
                    let kind = self.comprehension(Makes::Dict, key, Some(value))?;
                    self.expect(Kind::CloseDict)?;
                    return Some(kind);
                }
                pairs.push((Some(key), value));
            }
            if !self.accept(Kind::Comma) && self.kind() != Kind::CloseDict {
                return None;
            }
        }
        Some(ExprKind::Dict(pairs))
    }

    fn comprehension(&mut self, makes: Makes, element: Expr, value: Option<Expr>) -> Option<ExprKind> {
        let mut loops = Vec::new();
        while self.accept(Kind::For) {
            let target = self.targets()?;
            self.expect(Kind::In)?;
            let iterable = self.or()?;
            let mut conditions = Vec::new();
            while self.accept(Kind::If) {
                conditions.push(self.or()?);
            }
            loops.push(Loop { target, iterable, conditions });
        }
        Some(ExprKind::Comprehension(Arc::new(Comprehension { makes, element, value, loops })))
    }

    fn lambda(&mut self) -> Option<Expr> {
        let from = self.at;
        self.at += 1;
        let parameters = self.parameters(Kind::Colon, false)?;
        self.expect(Kind::Colon)?;
        self.functions.push(Found::default());
        let value = self.expression()?;
        let found = self.functions.pop()?;
        let at = value.span;
        let inside = FunctionInside {
            parameters,
            decorators: Vec::new(),
            body: vec![Stmt { kind: StmtKind::Return(Some(value)), span: at }],
            generator: found.generator,
            is_async: false,
            outer_names: Vec::new(),
        };
        let definition = FunctionDef::new(self.intern("<lambda>"), self.span(from), inside);
        Some(self.expr(ExprKind::Lambda(Arc::new(definition)), from))
    }

    pub(super) fn yields(&mut self) -> Option<Expr> {
        let from = self.at;
        self.expect(Kind::Yield)?;
        self.functions.last_mut()?.generator = true;
        let kind = if self.accept(Kind::From) {
            ExprKind::YieldFrom(Box::new(self.expression()?))
        } else if self.starts_expression() {
            ExprKind::Yield(Some(Box::new(self.expressions()?)))
        } else {
            ExprKind::Yield(None)
        };
        Some(self.expr(kind, from))
    }
}

/// What can be assigned to.
pub fn is_target(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Subscript(..) => true,
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().all(is_target),
        _ => false,
    }
}

/// The operator, and how tightly it binds.
fn binary(kind: Kind) -> Option<(Operator, u8)> {
    Some(match kind {
        Kind::Pipe => (Operator::Or, LOOSEST),
        Kind::Caret => (Operator::Xor, 2),
        Kind::Ampersand => (Operator::And, 3),
        Kind::LeftShift => (Operator::LeftShift, 4),
        Kind::RightShift => (Operator::RightShift, 4),
        Kind::Plus => (Operator::Add, 5),
        Kind::Minus => (Operator::Sub, 5),
        Kind::Star => (Operator::Mul, 6),
        Kind::Slash => (Operator::Div, 6),
        Kind::Floor => (Operator::FloorDiv, 6),
        Kind::Percent => (Operator::Mod, 6),
        Kind::At => (Operator::MatMul, 6),
        _ => return None,
    })
}
