//! An abstract interpreter of Python: what can be known is computed, what cannot is `Unknown` with the
//! reason, and nothing is run.
//!
//! Modules are looked at when a name of theirs is needed. Django itself is not followed: its classes are
//! names ([`names`]), and the few functions that decide something are known ([`outside`]). A condition that
//! is not known takes both branches ([`branch`]). Steps and depth are bounded, so that it always ends.

mod added;
mod alias;
mod asked;
mod attribute;
mod backend;
mod branch;
mod builtin;
mod call;
mod callback;
mod class;
mod clue;
mod column;
mod configuration;
mod convert;
mod copied;
mod data;
mod expression;
mod facts;
mod format;
mod given;
mod handed;
mod import;
mod inherited;
mod library;
pub mod live;
mod method;
mod migration;
mod model;
mod module_names;
mod names;
mod operator;
mod outside;
mod placed;
mod rendered;
mod repeat;
mod resource;
mod router;
mod setting;
mod signal;
mod special;
mod statement;
mod stream;
mod weight;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;
use regex::Regex;

use super::source::Sources;
use super::syntax::tree::{Expr, Span, Stmt, StmtKind};
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{Function, Location, Settings, Stopped, Unknown, Value};
use crate::compile::django::said::Said;
use crate::dialect::Dialect;

use branch::{Cell, Journal};
pub use import::Imported;
use live::*;
pub use router::{Answer, Routed};
pub use setting::{OTHER_SETTINGS, backends};
use statement::{Asked, Context};

/// Steps that one module may take, and all of them together; a step is an expression, a statement or an
/// element of a list. A large migration takes 20,000.
const MODULE_STEPS: u64 = 300_000;
/// Steps that one statement of a module that is imported may take, of one that the settings import, and of another: what
/// takes more walks through a table of data, and no more than that is to be lost.
const SETTINGS_STATEMENT_STEPS: u64 = 100_000;
const STATEMENT_STEPS: u64 = 30_000;
/// Steps that one argument of a call in a migration or the settings may take: what is too long to follow is
/// most often a list of choices, and no more than that is to be lost.
const ARGUMENT_STEPS: u64 = 100_000;
const ALL_STEPS: u64 = 200_000_000;
/// So many times its steps may such work take in truth, with those that were taken in vain within it and given back: what
/// calls itself so would else take as many again at each level. Of four real projects, none took more than twice as many.
const IN_TRUTH: u64 = 5;
/// Each time so much of such work ended without a result, what follows may take half as long: a project of a thousand loops that
/// never end is told soon too.
const MANY_IN_VAIN: u32 = 64;
/// Steps that a module of the settings may take after a statement of its own was too long to follow, before the next
/// is: most of what follows is literal, and is not to be lost with it.
const STEPS_AFTERWARDS: u64 = 20_000;
/// So often may a module go on so.
const AFTERWARDS: u32 = 100;
/// Nested evaluations. CPython allows 1,000 calls; each takes several here.
const MAX_DEPTH: u32 = 1_000;
/// Longer texts and lists are not made.
pub(super) const MAX_LENGTH: usize = 1 << 20;

/// What holds for the whole project.
pub struct World<'a> {
    pub sources: &'a Sources,
    pub dialect: Dialect,
    /// The alias of the database at hand.
    pub database: &'a str,
    pub django: (u32, u32),
    /// The number behind these two.
    pub micro: u32,
    /// `None` while they are being read.
    pub settings: Option<&'a Settings>,
    /// Installed apps: dotted module and label.
    pub apps: Vec<(Arc<str>, Arc<str>)>,
    /// What the models say that followed code asks, as far as it is known from an earlier reading.
    pub said: &'a Said,
}

/// What was told of functions, by their identity; they are kept so that no other comes to stand there.
type Facts = HashMap<*const Closure, (Rc<Closure>, Arc<Function>), RandomState>;

