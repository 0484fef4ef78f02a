//! The smoke checks of one database: what is asked, of which hosts, by which roles, within which budgets.

mod http;
mod sql;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::reader::{Entries, Reader};
use super::yaml::{Key, Node, Position, Value};
use super::{read_limited, resolve_url};
use crate::catalog::{Scheme, Target};
use crate::dialect::Dialect;
use crate::smoke::{AllowedHost, SmokeAction, SmokeCheck, in_order};

pub const DEFAULT_BUDGET: Duration = Duration::from_secs(60);
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Each check is a series of metrics and a request to the application at each run.
const MOST_CHECKS: usize = 100;
const LONGEST_NAME: usize = 100;
/// A secret, or a certificate with those that vouch for it.
const LARGEST_SECRET_FILE: u64 = 256 << 10;
const LEAST: Duration = Duration::from_millis(1);

/// The smoke checks of one database.
#[derive(Clone, Debug)]
pub struct SmokeConfig {
    /// In the order in which they are tried.
    pub checks: Vec<SmokeCheck>,
    /// Requests go to these hosts only.
    pub hosts: Vec<AllowedHost>,
    /// Certificates in PEM that are trusted instead of the system's.
    pub certificates: Option<Arc<[u8]>>,
    /// How long a run of all checks may take.
    pub budget: Duration,
    /// The least time from the beginning of one run to the next, unless one is asked for.
    pub interval: Duration,
    /// Where queries run: the audited database, by the role of its own or by another.
    pub reader: Target,
    /// Where write checks run; `None` when they are not allowed.
    pub writer: Option<Target>,
    /// Equal as long as the configuration says the same, secrets included.
    identity: [u8; 32],
}

impl SmokeConfig {
    /// Whether both mean the same checks.
    pub fn means_the_same(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

/// What the checks of one database share, and what is found out while they are read.
struct Section<'s> {
    dialect: Dialect,
    base: Option<url::Url>,
    hosts: Vec<AllowedHost>,
    headers: Vec<(String, SecretString)>,
    timeout: Duration,
    writes_are_allowed: bool,
    sources: &'s mut BTreeSet<PathBuf>,
    /// Every secret that was read from a file, so that another one is noticed.
    secrets: Sha256,
}

/// Reads `smoke`; `target` is the audited database and `hosts` are those that are allowed for all databases.
pub(super) fn read(
    reader: &mut Reader<'_>,
    node: Node,
    (target, scheme): (&Target, Scheme),
    dialect: Dialect,
    hosts: &[AllowedHost],
    sources: &mut BTreeSet<PathBuf>,
) -> Option<SmokeConfig> {
    let mut secrets = Sha256::new();
    secrets.update(format!("{node:?}"));
    secrets.update(target.url.expose_secret());
    let mut entries = reader.map(node, "smoke")?;
    let position = entries.position;
    let mut duration = |reader: &mut Reader<'_>, key, least| {
        entries.take(key).and_then(|node| reader.duration(node, key, least))
    };
    let budget = duration(reader, "budget", LEAST).unwrap_or(DEFAULT_BUDGET);
    let timeout = duration(reader, "timeout", LEAST).unwrap_or(DEFAULT_TIMEOUT);
    let interval = duration(reader, "interval", Duration::ZERO).unwrap_or_default();
    let base = entries.take("base_url").and_then(|node| http::base_url(reader, node));
    let mut hosts = hosts.to_vec();
    hosts.extend(
        entries.take("hosts").map(|node| read_hosts(reader, node, "smoke.hosts")).unwrap_or_default(),
    );
    hosts.extend(base.as_ref().and_then(AllowedHost::of));
    let allow_writes = entries.take("allow_write_checks");
    let writes_are_allowed =
        allow_writes.and_then(|node| reader.boolean(node, "allow_write_checks")).unwrap_or(false);
    let mut section =
        Section { dialect, base, hosts, headers: Vec::new(), timeout, writes_are_allowed, sources, secrets };
    if let Some(node) = entries.take("headers") {
        section.headers = http::headers(reader, node, &mut section);
    }
    let certificates = entries.take("ca_file").and_then(|node| read_certificates(reader, node, &mut section));
    let own = role_url(reader, &mut entries, ("url", "url_file"), scheme, &mut section);
    let writer = role_url(reader, &mut entries, ("write_url", "write_url_file"), scheme, &mut section);
    let checks = entries.take("checks").map(|node| reader.list(node, "smoke.checks"));
    entries.finish(reader);

