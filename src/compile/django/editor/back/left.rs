//! The difference that a way back leaves, as changes in the words of the schema before the migration.

use std::sync::Arc;

use super::super::{find, remake};
use crate::schema::{Change, ConstraintRef, IndexKey, IndexPart, Name, Schema, Spelling, Table, TableName};

/// What makes of a table what stands now; one that was not there leaves nothing that could be missed.
pub fn left_of(was: Option<&Table>, name: &TableName, schema: &Schema) -> Vec<Change> {
    match (was, schema.tables.get(name)) {
        (None, _) => Vec::new(),
        (Some(_), None) => vec![Change::DropTable { table: name.clone() }],
        (Some(was), Some(is)) if *was == **is => Vec::new(),
        (Some(was), Some(is)) => remake::steps(&uncertain(was), &uncertain(is)),
    }
}

/// A renaming leaves the text of expressions, which is less certain then.
fn uncertain(table: &Table) -> Table {
    let mut table = table.clone();
    for unique in &mut table.uniques {
        doubt_parts(&mut unique.parts);
        unique.condition.iter_mut().for_each(doubt);
    }
    for index in &mut table.indexes {
        doubt_parts(&mut index.parts);
        index.condition.iter_mut().for_each(doubt);
    }
    for exclusion in &mut table.exclusions {
        doubt_parts(&mut exclusion.parts);
        exclusion.condition.iter_mut().for_each(doubt);
    }
    table.checks.iter_mut().for_each(|it| doubt(&mut it.expression));
    for column in table.columns.iter_mut().filter(|it| it.generated.is_some()) {
        column.generated.iter_mut().for_each(|it| doubt(&mut it.expression));
    }
    table
}

fn doubt(spelling: &mut Spelling) {
    if let Spelling::Certain(text) = spelling {
        *spelling = Spelling::Uncertain(Arc::clone(text));
    }
}

fn doubt_parts(parts: &mut [IndexPart]) {
    for part in parts {
        if let IndexKey::Expression(expression) = &mut part.key {
            doubt(expression);
        }
    }
}

/// What is left, in the words of a schema before `earlier` was done; what that made goes on the way back.
pub fn before_it(left: &mut Vec<Change>, earlier: &Change) {
    if let Change::CreateTable(made) = earlier {
        left.retain(|it| *it.table() != made.name);
    } else if let Change::AddColumn { table, column } = earlier {
        left.retain(|it| it.table() != table || defined_by(it) != Some(&column.name));
    } else if let Change::RenameTable { from, to } = earlier {
        for change in left {
            change.for_each_table_name(|name| {
                if name == to {
                    *name = from.clone();
                }
            });
        }
    } else if let Change::RenameColumn { table, from, to } = earlier {
        for change in left {
            find::rename_column(change, table, to, from);
            if change.table() == table {
                rename_column(change, to, from);
            }
        }
    } else if let Change::RenameConstraint { table, from, to } = earlier {
        for change in left.iter_mut().filter(|it| it.table() == table) {
            if let Some(ConstraintRef::Name(name)) = reference(change)
                && name == to
            {
                *name = from.clone();
            }
        }
    }
}

/// Whether there is more than before.
pub fn adds(change: &Change) -> bool {
    matches!(
        change,
        Change::CreateTable(_)
            | Change::AddColumn { .. }
            | Change::AddPrimaryKey { .. }
            | Change::AddUnique { .. }
            | Change::AddForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::AddIndex { .. }
            | Change::AddExclusion { .. }
    )
}

/// The column that a change alters or drops.
fn defined_by(change: &Change) -> Option<&Name> {
    if let Change::AlterColumn { column, .. } = change {
        Some(&column.name)
    } else if let Change::DropColumn { column, .. } = change {
        Some(column)
    } else {
        None
    }
}

/// The constraint or index that a change drops.
fn reference(change: &mut Change) -> Option<&mut ConstraintRef> {
    if let Change::DropUnique { unique: it, .. }
    | Change::DropForeignKey { foreign_key: it, .. }
    | Change::DropCheck { check: it, .. }
    | Change::DropIndex { index: it, .. }
    | Change::DropExclusion { exclusion: it, .. } = change
    {
        Some(it)
    } else {
        None
    }
}

fn rename_column(change: &mut Change, from: &Name, to: &Name) {
    let rename = |name: &mut Name| {
        if name == from {
            *name = to.clone();
        }
    };
    if let Change::AlterColumn { column, .. } = change {
        rename(&mut column.name);
    } else if let Change::DropColumn { column, .. } = change {
        rename(column);
    } else if let Some(ConstraintRef::Columns(columns)) = reference(change) {
        columns.iter_mut().for_each(rename);
    }
}