pub struct Interpreter<'a> {
    pub world: &'a World<'a>,
    modules: HashMap<String, Rc<Module>, RandomState>,
    /// `a.b` and `a.b.c` of `import a.b.c`, by which their packages have these modules as attributes.
    imported_by_path: HashSet<Arc<str>, RandomState>,
    module_steps: u64,
    /// Where `module_steps` must stop.
    limit: u64,
    all_steps: u64,
    /// Where `all_steps` must stop, of which none are given back.
    all_limit: u64,
    /// How much work with a limit of its own ended without a result.
    done_in_vain: u32,
    depth: u32,
    /// How many `try` blocks that catch a failed import stand around.
    trying: u32,
    /// How many `try` blocks of any kind, and calls that take a missing attribute for an answer.
    catching: u32,
    /// How many of them catch what an operation of Python's may raise, and not only a failed import or a missing file.
    catching_operations: u32,
    /// Whether the nearest `try` that catches what an unset variable of the environment raises goes on without it.
    goes_on_unset: bool,
    /// What may have raised in the `try` that is running: a statement that the database may have refused, a place in a list
    /// that may not be there.
    asked: Option<Asked>,
    /// What may have been added to a model by `contribute_to_class` of a field.
    added: added::Added,
    /// While a method of an operation is followed for what it hands on to others.
    handed: Option<handed::Handed>,
    /// Where the last that was followed in vain stopped.
    stopped: Option<Box<Stopped>>,
    /// What that operation does to the models, where all of its own `state_forwards` was followed.
    models_of_stopped: Option<Vec<Live>>,
    /// While `apply` or `mutate_state` of a migration is run: the labels that it had when Django's was called.
    ran_for: Option<Vec<Live>>,
    /// Patterns that were built, by their text; `None` for one that cannot be.
    patterns: HashMap<String, Option<Regex>, RandomState>,
    /// How many questions followed code has asked the database.
    questions: usize,
    /// The migration that is being read: its file, its app, and how many pieces of code of it were followed.
    file: Arc<PathBuf>,
    label: Option<Arc<str>>,
    followed: usize,
    /// How many expressions and statements stand around of which it is not known whether they are evaluated.
    doubts: u32,
    journals: Vec<Journal>,
    /// Of the `with` statements whose generators are being run.
    contexts: Vec<Context>,
    aliases: alias::Aliases,
    /// The followed part of the standard library, once something of it was called.
    library: Option<Rc<Module>>,
    /// What a `defaultdict` calls for what it lacks, by the place of its pairs, which stays taken.
    factories: HashMap<*const RefCell<Pairs>, Factory, RandomState>,
    /// What the statement at hand has changed.
    touched: Vec<Cell>,
    notices: Vec<Notice>,
    told: HashSet<(u32, String), RandomState>,
    facts: Facts,
    /// Classes of Django's whose sources were looked at.
    chains: outside::member::Chains,
    members: outside::member::Members,
    /// Those of the module that [`Interpreter::run`] ran, and of what calls made, which go with it.
    own_facts: Facts,
    /// Settings that an app's own code sets: `settings.X = getattr(settings, "X", …)`.
    set_by_code: SharedNames,
    /// Packages whose modules were looked through for such.
    provoked: HashSet<String, RandomState>,
}

type Factory = (std::rc::Weak<RefCell<Pairs>>, Live);

impl<'a> Interpreter<'a> {
    pub fn new(world: &'a World<'a>) -> Self {
        Self {
            world,
            modules: HashMap::default(),
            imported_by_path: HashSet::default(),
            module_steps: 0,
            limit: MODULE_STEPS,
            all_steps: 0,
            all_limit: ALL_STEPS,
            done_in_vain: 0,
            depth: 0,
            trying: 0,
            catching: 0,
            catching_operations: 0,
            goes_on_unset: false,
            asked: None,
            added: Default::default(),
            handed: None,
            stopped: None,
            models_of_stopped: None,
            ran_for: None,
            patterns: HashMap::default(),
            questions: 0,
            file: Arc::default(),
            label: None,
            followed: 0,
            doubts: 0,
            journals: Vec::new(),
            contexts: Vec::new(),
            aliases: Default::default(),
            library: None,
            factories: HashMap::default(),
            touched: Vec::new(),
            notices: Vec::new(),
            told: HashSet::default(),
            facts: Facts::default(),
            chains: Default::default(),
            members: Default::default(),
            own_facts: Facts::default(),
            set_by_code: SharedNames::default(),
            provoked: HashSet::default(),
        }
    }

