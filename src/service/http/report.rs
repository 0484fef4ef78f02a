//! `/v1/databases/{database}/report`: the report as a document for people.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};

use super::problem::{PathOf, Problem};
use super::{Shared, api, caching};
use crate::document::{Document, Facts};
use crate::repair::Variant;
use crate::view::RepairPlanView;

/// The page's own style is in it; nothing else is loaded, run or sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The report for people: what is missing, since when, why, and how to mend it.
#[utoipa::path(get, path = "/v1/databases/{database}/report", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration"),
           ("format" = Option<String>, Query, description = "`markdown`, or `html` for one file that needs nothing else")),
    responses((status = 200, description = "The report", content(
                  (String = "text/markdown"), (String = "text/html"))),
              (status = 304, description = "Unchanged"),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn show_report(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let database = shared.store.database(&name).ok_or_else(|| Problem::no_such_database(&name))?;
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|it| it.0).unwrap_or_default();
    let as_html = match pairs.iter().find(|(key, _)| key == "format").map(|(_, value)| value.as_str()) {
        None | Some("markdown") => false,
        Some("html") => true,
        Some(_) => return Err(Problem::no_such_choice("format", "markdown, html")),
    };
    let config = database.config.load_full();
    let view = api::view_of(&database);
    let verdict = database.state().verdict.clone();
    let written = shared.write(move || {
        let plans = verdict.as_ref().and_then(|it| it.judged.plans.as_ref());
        let plan = plans.map(|it| RepairPlanView::of(&name, it.of_variant(Variant::Plain), None));
        // The same audit gives the same bytes.
        let written_at = view.audited_at.unwrap_or_else(jiff::Timestamp::now);
        let smoke_not_run =
            config.smoke.as_ref().map(|_| "they have not been run yet: they follow the first audit");
        let (view, manifest, plan) = (&view, &config.manifest, plan.as_ref());
        let document = Document::of(&Facts { view, manifest, plan, smoke_not_run, written_at });
        if as_html {
            Some(("text/html; charset=utf-8", document.to_html().ok()?))
        } else {
            Some(("text/markdown; charset=utf-8", document.to_markdown()))
        }
    });
    let (kind, text) = written.await?.ok_or_else(Problem::internal)?;
    Ok(([(CONTENT_SECURITY_POLICY, POLICY)], caching::text(&headers, kind, text)).into_response())
}
