//! `/`: what there is.

use axum::response::{IntoResponse, Response};

const TEXT: &str = "\
schema-health keeps asking databases whether what their migrations promise is really there.

GET  /livez                                    is the process well
GET  /readyz                                   is the service ready, and every gated database well
GET  /readyz/{database}                        is this database well
GET  /metrics                                  for Prometheus
GET  /openapi.json                             this API, described
GET  /v1/databases                             every database with its health
GET  /v1/databases/{database}                  the whole report
GET  /v1/databases/{database}/findings         what is wrong
GET  /v1/databases/{database}/migrations       every migration with its verdict
GET  /v1/databases/{database}/smoke-checks     does the application work over it
GET  /v1/databases/{database}/report           for people, in Markdown: ?format=html
GET  /v1/databases/{database}/tables/{table}   is this table there, and who made it
GET  /v1/databases/{database}/repair-plan      how to mend it: ?format=sql, ?variant=zero-downtime
POST /v1/databases/{database}/audits           audit now
";

/// The list of paths, for a person.
#[utoipa::path(get, path = "/", tag = "service", responses(
    (status = 200, description = "The paths of this service", body = String, content_type = "text/plain"),
))]
pub async fn list_urls() -> Response {
    TEXT.into_response()
}
