//! One look at one database, within its budget: read what has changed, judge it, keep what can be kept.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::store::Judged;
use super::tables::TableIndex;
use crate::audit::policy::Policy;
use crate::audit::{Expected, Foresight, Observation, audit_against};
use crate::catalog::{CatalogError, FailureReason, Fingerprint, Session};
use crate::config::DatabaseConfig;
use crate::migration::{Interest, Manifest};

/// However still the fingerprint stands, everything is read again after so many looks.
const FULL_READ_EVERY: u32 = 10;
/// A frozen server must not hold us up when we say goodbye.
const CLOSE_BUDGET: Duration = Duration::from_secs(1);

/// What one worker keeps between two looks at its database.
#[derive(Default)]
pub struct Auditor {
    kept: Option<Kept>,
    last: Option<Last>,
    /// What the manifest wants to know, computed once for each manifest.
    interest: Option<(Arc<Manifest>, Arc<Interest>)>,
    looks_since_full_read: u32,
}

/// An open session and the marks taken in it, which mean nothing in another session.
struct Kept {
    session: Session,
    target_of: Arc<DatabaseConfig>,
    probe: Option<Fingerprint>,
    fingerprint: Option<Fingerprint>,
}

/// The last judgement, and what it rests on.
struct Last {
    manifest: Arc<Manifest>,
    policy: Policy,
    expected: Arc<Expected>,
    judged: Arc<Judged>,
}

impl Kept {
    async fn open(config: &Arc<DatabaseConfig>) -> Result<Self, CatalogError> {
        let session = Session::open(&config.target).await?;
        Ok(Self { session, target_of: Arc::clone(config), probe: None, fingerprint: None })
    }

    /// `None` where there is no new connection to be had now: the next look tries again, and tells.
    async fn renewed(self) -> Option<Self> {
        let (session, was_renewed) = self.session.renewed().await.ok()?;
        let (probe, fingerprint) = if was_renewed { (None, None) } else { (self.probe, self.fingerprint) };
        Some(Self { session, probe, fingerprint, ..self })
    }
}

enum Reading {
    Unchanged,
    /// With the foresight it was read with.
    Read(Box<Observation>, Option<Foresight>),
}

impl Auditor {
    /// Looks once. After an error, or when the returned future is dropped, the connection is closed.
    pub async fn look(
        &mut self,
        config: &Arc<DatabaseConfig>,
        today: Date,
    ) -> Result<Arc<Judged>, CatalogError> {
        let policy = config.policy.on(today);
        let budget = config.target.budgets.audit;
        if self.kept.as_ref().is_some_and(|kept| !kept.target_of.reads_the_same(config)) {
            // First, so that there are never two.
            self.close().await;
        }
        let deadline = Instant::now() + budget;
        let may_skip = self.looks_since_full_read < FULL_READ_EVERY
            && self.last.as_ref().is_some_and(|last| last.rests_on(config, &policy));
        let mut reading = self.read_until(deadline, config, may_skip, self.foresight(config)).await?;
        if let Reading::Read(observation, foresight @ Some(_)) = reading {
            let judged = self.judge(config, policy.clone(), observation, foresight).await?;
            if !misses_something(&judged) {
                return Ok(judged);
            }
            // What is to be mended is looked at with the names that the server gave.
            reading = self.read_until(deadline, config, false, None).await?;
        }
        match (reading, &self.last) {
            (Reading::Unchanged, Some(last)) => {
                self.looks_since_full_read += 1;
                Ok(Arc::clone(&last.judged))
            }
            (Reading::Unchanged, None) => {
                Err(CatalogError::new(FailureReason::Internal, "an unchanged catalog without a verdict"))
            }
            (Reading::Read(observation, foresight), _) => {
                self.judge(config, policy, observation, foresight).await
            }
        }
    }

    /// Reads in a task of its own, so that a crash is an error like others, and keeps the session.
    async fn read_until(
        &mut self,
        deadline: Instant,
        config: &Arc<DatabaseConfig>,
        may_skip: bool,
        foresight: Option<Foresight>,
    ) -> Result<Reading, CatalogError> {
        let (kept, interest) = (self.kept.take(), self.interest(config));
        let reading = tokio::spawn(read(kept, Arc::clone(config), interest, may_skip, foresight));
        let (kept, reading) = match timeout_at(deadline, AbortOnDropHandle::new(reading)).await {
            Ok(Ok(read)) => read?,
            Ok(Err(crash)) => return Err(internal(&crash)),
            Err(_) => {
                let budget = config.target.budgets.audit;
                let message = format!("no result within the audit budget of {budget:?}");
                return Err(CatalogError::new(FailureReason::Timeout, message));
            }
        };
        self.kept = kept.filter(|_| config.keep_connection);
        Ok(reading)
    }

