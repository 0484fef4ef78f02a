//! One look at one database, within its budget: read what has changed, judge it, keep what can be kept.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::store::{Judged, Store};
use super::tables::TableIndex;
use crate::audit::evidence::Missing;
use crate::audit::policy::Policy;
use crate::audit::{
    Evidence, Expected, Foresight, Observation, Report, Sibling, audit_remembering, diagnose,
};
use crate::catalog::{CatalogError, FailureReason, Fingerprint, Session};
use crate::config::DatabaseConfig;
use crate::migration::{Interest, Manifest, MigrationId};
use crate::repair::{Basis, Plans};

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
    /// Every migration that the ledger recorded at some look; lost with the process.
    remembered: Arc<BTreeSet<MigrationId>>,
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
    /// What was asked of other databases, and what they said.
    missing: Missing,
    siblings: Vec<Sibling>,
}

/// A judgement that may still be explained.
struct Judging {
    manifest: Arc<Manifest>,
    policy: Policy,
    expected: Arc<Expected>,
    observation: Box<Observation>,
    report: Report,
    tables: TableIndex,
    plans: Option<Plans>,
    missing: Missing,
    siblings: Vec<Sibling>,
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
    Read(Box<Observation>, Foreseen),
}

/// What an observation shares its tables with.
type Foreseen = Option<Arc<Expected>>;

impl Auditor {
    /// Looks once. After an error, or when the returned future is dropped, the connection is closed.
    pub async fn look(
        &mut self,
        config: &Arc<DatabaseConfig>,
        today: Date,
        store: &Store,
    ) -> Result<Arc<Judged>, CatalogError> {
        let policy = config.policy.on(today);
        let deadline = Instant::now() + config.target.budgets.audit;
        if self.kept.as_ref().is_some_and(|kept| !kept.target_of.reads_the_same(config)) {
            // First, so that there are never two.
            self.close().await;
        }
        let may_skip = self.looks_since_full_read < FULL_READ_EVERY
            && self.last.as_ref().is_some_and(|last| last.rests_on(config, &policy, store));
        let kept = self.kept.take();
        let interest = self.interest(config);
        let foresight = self.foresight(config);
        let (mut kept, reading) = read_by(deadline, kept, config, &interest, may_skip, foresight).await?;
        let judged = match (reading, &self.last) {
            (Reading::Unchanged, Some(last)) => {
                self.looks_since_full_read += 1;
                Arc::clone(&last.judged)
            }
            (Reading::Unchanged, None) => return Err(unchanged_without_verdict()),
            (Reading::Read(observation, foreseen), _) => {
                let was_foreseen = foreseen.is_some();
                let mut judging = self.judge(config, policy.clone(), observation, foreseen).await?;
                if was_foreseen && judging.misses_something() {
                    // What is to be mended is looked at with the names that the server gave.
                    let again = read_by(deadline, kept, config, &interest, false, None).await?;
                    let Reading::Read(observation, foreseen) = again.1 else {
                        return Err(unchanged_without_verdict());
                    };
                    kept = again.0;
                    judging = self.judge(config, policy, observation, foreseen).await?;
                }
                if !judging.missing.is_empty() {
                    let (session, evidence) = gather(kept, judging.missing.clone(), deadline).await;
                    kept = session;
                    judging.siblings = store.siblings(&config.name, &judging.missing);
                    judging.explain(evidence);
                }
                self.keep(judging)
            }
        };
        match kept {
            Some(kept) if config.keep_connection => self.kept = kept.renewed().await,
            Some(kept) => close(kept.session).await,
            None => {}
        }
        Ok(judged)
    }

    /// What will be expected, unless something was missing at the last look: then it most likely still is.
    fn foresight(&self, config: &DatabaseConfig) -> Option<Foresight> {
        let last = self.last.as_ref().filter(|last| Arc::ptr_eq(&last.manifest, &config.manifest));
        if last.is_some_and(|last| misses_something(&last.judged.report, last.judged.plans.is_some())) {
            return None;
        }
        Some(Foresight::new(Arc::clone(&config.manifest), last.map(|last| Arc::clone(&last.expected))))
    }

    async fn judge(
        &mut self,
        config: &DatabaseConfig,
        policy: Policy,
        observation: Box<Observation>,
        foreseen: Foreseen,
    ) -> Result<Judging, CatalogError> {
        let manifest = Arc::clone(&config.manifest);
        let last = self.last.as_ref().filter(|last| Arc::ptr_eq(&last.manifest, &manifest));
        let last_expected = foreseen.or_else(|| last.map(|last| Arc::clone(&last.expected)));
        let remembered = Arc::clone(&self.remembered);
        // Folding and comparing ten thousand tables takes long enough to be kept off the reactor.
        let work = tokio::task::spawn_blocking(move || {
            let expected = last_expected
                .filter(|expected| expected.still_holds(&observation))
                .unwrap_or_else(|| Arc::new(Expected::of(&manifest, &observation)));
            let report = audit_remembering(&manifest, &expected, &observation, &policy, &remembered);
            let missing = Missing::of(&manifest, &expected, &observation, &report);
            let tables = TableIndex::of(Arc::clone(&manifest), &expected, &observation);
            let plans = Plans::of(Basis {
                manifest: &manifest,
                expected: &expected,
                observation: &observation,
                report: &report,
            });
            let siblings = Vec::new();
            Judging { manifest, policy, expected, observation, report, tables, plans, missing, siblings }
        });
        work.await.map_err(|crash| internal(&crash))
    }

