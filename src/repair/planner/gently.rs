//! The long way round, in which each step is a statement of its own; and what a failure on it left half-built.

use super::{Planner, Step};
use crate::dialect::GentleStep;
use crate::repair::hazard::Hazard;
use crate::repair::{Statement, Variant};
use crate::schema::{Change, Name, TableName};

impl Planner<'_> {
    /// Each step a statement of its own, with what it alone risks.
    pub(super) fn gently(&self, step: &Step, steps: Vec<GentleStep>, hazards: Vec<Hazard>) -> Vec<Statement> {
        let count = steps.len();
        let of_step = |gentle: GentleStep| {
            let is_alone = gentle.twin.is_some();
            let mut hazards: Vec<Hazard> = hazards.clone();
            // The work is done by the index that is built, or by the validation at the end.
            let works = is_alone || count == 1 || gentle.sql.contains("VALIDATE CONSTRAINT");
            if !works {
                hazards.retain(|it| matches!(it, Hazard::TakesLock { .. }));
            }
            if is_alone {
                hazards.push(Hazard::NotTransactional);
            }
            hazards.extend(gentle.may_leave.map(|name| Hazard::LeavesInvalidObject { name }));
            let of_whole = self.statement(step, vec![gentle.sql], hazards);
            Statement {
                transactional: !is_alone,
                twin: gentle.twin.map(|it| vec![it]),
                open_while: gentle.open_while,
                only_if: gentle.only_if.or_else(|| of_whole.only_if.clone()),
                ..of_whole
            }
        };
        steps.into_iter().map(of_step).collect()
    }

    /// The name of the change's index, where one that is INVALID has it.
    pub(super) fn is_broken(&self, change: &Change) -> Option<Name> {
        let name = self.dialect.name_of_added(change)?;
        self.stored.invalid_indexes.contains(&(change.table().clone(), name.clone())).then_some(name)
    }

    pub(super) fn reindex(&self, step: &Step, name: Name) -> Statement {
        let table = step.change.table();
        let index = self.dialect.table(&TableName { schema: table.schema.clone(), name: name.clone() });
        let is_invalid = format!(
            "SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) AND NOT indisvalid",
            self.dialect.quote_literal(&index)
        );
        let mut hazards = vec![
            Hazard::BuildsIndex { table: table.clone() },
            Hazard::FailsIfViolated { table: table.clone() },
        ];
        let is_gentle = self.variant == Variant::ZeroDowntime;
        if is_gentle {
            hazards.push(Hazard::NotTransactional);
        } else {
            hazards.push(Hazard::BlocksWrites { table: table.clone() });
        }
        Statement {
            purpose: format!("makes the index {name} valid, which a failure left half-built"),
            only_if: Some(is_invalid),
            guarded: true,
            transactional: !is_gentle,
            twin: is_gentle.then(|| vec![format!("REINDEX INDEX {index}")]),
            ..self.statement(
                step,
                vec![format!("REINDEX INDEX {}{index}", if is_gentle { "CONCURRENTLY " } else { "" })],
                hazards,
            )
        }
    }
}
