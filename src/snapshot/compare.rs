//! What a database lacks of a snapshot, what it has beside it, and what of it differs.

use super::{Snapshot, ledger, of_the_audited_schema};
use crate::audit::{Coverage, Finding, Observation, Rule, Severity, Subject, Visibility, unusable_ledger};
use crate::migration::Manifest;
use crate::schema::{
    Change, ConstraintRef, IndexPart, Name, Schema, Table, TableName, Unproven, agree, count_of, diff,
};

/// The findings of a comparison with a snapshot, and how much was compared.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    pub findings: Vec<Finding>,
    /// Objects of the snapshot, as an audit counts those that it expects.
    pub coverage: Coverage,
    /// What was not compared to the end, one sentence each.
    pub blind_spots: Vec<String>,
    /// What was compared with what, in a sentence.
    pub remark: String,
}

/// Compares what is there with what the snapshot says was there. A manifest tells what migrations since then
/// have taken away or brought, so that neither is held against the database.
pub fn compare(snapshot: &Snapshot, observation: &Observation, manifest: Option<&Manifest>) -> Comparison {
    let actual = of_the_audited_schema(observation);
    let mut held = Schema::default();
    for table in snapshot.held.tables.values() {
        let mut table = Table::clone(table);
        snapshot.dialect.canonical_table(&mut table, &observation.naming);
        held.insert(table);
    }
    let ledger = ledger::Ledger::of(snapshot, observation, &actual, manifest);
    let difference = diff(&actual, &held);
    let mut comparing = Comparing {
        snapshot,
        observation,
        ledger: &ledger,
        actual: &actual,
        held: &held,
        comparison: Comparison::default(),
        moved: ledger::Moved::default(),
        hidden: Vec::new(),
    };
    for change in &difference.changes {
        // A kind that is wrong comes as a drop and a creation; the creation says all of it.
        let is_replaced =
            matches!(change, Change::DropTable { table } if comparing.held.tables.contains_key(table));
        if !is_replaced {
            comparing.change(change);
        }
    }
    comparing.finish(&difference.unproven)
}

struct Comparing<'a> {
    snapshot: &'a Snapshot,
    observation: &'a Observation,
    ledger: &'a ledger::Ledger<'a>,
    actual: &'a Schema,
    held: &'a Schema,
    comparison: Comparison,
    moved: ledger::Moved,
    /// What would be lost, were it certain that the role sees everything.
    hidden: Vec<String>,
}

