//! Whether taking migrations out of the ledger and migrating again is provably right: the database is, for every
//! table that they touch, exactly as if they had never run.

use std::collections::{BTreeMap, BTreeSet};

use super::{Strategy, StrategyKind, is_django, listed};
use crate::audit::Verdict;
use crate::dialect::{Dialect, mysql};
use crate::migration::{Manifest, Operation, fold_in};
use crate::repair::Basis;
use crate::schema::{Change, ConstraintRef, Name, Schema, Table, TableName, agree, count_of, diff_table};

/// What to take out of the ledger, and how.
pub struct Unfake {
    /// Positions in the manifest.
    migrations: Vec<String>,
    /// For each app the migration to go back to, `zero` for none.
    back_to: Vec<(Name, String)>,
    tables: usize,
}

/// Trying phantoms one by one costs a fold each.
const MOST_TRIES: usize = 64;

pub fn strategy(unfake: &Unfake) -> Strategy {
    let mut commands: Vec<String> = (unfake.back_to.iter())
        .map(|(app, previous)| format!("python manage.py migrate --fake {app} {previous}"))
        .collect();
    commands.push("python manage.py migrate".into());
    Strategy {
        kind: StrategyKind::Unfake,
        recommended: true,
        works: Some(true),
        summary: format!(
            "The last migrations of {} never ran: take them out of the ledger, and let Django run them for the first \
             time.",
            listed(&unfake.back_to.iter().map(|(app, _)| app.to_string()).collect::<Vec<_>>())
        ),
        facts: vec![
            format!(
                "nothing of {} is there, and {} exactly as the migrations before left {}",
                listed(&unfake.migrations),
                count_of(unfake.tables, "table")
                    + agree(unfake.tables, " that they touch is", " that they touch are"),
                agree(unfake.tables, "it", "them")
            ),
            "no applied migration that stays in the ledger depends on them".into(),
            "each of their operations was seen through: none of them runs code or touches rows unseen".into(),
        ],
        risks: vec![
            "the second command runs whatever else is pending, too".into(),
            "it runs as a migration does: without lock timeout, and with the locks that its statements take"
                .into(),
        ],
        commands,
    }
}

pub fn unfake(basis: Basis<'_>) -> Option<Unfake> {
    if !is_django(basis) || !basis.expected.applied.half_squashed.is_empty() {
        return None;
    }
    let ledger = Ledger::of(basis)?;
    let phantoms: Vec<u32> = (basis.report.migrations.iter())
        .filter(|it| it.verdict == Verdict::Phantom)
        .filter_map(|it| basis.manifest.position(&it.migration))
        .collect();
    let all: BTreeSet<u32> = phantoms.iter().flat_map(|it| ledger.with_dependents(*it)).collect();
    if all.is_empty() {
        return None;
    }
    if let Some(unfake) = ledger.proven(basis, &all) {
        return Some(unfake);
    }
    // From the last: what is proven of it stays proven when more is added before.
    let mut chosen: BTreeSet<u32> = BTreeSet::new();
    let mut found = None;
    for phantom in phantoms.iter().rev().take(MOST_TRIES) {
        let wider: BTreeSet<u32> = chosen.iter().copied().chain(ledger.with_dependents(*phantom)).collect();
        if wider != chosen
            && let Some(unfake) = ledger.proven(basis, &wider)
        {
            (chosen, found) = (wider, Some(unfake));
        }
    }
    found
}

/// The recorded migrations and who depends on whom among them.
struct Ledger<'a> {
    manifest: &'a Manifest,
    dependents: BTreeMap<u32, BTreeSet<u32>>,
}

impl<'a> Ledger<'a> {
    /// `None` where a squash or an unknown migration makes Django's own order hard to foretell.
    fn of(basis: Basis<'a>) -> Option<Self> {
        let (manifest, applied) = (basis.manifest, &basis.expected.applied);
        if !applied.unknown.is_empty() || applied.effective != applied.recorded {
            return None;
        }
        let mut dependents: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for position in &applied.recorded {
            let migration = manifest.migration(*position)?;
            if !migration.replaces.is_empty() {
                return None;
            }
            for dependency in &migration.dependencies {
                dependents.entry(manifest.position(dependency)?).or_default().insert(*position);
            }
            dependents.entry(*position).or_default();
        }
        Some(Self { manifest, dependents })
    }

    /// The migration and every recorded one that rests on it: what Django unapplies with it.
    fn with_dependents(&self, position: u32) -> BTreeSet<u32> {
        let mut all = BTreeSet::new();
        let mut open = vec![position];
        while let Some(next) = open.pop() {
            if all.insert(next) {
                open.extend(self.dependents.get(&next).into_iter().flatten());
            }
        }
        all
    }

