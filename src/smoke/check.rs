//! What a smoke check does, what it expects, and in which order checks are tried.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;
use secrecy::SecretString;

use super::SmokeKind;

/// One configured smoke check.
#[derive(Clone, Debug)]
pub struct SmokeCheck {
    pub name: Arc<str>,
    /// The tables that its configuration names, as `table` or `schema.table`.
    pub needs: Vec<String>,
    /// The tables that its SQL reads or writes, as far as that is seen by reading it.
    pub reads: Vec<String>,
    /// The checks that must have passed before.
    pub after: Vec<Arc<str>>,
    /// How long it may take, everything included.
    pub timeout: Duration,
    pub action: SmokeAction,
}

#[derive(Clone, Debug)]
pub enum SmokeAction {
    Http(HttpCheck),
    Sql(SqlCheck),
    Write(WriteCheck),
}

/// A request to the application.
#[derive(Clone, Debug)]
pub struct HttpCheck {
    pub method: Method,
    /// Absolute; it may hold a secret in its query.
    pub url: SecretString,
    /// The same without its query, to be shown.
    pub shown: String,
    pub headers: Vec<(String, SecretString)>,
    pub status: StatusExpectation,
    pub body: Option<BodyExpectation>,
    /// Bytes of the body that are read at most, when it must be read.
    pub largest_body: usize,
    pub follow_redirects: bool,
}

/// The methods that promise to change nothing (RFC 9110, section 9.2.1): no rollback takes a request back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Options,
}

/// Which status codes are right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusExpectation(pub Vec<RangeInclusive<u16>>);

#[derive(Clone)]
pub enum BodyExpectation {
    Contains(String),
    Matches(Regex),
}

/// A query in a read-only transaction.
#[derive(Clone)]
pub struct SqlCheck {
    pub statement: String,
    /// What it does, to be shown: `SELECT from shop_user`.
    pub shown: String,
    pub expect: SqlExpectation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlExpectation {
    /// The server takes it.
    NoError,
    Rows,
    NoRows,
    /// The first column of the first row, as the server writes it.
    Value(String),
}

/// Statements that write, in a transaction that is always rolled back.
#[derive(Clone)]
pub struct WriteCheck {
    pub statements: Vec<String>,
    pub shown: String,
}

// SQL and what a page must hold may be anybody's data: nothing prints them.

impl fmt::Debug for BodyExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contains(_) => "Contains(…)",
            Self::Matches(_) => "Matches(…)",
        })
    }
}

impl fmt::Debug for SqlCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlCheck").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl fmt::Debug for WriteCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteCheck").field("shown", &self.shown).finish_non_exhaustive()
    }
}

impl SmokeCheck {
    pub fn kind(&self) -> SmokeKind {
        match &self.action {
            SmokeAction::Http(_) => SmokeKind::Http,
            SmokeAction::Sql(_) => SmokeKind::Sql,
            SmokeAction::Write(_) => SmokeKind::Write,
        }
    }

    /// What it does, without anything secret.
    pub fn shown(&self) -> String {
        match &self.action {
            SmokeAction::Http(http) => format!("{} {}", http.method.as_str(), http.shown),
            SmokeAction::Sql(sql) => sql.shown.clone(),
            SmokeAction::Write(write) => write.shown.clone(),
        }
    }

    /// Every table that it is known to need, each once.
    pub fn all_needs(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        self.needs.iter().chain(&self.reads).filter(|it| seen.insert(*it)).cloned().collect()
    }
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Get, Self::Head, Self::Options];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }
}

impl StatusExpectation {
    pub fn accepts(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl fmt::Display for StatusExpectation {
    /// `200, 204, 300-399`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges = self.0.iter().map(|range| match (range.start(), range.end()) {
            (start, end) if start == end => start.to_string(),
            (start, end) => format!("{start}-{end}"),
        });
        f.write_str(&ranges.collect::<Vec<_>>().join(", "))
    }
}

impl BodyExpectation {
    pub fn accepts(&self, body: &str) -> bool {
        match self {
            Self::Contains(text) => body.contains(text),
            Self::Matches(regex) => regex.is_match(body),
        }
    }
}

/// The checks in an order in which each comes after those it depends on, else as they stand.
///
/// # Errors
/// The name of a check that depends on itself, directly or through others.
pub fn in_order(checks: Vec<SmokeCheck>) -> Result<Vec<SmokeCheck>, Arc<str>> {
    let mut waiting = checks;
    let mut ordered: Vec<SmokeCheck> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready =
            |check: &SmokeCheck| check.after.iter().all(|name| ordered.iter().any(|done| done.name == *name));
        match waiting.iter().position(is_ready) {
            Some(next) => ordered.push(waiting.remove(next)),
            None => return Err(waiting.swap_remove(0).name),
        }
    }
    Ok(ordered)
}
