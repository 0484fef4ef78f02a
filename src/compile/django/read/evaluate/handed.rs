//! Operations and code of a project's own that do nothing but what Django's operations and SQL do: what they come to is
//! told by running their methods, with a stand-in for the schema editor and for the states.

mod command;
mod editor;
mod field;
mod model;
mod operation;
mod question;
mod said;
mod sql;
mod state;
mod statement;
mod there;
mod work;

use std::rc::Rc;
use std::sync::Arc;

pub use editor::{is_of_connection, is_of_transactions, leaves_exceptions, template};
pub use model::{MODEL, OPTIONS, is_of_models, is_same_model};
pub use operation::{is_name, is_of_operation, made_without_a_call};
pub use said::is_field_of_model;
pub use state::MODEL_STATE;
pub use statement::is_made_otherwise;
pub use work::Handed;

use editor::is_stand_in;
use model::FIELD;
use operation::{bare, code, for_app, hints, is_a_repair, usual};

use super::branch::Journal;
use super::facts::{is_definition, reads_like_sql, twisted_by};
use super::live::*;
use super::outside::is_composing;
use super::{ARGUMENT_STEPS, IN_TRUTH, Interpreter};
use crate::compile::django::project::{APP_LABEL, HANDED, Label, OF_CODE, Reach, Stopped, Twisted, Unknown};
use crate::compile::django::read::syntax::tree::{Span, Stmt};

/// What stands for the schema editor and the state.
pub const EDITOR: &str = "schema_editor";
pub const STATE: &str = "project_state";
/// What a method of an operation may ask of a state without changing it.
const ASKED_OF_STATE: [&str; 2] = ["clone", "apps"];
/// Steps that a function may take of which only the result counts.
const ASIDE_STEPS: u64 = 20_000;
/// As [`IN_TRUTH`]: one operation may have many such, one of which may call another.
const ASIDE_IN_TRUTH: u64 = 2;
/// The models at that time.
const REGISTRY: &str = "from_state.apps";
/// `Migration.apply`, and what stands for its call of Django's own.
pub const APPLY: &str = "apply";
/// Named in place of a method where the code of `RunPython` is followed.
const CODE: &str = "code";
const OPERATIONS: &str = "django.db.migrations.";

