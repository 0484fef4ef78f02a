//! The configuration file, `schema-health.yaml`: read and checked whole, every mistake told at once with
//! its line and column.

mod database;
mod django;
mod policy;
mod reader;
mod repair_url;
pub mod schema;
mod smoke;
mod url;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reader::{Entries, Reader};

use crate::migration::Manifest;

pub use database::DatabaseConfig;
pub use policy::PolicyConfig;
pub use reader::parse_duration;
pub use repair_url::RepairUrl;
pub use smoke::SmokeConfig;
pub use url::resolve_url;

/// Everything that `serve` and `check` need to know, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub file: PathBuf,
    pub listen: SocketAddr,
    pub databases: BTreeMap<Arc<str>, Arc<DatabaseConfig>>,
    /// How many databases are audited at the same time.
    pub concurrency: usize,
    /// How long requests are still answered after SIGTERM, with `/readyz` failing.
    pub drain: Duration,
    pub log: LogConfig,
    /// Every file that went into this: the configuration, URL files, manifests, the sources of Django projects
    /// and the folders in which a further one would stand.
    pub sources: BTreeSet<PathBuf>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogConfig {
    pub format: LogFormat,
    /// A filter as tracing-subscriber's EnvFilter reads it: `info`, `schema_health=debug,info`.
    pub level: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Everything that is wrong with a configuration, one line each: `file:line:column: message`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .mistakes.join("\n"))]
pub struct ConfigError {
    pub mistakes: Vec<String>,
    /// The files that were read, so that a mended one is noticed.
    pub sources: BTreeSet<PathBuf>,
}

pub const DEFAULT_FILE: &str = "schema-health.yaml";
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(60);
pub const DEFAULT_CONCURRENCY: usize = 32;
pub const DEFAULT_DRAIN: Duration = Duration::from_secs(5);
pub const DEFAULT_CONFIRM_AFTER: Duration = Duration::from_secs(5);
/// As the project has it.
pub const DEFAULT_RUNBOOK: &str = "deploy/runbook.md";
/// Connections to servers are kept where audits are at most this far apart.
pub const KEEP_CONNECTIONS_UP_TO: Duration = Duration::from_secs(300);
/// Shorter intervals would be an attack on the database.
const LEAST_INTERVAL: Duration = Duration::from_millis(100);
/// A configuration is written by hand; a larger file is a mistake.
const LARGEST_FILE: u64 = 8 << 20;

impl Config {
    /// Reads the file, the URL files and the manifests that it names.
    ///
    /// Blocking: it reads files.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        Self::load_with(file, &|name| std::env::var(name).ok())
    }

    /// [`Config::load`] with an environment of the caller's.
    pub fn load_with(file: &Path, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut sources = BTreeSet::from([file.to_owned()]);
        let refuse = |mistakes, sources| Err(ConfigError { mistakes, sources });
        let text = match read_limited(file, LARGEST_FILE) {
            Ok(text) => text,
            Err(reason) => {
                let advice = "name another file with --config, or create it";
                return refuse(vec![format!("{}: {reason}; {advice}", file.display())], sources);
            }
        };
        let mut reader = Reader::new(file, environment);
        let root = match yaml::parse(&text) {
            Ok(root) => root,
            Err((position, message)) => {
                reader.mistake(position, message);
                return refuse(reader.into_mistakes(), sources);
            }
        };
        let config = reader
            .map(root, "the configuration")
            .and_then(|entries| read(&mut reader, entries, &mut sources));
        let mistakes = reader.into_mistakes();
        match config {
            Some(config) if mistakes.is_empty() => Ok(Self { sources, ..config }),
            Some(_) | None => refuse(mistakes, sources),
        }
    }
}

