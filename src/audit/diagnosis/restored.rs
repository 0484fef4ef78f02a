//! A database restored from an older backup, whose ledger is of a later time: what was made since the backup is
//! gone, in every app, while the ledger remembers it.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Case;
use super::scene::{Scene, State};
use crate::audit::evidence::TableAge;
use crate::dialect::Dialect;
use crate::schema::{agree, count_of};

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
            count_of(stood_before, "migration"),
            scene.time(first),
            count_of(absent.len(), "migration"),
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
                "{} recorded later left what {} there; {} would have run after the restore",
                count_of(after, "migration"),
                agree(after, "it made", "they made"),
                agree(after, "it", "they")
            ),
        );
    }
    if let Some(traces) = scene.traces(&case.explains) {
        case.speaks_against(40, traces);
    }
    if let Some(elsewhere) = scene.elsewhere() {
        case.speaks_against(30, elsewhere);
    }
    weigh_pace(scene, first, last, &mut case);
    weigh_ages(scene, first, &mut case);
    weigh_files(scene, last, &mut case);
    case.check = Some(newest_rows(scene));
    Some(case)
}

/// What no audit reads, and what would decide: the rows of the application.
pub(super) fn newest_rows(scene: &Scene<'_>) -> String {
    let cut = scene.rows.iter().position(|it| it.state == State::Absent);
    let cut = cut.map_or_else(|| "the cut".to_owned(), |at| scene.time(at));
    format!(
        "Look at the newest rows of busy tables, as of `last_login` or orders: where none is of the time from the backup, which \
         is before {cut}, to the restore, the data were restored; where they go on without a gap, they were not. Ask for the \
         date of the last restore, and whether the ledger came from elsewhere."
    )
}

/// Whether neither the pace of the rows after the cut nor the age of anything speaks for or against a restore.
pub(super) fn is_undecided(scene: &Scene<'_>) -> bool {
    let is_absent = |at: &usize| scene.rows[*at].state == State::Absent;
    let mut absent = (0..scene.rows.len()).filter(is_absent);
    let Some(first) = absent.next() else { return false };
    let last = absent.next_back().unwrap_or(first);
    let paces = scene.pace(first + 1..last + 1).zip(scene.pace_of_run());
    let is_told_by_pace = paces.is_some_and(|(gone, run)| gone.outruns(run) || gone.keeps_to(run));
    let tells_age = |age: &TableAge| {
        let has_order = age.serial.is_some() && scene.observation.dialect == Dialect::Postgres;
        has_order || age.made_at.is_some() || age.touched_at.is_some()
    };
    !is_told_by_pace && !scene.evidence().is_some_and(|it| it.ages.iter().any(tells_age))
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
    } else if gone.keeps_to(run) {
        case.speaks_for(
            20,
            format!(
                "the rows after the cut were written in {} at the pace of migrations that ran: {paces}",
                count_of(bursts, "burst")
            ),
        );
    }
}

/// A dump makes all its objects at once, in an order of its own; migrations make them in theirs.
fn weigh_ages(scene: &Scene<'_>, cut: usize, case: &mut Case) {
    let Some(evidence) = scene.evidence() else { return };
    let mut ages: Vec<(usize, &TableAge)> = (evidence.ages.iter())
        .filter_map(|age| {
            let made_by = scene.expected.expectation.schema.tables.get(&age.table)?.provenance.created()?;
            let row = (0..cut).find(|at| scene.rows[*at].position == Some(made_by))?;
            Some((row, age))
        })
        .collect();
    ages.sort_by_key(|(row, _)| *row);
    if scene.observation.dialect == Dialect::Postgres {
        weigh_order(&ages, case);
    }
    let times: Option<Vec<(Timestamp, Timestamp)>> =
        ages.iter().map(|(row, age)| Some((scene.rows[*row].at?, age.made_at?))).collect();
    let Some(times) = times.filter(|it| it.len() >= ENOUGH) else { return };
    let (Some(first), Some(last)) = (times.iter().map(|it| it.1).min(), times.iter().map(|it| it.1).max())
    else {
        return;
    };
    if times.iter().all(|(recorded, made)| made.duration_since(*recorded) >= LATER) {
        case.speaks_for(
            25,
            format!(
                "all {} that were asked for were made between {first} and {last}, later than the ledger says of each",
                count_of(times.len(), "table")
            ),
        );
    } else if times.iter().all(|(recorded, made)| made.duration_since(*recorded) < LATER) {
        case.speaks_against(15, "the tables were made when the ledger says, and not by a restore since");
    }
}

/// A dump that is loaded writes the files of all its tables.
fn weigh_files(scene: &Scene<'_>, last: usize, case: &mut Case) {
    let ages = scene.evidence().map(|it| it.ages.as_slice()).unwrap_or_default();
    let oldest = ages.iter().filter_map(|it| Some((it.touched_at?, &it.table))).min();
    let (Some((touched, table)), Some(recorded)) = (oldest, scene.rows[last].at) else { return };
    if recorded.duration_since(touched) >= LATER {
        case.speaks_against(
            15,
            format!(
                "{table} was last written at {touched}, before {} was recorded: a dump that was loaded since would have \
                 written it anew",
                scene.rows[last].id
            ),
        );
    }
}

/// How many tables tell an order.
const ENOUGH: usize = 3;
/// A migration is recorded right after its tables were made; times of tables are in seconds.
const LATER: SignedDuration = SignedDuration::from_secs(2);

fn weigh_order(ages: &[(usize, &TableAge)], case: &mut Case) {
    let serials: Vec<(usize, u64)> = ages.iter().filter_map(|(row, age)| Some((*row, age.serial?))).collect();
    if serials.len() < ENOUGH {
        return;
    }
    let against = serials.windows(2).filter(|two| two[0].0 < two[1].0 && two[0].1 > two[1].1).count();
    if against > 0 {
        case.speaks_for(
            30,
            format!(
                "the oids of the {} that stand do not follow the order of their migrations: in {} a later migration's \
                 table is the older one, as when a dump is loaded",
                count_of(serials.len(), "table"),
                count_of(against, "place")
            ),
        );
    } else {
        case.speaks_against(
            15,
            format!(
                "the oids of the {} that stand follow the order of their migrations, as they would not after a dump \
                 was loaded",
                count_of(serials.len(), "table")
            ),
        );
    }
}
