//! `/v1/databases/{database}/repair-plan`: how to mend what is missing, as JSON or as SQL.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::problem::{PathOf, Problem};
use super::{Shared, caching};
use crate::repair::{Plan, Variant, script};
use crate::view::RepairPlanView;

/// How to mend what is missing: ordered, additive statements with their hazards, what is left to a person, and the
/// ways out. It is shown, never run.
#[utoipa::path(get, path = "/v1/databases/{database}/repair-plan", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration"),
           ("format" = Option<String>, Query, description = "`json`, or `sql` for one script"),
           ("variant" = Option<String>, Query, description = "`plain`, or `zero-downtime` (PostgreSQL)")),
    responses((status = 200, body = RepairPlanView), (status = 304, description = "Unchanged"),
              (status = 400, body = Problem, content_type = "application/problem+json"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn show_repair_plan(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let database = shared.store.database(&name).ok_or_else(|| Problem::no_such_database(&name))?;
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|it| it.0).unwrap_or_default();
    let asked = |key: &str| pairs.iter().find(|(it, _)| it == key).map(|(_, value)| value.as_str());
    let variant = match asked("variant") {
        None | Some("plain") => Variant::Plain,
        Some("zero-downtime") => Variant::ZeroDowntime,
        Some(_) => return Err(Problem::no_such_choice("variant", "plain, zero-downtime")),
    };
    let as_sql = match asked("format") {
        None | Some("json") => false,
        Some("sql") => true,
        Some(_) => return Err(Problem::no_such_choice("format", "json, sql")),
    };
    let verdict = database.state().verdict.clone().ok_or_else(|| Problem::not_audited(&name))?;
    let nothing = Plan::empty(database.config.load().manifest.dialect);
    let written = shared.write(move || {
        let (plan, schema) = match &verdict.judged.plans {
            Some(plans) => (plans.of_variant(variant), &*plans.schema),
            None => (&nothing, ""),
        };
        if as_sql {
            let text = script(plan, &name, schema);
            return caching::text(&headers, "application/sql; charset=utf-8", text);
        }
        caching::json(&headers, &RepairPlanView::of(&name, plan, None))
    });
    written.await
}
