//! An app that tenants share: its tables stand in the shared schema, while this tenant's ledger records it (or the
//! other way round, after it was moved).
//!
//! Tools for tenants record every migration in every schema, and make the tables where the app belongs
//! (`TenantSyncRouter` of django-tenants).

use super::Case;
use super::scene::Scene;
use crate::schema::count_of;

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let place = scene.places().filter(|it| it.has_ledger).max_by_key(|it| it.tables.len())?;
    let ledger_is_there = scene.observation.ledger_table.schema.as_ref() == Some(&place.schema);
    if ledger_is_there {
        return None;
    }
    let (schema, audited) = (&place.schema, &scene.observation.schema);
    let mut case = Case { explains: scene.findings_on(&place.tables), ..Case::default() };
    let apps: Vec<&str> = scene.lost_apps().keys().map(|it| &***it).collect();
    case.summary = format!("the app's tables belong to schema {schema}, while {audited} has their records");
    let missing = scene.missing_tables.len();
    let share = if place.tables.len() >= missing { 45 } else { 20 };
    case.speaks_for(
        share,
        format!(
            "{} of the {} stand in schema {schema}, which has a ledger of its own",
            place.tables.len(),
            count_of(missing, "missing table")
        ),
    );
    if apps.is_empty() {
        case.speaks_against(20, "no app is missing as a whole");
    } else {
        case.summary = format!(
            "{} belongs to schema {schema}, while {audited} has its records: it was moved between shared and tenant schemas",
            apps.join(", ")
        );
        case.speaks_for(
            20,
            format!("all tables of {} are missing in {audited}, and others are not", apps.join(", ")),
        );
    }
    if scene.evidence().is_some_and(|it| it.search_path.contains(schema)) {
        case.speaks_for(10, format!("the search path of this role leads from {audited} to {schema}"));
    }
    case.check = Some(format!(
        "See in the settings whether {} belongs to the shared or to the tenants' apps, and let the manifest of \
         {audited} say the same.",
        if apps.is_empty() { "the app".to_owned() } else { apps.join(", ") }
    ));
    Some(case)
}
