//! Tries a plan out where nothing of it stays: audits, runs it, audits again, runs it once more.

use std::time::Instant;

use super::run::{Stopped, Way, plan_here, records, run};
use super::writer::{Writer, refused};
use super::{Look, MendError, Request, copy, scratch};
use crate::catalog::{Scheme, scheme_of};
use crate::repair::{Outcome, Plan, Proof, ProofMethod};
use crate::schema::{count_of, diff};

/// Proves the plan for the database as it is now. What was made is gone when it returns, whatever happened.
///
/// PostgreSQL: inside a transaction that is rolled back, with the locks of the statements held until then. MySQL and
/// MariaDB: on the structure alone, in a scratch database. SQLite: on a copy of the file.
pub async fn prove(request: &Request) -> Result<(Plan, Proof), MendError> {
    match scheme_of(&request.url)? {
        Scheme::Postgres => in_transaction(request).await,
        Scheme::Mysql => scratch::prove(request).await,
        Scheme::Sqlite => copy::prove(request).await,
    }
}

async fn in_transaction(request: &Request) -> Result<(Plan, Proof), MendError> {
    let mut writer = Writer::open(request).await?;
    writer.execute("BEGIN").await.map_err(refused)?;
    let began = Instant::now();
    // Whatever goes wrong: a connection that is dropped is a transaction that is rolled back.
    let (mut writer, plan, mut proof) = try_out(writer, request, ProofMethod::RolledBack).await?;
    if let Some(open) = &mut writer {
        open.execute("ROLLBACK").await.map_err(refused)?;
    }
    let held = began.elapsed();
    if let Some(open) = writer {
        open.close().await;
    }
    if !plan.statements.is_empty() {
        proof
            .remarks
            .push(format!("the locks of the statements were held for {held:.1?}, then all was rolled back"));
    }
    Ok((plan, proof))
}

/// The two runs and the three audits, over a connection whose changes do not stay. The connection comes back unless
/// it was lost.
pub(super) async fn try_out(
    writer: Writer,
    request: &Request,
    method: ProofMethod,
) -> Result<(Option<Writer>, Plan, Proof), MendError> {
    let (mut writer, observation) = writer.observe(request).await?;
    let before = Look::at(request, observation);
    let plan = plan_here(&mut writer, &before, request).await.map_err(refused)?;
    let way = if method == ProofMethod::RolledBack { Way::ByTwins } else { Way::AsPlanned };
    let mut proof = Proof {
        method,
        outcome: Outcome::Converges,
        findings_before: before.findings(),
        findings_after: None,
        left_out: 0,
        remarks: remarks(&plan, way),
    };
    if let Err(stopped) = run(&mut writer, &plan, way, &mut records(&plan)).await {
        let is_lost = stopped.error.is_lost;
        proof.outcome = failure(&plan, stopped);
        return Ok(((!is_lost).then_some(writer), plan, proof));
    }
    let (mut writer, observation) = writer.observe(request).await?;
    let after = Look::at(request, observation);
    proof.findings_after = Some(after.findings());
    let left: Vec<&String> = plan.left_out.iter().flat_map(|it| &it.findings).collect();
    proof.left_out = after.report.findings.iter().filter(|it| left.contains(&&it.id)).count();
    let missing = plan_here(&mut writer, &after, request).await.map_err(refused)?;
    if !missing.statements.is_empty() {
        let what = missing.statements.into_iter().map(|it| it.purpose).collect();
        proof.outcome = Outcome::LeavesMissing { what };
        return Ok((Some(writer), plan, proof));
    }
    if let Err(stopped) = run(&mut writer, &plan, way, &mut records(&plan)).await {
        let purpose = plan.statements.get(stopped.at).map(|it| it.purpose.as_str()).unwrap_or_default();
        proof.outcome =
            Outcome::ChangesTwice { what: vec![format!("it failed where it {purpose}: {}", stopped.error)] };
        return Ok(((!stopped.error.is_lost).then_some(writer), plan, proof));
    }
    let (writer, observation) = writer.observe(request).await?;
    let (once, twice) = (&after.observation.catalog.actual, &observation.catalog.actual);
    if once != twice {
        let changes = diff(once, twice).changes;
        let what = changes.iter().map(crate::repair::describe).collect();
        proof.outcome = Outcome::ChangesTwice { what };
    }
    Ok((Some(writer), plan, proof))
}

fn failure(plan: &Plan, stopped: Stopped) -> Outcome {
    let sql = plan.statements.get(stopped.at).map(crate::repair::Statement::sql).unwrap_or_default();
    Outcome::Fails {
        statement: stopped.at,
        sql,
        error: stopped.error.message,
        advice: stopped.error.advice.to_owned(),
    }
}

fn remarks(plan: &Plan, way: Way) -> Vec<String> {
    let by_twin = plan.statements.iter().filter(|it| it.twin.is_some()).count();
    if way == Way::ByTwins && by_twin > 0 {
        vec![format!(
            "{} cannot run in a transaction (CONCURRENTLY): what was proven is the same without that word",
            count_of(by_twin, "statement")
        )]
    } else {
        Vec::new()
    }
}
