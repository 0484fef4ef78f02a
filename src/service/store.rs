//! What is known of every database, in memory: the only thing that HTTP and metrics read.
//!
//! Architecture invariant: reading it never waits, whatever the databases and the audits do. Writers
//! replace whole snapshots; no lock is held over an await.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use super::tables::TableIndex;
use crate::audit::{Finding, Health, Report, Severity};
use crate::catalog::{CatalogError, FailureReason};
use crate::config::DatabaseConfig;

pub struct Store {
    roster: ArcSwap<Roster>,
    reloads: ArcSwap<ReloadStatus>,
    heartbeat: ArcSwap<Moment>,
    draining: AtomicBool,
    /// Latched once every database of the first roster had its first try.
    started: AtomicBool,
}

/// The databases of the configuration in force.
#[derive(Default)]
pub struct Roster {
    pub databases: BTreeMap<Arc<str>, Arc<Database>>,
    /// Those whose health decides over `/readyz`.
    pub gated: Vec<Arc<Database>>,
}

#[derive(Clone, Debug)]
pub struct ReloadStatus {
    pub last_was_successful: bool,
    pub last_success: Timestamp,
}

/// A time for people and the same time for measuring.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub timestamp: Timestamp,
    pub instant: Instant,
}

impl Moment {
    pub fn now() -> Self {
        Self { timestamp: Timestamp::now(), instant: Instant::now() }
    }
}

/// One database: its configuration, what is known of it, and how to ask for an audit.
pub struct Database {
    pub config: ArcSwap<DatabaseConfig>,
    state: ArcSwap<State>,
    /// Wakes the worker for an audit on demand.
    pub wake: Notify,
    pub progress: watch::Sender<Progress>,
}

/// How many audits have begun and ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub begun: u64,
    pub ended: u64,
}

/// A snapshot of what is known of one database.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The verdict in force; it stays while audits fail.
    pub verdict: Option<Verdict>,
    /// Whether the last audit read the database.
    pub up: Option<bool>,
    pub last_audit: Option<Moment>,
    pub last_success: Option<Moment>,
    pub last_duration: Duration,
    /// What the last audit failed on.
    pub failure: Option<(CatalogError, Timestamp)>,
    /// New errors that wait for a second look.
    pub confirming: usize,
    pub audits: u64,
    pub failures: BTreeMap<FailureReason, u64>,
    /// The first audit has ended, well or badly, confirmation included.
    pub tried: bool,
}

#[derive(Clone, Debug)]
pub struct Verdict {
    pub judged: Arc<Judged>,
    /// When the last audit that led to this verdict ended; every finding was last seen then.
    pub audited: Moment,
    /// By finding id.
    pub first_seen: Arc<BTreeMap<String, Timestamp>>,
}

/// A report and what goes with it.
#[derive(Debug)]
pub struct Judged {
    pub report: Report,
    pub tables: TableIndex,
}

impl Judged {
    /// Findings that make the database unhealthy.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        let counts = |it: &&Finding| it.severity == Severity::Error && it.acknowledged.is_none();
        self.report.findings.iter().filter(counts)
    }
}

impl Store {
    pub fn new() -> Self {
        let now = Moment::now();
        let reloads = ReloadStatus { last_was_successful: true, last_success: now.timestamp };
        Self {
            roster: ArcSwap::default(),
            reloads: ArcSwap::from_pointee(reloads),
            heartbeat: ArcSwap::from_pointee(now),
            draining: AtomicBool::new(false),
            started: AtomicBool::new(false),
        }
    }

    pub fn roster(&self) -> arc_swap::Guard<Arc<Roster>> {
        self.roster.load()
    }

    pub fn database(&self, name: &str) -> Option<Arc<Database>> {
        self.roster.load().databases.get(name).cloned()
    }

    pub(super) fn replace_roster(&self, databases: BTreeMap<Arc<str>, Arc<Database>>) {
        let gated = databases.values().filter(|it| it.config.load().gate).cloned().collect();
        self.roster.store(Arc::new(Roster { databases, gated }));
    }

