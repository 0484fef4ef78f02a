//! Foreign keys to what still has its old name: where no dependency says which of two apps comes first, a migration points at a
//! table, or at a key, by a name that another one gives it, which is not applied.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::migration::{Manifest, Operation};
use crate::schema::{Change, ForeignKey, Schema, TableName};

/// The change with the names that the targets of its foreign keys have in `schema`. Once the renaming is applied, it carries
/// the keys along, whichever of the two came first.
///
/// `named` is a table's name in the manifest as `change` has it.
pub fn under_old_names<'c>(
    manifest: &Manifest,
    applied: &BTreeSet<u32>,
    schema: &Schema,
    change: Cow<'c, Change>,
    named: impl Fn(&TableName) -> TableName,
) -> Cow<'c, Change> {
    let is_open = |own: &TableName, key: &ForeignKey| {
        key.references != *own
            && schema
                .tables
                .get(&key.references)
                .is_none_or(|it| key.referenced_columns.iter().any(|column| it.column(column).is_none()))
    };
    let old = |key: &mut ForeignKey| to_old_names(manifest, applied, schema, key, &named);
    match &*change {
        Change::AddForeignKey { table, foreign_key } if is_open(table, foreign_key) => {
            let mut foreign_key = foreign_key.clone();
            old(&mut foreign_key);
            Cow::Owned(Change::AddForeignKey { table: table.clone(), foreign_key })
        }
        Change::CreateTable(table) if table.foreign_keys.iter().any(|it| is_open(&table.name, it)) => {
            let mut table = Arc::clone(table);
            let name = table.name.clone();
            let keys = &mut Arc::make_mut(&mut table).foreign_keys;
            keys.iter_mut().filter(|it| is_open(&name, it)).for_each(old);
            Cow::Owned(Change::CreateTable(table))
        }
        Change::CreateTable(_)
        | Change::AddForeignKey { .. }
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::AlterColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::DropPrimaryKey { .. }
        | Change::AddUnique { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::DropCheck { .. }
        | Change::AddIndex { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => change,
    }
}

/// Goes back over the renamings of what is not applied, the last first; one that leads to nothing that stands is none of
/// the key's.
fn to_old_names(
    manifest: &Manifest,
    applied: &BTreeSet<u32>,
    schema: &Schema,
    key: &mut ForeignKey,
    named: impl Fn(&TableName) -> TableName,
) {
    let pending: Vec<&Operation> = (0_u32..)
        .zip(&manifest.migrations)
        .filter(|(position, _)| !applied.contains(position))
        .flat_map(|(_, migration)| &migration.operations)
        .collect();
    let mut older = key.clone();
    for operation in pending.into_iter().rev() {
        match operation {
            Operation::Change(Change::RenameTable { from, to }) if named(to) == older.references => {
                older.references = named(from);
            }
            Operation::Change(Change::RenameColumn { table, from, to })
                if named(table) == older.references =>
            {
                older.referenced_columns.iter_mut().filter(|it| *it == to).for_each(|it| *it = from.clone());
            }
            Operation::Change(_) | Operation::Opaque(_) => {}
        }
    }
    let stands = schema
        .tables
        .get(&older.references)
        .is_some_and(|it| older.referenced_columns.iter().all(|column| it.column(column).is_some()));
    if stands {
        *key = older;
    }
}