    /// What is followed from here on belongs to this migration.
    pub fn begin_migration(&mut self, file: &Path, label: &Arc<str>) {
        self.file = Arc::new(file.to_owned());
        self.label = Some(label.clone());
        self.followed = 0;
    }

    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Runs one module at once and keeps it out of the others' way: a migration, or the settings.
    /// What stopped it is in the module's `incomplete`.
    pub fn run(&mut self, name: &str, package: &str, source: Arc<super::syntax::Source>) -> Rc<Module> {
        let module = Rc::new(Module {
            name: name.into(),
            package: package.into(),
            source: Some(source),
            names: SharedNames::default(),
            state: std::cell::Cell::new(Progress::Waiting),
            incomplete: RefCell::default(),
            eager: true,
            hears: Default::default(),
        });
        self.run_module(&module);
        module
    }

    /// Lets a module go that [`Interpreter::run`] ran: what it binds refers to the module in turn, so that it would be
    /// kept with its whole text and syntax tree.
    pub fn release(&mut self, module: &Rc<Module>) {
        let mut waiting = vec![module.names.clone()];
        while let Some(names) = waiting.pop() {
            for (_, value) in names.take().iter() {
                if let Live::Class(class) = value
                    && Rc::ptr_eq(&class.scope.module, module)
                {
                    class.lineage.take();
                    waiting.push(class.names.clone());
                }
            }
        }
        self.own_facts.clear();
    }

    fn run_module(&mut self, module: &Rc<Module>) {
        let Some(source) = module.source.clone() else {
            return module.state.set(Progress::Done);
        };
        module.state.set(Progress::Running);
        // Whatever waits for this module waits with its own budget, and outside of any branch.
        self.with_another_budget(|it| it.run_statements(module, &source));
        module.state.set(Progress::Done);
    }

    fn run_statements(&mut self, module: &Rc<Module>, source: &super::syntax::Source) {
        let journals = std::mem::take(&mut self.journals);
        let touched = std::mem::take(&mut self.touched);
        let outer = self.outside_of_tries();
        {
            let mut names = module.names.borrow_mut();
            names.set("__name__".into(), Live::Str(module.name.clone()));
            // Python completes it, and code takes folders off its end.
            let file = std::path::absolute(&**source.file).unwrap_or_else(|_| source.file.to_path_buf());
            names.set("__file__".into(), Live::str(file.to_string_lossy()));
            names.set("__package__".into(), Live::Str(module.package.clone()));
        }
        let scope = self.module_scope(module);
        let at_once = match (module.eager, self.world.settings) {
            (true, _) => MODULE_STEPS,
            (false, None) => SETTINGS_STATEMENT_STEPS,
            (false, Some(_)) => STATEMENT_STEPS,
        };
        let mut afterwards = 0;
        for stmt in &source.body {
            if self.module_steps > MODULE_STEPS && self.world.settings.is_none() && afterwards < AFTERWARDS {
                afterwards += 1;
                self.module_steps = MODULE_STEPS - STEPS_AFTERWARDS;
            }
            self.limit = MODULE_STEPS.min(self.module_steps + at_once);
            self.all_limit = ALL_STEPS.min(self.all_steps + at_once * IN_TRUTH);
            self.statement_alone(stmt, &scope);
            self.touched.clear();
        }
        self.touched = touched;
        self.journals = journals;
        (self.trying, self.catching, self.catching_operations, self.goes_on_unset) = outer;
    }

