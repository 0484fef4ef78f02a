//! What the interpreter computes with: values that are shared and changed as Python's are.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::Source;
use crate::compile::django::read::syntax::tree::{ClassDef, Comprehension, FunctionDef, Span};

#[derive(Clone, Debug)]
pub enum Live {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Rc<RefCell<Vec<Live>>>),
    Tuple(Rc<[Live]>),
    Set(Rc<RefCell<Vec<Live>>>),
    /// In the order of insertion. A key that is unknown stands for any number of pairs.
    Dict(Rc<RefCell<Pairs>>),
    /// `pathlib.Path`
    Path(Rc<PathBuf>),
    /// Something of a library that is not followed, by its canonical dotted path.
    Name(Arc<str>),
    /// Imported, and not looked at yet.
    Import(Rc<Import>),
    Module(Rc<Module>),
    Function(Rc<Closure>),
    Class(Rc<Class>),
    Instance(Rc<Instance>),
    Bound(Rc<Bound>),
    Super(Rc<Super>),
    /// `property`, `classmethod`, `staticmethod`, and what they wrap.
    Descriptor(Descriptor, Rc<Live>),
    /// `functools.partial`
    Partial(Rc<Partial>),
    /// A generator, `map(…)` and their like.
    Stream(Rc<Stream>),
    Unknown(Arc<Unknown>),
}

pub type SharedItems = Rc<RefCell<Vec<Live>>>;
pub type Pairs = Vec<(Live, Live)>;
pub type Keywords = Vec<(Arc<str>, Live)>;