impl Config {
    /// Manifests that have not changed stay the very same ones, so that what was computed from them stays too.
    ///
    /// Blocking: it compares whole manifests.
    pub fn share_manifests_with(&mut self, previous: &Self) {
        let mut compared: Vec<(Arc<Manifest>, Arc<Manifest>, bool)> = Vec::new();
        for (name, database) in &mut self.databases {
            let Some(old) = previous.databases.get(name).map(|it| &it.manifest) else { continue };
            let new = &database.manifest;
            let known = compared.iter().find(|(a, b, _)| Arc::ptr_eq(a, old) && Arc::ptr_eq(b, new));
            let are_equal = match known {
                Some((_, _, are_equal)) => *are_equal,
                None => {
                    let are_equal = old.dialect == new.dialect
                        && old.ledger == new.ledger
                        && old.migrations == new.migrations;
                    compared.push((Arc::clone(old), Arc::clone(new), are_equal));
                    are_equal
                }
            };
            if are_equal {
                let shared = DatabaseConfig { manifest: Arc::clone(old), ..DatabaseConfig::clone(database) };
                *database = Arc::new(shared);
            }
        }
    }
}

fn read(reader: &mut Reader<'_>, mut entries: Entries, sources: &mut BTreeSet<PathBuf>) -> Option<Config> {
    let listen = entries.take("listen").and_then(|node| reader.text(node, "listen"));
    let listen = listen.and_then(|text| {
        let address = text.value.parse().ok();
        if address.is_none() {
            reader.mistake(
                text.position,
                "listen must be an address and a port, such as 127.0.0.1:8080 or [::]:8080",
            );
        }
        address
    });
    let concurrency = entries.take("concurrency").and_then(|node| reader.whole_number(node, "concurrency"));
    let drain = entries.take("drain").and_then(|node| reader.duration(node, "drain", Duration::ZERO));
    let log = entries.take("log").map(|node| read_log(reader, node)).unwrap_or_default();
    let smoke_hosts = entries.take("smoke_hosts");
    let smoke_hosts =
        smoke_hosts.map(|node| smoke::read_hosts(reader, node, "smoke_hosts")).unwrap_or_default();
    let mut common = database::Common::read(reader, &mut entries);
    common.smoke_hosts = smoke_hosts;
    let databases = entries.take_with_key("databases");
    let position = entries.position;
    entries.finish(reader);

    let Some((key, node)) = databases else {
        reader.mistake(
            position,
            "databases is missing: name at least one database, with its url and its manifest",
        );
        return None;
    };
    let named = reader.map(node, "databases")?.into_rest();
    if named.is_empty() {
        reader.mistake(key.position, "databases is empty: name at least one database");
    }
    let mut manifests = database::Manifests::default();
    let mut read_databases = BTreeMap::new();
    for (key, node) in named {
        if let Some(database) = database::read(reader, key, node, &common, &mut manifests, sources) {
            read_databases.insert(Arc::clone(&database.name), Arc::new(database));
        }
    }
    Some(Config {
        file: reader.file.to_owned(),
        listen: listen.unwrap_or(DEFAULT_LISTEN),
        databases: read_databases,
        concurrency: concurrency.unwrap_or(DEFAULT_CONCURRENCY),
        drain: drain.unwrap_or(DEFAULT_DRAIN),
        log,
        sources: BTreeSet::new(),
    })
}

fn read_log(reader: &mut Reader<'_>, node: yaml::Node) -> LogConfig {
    let mut log = LogConfig::default();
    let Some(mut entries) = reader.map(node, "log") else { return log };
    if let Some(format) = entries.take("format").and_then(|node| reader.text(node, "log.format")) {
        match format.value.as_str() {
            "text" => log.format = LogFormat::Text,
            "json" => log.format = LogFormat::Json,
            _ => reader.mistake(format.position, "log.format must be text or json"),
        }
    }
    if let Some(level) = entries.take("level").and_then(|node| reader.text(node, "log.level")) {
        match level.value.parse::<tracing_subscriber::EnvFilter>() {
            Ok(_) => log.level = Some(level.value),
            Err(_) => reader.mistake(
                level.position,
                "log.level must be error, warn, info, debug, trace, or a filter such as schema_health=debug,info",
            ),
        }
    }
    entries.finish(reader);
    log
}

/// The text of a file of at most `limit` bytes; the error is a clause for a person.
fn read_limited(path: &Path, limit: u64) -> Result<String, String> {
    let metadata = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    if metadata.len() > limit {
        return Err(format!("is larger than {limit} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))
}
