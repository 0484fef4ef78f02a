//! Runs the statements of a plan, one after the other, and keeps what became of each.

use std::collections::BTreeMap;
use std::time::Instant;

use jiff::Timestamp;

use super::record::{StatementOutcome, StatementRecord};
use super::writer::{WriteError, Writer};
use super::{Look, Request};
use crate::repair::{Hazard, Plan, Statement};
use crate::schema::TableName;

/// What stopped a run, and at which statement.
pub struct Stopped {
    pub at: usize,
    pub error: WriteError,
}

/// How the statements are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As they stand.
    AsPlanned,
    /// By their twins where they cannot run in a transaction.
    ByTwins,
}

/// Runs all statements, until one is refused. The records of those that were not reached stay as they are.
pub async fn run(
    writer: &mut Writer,
    plan: &Plan,
    way: Way,
    records: &mut [StatementRecord],
) -> Result<(), Stopped> {
    for (at, (statement, record)) in plan.statements.iter().zip(records).enumerate() {
        record.started_at = Some(Timestamp::now());
        let began = Instant::now();
        let ran = run_one(writer, statement, way).await;
        record.duration_ms = Some(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        match ran {
            Ok(outcome) => record.outcome = outcome,
            Err(error) => {
                record.outcome =
                    if error.is_lost { StatementOutcome::NotKnown } else { StatementOutcome::Failed };
                record.error = Some(error.message.clone());
                return Err(Stopped { at, error });
            }
        }
    }
    Ok(())
}

async fn run_one(
    writer: &mut Writer,
    statement: &Statement,
    way: Way,
) -> Result<StatementOutcome, WriteError> {
    if let Some(query) = &statement.only_if
        && !writer.has_row(query).await?
    {
        return Ok(StatementOutcome::Skipped);
    }
    let commands = match (way, &statement.twin) {
        (Way::ByTwins, Some(twin)) => twin,
        (Way::ByTwins, None) | (Way::AsPlanned, _) => &statement.commands,
    };
    for command in commands {
        writer.execute(command).await?;
    }
    Ok(StatementOutcome::Done)
}

/// The plan, with what the tables themselves say of their rows where a statement depends on it.
pub async fn plan_here(writer: &mut Writer, look: &Look, request: &Request) -> Result<Plan, WriteError> {
    let first = look.plan(request, BTreeMap::new());
    let has_rows = match &request.has_rows {
        Some(known) => known.clone(),
        None => rows_here(writer, look, &first).await?,
    };
    Ok(if has_rows.is_empty() { first } else { look.plan(request, has_rows) })
}

/// Whether the tables have rows of which a statement of the plan must know it.
pub async fn rows_here(
    writer: &mut Writer,
    look: &Look,
    plan: &Plan,
) -> Result<BTreeMap<TableName, bool>, WriteError> {
    let mut has_rows: BTreeMap<TableName, bool> = BTreeMap::new();
    for hazard in plan.statements.iter().flat_map(|it| &it.hazards) {
        if let Hazard::FailsIfRows { table } = hazard
            && !has_rows.contains_key(table)
        {
            let sql = format!("SELECT 1 FROM {} LIMIT 1", look.dialect().table(table));
            let any = writer.has_row(&sql).await?;
            has_rows.insert(table.clone(), any);
        }
    }
    Ok(has_rows)
}

pub fn records(plan: &Plan) -> Vec<StatementRecord> {
    plan.statements.iter().map(StatementRecord::not_run).collect()
}
