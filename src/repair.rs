//! A repair plan: the ordered, idempotent, additive statements that make what is missing. Pure.
//!
//! Never a DROP, never a narrowing: what cannot be mended by adding is left out, and told.

mod giving_way;
mod hindrance;
#[cfg(test)]
mod tests;

use crate::dialect::{Dialect, NotRenderable};
use crate::schema::{Change, Schema, diff};

/// What to run, in this order, and what a person must do himself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub statements: Vec<Statement>,
    pub left_out: Vec<LeftOut>,
}

/// One statement, without its semicolon, and the change that it carries out (alone or with its neighbours).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub sql: String,
    /// It does nothing where its object is there already; else it must not run twice.
    pub guarded: bool,
    pub mends: Change,
}

/// A difference that no additive statement mends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub change: Change,
    pub reason: String,
}

/// Plans the repair of `actual`, so that nothing that `expected` has is missing any more.
///
/// Tables come first, foreign keys last, so that every object finds what it refers to. What needs something
/// that is left out is left out too. The statements are for one connection whose current schema is the
/// audited one.
pub fn plan(dialect: Dialect, actual: &Schema, expected: &Schema) -> Plan {
    let mut plan = Plan::default();
    let standing = actual;
    let actual = &*giving_way::without(dialect, actual, expected);
    let changes = diff(actual, expected).changes.into_iter();
    let mut changes: Vec<Change> = changes.flat_map(|change| split(dialect, change)).collect();
    changes.sort_by_key(|change| match step(change) {
        step if step < INDEXES_MADE && giving_way::waits_for_its_name(dialect, standing, change) => {
            INDEXES_MADE
        }
        step => step,
    });
    for change in changes {
        let Some(reason) = change_or_reason(dialect, actual, &change, &plan.left_out) else { continue };
        match reason {
            Ok(statements) => {
                let guarded = dialect.has_guard(&change);
                let statement = |sql| Statement { sql, guarded, mends: change.clone() };
                plan.statements.extend(statements.into_iter().map(statement));
            }
            Err(reason) => plan.left_out.push(LeftOut { change, reason }),
        }
    }
    plan
}

/// The statements of an addition, or why there are none; `None` for what is unexpected, which may be
/// somebody's and stays.
fn change_or_reason(
    dialect: Dialect,
    actual: &Schema,
    change: &Change,
    left_out: &[LeftOut],
) -> Option<Result<Vec<String>, String>> {
    match change {
        Change::CreateTable(_)
        | Change::AddColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::AddUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::AddIndex { .. } => Some(match hindrance::hindrance(dialect, actual, change, left_out) {
            Some(reason) => Err(reason),
            None => dialect.render_guarded(change).map_err(|NotRenderable(reason)| reason),
        }),
        Change::AlterColumn { table, column } => {
            Some(Err(format!("{table}.{} is there, but differs: changing it may lose data", column.name)))
        }
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => None,
    }
}

/// A new table becomes the bare table and a step for each thing that is made beside it.
fn split(dialect: Dialect, change: Change) -> Vec<Change> {
    let Change::CreateTable(table) = change else { return vec![change] };
    let (table, rest) = dialect.split_table(&table);
    std::iter::once(Change::CreateTable(table.into())).chain(rest).collect()
}

/// The step after which no index is made any more.
const INDEXES_MADE: u8 = 7;

fn step(change: &Change) -> u8 {
    match change {
        Change::CreateTable(_) => 0,
        Change::AddColumn { .. } => 1,
        Change::AlterColumn { .. } => 2,
        Change::AddPrimaryKey { .. } => 3,
        Change::AddUnique { .. } => 4,
        Change::AddCheck { .. } => 5,
        Change::AddIndex { .. } => 6,
        Change::AddForeignKey { .. } => 8,
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => 9,
    }
}
