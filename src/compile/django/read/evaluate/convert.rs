//! What was computed, as a tree that nothing changes any more.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::alias::OPEN;
use super::asked::{self, CALLED};
use super::call::MORE_KEYWORDS;
use super::call::{is_same_as_field, is_same_as_parameters};
use super::class::enumeration::unmixed;
use super::column::names_column;
use super::facts::shape;
use super::handed::OPTIONS;
use super::live::*;
use super::placed::{self, Place};
use super::special::elements_of;
use super::{Interpreter, format, given};
use crate::compile::django::backend::Backend;
use crate::compile::django::project::{
    Body, COLUMN_FOR, COLUMN_NAME, Call, Function, Method, Object, PATH, Value,
};
use crate::compile::django::read::syntax::tree::Span;

/// Deeper values are unknown; operations nest ten deep.
const MAX_DEPTH: u32 = 60;
/// Levels in which an operation of any class may stand: alone, or in the lists of `SeparateDatabaseAndState`.
const NEAR: u32 = 3;
/// Parts of one value: shared lists can stand for more than memory holds.
const MAX_PARTS: u32 = 500_000;

struct Budget {
    parts: u32,
    within: Vec<*const Instance>,
    /// What was converted already: objects that share objects would else grow without end.
    made: HashMap<*const Instance, Arc<Object>, RandomState>,
    /// Where a field stands, by the operation that is converted, or was last.
    places: HashMap<*const Instance, Place, RandomState>,
}

