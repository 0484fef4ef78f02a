//! `/openapi.json`: the API described, OpenAPI 3.1.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::OpenApi;

use super::{api, caching, index, probes, repair};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "schema-health",
        description = "Whether what the migrations of databases promise is really there. Times are RFC 3339 \
                       in UTC; what is not known is null; errors are application/problem+json.",
    ),
    paths(
        index::list_urls,
        serve_document,
        probes::livez,
        probes::readyz,
        probes::readyz_of_database,
        super::render_metrics,
        api::list_databases,
        api::show_database,
        api::list_findings,
        api::list_migrations,
        api::list_smoke_checks,
        super::report::show_report,
        api::show_table,
        repair::show_repair_plan,
        api::audit_now,
    )
)]
struct Document;

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Document::openapi);

/// The document, as `/openapi.json` serves it.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    &DOCUMENT
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "service", responses(
    (status = 200, description = "OpenAPI 3.1", content_type = "application/json"),
    (status = 304, description = "Unchanged"),
))]
pub async fn serve_document(headers: HeaderMap) -> Response {
    caching::json(&headers, document())
}