    /// A statement of a module or class body. One that stops leaves what it binds unknown, and the next is
    /// taken: Python would have stopped for good, so what stopped here was not seen through.
    fn statement_alone(&mut self, stmt: &Stmt, scope: &Rc<Scope>) {
        let before = self.touched.len();
        let result = self.block(std::slice::from_ref(stmt), scope);
        if let Err(stop) = result
            && let Live::Unknown(why) = self.stopped(scope, stmt.span, &stop)
        {
            self.stopped_half_way(stmt, before, scope, &why);
            // Python would have stopped for good at what raises: something else was not seen through.
            if matches!(stop, Stop::Raise(_)) || self.may_bind_others(stmt, &scope.module) {
                scope.module.incomplete.borrow_mut().get_or_insert(why);
            }
        }
    }

    pub fn module_scope(&self, module: &Rc<Module>) -> Rc<Scope> {
        Rc::new(Scope {
            kind: ScopeKind::Module,
            names: module.names.clone(),
            parent: None,
            module: module.clone(),
            method: None,
            outer_names: Vec::new(),
            yielded: Default::default(),
        })
    }

    /// The value of text that is one expression.
    pub fn literal(&mut self, source: Arc<super::syntax::Source>) -> Option<Value> {
        let module = self.run("", "", source.clone());
        let scope = self.module_scope(&module);
        let [Stmt { kind: StmtKind::Expr(expr), .. }] = source.body.as_slice() else {
            return None;
        };
        let live = self.settle(expr, &scope);
        match self.value(&live, &scope) {
            Value::Unknown(_) => None,
            value => Some(value),
        }
    }

    /// The value of an expression, unknown if evaluating it stopped.
    pub fn settle(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Live {
        match self.eval(expr, scope) {
            Ok(value) => value,
            Err(stop) => self.stopped(scope, expr.span, &stop),
        }
    }

    fn stopped(&self, scope: &Scope, span: Span, stop: &Stop) -> Live {
        match stop {
            Stop::Raise(raised) => self.unknown(scope, span, format!("raises {}", raised.message)),
            Stop::Exhausted(what) => self.unknown(scope, span, *what),
        }
    }

    fn step(&mut self) -> Result<(), Stop> {
        self.steps(1)
    }

    fn steps(&mut self, count: usize) -> Result<(), Stop> {
        self.charge(count);
        if self.is_exhausted() {
            return Err(Stop::Exhausted("takes too many steps to follow"));
        }
        Ok(())
    }

    /// Counts steps where nothing can stop; whatever comes next stops.
    fn charge(&mut self, count: usize) {
        let count = count as u64;
        self.module_steps = self.module_steps.saturating_add(count);
        self.all_steps = self.all_steps.saturating_add(count);
    }

    /// Counts work that is no step of the code that is followed, and is never given back.
    fn spend(&mut self, count: usize) {
        self.all_steps = self.all_steps.saturating_add(count as u64);
    }

    fn is_exhausted(&self) -> bool {
        self.module_steps > self.limit || self.all_steps > self.all_limit
    }

    /// An argument of a call, with a budget of its own where what is called is what is looked for.
    fn argument(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Evaluated {
        if !scope.module.eager {
            return self.eval(expr, scope);
        }
        let steps = self.module_steps;
        let result = self.with_at_most(ARGUMENT_STEPS, IN_TRUTH, |it| it.eval(expr, scope));
        match result {
            Err(Stop::Exhausted(what)) if self.all_steps <= self.all_limit => {
                self.module_steps = steps;
                Ok(self.unknown(scope, expr.span, what))
            }
            result => result,
        }
    }

    /// Work that takes no more steps than an argument may, and costs what comes after it nothing where it would.
    fn within_budget<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let steps = self.module_steps;
        let (result, is_exhausted) =
            self.with_at_most(ARGUMENT_STEPS, IN_TRUTH, |it| (work(it), it.is_exhausted()));
        if is_exhausted {
            self.module_steps = steps;
        }
        result
    }

    /// Work that takes no more than so many steps, and no more than `in_truth` times as many with those that are given back
    /// within it.
    fn with_at_most<T>(&mut self, steps: u64, in_truth: u64, work: impl FnOnce(&mut Self) -> T) -> T {
        let (limit, all_limit) = (self.limit, self.all_limit);
        let steps = steps >> (self.done_in_vain / MANY_IN_VAIN).min(4);
        self.limit = limit.min(self.module_steps + steps);
        let within = all_limit.min(self.all_steps + steps * in_truth);
        self.all_limit = within;
        let result = work(self);
        self.done_in_vain += u32::from(self.is_exhausted());
        self.limit = limit;
        // What was done at no cost within it costs nothing here either.
        self.all_limit = ALL_STEPS.min(all_limit + self.all_limit.saturating_sub(within));
        result
    }

    /// Work that is done once, whoever asks for it first, and costs that one nothing.
    fn with_another_budget<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (steps, limit) = (std::mem::take(&mut self.module_steps), self.limit);
        let result = self.at_no_cost(|it| {
            it.all_limit = ALL_STEPS;
            work(it)
        });
        (self.module_steps, self.limit) = (steps, limit);
        result
    }

