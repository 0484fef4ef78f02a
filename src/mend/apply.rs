//! Applies a plan: under a lock of its own, planned freshly, audited again, and recorded statement by statement.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::record::{Record, RecordOutcome, StatementOutcome, StatementRecord, left_out};
use super::run::{Stopped, Way, plan_here, records, run};
use super::writer::{WriteError, Writer, observe_apart, refused};
use super::{Look, MendError, Request};
use crate::repair::{Plan, Variant};
use crate::schema::{Change, agree, count_of, diff};

/// Applies what a fresh plan says. An error means that nothing was tried; whatever happened after the first
/// statement is in the record.
///
/// PostgreSQL's plain plan and SQLite's are one transaction: all or nothing. Otherwise each statement stands by
/// itself, and the record says which took effect.
pub async fn apply(request: &Request) -> Result<Record, MendError> {
    let started_at = Timestamp::now();
    let mut writer = Writer::open(request).await?;
    take_lock(&mut writer, request).await?;
    let is_whole = match &writer {
        Writer::Postgres(_) => request.variant == Variant::Plain,
        Writer::Sqlite(_) => true,
        Writer::Mysql(_) => false,
    };
    if is_whole && matches!(writer, Writer::Postgres(_)) {
        writer.execute("BEGIN").await.map_err(refused)?;
    }
    let (mut writer, observation) =
        if is_whole { writer.observe(request).await? } else { (writer, observe_apart(request).await?) };
    let before = Look::at(request, observation);
    let plan = plan_here(&mut writer, &before, request).await.map_err(refused)?;
    let record = Record {
        database: request.database.name.to_string(),
        dialect: plan.dialect.to_string(),
        variant: plan.variant.as_str(),
        started_at,
        ended_at: started_at,
        outcome: RecordOutcome::NothingToDo,
        message: String::new(),
        findings_before: before.findings(),
        findings_after: None,
        health_after: None,
        statements: records(&plan),
        left_out: left_out(&plan),
    };
    let run = Run { request, plan, record };
    Ok(if run.plan.statements.is_empty() {
        run.nothing_to_do(writer, &before, is_whole).await
    } else if is_whole {
        run.whole_or_nothing(writer).await
    } else {
        run.step_by_step(writer).await
    })
}

/// SQLite's is the transaction itself.
async fn take_lock(writer: &mut Writer, request: &Request) -> Result<(), MendError> {
    let place = request.database.target.schema.as_deref().unwrap_or_default();
    let digest = Sha256::digest(format!("schema-health repair {place}"));
    let busy = |error: WriteError| MendError::Refused {
        message: format!("the lock of repair was not to be had: {}", error.message),
        advice: "another repair of this database runs: wait for its end, or use a longer --lock-timeout"
            .to_owned(),
    };
    match writer {
        Writer::Postgres(_) => {
            let key = digest.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
            writer.execute(&format!("SELECT pg_catalog.pg_advisory_lock({key})")).await.map_err(busy)
        }
        Writer::Mysql(_) => {
            let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            let seconds = request.lock_timeout.as_secs_f64().ceil();
            let sql = format!(
                "SELECT 1 FROM (SELECT GET_LOCK(CONCAT('schema-health ', LEFT(SHA2(CONCAT(DATABASE(), '{name}'), 256), 32)), \
                 {seconds}) AS got) AS locked WHERE got = 1"
            );
            if writer.has_row(&sql).await.map_err(refused)? {
                return Ok(());
            }
            Err(busy(WriteError { message: "timeout".to_owned(), is_lost: false, advice: "" }))
        }
        Writer::Sqlite(_) => writer.execute("BEGIN EXCLUSIVE").await.map_err(busy),
    }
}

struct Run<'a> {
    request: &'a Request,
    plan: Plan,
    record: Record,
}

