//! A migration that broke off in the middle, where each statement of DDL stands for itself (MySQL, MariaDB): what
//! came first is there, what came last is not.

use super::Case;
use super::scene::{Scene, State};
use crate::audit::history;
use crate::audit::{Finding, Rule};
use crate::migration::Operation;
use crate::schema::{Change, TableName, agree, count_of};

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    if scene.is_transactional() {
        return None;
    }
    let broken: Vec<usize> = (0..scene.rows.len()).filter(|at| broke_off(scene, *at)).collect();
    if broken.is_empty() { never_recorded(scene) } else { recorded(scene, &broken) }
}

/// It failed, and was recorded all the same: by `--fake`, or by hand.
fn recorded(scene: &Scene<'_>, broken: &[usize]) -> Option<Case> {
    let mut case = Case { explains: scene.lost_by(broken), ..Case::default() };
    let names: Vec<String> = broken.iter().map(|at| scene.rows[*at].id.to_string()).collect();
    case.summary = format!(
        "{} broke off in the middle, and {} recorded afterwards",
        Scene::some(&names),
        agree(names.len(), "was", "were")
    );
    if let Some(at) = broken.iter().copied().find(|at| scene.was_run_among_others(*at)) {
        case.speaks_against(
            45,
            format!(
                "the row of {} was written between rows of migrations that were run, within a second of both: a command \
                 that breaks off records nothing and goes no further",
                scene.rows[at].id
            ),
        );
    }
    for tie in scene.lost_ties(&case.explains) {
        case.speaks_against(40, tie);
    }
    let first = *broken.first()?;
    let (standing, missing) = scene.steps(first);
    case.speaks_for(
        55,
        format!(
            "of {} the first {} there, and the last {} not, and DDL is not transactional here",
            scene.rows[first].id,
            count_of(standing, "step") + agree(standing, " is", " are"),
            count_of(missing, "step") + agree(missing, " is", " are"),
        ),
    );
    let (last_there, last_gone) = scene.last_steps(first);
    if last_gone > 0 && last_there == 0 {
        case.speaks_for(
            20,
            format!(
                "{} of the tables that stand, made at the end of a migration, {} missing too",
                count_of(last_gone, "foreign key"),
                agree(last_gone, "is", "are")
            ),
        );
    } else if last_there > 0 {
        case.speaks_against(
            35,
            format!(
                "{} of the tables that stand, made at the end of a migration, {} there",
                count_of(last_there, "foreign key"),
                agree(last_there, "is", "are")
            ),
        );
    }
    if let Some(later) = scene.recorded_later(first) {
        case.speaks_for(10, later);
    }
    if scene.manifest.ledger.name == "django" {
        let id = scene.rows[first].id;
        case.command = Some(format!(
            "python manage.py migrate {0} {1}\npython manage.py migrate --fake {0} {1}",
            Scene::word(&id.app),
            Scene::word(&id.name)
        ));
    }
    case.check = Some(
        "Look for a failed `migrate` in the deployment's logs, shortly before the row was written."
            .to_owned(),
    );
    Some(case)
}

/// It failed, and was not recorded: the next try will fail on what is there, or is gone, already.
fn never_recorded(scene: &Scene<'_>) -> Option<Case> {
    let mut case = Case::default();
    for position in history::pending(scene.manifest, scene.expected) {
        let Some(migration) = scene.manifest.migration(position) else { continue };
        let changes = migration.operations.iter().filter_map(|operation| match operation {
            Operation::Change(change) => Some(change),
            Operation::Opaque(_) => None,
        });
        let changes: Vec<&Change> = changes.collect();
        let of_it = |is_done: fn(&Scene<'_>, &Change, &Finding) -> bool| -> Vec<usize> {
            let of_any = |finding: &Finding| changes.iter().any(|it| is_done(scene, it, finding));
            (0..scene.findings.len()).filter(|at| of_any(&scene.findings[*at])).collect()
        };
        let (there, gone) = (of_it(stands), of_it(is_gone));
        if there.is_empty() && gone.is_empty() {
            continue;
        }
        if !there.is_empty() {
            let made =
                changes.iter().filter(|it| matches!(it, Change::CreateTable(_) | Change::AddColumn { .. }));
            case.speaks_for(
                50,
                format!(
                    "{} is not recorded, yet {} of the {} tables and columns that it makes {} already",
                    migration.id,
                    there.len(),
                    made.count(),
                    agree(there.len(), "stands", "stand")
                ),
            );
        }
        if !gone.is_empty() {
            case.speaks_for(
                50,
                format!(
                    "{} is not recorded, yet {} that it takes away {} gone already",
                    migration.id,
                    count_of(gone.len(), "object"),
                    agree(gone.len(), "is", "are")
                ),
            );
        }
        case.summary = format!(
            "{} broke off in the middle: its next try will fail on what is {}",
            migration.id,
            if there.is_empty() { "gone" } else { "there" }
        );
        case.explains.extend(there);
        case.explains.extend(gone);
        let pending = scene.findings.iter().enumerate().filter(|(_, it)| {
            it.rule == Rule::PendingMigration && it.migration.as_ref() == Some(&migration.id)
        });
        case.explains.extend(pending.map(|(at, _)| at));
        if scene.manifest.ledger.name == "django" {
            case.command = Some(format!(
                "python manage.py migrate {} {}",
                Scene::word(&migration.id.app),
                Scene::word(&migration.id.name)
            ));
        }
    }
    case.check = Some("Look for a failed `migrate` in the deployment's logs.".to_owned());
    Some(case)
}

