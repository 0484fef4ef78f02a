//! Prometheus metrics, made anew from the store at each scrape, so that nothing stale survives.
//!
//! A value that is not known has no series: it is never 0.

mod exposition;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use jiff::Timestamp;
use prometheus::{IntCounterVec, Opts, Registry, TextEncoder};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::smoke::SmokeState;
use super::store::{Judged, State, Store};
use crate::audit::{Finding, Health, Rule, Severity};
use crate::smoke::{SmokeOutcome, SmokeResult};
use exposition::{DatabaseLabel, Kind, Samples, escaped, family};

pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything behind `/metrics`.
#[derive(Clone)]
pub struct Metrics {
    store: Arc<Store>,
    /// Of the process and of HTTP.
    registry: Registry,
    requests: IntCounterVec,
    latest: Arc<Latest>,
}

/// The last rendering, and for which scrapes it is new enough.
#[derive(Default)]
struct Latest {
    /// How many scrapes have arrived.
    arrived: AtomicU64,
    rendering: Mutex<Rendering>,
}

#[derive(Clone, Default)]
struct Rendering {
    /// It began when so many scrapes had arrived: for them nothing in it is stale.
    covers: u64,
    text: Bytes,
}

impl Metrics {
    /// # Errors
    /// Only when two metrics have one name: a bug that every start would show.
    pub fn new(store: Arc<Store>) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new(
                "schema_health_http_requests_total",
                "HTTP requests answered, by route and status code.",
            ),
            &["route", "code"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(Self { store, registry, requests, latest: Arc::default() })
    }

    pub fn count_request(&self, route: &str, code: u16) {
        let mut digits = [0; 3];
        for (place, digit) in digits.iter_mut().zip([code / 100 % 10, code / 10 % 10, code % 10]) {
            *place = b'0' + u8::try_from(digit).unwrap_or(0);
        }
        let code = std::str::from_utf8(&digits).unwrap_or("000");
        self.requests.with_label_values(&[route, code]).inc();
    }

    /// The text of a scrape, rendered after it arrived. Scrapes that arrive while another is rendered share
    /// the next one, so that a hundred of them cost as much as two.
    ///
    /// # Errors
    /// Only when a metric is malformed: a bug.
    pub async fn render(&self) -> anyhow::Result<Bytes> {
        let arrived = self.latest.arrived.fetch_add(1, Ordering::SeqCst) + 1;
        let mut latest = self.latest.rendering.lock().await;
        if latest.covers < arrived {
            let covers = self.latest.arrived.load(Ordering::SeqCst);
            let (registry, store) = (self.registry.clone(), Arc::clone(&self.store));
            let size = latest.text.len() + latest.text.len() / 8;
            // Milliseconds with a thousand databases: probes are not to wait for that.
            let text = spawn_blocking(move || -> prometheus::Result<String> {
                let mut text = String::with_capacity(size);
                TextEncoder::new().encode_utf8(&registry.gather(), &mut text)?;
                write_all(&store, &mut text);
                Ok(text)
            })
            .await??;
            *latest = Rendering { covers, text: text.into() };
        }
        Ok(latest.text.clone())
    }
}

fn write_all(store: &Store, text: &mut String) {
    let reloads = store.reloads();
    for (head, value) in [
        (RELOAD_SUCCESSFUL, f64::from(u8::from(reloads.last_was_successful))),
        (RELOAD_TIMESTAMP, seconds(reloads.last_success)),
        (TICK, seconds(store.heartbeat().timestamp)),
    ] {
        family(text, head, |samples| samples.process(value));
    }
    family(text, BUILD_INFO, |samples| samples.labelled("version", env!("CARGO_PKG_VERSION"), 1.0));
    let roster = store.roster();
    let known = roster.databases.iter().map(|(name, database)| Known {
        label: DatabaseLabel::new(name),
        health: database.health(),
        state: database.state().clone(),
        smoke: database.smoke(),
    });
    let known: Vec<Known> = known.collect();
    for (name, help, kind, write) in FAMILIES {
        family(text, (name, help, *kind), |samples| known.iter().for_each(|it| write(it, samples)));
    }
}

