//! `globals()` of a module, which is its names themselves: what is put there is bound.

use std::rc::Rc;

use super::branch::Cell;
use super::live::*;
use super::{Interpreter, format};
use crate::compile::django::read::syntax;
use crate::compile::django::read::syntax::tree::Span;

pub const MODULE_NAMES: &str = "builtins.globals";

impl Interpreter<'_> {
    pub fn module_names(&mut self, scope: &Rc<Scope>, span: Span) -> Live {
        self.outside_instance(MODULE_NAMES, Vec::new(), Vec::new(), scope, span)
    }

    /// `globals()[name] = value`
    pub fn bind_in_module(&mut self, instance: &Instance, name: &Live, value: Live) {
        let module = &instance.module;
        let Some(name) = name.as_str() else {
            if let Live::Unknown(why) =
                self.unknown_in(module, instance.span, "binds names that are not known")
            {
                module.incomplete.borrow_mut().get_or_insert(why);
            }
            return;
        };
        self.touch(Cell::Names(module.names.clone()));
        module.names.borrow_mut().set(name.clone(), value);
    }

    pub fn method_of_names(
        &mut self,
        instance: &Rc<Instance>,
        name: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let names = instance.module.names.clone();
        let known = |name: &Live| name.as_str().and_then(|it| names.borrow().get(it).cloned());
        let pairs = || {
            let pair =
                |(name, value): (&std::sync::Arc<str>, &Live)| (Live::Str(name.clone()), value.clone());
            names.borrow().iter().map(pair).collect::<Pairs>()
        };
        Ok(match (name, args) {
            ("update", _) => {
                let mut all: Pairs =
                    keywords.iter().map(|(name, it)| (Live::Str(name.clone()), it.clone())).collect();
                for arg in args {
                    match arg {
                        Live::Dict(given) => all.extend(given.borrow().iter().cloned()),
                        other => {
                            let unknown = self.because(&[other], scope, span, "updates by what is not known");
                            all.push((unknown, Live::None));
                        }
                    }
                }
                for (name, value) in all {
                    self.bind_in_module(instance, &name, value);
                }
                Some(Live::None)
            }
            ("setdefault", [name, value]) => {
                let found = known(name).unwrap_or_else(|| value.clone());
                self.bind_in_module(instance, name, found.clone());
                Some(found)
            }
            ("get" | "pop", [name, rest @ ..]) if name.as_str().is_some() => {
                Some(known(name).or_else(|| rest.first().cloned()).unwrap_or(Live::None))
            }
            ("__getitem__", [name]) => known(name),
            ("__contains__", [name]) => name.as_str().map(|_| Live::Bool(known(name).is_some())),
            ("items" | "copy" | "keys" | "values", []) => {
                let all = Live::dict(pairs());
                match name {
                    "copy" => Some(all),
                    method => {
                        let method = self.attribute(&all, method, scope, span)?;
                        Some(self.call(&method, Vec::new(), Vec::new(), scope, span)?)
                    }
                }
            }
            _ => None,
        })
    }

    /// `exec(text)` in a module: as if the text stood here.
    pub fn execute(&mut self, text: &Live, scope: &Rc<Scope>) -> Result<Option<Live>, Stop> {
        let Some(text) = format::text(text) else { return Ok(None) };
        let file = scope.module.source.as_ref().map(|it| it.file.clone()).unwrap_or_default();
        let Ok(source) = syntax::parse(file, text) else { return Ok(None) };
        self.run_within(std::sync::Arc::new(source), scope)?;
        Ok(Some(Live::None))
    }
}
