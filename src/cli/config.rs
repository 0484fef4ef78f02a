//! `schema-health config`: check the configuration file, or print its JSON Schema.

use std::path::Path;

use clap::Subcommand;

use super::Exit;
use crate::config::{Config, schema};
use crate::schema::count_of;

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Read the configuration, its URL files and its manifests, and tell every mistake.
    Validate,
    /// Print the JSON Schema of the configuration file, for an editor.
    Schema,
}

impl ConfigCommand {
    pub fn run(self, file: &Path) -> anyhow::Result<Exit> {
        match self {
            Self::Validate => Ok(validate(file)),
            Self::Schema => {
                println!("{}", serde_json::to_string_pretty(&schema::json_schema())?);
                Ok(Exit::Healthy)
            }
        }
    }
}

fn validate(file: &Path) -> Exit {
    match Config::load(file) {
        Ok(config) => {
            let count = config.databases.len();
            println!("{}: valid, {}", file.display(), count_of(count, "database"));
            for (name, database) in &config.databases {
                for unread in &database.manifest.unread {
                    eprintln!("{name}: not in the manifest: {unread}");
                }
            }
            Exit::Healthy
        }
        Err(error) => {
            eprintln!("{error}");
            Exit::Usage
        }
    }
}
