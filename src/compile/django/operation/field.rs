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
            let (from, to) = (&self.from, &self.to);
            // Elsewhere a column that was new goes and leaves nothing; here the whole table may be made anew.
            if self.editor.returns_by_remaking(made) {
                self.editor.there_and_back(
                    |it| it.add_field(to, &before, &after, made),
                    |it| it.remove_field(to, from, &after, made),
                );
            } else {
                self.editor.add_field(to, &before, &after, made);
            }
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
            let (from, to) = (&self.from, &self.to);
            let after = to.get(&key).unwrap_or(&before);
            self.editor.there_and_back(
                |it| it.remove_field(from, to, &before, &field),
                |it| it.add_field(from, after, &before, &field),
            );
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
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.alter_field(from, to, &before, &after, &old, &field),
                |it| it.alter_field(to, from, &after, &before, &field, &old),
            );
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
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.alter_field(from, to, &before, &after, &old, new),
                |it| it.alter_field(to, from, &after, &before, new, &old),
            );
        }
        if !call.sides.state {
            self.to.rename_field(&key, &new_name, &old_name, self.context);
        }
        Ok(())
    }
}
