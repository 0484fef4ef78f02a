//! `check`: audit once and report.

mod github;
mod junit;
mod sarif;
pub mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::{Args, ValueEnum};
use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use serde::Serialize;

use super::place::{Place, PlaceArgs, observe};
use super::{Exit, colours, runtime, say, smoke};
use crate::audit::{
    Expected, Health, Observation, Report, Severity, audit_beside, idle_everywhere, report_alone,
};
use crate::catalog::scheme_of;
use crate::migration::Interest;
use crate::snapshot::{Snapshot, compare};
use crate::view::DatabaseView;

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The databases to check; all of the configuration when none is named.
    #[arg(value_name = "DATABASE")]
    databases: Vec<String>,
    #[command(flatten)]
    place: PlaceArgs,
    /// Compare with this snapshot too: is all there that the backup had? With `--url` it needs no manifest.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Run the smoke checks of the configuration too.
    #[arg(long, conflicts_with = "url")]
    smoke: bool,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Look again until every database passes, or the timeout ends.
    #[arg(long)]
    wait: bool,
    /// How long `--wait` goes on.
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = crate::config::parse_duration)]
    timeout: Duration,
    /// From which severity on findings make the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person.
    Text,
    /// The same shape as `/v1/databases/{database}`.
    Json,
    /// A JUnit XML report, one test case per migration.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Warning,
    Error,
}

/// How long to rest between two looks of `--wait`.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

pub fn run(config: &Path, arguments: &CheckArgs) -> anyhow::Result<Exit> {
    let snapshot = arguments.against.as_deref().map(Snapshot::load).transpose()?;
    let (places, concurrency) = arguments.place.choose(config, &arguments.databases)?;
    for place in &places {
        if place.manifest.is_none() && snapshot.is_none() {
            bail!("--url needs --manifest, or --against with a snapshot to compare with");
        }
        let Some(snapshot) = &snapshot else { continue };
        if !scheme_of(&place.target.url)?.serves(snapshot.dialect) {
            bail!("this is a snapshot of {}, which is not what the URL leads to", snapshot.dialect);
        }
    }
    if arguments.smoke && places.iter().all(|place| place.smoke.is_none()) {
        bail!("--smoke: none of these databases has smoke checks: add `smoke` to its configuration");
    }
    if snapshot.is_some() && places.len() > 1 {
        bail!("a snapshot is of one database: name the one to compare --against it");
    }
    let looks = Looks { places, concurrency, snapshot };
    let views = runtime()?.block_on(look_until_settled(&looks, arguments));
    let text = match arguments.format {
        Format::Text => views.iter().map(|view| text::render(view, colours())).collect::<Vec<_>>().join("\n"),
        Format::Json => json(&views)?,
        Format::Junit => junit::render(&views),
        Format::Github => github::render(&views),
        Format::Sarif => sarif::render(&views),
    };
    say(&text)?;
    // Of some databases alone it could not be said; nor of those that were not compared.
    if arguments.databases.is_empty() && views.iter().all(|it| it.coverage.is_some()) {
        for idle in idle_everywhere(views.iter().map(|it| &it.idle_rules)) {
            eprintln!("{}", crate::service::one_line(&idle));
        }
    }
    Ok(verdict(&views, arguments.fail_on))
}

/// What is looked at, again and again with `--wait`.
struct Looks {
    places: Vec<Place>,
    concurrency: usize,
    snapshot: Option<Snapshot>,
}

