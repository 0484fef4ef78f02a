//! Errors of the API as RFC 9457 problems, each with a stable `code`.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// An error as `application/problem+json`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// Stable, for programs.
    code: &'static str,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
        }
    }

    pub fn no_such_path() -> Self {
        let detail = "there is nothing at this path: / lists what there is";
        Self::new(StatusCode::NOT_FOUND, "no_such_path", detail)
    }

    pub fn no_such_method() -> Self {
        let detail = "this path does not know this method: the Allow header lists those it knows";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    pub fn no_such_database(name: &str) -> Self {
        let detail = format!("no database {name:?} is configured: /v1/databases lists them");
        Self::new(StatusCode::NOT_FOUND, "no_such_database", detail)
    }

    pub fn no_such_table(name: &str) -> Self {
        let detail = format!("no table {name:?} is expected, and none is there");
        Self::new(StatusCode::NOT_FOUND, "no_such_table", detail)
    }

    pub fn not_audited(name: &str) -> Self {
        let detail = format!("database {name:?} has no verdict yet: /readyz/{name} says why");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_audited", detail)
    }

    pub fn no_such_choice(key: &str, known: &str) -> Self {
        let detail = format!("{key} must be one of: {known}");
        Self::new(StatusCode::BAD_REQUEST, "no_such_choice", detail)
    }

    pub fn shutting_down() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "shutting_down", "the service is shutting down")
    }

    pub fn audit_takes_long() -> Self {
        let detail = "the audit has not ended within its budgets: it goes on, ask again later";
        Self::new(StatusCode::GATEWAY_TIMEOUT, "audit_takes_long", detail)
    }

    pub fn body_too_large() -> Self {
        let detail = "no request here needs a body: leave it out";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    pub fn internal() -> Self {
        let detail = "this is a bug in schema-health: please report it with the log";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

/// [`Path`], with a problem for what cannot be read.
#[derive(FromRequestParts)]
#[from_request(via(Path), rejection(Problem))]
pub struct PathOf<T>(pub T);

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        let detail = "the path is not percent-encoded UTF-8";
        Self::new(StatusCode::BAD_REQUEST, "unreadable_path", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