impl Comparing<'_> {
    fn change(&mut self, change: &Change) {
        match change {
            Change::CreateTable(table) => {
                let what = format!("{} {}", table.kind, table.name);
                self.lost(
                    &table.name,
                    self.subject(&table.name),
                    what,
                    table.describe(),
                    table.object_count(),
                );
            }
            Change::AddColumn { table, column } => {
                let subject = self.column(table, &column.name);
                let what = format!("column {table}.{}", column.name);
                self.lost(table, subject, what, column.to_string(), 1);
            }
            Change::AddPrimaryKey { table, primary_key: it } => {
                self.lost_part(table, it.name.as_ref(), it.to_string());
            }
            Change::AddUnique { table, unique: it } => {
                self.lost_part(table, it.name.as_ref(), it.to_string());
            }
            Change::AddForeignKey { table, foreign_key: it } => {
                self.lost_part(table, it.name.as_ref(), it.to_string());
            }
            Change::AddCheck { table, check: it } => {
                self.lost_part(table, it.name.as_ref(), it.to_string());
            }
            Change::AddExclusion { table, exclusion: it } => {
                self.lost_part(table, it.name.as_ref(), it.to_string());
            }
            Change::AddIndex { table, index: it } => {
                self.lost_part(table, it.name.as_ref(), it.to_string());
            }
            Change::AlterColumn { table, column } => {
                let actual = self.actual_table(table).and_then(|it| it.column(&column.name));
                let actual = actual.map(ToString::to_string).unwrap_or_default();
                let what = format!("column {table}.{}", column.name);
                let message = format!("{what} is not what {} has: there is {actual}", self.named());
                let severity =
                    if self.ledger.explains_changes() { Severity::Info } else { Severity::Warning };
                self.moved.changed = true;
                let subject = self.column(table, &column.name);
                self.tell(Rule::ChangedSinceSnapshot, severity, subject, table, message);
                if let Some(finding) = self.comparison.findings.last_mut() {
                    (finding.expected, finding.actual) = (Some(column.to_string()), Some(actual));
                }
            }
            Change::DropTable { table } => {
                let described = self.actual_table(table).map(Table::describe);
                let kind = self.actual_table(table).map(|it| it.kind).unwrap_or_default();
                self.gained(table, self.subject(table), format!("{kind} {table}"), described);
            }
            Change::DropColumn { table, column } => {
                let described = self.actual_table(table).and_then(|it| it.column(column));
                let described = described.map(ToString::to_string);
                self.gained(table, self.column(table, column), format!("column {table}.{column}"), described);
            }
            Change::DropPrimaryKey { table } => {
                let is_replaced = self.held.tables.get(table).is_some_and(|it| it.primary_key.is_some());
                if !is_replaced {
                    let described = self.actual_table(table).and_then(|it| it.primary_key.as_ref());
                    let described = described.map(ToString::to_string);
                    self.gained(table, self.subject(table), format!("the primary key of {table}"), described);
                }
            }
            Change::DropUnique { table, unique: reference }
            | Change::DropForeignKey { table, foreign_key: reference }
            | Change::DropCheck { table, check: reference }
            | Change::DropExclusion { table, exclusion: reference }
            | Change::DropIndex { table, index: reference } => self.gained_part(table, reference),
            // A comparison of two schemas never renames: it cannot know.
            Change::RenameTable { .. } | Change::RenameColumn { .. } | Change::RenameConstraint { .. } => {}
        }
    }

    fn lost_part(&mut self, table: &TableName, name: Option<&Name>, described: String) {
        let subject = Subject { name: name.map(ToString::to_string), ..self.subject(table) };
        let what = match name {
            Some(name) => format!("{described} ({name}) on table {table}"),
            None => format!("{described} on table {table}"),
        };
        self.lost(table, subject, what, described, 1);
    }

    /// `objects` of the snapshot are not there.
    fn lost(&mut self, table: &TableName, subject: Subject, what: String, held: String, objects: usize) {
        let stands_instead = self.actual_table(table).map(|it| it.kind).filter(|kind| {
            self.held.tables.get(table).is_some_and(|it| it.kind.holds_rows() != kind.holds_rows())
        });
        if let Visibility::Partial { .. } = self.observation.catalog.visibility {
            self.comparison.coverage.unverified += objects;
            self.hidden.push(what);
            return;
        }
        let part = self.actual.tables.contains_key(table).then_some(&subject);
        let (severity, why) = match self.ledger.fate_of(table, part) {
            ledger::Fate::Wanted => (Severity::Error, String::new()),
            ledger::Fate::TakenAway => {
                (Severity::Info, "; by the manifest a migration applied since took it away".to_owned())
            }
            ledger::Fate::MayBeTakenAway(count) => (
                Severity::Warning,
                format!(
                    "; {} that the ledger has beyond it may have taken it away",
                    if count == 1 {
                        "the migration".to_owned()
                    } else {
                        format!("one of {count} migrations")
                    }
                ),
            ),
        };
        self.moved.lost |= severity > Severity::Info;
        let missing = match stands_instead {
            Some(kind) => format!("{what} of {} is not there: a {kind} stands in its place", self.named()),
            None => format!("{what} is not there, and {} has it", self.named()),
        };
        self.tell(Rule::LostSinceSnapshot, severity, subject, table, missing + &why);
        if let Some(finding) = self.comparison.findings.last_mut() {
            finding.expected = Some(held);
            finding.actual = stands_instead.map(|kind| format!("a {kind}"));
        }
    }

    fn gained_part(&mut self, table: &TableName, reference: &ConstraintRef) {
        let described = self.actual_table(table).and_then(|it| described(it, reference));
        let what = described.clone().unwrap_or_else(|| "a constraint".to_owned());
        let (name, what) = match reference {
            ConstraintRef::Name(name) => {
                (Some(name.to_string()), format!("{what} ({name}) on table {table}"))
            }
            ConstraintRef::Columns(_) => (None, format!("{what} on table {table}")),
        };
        let subject = Subject { name, ..self.subject(table) };
        self.gained(table, subject, what, described);
    }

    fn gained(&mut self, table: &TableName, subject: Subject, what: String, actual: Option<String>) {
        self.moved.gained = true;
        let message = format!("{what} is there, and {} does not have it", self.named());
        self.tell(Rule::GainedSinceSnapshot, Severity::Info, subject, table, message);
        if let Some(finding) = self.comparison.findings.last_mut() {
            finding.actual = actual;
        }
    }

    fn tell(&mut self, rule: Rule, severity: Severity, subject: Subject, table: &TableName, message: String) {
        let dialect = self.observation.dialect;
        let schema = table.schema.as_ref().unwrap_or(&self.observation.schema);
        let verify_sql = match (&subject.column, self.actual.tables.contains_key(table)) {
            (_, false) => dialect.verify_table(schema, &table.name),
            (Some(column), true) => dialect.verify_column(schema, &table.name, column),
            (None, true) if message.starts_with("INDEX") => dialect.verify_indexes(schema, &table.name),
            (None, true) => dialect.verify_constraints(schema, &table.name),
        };
        let finding = Finding::new(rule, subject, message);
        let finding = Finding { severity, verify_sql: Some(verify_sql), ..finding };
        self.comparison.findings.push(finding);
    }

    fn finish(mut self, unproven: &[Unproven]) -> Comparison {
        let coverage = &mut self.comparison.coverage;
        coverage.expected = self.held.tables.values().map(|table| table.object_count()).sum();
        coverage.expected_tables = self.held.tables.len();
        coverage.unverified += unproven.len();
        coverage.checked = coverage.expected.saturating_sub(coverage.unverified);
        let spots = &mut self.comparison.blind_spots;
        spots.extend(unproven.iter().map(not_compared));
        spots.extend(self.snapshot.unread.iter().map(|it| format!("when the snapshot was taken: {it}")));
        spots.extend(self.observation.catalog.unread.iter().cloned());
        let everywhere = Subject { schema: Some(self.observation.schema.to_string()), ..Subject::default() };
        if let Visibility::Partial { grant } = &self.observation.catalog.visibility
            && !self.hidden.is_empty()
        {
            let message = format!(
                "{} of the snapshot {} not visible to this role, which is no proof of a loss ({}, …); run: {grant}",
                count_of(self.hidden.len(), "object"),
                agree(self.hidden.len(), "is", "are"),
                self.hidden[0]
            );
            self.comparison.findings.push(Finding::new(Rule::NotVisible, everywhere, message));
        }
        if self.snapshot.ledger.is_some() {
            match unusable_ledger(self.observation) {
                // A manifest's audit says the same beside it.
                Some(finding) if !self.ledger.has_manifest() => self.comparison.findings.push(finding),
                Some(_) => {}
                None => self.comparison.findings.extend(self.ledger.findings(&self.moved)),
            }
        }
        self.comparison.remark = format!(
            "compared with {} ({} in {} {}, {}, taken from {} {})",
            self.named(),
            count_of(self.comparison.coverage.expected, "object"),
            self.held.tables.len(),
            agree(self.held.tables.len(), "table or view", "tables and views"),
            count_of(self.snapshot.ledger.as_ref().map_or(0, Vec::len), "ledger row"),
            self.snapshot.dialect,
            self.snapshot.server_version
        );
        self.comparison
    }

    fn named(&self) -> String {
        named(self.snapshot)
    }

    fn actual_table(&self, table: &TableName) -> Option<&Table> {
        self.actual.tables.get(table).map(|it| &**it)
    }

    fn subject(&self, table: &TableName) -> Subject {
        let schema = table.schema.as_ref().unwrap_or(&self.observation.schema);
        let schema = Some(schema.to_string());
        Subject { schema, table: Some(table.name.to_string()), ..Subject::default() }
    }

    fn column(&self, table: &TableName, column: &Name) -> Subject {
        Subject { column: Some(column.to_string()), ..self.subject(table) }
    }
}

