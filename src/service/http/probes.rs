//! Probes, by the conventions of Kubernetes' own (<https://kubernetes.io/docs/reference/using-api/health-checks/>):
//! `?verbose` lists the checks, always listed on failure, `?exclude=name` leaves one out.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{MatchedPath, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::form_urlencoded;

use super::{Problem, Shared};
use crate::service::one_line;
use crate::service::scheduler::TICK;
use crate::service::store::{Database, Store};

/// `/livez` fails after so many ticks were missed.
const MISSED_TICKS: u32 = 3;
const LIVEZ: &str = "/livez";
const READYZ: &str = "/readyz";
const READYZ_OF_DATABASE: &str = "/readyz/{database}";

/// The probes. No layer lies around them, for a layer costs more than the answer; each counts itself.
pub fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(LIVEZ, get(livez))
        .route(READYZ, get(readyz))
        .route(READYZ_OF_DATABASE, get(readyz_of_database))
        .method_not_allowed_fallback(async |State(shared): State<Arc<Shared>>, route: MatchedPath| {
            shared.counted(route.as_str(), Problem::no_such_method().into_response())
        })
}

struct Check {
    name: Cow<'static, str>,
    /// Why it fails, where that may be told.
    failure: Option<Option<String>>,
}

impl Check {
    fn new(name: impl Into<Cow<'static, str>>, passes: bool) -> Self {
        Self { name: name.into(), failure: (!passes).then_some(None) }
    }
}

#[derive(Default)]
struct Asked {
    verbose: bool,
    exclude: Vec<String>,
}

impl Asked {
    fn of(query: Option<&str>) -> Self {
        let mut asked = Self::default();
        for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*key {
                "verbose" => asked.verbose = true,
                "exclude" => asked.exclude.push(value.into_owned()),
                _ => {}
            }
        }
        asked
    }
}

/// Whether the process and its scheduler live; no database can make it fail.
#[utoipa::path(get, path = "/livez", tag = "probes",
    params(("verbose" = Option<String>, Query, description = "List the checks"),
           ("exclude" = Option<Vec<String>>, Query, description = "Leave a check out")),
    responses((status = 200, description = "It lives", body = String, content_type = "text/plain"),
              (status = 503, description = "Restart it", body = String, content_type = "text/plain")))]
pub async fn livez(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let beats = shared.store.heartbeat().instant.elapsed() < TICK * MISSED_TICKS;
    let checks = vec![Check::new("ping", true), Check::new("scheduler", beats)];
    shared.counted(LIVEZ, answer("livez", &Asked::of(query.as_deref()), checks))
}

/// Whether the service is ready: every database audited once or tried, not draining, and every database
/// with `gate: true` neither unhealthy nor unknown.
#[utoipa::path(get, path = "/readyz", tag = "probes",
    params(("verbose" = Option<String>, Query, description = "List the checks"),
           ("exclude" = Option<Vec<String>>, Query, description = "Leave a check out")),
    responses((status = 200, description = "Ready", body = String, content_type = "text/plain"),
              (status = 503, description = "Not ready", body = String, content_type = "text/plain")))]
pub async fn readyz(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    shared.counted(READYZ, readiness(&shared.store, &Asked::of(query.as_deref())))
}

fn readiness(store: &Store, asked: &Asked) -> Response {
    // The usual answer names nobody: with a thousand databases, listing them would be most of the work.
    let is_ready = store.is_started() && !store.is_draining();
    if is_ready && !asked.verbose && store.gates_are_open() {
        return passes();
    }
    let mut checks = vec![
        Check::new("config", true),
        Check::new("first-audits", store.is_started()),
        Check::new("shutdown", !store.is_draining()),
    ];
    for database in &store.roster().gated {
        let name = format!("database/{}", database.config.load().name);
        checks.push(Check::new(name, database.health().is_fit()));
    }
    answer("readyz", asked, checks)
}

/// The gate of one database: passes for healthy and degraded, fails for unhealthy and unknown.
#[utoipa::path(get, path = "/readyz/{database}", tag = "probes",
    params(("database" = String, Path, description = "Its name in the configuration"),
           ("verbose" = Option<String>, Query, description = "List the checks"),
           ("exclude" = Option<Vec<String>>, Query, description = "Leave a check out")),
    responses((status = 200, description = "Healthy or degraded", body = String, content_type = "text/plain"),
              (status = 503, description = "Unhealthy or unknown", body = String, content_type = "text/plain"),
              (status = 404, description = "No such database", body = String, content_type = "text/plain")))]
pub async fn readyz_of_database(
    State(shared): State<Arc<Shared>>,
    name: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Response {
    let response = match name.ok().and_then(|Path(name)| shared.store.database(&name)) {
        Some(database) => answer("readyz", &Asked::of(query.as_deref()), vec![check_of(&database)]),
        None => {
            let text = "no database of this name is configured: /v1/databases lists them\n";
            plain(StatusCode::NOT_FOUND, text)
        }
    };
    shared.counted(READYZ_OF_DATABASE, response)
}

fn check_of(database: &Database) -> Check {
    let (health, reason) = database.health_and_reason();
    let failure = match (health.is_fit(), reason) {
        (true, _) => None,
        (false, Some(reason)) => Some(Some(one_line(&format!("{health}: {reason}")))),
        (false, None) => Some(Some(health.to_string())),
    };
    Check { name: "schema".into(), failure }
}

fn answer(probe: &str, asked: &Asked, checks: Vec<Check>) -> Response {
    let is_excluded = |check: &Check| asked.exclude.iter().any(|name| check.name == *name);
    let fails = checks.iter().any(|check| check.failure.is_some() && !is_excluded(check));
    if !fails && !asked.verbose {
        return passes();
    }
    let mut text = String::new();
    for check in &checks {
        let line = match &check.failure {
            _ if is_excluded(check) => format!("[+]{} excluded: ok\n", check.name),
            None => format!("[+]{} ok\n", check.name),
            Some(None) => format!("[-]{} failed: reason withheld\n", check.name),
            Some(Some(reason)) => format!("[-]{} failed: {reason}\n", check.name),
        };
        text.push_str(&line);
    }
    let unknown = asked.exclude.iter().filter(|name| checks.iter().all(|check| check.name != **name));
    for name in unknown {
        text.push_str(&format!("warn: some health checks cannot be excluded: no matches for {name:?}\n"));
    }
    let outcome = if fails { "failed" } else { "passed" };
    text.push_str(&format!("{probe} check {outcome}\n"));
    plain(if fails { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }, text)
}

fn passes() -> Response {
    plain(StatusCode::OK, "ok")
}

fn plain(status: StatusCode, text: impl IntoResponse) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, text).into_response()
}
