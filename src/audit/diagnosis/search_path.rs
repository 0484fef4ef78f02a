//! The ledger that an application reads here is another schema's: its search path falls through to it, finds
//! everything recorded there, and runs nothing here.

use super::Case;
use super::scene::Scene;
use crate::audit::{LedgerObservation, Rule};
use crate::schema::count_of;

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let audited = &scene.observation.schema;
    let mut case = Case::default();
    let ledger_schema = match &scene.observation.ledger {
        LedgerObservation::InOtherSchema { schema, table } => {
            case.explains = scene.findings_of(&[Rule::LedgerInOtherSchema]);
            case.speaks_for(
                60,
                format!("schema {audited} has no {table}; along the search path of this role the first is that of schema {schema}"),
            );
            schema.clone()
        }
        LedgerObservation::Rows(_) => {
            let schema = scene.observation.ledger_table.schema.as_ref().filter(|it| *it != audited)?;
            let place = scene.places().find(|it| it.schema == *schema && it.has_ledger)?;
            case.explains = scene.findings_on(&place.tables);
            case.speaks_for(
                70,
                format!("the ledger that was read is that of schema {schema}, and {} of the {} stand there, beside it",
                    place.tables.len(), count_of(scene.missing_tables.len(), "missing table")),
            );
            schema.to_string()
        }
        LedgerObservation::Absent { .. }
        | LedgerObservation::NotReadable { .. }
        | LedgerObservation::Malformed { .. } => return None,
    };
    case.summary = format!(
        "migrations for schema {audited} found the ledger of schema {ledger_schema} on their search path, and nothing left to do"
    );
    let evidence = scene.evidence();
    if let Some(place) = evidence.and_then(|it| it.elsewhere.iter().find(|it| *it.schema == *ledger_schema))
        && matches!(scene.observation.ledger, LedgerObservation::InOtherSchema { .. })
    {
        case.speaks_for(
            20,
            format!(
                "{} that the manifest describes stand in schema {ledger_schema}",
                count_of(place.tables.len(), "table")
            ),
        );
    }
    let path: Vec<&str> = evidence.into_iter().flat_map(|it| &it.search_path).map(|it| &**it).collect();
    if path.contains(&ledger_schema.as_str()) {
        case.speaks_for(10, format!("the search path of this role is {}", path.join(", ")));
    }
    for setting in evidence.into_iter().flat_map(|it| &it.search_path_settings) {
        case.speaks_for(0, format!("the server keeps the setting {setting}"));
    }
    let dialect = scene.observation.dialect;
    let (own, other) = (dialect.quote(audited), dialect.quote(&ledger_schema));
    case.command = Some(format!("SET search_path = {own}, {other};"));
    case.check = Some(format!(
        "Run `SELECT to_regclass('django_migrations')` as the application's role, with its settings. A ledger of its \
         own in {audited} (`migrate` with a search_path of {audited} alone) ends it."
    ));
    Some(case)
}
