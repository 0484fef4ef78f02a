//! One database of the configuration: where it is, its manifest, and how it is audited.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::django;
use super::policy::PolicyConfig;
use super::reader::{Entries, Reader};
use super::repair_url::{self, RepairUrl};
use super::smoke::{self, SmokeConfig};
use super::yaml::{Key, Node, Position};
use super::{
    DEFAULT_CONFIRM_AFTER, DEFAULT_INTERVAL, DEFAULT_RUNBOOK, KEEP_CONNECTIONS_UP_TO, LEAST_INTERVAL,
    read_limited, resolve_url,
};
use crate::catalog::{Budgets, LedgerSource, Scheme, Target};
use crate::compile::django::notice::{self, Concern};
use crate::compile::django::{Request, compile_project};
use crate::migration::Manifest;
use crate::smoke::AllowedHost;

/// A URL in a file is one line.
const LARGEST_URL_FILE: u64 = 64 << 10;

/// One configured database.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    pub name: Arc<str>,
    pub target: Target,
    pub manifest: Arc<Manifest>,
    /// Whether `/readyz` fails while this database is unhealthy or unknown.
    pub gate: bool,
    pub interval: Duration,
    /// How long after the first look a new error is looked at again before it counts; zero for at once.
    pub confirm_after: Duration,
    /// How long after the last successful audit its verdict no longer counts.
    pub stale_after: Duration,
    pub keep_connection: bool,
    /// Where findings find their section of the runbook.
    pub runbook: Arc<str>,
    pub policy: PolicyConfig,
    /// Where `repair --prove` and `--apply` write; nobody else reads it.
    pub repair_url: Option<RepairUrl>,
    pub smoke: Option<Arc<SmokeConfig>>,
}

impl DatabaseConfig {
    /// A database with everything as it is by default, for use without a configuration file.
    pub fn new(name: &str, url: SecretString, schema: Option<String>, manifest: Manifest) -> Self {
        let budgets = Budgets::default();
        let ledger = LedgerSource { format: manifest.ledger, table: None, schema: None };
        Self {
            name: name.into(),
            target: Target { url, schema, ledger, budgets },
            manifest: Arc::new(manifest),
            gate: false,
            interval: DEFAULT_INTERVAL,
            confirm_after: DEFAULT_CONFIRM_AFTER,
            stale_after: default_stale_after(DEFAULT_INTERVAL, &budgets),
            keep_connection: true,
            runbook: DEFAULT_RUNBOOK.into(),
            policy: PolicyConfig::default(),
            repair_url: None,
            smoke: None,
        }
    }

    /// Whether audits by `other` read the same way, judge by the same manifest and policy, and are followed by the
    /// same smoke checks. Unchanged
    /// manifests are shared: [`super::Config::share_manifests_with`].
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.reads_the_same(other)
            && Arc::ptr_eq(&self.manifest, &other.manifest)
            && self.policy == other.policy
            && match (&self.smoke, &other.smoke) {
                (Some(a), Some(b)) => a.means_the_same(b),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            }
    }

    /// Whether a session opened for `other` can go on being used.
    pub fn reads_the_same(&self, other: &Self) -> bool {
        let (a, b) = (&self.target, &other.target);
        a.url.expose_secret() == b.url.expose_secret()
            && self.audits_the_same_place(other)
            && a.budgets == b.budgets
            && a.ledger.format == b.ledger.format
            && a.ledger.table == b.ledger.table
            && a.ledger.schema == b.ledger.schema
    }

    /// Whether the last verdict of `other` speaks of this database: another password or another manifest
    /// does not take that away, another host or schema does.
    pub fn audits_the_same_place(&self, other: &Self) -> bool {
        let (a, b) = (&self.target, &other.target);
        without_credentials(a.url.expose_secret()) == without_credentials(b.url.expose_secret())
            && a.schema == b.schema
    }
}

/// The URL without what stands before the last `@` of its authority.
fn without_credentials(url: &str) -> (&str, &str) {
    let Some((scheme, rest)) = url.split_once("://") else { return ("", url) };
    match rest.rsplit_once('@') {
        Some((_, place)) => (scheme, place),
        None => (scheme, rest),
    }
}

