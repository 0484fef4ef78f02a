//! Classes and functions, whose insides are parsed when somebody asks for them: of most that a project has, nobody does.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::scan::{Part, PartKind, scan_block};
use super::tree::{Expr, ExprKind, Parameters, Span, Stmt, StmtKind};

/// What stands for what cannot be parsed. Python would not have imported the module.
const BROKEN: &str = "stands where the syntax is broken";

pub struct ClassDef {
    pub name: Arc<str>,
    pub span: Span,
    /// Without decorators.
    pub is_plain: bool,
    inside: OnceLock<ClassInside>,
    later: Option<Later>,
}

#[derive(Debug)]
pub struct ClassInside {
    pub bases: Vec<Expr>,
    pub metaclass: Option<Expr>,
    /// What `__init_subclass__` is given; one without a name is `**value`.
    pub keywords: Vec<(Option<Arc<str>>, Expr)>,
    pub decorators: Vec<Expr>,
    pub body: Vec<Stmt>,
}

pub struct FunctionDef {
    pub name: Arc<str>,
    pub span: Span,
    /// Without decorators and defaults.
    pub is_plain: bool,
    head: OnceLock<FunctionInside>,
    inside: OnceLock<FunctionInside>,
    later: Option<Later>,
}

#[derive(Debug)]
pub struct FunctionInside {
    pub parameters: Parameters,
    pub decorators: Vec<Expr>,
    pub body: Vec<Stmt>,
    /// It has a `yield` of its own.
    pub generator: bool,
    pub is_async: bool,
    /// Names that are `global` or `nonlocal` in the body.
    pub outer_names: Vec<Arc<str>>,
}

/// A part of a text that is not parsed yet.
#[derive(Clone, Debug)]
struct Later {
    text: Arc<String>,
    span: Span,
    /// How many blanks stand before it.
    indent: usize,
    /// Where its head ends, with a colon.
    head: usize,
}

/// What makes statements of a block those of a module.
const BLOCK: &str = "if 1:\n";

impl ClassDef {
    pub(super) fn new(name: Arc<str>, span: Span, inside: ClassInside) -> Self {
        Self {
            name,
            span,
            is_plain: inside.decorators.is_empty(),
            inside: OnceLock::from(inside),
            later: None,
        }
    }

    /// To be called on a thread with a stack of [`super::STACK`].
    pub fn inside(&self) -> &ClassInside {
        self.inside.get_or_init(|| {
            let parsed = self
                .later
                .as_ref()
                .and_then(|later| class_by_parts(later).or_else(|| class(later, later.whole())));
            parsed.unwrap_or_else(|| ClassInside {
                bases: vec![broken(self.span)],
                metaclass: None,
                keywords: Vec::new(),
                decorators: Vec::new(),
                body: Vec::new(),
            })
        })
    }
}

impl FunctionDef {
    pub(super) fn new(name: Arc<str>, span: Span, inside: FunctionInside) -> Self {
        let parameters = inside.parameters.positional.iter().chain(&inside.parameters.keyword_only);
        let is_plain = inside.decorators.is_empty() && parameters.into_iter().all(|it| it.default.is_none());
        Self { name, span, is_plain, head: OnceLock::new(), inside: OnceLock::from(inside), later: None }
    }

    /// Its parameters and decorators; its body may be missing.
    ///
    /// To be called on a thread with a stack of [`super::STACK`].
    pub fn head(&self) -> &FunctionInside {
        match &self.later {
            Some(later) if !self.is_plain && self.inside.get().is_none() => {
                self.head.get_or_init(|| self.parse(&later.head_alone()))
            }
            _ => self.inside(),
        }
    }

    /// To be called on a thread with a stack of [`super::STACK`].
    pub fn inside(&self) -> &FunctionInside {
        self.inside.get_or_init(|| self.parse(self.later.as_ref().map_or("", Later::whole)))
    }

    pub fn is_broken(&self) -> bool {
        matches!(self.inside().body.as_slice(),
            [Stmt { kind: StmtKind::Return(Some(Expr { kind: ExprKind::Opaque(why), .. })), .. }] if *why == BROKEN)
    }

