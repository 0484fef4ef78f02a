//! Classes of the sources: their bodies, bases and order of resolution.

pub mod enumeration;
mod metaclass;
mod record;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::call::path_of_decorator;
use super::live::*;
use super::names::ancestors;
use super::special::is_of_a_class;
use crate::compile::django::read::syntax::tree::*;
use record::DATACLASS;

impl Interpreter<'_> {
    pub fn class_statement(&mut self, definition: &Arc<ClassDef>, scope: &Rc<Scope>) -> Evaluated {
        let path = qualified(scope, &definition.name);
        let class = Rc::new(Class {
            name: definition.name.clone(),
            path,
            definition: Some(definition.clone()),
            scope: scope.clone(),
            bases: OnceCell::new(),
            names: SharedNames::default(),
            state: Cell::new(Progress::Waiting),
            lineage: RefCell::default(),
            decorated: RefCell::default(),
            members: OnceCell::new(),
        });
        if scope.module.eager || scope.kind != ScopeKind::Module || self.is_registered(&class) {
            self.class_body(&class)?;
            return self.decorated_class(&class);
        }
        Ok(Live::Class(class))
    }

    /// Whether defining a class tells a function or a base of the same module of it, which may keep it in a list.
    fn is_registered(&self, class: &Class) -> bool {
        let Some(definition) = &class.definition else { return false };
        let names = class.scope.module.names.borrow();
        let inside = || definition.inside();
        let is_of_module = |it: &Expr| {
            let name = root_of(it);
            name.and_then(|it| names.get(it)).is_some_and(|it| !matches!(it, Live::Import(_) | Live::Name(_)))
        };
        if !definition.is_plain && inside().decorators.iter().any(is_of_module) {
            return true;
        }
        let module = &class.scope.module;
        let hears = *module.hears.get_or_init(|| {
            let text = module.source.as_ref().map_or("", |it| it.text.as_str());
            text.contains("__init_subclass__") || (text.contains("metaclass") && text.contains("(type)"))
        });
        let is_own = |it: &Expr| matches!(&it.kind, ExprKind::Name(name) if matches!(names.get(name), Some(Live::Class(_))));
        hears && (inside().bases.iter().any(is_own) || inside().metaclass.is_some())
    }

    /// What the decorators of a class make of it; their effects on the class itself are seen in it afterwards.
    pub fn decorated_class(&mut self, class: &Rc<Class>) -> Evaluated {
        let Some(definition) = class.definition.clone().filter(|it| !it.is_plain) else {
            return Ok(Live::Class(class.clone()));
        };
        if let Some(made) = &*class.decorated.borrow() {
            return Ok(made.clone());
        }
        self.class_body(class)?;
        let mut made = Live::Class(class.clone());
        // Decorators may ask for instances of it.
        class.decorated.replace(Some(made.clone()));
        let scope = class.scope.clone();
        for decorator in definition.inside().decorators.iter().rev() {
            let value = self.settle(decorator, &scope);
            let value = self.force(&value)?;
            let path = path_of_decorator(&value);
            if LEAVE_CLASSES.contains(&&*path) || path.ends_with(".register_lookup") {
                continue;
            }
            if &*path == DATACLASS {
                match self.make_dataclass(class, &value, decorator.span)? {
                    None => continue,
                    Some(why) => made = why,
                }
                break;
            }
            made = match &value {
                value if self.is_followed_call(value) => {
                    let called = self.call(value, vec![made], Vec::new(), &scope, decorator.span)?;
                    self.force(&called)?
                }
                _ => Live::None,
            };
            if !matches!(made, Live::Class(_)) {
                let reason = format!("is decorated by {path}, and what that makes of it is not known");
                made = self.unknown(&scope, decorator.span, reason);
                break;
            }
        }
        class.decorated.replace(Some(made.clone()));
        Ok(made)
    }

    /// Why instances of a class are not what its text says: decorators that are not followed make them. Those of a
    /// module that nobody runs as a whole are looked at only here.
    pub fn hidden_by_decorators(&mut self, class: &Rc<Class>) -> Result<Option<Live>, Stop> {
        if class.scope.module.eager || class.scope.kind != ScopeKind::Module {
            return Ok(None);
        }
        let made = self.decorated_class(class)?;
        let is_itself = made.is(&Live::Class(class.clone()));
        let span = class.definition.as_ref().map(|it| it.span).unwrap_or_default();
        Ok(match made {
            _ if is_itself => None,
            Live::Unknown(_) => Some(made),
            _ => Some(self.unknown(&class.scope, span, "is another class behind its decorators")),
        })
    }

    /// Runs the body of a class, if that has not been done.
    pub fn class_body(&mut self, class: &Rc<Class>) -> Result<(), Stop> {
        if class.state.get() != Progress::Waiting {
            return Ok(());
        }
        class.state.set(Progress::Running);
        let Some(definition) = class.definition.clone() else {
            class.state.set(Progress::Done);
            return Ok(());
        };
        let scope = Rc::new(Scope {
            kind: ScopeKind::Class,
            names: class.names.clone(),
            parent: Some(class.scope.clone()),
            module: class.scope.module.clone(),
            // Functions find here which class they belong to.
            method: Some((class.clone(), Live::None)),
            outer_names: Vec::new(),
            yielded: Default::default(),
        });
        // A body that Python ran long before is run outside of what is being tried now.
        let postponed = !class.scope.module.eager;
        let outer = postponed.then(|| {
            let journals = std::mem::take(&mut self.journals);
            (journals, self.outside_of_tries())
        });
        let alone = self.catching == 0 && self.journals.is_empty();
        let result = self.deeper(|it| {
            if alone {
                definition.inside().body.iter().for_each(|stmt| it.statement_alone(stmt, &scope));
            } else {
                it.block(&definition.inside().body, &scope)?;
            }
            it.make_named_tuple(class)?;
            it.compare_by_elements(class);
            it.tell_names(class, &scope)?;
            it.made_by_metaclass(class)
        });
        if let Some((journals, tries)) = outer {
            self.journals = journals;
            (self.trying, self.catching, self.catching_operations, self.goes_on_unset) = tries;
        }
        class.state.set(Progress::Done);
        // It gives the class attributes.
        let is_dataclass = |it: &Expr| match &it.kind {
            ExprKind::Call(call) => is_named(&call.function, "dataclass"),
            _ => is_named(it, "dataclass"),
        };
        if result.is_ok() && definition.inside().decorators.iter().any(is_dataclass) {
            self.decorated_class(class)?;
        }
        result
    }

    /// `__set_name__` of what the body bound.
    fn tell_names(&mut self, class: &Rc<Class>, scope: &Rc<Scope>) -> Result<(), Stop> {
        let bound: Vec<(Arc<str>, Live)> = class
            .names
            .borrow()
            .iter()
            .filter(|(_, value)| is_of_a_class(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (name, value) in bound {
            let span = class.definition.as_ref().map(|it| it.span).unwrap_or_default();
            let given = vec![Live::Class(class.clone()), Live::Str(name)];
            self.special(&value, "__set_name__", given, scope, span)?;
        }
        Ok(())
    }

    /// `type(name, bases, names)`
    pub fn make_class(&mut self, args: &[Live], scope: &Rc<Scope>) -> Option<Live> {
        let [Live::Str(name), Live::Tuple(bases), Live::Dict(pairs)] = args else {
            return None;
        };
        let names = SharedNames::default();
        for (key, value) in pairs.borrow().iter() {
            names.borrow_mut().set(key.as_str()?.clone(), value.clone());
        }
        let bases: Result<Vec<Live>, Stop> = bases.iter().map(|base| self.force(base)).collect();
        Some(Live::Class(Rc::new(Class {
            name: name.clone(),
            path: qualified(scope, name),
            definition: None,
            scope: scope.clone(),
            bases: OnceCell::from(bases.ok()?),
            names,
            state: Cell::new(Progress::Done),
            lineage: RefCell::default(),
            decorated: RefCell::default(),
            members: OnceCell::new(),
        })))
    }

    pub fn bases(&mut self, class: &Rc<Class>) -> Result<Vec<Live>, Stop> {
        if let Some(bases) = class.bases.get() {
            return Ok(bases.clone());
        }
        let mut bases = Vec::new();
        if let Some(definition) = class.definition.clone() {
            for base in definition.inside().bases.iter().flat_map(bases_of) {
                let value = match &base.kind {
                    ExprKind::Starred(_) => {
                        self.unknown(&class.scope, base.span, "has bases that are not known")
                    }
                    _ => self.settle(base, &class.scope),
                };
                let value = self.force(&value)?;
                bases.push(match value {
                    Live::Class(base) => self.hidden_by_decorators(&base)?.unwrap_or(Live::Class(base)),
                    Live::Name(_) | Live::Unknown(_) => value,
                    // A class that a function made: `with_metaclass(…)`, `namedtuple(…)`.
                    Live::Instance(instance) => match &instance.class {
                        Live::Name(path) => Live::name(format!("{path}()")),
                        _ => self.unknown(&class.scope, base.span, "has a base that is no class"),
                    },
                    _ => self.unknown(&class.scope, base.span, "has a base that is no class"),
                });
            }
        }
        Ok(class.bases.get_or_init(|| bases).clone())
    }

    /// The order in which attributes are looked up, this class first; what is not followed is a name.
    pub fn lineage(&mut self, class: &Rc<Class>) -> Result<Rc<[Live]>, Stop> {
        if let Some(lineage) = &*class.lineage.borrow() {
            return Ok(lineage.clone());
        }
        let bases = self.bases(class)?;
        let mut lines: Vec<Vec<Live>> = Vec::new();
        for base in &bases {
            lines.push(match base {
                Live::Class(base) if Rc::ptr_eq(base, class) => Vec::new(),
                Live::Class(base) => self.deeper(|it| it.lineage(&base.clone()))?.to_vec(),
                other => vec![other.clone()],
            });
        }
        lines.push(bases);
        let seen: Vec<Live> = lines.iter().flatten().cloned().collect();
        // A mixin may derive from `Field` itself, and comes before `TextField` all the same.
        lines.iter_mut().for_each(with_ancestors);
        let mut order = vec![Live::Class(class.clone())];
        merge(lines, &mut order);
        order.retain(|it| matches!(it, Live::Class(_)) || seen.iter().any(|seen| seen.is(it)));
        Ok(class.lineage.borrow_mut().get_or_insert_with(|| order.into()).clone())
    }

    /// An attribute as a class of the sources in the lineage binds it.
    pub fn class_attribute(&mut self, class: &Rc<Class>, name: &str) -> Result<Option<Live>, Stop> {
        for it in self.lineage(class)?.iter() {
            if let Live::Class(class) = it {
                self.class_body(class)?;
                let found = class.names.borrow().get(name).cloned();
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// The names that [`Self::class_attribute`] finds, in the order of the lineage.
    pub fn names_in_lineage(&mut self, class: &Rc<Class>) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        for it in self.lineage(class).iter().flat_map(|it| it.iter()) {
            let Live::Class(class) = it else { continue };
            // Behind one that is not followed nothing is found.
            if self.class_body(class).is_err() {
                break;
            }
            names.extend(class.names.borrow().names().cloned());
        }
        names
    }

    /// The first class of the lineage that is not followed, but for one that Django mixes into what has a constructor.
    pub fn outside_base(&mut self, class: &Rc<Class>) -> Result<Option<Live>, Stop> {
        let lineage = self.lineage(class)?;
        let outside = || lineage.iter().filter(|it| !matches!(it, Live::Class(_)) && !is_object(it));
        Ok(outside().find(|it| !is_mixed_in(it)).or_else(|| outside().next()).cloned())
    }
}

/// Of Django's own: it has no constructor, and its methods are those of what it is mixed into.
pub fn is_mixed_in(base: &Live) -> bool {
    matches!(base, Live::Name(path) if path.ends_with("Mixin")
        && (path.starts_with("django.db.") || path.starts_with("django.contrib.postgres.")))
}

/// `registry` of `registry.register(name="a")`.
fn root_of(expr: &Expr) -> Option<&Arc<str>> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute(object, _) => root_of(object),
        ExprKind::Call(call) => root_of(&call.function),
        _ => None,
    }
}

fn is_named(expr: &Expr, wanted: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(name) | ExprKind::Attribute(_, name) if **name == *wanted)
}

