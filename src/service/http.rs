//! The HTTP edge: probes, `/v1`, `/metrics`, all answered from the store.

mod api;
mod caching;
mod guests;
mod index;
pub mod openapi;
mod probes;
mod problem;
mod repair;
mod report;

pub use api::view_of;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::{Span, error, info, info_span};

use super::metrics::{self, Metrics};
use super::store::Store;
use guests::Guests;
use problem::Problem;

/// A client that has not sent its whole header by then is disconnected.
const HEADER_TIMEOUT: Duration = Duration::from_secs(8);
/// Reports and repair plans that are written at a time: writing takes the processor, which probes need too.
const MOST_DOCUMENTS: usize = 2;
/// No request of ours has a body worth reading.
const LARGEST_BODY: u64 = 16 << 10;

/// What every handler may use.
pub(crate) struct Shared {
    store: Arc<Store>,
    metrics: Metrics,
    /// Places of those who write a document.
    documents: Arc<Semaphore>,
}

impl Shared {
    /// Counts the answer to a request of this route.
    fn counted(&self, route: &str, response: Response) -> Response {
        self.metrics.count_request(route, response.status().as_u16());
        response
    }

    /// Writes a document off the reactor, when it is its turn.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.documents).acquire_owned().await.map_err(|_| Problem::internal())?;
        let written = tokio::task::spawn_blocking(move || {
            let written = work();
            drop(place);
            written
        });
        written.await.map_err(|_| Problem::internal())
    }
}

/// What serves until the handle says otherwise.
pub(super) fn server(
    listener: TcpListener,
    store: Arc<Store>,
    handle: axum_server::Handle<SocketAddr>,
) -> std::io::Result<impl Future<Output = std::io::Result<()>> + Send> {
    let router = router(store).map_err(std::io::Error::other)?;
    // HTTP/1 only: probes, Prometheus and curl speak it, and nothing more is to be defended.
    let mut server =
        axum_server::from_tcp(listener)?.http1_only().first_request_timeout(HEADER_TIMEOUT).handle(handle);
    server.http_builder().http1().header_read_timeout(HEADER_TIMEOUT);
    Ok(server.acceptor(Guests::default()).serve(router.into_make_service()))
}

/// Every route of the service.
pub(crate) fn router(store: Arc<Store>) -> prometheus::Result<Router> {
    let metrics = Metrics::new(Arc::clone(&store))?;
    let shared = Arc::new(Shared { store, metrics, documents: Arc::new(Semaphore::new(MOST_DOCUMENTS)) });
    let api = Router::new()
        .route("/", get(index::list_urls))
        .route("/openapi.json", get(openapi::serve_document))
        .route("/v1/databases", get(api::list_databases))
        .route("/v1/databases/{database}", get(api::show_database))
        .route("/v1/databases/{database}/findings", get(api::list_findings))
        .route("/v1/databases/{database}/migrations", get(api::list_migrations))
        .route("/v1/databases/{database}/smoke-checks", get(api::list_smoke_checks))
        .route("/v1/databases/{database}/report", get(report::show_report))
        .route("/v1/databases/{database}/tables/{table}", get(api::show_table))
        .route("/v1/databases/{database}/repair-plan", get(repair::show_repair_plan))
        .route("/v1/databases/{database}/audits", post(api::audit_now))
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span_of).on_request(()).on_failure(()).on_response(
            |response: &Response, latency: Duration, _: &Span| {
                info!(status = response.status().as_u16(), ?latency, "answered");
            },
        ))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid));
    let layered = Router::new()
        .route("/metrics", get(render_metrics))
        .merge(api)
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(|_| Problem::internal().into_response()))
        .layer(from_fn_with_state(Arc::clone(&shared), admit_and_count));
    Ok(layered.merge(probes::routes()).with_state(shared))
}

/// Metrics of all databases, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "metrics", responses(
    (status = 200, description = "Prometheus text format 0.0.4", body = String, content_type = "text/plain"),
))]
async fn render_metrics(State(shared): State<Arc<Shared>>) -> Response {
    match shared.metrics.render().await {
        Ok(text) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(cause) => {
            error!("metrics could not be rendered: {cause}");
            Problem::internal().into_response()
        }
    }
}

async fn no_such_path() -> Problem {
    Problem::no_such_path()
}

async fn no_such_method() -> Problem {
    Problem::no_such_method()
}

/// Refuses bodies that no request of ours has, and counts every answer.
async fn admit_and_count(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let length = request.headers().get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let response = match length {
        Some(length) if length > LARGEST_BODY => Problem::body_too_large().into_response(),
        Some(_) | None => next.run(request).await,
    };
    shared.counted(route.as_ref().map_or("(none)", MatchedPath::as_str), response)
}

fn span_of(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str);
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    info_span!("request", method = %request.method(), route, path = request.uri().path(), id)
}
