//! What all hypotheses look at: the ledger's rows in their order, each with what became of its migration's work.

mod losses;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use losses::Gone;

use super::pace::Pace;
use crate::audit::evidence::{Elsewhere, Evidence, LeftOver, Sibling};
use crate::audit::expect::{for_each_work, rows_of};
use crate::audit::{Expected, Finding, Observation, Report, Rule};
use crate::migration::{Manifest, MigrationId};
use crate::schema::{Name, TableName, count_of};

/// Rows that follow each other no later than this may be of one command: starting another takes longer, people
/// type slower, and few migrations run so long.
const ONE_BURST: SignedDuration = SignedDuration::from_millis(1_000);

pub(super) struct Scene<'a> {
    pub manifest: &'a Manifest,
    pub expected: &'a Expected,
    pub observation: &'a Observation,
    pub findings: &'a [Finding],
    pub siblings: &'a [Sibling],
    /// In the ledger's order.
    pub rows: Vec<Row<'a>>,
    /// Positions of findings, by the migration whose work is missed or undone.
    pub lost: BTreeMap<u32, Vec<usize>>,
    pub missing_tables: BTreeSet<TableName>,
}

/// One row of the ledger.
pub(super) struct Row<'a> {
    pub id: &'a MigrationId,
    /// The migration of the manifest whose changes it stands for: for a part of a squash, the squash.
    pub position: Option<u32>,
    pub at: Option<Timestamp>,
    pub state: State,
    /// Of what it made nothing is there: what it only changed may stand because it was so before.
    pub nothing_made: bool,
}

/// What is there of a migration's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Absent,
    /// Some of it.
    Part,
    /// All.
    Stands,
    /// It left nothing by which that could be told.
    Mute,
}

impl<'a> Scene<'a> {
    pub fn of(
        manifest: &'a Manifest,
        expected: &'a Expected,
        observation: &'a Observation,
        report: &'a Report,
        siblings: &'a [Sibling],
    ) -> Self {
        let mut scene = Self {
            manifest,
            expected,
            observation,
            findings: &report.findings,
            siblings,
            rows: Vec::new(),
            lost: BTreeMap::new(),
            missing_tables: BTreeSet::new(),
        };
        let gone = scene.count_losses();
        scene.rows = scene.rows(&gone);
        scene
    }

    /// Migrations of which a part is there that only running them can have made.
    pub fn run_in_part(&self) -> usize {
        self.rows.iter().filter(|it| it.state == State::Part && !it.nothing_made).count()
    }

