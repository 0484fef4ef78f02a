//! Ruff's tree to ours. Nothing is lost but what no migration can need: annotations, patterns with parts, `await`.

mod cases;

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};

use super::later::{ClassInside, FunctionInside};
use super::tree::*;

/// A chain of operators makes a tree as deep as it is long; every later walk recurses.
const MAX_DEPTH: usize = 1_500;

/// A module, or a part of one that begins at the offset `start`.
pub fn lower(module: &ast::ModModule, start: u32) -> Vec<Stmt> {
    let mut lower = Lower { start, names: HashSet::default(), depth: 0, functions: vec![Found::default()] };
    lower.block(&module.body)
}

struct Lower {
    start: u32,
    /// One allocation for each name of a file.
    names: HashSet<Arc<str>, RandomState>,
    depth: usize,
    /// What was found in the functions that are being walked, the innermost last.
    functions: Vec<Found>,
}

#[derive(Default)]
struct Found {
    generator: bool,
    outer_names: Vec<Arc<str>>,
}

impl Lower {
    fn span(&self, range: TextRange) -> Span {
        Span { start: self.start + range.start().to_u32(), end: self.start + range.end().to_u32() }
    }

    fn name(&mut self, text: &str) -> Arc<str> {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Arc<str> = text.into();
        self.names.insert(name.clone());
        name
    }