    /// Whoever waits for this may do as much afterwards as before.
    fn at_no_cost<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let (all_steps, all_limit) = (self.all_steps, self.all_limit);
        let result = work(self);
        self.all_limit = ALL_STEPS.min(all_limit + (self.all_steps - all_steps));
        result
    }

    /// Counts one level of nesting around `work`.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Stop>) -> Result<T, Stop> {
        if self.depth >= MAX_DEPTH {
            return Err(Stop::Exhausted("nests too deeply to follow"));
        }
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    pub fn location(&self, module: &Module, span: Span) -> Location {
        match &module.source {
            Some(source) => Location { file: source.file.clone(), line: source.line(span.start) },
            None => Location { file: Arc::new(module.name.to_string().into()), line: 1 },
        }
    }

    pub fn unknown(&self, scope: &Scope, span: Span, reason: impl Into<String>) -> Live {
        self.unknown_in(&scope.module, span, reason)
    }

    pub fn unknown_in(&self, module: &Module, span: Span, reason: impl Into<String>) -> Live {
        let text = module.source.as_ref().and_then(|it| it.text.get(span.start as usize..span.end as usize));
        Live::Unknown(Arc::new(Unknown {
            at: self.location(module, span),
            reason: reason.into(),
            text: text.map(shorten).unwrap_or_default(),
            clue: None,
        }))
    }

    /// Tells something once for each place.
    ///
    /// What is assumed within a library that is no installed app decides nothing that is compiled.
    pub fn tell(&mut self, concern: Concern, module: &Module, span: Span, message: impl Into<String>) {
        let root = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let own = module.eager || self.world.settings.is_none();
        if !own && !self.world.apps.iter().any(|(app, _)| root(app) == root(&module.name)) {
            return;
        }
        let at = self.location(module, span);
        let message = message.into();
        if self.told.insert((at.line, format!("{}{message}", at.file.display()))) {
            self.notices.push(Notice { at, concern, message });
        }
    }

    /// Something that raises in Python, as far as was seen. Where nothing catches it, the program that
    /// works shows that more is there than was seen.
    fn fails(&self, class: &str, message: impl Into<String>, scope: &Scope, span: Span) -> Evaluated {
        let stop = self.raise(class, message);
        if self.catching > 0 { Err(stop) } else { Ok(self.stopped(scope, span, &stop)) }
    }

    fn raise(&self, class: &str, message: impl Into<String>) -> Stop {
        let message = format!("{class}: {}", message.into());
        Stop::Raise(Raised { class: Live::name(format!("builtins.{class}")), message })
    }
}

/// On one line, cut after some 80 characters.
fn shorten(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 80 {
            break;
        }
    }
    if line.chars().count() > 80 { line.chars().take(79).chain(['…']).collect() } else { line }
}
