//! Who changed last what got a new name, or stands on what got one.

use std::sync::Arc;

use super::{Change, ForeignKey, Name, Schema, Table, TableName};

impl Schema {
    /// Stamps what `change`, which is applied already, has renamed: the table, or the column with the keys,
    /// constraints and indexes over it, and the foreign keys that lead there. `by` is the migration's position.
    pub fn stamp_renamed(&mut self, change: &Change, by: u32) {
        match change {
            Change::RenameTable { to, .. } => {
                if let Some(table) = self.tables.get_mut(to) {
                    Arc::make_mut(table).provenance.set_changed(by);
                }
                self.stamp_references(by, |key| key.references == *to);
            }
            Change::RenameColumn { table, to, .. } => {
                if let Some(table) = self.tables.get_mut(table) {
                    stamp_column(Arc::make_mut(table), to, by);
                }
                let name: &TableName = table;
                self.stamp_references(by, |key| {
                    key.references == *name && key.referenced_columns.contains(to)
                });
            }
            Change::CreateTable(_)
            | Change::DropTable { .. }
            | Change::AddColumn { .. }
            | Change::DropColumn { .. }
            | Change::AlterColumn { .. }
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
            // Names of constraints are not compared.
            | Change::RenameConstraint { .. } => {}
        }
    }

    fn stamp_references(&mut self, by: u32, leads_there: impl Fn(&ForeignKey) -> bool) {
        for table in self.tables.values_mut() {
            if table.foreign_keys.iter().any(&leads_there) {
                let keys = Arc::make_mut(table).foreign_keys.iter_mut();
                keys.filter(|key| leads_there(key)).for_each(|key| key.provenance.set_changed(by));
            }
        }
    }
}

fn stamp_column(table: &mut Table, column: &Name, by: u32) {
    let over = |parts: &[super::IndexPart]| parts.iter().any(|part| part.as_column() == Some(column));
    let mut stamps = Vec::new();
    stamps.extend(table.columns.iter_mut().filter(|it| it.name == *column).map(|it| &mut it.provenance));
    let key = table.primary_key.iter_mut().filter(|it| it.columns.contains(column));
    stamps.extend(key.map(|it| &mut it.provenance));
    let uniques = table.uniques.iter_mut().filter(|it| over(&it.parts) || it.include.contains(column));
    stamps.extend(uniques.map(|it| &mut it.provenance));
    let indexes = table.indexes.iter_mut().filter(|it| over(&it.parts) || it.include.contains(column));
    stamps.extend(indexes.map(|it| &mut it.provenance));
    let keys = table.foreign_keys.iter_mut().filter(|it| it.columns.contains(column));
    stamps.extend(keys.map(|it| &mut it.provenance));
    let exclusions = table.exclusions.iter_mut().filter(|it| over(&it.parts));
    stamps.extend(exclusions.map(|it| &mut it.provenance));
    let checks = table.checks.iter_mut().filter(|it| it.columns.contains(column));
    stamps.extend(checks.map(|it| &mut it.provenance));
    stamps.into_iter().for_each(|it| it.set_changed(by));
}
