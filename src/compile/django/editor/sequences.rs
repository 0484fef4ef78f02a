//! The sequence that numbers a key of PostgreSQL. Before Django 4.1 `DROP SEQUENCE IF EXISTS "table_column_seq" CASCADE` is to
//! take the numbering from a column (`_alter_column_type_sql` of django/db/backends/postgresql/schema.py). What bears
//! another name stays: the server had shortened or numbered it, or its table or column is called otherwise since. And what
//! bears that name goes, whichever column it numbers.

use std::collections::BTreeMap;

use super::Editor;
use crate::compile::django::names;
use crate::schema::{Change, Column, Name, TableName};

/// The names of those that are not called after their table and column, by these.
pub type Sequences = BTreeMap<(TableName, Name), Name>;

/// What the server gives.
fn usual(table: &TableName, column: &str) -> Name {
    names::of_postgres(&table.name, column, "seq").into()
}

/// What Django says, as the server cuts it.
fn said(table: &TableName, column: &str) -> Name {
    const LONGEST: usize = 63;
    let name = format!("{}_{column}_seq", table.name);
    name[..name.floor_char_boundary(LONGEST)].into()
}

impl Editor<'_> {
    fn has_sequences(&self) -> bool {
        self.is_postgres() && self.context.project.django < (4, 1)
    }

    fn sequence_of(&self, table: &TableName, column: &Name) -> Name {
        let other = self.sequences.get(&(table.clone(), column.clone()));
        other.cloned().unwrap_or_else(|| usual(table, column))
    }

    /// Whether the column is numbered still after Django has dropped what it takes for its sequence.
    pub(super) fn keeps_sequence(&self, table: &TableName, stands: &Column) -> bool {
        self.has_sequences()
            && stands.auto_increment
            && self.sequence_of(table, &stands.name) != said(table, &stands.name)
    }

    /// Django drops it and, where the column is to be numbered, makes it anew: another column that it numbers is not numbered any more.
    pub(super) fn drop_sequence(&mut self, table: &TableName, column: &Name, comes_again: bool) {
        if !self.has_sequences() {
            return;
        }
        let name = said(table, column);
        let mut others = self.sequences.iter().filter(|(_, it)| **it == name).map(|(of, _)| of.clone());
        let other = others.find(|(of, name)| (of, name) != (table, column));
        if let Some((of, name)) = other
            && let Some(stands) = self.schema.tables.get(&of).and_then(|it| it.column(&name)).cloned()
        {
            let column = stands.with(|it| it.auto_increment = false);
            self.change(Change::AlterColumn { table: of, column });
        }
        if comes_again {
            self.sequences.insert((table.clone(), column.clone()), name);
        }
    }

    /// What a change that was made does to them.
    pub(super) fn follow_sequences(&mut self, change: &Change) {
        if !self.has_sequences() {
            return;
        }
        match change {
            Change::CreateTable(table) => {
                for column in table.columns.iter().filter(|it| it.auto_increment) {
                    self.number_sequence(&table.name, &column.name);
                }
            }
            Change::AddColumn { table, column } if column.auto_increment => {
                self.number_sequence(table, &column.name);
            }
            Change::RenameTable { from, to } => {
                let Some(table) = self.schema.tables.get(to) else { return };
                let numbered = table.columns.iter().filter(|it| it.auto_increment);
                for column in numbered.map(|it| it.name.clone()).collect::<Vec<_>>() {
                    self.move_sequence((from, &column), (to, &column));
                }
            }
            Change::RenameColumn { table, from, to } => {
                let column = self.schema.tables.get(table).and_then(|it| it.column(to));
                if column.is_some_and(|it| it.auto_increment) {
                    self.move_sequence((table, from), (table, to));
                }
            }
            Change::AlterColumn { table, column } if !column.auto_increment => {
                self.sequences.remove(&(table.clone(), column.name.clone()));
            }
            Change::DropColumn { table, column } => {
                self.sequences.remove(&(table.clone(), column.clone()));
            }
            Change::DropTable { table } => self.sequences.retain(|(of, _), _| of != table),
            Change::AddColumn { .. }
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
            | Change::RenameConstraint { .. } => {}
        }
    }

    /// A new one, which the server numbers where its name is taken.
    fn number_sequence(&mut self, table: &TableName, column: &Name) {
        let is_taken = |name: &Name| self.sequences.values().any(|it| it == name);
        if !is_taken(&usual(table, column)) {
            return;
        }
        let numbered =
            |number: u32| Name::from(names::of_postgres(&table.name, column, &format!("seq{number}")));
        if let Some(free) = (1..).map(numbered).find(|it| !is_taken(it)) {
            self.sequences.insert((table.clone(), column.clone()), free);
        }
    }

    fn move_sequence(&mut self, from: (&TableName, &Name), to: (&TableName, &Name)) {
        let name = self.sequence_of(from.0, from.1);
        self.sequences.remove(&(from.0.clone(), from.1.clone()));
        self.sequences.insert((to.0.clone(), to.1.clone()), name);
    }
}
