//! Functions of the standard library that are followed as any other source is.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::read::syntax;
use crate::compile::django::read::syntax::tree::Span;

/// The modules that it holds something of.
const MODULES: [&str; 6] = ["collections", "dataclasses", "itertools", "operator", "textwrap", "typing"];
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
        // Without a number it goes on for ever.
        let is_endless = path == "itertools.repeat" && args.len() + keywords.len() < 2;
        if is_endless || !MODULES.contains(&module) {
            return Ok(None);
        }
        match self.of_library(module, name) {
            Some(function) => self.call(&function, args.to_vec(), keywords.clone(), scope, span).map(Some),
            None => Ok(None),
        }
    }

    /// A class of the library, or what it keeps: what may be derived from, asked for and compared, beside being called.
    pub(super) fn library_value(&mut self, module: &str, name: &str) -> Option<Live> {
        if !matches!(module, "collections" | "dataclasses") {
            return None;
        }
        self.of_library(module, name).filter(|it| matches!(it, Live::Class(_) | Live::Instance(_)))
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
