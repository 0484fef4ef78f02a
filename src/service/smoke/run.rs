//! One run of all smoke checks of one database, one after the other, within its budget.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};
use tokio_rustls::rustls::ClientConfig;
use tracing::error;

use super::ground::Ground;
use super::{http, tls};
use crate::catalog::Session;
use crate::catalog::trial::{Answer, TrialError, rehearse};
use crate::config::SmokeConfig;
use crate::smoke::{
    Attempt, Blocker, SmokeAction, SmokeCheck, SmokeRun, SqlCheck, SqlExpectation, WriteCheck, after_attempt,
    before_attempt,
};

/// Tries every check. Never fails: what cannot be tried is told as not tested.
pub async fn run(database: &str, config: &SmokeConfig, ground: &Ground) -> SmokeRun {
    let began = Timestamp::now();
    let mut running = Running {
        database,
        config,
        ground,
        suspects: ground.suspects(),
        tls: None,
        reader: None,
        end: Instant::now() + config.budget,
    };
    let mut results = Vec::with_capacity(config.checks.len());
    for check in &config.checks {
        let needed = running.needed(check, true);
        let result = match before_attempt(check, &results, &needed) {
            Some(result) => result,
            None => {
                let started = Instant::now();
                let attempt = running.attempt(check).await;
                let blockers = running.blockers(check, &attempt);
                after_attempt(check, attempt, blockers, started.elapsed())
            }
        };
        results.push(result);
    }
    if let Some(session) = running.reader.take() {
        // What cannot be said in time is said by the closed socket.
        let _ = timeout(Duration::from_secs(1), session.close()).await;
    }
    SmokeRun { began, ended: Timestamp::now(), results }
}

struct Running<'a> {
    database: &'a str,
    config: &'a SmokeConfig,
    ground: &'a Ground,
    suspects: Vec<String>,
    /// Made when it is first needed.
    tls: Option<Result<Arc<ClientConfig>, String>>,
    /// Kept from one query to the next.
    reader: Option<Session>,
    end: Instant,
}

impl Running<'_> {
    /// What is missing of what the check needs; of what its SQL names only where `with_reads`.
    fn needed(&self, check: &SmokeCheck, with_reads: bool) -> Vec<Blocker> {
        let mut needed = self.ground.blockers(&check.needs, true);
        if with_reads {
            add(&mut needed, self.ground.blockers(&check.reads, false));
        }
        needed
    }

    /// What explains the failure. A server that took a query proves that its tables are there.
    fn blockers(&self, check: &SmokeCheck, attempt: &Attempt) -> Vec<Blocker> {
        let Attempt::Failed { accused, .. } = attempt else { return Vec::new() };
        let was_refused = match &check.action {
            SmokeAction::Http(_) | SmokeAction::Write(_) => true,
            SmokeAction::Sql(_) => !accused.is_empty(),
        };
        let mut blockers = self.needed(check, was_refused);
        add(&mut blockers, self.ground.blockers(accused, false));
        blockers
    }

    async fn attempt(&mut self, check: &SmokeCheck) -> Attempt {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let budget = self.config.budget;
            return Attempt::Impossible(format!("the run's budget of {budget:?} was used up before it"));
        }
        let budget = check.timeout.min(left);
        let attempt = match timeout(budget, self.attempt_within(check, budget)).await {
            Ok(attempt) => attempt,
            Err(_) => {
                self.reader = None;
                let message = match &check.action {
                    SmokeAction::Http(_) => format!("no whole answer within {budget:?}"),
                    SmokeAction::Sql(_) | SmokeAction::Write(_) => format!("no answer within {budget:?}"),
                };
                Attempt::Failed { message, accused: Vec::new() }
            }
        };
        match attempt {
            // Cut short by what others had used up: that is no fault of this one.
            Attempt::Failed { .. } if left < check.timeout && Instant::now() >= self.end => {
                let budget = self.config.budget;
                Attempt::Impossible(format!("the run's budget of {budget:?} ended during it"))
            }
            attempt => attempt,
        }
    }

    async fn attempt_within(&mut self, check: &SmokeCheck, budget: Duration) -> Attempt {
        match (&check.action, &self.ground.unreadable) {
            (SmokeAction::Http(request), _) => {
                let needs_tls = request.shown.starts_with("https:") || request.follow_redirects;
                let tls = if needs_tls { self.tls().await } else { Err("TLS was not prepared".to_owned()) };
                http::ask(request, &self.config.hosts, &tls, &self.suspects, budget).await
            }
            (SmokeAction::Sql(_) | SmokeAction::Write(_), Some(why)) => {
                Attempt::Impossible(format!("the last audit could not read the database: {why}"))
            }
            (SmokeAction::Sql(query), None) => self.query(query, budget).await,
            (SmokeAction::Write(write), None) => self.write(check, write, budget).await,
        }
    }

    async fn tls(&mut self) -> Result<Arc<ClientConfig>, String> {
        if let Some(tls) = &self.tls {
            return tls.clone();
        }
        let certificates = self.config.certificates.clone();
        let made = spawn_blocking(move || tls::client(certificates.as_deref())).await;
        let made = made.unwrap_or_else(|_| Err("TLS could not be prepared".to_owned()));
        self.tls.insert(made).clone()
    }

    async fn query(&mut self, query: &SqlCheck, budget: Duration) -> Attempt {
        let session = match self.reader.take() {
            Some(session) => Ok(session),
            None => Session::open(&self.config.reader).await,
        };
        let mut session = match session {
            Ok(session) => session,
            Err(error) => return Attempt::Impossible(format!("{error}; {}", error.advice())),
        };
        match session.ask(&query.statement, budget).await {
            Ok(answer) => {
                self.reader = Some(session);
                judge(&query.expect, &answer)
            }
            Err(error) => attempt_of(error),
        }
    }

    async fn write(&self, check: &SmokeCheck, write: &WriteCheck, budget: Duration) -> Attempt {
        let Some(writer) = &self.config.writer else {
            return Attempt::Impossible("write checks are not allowed".to_owned());
        };
        let outcome = rehearse(writer, &write.statements, &check.reads, budget).await;
        if let Err(TrialError::NotRolledBack(message)) = &outcome {
            error!(database = self.database, check = &*check.name, "smoke check: {message}");
        }
        match outcome {
            Ok(()) => Attempt::Passed("the server took it, and it was rolled back".to_owned()),
            Err(error) => attempt_of(error),
        }
    }
}

