//! What a model has from classes among its bases. `makemigrations` names no abstract one, but people do: `ModelState.render`
//! makes the model's class of these bases, which takes their fields along (`ModelBase.__new__`, `django/db/models/base.py`).

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use super::import::Imported;
use super::live::*;
use super::{Interpreter, given};

const CREATE_MODEL: &str = "django.db.migrations.CreateModel";

impl Interpreter<'_> {
    /// The `CreateModel` whose fields are all that the model will have, where that is more than it says.
    pub(super) fn with_inherited(&mut self, instance: &Rc<Instance>) -> Option<Rc<Instance>> {
        let mut made = Instance::clone(instance);
        match &instance.class {
            Live::Name(path) if &**path == CREATE_MODEL => {
                (made.args, made.keywords) =
                    self.arguments_with_inherited(&instance.args, &instance.keywords)?;
            }
            Live::Class(_) => {
                let [call] = made.base_calls.get_mut().as_mut_slice() else { return None };
                if &*call.class != CREATE_MODEL {
                    return None;
                }
                (call.args, call.keywords) = self.arguments_with_inherited(&call.args, &call.keywords)?;
            }
            _ => return None,
        }
        Some(Rc::new(made))
    }

    fn arguments_with_inherited(
        &mut self,
        args: &[Live],
        keywords: &Keywords,
    ) -> Option<(Vec<Live>, Keywords)> {
        let Live::Tuple(bases) = given::kept(CREATE_MODEL, args, keywords, "bases")? else { return None };
        let Live::List(own) = given::kept(CREATE_MODEL, args, keywords, "fields")? else { return None };
        let mut fields = own.borrow().clone();
        let mut hidden = BTreeSet::new();
        for base in bases.iter() {
            let Some(class) = self.class_of_base(base) else { continue };
            for (name, field) in self.fields_of_abstract(&class)? {
                let has_it = |it: &Live| matches!(it, Live::Tuple(pair) if pair.first().and_then(Live::as_str) == Some(&name));
                if !hidden.contains(&name) && !fields.iter().any(has_it) {
                    fields.push(Live::tuple(vec![Live::Str(name), field]));
                }
            }
            self.hide(&class, &mut hidden)?;
        }
        if fields.len() == own.borrow().len() {
            return None;
        }
        let (mut args, mut keywords) = (args.to_vec(), keywords.clone());
        let fields = Live::list(fields);
        match keywords.iter_mut().find(|(it, _)| &**it == "fields") {
            Some((_, said)) => *said = fields,
            None => *args.get_mut(1)? = fields,
        }
        Some((args, keywords))
    }

    fn class_of_base(&mut self, base: &Live) -> Option<Rc<Class>> {
        let found = match self.force(base).ok()? {
            // `django.contrib.sessions.base_session.AbstractBaseSession`, by its whole path.
            Live::Name(path) => {
                let (module, name) = path.rsplit_once('.')?;
                let Ok(Imported::Followed(module)) = self.import(module) else { return None };
                let found = self.module_attribute(&module, name).ok()??;
                self.force(&found).ok()?
            }
            found => found,
        };
        match found {
            Live::Class(class) => Some(class),
            _ => None,
        }
    }

    /// The fields of an abstract model, in the order in which attributes are looked up; `None` where a model among its bases
    /// has a table, or what it is was not seen.
    fn fields_of_abstract(&mut self, class: &Rc<Class>) -> Option<Vec<(Arc<str>, Live)>> {
        let mut fields = Vec::new();
        if !self.is_model(class).ok()? {
            return Some(fields);
        }
        let mut taken = BTreeSet::new();
        for it in self.lineage(class).ok()?.iter() {
            let Live::Class(class) = it else { continue };
            self.class_body(class).ok()?;
            let names = class.names.borrow().clone();
            // What is no model gives none of its fields on, but hides those of the same name.
            if !self.is_model(class).ok()? {
                taken.extend(names.names().cloned());
                continue;
            }
            let meta = match names.get("Meta").map(|it| self.force(it)) {
                Some(Ok(Live::Class(meta))) => self.class_attribute(&meta, "abstract").ok()?,
                _ => None,
            };
            // The abstract class passes on what its own `Meta` derives from, but for this.
            if !matches!(meta, Some(Live::Bool(true))) {
                return None;
            }
            for (name, value) in names.iter() {
                if taken.insert(name.clone()) && self.is_field(value) {
                    fields.push((name.clone(), value.clone()));
                }
            }
        }
        Some(fields)
    }

    /// What a base hides of those behind it: the attributes of all its classes but of a model itself, which
    /// `ModelBase.__new__` alone takes the fields of.
    fn hide(&mut self, base: &Rc<Class>, hidden: &mut BTreeSet<Arc<str>>) -> Option<()> {
        for it in self.lineage(base).ok()?.iter() {
            let Live::Class(class) = it else { continue };
            if Rc::ptr_eq(class, base) && self.is_model(class).ok()? {
                continue;
            }
            self.class_body(class).ok()?;
            hidden.extend(class.names.borrow().names().cloned());
        }
        Some(())
    }

    fn is_field(&mut self, value: &Live) -> bool {
        let Live::Instance(instance) = value else { return false };
        let is =
            |it: &Live| matches!(it, Live::Name(path) if given::is_field(path) || given::is_spatial(path));
        match &instance.class {
            Live::Class(class) => self.lineage(&class.clone()).is_ok_and(|it| it.iter().any(is)),
            class => is(class),
        }
    }
}
