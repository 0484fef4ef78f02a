//! `/v1`: the reports as JSON.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Shared;
use super::caching::json;
use super::problem::{PathOf, Problem};
use crate::audit::{Health, Severity, idle_everywhere};
use crate::service::smoke;
use crate::service::store::{Database, Roster};
use crate::view::{
    DatabaseView, FailureView, FindingView, MendedView, MigrationIdView, MigrationView, SmokeCheckView,
    health_schema,
};

#[derive(Serialize, ToSchema)]
pub struct DatabaseListView {
    databases: Vec<DatabaseSummaryView>,
    /// Ignore rules and acknowledgements for all databases that match nothing in any of them, once all were audited.
    remarks: Vec<String>,
}

/// One database in the list.
#[derive(Serialize, ToSchema)]
pub struct DatabaseSummaryView {
    database: String,
    #[schema(schema_with = health_schema)]
    health: Health,
    reason: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    audited_at: Option<Timestamp>,
    /// Whether the last audit could read the database; null before the first.
    up: Option<bool>,
    /// Whether `/readyz` depends on it.
    gate: bool,
    /// Null until something was compared.
    findings: Option<FindingCountsView>,
}

/// Findings by severity, without acknowledged ones.
#[derive(Serialize, ToSchema)]
pub struct FindingCountsView {
    error: usize,
    warning: usize,
    info: usize,
    acknowledged: usize,
}

#[derive(Serialize, ToSchema)]
pub struct FindingListView {
    database: String,
    findings: Vec<FindingView>,
}

#[derive(Serialize, ToSchema)]
pub struct MigrationListView {
    database: String,
    migrations: Vec<MigrationView>,
}

#[derive(Serialize, ToSchema)]
pub struct SmokeCheckListView {
    database: String,
    /// In the order in which they are tried; empty before their first run, and when none are configured.
    smoke_checks: Vec<SmokeCheckView>,
}

#[derive(Serialize, ToSchema)]
pub struct TableView {
    database: String,
    schema: String,
    table: String,
    /// Whether an applied migration made it.
    expected: bool,
    /// Whether it was there in the last audit; null where the role may not see it.
    exists: Option<bool>,
    /// The migration that made it; null for a table that no applied migration made.
    migration: Option<MigrationIdView>,
    /// The migration that last changed it, if another.
    changed_by: Option<MigrationIdView>,
    /// The query by which a person can check it.
    verify_sql: String,
    /// Everything found about this table.
    findings: Vec<FindingView>,
}

/// Every database with its health.
#[utoipa::path(get, path = "/v1/databases", tag = "databases",
    responses((status = 200, body = DatabaseListView), (status = 304, description = "Unchanged")))]
pub async fn list_databases(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let roster = shared.store.roster();
    let databases = roster.databases.values().map(|database| summary_of(database)).collect();
    json(&headers, &DatabaseListView { databases, remarks: idle_rules(&roster) })
}

/// The whole report of one database.
#[utoipa::path(get, path = "/v1/databases/{database}", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration")),
    responses((status = 200, body = DatabaseView), (status = 304, description = "Unchanged"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn show_database(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(json(&headers, &view_of(&*find(&shared, &name)?)))
}

/// What is wrong with one database, the worst first.
#[utoipa::path(get, path = "/v1/databases/{database}/findings", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration")),
    responses((status = 200, body = FindingListView), (status = 304, description = "Unchanged"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list_findings(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let DatabaseView { database, findings, .. } = view_of(&*find(&shared, &name)?);
    Ok(json(&headers, &FindingListView { database, findings }))
}

/// Every migration with its verdict.
#[utoipa::path(get, path = "/v1/databases/{database}/migrations", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration")),
    responses((status = 200, body = MigrationListView), (status = 304, description = "Unchanged"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list_migrations(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let DatabaseView { database, migrations, .. } = view_of(&*find(&shared, &name)?);
    Ok(json(&headers, &MigrationListView { database, migrations }))
}

/// What came of the smoke checks in their last run.
#[utoipa::path(get, path = "/v1/databases/{database}/smoke-checks", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration")),
    responses((status = 200, body = SmokeCheckListView), (status = 304, description = "Unchanged"),
              (status = 404, body = Problem, content_type = "application/problem+json")))]
pub async fn list_smoke_checks(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let DatabaseView { database, smoke_checks, .. } = view_of(&*find(&shared, &name)?);
    Ok(json(&headers, &SmokeCheckListView { database, smoke_checks }))
}

/// Whether one table is there, and who made it.
#[utoipa::path(get, path = "/v1/databases/{database}/tables/{table}", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration"),
           ("table" = String, Path, description = "The table's name in the audited schema, or schema.name")),
    responses((status = 200, body = TableView), (status = 304, description = "Unchanged"),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 503, body = Problem, content_type = "application/problem+json")))]
