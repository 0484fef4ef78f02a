//! `migrate --fake`, `stamp`: rows were written, nothing was run.
//!
//! Such a command records whole migrations, one right after the other, in a few milliseconds each.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Case;
use super::scene::{Scene, State};
use crate::migration::MigrationId;
use crate::schema::{agree, count_of};

/// Rows of one command that ran nothing.
struct Run {
    /// From the first whose work is absent to the last, with what says nothing around them.
    rows: Range<usize>,
    absent: Vec<usize>,
    /// Rows of migrations whose work stands come right before and right after, in the same burst.
    between_run_ones: bool,
}

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let runs: Vec<Run> = scene.bursts().into_iter().flat_map(|burst| runs_of(scene, burst)).collect();
    let absent: Vec<usize> = runs.iter().flat_map(|it| it.absent.iter().copied()).collect();
    let rows = runs.iter().map(|it| it.rows.len()).sum::<usize>();
    if absent.is_empty() {
        return None;
    }
    let mut case = Case { explains: scene.lost_by(&absent), ..Case::default() };
    let migrations = count_of(absent.len(), "migration");
    let were = agree(absent.len(), "was", "were");
    case.summary = format!("{migrations} {were} recorded without being run, as `migrate --fake` does");
    case.speaks_for(
        35,
        format!(
            "of {migrations} marked applied nothing is there: not a part is missing, but the whole of each"
        ),
    );
    let all_absent = scene.rows.iter().filter(|it| it.state == State::Absent || it.nothing_made).count();
    if rows > 1 && all_absent == absent.len() {
        let stretches = count_of(runs.len(), "unbroken run");
        case.speaks_for(
            20,
            format!(
                "in the ledger they stand in {stretches}, with nothing between that was really made: {}",
                told(scene, &runs)
            ),
        );
    }
    weigh_pace(scene, &runs, &mut case);
    if runs.iter().any(|it| it.between_run_ones) {
        case.speaks_against(
            40,
            "their rows were written between rows of migrations that were run, within a second of both: \
             one command wrote them all, and a command fakes all or nothing",
        );
    }
    if let Some(traces) = scene.traces(&case.explains) {
        case.speaks_against(40, traces);
    }
    for tie in scene.lost_ties(&case.explains) {
        case.speaks_against(40, tie);
    }
    if let Some(elsewhere) = scene.elsewhere() {
        case.speaks_against(30, elsewhere);
    }
    let parts = scene.run_in_part();
    if parts > 0 {
        case.speaks_against(
            10,
            format!(
                "of {} only a part is missing, which faking does not do",
                count_of(parts, "other migration")
            ),
        );
    }
    case.command = command(scene, &runs);
    case.check = Some(
        "Look through deployment logs and shell histories of the time when these rows were written for \
         `migrate --fake`; whoever ran it knows which database it was meant for."
            .to_owned(),
    );
    Some(case)
}

/// Stretches of a burst in which nothing stands.
fn runs_of(scene: &Scene<'_>, burst: Range<usize>) -> Vec<Run> {
    let state = |at: usize| scene.rows[at].state;
    let is_gone = |at: usize| state(at) == State::Absent || scene.rows[at].nothing_made;
    let is_mute_or_absent = |at: usize| is_gone(at) || state(at) == State::Mute;
    let mut runs = Vec::new();
    let mut at = burst.start;
    while at < burst.end {
        if !is_gone(at) {
            at += 1;
            continue;
        }
        let first = at;
        let mut last = at;
        while at < burst.end && is_mute_or_absent(at) {
            if is_gone(at) {
                last = at;
            }
            at += 1;
        }
        // What leaves no trace at either end of the burst was written by the same command.
        let begin = if (burst.start..first).all(is_mute_or_absent) { burst.start } else { first };
        let end = if at == burst.end { burst.end } else { last + 1 };
        let rows = begin..end;
        let absent = rows.clone().filter(|it| is_gone(*it)).collect();
        let ran = |at: usize| matches!(state(at), State::Stands | State::Part) && !is_gone(at);
        let before = (burst.start..first).any(ran);
        let after = (last + 1..burst.end).any(ran);
        runs.push(Run { rows, absent, between_run_ones: before && after });
    }
    runs
}