    /// Whether every database has been tried once since the start. A database added later does not take
    /// that back.
    pub fn is_started(&self) -> bool {
        if self.started.load(Ordering::Acquire) {
            return true;
        }
        let all_tried = self.roster.load().databases.values().all(|it| it.state().tried);
        if all_tried {
            self.started.store(true, Ordering::Release);
        }
        all_tried
    }

    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    pub(super) fn start_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub fn heartbeat(&self) -> Moment {
        **self.heartbeat.load()
    }

    pub(super) fn beat(&self) {
        self.heartbeat.store(Arc::new(Moment::now()));
    }

    pub fn reloads(&self) -> Arc<ReloadStatus> {
        self.reloads.load_full()
    }

    pub(super) fn reloaded(&self, successfully: bool) {
        let last_success = if successfully { Timestamp::now() } else { self.reloads.load().last_success };
        self.reloads.store(Arc::new(ReloadStatus { last_was_successful: successfully, last_success }));
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

impl Database {
    pub(super) fn new(config: Arc<DatabaseConfig>, state: State) -> Self {
        Self {
            config: ArcSwap::new(config),
            state: ArcSwap::from_pointee(state),
            wake: Notify::new(),
            progress: watch::Sender::new(Progress::default()),
        }
    }

    pub fn state(&self) -> arc_swap::Guard<Arc<State>> {
        self.state.load()
    }

    /// Replaces the snapshot. Only the one worker of this database calls it.
    pub(super) fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = State::clone(&self.state.load());
        change(&mut state);
        self.state.store(Arc::new(state));
    }

    /// Health as it counts now: a verdict that is too old counts no longer.
    pub fn health(&self) -> Health {
        self.health_at(Instant::now())
    }

    /// [`Database::health`] for a caller who asks for many and looks at the clock once.
    pub fn health_at(&self, now: Instant) -> Health {
        match &self.state.load().verdict {
            Some(verdict) if !self.is_stale(verdict, now) => verdict.judged.report.health,
            Some(_) | None => Health::Unknown,
        }
    }

    fn is_stale(&self, verdict: &Verdict, now: Instant) -> bool {
        now.saturating_duration_since(verdict.audited.instant) > self.config.load().stale_after
    }

    /// [`Database::health`] and why, in one line, unless healthy.
    pub fn health_and_reason(&self) -> (Health, Option<String>) {
        let state = self.state.load();
        let Some(verdict) = &state.verdict else {
            return (Health::Unknown, Some(never_audited(&state)));
        };
        if self.is_stale(verdict, Instant::now()) {
            let why = match &state.failure {
                Some((error, _)) => with_advice(error),
                None => "the next audit has not ended".to_owned(),
            };
            let reason = format!("stale: the last verdict is of {}: {why}", verdict.audited.timestamp);
            return (Health::Unknown, Some(reason));
        }
        (verdict.judged.report.health, verdict.judged.report.reason.clone())
    }

    /// Waits for the end of an audit that began after now, or of the one that is running.
    pub async fn audit_now(&self) {
        let mut progress = self.progress.subscribe();
        let wanted = {
            let now = *progress.borrow_and_update();
            if now.begun == now.ended {
                self.wake.notify_one();
            }
            now.ended + 1
        };
        // The sender lives as long as the database itself.
        let _ = progress.wait_for(|progress| progress.ended >= wanted).await;
    }
}

fn never_audited(state: &State) -> String {
    match (&state.failure, state.confirming) {
        (Some((error, _)), _) => format!("never audited: {}", with_advice(error)),
        (None, 0) => "never audited yet: the first audit has not ended".to_owned(),
        (None, count) => format!("a first look found {count} errors, a second look is about to confirm them"),
    }
}

fn with_advice(error: &CatalogError) -> String {
    format!("{error}; {}", error.advice())
}
