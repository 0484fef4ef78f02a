//! The worker of one database: waits until it is due or asked for, audits, confirms, records.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::auditor::Auditor;
use super::chance::Chance;
use super::one_line;
use super::store::{Database, Judged, Moment, Store, Verdict};
use crate::audit::Health;
use crate::catalog::CatalogError;
use crate::config::DatabaseConfig;

/// A state that changes from look to look is told as it is after so many looks.
const MOST_LOOKS: u32 = 3;
/// The first wait after a failure; it doubles up to the interval.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);

/// How long an audit keeps its place in a lane: one that takes longer waits for its server, as a rule.
const PATIENCE: Duration = Duration::from_millis(500);
/// So many times as many audits may go on aside as there are places in a lane.
const ROOM_ASIDE: usize = 4;

/// Bounds how many databases are audited at the same time.
///
/// Databases whose last audit failed have a lane of their own: frozen ones that use up their budgets hold
/// up each other, never a healthy one. One that freezes in mid-audit goes aside and gives its place back.
pub struct Lanes {
    sound: Semaphore,
    failing: Semaphore,
    aside: Semaphore,
}

impl Lanes {
    pub fn new(concurrency: usize) -> Self {
        Self {
            sound: Semaphore::new(concurrency),
            failing: Semaphore::new(concurrency),
            aside: Semaphore::new(concurrency.saturating_mul(ROOM_ASIDE).min(Semaphore::MAX_PERMITS)),
        }
    }

    /// Waits for a place.
    pub async fn enter(&self, is_sound: bool) -> Option<SemaphorePermit<'_>> {
        let lane = if is_sound { &self.sound } else { &self.failing };
        // The semaphores are never closed.
        lane.acquire().await.ok()
    }
}

/// Audits `database` until `stop`. The first audit begins after `delay`.
pub async fn run(
    database: Arc<Database>,
    store: Arc<Store>,
    lanes: Arc<arc_swap::ArcSwap<Lanes>>,
    delay: Duration,
    stop: CancellationToken,
) {
    let (auditor, chance) = (Auditor::default(), Chance::default());
    let mut worker = Worker { database, store, lanes, auditor, chance, failures_in_a_row: 0 };
    let mut due = Instant::now() + delay;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = sleep_until(due) => {}
            () = worker.database.wake.notified() => {}
        }
        let began = Instant::now();
        tokio::select! {
            () = stop.cancelled() => break,
            // An audit's future takes 13 KB, which a thousand databases that wait would hold for nothing.
            () = Box::pin(worker.audit()) => {}
        }
        due = began + worker.pause();
    }
    Box::pin(worker.auditor.close()).await;
}

struct Worker {
    database: Arc<Database>,
    /// Read for what is known of the other databases.
    store: Arc<Store>,
    lanes: Arc<arc_swap::ArcSwap<Lanes>>,
    auditor: Auditor,
    chance: Chance,
    failures_in_a_row: u32,
}

impl Worker {
    /// From the beginning of one audit to the next. Never more than the interval: a database that is back is
    /// seen within one.
    fn pause(&mut self) -> Duration {
        let interval = self.database.config.load().interval;
        let pause = match self.failures_in_a_row {
            0 => interval,
            failures => interval.min(FIRST_BACK_OFF * 2_u32.saturating_pow(failures.min(20) - 1)),
        };
        self.chance.shorten(pause)
    }

    async fn audit(&mut self) {
        self.database.progress.send_modify(|progress| progress.begun += 1);
        let before = self.database.health();
        let failed = match self.look_until_confirmed().await {
            Ok(()) => {
                self.failures_in_a_row = 0;
                None
            }
            Err(error) => {
                self.failures_in_a_row += 1;
                Some(error)
            }
        };
        self.database.update(|state| {
            state.tried = true;
            state.confirming = 0;
        });
        self.tell(before, failed.as_ref());
        self.database.ask_for_smoke();
        self.database.progress.send_modify(|progress| progress.ended = progress.begun);
    }

