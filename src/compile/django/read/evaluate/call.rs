//! Calls: of functions and classes of the sources, and what of them reaches a class that is not followed.

use std::rc::Rc;
use std::sync::Arc;

use super::asked::{CALLED, NAMING};
use super::branch::Cell;
use super::class::{is_object, qualified};
use super::facts::adds_a_field;
use super::live::*;
use super::{Interpreter, format, given};
use crate::compile::django::notice::Concern;
use crate::compile::django::read::syntax::tree::*;

/// Stands among keywords for an unknown number of positional or keyword arguments.
pub const MORE_ARGS: &str = "*";
pub const MORE_KEYWORDS: &str = "**";

impl Interpreter<'_> {
    pub fn call_expression(&mut self, call: &CallExpr, scope: &Rc<Scope>, span: Span) -> Evaluated {
        if let ExprKind::Name(name) = &call.function.kind
            && &**name == "super"
            && call.args.len() != 1
        {
            return self.super_call(call, scope, span);
        }
        let function = self.eval(&call.function, scope)?;
        self.note_question(call, &function, scope, span);
        let mut args = Vec::with_capacity(call.args.len());
        let mut keywords = Keywords::with_capacity(call.keywords.len());
        for arg in &call.args {
            match &arg.kind {
                ExprKind::Starred(inner) => {
                    let value = self.eval(inner, scope)?;
                    match self.iterate(&value, scope, arg.span)? {
                        Ok(items) => match items.iter().position(Live::is_unknown) {
                            None => args.extend(items),
                            Some(at) => {
                                args.extend_from_slice(&items[..at]);
                                keywords.push((MORE_ARGS.into(), items[at].clone()));
                                break;
                            }
                        },
                        Err(unknown) => {
                            keywords.push((MORE_ARGS.into(), unknown));
                            break;
                        }
                    }
                }
                _ => args.push(self.argument(arg, scope)?),
            }
        }
        for (name, value) in &call.keywords {
            let span = value.span;
            let value = match self.not_asked(&function, call, name.as_deref(), value, scope) {
                Some(written) => written,
                None => self.argument(value, scope)?,
            };
            match name {
                Some(name) => keywords.push((name.clone(), value)),
                None => self.unpack_keywords(&value, &mut keywords, scope, span)?,
            }
        }
        self.call(&function, args, keywords, scope, span)
    }

    /// `cursor.execute(…)`, `Model.objects.count()`: whether the database takes it is not known.
    fn note_question(&mut self, call: &CallExpr, function: &Live, scope: &Rc<Scope>, span: Span) {
        let ExprKind::Attribute(_, name) = &call.function.kind else { return };
        self.added |= adds_a_field(call);
        let is_ours = match function {
            Live::Function(_) | Live::Class(_) => true,
            Live::Bound(bound) => matches!(bound.callee, Callee::Function(_)),
            _ => false,
        };
        let asks = matches!(&**name, "execute" | "executemany" | "callproc")
            || (is_query(name) && has_a_manager(&call.function));
        if self.catching > 0 && !is_ours && asks {
            let unknown = self.unknown(scope, span, "asks the database, which may refuse");
            if let Live::Unknown(why) = unknown {
                self.asked = Some(why);
            }
        }
    }

    fn unpack_keywords(
        &mut self,
        value: &Live,
        keywords: &mut Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let value = self.force(value)?;
        let Live::Dict(pairs) = &value else {
            let unknown = self.because(&[&value], scope, span, "unpacks what is no known dict");
            keywords.push((MORE_KEYWORDS.into(), unknown));
            return Ok(());
        };
        for (key, value) in pairs.borrow().iter() {
            let name = key.as_str().cloned().unwrap_or_else(|| MORE_KEYWORDS.into());
            keywords.push((name, value.clone()));
        }
        Ok(())
    }

    fn super_call(&mut self, call: &CallExpr, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let mut at = Some(scope);
        let mut method = None;
        while let Some(here) = at {
            if here.kind == ScopeKind::Function && here.method.is_some() {
                method = here.method.clone();
                break;
            }
            at = here.parent.as_ref();
        }
        let found = if let [class, receiver] = call.args.as_slice() {
            let class = self.eval(class, scope)?;
            let receiver = self.eval(receiver, scope)?;
            match self.force(&class)? {
                Live::Class(class) => Some((class, receiver)),
                _ => None,
            }
        } else {
            method
        };
        Ok(match found {
            Some((class, receiver)) => Live::Super(Rc::new(Super { class, receiver })),
            None => self.unknown(scope, span, "calls super() outside of a method"),
        })
    }

    pub fn call(
        &mut self,
        function: &Live,
        mut args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        self.step()?;
        let function = self.force(function)?;
        match &function {
            Live::Function(closure) => self.call_closure(closure, None, args, keywords, scope, span),
            Live::Bound(bound) => match &bound.callee {
                Callee::Function(_) | Callee::Method(_) | Callee::Base(..)
                    if self.handed.is_some()
                        && let Some(done) = self.hand_on(&bound.receiver, bound.callee.name(), &args) =>
                {
                    Ok(done)
                }
                Callee::Function(closure) => {
                    self.call_closure(closure, Some(&bound.receiver), args, keywords, scope, span)
                }
                Callee::Method(name) => self.call_method(&bound.receiver, name, args, keywords, scope, span),
                Callee::Base(class, name) => {
                    self.call_base(&bound.receiver, class, name, args, keywords, scope, span)
                }
            },
            Live::Class(class) => self.instantiate(class, args, keywords, scope, span),
            Live::Name(path) => match (path.rsplit_once('.'), args.first()) {
                // `Field.db_parameters(self, connection)`
                (Some((class, name)), Some(receiver @ Live::Instance(_))) if CALLED.contains(&name) => {
                    let receiver = receiver.clone();
                    self.call_base(&receiver, &class.into(), name, args.split_off(1), keywords, scope, span)
                }
                _ => self.outside_call(path, args, keywords, scope, span),
            },
            Live::Partial(partial) => {
                let mut all = partial.args.clone();
                all.append(&mut args);
                let mut named = partial.keywords.clone();
                named.retain(|(name, _)| !keywords.iter().any(|(it, _)| it == name));
                named.extend(keywords);
                self.call(&partial.function, all, named, scope, span)
            }
            Live::Descriptor(_, inner) => self.call(&inner.clone(), args, keywords, scope, span),
            Live::Instance(instance) => {
                if matches!(instance.class, Live::Class(_))
                    && let Some(method) = self.optional_attribute(&function, "__call__", scope, span)?
                    && !method.is_unknown()
                {
                    return self.call(&method, args, keywords, scope, span);
                }
                if let Some(value) = self.call_outside_instance(instance, &args, &keywords, scope, span)? {
                    return Ok(value);
                }
                Ok(self.unknown(scope, span, format!("calls {}", format::kind(&function))))
            }
            Live::Unknown(_) => Ok(function),
            _ => Ok(self.unknown(scope, span, format!("calls {}", format::kind(&function)))),
        }
    }

    /// A function or lambda, with its defaults evaluated where it is defined.
    pub fn closure(&mut self, definition: &Arc<FunctionDef>, scope: &Rc<Scope>) -> Evaluated {
        let mut defaults = Vec::new();
        if !definition.is_plain {
            let parameters = &definition.head().parameters;
            for parameter in parameters.positional.iter().chain(&parameters.keyword_only) {
                defaults.push(parameter.default.as_ref().map(|default| self.settle(default, scope)));
            }
        }
        let owner = match (&scope.kind, &scope.method) {
            (ScopeKind::Class, Some((class, _))) => Some(class.clone()),
            _ => None,
        };
        Ok(Live::Function(Rc::new(Closure {
            definition: definition.clone(),
            scope: scope.clone(),
            defaults,
            owner,
            path: qualified(scope, &definition.name),
            decorated: None,
        })))
    }

    /// A function as its decorators leave it.
    pub fn decorated(&mut self, definition: &Arc<FunctionDef>, scope: &Rc<Scope>) -> Evaluated {
        let mut function = self.closure(definition, scope)?;
        if definition.is_plain {
            return Ok(function);
        }
        for decorator in definition.head().decorators.iter().rev() {
            if let ExprKind::Attribute(_, name) = &decorator.kind
                && matches!(&**name, "setter" | "deleter")
            {
                return Ok(scope.names.borrow().get(&definition.name).cloned().unwrap_or(function));
            }
            let value = self.settle(decorator, scope);
            let value = self.force(&value)?;
            let path = path_of_decorator(&value);
            function = match &*path {
                "builtins.property"
                | "functools.cached_property"
                | "django.utils.functional.cached_property"
                | "django.utils.functional.classproperty" => {
                    Live::Descriptor(Descriptor::Property, Rc::new(function))
                }
                "builtins.classmethod" => Live::Descriptor(Descriptor::ClassMethod, Rc::new(function)),
                "builtins.staticmethod" => Live::Descriptor(Descriptor::StaticMethod, Rc::new(function)),
                path if CHANGE_NOTHING.contains(&path) => function,
                _ => match &value {
                    Live::Function(_) => {
                        match self.call(&value, vec![function.clone()], Vec::new(), scope, decorator.span)? {
                            made @ (Live::Function(_) | Live::Descriptor(..) | Live::Partial(_)) => made,
                            _ => mark(&function, &path),
                        }
                    }
                    _ => mark(&function, &path),
                },
            };
        }
        Ok(function)
    }

    pub fn call_closure(
        &mut self,
        closure: &Rc<Closure>,
        receiver: Option<&Live>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        if let Some(decorator) = &closure.decorated {
            let reason = format!("calls `{}`, which is decorated by {decorator}", closure.path);
            return Ok(self.unknown(scope, span, reason));
        }
        let definition = &closure.definition;
        let inside = definition.inside();
        if inside.is_async {
            return Ok(self.unknown(scope, span, format!("calls `{}`, which is asynchronous", closure.path)));
        }
        let args: Vec<Live> = receiver.cloned().into_iter().chain(args).collect();
        let first = args.first().cloned();
        let names = match self.bind_arguments(closure, args, keywords, scope, span) {
            Some(names) => names,
            None => {
                let reason = format!("calls `{}` with other arguments than it takes", closure.path);
                return Ok(self.unknown(scope, span, reason));
            }
        };
        let inner = Rc::new(Scope {
            kind: ScopeKind::Function,
            names: Rc::new(std::cell::RefCell::new(names)),
            parent: Some(closure.scope.clone()),
            module: closure.scope.module.clone(),
            method: closure.owner.clone().zip(first),
            outer_names: inside.outer_names.clone(),
            yielded: Default::default(),
        });
        let outcome = self.deeper(|it| it.block(&inside.body, &inner))?;
        if inside.generator {
            let mut items = inner.yielded.take();
            if let Some((_, why)) = outcome.maybe.first() {
                items.push(Live::Unknown(why.clone()));
            }
            return Ok(Live::list(items));
        }
        let mut result = match outcome.flow {
            Flow::Return(value) => value,
            Flow::Next | Flow::Break | Flow::Continue => Live::None,
        };
        for (flow, why) in outcome.maybe {
            if let Flow::Return(value) = flow {
                result = self.join(value, result, &why);
            }
        }
        Ok(result)
    }

    /// `None` when Python would raise `TypeError`.
    fn bind_arguments(
        &mut self,
        closure: &Closure,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Names> {
        let parameters = &closure.definition.inside().parameters;
        let mut names = Names::default();
        let (mut more_args, mut more_keywords) = (None, None);
        let mut rest = Vec::new();
        let mut named = Keywords::new();
        for (position, arg) in args.into_iter().enumerate() {
            match parameters.positional.get(position) {
                Some(parameter) => names.set(parameter.name.clone(), arg),
                None => rest.push(arg),
            }
        }
        for (name, value) in keywords {
            match &*name {
                MORE_ARGS => more_args = Some(value),
                MORE_KEYWORDS => more_keywords = Some(value),
                _ => {
                    let by_name = parameters.positional
                        [parameters.positional_only.min(parameters.positional.len())..]
                        .iter()
                        .chain(&parameters.keyword_only)
                        .any(|parameter| parameter.name == name);
                    if by_name { names.set(name, value) } else { named.push((name, value)) }
                }
            }
        }
        let all = parameters.positional.iter().chain(&parameters.keyword_only);
        for (position, parameter) in all.enumerate() {
            let default = closure.defaults.get(position).and_then(Option::as_ref);
            if names.get(&parameter.name).is_some() {
                continue;
            }
            let positional = position < parameters.positional.len();
            let value = match (&more_args, &more_keywords, default) {
                (Some(unknown), _, _) if positional => unknown.clone(),
                (_, Some(unknown), _) => unknown.clone(),
                (_, _, Some(default)) => default.clone(),
                (_, _, None) => return None,
            };
            names.set(parameter.name.clone(), value);
        }
        match &parameters.rest {
            Some(name) => {
                rest.extend(more_args);
                names.set(name.clone(), Live::tuple(rest));
            }
            None if !rest.is_empty() => return None,
            None => {}
        }
        match &parameters.keyword_rest {
            Some(name) => {
                let mut pairs: Pairs =
                    named.into_iter().map(|(name, value)| (Live::Str(name), value)).collect();
                if let Some(unknown) = more_keywords {
                    pairs.push((unknown.clone(), unknown));
                }
                names.set(name.clone(), Live::dict(pairs));
            }
            None if !named.is_empty() => return None,
            None => {}
        }
        let _ = (scope, span);
        Some(names)
    }

    pub fn instantiate(
        &mut self,
        class: &Rc<Class>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        self.class_body(class)?;
        if let Some(hidden) = self.hidden_by_decorators(class)? {
            return Ok(hidden);
        }
        if self.is_enumeration(class)? && args.len() == 1 {
            return Ok(args[0].clone());
        }
        if let Some(Live::Function(new)) = self.class_attribute(class, "__new__")? {
            let made = self.call_closure(
                &new,
                Some(&Live::Class(class.clone())),
                args.clone(),
                keywords.clone(),
                scope,
                span,
            )?;
            match &made {
                Live::Instance(instance) if instance.class.is(&Live::Class(class.clone())) => {
                    let (args, keywords) = (args.clone(), keywords.clone());
                    self.initialise(instance, args, keywords, scope, span)?;
                    return Ok(made);
                }
                _ => return Ok(made),
            }
        }
        let instance = self.bare_instance(class, args.clone(), keywords.clone(), scope, span);
        self.initialise(&instance, args, keywords, scope, span)?;
        Ok(Live::Instance(instance))
    }

    pub fn bare_instance(
        &mut self,
        class: &Rc<Class>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Rc<Instance> {
        Rc::new(Instance {
            class: Live::Class(class.clone()),
            args,
            keywords,
            attributes: SharedNames::default(),
            base_calls: Default::default(),
            notice: Default::default(),
            module: scope.module.clone(),
            span,
        })
    }

    /// Runs `__init__`. A raise or a spent budget in it leaves an instance whose base call is not known.
    fn initialise(
        &mut self,
        instance: &Rc<Instance>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let Live::Class(class) = &instance.class else {
            return Ok(());
        };
        let lineage = self.lineage(class)?;
        let receiver = Live::Instance(instance.clone());
        match self.next_init(&lineage, &receiver, args, keywords, scope, span) {
            Ok(value) => {
                if let Live::Unknown(unknown) = value {
                    instance.notice.borrow_mut().get_or_insert(unknown.reason.clone());
                }
                Ok(())
            }
            Err(Stop::Raise(raised)) => {
                instance
                    .notice
                    .borrow_mut()
                    .get_or_insert(format!("its constructor raises {}", raised.message));
                Ok(())
            }
            Err(stop) => Err(stop),
        }
    }

    /// Calls the first `__init__` along a lineage.
    fn next_init(
        &mut self,
        lineage: &[Live],
        receiver: &Live,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        for it in lineage {
            match it {
                Live::Class(class) => {
                    self.class_body(class)?;
                    let found = class.names.borrow().get("__init__").cloned();
                    match found {
                        Some(Live::Function(init)) => {
                            return self.call_closure(&init, Some(receiver), args, keywords, scope, span);
                        }
                        Some(_) => {
                            return Ok(self.unknown(scope, span, "has a constructor that is no function"));
                        }
                        None => {}
                    }
                }
                Live::Name(_) if is_object(it) => {}
                Live::Name(path) => {
                    return self.call_base(receiver, path, "__init__", args, keywords, scope, span);
                }
                other => return Ok(self.because(&[other], scope, span, "has a base that is not known")),
            }
        }
        Ok(Live::None)
    }

    /// An attribute of `super()`.
    pub fn super_attribute(&mut self, it: &Super, name: &str, scope: &Rc<Scope>, span: Span) -> Evaluated {
        let class = match &it.receiver {
            Live::Instance(instance) => match &instance.class {
                Live::Class(class) => class.clone(),
                _ => it.class.clone(),
            },
            Live::Class(class) => class.clone(),
            _ => it.class.clone(),
        };
        let lineage = self.lineage(&class)?;
        let after = lineage.iter().skip_while(|other| !other.is(&Live::Class(it.class.clone()))).skip(1);
        for other in after {
            match other {
                Live::Class(class) => {
                    self.class_body(class)?;
                    let found = class.names.borrow().get(name).cloned();
                    if let Some(found) = found {
                        return self.bind_attribute(found, &it.receiver, scope, span);
                    }
                }
                Live::Name(_) if is_object(other) => {}
                Live::Name(path) => {
                    let callee = Callee::Base(path.clone(), name.into());
                    return Ok(Live::Bound(Rc::new(Bound { receiver: it.receiver.clone(), callee })));
                }
                unknown => return Ok(unknown.clone()),
            }
        }
        let callee = Callee::Base("builtins.object".into(), name.into());
        Ok(Live::Bound(Rc::new(Bound { receiver: it.receiver.clone(), callee })))
    }

    /// A method of a class that is not followed, called on an instance of a class of the sources.
    #[expect(clippy::too_many_arguments, reason = "a call, its place, and what is called")]
    pub fn call_base(
        &mut self,
        receiver: &Live,
        class: &Arc<str>,
        name: &str,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        match (name, receiver) {
            ("__init__", Live::Instance(instance)) => {
                if &**class == "django.db.migrations.Migration" {
                    self.migration_init(instance, &args, scope, span)?;
                }
                if class.starts_with("pydantic_settings.") {
                    let message =
                        "assumed that the environment sets none of these settings: their defaults are taken";
                    self.tell(Concern::Assumed, &scope.module.clone(), span, message);
                }
                if &**class != "builtins.object" {
                    self.touch(Cell::Names(instance.attributes.clone()));
                    given::all(class).for_each(|it| instance.attributes.borrow_mut().remove(it));
                    let call = BaseCall { class: class.clone(), args, keywords };
                    instance.base_calls.borrow_mut().push(call);
                }
                Ok(Live::None)
            }
            ("__init__" | "__init_subclass__" | "__setattr__", _) => Ok(Live::None),
            ("__new__", _) if &**class == "builtins.type" => {
                let made = args.get(1..).and_then(|args| self.make_class(args, scope));
                Ok(made.unwrap_or_else(|| self.unknown(scope, span, "makes a class by hand")))
            }
            ("__new__", _) => match args.first() {
                Some(Live::Class(made)) => {
                    let made = made.clone();
                    Ok(Live::Instance(self.bare_instance(&made, args[1..].to_vec(), keywords, scope, span)))
                }
                _ => Ok(self.unknown(scope, span, "makes an instance by hand")),
            },
            ("__getattr__" | "__getattribute__", _) => Err(self.raise("AttributeError", "no such attribute")),
            ("get_internal_type", _) => Ok(match internal_type(class) {
                Some(name) => Live::str(name),
                None => self.unknown(scope, span, format!("calls `{class}.{name}`, which is not followed")),
            }),
            ("db_type" | "rel_db_type", Live::Instance(_)) if class.starts_with("django.db.models.") => {
                let same = format!("{SAME_AS_FIELD}{name}");
                Ok(self.outside_instance(&same, Vec::new(), Vec::new(), scope, span))
            }
            ("db_parameters", Live::Instance(_)) if class.starts_with("django.db.models.") => {
                let mut pairs = Pairs::default();
                for (key, method) in PARAMETERS {
                    let same = format!("{SAME_AS_FIELD}{method}");
                    let value = self.outside_instance(&same, Vec::new(), Vec::new(), scope, span);
                    pairs.push((Live::str(key), value));
                }
                Ok(Live::dict(pairs))
            }
            (_, Live::Instance(instance)) if NAMING.contains(&name) && given::is_field(class) => {
                self.name_field(instance, class, name, args, scope, span)
            }
            _ => Ok(self.unknown(scope, span, format!("calls `{class}.{name}`, which is not followed"))),
        }
    }

    /// What `Migration.__init__` does (`django/db/migrations/migration.py`).
    fn migration_init(
        &mut self,
        instance: &Rc<Instance>,
        args: &[Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let Live::Class(class) = &instance.class else {
            return Ok(());
        };
        for name in ["operations", "dependencies", "run_before", "replaces"] {
            let value = self.class_attribute(class, name)?.unwrap_or_else(|| Live::list(Vec::new()));
            let items = self.iterate(&value, scope, span)?.unwrap_or_else(|unknown| vec![unknown]);
            instance.attributes.borrow_mut().set(name.into(), Live::list(items));
        }
        for (name, value) in ["name", "app_label"].into_iter().zip(args) {
            instance.attributes.borrow_mut().set(name.into(), value.clone());
        }
        Ok(())
    }
}

/// Methods of managers and querysets that go to the database at once (`django/db/models/query.py`).
fn is_query(name: &str) -> bool {
    matches!(
        name,
        "aggregate"
            | "bulk_create"
            | "bulk_update"
            | "count"
            | "create"
            | "delete"
            | "earliest"
            | "exists"
            | "first"
            | "get"
            | "get_or_create"
            | "in_bulk"
            | "last"
            | "latest"
            | "update"
            | "update_or_create"
            | "get_current"
    )
}

/// `Model.objects.…`
fn has_a_manager(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Attribute(object, name) => {
            matches!(&**name, "objects" | "_default_manager" | "_base_manager") || has_a_manager(object)
        }
        ExprKind::Call(call) => has_a_manager(&call.function),
        ExprKind::Subscript(object, _) => has_a_manager(object),
        _ => false,
    }
}

/// What a method of Django's own field class gives is an instance of this and the method's name.
const SAME_AS_FIELD: &str = "django.db.models.Field.";

/// Whether `value` is what the method gives on Django's own class: the override only passed it on.
pub fn is_same_as_field(value: &Live, method: &str) -> bool {
    let Live::Instance(instance) = value else {
        return false;
    };
    let Live::Name(class) = &instance.class else {
        return false;
    };
    class.strip_prefix(SAME_AS_FIELD) == Some(method)
}

/// What `Field.db_parameters` holds, and the method that it asks for it (`django/db/models/fields/__init__.py`).
const PARAMETERS: [(&str, &str); 2] = [("type", "db_type"), ("check", "db_check")];

/// Whether `value` is what `Field.db_parameters` gives, but for what says nothing of the type: its collation.
pub fn is_same_as_parameters(value: &Live) -> bool {
    let Live::Dict(pairs) = value else { return false };
    let pairs = pairs.borrow();
    PARAMETERS.iter().all(|(key, method)| {
        pairs
            .iter()
            .any(|(it, value)| it.as_str().is_some_and(|it| **it == **key) && is_same_as_field(value, method))
    })
}

/// Decorators that leave a function what it is.
const CHANGE_NOTHING: &[&str] = &[
    "functools.lru_cache",
    "functools.cache",
    "functools.wraps",
    "typing.override",
    "typing.no_type_check",
    "typing_extensions.override",
    "abc.abstractmethod",
    "django.db.transaction.atomic",
    "django.utils.deconstruct.deconstructible",
    "atexit.register",
    "warnings.deprecated",
];

/// The dotted path of a decorator, or of what makes it; else what kind of value it is.
pub fn path_of_decorator(value: &Live) -> Arc<str> {
    match value {
        Live::Name(path) => path.clone(),
        Live::Instance(instance) => match &instance.class {
            Live::Name(path) => path.clone(),
            _ => format::kind(value).into(),
        },
        other => format::kind(other).into(),
    }
}

fn mark(function: &Live, decorator: &Arc<str>) -> Live {
    match function {
        Live::Function(closure) => Live::Function(Rc::new(Closure {
            definition: closure.definition.clone(),
            scope: closure.scope.clone(),
            defaults: closure.defaults.clone(),
            owner: closure.owner.clone(),
            path: closure.path.clone(),
            decorated: Some(decorator.clone()),
        })),
        other => other.clone(),
    }
}

/// `Field.get_internal_type` gives the name of the class, but for those that say another.
fn internal_type(class: &str) -> Option<&str> {
    let name = class.strip_prefix("django.db.models.").filter(|it| !it.contains('.'))?;
    Some(match name {
        "URLField" | "EmailField" | "CommaSeparatedIntegerField" => "CharField",
        "ImageField" => "FileField",
        "OrderWrt" => "IntegerField",
        "NullBooleanField" => "NullBooleanField",
        name if name.ends_with("Field") || matches!(name, "ForeignKey") => name,
        _ => return None,
    })
}
