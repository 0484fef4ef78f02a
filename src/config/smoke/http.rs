//! Smoke checks over HTTP.

use std::ops::RangeInclusive;

use axum::http::{HeaderName, HeaderValue};
use regex::RegexBuilder;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::super::reader::{At, Entries, Reader};
use super::super::yaml::{Node, Position, Value};
use super::{Section, is_scalar, only_entry, secret_file};
use crate::smoke::{BodyExpectation, HttpCheck, Method, StatusExpectation, is_allowed, shown};

const DEFAULT_LARGEST_BODY: usize = 1 << 20;
/// A body is held in memory while it is looked through.
const MOST_LARGEST_BODY: usize = 16 << 20;
/// The memory that one pattern may take when compiled.
const LARGEST_PATTERN: usize = 1 << 20;
/// What the client says itself.
const OURS: [&str; 5] = ["connection", "content-length", "transfer-encoding", "upgrade", "te"];

pub(super) fn read(
    reader: &mut Reader<'_>,
    node: Node,
    entries: &mut Entries,
    section: &mut Section<'_>,
) -> Option<HttpCheck> {
    let target = reader.text(node, "http");
    let own = entries.take("headers").map(|node| headers(reader, node, section)).unwrap_or_default();
    let status = match entries.take("status") {
        Some(node) => read_status(reader, node),
        None => Some(StatusExpectation(vec![200..=299])),
    };
    let body = entries.take("body").map(|node| read_body(reader, node));
    let follow_redirects = entries.take("follow_redirects");
    let follow_redirects =
        follow_redirects.and_then(|node| reader.boolean(node, "follow_redirects")).unwrap_or(false);
    let largest_body = match entries.take("largest_body") {
        Some(node) => read_largest_body(reader, node),
        None => Some(DEFAULT_LARGEST_BODY),
    };
    let (method, url) = read_target(reader, target?, section)?;
    let body = match body {
        None => None,
        Some(None) => return None,
        Some(Some(body)) => Some(body),
    };
    let mut headers = section.headers.clone();
    headers.retain(|(name, _)| !own.iter().any(|(other, _)| other == name));
    headers.extend(own);
    Some(HttpCheck {
        method,
        shown: shown(&url),
        url: SecretString::from(String::from(url)),
        headers,
        status: status?,
        body,
        largest_body: largest_body?,
        follow_redirects,
    })
}

/// The application's own address, at which paths begin.
pub(super) fn base_url(reader: &mut Reader<'_>, node: Node) -> Option<Url> {
    let text = reader.text(node, "base_url")?;
    let url = absolute(reader, text.position, "base_url", &text.value)?;
    if url.query().is_some() || url.fragment().is_some() {
        reader.mistake(text.position, "base_url must end before any ? and #");
        return None;
    }
    Some(url)
}

/// `GET /me/settings/`, `/me/settings/`, `HEAD https://shop.internal/`.
fn read_target(reader: &mut Reader<'_>, text: At<String>, section: &Section<'_>) -> Option<(Method, Url)> {
    let (method, place) = match text.value.split_once(' ') {
        Some((word, place)) => {
            let Some(method) = Method::ALL.into_iter().find(|it| it.as_str() == word) else {
                let message = "http must begin with GET, HEAD or OPTIONS, or with the path itself: no other method \
                               promises to change nothing";
                reader.mistake(text.position, message);
                return None;
            };
            (method, place.trim_start())
        }
        None => (Method::Get, text.value.as_str()),
    };
    let url = if place.starts_with('/') {
        let Some(base) = &section.base else {
            reader.mistake(
                text.position,
                "http has a path only: say where the application is with smoke.base_url",
            );
            return None;
        };
        // Joined as text, so that neither `//host` nor `..` leads out of the base.
        let joined = format!("{}{place}", base.as_str().trim_end_matches('/'));
        absolute(reader, text.position, "http", &joined)?
    } else {
        absolute(reader, text.position, "http", place)?
    };
    if !is_allowed(&section.hosts, &url) {
        let message = "http leads to a host that is not allowed: name it in smoke.hosts, or in smoke_hosts for all \
                       databases";
        reader.mistake(text.position, message);
        return None;
    }
    Some((method, url))
}

