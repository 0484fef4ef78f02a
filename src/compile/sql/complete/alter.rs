//! What an `ALTER COLUMN` leaves of the column, and what becomes of constraints that stand.

use super::super::step::ColumnPart;
use super::{Completion, Operations, all, opaque};
use crate::schema::{
    Change, Column, ConstraintRef, Deferrable, ForeignKey, MadeAs, Name, PrimaryKey, Provenance, Spelling,
    Table, UniqueConstraint,
};

impl Completion<'_> {
    /// PostgreSQL: `ADD {UNIQUE | PRIMARY KEY} USING INDEX x`.
    pub(super) fn add_from_index(
        &self,
        table: &Table,
        name: Option<&Name>,
        index: &Name,
        is_primary: bool,
    ) -> Operations {
        let of_table = || table.name.clone();
        let found = table.uniques.iter().find(|it| it.name.as_ref().is_some_and(|it| self.same(it, index)));
        let Some(unique) = found else {
            return vec![opaque(format!("index {index} is not known"), [of_table()])];
        };
        let index = unique.name.clone().unwrap_or_else(|| index.clone());
        if !is_primary {
            let name = Some(name.unwrap_or(&index).clone());
            let unique = UniqueConstraint { name, made_as: MadeAs::Constraint, ..unique.clone() };
            return all(vec![
                Change::DropUnique { table: of_table(), unique: ConstraintRef::Name(index) },
                Change::AddUnique { table: of_table(), unique },
            ]);
        }
        let columns: Option<Vec<Name>> = unique.parts.iter().map(|part| part.as_column().cloned()).collect();
        let Some(columns) = columns.filter(|_| table.primary_key.is_none()) else {
            return vec![opaque(format!("index {index} cannot be a primary key"), [of_table()])];
        };
        let name = Some(name.unwrap_or(&index).clone());
        let primary_key = PrimaryKey { name, columns, provenance: Provenance::default() };
        all(vec![
            Change::DropUnique { table: of_table(), unique: ConstraintRef::Name(index) },
            Change::AddPrimaryKey { table: of_table(), primary_key },
        ])
    }

    /// Of foreign keys alone: PostgreSQL alters no others.
    pub(super) fn defer(&self, table: &Table, name: &Name, deferrable: Deferrable) -> Operations {
        let is_it = |it: &&ForeignKey| it.name.as_ref().is_some_and(|it| self.same(it, name));
        let Some(key) = table.foreign_keys.iter().find(is_it) else {
            return vec![opaque(format!("{name}, which it alters, is not known"), [table.name.clone()])];
        };
        let (table, name) = (table.name.clone(), key.name.clone().unwrap_or_else(|| name.clone()));
        let foreign_key = ForeignKey { deferrable, ..key.clone() };
        all(vec![
            Change::DropForeignKey { table: table.clone(), foreign_key: ConstraintRef::Name(name) },
            Change::AddForeignKey { table, foreign_key },
        ])
    }
}

/// The column as it is after the change.
pub(super) fn altered(table: &Table, was: &Column, part: &ColumnPart) -> Column {
    let mut column = was.clone();
    match part {
        ColumnPart::Type { data_type, collation } => {
            // A default is cast along; into another family of types it gets a form that is the server's business.
            let family = |spelling: &Spelling| {
                spelling.text().and_then(|text| text.split('(').next()).map(|text| text.trim().to_lowercase())
            };
            if family(&column.data_type) != family(data_type) {
                column.default = column.default.as_ref().map(|_| Spelling::Unread);
            }
            column.data_type = data_type.clone();
            column.collation.clone_from(collation);
        }
        ColumnPart::Nullable(nullable) => column.nullable = *nullable,
        ColumnPart::Default(default) => {
            column.default.clone_from(default);
            column.auto_increment = false;
        }
        ColumnPart::AutoIncrement(numbers) => {
            column.auto_increment = *numbers;
            if *numbers {
                column.default = None;
            }
        }
        ColumnPart::NotGenerated => column.generated = None,
        ColumnPart::Expression(expression) => {
            if let Some(generated) = &mut column.generated {
                generated.expression = expression.clone();
            }
        }
        ColumnPart::Whole(whole) => {
            let is_key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&was.name));
            column = Column::clone(whole);
            column.name = was.name.clone();
            column.provenance = was.provenance;
            column.nullable &= !is_key;
        }
    }
    column
}