impl Run<'_> {
    async fn nothing_to_do(mut self, mut writer: Writer, before: &Look, in_transaction: bool) -> Record {
        if in_transaction {
            let _ = writer.execute("ROLLBACK").await;
        }
        writer.close().await;
        self.audited(before);
        let left = self.record.left_out.len();
        let message = if left == 0 {
            "nothing is missing that a plan mends".to_owned()
        } else {
            format!("nothing is missing that the plan mends; {left} differences are left to a person")
        };
        self.ended(RecordOutcome::NothingToDo, message)
    }

    /// All or nothing.
    async fn whole_or_nothing(mut self, mut writer: Writer) -> Record {
        if let Err(stopped) = run(&mut writer, &self.plan, Way::AsPlanned, &mut self.record.statements).await
        {
            return self.taken_back(Some(writer), stopped).await;
        }
        let (mut writer, observation) = match writer.observe(self.request).await {
            Ok(observed) => observed,
            Err(error) => {
                let error =
                    WriteError { message: error.to_string(), is_lost: true, advice: "run repair again" };
                let at = self.plan.statements.len();
                return self.taken_back(None, Stopped { at, error }).await;
            }
        };
        let after = Look::at(self.request, observation);
        if let Some(message) = self.missing_as_before(&after) {
            let error =
                WriteError { message, is_lost: false, advice: "please report this: the plan is wrong" };
            let at = self.plan.statements.len();
            return self.taken_back(Some(writer), Stopped { at, error }).await;
        }
        match writer.execute("COMMIT").await {
            Ok(()) => {
                writer.close().await;
                self.audited(&after);
                let message = self.done();
                self.ended(RecordOutcome::Applied, message)
            }
            // It may have arrived or not.
            Err(error) if error.is_lost => {
                for it in &mut self.record.statements {
                    it.outcome = StatementOutcome::NotKnown;
                }
                self.settled(error).await
            }
            Err(error) => {
                let at = self.plan.statements.len();
                self.taken_back(Some(writer), Stopped { at, error }).await
            }
        }
    }

    /// Nothing of the transaction stays; a server ends one whose connection is gone.
    async fn taken_back(mut self, writer: Option<Writer>, stopped: Stopped) -> Record {
        if let Some(mut writer) = writer
            && !stopped.error.is_lost
        {
            let _ = writer.execute("ROLLBACK").await;
            writer.close().await;
        }
        for it in &mut self.record.statements {
            if it.outcome == StatementOutcome::Done {
                it.outcome = StatementOutcome::RolledBack;
            } else if it.outcome == StatementOutcome::NotKnown {
                it.outcome = StatementOutcome::Failed;
            }
        }
        let message = format!(
            "{}: {}; all was one transaction, so the database is as it was; {}",
            self.place(stopped.at),
            stopped.error.message,
            stopped.error.advice
        );
        if let Ok(look) = self.look().await {
            self.audited(&look);
        }
        self.ended(RecordOutcome::Unchanged, message)
    }

    /// Each statement by itself.
    async fn step_by_step(mut self, mut writer: Writer) -> Record {
        let ran = run(&mut writer, &self.plan, Way::AsPlanned, &mut self.record.statements).await;
        match ran {
            Ok(()) => {
                // First the lock goes, so that the audit after it does not stand in its way.
                writer.close().await;
                match self.look().await {
                    Ok(look) => {
                        self.audited(&look);
                        let message = self.missing_as_before(&look).unwrap_or_else(|| self.done());
                        self.ended(RecordOutcome::Applied, message)
                    }
                    Err(error) => {
                        let message = format!("all statements ran; the audit after them failed: {error}");
                        self.ended(RecordOutcome::Applied, message)
                    }
                }
            }
            Err(stopped) => {
                let error = WriteError {
                    message: format!("{}: {}", self.place(stopped.at), stopped.error.message),
                    ..stopped.error
                };
                writer.close().await;
                self.settled(error).await
            }
        }
    }

    /// What took effect, by a fresh look; where the connection was lost, once the lock is free again: then the old
    /// session has ended, and nothing of it comes any more.
    async fn settled(mut self, error: WriteError) -> Record {
        match self.look_under_lock().await {
            Ok((look, open)) => {
                let expected = &look.expected.expectation.schema;
                let missing = diff(&look.observation.catalog.actual, expected).changes;
                let mut unseen = 0;
                for (at, (record, statement)) in
                    self.record.statements.iter_mut().zip(&self.plan.statements).enumerate()
                {
                    let is_missing = statement.mends.iter().any(|it| missing.contains(it));
                    let is_open = open.get(&at).copied();
                    if record.outcome == StatementOutcome::NotKnown {
                        record.outcome = if is_open.unwrap_or(is_missing) {
                            StatementOutcome::Failed
                        } else {
                            StatementOutcome::Done
                        };
                    }
                    unseen += usize::from(is_open == Some(true) && !is_missing);
                }
                self.audited(&look);
                let done = self.count(StatementOutcome::Done);
                let of = self.record.statements.len();
                let (outcome, effect) = if done == 0 {
                    (
                        RecordOutcome::Unchanged,
                        "no statement took effect: the database is as it was".to_owned(),
                    )
                } else if done == of {
                    (RecordOutcome::Applied, "all statements took effect all the same".to_owned())
                } else {
                    (
                        RecordOutcome::PartlyApplied,
                        format!("{done} of {} took effect: see the record", count_of(of, "statement")),
                    )
                };
                let advice = if unseen == 0 {
                    error.advice.to_owned()
                } else {
                    // What a constraint promises is there for new rows: a plan made now would not hold them up again.
                    format!(
                        "{}; {} still to be run by hand as the record has {}, for no finding tells of what is NOT VALID \
                         or only a step on the way",
                        error.advice,
                        count_of(unseen, "statement") + agree(unseen, " is", " are"),
                        agree(unseen, "it", "them")
                    )
                };
                self.ended(outcome, format!("{}; {effect}; {advice}", error.message))
            }
            Err(second) => {
                let message = format!(
                    "{}; the database could not be asked what took effect: {second}; run check, then repair again",
                    error.message
                );
                self.ended(RecordOutcome::NotKnown, message)
            }
        }
    }

    async fn look(&self) -> Result<Look, MendError> {
        Ok(Look::at(self.request, observe_apart(self.request).await?))
    }

    /// And of the statements that can be asked for it whether they are still to be done, by their places.
    async fn look_under_lock(&self) -> Result<(Look, BTreeMap<usize, bool>), MendError> {
        let mut writer = Writer::open(self.request).await?;
        take_lock(&mut writer, self.request).await?;
        let mut open = BTreeMap::new();
        for (at, statement) in self.plan.statements.iter().enumerate() {
            if let Some(query) = &statement.open_while {
                open.insert(at, writer.has_row(query).await.map_err(refused)?);
            }
        }
        let is_exclusive = matches!(writer, Writer::Sqlite(_));
        let (writer, observation) = if is_exclusive {
            writer.observe(self.request).await?
        } else {
            (writer, observe_apart(self.request).await?)
        };
        writer.close().await;
        Ok((Look::at(self.request, observation), open))
    }

    /// What a plan made now would mend, unless ours left it to a person: that one knew of the tables' rows.
    fn missing_as_before(&self, look: &Look) -> Option<String> {
        let is_left = |change: &Change| self.plan.left_out.iter().any(|it| it.change == *change);
        let statements = look.plan(self.request, Default::default()).statements;
        let missing: Vec<String> =
            statements.into_iter().filter(|it| !it.mends.iter().all(is_left)).map(|it| it.purpose).collect();
        (!missing.is_empty())
            .then(|| format!("all statements ran, but these are missing as before: {}", missing.join("; ")))
    }

    fn audited(&mut self, look: &Look) {
        self.record.findings_after = Some(look.findings());
        self.record.health_after = Some(look.report.health.as_str());
    }

    fn count(&self, outcome: StatementOutcome) -> usize {
        self.record.statements.iter().filter(|it: &&StatementRecord| it.outcome == outcome).count()
    }

    fn place(&self, at: usize) -> String {
        match self.plan.statements.get(at) {
            Some(statement) => {
                format!("statement {} of {} ({})", at + 1, self.plan.statements.len(), statement.purpose)
            }
            None => "after the last statement".to_owned(),
        }
    }

    fn done(&self) -> String {
        let left = match self.record.left_out.len() {
            0 => String::new(),
            left => {
                format!("; {} left to a person", count_of(left, "difference") + agree(left, " is", " are"))
            }
        };
        format!(
            "{} applied: {} → {}{left}",
            count_of(self.record.statements.len(), "statement"),
            count_of(self.record.findings_before, "finding"),
            self.record.findings_after.unwrap_or(0)
        )
    }

    fn ended(mut self, outcome: RecordOutcome, message: String) -> Record {
        self.record.outcome = outcome;
        self.record.message = message;
        self.record.ended_at = Timestamp::now();
        self.record
    }
}
