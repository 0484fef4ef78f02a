//! A database restored from an older backup, whose ledger is of a later time: what was made since the backup is
//! gone, in every app, while the ledger remembers it.

use std::collections::BTreeSet;

use super::Case;
use super::scene::{Scene, State};

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let state = |at: usize| scene.rows[at].state;
    let absent: Vec<usize> = (0..scene.rows.len()).filter(|at| state(*at) == State::Absent).collect();
    let (first, last) = (*absent.first()?, *absent.last()?);
    let stood_before = (0..first).filter(|at| state(*at) == State::Stands).count();
    // The backup is one moment: nothing that was made after it can stand, but for what came after the restore.
    let is_a_cut =
        stood_before > 0 && (first..=last).all(|at| matches!(state(at), State::Absent | State::Mute));
    if !is_a_cut {
        return None;
    }
    let mut case = Case { explains: scene.lost_by(&absent), ..Case::default() };
    case.summary = format!(
        "the data were restored from a backup older than {}, and the ledger from a later one",
        scene.time(first)
    );
    let apps: BTreeSet<&str> = absent.iter().map(|at| &*scene.rows[*at].id.app).collect();
    case.speaks_for(
        35,
        format!(
            "the ledger has one cut: of what {} made that were recorded before {} everything stands, of \
             what {} made from there to {} nothing",
            Scene::count(stood_before, "migration"),
            scene.time(first),
            Scene::count(absent.len(), "migration"),
            scene.time(last)
        ),
    );
    if apps.len() > 1 {
        let apps: Vec<&str> = apps.into_iter().collect();
        case.speaks_for(10, format!("the cut goes through {} apps: {}", apps.len(), apps.join(", ")));
    }
    let after = (last + 1..scene.rows.len()).filter(|at| state(*at) == State::Stands).count();
    if after > 0 {
        case.speaks_against(
            5,
            format!(
                "{} recorded later did leave their objects; they would have run after the restore",
                Scene::count(after, "migration")
            ),
        );
    }
    if let Some(traces) = scene.traces() {
        case.speaks_against(40, traces);
    }
    if let Some(elsewhere) = scene.elsewhere() {
        case.speaks_against(30, elsewhere);
    }
    weigh_pace(scene, first, last, &mut case);
    case.check = Some(
        "Ask for the date of the last restore and of its backup, and whether the ledger came from elsewhere; compare \
         the newest rows of tables with the time of the cut."
            .to_owned(),
    );
    Some(case)
}

/// The rows of a newer ledger were written by migrations that ran, though elsewhere: at their pace.
fn weigh_pace(scene: &Scene<'_>, first: usize, last: usize, case: &mut Case) {
    let bursts = scene.bursts().into_iter().filter(|it| it.start <= last && first < it.end).count();
    let (Some(gone), Some(run)) = (scene.pace(first + 1..last + 1), scene.pace_of_run()) else { return };
    let paces = format!(
        "{:.1} ms a row, against {:.1} ms of those whose objects stand",
        gone.milliseconds, run.milliseconds
    );
    if gone.outruns(run) {
        case.speaks_against(
            10,
            format!("the rows after the cut were written too fast for migrations that ran: {paces}"),
        );
    } else if gone.rows >= 3 && run.rows >= 3 {
        case.speaks_for(
            20,
            format!(
                "the rows after the cut were written in {} at the pace of migrations that ran: {paces}",
                Scene::count(bursts, "burst")
            ),
        );
    }
}
