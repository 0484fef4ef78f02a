//! A database router answered `allow_migrate` with no: Django records the migration all the same, and runs
//! nothing of it (`django/db/migrations/operations/base.py`, `allow_migrate_model`).

use super::Case;
use super::numbers::{self, Room};
use super::scene::{Scene, State};
use crate::schema::count_of;

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let apps = scene.lost_apps();
    if apps.is_empty() || scene.manifest.ledger.name != "django" {
        return None;
    }
    let is_of = |at: &usize| apps.contains_key(&scene.rows[*at].id.app);
    let rows: Vec<usize> =
        (0..scene.rows.len()).filter(|at| scene.rows[*at].state == State::Absent).filter(is_of).collect();
    let mut case = Case { explains: scene.lost_by(&rows), ..Case::default() };
    let names: Vec<&str> = apps.keys().map(|it| &***it).collect();
    case.summary =
        format!("a database router kept the tables of {} away from this database", names.join(", "));
    let count: usize = apps.values().sum();
    // An app of one table is hardly a pattern.
    let is_pattern = count > 1;
    case.speaks_for(
        if is_pattern { 20 } else { 5 },
        if is_pattern {
            format!("all {count} tables of {} are missing, as a router decides by app", names.join(", "))
        } else {
            format!("the only table of {} is missing, as a router decides by app", names.join(", "))
        },
    );
    let others =
        (0..scene.rows.len()).filter(|at| scene.rows[*at].state == State::Absent && !is_of(at)).count();
    if others > 0 {
        case.speaks_against(
            15,
            format!("of {} of other apps nothing is there either", count_of(others, "migration")),
        );
    }
    match rows.iter().copied().find(|at| scene.was_run_among_others(*at)) {
        Some(at) => case.speaks_for(
            if is_pattern { 45 } else { 35 },
            format!(
                "the row of {} was written between rows of migrations that were run, within a second of both: one \
                 `migrate` recorded them all, and ran only some",
                scene.rows[at].id
            ),
        ),
        None => case.speaks_against(5, "their rows do not stand between those of migrations that were run at once"),
    }
    if let [at] = rows[..] {
        match numbers::room_for(scene, at) {
            Some(Room::None(why)) => case.speaks_for(20, why),
            Some(Room::OnlyHere(why)) => case.speaks_against(20, why),
            None if !is_pattern => case.speaks_against(
                0,
                "dropping the only table of the app would have left the very same: nothing here tells which",
            ),
            None => {}
        }
    }
    for tie in scene.lost_ties(&case.explains) {
        case.speaks_against(40, tie);
    }
    if let Some(elsewhere) = scene.elsewhere() {
        case.speaks_against(15, elsewhere);
    }
    if let Some(traces) = scene.traces(&case.explains) {
        case.speaks_against(40, traces);
    }
    case.command = Some("python manage.py migrate".to_owned());
    let app = names.iter().find(|it| it.chars().all(|it| it.is_ascii_alphanumeric() || it == '_'));
    case.check = Some(format!(
        "Ask the project: `python manage.py shell -c \"from django.db import router; \
         print(router.allow_migrate('default', '{}'))\"`. If it says False, the manifest of this database should be \
         without the app.",
        app.copied().unwrap_or("app_label")
    ));
    Some(case)
}
