//! A whole project to the migrations of a manifest.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::thread::ScopedJoinHandle;

use super::aliases::{Aliases, aliases};
use super::backend::Backend;
use super::editor::Order;
use super::graph::{self, Plan};
use super::notice::{Concern, Notice};
use super::operation::{Effect, Executor, KEPT_OUT};
use super::project::{Location, Project, SourceMigration};
use super::said::{Answer, Inquiry};
use super::state::Context;
use crate::migration::{MayTouch, Migration, MigrationId, Opaque, Operation};
use crate::schema::Name;

/// As much as the first thread of a process has, in which the command compiles.
const STACK: usize = 8 << 20;

/// What a project was compiled to.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// In an order in which they can be applied; for
    /// [`Manifest::new`](crate::migration::Manifest::new).
    pub migrations: Vec<Migration>,
    /// What was not seen through, or not found, of the operations; those of reading are the project's.
    pub notices: Vec<Notice>,
    /// Operations that were met, each once.
    pub operations: usize,
    /// Those of them that may have changed the schema in a way that is not known.
    pub not_seen_through: usize,
    /// What the code that was followed should have been answered, and was not.
    pub said: Vec<(Inquiry, Answer)>,
}

/// What each of the project's migrations does to the database. Never fails: what is not known is an opaque
/// operation and a notice.
pub fn compile(project: &Project) -> Compiled {
    compile_with(project, false)
}

/// As [`compile`], where what followed code was not answered (`said`) leads to another reading: only if there is nothing of
/// that the rest holds.
pub fn try_to_compile(project: &Project) -> Compiled {
    compile_with(project, true)
}

fn compile_with(project: &Project, is_trial: bool) -> Compiled {
    let context = Context { project, backend: Backend { dialect: project.dialect, django: project.django } };
    let (plans, missing) = graph::plans(&project.migrations);
    let there = there(&project.migrations);
    let replaced: HashSet<&MigrationId> = project.migrations.iter().flat_map(|it| &it.replaces).collect();
    let mut compiled = Compiled::default();
    for (at, dependency) in missing {
        let migration = &project.migrations[at];
        let message = format!("{} depends on {dependency}, which is not there", migration.id);
        let at = Location { file: migration.file.clone(), line: 1 };
        compiled.notices.push(Notice { at, concern: Concern::Dependency, message });
    }
    let mut all = all_done(&plans, project, context, is_trial);
    if let Some(aliases) = missed_aliases(&plans, &all, project) {
        all[0] = done(&plans[0], project, context, &aliases, is_trial);
    }
    for done in all {
        for (step, effect) in done.migrations {
            let migration = &project.migrations[step];
            compiled.not_seen_through += count_blind(&effect.operations);
            let migration = Migration {
                id: migration.id.clone(),
                dependencies: dependencies(migration, &there),
                replaces: migration.replaces.clone(),
                operations: effect.operations,
                taken_back: effect.taken_back,
            };
            // What a squash replaces stands before it: whoever waits for the replaced stays where the first plan, in
            // which its changes were worked out, has it.
            let is_its_squash = |it: &Migration| it.replaces.contains(&migration.id);
            let squash = if replaced.contains(&migration.id) {
                compiled.migrations.iter().position(is_its_squash)
            } else {
                None
            };
            let place = squash.unwrap_or(compiled.migrations.len());
            compiled.migrations.insert(place, migration);
        }
        compiled.notices.extend(done.notices);
        compiled.operations += done.met;
        compiled.said.extend(done.said);
    }
    compiled
}

/// What came of a plan's fresh steps.
#[derive(Default)]
struct Done {
    migrations: Vec<(usize, Effect)>,
    notices: Vec<Notice>,
    /// Operations that were met.
    met: usize,
    /// Names in SQL that nothing bore.
    unfound: BTreeSet<Name>,
    said: Vec<(Inquiry, Answer)>,
}

/// What the parts of the first plan's squashes call otherwise, where its SQL says such a name.
fn missed_aliases(plans: &[Plan], all: &[Done], project: &Project) -> Option<BTreeMap<usize, Aliases>> {
    let (plan, first) = (plans.first()?, all.first()?);
    if first.unfound.is_empty() || all.len() < 2 {
        return None;
    }
    let of_all = all.iter().flat_map(|it| &it.migrations);
    let done = of_all.map(|(step, effect)| (*step, &*effect.operations)).collect();
    let aliases = aliases(&plan.steps, &project.migrations, &done);
    let is_missed = aliases.values().flat_map(Aliases::keys).any(|it| first.unfound.contains(it));
    is_missed.then_some(aliases)
}