    let checks = checks.unwrap_or_default();
    if checks.is_empty() {
        reader.mistake(position, "smoke has no checks: name at least one, or leave smoke out");
        return None;
    }
    if checks.len() > MOST_CHECKS {
        reader.mistake(position, format!("smoke has {} checks: {MOST_CHECKS} are the most", checks.len()));
        return None;
    }
    let checks = read_checks(reader, checks, &mut section)?;
    let writes = checks.iter().any(|check| matches!(check.action, SmokeAction::Write(_)));
    if writes && section.writes_are_allowed && writer.is_none() {
        let message = "write checks need a role of their own: say write_url or write_url_file";
        reader.mistake(position, message);
    }
    let at = |url: SecretString| Target { url, ..target.clone() };
    Some(SmokeConfig {
        checks,
        hosts: section.hosts,
        certificates,
        budget,
        interval,
        reader: own.map(at).unwrap_or_else(|| target.clone()),
        writer: writer.map(at).filter(|_| section.writes_are_allowed),
        identity: section.secrets.finalize().into(),
    })
}

/// The list of hosts to which requests may go.
pub(super) fn read_hosts(reader: &mut Reader<'_>, node: Node, what: &str) -> Vec<AllowedHost> {
    let mut hosts = Vec::new();
    for node in reader.list(node, what) {
        let Some(text) = reader.text(node, "a host") else { continue };
        match AllowedHost::parse(&text.value) {
            Ok(host) => hosts.push(host),
            Err(message) => reader.mistake(text.position, format!("a host of {what} {message}")),
        }
    }
    hosts
}

/// Every check, in the order in which they are tried.
fn read_checks(
    reader: &mut Reader<'_>,
    nodes: Vec<Node>,
    section: &mut Section<'_>,
) -> Option<Vec<SmokeCheck>> {
    let mut checks: Vec<SmokeCheck> = Vec::new();
    let mut places: Vec<(Arc<str>, Position)> = Vec::new();
    let mut are_whole = true;
    for node in nodes {
        let position = node.position;
        let (name, check) = read_check(reader, node, section);
        if let Some(name) = name {
            if places.iter().any(|(known, _)| *known == name) {
                reader.mistake(
                    position,
                    format!("two smoke checks are called {name:?}: rename one of the two"),
                );
                are_whole = false;
            }
            places.push((name, position));
        }
        match check {
            Some(check) => checks.push(check),
            None => are_whole = false,
        }
    }
    let place_of = |name: &str| places.iter().find(|it| *it.0 == *name).map(|it| it.1);
    for check in &checks {
        for prior in &check.after {
            if place_of(prior).is_none() {
                let position = place_of(&check.name).unwrap_or_default();
                reader.mistake(position, format!("after: there is no smoke check {prior:?} here"));
                are_whole = false;
            }
        }
    }
    if !are_whole {
        return None;
    }
    match in_order(checks) {
        Ok(checks) => Some(checks),
        Err(name) => {
            let position = place_of(&name).unwrap_or_default();
            reader.mistake(
                position,
                format!("after: smoke check {name:?} waits for itself, or for one that waits for it"),
            );
            None
        }
    }
}

/// The check's name, as far as it has one, and the check if it is right.
fn read_check(
    reader: &mut Reader<'_>,
    node: Node,
    section: &mut Section<'_>,
) -> (Option<Arc<str>>, Option<SmokeCheck>) {
    let Some(mut entries) = reader.map(node, "a smoke check") else { return (None, None) };
    let position = entries.position;
    let name = entries.take("name").map(|node| reader.text(node, "name"));
    let name = match name {
        Some(name) => name.filter(|it| is_name(reader, it.position, &it.value)).map(|it| Arc::from(it.value)),
        None => {
            reader.mistake(position, "name is missing: a smoke check needs one, under which it is reported");
            None
        }
    };
    let needs = entries.take("needs").map(|node| texts(reader, node, "needs")).unwrap_or_default();
    let after = entries.take("after").map(|node| texts(reader, node, "after")).unwrap_or_default();
    let timeout = entries.take("timeout").and_then(|node| reader.duration(node, "timeout", LEAST));
    let action = read_action(reader, &mut entries, section);
    entries.finish(reader);
    let check = name.clone().zip(action).map(|(name, (action, reads))| SmokeCheck {
        name,
        needs,
        reads,
        after: after.into_iter().map(Arc::from).collect(),
        timeout: timeout.unwrap_or(section.timeout),
        action,
    });
    (name, check)
}