fn not_compared(unproven: &Unproven) -> String {
    let (table, what) = match unproven {
        Unproven::Column { table, expected, .. } => (table, expected.to_string()),
        Unproven::Unique { table, expected } => (table, expected.to_string()),
        Unproven::Check { table, expected } => (table, expected.to_string()),
        Unproven::Exclusion { table, expected } => (table, expected.to_string()),
        Unproven::Index { table, expected } => (table, expected.to_string()),
    };
    format!("{table}: {what} of the snapshot was not compared to the end")
}

/// `the snapshot of 2026-01-14T20:10:00Z`.
pub(super) fn named(snapshot: &Snapshot) -> String {
    format!("the snapshot of {}", snapshot.taken_at)
}

/// What the table has under this name, or over these columns.
fn described(table: &Table, reference: &ConstraintRef) -> Option<String> {
    let of_parts = |parts: &[IndexPart]| parts.iter().filter_map(|it| it.as_column().cloned()).collect();
    let points = |name: Option<&Name>, columns: Vec<Name>| match reference {
        ConstraintRef::Name(wanted) => name == Some(wanted),
        ConstraintRef::Columns(wanted) => *wanted == columns,
    };
    let unique = table.uniques.iter().find(|it| points(it.name.as_ref(), of_parts(&it.parts)));
    let key = table.foreign_keys.iter().find(|it| points(it.name.as_ref(), it.columns.clone()));
    let check = table.checks.iter().find(|it| points(it.name.as_ref(), it.columns.clone()));
    let index = table.indexes.iter().find(|it| points(it.name.as_ref(), of_parts(&it.parts)));
    let exclusion = table.exclusions.iter().find(|it| points(it.name.as_ref(), of_parts(&it.parts)));
    (unique.map(ToString::to_string))
        .or_else(|| key.map(ToString::to_string))
        .or_else(|| check.map(ToString::to_string))
        .or_else(|| index.map(ToString::to_string))
        .or_else(|| exclusion.map(ToString::to_string))
}