fn default_stale_after(interval: Duration, budgets: &Budgets) -> Duration {
    interval * 3 + budgets.audit
}

/// What may stand for all databases and for one.
#[derive(Clone, Debug)]
pub(super) struct Common {
    interval: Duration,
    confirm_after: Duration,
    stale_after: Option<Duration>,
    keep_connections: Option<bool>,
    budgets: Budgets,
    runbook: Arc<str>,
    policy: PolicyConfig,
    pub(super) smoke_hosts: Vec<AllowedHost>,
}

impl Common {
    pub(super) fn read(reader: &mut Reader<'_>, entries: &mut Entries) -> Self {
        let none = Self {
            interval: DEFAULT_INTERVAL,
            confirm_after: DEFAULT_CONFIRM_AFTER,
            stale_after: None,
            keep_connections: None,
            budgets: Budgets::default(),
            runbook: DEFAULT_RUNBOOK.into(),
            policy: PolicyConfig::default(),
            smoke_hosts: Vec::new(),
        };
        let policy = PolicyConfig::read(reader, entries, true);
        Self { policy, ..none.overridden(reader, entries) }
    }

    /// The same with what `entries` say otherwise; the policy stays.
    fn overridden(&self, reader: &mut Reader<'_>, entries: &mut Entries) -> Self {
        let mut duration = |reader: &mut Reader<'_>, key, least| {
            entries.take(key).and_then(|node| reader.duration(node, key, least))
        };
        let interval = duration(reader, "interval", LEAST_INTERVAL);
        let confirm_after = duration(reader, "confirm_after", Duration::ZERO);
        let stale_after = duration(reader, "stale_after", LEAST_INTERVAL);
        let keep_connections =
            entries.take("keep_connections").and_then(|node| reader.boolean(node, "keep_connections"));
        let runbook = entries.take("runbook").and_then(|node| read_runbook(reader, node));
        let budgets = match entries.take("budgets") {
            Some(node) => read_budgets(reader, node, self.budgets),
            None => self.budgets,
        };
        Self {
            interval: interval.unwrap_or(self.interval),
            confirm_after: confirm_after.unwrap_or(self.confirm_after),
            stale_after: stale_after.or(self.stale_after),
            keep_connections: keep_connections.or(self.keep_connections),
            budgets,
            runbook: runbook.unwrap_or_else(|| Arc::clone(&self.runbook)),
            policy: self.policy.clone(),
            smoke_hosts: self.smoke_hosts.clone(),
        }
    }
}

/// The address of a page, or a path: what leads elsewhere is no place for a runbook.
fn read_runbook(reader: &mut Reader<'_>, node: Node) -> Option<Arc<str>> {
    let text = reader.text(node, "runbook")?;
    let scheme = text.value.split_once(':').map(|(scheme, _)| scheme);
    let is_place = matches!(scheme, None | Some("https" | "http"));
    if is_place && !text.value.chars().any(|it| it.is_whitespace() || it.is_control() || it == '#') {
        return Some(text.value.as_str().into());
    }
    let message =
        "runbook must be where the runbook is, without spaces and without #: an https:// URL, or a path";
    reader.mistake(text.position, message);
    None
}

fn read_budgets(reader: &mut Reader<'_>, node: Node, mut budgets: Budgets) -> Budgets {
    let Some(mut entries) = reader.map(node, "budgets") else { return budgets };
    let least = Duration::from_millis(1);
    for (key, budget) in [
        ("connect", &mut budgets.connect),
        ("lock", &mut budgets.lock),
        ("statement", &mut budgets.statement),
        ("audit", &mut budgets.audit),
    ] {
        if let Some(duration) = entries.take(key).and_then(|node| reader.duration(node, key, least)) {
            *budget = duration;
        }
    }
    entries.finish(reader);
    budgets
}

/// Manifests by path, or by the Django project they are compiled from: one that a thousand databases name
/// is read once.
#[derive(Default)]
pub(super) struct Manifests {
    files: BTreeMap<PathBuf, Option<Arc<Manifest>>>,
    projects: BTreeMap<String, Option<Arc<Manifest>>>,
}