/// What the check does, and the tables that its SQL names.
fn read_action(
    reader: &mut Reader<'_>,
    entries: &mut Entries,
    section: &mut Section<'_>,
) -> Option<(SmokeAction, Vec<String>)> {
    let position = entries.position;
    let http = entries.take_with_key("http");
    let sql = entries.take_with_key("sql");
    let write = entries.take_with_key("write");
    match (http, sql, write) {
        (Some((_, node)), None, None) => {
            http::read(reader, node, entries, section).map(|it| (SmokeAction::Http(it), Vec::new()))
        }
        (None, Some((_, node)), None) => {
            sql::read_query(reader, node, entries, section).map(|(it, tables)| (SmokeAction::Sql(it), tables))
        }
        (None, None, Some((key, node))) => {
            sql::read_writes(reader, &key, node, section).map(|(it, tables)| (SmokeAction::Write(it), tables))
        }
        (None, None, None) => {
            reader.mistake(position, "a smoke check needs http, sql or write: say what it does");
            None
        }
        (_, _, _) => {
            reader.mistake(position, "a smoke check does one thing: keep one of http, sql and write");
            None
        }
    }
}

/// The name stands in metrics, findings and logs as it is.
fn is_name(reader: &mut Reader<'_>, position: Position, name: &str) -> bool {
    let is_right = name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if !is_right {
        let message =
            format!("the name of a smoke check must be one line of at most {LONGEST_NAME} characters");
        reader.mistake(position, message);
    }
    is_right
}

fn texts(reader: &mut Reader<'_>, node: Node, what: &str) -> Vec<String> {
    let nodes = reader.list(node, what);
    nodes.into_iter().filter_map(|node| reader.text(node, what)).map(|it| it.value).collect()
}

/// The content of a file that holds a secret, in one line or several.
fn secret_file(reader: &mut Reader<'_>, node: Node, what: &str, section: &mut Section<'_>) -> Option<String> {
    let path = reader.path(node, what)?;
    section.sources.insert(path.value.clone());
    match read_limited(&path.value, LARGEST_SECRET_FILE) {
        Ok(text) => {
            section.secrets.update([0]);
            section.secrets.update(&text);
            Some(text.trim().to_owned())
        }
        Err(reason) => {
            reader.mistake(path.position, format!("{what} {} {reason}", path.value.display()));
            None
        }
    }
}

fn read_certificates(reader: &mut Reader<'_>, node: Node, section: &mut Section<'_>) -> Option<Arc<[u8]>> {
    let position = node.position;
    let text = secret_file(reader, node, "ca_file", section)?;
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        reader.mistake(position, "ca_file holds no certificate: it must be in PEM");
        return None;
    }
    Some(text.into_bytes().into())
}

/// The URL of another role for the same database.
fn role_url(
    reader: &mut Reader<'_>,
    entries: &mut Entries,
    (key, file_key): (&'static str, &'static str),
    scheme: Scheme,
    section: &mut Section<'_>,
) -> Option<SecretString> {
    let (position, url) = match (entries.take(key), entries.take_with_key(file_key)) {
        (None, None) => return None,
        (Some(node), None) => (node.position, reader.text(node, key)?.value),
        (None, Some((_, node))) => (node.position, secret_file(reader, node, file_key, section)?),
        (Some(_), Some((place, _))) => {
            reader.mistake(
                place.position,
                format!("smoke has both {key} and {file_key}: remove one of the two"),
            );
            return None;
        }
    };
    section.secrets.update([1]);
    section.secrets.update(&url);
    match resolve_url(&url, reader.folder()) {
        Ok((url, of_role)) if of_role == scheme => Some(url),
        Ok(_) => {
            let message =
                format!("smoke: {key} must lead to the same kind of database as the database's own url");
            reader.mistake(position, message);
            None
        }
        Err(message) => {
            reader.mistake(position, message);
            None
        }
    }
}

/// What a scalar stands for, as text; `None` for what is none.
fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => true,
        Value::Null | Value::Map(_) | Value::List(_) => false,
    }
}

/// `key` of a map with exactly one entry.
fn only_entry(reader: &mut Reader<'_>, node: Node, what: &str, known: &[&str]) -> Option<(Key, Node)> {
    let position = node.position;
    let mut rest = reader.map(node, what)?.into_rest();
    match (rest.pop(), rest.pop()) {
        (Some((key, node)), None) if known.contains(&key.name.as_str()) => Some((key, node)),
        (_, _) => {
            reader.mistake(position, format!("{what} must hold exactly one of {}", known.join(" and ")));
            None
        }
    }
}
