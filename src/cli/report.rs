//! `report`: one audit of one database as a document for people.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::bail;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::Offset;
use secrecy::SecretString;
use serde::Serialize;

use super::output::write_output;
use super::place::{PlaceArgs, observe, secret_url};
use super::{Exit, runtime, smoke};
use crate::audit::{Expected, Observation, Report, audit_against};
use crate::config::{DatabaseConfig, RepairUrl};
use crate::document::{Document, Facts};
use crate::mend::{self, Request};
use crate::repair::{Basis, Options, Plan, Variant, plan_for};
use crate::view::{DatabaseView, RepairPlanView};

/// Nobody waits for the locks of a trial.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(600);

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The database; not needed where the configuration has only one.
    #[arg(value_name = "DATABASE")]
    database: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
    /// What to write it as.
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// Try the repair plan out where nothing of it stays, and say what came of it. Needs a URL that may write:
    /// --prove-url, or repair_url of the configuration.
    #[arg(long)]
    prove: bool,
    /// Of a role that may write, for --prove.
    #[arg(long, value_name = "URL", requires = "prove", value_parser = secret_url)]
    prove_url: Option<SecretString>,
    /// Run the smoke checks of the configuration too.
    #[arg(long, conflicts_with = "url")]
    smoke: bool,
    /// Where to write it; standard output when not said, or `-`.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For GitHub, GitLab, a wiki, or a person at a terminal.
    Markdown,
    /// One file that needs nothing else, for the incident's channel.
    Html,
    /// The facts that the document is written from.
    Json,
}

pub fn run(config: &Path, arguments: &ReportArgs) -> anyhow::Result<Exit> {
    let place = arguments.place.choose_one(config, arguments.database.as_ref())?;
    let Some(database) = &place.database else {
        bail!("--url needs --manifest: the report is of what should be there");
    };
    let runtime = runtime()?;
    let now = Timestamp::now();
    let manifest = &database.manifest;
    let interest = manifest.interest();
    if arguments.smoke && place.smoke.is_none() {
        bail!("--smoke: {} has no smoke checks: add `smoke` to its configuration", place.name);
    }
    let observed = runtime.block_on(observe(&place.target, &interest, Some(manifest)));
    let (view, plan, report) = match &observed {
        Ok(observation) => of_observation(database, observation, now),
        Err(error) => (DatabaseView::failed(&place.name, error, Some(now)), None, None),
    };
    let view = match place.smoke.as_ref().filter(|_| arguments.smoke) {
        Some(checks) => runtime.block_on(smoke::add(view, checks, &place, observed, report, now)),
        None => view,
    };
    let view = view.with_runbook(&database.runbook);
    let smoke_not_run = place.smoke.as_ref().map(|_| "they were not run for this report: --smoke runs them");
    let mut plan = plan.map(|plan| RepairPlanView::of(&place.name, &plan, None));
    if arguments.prove && plan.is_some() {
        let request = request(database, arguments)?;
        match runtime.block_on(mend::prove(&request)) {
            Ok((proven, proof)) => plan = Some(RepairPlanView::of(&place.name, &proven, Some(&proof))),
            Err(error) => eprintln!("error: the plan was not tried out: {error}"),
        }
    }
    let facts = Facts { view: &view, manifest, plan: plan.as_ref(), smoke_not_run, written_at: now };
    let text = match arguments.format {
        Format::Markdown => Document::of(&facts).to_markdown(),
        Format::Html => Document::of(&facts).to_html()?,
        Format::Json => json(&facts)?,
    };
    write_output(arguments.output.as_deref().unwrap_or(Path::new("-")), &text)?;
    Ok(if view.failure.is_some() { Exit::CouldNotTell } else { Exit::Healthy })
}

/// The verdict as it is shown, the plan where something is to be mended, and the verdict itself.
fn of_observation(
    database: &DatabaseConfig,
    observation: &Observation,
    now: Timestamp,
) -> (DatabaseView, Option<Plan>, Option<Report>) {
    let (manifest, policy) = (&database.manifest, database.policy.on(Offset::UTC.to_datetime(now).date()));
    let expected = Expected::of(manifest, observation);
    let report = audit_against(manifest, &expected, observation, &policy);
    let basis = Basis { manifest, expected: &expected, observation, report: &report };
    let plan = plan_for(basis, &Options::default());
    let view = DatabaseView::of_report(&database.name, &report, Some(now), &BTreeMap::new());
    (view, Some(plan).filter(|plan| !plan.is_idle()), Some(report))
}

fn request(database: &DatabaseConfig, arguments: &ReportArgs) -> anyhow::Result<Request> {
    let configured = || database.repair_url.as_ref().map(RepairUrl::read).transpose();
    let url = match &arguments.prove_url {
        Some(url) => Some(url.clone()),
        None => configured().map_err(anyhow::Error::msg)?,
    };
    let Some(url) = url else {
        bail!(
            "--prove needs the URL of a role that may write: --prove-url, or repair_url in the configuration"
        );
    };
    Ok(Request {
        database: database.clone(),
        url,
        variant: Variant::Plain,
        blind_spots_too: false,
        has_rows: None,
        lock_timeout: LOCK_TIMEOUT,
        statement_timeout: STATEMENT_TIMEOUT,
    })
}

fn json(facts: &Facts<'_>) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Told<'a> {
        report: &'a DatabaseView,
        /// Null where nothing is missing.
        repair_plan: Option<&'a RepairPlanView>,
        written_at: Timestamp,
    }
    let told = Told { report: facts.view, repair_plan: facts.plan, written_at: facts.written_at };
    Ok(format!("{}\n", serde_json::to_string_pretty(&told)?))
}
