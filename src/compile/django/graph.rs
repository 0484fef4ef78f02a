//! In which order `migrate` runs the migrations, with squashes and without.
//!
//! `django/db/migrations/graph.py`, `loader.py` (`build_graph`) and `executor.py` (`migration_plan`): on an
//! empty database a squash is used in place of all that it replaces. A database that was migrated before the
//! squash, or half of it, has the single migrations; so these are compiled too, along plans without the
//! outermost squashes, until each migration has had its turn.

use std::collections::{BTreeMap, BTreeSet};

use super::project::SourceMigration;
use crate::migration::MigrationId;

/// One order in which migrations can be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Positions in the list of migrations.
    pub steps: Vec<usize>,
    /// Those of `steps` that no earlier plan has.
    pub fresh: BTreeSet<usize>,
}

impl Plan {
    /// How many of the steps there are up to the last that is fresh.
    pub fn fresh_until(&self) -> usize {
        self.steps.iter().rposition(|step| self.fresh.contains(step)).map_or(0, |last| last + 1)
    }
}

/// Dependencies that are on no disk, of the migration at this position.
pub type Missing = (usize, MigrationId);

/// Plans that together contain every migration, and the dependencies that were left out.
pub fn plans(migrations: &[SourceMigration]) -> (Vec<Plan>, Vec<Missing>) {
    let mut plans = Vec::new();
    let mut planned = BTreeSet::new();
    let mut without = BTreeSet::new();
    while planned.len() < migrations.len() {
        let steps = Graph::new(migrations, &without).full_plan();
        let fresh: BTreeSet<usize> = steps.iter().copied().filter(|it| !planned.contains(it)).collect();
        planned.extend(&fresh);
        if !fresh.is_empty() {
            plans.push(Plan { steps, fresh });
        }
        let outermost: Vec<usize> =
            outermost_squashes(migrations, &planned).filter(|it| !without.contains(it)).collect();
        if outermost.is_empty() {
            break;
        }
        without.extend(outermost);
    }
    // Nothing that Django would accept leads here; still, no migration is left out.
    let rest: BTreeSet<usize> = (0..migrations.len()).filter(|it| !planned.contains(it)).collect();
    if !rest.is_empty() {
        plans.push(Plan { steps: (0..migrations.len()).collect(), fresh: rest });
    }
    (plans, missing_dependencies(migrations))
}

/// Squashes that have had their turn and stand in the way of one that has not.
fn outermost_squashes<'a>(
    migrations: &'a [SourceMigration],
    planned: &'a BTreeSet<usize>,
) -> impl Iterator<Item = usize> + 'a {
    let waiting: BTreeSet<&MigrationId> = (migrations.iter().enumerate())
        .filter(|(at, _)| !planned.contains(at))
        .map(|(_, it)| &it.id)
        .collect();
    (migrations.iter().enumerate())
        .filter(move |(at, it)| planned.contains(at) && it.replaces.iter().any(|id| waiting.contains(id)))
        .map(|(at, _)| at)
}

/// A dependency must be a file, or be replaced by one.
fn missing_dependencies(migrations: &[SourceMigration]) -> Vec<Missing> {
    let mut known: BTreeSet<&MigrationId> = migrations.iter().map(|it| &it.id).collect();
    known.extend(migrations.iter().flat_map(|it| &it.replaces));
    let of_one = |(at, migration): (usize, &SourceMigration)| {
        let missing = migration.dependencies.iter().filter(|id| !known.contains(id));
        missing.map(|id| (at, id.clone())).collect::<Vec<_>>()
    };
    migrations.iter().enumerate().flat_map(of_one).collect()
}

/// Which migrations are certainly done before which others, in one plan.
#[derive(Clone, Debug, Default)]
pub struct Ancestors {
    /// By position: a bit for each that is before.
    before: BTreeMap<usize, Vec<u64>>,
}

impl Ancestors {
    /// Of what is replaced, the squash stands for it in a plan that has the squash.
    pub fn of(steps: &[usize], migrations: &[SourceMigration]) -> Self {
        let mut positions: BTreeMap<&MigrationId, usize> = BTreeMap::new();
        for &step in steps {
            positions.extend(migrations[step].replaces.iter().map(|replaced| (replaced, step)));
        }
        positions.extend(steps.iter().map(|step| (&migrations[*step].id, *step)));
        let all: BTreeMap<&MigrationId, &SourceMigration> =
            migrations.iter().map(|it| (&it.id, it)).collect();
        let mut ancestors = Self::default();
        for &step in steps {
            let replaced = migrations[step].replaces.iter().filter_map(|id| all.get(id));
            let parents = replaced.flat_map(|it| &it.dependencies).chain(&migrations[step].dependencies);
            let mut before = vec![0_u64; migrations.len().div_ceil(64)];
            for parent in parents.filter_map(|id| positions.get(id)).filter(|parent| **parent != step) {
                before[parent / 64] |= 1 << (parent % 64);
                for (word, more) in before.iter_mut().zip(ancestors.before.get(parent).into_iter().flatten())
                {
                    *word |= more;
                }
            }
            ancestors.before.insert(step, before);
        }
        ancestors
    }

