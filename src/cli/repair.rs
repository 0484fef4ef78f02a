//! `repair`: plan what makes a database whole again, prove it, apply it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use secrecy::SecretString;

use super::output::write_output;
use super::place::{self, secret_url};
use super::{Exit, runtime, say};
use crate::audit::{Expected, Observation, Report, audit_against};
use crate::catalog::{CatalogError, scheme_of};
use crate::config::{Config, DatabaseConfig, RepairUrl, parse_duration};
use crate::mend::{self, Record, RecordOutcome, Request};
use crate::migration::Manifest;
use crate::repair::{Basis, Options, Plan, Proof, Variant, migrations, plan_for, script};
use crate::schema::{Name, TableName, count_of};
use crate::view::RepairPlanView;

#[derive(Debug, Args)]
pub struct RepairArgs {
    /// The database of the configuration to repair; may be left out where there is only one.
    #[arg(value_name = "DATABASE")]
    database: Option<String>,
    /// Of a role that may write, for --prove and --apply; with --manifest, of the database itself.
    #[arg(long, env = "SCHEMA_HEALTH_URL", hide_env_values = true, value_parser = secret_url)]
    url: Option<SecretString>,
    /// The manifest, for use without a configuration file.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The schema to repair with `--manifest`.
    #[arg(long, requires = "manifest")]
    schema: Option<String>,
    /// How to print the plan.
    #[arg(long, value_enum, default_value_t = Format::Sql)]
    format: Format,
    /// PostgreSQL: one transaction, or many short steps that hold up nobody for long.
    #[arg(long, value_enum, default_value_t = VariantArg::Plain)]
    variant: VariantArg,
    /// Where to write: a file, or for django the folder that holds the apps. Stdout when left out.
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
    /// With --format django: write all into the migrations of this app.
    #[arg(long, value_name = "APP")]
    into: Option<String>,
    /// Mend what stands in a blind spot too: something that was not seen through may have removed it on purpose.
    #[arg(long)]
    blind_spots_too: bool,
    /// Try the plan out where nothing of it stays, and tell whether it converges.
    #[arg(long, conflicts_with = "apply")]
    prove: bool,
    /// Apply the plan; needs --yes.
    #[arg(long)]
    apply: bool,
    /// Yes, write to the database.
    #[arg(long)]
    yes: bool,
    /// How long --prove and --apply wait for a lock.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = parse_duration)]
    lock_timeout: Duration,
    /// How long one statement of --prove and --apply may take.
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = parse_duration)]
    statement_timeout: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One SQL script.
    Sql,
    /// The same shape as `/v1/databases/{database}/repair-plan`.
    Json,
    /// Django migrations.
    Django,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum VariantArg {
    Plain,
    ZeroDowntime,
}

pub fn run(config: &Path, arguments: &RepairArgs) -> anyhow::Result<Exit> {
    if arguments.apply && !arguments.yes {
        bail!("--apply writes to the database: say --yes too (and try --prove first)");
    }
    let mut database = database(config, arguments)?;
    if arguments.prove || arguments.apply {
        let mut request = request(&database, arguments)?;
        if database.target.schema.is_none() && arguments.manifest.is_none() {
            // Another role's unqualified names may lead elsewhere: the audited schema is what the audit sees.
            match runtime()?.block_on(look_at(&database)) {
                Ok(observation) => database.target.schema = Some(observation.schema.to_string()),
                Err(error) => {
                    eprintln!("error: {error}; {}", error.advice());
                    return Ok(Exit::CouldNotTell);
                }
            }
            request.database = database;
        }
        return if arguments.prove { prove(&request, arguments) } else { apply(&request, arguments) };
    }
    let look = match runtime()?.block_on(look_at(&database)) {
        Ok(observation) => Look::at(&database, observation),
        Err(error) => {
            eprintln!("error: {error}; {}", error.advice());
            return Ok(Exit::CouldNotTell);
        }
    };
    let plan = look.plan(&database, arguments);
    match arguments.format {
        Format::Sql => {
            let schema = look.observation.schema.to_string();
            write_out(arguments, &script(&plan, &database.name, &schema))?;
        }
        Format::Json => write_out(arguments, &json(&RepairPlanView::of(&database.name, &plan, None))?)?,
        Format::Django => write_django(arguments, &database, &look, &plan)?,
    }
    tell_left_out(&plan);
    Ok(if plan.is_idle() { Exit::Healthy } else { Exit::Findings })
}

