//! Differences split into steps, and the order in which they are taken.

use crate::dialect::Dialect;
use crate::repair::hindrance;
use crate::schema::Change;

/// New tables and columns.
pub const LAST_BEFORE_REBUILD: u8 = 1;

/// What is added, for a person.
pub fn describe(change: &Change) -> String {
    let table = change.table();
    match change {
        Change::CreateTable(_) => format!("table {table}"),
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => {
            format!("column {table}.{}", column.name)
        }
        Change::AddPrimaryKey { primary_key, .. } => format!("{primary_key} on table {table}"),
        Change::AddUnique { unique, .. } => format!("{unique} on table {table}"),
        Change::AddForeignKey { foreign_key, .. } => format!("{foreign_key} on table {table}"),
        Change::AddCheck { check, .. } => format!("{check} on table {table}"),
        Change::AddIndex { index, .. } => format!("{index} on table {table}"),
        Change::AddExclusion { exclusion, .. } => format!("{exclusion} on table {table}"),
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => format!("table {table}"),
    }
}

/// What is unexpected may be somebody's, and stays.
pub fn is_addition(change: &Change) -> bool {
    match change {
        Change::CreateTable(_)
        | Change::AddColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::AddUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::AddIndex { .. }
        | Change::AddExclusion { .. }
        | Change::AlterColumn { .. } => true,
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => false,
    }
}

/// A new table becomes the bare table and a step for each thing that is made beside it.
pub fn split(dialect: Dialect, change: Change) -> Vec<Change> {
    let Change::CreateTable(table) = change else { return vec![change] };
    let (mut table, rest) = dialect.split_table(&table);
    let name = table.name.clone();
    // What cannot be written must not keep the whole table from being made.
    let (old, known) = table.checks.into_iter().partition(|it| hindrance::has_old_names(dialect, it));
    table.checks = known;
    let old = Vec::into_iter(old).map(|check| Change::AddCheck { table: name.clone(), check });
    std::iter::once(Change::CreateTable(table.into())).chain(rest).chain(old).collect()
}

/// The place after which no index is made any more.
pub const INDEXES_MADE: u8 = 7;

pub fn order(change: &Change) -> u8 {
    match change {
        Change::CreateTable(_) => 0,
        Change::AddColumn { .. } => 1,
        Change::AlterColumn { .. } => 2,
        Change::AddPrimaryKey { .. } => 3,
        Change::AddUnique { .. } => 4,
        Change::AddCheck { .. } | Change::AddExclusion { .. } => 5,
        Change::AddIndex { .. } => 6,
        Change::AddForeignKey { .. } => 8,
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => 9,
    }
}
