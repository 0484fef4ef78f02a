//! Python's built-in functions and types, as far as they decide something.

mod instance;
mod name;
mod number;
mod sort;

use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use super::import::Imported;
use super::live::*;
use super::operator::{equal, integer, put};
use super::stream::makes_stream;
use super::{Interpreter, format};
use crate::compile::django::read::syntax::tree::{Operator, Span};

pub use name::is_builtin;

impl Interpreter<'_> {
    /// Each element once, as in a set.
    pub fn distinct(&mut self, items: Vec<Live>) -> Result<Vec<Live>, Stop> {
        let mut texts: HashSet<Arc<str>> = HashSet::new();
        if items.iter().all(|it| it.as_str().is_some()) {
            let is_new = |it: &Live| it.as_str().is_some_and(|text| texts.insert(text.clone()));
            return Ok(items.into_iter().filter(is_new).collect());
        }
        self.steps(items.len().saturating_mul(items.len()) / 64)?;
        let mut once: Vec<Live> = Vec::with_capacity(items.len());
        for item in items {
            if !once.iter().any(|it| equal(it, &item) == Some(true)) {
                once.push(item);
            }
        }
        Ok(once)
    }

    /// `None` when the result is not known.
    pub fn call_builtin(
        &mut self,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        if keywords.iter().any(|(name, _)| name.starts_with('*')) && name != "dict" {
            return Ok(None);
        }
        if makes_stream(name) {
            return match args {
                [stream @ Live::Stream(_)] if name == "iter" => Ok(Some(stream.clone())),
                args => Ok(Some(Stream::waiting(StreamSource::Builtin(
                    name.into(),
                    args.to_vec(),
                    keywords.clone(),
                )))),
            };
        }
        self.call_builtin_at_once(name, args, keywords, scope, span)
    }

    /// What [`Interpreter::call_builtin`] gives, with the elements of what would be gone through later.
    pub(super) fn call_builtin_at_once(
        &mut self,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let keyword =
            |name: &str| keywords.iter().find(|(it, _)| &**it == name).map(|(_, value)| value.clone());
        let args: Vec<Live> = args.iter().map(|arg| self.force(arg)).collect::<Result<_, _>>()?;
        let first = args.first();
        let items = |it: &mut Self, at: usize| -> Result<Result<Vec<Live>, Live>, Stop> {
            match args.get(at) {
                Some(value) => it.iterate(value, scope, span),
                None => Ok(Ok(Vec::new())),
            }
        };
        // Of a list of which not all is known, some things are not known.
        let whole = |it: &mut Self| -> Result<Option<Vec<Live>>, Stop> {
            Ok(items(it, 0)?.ok().filter(|items| !items.iter().any(Live::is_unknown)))
        };
        Ok(match name {
            "list" => Some(match items(self, 0)? {
                Ok(items) => Live::list(items),
                Err(unknown) => unknown,
            }),
            "tuple" => items(self, 0)?.ok().map(Live::tuple),
            "set" | "frozenset" => match items(self, 0)? {
                Ok(items) => Some(Live::set(self.distinct(items)?)),
                Err(_) => None,
            },
            "iter" => items(self, 0)?.ok().map(Live::list),
            "dict" => {
                let mut pairs = Pairs::new();
                match first {
                    None => {}
                    Some(Live::Dict(from)) => pairs = from.borrow().clone(),
                    Some(_) => {
                        let Ok(from) = items(self, 0)? else { return Ok(None) };
                        for pair in from {
                            match self.iterate(&pair, scope, span)?.as_deref() {
                                Ok([key, value]) => put(&mut pairs, key.clone(), value.clone()),
                                _ => return Ok(None),
                            }
                        }
                    }
                }
                for (name, value) in keywords {
                    let key = if name.starts_with('*') { value.clone() } else { Live::Str(name.clone()) };
                    put(&mut pairs, key, value.clone());
                }
                Some(Live::dict(pairs))
            }
            "str" => match first {
                None => Some(Live::str("")),
                Some(value) => format::text(value).map(Live::str),
            },
            "repr" => first.and_then(|it| format::repr(it, 20)).map(Live::str),
            "bool" => match first {
                None => Some(Live::Bool(false)),
                Some(value) => Some(self.truth(value, scope, span)?.map_or_else(Live::Unknown, Live::Bool)),
            },
            "int" => match first {
                None => Some(Live::Int(0)),
                Some(Live::Str(text)) => self.number_in(text, &args, keywords, scope, span)?,
                Some(Live::Float(it)) if it.abs() < 1e30 => Some(Live::Int(it.trunc() as i128)),
                Some(value) => integer(value).map(Live::Int),
            },
            "float" => match first {
                Some(Live::Str(text)) => text.trim().parse().ok().map(Live::Float),
                Some(Live::Float(it)) => Some(Live::Float(*it)),
                Some(value) => integer(value).map(|it| Live::Float(it as f64)),
                None => Some(Live::Float(0.0)),
            },
            "len" => match first {
                Some(Live::Str(text)) => Some(Live::Int(text.chars().count() as i128)),
                Some(Live::Dict(pairs)) => {
                    let pairs = pairs.borrow();
                    (!pairs.iter().any(|(_, value)| value.is_unknown()))
                        .then_some(Live::Int(pairs.len() as i128))
                }
                Some(object @ Live::Instance(instance)) if matches!(instance.class, Live::Class(_)) => {
                    let object = object.clone();
                    match self.optional_attribute(&object, "__len__", scope, span)? {
                        Some(method) => Some(self.call(&method, Vec::new(), Vec::new(), scope, span)?),
                        None => None,
                    }
                }
                _ => whole(self)?.map(|items| Live::Int(items.len() as i128)),
            },
            "range" => {
                let numbers: Option<Vec<i128>> = args.iter().map(integer).collect();
                let (from, to, step) = match numbers.as_deref() {
                    Some([to]) => (0, *to, 1),
                    Some([from, to]) => (*from, *to, 1),
                    Some([from, to, step]) if *step != 0 => (*from, *to, *step),
                    _ => return Ok(None),
                };
                let count = (to - from).checked_div(step).unwrap_or(0).max(0) + 1;
                self.long(usize::try_from(count).unwrap_or(usize::MAX))?;
                let mut numbers = Vec::new();
                let mut at = from;
                while if step > 0 { at < to } else { at > to } {
                    numbers.push(Live::Int(at));
                    at += step;
                }
                Some(Live::list(numbers))
            }
            "enumerate" => {
                let start = args.get(1).cloned().or(keyword("start")).as_ref().map_or(Some(0), integer);
                let Some(start) = start else { return Ok(None) };
                items(self, 0)?.ok().map(|items| {
                    // Behind an unknown number of elements, none has a number that is known.
                    let mut open = None;
                    let pair = |(at, item): (i128, Live)| {
                        if item.is_unknown() {
                            return open.insert(item).clone();
                        }
                        Live::tuple(vec![open.clone().unwrap_or(Live::Int(at)), item])
                    };
                    Live::list((start..).zip(items).map(pair).collect())
                })
            }
            "zip" => {
                let is_same = |(at, it): (usize, &Live)| {
                    matches!(it, Live::Stream(_)) && args[..at].iter().any(|other| other.is(it))
                };
                if args.iter().enumerate().any(is_same) {
                    return Ok(None);
                }
                let (mut columns, mut changed) = (Vec::new(), Vec::new());
                for value in &args {
                    match self.draw(value, scope, span)? {
                        Ok(drawn) if !drawn.items.iter().any(Live::is_unknown) => {
                            columns.push(drawn.items);
                            changed.push(drawn.changed);
                        }
                        // Nor is how many are taken of the others.
                        _ => {
                            let unknown = self.unknown(scope, span, "takes some of an iterator");
                            for value in &args {
                                if let Live::Stream(_) = value
                                    && let Live::Unknown(why) = &unknown
                                {
                                    let _ = self.draw(value, scope, span)?;
                                    self.leave(value, std::slice::from_ref(&unknown), Vec::new(), why);
                                }
                            }
                            return Ok(None);
                        }
                    }
                }
                let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
                for ((value, column), changed) in args.iter().zip(&columns).zip(changed) {
                    if column.len() > rows
                        && let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator")
                    {
                        self.leave(value, &[Live::Unknown(why.clone())], changed, &why);
                    }
                }
                let row = |at: usize| Live::tuple(columns.iter().map(|it| it[at].clone()).collect());
                Some(Live::list((0..rows).map(row).collect()))
            }
            "map" | "filter" => {
                let items = match items(self, 1)? {
                    Ok(items) if args.len() == 2 => items,
                    Ok(_) => {
                        let columns = args[1..].to_vec();
                        match self.call_builtin_at_once("zip", &columns, &Vec::new(), scope, span)? {
                            Some(rows) => match self.iterate(&rows, scope, span)? {
                                Ok(rows) => rows,
                                Err(unknown) => vec![unknown],
                            },
                            None => vec![self.because(&[], scope, span, "goes through what is not known")],
                        }
                    }
                    Err(unknown) => vec![unknown],
                };
                let mut made = Vec::new();
                for item in items {
                    let given = match &item {
                        Live::Tuple(row) if args.len() > 2 => row.to_vec(),
                        item => vec![item.clone()],
                    };
                    if let Live::Unknown(why) = &item {
                        self.call_repeatedly(&args[0], why, scope, span)?;
                        made.push(item);
                        continue;
                    }
                    let result = match &args[0] {
                        Live::None => item.clone(),
                        function => self.call(&function.clone(), given, Vec::new(), scope, span)?,
                    };
                    if name == "map" {
                        made.push(result);
                        continue;
                    }
                    match self.truth(&result, scope, span)? {
                        Ok(true) => made.push(item),
                        Ok(false) => {}
                        Err(why) => made.push(Live::Unknown(why)),
                    }
                }
                Some(Live::list(made))
            }
            "reversed" => items(self, 0)?.ok().map(|items| Live::list(items.into_iter().rev().collect())),
            "sorted" => {
                let items = match items(self, 0)? {
                    Ok(items) => items,
                    Err(unknown) => vec![unknown],
                };
                let reverse = matches!(keyword("reverse"), Some(Live::Bool(true)));
                let key = keyword("key");
                self.sorted(items, key.as_ref(), reverse, scope, span)?.map(Live::list)
            }
            "min" | "max" => {
                let candidates = if args.len() == 1 {
                    match items(self, 0)? {
                        Ok(items) => items,
                        Err(unknown) => vec![unknown],
                    }
                } else {
                    args.clone()
                };
                let key = keyword("key");
                match self.sorted(candidates, key.as_ref(), name == "max", scope, span)? {
                    Some(sorted) => sorted.first().cloned().or_else(|| keyword("default")),
                    None => None,
                }
            }
            "sum" => {
                let Some(items) = whole(self)? else { return Ok(None) };
                let mut total = args.get(1).cloned().or_else(|| keyword("start")).unwrap_or(Live::Int(0));
                for item in &items {
                    total = self.binary(&total, Operator::Add, item, scope, span)?;
                }
                Some(total)
            }
            "any" | "all" => {
                let Some(value) = first else { return Ok(None) };
                let Ok(drawn) = self.draw(value, scope, span)? else { return Ok(None) };
                let mut known = true;
                for (at, item) in drawn.items.iter().enumerate() {
                    match self.truth(item, scope, span)? {
                        Ok(truth) if truth == (name == "any") => {
                            if let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator")
                            {
                                let rest = if known {
                                    drawn.items[at + 1..].to_vec()
                                } else {
                                    vec![Live::Unknown(why.clone())]
                                };
                                self.leave(value, &rest, drawn.changed, &why);
                            }
                            return Ok(Some(Live::Bool(truth)));
                        }
                        Ok(_) => {}
                        Err(why) => {
                            if known {
                                self.leave(value, &[Live::Unknown(why.clone())], drawn.changed.clone(), &why);
                            }
                            known = false;
                        }
                    }
                }
                known.then_some(Live::Bool(name == "all"))
            }
            "next" => {
                let Some(value) = first else { return Ok(None) };
                let Ok(drawn) = self.draw(value, scope, span)? else { return Ok(None) };
                let Some((item, others)) = drawn.items.split_first() else {
                    return match args.get(1) {
                        Some(default) => Ok(Some(default.clone())),
                        None => self.fails("StopIteration", "nothing more", scope, span).map(Some),
                    };
                };
                match item {
                    Live::Unknown(why) => {
                        self.leave(value, &drawn.items, drawn.changed, why);
                        self.may_raise(item);
                        None
                    }
                    item => {
                        if let Live::Unknown(why) = self.unknown(scope, span, "takes some of an iterator") {
                            self.leave(value, others, drawn.changed, &why);
                        }
                        Some(item.clone())
                    }
                }
            }
            "getattr" => match (first, args.get(1)) {
                (Some(object), Some(Live::Str(name))) => {
                    let (object, name) = (object.clone(), name.clone());
                    self.catching += 1;
                    let found = self.optional_attribute(&object, &name, scope, span);
                    self.catching -= 1;
                    let found = match found {
                        Err(Stop::Raise(Raised { class: Live::Name(class), .. }))
                            if &*class == "builtins.AttributeError" =>
                        {
                            None
                        }
                        found => found?,
                    };
                    match (found, args.get(2)) {
                        (Some(found), _) => Some(found),
                        (None, Some(default)) => Some(default.clone()),
                        (None, None) => return self.fails("AttributeError", &*name, scope, span).map(Some),
                    }
                }
                _ => None,
            },
            "hasattr" => match (first, args.get(1)) {
                (Some(object), Some(Live::Str(name))) => {
                    let (object, name) = (object.clone(), name.clone());
                    match self.optional_attribute(&object, &name, scope, span)? {
                        Some(Live::Unknown(why)) => Some(Live::Unknown(why)),
                        // What a class that is not followed has is not known.
                        Some(Live::Bound(bound))
                            if !matches!(bound.callee, Callee::Function(_))
                                && matches!(bound.receiver, Live::Instance(_)) =>
                        {
                            None
                        }
                        Some(Live::Name(path)) => self.has_outside(&path).map(Live::Bool),
                        found => Some(Live::Bool(found.is_some())),
                    }
                }
                _ => None,
            },
            "setattr" => {
                let names = match first {
                    Some(Live::Instance(instance)) => Some(instance.attributes.clone()),
                    Some(Live::Class(class)) => Some(class.names.clone()),
                    Some(Live::Module(module)) => Some(module.names.clone()),
                    Some(Live::Name(path)) if &**path == "django.conf.settings" => {
                        Some(self.set_by_code.clone())
                    }
                    _ => None,
                };
                if let (Some(names), [_, Live::Str(name), value]) = (names, args.as_slice()) {
                    self.touch(super::branch::Cell::Names(names.clone()));
                    names.borrow_mut().set(name.clone(), value.clone());
                }
                Some(Live::None)
            }
            "isinstance" => match (first, args.get(1)) {
                (Some(value), Some(class)) => {
                    self.is_instance(&value.clone(), &class.clone())?.map(Live::Bool)
                }
                _ => None,
            },
            "issubclass" => match (first, args.get(1)) {
                (Some(Live::Class(class)), Some(base @ (Live::Class(_) | Live::Name(_)))) => {
                    let lineage = self.lineage(&class.clone())?;
                    let known = !lineage.iter().any(Live::is_unknown);
                    let within = lineage.iter().any(|it| it.is(base));
                    (known || within).then_some(Live::Bool(within))
                }
                _ => None,
            },
            "callable" => match first {
                Some(Live::Function(_) | Live::Class(_) | Live::Bound(_) | Live::Partial(_)) => {
                    Some(Live::Bool(true))
                }
                Some(
                    Live::Str(_) | Live::Int(_) | Live::None | Live::List(_) | Live::Dict(_) | Live::Bool(_),
                ) => Some(Live::Bool(false)),
                _ => None,
            },
            "type" => match args.as_slice() {
                [Live::Instance(instance)] => Some(instance.class.clone()),
                // Of a class: its metaclass, as far as anybody derives from it.
                [Live::Name(_) | Live::Class(_)] => Some(Live::name("builtins.type")),
                args => self.make_class(args, scope),
            },
            "type.__new__" => args.get(1..).and_then(|args| self.make_class(args, scope)),
            "type.__init__" => Some(Live::None),
            "abs" => match first {
                Some(Live::Int(it)) => Some(Live::Int(it.abs())),
                Some(Live::Float(it)) => Some(Live::Float(it.abs())),
                _ => None,
            },
            "pow" => match args.as_slice() {
                [base, exponent] => Some(self.binary(base, Operator::Pow, exponent, scope, span)?),
                _ => None,
            },
            "divmod" => match args.as_slice() {
                [a, b] => {
                    let whole = self.binary(a, Operator::FloorDiv, b, scope, span)?;
                    Some(Live::tuple(vec![whole, self.binary(a, Operator::Mod, b, scope, span)?]))
                }
                _ => None,
            },
            "hex" | "oct" | "bin" => match first {
                Some(Live::Int(it)) => {
                    let sign = if *it < 0 { "-" } else { "" };
                    let it = it.unsigned_abs();
                    Some(Live::str(match name {
                        "hex" => format!("{sign}{it:#x}"),
                        "oct" => format!("{sign}{it:#o}"),
                        _ => format!("{sign}{it:#b}"),
                    }))
                }
                _ => None,
            },
            "chr" => match first {
                Some(Live::Int(it)) => {
                    u32::try_from(*it).ok().and_then(char::from_u32).map(|it| Live::str(it.to_string()))
                }
                _ => None,
            },
            "ord" => match first.and_then(Live::as_str).map(|it| it.chars().collect::<Vec<_>>()).as_deref() {
                Some([one]) => Some(Live::Int(i128::from(u32::from(*one)))),
                _ => None,
            },
            "open" => match first {
                Some(Live::Str(_) | Live::Path(_)) => {
                    Some(self.outside_instance("builtins.open", args.clone(), keywords.clone(), scope, span))
                }
                _ => None,
            },
            "print" => Some(Live::None),
            "property" => first.map(|it| Live::Descriptor(Descriptor::Property, Rc::new(it.clone()))),
            "classmethod" => first.map(|it| Live::Descriptor(Descriptor::ClassMethod, Rc::new(it.clone()))),
            "staticmethod" => first.map(|it| Live::Descriptor(Descriptor::StaticMethod, Rc::new(it.clone()))),
            // Of a module they are its names, and what is put there is bound.
            "globals" | "locals" | "vars" if args.is_empty() && scope.kind == ScopeKind::Module => {
                Some(self.module_names(scope, span))
            }
            "globals" => Some(self.module_names(scope, span)),
            "exec" if scope.kind == ScopeKind::Module => match first.cloned() {
                Some(text) => self.execute(&text, scope)?,
                None => None,
            },
            "__import__" => match first.and_then(|it| it.as_str()).cloned() {
                Some(name) => {
                    let is_whole = keyword("fromlist").is_some() || args.len() > 3;
                    let root = name.split('.').next().unwrap_or_default();
                    match self.import(if is_whole { &name } else { root })? {
                        Imported::Followed(module) => Some(Live::Module(module)),
                        Imported::Outside(path) => Some(Live::Name(path)),
                        Imported::Missing => None,
                    }
                }
                None => None,
            },
            "dict.fromkeys" => {
                let value = args.get(1).cloned().unwrap_or(Live::None);
                let Ok(keys) = items(self, 0)? else { return Ok(None) };
                let keys = self.distinct(keys)?;
                Some(Live::dict(keys.into_iter().map(|key| (key, value.clone())).collect()))
            }
            "compile" => first.filter(|it| it.as_str().is_some()).cloned(),
            "dir" => match first {
                Some(Live::Module(module)) => {
                    let names =
                        module.names.borrow().iter().map(|(name, _)| Live::Str(name.clone())).collect();
                    Some(Live::list(names))
                }
                _ => None,
            },
            "locals" => {
                if let Live::Unknown(why) = self.unknown(scope, span, "may bind any name by globals()") {
                    scope.module.incomplete.borrow_mut().get_or_insert(why);
                }
                let names = scope.module.names.borrow();
                Some(Live::dict(
                    names.iter().map(|(name, value)| (Live::Str(name.clone()), value.clone())).collect(),
                ))
            }
            "object" => Some(self.outside_instance("builtins.object", Vec::new(), Vec::new(), scope, span)),
            name if name.ends_with("Error") || name.ends_with("Exception") || name.ends_with("Warning") => {
                Some(self.outside_instance(
                    &format!("builtins.{name}"),
                    args.clone(),
                    keywords.clone(),
                    scope,
                    span,
                ))
            }
            _ => None,
        })
    }
}