async fn look_at(database: &DatabaseConfig) -> Result<Observation, CatalogError> {
    place::observe(&database.target, &database.manifest.interest(), None).await
}

/// What was seen of the database, and the verdict.
struct Look {
    observation: Observation,
    expected: Expected,
    report: Report,
}

impl Look {
    fn at(database: &DatabaseConfig, observation: Observation) -> Self {
        let today = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
        let expected = Expected::of(&database.manifest, &observation);
        let report = audit_against(&database.manifest, &expected, &observation, &database.policy.on(today));
        Self { observation, expected, report }
    }

    fn plan(&self, database: &DatabaseConfig, arguments: &RepairArgs) -> Plan {
        let basis = Basis {
            manifest: &database.manifest,
            expected: &self.expected,
            observation: &self.observation,
            report: &self.report,
        };
        let options = Options {
            variant: variant(arguments),
            blind_spots_too: arguments.blind_spots_too,
            ..Options::default()
        };
        plan_for(basis, &options)
    }
}

fn variant(arguments: &RepairArgs) -> Variant {
    match arguments.variant {
        VariantArg::Plain => Variant::Plain,
        VariantArg::ZeroDowntime => Variant::ZeroDowntime,
    }
}

fn database(config: &Path, arguments: &RepairArgs) -> anyhow::Result<DatabaseConfig> {
    if let Some(file) = &arguments.manifest {
        let Some(url) = &arguments.url else {
            bail!("--manifest needs --url, or the URL in the environment variable SCHEMA_HEALTH_URL");
        };
        let manifest = Manifest::load(file)?;
        if !scheme_of(url)?.serves(manifest.dialect) {
            bail!(
                "{} is a manifest for {}, which is not what the URL leads to",
                file.display(),
                manifest.dialect
            );
        }
        let name = arguments.database.as_deref().unwrap_or("database");
        return Ok(DatabaseConfig::new(name, url.clone(), arguments.schema.clone(), manifest));
    }
    let config =
        Config::load(config).context("the configuration is not valid (or say --url and --manifest)")?;
    let known = || config.databases.keys().map(|it| &**it).collect::<Vec<_>>().join(", ");
    let database = match &arguments.database {
        Some(name) => config.databases.get(name.as_str()),
        None if config.databases.len() == 1 => config.databases.values().next(),
        None => bail!("say which database to repair: {}", known()),
    };
    let Some(database) = database else {
        bail!("no such database in the configuration; there are: {}", known());
    };
    Ok(DatabaseConfig::clone(database))
}

fn request(database: &DatabaseConfig, arguments: &RepairArgs) -> anyhow::Result<Request> {
    let configured = database.repair_url.as_ref().map(RepairUrl::read).transpose();
    let Some(url) =
        arguments.url.clone().map_or_else(|| configured.map_err(anyhow::Error::msg), |it| Ok(Some(it)))?
    else {
        bail!(
            "--prove and --apply need the URL of a role that may write: --url, or repair_url or repair_url_file of {} in \
             the configuration (the audit's own URL is never used for it)",
            database.name
        );
    };
    if !scheme_of(&url)?.serves(database.manifest.dialect) {
        bail!("the manifest is for {}, which is not what the URL leads to", database.manifest.dialect);
    }
    Ok(Request {
        database: database.clone(),
        url,
        variant: variant(arguments),
        blind_spots_too: arguments.blind_spots_too,
        has_rows: None,
        lock_timeout: arguments.lock_timeout,
        statement_timeout: arguments.statement_timeout,
    })
}

fn prove(request: &Request, arguments: &RepairArgs) -> anyhow::Result<Exit> {
    match runtime()?.block_on(mend::prove(request)) {
        Ok((plan, proof)) => {
            if arguments.format == Format::Json {
                let view = RepairPlanView::of(&request.database.name, &plan, Some(&proof));
                write_out(arguments, &json(&view)?)?;
            } else {
                write_out(arguments, &told(&request.database.name, &plan, &proof))?;
            }
            tell_left_out(&plan);
            Ok(if proof.converges() { Exit::Healthy } else { Exit::Findings })
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(Exit::CouldNotTell)
        }
    }
}

fn told(database: &str, plan: &Plan, proof: &Proof) -> String {
    let mut text = format!("{database}: {}; {proof}\n", count_of(plan.statements.len(), "statement"));
    for remark in &proof.remarks {
        text.push_str(&format!("  {remark}\n"));
    }
    text
}

