//! Tables and columns that migrations delete and create again: who is to say which of them stands last?

use std::collections::BTreeSet;

use super::note::{HistoryNote, HistoryStep, Line, Smell};
use super::numbers::short_name;
use crate::migration::{Migration, Operation};
use crate::schema::{Change, Name, TableName};

/// A table, or a column of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Object {
    table: TableName,
    column: Option<Name>,
}

impl Object {
    fn table(table: &TableName) -> Self {
        Self { table: table.clone(), column: None }
    }

    fn column(table: &TableName, column: &Name) -> Self {
        Self { table: table.clone(), column: Some(column.clone()) }
    }
}

pub(super) fn notes(line: &Line<'_>) -> Vec<HistoryNote> {
    let again = recreated(line);
    again.iter().filter_map(|object| note(line, object)).collect()
}

/// What a migration created after an earlier one had deleted it. Both in one migration is how a tool
/// replaces an object.
fn recreated(line: &Line<'_>) -> BTreeSet<Object> {
    let mut deleted: std::collections::BTreeMap<Object, u32> = Default::default();
    let mut again = BTreeSet::new();
    for (position, change) in changes(line) {
        match change {
            Change::DropTable { table } => drop(deleted.insert(Object::table(table), position)),
            Change::DropColumn { table, column } => {
                deleted.insert(Object::column(table, column), position);
            }
            Change::CreateTable(table) => {
                let object = Object::table(&table.name);
                if deleted.get(&object).is_some_and(|at| *at != position) {
                    again.insert(object);
                }
            }
            Change::AddColumn { table, column } => {
                let object = Object::column(table, &column.name);
                if deleted.get(&object).is_some_and(|at| *at != position) {
                    again.insert(object);
                }
            }
            // A renaming takes the object along: it was never gone.
            Change::RenameTable { .. } | Change::RenameColumn { .. } => {}
            Change::AlterColumn { .. }
            | Change::AddPrimaryKey { .. }
            | Change::DropPrimaryKey { .. }
            | Change::AddUnique { .. }
            | Change::DropUnique { .. }
            | Change::AddForeignKey { .. }
            | Change::DropForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::DropCheck { .. }
            | Change::AddIndex { .. }
            | Change::DropIndex { .. }
            | Change::AddExclusion { .. }
            | Change::DropExclusion { .. }
            | Change::RenameConstraint { .. } => {}
        }
    }
    again
}

fn changes<'a>(line: &'a Line<'_>) -> impl Iterator<Item = (u32, &'a Change)> {
    let migration = |position: &u32| Some((*position, line.manifest.migration(*position)?));
    line.positions
        .iter()
        .filter_map(migration)
        .flat_map(|(position, migration)| changes_of(migration).map(move |change| (position, change)))
}

fn changes_of(migration: &Migration) -> impl Iterator<Item = &Change> {
    migration.operations.iter().filter_map(|operation| match operation {
        Operation::Change(change) => Some(change),
        Operation::Opaque(_) => None,
    })
}

fn note(line: &Line<'_>, object: &Object) -> Option<HistoryNote> {
    let mut steps: Vec<HistoryStep> = Vec::new();
    let mut was_there = false;
    for (position, change) in changes(line) {
        let Some(what) = what_it_does(change, object, was_there) else { continue };
        was_there = true;
        steps.extend(line.step(position, what));
    }
    let app = steps.first()?.migration.app.clone();
    let name = match &object.column {
        Some(column) => format!("{}.{column}", object.table),
        None => object.table.to_string(),
    };
    let told: Vec<String> = (steps.iter())
        .map(|step| {
            let pending = if step.recorded { "" } else { " (pending)" };
            format!("{} by {}{pending}", step.what, short_name(line, &step.migration, &app))
        })
        .collect();
    let message = format!("{name}: {}", told.join(", "));
    Some(HistoryNote { smell: Smell::RecreatedObject, app, object: Some(name), steps, message })
}

fn what_it_does(change: &Change, object: &Object, was_there: bool) -> Option<String> {
    let made = || if was_there { "restored" } else { "created" }.to_owned();
    let is_it = |table: &TableName, name: &Name| {
        *table == object.table && object.column.as_ref().is_some_and(|it| it == name)
    };
    let is_table = object.column.is_none();
    match change {
        Change::CreateTable(table) => {
            let has_it = object.column.as_ref().is_none_or(|it| table.column(it).is_some());
            (table.name == object.table && has_it).then(made)
        }
        Change::DropTable { table } => (*table == object.table).then(|| "deleted".to_owned()),
        Change::RenameTable { from, .. } if is_table && *from == object.table => {
            Some("renamed away".to_owned())
        }
        Change::RenameTable { from, to } => {
            (is_table && *to == object.table).then(|| format!("renamed from {from}"))
        }
        Change::AddColumn { table, column } => is_it(table, &column.name).then(made),
        Change::DropColumn { table, column } => is_it(table, column).then(|| "deleted".to_owned()),
        Change::RenameColumn { table, from, .. } if is_it(table, from) => Some("renamed away".to_owned()),
        Change::RenameColumn { table, from, to } => is_it(table, to).then(|| format!("renamed from {from}")),
        Change::AlterColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::DropPrimaryKey { .. }
        | Change::AddUnique { .. }
        | Change::DropUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::DropForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::DropCheck { .. }
        | Change::AddIndex { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => None,
    }
}
