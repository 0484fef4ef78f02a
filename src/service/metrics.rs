//! Prometheus metrics, made anew from the store at each scrape, so that nothing stale survives.
//!
//! A value that is not known has no series: it is never 0.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Bytes;
use jiff::Timestamp;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{IntCounterVec, Opts, Registry, TextEncoder};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::store::{Database, State, Store};
use crate::audit::{Finding, Health, Rule, Severity, Verdict};

pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything behind `/metrics`.
#[derive(Clone)]
pub struct Metrics {
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
        let desc = Desc::new(
            "schema_health_up".to_owned(),
            "Metrics of the audited databases.".to_owned(),
            vec!["database".to_owned()],
            Default::default(),
        )?;
        registry.register(Box::new(StoreCollector { store, desc }))?;
        Ok(Self { registry, requests, latest: Arc::default() })
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
            let registry = self.registry.clone();
            // Tens of milliseconds with a thousand databases: probes are not to wait for that.
            let text =
                spawn_blocking(move || TextEncoder::new().encode_to_string(&registry.gather())).await??;
            *latest = Rendering { covers, text: text.into() };
        }
        Ok(latest.text.clone())
    }
}

struct StoreCollector {
    store: Arc<Store>,
    desc: Desc,
}

impl Collector for StoreCollector {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut families = Families::new();
        families.process(&self.store);
        let roster = self.store.roster();
        for (name, database) in &roster.databases {
            families.database(name, database);
        }
        families.into_vec()
    }
}

macro_rules! families {
    ($($field:ident: $kind:ident $name:literal $help:literal,)+) => {
        /// One field for each family; the help text is what Prometheus shows.
        struct Families { $($field: Family,)+ }

        impl Families {
            fn new() -> Self {
                Self { $($field: Family::new(concat!("schema_health_", $name), $help, MetricType::$kind),)+ }
            }

            /// Those that have a series.
            fn into_vec(self) -> Vec<MetricFamily> {
                [$(self.$field),+].into_iter().filter_map(Family::finish).collect()
            }
        }
    };
}

families! {
    build_info: GAUGE "build_info" "Always 1; the label says which version of schema-health runs.",
    reload_successful: GAUGE "config_last_reload_successful"
        "1 when the configuration in force is the one in the file, 0 when the file was refused.",
    reload_timestamp: GAUGE "config_last_reload_success_timestamp_seconds"
        "When a configuration was last accepted.",
    tick: GAUGE "scheduler_last_tick_timestamp_seconds" "When the scheduler last looked after its workers.",
    up: GAUGE "up" "Whether the last audit could read the database; all other values are of the last audit that could.",
    status: GAUGE "status"
        "1 for the health of the database now (healthy, degraded, unhealthy, unknown), 0 for the others.",
    missing_tables: GAUGE "missing_tables"
        "Tables that applied migrations made and that were not there in the last audit, without acknowledged ones.",
    missing_columns: GAUGE "missing_columns"
        "Columns that applied migrations made and that were not there in the last audit, without those of missing tables and acknowledged ones.",
    expected_tables: GAUGE "expected_tables" "Tables that should be there by the ledger of the last audit.",
    findings: GAUGE "findings"
        "Findings of the last audit by rule and severity, without acknowledged ones; a rule without findings has no series.",
    migrations: GAUGE "migrations" "Migrations by their verdict in the last audit.",
    coverage: GAUGE "coverage_ratio" "Expected objects compared in the last audit, divided by all expected objects.",
    last_audit: GAUGE "last_audit_timestamp_seconds" "When the last audit ended, well or badly.",
    last_success: GAUGE "last_success_timestamp_seconds" "When the last audit ended that could read the database.",
    duration: GAUGE "last_audit_duration_seconds" "How long the last audit took.",
    audits: COUNTER "audits_total" "Audits ended, well or badly.",
    failures: COUNTER "audit_failures_total" "Audits that could not read the database, by reason.",
}

impl Families {
    fn process(&mut self, store: &Store) {
        let reloads = store.reloads();
        self.build_info.add(&[("version", env!("CARGO_PKG_VERSION"))], 1.0);
        self.reload_successful.add(&[], f64::from(u8::from(reloads.last_was_successful)));
        self.reload_timestamp.add(&[], seconds(reloads.last_success));
        self.tick.add(&[], seconds(store.heartbeat().timestamp));
    }

