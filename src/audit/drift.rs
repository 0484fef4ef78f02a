//! Drift: the catalog against the expectation.

mod older;
mod subject;
mod taken_back;
mod unexpected;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::expect::{Part, for_each_maker};
use super::{Coverage, Expected, Finding, Observation, Rule, Severity, Subject, Visibility, history};
use crate::dialect::Dialect;
use crate::migration::{Manifest, MayTouch, MigrationId, changes_in, fold_in};
use crate::schema::{
    Change, Column, Comparison, ConstraintRef, ForeignKey, IndexPart, Name, Provenance, Spelling, Table,
    TableName, Unproven, agree, count_of, diff, diff_table, numbering_differs,
};

use older::{Aspect, Older, Undone};
use subject::describe_subject;

/// What the comparison of catalog and expectation yields.
#[derive(Debug, Default)]
pub(super) struct Drift {
    pub findings: Vec<Finding>,
    pub coverage: Coverage,
    pub blind_spots: Vec<String>,
    pub tally: Tally,
}

/// Per migration, how many of the objects it made or last changed are not as it left them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub gone: BTreeMap<u32, usize>,
    pub not_visible: BTreeMap<u32, usize>,
    /// Gone or changed, where code visibly does that.
    pub may_be_undone: BTreeMap<u32, usize>,
}

pub(super) fn judge(manifest: &Manifest, expected: &Expected, observation: &Observation) -> Drift {
    let difference = diff(&observation.catalog.actual, &expected.expectation.schema);
    let mut judge = Judge {
        manifest,
        expected,
        observation,
        changes: OnceCell::new(),
        undone: OnceCell::new(),
        pending_tables: OnceCell::new(),
        drift: Drift::default(),
        hidden: Vec::new(),
        hidden_objects: 0,
    };
    for change in &difference.changes {
        // A kind that is wrong comes as a drop and a creation; the creation says all of it.
        if let Change::DropTable { table } = change
            && expected.expectation.schema.tables.contains_key(table)
        {
            continue;
        }
        judge.change(change);
    }
    for unproven in &difference.unproven {
        judge.unproven(unproven);
    }
    judge.finish()
}

struct Judge<'a> {
    manifest: &'a Manifest,
    expected: &'a Expected,
    observation: &'a Observation,
    /// What made the expectation, oldest first; asked for only where something differs that was changed, dropped or renamed.
    changes: OnceCell<Vec<(u32, Cow<'a, Change>)>>,
    /// What these dropped or gave another name, each with the last that did.
    undone: OnceCell<BTreeMap<(TableName, Option<Name>), Undone>>,
    /// What pending migrations make, each with the first that does.
    pending_tables: OnceCell<BTreeMap<TableName, u32>>,
    drift: Drift,
    /// What would be missing, were it certain that the role sees everything.
    hidden: Vec<String>,
    /// The same in objects: a table hides its columns and constraints too.
    hidden_objects: usize,
}

