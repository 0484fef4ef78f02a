//! The key of a model that names none, where DEFAULT_AUTO_FIELD is a class of the sources: `_get_default_pk_class` and
//! `_prepare` of django/db/models/options.py.

use super::evaluate::live::Live;
use super::evaluate::{Imported, Interpreter, World};
use super::syntax::tree::Span;
use crate::compile::django::project::Value;

/// As a migration would call the class; `None` of Django's own, which need no reading, and of one that is not found.
pub fn read(world: &World) -> Option<Value> {
    match world.settings?.values.get("DEFAULT_AUTO_FIELD")? {
        Value::Str(path) if !path.starts_with("django.") => Interpreter::new(world).automatic_key(path),
        _ => None,
    }
}

impl Interpreter<'_> {
    fn automatic_key(&mut self, path: &str) -> Option<Value> {
        let (module, name) = path.rsplit_once('.')?;
        let Ok(Imported::Followed(module)) = self.import(module) else { return None };
        let scope = self.module_scope(&module);
        let found = self.module_attribute(&module, name).ok()??;
        let class = self.force(&found).ok().filter(|it| matches!(it, Live::Class(_)))?;
        let keywords = vec![
            ("verbose_name".into(), Live::str("ID")),
            ("primary_key".into(), Live::Bool(true)),
            ("auto_created".into(), Live::Bool(true)),
        ];
        let field = self.call(&class, Vec::new(), keywords, &scope, Span::default()).ok()?;
        Some(self.value(&field, &scope))
    }
}
