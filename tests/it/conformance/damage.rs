//! Every table, column and constraint of a migrated database, dropped in turn: what the audit must say then.
//!
//! A round drops one object of each table, and one audit must name all of them and nothing else; then the
//! database is made whole. Small databases lose one object in a round. Whole tables go in rounds of those that
//! do not refer to each other.
//!
//! What fell is not taken from what was dropped but read from the catalog afterwards, because a server drops
//! more than it was told to (an index goes with its column). Every object that fell and that a migration made
//! must be told, and nothing else.

mod fallen;
mod tally;
mod target;

use std::collections::BTreeSet;

use schema_health::audit::Expected;
use schema_health::catalog::Session;
use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;
use schema_health::schema::{Schema, Table};

pub use self::fallen::Fallen;
use self::fallen::fallen;
use self::tally::Tally;
use self::target::{Target, targets};
use super::ground::{Ground, lines, look};
use super::mending::Mending;
use super::origins::Origins;

/// A database of no more tables than this loses one object at a time.
const FEW_TABLES: usize = 16;

/// Drops each object, mends what fell, and puts back what no plan mends. At the end the database stands as a plan has
/// mended it after many tables at once were gone, for Django's own commands to look at.
pub async fn drop_each(ground: &mut Ground, manifest: &Manifest, origins: Option<&Origins>) -> Tally {
    let mut session = ground.session().await;
    let (observation, before) = look(&mut session, manifest).await;
    let known: BTreeSet<String> = before.findings.into_iter().map(|it| it.id).collect();
    let expected = Expected::of(manifest, &observation).expectation.schema;
    let ledger = observation.ledger_table.clone();
    let whole = observation.catalog.actual;
    ground.save(&whole).await;
    let mut damage = Damage {
        manifest,
        origins,
        whole: &whole,
        expected: &expected,
        known: &known,
        spots: before.blind_spots.into_iter().collect(),
        tally: Tally::default(),
        mending: Mending::default(),
    };
    let tables: Vec<&Table> = whole
        .tables
        .values()
        .map(|it| &**it)
        .filter(|it| it.name != ledger && it.kind.holds_rows())
        .collect();
    let rounds = rounds(&tables, ground.dialect());
    for round in &rounds {
        let round: Vec<&Target<'_>> = round.iter().collect();
        let refused = damage.round(ground, &mut session, &round).await;
        // What two of a round share may be gone when the second wants it: alone it must go.
        for (target, error) in refused {
            let alone = if round.len() > 1 {
                damage.round(ground, &mut session, &[target]).await
            } else {
                vec![(target, error)]
            };
            let of_table = |(target, error): (&Target<'_>, String)| {
                format!("{} {} of {}: {error}", target.kind, target.name, target.table.name)
            };
            damage.tally.refused.extend(alone.into_iter().map(of_table));
        }
    }
    let (_, report) = look(&mut session, manifest).await;
    assert!(report.findings.iter().all(|it| known.contains(&it.id)), "not put back: {:#?}", lines(&report));
    let whole_tables = rounds.iter().filter(|it| it.iter().all(|target| target.kind == "tables"));
    if let Some(round) = whole_tables.max_by_key(|it| it.len()) {
        damage.break_and_mend(ground, &mut session, &round.iter().collect::<Vec<_>>()).await;
    }
    session.close().await;
    let faults = std::mem::take(&mut damage.mending.faults);
    damage.tally.with(damage.mending, faults)
}

/// What is dropped together.
fn rounds<'a>(tables: &[&'a Table], dialect: Dialect) -> Vec<Vec<Target<'a>>> {
    let mut whole_tables: Vec<Vec<Target<'a>>> = Vec::new();
    let mut parts: Vec<Vec<Target<'a>>> = Vec::new();
    let alone = tables.len() <= FEW_TABLES;
    for table in tables {
        // But for PostgreSQL, a table has no less than one column.
        let can_go =
            |it: &Target<'_>| dialect == Dialect::Postgres || it.kind != "columns" || table.columns.len() > 1;
        let mut targets = targets(table).into_iter().filter(can_go);
        let own = targets.next().into_iter();
        for target in own {
            let fits =
                |round: &&mut Vec<Target<'_>>| !alone && round.iter().all(|it| are_apart(it.table, table));
            match whole_tables.iter_mut().find(fits) {
                Some(round) => round.push(target),
                None => whole_tables.push(vec![target]),
            }
        }
        for (at, target) in targets.enumerate() {
            match parts.get_mut(at).filter(|_| !alone) {
                Some(round) => round.push(target),
                None => parts.push(vec![target]),
            }
        }
    }
    whole_tables.into_iter().chain(parts).collect()
}

fn are_apart(a: &Table, b: &Table) -> bool {
    let refers = |from: &Table, to: &Table| from.foreign_keys.iter().any(|it| it.references == to.name);
    !refers(a, b) && !refers(b, a)
}

struct Damage<'a> {
    manifest: &'a Manifest,
    origins: Option<&'a Origins>,
    whole: &'a Schema,
    expected: &'a Schema,
    /// Findings that the whole database has.
    known: &'a BTreeSet<String>,
    /// What is told of the whole database as not verified.
    spots: BTreeSet<String>,
    tally: Tally,
    mending: Mending,
}

impl Damage<'_> {
    /// Drops them all, looks, judges, mends and puts them back; those that the server would not let go, and why.
    async fn round<'t>(
        &mut self,
        ground: &Ground,
        session: &mut Session,
        round: &[&'t Target<'t>],
    ) -> Vec<(&'t Target<'t>, String)> {
        let (refused, mended) = self.break_and_mend(ground, session, round).await;
        ground.restore(&mended, self.whole).await;
        refused
    }

    /// Drops them all, looks, judges and mends; what the server would not let go, and what stands then.
    async fn break_and_mend<'t>(
        &mut self,
        ground: &Ground,
        session: &mut Session,
        round: &[&'t Target<'t>],
    ) -> (Vec<(&'t Target<'t>, String)>, Schema) {
        let dialect = ground.dialect();
        let ways: Vec<_> = round.iter().map(|it| it.ways(dialect, self.whole)).collect();
        let mut refused = Vec::new();
        let mut dropped = Vec::new();
        for (target, result) in round.iter().zip(ground.execute_first(ways).await) {
            match result {
                Ok(()) => {
                    *self.tally.dropped.entry(target.kind).or_default() += 1;
                    dropped.push(format!("{} {} of {}", target.kind, target.name, target.table.name));
                }
                Err(error) => refused.push((*target, error)),
            }
        }
        let (after, report) = look(session, self.manifest).await;
        let mut damaged = after.catalog.actual;
        if !dropped.is_empty() {
            let fallen = fallen(self.whole, &damaged, self.expected);
            let findings: Vec<_> =
                report.findings.into_iter().filter(|it| !self.known.contains(&it.id)).collect();
            let spots = report.blind_spots.into_iter().filter(|it| !self.spots.contains(it)).collect();
            let what = match dropped.as_slice() {
                [one] => one.clone(),
                [first, ..] => format!("{first} and {} others", dropped.len() - 1),
                [] => String::new(),
            };
            self.tally.judge(&what, fallen, &findings, spots, (dialect, self.origins));
            damaged = self.mending.mend(ground, session, self.manifest, self.known, &what).await;
        }
        (refused, damaged)
    }
}
