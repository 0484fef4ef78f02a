//! The indexes that InnoDB made for foreign keys, and drops when the plan makes others that can do their work.

use std::borrow::Cow;
use std::sync::Arc;

use crate::dialect::{Dialect, mysql};
use crate::schema::{Change, Index, IndexPart, Name, Schema, TableName, diff, diff_table};

/// `actual` without the indexes of the server's own making that will go by themselves while the plan is carried
/// out. Where such an index is expected, the plan then makes it; behind a guard, so that one of this name that
/// somebody else made stays as it is.
pub fn without<'s>(dialect: Dialect, actual: &'s Schema, expected: &Schema) -> Cow<'s, Schema> {
    match dialect {
        Dialect::Mysql | Dialect::Mariadb => {}
        Dialect::Postgres | Dialect::Sqlite => return Cow::Borrowed(actual),
    }
    let mut left = Cow::Borrowed(actual);
    for change in diff(actual, expected).changes {
        let Some((name, columns)) = new_index(&change) else { continue };
        let Some(table) = actual.tables.get(name) else { continue };
        let own_name = dialect.name_of_added(&change);
        // What has the name of the new index hinders it.
        let gives_way = |index: &Index| index.name != own_name && mysql::gives_way(table, index, &columns);
        if table.indexes.iter().any(gives_way)
            && let Some(table) = left.to_mut().tables.get_mut(name)
        {
            Arc::make_mut(table).indexes.retain(|index| !gives_way(index));
        }
    }
    left
}

/// Whether the change adds what is not there now, rather than what will give way.
pub fn is_missing(actual: &Schema, change: &Change) -> bool {
    let Change::AddIndex { table, index } = change else { return true };
    let Some(table) = actual.tables.get(table) else { return true };
    let mut wanted = table.clone();
    Arc::make_mut(&mut wanted).indexes = vec![index.clone()];
    diff_table(table, &wanted).changes.iter().any(|it| matches!(it, Change::AddIndex { .. }))
}

/// Whether the name of the index that the change adds becomes free only when one of the server's own gives way.
pub fn waits_for_its_name(dialect: Dialect, actual: &Schema, change: &Change) -> bool {
    let Some((table, _)) = new_index(change) else { return false };
    let taken = actual.tables.get(table).zip(dialect.name_of_added(change));
    taken.is_some_and(|(table, name)| table.indexes.iter().any(|it| it.name.as_ref() == Some(&name)))
}

/// The table of an index that is to be made, and the columns with which it begins as they are.
fn new_index(change: &Change) -> Option<(&TableName, Vec<&Name>)> {
    let plain = |parts| -> Vec<&Name> { Vec::from_iter(leading_columns(parts)) };
    match change {
        Change::AddPrimaryKey { table, primary_key } => Some((table, primary_key.columns.iter().collect())),
        Change::AddUnique { table, unique } => Some((table, plain(&unique.parts))),
        Change::AddIndex { table, index } if index.method.is_none() => Some((table, plain(&index.parts))),
        Change::AddIndex { .. }
        | Change::CreateTable(_)
        | Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::AddColumn { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::AlterColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::DropForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::AddExclusion { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => None,
    }
}

fn leading_columns(parts: &[IndexPart]) -> impl Iterator<Item = &Name> {
    let has_prefix = |part: &IndexPart| part.options.as_ref().is_some_and(|it| it.prefix_length.is_some());
    parts.iter().map_while(move |part| part.as_column().filter(|_| !has_prefix(part)))
}