impl Live {
    pub fn str(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    pub fn name(path: impl Into<Arc<str>>) -> Self {
        Self::Name(path.into())
    }

    pub fn list(items: Vec<Live>) -> Self {
        Self::List(Rc::new(RefCell::new(items)))
    }

    pub fn set(items: Vec<Live>) -> Self {
        Self::Set(Rc::new(RefCell::new(items)))
    }

    pub fn tuple(items: Vec<Live>) -> Self {
        Self::Tuple(items.into())
    }

    pub fn dict(pairs: Pairs) -> Self {
        Self::Dict(Rc::new(RefCell::new(pairs)))
    }

    /// Of what a descriptor wraps: what is called for the value. `property(get, set)` has both.
    pub fn getter(&self) -> &Self {
        match self {
            Self::Tuple(both) => both.first().unwrap_or(self),
            function => function,
        }
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    pub fn as_str(&self) -> Option<&Arc<str>> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The same object, not merely an equal one.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) => Rc::ptr_eq(a, b),
            (Self::Dict(a), Self::Dict(b)) => Rc::ptr_eq(a, b),
            (Self::Tuple(a), Self::Tuple(b)) => Rc::ptr_eq(a, b),
            (Self::Path(a), Self::Path(b)) => Rc::ptr_eq(a, b),
            (Self::Bound(a), Self::Bound(b)) => Rc::ptr_eq(a, b),
            (Self::Super(a), Self::Super(b)) => Rc::ptr_eq(a, b),
            (Self::Partial(a), Self::Partial(b)) => Rc::ptr_eq(a, b),
            (Self::Descriptor(kind, a), Self::Descriptor(other, b)) => kind == other && Rc::ptr_eq(a, b),
            (Self::Stream(a), Self::Stream(b)) => Rc::ptr_eq(a, b),
            (Self::Module(a), Self::Module(b)) => Rc::ptr_eq(a, b),
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Class(a), Self::Class(b)) => Rc::ptr_eq(a, b),
            (Self::Instance(a), Self::Instance(b)) => Rc::ptr_eq(a, b),
            (Self::Import(a), Self::Import(b)) => a.module == b.module && a.name == b.name,
            (Self::Name(a), Self::Name(b)) => a == b,
            (Self::None, Self::None) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Unknown(a), Self::Unknown(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// Names and what they are bound to, in the order in which they were first bound.
#[derive(Clone, Debug, Default)]
pub struct Names {
    entries: Vec<(Arc<str>, Option<Live>)>,
    /// Once there are more than [`FEW`].
    index: HashMap<Arc<str>, usize, RandomState>,
}

/// As many names are looked through one by one: a call or a small class has no more.
const FEW: usize = 8;

impl Names {
    fn place(&self, name: &str) -> Option<usize> {
        if self.entries.len() <= FEW {
            self.entries.iter().position(|(it, _)| **it == *name)
        } else {
            self.index.get(name).copied()
        }
    }

    pub fn get(&self, name: &str) -> Option<&Live> {
        self.entries[self.place(name)?].1.as_ref()
    }

    pub fn set(&mut self, name: Arc<str>, value: Live) {
        if let Some(at) = self.place(&name) {
            self.entries[at].1 = Some(value);
            return;
        }
        self.entries.push((name, Some(value)));
        if self.entries.len() > FEW {
            for (at, (name, _)) in self.entries.iter().enumerate().skip(self.index.len()) {
                self.index.insert(name.clone(), at);
            }
        }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn remove(&mut self, name: &str) {
        if let Some(at) = self.place(name) {
            self.entries[at].1 = None;
        }
    }

    /// Those that are bound.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.iter().map(|(name, _)| name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Live)> {
        self.entries.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }
}

pub type SharedNames = Rc<RefCell<Names>>;

/// Where names are looked up: a module, a class body or a call, and what encloses it.
#[derive(Debug)]
pub struct Scope {
    pub kind: ScopeKind,
    pub names: SharedNames,
    pub parent: Option<Rc<Scope>>,
    pub module: Rc<Module>,
    /// In a method: the class that defines it and its first argument, for `super()`.
    pub method: Option<(Rc<Class>, Live)>,
    /// Names that belong to an enclosing scope.
    pub outer_names: Vec<Arc<str>>,
    /// In a generator: what it yielded.
    pub yielded: Rc<RefCell<Vec<Live>>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    Module,
    Class,
    Function,
    /// Sees what its surroundings see, a class body's names too.
    Comprehension,
}

/// A module of the sources.
#[derive(Debug)]
pub struct Module {
    pub name: Arc<str>,
    /// What relative imports start from.
    pub package: Arc<str>,
    pub source: Option<Arc<Source>>,
    pub names: SharedNames,
    pub state: Cell<Progress>,
    /// Something in it was not seen through: a name that is missing may yet be there.
    pub incomplete: RefCell<Option<Arc<Unknown>>>,
    /// Class bodies are run at once, as Python does, and not when they are needed.
    pub eager: bool,
    /// Whether a class in it may hear of its children.
    pub hears: OnceCell<bool>,
}

impl Module {
    /// Where something stands that is in no file.
    pub fn nowhere() -> Self {
        Self {
            name: "".into(),
            package: "".into(),
            source: None,
            names: SharedNames::default(),
            state: Cell::new(Progress::Done),
            incomplete: RefCell::default(),
            eager: true,
            hears: Default::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Waiting,
    Running,
    Done,
}

#[derive(Debug)]
pub struct Import {
    pub module: Arc<str>,
    /// `None` for the module itself.
    pub name: Option<Arc<str>>,
    pub span: Span,
    pub importer: Rc<Module>,
    pub resolved: OnceCell<Live>,
}

#[derive(Debug)]
pub struct Closure {
    pub definition: Arc<FunctionDef>,
    pub scope: Rc<Scope>,
    /// By the position of their parameters, the keyword-only ones last; none where no parameter has one.
    pub defaults: Vec<Option<Live>>,
    /// The class whose body defines it.
    pub owner: Option<Rc<Class>>,
    /// `app.utils.helper`, `app.fields.MyField.db_type`.
    pub path: Arc<str>,
    /// A decorator that is not followed, so that calling it may do anything.
    pub decorated: Option<Arc<str>>,
    /// What was set on the function itself.
    pub attributes: OnceCell<SharedNames>,
}

pub struct Class {
    pub name: Arc<str>,
    /// `app.fields.MyField`
    pub path: Arc<str>,
    /// `None` for one that `type(…)` made.
    pub definition: Option<Arc<ClassDef>>,
    pub scope: Rc<Scope>,
    pub bases: OnceCell<Vec<Live>>,
    pub names: SharedNames,
    pub state: Cell<Progress>,
    /// With the class itself, until it is let go.
    pub lineage: RefCell<Option<Rc<[Live]>>>,
    /// What its decorators make of it, once they have run.
    pub decorated: RefCell<Option<Live>>,
    /// Of an enumeration.
    pub members: OnceCell<Rc<[super::class::enumeration::Member]>>,
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)
    }
}

/// What calling a class made; the class is [`Live::Class`] or [`Live::Name`].
#[derive(Clone)]
pub struct Instance {
    pub class: Live,
    pub args: Vec<Live>,
    pub keywords: Keywords,
    pub attributes: SharedNames,
    /// The calls of constructors that are not followed, in order.
    pub base_calls: RefCell<Vec<BaseCall>>,
    pub notice: RefCell<Option<String>>,
    /// It stands for two, of which a condition that is not known chose.
    pub is_joined: bool,
    pub module: Rc<Module>,
    pub span: Span,
}

impl Instance {
    /// It stands for what a function gives that is not followed, which may be anything.
    pub fn is_of_function(&self) -> bool {
        matches!(&self.class, Live::Name(path)
            if path.rsplit('.').next().is_some_and(|it| it.starts_with(char::is_lowercase)))
    }

    /// As [`is_of_function`](Self::is_of_function), but for the models of a registry.
    pub fn may_be_none(&self) -> bool {
        self.is_of_function() && !matches!(&self.class, Live::Name(path) if &**path == super::handed::MODEL)
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "instance of {:?}", self.class)
    }
}

#[derive(Clone, Debug)]
pub struct BaseCall {
    pub class: Arc<str>,
    pub args: Vec<Live>,
    pub keywords: Keywords,
}

/// A method and the object that it is called on.
#[derive(Debug)]
pub struct Bound {
    pub receiver: Live,
    pub callee: Callee,
}

impl Bound {
    /// Of an object whose class is not followed: it may be no method at all, but a value.
    pub fn is_of_outside(&self) -> bool {
        matches!(&self.receiver, Live::Instance(it) if matches!(it.class, Live::Name(_)))
    }