/// What is known of one database at the time of the scrape.
struct Known {
    label: DatabaseLabel,
    health: Health,
    state: Arc<State>,
    smoke: Option<Arc<SmokeState>>,
}

impl Known {
    fn judged(&self) -> Option<&Judged> {
        self.state.verdict.as_ref().map(|verdict| &*verdict.judged)
    }

    /// A count of the last verdict. Where something stayed hidden, having found nothing proves nothing.
    fn count(&self, count: impl FnOnce(&Judged) -> usize) -> Option<f64> {
        let judged = self.judged()?;
        let count = count(judged);
        (count > 0 || judged.report.health != Health::Unknown).then_some(count as f64)
    }

    fn put(&self, samples: &mut Samples<'_>, value: Option<f64>) {
        if let Some(value) = value {
            samples.database(&self.label, value);
        }
    }
}

type Head = (&'static str, &'static str, Kind);

const BUILD_INFO: Head =
    ("build_info", "Always 1; the label says which version of schema-health runs.", Kind::Gauge);
const RELOAD_SUCCESSFUL: Head = (
    "config_last_reload_successful",
    "1 when the configuration in force is the one in the file, 0 when the file was refused.",
    Kind::Gauge,
);
const RELOAD_TIMESTAMP: Head =
    ("config_last_reload_success_timestamp_seconds", "When a configuration was last accepted.", Kind::Gauge);
const TICK: Head = (
    "scheduler_last_tick_timestamp_seconds",
    "When the scheduler last looked after its workers.",
    Kind::Gauge,
);