impl Interpreter<'_> {
    /// Within `module`, for what must be told of where nothing else is known.
    pub fn value(&mut self, live: &Live, scope: &Rc<Scope>) -> Value {
        let mut budget = Budget {
            parts: MAX_PARTS,
            within: Vec::new(),
            made: HashMap::default(),
            places: HashMap::default(),
        };
        self.convert(live, scope, MAX_DEPTH, &mut budget)
    }

    fn convert(&mut self, live: &Live, scope: &Rc<Scope>, depth: u32, budget: &mut Budget) -> Value {
        if depth == 0 || budget.parts == 0 {
            return self.unknown_value(scope, Span::default(), "is too large or deep a value");
        }
        budget.parts -= 1;
        let depth = depth - 1;
        let live = match self.force(live) {
            Ok(live) => live,
            Err(stop) => self.stopped(scope, Span::default(), &stop),
        };
        if let Some(value) = unmixed(&live) {
            return self.convert(&value.clone(), scope, depth, budget);
        }
        // A named tuple is one.
        if let Some(elements) = elements_of(&live) {
            return Value::Tuple(self.each(&elements, scope, depth, budget));
        }
        match &live {
            Live::None => Value::None,
            Live::Bool(it) => Value::Bool(*it),
            Live::Int(it) => Value::Int(*it),
            Live::Float(it) => Value::Float(*it),
            Live::Str(it) => Value::Str(it.clone()),
            Live::Bytes(it) => Value::Bytes(it.clone()),
            Live::Path(it) => {
                let text = Value::Str(it.to_string_lossy().into());
                let at = self.location(&scope.module, Span::default());
                Value::Object(Arc::new(Object::bare(PATH, vec![text], at)))
            }
            Live::List(items) => {
                let items = items.borrow().clone();
                Value::List(self.each(&items, scope, depth, budget))
            }
            Live::Tuple(items) => Value::Tuple(self.each(items, scope, depth, budget)),
            Live::Set(items) => {
                let items = items.borrow().clone();
                Value::Set(self.each(&items, scope, depth, budget))
            }
            Live::Dict(pairs) => {
                let pairs = pairs.borrow().clone();
                let mut out = Vec::with_capacity(pairs.len());
                for (key, value) in &pairs {
                    out.push((
                        self.convert(key, scope, depth, budget),
                        self.convert(value, scope, depth, budget),
                    ));
                }
                Value::Dict(out)
            }
            Live::Name(path) => Value::Name(path.clone()),
            Live::Module(module) => Value::Name(module.name.clone()),
            Live::Class(class) => Value::Name(class.path.clone()),
            Live::Function(closure) => Value::Function(self.function(closure)),
            Live::Bound(bound) => match &bound.callee {
                Callee::Function(closure) => {
                    let function = self.function(closure);
                    Value::Function(self.with_given(function, &attributes_of(&bound.receiver)))
                }
                Callee::Base(class, name) => Value::Name(format!("{class}.{name}").into()),
                Callee::Method(name) => match &bound.receiver {
                    Live::Instance(instance) => match &instance.class {
                        Live::Name(class) if &**class == OPTIONS => {
                            let why = format!("asks a model of today for its _meta.{name}");
                            self.unknown_value(scope, Span::default(), why)
                        }
                        Live::Name(class) => Value::Name(format!("{class}().{name}").into()),
                        _ => {
                            self.unknown_value(scope, Span::default(), format!("is {}", format::kind(&live)))
                        }
                    },
                    _ => self.unknown_value(scope, Span::default(), format!("is {}", format::kind(&live))),
                },
            },
            Live::Partial(partial) => {
                let given: Vec<Live> =
                    partial.args.iter().chain(partial.keywords.iter().map(|(_, it)| it)).cloned().collect();
                match self.convert(&partial.function, scope, depth, budget) {
                    Value::Function(function) => Value::Function(self.with_given(function, &given)),
                    other => other,
                }
            }
            Live::Descriptor(_, inner) => self.convert(&inner.getter().clone(), scope, depth, budget),
            Live::Instance(instance) if let Some(name) = self.name_of_model(instance) => Value::Str(name),
            Live::Instance(instance) => {
                if budget.within.contains(&Rc::as_ptr(instance)) {
                    return self.unknown_value(scope, instance.span, "refers to itself");
                }
                if let Some(object) = budget.made.get(&Rc::as_ptr(instance)) {
                    return Value::Object(object.clone());
                }
                budget.within.push(Rc::as_ptr(instance));
                let handed_on =
                    if depth >= MAX_DEPTH - NEAR { self.handed_on(instance, scope) } else { Err(None) };
                let made = handed_on.as_ref().unwrap_or(instance).clone();
                let made = self.rendered(&made, scope).unwrap_or(made);
                let made = &self.with_inherited(&made).unwrap_or(made);
                self.place_fields(made, scope, budget);
                // The clone of a field stands where the field does.
                let place = budget.places.get(&Rc::as_ptr(instance)).filter(|_| !Rc::ptr_eq(made, instance));
                let is_clone_placed = place.cloned().map(|it| budget.places.insert(Rc::as_ptr(made), it));
                let mut object = self.within_budget(|it| it.object(made, scope, depth, budget));
                if is_clone_placed.is_some() {
                    budget.places.remove(&Rc::as_ptr(made));
                }
                object.stopped = handed_on.err().flatten();
                if let Some(stopped) = &mut object.stopped
                    && let Some(models) = self.models_of_stopped.take()
                {
                    stopped.models = Some(self.each(&models, scope, depth, budget));
                }
                let object = Arc::new(object);
                budget.within.pop();
                budget.made.insert(Rc::as_ptr(instance), object.clone());
                Value::Object(object)
            }
            Live::Super(_) | Live::Import(_) => {
                self.unknown_value(scope, Span::default(), format!("is {}", format::kind(&live)))
            }
            Live::Stream(_) => match self.iterate(&live, scope, Span::default()) {
                Ok(Ok(items)) => Value::List(self.each(&items, scope, depth, budget)),
                Ok(Err(unknown)) => self.convert(&unknown, scope, depth, budget),
                Err(stop) => {
                    let unknown = self.stopped(scope, Span::default(), &stop);
                    self.convert(&unknown, scope, depth, budget)
                }
            },
            Live::Unknown(unknown) => Value::Unknown(unknown.clone()),
        }
    }

    fn place_fields(&mut self, operation: &Instance, scope: &Rc<Scope>, budget: &mut Budget) {
        let label = self.label_of(&scope.module.name);
        let backend = Backend { dialect: self.world.dialect, django: self.world.django };
        for (field, place) in placed::fields(operation, label.as_deref(), backend) {
            let key = Rc::as_ptr(&field);
            let before = budget.places.insert(key, place);
            if before.is_some_and(|it| Some(&it) != budget.places.get(&key)) {
                // It is another there.
                budget.made.remove(&key);
            }
        }
    }

    fn unknown_value(&self, scope: &Rc<Scope>, span: Span, reason: impl Into<String>) -> Value {
        match self.unknown(scope, span, reason) {
            Live::Unknown(unknown) => Value::Unknown(unknown),
            _ => Value::None,
        }
    }

    fn each(&mut self, items: &[Live], scope: &Rc<Scope>, depth: u32, budget: &mut Budget) -> Vec<Value> {
        items.iter().map(|item| self.convert(item, scope, depth, budget)).collect()
    }

    fn keywords(
        &mut self,
        keywords: &Keywords,
        scope: &Rc<Scope>,
        depth: u32,
        budget: &mut Budget,
    ) -> Vec<(Arc<str>, Value)> {
        keywords
            .iter()
            .map(|(name, value)| (name.clone(), self.convert(value, scope, depth, budget)))
            .collect()
    }

    fn object(
        &mut self,
        instance: &Rc<Instance>,
        scope: &Rc<Scope>,
        depth: u32,
        budget: &mut Budget,
    ) -> Object {
        let at = self.location(&instance.module, instance.span);
        let args = self.each(&instance.args, scope, depth, budget);
        let kwargs = self.keywords(&instance.keywords, scope, depth, budget);
        let mut object = Object {
            class: match &instance.class {
                Live::Name(path) => path.clone(),
                Live::Class(class) => class.path.clone(),
                other => format::kind(other).into(),
            },
            lineage: Vec::new(),
            args,
            kwargs,
            base: None,
            notice: instance.notice.borrow().clone(),
            stopped: None,
            attributes: Vec::new(),
            methods: Vec::new(),
            at,
        };
        let set = self.set_afterwards(instance, scope, depth, budget);
        let Live::Class(class) = &instance.class else {
            object.lineage = vec![object.class.clone()];
            let is_open = instance.attributes.borrow().get(OPEN).cloned();
            if let Some(unknown) = is_open {
                object.kwargs.push((MORE_KEYWORDS.into(), self.convert(&unknown, scope, depth, budget)));
            }
            let own: Vec<_> = set.into_iter().filter(|(name, _)| given::sets(&object.class, name)).collect();
            if given::is_of_meta(&object.class) {
                object.kwargs.retain(|(name, _)| own.iter().all(|(it, _)| it != name));
                object.kwargs.extend(own);
            } else if given::parameters(&object.class).is_empty() {
                object.attributes = own;
            } else {
                object.kwargs.splice(..0, own);
            }
            return object;
        };
        let on_others = self.lineage(class).is_ok_and(|it| asked::stands_on_others(&it));
        if depth < MAX_DEPTH - NEAR && !on_others {
            // A block of a page, a validator: nothing of the database.
            object.lineage = vec![object.class.clone()];
            return object;
        }
        let calls = instance.base_calls.borrow().clone();
        match calls.as_slice() {
            [call] if object.notice.is_none() => {
                let is_given =
                    |(name, _): &(Arc<str>, Value)| given::parameters(&call.class).contains(&&**name);
                let set = set.into_iter().filter(is_given).collect::<Vec<_>>();
                let written = self.keywords(&call.keywords, scope, depth, budget);
                object.base = Some(Call {
                    class: call.class.clone(),
                    args: self.each(&call.args, scope, depth, budget),
                    kwargs: set.into_iter().chain(written).collect(),
                });
            }
            // A plain object: there is no base to reach.
            [] if matches!(self.outside_base(class), Ok(None)) => {}
            [] if object.notice.is_none()
                && let Some(call) = super::handed::made_without_a_call(instance) =>
            {
                let kwargs = self.keywords(&call.keywords, scope, depth, budget);
                object.base = Some(Call { class: call.class, args: Vec::new(), kwargs });
            }
            [] => {
                object
                    .notice
                    .get_or_insert_with(|| "its constructor reaches no class of Django's".to_owned());
            }
            [_] => {}
            [..] => {
                object.notice.get_or_insert_with(|| "its constructor calls several others".to_owned());
            }
        }
        if let Err(stop) = self.describe(instance, &class.clone(), &mut object, scope, depth, budget) {
            let unknown = self.stopped(scope, instance.span, &stop);
            if let Live::Unknown(unknown) = unknown {
                object.notice.get_or_insert(unknown.reason.clone());
            }
        }
        object
    }

    /// Attributes of the object alone: what its constructor sets too was set behind that.
    fn set_afterwards(
        &mut self,
        instance: &Rc<Instance>,
        scope: &Rc<Scope>,
        depth: u32,
        budget: &mut Budget,
    ) -> Vec<(Arc<str>, Value)> {
        let class = match &instance.class {
            Live::Name(class) => class.clone(),
            _ => match instance.base_calls.borrow().as_slice() {
                [call] => call.class.clone(),
                _ => return Vec::new(),
            },
        };
        let mut set = instance.attributes.borrow().clone();
        let others: Vec<Arc<str>> =
            set.iter().filter(|(name, _)| !given::sets(&class, name)).map(|(name, _)| name.clone()).collect();
        others.iter().for_each(|it| set.remove(it));
        set.iter().map(|(name, value)| (name.clone(), self.convert(value, scope, depth, budget))).collect()
    }

    /// Lineage, attributes and methods of an object of a class of the sources.
    fn describe(
        &mut self,
        instance: &Rc<Instance>,
        class: &Rc<Class>,
        object: &mut Object,
        scope: &Rc<Scope>,
        depth: u32,
        budget: &mut Budget,
    ) -> Result<(), Stop> {
        let lineage = self.lineage(class)?;
        let receiver = Live::Instance(instance.clone());
        let calls = instance.base_calls.borrow().clone();
        let set_by_constructor = |name: &str| calls.iter().any(|it| given::sets(&it.class, name));
        let mut attributes = Names::default();
        let mut methods: Vec<(Arc<str>, Rc<Closure>)> = Vec::new();
        for it in lineage.iter() {
            match it {
                Live::Class(class) => {
                    self.class_body(class)?;
                    object.lineage.push(class.path.clone());
                    let entries: Vec<(Arc<str>, Live)> = class
                        .names
                        .borrow()
                        .iter()
                        .map(|(name, value)| (name.clone(), value.clone()))
                        .collect();
                    for (name, value) in entries {
                        match value {
                            Live::Function(closure) if asked::is_method_asked_for(&name) => {
                                match methods.iter_mut().find(|(it, _)| *it == name) {
                                    None => methods.push((name, closure)),
                                    // It does what the next one does.
                                    Some((_, above))
                                        if !CALLED.contains(&&*name)
                                            && shape(&above.definition) == Body::Super =>
                                    {
                                        *above = closure;
                                    }
                                    Some(_) => {}
                                }
                            }
                            Live::Function(_) => {}
                            // On a condition, it may be the class's own or its base's.
                            Live::Unknown(why)
                                if asked::is_method_asked_for(&name)
                                    && methods.iter().all(|(it, _)| *it != name) =>
                            {
                                object.notice.get_or_insert_with(|| format!("its `{name}` {}", why.reason));
                                object.base = None;
                            }
                            Live::Descriptor(Descriptor::Property | Descriptor::CachedProperty, _)
                                if calls.iter().any(|it| given::parameters(&it.class).contains(&&*name)) =>
                            {
                                let reason = format!("gives `{name}` by a property");
                                object.notice.get_or_insert(reason);
                                object.base = None;
                            }
                            Live::Descriptor(Descriptor::Property | Descriptor::CachedProperty, _)
                                if asked::is_decisive(&name) && attributes.get(&name).is_none() =>
                            {
                                let found = self.bind_attribute(value, &receiver, scope, instance.span)?;
                                attributes.set(name, found);
                            }
                            Live::Descriptor(..) | Live::Class(_) => {}
                            // The constructor sets another, but `_unique` in the place of `unique`, a property of Django's.
                            _ if set_by_constructor(&name) && *name != *"unique" => {}
                            value if attributes.get(&name).is_none() && !name.starts_with("__") => {
                                attributes.set(name, value);
                            }
                            _ => {}
                        }
                    }
                }
                Live::Name(path) if &**path != "builtins.object" => object.lineage.push(path.clone()),
                Live::Name(_) => {}
                Live::Unknown(unknown) => {
                    object.notice.get_or_insert_with(|| format!("a base class of it {}", unknown.reason));
                }
                _ => {}
            }
        }
        let own: Vec<(Arc<str>, Live)> =
            instance.attributes.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        for (name, value) in own {
            attributes.set(name, value);
        }
        let asked_for = |(name, value): &(&Arc<str>, &Live)| asked::is_attribute_asked_for(name, value);
        for (name, value) in attributes.iter().filter(asked_for) {
            let value = self.convert(value, scope, depth, budget);
            object.attributes.push((name.clone(), value));
        }
        let place = budget.places.get(&Rc::as_ptr(instance)).cloned();
        if methods.iter().any(|(name, closure)| names_column(name, closure)) {
            let contributes = methods.iter().find(|(name, _)| &**name == "contribute_to_class");
            let named = self.named(instance, contributes.map(|(_, it)| it), place.as_ref(), scope);
            object.attributes.push(("column".into(), self.convert(&named.column, scope, depth, budget)));
            if let (true, Some(place)) = (named.is_for_its_name, &place) {
                object.attributes.push((COLUMN_FOR.into(), Value::Str(place.name.clone())));
            }
            for (name, value) in named.set {
                object.attributes.retain(|(it, _)| *it != name);
                let value = self.convert(&value, scope, depth, budget);
                object.attributes.push((name, value));
            }
        }
        // As `set_attributes_from_name` has set it before anything is asked.
        let before = instance.attributes.borrow().clone();
        if let Some(place) = &place {
            instance.attributes.borrow_mut().set("name".into(), Live::Str(place.name.clone()));
        }
        for (name, closure) in methods {
            let mut function = self.function(&closure);
            if &*name == "contribute_to_class"
                && function.adds_to_meta
                && !self.adds_to_meta(&closure, &receiver, place.as_ref(), scope)
            {
                function = Arc::new(Function { adds_to_meta: false, ..Function::clone(&function) });
            }
            let result = if function.adds_fields {
                Some(self.adds(&closure, &receiver, place.as_ref(), scope, instance.span))
            } else if CALLED.contains(&&*name) {
                let result = self.ask(&closure, &receiver, scope, instance.span);
                if is_same_as_field(&result, &name) || is_same_as_parameters(&result) {
                    continue;
                }
                Some(self.convert(&result, scope, depth, budget))
            } else {
                None
            };
            object.methods.push((name, Method { result, function }));
        }
        *instance.attributes.borrow_mut() = before;
        Ok(())
    }

    fn ask(&mut self, closure: &Rc<Closure>, receiver: &Live, scope: &Rc<Scope>, span: Span) -> Live {
        let takes_connection = closure.definition.inside().parameters.positional.len() > 1;
        let args = if takes_connection { vec![Live::name("django.db.connection")] } else { Vec::new() };
        // What the model's field is called by then.
        let names = match receiver {
            Live::Instance(instance) => Some(instance.attributes.clone()),
            _ => None,
        };
        let asks_for_check = &*closure.definition.name == "db_check";
        let names = names.filter(|it| asks_for_check && it.borrow().get("column").is_none());
        if let Some(names) = &names {
            names.borrow_mut().set("column".into(), Live::str(COLUMN_NAME));
        }
        let asked = self.call_closure(closure, Some(receiver), args, Vec::new(), scope, span);
        if let Some(names) = &names {
            names.borrow_mut().remove("column");
        }
        match asked {
            Ok(value) => value,
            Err(stop) => self.stopped(scope, span, &stop),
        }
    }

    /// For a list of operations: one unknown when not even their number is known.
    pub fn list_value(&mut self, live: &Live, scope: &Rc<Scope>, span: Span) -> Vec<Value> {
        let items = match self.iterate(live, scope, span) {
            Ok(Ok(items)) => items,
            Ok(Err(unknown)) => vec![unknown],
            Err(stop) => vec![self.stopped(scope, span, &stop)],
        };
        items.iter().map(|item| self.value(item, scope)).collect()
    }
}

/// What an object was given to keep, which its methods ask for.
fn attributes_of(value: &Live) -> Vec<Live> {
    match value {
        Live::Instance(instance) => instance.attributes.borrow().iter().map(|(_, it)| it.clone()).collect(),
        _ => Vec::new(),
    }
}
