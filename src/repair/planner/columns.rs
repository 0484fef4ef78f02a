//! A column that stands, but not as it should: what of it is mended, and what only told.

use std::collections::BTreeMap;

use super::{Planner, Step, Written};
use crate::dialect::{ColumnAspect, Dialect, NotRenderable};
use crate::repair::hazard::Hazard;
use crate::repair::{Statement, Variant, describe};
use crate::schema::{Change, Column, IndexPart, Name, Schema, TableName};

impl Planner<'_> {
    /// The aspects of a column that may be mended; the others are told.
    pub(super) fn mend_column(
        &self,
        step: &Step,
        column: &Column,
        hazards: Vec<Hazard>,
    ) -> Result<Written, String> {
        let table = step.change.table();
        let differs = |why: &[String]| {
            format!("{table}.{} is there, but {}: changing that may lose data", column.name, why.join(", "))
        };
        let Some(actual) = self.actual.tables.get(table).and_then(|it| it.column(&column.name)) else {
            return Err(format!("{table}.{} is not there", column.name));
        };
        let (aspects, leaves) = self.dialect.column_aspects(actual, column);
        let mut written =
            Written { leaves: (!leaves.is_empty()).then(|| differs(&leaves)), ..Written::default() };
        for aspect in aspects {
            let only_locks = |it: &&Hazard| matches!(it, Hazard::TakesLock { .. } | Hazard::NotTransactional);
            let mut hazards: Vec<Hazard> = match aspect {
                ColumnAspect::SetNotNull => hazards.clone(),
                ColumnAspect::SetDefault | ColumnAspect::DropNotNull | ColumnAspect::SetNumbering => {
                    hazards.iter().filter(only_locks).cloned().collect()
                }
            };
            if aspect == ColumnAspect::SetNumbering
                && matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb)
            {
                let will_begin = self.keyed.contains(&(table.clone(), column.name.clone()));
                if !will_begin && !begins_a_key(self.actual, table, &column.name) {
                    let reason =
                        format!("{table}.{} can number its rows only once a key begins with it", column.name);
                    written.leaves = Some(reason);
                    continue;
                }
                hazards.push(Hazard::BlocksWrites { table: table.clone() });
                hazards.push(Hazard::RewritesTable { table: table.clone() });
            }
            let what = match aspect {
                ColumnAspect::SetDefault => "gives a default to",
                ColumnAspect::SetNotNull => "sets NOT NULL on",
                ColumnAspect::DropNotNull => "lets NULL into",
                ColumnAspect::SetNumbering => "numbers the rows again by",
            };
            let purpose = format!("{what} {}", describe(&step.change));
            if aspect == ColumnAspect::SetNotNull && self.variant == Variant::ZeroDowntime {
                let steps = self.dialect.not_null_gently(table, column);
                let statements = self.gently(step, steps, hazards);
                written
                    .statements
                    .extend(statements.into_iter().map(|it| Statement { purpose: purpose.clone(), ..it }));
                continue;
            }
            let commands =
                self.dialect.render_aspect(table, column, aspect).map_err(|NotRenderable(reason)| reason)?;
            written.statements.push(Statement { purpose, ..self.statement(step, commands, hazards) });
        }
        if written.statements.is_empty() && written.leaves.is_none() {
            return Err(format!("{table}.{} differs in what cannot be told", column.name));
        }
        Ok(written)
    }

    /// The keys over a column that numbers its rows, which MySQL and MariaDB make only with the column.
    pub(super) fn numbered_keys(&self, steps: &[Step]) -> BTreeMap<TableName, Step> {
        let mut keys = BTreeMap::new();
        for step in steps.iter().filter(|_| matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb)) {
            let Change::AddPrimaryKey { table, primary_key } = &step.change else { continue };
            let is_over = |it: &&Step| {
                matches!(&it.change, Change::AddColumn { table: of, column } if of == table
                    && column.auto_increment && primary_key.columns == [column.name.clone()])
            };
            let has_none = self.actual.tables.get(table).is_some_and(|it| it.primary_key.is_none());
            if has_none && steps.iter().any(|it| is_over(&it)) {
                let (change, findings, migration) =
                    (step.change.clone(), step.findings.clone(), step.migration.clone());
                keys.insert(table.clone(), Step { change, findings, migration });
            }
        }
        keys
    }
}

/// Whether the column should number its rows, and does so no more.
pub(super) fn loses_numbering(actual: &Schema, change: &Change) -> bool {
    let Change::AlterColumn { table, column } = change else { return false };
    let was = actual.tables.get(table).and_then(|it| it.column(&column.name));
    column.auto_increment && was.is_some_and(|it| !it.auto_increment)
}

/// The column with which the key or index begins that the change makes.
pub(super) fn begun_by(change: &Change) -> Option<(TableName, Name)> {
    let first = if let Change::AddPrimaryKey { primary_key, .. } = change {
        primary_key.columns.first()
    } else if let Change::AddUnique { unique, .. } = change {
        unique.parts.first().and_then(IndexPart::as_column)
    } else if let Change::AddIndex { index, .. } = change {
        index.parts.first().and_then(IndexPart::as_column)
    } else {
        None
    };
    first.map(|column| (change.table().clone(), column.clone()))
}

/// Whether a key or an index of the table begins with the column.
fn begins_a_key(schema: &Schema, table: &TableName, column: &Name) -> bool {
    let Some(table) = schema.tables.get(table) else { return false };
    let is_first = |parts: &[IndexPart]| parts.first().and_then(IndexPart::as_column) == Some(column);
    table.primary_key.as_ref().is_some_and(|it| it.columns.first() == Some(column))
        || table.uniques.iter().any(|it| is_first(&it.parts))
        || table.indexes.iter().any(|it| is_first(&it.parts))
}
