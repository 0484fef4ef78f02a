//! What is known of every database, in memory: the only thing that HTTP and metrics read.
//!
//! Architecture invariant: reading it never waits, whatever the databases and the audits do. Writers
//! replace whole snapshots; no lock is held over an await.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use tokio::sync::{Notify, watch};

use super::mended::Mended;
use super::smoke::SmokeState;
use super::tables::TableIndex;
use crate::audit::evidence::Missing;
use crate::audit::{self, Finding, Health, Report, Rule, Severity, Sibling};
use crate::catalog::{CatalogError, FailureReason};
use crate::config::DatabaseConfig;
use crate::repair::Plans;
use crate::schema::count_of;

/// Further away than anybody waits.
const NEVER: Duration = Duration::from_secs(86_400 * 365);

pub struct Store {
    roster: ArcSwap<Roster>,
    reloads: ArcSwap<ReloadStatus>,
    heartbeat: ArcSwap<Moment>,
    draining: AtomicBool,
    /// Latched once every database of the first roster had its first try.
    started: AtomicBool,
    /// Counts whatever may change the health of a database, but for the passing of time.
    changes: Arc<AtomicU64>,
    gates: ArcSwap<Gates>,
}

/// Whether every gate was open, as long as that holds: with a thousand gates, asking each of them would be
/// nearly the whole work of a probe.
struct Gates {
    /// The number of changes that were counted before it was found out.
    at: u64,
    /// When the first verdict among them becomes too old; `None` when a gate was shut.
    open_until: Option<Instant>,
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
    /// What is known of its smoke checks; written by them alone.
    smoke: ArcSwapOption<SmokeState>,
    pub(super) smoke_turns: Turns,
    /// [`Store::changes`]
    changes: Arc<AtomicU64>,
}

/// How often smoke checks were asked for, and up to which time of these they are done.
#[derive(Default)]
pub(super) struct Turns {
    pub asked: watch::Sender<u64>,
    pub done: watch::Sender<u64>,
    /// Somebody waits: the next turn is taken however soon after the last one.
    is_demanded: AtomicBool,
}

impl Turns {
    pub fn take_demand(&self) -> bool {
        self.is_demanded.swap(false, Ordering::AcqRel)
    }
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
    /// Findings of earlier verdicts that are there no more, the last first.
    pub mended: Arc<Vec<Mended>>,
}

/// A report and what goes with it.
#[derive(Debug)]
pub struct Judged {
    pub report: Report,
    pub tables: TableIndex,
    /// How many findings there are of each rule and severity, without acknowledged ones.
    pub findings: Vec<(Rule, Severity, usize)>,
    /// How many migrations there are of each verdict that occurs.
    pub verdicts: Vec<(audit::Verdict, usize)>,
    /// How to mend what is missing; `None` where nothing is.
    pub plans: Option<Box<Plans>>,
}

impl Judged {
    pub fn new(report: Report, tables: TableIndex) -> Self {
        let counted = report.findings.iter().filter(|it| it.acknowledged.is_none());
        let mut findings = Vec::new();
        for finding in counted {
            let kind = (finding.rule, finding.severity);
            match findings.iter_mut().find(|(rule, severity, _)| (*rule, *severity) == kind) {
                Some((_, _, count)) => *count += 1,
                None => findings.push((finding.rule, finding.severity, 1)),
            }
        }
        let count_of = |verdict| report.migrations.iter().filter(|it| it.verdict == verdict).count();
        let verdicts = audit::Verdict::ALL.into_iter().map(|each| (each, count_of(each)));
        let verdicts = verdicts.filter(|(_, count)| *count > 0).collect();
        Self { report, tables, findings, verdicts, plans: None }
    }

