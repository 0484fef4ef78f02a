//! Fields that followed code asks its models for.

use std::rc::Rc;

use super::super::live::*;
use super::super::{Interpreter, given};
use super::model::{FIELD, MODEL, OPTIONS, Text};
use super::{sql, usual};
use crate::compile::django::read::syntax::tree::Span;

/// The class of what a relation says of its other end.
pub(super) const RELATION: &str = "«relation»";

impl Interpreter<'_> {
    /// `Model._meta.get_field(name)`: the model is a pair of label and name.
    pub(super) fn field_of(&mut self, model: &Live, field: &Text, scope: &Rc<Scope>, span: Span) -> Live {
        let args = vec![model.clone(), Live::Str(field.clone())];
        let found = self.outside_instance(FIELD, args, Vec::new(), scope, span);
        let (Live::Instance(instance), Live::Tuple(both)) = (&found, model) else { return found };
        let [Live::Str(label), Live::Str(model)] = &**both else { return found };
        let class = self.class_of_own_field(model, field);
        let kind = class.as_deref().map(|it| it.rsplit('.').next().unwrap_or_default());
        let through = (kind == Some("ManyToManyField"))
            .then(|| self.end_of_many_to_many(label, model, field, scope, span));
        let mut names = instance.attributes.borrow_mut();
        // A relation goes by its attribute's name too.
        if !field.ends_with("_id") {
            names.set("name".into(), Live::Str(field.clone()));
        }
        names.set("column".into(), sql::column_of(label, model, field));
        if let Some(kind) = kind {
            let is_relation = matches!(kind, "ForeignKey" | "ManyToManyField" | "OneToOneField");
            names.set("many_to_many".into(), Live::Bool(kind == "ManyToManyField"));
            names.set("is_relation".into(), Live::Bool(is_relation));
            match through {
                Some(relation) => names.set("remote_field".into(), relation),
                None if !is_relation => names.set("remote_field".into(), Live::None),
                None => {}
            }
        }
        drop(names);
        found
    }

    /// The class of Django's of the field that the operation at hand is about, if it is this one.
    fn class_of_own_field(&mut self, model: &str, field: &str) -> Option<Text> {
        let Live::Instance(operation) = usual(&self.handed.as_ref()?.holder.clone())? else { return None };
        let Live::Name(class) = &operation.class else { return None };
        let kept = |name: &str| given::kept(class, &operation.args, &operation.keywords, name);
        let is = |name: &str, it: &str| kept(name)?.as_str().map(|said| said.eq_ignore_ascii_case(it));
        if is("model_name", model)? && is("name", field)? {
            let Live::Instance(field) = kept("field")? else { return None };
            return match &field.class {
                Live::Name(class) => Some(class.clone()),
                Live::Class(class) => {
                    let class = class.clone();
                    self.lineage(&class).ok()?.iter().find_map(|it| match it {
                        Live::Name(path) if given::is_field(path) => Some(path.clone()),
                        _ => None,
                    })
                }
                _ => None,
            };
        }
        None
    }

    /// `field.remote_field`, of whose `through` only the table's name is known.
    fn end_of_many_to_many(
        &mut self,
        label: &str,
        model: &str,
        field: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Live {
        let relation = self.outside_instance(RELATION, Vec::new(), Vec::new(), scope, span);
        let through = self.table_between(label, model, field, scope, span);
        set(&relation, "through", through);
        relation
    }

    /// The model of a many-to-many field's table, of which only the table's name is known.
    pub(super) fn table_between(
        &mut self,
        label: &str,
        model: &str,
        field: &str,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Live {
        let options = self.outside_instance(OPTIONS, Vec::new(), Vec::new(), scope, span);
        let through = self.outside_instance(MODEL, Vec::new(), Vec::new(), scope, span);
        set(&options, "db_table", sql::through_of(label, model, field));
        set(&through, "_meta", options);
        through
    }
}

fn set(of: &Live, name: &str, value: Live) {
    if let Live::Instance(of) = of {
        of.attributes.borrow_mut().set(name.into(), value);
    }
}