    fn block(&mut self, body: &[ast::Stmt]) -> Vec<Stmt> {
        body.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn exprs(&mut self, exprs: &[ast::Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn maybe(&mut self, expr: Option<&ast::Expr>) -> Option<Box<Expr>> {
        expr.map(|expr| self.boxed(expr))
    }

    fn stmt(&mut self, stmt: &ast::Stmt) -> Stmt {
        let kind = match stmt {
            ast::Stmt::FunctionDef(it) => StmtKind::Function(Arc::new(self.function(it))),
            ast::Stmt::ClassDef(it) => StmtKind::Class(Arc::new(self.class(it))),
            ast::Stmt::Return(it) => StmtKind::Return(it.value.as_deref().map(|it| self.expr(it))),
            ast::Stmt::Delete(it) => StmtKind::Delete(self.exprs(&it.targets)),
            ast::Stmt::Assign(it) => {
                StmtKind::Assign { targets: self.exprs(&it.targets), value: self.expr(&it.value) }
            }
            ast::Stmt::AugAssign(it) => StmtKind::AugAssign {
                target: self.expr(&it.target),
                operator: operator(it.op),
                value: self.expr(&it.value),
            },
            ast::Stmt::AnnAssign(it) => match &it.value {
                Some(value) => {
                    StmtKind::Assign { targets: vec![self.expr(&it.target)], value: self.expr(value) }
                }
                None => StmtKind::Pass,
            },
            ast::Stmt::For(it) => StmtKind::For {
                target: self.expr(&it.target),
                iterable: self.expr(&it.iter),
                body: self.block(&it.body),
                otherwise: self.block(&it.orelse),
            },
            ast::Stmt::While(it) => StmtKind::While {
                test: self.expr(&it.test),
                body: self.block(&it.body),
                otherwise: self.block(&it.orelse),
            },
            ast::Stmt::If(it) => self.branches(&it.test, &it.body, &it.elif_else_clauses),
            ast::Stmt::With(it) => StmtKind::With(Arc::new(With {
                items: it
                    .items
                    .iter()
                    .map(|item| {
                        let bound = item.optional_vars.as_deref().map(|it| self.expr(it));
                        (self.expr(&item.context_expr), bound)
                    })
                    .collect(),
                body: self.block(&it.body),
            })),
            ast::Stmt::Try(it) => StmtKind::Try {
                body: self.block(&it.body),
                handlers: it.handlers.iter().map(|handler| self.handler(handler)).collect(),
                otherwise: self.block(&it.orelse),
                finally: self.block(&it.finalbody),
            },
            ast::Stmt::Raise(it) => StmtKind::Raise(it.exc.as_deref().map(|it| self.expr(it))),
            ast::Stmt::Import(it) => StmtKind::Import(self.aliases(&it.names)),
            ast::Stmt::ImportFrom(it) => StmtKind::ImportFrom {
                module: it.module.as_ref().map(|it| self.name(it)),
                level: it.level,
                names: self.aliases(&it.names),
            },
            ast::Stmt::Global(it) => self.outer(&it.names),
            ast::Stmt::Nonlocal(it) => self.outer(&it.names),
            ast::Stmt::Expr(it) => StmtKind::Expr(self.expr(&it.value)),
            ast::Stmt::Assert(it) => StmtKind::Assert(self.expr(&it.test)),
            ast::Stmt::Pass(_) | ast::Stmt::TypeAlias(_) => StmtKind::Pass,
            ast::Stmt::Break(_) => StmtKind::Break,
            ast::Stmt::Continue(_) => StmtKind::Continue,
            ast::Stmt::Match(it) => self.cases(it).unwrap_or_else(|| {
                StmtKind::Opaque(
                    "is a match statement",
                    it.cases.iter().flat_map(|case| self.block(&case.body)).collect(),
                )
            }),
            ast::Stmt::IpyEscapeCommand(_) => StmtKind::Opaque("is an IPython command", Vec::new()),
        };
        Stmt { kind, span: self.span(stmt.range()) }
    }

    fn branches(
        &mut self,
        test: &ast::Expr,
        body: &[ast::Stmt],
        clauses: &[ast::ElifElseClause],
    ) -> StmtKind {
        // From the last to the first, so that a thousand elifs are a loop here; they nest in our tree.
        let mut otherwise: Vec<Stmt> = Vec::new();
        for (position, clause) in clauses.iter().enumerate().rev() {
            let block = self.block(&clause.body);
            otherwise = match &clause.test {
                None => block,
                Some(_) if clauses.len() - position > MAX_DEPTH => {
                    vec![Stmt {
                        kind: StmtKind::Opaque("has too many elifs", block),
                        span: self.span(clause.range),
                    }]
                }
                Some(test) => {
                    let kind = StmtKind::If { test: self.expr(test), then: block, otherwise };
                    vec![Stmt { kind, span: self.span(clause.range) }]
                }
            };
        }
        StmtKind::If { test: self.expr(test), then: self.block(body), otherwise }
    }

    fn handler(&mut self, handler: &ast::ExceptHandler) -> Handler {
        let ast::ExceptHandler::ExceptHandler(it) = handler;
        Handler {
            class: it.type_.as_deref().map(|it| self.expr(it)),
            name: it.name.as_ref().map(|it| self.name(it)),
            body: self.block(&it.body),
        }
    }

    fn aliases(&mut self, names: &[ast::Alias]) -> Vec<Alias> {
        names
            .iter()
            .map(|alias| Alias {
                name: self.name(&alias.name),
                bound_as: alias.asname.as_ref().map(|it| self.name(it)),
            })
            .collect()
    }

    fn outer(&mut self, names: &[ast::Identifier]) -> StmtKind {
        let names: Vec<Arc<str>> = names.iter().map(|it| self.name(it)).collect();
        if let Some(found) = self.functions.last_mut() {
            found.outer_names.extend(names);
        }
        StmtKind::Outer
    }

    fn function(&mut self, it: &ast::StmtFunctionDef) -> FunctionDef {
        let decorators = it.decorator_list.iter().map(|it| self.expr(&it.expression)).collect();
        let parameters = self.parameters(&it.parameters);
        self.functions.push(Found::default());
        let body = self.block(&it.body);
        let found = self.functions.pop().unwrap_or_default();
        let inside = FunctionInside {
            parameters,
            decorators,
            body,
            generator: found.generator,
            is_async: it.is_async,
            outer_names: found.outer_names,
        };
        FunctionDef::new(self.name(&it.name), self.span(it.range), inside)
    }

    fn lambda(&mut self, it: &ast::ExprLambda) -> FunctionDef {
        let parameters = it.parameters.as_deref().map(|it| self.parameters(it)).unwrap_or_default();
        self.functions.push(Found::default());
        let value = self.expr(&it.body);
        let found = self.functions.pop().unwrap_or_default();
        let at = value.span;
        let inside = FunctionInside {
            parameters,
            decorators: Vec::new(),
            body: vec![Stmt { kind: StmtKind::Return(Some(value)), span: at }],
            generator: found.generator,
            is_async: false,
            outer_names: Vec::new(),
        };
        FunctionDef::new(self.name("<lambda>"), self.span(it.range), inside)
    }

    fn parameters(&mut self, it: &ast::Parameters) -> Parameters {
        let mut each = |list: &[ast::ParameterWithDefault]| -> Vec<Parameter> {
            list.iter()
                .map(|it| Parameter {
                    name: self.name(&it.parameter.name),
                    default: it.default.as_deref().map(|it| self.expr(it)),
                })
                .collect()
        };
        let mut positional = each(&it.posonlyargs);
        positional.extend(each(&it.args));
        let keyword_only = each(&it.kwonlyargs);
        Parameters {
            positional,
            positional_only: it.posonlyargs.len(),
            rest: it.vararg.as_deref().map(|it| self.name(&it.name)),
            keyword_only,
            keyword_rest: it.kwarg.as_deref().map(|it| self.name(&it.name)),
        }
    }

    fn class(&mut self, it: &ast::StmtClassDef) -> ClassDef {
        let (bases, mut keywords) = it.arguments.as_deref().map(|it| self.arguments(it)).unwrap_or_default();
        let is_metaclass = |(keyword, _): &(Option<Arc<str>>, Expr)| keyword.as_deref() == Some("metaclass");
        let metaclass = keywords.iter().position(is_metaclass).map(|at| keywords.remove(at).1);
        let decorators = it.decorator_list.iter().map(|it| self.expr(&it.expression)).collect();
        let inside = ClassInside { bases, metaclass, keywords, decorators, body: self.block(&it.body) };
        ClassDef::new(self.name(&it.name), self.span(it.range), inside)
    }

    #[expect(clippy::type_complexity, reason = "the two halves of an argument list")]
    fn arguments(&mut self, it: &ast::Arguments) -> (Vec<Expr>, Vec<(Option<Arc<str>>, Expr)>) {
        let args = self.exprs(&it.args);
        let keywords = it
            .keywords
            .iter()
            .map(|keyword| (keyword.arg.as_ref().map(|it| self.name(it)), self.expr(&keyword.value)))
            .collect();
        (args, keywords)
    }

    fn expr(&mut self, expr: &ast::Expr) -> Expr {
        self.depth += 1;
        let kind =
            if self.depth > MAX_DEPTH { ExprKind::Opaque("nests too deeply") } else { self.expr_kind(expr) };
        self.depth -= 1;
        Expr { kind, span: self.span(expr.range()) }
    }

    fn expr_kind(&mut self, expr: &ast::Expr) -> ExprKind {
        match expr {
            ast::Expr::BoolOp(it) => match it.op {
                ast::BoolOp::And => ExprKind::And(self.exprs(&it.values)),
                ast::BoolOp::Or => ExprKind::Or(self.exprs(&it.values)),
            },
            ast::Expr::Named(it) => match &*it.target {
                ast::Expr::Name(target) => ExprKind::Walrus(self.name(&target.id), self.boxed(&it.value)),
                _ => ExprKind::Opaque("assigns to no name"),
            },
            ast::Expr::BinOp(it) => {
                ExprKind::Binary(self.boxed(&it.left), operator(it.op), self.boxed(&it.right))
            }
            ast::Expr::UnaryOp(it) => match it.op {
                ast::UnaryOp::Not => ExprKind::Not(self.boxed(&it.operand)),
                ast::UnaryOp::UAdd => ExprKind::Unary(Sign::Plus, self.boxed(&it.operand)),
                ast::UnaryOp::USub => ExprKind::Unary(Sign::Minus, self.boxed(&it.operand)),
                ast::UnaryOp::Invert => ExprKind::Unary(Sign::Invert, self.boxed(&it.operand)),
            },
            ast::Expr::Lambda(it) => ExprKind::Lambda(Arc::new(self.lambda(it))),
            ast::Expr::If(it) => ExprKind::Conditional {
                test: self.boxed(&it.test),
                then: self.boxed(&it.body),
                otherwise: self.boxed(&it.orelse),
            },
            ast::Expr::Dict(it) => ExprKind::Dict(
                it.items
                    .iter()
                    .map(|item| (item.key.as_ref().map(|key| self.expr(key)), self.expr(&item.value)))
                    .collect(),
            ),
            ast::Expr::Set(it) => ExprKind::Set(self.exprs(&it.elts)),
            ast::Expr::List(it) => ExprKind::List(self.exprs(&it.elts)),
            ast::Expr::Tuple(it) => ExprKind::Tuple(self.exprs(&it.elts)),
            ast::Expr::ListComp(it) => self.comprehension(Makes::List, &it.elt, None, &it.generators),
            ast::Expr::SetComp(it) => self.comprehension(Makes::Set, &it.elt, None, &it.generators),
            ast::Expr::Generator(it) => self.comprehension(Makes::Generator, &it.elt, None, &it.generators),
            ast::Expr::DictComp(it) => match &it.key {
                Some(key) => self.comprehension(Makes::Dict, key, Some(&it.value), &it.generators),
                None => ExprKind::Opaque("unpacks in a comprehension"),
            },
            ast::Expr::Await(_) => ExprKind::Opaque("awaits"),
            ast::Expr::Yield(it) => {
                self.yields();
                ExprKind::Yield(self.maybe(it.value.as_deref()))
            }
            ast::Expr::YieldFrom(it) => {
                self.yields();
                ExprKind::YieldFrom(self.boxed(&it.value))
            }
            ast::Expr::Compare(it) => {
                let left = self.boxed(&it.left);
                let rest = it.ops.iter().zip(&it.comparators);
                ExprKind::Compare(left, rest.map(|(op, right)| (comparison(*op), self.expr(right))).collect())
            }
            ast::Expr::Call(it) => {
                let function = self.expr(&it.func);
                let (args, keywords) = self.arguments(&it.arguments);
                ExprKind::Call(Box::new(CallExpr { function, args, keywords }))
            }
            ast::Expr::FString(it) => ExprKind::FString(self.f_string(&it.value)),
            ast::Expr::TString(_) => ExprKind::Opaque("is a template string"),
            ast::Expr::StringLiteral(it) => {
                ExprKind::Literal(Literal::Str(if it.value.is_implicit_concatenated() {
                    it.value.to_str().into()
                } else {
                    self.name(it.value.to_str())
                }))
            }
            ast::Expr::BytesLiteral(it) => ExprKind::Literal(Literal::Bytes(it.value.bytes().collect())),
            ast::Expr::NumberLiteral(it) => match &it.value {
                ast::Number::Int(int) => match int.as_u64() {
                    Some(int) => ExprKind::Literal(Literal::Int(int.into())),
                    None => big_int(&int.to_string()),
                },
                ast::Number::Float(float) => ExprKind::Literal(Literal::Float(*float)),
                ast::Number::Complex { .. } => ExprKind::Opaque("is a complex number"),
            },
            ast::Expr::BooleanLiteral(it) => ExprKind::Literal(Literal::Bool(it.value)),
            ast::Expr::NoneLiteral(_) => ExprKind::Literal(Literal::None),
            ast::Expr::EllipsisLiteral(_) => ExprKind::Literal(Literal::Ellipsis),
            ast::Expr::Attribute(it) => ExprKind::Attribute(self.boxed(&it.value), self.name(&it.attr)),
            ast::Expr::Subscript(it) => ExprKind::Subscript(self.boxed(&it.value), self.boxed(&it.slice)),
            ast::Expr::Starred(it) => ExprKind::Starred(self.boxed(&it.value)),
            ast::Expr::Name(it) => ExprKind::Name(self.name(&it.id)),
            ast::Expr::Slice(it) => ExprKind::Slice {
                from: self.maybe(it.lower.as_deref()),
                to: self.maybe(it.upper.as_deref()),
                step: self.maybe(it.step.as_deref()),
            },
            ast::Expr::IpyEscapeCommand(_) => ExprKind::Opaque("is an IPython command"),
        }
    }

    fn yields(&mut self) {
        if let Some(found) = self.functions.last_mut() {
            found.generator = true;
        }
    }

    fn comprehension(
        &mut self,
        makes: Makes,
        element: &ast::Expr,
        value: Option<&ast::Expr>,
        generators: &[ast::Comprehension],
    ) -> ExprKind {
        let loops = generators
            .iter()
            .map(|it| Loop {
                target: self.expr(&it.target),
                iterable: self.expr(&it.iter),
                conditions: self.exprs(&it.ifs),
            })
            .collect();
        let element = self.expr(element);
        let value = value.map(|value| self.expr(value));
        ExprKind::Comprehension(Arc::new(Comprehension { makes, element, value, loops }))
    }

    fn f_string(&mut self, value: &ast::FStringValue) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for part in value.iter() {
            match part {
                ast::FStringPart::Literal(text) => pieces.push(Piece::Text((*text.value).into())),
                ast::FStringPart::FString(it) => pieces.extend(self.pieces(&it.elements)),
            }
        }
        pieces
    }

    fn pieces(&mut self, elements: &ast::InterpolatedStringElements) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for element in elements.iter() {
            match element {
                ast::InterpolatedStringElement::Literal(text) => {
                    pieces.push(Piece::Text((*text.value).into()));
                }
                ast::InterpolatedStringElement::Interpolation(it) => {
                    let mut expr = self.expr(&it.expression);
                    if it.debug_text.is_some() {
                        expr.kind = ExprKind::Opaque("prints its own text");
                    }
                    pieces.push(Piece::Value {
                        expr,
                        conversion: it.conversion.to_char(),
                        format: it
                            .format_spec
                            .as_deref()
                            .map(|spec| self.pieces(&spec.elements))
                            .unwrap_or_default(),
                    });
                }
            }
        }
        pieces
    }
}

fn big_int(text: &str) -> ExprKind {
    match text.parse() {
        Ok(int) => ExprKind::Literal(Literal::Int(int)),
        Err(_) => ExprKind::Opaque("is a very large number"),
    }
}

fn operator(operator: ast::Operator) -> Operator {
    match operator {
        ast::Operator::Add => Operator::Add,
        ast::Operator::Sub => Operator::Sub,
        ast::Operator::Mult => Operator::Mul,
        ast::Operator::MatMult => Operator::MatMul,
        ast::Operator::Div => Operator::Div,
        ast::Operator::Mod => Operator::Mod,
        ast::Operator::Pow => Operator::Pow,
        ast::Operator::LShift => Operator::LeftShift,
        ast::Operator::RShift => Operator::RightShift,
        ast::Operator::BitOr => Operator::Or,
        ast::Operator::BitXor => Operator::Xor,
        ast::Operator::BitAnd => Operator::And,
        ast::Operator::FloorDiv => Operator::FloorDiv,
    }
}

fn comparison(comparison: ast::CmpOp) -> Comparison {
    match comparison {
        ast::CmpOp::Eq => Comparison::Equal,
        ast::CmpOp::NotEq => Comparison::NotEqual,
        ast::CmpOp::Lt => Comparison::Less,
        ast::CmpOp::LtE => Comparison::LessOrEqual,
        ast::CmpOp::Gt => Comparison::Greater,
        ast::CmpOp::GtE => Comparison::GreaterOrEqual,
        ast::CmpOp::Is => Comparison::Is,
        ast::CmpOp::IsNot => Comparison::IsNot,
        ast::CmpOp::In => Comparison::In,
        ast::CmpOp::NotIn => Comparison::NotIn,
    }
}
