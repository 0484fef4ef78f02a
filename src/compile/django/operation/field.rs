//! Operations on fields.

use super::super::state::ModelField;
use super::{Call, Executor, Unseen};

impl Executor<'_> {
    pub(super) fn add_field(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, name) = (call.text(0, "model_name")?, call.text(1, "name")?);
        let (key, before) = self.model_of(&model)?;
        let value = call.value(2, "field")?;
        let field = ModelField::read(&name, value, &key, self.context.project);
        self.tell_fields(std::slice::from_ref(&field), call.at);
        let replaced = field.clone();
        self.to.change(&key, self.context, |model| model.put_field(replaced));
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            // Django may have changed it: a parent's pointer becomes the primary key.
            let made = after.field(&name).unwrap_or(&field.field);
            self.editor.add_field(&self.to, &before, &after, made);
        }
        if !call.sides.state {
            self.to.change(&key, self.context, |model| model.remove_field(&name));
        }
        Ok(())
    }

    pub(super) fn remove_field(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, name) = (call.text(0, "model_name")?, call.text(1, "name")?);
        let (key, before) = self.model_of(&model)?;
        let Some(field) = before.field(&name).cloned() else {
            return Err(self.unseen_of(&before, format!("{key} has no field {name}")));
        };
        if call.sides.state {
            self.to.change(&key, self.context, |model| model.remove_field(&name));
        }
        if call.sides.database && before.has_table(self.context) {
            self.editor.remove_field(&self.from, &self.to, &before, &field);
        }
        Ok(())
    }

    pub(super) fn alter_field(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, name) = (call.text(0, "model_name")?, call.text(1, "name")?);
        let (key, before) = self.model_of(&model)?;
        let value = call.value(2, "field")?;
        let field = ModelField::read(&name, value, &key, self.context.project);
        self.tell_fields(std::slice::from_ref(&field), call.at);
        let Some(old) = before.written(&name).cloned() else {
            return Err(self.unseen_of(&before, format!("{key} has no field {name}")));
        };
        let new = field.clone();
        self.to.change(&key, self.context, |model| model.put_field(new));
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            self.editor.alter_field(&self.from, &self.to, &before, &after, &old, &field);
        }
        if !call.sides.state {
            self.to.change(&key, self.context, |model| model.put_field(old));
        }
        Ok(())
    }

    pub(super) fn rename_field(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let model = call.text(0, "model_name")?;
        let (old_name, new_name) = (call.text(1, "old_name")?, call.text(2, "new_name")?);
        let (key, before) = self.model_of(&model)?;
        let Some(old) = before.written(&old_name).cloned() else {
            return Err(self.unseen_of(&before, format!("{key} has no field {old_name}")));
        };
        self.to.rename_field(&key, &old_name, &new_name, self.context);
        let after = self.model_after(&key, &before);
        if call.sides.database
            && after.has_table(self.context)
            && let Some(new) = after.written(&new_name)
        {
            self.editor.alter_field(&self.from, &self.to, &before, &after, &old, new);
        }
        if !call.sides.state {
            self.to.rename_field(&key, &new_name, &old_name, self.context);
        }
        Ok(())
    }
}
