//! The index that InnoDB makes under a foreign key stays when the key goes, and goes itself when another one comes that
//! begins with its columns (<https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html>, Indexes on Foreign
//! Keys), unless somebody has given it a name.

use super::{Editor, find};
use crate::compile::sql::{Effect, Statement, Step};
use crate::schema::{Change, ConstraintRef, Index, IndexPart, Name, TableName};

impl Editor<'_> {
    /// What stays when the foreign key `name` over `column` has gone.
    pub(super) fn leave_index(&mut self, table: &TableName, column: &Name, name: Option<Name>) {
        let index = Index { name: name.clone(), ..Index::on_columns([column.clone()]) };
        self.change(Change::AddIndex { table: table.clone(), index });
        self.left.extend(name.map(|name| (table.clone(), name)));
    }

    /// The foreign keys over one column that SQL is about to drop, and the index under them not.
    pub(super) fn keys_that_sql_drops(&self, statements: &[Statement]) -> Vec<(TableName, Name, Name)> {
        if !self.is_mysql() {
            return Vec::new();
        }
        let steps = statements.iter().filter_map(|it| match &it.effect {
            Effect::Steps(steps) => Some(steps),
            Effect::Nothing | Effect::Opaque(_) => None,
        });
        let mut dropped: Vec<(&TableName, &Name)> = Vec::new();
        for mut step in steps.flatten() {
            while let Step::IfThere { step: then, .. } = step {
                step = then;
            }
            if let Step::DropConstraint { table, name, .. } = step {
                dropped.push((table, name));
            }
        }
        let once = |(table, name): &&(&TableName, &Name)| {
            dropped.iter().filter(|(of, it)| of == table && it == name).count() == 1
        };
        let key_of = |(table, name): &(&TableName, &Name)| {
            let stands = self.schema.tables.get(*table)?;
            let key = stands.foreign_keys.iter().find(|it| it.name.as_ref() == Some(*name))?;
            let [column] = &*key.columns else { return None };
            // Where another index begins with it, InnoDB has made none.
            let is_covered = find::beginning_with(&self.schema, table, column) > 0;
            (!is_covered).then(|| ((*table).clone(), column.clone(), (*name).clone()))
        };
        dropped.iter().filter(once).filter_map(key_of).collect()
    }

    /// What stays when SQL has dropped these.
    pub(super) fn leave_indexes(&mut self, keys: Vec<(TableName, Name, Name)>) {
        for (table, column, name) in keys {
            let Some(stands) = self.schema.tables.get(&table) else { continue };
            let is_dropped = stands.foreign_keys.iter().all(|it| it.columns != [column.clone()]);
            if is_dropped
                && stands.column(&column).is_some()
                && find::beginning_with(&self.schema, &table, &column) == 0
            {
                self.leave_index(&table, &column, Some(name));
            }
        }
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
