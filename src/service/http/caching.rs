//! JSON answers with a strong ETag, and 304 for who has them already.

use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tracing::error;

use super::problem::Problem;

/// `value` as JSON, or 304 where `If-None-Match` names it.
pub fn json(request: &HeaderMap, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => bytes(request, body, "application/json"),
        Err(cause) => {
            error!("an answer could not be written as JSON: {cause}");
            Problem::internal().into_response()
        }
    }
}

/// A text of this type, or 304 where `If-None-Match` names it.
pub fn text(request: &HeaderMap, content_type: &'static str, body: String) -> Response {
    bytes(request, body.into_bytes(), content_type)
}

fn bytes(request: &HeaderMap, body: Vec<u8>, content_type: &'static str) -> Response {
    let tag = tag_of(request, &body);
    let caching = [(CACHE_CONTROL, "no-cache".to_owned()), (ETAG, tag.clone())];
    if is_known(request, &tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(CONTENT_TYPE, content_type)], body).into_response()
}

/// A strong tag is for one sequence of bytes, so the compressed answer has its own (RFC 9110, 8.8.3.3).
fn tag_of(request: &HeaderMap, body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let hexadecimal: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let accepted = request.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let suffix = if accepted.contains("gzip") || accepted.contains('*') { "-gzip" } else { "" };
    format!("\"{hexadecimal}{suffix}\"")
}

/// `If-None-Match` compares weakly (RFC 9110, 13.1.2).
fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let listed = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    listed
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}
