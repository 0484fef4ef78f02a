//! `compile`: source files to a manifest, without running any of them.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, say};
use crate::compile::django::notice::{self, Concern, Notice};
use crate::compile::django::{DEFAULT_ALIAS, Request, compile_project};
use crate::dialect::Dialect;
use crate::schema::count_of;

#[derive(Debug, Subcommand)]
pub enum CompileCommand {
    /// Compile the migrations of a Django project, without Python.
    Django(DjangoArgs),
}

#[derive(Debug, Args)]
pub struct DjangoArgs {
    /// The kind of server that the manifest is for.
    #[arg(long, value_enum)]
    dialect: DialectName,
    /// A folder that Python would look for modules in: the project's, its site-packages. Can be said again.
    #[arg(long, required = true, value_name = "DIR")]
    source: Vec<PathBuf>,
    /// The settings: their file, or their module as DJANGO_SETTINGS_MODULE names it.
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A setting that the file does not say literally: `AUTH_USER_MODEL=accounts.User`. Can be said again.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// An app that is not found under its module's name: its label and its folder. Can be said again.
    #[arg(long, value_name = "LABEL=DIR", value_parser = folder)]
    app: Vec<(String, PathBuf)>,
    /// An entry of INSTALLED_APPS beside those of the settings. Can be said again.
    #[arg(long, value_name = "MODULE")]
    installed_app: Vec<String>,
    /// Which of DATABASES the database is: what DATABASE_ROUTERS are asked about.
    #[arg(long, value_name = "ALIAS", default_value = DEFAULT_ALIAS)]
    database: String,
    /// The version of Django, such as 5.2, where no source holds Django itself.
    #[arg(long, value_name = "X.Y", value_parser = version)]
    django: Option<(u32, u32)>,
    /// Where to write the manifest; standard output when not said, or `-`.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write nothing, and fail, if an operation, a migration or an app was not seen through.
    #[arg(long)]
    strict: bool,
    /// Tell each thing that was assumed: what the environment holds, which libraries are not installed.
    #[arg(long)]
    assumptions: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DialectName {
    Postgres,
    Mysql,
    Mariadb,
    Sqlite,
}

pub fn run(command: CompileCommand) -> anyhow::Result<Exit> {
    match command {
        CompileCommand::Django(arguments) => django(arguments),
    }
}

fn django(arguments: DjangoArgs) -> anyhow::Result<Exit> {
    let request = Request {
        dialect: match arguments.dialect {
            DialectName::Postgres => Dialect::Postgres,
            DialectName::Mysql => Dialect::Mysql,
            DialectName::Mariadb => Dialect::Mariadb,
            DialectName::Sqlite => Dialect::Sqlite,
        },
        sources: arguments.source,
        settings: arguments.settings,
        set: arguments.set,
        apps: arguments.app,
        installed_apps: arguments.installed_app,
        django: arguments.django,
        database: arguments.database,
    };
    let compilation = compile_project(&request)?;
    let notices = compilation.notices;
    tell(&notices, arguments.assumptions);
    eprintln!("{}", compilation.summary);
    for advice in notice::advice(&notices) {
        eprintln!("help: {advice}");
    }
    let count = notices.iter().filter(|it| it.concern.leaves_something_unseen()).count();
    if arguments.strict && count > 0 {
        let things = count_of(count, "thing");
        eprintln!("error: {things} not seen through, and --strict allows none");
        return Ok(Exit::Findings);
    }
    let text = compilation.manifest.to_json();
    match arguments.output.filter(|it| it != Path::new("-")) {
        None => say(&text)?,
        Some(file) => {
            std::fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
        }
    }
    Ok(Exit::Healthy)
}

/// What was assumed comes last, and is counted where it is not asked for: a project asks its environment for a lot that
/// no table hangs on.
fn tell(notices: &[Notice], assumptions: bool) {
    let (assumed, unseen): (Vec<&Notice>, Vec<&Notice>) =
        notices.iter().partition(|it| it.concern == Concern::Assumed);
    for notice in unseen.into_iter().chain(assumed.iter().copied().filter(|_| assumptions)) {
        eprintln!("{}: {}", notice.at, notice.message);
    }
    if !assumptions && !assumed.is_empty() {
        let things = count_of(assumed.len(), "thing");
        eprintln!("{things} assumed of the environment; --assumptions tells each");
    }
}

fn folder(text: &str) -> anyhow::Result<(String, PathBuf)> {
    let (label, folder) = pair(text).context("expected LABEL=DIR")?;
    Ok((label, folder.into()))
}

fn pair(text: &str) -> anyhow::Result<(String, String)> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => bail!("expected NAME=VALUE"),
    }
}

fn version(text: &str) -> anyhow::Result<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok((major, minor)),
        _ => bail!("expected a version such as 5.2"),
    }
}
