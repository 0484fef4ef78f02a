//! The migrations ran in another database than this one: a wrong URL, a wrong alias.

use super::Case;
use super::scene::Scene;
use crate::audit::{LedgerObservation, Rule};
use crate::schema::count_of;

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    match &scene.observation.ledger {
        LedgerObservation::Absent { .. } => nothing_here(scene, "there is no ledger here"),
        LedgerObservation::Rows(rows) if rows.is_empty() => nothing_here(scene, "the ledger here is empty"),
        LedgerObservation::Rows(_) => recorded_here(scene),
        LedgerObservation::InOtherSchema { .. }
        | LedgerObservation::NotReadable { .. }
        | LedgerObservation::Malformed { .. } => None,
    }
}

/// Not even the ledger is here.
fn nothing_here(scene: &Scene<'_>, found: &str) -> Option<Case> {
    let explains = scene.findings_of(&[Rule::LedgerMissing, Rule::LedgerEmpty]);
    let mut case = Case { explains, ..Case::default() };
    "the migrations ran somewhere else: this is not the database that the application uses"
        .clone_into(&mut case.summary);
    case.speaks_for(20, found);
    if let Some(sibling) =
        scene.siblings.iter().max_by_key(|it| it.tables.len()).filter(|it| !it.tables.is_empty())
    {
        case.speaks_for(
            50,
            format!(
                "{} that the manifest describes stand in database {}",
                count_of(sibling.tables.len(), "table"),
                sibling.database
            ),
        );
    }
    let evidence = scene.evidence();
    if let Some(place) = evidence.and_then(|it| it.elsewhere.iter().find(|it| it.has_ledger)) {
        case.speaks_for(
            50,
            format!(
                "schema {} has a ledger, and {} that the manifest describes",
                place.schema,
                count_of(place.tables.len(), "table")
            ),
        );
    }
    let others = evidence.map(|it| it.databases.as_slice()).unwrap_or_default();
    if !others.is_empty() {
        const SHOWN: usize = 8;
        let names: Vec<&str> = others.iter().take(SHOWN).map(String::as_str).collect();
        let more = if others.len() > SHOWN { ", …" } else { "" };
        case.speaks_for(5, format!("the server has other databases: {}{more}", names.join(", ")));
    }
    case.check = Some(
        "Compare the URL of this database with the one that the application's settings name.".to_owned(),
    );
    Some(case)
}

/// The ledger is here, the tables are in another database.
fn recorded_here(scene: &Scene<'_>) -> Option<Case> {
    let home = scene.other_homes().max_by_key(|it| it.tables.len())?;
    let mut case = Case { explains: scene.findings_on(&home.tables), ..Case::default() };
    case.summary =
        format!("the tables were made in database {}: a wrong URL, or a wrong alias", home.database);
    let missing = scene.missing_tables.len();
    case.speaks_for(
        if home.tables.len() >= missing { 50 } else { 20 },
        format!(
            "{} of the {} stand in database {}",
            home.tables.len(),
            count_of(missing, "missing table"),
            home.database
        ),
    );
    let unpromised = home.tables.len().saturating_sub(home.expected_there);
    if unpromised > 0 {
        case.speaks_for(
            25,
            format!("the ledger of {} does not promise {} of them", home.database, unpromised),
        );
    } else {
        case.speaks_against(5, format!("the ledger of {} promises them there too", home.database));
    }
    if scene.manifest.ledger.name == "django" {
        case.command = Some("python manage.py migrate --database=…".to_owned());
    }
    case.check = Some(format!(
        "Compare the rows of the tables in {} with what the application shows; see which alias and which router the \
         migrations ran with.",
        home.database
    ));
    Some(case)
}
