//! Where a field stands: the operation that holds it says of which model it is, and under which name.

use std::rc::Rc;
use std::sync::Arc;

use super::live::*;
use super::{Interpreter, given, handed};
use crate::compile::django::backend::Backend;
use crate::compile::django::project::SET_FIELD;
use crate::compile::django::read::syntax::tree::Span;

/// The name of a field, and of its model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// In lower case where the operation need not say it in its own.
    pub model: Arc<str>,
    pub name: Arc<str>,
    /// The model's table, where the operation makes it.
    table: Option<Arc<str>>,
}

/// The fields that an operation puts into a model, with their places.
pub fn fields(operation: &Instance, label: Option<&str>, backend: Backend) -> Vec<(Rc<Instance>, Place)> {
    let calls = operation.base_calls.borrow();
    let (class, args, keywords) = match (&operation.class, calls.as_slice()) {
        (Live::Name(class), _) => (class, &operation.args, &operation.keywords),
        (Live::Class(_), [call]) => (&call.class, &call.args, &call.keywords),
        _ => return Vec::new(),
    };
    if !handed::is_of_operation(class) && **class != *SET_FIELD {
        return Vec::new();
    }
    let kept = |name: &str| given::kept(class, args, keywords, name);
    let text = |value: Option<Live>| value.and_then(|it| it.as_str().cloned());
    let one = |model: Option<Live>, name: Option<Live>, field: Option<Live>| {
        let (Some(model), Some(name), Some(Live::Instance(field))) = (text(model), text(name), field) else {
            return Vec::new();
        };
        vec![(field, Place { model: model.to_lowercase().into(), name, table: None })]
    };
    match class.rsplit('.').next().unwrap_or_default() {
        "AddField" | "AlterField" => one(kept("model_name"), kept("name"), kept("field")),
        SET_FIELD => one(args.first().cloned(), args.get(1).cloned(), args.get(2).cloned()),
        "CreateModel" => {
            let (Some(model), Some(Live::List(fields))) = (text(kept("name")), kept("fields")) else {
                return Vec::new();
            };
            let table = table(&model, kept("options"), label, backend);
            let place = |pair: &Live| match pair {
                Live::Tuple(pair) => match &**pair {
                    [Live::Str(name), Live::Instance(field)] => {
                        let place = Place { model: model.clone(), name: name.clone(), table: table.clone() };
                        Some((field.clone(), place))
                    }
                    _ => None,
                },
                _ => None,
            };
            fields.borrow().iter().filter_map(place).collect()
        }
        _ => Vec::new(),
    }
}

/// `Options.contribute_to_class` (`django/db/models/options.py`).
fn table(model: &str, options: Option<Live>, label: Option<&str>, backend: Backend) -> Option<Arc<str>> {
    let said = match options {
        None | Some(Live::None) => None,
        Some(Live::Dict(options)) => {
            let options = options.borrow();
            let is = |key: &Live| key.as_str().is_some_and(|it| **it == *"db_table");
            // What one of them is called may not be known.
            if options.iter().any(|(key, _)| key.as_str().is_none()) {
                return None;
            }
            options.iter().find(|(key, _)| is(key)).map(|(_, value)| value.clone())
        }
        Some(_) => return None,
    };
    match said {
        Some(Live::Str(table)) if !table.is_empty() => Some(table),
        Some(Live::Str(_)) | None => Some(backend.table_name(label?, model).into()),
        Some(_) => None,
    }
}

impl Interpreter<'_> {
    /// The label of the app whose migration is being read, else of that in whose package a module lies.
    pub fn label_of(&self, module: &str) -> Option<Arc<str>> {
        if self.label.is_some() {
            return self.label.clone();
        }
        let is_within = |app: &str| module.strip_prefix(app).is_some_and(|it| it.starts_with('.'));
        let apps = self.world.apps.iter().filter(|(app, _)| is_within(app));
        apps.max_by_key(|(app, _)| app.len()).map(|(_, label)| label.clone())
    }

    /// The class that a field is put into, as a state renders it; nothing is known of it where its place is not.
    pub fn class_at(&mut self, place: Option<&Place>, scope: &Rc<Scope>, span: Span) -> Live {
        let label = self.label_of(&scope.module.name).filter(|_| place.is_some());
        let made = match place {
            Some(it) => self.model(label.as_deref().unwrap_or_default(), &it.model, scope, span),
            None => self.model("", "", scope, span),
        };
        let mut open = Vec::new();
        if label.is_none() {
            open.extend(["app_label", "label", "label_lower"]);
        }
        if place.is_none() {
            open.extend(["model_name", "object_name"]);
        }
        let unknown = self.unknown(scope, span, "is what the model says at that time");
        let table = place.and_then(|it| it.table.clone()).map_or_else(|| unknown.clone(), Live::Str);
        if let Live::Instance(made) = &made {
            // `ModelState.render` of `django/db/migrations/state.py`.
            made.attributes.borrow_mut().set("__module__".into(), Live::str("__fake__"));
            if let Some(Live::Instance(options)) = made.attributes.borrow().get("_meta") {
                let mut names = options.attributes.borrow_mut();
                open.into_iter().for_each(|it| names.set(it.into(), unknown.clone()));
                names.set("db_table".into(), table);
            }
        }
        made
    }
}
