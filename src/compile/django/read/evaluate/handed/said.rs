//! What followed code asks the `_meta` of models, and their fields, besides names.

use std::rc::Rc;

use super::super::Interpreter;
use super::super::builtin::is_kind_of;
use super::super::live::*;
use super::model::{FIELD, NAME, OPTIONS, Text};
use crate::compile::django::project::SAID_OF;
use crate::compile::django::read::syntax::tree::Span;

/// The class of the other side of a relation: its name.
const REVERSE: &str = "«reverse»";

impl Interpreter<'_> {
    /// An attribute of `_meta` of a model that the registry was asked for, or of one of its fields. `None` where it is none
    /// of which the models are asked, or they do not say.
    pub fn said_by_model(
        &mut self,
        instance: &Instance,
        name: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        self.handed.as_ref()?;
        let Live::Name(class) = &instance.class else { return None };
        match (&**class, name) {
            (
                OPTIONS,
                "concrete_fields"
                | "fields"
                | "local_concrete_fields"
                | "local_fields"
                | "local_many_to_many"
                | "many_to_many",
            ) => self.fields_of_model(instance, name, scope, span),
            (OPTIONS, "managed" | "proxy") => {
                let Some(Live::Tuple(model)) = instance.attributes.borrow().get(NAME).cloned() else {
                    return None;
                };
                self.said(&model, None, name).map(|it| value_of(&it))
            }
            (
                FIELD,
                "attname" | "auto_created" | "concrete" | "db_index" | "is_relation" | "many_to_many"
                | "many_to_one" | "max_length" | "name" | "null" | "one_to_one" | "primary_key"
                | "remote_field" | "unique",
            ) => self.said_by_field(instance, name).map(|it| value_of(&it)),
            _ => None,
        }
    }

    /// `_meta.get_fields()` and its like.
    pub(super) fn fields_of_model(
        &mut self,
        options: &Instance,
        which: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Option<Live> {
        let Some(model @ Live::Tuple(_)) = options.attributes.borrow().get(NAME).cloned() else {
            return None;
        };
        let Live::Tuple(both) = &model else { return None };
        let names = self.said(both, None, which)?;
        let names = names.split(',').filter(|it| !it.is_empty());
        let each = names.map(|name| match name.strip_prefix('^') {
            None => self.field_of(&model, &name.into(), scope, span),
            Some(name) => {
                let made = self.outside_instance(REVERSE, vec![Live::str(name)], Vec::new(), scope, span);
                if let Live::Instance(made) = &made {
                    let mut names = made.attributes.borrow_mut();
                    names.set("name".into(), Live::str(name));
                    names.set("auto_created".into(), Live::Bool(true));
                    names.set("concrete".into(), Live::Bool(false));
                    names.set("is_relation".into(), Live::Bool(true));
                }
                made
            }
        });
        Some(Live::list(each.collect()))
    }

    /// `field.get_internal_type()` and its like.
    pub(super) fn said_by_field(&mut self, field: &Instance, what: &str) -> Option<Text> {
        let [Live::Tuple(model), Live::Str(field)] = field.args.as_slice() else { return None };
        self.said(model, Some(field), what)
    }

    /// Whether a model's field is an instance of this class; `None` where that is not known.
    pub fn is_field_of_class(&mut self, field: &Instance, class: &Live) -> Option<bool> {
        let path = match class {
            Live::Name(path) => path.clone(),
            Live::Class(class) => class.path.clone(),
            _ => return None,
        };
        let lineage = self.said_by_field(field, "class")?;
        if lineage.split(',').any(|it| *it == *path) {
            return Some(true);
        }
        match class {
            Live::Class(_) => Some(false),
            _ => is_kind_of(lineage.split(',').next_back()?, &path),
        }
    }

    fn said(&mut self, model: &[Live], field: Option<&str>, what: &str) -> Option<Text> {
        let [Live::Str(label), Live::Str(model)] = model else { return None };
        let [before, after] = SAID_OF;
        let field = field.map(|it| format!("{it}.")).unwrap_or_default();
        self.assumed(&format!("{before}{label}.{model}.{field}{what}{after}").into())
    }
}

/// Whether it stands for a field that a model has.
pub fn is_field_of_model(instance: &Instance) -> bool {
    matches!(&instance.class, Live::Name(class) if &**class == FIELD)
}

/// What Python writes so: a boolean, a number, `None`, or else a text.
fn value_of(text: &str) -> Live {
    match text {
        "True" => Live::Bool(true),
        "False" => Live::Bool(false),
        "None" => Live::None,
        text => text.parse().map_or_else(|_| Live::str(text), Live::Int),
    }
}