    /// What will be expected, unless something was missing at the last look: then it most likely still is.
    fn foresight(&self, config: &DatabaseConfig) -> Option<Foresight> {
        let last = self.last.as_ref().filter(|last| Arc::ptr_eq(&last.manifest, &config.manifest));
        if last.is_some_and(|last| misses_something(&last.judged)) {
            return None;
        }
        Some(Foresight::new(Arc::clone(&config.manifest), last.map(|last| Arc::clone(&last.expected))))
    }

    async fn judge(
        &mut self,
        config: &DatabaseConfig,
        policy: Policy,
        observation: Box<Observation>,
        foresight: Option<Foresight>,
    ) -> Result<Arc<Judged>, CatalogError> {
        let manifest = Arc::clone(&config.manifest);
        let last = self.last.as_ref().filter(|last| Arc::ptr_eq(&last.manifest, &manifest));
        let last_expected =
            foresight.as_ref().and_then(Foresight::expected).or(last.map(|it| &it.expected)).cloned();
        // Folding and comparing ten thousand tables takes long enough to be kept off the reactor.
        let work = tokio::task::spawn_blocking(move || {
            let expected = last_expected
                .filter(|expected| expected.still_holds(&observation))
                .unwrap_or_else(|| Arc::new(Expected::of(&manifest, &observation)));
            let report = audit_against(&manifest, &expected, &observation, &policy);
            let tables = TableIndex::of(Arc::clone(&manifest), &expected, &observation);
            Last { manifest, policy, expected, judged: Arc::new(Judged::new(report, tables)) }
        });
        let last = work.await.map_err(|crash| internal(&crash))?;
        let judged = Arc::clone(&last.judged);
        self.last = Some(last);
        self.looks_since_full_read = 0;
        Ok(judged)
    }

    fn interest(&mut self, config: &DatabaseConfig) -> Arc<Interest> {
        match &self.interest {
            Some((manifest, interest)) if Arc::ptr_eq(manifest, &config.manifest) => Arc::clone(interest),
            Some(_) | None => {
                let interest = Arc::new(config.manifest.interest());
                self.interest = Some((Arc::clone(&config.manifest), Arc::clone(&interest)));
                interest
            }
        }
    }

    /// Closes the connection, if one is kept.
    pub async fn close(&mut self) {
        if let Some(kept) = self.kept.take() {
            close(kept.session).await;
        }
    }
}

impl Last {
    fn rests_on(&self, config: &DatabaseConfig, policy: &Policy) -> bool {
        Arc::ptr_eq(&self.manifest, &config.manifest) && self.policy == *policy
    }
}

/// Whether anything is missing or not as expected.
fn misses_something(judged: &Judged) -> bool {
    judged.report.findings.iter().any(|it| it.expected.is_some())
}

/// Reads all, unless `may_skip` and the fingerprint stands still.
///
/// The probe lags behind what other sessions do, so its standing still proves nothing: it only saves the
/// fingerprint where it has moved. Marks are taken before the reading: a change in between makes the next
/// look read again.
async fn read(
    kept: Option<Kept>,
    config: Arc<DatabaseConfig>,
    interest: Arc<Interest>,
    may_skip: bool,
    mut foresight: Option<Foresight>,
) -> Result<(Option<Kept>, Reading), CatalogError> {
    let was_kept = kept.is_some();
    let mut kept = match kept {
        Some(kept) => kept,
        None => Kept::open(&config).await?,
    };
    let mut fingerprint_wanted = config.keep_connection;
    if config.keep_connection {
        let probe = match kept.session.probe().await {
            // Servers and firewalls close what was silent for long: that is no failure of the database.
            Err(error) if was_kept && error.reason == FailureReason::ConnectionLost => {
                kept = Kept::open(&config).await?;
                kept.session.probe().await?
            }
            probe => probe?,
        };
        let has_moved = kept.probe.is_some() && kept.probe != probe;
        kept.probe = probe;
        if has_moved {
            kept.fingerprint = None;
            fingerprint_wanted = false;
        }
    }
    if fingerprint_wanted {
        let fingerprint = kept.session.fingerprint().await?;
        let stands_still = fingerprint.is_some() && fingerprint == kept.fingerprint;
        kept.fingerprint = fingerprint;
        if stands_still && may_skip {
            return Ok((Some(kept), Reading::Unchanged));
        }
    }
    let observation = kept.session.observe_expecting(&interest, foresight.as_mut()).await?;
    let reading = Reading::Read(Box::new(observation), foresight);
    if !config.keep_connection {
        close(kept.session).await;
        return Ok((None, reading));
    }
    Ok((kept.renewed().await, reading))
}

async fn close(session: Session) {
    // What cannot be said within the budget is said by the closed socket.
    let _ = timeout(CLOSE_BUDGET, session.close()).await;
}

fn internal(crash: &tokio::task::JoinError) -> CatalogError {
    // The panic's own text may hold anything, so it goes nowhere; the panic hook has told the place.
    let what = if crash.is_panic() { "the audit crashed" } else { "the audit was stopped" };
    CatalogError::new(FailureReason::Internal, what)
}
