//! Settings that are attributes of a class, as django-configurations has them.

use std::rc::Rc;
use std::sync::Arc;

use super::Interpreter;
use super::live::*;
use crate::compile::django::notice::Concern;
use crate::compile::django::project::Value;
use crate::compile::django::read::syntax::tree::Span;

impl Interpreter<'_> {
    /// The settings of the class of this name, else of the only one that no other derives from; none where a module has
    /// no such class.
    pub fn configuration(
        &mut self,
        module: &Rc<Module>,
        wanted: Option<&str>,
        scope: &Rc<Scope>,
    ) -> Vec<(Arc<str>, Value)> {
        let mut classes: Vec<(Rc<Class>, Rc<[Live]>)> = Vec::new();
        let bound: Vec<Live> = module.names.borrow().iter().map(|(_, value)| value.clone()).collect();
        for value in bound {
            if let Ok(Live::Class(class)) = self.force(&value)
                && let Ok(lineage) = self.lineage(&class)
                && lineage
                    .iter()
                    .any(|it| matches!(it, Live::Name(path) if path.starts_with("configurations.")))
            {
                classes.push((class, lineage));
            }
        }
        let is_base = |class: &Rc<Class>| {
            let derives = |lineage: &[Live]| {
                lineage.iter().skip(1).any(|it| matches!(it, Live::Class(it) if Rc::ptr_eq(it, class)))
            };
            classes.iter().any(|(_, lineage)| derives(lineage))
        };
        let leaves: Vec<&Rc<Class>> =
            classes.iter().map(|(class, _)| class).filter(|it| !is_base(it)).collect();
        let chosen = match wanted {
            Some(wanted) => classes.iter().map(|(class, _)| class).find(|it| &*it.name == wanted),
            None => leaves.first().copied().filter(|_| leaves.len() == 1),
        };
        let Some(chosen) = chosen.cloned() else {
            if !classes.is_empty() {
                let names: Vec<&str> = classes.iter().map(|(class, _)| &*class.name).collect();
                let message = format!(
                    "the settings stand in classes ({}): say which by --set DJANGO_CONFIGURATION=NAME",
                    names.join(", ")
                );
                self.tell(Concern::Setting, module, Span::default(), message);
            }
            return Vec::new();
        };
        if wanted.is_none() {
            let message = format!(
                "assumed that DJANGO_CONFIGURATION is {}, the only class that no other derives from",
                chosen.name
            );
            self.tell(Concern::Assumed, module, Span::default(), message);
        }
        self.settings_of(&chosen, scope)
    }

    fn settings_of(&mut self, class: &Rc<Class>, scope: &Rc<Scope>) -> Vec<(Arc<str>, Value)> {
        let lineage = self.lineage(class).map(|it| it.to_vec()).unwrap_or_default();
        let mut names: Vec<Arc<str>> = Vec::new();
        for it in &lineage {
            if let Live::Class(class) = it
                && self.class_body(class).is_ok()
            {
                names.extend(class.names.borrow().iter().map(|(name, _)| name.clone()));
            }
        }
        names.retain(|it| !it.starts_with('_') && it.chars().all(|it| !it.is_lowercase()));
        names.sort();
        names.dedup();
        let object =
            Live::Instance(self.bare_instance(class, Vec::new(), Vec::new(), scope, Span::default()));
        let mut settings = Vec::new();
        for name in names {
            let mut value = self.attribute(&object, &name, scope, Span::default());
            // A method gives its setting when it is called.
            if let Ok(Live::Bound(_)) = &value
                && let Ok(method) = value.clone()
            {
                value = self.call(&method, Vec::new(), Vec::new(), scope, Span::default());
            }
            let value = match value {
                Ok(value) => value,
                Err(stop) => self.stopped(scope, Span::default(), &stop),
            };
            settings.push((name, self.value(&value, scope)));
        }
        settings
    }
}
