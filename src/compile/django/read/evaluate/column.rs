//! How a field names its column: Django's methods for it, and those of the sources that override them.

use std::rc::Rc;
use std::sync::Arc;

use super::asked::{DECISIVE, NAMING, RELATED};
use super::facts::shape;
use super::live::*;
use super::placed::Place;
use super::{Interpreter, given};
use crate::compile::django::arguments::last_part;
use crate::compile::django::backend::Backend;
use crate::compile::django::field::{self, Number, Scalar};
use crate::compile::django::project::{Body, FIELD_NAME};
use crate::compile::django::read::syntax::tree::Span;
use crate::schema::OR;

/// Whether a method may give the column another name.
pub fn names_column(name: &str, closure: &Closure) -> bool {
    if !NAMING.contains(&name) || shape(&closure.definition) == Body::Super {
        return false;
    }
    // Most add something to the class.
    let source = closure.scope.module.source.as_ref();
    let span = closure.definition.span;
    let text = source.and_then(|it| it.text.get(span.start as usize..span.end as usize));
    !matches!(name, "contribute_to_class" | RELATED)
        || text.is_none_or(|it| {
            let sets = |name: &&&str| it.contains(&format!("self.{name}"));
            ["column", "attname", "self.name", "self.db_table"].iter().any(|name| it.contains(name))
                || DECISIVE.iter().find(sets).is_some()
        })
}

/// A piece of [`FIELD_NAME`], or another case of it.
pub fn is_cut(column: &str) -> bool {
    let rest = column.replace(FIELD_NAME, "");
    rest.contains(['«', '»']) || rest.to_lowercase().contains("fieldname")
}

/// How a field of a class of the sources names its column.
pub struct Named {
    /// With [`FIELD_NAME`] for the field's name, unless it is for that name alone.
    pub column: Live,
    pub is_for_its_name: bool,
    /// What else the field sets of itself on the way.
    pub set: Vec<(Arc<str>, Live)>,
}

/// Names by which a method may decide: what it does to all of them it does to any.
const SAMPLES: [&str; 5] =
    ["a", "item_id", "is_big_ref", "camelCase2", "a_name_that_is_as_long_as_few_names_of_fields_are"];

