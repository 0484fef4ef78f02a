//! PostgreSQL's `CASCADE` takes a foreign key away with what it leads to. A migration that gives that key another target, and
//! that no dependency puts before or behind, finds it or does not: then Django makes none.

use super::super::find;
use super::Editor;
use crate::schema::{Change, ConstraintRef, ForeignKey, Name, TableName};

/// Which foreign keys went or moved, and by which migration.
#[derive(Clone, Debug, Default)]
pub struct Cascades {
    gone: Vec<(usize, TableName, Vec<Name>)>,
    /// With its column as it is called since.
    moved: Vec<(usize, TableName, Name, ForeignKey)>,
}

impl Cascades {
    /// How much is known by now, for [`Cascades::forget_since`].
    pub(in super::super) fn mark(&self) -> (usize, usize) {
        (self.gone.len(), self.moved.len())
    }

    pub(in super::super) fn forget_since(&mut self, (gone, moved): (usize, usize)) {
        self.gone.truncate(gone);
        self.moved.truncate(moved);
    }
}

impl Editor<'_> {
    /// A foreign key is about to get another target, or to go, and its column a name.
    pub(in super::super) fn note_moved(&mut self, table: &TableName, column: &Name, to: &Name) {
        let Some(stands) = self.schema.tables.get(table).filter(|_| self.is_postgres()) else { return };
        let columns = std::slice::from_ref(column);
        let keys = stands.foreign_keys.iter().filter(|it| it.columns == columns);
        let by = self.order.at;
        self.order.cascades.moved.extend(keys.map(|it| (by, table.clone(), to.clone(), it.clone())));
    }

    /// Why there may be a foreign key that Django did not find.
    pub(in super::super) fn tell_gone(&mut self, table: &TableName, column: &Name) {
        let mut gone = self
            .order
            .cascades
            .gone
            .iter()
            .filter(|(_, of, columns)| of == table && columns == std::slice::from_ref(column));
        if gone.any(|(by, ..)| !self.order.ancestors.is_before(*by, self.order.at)) {
            self.unseen_in(table, reason(std::slice::from_ref(column)));
        }
    }

    /// The foreign keys of other tables that lead to this one, or to this column of it, go with it.
    pub(in super::super) fn drop_incoming(&mut self, target: &TableName, column: Option<&str>) {
        for (table, foreign_key) in find::incoming(&self.schema, target, column) {
            let stands = self.schema.tables.get(&table).into_iter().flat_map(|it| &it.foreign_keys);
            let columns = stands.filter(|it| is_meant(&foreign_key, it)).map(|it| it.columns.clone());
            let gone: Vec<_> = columns.map(|it| (self.order.at, table.clone(), it)).collect();
            self.order.cascades.gone.extend(gone);
            self.change(Change::DropForeignKey { table, foreign_key });
        }
        let leads_there = |key: &ForeignKey| {
            key.references == *target
                && column.is_none_or(|column| key.referenced_columns.iter().any(|it| **it == *column))
        };
        let (ancestors, at) = (&self.order.ancestors, self.order.at);
        let moved = (self.order.cascades.moved.iter())
            .filter(|(by, _, _, key)| leads_there(key) && !ancestors.is_before(*by, at))
            .map(|(_, table, column, _)| (table.clone(), [column.clone()]));
        for (table, columns) in moved.collect::<Vec<_>>() {
            for foreign_key in find::foreign_keys(&self.schema, &table, &columns) {
                self.change(Change::DropForeignKey { table: table.clone(), foreign_key });
                self.unseen_in(&table, reason(&columns));
            }
        }
    }
}

fn is_meant(reference: &ConstraintRef, key: &ForeignKey) -> bool {
    match reference {
        ConstraintRef::Name(name) => key.name.as_ref() == Some(name),
        ConstraintRef::Columns(columns) => key.columns == *columns,
    }
}

fn reason(columns: &[Name]) -> String {
    format!(
        "the foreign key of {} got another target or went with its old one: no dependency says which came first",
        columns.join(", ")
    )
}
