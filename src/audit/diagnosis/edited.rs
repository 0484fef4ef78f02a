//! A migration file that was changed after it had been applied: what was added to it was never run.

use super::Case;
use super::scene::{Scene, State};
use crate::audit::Rule;
use crate::dialect::Dialect;
use crate::schema::{agree, count_of};

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let parts: Vec<usize> = (0..scene.rows.len()).filter(|at| scene.rows[*at].state == State::Part).collect();
    if parts.is_empty() {
        return None;
    }
    let mut case = Case { explains: scene.lost_by(&parts), ..Case::default() };
    let names: Vec<String> = parts.iter().map(|at| scene.rows[*at].id.to_string()).collect();
    let migrations = count_of(parts.len(), "migration");
    case.summary = format!(
        "{} {} changed after {} had been applied",
        Scene::some(&names),
        agree(names.len(), "was", "were"),
        agree(names.len(), "it", "they")
    );
    let part = format!("of {migrations} a part is missing, while the rest stands: {}", Scene::some(&names));
    if scene.is_transactional() {
        case.speaks_for(
            45,
            format!("{part}; a migration is one transaction here, so that it cannot have broken off there"),
        );
    } else {
        case.speaks_for(25, part);
    }
    let explained = case.explains.clone();
    let of_parts = || explained.iter().filter_map(|at| scene.findings.get(*at));
    let is_column_or_table = |rule: Rule| matches!(rule, Rule::MissingColumn | Rule::MissingTable);
    if !of_parts().any(|it| is_column_or_table(it.rule)) {
        case.speaks_against(
            15,
            "no table and no column is missing, only keys, constraints, indexes or details",
        );
    }
    let columns: Vec<_> = of_parts().filter(|it| it.rule == Rule::MissingColumn).cloned().collect();
    let tables: Vec<_> = columns.iter().filter_map(|it| scene.table_of(it)).collect();
    match scene.dropped_columns(&tables) {
        Some(dropped) => case.speaks_against(40, dropped),
        None if !tables.is_empty() && scene.knows_dropped_columns() => case.speaks_for(
            25,
            "PostgreSQL keeps the place of every dropped column, and of the tables in question none was dropped beyond \
             what migrations drop: the missing ones were never there",
        ),
        None => {}
    }
    let whole = scene.rows.iter().filter(|it| it.state == State::Absent).count();
    if whole > 0 {
        case.speaks_against(
            10,
            format!(
                "of {} nothing at all is there, which no change of these files explains",
                count_of(whole, "other migration")
            ),
        );
    }
    for trace in scene.lost_ties(&case.explains) {
        case.speaks_against(40, trace);
    }
    if let Some(traces) = scene.traces(&case.explains) {
        case.speaks_against(40, traces);
    }
    if !scene.is_transactional() && parts.iter().all(|at| !super::interrupted::broke_off(scene, *at)) {
        case.speaks_for(
            25,
            "what is missing is not the end of the migration: something that comes later in it stands",
        );
    }
    let first = scene.rows[*parts.first()?].id;
    case.command =
        Some(format!("git log --follow -p -- {}", Scene::word(&format!(":(glob)**/{}.*", first.name))));
    case.check =
        Some("Compare the file's history with the time at which the migration was applied.".to_owned());
    Some(case)
}

impl Scene<'_> {
    /// Whether a migration's DDL is one transaction.
    pub(super) fn is_transactional(&self) -> bool {
        match self.observation.dialect {
            Dialect::Postgres | Dialect::Sqlite => true,
            Dialect::Mysql | Dialect::Mariadb => false,
        }
    }
}