fn apply(request: &Request, arguments: &RepairArgs) -> anyhow::Result<Exit> {
    let record = match runtime()?.block_on(mend::apply(request)) {
        Ok(record) => record,
        Err(error) => {
            eprintln!("error: nothing was done: {error}");
            return Ok(Exit::CouldNotTell);
        }
    };
    let written = write_out(arguments, &json(&record)?);
    eprintln!("{}: {}", record.database, crate::service::one_line(&record.message));
    if let Err(error) = written {
        // What was done must not be lost with the file.
        say(&json(&record)?)?;
        return Err(error);
    }
    Ok(exit_of(&record))
}

fn exit_of(record: &Record) -> Exit {
    match record.outcome {
        RecordOutcome::Applied | RecordOutcome::NothingToDo if record.left_out.is_empty() => Exit::Healthy,
        RecordOutcome::Applied
        | RecordOutcome::NothingToDo
        | RecordOutcome::Unchanged
        | RecordOutcome::PartlyApplied => Exit::Findings,
        RecordOutcome::NotKnown => Exit::CouldNotTell,
    }
}

fn tell_left_out(plan: &Plan) {
    for it in &plan.left_out {
        eprintln!(
            "left out: {}: {}",
            crate::service::one_line(&it.what),
            crate::service::one_line(&it.reason)
        );
        for step in &it.steps {
            eprintln!("  - {}", crate::service::one_line(step));
        }
    }
}

fn json(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(value)?))
}

fn write_out(arguments: &RepairArgs, text: &str) -> anyhow::Result<()> {
    match &arguments.output {
        Some(path) => write_output(path, text),
        None => Ok(say(text)?),
    }
}

/// The files below the folder, `APP/migrations/NAME.py`, none written over; on stdout one after the other.
fn write_django(
    arguments: &RepairArgs,
    database: &DatabaseConfig,
    look: &Look,
    plan: &Plan,
) -> anyhow::Result<()> {
    let mut makers: BTreeMap<TableName, Name> = BTreeMap::new();
    for (name, table) in &look.expected.expectation.schema.tables {
        let position = table.provenance.created();
        if let Some(migration) = position.and_then(|it| database.manifest.migration(it)) {
            makers.insert(name.clone(), migration.id.app.clone());
        }
    }
    let files = migrations(plan, &database.manifest, &makers, arguments.into.as_deref())
        .map_err(anyhow::Error::msg)?;
    if let Some(folder) = &arguments.output {
        let apps: Vec<&str> = files.iter().map(|it| &*it.migration.app).collect();
        check_folders(folder, &apps)?;
    }
    for file in &files {
        let (app, name) = (&*file.migration.app, &*file.migration.name);
        let Some(folder) = &arguments.output else {
            say(&format!("# {app}/migrations/{name}.py\n{}\n", file.text))?;
            continue;
        };
        let folder = folder.join(app).join("migrations");
        std::fs::create_dir_all(&folder).with_context(|| format!("{} was not made", folder.display()))?;
        let path = folder.join(format!("{name}.py"));
        let mut opened = std::fs::File::create_new(&path)
            .with_context(|| format!("{} was not written: nothing is written over", path.display()))?;
        opened.write_all(file.text.as_bytes())?;
        say(&format!("{}\n", path.display()))?;
    }
    Ok(())
}

/// Each app has its folder, or none has: then this is no folder of a project, and somebody else puts them into place.
fn check_folders(folder: &Path, apps: &[&str]) -> anyhow::Result<()> {
    if let Some(app) = apps.iter().find(|app| !is_plain(app)) {
        bail!("the app {app:?} cannot be written as a folder: put all into one app with --into APP");
    }
    let (there, elsewhere): (Vec<&str>, Vec<&str>) = apps.iter().partition(|app| folder.join(app).is_dir());
    if there.is_empty() {
        eprintln!(
            "note: {} holds none of these apps: Django runs a migration only from its app's own migrations",
            folder.display()
        );
    } else if !elsewhere.is_empty() {
        bail!(
            "{} has no folder of {}, whose migrations lie elsewhere (an installed package?): put all into one app of \
             yours with --into {}",
            folder.display(),
            elsewhere.join(", "),
            there.first().unwrap_or(&"APP")
        );
    }
    Ok(())
}

/// A name that cannot lead out of its folder.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || it == '_')
}