impl Manifests {
    fn load(&mut self, reader: &mut Reader<'_>, position: Position, path: &Path) -> Option<Arc<Manifest>> {
        if let Some(loaded) = self.files.get(path) {
            return loaded.clone();
        }
        let loaded = match Manifest::load(path) {
            Ok(manifest) => Some(Arc::new(manifest)),
            Err(error) => {
                for line in error.to_string().lines() {
                    reader.mistake(position, format!("manifest {line}"));
                }
                None
            }
        };
        self.files.insert(path.to_owned(), loaded.clone());
        loaded
    }

    fn compile(
        &mut self,
        reader: &mut Reader<'_>,
        position: Position,
        request: Request,
        sources: &mut BTreeSet<PathBuf>,
    ) -> Option<Arc<Manifest>> {
        if let Some(compiled) = self.projects.get(&format!("{request:?}")) {
            return compiled.clone();
        }
        sources.extend(request.settings.clone());
        let compiled = match compile_project(&request) {
            Ok(compilation) => {
                sources.extend(compilation.files.iter().cloned());
                for notice in &compilation.notices {
                    match notice.concern {
                        Concern::Assumed => tracing::info!("{}: {}", notice.at, notice.message),
                        Concern::App
                        | Concern::File
                        | Concern::Dependency
                        | Concern::Operation
                        | Concern::Setting => tracing::warn!("{}: {}", notice.at, notice.message),
                    }
                }
                for advice in notice::advice(&compilation.notices) {
                    tracing::info!("to do about {advice}");
                }
                tracing::info!("compiled {}", compilation.summary);
                Some(Arc::new(compilation.manifest))
            }
            Err(error) => {
                for line in error.to_string().lines() {
                    reader.mistake(position, format!("django: {line}"));
                }
                None
            }
        };
        self.projects.insert(format!("{request:?}"), compiled.clone());
        compiled
    }
}

/// The manifest: from its file, or compiled from a Django project.
fn read_manifest(
    reader: &mut Reader<'_>,
    key: &Key,
    entries: &mut Entries,
    url: Option<&(SecretString, Scheme)>,
    manifests: &mut Manifests,
    sources: &mut BTreeSet<PathBuf>,
) -> Option<(Position, Arc<Manifest>)> {
    match (entries.take("manifest"), entries.take_with_key("django")) {
        (Some(node), None) => {
            let path = reader.path(node, "manifest")?;
            sources.insert(path.value.clone());
            Some((path.position, manifests.load(reader, path.position, &path.value)?))
        }
        (None, Some((place, node))) => {
            let request = django::read(reader, &place, node, url)?;
            Some((place.position, manifests.compile(reader, place.position, request, sources)?))
        }
        (Some(_), Some((place, _))) => {
            let message =
                format!("database {:?} has both manifest and django: remove one of the two", key.name);
            reader.mistake(place.position, message);
            None
        }
        (None, None) => {
            let message =
                format!("database {:?} has no manifest: name its file, or a Django project", key.name);
            reader.mistake(key.position, message);
            None
        }
    }
}

