//! Functions of the standard library that are followed as any other source is.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::read::syntax;
use crate::compile::django::read::syntax::tree::Span;

/// The modules that it holds something of.
const MODULES: [&str; 7] =
    ["collections", "dataclasses", "itertools", "operator", "string", "textwrap", "typing"];
/// `repeat(it)`, by a name that no module has.
const FOREVER: &str = "forever";
const TEXT: &str = include_str!("library/library.py");

impl Interpreter<'_> {
    /// A call of such a function, by its path; `None` for another.
    pub(super) fn library_call(
        &mut self,
        path: &str,
        args: &[Live],
        keywords: &Keywords,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Result<Option<Live>, Stop> {
        let Some((module, name)) = path.split_once('.') else { return Ok(None) };
        if !MODULES.contains(&module) {
            return Ok(None);
        }
        // Without a number.
        let goes_on = path == "itertools.repeat" && args.len() + keywords.len() < 2;
        let name = if goes_on { FOREVER } else { name };
        match self.of_library(module, name) {
            Some(function) => self.call(&function, args.to_vec(), keywords.clone(), scope, span).map(Some),
            None => Ok(None),
        }
    }

    /// A class of the library, or what it keeps: what may be derived from, asked for and compared, beside being called.
    pub(super) fn library_value(&mut self, module: &str, name: &str) -> Option<Live> {
        if !matches!(module, "collections" | "dataclasses" | "string") {
            return None;
        }
        self.of_library(module, name).filter(|it| matches!(it, Live::Class(_) | Live::Instance(_)))
    }

    /// An object of the library's that can be gone through for ever.
    pub(super) fn is_endless(&self, value: &Live) -> bool {
        let Live::Instance(instance) = value else { return false };
        let Live::Class(class) = &instance.class else { return false };
        let library = self.library.as_ref();
        library.is_some_and(|it| std::rc::Rc::ptr_eq(it, &class.scope.module))
            && class.name.strip_prefix("itertools_").is_some_and(|it| it == FOREVER || it == "count")
    }

    fn of_library(&mut self, module: &str, name: &str) -> Option<Live> {
        let library = self.library()?;
        let names = library.names.borrow();
        names.get(&format!("{module}_{name}")).cloned()
    }

    fn library(&mut self) -> Option<Rc<Module>> {
        if self.library.is_none() {
            let source = syntax::parse(Arc::new(PathBuf::from("the standard library")), TEXT.to_owned());
            let module = Rc::new(Module { source: source.ok().map(Arc::new), ..Module::nowhere() });
            module.state.set(Progress::Waiting);
            self.run_module(&module);
            self.library = Some(module);
        }
        self.library.clone()
    }
}
