//! Functions that are given to what is not followed: it may call them any number of times, or never, and whatever they
//! change is not known afterwards.

use std::rc::Rc;

use super::live::*;
use super::{ARGUMENT_STEPS, IN_TRUTH, Interpreter};
use crate::compile::django::read::syntax::tree::Span;

/// Packages that keep the functions that they are given for later, when what migrates has long been read, or that wrap them.
const KEEP_FOR_LATER: [&str; 14] = [
    "abc",
    "atexit",
    "contextlib",
    "dataclasses",
    "django",
    "enum",
    "environ",
    "functools",
    "logging",
    "rest_framework",
    "signal",
    "threading",
    "typing",
    "warnings",
];

/// What a function says that changes something beyond itself.
const CHANGES: [&str; 14] = [
    ".append(",
    ".extend(",
    ".insert(",
    ".add(",
    ".update(",
    ".pop(",
    ".remove(",
    ".clear(",
    ".setdefault(",
    "] =",
    "+=",
    "global ",
    "nonlocal ",
    "setattr(",
];

impl Interpreter<'_> {
    /// A call of something that is not followed, by its path.
    pub(super) fn call_back(
        &mut self,
        path: &str,
        given: &[&Live],
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<(), Stop> {
        let root = path.split('.').next().unwrap_or_default();
        if KEEP_FOR_LATER.contains(&root) && path != "django.db.transaction.on_commit" {
            return Ok(());
        }
        let mut functions = Vec::new();
        given.iter().for_each(|it| self.functions_in(it, 3, &mut functions));
        if functions.is_empty() {
            return Ok(());
        }
        let Live::Unknown(why) =
            self.unknown(scope, span, format!("is given to `{path}`, which is not followed"))
        else {
            return Ok(());
        };
        for function in functions {
            let touched = self.touched.len();
            let (steps, notices) = (self.module_steps, self.notices.len());
            let work = |it: &mut Self| it.call_repeatedly(&function, &why, scope, span);
            let result = self.with_at_most(ARGUMENT_STEPS, IN_TRUTH, work);
            // What it would assume is nothing that was assumed.
            self.notices.truncate(notices);
            match result {
                Err(Stop::Exhausted(_)) => {
                    self.module_steps = steps;
                    let touched = self.touched.split_off(touched);
                    self.doubt_changed(touched, &why);
                }
                result => result?,
            }
        }
        Ok(())
    }

    fn functions_in(&self, value: &Live, depth: u32, functions: &mut Vec<Live>) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let is_found = match value {
            Live::Function(closure) => may_change(closure),
            Live::Bound(bound) => match &bound.callee {
                Callee::Function(closure) => may_change(closure),
                Callee::Method(_) => matches!(bound.receiver, Live::List(_) | Live::Set(_) | Live::Dict(_)),
                Callee::Base(..) => false,
            },
            Live::Partial(partial) => {
                let mut inner = Vec::new();
                self.functions_in(&partial.function, depth, &mut inner);
                !inner.is_empty()
            }
            Live::List(items) => {
                items.borrow().iter().for_each(|it| self.functions_in(it, depth, functions));
                false
            }
            Live::Tuple(items) => {
                items.iter().for_each(|it| self.functions_in(it, depth, functions));
                false
            }
            Live::Dict(pairs) => {
                pairs.borrow().iter().for_each(|(_, it)| self.functions_in(it, depth, functions));
                false
            }
            _ => false,
        };
        if is_found {
            functions.push(value.clone());
        }
    }
}

/// Of a module that is only imported, what calls others only is let be: it would have to be parsed.
fn may_change(closure: &Closure) -> bool {
    let module = &closure.scope.module;
    if module.eager && closure.scope.kind != ScopeKind::Module {
        return true;
    }
    let span = closure.definition.span;
    let text = module.source.as_ref().and_then(|it| it.text.get(span.start as usize..span.end as usize));
    match text {
        Some(text) if module.eager => text.contains('(') || CHANGES.iter().any(|it| text.contains(it)),
        Some(text) => CHANGES.iter().any(|it| text.contains(it)),
        None => true,
    }
}