    fn app(&self, position: u32) -> Option<&'a Name> {
        self.manifest.migration(position).map(|it| &it.id.app)
    }

    fn children_in_app(&self, position: u32) -> impl Iterator<Item = u32> {
        let app = self.app(position);
        let children = self.dependents.get(&position).into_iter().flatten().copied();
        children.filter(move |it| self.app(*it) == app)
    }

    fn proven(&self, basis: Basis<'_>, out: &BTreeSet<u32>) -> Option<Unfake> {
        let tables = self.touched(out)?;
        let stays: BTreeSet<u32> = basis.expected.applied.effective.difference(out).copied().collect();
        let naming = &basis.observation.naming;
        let before = fold_in(self.manifest, &stays, naming, &basis.observation.schema);
        // What an unseen operation may have made since is not foretold by a fold.
        let is_seen = |table: &TableName| before.blind_spot_of(table).is_none();
        let tables: BTreeSet<TableName> =
            tables.iter().map(|it| naming.table_in(&basis.observation.schema, it)).collect();
        let actual = &basis.observation.catalog.actual;
        let dialect = basis.observation.dialect;
        if !tables.iter().all(|table| is_seen(table) && is_as(dialect, table, actual, &before.schema)) {
            return None;
        }
        let back_to = self.back_to(out)?;
        let names = out.iter().filter_map(|it| self.manifest.migration(*it)).map(|it| it.id.to_string());
        Some(Unfake { migrations: names.collect(), back_to, tables: tables.len() })
    }

    /// The tables that the migrations touch; `None` where an operation was not seen through.
    fn touched(&self, out: &BTreeSet<u32>) -> Option<BTreeSet<TableName>> {
        let mut tables = BTreeSet::new();
        for position in out {
            for operation in &self.manifest.migration(*position)?.operations {
                let Operation::Change(change) = operation else { return None };
                tables.insert(change.table().clone());
                if let Change::RenameTable { to, .. } = change {
                    tables.insert(to.clone());
                }
            }
        }
        Some(tables)
    }

    /// `migrate --fake APP PREVIOUS` for each app, if that takes out exactly `out`: Django unapplies the children of
    /// PREVIOUS in its app, and whatever rests on them (`django/db/migrations/executor.py`, `migration_plan`).
    fn back_to(&self, out: &BTreeSet<u32>) -> Option<Vec<(Name, String)>> {
        let apps: BTreeSet<&Name> = out.iter().filter_map(|it| self.app(*it)).collect();
        let mut back_to = Vec::new();
        let mut taken_out = BTreeSet::new();
        for app in apps {
            let stays: Vec<u32> = self
                .dependents
                .keys()
                .copied()
                .filter(|it| self.app(*it) == Some(app) && !out.contains(it))
                .collect();
            let has_child_that_stays =
                |it: &u32| self.children_in_app(*it).any(|child| !out.contains(&child));
            let leaves: Vec<u32> = stays.iter().copied().filter(|it| !has_child_that_stays(it)).collect();
            match leaves.as_slice() {
                [] => {
                    let own = self.dependents.keys().copied().filter(|it| self.app(*it) == Some(app));
                    taken_out.extend(own.flat_map(|it| self.with_dependents(it)));
                    back_to.push((app.clone(), "zero".to_owned()));
                }
                [leaf] => {
                    taken_out.extend(self.children_in_app(*leaf).flat_map(|it| self.with_dependents(it)));
                    back_to.push((app.clone(), self.manifest.migration(*leaf)?.id.name.to_string()));
                }
                _ => return None,
            }
        }
        (taken_out == *out).then_some(back_to)
    }
}

/// Whether the table is in the one as it is in the other, or in neither.
fn is_as(dialect: Dialect, table: &TableName, actual: &Schema, expected: &Schema) -> bool {
    match (actual.tables.get(table), expected.tables.get(table)) {
        (None, None) => true,
        (Some(actual), Some(expected)) => (diff_table(actual, expected).changes.iter())
            .all(|change| is_server_made(dialect, actual, change)),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Whether what nobody expects was made by the server itself.
fn is_server_made(dialect: Dialect, actual: &Table, change: &Change) -> bool {
    if !matches!(dialect, Dialect::Mysql | Dialect::Mariadb) {
        return false;
    }
    if let Change::DropIndex { index: ConstraintRef::Name(name), .. } = change {
        let index = actual.indexes.iter().find(|it| it.name.as_ref() == Some(name));
        return index.is_some_and(|it| mysql::is_server_made_index(actual, it));
    }
    if let Change::DropCheck { check, .. } = change {
        let is_it = |it: &&crate::schema::Check| match check {
            ConstraintRef::Name(name) => it.name.as_ref() == Some(name),
            ConstraintRef::Columns(columns) => it.columns == *columns,
        };
        return actual.checks.iter().find(is_it).is_some_and(|it| mysql::is_server_made_check(actual, it));
    }
    false
}
