//! Operations on indexes and constraints.

use std::sync::Arc;

use super::super::arguments;
use super::super::editor::{OldIndex, Together, is_an_index};
use super::super::index::{Key, KeyOf, Method, ModelConstraint, ModelIndex};
use super::super::state::Model;
use super::{Call, Executor, Unseen};

/// The third argument of `SchemaEditor.alter_unique_together`, which no operation takes.
const BEFORE: &str = "«before»";

type Names = Vec<Vec<Arc<str>>>;

impl Executor<'_> {
    pub(super) fn alter_unique_together(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        self.alter_together(call, Together::Unique, "unique_together", |it| &mut it.options.unique_together)
    }

    pub(super) fn alter_index_together(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        self.alter_together(call, Together::Index, "index_together", |it| &mut it.options.index_together)
    }

    fn alter_together(
        &mut self,
        call: Call<'_>,
        which: Together,
        argument: &str,
        option: impl Fn(&mut Model) -> &mut Names,
    ) -> Result<(), Unseen> {
        let name = call.text(0, "name")?;
        let (key, before) = self.model_of(&name)?;
        let value = call.value(1, argument)?;
        let Some(new) = arguments::together(value) else {
            return Err(self.unseen_of(&before, format!("`{argument}` was not seen through")));
        };
        // Code says itself what was there.
        let said = match call.arguments.get(2, BEFORE).map(arguments::together) {
            Some(None) => return Err(self.unseen_of(&before, "what was there was not seen through")),
            Some(said) => said,
            None => None,
        };
        let mut old = Vec::new();
        self.to.change(&key, self.context, |model| old = std::mem::replace(option(model), new.clone()));
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            let (from, to, was) = (&self.from, &self.to, said.as_ref().unwrap_or(&old));
            self.editor.there_and_back(
                |it| it.alter_together(which, to, &after, was, &new),
                |it| it.alter_together(which, from, &before, &new, was),
            );
        }
        if !call.sides.state {
            self.to.change(&key, self.context, |model| *option(model) = old);
        }
        Ok(())
    }

    pub(super) fn add_index(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "model_name")?;
        let (key, before) = self.model_of(&name)?;
        let index = ModelIndex::read(call.value(1, "index")?);
        if call.sides.state {
            let index = index.clone();
            self.to.change(&key, self.context, |model| model.options.indexes.push(index));
        }
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.add_index(to, &after, &index),
                |it| it.remove_index(from, &after, &index),
            );
        }
        Ok(())
    }

    pub(super) fn remove_index(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, name) = (call.text(0, "model_name")?, call.text(1, "name")?);
        let (key, before) = self.model_of(&model)?;
        let index = before.options.indexes.iter().find(|it| it.name.as_ref() == Some(&name));
        if call.sides.state {
            let keep = |it: &ModelIndex| it.name.as_ref() != Some(&name);
            self.to.change(&key, self.context, |model| model.options.indexes.retain(keep));
        }
        if call.sides.database && before.has_table(self.context) {
            let Some(index) = index else {
                return Err(self.unseen_of(&before, format!("{key} has no index {name}")));
            };
            let from = &self.from;
            self.editor.there_and_back(
                |it| it.remove_index(from, &before, index),
                |it| it.add_index(from, &before, index),
            );
        }
        Ok(())
    }

    pub(super) fn rename_index(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, new_name) = (call.text(0, "model_name")?, call.text(1, "new_name")?);
        let (key, before) = self.model_of(&model)?;
        let old_fields: Vec<Arc<str>> = call
            .arguments
            .get(3, "old_fields")
            .and_then(arguments::items)
            .unwrap_or_default()
            .iter()
            .filter_map(arguments::text)
            .collect();
        let old_name = call.arguments.text(2, "old_name");
        let old = match &old_name {
            Some(name) => OldIndex::Name(name),
            None if !old_fields.is_empty() => OldIndex::Fields(&old_fields),
            None => return Err(self.unseen_of(&before, "which index gets a new name was not seen through")),
        };
        if call.sides.state {
            self.to.change(&key, self.context, |model| match &old_name {
                Some(old) => {
                    for index in &mut model.options.indexes {
                        if index.name.as_ref() == Some(old) {
                            index.name = Some(new_name.clone());
                        }
                    }
                }
                None => {
                    model.options.index_together.retain(|fields| *fields != old_fields);
                    model.options.indexes.push(plain_index(&new_name, &old_fields));
                }
            });
        }
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            self.editor.rename_index(&self.to, &after, old, &new_name);
        }
        Ok(())
    }

    pub(super) fn add_constraint(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let name = call.text(0, "model_name")?;
        let (key, before) = self.model_of(&name)?;
        let constraint = ModelConstraint::read(call.value(1, "constraint")?);
        if call.sides.state && !self.keeps(&constraint) {
            let constraint = constraint.clone();
            self.to.change(&key, self.context, |model| model.options.constraints.push(constraint));
        }
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.add_constraint(to, &after, &constraint),
                |it| it.remove_constraint(from, &before, &constraint),
            );
        }
        Ok(())
    }

    /// Whether the models decide of it, whatever the code of a `RunPython` says: it is a part of a table that SQLite makes anew
    /// from them.
    fn keeps(&self, constraint: &ModelConstraint) -> bool {
        self.keeps_models && !is_an_index(constraint)
    }

    pub(super) fn remove_constraint(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, name) = (call.text(0, "model_name")?, call.text(1, "name")?);
        let (key, before) = self.model_of(&model)?;
        let constraint = before.options.constraints.iter().find(|it| it.name() == Some(&name)).cloned();
        if call.sides.state && !constraint.as_ref().is_some_and(|it| self.keeps(it)) {
            let keep = |it: &ModelConstraint| it.name() != Some(&name);
            self.to.change(&key, self.context, |model| model.options.constraints.retain(keep));
        }
        let after = self.model_after(&key, &before);
        if call.sides.database && after.has_table(self.context) {
            let Some(constraint) = constraint else {
                return Err(self.unseen_of(&before, format!("{key} has no constraint {name}")));
            };
            let (from, to) = (&self.from, &self.to);
            self.editor.there_and_back(
                |it| it.remove_constraint(to, &after, &constraint),
                |it| it.add_constraint(from, &before, &constraint),
            );
        }
        Ok(())
    }

    /// The state's side only: what it changes, the database does not know of.
    pub(super) fn alter_constraint(&mut self, call: Call<'_>) -> Result<(), Unseen> {
        let (model, name) = (call.text(0, "model_name")?, call.text(1, "name")?);
        let (key, _) = self.model_of(&model)?;
        let constraint = ModelConstraint::read(call.value(2, "constraint")?);
        if call.sides.state {
            self.to.change(&key, self.context, |model| {
                for it in model.options.constraints.iter_mut().filter(|it| it.name() == Some(&name)) {
                    *it = constraint.clone();
                }
            });
        }
        Ok(())
    }
}

/// What `index_together` had made, as an index of `Meta.indexes`.
fn plain_index(name: &Arc<str>, fields: &[Arc<str>]) -> ModelIndex {
    let key =
        |field: &Arc<str>| Key { of: KeyOf::Field(field.clone()), descending: false, operator_class: None };
    ModelIndex {
        name: Some(name.clone()),
        method: Method::BTree,
        keys: fields.iter().map(key).collect(),
        include: Vec::new(),
        condition: None,
        notice: None,
    }
}
