//! Python's syntax as the interpreter walks it: our own tree, so that ruff's stays behind `syntax`, and so
//! that functions and classes can outlive the walk (they are shared by `Arc`).

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use super::later::{ClassDef, FunctionDef};

/// One file, parsed.
#[derive(Debug)]
pub struct Source {
    pub file: Arc<PathBuf>,
    pub text: Arc<String>,
    pub body: Vec<Stmt>,
    /// Offsets at which lines start, the first aside.
    pub(super) line_starts: OnceLock<Vec<u32>>,
}

impl Source {
    pub(super) fn new(file: Arc<PathBuf>, text: Arc<String>, body: Vec<Stmt>) -> Self {
        Self { file, text, body, line_starts: OnceLock::new() }
    }

    /// The line of an offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        let line_starts = self.line_starts.get_or_init(|| line_starts(&self.text));
        let before = line_starts.partition_point(|start| *start <= offset);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }
}

/// Lines end as Python's do: in `\n`, `\r\n` or `\r`.
fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    ends.filter_map(|at| u32::try_from(at + 1).ok()).collect()
}

/// Where an expression or statement stands: byte offsets in its file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum ExprKind {
    Literal(Literal),
    FString(Vec<Piece>),
    Name(Arc<str>),
    Attribute(Box<Expr>, Arc<str>),
    Subscript(Box<Expr>, Box<Expr>),
    Slice {
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    Call(Box<CallExpr>),
    Starred(Box<Expr>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Set(Vec<Expr>),
    /// A pair without a key is `**value`.
    Dict(Vec<(Option<Expr>, Expr)>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Unary(Sign, Box<Expr>),
    Binary(Box<Expr>, Operator, Box<Expr>),
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    Conditional {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Lambda(Arc<FunctionDef>),
    Comprehension(Arc<Comprehension>),
    Walrus(Arc<str>, Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    /// Something that is not followed, and what it is.
    Opaque(&'static str),
}

#[derive(Clone, Debug)]
pub enum Literal {
    None,
    Ellipsis,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
}

/// A part of an f-string.
#[derive(Debug)]
pub enum Piece {
    Text(Arc<str>),
    Value {
        expr: Expr,
        /// `!r`, `!s`, `!a`.
        conversion: Option<char>,
        format: Vec<Piece>,
    },
}

#[derive(Debug)]
pub struct CallExpr {
    pub function: Expr,
    /// In order; may be starred.
    pub args: Vec<Expr>,
    /// One without a name is `**value`.
    pub keywords: Vec<(Option<Arc<str>>, Expr)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Plus,
    Minus,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    Or,
    And,
    Xor,
    LeftShift,
    RightShift,
    MatMul,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Is,
    IsNot,
    In,
    NotIn,
}

#[derive(Debug)]
pub struct Comprehension {
    pub makes: Makes,
    pub element: Expr,
    /// For a dict, its values; `element` are the keys.
    pub value: Option<Expr>,
    pub loops: Vec<Loop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makes {
    List,
    Set,
    Dict,
    Generator,
}

#[derive(Debug)]
pub struct Loop {
    pub target: Expr,
    pub iterable: Expr,
    pub conditions: Vec<Expr>,
}

#[derive(Debug, Default)]
pub struct Parameters {
    /// Those that may be given by position, the first `positional_only` of them by nothing else.
    pub positional: Vec<Parameter>,
    pub positional_only: usize,
    pub rest: Option<Arc<str>>,
    pub keyword_only: Vec<Parameter>,
    pub keyword_rest: Option<Arc<str>>,
}

#[derive(Debug)]
pub struct Parameter {
    pub name: Arc<str>,
    pub default: Option<Expr>,
}

#[derive(Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum StmtKind {
    Function(Arc<FunctionDef>),
    Class(Arc<ClassDef>),
    Return(Option<Expr>),
    Delete(Vec<Expr>),
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    AugAssign {
        target: Expr,
        operator: Operator,
        value: Expr,
    },
    For {
        target: Expr,
        iterable: Expr,
        body: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    While {
        test: Expr,
        body: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    If {
        test: Expr,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    With(Arc<With>),
    Try {
        body: Vec<Stmt>,
        handlers: Vec<Handler>,
        otherwise: Vec<Stmt>,
        finally: Vec<Stmt>,
    },
    Raise(Option<Expr>),
    Assert(Expr),
    Import(Vec<Alias>),
    /// `level` counts the leading dots.
    ImportFrom {
        module: Option<Arc<str>>,
        level: u32,
        names: Vec<Alias>,
    },
    /// `global` and `nonlocal`: see [`FunctionDef::outer_names`].
    Outer,
    Expr(Expr),
    Pass,
    Break,
    Continue,
    /// Something that is not followed, what it is, and the statements in it.
    Opaque(&'static str, Vec<Stmt>),
}

/// Shared, for a generator that is a context runs its body.
#[derive(Debug)]
pub struct With {
    /// Contexts, and what they are bound to.
    pub items: Vec<(Expr, Option<Expr>)>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Handler {
    pub class: Option<Expr>,
    pub name: Option<Arc<str>>,
    pub body: Vec<Stmt>,
}

#[derive(Debug)]
pub struct Alias {
    /// May be dotted; `*` for all.
    pub name: Arc<str>,
    pub bound_as: Option<Arc<str>>,
}