    fn parse(&self, text: &str) -> FunctionInside {
        match self.later.as_ref().and_then(|later| later.parse(text)) {
            Some(StmtKind::Function(it)) => Arc::into_inner(it).and_then(|it| it.inside.into_inner()),
            _ => None,
        }
        .unwrap_or_else(|| FunctionInside {
            // Whatever it is called with.
            parameters: Parameters {
                rest: Some("*".into()),
                keyword_rest: Some("**".into()),
                ..Parameters::default()
            },
            decorators: Vec::new(),
            body: vec![Stmt { kind: StmtKind::Return(Some(broken(self.span))), span: self.span }],
            generator: false,
            is_async: false,
            outer_names: Vec::new(),
        })
    }
}

impl fmt::Debug for ClassDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?}", self.name, self.span, self.inside())
    }
}

impl fmt::Debug for FunctionDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {} {:?}", self.name, self.span, self.is_plain, self.inside())
    }
}

fn broken(span: Span) -> Expr {
    Expr { kind: ExprKind::Opaque(BROKEN), span }
}

fn class(later: &Later, text: &str) -> Option<ClassInside> {
    match later.parse(text)? {
        StmtKind::Class(it) => Arc::into_inner(it).and_then(|it| it.inside.into_inner()),
        _ => None,
    }
}

/// A class with its methods left as they are; `None` where its parts are not certain, or one of them is broken.
fn class_by_parts(later: &Later) -> Option<ClassInside> {
    let inner = later.text.get(later.head..later.span.end as usize)?;
    let (rest_of_line, _) = inner.split_once('\n')?;
    let is_block = rest_of_line.trim_start().is_empty() || rest_of_line.trim_start().starts_with('#');
    if !is_block || inner.contains('\t') {
        return None;
    }
    let scan = scan_block(inner)?;
    let mut made = class(later, &later.head_alone())?;
    made.body.clear();
    for mut part in scan.parts {
        part.shift(later.head);
        let indent = later.text[..part.range.start].bytes().rev().take_while(|it| *it == b' ').count();
        match part.kind {
            PartKind::Class { .. } | PartKind::Function { .. } => {
                made.body.push(definition(&later.text, &part, indent)?);
            }
            PartKind::Other => {
                let block = &later.text[part.range.start - indent..part.range.end];
                let start = part.range.start.checked_sub(indent + BLOCK.len())?;
                let text = format!("{BLOCK}{block}");
                let mut body = super::statements(&text, u32::try_from(start).ok()?, scan.is_tame).ok()?;
                match body.pop().filter(|_| body.is_empty())?.kind {
                    StmtKind::If { then, .. } => made.body.extend(then),
                    _ => return None,
                }
            }
        }
    }
    Some(made)
}

impl Later {
    fn whole(&self) -> &str {
        self.text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default()
    }

    fn head_alone(&self) -> String {
        format!("{} pass", self.text.get(self.span.start as usize..self.head).unwrap_or_default())
    }

    /// The one statement that the text is, which begins where this does.
    fn parse(&self, text: &str) -> Option<StmtKind> {
        let only = |mut body: Vec<Stmt>| body.pop().filter(|_| body.is_empty()).map(|it| it.kind);
        if self.indent == 0 {
            return only(super::statements(text, self.span.start, false).ok()?);
        }
        let before = self.indent + BLOCK.len();
        let text = format!("{BLOCK}{}{text}", " ".repeat(self.indent));
        let start = self.span.start.checked_sub(u32::try_from(before).ok()?)?;
        match only(super::statements(&text, start, false).ok()?)? {
            StmtKind::If { then, .. } => only(then),
            _ => None,
        }
    }
}

/// A class or function as it was seen from outside, which stands behind some blanks; `None` for anything else.
pub fn definition(text: &Arc<String>, part: &Part, indent: usize) -> Option<Stmt> {
    let span =
        Span { start: u32::try_from(part.range.start).ok()?, end: u32::try_from(part.range.end).ok()? };
    let later = |head| Some(Later { text: text.clone(), span, indent, head });
    let kind = match &part.kind {
        PartKind::Class { name, head, is_plain } => StmtKind::Class(Arc::new(ClassDef {
            name: text.get(name.clone())?.into(),
            span,
            is_plain: *is_plain,
            inside: OnceLock::new(),
            later: later(*head),
        })),
        PartKind::Function { name, head, is_plain } => StmtKind::Function(Arc::new(FunctionDef {
            name: text.get(name.clone())?.into(),
            span,
            is_plain: *is_plain,
            head: OnceLock::new(),
            inside: OnceLock::new(),
            later: later(*head),
        })),
        PartKind::Other => return None,
    };
    Some(Stmt { kind, span })
}