async fn look_until_settled(looks: &Looks, arguments: &CheckArgs) -> Vec<DatabaseView> {
    let start = Instant::now();
    loop {
        let mut views: Vec<DatabaseView> = stream::iter(&looks.places)
            .map(|place| look(place, looks.snapshot.as_ref(), arguments.smoke))
            .buffered(looks.concurrency.max(1))
            .collect()
            .await;
        views.sort_by(|a, b| a.database.cmp(&b.database));
        let settled = verdict(&views, arguments.fail_on) == Exit::Healthy;
        if settled || !arguments.wait || start.elapsed() + BETWEEN_LOOKS > arguments.timeout {
            return views;
        }
        for view in views.iter().filter(|view| !matches!(view.health, Health::Healthy | Health::Degraded)) {
            let reason = view.reason.as_deref().unwrap_or("not yet healthy");
            eprintln!("waiting for {}: {}", view.database, crate::service::one_line(reason));
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

/// One audit of one database, and its smoke checks if they are wanted, without debounce.
async fn look(place: &Place, snapshot: Option<&Snapshot>, with_smoke: bool) -> DatabaseView {
    let of_manifest = place.manifest.as_ref().map(|it| it.interest()).unwrap_or_default();
    let interest = of_manifest.and(snapshot.map_or_else(Interest::default, Snapshot::interest));
    let observed = observe(&place.target, &interest, place.manifest.as_deref()).await;
    let now = Timestamp::now();
    let (view, report) = match &observed {
        Ok(observation) => {
            let report = judge(place, observation, snapshot, now);
            (DatabaseView::of_report(&place.name, &report, Some(now), &BTreeMap::new()), Some(report))
        }
        Err(error) => (DatabaseView::failed(&place.name, error, Some(now)), None),
    };
    let view = match &place.smoke {
        Some(smoke) if with_smoke => smoke::add(view, smoke, place, observed, report, now).await,
        Some(_) | None => view,
    };
    view.with_runbook(&place.runbook)
}

/// By the manifest, by the snapshot, or by both, one beside the other.
fn judge(place: &Place, observation: &Observation, snapshot: Option<&Snapshot>, now: Timestamp) -> Report {
    let policy = place.policy.on(jiff::tz::Offset::UTC.to_datetime(now).date());
    let manifest = place.manifest.as_deref();
    if let Some(snapshot) = snapshot.filter(|it| it.dialect != observation.dialect) {
        let mut report = report_alone(observation, &policy, Vec::new(), Default::default(), Vec::new());
        report.health = Health::Unknown;
        report.reason = Some(format!(
            "the snapshot is of {}, but this server speaks {}",
            snapshot.dialect, observation.dialect
        ));
        return report;
    }
    let comparison = snapshot.map(|snapshot| compare(snapshot, observation, manifest)).unwrap_or_default();
    let mut report = match manifest {
        Some(manifest) => {
            let expected = Expected::of(manifest, observation);
            let mut report = audit_beside(manifest, &expected, observation, &policy, comparison.findings);
            report.blind_spots.extend(comparison.blind_spots);
            report
        }
        None => {
            let (coverage, spots) = (comparison.coverage, comparison.blind_spots);
            let mut report = report_alone(observation, &policy, comparison.findings, coverage, spots);
            let only = "compared with a snapshot alone, which says what was, not what should be: \
                        say --manifest to audit that";
            report.remarks.push(only.to_owned());
            report
        }
    };
    report.remarks.extend(Some(comparison.remark).filter(|it| !it.is_empty()));
    report
}

fn verdict(views: &[DatabaseView], fail_on: FailOn) -> Exit {
    let least = match fail_on {
        FailOn::Warning => Severity::Warning,
        FailOn::Error => Severity::Error,
    };
    let fails = |view: &DatabaseView| match view.health {
        Health::Healthy | Health::Unknown => false,
        Health::Degraded | Health::Unhealthy => {
            view.findings.iter().any(|it| it.acknowledged.is_none() && it.severity >= least)
        }
    };
    if views.iter().any(fails) {
        Exit::Findings
    } else if views.iter().any(|view| view.health == Health::Unknown) {
        Exit::CouldNotTell
    } else {
        Exit::Healthy
    }
}

fn json(views: &[DatabaseView]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Databases<'a> {
        databases: &'a [DatabaseView],
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&Databases { databases: views })?))
}