impl Judge<'_> {
    fn change(&mut self, change: &Change) {
        if self.is_left_by_a_way_back(change) {
            return;
        }
        match change {
            Change::CreateTable(table) => self.missing_table(table),
            Change::AddColumn { table, column } => self.missing(
                Rule::MissingColumn,
                Subject { column: Some(column.name.to_string()), ..self.subject(table) },
                (table, Part::Column(&column.name)),
                column.provenance,
                column.to_string(),
                None,
            ),
            Change::AlterColumn { table, column } => self.altered(table, column),
            Change::AddPrimaryKey { table, primary_key } => {
                let actual =
                    self.actual(table).and_then(|it| it.primary_key.as_ref()).map(ToString::to_string);
                self.missing(
                    Rule::MissingPrimaryKey,
                    self.named(table, primary_key.name.as_ref()),
                    (table, Part::Constraint(&primary_key.columns)),
                    primary_key.provenance,
                    primary_key.to_string(),
                    actual,
                );
            }
            Change::AddUnique { table, unique } => self.missing(
                Rule::MissingUnique,
                self.named(table, unique.name.as_ref()),
                (table, Part::Constraint(&all_columns(&unique.parts))),
                unique.provenance,
                unique.to_string(),
                self.of_same_name(table, unique.name.as_ref()),
            ),
            Change::AddForeignKey { table, foreign_key } => {
                let twin = self.foreign_key_over_same_columns(table, foreign_key).map(ToString::to_string);
                if let Some(why) = self.observation.catalog.stored.forgets(table, foreign_key) {
                    self.drift.coverage.unverified += 1;
                    self.drift
                        .blind_spots
                        .push(format!("{foreign_key} on table {table} is not there: {why}"));
                    return;
                }
                let maker = foreign_key.provenance.created();
                let to = &foreign_key.references;
                if let Some(by) = self.undone_by(to, maker, Part::Table) {
                    let what = format!("{foreign_key} on table {table} is not as it was made");
                    return self
                        .may_be_undone(foreign_key.provenance, format!("{what}, which {by} may have done"));
                }
                let rule = if twin.is_some() { Rule::ForeignKeyDiffers } else { Rule::MissingForeignKey };
                let older = self.older_foreign_key(table, foreign_key);
                self.missing_since(
                    rule,
                    self.named(table, foreign_key.name.as_ref()),
                    (table, Part::Constraint(&foreign_key.columns)),
                    (foreign_key.provenance, older),
                    foreign_key.to_string(),
                    twin,
                );
            }
            Change::AddCheck { table, check } => self.missing(
                Rule::MissingCheck,
                self.named(table, check.name.as_ref()),
                (table, Part::Constraint(&check.columns)),
                check.provenance,
                check.to_string(),
                self.of_same_name(table, check.name.as_ref()),
            ),
            Change::AddIndex { table, index } => self.missing(
                Rule::MissingIndex,
                self.named(table, index.name.as_ref()),
                (table, Part::Constraint(&all_columns(&index.parts))),
                index.provenance,
                index.to_string(),
                self.of_same_name(table, index.name.as_ref()),
            ),
            Change::AddExclusion { table, exclusion } => self.missing(
                Rule::MissingExclusion,
                self.named(table, exclusion.name.as_ref()),
                (table, Part::Constraint(&all_columns(&exclusion.parts))),
                exclusion.provenance,
                exclusion.to_string(),
                self.of_same_name(table, exclusion.name.as_ref()),
            ),
            Change::DropTable { table } => self.unexpected_table(table),
            Change::DropColumn { table, column } => {
                let subject = Subject { column: Some(column.to_string()), ..self.subject(table) };
                let actual = self.actual(table).and_then(|it| it.column(column)).map(ToString::to_string);
                let undone = self.undone(table, Some(column));
                self.unexpected(Rule::UnexpectedColumn, subject, table, actual, undone);
            }
            Change::DropPrimaryKey { table } => {
                let expects_another = self
                    .expected
                    .expectation
                    .schema
                    .tables
                    .get(table)
                    .is_some_and(|it| it.primary_key.is_some());
                let actual =
                    self.actual(table).and_then(|it| it.primary_key.as_ref()).map(ToString::to_string);
                if !expects_another {
                    self.unexpected(Rule::UnexpectedConstraint, self.subject(table), table, actual, None);
                }
            }
            Change::DropForeignKey { table, foreign_key } => self.unexpected_foreign_key(table, foreign_key),
            Change::DropUnique { table, unique: reference }
            | Change::DropCheck { table, check: reference }
            | Change::DropIndex { table, index: reference }
            | Change::DropExclusion { table, exclusion: reference } => {
                self.unexpected_constraint(table, reference)
            }
            // A comparison of two schemas never renames: it cannot know.
            Change::RenameTable { .. } | Change::RenameColumn { .. } | Change::RenameConstraint { .. } => {}
        }
    }

    fn missing_table(&mut self, table: &Table) {
        let maker = table.provenance.created();
        if let Some(by) = self.undone_by(&table.name, maker, Part::Table) {
            for_each_maker(table, |migration| {
                *self.drift.tally.may_be_undone.entry(migration).or_default() += 1;
            });
            self.drift.coverage.unverified += table.object_count();
            let text = format!("table {} is not there, which {by} may have done", table.name);
            return self.drift.blind_spots.push(text);
        }
        let stands_instead = self.actual(&table.name).map(|actual| format!("a {}", actual.kind));
        let rule = if stands_instead.is_some() { Rule::WrongKind } else { Rule::MissingTable };
        let older = self.older_table(&table.name, table.provenance);
        let since = older.as_ref().map_or(0, |(_, it)| it.since);
        let mut all_missed = match &older {
            Some((name, _)) => self.missed_under_old_name(name, since),
            None => Vec::new(),
        };
        for_each_maker(table, |migration| all_missed.extend((migration >= since).then_some(migration)));
        self.count_gone(all_missed);
        self.accuse(
            rule,
            self.subject(&table.name),
            (&table.name, Part::Table),
            (table.provenance, older.map(|(_, it)| it)),
            table.describe(),
            stands_instead,
        );
    }

    /// Something expected is not there; `actual` is what stands in its place.
    fn missing(
        &mut self,
        rule: Rule,
        subject: Subject,
        (table, part): (&TableName, Part<'_>),
        origin: Provenance,
        expected: String,
        actual: Option<String>,
    ) {
        let older = self.older_part(table, part, origin);
        self.missing_since(rule, subject, (table, part), (origin, older), expected, actual);
    }

    fn missing_since(
        &mut self,
        rule: Rule,
        subject: Subject,
        (table, part): (&TableName, Part<'_>),
        (origin, older): (Provenance, Option<Older>),
        expected: String,
        actual: Option<String>,
    ) {
        if let Some(by) = self.undone_by(table, origin.created(), part) {
            let what = describe_subject(rule, &subject, &expected);
            let found = if actual.is_some() { "is not as it was made" } else { "is not there" };
            return self.may_be_undone(origin, format!("{what} {found}, which {by} may have done"));
        }
        self.count_gone(missed(origin, older.as_ref()));
        self.accuse(rule, subject, (table, part), (origin, older), expected, actual);
    }

    /// Code visibly undoes such things: that one is gone proves nothing, and is told as not verified.
    fn may_be_undone(&mut self, origin: Provenance, text: String) {
        for maker in makers(origin) {
            *self.drift.tally.may_be_undone.entry(maker).or_default() += 1;
        }
        self.drift.coverage.unverified += 1;
        self.drift.blind_spots.push(text);
    }

    fn count_gone(&mut self, missed: impl IntoIterator<Item = u32>) {
        for migration in missed {
            *self.drift.tally.gone.entry(migration).or_default() += 1;
        }
    }

    fn accuse(
        &mut self,
        rule: Rule,
        subject: Subject,
        (table, part): (&TableName, Part<'_>),
        (origin, older): (Provenance, Option<Older>),
        expected: String,
        actual: Option<String>,
    ) {
        let missed = older.as_ref().map(|it| it.since).or(origin.created());
        let what = describe_subject(rule, &subject, &expected);
        if let Visibility::Partial { .. } = self.observation.catalog.visibility
            && actual.is_none()
        {
            if let Some(maker) = origin.created() {
                *self.drift.tally.not_visible.entry(maker).or_default() += 1;
            }
            self.hidden_objects += match rule {
                Rule::MissingTable => {
                    self.expected.expectation.schema.tables.get(table).map_or(1, |it| it.object_count())
                }
                _ => 1,
            };
            self.hidden.push(what);
            return;
        }
        let mut severity = rule.default_severity();
        let by = missed.map(|it| self.id_text(it)).unwrap_or_default();
        let mut message = match (&actual, &older) {
            (None, None) => format!("{what} is missing, though {by} is marked applied"),
            (None, Some(older)) => {
                format!("{what} is missing, though {by}, which {}, is marked applied", older.was_to)
            }
            (Some(actual), None) => format!("{what}, made by {by}, is not as expected: there is {actual}"),
            (Some(actual), Some(older)) => {
                format!(
                    "{what} is not as expected, though {by}, which {}, is marked applied: there is {actual}, as before",
                    older.was_to
                )
            }
        };
        if let Some(spot) = self.expected.blind_spot(self.manifest, table, origin.created(), part) {
            severity = severity.min(Severity::Warning);
            message.push_str(&format!("; it may have been changed by {spot}"));
        }
        let verify_sql = self.verify(rule, table, &subject);
        self.drift.findings.push(Finding {
            severity,
            expected: Some(expected),
            actual,
            migration: missed.and_then(|it| self.id(it)),
            changed_by: origin.changed().filter(|it| Some(*it) != missed).and_then(|it| self.id(it)),
            stands_as_before: older.is_some(),
            renaming: older.and_then(|it| it.renaming),
            verify_sql: Some(verify_sql),
            ..Finding::new(rule, subject, message)
        });
    }

    /// A column that is there, but not as expected: one finding for each aspect that is proven to differ.
    fn altered(&mut self, table: &TableName, expected: &Column) {
        let Some(actual) = self.actual(table).and_then(|it| it.column(&expected.name)).cloned() else {
            return;
        };
        let subject = Subject { column: Some(expected.name.to_string()), ..self.subject(table) };
        let part = Part::Definition(&expected.name);
        if let Some(by) = self.undone_by(table, expected.provenance.created(), part) {
            let text = format!(
                "column {table}.{} is `{actual}`, not `{expected}`, which {by} may have done",
                expected.name
            );
            return self.may_be_undone(expected.provenance, text);
        }
        let mut all_missed = BTreeSet::new();
        for aspect in Aspect::ALL.into_iter().filter(|it| it.differs(&actual, expected)) {
            let (wanted, found) = (aspect.describe(expected), aspect.describe(&actual));
            // Code that makes or drops a default takes nothing away.
            let with_default = actual.clone().with(|it| it.default.clone_from(&expected.default));
            if !aspect.differs(&with_default, expected)
                && let Some(spot) =
                    self.expected.blind_spot(self.manifest, table, expected.provenance.created(), part)
            {
                let text = format!(
                    "column {table}.{} is `{found}`, not `{wanted}`, which {spot} may have done",
                    expected.name
                );
                self.may_be_undone(expected.provenance, text);
                continue;
            }
            let older = self.older_definition(table, expected, |version| !aspect.differs(&actual, version));
            all_missed.extend(missed(expected.provenance, older.as_ref()));
            let blamed = (expected.provenance, older);
            self.accuse(aspect.rule(), subject.clone(), (table, part), blamed, wanted, Some(found));
            // Accepting NULL loses integrity; refusing it does not.
            if let (Aspect::Nullability, true, Some(finding)) =
                (aspect, expected.nullable, self.drift.findings.last_mut())
            {
                finding.severity = finding.severity.min(Severity::Warning);
            }
        }
        self.count_gone(all_missed);
    }

    fn unproven(&mut self, unproven: &Unproven) {
        self.drift.coverage.unverified += 1;
        let text = match unproven {
            Unproven::Column { table, expected, actual } => {
                format!(
                    "column {table}.{}: `{actual}` may or may not be what `{expected}` means",
                    expected.name
                )
            }
            Unproven::Unique { table, expected } => {
                format!("{table}: {expected} was not compared to the end")
            }
            Unproven::Check { table, expected } => {
                format!("{table}: the text of {expected} was not compared to the end")
            }
            Unproven::Exclusion { table, expected } => {
                format!("{table}: {expected} was not compared to the end")
            }
            Unproven::Index { table, expected } => format!("{table}: {expected} was not compared to the end"),
        };
        self.drift.blind_spots.push(text);
    }

    fn finish(mut self) -> Drift {
        let expectation = &self.expected.expectation;
        let coverage = &mut self.drift.coverage;
        coverage.expected = expectation.schema.tables.values().map(|table| table.object_count()).sum();
        coverage.expected_tables = expectation.schema.tables.len();
        coverage.opaque_operations = expectation.opaque_operations;
        coverage.unverified += self.hidden_objects;
        coverage.checked = coverage.expected.saturating_sub(coverage.unverified);
        // The widest come first.
        let unread = self.manifest.unread.iter().map(|it| format!("not in the manifest: {it}"));
        self.drift.blind_spots.splice(0..0, unread);
        // What one operation did and what it leaves open may be two spots of one text.
        let mut told = BTreeSet::new();
        for spot in expectation.blind_spots.iter() {
            let by = self.id_text(spot.migration);
            let what = match &spot.may_touch {
                MayTouch::Nothing => continue,
                MayTouch::Anything => "anything".to_owned(),
                MayTouch::Tables(tables) => {
                    tables.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                }
            };
            let line = format!("{by}: {} may have touched {what}", spot.reason);
            if told.insert(line.clone()) {
                self.drift.blind_spots.push(line);
            }
        }
        self.drift.blind_spots.extend(self.observation.catalog.unread.iter().cloned());
        if let Visibility::Partial { grant } = &self.observation.catalog.visibility
            && !self.hidden.is_empty()
        {
            let message = format!(
                "{} not visible to this role, which is no proof that anything is missing ({}); run: {grant}",
                count_of(self.hidden.len(), "expected object") + agree(self.hidden.len(), " is", " are"),
                shorten(&self.hidden)
            );
            let subject = Subject { schema: Some(self.observation.schema.to_string()), ..Subject::default() };
            self.drift.findings.push(Finding::new(Rule::NotVisible, subject, message));
        }
        self.drift
    }

    fn undone_by(&self, table: &TableName, maker: Option<u32>, part: Part<'_>) -> Option<String> {
        self.expected.undone_by((self.manifest, &self.observation.catalog.actual), table, maker, part)
    }

    fn actual(&self, table: &TableName) -> Option<&Table> {
        self.observation.catalog.actual.tables.get(table).map(|it| &**it)
    }

    fn foreign_key_over_same_columns(&self, table: &TableName, wanted: &ForeignKey) -> Option<&ForeignKey> {
        self.actual(table)?.foreign_keys.iter().find(|it| same_ends(it, wanted))
    }

    /// What an expected constraint's own name means in the actual table.
    fn of_same_name(&self, table: &TableName, name: Option<&Name>) -> Option<String> {
        let (table, name) = (self.actual(table)?, Some(name?));
        (table.indexes.iter().find(|it| it.name.as_ref() == name).map(ToString::to_string))
            .or_else(|| table.uniques.iter().find(|it| it.name.as_ref() == name).map(ToString::to_string))
            .or_else(|| table.checks.iter().find(|it| it.name.as_ref() == name).map(ToString::to_string))
            .or_else(|| table.exclusions.iter().find(|it| it.name.as_ref() == name).map(ToString::to_string))
    }
}

/// Whose work it is: the migration that made it, and the one that last changed it.
fn makers(origin: Provenance) -> impl Iterator<Item = u32> {
    missed(origin, None)
}

/// Whose work is not there.
fn missed(origin: Provenance, older: Option<&Older>) -> impl Iterator<Item = u32> + use<> {
    let first = older.map(|it| it.since).or(origin.created());
    [first, origin.changed().filter(|it| Some(*it) != first)].into_iter().flatten()
}

fn same_ends(a: &ForeignKey, b: &ForeignKey) -> bool {
    a.columns == b.columns && a.references == b.references
}

fn part_columns(parts: &[IndexPart]) -> Vec<Name> {
    parts.iter().filter_map(|part| part.as_column().cloned()).collect()
}

/// None where one is an expression, which may be over any.
fn all_columns(parts: &[IndexPart]) -> Vec<Name> {
    parts.iter().map(|part| part.as_column().cloned()).collect::<Option<_>>().unwrap_or_default()
}

fn is_mysql(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Mysql | Dialect::Mariadb)
}

fn shorten(items: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = items.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
    if items.len() > SHOWN { format!("{shown}; and {} more", items.len() - SHOWN) } else { shown }
}
