//! What hangs on an order that the graph leaves open: a migration changes a key or a table's name, and one of another app,
//! which neither waits for it nor is waited for, points at it. A database has them in the order in which it grew, and
//! may have only one of them yet. So all that may be is said.

mod cascade;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Editor, Kind};
use crate::compile::django::field::{Field, ModelKey, Relation, Scalar};
use crate::compile::django::graph::Ancestors;
use crate::compile::django::state::{Model, State};
use crate::schema::{Change, Column, OR, Spelling, TableName};

/// Keys that are foreign keys that are foreign keys ….
const LONGEST_CHAIN: usize = 8;

/// A model before and after a change of it.
pub type Versions = [Option<Arc<Model>>; 2];

/// What is known of the order of the migrations done so far.
#[derive(Clone, Debug, Default)]
pub struct Order {
    ancestors: Ancestors,
    /// The migration at hand, by its position.
    at: usize,
    /// The models whose key was changed: by which migration, and what they were before it.
    turned: BTreeMap<ModelKey, Vec<(usize, Arc<Model>)>>,
    /// Which migration gave a model a field that points at another.
    since: BTreeMap<(ModelKey, Arc<str>), usize>,
    /// Which migrations made a table of SQLite anew, by which its columns took the types of that moment.
    remade: BTreeMap<TableName, Vec<usize>>,
    pub(super) cascades: cascade::Cascades,
    /// By which migrations a model was changed, and what it was before and after.
    changes: BTreeMap<ModelKey, Vec<(usize, Versions)>>,
}

impl Order {
    pub fn new(ancestors: Ancestors) -> Self {
        Self { ancestors, ..Self::default() }
    }

    pub fn begin(&mut self, migration: usize) {
        self.at = migration;
    }

    /// What a model was before and after each migration that may be done before `at` in one database, and after it in
    /// another.
    pub fn open_changes(&self, key: &ModelKey, at: usize) -> impl Iterator<Item = &Versions> {
        let changes = self.changes.get(key).map(Vec::as_slice).unwrap_or_default();
        let is_open = move |by: usize| !self.ancestors.is_before(by, at) && !self.ancestors.is_before(at, by);
        changes.iter().filter(move |(by, _)| is_open(*by)).map(|(_, models)| models)
    }

    pub fn note_remade(&mut self, table: &TableName) {
        let by = self.remade.entry(table.clone()).or_default();
        if by.last() != Some(&self.at) {
            by.push(self.at);
        }
    }

    pub fn rename_table(&mut self, from: &TableName, to: &TableName) {
        if let Some(by) = self.remade.remove(from) {
            self.remade.insert(to.clone(), by);
        }
    }

    /// Whether the table may be made anew after the migration at hand by one that was done before.
    fn may_be_remade(&self, table: &TableName) -> bool {
        self.remade.get(table).is_some_and(|by| by.iter().any(|it| !self.ancestors.is_before(*it, self.at)))
    }

    /// What a model may still be for the migration at hand, beside what it is.
    fn alternatives(&self, key: &ModelKey) -> impl Iterator<Item = &Arc<Model>> {
        let turns = self.turned.get(key).map(Vec::as_slice).unwrap_or_default();
        turns.iter().filter(|(by, _)| !self.ancestors.is_before(*by, self.at)).map(|(_, before)| before)
    }

    /// The types that a relation may take from the key it points at, beside the one it has.
    fn scalars(&self, state: &State, relation: &Relation, depth: usize, found: &mut Vec<Scalar>) {
        let Some(left) = depth.checked_sub(1) else { return };
        let Some(model) = relation.to.as_ref().and_then(|to| state.concrete(to)) else { return };
        let mut follow = |field: &Field, is_open: bool| match &field.kind {
            Kind::Relation(further) => self.scalars(state, further, left, found),
            Kind::Scalar(scalar) if is_open => found.push(scalar.clone()),
            Kind::Scalar(_)
            | Kind::Generated(_)
            | Kind::Absent
            | Kind::CompositePrimaryKey(_)
            | Kind::ManyToMany(_)
            | Kind::Unknown => {}
        };
        for other in self.alternatives(&model.key) {
            if let Some(field) = target_of(other, relation) {
                follow(field, true);
            }
        }
        if let Some((_, field)) = state.target(relation) {
            follow(field, false);
        }
    }
}

fn target_of<'m>(model: &'m Model, relation: &Relation) -> Option<&'m Arc<Field>> {
    match &relation.to_field {
        Some(name) => model.field(name),
        None => model.primary_key(),
    }
}