fn weigh_pace(scene: &Scene<'_>, runs: &[Run], case: &mut Case) {
    let longest = runs.iter().max_by_key(|it| it.rows.len());
    let Some(run) = longest.filter(|it| it.rows.len() > 1) else { return };
    let (first, last) = (run.rows.start, run.rows.end - 1);
    let span = scene.rows[last].at.zip(scene.rows[first].at).map(|(last, first)| last.duration_since(first));
    let Some(span) = span.filter(|it| !it.is_negative()) else { return };
    let burst = format!(
        "{} were written within {} ms from {} on",
        count_of(run.rows.len(), "row"),
        span.as_millis().max(1),
        scene.time(first)
    );
    let faked = scene.pace(runs.iter().flat_map(|it| it.rows.clone().skip(1)));
    match faked.zip(scene.pace_of_run()) {
        Some((faked, run)) if faked.outruns(run) => case.speaks_for(
            30,
            format!(
                "{burst}: {:.1} ms a row, where migrations whose objects stand took {:.1} ms each",
                faked.milliseconds, run.milliseconds
            ),
        ),
        Some((faked, run)) if faked.keeps_to(run) => case.speaks_against(
            20,
            format!(
                "{burst}: {:.1} ms a row, not much faster than the {:.1} ms of migrations whose objects stand",
                faked.milliseconds, run.milliseconds
            ),
        ),
        Some(_) => case.speaks_for(5, burst),
        None => case.speaks_for(15, burst),
    }
}

fn told(scene: &Scene<'_>, runs: &[Run]) -> String {
    const SHOWN: usize = 4;
    let run = |it: &Run| {
        let (first, last) = (&it.rows.start, it.rows.end - 1);
        if *first == last {
            scene.rows[last].id.to_string()
        } else {
            format!("{} to {}", scene.rows[*first].id, scene.rows[last].id)
        }
    };
    let mut told: Vec<String> = runs.iter().take(SHOWN).map(run).collect();
    if runs.len() > SHOWN {
        told.push(format!("and {} more", runs.len() - SHOWN));
    }
    told.join("; ")
}

/// The commands that would have written exactly these rows, one a line.
fn command(scene: &Scene<'_>, runs: &[Run]) -> Option<String> {
    if scene.manifest.ledger.name != "django" {
        return None;
    }
    let mut lines = Vec::new();
    for run in runs {
        let mut recorded: BTreeSet<&MigrationId> = run.rows.clone().map(|it| scene.rows[it].id).collect();
        // Each command takes its target and all before it, so the last row is the target of one.
        let mut targets = Vec::new();
        for at in run.rows.clone().rev() {
            let id = scene.rows[at].id;
            if recorded.contains(id) {
                targets.push(id);
                forget_with_ancestors(scene, id, &mut recorded);
            }
        }
        if targets.len() > 1 && run.rows.len() > 1 {
            lines.push("python manage.py migrate --fake".to_owned());
        } else {
            lines.extend(targets.iter().rev().map(|id| {
                format!(
                    "python manage.py migrate --fake {} {}",
                    Scene::word(&id.app),
                    Scene::word(&number_or_name(scene, id))
                )
            }));
        }
    }
    lines.dedup();
    Some(lines.join("\n"))
}

fn forget_with_ancestors<'a>(scene: &Scene<'a>, id: &MigrationId, recorded: &mut BTreeSet<&'a MigrationId>) {
    let mut open = vec![id.clone()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        recorded.remove(&id);
        let migration = scene.manifest.position(&id).and_then(|it| scene.manifest.migration(it));
        for needed in migration.into_iter().flat_map(|it| &it.dependencies) {
            if seen.insert(needed.clone()) {
                open.push(needed.clone());
            }
        }
    }
}

/// Django takes the beginning of a name where only one migration of the app begins so.
fn number_or_name(scene: &Scene<'_>, id: &MigrationId) -> String {
    let digits = id.name.find(|it: char| !it.is_ascii_digit()).unwrap_or(id.name.len());
    let number = &id.name[..digits];
    let begins_so = |it: &&crate::migration::Migration| it.id.app == id.app && it.id.name.starts_with(number);
    let is_clear = digits > 0 && scene.manifest.migrations.iter().filter(begins_so).count() == 1;
    if is_clear { number.to_owned() } else { id.name.to_string() }
}
