//! `snapshot`: ledger and schema of one database, as a small file beside its backup.

use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::output::write_output;
use super::place::{PlaceArgs, observe_whole};
use super::{Exit, runtime};
use crate::schema::{agree, count_of};
use crate::snapshot::Snapshot;

#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The database; not needed where the configuration has only one.
    #[arg(value_name = "DATABASE")]
    database: Option<String>,
    #[command(flatten)]
    place: PlaceArgs,
    /// Where to write the snapshot; `-` for standard output.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub fn run(config: &Path, arguments: &SnapshotArgs) -> anyhow::Result<Exit> {
    let place = arguments.place.choose_one(config, arguments.database.as_ref())?;
    let observation = match runtime()?.block_on(observe_whole(&place.target)) {
        Ok(observation) => observation,
        Err(error) => {
            eprintln!("error: {}: {error}; {}", place.name, error.advice());
            return Ok(Exit::CouldNotTell);
        }
    };
    // To the second: nobody takes two in one.
    let now = Timestamp::from_second(Timestamp::now().as_second())?;
    let snapshot = match Snapshot::of(&observation, now) {
        Ok(snapshot) => snapshot,
        Err(reason) => {
            eprintln!("error: {}: no snapshot was taken: {reason}", place.name);
            return Ok(Exit::CouldNotTell);
        }
    };
    let text = snapshot.to_json();
    write_output(&arguments.output, &text)?;
    let tables = snapshot.held.tables.len();
    let ledger = match &snapshot.ledger {
        Some(rows) => count_of(rows.len(), "ledger row"),
        None => format!("no ledger: there is no table {}", snapshot.ledger_table),
    };
    eprintln!(
        "{}: {tables} {}, {ledger}, catalog {}",
        place.name,
        agree(tables, "table or view", "tables and views"),
        snapshot.fingerprint()
    );
    for unread in &snapshot.unread {
        eprintln!("{}: not in the snapshot: {unread}", place.name);
    }
    Ok(Exit::Healthy)
}
