//! Comprehensions, and what can be gone through.

use std::rc::Rc;
use std::sync::Arc;

use super::super::class::enumeration::unmixed;
use super::super::clue::{clue, plain};
use super::super::live::*;
use super::super::method::keys;
use super::super::operator::put;
use super::super::resource::MODULE_INFO;
use super::super::{Interpreter, format};
use crate::compile::django::clue::Clue;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    pub(super) fn comprehension(&mut self, it: &Arc<Comprehension>, scope: &Rc<Scope>) -> Evaluated {
        if it.makes == Makes::Generator {
            return self.generator(it, scope);
        }
        let made = self.made_by_loops(it, scope, None)?;
        Ok(match it.makes {
            Makes::List | Makes::Generator => {
                Live::list(made.into_iter().map(|(element, _)| element).collect())
            }
            Makes::Set => Live::set(self.distinct(made.into_iter().map(|(element, _)| element).collect())?),
            Makes::Dict => {
                if let [(key, value)] = made.as_slice()
                    && matches!((clue(key), clue(value)), (Some(Clue::NameIn(_)), Some(Clue::Row(_))))
                {
                    return Ok(Live::dict(made));
                }
                let mut pairs = Pairs::new();
                for (key, value) in made {
                    self.steps(pairs.len() / 16)?;
                    put(&mut pairs, key, value);
                }
                Live::dict(pairs)
            }
        })
    }

    /// `first` is what its first loop goes through, where that is known already.
    pub(in super::super) fn made_by_loops(
        &mut self,
        it: &Comprehension,
        scope: &Rc<Scope>,
        first: Option<Live>,
    ) -> Result<Vec<(Live, Live)>, Stop> {
        // Its names are its own.
        let inner = Rc::new(Scope {
            kind: ScopeKind::Comprehension,
            names: SharedNames::default(),
            parent: Some(scope.clone()),
            module: scope.module.clone(),
            method: scope.method.clone(),
            outer_names: Vec::new(),
            yielded: Default::default(),
        });
        let mut made = Vec::new();
        self.loops(it, &it.loops, first, &inner, &mut made)?;
        Ok(made)
    }

    fn loops(
        &mut self,
        it: &Comprehension,
        loops: &[Loop],
        first_of_all: Option<Live>,
        scope: &Rc<Scope>,
        made: &mut Vec<(Live, Live)>,
    ) -> Result<(), Stop> {
        let Some((first, rest)) = loops.split_first() else {
            let element = self.eval(&it.element, scope)?;
            let element = if it.makes == Makes::Dict {
                let key = self.force(&element)?;
                self.key(key, scope, it.element.span)
            } else {
                element
            };
            let value = match &it.value {
                Some(value) => self.eval(value, scope)?,
                None => Live::None,
            };
            made.push((element, value));
            return self.long(made.len());
        };
        let iterable = match first_of_all {
            Some(iterable) => iterable,
            None => self.eval(&first.iterable, scope)?,
        };
        let items = match self.iterate(&iterable, scope, first.iterable.span)? {
            Ok(items) => items,
            Err(unknown) => vec![unknown],
        };
        'items: for item in items {
            if let Some(found) = self.found_by_loop(it, first, rest, &item, scope)? {
                made.push(found);
                continue;
            }
            if let Live::Unknown(why) = &item {
                let why = &plain(why);
                let item = Live::Unknown(why.clone());
                // It may stand for several.
                let mut several = Vec::new();
                self.repeated(&[&first.target], why, scope, |interpreter| {
                    for condition in &first.conditions {
                        interpreter.eval(condition, scope)?;
                    }
                    interpreter.loops(it, rest, None, scope, &mut several)?;
                    Ok(Flow::Next.into())
                })?;
                // However many there are of them.
                let is_nothing = !several.is_empty() && several.iter().all(|(it, _)| makes_no_table(it));
                if !is_nothing {
                    made.push((item.clone(), item));
                }
                continue;
            }
            self.assign(&first.target, item, scope)?;
            for condition in &first.conditions {
                let value = self.eval(condition, scope)?;
                match self.truth(&value, scope, condition.span)? {
                    Ok(true) => {}
                    Ok(false) => continue 'items,
                    Err(why) => {
                        self.repeated(&[], &why, scope, |interpreter| {
                            interpreter.loops(it, rest, None, scope, &mut Vec::new())?;
                            Ok(Flow::Next.into())
                        })?;
                        let unknown = Live::Unknown(why);
                        made.push((unknown.clone(), unknown));
                        continue 'items;
                    }
                }
            }
            self.loops(it, rest, None, scope, made)?;
        }
        Ok(())
    }

    /// What comes of all rows of a list that followed code asked the database for, where that is known of any.
    fn found_by_loop(
        &mut self,
        it: &Comprehension,
        this: &Loop,
        rest: &[Loop],
        item: &Live,
        scope: &Rc<Scope>,
    ) -> Result<Option<(Live, Live)>, Stop> {
        let Live::Unknown(why) = item else { return Ok(None) };
        if self.handed.is_none() || why.clue.is_none() || !rest.is_empty() {
            return Ok(None);
        }
        self.assign(&this.target, item.clone(), scope)?;
        let mut conditions = Vec::new();
        for condition in &this.conditions {
            let value = self.eval(condition, scope)?;
            match self.truth(&value, scope, condition.span)? {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(_) => conditions.push(value),
            }
        }
        let element = self.eval(&it.element, scope)?;
        let found = self.passed(&element, &conditions);
        let value = match &it.value {
            // The row itself, under its name.
            Some(value) if conditions.is_empty() => Some(self.eval(value, scope)?),
            Some(_) | None => None,
        };
        let value = value.filter(|it| matches!(clue(it), Some(Clue::Row(_))));
        Ok(found.map(|found| (found, value.unwrap_or_else(|| Live::Unknown(plain(why))))))
    }

    /// The elements of something that can be iterated over; `Err` with the reason when they are not known.
    pub fn iterate(
        &mut self,
        value: &Live,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Result<Vec<Live>, Live>, Stop> {
        let value = self.force(value)?;
        self.gone_through(&value)?;
        let items: Vec<Live> = match &value {
            Live::List(items) | Live::Set(items) => items.borrow().clone(),
            Live::Tuple(items) => items.to_vec(),
            Live::Dict(pairs) => keys(&pairs.borrow()),
            Live::Stream(stream) => {
                let items = self.rest_of(stream, scope, span)?;
                if let Ok(items) = &items {
                    self.steps(items.len())?;
                }
                return Ok(items);
            }
            Live::Str(text) => text.chars().map(|it| Live::str(it.to_string())).collect(),
            Live::Class(_)
                if let Some(made) = self.special(&value, "__iter__", Vec::new(), scope, span)? =>
            {
                return match made {
                    Live::Class(_) | Live::Instance(_) => {
                        Ok(Err(self.unknown(scope, span, "iterates by a metaclass")))
                    }
                    made => self.iterate(&made, scope, span),
                };
            }
            Live::Class(class) if self.is_enumeration(class)? => self.members(&class.clone())?,
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if &**it == "builtins.open") =>
            {
                let name: Arc<str> = "readlines".into();
                let lines = self.call_method(&value, &name, Vec::new(), Vec::new(), scope, span)?;
                return if lines.is_unknown() { Ok(Err(lines)) } else { self.iterate(&lines, scope, span) };
            }
            Live::Instance(instance) if matches!(&instance.class, Live::Name(it) if **it == *MODULE_INFO) => {
                instance.args.clone()
            }
            Live::Instance(_) if unmixed(&value).is_some() => {
                return self.iterate(&unmixed(&value).unwrap_or(&Live::None).clone(), scope, span);
            }
            Live::Instance(instance) if matches!(instance.class, Live::Class(_)) => {
                match self.optional_attribute(&value, "__iter__", scope, span)? {
                    Some(method) if !method.is_unknown() => {
                        let made = self.call(&method, Vec::new(), Vec::new(), scope, span)?;
                        return match made {
                            Live::Instance(_) => {
                                Ok(Err(self.unknown(scope, span, "iterates by a class of its own")))
                            }
                            made => self.iterate(&made, scope, span),
                        };
                    }
                    _ => {
                        return Ok(Err(self.unknown(
                            scope,
                            span,
                            format!("iterates over {}", format::kind(&value)),
                        )));
                    }
                }
            }
            Live::Name(path) if &**path == "os.environ" => {
                self.assume_environment_empty(scope, span);
                Vec::new()
            }
            Live::None
            | Live::Bool(_)
            | Live::Int(_)
            | Live::Float(_)
            | Live::Bytes(_)
            | Live::Path(_)
            | Live::Name(_)
            | Live::Import(_)
            | Live::Module(_)
            | Live::Function(_)
            | Live::Class(_)
            | Live::Instance(_)
            | Live::Bound(_)
            | Live::Super(_)
            | Live::Descriptor(..)
            | Live::Partial(_)
            | Live::Unknown(_) => {
                if let Some(Clue::Answer(_)) = clue(&value)
                    && let Live::Unknown(row) = &value
                {
                    return Ok(Ok(self.element_of_clue(row, &Live::Int(0)).into_iter().collect()));
                }
                let reason = format!("unpacks {}, which is not known", format::kind(&value));
                let unknown = self.because(&[&value], scope, span, &reason);
                if let Live::Unknown(hiding) = &value {
                    self.draw_hidden(hiding, scope, span)?;
                }
                self.may_raise(&unknown);
                return Ok(Err(unknown));
            }
        };
        self.steps(items.len())?;
        Ok(Ok(items))
    }
}

/// Whether it is the operation that makes a model without a table, as a proxy is one.
fn makes_no_table(operation: &Live) -> bool {
    let Live::Instance(instance) = operation else { return false };
    let is_create =
        matches!(&instance.class, Live::Name(class) if &**class == "django.db.migrations.CreateModel");
    let options = instance.keywords.iter().find(|(name, _)| &**name == "options").map(|(_, value)| value);
    let Some(Live::Dict(options)) = options.filter(|_| is_create) else { return false };
    let options = options.borrow();
    let says = |name: &str, wanted: bool| {
        let is_it = |(key, value): &(Live, Live)| {
            key.as_str().is_some_and(|it| **it == *name) && matches!(value, Live::Bool(it) if *it == wanted)
        };
        options.iter().any(is_it)
    };
    // What else is in it may say it otherwise.
    let is_known = options.iter().all(|(key, _)| key.as_str().is_some());
    is_known && (says("proxy", true) || says("managed", false))
}
