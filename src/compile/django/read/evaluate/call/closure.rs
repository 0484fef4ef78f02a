//! Functions of the sources: their defaults and decorators, and what a call binds to their parameters.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::super::class::qualified;
use super::super::live::*;
use super::super::special::{is_of_a_class, is_of_django};
use super::super::{Interpreter, format, handed};
use super::{MORE_ARGS, MORE_KEYWORDS};
use crate::compile::django::project::is_marked;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
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
            attributes: Default::default(),
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
                if &**name == "setter" {
                    self.bind(scope, setter_of(&definition.name), function.clone());
                }
                return Ok(scope.names.borrow().get(&definition.name).cloned().unwrap_or(function));
            }
            let value = self.settle(decorator, scope);
            let value = self.force(&value)?;
            let path = path_of_decorator(&value);
            function = match &*path {
                "functools.cached_property" | "django.utils.functional.cached_property" => {
                    Live::Descriptor(Descriptor::CachedProperty, Rc::new(function))
                }
                "builtins.property" | "django.utils.functional.classproperty" => {
                    Live::Descriptor(Descriptor::Property, Rc::new(function))
                }
                "builtins.classmethod" => Live::Descriptor(Descriptor::ClassMethod, Rc::new(function)),
                "builtins.staticmethod" => Live::Descriptor(Descriptor::StaticMethod, Rc::new(function)),
                "functools.lru_cache" | "functools.cache" => {
                    if let Live::Function(closure) = &function
                        && keeps_all(&value)
                    {
                        let attributes = closure.attributes.get_or_init(Default::default);
                        attributes.borrow_mut().set(RESULTS.into(), Live::dict(Pairs::new()));
                    }
                    function
                }
                path if CHANGE_NOTHING.contains(&path) => function,
                _ => match &value {
                    // Whatever of the sources is called may keep it, and give back what it likes.
                    Live::Function(_)
                    | Live::Bound(_)
                    | Live::Partial(_)
                    | Live::Class(_)
                    | Live::Instance(_)
                    | Live::Name(_)
                        if self.is_followed_call(&value) || makes_an_operation(&value) =>
                    {
                        match self.call(&value, vec![function.clone()], Vec::new(), scope, decorator.span)? {
                            made @ (Live::Function(_) | Live::Descriptor(..) | Live::Partial(_)) => made,
                            made @ Live::Instance(_) if is_of_a_class(&made) || is_of_django(&made) => made,
                            _ => mark(&function, &path),
                        }
                    }
                    _ => mark(&function, &path),
                },
            };
        }
        Ok(function)
    }

    /// `receiver.name = value` where a property has the name; whether one does.
    pub fn set_by_property(
        &mut self,
        receiver: &Live,
        class: &Rc<Class>,
        name: &str,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<bool, Stop> {
        let Some(Live::Descriptor(Descriptor::Property, inner)) = self.class_attribute(class, name)? else {
            return Ok(false);
        };
        let setter = match (self.class_attribute(class, &setter_of(name))?, &*inner) {
            (Some(setter), _) => setter,
            (None, Live::Tuple(both)) => both.get(1).cloned().unwrap_or(Live::None),
            // That of a class is none of Python's, and any instance may have another.
            (None, Live::Function(getter)) if !is_decorated_as(getter, "property") => return Ok(false),
            (None, _) => Live::None,
        };
        match setter {
            Live::Function(setter) => {
                self.call_closure(&setter, Some(receiver), vec![value.clone()], Vec::new(), scope, span)?;
            }
            Live::None => {
                self.fails(
                    "AttributeError",
                    format!("`{name}` is a property that nothing sets"),
                    scope,
                    span,
                )?;
            }
            setter => {
                self.call(&setter, vec![receiver.clone(), value.clone()], Vec::new(), scope, span)?;
            }
        }
        Ok(true)
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
        if let Some(results) = results_of(closure)
            && let Some(key) = key_of_call(receiver, &args, &keywords)
        {
            let kept = results
                .borrow()
                .iter()
                .find(|(it, _)| it.as_str() == Some(&key))
                .map(|(_, value)| value.clone());
            if let Some(kept) = kept {
                return Ok(kept);
            }
            let made = self.call_uncached(closure, receiver, args, keywords, scope, span)?;
            // What a branch makes that may not be run is not kept.
            if self.journals.is_empty() && !made.is_unknown() {
                results.borrow_mut().push((Live::Str(key), made.clone()));
            }
            return Ok(made);
        }
        self.call_uncached(closure, receiver, args, keywords, scope, span)
    }

    /// `cache_clear` of a function with `lru_cache`.
    pub fn forget_results(&mut self, closure: &Closure) {
        if let Some(results) = results_of(closure) {
            results.borrow_mut().clear();
        }
        // Where it may not be called, nothing is kept any more.
        if !self.journals.is_empty()
            && let Some(attributes) = closure.attributes.get()
        {
            attributes.borrow_mut().set(RESULTS.into(), Live::None);
        }
    }

    fn call_uncached(
        &mut self,
        closure: &Rc<Closure>,
        receiver: Option<&Live>,
        args: Vec<Live>,
        keywords: Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let definition = &closure.definition;
        let inside = definition.inside();
        if inside.is_async {
            return Ok(self.unknown(scope, span, format!("calls `{}`, which is asynchronous", closure.path)));
        }
        if self.catching_operations > 0
            && let Some((_, unknown)) =
                keywords.iter().find(|(name, _)| matches!(&**name, MORE_ARGS | MORE_KEYWORDS))
        {
            self.may_raise(unknown);
        }
        let args: Vec<Live> = receiver.cloned().into_iter().chain(args).collect();
        let first = args.first().cloned();
        let given =
            inside.generator.then(|| args.iter().chain(keywords.iter().map(|(_, it)| it)).cloned().collect());
        let names = match self.bind_arguments(closure, args, keywords, scope, span) {
            Some(names) => names,
            None => {
                let reason = format!("calls `{}` with other arguments than it takes", closure.path);
                let unknown = self.unknown(scope, span, reason);
                self.may_raise(&unknown);
                return Ok(unknown);
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
        if let Some(given) = given {
            return Ok(Stream::waiting(StreamSource::Body(closure.clone(), inner, given)));
        }
        let outcome = self.deeper(|it| it.block(&inside.body, &inner))?;
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
}

/// Under which name a function with `lru_cache` has what its calls gave.
const RESULTS: &str = "*results";

/// Whether no result is given up for another, as with a small `maxsize`.
fn keeps_all(decorator: &Live) -> bool {
    let Live::Instance(instance) = decorator else { return true };
    let by_name = instance.keywords.iter().find(|(name, _)| &**name == "maxsize").map(|(_, value)| value);
    match instance.args.first().or(by_name) {
        None | Some(Live::None) => true,
        Some(Live::Int(size)) => *size >= 128,
        Some(_) => false,
    }
}

pub fn keeps_results(closure: &Closure) -> bool {
    results_of(closure).is_some()
}

fn results_of(closure: &Closure) -> Option<Rc<RefCell<Pairs>>> {
    match closure.attributes.get()?.borrow().get(RESULTS)? {
        Live::Dict(results) => Some(results.clone()),
        _ => None,
    }
}

/// What tells one call from another; `None` where that hangs on what is equal to what.
fn key_of_call(receiver: Option<&Live>, args: &[Live], keywords: &Keywords) -> Option<Arc<str>> {
    let mut key = match receiver {
        None => String::new(),
        Some(Live::Class(class)) => format!("{:p},", Rc::as_ptr(class)),
        Some(_) => return None,
    };
    let named = keywords.iter().map(|(name, value)| (&**name, value));
    for (name, value) in args.iter().map(|it| ("", it)).chain(named) {
        let text = match value {
            Live::None => "None".to_owned(),
            Live::Bool(it) => it.to_string(),
            Live::Int(it) => it.to_string(),
            Live::Str(it) if !is_marked(it) => format!("{it:?}"),
            _ => return None,
        };
        key.push_str(&format!("{name}={text},"));
    }
    Some(key.into())
}

/// Decorators that leave a function what it is.
const CHANGE_NOTHING: &[&str] = &[
    "functools.wraps",
    "typing.override",
    "typing.no_type_check",
    "typing_extensions.override",
    "abc.abstractmethod",
    "django.db.transaction.atomic",
    "django.utils.deconstruct.deconstructible",
    "atexit.register",
    // What it makes is a generator, which `with` runs.
    "contextlib.contextmanager",
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

/// As `RunPython` does of the function that it is given.
fn makes_an_operation(decorator: &Live) -> bool {
    match decorator {
        Live::Name(path) => handed::is_of_operation(path),
        Live::Partial(partial) => makes_an_operation(&partial.function),
        _ => false,
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
            attributes: closure.attributes.clone(),
        })),
        other => other.clone(),
    }
}

/// Under what name the setter of a property stands in its class.
fn is_decorated_as(function: &Closure, name: &str) -> bool {
    let decorators = &function.definition.head().decorators;
    decorators.iter().any(|it| match &it.kind {
        ExprKind::Name(it) | ExprKind::Attribute(_, it) => **it == *name,
        _ => false,
    })
}

fn setter_of(property: &str) -> Arc<str> {
    format!("{property}.setter").into()
}
