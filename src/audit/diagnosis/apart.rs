//! The ledger stands in the audited schema, the tables in another one that has no ledger.
//!
//! So it comes of a `search_path` that changed between two runs, of `ALTER TABLE … SET SCHEMA`, or of a dump that
//! was loaded into another schema.

use super::Case;
use super::scene::Scene;
use crate::schema::count_of;

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let place = scene.places().filter(|it| !it.has_ledger).max_by_key(|it| it.tables.len())?;
    let (schema, audited) = (&place.schema, &scene.observation.schema);
    let mut case = Case { explains: scene.findings_on(&place.tables), ..Case::default() };
    case.summary = format!(
        "the tables stand in schema {schema}, while the ledger that records them stands in {audited}"
    );
    let missing = scene.missing_tables.len();
    let found = format!(
        "{} of the {} stand in schema {schema}, which has no ledger",
        place.tables.len(),
        count_of(missing, "missing table")
    );
    case.speaks_for(if place.tables.len() >= missing { 70 } else { 30 }, found);
    if scene.standing() == 0 {
        case.speaks_for(15, format!("of the expected tables none stands in {audited} itself"));
    }
    if scene.evidence().is_some_and(|it| it.search_path.contains(schema)) {
        case.speaks_for(5, format!("the search path of this role leads to {schema} too"));
    }
    case.check = Some(format!(
        "See which search_path the application and its migrations run with. If {schema} is meant, audit it with \
         `schema: {schema}` and `ledger: {{schema: {audited}}}`; if not, the tables are to be moved."
    ));
    Some(case)
}
