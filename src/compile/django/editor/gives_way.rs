//! The index that InnoDB makes under a foreign key stays when the key goes, and goes itself when another one comes that
//! begins with its columns (<https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>, Indexes on Foreign
//! Keys), unless somebody has given it a name.

use super::Editor;
use crate::schema::{Change, ConstraintRef, Index, IndexPart, Name, TableName};

impl Editor<'_> {
    /// What stays when the foreign key `name` over `column` has gone.
    pub(super) fn leave_index(&mut self, table: &TableName, column: &Name, name: Option<Name>) {
        let index = Index { name: name.clone(), ..Index::on_columns([column.clone()]) };
        self.change(Change::AddIndex { table: table.clone(), index });
        self.left.extend(name.map(|name| (table.clone(), name)));
    }

    /// What the server does of itself after a change.
    pub(super) fn give_way(&mut self, change: &Change) {
        if self.left.is_empty() {
            return;
        }
        let table = change.table();
        let columns: Vec<Name> = match change {
            Change::RenameTable { from, to } => {
                let all = std::mem::take(&mut self.left).into_iter();
                let renamed = |of: TableName| if of == *from { to.clone() } else { of };
                self.left = all.map(|(of, name)| (renamed(of), name)).collect();
                return;
            }
            Change::DropTable { table } => return self.left.retain(|(of, _)| of != table),
            Change::RenameConstraint { from, .. }
            | Change::DropIndex { index: ConstraintRef::Name(from), .. } => {
                self.left.remove(&(table.clone(), from.clone()));
                return;
            }
            Change::AddIndex { index, .. } if index.method.is_none() => in_front(&index.parts),
            Change::AddUnique { unique, .. } => in_front(&unique.parts),
            Change::AddPrimaryKey { primary_key, .. } => primary_key.columns.clone(),
            Change::AddForeignKey { foreign_key, .. } => foreign_key.columns.clone(),
            Change::AddIndex { .. }
            | Change::CreateTable(_)
            | Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::AlterColumn { .. }
            | Change::DropPrimaryKey { .. }
            | Change::DropUnique { .. }
            | Change::DropForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::DropCheck { .. }
            | Change::DropIndex { .. }
            | Change::AddExclusion { .. }
            | Change::DropExclusion { .. } => return,
        };
        let Some(stands) = self.schema.tables.get(table) else { return };
        let covered = |index: &&Index| columns.starts_with(&in_front(&index.parts));
        let is_left = |name: &Name| self.left.contains(&(table.clone(), name.clone()));
        let gone: Vec<Name> = (stands.indexes.iter().filter(covered))
            .filter_map(|it| it.name.clone())
            .filter(is_left)
            .collect();
        for name in gone {
            self.change(Change::DropIndex { table: table.clone(), index: ConstraintRef::Name(name) });
        }
    }
}

/// The columns before the first expression.
fn in_front(parts: &[IndexPart]) -> Vec<Name> {
    parts.iter().map_while(|it| it.as_column().cloned()).collect()
}