impl Interpreter<'_> {
    /// An operation that does nothing but what others do, as the `SeparateDatabaseAndState` of these.
    /// Else where its code stopped being followed, and why.
    pub fn handed_on(
        &mut self,
        instance: &Rc<Instance>,
        scope: &Rc<Scope>,
    ) -> Result<Rc<Instance>, Option<Box<Stopped>>> {
        if self.handed.is_some() || is_a_repair(instance) {
            return Err(None);
        }
        if self.has_its_own(instance) != Some(true) {
            self.forget_what_it_changes(instance, scope);
            return Err(None);
        }
        (self.stopped, self.models_of_stopped) = (None, None);
        let is_code = code(instance).is_some() && self.runs_it_as_usual(instance) == Some(true);
        // What it changes of itself on the way counts only if all of it was seen through.
        self.journals.push(Journal::default());
        let depth = self.journals.len();
        let followed = self.follow(instance, scope);
        self.journals.truncate(depth);
        let journal = self.journals.pop().unwrap_or_default();
        let Some((state, database)) = followed else {
            journal.undo();
            let stopped = self.stopped.take();
            self.forget_what_it_changes(instance, scope);
            return Err(stopped);
        };
        self.keep(journal);
        let mut keywords: Keywords = vec![
            ("database_operations".into(), Live::list(database)),
            ("state_operations".into(), Live::list(state)),
            (HANDED.into(), if is_code { Live::str(OF_CODE) } else { Live::Bool(true) }),
        ];
        keywords.extend(hints(instance).filter(|_| is_code).map(|it| ("hints".into(), it)));
        Ok(bare(instance, "django.db.migrations.SeparateDatabaseAndState", Vec::new(), keywords))
    }

    /// What code that is not followed changes, beside rows, is not known to the code after it.
    fn forget_what_it_changes(&mut self, instance: &Rc<Instance>, scope: &Rc<Scope>) {
        let Some(code) = code(instance) else { return };
        let Some(function) = self.called_by(&code) else { return };
        if !self.function(&function).changes_others {
            return;
        }
        let why = self.unknown(scope, instance.span, "is changed by code that was not followed");
        if let Live::Unknown(why) = why {
            let (steps, told) = (self.module_steps, self.notices.len());
            // What it comes to before it stops is all that is known of it.
            let work = |it: &mut Self| it.call_repeatedly(&code, &why, scope, instance.span);
            let _ = self.with_at_most(ARGUMENT_STEPS, IN_TRUTH, work);
            self.module_steps = steps;
            self.notices.truncate(told);
        }
    }

    /// Whether there is something to be followed; `None` where that cannot be told.
    fn has_its_own(&mut self, instance: &Rc<Instance>) -> Option<bool> {
        if let Some(code) = code(instance)
            && self.runs_it_as_usual(instance)?
        {
            let function = self.called_by(&code)?;
            let is_plain = matches!(code, Live::Function(_)) && !self.function(&function).touches_schema;
            return Some(!is_plain || self.state_forwards(instance)?.is_some());
        }
        let Live::Class(class) = &instance.class else { return None };
        let class = class.clone();
        let is_bare = self.is_bare_operation(&class).ok()??;
        if instance.notice.borrow().is_some() {
            return None;
        }
        let mut does_its_own = code(instance).is_some();
        for method in ["state_forwards", "database_forwards"] {
            match self.class_attribute(&class, method).ok()? {
                Some(Live::Function(closure)) => {
                    let work = &self.function(&closure).work;
                    let is_plain = work.usual != Reach::Perhaps && work.label == Label::Own;
                    does_its_own |= work.own != Reach::Never || !is_plain;
                }
                None if !is_bare => {}
                _ => return None,
            }
        }
        Some(is_bare || does_its_own)
    }

    /// Of a `RunPython` of whatever class.
    fn runs_it_as_usual(&mut self, instance: &Rc<Instance>) -> Option<bool> {
        match &instance.class {
            Live::Class(class) => {
                Some(self.class_attribute(&class.clone(), "database_forwards").ok()?.is_none())
            }
            _ => Some(true),
        }
    }

    /// A `state_forwards` of its own, bound to a `RunPython`, whose own does nothing; `None` where that cannot be told.
    fn state_forwards(&mut self, instance: &Rc<Instance>) -> Option<Option<Live>> {
        let Live::Class(class) = &instance.class else { return Some(None) };
        Some(match self.class_attribute(&class.clone(), "state_forwards").ok()? {
            Some(Live::Function(closure)) => {
                let receiver = Live::Instance(instance.clone());
                Some(Live::Bound(Rc::new(Bound { receiver, callee: Callee::Function(closure) })))
            }
            Some(_) => return None,
            None => None,
        })
    }

    /// Whether a class of operations is derived from `Operation` itself, and not from what does something; `None` for any
    /// other.
    fn is_bare_operation(&mut self, class: &Rc<Class>) -> Result<Option<bool>, Stop> {
        let lineage = self.lineage(class)?;
        let mut outside = lineage.iter().filter_map(|it| match it {
            Live::Name(path) if path.starts_with("django.") => Some(path.clone()),
            _ => None,
        });
        let first = outside.next().filter(|it| is_of_operation(it));
        Ok(first.map(|it| it.ends_with(".Operation") && outside.next().is_none()))
    }

    /// What comes to the models, and what to the database.
    fn follow(&mut self, instance: &Rc<Instance>, scope: &Rc<Scope>) -> Option<(Vec<Live>, Vec<Live>)> {
        if let Some(code) = code(instance)
            && self.runs_it_as_usual(instance)?
        {
            let state = match self.state_forwards(instance)? {
                Some(method) => {
                    let args = vec![Live::name(APP_LABEL), Live::name(STATE)];
                    self.handed_by(instance, &method, "state_forwards", args, Vec::new(), scope)?
                }
                None => Vec::new(),
            };
            let args = vec![Live::name(REGISTRY), Live::name(EDITOR)];
            return Some((state, self.handed_by(instance, &code, CODE, args, Vec::new(), scope)?));
        }
        let Live::Class(class) = &instance.class else { return None };
        let mut of = |method: &'static str, others: &[&str], models: Vec<Live>| {
            let args = std::iter::once(APP_LABEL).chain(others.iter().copied()).map(Live::name).collect();
            match self.class_attribute(class, method).ok()? {
                Some(Live::Function(closure)) => {
                    let receiver = Live::Instance(instance.clone());
                    let bound = Bound { receiver, callee: Callee::Function(closure) };
                    self.handed_by(instance, &Live::Bound(Rc::new(bound)), method, args, models, scope)
                }
                None => Some(vec![usual(instance)?]),
                _ => None,
            }
        };
        let state = of("state_forwards", &[STATE], Vec::new())?;
        let database = of("database_forwards", &[EDITOR, "from_state", "to_state"], state.clone());
        if database.is_none() && self.state_forwards(instance)?.is_some() {
            self.models_of_stopped = Some(state.clone());
        }
        Some((state, database?))
    }

    /// The questions of an `apply` of a migration's own, and what stands for each of its calls of Django's. `None` where it
    /// was not followed.
    pub fn followed_apply(
        &mut self,
        migration: &Rc<Instance>,
        apply: &Live,
        scope: &Rc<Scope>,
    ) -> Option<Vec<Live>> {
        let Live::Function(closure) = apply else { return None };
        let callee = Callee::Function(closure.clone());
        let bound = Bound { receiver: Live::Instance(migration.clone()), callee };
        let args = vec![Live::name(STATE), Live::name(EDITOR)];
        self.journals.push(Journal::default());
        let depth = self.journals.len();
        let followed =
            self.handed_by(migration, &Live::Bound(Rc::new(bound)), APPLY, args, Vec::new(), scope);
        self.journals.truncate(depth);
        // What it changes of itself, it changes when it runs.
        if let Some(journal) = self.journals.pop() {
            journal.undo();
        }
        followed
    }

    fn handed_by(
        &mut self,
        instance: &Rc<Instance>,
        function: &Live,
        method: &'static str,
        args: Vec<Live>,
        models: Vec<Live>,
        scope: &Rc<Scope>,
    ) -> Option<Vec<Live>> {
        let around = (self.journals.len(), self.catching);
        self.followed += 1;
        self.handed = Some(Handed::new(method, instance, models, around, self.questions, self.followed));
        // What takes too long to follow costs nothing else its steps.
        let steps = self.module_steps;
        let work = |it: &mut Self| it.call(function, args, Vec::new(), scope, instance.span);
        let done = self.with_at_most(ARGUMENT_STEPS, IN_TRUTH, work);
        if matches!(done, Err(Stop::Exhausted(_))) {
            self.module_steps = steps;
        }
        let mut handed = self.handed.take()?;
        match done {
            Err(Stop::Raise(raised)) => handed.lose(&format!("it raises {}", raised.message)),
            Err(Stop::Exhausted(why)) => handed.lose(why),
            Ok(_) => {}
        }
        if let Some((at, why)) = handed.lost.take() {
            let at = at.map(|(module, span)| self.location(&module, span));
            let assumed = handed.assumptions();
            let may_do = handed.may_do();
            self.stopped = at.map(|at| Box::new(Stopped { at, why, assumed, may_do, models: None }));
            let (_, asked) = handed.in_order();
            self.questions += asked;
            return None;
        }
        let (operations, asked) = handed.in_order();
        self.questions += asked;
        Some(operations)
    }

    /// The function of the sources that a callable comes down to.
    fn called_by(&mut self, code: &Live) -> Option<Rc<Closure>> {
        match code {
            Live::Function(closure) => Some(closure.clone()),
            Live::Bound(bound) => match &bound.callee {
                Callee::Function(closure) => Some(closure.clone()),
                _ => None,
            },
            Live::Partial(partial) => self.called_by(&partial.function.clone()),
            Live::Instance(instance) => match &instance.class {
                Live::Class(class) => match self.class_attribute(&class.clone(), "__call__").ok()? {
                    Some(Live::Function(closure)) => Some(closure),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// A call while a method is followed. `None` where it is to be made as any other.
    pub fn watch_call(
        &mut self,
        function: &Live,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        self.run_at(scope, span);
        let is_followed = match function {
            Live::Function(it) => it.decorated.is_none(),
            // Of psycopg's SQL, which is a text here.
            Live::Bound(it) if matches!(it.receiver, Live::Str(_)) => it.callee.name() == "as_string",
            Live::Bound(it) => matches!(&it.callee, Callee::Function(it) if it.decorated.is_none()),
            Live::Class(_) | Live::Partial(_) | Live::Descriptor(..) => true,
            // An object that is called: its class's own `__call__`.
            Live::Instance(_) => self.called_by(function).is_some_and(|it| it.decorated.is_none()),
            _ => false,
        };
        let may_execute = match function {
            Live::Bound(bound) => is_of_others(&bound.receiver),
            function => is_of_others(function),
        };
        if may_execute && args.iter().chain(keywords.iter().map(|(_, it)| it)).any(holds_sql) {
            self.lose("it hands SQL to what is not followed");
        }
        let known = match function {
            Live::Bound(bound) => {
                let name = bound.callee.name();
                let all = in_order(name, args, keywords);
                match self.hand_on(&bound.receiver, &bound.callee, &all) {
                    Some(done) => Some(done),
                    None => self.method_of_stand_in(&bound.receiver, name, &all, keywords, scope, span)?,
                }
            }
            Live::Name(path) => self.function_of_stand_in(path, args, keywords, scope, span)?,
            _ => None,
        };
        let only_asks =
            matches!(function, Live::Name(it) if matches!(&**it, "builtins.isinstance" | "builtins.hasattr"));
        if known.is_none() && !is_followed && !only_asks && self.is_used_by(function, args, keywords) {
            self.lose(&format!("it hands the schema editor, or a part of it, to {}", called(function)));
        }
        if known.is_none()
            && is_followed
            && let Live::Function(closure) = function
            && !closure.scope.module.eager
            && args.iter().chain(keywords.iter().map(|(_, it)| it)).all(is_plain)
            && let facts = self.function(closure)
            && !facts.touches_schema
            && !facts.changes_others
        {
            return self.call_aside(closure, args, keywords, scope, span).map(Some);
        }
        Ok(known)
    }

    /// A function of another module that has nothing to do with the schema, and changes nothing that others see: where it takes
    /// too long to follow, what it gives is not known, and no more than that is lost.
    fn call_aside(
        &mut self,
        closure: &Rc<Closure>,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let steps = self.module_steps;
        self.journals.push(Journal::default());
        // It is no branch: what it does, it does certainly.
        self.handed.iter_mut().for_each(|it| it.around.0 += 1);
        let depth = self.journals.len();
        let work =
            |it: &mut Self| it.call_closure(closure, None, args.to_vec(), keywords.clone(), scope, span);
        let made = self.with_at_most(ASIDE_STEPS, ASIDE_IN_TRUTH, work);
        self.journals.truncate(depth);
        let journal = self.journals.pop().unwrap_or_default();
        self.handed.iter_mut().for_each(|it| it.around.0 -= 1);
        match made {
            Err(Stop::Exhausted(why)) => {
                journal.undo();
                self.module_steps = self.module_steps.min(steps + ASIDE_STEPS / 10);
                let found = self.unknown(scope, span, format!("calls `{}`, which {why}", closure.path));
                self.may_fail(&found, scope, span);
                Ok(found)
            }
            made => {
                self.keep(journal);
                made
            }
        }
    }

    /// Whether something that is not followed gets hold of what changes the schema.
    fn is_used_by(&mut self, function: &Live, args: &[Live], keywords: &Keywords) -> bool {
        let all = args.iter().chain(keywords.iter().map(|(_, it)| it)).chain([function]);
        let all: Vec<Live> = all.map(|it| self.force(it).unwrap_or_else(|_| it.clone())).collect();
        all.iter().any(|it| match it {
            Live::Function(closure) => self.function(closure).touches_schema,
            Live::Bound(bound) => match &bound.callee {
                Callee::Function(closure) => self.function(closure).touches_schema,
                _ => is_stand_in(&bound.receiver),
            },
            it => is_stand_in(it),
        })
    }

    /// `operation.state_forwards(…)`, `super().database_forwards(…)`, and what operations ask themselves.
    fn hand_on(&mut self, receiver: &Live, callee: &Callee, args: &[Live]) -> Option<Live> {
        let (name, wanted) = (callee.name(), self.handed.as_ref()?.method);
        if wanted == APPLY {
            return self.hand_on_apply(name, callee, args);
        }
        if matches!(name, "allow_migrate_model" | "allow_migrate") {
            return Some(Live::Bool(true));
        }
        // Of Django's own, in `django/contrib/postgres/operations.py`, it raises, or does nothing.
        if name == "_ensure_not_in_transaction" && !matches!(callee, Callee::Function(_)) {
            return Some(Live::None);
        }
        if !matches!(name, "state_forwards" | "database_forwards" | "_run_sql") {
            return None;
        }
        let holder = self.handed.as_ref()?.holder.clone();
        let is_itself = matches!(receiver, Live::Instance(one) if Rc::ptr_eq(one, &holder));
        if is_itself && matches!(callee, Callee::Function(_)) {
            // A class of the sources between it and Django's.
            return None;
        }
        if name == "_run_sql" {
            self.hand_on_sql(args.get(1).cloned(), None, &holder);
            return Some(Live::None);
        }
        let operation =
            if is_itself { usual(&holder) } else { self.is_operation(receiver).then(|| receiver.clone()) };
        let has_editor = is_name(args.get(1), EDITOR);
        let of_app = |it: Live| for_app(it, args.first()?, &holder);
        match operation.and_then(of_app) {
            Some(operation) if name == wanted && (name != "database_forwards" || has_editor) => {
                self.hand(operation);
            }
            // The models are taken along while the database is looked at.
            Some(_) if name == "state_forwards" && wanted == "database_forwards" => {}
            _ => self.lose("it calls an operation in a way that is not followed"),
        }
        Some(Live::None)
    }

    /// What an `apply` of a migration's own does with its operations.
    fn hand_on_apply(&mut self, name: &str, callee: &Callee, args: &[Live]) -> Option<Live> {
        let is_djangos =
            matches!(callee, Callee::Base(class, _) if &**class == "django.db.migrations.Migration");
        match name {
            APPLY if is_djangos && is_name(args.first(), STATE) && is_name(args.get(1), EDITOR) => {
                let holder = self.handed.as_ref()?.holder.clone();
                self.hand(Live::Instance(bare(&holder, APPLY, Vec::new(), Vec::new())));
                Some(Live::name(STATE))
            }
            // The models go along either way.
            "mutate_state" if is_djangos => Some(Live::name(STATE)),
            "state_forwards" => Some(Live::None),
            "database_forwards" => {
                self.lose("it calls an operation in a way that is not followed");
                Some(Live::None)
            }
            _ => None,
        }
    }

    fn hand(&mut self, operation: Live) {
        let (now, is_certain) = ((self.journals.len(), self.catching), self.doubts == 0);
        if let Some(handed) = &mut self.handed {
            handed.add(operation, now, is_certain);
        }
    }

    /// Whether what is done here is certainly done, whatever the database answers.
    fn is_certain(&self) -> bool {
        let now = (self.journals.len(), self.catching);
        self.doubts == 0 && self.handed.as_ref().is_none_or(|it| now == it.around && it.guards.is_empty())
    }

    /// Something that is about to be changed: an editor with other templates makes something else.
    pub fn watch_change(&mut self, object: &Live) {
        if matches!(object, Live::Name(_)) && is_stand_in(object) {
            self.lose("it changes the schema editor or the connection");
        }
    }

    /// An attribute at which the editor looks afterwards, of what stands for a model, its options or one of its fields.
    pub fn watch_twist(&mut self, object: &Live, name: &str) {
        if self.handed.is_none() || twisted_by(name) == Twisted::Nothing {
            return;
        }
        let is_of_model = match object {
            Live::Unknown(_) => true,
            Live::Instance(it) => {
                matches!(&it.class, Live::Name(class) if matches!(&**class, FIELD | OPTIONS | MODEL | MODEL_STATE))
            }
            _ => false,
        };
        if is_of_model {
            self.lose(&format!("it sets `{name}` of a model or field, which the schema editor looks at"));
        }
    }

    /// How much was handed on so far.
    pub fn count_handed(&self) -> usize {
        self.handed.as_ref().map_or(0, |it| it.operations.len())
    }

    /// What follows is not seen through any more, for this reason: a clause.
    pub fn lose(&mut self, why: &str) {
        if let Some(handed) = &mut self.handed {
            handed.lose(why);
        }
    }

    /// The statement that is about to run.
    pub fn run_at(&mut self, scope: &Scope, span: Span) {
        if let Some(handed) = &mut self.handed {
            handed.at = Some((scope.module.clone(), span));
        }
    }

    fn is_operation(&mut self, value: &Live) -> bool {
        let Live::Instance(instance) = value else { return false };
        match &instance.class {
            Live::Name(path) => is_of_operation(path),
            Live::Class(class) => {
                let class = class.clone();
                self.lineage(&class).is_ok_and(|it| {
                    it.iter().any(|it| matches!(it, Live::Name(path) if is_of_operation(path)))
                })
            }
            _ => false,
        }
    }

    /// While a method is followed: statements of which it is not known whether they run, for what they hand on.
    pub fn watch_block(&mut self, body: &[Stmt], scope: &Rc<Scope>) -> Result<(), Stop> {
        if self.handed.is_none() {
            return Ok(());
        }
        match self.in_doubt(|it| it.block(body, scope)) {
            Ok(_) | Err(Stop::Raise(_)) => Ok(()),
            Err(stop) => Err(stop),
        }
    }

    /// What is done for all that is known of `why`.
    pub fn open<T>(&mut self, why: &Arc<Unknown>, work: impl FnOnce(&mut Self) -> T) -> T {
        if let Some(handed) = &mut self.handed {
            handed.open.push(why.clone());
        }
        let result = work(self);
        if let Some(handed) = &mut self.handed {
            handed.open.pop();
        }
        result
    }

    /// Evaluates what may not be, or not as often: whatever it hands on is not certain.
    pub fn in_doubt<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.doubts += 1;
        let result = work(self);
        self.doubts -= 1;
        result
    }
}

/// Packages of Python's own, and one for SQL, whose functions only make or tell something of a text.
const DO_NOTHING_WITH_SQL: [&str; 12] = [
    "builtins",
    "collections",
    "copy",
    "functools",
    "io",
    "itertools",
    "logging",
    "re",
    "sqlparse",
    "string",
    "textwrap",
    "warnings",
];

/// What is not followed, and may do anything with what it is given.
fn is_of_others(value: &Live) -> bool {
    let root = |it: &str| it.split('.').next().unwrap_or_default().to_owned();
    match value {
        Live::Name(path) => {
            !is_stand_in(value) && !DO_NOTHING_WITH_SQL.contains(&&*root(path)) && !is_composing(path)
        }
        Live::Instance(instance) => !is_stand_in(value) && is_of_others(&instance.class),
        value => value.is_unknown(),
    }
}

/// A value that nobody can change, or that is not known: nothing of the sources.
fn is_plain(value: &Live) -> bool {
    match value {
        Live::None
        | Live::Bool(_)
        | Live::Int(_)
        | Live::Float(_)
        | Live::Str(_)
        | Live::Bytes(_)
        | Live::Path(_)
        | Live::Unknown(_) => true,
        Live::Tuple(items) => items.iter().all(is_plain),
        // Of Django's, as a row of a model is.
        Live::Instance(it) => matches!(it.class, Live::Name(_)),
        _ => false,
    }
}

/// For `it hands … to`.
fn called(function: &Live) -> String {
    match function {
        Live::Name(path) => format!("{path}, which is not followed"),
        Live::Bound(bound) => format!("{}, which is not followed", bound.callee.name()),
        Live::Unknown(unknown) => format!("what is not known: it {}", unknown.reason),
        _ => "what is not followed".to_owned(),
    }
}

/// A text that would change the schema, by itself or in a list.
fn holds_sql(value: &Live) -> bool {
    let is_sql = |it: &Live| it.as_str().is_some_and(|it| reads_like_sql(it) && is_definition(it));
    match value {
        Live::List(items) => items.borrow().iter().any(is_sql),
        Live::Tuple(items) => items.iter().any(is_sql),
        value => is_sql(value),
    }
}

/// What a method of an operation, of the editor or of `_meta` is given, by its place or by its name (`django/db/migrations/`,
/// `django/db/backends/base/schema.py`).
fn in_order(method: &str, args: &[Live], keywords: &Keywords) -> Vec<Live> {
    let names: &[&str] = match method {
        "state_forwards" => &["app_label", "state"],
        "database_forwards" => &["app_label", "schema_editor", "from_state", "to_state"],
        "get_field" => &["field_name"],
        "create_model" | "delete_model" => &["model"],
        "add_index" | "remove_index" => &["model", "index"],
        "add_constraint" | "remove_constraint" => &["model", "constraint"],
        "alter_unique_together" => &["model", "old_unique_together", "new_unique_together"],
        "alter_index_together" => &["model", "old_index_together", "new_index_together"],
        "alter_db_table" => &["model", "old_db_table", "new_db_table"],
        "add_field" | "remove_field" => &["model", "field"],
        "alter_field" => &["model", "old_field", "new_field"],
        _ => &[],
    };
    let by_name =
        |name: &&str| keywords.iter().find(|(it, _)| **it == **name).map(|(_, value)| value.clone());
    let rest = names.iter().skip(args.len()).map_while(by_name);
    args.iter().cloned().chain(rest).collect()
}
