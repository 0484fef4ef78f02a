//! Models that an operation changed in a way that was not seen: what is done to them later may be done otherwise.

use std::collections::BTreeSet;

use super::own::{both, doubt};
use super::{Executor, Sides, identify};
use crate::compile::django::arguments::Arguments;
use crate::compile::django::field::ModelKey;
use crate::compile::django::opaque::{tables_of, texts_of};
use crate::compile::django::project::{Object, Value};
use crate::migration::{MayTouch, MayUndo, Opaque};
use crate::schema::{Change, Name, TableName};

/// What one operation changed, most likely.
#[derive(Debug)]
pub struct Odd {
    /// Models, by the names that they have had since, and names that may be those of models.
    names: BTreeSet<ModelKey>,
    tables: BTreeSet<TableName>,
    reason: String,
}

impl Executor<'_> {
    /// Keeps in mind that the models that the operation says, or all of its app, may be others from here on; the reason.
    pub(super) fn has_its_own_idea(&mut self, object: &Object) -> String {
        let reason = format!("{} has its own idea of the models after it", object.class);
        let usual = Arguments::of(object);
        let more = usual.args.iter().chain(usual.kwargs.iter().map(|(_, it)| it));
        let said = more.filter_map(|it| match it {
            Value::Str(text) => Some(text.clone()),
            _ => None,
        });
        let is_name = |it: &str| it.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.'));
        let of_app = ModelKey::new(self.app.clone(), "");
        let said = texts_of(object).into_iter().chain(said).filter(|it| !it.is_empty() && is_name(it));
        let mut names: BTreeSet<ModelKey> = said.map(|it| of_app.resolve(&it)).collect();
        let is_model = |it: &ModelKey| self.from.get(it).is_some() || self.to.get(it).is_some();
        if !names.iter().any(is_model) {
            names = self.to.of_app(&self.app).map(|it| it.key.clone()).collect();
        }
        let tables = self.tables_named(names.iter().filter(|it| is_model(it)));
        self.unseen.insert(self.app.clone());
        self.odd.push(Odd { names, tables, reason: reason.clone() });
        reason
    }

    /// Keeps in mind that any model of the app may be another from here on.
    pub(super) fn may_be_any_model(&mut self, reason: String) {
        let names: BTreeSet<ModelKey> = self.to.of_app(&self.app).map(|it| it.key.clone()).collect();
        let tables = self.tables_named(names.iter());
        self.unseen.insert(self.app.clone());
        self.odd.push(Odd { names, tables, reason });
    }

    /// Keeps in mind that a model may have another table from here on, or none; the tables that it would have.
    pub(super) fn may_be_anywhere(&mut self, key: ModelKey, reason: String) -> BTreeSet<TableName> {
        let tables = self.tables_named(std::iter::once(&key));
        self.unseen.insert(key.app.clone());
        self.odd.push(Odd { names: [key].into(), tables: tables.clone(), reason });
        tables
    }

    /// Whether a model, or one of its fields, is known to be there, or not to be there.
    pub(super) fn is_in_doubt(&self, key: &ModelKey, is_there: bool) -> bool {
        (!is_there && self.unseen.contains(&key.app)) || self.odd.iter().any(|it| it.names.contains(key))
    }

    /// What was done since `before` to one of the first `known` of these models may have been done otherwise.
    pub(super) fn may_be_odd(&mut self, object: &Object, sides: Sides, known: usize, before: (usize, usize)) {
        // Its own operations were asked; SQL and code say what they do.
        let class = identify::class(object);
        use identify::Class::{RunPython, RunSql, SeparateDatabaseAndState};
        if known == 0 || matches!(class, Some(RunPython | RunSql | SeparateDatabaseAndState)) {
            return;
        }
        let named = self.models_named(object);
        let (changed, done) = doubt(self.editor.since(before));
        let all: BTreeSet<TableName> = self.editor.since(before).flat_map(tables_in).collect();
        for at in 0..known {
            let Some(odd) = self.odd.get(at) else { return };
            let is_meant = named.iter().any(|it| odd.names.contains(it));
            if !is_meant && odd.tables.is_disjoint(&all) {
                continue;
            }
            let reason = odd.reason.clone();
            if is_meant {
                let tables = self.tables_named(named.iter());
                if let Some(odd) = self.odd.get_mut(at) {
                    odd.names.extend(named.iter().cloned());
                    odd.tables.extend(tables);
                }
            }
            let Some(odd) = self.odd.get(at).filter(|_| sides.database) else { continue };
            let tables = odd.tables.clone();
            let of_these = tables.iter().filter_map(|it| self.editor.schema().tables.get(it));
            let columns: BTreeSet<Name> =
                of_these.flat_map(|it| &it.columns).map(|it| it.name.clone()).collect();
            let may_touch = MayTouch::Tables(tables.iter().chain(&changed).cloned().collect());
            let definitions = columns.clone();
            let any =
                MayUndo { columns, constraints: true, definitions, tables, own: true, ..MayUndo::default() };
            self.editor.opaque(Opaque { reason, may_touch, may_undo: both(any, done.clone()) });
            // It is told already.
            self.editor.take_unseen();
        }
    }

    pub(super) fn models_named(&self, object: &Object) -> BTreeSet<ModelKey> {
        let of_app = ModelKey::new(self.app.clone(), "");
        let arguments = Arguments::of(object);
        let named = ["model_name", "name", "old_name", "new_name"];
        let renames = identify::class(object) == Some(identify::Class::RenameModel);
        let positional = arguments.args.iter().take(if renames { 2 } else { 1 });
        let all = named.iter().filter_map(|it| arguments.named(it)).chain(positional);
        all.filter_map(|it| match it {
            Value::Str(text) => Some(of_app.resolve(text)),
            _ => None,
        })
        .collect()
    }

    fn tables_named<'k>(&self, keys: impl Iterator<Item = &'k ModelKey>) -> BTreeSet<TableName> {
        let states = [&self.from, &self.to];
        keys.flat_map(|key| states.into_iter().flat_map(|it| tables_of(key, it, self.context))).collect()
    }
}

/// The tables that a change is about: its own, the new name, what a key points at.
fn tables_in(change: &Change) -> Vec<TableName> {
    let mut tables = vec![change.table().clone()];
    match change {
        Change::RenameTable { to, .. } => tables.push(to.clone()),
        Change::AddForeignKey { foreign_key, .. } => tables.push(foreign_key.references.clone()),
        Change::CreateTable(table) => {
            tables.extend(table.foreign_keys.iter().map(|it| it.references.clone()));
        }
        _ => {}
    }
    tables
}