    fn keep(&mut self, judging: Judging) -> Arc<Judged> {
        let Judging { manifest, policy, expected, observation, report, tables, plans, missing, siblings } =
            judging;
        let recorded = observation.ledger.rows().unwrap_or_default().iter().filter(|it| it.succeeded);
        let is_new = |id: &&MigrationId| !self.remembered.contains(*id);
        let new: Vec<MigrationId> = recorded.map(|row| &row.migration).filter(is_new).cloned().collect();
        if !new.is_empty() {
            Arc::make_mut(&mut self.remembered).extend(new);
        }
        let judged = Arc::new(Judged { plans: plans.map(Box::new), ..Judged::new(report, tables) });
        self.last = Some(Last { manifest, policy, expected, judged: Arc::clone(&judged), missing, siblings });
        self.looks_since_full_read = 0;
        judged
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
    fn rests_on(&self, config: &DatabaseConfig, policy: &Policy, store: &Store) -> bool {
        Arc::ptr_eq(&self.manifest, &config.manifest)
            && self.policy == *policy
            && (self.missing.is_empty() || self.siblings == store.siblings(&config.name, &self.missing))
    }
}

/// Whether anything is missing or not as expected, or left for a plan to tell.
fn misses_something(report: &Report, has_plans: bool) -> bool {
    has_plans || report.findings.iter().any(|it| it.expected.is_some())
}

impl Judging {
    fn misses_something(&self) -> bool {
        !self.missing.is_empty() || misses_something(&self.report, self.plans.is_some())
    }

    fn explain(&mut self, evidence: Evidence) {
        self.report.remarks.extend(evidence.remarks());
        self.observation.evidence = Some(evidence);
        self.report.diagnosis =
            diagnose(&self.manifest, &self.expected, &self.observation, &self.report, &self.siblings);
    }
}

/// Looks for traces of what is missing, in what is left of the audit's budget. A failure is told in the evidence and
/// costs the connection, never the audit.
async fn gather(kept: Option<Kept>, missing: Missing, deadline: Instant) -> (Option<Kept>, Evidence) {
    let Some(mut kept) = kept else { return (None, Evidence::default()) };
    let gathering = AbortOnDropHandle::new(tokio::spawn(async move {
        let gathered = kept.session.gather(&missing).await;
        (kept, gathered)
    }));
    match timeout_at(deadline, gathering).await {
        Ok(Ok((kept, Ok(evidence)))) => (Some(kept), evidence),
        Ok(Ok((kept, Err(error)))) => {
            close(kept.session).await;
            (None, Evidence::not_gathered(error.message))
        }
        Ok(Err(crash)) => (None, Evidence::not_gathered(internal(&crash).message)),
        Err(_) => (None, Evidence::not_gathered("the audit's budget was used up before".to_owned())),
    }
}

/// Reads within the audit's budget, in a task of its own, so that a crash is an error like others.
async fn read_by(
    deadline: Instant,
    kept: Option<Kept>,
    config: &Arc<DatabaseConfig>,
    interest: &Arc<Interest>,
    may_skip: bool,
    foresight: Option<Foresight>,
) -> Result<(Option<Kept>, Reading), CatalogError> {
    let reading = tokio::spawn(read(kept, Arc::clone(config), Arc::clone(interest), may_skip, foresight));
    match timeout_at(deadline, AbortOnDropHandle::new(reading)).await {
        Ok(Ok(read)) => read,
        Ok(Err(crash)) => Err(internal(&crash)),
        Err(_) => {
            let budget = config.target.budgets.audit;
            let message = format!("no result within the audit budget of {budget:?}");
            Err(CatalogError::new(FailureReason::Timeout, message))
        }
    }
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
    let foreseen = foresight.as_ref().and_then(Foresight::told).map(Arc::clone);
    Ok((Some(kept), Reading::Read(Box::new(observation), foreseen)))
}

async fn close(session: Session) {
    // What cannot be said within the budget is said by the closed socket.
    let _ = timeout(CLOSE_BUDGET, session.close()).await;
}

fn unchanged_without_verdict() -> CatalogError {
    CatalogError::new(FailureReason::Internal, "an unchanged catalog without a verdict")
}

fn internal(crash: &tokio::task::JoinError) -> CatalogError {
    // The panic's own text may hold anything, so it goes nowhere; the panic hook has told the place.
    let what = if crash.is_panic() { "the audit crashed" } else { "the audit was stopped" };
    CatalogError::new(FailureReason::Internal, what)
}
