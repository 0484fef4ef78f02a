//! The command line: one file per subcommand, exit codes decided here.

mod check;
mod compile;
mod completions;
mod config;
mod demo;
mod manifest;
mod output;
mod place;
mod repair;
mod report;
mod serve;
mod smoke;
mod snapshot;

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::DEFAULT_FILE;

/// How a command ended. The numbers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Healthy, or done.
    Healthy = 0,
    Findings = 1,
    CouldNotTell = 2,
    /// Wrong usage or configuration.
    Usage = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Keeps asking databases whether what their migrations promise is really there.
#[derive(Debug, Parser)]
#[command(name = "schema-health", version, arg_required_else_help = true)]
pub struct Arguments {
    /// The configuration file.
    #[arg(long, short, global = true, env = "SCHEMA_HEALTH_CONFIG", value_name = "FILE", default_value = DEFAULT_FILE)]
    pub config: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit every database at its interval, and tell what is found over HTTP.
    Serve(serve::ServeArgs),
    /// Audit once and report: for CI, init containers, and people.
    Check(check::CheckArgs),
    /// Audit once and write a report for people: what is missing, since when, why, and how to mend it.
    Report(report::ReportArgs),
    /// Write ledger and schema of a database to a small file, to be kept with its backup.
    Snapshot(snapshot::SnapshotArgs),
    /// Plan what makes a database whole again: print it, prove it, or apply it.
    Repair(repair::RepairArgs),
    /// Serve an embedded database that holds a real incident: 7 tables and a column that were never made.
    Demo(demo::DemoArgs),
    /// Compile a project's migrations to a manifest.
    #[command(subcommand)]
    Compile(compile::CompileCommand),
    /// Work with manifest files.
    #[command(subcommand)]
    Manifest(manifest::ManifestCommand),
    /// Look after the configuration file.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Print completions for a shell.
    Completions(completions::CompletionsArguments),
}

/// Parses the process's arguments, runs what they ask for, and tells how it ended.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => {
            // Printing to a closed pipe is nobody's concern.
            let _ = told.print();
            return if told.use_stderr() { Exit::Usage } else { Exit::Healthy }.into();
        }
    };
    let outcome = match arguments.command {
        Command::Serve(serve) => serve::run(&arguments.config, serve),
        Command::Check(check) => check::run(&arguments.config, &check),
        Command::Report(report) => report::run(&arguments.config, &report),
        Command::Snapshot(snapshot) => snapshot::run(&arguments.config, &snapshot),
        Command::Repair(repair) => repair::run(&arguments.config, &repair),
        Command::Demo(demo) => demo::run(&demo),
        Command::Compile(compile) => compile::run(compile),
        Command::Manifest(manifest) => manifest::run(&manifest),
        Command::Config(config) => config.run(&arguments.config),
        Command::Completions(completions) => completions.run(),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            Exit::Usage.into()
        }
    }
}

/// Prints to stdout; a reader that has gone away (`| head`) is no error.
fn say(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Colour only for a person: a terminal, and no `NO_COLOR` (<https://no-color.org>).
fn colours() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
