//! What an `ALTER COLUMN` leaves of the column, and an `ALTER CONSTRAINT` of the constraint.

use super::super::step::ColumnPart;
use super::{Completion, Operations, all, opaque};
use crate::schema::{Change, Column, ConstraintRef, Deferrable, ForeignKey, Name, Spelling, Table};

impl Completion<'_> {
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
