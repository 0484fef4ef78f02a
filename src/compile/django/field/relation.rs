//! What a relation points at, and what the database does when that goes away.

use super::ModelKey;
use super::arguments::last_segment;
use crate::compile::django::project::{Project, Value};
use crate::schema::Action;

/// The model that `to` or `through` names; `None` when it was not seen through.
pub fn target(value: &Value, of: &ModelKey, project: &Project) -> Option<ModelKey> {
    match value {
        Value::Str(reference) => (!reference.is_empty()).then(|| of.resolve(reference)),
        // A class: `django.contrib.auth.models.User` is of the app whose package is the longest that fits.
        Value::Name(path) => {
            let is_inside =
                |module: &str| path.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'));
            let app = project
                .apps
                .iter()
                .filter(|app| is_inside(&app.module))
                .max_by_key(|app| app.module.len())?;
            Some(ModelKey::new(app.label.clone(), last_segment(path)))
        }
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Tuple(_)
        | Value::Set(_)
        | Value::Dict(_)
        | Value::Function(_)
        | Value::Object(_)
        | Value::Unknown(_) => None,
    }
}

/// `DatabaseOnDelete` of Django 6.1 (`django/db/models/deletion.py`); everything else is done in Python.
pub fn on_delete(value: Option<&Value>) -> Action {
    match value {
        Some(Value::Name(path)) => match last_segment(path) {
            "DB_CASCADE" => Action::Cascade,
            "DB_SET_NULL" => Action::SetNull,
            "DB_SET_DEFAULT" => Action::SetDefault,
            _ => Action::NoAction,
        },
        Some(_) | None => Action::NoAction,
    }
}