    /// Whether one migration is done before another, or is it; without any plan, all are in order.
    pub fn is_before(&self, one: usize, other: usize) -> bool {
        let Some(before) = self.before.get(&other) else { return true };
        one == other || before.get(one / 64).is_some_and(|word| word & (1 << (one % 64)) != 0)
    }
}

/// Parents and children by name; a name without a file is a node too, until a squash replaces it.
struct Graph<'a> {
    positions: BTreeMap<&'a MigrationId, usize>,
    parents: BTreeMap<&'a MigrationId, BTreeSet<&'a MigrationId>>,
    children: BTreeMap<&'a MigrationId, BTreeSet<&'a MigrationId>>,
}

impl<'a> Graph<'a> {
    fn new(migrations: &'a [SourceMigration], without: &BTreeSet<usize>) -> Self {
        let mut graph =
            Self { positions: BTreeMap::new(), parents: BTreeMap::new(), children: BTreeMap::new() };
        for (position, migration) in migrations.iter().enumerate() {
            graph.positions.entry(&migration.id).or_insert(position);
            graph.parents.entry(&migration.id).or_default();
            for dependency in migration.dependencies.iter().filter(|it| **it != migration.id) {
                graph.connect(dependency, &migration.id);
            }
        }
        for &squash in &squashes_from_the_inside(migrations) {
            if without.contains(&squash) {
                graph.remove_squash(&migrations[squash]);
            } else {
                graph.remove_replaced(&migrations[squash]);
            }
        }
        graph
    }

    fn connect(&mut self, parent: &'a MigrationId, child: &'a MigrationId) {
        self.parents.entry(child).or_default().insert(parent);
        self.children.entry(parent).or_default().insert(child);
    }

    fn remove(&mut self, id: &MigrationId) -> (BTreeSet<&'a MigrationId>, BTreeSet<&'a MigrationId>) {
        let parents = self.parents.remove(id).unwrap_or_default();
        let children = self.children.remove(id).unwrap_or_default();
        for parent in &parents {
            if let Some(of_parent) = self.children.get_mut(parent) {
                of_parent.remove(id);
            }
        }
        for child in &children {
            if let Some(of_child) = self.parents.get_mut(child) {
                of_child.remove(id);
            }
        }
        self.positions.remove(id);
        (parents, children)
    }

    /// `MigrationGraph.remove_replaced_nodes`.
    fn remove_replaced(&mut self, squash: &'a SourceMigration) {
        if !self.positions.contains_key(&squash.id) {
            return;
        }
        let is_replaced = |id: &MigrationId| *id == squash.id || squash.replaces.contains(id);
        for replaced in squash.replaces.iter().filter(|it| **it != squash.id) {
            let (parents, children) = self.remove(replaced);
            children.into_iter().filter(|it| !is_replaced(it)).for_each(|it| self.connect(&squash.id, it));
            parents.into_iter().filter(|it| !is_replaced(it)).for_each(|it| self.connect(it, &squash.id));
        }
    }

    /// `MigrationGraph.remove_replacement_node`: what came after the squash comes after the last of those
    /// that it would have replaced.
    fn remove_squash(&mut self, squash: &'a SourceMigration) {
        let (_, children) = self.remove(&squash.id);
        let there: BTreeSet<&'a MigrationId> =
            squash.replaces.iter().filter(|id| self.positions.contains_key(*id)).collect();
        let inner: BTreeSet<&MigrationId> =
            there.iter().filter_map(|id| self.parents.get(id)).flatten().copied().collect();
        for last in there.into_iter().filter(|id| !inner.contains(id)) {
            for child in &children {
                self.connect(last, child);
            }
        }
    }

    /// What `migrate` does on an empty database.
    fn full_plan(&self) -> Vec<usize> {
        let is_leaf = |id: &MigrationId| {
            self.children.get(id).is_none_or(|children| children.iter().all(|child| child.app != id.app))
        };
        let mut plan = Vec::new();
        let mut visited = BTreeSet::new();
        for leaf in self.positions.keys().filter(|id| is_leaf(id)) {
            self.visit(leaf, &mut visited, &mut plan);
        }
        plan
    }

