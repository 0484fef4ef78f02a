//! `match` over values, as the `if` and `elif` that it stands for.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::{Lower, MAX_DEPTH};
use crate::compile::django::read::syntax::tree::*;

impl Lower {
    /// `None` where a pattern takes its subject apart.
    pub(super) fn cases(&mut self, it: &ast::StmtMatch) -> Option<StmtKind> {
        if it.cases.len() > MAX_DEPTH / 2 || !it.cases.iter().all(|case| compares(&case.pattern)) {
            return None;
        }
        let mut otherwise: Vec<Stmt> = Vec::new();
        for case in it.cases.iter().rev() {
            let test = self.test(&it.subject, &case.pattern);
            let test = match (test, case.guard.as_deref()) {
                (Some(test), Some(guard)) => {
                    let span = self.span(case.range());
                    Some(Expr { kind: ExprKind::And(vec![test, self.expr(guard)]), span })
                }
                (None, Some(guard)) => Some(self.expr(guard)),
                (test, None) => test,
            };
            let then = self.block(&case.body);
            otherwise = match test {
                Some(test) => {
                    vec![Stmt { kind: StmtKind::If { test, then, otherwise }, span: self.span(it.range()) }]
                }
                None => then,
            };
        }
        let span = self.span(it.range());
        let test = Expr { kind: ExprKind::Literal(Literal::Bool(true)), span };
        Some(match otherwise.pop() {
            Some(Stmt { kind: kind @ StmtKind::If { .. }, .. }) if otherwise.is_empty() => kind,
            last => {
                otherwise.extend(last);
                StmtKind::If { test, then: otherwise, otherwise: Vec::new() }
            }
        })
    }

    /// `None` for what matches anything.
    fn test(&mut self, subject: &ast::Expr, pattern: &ast::Pattern) -> Option<Expr> {
        let span = self.span(pattern.range());
        let kind = match pattern {
            ast::Pattern::MatchValue(it) => {
                let value = self.expr(&it.value);
                ExprKind::Compare(self.boxed(subject), vec![(Comparison::Equal, value)])
            }
            ast::Pattern::MatchSingleton(it) => {
                let literal = match it.value {
                    ast::Singleton::None => Literal::None,
                    ast::Singleton::True => Literal::Bool(true),
                    ast::Singleton::False => Literal::Bool(false),
                };
                let value = Expr { kind: ExprKind::Literal(literal), span };
                ExprKind::Compare(self.boxed(subject), vec![(Comparison::Is, value)])
            }
            ast::Pattern::MatchOr(it) => {
                let tests: Option<Vec<Expr>> = it.patterns.iter().map(|it| self.test(subject, it)).collect();
                ExprKind::Or(tests?)
            }
            _ => return None,
        };
        Some(Expr { kind, span })
    }
}

/// With a value, or with anything, without giving it a name.
fn compares(pattern: &ast::Pattern) -> bool {
    match pattern {
        ast::Pattern::MatchValue(_) | ast::Pattern::MatchSingleton(_) => true,
        ast::Pattern::MatchOr(it) => it.patterns.iter().all(compares),
        ast::Pattern::MatchAs(it) => it.pattern.is_none() && it.name.is_none(),
        _ => false,
    }
}
