//! Why it is not known what a relation points at, in one sentence.

use super::Editor;
use crate::compile::django::arguments::{self, Arguments};
use crate::compile::django::field::{Field, ModelKey, Relation};
use crate::compile::django::project::Value;
use crate::compile::django::state::State;
use crate::migration::MigrationId;

/// Operations that hold others that hold others ….
const DEEPEST: usize = 4;

impl Editor<'_> {
    pub(super) fn points_nowhere(&self, state: &State, field: &Field, relation: &Relation) -> String {
        let name = &field.name;
        let Some(to) = &relation.to else {
            return format!("`{name}` points at something that was not seen through");
        };
        if state.concrete(to).is_some() {
            return format!("`{name}` points at {to}, of which the key is not known");
        }
        match self.maker_of(to) {
            Some(maker) => format!(
                "`{name}` points at {to}, which {maker} makes, but no dependency says that this comes before"
            ),
            None => format!("`{name}` points at {to}, which is not in the migrations"),
        }
    }

    /// The first migration that makes the model, or gives one its name.
    fn maker_of(&self, key: &ModelKey) -> Option<&MigrationId> {
        let migrations = self.context.project.migrations.iter();
        let of_app = migrations.filter(|it| it.works_for.as_ref().unwrap_or(&it.id.app) == &key.app);
        let makes = |value: &Value| makes(value, &key.model, DEEPEST);
        of_app.filter(|it| it.operations.iter().any(makes)).map(|it| &it.id).min()
    }
}

fn makes(value: &Value, model: &str, depth: usize) -> bool {
    let Some(left) = depth.checked_sub(1) else { return false };
    if let Some(items) = arguments::items(value) {
        return items.iter().any(|it| makes(it, model, left));
    }
    let Value::Object(object) = value else { return false };
    let given = Arguments::of(object);
    let name = match arguments::last_part(&object.class) {
        "CreateModel" => given.text(0, "name"),
        "RenameModel" => given.text(1, "new_name"),
        _ => None,
    };
    let within = || given.args.iter().chain(given.kwargs.iter().map(|(_, value)| value));
    name.is_some_and(|it| it.to_lowercase() == model) || within().any(|it| makes(it, model, left))
}