    /// As [`Self::is_of_outside`], or of a class of the sources whose base is not followed.
    pub fn may_be_a_value(&self) -> bool {
        self.is_of_outside() || matches!(self.callee, Callee::Base(..))
    }
}

#[derive(Clone, Debug)]
pub enum Callee {
    Function(Rc<Closure>),
    /// A method of a built-in type, or of a class that is not followed, by its name.
    Method(Arc<str>),
    /// A method of the first base that is not followed, by the base's name and its own.
    Base(Arc<str>, Arc<str>),
}

impl Callee {
    pub fn name(&self) -> &str {
        match self {
            Self::Function(closure) => &closure.definition.name,
            Self::Method(name) | Self::Base(_, name) => name,
        }
    }
}

#[derive(Debug)]
pub struct Super {
    pub class: Rc<Class>,
    pub receiver: Live,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    Property,
    /// Computed once for each instance.
    CachedProperty,
    ClassMethod,
    StaticMethod,
}

#[derive(Debug)]
pub struct Partial {
    pub function: Live,
    pub args: Vec<Live>,
    pub keywords: Keywords,
}

/// What is gone through once.
pub struct Stream {
    /// What is yet to come.
    pub rest: SharedItems,
    /// Where it was left half way: what whoever takes more may change.
    pub changes: RefCell<Vec<super::branch::Cell>>,
    pub source: StreamSource,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an iterator")
    }
}

pub enum StreamSource {
    /// A call of a generator function, and what it was given.
    Body(Rc<Closure>, Rc<Scope>, Vec<Live>),
    /// A generator expression, where it stands, and what its first loop goes through.
    Comprehension(Arc<Comprehension>, Rc<Scope>, Live),
    /// `map(…)`, by its name.
    Builtin(Arc<str>, Vec<Live>, Keywords),
}

/// Why evaluation stopped.
#[derive(Clone, Debug)]
pub enum Stop {
    Raise(Raised),
    /// A budget is spent.
    Exhausted(&'static str),
}

/// An exception that is certainly raised.
#[derive(Clone, Debug)]
pub struct Raised {
    /// A class of the sources, or a name: `builtins.ImportError`.
    pub class: Live,
    pub message: String,
}

pub type Evaluated = Result<Live, Stop>;

/// How a statement ended.
#[derive(Clone, Debug)]
pub enum Flow {
    Next,
    Break,
    Continue,
    Return(Live),
}

/// How a block ended, and how it may have ended before, where that hung on a condition not seen through.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub flow: Flow,
    pub maybe: Vec<(Flow, Arc<Unknown>)>,
}

impl From<Flow> for Outcome {
    fn from(flow: Flow) -> Self {
        Self { flow, maybe: Vec::new() }
    }
}
