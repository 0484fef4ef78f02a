//! What can be told of a function without running it.

mod answer;
mod shape;
mod text;
mod vendor;
mod walk;
mod work;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::Interpreter;
use super::live::*;
use crate::compile::django::project::Function;
use crate::compile::django::read::syntax::tree::*;

pub use shape::shape;
pub use text::{is_definition, reads_like_sql};
use walk::Walk;
pub use walk::adds_a_field;
pub use work::twisted_by;

/// More functions than these are not looked into: what leads so far may lead anywhere.
const MANY: usize = 200;

/// What is asked of an object without naming it: by its class's call, `with`, `for`, a call of itself.
const UNSAID: [&str; 7] =
    ["__init__", "__new__", "__enter__", "__exit__", "__iter__", "__next__", "__call__"];

/// Commands of Django's own that change rows, files or nothing (`django/core/management/commands/`, `contrib`).
pub const COMMANDS_FOR_ROWS: &[&str] = &[
    "changepassword",
    "check",
    "clearsessions",
    "collectstatic",
    "compilemessages",
    "createsuperuser",
    "dumpdata",
    "flush",
    "loaddata",
    "makemessages",
    "remove_stale_contenttypes",
    "sendtestemail",
];

/// What was seen in a function's body, and in those of the sources that it calls.
#[derive(Default)]
struct Seen {
    touches_schema: bool,
    adds_fields: bool,
    adds_to_meta: bool,
    joins_model: bool,
    /// It changes what is not its own.
    changes_others: bool,
    models: Vec<(Arc<str>, Arc<str>)>,
    apps: Vec<Arc<str>>,
    /// It calls `get_models()`: an app may be asked for its path too.
    goes_through_models: bool,
    sql: Vec<Arc<str>>,
    editor_calls: Vec<Arc<str>>,
    words: Vec<Arc<str>>,
    /// Classes of the sources that are named: their objects may be anywhere.
    classes: Vec<Rc<Class>>,
    /// Functions that a constant holds, and modules that are named.
    functions: Vec<Rc<Closure>>,
    modules: Vec<Rc<Module>>,
    /// What is asked of objects of which it is not known whose they are.
    asked: BTreeSet<Arc<str>>,
    /// They may be asked for each of the words.
    asks_by_name: bool,
}

impl Seen {
    fn add_module(&mut self, module: &Rc<Module>) {
        if !self.modules.iter().any(|it| Rc::ptr_eq(it, module)) {
            self.modules.push(module.clone());
        }
    }
}

/// Names that each of a growing list is asked for once.
#[derive(Default)]
struct Crossing {
    /// With their place in the order in which they came.
    names: HashMap<Arc<str>, usize, RandomState>,
    /// The first so many of the list were crossed with the first so many names.
    crossed: (usize, usize),
}

impl Crossing {
    fn add<'n>(&mut self, names: impl IntoIterator<Item = &'n Arc<str>>) {
        for name in names {
            let place = self.names.len();
            self.names.entry(name.clone()).or_insert(place);
        }
    }

    /// Each with each of the names that it has, where they were not crossed before.
    fn cross<T: Clone>(
        &mut self,
        all: &[T],
        mut names_of: impl FnMut(&T) -> Vec<Arc<str>>,
    ) -> Vec<(T, Arc<str>)> {
        let (old, asked) = std::mem::replace(&mut self.crossed, (all.len(), self.names.len()));
        let mut new = Vec::new();
        for (at, it) in all.iter().enumerate() {
            let from = if at < old { asked } else { 0 };
            if from == self.names.len() {
                continue;
            }
            let place = |name: Arc<str>| Some((*self.names.get(&name).filter(|it| **it >= from)?, name));
            let mut found: Vec<_> = names_of(it).into_iter().filter_map(place).collect();
            found.sort();
            found.dedup();
            new.extend(found.into_iter().map(|(_, name)| (it.clone(), name)));
        }
        new
    }
}

/// Where a call passes the schema editor on.
#[derive(Clone)]
enum Slot {
    At(usize),
    Named(Arc<str>),
}