pub async fn show_table(
    State(shared): State<Arc<Shared>>,
    PathOf((name, table)): PathOf<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let database = find(&shared, &name)?;
    let verdict = database.state().verdict.clone().ok_or_else(|| Problem::not_audited(&name))?;
    let fact = verdict.judged.tables.find(&table).ok_or_else(|| Problem::no_such_table(&table))?;
    let is_about_it = |finding: &FindingView| {
        finding.subject.table.as_deref() == Some(fact.table)
            && finding.subject.schema.as_deref().is_none_or(|schema| schema == fact.schema)
    };
    let findings = view_of(&database).findings.into_iter().filter(is_about_it).collect();
    let view = TableView {
        database: name,
        schema: fact.schema.to_owned(),
        table: fact.table.to_owned(),
        expected: fact.is_expected,
        exists: fact.exists,
        migration: fact.made_by.map(MigrationIdView::from),
        changed_by: fact.changed_by.map(MigrationIdView::from),
        verify_sql: fact.verify_sql.clone(),
        findings,
    };
    Ok(json(&headers, &view))
}

/// Audits now, runs the smoke checks, and answers with the report; requests at the same time share one audit.
#[utoipa::path(post, path = "/v1/databases/{database}/audits", tag = "databases",
    params(("database" = String, Path, description = "Its name in the configuration")),
    responses((status = 200, body = DatabaseView),
              (status = 404, body = Problem, content_type = "application/problem+json"),
              (status = 503, body = Problem, content_type = "application/problem+json"),
              (status = 504, body = Problem, content_type = "application/problem+json")))]
pub async fn audit_now(
    State(shared): State<Arc<Shared>>,
    PathOf(name): PathOf<String>,
) -> Result<Response, Problem> {
    let database = find(&shared, &name)?;
    if shared.store.is_draining() {
        return Err(Problem::shutting_down());
    }
    let config = database.config.load_full();
    // Two looks and the wait between them, and as much again for a place among the others.
    let patience = (config.target.budgets.audit * 2 + config.confirm_after) * 2;
    let of_smoke = config.smoke.as_ref().map(|it| smoke::patience(it, config.confirm_after));
    let patience = patience + of_smoke.unwrap_or_default();
    timeout(patience, database.audit_now()).await.map_err(|_| Problem::audit_takes_long())?;
    Ok(([(CACHE_CONTROL, "no-store")], axum::Json(view_of(&database))).into_response())
}

fn find(shared: &Shared, name: &str) -> Result<Arc<Database>, Problem> {
    shared.store.database(name).ok_or_else(|| Problem::no_such_database(name))
}

/// Everything known of a database, with its health as it counts now.
pub fn view_of(database: &Database) -> DatabaseView {
    let config = database.config.load();
    let name = &config.name;
    let state = database.state();
    let (health, reason) = database.health_and_reason();
    let view = match &state.verdict {
        Some(verdict) => {
            let audited_at = Some(verdict.audited.timestamp);
            DatabaseView::of_report(name, &verdict.judged.report, audited_at, &verdict.first_seen)
        }
        None => DatabaseView::unknown(name, None),
    };
    let mended = state.verdict.iter().flat_map(|it| it.mended.iter());
    let mended = mended.map(|it| MendedView::of(&it.finding, it.first_seen, it.mended_at)).collect();
    let failure = state.failure.as_ref().map(|(error, at)| FailureView::of(error, Some(*at)));
    let view = match database.smoke() {
        Some(smoke) => view.with_smoke(&smoke.judgement, &smoke.first_seen),
        None => view,
    };
    DatabaseView { health, reason, failure, confirming: state.confirming, mended, ..view }
        .with_runbook(&config.runbook)
}

/// Nothing, until something was compared in each database.
fn idle_rules(roster: &Roster) -> Vec<String> {
    let states: Vec<_> = roster.databases.values().map(|it| it.state()).collect();
    let of_each: Option<Vec<_>> =
        states.iter().map(|it| it.verdict.as_ref().map(|it| &it.judged.report.idle_rules)).collect();
    idle_everywhere(of_each.into_iter().flatten())
}

fn summary_of(database: &Database) -> DatabaseSummaryView {
    let config = database.config.load();
    let state = database.state();
    let (health, reason) = database.health_and_reason();
    let counts = state.verdict.as_ref().map(|verdict| {
        let mut counts = FindingCountsView { error: 0, warning: 0, info: 0, acknowledged: 0 };
        let smoke = database.smoke();
        let of_smoke = smoke.iter().flat_map(|it| &it.judgement.findings);
        for finding in verdict.judged.report.findings.iter().chain(of_smoke) {
            match (finding.acknowledged.is_some(), finding.severity) {
                (true, _) => counts.acknowledged += 1,
                (false, Severity::Error) => counts.error += 1,
                (false, Severity::Warning) => counts.warning += 1,
                (false, Severity::Info) => counts.info += 1,
            }
        }
        counts
    });
    DatabaseSummaryView {
        database: config.name.to_string(),
        health,
        reason,
        audited_at: state.verdict.as_ref().map(|verdict| verdict.audited.timestamp),
        up: state.up,
        gate: config.gate,
        findings: counts,
    }
}