/// A URL that may hold a secret in its query, and never a user.
fn absolute(reader: &mut Reader<'_>, position: Position, what: &str, text: &str) -> Option<Url> {
    let problem = match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => "must begin with http:// or https://",
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            "must not hold a user or a password: give them in a header Authorization, from a file"
        }
        Ok(url) if url.host_str().is_none_or(str::is_empty) => "must name a host",
        Ok(url) => return Some(url),
        Err(_) => "must be a URL such as http://shop.internal:8000/path",
    };
    reader.mistake(position, format!("{what} {problem}"));
    None
}

/// Text, or `{file: /run/secrets/token}`.
pub(super) fn headers(
    reader: &mut Reader<'_>,
    node: Node,
    section: &mut Section<'_>,
) -> Vec<(String, SecretString)> {
    let Some(entries) = reader.map(node, "headers") else { return Vec::new() };
    let mut headers = Vec::new();
    for (key, node) in entries.into_rest() {
        let name = key.name.to_ascii_lowercase();
        if HeaderName::try_from(&name).is_err() || OURS.contains(&name.as_str()) {
            let message = format!("{:?} is no header that can be said here", key.name);
            reader.mistake(key.position, message);
            continue;
        }
        let position = node.position;
        let value = if is_scalar(&node.value) {
            reader.text(node, "a header").map(|it| it.value)
        } else {
            only_entry(reader, node, "a header", &["file"])
                .and_then(|(_, node)| secret_file(reader, node, "the file of a header", section))
        };
        let Some(value) = value.map(SecretString::from) else { continue };
        if HeaderValue::try_from(value.expose_secret()).is_err() {
            reader.mistake(position, "the value of a header must be one line of printable characters");
            continue;
        }
        headers.push((name, value));
    }
    headers
}

/// `200`, `200-299`, or a list of these.
fn read_status(reader: &mut Reader<'_>, node: Node) -> Option<StatusExpectation> {
    let nodes = match node.value {
        Value::List(nodes) => nodes,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Map(_) => vec![node],
    };
    let mut ranges = Vec::new();
    for node in nodes {
        let text = reader.text(node, "status")?;
        match status_range(&text.value) {
            Some(range) => ranges.push(range),
            None => {
                let message =
                    "status must be a code such as 200, a range such as 200-299, or a list of these";
                reader.mistake(text.position, message);
                return None;
            }
        }
    }
    (!ranges.is_empty()).then_some(StatusExpectation(ranges))
}

fn status_range(text: &str) -> Option<RangeInclusive<u16>> {
    let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (100..=599).contains(code));
    let range = match text.split_once('-') {
        Some((start, end)) => code(start)?..=code(end)?,
        None => code(text)?..=code(text)?,
    };
    (!range.is_empty()).then_some(range)
}

fn read_body(reader: &mut Reader<'_>, node: Node) -> Option<BodyExpectation> {
    let (key, node) = only_entry(reader, node, "body", &["contains", "matches"])?;
    let text = reader.text(node, "body")?;
    if key.name == "contains" {
        return Some(BodyExpectation::Contains(text.value));
    }
    match RegexBuilder::new(&text.value).size_limit(LARGEST_PATTERN).dfa_size_limit(LARGEST_PATTERN).build() {
        Ok(regex) => Some(BodyExpectation::Matches(regex)),
        Err(regex::Error::CompiledTooBig(_)) => {
            reader.mistake(text.position, "body.matches is too large a pattern");
            None
        }
        Err(_) => {
            reader.mistake(text.position, "body.matches is no regular expression (https://docs.rs/regex)");
            None
        }
    }
}

fn read_largest_body(reader: &mut Reader<'_>, node: Node) -> Option<usize> {
    let position = node.position;
    let bytes = reader.whole_number(node, "largest_body")?;
    if bytes > MOST_LARGEST_BODY {
        reader.mistake(position, format!("largest_body must be at most {MOST_LARGEST_BODY} bytes"));
        return None;
    }
    Some(bytes)
}
