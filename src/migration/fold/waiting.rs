//! Changes that wait for a migration which is not applied: where no dependency says which of two apps comes first, a change
//! of the one follows a key into tables of the other, which may not be there yet.

use std::collections::BTreeSet;

use crate::migration::{Manifest, Operation};
use crate::schema::{Change, ConstraintRef, IndexKey, IndexPart, Name, TableName};

/// Whether a migration that is not applied makes what the change speaks of: then the change is nothing yet, and what
/// that migration makes will be as the change would have it.
///
/// `same` compares a table's name in the manifest with that in `change`.
pub fn is_waiting(
    manifest: &Manifest,
    applied: &BTreeSet<u32>,
    is_table_there: bool,
    change: &Change,
    same: impl Fn(&TableName, &TableName) -> bool,
) -> bool {
    let table = change.table();
    let (columns, constraint) = needs(change);
    (0_u32..)
        .zip(&manifest.migrations)
        .filter(|(position, _)| !applied.contains(position))
        .flat_map(|(_, migration)| &migration.operations)
        .any(|operation| match operation {
            Operation::Change(made) if is_table_there => {
                same(made.table(), table) && makes_a_part(made, &columns, constraint.as_ref())
            }
            Operation::Change(Change::CreateTable(made)) => same(&made.name, table),
            Operation::Change(Change::RenameTable { to, .. }) => same(to, table),
            Operation::Change(_) | Operation::Opaque(_) => false,
        })
}

fn makes_a_part(made: &Change, columns: &[&Name], constraint: Option<&ConstraintRef>) -> bool {
    let is_constraint = |name: Option<&Name>, of: &[&Name]| match constraint {
        None => false,
        Some(ConstraintRef::Name(wanted)) => name == Some(wanted),
        Some(ConstraintRef::Columns(wanted)) => wanted.iter().eq(of.iter().copied()),
    };
    match made {
        Change::AddColumn { column, .. } => {
            let by_columns =
                matches!(constraint, Some(ConstraintRef::Columns(of)) if of.contains(&column.name));
            columns.contains(&&column.name) || by_columns
        }
        Change::RenameColumn { to, .. } => columns.contains(&to),
        Change::AddUnique { unique, .. } => is_constraint(unique.name.as_ref(), &keys(&unique.parts)),
        Change::AddForeignKey { foreign_key, .. } => {
            is_constraint(foreign_key.name.as_ref(), &foreign_key.columns.iter().collect::<Vec<_>>())
        }
        Change::AddCheck { check, .. } => is_constraint(check.name.as_ref(), &[]),
        Change::AddIndex { index, .. } => is_constraint(index.name.as_ref(), &keys(&index.parts)),
        Change::AddExclusion { exclusion, .. } => is_constraint(exclusion.name.as_ref(), &[]),
        Change::RenameConstraint { to, .. } => is_constraint(Some(to), &[]),
        Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::AlterColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. } => false,
    }
}

fn keys(parts: &[IndexPart]) -> Vec<&Name> {
    parts
        .iter()
        .filter_map(|part| match &part.key {
            IndexKey::Column(name) => Some(name),
            IndexKey::Expression(_) => None,
        })
        .collect()
}

/// The columns that a change speaks of, and the constraint or index that it wants to be there.
fn needs(change: &Change) -> (Vec<&Name>, Option<ConstraintRef>) {
    match change {
        Change::AlterColumn { column, .. } => (vec![&column.name], None),
        Change::DropColumn { column, .. } => (vec![column], None),
        Change::RenameColumn { from, .. } => (vec![from], None),
        Change::AddPrimaryKey { primary_key, .. } => (primary_key.columns.iter().collect(), None),
        Change::AddUnique { unique, .. } => (keys(&unique.parts), None),
        Change::AddForeignKey { foreign_key, .. } => (foreign_key.columns.iter().collect(), None),
        Change::AddCheck { check, .. } => (check.columns.iter().collect(), None),
        Change::AddIndex { index, .. } => (keys(&index.parts), None),
        Change::DropUnique { unique: it, .. }
        | Change::DropForeignKey { foreign_key: it, .. }
        | Change::DropCheck { check: it, .. }
        | Change::DropIndex { index: it, .. }
        | Change::DropExclusion { exclusion: it, .. } => (Vec::new(), Some(it.clone())),
        Change::RenameConstraint { from, .. } => (Vec::new(), Some(ConstraintRef::Name(from.clone()))),
        Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AddColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::AddExclusion { .. } => (Vec::new(), None),
    }
}