/// Whether a finding is of a table or column that stands, which the change would make.
fn stands(scene: &Scene<'_>, change: &Change, finding: &Finding) -> bool {
    let of_table = |table: &TableName| scene.table_of(finding).as_ref() == Some(table);
    match (change, finding.rule) {
        (Change::CreateTable(made), Rule::UnexpectedTable) => of_table(&made.name),
        (Change::AddColumn { table, column }, Rule::UnexpectedColumn) => {
            of_table(table) && finding.subject.column.as_deref() == Some(&*column.name)
        }
        _ => false,
    }
}

/// Whether a finding is of something missing, which the change would take away: a key or an index by its kind and table.
fn is_gone(scene: &Scene<'_>, change: &Change, finding: &Finding) -> bool {
    let of_table = |table: &TableName| scene.table_of(finding).as_ref() == Some(table);
    match (change, finding.rule) {
        (Change::DropTable { table, .. } | Change::RenameTable { from: table, .. }, Rule::MissingTable)
        | (Change::DropPrimaryKey { table, .. }, Rule::MissingPrimaryKey)
        | (Change::DropUnique { table, .. }, Rule::MissingUnique)
        | (Change::DropForeignKey { table, .. }, Rule::MissingForeignKey)
        | (Change::DropCheck { table, .. }, Rule::MissingCheck)
        | (Change::DropIndex { table, .. }, Rule::MissingIndex) => of_table(table),
        (
            Change::DropColumn { table, column, .. } | Change::RenameColumn { table, from: column, .. },
            Rule::MissingColumn,
        ) => of_table(table) && finding.subject.column.as_deref() == Some(&**column),
        _ => false,
    }
}

/// Whether tables and columns of the row's migration are there up to one of its steps, and none from there on.
pub(super) fn broke_off(scene: &Scene<'_>, at: usize) -> bool {
    if scene.rows[at].state != State::Part {
        return false;
    }
    let steps = scene.made_in_order(at);
    let standing = steps.iter().take_while(|there| **there).count();
    let rest = &steps[standing..];
    let (last_there, last_gone) = scene.last_steps(at);
    let is_all_gone = if rest.is_empty() { last_there == 0 && last_gone > 0 } else { !rest.contains(&true) };
    standing > 0 && is_all_gone
}

impl Scene<'_> {
    /// How many of the steps are there, and how many are not.
    fn steps(&self, at: usize) -> (usize, usize) {
        let steps = self.made_in_order(at);
        let there = steps.iter().filter(|it| **it).count();
        let gone = steps.len() - there;
        if gone == 0 { (there, self.last_steps(at).1) } else { (there, gone) }
    }

    fn changes_of(&self, at: usize) -> impl Iterator<Item = &Change> {
        let migration = self.rows[at].position.and_then(|it| self.manifest.migration(it));
        migration.into_iter().flat_map(|it| &it.operations).filter_map(|operation| match operation {
            Operation::Change(change) => Some(change),
            Operation::Opaque(_) => None,
        })
    }

    /// Of the tables and columns that the row's migration makes, in its order, which are there.
    fn made_in_order(&self, at: usize) -> Vec<bool> {
        let naming = &self.observation.naming;
        let is_there = |change: &Change| match change {
            Change::CreateTable(table) => Some(self.actual(&naming.table(&table.name)).is_some()),
            Change::AddColumn { table, column } => {
                let actual = self.actual(&naming.table(table));
                Some(actual.is_some_and(|it| it.column(&column.name).is_some()))
            }
            Change::DropTable { .. }
            | Change::RenameTable { .. }
            | Change::DropColumn { .. }
            | Change::RenameColumn { .. }
            | Change::AlterColumn { .. }
            | Change::AddPrimaryKey { .. }
            | Change::DropPrimaryKey { .. }
            | Change::AddUnique { .. }
            | Change::DropUnique { .. }
            | Change::AddForeignKey { .. }
            | Change::DropForeignKey { .. }
            | Change::AddCheck { .. }
            | Change::DropCheck { .. }
            | Change::AddExclusion { .. }
            | Change::DropExclusion { .. }
            | Change::AddIndex { .. }
            | Change::DropIndex { .. }
            | Change::RenameConstraint { .. } => None,
        };
        self.changes_of(at).filter_map(is_there).collect()
    }

    /// Foreign keys of the standing tables that the row's migration makes, which Django leaves to its end
    /// (`deferred_sql` of `django/db/backends/base/schema.py`): how many are there, and how many are not.
    fn last_steps(&self, at: usize) -> (usize, usize) {
        let Some(position) = self.rows[at].position else { return (0, 0) };
        let tables = self.expected.expectation.schema.tables.values();
        let promised = (tables.filter(|it| self.actual(&it.name).is_some()))
            .flat_map(|table| &table.foreign_keys)
            .filter(|it| it.provenance.created() == Some(position))
            .count();
        let gone = (self.lost.get(&position).into_iter().flatten())
            .filter(|it| self.findings[**it].rule == Rule::MissingForeignKey)
            .count();
        (promised.saturating_sub(gone), gone)
    }

    /// Where a table of the migration was made well before its row was written.
    fn recorded_later(&self, at: usize) -> Option<String> {
        let row = &self.rows[at];
        let recorded = row.at?;
        let made_at = self.evidence()?.ages.iter().filter_map(|age| {
            let table = self.expected.expectation.schema.tables.get(&age.table)?;
            (table.provenance.created() == row.position).then_some(age.made_at?)
        });
        let made_at = made_at.max()?;
        let seconds = recorded.duration_since(made_at).as_secs();
        (seconds >= 2).then(|| {
            format!(
                "its tables were made by {made_at}, and it was recorded {}",
                count_of(usize::try_from(seconds).unwrap_or_default(), "second") + " later"
            )
        })
    }
}