/// Decorators after which a class has the same attributes and makes the same instances.
const LEAVE_CLASSES: &[&str] = &[
    "django.utils.deconstruct.deconstructible",
    "django.utils.encoding.python_2_unicode_compatible",
    "enum.unique",
    "functools.total_ordering",
    "six.python_2_unicode_compatible",
    "typing.final",
    "typing.runtime_checkable",
    "typing_extensions.final",
    "warnings.deprecated",
];

pub fn is_object(class: &Live) -> bool {
    matches!(class, Live::Name(name) if &**name == "builtins.object")
}

/// The dotted path of a name that is bound in a scope.
pub fn qualified(scope: &Scope, name: &str) -> Arc<str> {
    match (&scope.kind, &scope.method) {
        (ScopeKind::Class, Some((class, _))) => [&*class.path, ".", name].concat().into(),
        _ => [&*scope.module.name, ".", name].concat().into(),
    }
}

/// Adds what the classes of Django's in a line derive from.
fn with_ancestors(line: &mut Vec<Live>) {
    let names: Vec<Arc<str>> = line
        .iter()
        .filter_map(|it| if let Live::Name(name) = it { Some(name.clone()) } else { None })
        .collect();
    for ancestor in names.iter().flat_map(|name| ancestors(name)).map(|it| Live::name(*it)) {
        if !line.iter().any(|it| it.is(&ancestor)) {
            line.push(ancestor);
        }
    }
}

/// The C3 linearisation of Python's method resolution order; where there is none, each once.
fn merge(mut lines: Vec<Vec<Live>>, order: &mut Vec<Live>) {
    loop {
        lines.retain(|line| !line.is_empty());
        let in_a_tail = |it: &Live| lines.iter().any(|line| line[1..].iter().any(|other| other.is(it)));
        let Some(first) = lines.first() else {
            return;
        };
        let next = lines.iter().map(|line| &line[0]).find(|it| !in_a_tail(it)).unwrap_or(&first[0]).clone();
        for line in &mut lines {
            line.retain(|it| !it.is(&next));
        }
        order.push(next);
    }
}

/// `with_metaclass(Meta, Base)`, as six has it and many libraries have copied it: a class of these bases.
fn bases_of(base: &Expr) -> &[Expr] {
    let ExprKind::Call(call) = &base.kind else { return std::slice::from_ref(base) };
    let is_it = is_named(&call.function, "with_metaclass");
    match call.args.split_first() {
        Some((_, bases)) if is_it && !bases.is_empty() => bases,
        _ => std::slice::from_ref(base),
    }
}
