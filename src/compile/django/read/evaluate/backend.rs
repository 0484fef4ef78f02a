//! What a database backend that is not Django's own makes in its own way.

use std::rc::Rc;

use super::live::*;
use super::{Imported, Interpreter};
use crate::compile::django::read::syntax::tree::Span;

/// By what a backend decides about columns (`BaseDatabaseWrapper` of `django/db/backends/base/base.py`).
const TYPES: [&str; 4] =
    ["data_types", "data_type_check_constraints", "data_types_suffix", "_limited_data_types"];

impl Interpreter<'_> {
    /// What the backend `engine` has in place of Django's, in words; `None` where it is in none of the sources.
    pub fn own_ways(&mut self, engine: &str) -> Option<Vec<String>> {
        let Ok(Imported::Followed(module)) = self.import(&format!("{engine}.base")) else { return None };
        self.ways_of(&module).ok()
    }

    fn ways_of(&mut self, module: &Rc<Module>) -> Result<Vec<String>, Stop> {
        let (scope, span) = (self.module_scope(module), Span::default());
        let Some(wrapper) = self.module_attribute(module, "DatabaseWrapper")? else { return Ok(Vec::new()) };
        let mut ways = Vec::new();
        for name in TYPES {
            let types = self.optional_attribute(&wrapper, name, &scope, span)?;
            if matches!(types, Some(Live::Dict(_) | Live::Bound(_) | Live::Function(_))) {
                ways.push(format!("`{name}`"));
            }
        }
        let editor = self.optional_attribute(&wrapper, "SchemaEditorClass", &scope, span)?;
        if let Some(Live::Class(class)) = editor {
            ways.push(format!("the schema editor `{}`", class.path));
        }
        Ok(ways)
    }
}
