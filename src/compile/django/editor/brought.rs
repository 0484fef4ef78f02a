//! Fields that bring others along: Django's autodetector writes these into the migration too, behind the one that brings them.

use super::define::{adds, has_all};
use super::{Editor, Field, Model, State};

impl Editor<'_> {
    /// A field that is added. Elsewhere than on SQLite, whose tables are made anew with all that their models have, no more
    /// than its own column is.
    pub(super) fn note_brought(&mut self, model: &Model, field: &Field) {
        let Some(all) = &field.adds else { return };
        if all.names.is_none() || all.to_meta {
            if let Some(reason) = adds(field) {
                self.added_in(&self.table_of(model), reason);
            }
        } else if self.is_sqlite() && !self.back.is_trial {
            self.brought.push((model.key.clone(), field.name.clone()));
        }
    }

    /// Whether it is told at the end of the migration what a field brings along.
    pub(super) fn tells_later(&self, model: &Model, field: &Field) -> bool {
        self.brought.iter().any(|(key, name)| *key == model.key && *name == field.name)
    }

    /// What the models at the end of a migration still lack of what such fields bring.
    pub fn tell_brought(&mut self, state: &State) {
        for (key, name) in std::mem::take(&mut self.brought) {
            let Some(model) = state.get(&key) else { continue };
            let Some(field) = model.field(&name) else { continue };
            let lacks = field.adds.as_ref().is_some_and(|it| !has_all(model, field, it));
            if lacks && let Some(reason) = adds(field) {
                self.added_in(&self.table_of(model), reason);
            }
        }
    }
}