/// Each once, whoever named it.
fn add(blockers: &mut Vec<Blocker>, more: Vec<Blocker>) {
    for blocker in more {
        if !blockers.contains(&blocker) {
            blockers.push(blocker);
        }
    }
}

fn attempt_of(error: TrialError) -> Attempt {
    match error {
        TrialError::NotTried(message) => Attempt::Impossible(message),
        TrialError::Refused { message, accused } => Attempt::Failed { message, accused },
        TrialError::NotRolledBack(message) => {
            Attempt::Failed { message: format!("NOT ROLLED BACK: {message}"), accused: Vec::new() }
        }
    }
}

/// Values are not repeated: they may be anybody's data.
fn judge(expect: &SqlExpectation, answer: &Answer) -> Attempt {
    let failed = |message: &str| Attempt::Failed { message: message.to_owned(), accused: Vec::new() };
    let passed = |message: &str| Attempt::Passed(message.to_owned());
    match (expect, answer.rows, &answer.value) {
        (SqlExpectation::NoError, _, _) => passed("the server took it"),
        (SqlExpectation::Rows, 0, _) => failed("it gave no row"),
        (SqlExpectation::Rows, _, _) => passed("it gave rows"),
        (SqlExpectation::NoRows, 0, _) => passed("it gave no row"),
        (SqlExpectation::NoRows, _, _) => failed("it gave rows, where there should be none"),
        (SqlExpectation::Value(_), 0, _) => failed("it gave no row, where a value should be"),
        (SqlExpectation::Value(_), _, None) => failed("it gave NULL, where a value should be"),
        (SqlExpectation::Value(wanted), _, Some(value)) if is_same(wanted, value) => {
            passed("it gave the expected value")
        }
        (SqlExpectation::Value(_), _, Some(_)) => failed("it gave another value than the expected one"),
    }
}

/// Servers write truth as `t`, `1` or `true`.
fn is_same(wanted: &str, value: &str) -> bool {
    wanted == value
        || match wanted {
            "true" => matches!(value, "t" | "1"),
            "false" => matches!(value, "f" | "0"),
            _ => false,
        }
}