/// `bigint | integer`; of the same certainty as the less certain.
pub(super) fn either(types: &[Spelling]) -> Spelling {
    let mut texts: Vec<&str> = Vec::new();
    for text in types.iter().filter_map(Spelling::text).flat_map(|it| it.split(OR)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let joined = texts.join(OR);
    if types.iter().any(|it| it.text().is_none()) {
        Spelling::Unread
    } else if types.iter().all(|it| matches!(it, Spelling::Certain(_))) {
        Spelling::certain(joined)
    } else {
        Spelling::uncertain(joined)
    }
}

/// Whether a model has the very same field in the same place, as most fields are while others change.
fn is_at(model: &Model, at: usize, field: &Arc<Field>) -> bool {
    model.local.get(at).is_some_and(|it| Arc::ptr_eq(it, field))
}

impl Editor<'_> {
    /// The type of a relation's column, with those that it may have by another order.
    pub(super) fn open_type(&self, state: &State, field: &Field, usual: &Spelling) -> Spelling {
        let Kind::Relation(relation) = &field.kind else { return usual.clone() };
        let mut scalars = Vec::new();
        self.order.scalars(state, relation, LONGEST_CHAIN, &mut scalars);
        let mut types = vec![usual.clone()];
        for scalar in scalars {
            let Some(name) = field.column() else { continue };
            if let Some(other) = self.context.backend.column(field, &name, Some(&scalar))
                && !types.contains(&other.data_type)
            {
                types.push(other.data_type);
            }
        }
        if types.len() == 1 { usual.clone() } else { either(&types) }
    }

    /// Takes note of what the operation at hand did to the models that others point at, and of who points at others.
    pub fn follow_order(&mut self, from: &State, to: &State) {
        let mut touched: Vec<(ModelKey, Option<ModelKey>)> = Vec::new();
        for key in to.touched() {
            let old = if from.get(key).is_some() { None } else { to.old_name_of(key).cloned() };
            touched.push((key.clone(), old));
            let models = [from.get(key).cloned(), to.get(key).cloned()];
            self.order.changes.entry(key.clone()).or_default().push((self.order.at, models));
        }
        for (key, old) in touched {
            let Some(after) = to.get(&key) else { continue };
            if let Some(old) = &old {
                self.rename_in_order(old, &key);
            }
            let before = from.get(old.as_ref().unwrap_or(&key));
            self.note_relations(&key, before, after);
            if let Some(before) = before
                && self.is_turned((from, before), (to, after))
            {
                let by = self.order.at;
                self.order.turned.entry(key.clone()).or_default().push((by, before.clone()));
                self.open_those_that_point_at(to, &key);
            }
        }
    }

    fn rename_in_order(&mut self, old: &ModelKey, new: &ModelKey) {
        if let Some(turns) = self.order.turned.remove(old) {
            self.order.turned.entry(new.clone()).or_default().extend(turns);
        }
        let fields: Vec<_> = self.order.since.keys().filter(|(key, _)| key == old).cloned().collect();
        for field in fields {
            if let Some(since) = self.order.since.remove(&field) {
                self.order.since.insert((new.clone(), field.1), since);
            }
        }
    }

    fn note_relations(&mut self, key: &ModelKey, before: Option<&Arc<Model>>, after: &Model) {
        for (at, field) in after.local.iter().enumerate() {
            let points = matches!(field.kind, Kind::Relation(_) | Kind::ManyToMany(_));
            if points && before.is_none_or(|it| !is_at(it, at, field) && it.field(&field.name).is_none()) {
                self.order.since.insert((key.clone(), field.name.clone()), self.order.at);
            }
        }
    }

    /// Whether what points at the model points at something else after it.
    fn is_turned(&self, (from, before): (&State, &Model), (to, after): (&State, &Model)) -> bool {
        // The keys of SQLite are all `integer`, and what points at them is not.
        let of = |state: &State, field: &Field| {
            (state.column_type(field, self.context).map(|it| it.data_type), state.scalar(field))
        };
        let key_changes = |(at, field): (usize, &Arc<Field>)| {
            // What takes its type from elsewhere may change without being changed.
            let is_same = is_at(after, at, field) && !matches!(field.kind, Kind::Relation(_));
            !is_same && after.field(&field.name).is_none_or(|it| of(from, field) != of(to, it))
        };
        before.local.iter().enumerate().filter(|(_, it)| it.primary_key || it.unique).any(key_changes)
    }

    /// A column that was there, and follows the key by what Django does now or not at all, may as well have been made
    /// afterwards: then it has the new type.
    fn open_those_that_point_at(&mut self, state: &State, key: &ModelKey) {
        let names = state.descendants(key);
        let mut columns: Vec<(TableName, Column)> = Vec::new();
        let is_open = |model: &Model, field: &Field| {
            let since = self.order.since.get(&(model.key.clone(), field.name.clone()));
            since.is_some_and(|since| !self.order.ancestors.is_before(*since, self.order.at))
        };
        for model in state.around(&names) {
            for field in &model.local {
                match &field.kind {
                    Kind::Relation(relation)
                        if relation.to.as_ref().is_some_and(|to| names.contains(&to)) =>
                    {
                        if is_open(model, field) || self.order.may_be_remade(&self.table_of(model)) {
                            columns.extend(self.opened(state, model, field));
                        }
                    }
                    Kind::ManyToMany(many)
                        if many.to.as_ref().is_some_and(|to| names.contains(&to))
                            || names.contains(&&model.key) =>
                    {
                        let Some(through) = state.through(model, field, self.context) else { continue };
                        if !is_open(model, field) && !self.order.may_be_remade(&self.table_of(&through)) {
                            continue;
                        }
                        for field in through.local.iter().filter(|it| matches!(it.kind, Kind::Relation(_))) {
                            columns.extend(self.opened(state, &through, field));
                        }
                    }
                    Kind::Relation(_)
                    | Kind::ManyToMany(_)
                    | Kind::Scalar(_)
                    | Kind::Generated(_)
                    | Kind::Absent
                    | Kind::CompositePrimaryKey(_)
                    | Kind::Unknown => {}
                }
            }
        }
        for (table, column) in columns {
            self.change(Change::AlterColumn { table, column });
        }
    }

    /// The column as it stands, with the type that it would be made with now beside its own.
    fn opened(&self, state: &State, model: &Model, field: &Field) -> Option<(TableName, Column)> {
        let table = self.table_of(model);
        let new = state.column_type(field, self.context)?.data_type;
        let stands = self.schema.tables.get(&table)?.column(&field.column()?)?;
        let data_type = either(&[stands.data_type.clone(), new]);
        (data_type != stands.data_type).then(|| (table, stands.clone().with(|it| it.data_type = data_type)))
    }
}
