//! `try`: what is raised, what catches it, and what the database may refuse.

use std::rc::Rc;
use std::sync::Arc;

use super::super::Interpreter;
use super::super::branch::Journal;
use super::super::live::*;
use crate::compile::django::project::Unknown;
use crate::compile::django::read::syntax::tree::*;

impl Interpreter<'_> {
    pub(super) fn try_statement(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        otherwise: &[Stmt],
        scope: &Rc<Scope>,
    ) -> Result<Outcome, Stop> {
        let mut classes = Vec::new();
        for handler in handlers {
            classes.push(self.handled(handler, scope)?);
        }
        let catches_imports = classes.iter().any(|it| it.iter().any(|class| catches(class, "ImportError")));
        let guarded = |it: &mut Self| {
            it.trying += u32::from(catches_imports);
            it.catching += u32::from(!handlers.is_empty());
            let result = it.block(body, scope);
            it.trying -= u32::from(catches_imports);
            it.catching -= u32::from(!handlers.is_empty());
            result
        };
        let asked_before = self.asked.take();
        let (result, journal) =
            if handlers.is_empty() { (guarded(self), Journal::default()) } else { self.attempt(guarded) };
        let asked = std::mem::replace(&mut self.asked, asked_before);
        if let (Ok(_), Some(why)) = (&result, &asked)
            && !handlers.is_empty()
        {
            journal.undo();
            let asked_before = self.asked.take();
            let outcome = self.either(
                why,
                |it| {
                    let outcome = guarded(it)?;
                    if !matches!(outcome.flow, Flow::Next) {
                        return Ok(outcome);
                    }
                    let last = it.block(otherwise, scope)?;
                    let maybe = outcome.maybe.into_iter().chain(last.maybe).collect();
                    Ok(Outcome { flow: last.flow, maybe })
                },
                |it| it.refused(body, handlers, scope, why),
            );
            self.asked = asked_before;
            return outcome;
        }
        self.keep(journal);
        match result {
            Ok(outcome) if matches!(outcome.flow, Flow::Next) => {
                let last = self.block(otherwise, scope)?;
                Ok(Outcome { flow: last.flow, maybe: outcome.maybe.into_iter().chain(last.maybe).collect() })
            }
            Ok(outcome) => Ok(outcome),
            Err(Stop::Raise(raised)) => {
                for (handler, classes) in handlers.iter().zip(&classes) {
                    if classes.iter().any(|class| self.is_caught(&raised.class, class)) {
                        if let Some(name) = &handler.name {
                            let span = handler.class.as_ref().map(|it| it.span).unwrap_or_default();
                            let value =
                                self.unknown(scope, span, format!("is the exception {}", raised.message));
                            self.bind(scope, name.clone(), value);
                        }
                        return self.block(&handler.body, scope);
                    }
                }
                Err(Stop::Raise(raised))
            }
            Err(stop) => Err(stop),
        }
    }

    /// The way through the handlers when something raised of which it is not known whether it does. Handlers of other
    /// exceptions are tried too: which one a driver raises is not known.
    pub(super) fn refused(
        &mut self,
        body: &[Stmt],
        handlers: &[Handler],
        scope: &Rc<Scope>,
        why: &Arc<Unknown>,
    ) -> Result<Outcome, Stop> {
        // How far the body came is not known.
        self.repeated_body(&[], body, scope, why)?;
        let Some((handler, others)) = handlers.split_first() else { return Ok(Flow::Next.into()) };
        if let Some(name) = &handler.name {
            self.bind(scope, name.clone(), Live::Unknown(why.clone()));
        }
        if others.is_empty() {
            return self.block(&handler.body, scope);
        }
        self.either(why, |it| it.block(&handler.body, scope), |it| it.refused(&[], others, scope, why))
    }

    /// What an `except` catches.
    pub(super) fn handled(&mut self, handler: &Handler, scope: &Rc<Scope>) -> Result<Vec<Live>, Stop> {
        let Some(class) = &handler.class else {
            return Ok(vec![Live::name("builtins.BaseException")]);
        };
        let value = self.eval(class, scope)?;
        Ok(match self.force(&value)? {
            Live::Tuple(classes) => classes.iter().map(|it| self.force(it)).collect::<Result<_, _>>()?,
            class => vec![class],
        })
    }

    pub(super) fn is_caught(&mut self, raised: &Live, class: &Live) -> bool {
        match raised {
            Live::Name(raised) => catches(class, raised.strip_prefix("builtins.").unwrap_or(raised)),
            Live::Class(raised) => {
                if catches(class, "Exception") {
                    return true;
                }
                let lineage = self.lineage(raised).unwrap_or_else(|_| Rc::from([]));
                lineage.iter().any(|it| it.is(class) || matches!(it, Live::Name(name) if catches(class, name.strip_prefix("builtins.").unwrap_or(name))))
            }
            _ => catches(class, "Exception"),
        }
    }
}

/// Whether `except class` catches a built-in exception of this name.
pub(super) fn catches(class: &Live, raised: &str) -> bool {
    let Live::Name(class) = class else {
        return false;
    };
    let class = class.strip_prefix("builtins.").unwrap_or(class);
    let bases: &[&str] = match raised {
        "ImportError" => &["ModuleNotFoundError"],
        "ModuleNotFoundError" => &["ImportError"],
        "KeyError" | "IndexError" => &["LookupError"],
        "FileNotFoundError" => &["OSError", "IOError", "EnvironmentError"],
        _ => &[],
    };
    class == raised || class == "Exception" || class == "BaseException" || bases.contains(&class)
}