    pub fn evidence(&self) -> Option<&'a Evidence> {
        self.observation.evidence.as_ref()
    }

    fn rows(&self, gone: &Gone) -> Vec<Row<'a>> {
        let manifest = self.manifest;
        let mut made: BTreeMap<u32, usize> = BTreeMap::new();
        for table in self.expected.expectation.schema.tables.values() {
            for_each_work(table, |maker, is_new| *made.entry(maker).or_default() += usize::from(is_new));
        }
        let nothing_made = |position: &u32| {
            let made = made.get(position).copied().unwrap_or_default();
            made > 0 && gone.made.get(position).is_some_and(|it| *it >= made)
        };
        let effective = &self.expected.applied.effective;
        let mut squash_of: BTreeMap<&MigrationId, u32> = BTreeMap::new();
        for position in effective {
            let parts = manifest.migration(*position).map(|it| &it.replaces);
            squash_of.extend(parts.into_iter().flatten().map(|part| (part, *position)));
        }
        let row = |row: &'a crate::migration::LedgerRow| {
            let id = &row.migration;
            let own = manifest.position(id).filter(|it| effective.contains(it));
            let position = own.or_else(|| squash_of.get(id).copied());
            let state = position.map_or(State::Mute, |it| self.state(it, &gone.all));
            let nothing_made = position.as_ref().is_some_and(nothing_made);
            Row { id, position, at: row.applied_at, state, nothing_made }
        };
        rows_of(self.observation).iter().filter(|it| it.succeeded).map(row).collect()
    }

    fn state(&self, position: u32, gone: &BTreeMap<u32, usize>) -> State {
        let made = self.expected.made.get(&position).copied().unwrap_or_default();
        let gone = gone.get(&position).copied().unwrap_or_default();
        let lost = self.lost.contains_key(&position);
        match (made, gone) {
            // What it was to take away is still there.
            (0, _) if lost => State::Absent,
            (0, _) => State::Mute,
            (_, 0) if lost => State::Part,
            (_, 0) => State::Stands,
            (made, gone) if gone >= made => State::Absent,
            (_, _) => State::Part,
        }
    }

    /// The table that a finding is about, as expected and actual schema name it.
    pub fn table_of(&self, finding: &Finding) -> Option<TableName> {
        let name = Name::from(finding.subject.table.as_deref()?);
        let elsewhere = finding.subject.schema.as_deref().filter(|it| **it != *self.observation.schema);
        Some(TableName { schema: elsewhere.map(Name::from), name })
    }

    /// The findings of the migrations of these rows.
    pub fn lost_by(&self, rows: &[usize]) -> Vec<usize> {
        let positions: BTreeSet<u32> = rows.iter().filter_map(|at| self.rows[*at].position).collect();
        positions.iter().filter_map(|it| self.lost.get(it)).flatten().copied().collect()
    }

    /// Rows that were written one after the other without a pause; each row alone where times are not known.
    pub fn bursts(&self) -> Vec<Range<usize>> {
        let mut bursts: Vec<Range<usize>> = Vec::new();
        for at in 0..self.rows.len() {
            match bursts.last_mut() {
                Some(burst) if self.gap(at).is_some_and(|it| it <= ONE_BURST) => burst.end = at + 1,
                Some(_) | None => bursts.push(at..at + 1),
            }
        }
        bursts
    }

    /// The time between a row and the one before it; `None` where it is not known, or runs backwards.
    fn gap(&self, at: usize) -> Option<SignedDuration> {
        let before = self.rows.get(at.checked_sub(1)?)?.at?;
        let gap = self.rows[at].at?.duration_since(before);
        (!gap.is_negative()).then_some(gap)
    }

    /// The median time, in milliseconds, from the row before to each of these, within their bursts.
    pub fn pace(&self, rows: impl Iterator<Item = usize>) -> Option<Pace> {
        let mut gaps: Vec<i128> = rows
            .filter_map(|at| self.gap(at))
            .filter(|it| *it <= ONE_BURST)
            .map(|it| it.as_micros())
            .collect();
        gaps.sort_unstable();
        let milliseconds = |microseconds: i128| microseconds as f64 / 1_000.0;
        Some(Pace {
            milliseconds: milliseconds(*gaps.get(gaps.len() / 2)?),
            fastest: milliseconds(*gaps.first()?),
            slowest: milliseconds(*gaps.last()?),
            rows: gaps.len(),
        })
    }

    /// The pace of migrations whose objects stand, so that they were run.
    pub fn pace_of_run(&self) -> Option<Pace> {
        self.pace((0..self.rows.len()).filter(|at| self.rows[*at].state == State::Stands))
    }

    /// The tables that these findings miss.
    pub fn tables_of(&self, findings: &[usize]) -> BTreeSet<TableName> {
        findings.iter().filter_map(|at| self.table_of(self.findings.get(*at)?)).collect()
    }

    /// What those of the missing tables left behind that these findings are about, so that they once were there.
    pub fn traces(&self, findings: &[usize]) -> Option<String> {
        let evidence = self.evidence()?;
        let tables = self.tables_of(findings);
        let is_about = |it: &&LeftOver| tables.contains(&TableName::unqualified(Arc::clone(&it.table)));
        let left: Vec<&str> =
            evidence.left_overs.iter().filter(is_about).map(|it| it.what.as_str()).collect();
        let first = left.first()?;
        Some(match left.len() {
            1 => format!("{first} is left of a table that is gone, so that it was once there"),
            more => format!(
                "{first} and {} more are left of tables that are gone, so that they were once there",
                more - 1
            ),
        })
    }

    /// Where the missing tables stand, in a place that is no copy of this one.
    pub fn elsewhere(&self) -> Option<String> {
        let in_schema = self.places().map(|it| (it.tables.len(), format!("schema {}", it.schema)));
        let in_sibling = self.other_homes().map(|it| (it.tables.len(), format!("database {}", it.database)));
        let (count, place) = in_schema.chain(in_sibling).max_by_key(|(count, _)| *count)?;
        Some(format!(
            "{count} of the {} stand in {place}",
            count_of(self.missing_tables.len(), "missing table")
        ))
    }

    /// Other schemas with tables of the missing names; not those that have nearly all of what stands here too, with a
    /// ledger of their own: such a one is another tenant or copy, and has its own.
    pub fn places(&self) -> impl Iterator<Item = &'a Elsewhere> {
        let standing = self.standing();
        let is_copy =
            move |it: &&Elsewhere| it.has_ledger && standing > 0 && it.standing_too * 5 >= standing * 4;
        self.evidence().into_iter().flat_map(|it| &it.elsewhere).filter(move |it| !is_copy(it))
    }

    /// Siblings with tables of the missing names that their own ledgers do not promise, or that have little else
    /// in common with this database.
    pub fn other_homes(&self) -> impl Iterator<Item = &'a Sibling> {
        let standing = self.standing();
        self.siblings.iter().filter(move |it| {
            let is_copy =
                it.expected_there >= it.tables.len() && standing > 0 && it.standing_too * 2 >= standing;
            !it.tables.is_empty() && !is_copy
        })
    }

    /// How many of the expected tables of the audited schema stand.
    pub fn standing(&self) -> usize {
        let expected = self.expected.expectation.schema.tables.keys().filter(|it| it.schema.is_none());
        expected.filter(|it| !self.missing_tables.contains(it)).count()
    }

    /// Apps all of whose expected tables are missing, each with how many these are.
    pub fn lost_apps(&self) -> BTreeMap<&'a Name, usize> {
        let mut apps: BTreeMap<&Name, (usize, usize)> = BTreeMap::new();
        for (name, table) in &self.expected.expectation.schema.tables {
            let maker = table.provenance.created().and_then(|it| self.manifest.migration(it));
            let Some(maker) = maker else { continue };
            let (all, missing) = apps.entry(&maker.id.app).or_default();
            *all += 1;
            *missing += usize::from(self.missing_tables.contains(name));
        }
        apps.into_iter()
            .filter(|(_, (all, missing))| all == missing)
            .map(|(app, (all, _))| (app, all))
            .collect()
    }

    /// The findings about missing tables of these names.
    pub fn findings_on(&self, tables: &[Name]) -> Vec<usize> {
        let is_on = |(_, it): &(usize, &Finding)| {
            matches!(it.rule, Rule::MissingTable)
                && it.subject.table.as_deref().is_some_and(|name| tables.iter().any(|table| **table == *name))
        };
        self.findings.iter().enumerate().filter(is_on).map(|(at, _)| at).collect()
    }

    /// The findings of these rules.
    pub fn findings_of(&self, rules: &[Rule]) -> Vec<usize> {
        let is_of = |(_, it): &(usize, &Finding)| rules.contains(&it.rule);
        self.findings.iter().enumerate().filter(is_of).map(|(at, _)| at).collect()
    }

    /// A word as a shell takes it, on one line.
    pub fn word(text: &str) -> String {
        let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.' | '/');
        if !text.is_empty() && text.chars().all(is_plain) && !text.starts_with('-') {
            return text.to_owned();
        }
        let safe: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        format!("'{}'", safe.replace('\'', "'\\''"))
    }

    /// The first few of them.
    pub fn some(names: &[String]) -> String {
        const SHOWN: usize = 3;
        let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
    }

    /// When the row was written, as a person reads it.
    pub fn time(&self, at: usize) -> String {
        self.rows[at].at.map(|it| it.to_string()).unwrap_or_else(|| "an unknown time".to_owned())
    }
}