    /// `MigrationGraph.iterative_dfs`; on a cycle, which Django refuses, the back edge counts for nothing.
    fn visit(&self, start: &'a MigrationId, visited: &mut BTreeSet<&'a MigrationId>, plan: &mut Vec<usize>) {
        let mut entered = BTreeSet::new();
        let mut stack = vec![(start, false)];
        while let Some((id, processed)) = stack.pop() {
            if visited.contains(id) {
                continue;
            }
            if processed {
                visited.insert(id);
                plan.extend(self.positions.get(id));
            } else if entered.insert(id) {
                stack.push((id, true));
                stack.extend(self.parents.get(id).into_iter().flatten().map(|parent| (*parent, false)));
            }
        }
    }
}

/// A squash of squashes comes after those it replaces.
fn squashes_from_the_inside(migrations: &[SourceMigration]) -> Vec<usize> {
    let mut waiting: Vec<usize> =
        (0..migrations.len()).filter(|at| !migrations[*at].replaces.is_empty()).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ids: BTreeSet<&MigrationId> = waiting.iter().map(|at| &migrations[*at].id).collect();
        let is_outer = |at: &usize| {
            let squash = &migrations[*at];
            squash.replaces.iter().any(|id| *id != squash.id && ids.contains(id))
        };
        let (outer, inner): (Vec<usize>, Vec<usize>) = waiting.iter().copied().partition(is_outer);
        if inner.is_empty() {
            order.extend(outer);
            break;
        }
        order.extend(inner);
        waiting = outer;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> MigrationId {
        let (app, name) = text.split_once('.').unwrap();
        MigrationId { app: app.into(), name: name.into() }
    }

    /// `name: dependencies… = replaces…`
    fn migrations(lines: &[&str]) -> Vec<SourceMigration> {
        let ids = |text: &str| text.split_whitespace().map(id).collect::<Vec<_>>();
        let migration = |line: &&str| {
            let (head, replaces) = line.split_once('=').unwrap_or((line, ""));
            let (name, dependencies) = head.split_once(':').unwrap_or((head, ""));
            SourceMigration {
                id: id(name.trim()),
                file: Default::default(),
                dependencies: ids(dependencies),
                replaces: ids(replaces),
                works_for: None,
                runs_for: None,
                does: Default::default(),
                initial: None,
                operations: Vec::new(),
                beyond: None,
                applies_if: None,
            }
        };
        lines.iter().map(migration).collect()
    }

    #[track_caller]
    fn check(lines: &[&str], expected: &[&str]) {
        let migrations = migrations(lines);
        let (plans, missing) = plans(&migrations);
        let name = |at: &usize| migrations[*at].id.to_string();
        let mut told: Vec<String> = plans
            .iter()
            .map(|plan| {
                let step = |at: &usize| {
                    let name = name(at);
                    if plan.fresh.contains(at) { name } else { format!("({name})") }
                };
                plan.steps.iter().map(step).collect::<Vec<_>>().join(" ")
            })
            .collect();
        told.extend(missing.iter().map(|(at, id)| format!("{} misses {id}", name(at))));
        assert_eq!(told, expected);
    }

    #[test]
    fn leaves_by_name_and_the_last_parent_first() {
        check(&["b.1:", "a.1:", "a.2: a.1 b.1 c.1", "c.1:", "d.1: a.1"], &["c.1 b.1 a.1 a.2 d.1"]);
    }

    #[test]
    fn a_squash_stands_for_what_it_replaces() {
        check(
            &["a.1:", "a.2: a.1 b.1", "a.s: = a.1 a.2", "a.3: a.2", "b.1:"],
            &["b.1 a.s a.3", "(b.1) a.1 a.2 (a.3)"],
        );
    }

    #[test]
    fn what_was_replaced_need_not_be_there() {
        check(&["a.s: = a.1 a.2", "a.3: a.2", "b.1: a.1"], &["a.s a.3 b.1"]);
    }

    #[test]
    fn a_squash_of_squashes() {
        check(
            &["a.1:", "a.2: a.1", "a.s: = a.1 a.2", "a.3: a.s", "a.t: = a.s a.3", "a.4: a.3"],
            &["a.t a.4", "a.s a.3 (a.4)", "a.1 a.2 (a.3) (a.4)"],
        );
    }

    #[test]
    fn a_dependency_that_is_nowhere_is_told() {
        check(&["a.1: z.1"], &["a.1", "a.1 misses z.1"]);
    }

    #[test]
    fn a_cycle_ends() {
        check(&["a.1: a.2", "a.2: a.1", "b.1: a.1"], &["a.2 a.1 b.1"]);
    }
}