/// Writes one database's series of a family.
type WriteSeries = fn(&Known, &mut Samples<'_>);

/// The families of databases: name, help (Prometheus shows it), kind, series.
#[rustfmt::skip]
const FAMILIES: &[(&str, &str, Kind, WriteSeries)] = &[
    ("up", "Whether the last audit could read the database; all other values are of the last audit that could.",
        Kind::Gauge, |it, samples| it.put(samples, it.state.up.map(|up| f64::from(u8::from(up))))),
    ("status", "1 for the health of the database now (healthy, degraded, unhealthy, unknown), 0 for the others.",
        Kind::Gauge, write_status),
    ("missing_tables", "Tables that applied migrations made and that were not there in the last audit, without acknowledged ones.",
        Kind::Gauge, |it, samples| it.put(samples, it.count(|judged| judged.count_of(Rule::MissingTable)))),
    ("missing_columns", "Columns that applied migrations made and that were not there in the last audit, without those of missing tables and acknowledged ones.",
        Kind::Gauge, |it, samples| it.put(samples, it.count(|judged| judged.count_of(Rule::MissingColumn)))),
    ("expected_tables", "Tables that should be there by the ledger of the last audit.",
        Kind::Gauge, |it, samples| it.put(samples, expected(it).map(|judged| judged.report.coverage.expected_tables as f64))),
    ("findings", "Findings of the last audit by rule and severity, without acknowledged ones; a rule without findings has no series.",
        Kind::Gauge, write_findings),
    ("migrations", "Migrations by their verdict in the last audit.", Kind::Gauge, write_migrations),
    ("coverage_ratio", "Expected objects compared in the last audit, divided by all expected objects.",
        Kind::Gauge, |it, samples| it.put(samples, expected(it).map(|judged| judged.report.coverage.ratio()))),
    ("last_audit_timestamp_seconds", "When the last audit ended, well or badly.",
        Kind::Gauge, |it, samples| it.put(samples, it.state.last_audit.map(|moment| seconds(moment.timestamp)))),
    ("last_success_timestamp_seconds", "When the last audit ended that could read the database.",
        Kind::Gauge, |it, samples| it.put(samples, it.state.last_success.map(|moment| seconds(moment.timestamp)))),
    ("last_audit_duration_seconds", "How long the last audit took.",
        Kind::Gauge, |it, samples| it.put(samples, it.state.last_audit.map(|_| it.state.last_duration.as_secs_f64()))),
    ("audits_total", "Audits ended, well or badly.",
        Kind::Counter, |it, samples| it.put(samples, Some(it.state.audits as f64))),
    ("smoke_check_success", "1 when the smoke check passed in its last run, 0 when it failed or was blocked; one that was not tested has no series.",
        Kind::Gauge, |it, samples| write_smoke(it, samples, success)),
    ("smoke_check_duration_seconds", "How long the smoke check took in its last run; one that was not tried has no series.",
        Kind::Gauge, |it, samples| write_smoke(it, samples, |result| result.duration.map(|it| it.as_secs_f64()))),
    ("smoke_checks", "Smoke checks by their outcome in the last run (passed, failed, blocked, not_tested).",
        Kind::Gauge, write_smoke_outcomes),
    ("last_smoke_timestamp_seconds", "When the last run of the smoke checks ended.",
        Kind::Gauge, |it, samples| it.put(samples, it.smoke.as_ref().map(|smoke| seconds(smoke.ended.timestamp)))),
    ("audit_failures_total", "Audits that could not read the database, by reason.",
        Kind::Counter, write_failures),
];

/// The last verdict, where it knows what to expect.
fn expected(known: &Known) -> Option<&Judged> {
    let is_known = |it: &&Judged| it.report.coverage.expected > 0 || it.report.health != Health::Unknown;
    known.judged().filter(is_known)
}

fn write_status(known: &Known, samples: &mut Samples<'_>) {
    for each in Health::ALL {
        let is_it = f64::from(u8::from(each == known.health));
        samples.database_with(&known.label, &[("status", each.as_str())], is_it);
    }
}

fn write_findings(known: &Known, samples: &mut Samples<'_>) {
    let mut put = |rule: Rule, severity: Severity, count: usize| {
        let labels = [("rule", rule.name()), ("severity", severity_name(severity))];
        samples.database_with(&known.label, &labels, count as f64);
    };
    for (rule, severity, count) in known.judged().iter().flat_map(|it| &it.findings) {
        put(*rule, *severity, *count);
    }
    // They are all of one rule and so of one severity.
    let of_smoke = known.smoke.iter().flat_map(|it| &it.judgement.findings);
    let counted: Vec<&Finding> = of_smoke.filter(|it| it.acknowledged.is_none()).collect();
    if let Some(first) = counted.first() {
        put(first.rule, first.severity, counted.len());
    }
}

fn write_smoke(known: &Known, samples: &mut Samples<'_>, value: fn(&SmokeResult) -> Option<f64>) {
    for result in known.smoke.iter().flat_map(|it| &it.judgement.run.results) {
        if let Some(value) = value(result) {
            samples.database_with(&known.label, &[("check", &escaped(&result.check))], value);
        }
    }
}

fn success(result: &SmokeResult) -> Option<f64> {
    match result.outcome {
        SmokeOutcome::Passed => Some(1.0),
        SmokeOutcome::Failed | SmokeOutcome::Blocked => Some(0.0),
        SmokeOutcome::NotTested => None,
    }
}

fn write_smoke_outcomes(known: &Known, samples: &mut Samples<'_>) {
    let Some(smoke) = &known.smoke else { return };
    for outcome in SmokeOutcome::ALL {
        let count = smoke.judgement.run.count_of(outcome) as f64;
        samples.database_with(&known.label, &[("outcome", outcome.as_str())], count);
    }
}

fn write_migrations(known: &Known, samples: &mut Samples<'_>) {
    for (verdict, count) in known.judged().iter().flat_map(|it| &it.verdicts) {
        samples.database_with(&known.label, &[("state", verdict.as_str())], *count as f64);
    }
}

fn write_failures(known: &Known, samples: &mut Samples<'_>) {
    for (reason, count) in &known.state.failures {
        samples.database_with(&known.label, &[("reason", reason.as_str())], *count as f64);
    }
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn seconds(timestamp: Timestamp) -> f64 {
    timestamp.as_millisecond() as f64 / 1000.0
}