    /// Looks, and looks again where a new error would change the verdict.
    async fn look_until_confirmed(&mut self) -> Result<(), CatalogError> {
        let mut noticed: BTreeMap<String, Timestamp> = BTreeMap::new();
        for look in 1.. {
            let config = self.database.config.load_full();
            let judged = self.look(&config).await?;
            let now = Timestamp::now();
            let in_force = self.database.state().verdict.as_ref().map(|verdict| Arc::clone(&verdict.judged));
            let mut new_errors = BTreeMap::new();
            for error in judged.errors() {
                if !in_force.as_ref().is_some_and(|it| it.errors().any(|known| known.id == error.id)) {
                    let since = noticed.get(&error.id).copied().unwrap_or(now);
                    new_errors.insert(error.id.clone(), since);
                }
            }
            let is_confirmed = new_errors.keys().all(|id| noticed.contains_key(id));
            if is_confirmed || config.confirm_after.is_zero() || look >= MOST_LOOKS {
                self.publish(judged, &new_errors);
                return Ok(());
            }
            self.database.update(|state| state.confirming = new_errors.len());
            noticed = new_errors;
            sleep(config.confirm_after).await;
        }
        Ok(())
    }

    /// One look, recorded as one audit.
    async fn look(&mut self, config: &Arc<DatabaseConfig>) -> Result<Arc<Judged>, CatalogError> {
        let lanes = self.lanes.load_full();
        let place = lanes.enter(self.failures_in_a_row == 0).await;
        let began = Moment::now();
        let today = TimeZone::UTC.to_datetime(began.timestamp).date();
        let mut look = pin!(self.auditor.look(config, today, &self.store));
        let outcome = match timeout(PATIENCE, &mut look).await {
            Ok(outcome) => {
                drop(place);
                outcome
            }
            Err(_) => {
                let _place = lanes.aside.try_acquire().ok().or(place);
                look.await
            }
        };
        self.database.update(|state| {
            let now = Moment::now();
            state.audits += 1;
            state.last_audit = Some(now);
            state.last_duration = now.instant.duration_since(began.instant);
            state.up = Some(outcome.is_ok());
            match &outcome {
                Ok(_) => {
                    state.last_success = Some(now);
                    state.failure = None;
                }
                Err(error) => {
                    *state.failures.entry(error.reason).or_default() += 1;
                    state.failure = Some((error.clone(), now.timestamp));
                }
            }
        });
        outcome
    }

    fn publish(&self, judged: Arc<Judged>, noticed: &BTreeMap<String, Timestamp>) {
        self.database.update(|state| {
            let audited = Moment::now();
            let first_seen = match &state.verdict {
                Some(verdict) if Arc::ptr_eq(&verdict.judged, &judged) => Arc::clone(&verdict.first_seen),
                earlier => {
                    let known = |id: &str| earlier.as_ref().and_then(|it| it.first_seen.get(id)).copied();
                    let findings = judged.report.findings.iter().map(|finding| {
                        let since = known(&finding.id).or(noticed.get(&finding.id).copied());
                        (finding.id.clone(), since.unwrap_or(audited.timestamp))
                    });
                    Arc::new(findings.collect())
                }
            };
            let mended = match &state.verdict {
                Some(verdict) if Arc::ptr_eq(&verdict.judged, &judged) => Arc::clone(&verdict.mended),
                Some(verdict) => Arc::new(verdict.mended_by(&judged, audited.timestamp)),
                None => Arc::default(),
            };
            state.verdict = Some(Verdict { judged, audited, first_seen, mended });
        });
    }

    /// One line for each failure, and one for each change of health.
    fn tell(&self, before: Health, failed: Option<&CatalogError>) {
        let config = self.database.config.load();
        let name = &*config.name;
        if let Some(error) = failed {
            warn!(
                database = name, reason = %error.reason, advice = error.advice(),
                failures_in_a_row = self.failures_in_a_row, "audit failed: {}", one_line(&error.message)
            );
        }
        let (after, reason) = self.database.health_and_reason();
        if before == after {
            return;
        }
        let reason = one_line(&reason.unwrap_or_default());
        match after {
            Health::Healthy => info!(database = name, from = %before, to = %after, "health changed"),
            Health::Degraded => {
                info!(database = name, from = %before, to = %after, "health changed: {reason}")
            }
            Health::Unhealthy | Health::Unknown => {
                warn!(database = name, from = %before, to = %after, "health changed: {reason}");
            }
        }
    }
}