impl Interpreter<'_> {
    pub fn named(
        &mut self,
        instance: &Rc<Instance>,
        contributes: Option<&Rc<Closure>>,
        place: Option<&Place>,
        scope: &Rc<Scope>,
    ) -> Named {
        let (any, set) = self.column(instance, contributes, FIELD_NAME, None, scope);
        let span = instance.span;
        let any = match &any {
            Live::Str(column) if is_cut(column) => {
                self.unknown(scope, span, "makes a column's name of a part of the field's")
            }
            _ => any,
        };
        let Some(place) = place else { return Named { column: any, is_for_its_name: false, set } };
        let (column, set) = self.column(instance, contributes, &place.name, Some(place), scope);
        let is_so = |column: &Live, name: &str| match (column, &any) {
            (Live::Str(column), Live::Str(any)) => **column == any.replace(FIELD_NAME, name),
            (Live::None, Live::None) => true,
            _ => false,
        };
        let is_any = is_so(&column, &place.name)
            && SAMPLES
                .iter()
                .all(|name| is_so(&self.column(instance, contributes, name, Some(place), scope).0, name));
        if is_any {
            Named { column: any, is_for_its_name: false, set }
        } else {
            Named { is_for_its_name: matches!(column, Live::Str(_)), column, set }
        }
    }

    /// The column's name where the field has this one, and what else the field sets of itself on the way.
    fn column(
        &mut self,
        instance: &Rc<Instance>,
        contributes: Option<&Rc<Closure>>,
        name: &str,
        place: Option<&Place>,
        scope: &Rc<Scope>,
    ) -> (Live, Vec<(Arc<str>, Live)>) {
        let before = instance.attributes.borrow().clone();
        let receiver = Live::Instance(instance.clone());
        let name = Live::str(name);
        let span = instance.span;
        let done = match contributes {
            Some(closure) => {
                let args = vec![self.class_at(place, scope, span), name];
                self.call_closure(closure, Some(&receiver), args, Vec::new(), scope, span)
            }
            None => self.ask_method(&receiver, "set_attributes_from_name", vec![name], scope, span),
        };
        let done = match (done, self.own_method(&receiver, RELATED)) {
            (Ok(_), Some(closure)) => {
                let related = self.unknown(scope, span, "is what a relation is from the other end");
                let args = vec![self.class_at(None, scope, span), related];
                self.call_closure(&closure, Some(&receiver), args, Vec::new(), scope, span)
            }
            (done, _) => done,
        };
        let after = std::mem::replace(&mut *instance.attributes.borrow_mut(), before);
        let before = instance.attributes.borrow();
        let decides = |name: &str| DECISIVE.contains(&name) || name == "db_table";
        let set = after
            .iter()
            .filter(|(name, value)| decides(name) && !before.get(name).is_some_and(|it| it.is(value)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        drop(before);
        let column = match (done, after.get("column")) {
            (Err(stop), _) => self.stopped(scope, span, &stop),
            (Ok(_), Some(column)) => column.clone(),
            (Ok(_), None) => self.unknown(scope, span, "names its column in a way that was not seen"),
        };
        (column, set)
    }

    fn own_method(&mut self, receiver: &Live, name: &str) -> Option<Rc<Closure>> {
        let Live::Instance(instance) = receiver else { return None };
        let Live::Class(class) = &instance.class else { return None };
        match self.class_attribute(&class.clone(), name).ok()? {
            Some(Live::Function(closure)) => Some(closure),
            _ => None,
        }
    }

    pub fn ask_method(
        &mut self,
        receiver: &Live,
        name: &str,
        args: Vec<Live>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let method = self.attribute(receiver, name, scope, span)?;
        self.call(&method, args, Vec::new(), scope, span)
    }

    /// `Field.contribute_to_class` and what it calls to name the column (`django/db/models/fields/__init__.py`,
    /// `related.py`).
    pub fn name_field(
        &mut self,
        instance: &Rc<Instance>,
        class: &str,
        method: &str,
        args: Vec<Live>,
        scope: &Rc<Scope>,
        span: Span,
    ) -> Evaluated {
        let field = Live::Instance(instance.clone());
        let set = |name: &str, value: Live| instance.attributes.borrow_mut().set(name.into(), value);
        match method {
            "contribute_to_class" => {
                let name = args.get(1).cloned().unwrap_or(Live::None);
                self.ask_method(&field, "set_attributes_from_name", vec![name], scope, span)
            }
            "set_attributes_from_name" => {
                if !matches!(instance.attributes.borrow().get("name"), Some(Live::Str(_))) {
                    set("name", args.into_iter().next().unwrap_or(Live::None));
                }
                let both = self.ask_method(&field, "get_attname_column", Vec::new(), scope, span)?;
                let both = match &both {
                    Live::Tuple(both) => both.to_vec(),
                    other => vec![other.clone(); 2],
                };
                for (name, value) in ["attname", "column"].into_iter().zip(both) {
                    set(name, value);
                }
                Ok(Live::None)
            }
            "get_attname" => {
                let name = self.attribute(&field, "name", scope, span)?;
                let is_key = class.ends_with("ForeignKey") || class.ends_with("OneToOneField");
                match (name.as_str(), is_key) {
                    (Some(name), true) => Ok(Live::str(format!("{name}_id"))),
                    _ => Ok(name),
                }
            }
            _ => {
                let attname = self.ask_method(&field, "get_attname", Vec::new(), scope, span)?;
                let said = self.attribute(&field, "db_column", scope, span)?;
                let column = match &said {
                    Live::None => attname.clone(),
                    Live::Str(text) if text.is_empty() => attname.clone(),
                    _ => said,
                };
                Ok(Live::tuple(vec![attname, column]))
            }
        }
    }
}

impl Interpreter<'_> {
    /// What `db_type` of one of Django's own fields gives, where that hangs on its class and length alone: no
    /// number that counts itself, no relation.
    pub fn type_of(&self, instance: &Instance) -> Option<String> {
        let Live::Name(class) = &instance.class else { return None };
        if !given::is_field(class) {
            return None;
        }
        let built_in = field::built_in(class.rsplit('.').next()?)?;
        let number = |name: &str| match given::kept(class, &instance.args, &instance.keywords, name) {
            Some(Live::Int(it)) => u32::try_from(it).map_or(Number::Unknown, Number::Is),
            Some(_) => Number::Unknown,
            None => Number::Unset,
        };
        let max_length = match number("max_length") {
            Number::Unset => field::usual_length(last_part(class)).map_or(Number::Unset, Number::Is),
            given => given,
        };
        let scalar = Scalar {
            max_length,
            max_digits: number("max_digits"),
            decimal_places: number("decimal_places"),
            ..Scalar::new(built_in)
        };
        let backend = Backend { dialect: self.world.dialect, django: self.world.django };
        let column = backend.scalar(&scalar, "");
        let text = column.data_type.text().filter(|it| !it.contains(OR) && !column.auto_increment)?;
        Some(text.to_owned())
    }
}