/// Something that a function's body names: what it calls, with where it passes the editor on, or only mentions.
struct Named<'d> {
    what: &'d Expr,
    is_called: bool,
    slot: Option<Slot>,
    /// Of a call: its first argument, where that is a text.
    first: Option<&'d Arc<str>>,
}

/// Functions that were looked into, with and without the editor.
type Visited = Vec<(*const Closure, bool)>;

impl Interpreter<'_> {
    pub fn function(&mut self, closure: &Rc<Closure>) -> Arc<Function> {
        let key = Rc::as_ptr(closure);
        if let Some((_, known)) = self.facts.get(&key).or_else(|| self.own_facts.get(&key)) {
            return known.clone();
        }
        let is_passing = closure.scope.module.eager || is_in_a_call(&closure.scope);
        let work = |it: &mut Self| it.facts_with(closure, walk::editor_name(&closure.definition));
        let function = if is_passing { work(self) } else { self.at_no_cost(work) };
        let facts = if is_passing { &mut self.own_facts } else { &mut self.facts };
        facts.insert(key, (closure.clone(), function.clone()));
        function
    }

    /// The same function where it is given more beforehand: texts that may be what it is about.
    pub fn with_given(&mut self, function: Arc<Function>, given: &[Live]) -> Arc<Function> {
        let mut seen = Seen::default();
        given.iter().for_each(|it| self.hold(it, &mut seen));
        if seen.sql.is_empty() && seen.words.is_empty() {
            return function;
        }
        let mut function = Function::clone(&function);
        function.sql.append(&mut seen.sql);
        function.words.append(&mut seen.words);
        Arc::new(function)
    }

    /// Of a function that a signal calls, which gives it no schema editor.
    pub fn handler_facts(&mut self, closure: &Rc<Closure>) -> Arc<Function> {
        self.facts_with(closure, None)
    }

    fn facts_with(&mut self, closure: &Rc<Closure>, editor: Option<Arc<str>>) -> Arc<Function> {
        let mut seen = Seen::default();
        let dialect = self.world.dialect;
        let this = RefCell::new(&mut *self);
        let asked = |test: &Expr| this.borrow_mut().answer_of_module(closure, test);
        let work = work::of(&closure.definition, editor.as_ref(), dialect, asked);
        let mut visited = Visited::new();
        self.look_into(closure, editor, &mut seen, &mut visited);
        self.look_at_objects(&mut seen, &mut visited);
        seen.models.sort();
        seen.models.dedup();
        Arc::new(Function {
            path: closure.path.clone(),
            body: shape(&closure.definition),
            work,
            touches_schema: seen.touches_schema,
            adds_fields: seen.adds_fields,
            adds_to_meta: seen.adds_to_meta,
            joins_model: seen.joins_model,
            changes_others: seen.changes_others,
            models: seen.models,
            apps: if seen.goes_through_models { seen.apps } else { Vec::new() },
            sql: seen.sql,
            editor_calls: seen.editor_calls,
            words: seen.words,
            other_sql: false,
            other_tables: false,
            other_models: false,
            at: self.location(&closure.scope.module, closure.definition.span),
        })
    }

    fn look_into(
        &mut self,
        closure: &Rc<Closure>,
        editor: Option<Arc<str>>,
        seen: &mut Seen,
        visited: &mut Visited,
    ) {
        let key = (Rc::as_ptr(closure), editor.is_some());
        if visited.contains(&key) {
            return;
        }
        if visited.len() > MANY {
            seen.touches_schema = true;
            return;
        }
        visited.push(key);
        let definition = closure.definition.clone();
        let mut walk = Walk::new(editor, self.world.dialect, seen);
        walk.block(&definition.inside().body);
        let Walk { named, imports, bound, asked_for, changed, .. } = walk;
        self.spend(named.len());
        let inside = definition.inside();
        let parameters = inside.parameters.positional.iter().chain(&inside.parameters.keyword_only);
        let is_own =
            |it: &Arc<str>| bound.contains(it) || parameters.clone().any(|parameter| parameter.name == *it);
        seen.changes_others |= !inside.outer_names.is_empty() || !changed.iter().all(is_own);
        // Whoever gets hold of it may change it.
        let may_change = |it: &Arc<str>| match lookup(&closure.scope, it) {
            Some(Live::Dict(_) | Live::List(_) | Live::Set(_)) => true,
            Some(Live::Instance(it)) => matches!(it.class, Live::Class(_)),
            Some(Live::Bound(it)) => !matches!(it.callee, Callee::Base(..)),
            _ => false,
        };
        seen.changes_others |= asked_for.iter().any(|it| !is_own(it) && may_change(it));
        seen.touches_schema |= definition.is_broken();
        let scope = self.scope_of(closure, &imports, bound);
        // A variable of what made the function is often handed to it so.
        for default in closure.defaults.iter().flatten() {
            if let Ok(default) = self.force(default) {
                self.hold(&default, seen);
            }
        }
        for it in named {
            self.look_at(&it, &scope, closure, seen, visited);
        }
    }

    /// Where the body's names are looked up: what it imports itself, and nothing that it binds otherwise.
    fn scope_of(&mut self, closure: &Rc<Closure>, imports: &[&Stmt], bound: Vec<Arc<str>>) -> Rc<Scope> {
        let names = SharedNames::default();
        let parameters = &closure.definition.inside().parameters;
        let unknown = self.unknown(&closure.scope, closure.definition.span, "is bound in a function");
        let arguments = parameters.positional.iter().chain(&parameters.keyword_only).map(|it| &it.name);
        for name in arguments.chain(&parameters.rest).chain(&parameters.keyword_rest).chain(&bound) {
            names.borrow_mut().set(name.clone(), unknown.clone());
        }
        // The object or the class that a method is called on.
        if let (Some(owner), Some(first)) = (&closure.owner, parameters.positional.first()) {
            names.borrow_mut().set(first.name.clone(), Live::Class(owner.clone()));
        }
        let scope = Rc::new(Scope {
            kind: ScopeKind::Function,
            names,
            parent: Some(closure.scope.clone()),
            module: closure.scope.module.clone(),
            method: None,
            outer_names: Vec::new(),
            yielded: Default::default(),
        });
        self.catching += 1;
        for stmt in imports {
            // One that fails binds nothing.
            let _ = match &stmt.kind {
                StmtKind::Import(names) => self.import_statement(names, stmt.span, &scope),
                StmtKind::ImportFrom { module, level, names } => {
                    self.import_from(module.as_deref(), *level, names, stmt.span, &scope)
                }
                _ => Ok(()),
            };
        }
        self.catching -= 1;
        scope
    }

    fn look_at(
        &mut self,
        it: &Named<'_>,
        scope: &Rc<Scope>,
        within: &Rc<Closure>,
        seen: &mut Seen,
        visited: &mut Visited,
    ) {
        let found = self.leads_to(it.what, scope).unwrap_or(None);
        match (&found, &it.what.kind) {
            // What is called or handed on by its own name is looked into below.
            (Some(Live::Function(_)), _) => {}
            (Some(constant), _) => self.hold(constant, seen),
            (None, ExprKind::Attribute(_, name)) => {
                seen.asked.insert(name.clone());
            }
            (None, ExprKind::Name(name)) if **name == *"globals" => {
                seen.asks_by_name = true;
                seen.add_module(&within.scope.module);
            }
            (None, ExprKind::Name(name)) => seen.asks_by_name |= **name == *"getattr",
            (None, _) => {}
        }
        let mut inner = it.what;
        while let ExprKind::Attribute(object, _) | ExprKind::Subscript(object, _) = &inner.kind {
            inner = object;
            if let ExprKind::Call(call) = &inner.kind {
                inner = &call.function;
            }
            if let Ok(Some(object)) = self.leads_to(inner, scope) {
                self.hold(&object, seen);
            }
        }
        let called = match &found {
            Some(Live::Name(path)) => {
                // By whatever name it was imported.
                seen.touches_schema |= matches!(
                    &**path,
                    "django.db.connection" | "django.db.connections" | "django.db.transaction.get_connection"
                );
                match &**path {
                    "django.core.management.call_command" if it.is_called => {
                        self.look_at_command(it.first, seen, visited);
                    }
                    // Whose that is, only running it tells.
                    "django.utils.module_loading.import_string" | "importlib.import_module" => {
                        seen.touches_schema = true;
                    }
                    _ => {}
                }
                None
            }
            Some(Live::Function(called)) => Some(called.clone()),
            Some(Live::Class(class)) if it.is_called => match self.class_attribute(class, "__init__") {
                Ok(Some(Live::Function(init))) => Some(init),
                _ => None,
            },
            _ => None,
        };
        let Some(called) = called else {
            // Handed on to someone who may use it.
            seen.touches_schema |= it.slot.is_some();
            return;
        };
        if Rc::ptr_eq(&called, within) {
            return;
        }
        let skip = usize::from(called.owner.is_some() && !matches!(it.what.kind, ExprKind::Name(_)));
        let parameter = it.slot.as_ref().and_then(|slot| parameter(&called.definition, slot, skip));
        seen.touches_schema |= it.slot.is_some() && parameter.is_none();
        let touched_before = std::mem::take(&mut seen.touches_schema);
        self.look_into(&called, parameter, seen, visited);
        if seen.touches_schema && !touched_before {
            // What a model does by itself, it does to its own table.
            seen.models.extend(self.model_of(it.what, scope));
        }
        seen.touches_schema |= touched_before;
    }

    /// What an object of a named class is asked, wherever the object comes from: a local name, a factory, a list.
    fn look_at_objects(&mut self, seen: &mut Seen, visited: &mut Visited) {
        let (mut of_objects, mut of_modules) = (Crossing::default(), Crossing::default());
        of_objects.add(&UNSAID.map(Arc::from));
        let mut words_before = 0;
        loop {
            of_objects.add(&seen.asked);
            let mut words = Vec::new();
            if seen.asks_by_name {
                let more = &seen.words[std::mem::replace(&mut words_before, seen.words.len())..];
                of_objects.add(more);
                of_modules.add(more);
                words = of_modules.cross(&seen.modules, |it| it.names.borrow().names().cloned().collect());
            }
            let new = of_objects.cross(&seen.classes, |it| self.names_in_lineage(it));
            let mut functions = std::mem::take(&mut seen.functions);
            for (module, name) in words {
                if let Ok(Some(Live::Function(it))) = self.module_attribute(&module, &name) {
                    functions.push(it);
                }
            }
            let visits = visited.len();
            functions.iter().for_each(|it| self.look_into(it, None, seen, visited));
            if new.is_empty() && visits == visited.len() {
                return;
            }
            for (class, name) in new {
                let Ok(Some(found)) = self.class_attribute(&class, &name) else { continue };
                let found = match found {
                    Live::Descriptor(_, inner) => self.force(inner.getter()),
                    found => self.force(&found),
                };
                let Ok(Live::Function(method)) = found else { continue };
                let touched_before = std::mem::take(&mut seen.touches_schema);
                self.look_into(&method, None, seen, visited);
                if seen.touches_schema && !touched_before {
                    // What a model does by itself, it does to its own table.
                    let scope = method.scope.clone();
                    seen.models.extend(self.label_and_name(&class, &scope, method.definition.span));
                }
                seen.touches_schema |= touched_before;
            }
        }
    }

    /// The SQL and the words that a constant is, or holds, and the classes of its objects.
    fn hold(&mut self, value: &Live, seen: &mut Seen) {
        match value {
            Live::Str(text) if text::reads_like_sql(text) => seen.sql.push(text.clone()),
            Live::Str(text) if text::is_word(text) => seen.words.push(text.clone()),
            Live::Tuple(items) => items.iter().for_each(|it| self.hold(it, seen)),
            Live::List(items) | Live::Set(items) => items.borrow().iter().for_each(|it| self.hold(it, seen)),
            Live::Dict(pairs) => {
                for (key, value) in pairs.borrow().iter() {
                    self.hold(key, seen);
                    self.hold(value, seen);
                }
            }
            Live::Class(class) => add_class(class, seen),
            Live::Function(function) => seen.functions.push(function.clone()),
            Live::Module(module) => seen.add_module(module),
            Live::Instance(instance) => {
                if let Live::Class(class) = &instance.class {
                    add_class(class, seen);
                }
            }
            _ => {}
        }
    }

    /// The model of the sources on which a method is called.
    fn model_of(&mut self, method: &Expr, scope: &Rc<Scope>) -> Option<(Arc<str>, Arc<str>)> {
        let ExprKind::Attribute(object, _) = &method.kind else { return None };
        let Ok(Some(Live::Class(class))) = self.leads_to(object, scope) else { return None };
        self.label_and_name(&class, scope, object.span)
    }

    /// Label and name of a class, if it is a model.
    fn label_and_name(
        &mut self,
        class: &Rc<Class>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<(Arc<str>, Arc<str>)> {
        if !self.is_model(class).unwrap_or(false) {
            return None;
        }
        let Ok(Live::Instance(options)) = self.options(class, scope, span) else { return None };
        let names = options.attributes.borrow();
        match (names.get("app_label"), names.get("model_name")) {
            (Some(Live::Str(label)), Some(Live::Str(model))) => Some((label.clone(), model.clone())),
            _ => None,
        }
    }

    /// `name`, `module.name`, `Class.name`, `Class(…).name`: what it stands for, as far as nothing need be run.
    fn leads_to(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Result<Option<Live>, Stop> {
        match &expr.kind {
            ExprKind::Name(name) => match lookup(scope, name) {
                Some(found) => self.force(&found).map(Some),
                None => Ok(None),
            },
            ExprKind::Call(call) => match self.leads_to(&call.function, scope)? {
                Some(Live::Class(class)) => Ok(Some(Live::Class(class))),
                _ => Ok(None),
            },
            ExprKind::Attribute(object, name) => {
                let found = match self.leads_to(object, scope)? {
                    Some(Live::Module(module)) => self.module_attribute(&module, name)?,
                    Some(Live::Class(class)) => self.class_attribute(&class, name)?,
                    Some(Live::Name(path)) => Some(self.outside_attribute(&path, name)?),
                    Some(Live::Instance(instance)) => match &instance.class {
                        Live::Class(class) => self.class_attribute(&class.clone(), name)?,
                        _ => None,
                    },
                    _ => None,
                };
                Ok(match found {
                    Some(Live::Descriptor(_, inner)) => Some(self.force(inner.getter())?),
                    Some(found) => Some(self.force(&found)?),
                    None => None,
                })
            }
            _ => Ok(None),
        }
    }

    /// `call_command("name")`: the command's `handle`, where an installed app of the sources has it.
    fn look_at_command(&mut self, name: Option<&Arc<str>>, seen: &mut Seen, visited: &mut Visited) {
        let Some(name) = name else {
            seen.touches_schema = true;
            return;
        };
        if let Some((command, handle)) = self.command_of(name) {
            add_class(&command, seen);
            return self.look_into(&handle, None, seen, visited);
        }
        seen.touches_schema |= !COMMANDS_FOR_ROWS.contains(&&**name);
    }
}

fn add_class(class: &Rc<Class>, seen: &mut Seen) {
    if !seen.classes.iter().any(|it| Rc::ptr_eq(it, class)) {
        seen.classes.push(class.clone());
    }
}

/// The parameter that takes what a call passes; a method's first is the object.
fn parameter(definition: &FunctionDef, slot: &Slot, skip: usize) -> Option<Arc<str>> {
    let parameters = &definition.inside().parameters;
    match slot {
        Slot::At(position) => parameters.positional.get(position + skip).map(|it| it.name.clone()),
        Slot::Named(name) => {
            let mut all = parameters.positional.iter().chain(&parameters.keyword_only);
            all.find(|it| it.name == *name).map(|it| it.name.clone())
        }
    }
}

/// What a call binds is made anew by each.
fn is_in_a_call(scope: &Scope) -> bool {
    scope.kind == ScopeKind::Function || scope.parent.as_deref().is_some_and(is_in_a_call)
}

fn lookup(scope: &Rc<Scope>, name: &str) -> Option<Live> {
    let mut at = Some(scope);
    while let Some(here) = at {
        if here.kind != ScopeKind::Class
            && let Some(value) = here.names.borrow().get(name)
        {
            return Some(value.clone());
        }
        at = here.parent.as_ref();
    }
    None
}