/// Plans have nothing to do with one another: the first, which is the longest mostly, goes beside all others.
fn all_done(plans: &[Plan], project: &Project, context: Context<'_>, is_trial: bool) -> Vec<Done> {
    let Some((first, others)) = plans.split_first() else { return Vec::new() };
    let others = || -> Vec<Done> {
        others.iter().map(|plan| done(plan, project, context, &BTreeMap::new(), is_trial)).collect()
    };
    std::thread::scope(|scope| {
        let beside = if plans.len() > 1 {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, others).ok()
        } else {
            None
        };
        let mut all = vec![done(first, project, context, &BTreeMap::new(), is_trial)];
        all.extend(match beside.map(ScopedJoinHandle::join) {
            Some(Ok(others)) => others,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => others(),
        });
        all
    })
}

fn done(
    plan: &Plan,
    project: &Project,
    context: Context<'_>,
    aliases: &BTreeMap<usize, Aliases>,
    is_trial: bool,
) -> Done {
    let order = Order::new(graph::Ancestors::of(&plan.steps, &project.migrations));
    let mut executor = Executor::new(context, order);
    executor.is_trial = is_trial;
    let handlers: BTreeMap<_, _> = project.apps.iter().map(|it| (&it.label, &*it.migrate_handlers)).collect();
    let mut done = Done::default();
    // What comes behind the last fresh one changes nothing of what is wanted.
    for &step in &plan.steps[..plan.fresh_until()] {
        let (told, met, said) = (executor.notices.len(), executor.operations, executor.said.len());
        let migration = &project.migrations[step];
        let then = handlers.get(&migration.id.app).copied().unwrap_or_default();
        let effect = executor.migrate(step, migration, then);
        aliases.get(&step).into_iter().for_each(|it| executor.also_called(it));
        if plan.fresh.contains(&step) {
            done.migrations.push((step, effect));
        } else {
            executor.notices.truncate(told);
            executor.operations = met;
            executor.said.truncate(said);
        }
    }
    executor.settle_inquiries();
    done.unfound = executor.unfound();
    done.said = executor.said;
    done.notices = executor.notices;
    done.met = executor.operations;
    done
}

/// How many of a migration's operations were not seen through. One that may do anything may have said once more what that
/// is in the tables of its app.
fn count_blind(operations: &[Operation]) -> usize {
    let mut before = None;
    let mut count = 0;
    for operation in operations {
        let Operation::Opaque(opaque) = operation else { continue };
        let says_more = |before: &Opaque| {
            before.may_touch == MayTouch::Anything && before.reason == opaque.reason && opaque.may_undo.own
        };
        let is_blind = opaque.may_touch != MayTouch::Nothing && opaque.reason != KEPT_OUT;
        count += usize::from(is_blind && !before.is_some_and(says_more));
        before = Some(opaque);
    }
    count
}

/// Those that are there, by themselves or in a squash other than the migration itself.
fn dependencies(migration: &SourceMigration, there: &There<'_>) -> Vec<MigrationId> {
    let is_there = |id: &&MigrationId| match there.get(id) {
        Some(None) => **id != migration.id,
        Some(Some(squash)) => **squash != migration.id,
        None => false,
    };
    let mut seen = BTreeSet::new();
    let once = |id: &&MigrationId| seen.insert((*id).clone());
    migration.dependencies.iter().filter(is_there).filter(once).cloned().collect()
}

/// The names that can be depended on; with the squash, where it alone has the name.
type There<'a> = BTreeMap<&'a MigrationId, Option<&'a MigrationId>>;

fn there(migrations: &[SourceMigration]) -> There<'_> {
    let mut there: There<'_> = migrations.iter().map(|it| (&it.id, None)).collect();
    for squash in migrations {
        for replaced in &squash.replaces {
            there.entry(replaced).or_insert(Some(&squash.id));
        }
    }
    there
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::django::python;

    /// Else `a.3`, which waits for `a.2`, would come behind `b.1` when a manifest puts all in order.
    #[test]
    fn what_a_squash_replaces_stands_before_it() {
        let id = |text: &str| {
            let (app, name) = text.split_once('.').unwrap();
            MigrationId { app: app.into(), name: name.into() }
        };
        let migration = |name: &str, dependencies: &[&str], replaces: &[&str]| SourceMigration {
            id: id(name),
            file: Default::default(),
            dependencies: dependencies.iter().map(|it| id(it)).collect(),
            replaces: replaces.iter().map(|it| id(it)).collect(),
            works_for: None,
            runs_for: None,
            does: Default::default(),
            initial: None,
            operations: Vec::new(),
            beyond: None,
            applies_if: None,
        };
        let migrations = vec![
            migration("a.1", &[], &[]),
            migration("a.2", &["a.1"], &[]),
            migration("a.s", &[], &["a.1", "a.2"]),
            migration("a.3", &["a.2"], &[]),
            migration("b.1", &[], &[]),
        ];
        let compiled = compile(&Project { migrations, ..python::project() });
        let order: Vec<_> = compiled.migrations.iter().map(|it| it.id.to_string()).collect();
        assert_eq!(order, ["a.1", "a.2", "a.s", "a.3", "b.1"]);
    }
}
