//! What SQLite makes only by making the whole table anew.

use std::collections::BTreeSet;

use super::{Planner, Step};
use crate::dialect::Dialect;
use crate::repair::hazard::{Hazard, has_no_value, hazards};
use crate::repair::{Statement, describe, rebuild};
use crate::schema::{Change, TableName};

impl Planner<'_> {
    /// The tables that SQLite must rebuild, and of which we know how.
    pub(super) fn to_rebuild(&self, steps: &[Step]) -> BTreeSet<TableName> {
        let is_known = |table: &TableName| {
            self.stored.tables.contains_key(table) && self.actual.tables.contains_key(table)
        };
        (steps.iter())
            .filter(|it| self.dialect == Dialect::Sqlite && rebuild::is_needed(&it.change))
            .map(|it| it.change.table().clone())
            .filter(is_known)
            .collect()
    }

    /// The rebuild, and the look at the foreign keys that comes when all else is done: a unique that one of them needs
    /// may be made only then.
    pub(super) fn rebuild(
        &self,
        table: &TableName,
        steps: &[Step],
    ) -> Option<(Statement, Option<Statement>)> {
        let (stored, actual) = (self.stored.tables.get(table)?, self.actual.tables.get(table)?);
        let changes: Vec<&Change> = steps.iter().map(|it| &it.change).collect();
        let commands = rebuild::rebuild(stored, actual, &changes).ok()?;
        let has_rows = self.options.has_rows.get(table).copied();
        let what: Vec<String> = changes.iter().map(|it| describe(it)).collect();
        let mut hazards: Vec<Hazard> = (changes.iter())
            .flat_map(|it| hazards(self.dialect, self.variant, it, |_| false, has_rows))
            .collect();
        hazards.push(Hazard::RewritesTable { table: table.clone() });
        hazards.sort();
        hazards.dedup();
        let mut findings: Vec<String> = steps.iter().flat_map(|it| it.findings.clone()).collect();
        findings.dedup();
        let statement = Statement {
            purpose: format!("rebuilds table {table} with {}", what.join(", ")),
            commands,
            guarded: false,
            only_if: Some(format!("SELECT 1 WHERE {}", rebuild::still_missing(&changes))),
            open_while: None,
            transactional: true,
            twin: None,
            mends: changes.iter().map(|it| (*it).clone()).collect(),
            hazards,
            findings,
            migration: steps.first().and_then(|it| it.migration.clone()),
        };
        let has_keys = changes.iter().any(|it| matches!(it, Change::AddForeignKey { .. }));
        let check = has_keys.then(|| Statement {
            purpose: format!("looks whether each row of {table} refers to a row that is there"),
            commands: vec![rebuild::check_keys(stored)],
            only_if: Some(rebuild::HAS_RUN.to_owned()),
            hazards: vec![
                Hazard::ScansTable { table: table.clone() },
                Hazard::FailsIfViolated { table: table.clone() },
            ],
            ..statement.clone()
        });
        Some((statement, check))
    }

    /// Why a rebuild cannot take this change along.
    pub(super) fn reason_against(&self, step: &Step) -> Option<String> {
        let table = step.change.table();
        let (stored, actual) = (self.stored.tables.get(table)?, self.actual.tables.get(table)?);
        if let Change::AlterColumn { column, .. } = &step.change
            && let Some(was) = actual.column(&column.name)
        {
            let (aspects, leaves) = self.dialect.column_aspects(was, column);
            // A change of which only a part is mended would be made again and again.
            if aspects.is_empty() || !leaves.is_empty() {
                let why = leaves.join(", ");
                return Some(format!(
                    "{table}.{} is there, but {why}: changing that may lose data",
                    column.name
                ));
            }
        }
        if let Change::AddColumn { column, .. } = &step.change
            && has_no_value(column)
            && self.options.has_rows.get(table) == Some(&true)
        {
            return Some(format!(
                "{table} has rows, which would have no value for {}: it is NOT NULL and has no default",
                column.name
            ));
        }
        rebuild::rebuild(stored, actual, &[&step.change]).err()
    }
}
