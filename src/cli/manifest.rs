//! `manifest validate` and `manifest schema`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Subcommand;

use super::{Exit, say};
use crate::migration::{Manifest, MayTouch, fold};
use crate::schema::count_of;
use crate::snapshot::Snapshot;

#[derive(Debug, Subcommand)]
pub enum ManifestCommand {
    /// Check manifest files, and fold them whole: does every change fit what comes before it?
    Validate {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of the manifest format, for editors.
    Schema {
        /// That of the snapshot format instead.
        #[arg(long)]
        snapshot: bool,
    },
}

pub fn run(command: &ManifestCommand) -> anyhow::Result<Exit> {
    match command {
        ManifestCommand::Validate { files } => {
            let mut exit = Exit::Healthy;
            for file in files {
                match Manifest::load(file) {
                    Ok(manifest) => {
                        let (summary, fits) = summarise(&manifest);
                        say(&format!("{}: {summary}\n", file.display()))?;
                        if !fits {
                            exit = Exit::Usage;
                        }
                    }
                    Err(error) => {
                        eprintln!("{error}");
                        exit = Exit::Usage;
                    }
                }
            }
            Ok(exit)
        }
        ManifestCommand::Schema { snapshot } => {
            let schema = if *snapshot { Snapshot::json_schema() } else { Manifest::json_schema() };
            say(&format!("{schema:#}\n"))?;
            Ok(Exit::Healthy)
        }
    }
}

/// What the manifest holds, and whether every change fits when all migrations are applied.
fn summarise(manifest: &Manifest) -> (String, bool) {
    let squashed: BTreeSet<u32> = (manifest.migrations.iter())
        .flat_map(|migration| migration.replaces.iter().filter_map(|id| manifest.position(id)))
        .collect();
    let all = (0..).zip(&manifest.migrations).map(|(position, _)| position);
    let applied: BTreeSet<u32> = all.filter(|position| !squashed.contains(position)).collect();
    let expectation = fold(manifest, &applied, &manifest.dialect.naming());
    let operations: usize = manifest.migrations.iter().map(|migration| migration.operations.len()).sum();
    let objects: usize = expectation.schema.tables.values().map(|table| table.object_count()).sum();
    let (migrations, tables) = (manifest.migrations.len(), expectation.schema.tables.len());
    let mut text = format!(
        "{}, {}, {} ({} opaque), {}, {}",
        manifest.dialect,
        count_of(migrations, "migration"),
        count_of(operations, "operation"),
        expectation.opaque_operations,
        count_of(tables, "table"),
        count_of(objects, "object"),
    );
    for spot in expectation.blind_spots.iter().filter(|spot| spot.may_touch == MayTouch::Anything) {
        if let Some(migration) = manifest.migration(spot.migration) {
            text.push_str(&format!("\n  note: {} may touch anything: {}", migration.id, spot.reason));
        }
    }
    for problem in &expectation.problems {
        if let Some(migration) = manifest.migration(problem.migration) {
            text.push_str(&format!("\n  error: {}: {}", migration.id, problem.message));
        }
    }
    (text, expectation.problems.is_empty())
}