    /// How many findings there are of the rule, without acknowledged ones.
    pub fn count_of(&self, rule: Rule) -> usize {
        self.findings.iter().filter(|it| it.0 == rule).map(|it| it.2).sum()
    }

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
            changes: Arc::default(),
            gates: ArcSwap::from_pointee(Gates { at: u64::MAX, open_until: None }),
        }
    }

    pub fn roster(&self) -> arc_swap::Guard<Arc<Roster>> {
        self.roster.load()
    }

    pub fn database(&self, name: &str) -> Option<Arc<Database>> {
        self.roster.load().databases.get(name).cloned()
    }

    /// What other databases of the configuration have of what is missing in `database`, as their last audits saw it.
    pub(super) fn siblings(&self, database: &str, missing: &Missing) -> Vec<Sibling> {
        let roster = self.roster.load();
        let others = roster.databases.iter().filter(|(name, _)| ***name != *database);
        let sibling = |(name, other): (&Arc<str>, &Arc<Database>)| {
            let state = other.state();
            let sibling = state.verdict.as_ref()?.judged.tables.as_sibling(name, missing);
            (!sibling.tables.is_empty()).then_some(sibling)
        };
        others.filter_map(sibling).collect()
    }

    pub(super) fn replace_roster(&self, databases: BTreeMap<Arc<str>, Arc<Database>>) {
        let gated = databases.values().filter(|it| it.config.load().gate).cloned().collect();
        self.roster.store(Arc::new(Roster { databases, gated }));
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn add_database(&self, config: Arc<DatabaseConfig>) -> Arc<Database> {
        Arc::new(Database {
            config: ArcSwap::new(config),
            state: ArcSwap::default(),
            wake: Notify::new(),
            progress: watch::Sender::new(Progress::default()),
            smoke: ArcSwapOption::empty(),
            smoke_turns: Turns::default(),
            changes: Arc::clone(&self.changes),
        })
    }

    /// Whether every database with `gate: true` is healthy or degraded.
    pub fn gates_are_open(&self) -> bool {
        let (at, now) = (self.changes.load(Ordering::Acquire), Instant::now());
        let known = self.gates.load();
        let open_until = if known.at == at && known.open_until.is_none_or(|until| now <= until) {
            known.open_until
        } else {
            let each =
                self.roster.load().gated.iter().map(|it| it.fit_until(now)).collect::<Option<Vec<_>>>();
            let open_until = each.map(|it| it.into_iter().min().unwrap_or(now + NEVER));
            self.gates.store(Arc::new(Gates { at, open_until }));
            open_until
        };
        open_until.is_some()
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
    pub fn state(&self) -> arc_swap::Guard<Arc<State>> {
        self.state.load()
    }

    /// Replaces the snapshot. Only the one worker of this database calls it.
    pub(super) fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = State::clone(&self.state.load());
        change(&mut state);
        self.state.store(Arc::new(state));
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// What the last run of its smoke checks gave; `None` before it, and when it has none.
    pub fn smoke(&self) -> Option<Arc<SmokeState>> {
        self.smoke.load_full()
    }

    /// Only the one task of this database's smoke checks calls it.
    pub(super) fn set_smoke(&self, smoke: Option<SmokeState>) {
        self.smoke.store(smoke.map(Arc::new));
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// An audit has ended: its smoke checks may follow.
    pub(super) fn ask_for_smoke(&self) {
        if self.config.load().smoke.is_some() || self.smoke.load().is_some() {
            self.smoke_turns.asked.send_modify(|asked| *asked += 1);
        }
    }

    /// The health of `verdict` alone, or what smoke checks make of it, and why.
    fn health_of(&self, verdict: &Verdict) -> (Health, Option<String>) {
        let report = &verdict.judged.report;
        let smoke = self.smoke.load();
        match smoke.as_ref().and_then(|it| it.judgement.worsen(report.health)) {
            Some((health, reason)) => (health, Some(reason)),
            None => (report.health, report.reason.clone()),
        }
    }

    /// Health as it counts now: a verdict that is too old counts no longer.
    pub fn health(&self) -> Health {
        match &self.state.load().verdict {
            Some(verdict) if self.counts_until(verdict) >= Instant::now() => self.health_of(verdict).0,
            Some(_) | None => Health::Unknown,
        }
    }

    /// Until when it is healthy or degraded if nothing happens; `None` when it is not so now.
    fn fit_until(&self, now: Instant) -> Option<Instant> {
        let state = self.state.load();
        let verdict = state.verdict.as_ref().filter(|it| self.health_of(it).0.is_fit())?;
        Some(self.counts_until(verdict)).filter(|until| *until >= now)
    }

    /// When the verdict becomes too old.
    fn counts_until(&self, verdict: &Verdict) -> Instant {
        let until = verdict.audited.instant.checked_add(self.config.load().stale_after);
        until.unwrap_or_else(|| Instant::now() + NEVER)
    }

    /// [`Database::health`] and why, in one line, unless healthy.
    pub fn health_and_reason(&self) -> (Health, Option<String>) {
        let state = self.state.load();
        let Some(verdict) = &state.verdict else {
            return (Health::Unknown, Some(never_audited(&state)));
        };
        if self.counts_until(verdict) < Instant::now() {
            let why = match &state.failure {
                Some((error, _)) => with_advice(error),
                None => "the next audit has not ended".to_owned(),
            };
            let reason = format!("stale: the last verdict is of {}: {why}", verdict.audited.timestamp);
            return (Health::Unknown, Some(reason));
        }
        self.health_of(verdict)
    }

    /// Waits for the end of an audit that began after now, or of the one that is running, and of the smoke checks
    /// behind it.
    pub async fn audit_now(&self) {
        self.smoke_turns.is_demanded.store(true, Ordering::Release);
        self.audit_alone().await;
        self.smoke_is_done().await;
    }

    /// Waits until it was audited or tried once, confirmation included.
    pub async fn first_audit(&self) {
        // The sender lives as long as the database itself.
        let _ = self.progress.subscribe().wait_for(|progress| progress.ended > 0).await;
    }

    /// Waits until the smoke checks that were asked for so far are done.
    pub async fn smoke_is_done(&self) {
        let asked = *self.smoke_turns.asked.borrow();
        // The sender lives as long as the database itself.
        let _ = self.smoke_turns.done.subscribe().wait_for(|done| *done >= asked).await;
    }

    async fn audit_alone(&self) {
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
        (None, count) => {
            format!("a first look found {}, a second look is about to confirm", count_of(count, "error"))
        }
    }
}

fn with_advice(error: &CatalogError) -> String {
    format!("{error}; {}", error.advice())
}