pub(super) fn read(
    reader: &mut Reader<'_>,
    key: Key,
    node: Node,
    common: &Common,
    manifests: &mut Manifests,
    sources: &mut BTreeSet<PathBuf>,
) -> Option<DatabaseConfig> {
    check_name(reader, &key);
    let mut entries = reader.map(node, &format!("database {:?}", key.name))?;
    let url = read_url(reader, &key, &mut entries, sources);
    let manifest = read_manifest(reader, &key, &mut entries, url.as_ref(), manifests, sources);
    let schema = entries.take("schema").and_then(|node| reader.text(node, "schema")).map(|it| it.value);
    let ledger = entries.take("ledger").map(|node| read_ledger(reader, node)).unwrap_or_default();
    let repair_url = repair_url::read(reader, &key, &mut entries);
    let gate = entries.take("gate").and_then(|node| reader.boolean(node, "gate")).unwrap_or(false);
    let own_policy = PolicyConfig::read(reader, &mut entries, false);
    let smoke = entries.take("smoke");
    let settings = common.overridden(reader, &mut entries);
    entries.finish(reader);

    let ((url, scheme), (position, manifest)) = (url?, manifest?);
    if !scheme.serves(manifest.dialect) {
        let message = format!(
            "this manifest is for {}, but the url of {:?} is for another kind of database: one of the two is wrong",
            manifest.dialect, key.name
        );
        reader.mistake(position, message);
        return None;
    }
    let (table, ledger_schema) = ledger;
    let ledger = LedgerSource { format: manifest.ledger, table, schema: ledger_schema };
    let target = Target { url, schema, ledger, budgets: settings.budgets };
    let smoke = smoke.and_then(|node| {
        smoke::read(reader, node, (&target, scheme), manifest.dialect, &common.smoke_hosts, sources)
    });
    Some(DatabaseConfig {
        name: key.name.into(),
        target,
        manifest,
        gate,
        interval: settings.interval,
        confirm_after: settings.confirm_after,
        stale_after: settings
            .stale_after
            .unwrap_or_else(|| default_stale_after(settings.interval, &settings.budgets)),
        keep_connection: settings.keep_connections.unwrap_or(is_worth_keeping(scheme, settings.interval)),
        runbook: settings.runbook,
        policy: common.policy.with(own_policy),
        repair_url,
        smoke: smoke.map(Arc::new),
    })
}

/// A connection to a server costs both sides milliseconds, so it is kept where audits are frequent. A SQLite
/// file is opened in less, and an open one costs a thread and a cache of ours.
fn is_worth_keeping(scheme: Scheme, interval: Duration) -> bool {
    match scheme {
        Scheme::Postgres | Scheme::Mysql => interval <= KEEP_CONNECTIONS_UP_TO,
        Scheme::Sqlite => false,
    }
}

/// The name stands in URLs, metrics and logs as it is.
fn check_name(reader: &mut Reader<'_>, key: &Key) {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let only_dots = key.name.bytes().all(|byte| byte == b'.');
    if key.name.len() > 100 || only_dots || !key.name.bytes().all(is_safe) {
        let message = format!(
            "{:?} cannot name a database: use at most 100 of A-Z, a-z, 0-9, dot, underscore and hyphen",
            key.name
        );
        reader.mistake(key.position, message);
    }
}

fn read_url(
    reader: &mut Reader<'_>,
    key: &Key,
    entries: &mut Entries,
    sources: &mut BTreeSet<PathBuf>,
) -> Option<(SecretString, Scheme)> {
    let url = entries.take("url").map(|node| (node.position, reader.text(node, "url")));
    let file = entries.take("url_file").map(|node| (node.position, reader.path(node, "url_file")));
    let (position, url) = match (url, file) {
        (Some((position, url)), None) => (position, url?.value),
        (None, Some((position, path))) => {
            let path = path?.value;
            sources.insert(path.clone());
            match read_limited(&path, LARGEST_URL_FILE) {
                Ok(text) => (position, text.trim().to_owned()),
                Err(reason) => {
                    reader.mistake(position, format!("url_file {} {reason}", path.display()));
                    return None;
                }
            }
        }
        (Some(_), Some((position, _))) => {
            let message = format!("database {:?} has both url and url_file: remove one of the two", key.name);
            reader.mistake(position, message);
            return None;
        }
        (None, None) => {
            let message = format!("database {:?} has neither url nor url_file: say where it is", key.name);
            reader.mistake(key.position, message);
            return None;
        }
    };
    match resolve_url(&url, reader.folder()) {
        Ok(resolved) => Some(resolved),
        Err(message) => {
            reader.mistake(position, message);
            None
        }
    }
}

fn read_ledger(reader: &mut Reader<'_>, node: Node) -> (Option<String>, Option<String>) {
    let Some(mut entries) = reader.map(node, "ledger") else { return (None, None) };
    let mut text = |reader: &mut Reader<'_>, key| {
        entries.take(key).and_then(|node| reader.text(node, key)).map(|text| text.value)
    };
    let ledger = (text(reader, "table"), text(reader, "schema"));
    entries.finish(reader);
    ledger
}