    fn database(&mut self, name: &str, database: &Database) {
        let state = database.state();
        let of = ("database", name);
        let health = database.health();
        for each in Health::ALL {
            let is_it = f64::from(u8::from(each == health));
            self.status.add(&[of, ("status", each.as_str())], is_it);
        }
        self.audits.add(&[of], state.audits as f64);
        for (reason, count) in &state.failures {
            self.failures.add(&[of, ("reason", reason.as_str())], *count as f64);
        }
        if let Some(up) = state.up {
            self.up.add(&[of], f64::from(u8::from(up)));
        }
        if let Some(moment) = state.last_audit {
            self.last_audit.add(&[of], seconds(moment.timestamp));
            self.duration.add(&[of], state.last_duration.as_secs_f64());
        }
        if let Some(moment) = state.last_success {
            self.last_success.add(&[of], seconds(moment.timestamp));
        }
        self.verdict(name, &state);
    }

    fn verdict(&mut self, name: &str, state: &State) {
        let Some(verdict) = &state.verdict else { return };
        let report = &verdict.judged.report;
        let of = ("database", name);
        let counted = || report.findings.iter().filter(|it| it.acknowledged.is_none());
        let count_of = |rule: Rule| counted().filter(|it| it.rule == rule).count();
        // Where something stayed hidden, having found nothing proves nothing.
        let is_known = |count: usize| count > 0 || report.health != Health::Unknown;
        for (family, rule) in
            [(&mut self.missing_tables, Rule::MissingTable), (&mut self.missing_columns, Rule::MissingColumn)]
        {
            let count = count_of(rule);
            if is_known(count) {
                family.add(&[of], count as f64);
            }
        }
        if is_known(report.coverage.expected) {
            self.expected_tables.add(&[of], report.coverage.expected_tables as f64);
            self.coverage.add(&[of], report.coverage.ratio());
        }
        for (rule, severity, count) in tally(counted()) {
            let labels = [of, ("rule", rule.name()), ("severity", severity_name(severity))];
            self.findings.add(&labels, count as f64);
        }
        for each in Verdict::ALL {
            let count = report.migrations.iter().filter(|it| it.verdict == each).count();
            if count > 0 {
                self.migrations.add(&[of, ("state", each.as_str())], count as f64);
            }
        }
    }
}

fn tally<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<(Rule, Severity, usize)> {
    let mut tally: Vec<(Rule, Severity, usize)> = Vec::new();
    for finding in findings {
        match tally.iter_mut().find(|it| (it.0, it.1) == (finding.rule, finding.severity)) {
            Some((_, _, count)) => *count += 1,
            None => tally.push((finding.rule, finding.severity, 1)),
        }
    }
    tally
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

struct Family {
    name: &'static str,
    help: &'static str,
    kind: MetricType,
    metrics: Vec<Metric>,
}

impl Family {
    fn new(name: &'static str, help: &'static str, kind: MetricType) -> Self {
        Self { name, help, kind, metrics: Vec::new() }
    }

    fn add(&mut self, labels: &[(&str, &str)], value: f64) {
        let labels = labels.iter().map(|(name, value)| {
            let mut pair = LabelPair::default();
            pair.set_name((*name).to_owned());
            pair.set_value((*value).to_owned());
            pair
        });
        let mut metric = Metric::from_label(labels.collect());
        if self.kind == MetricType::COUNTER {
            let mut counter = Counter::default();
            counter.set_value(value);
            metric.set_counter(counter);
        } else {
            let mut gauge = Gauge::default();
            gauge.set_value(value);
            metric.set_gauge(gauge);
        }
        self.metrics.push(metric);
    }

    fn finish(self) -> Option<MetricFamily> {
        if self.metrics.is_empty() {
            return None;
        }
        let mut family = MetricFamily::default();
        family.set_name(self.name.to_owned());
        family.set_help(self.help.to_owned());
        family.set_field_type(self.kind);
        family.set_metric(self.metrics);
        Some(family)
    }
}
