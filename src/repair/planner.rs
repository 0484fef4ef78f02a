//! The plan itself: differences split into steps, ordered, judged and written.

mod columns;
mod gently;
mod rebuilding;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use super::hazard::{Hazard, given, has_no_value, hazards};
use super::{
    Basis, LeftOut, Options, Plan, Statement, Variant, advice, giving_way, hindrance, rebuild, standing,
};
use crate::audit::{Stored, Visibility};
use crate::dialect::{Dialect, NotRenderable};
use crate::migration::MigrationId;
use crate::schema::{Change, Name, Schema, TableName, agree, diff};

use super::standing::NotToMend;
use columns::{begun_by, loses_numbering};
use steps::{INDEXES_MADE, LAST_BEFORE_REBUILD, is_addition, split};
pub use steps::{describe, order};

const NO_VALUE_OF_ITS_OWN: &str = "adds no column whose default has another value for each row (error 1674): rows that are there have to be filled";

/// A step of the plan before it is written.
struct Step {
    change: Change,
    findings: Vec<String>,
    migration: Option<MigrationId>,
}

pub fn plan(
    dialect: Dialect,
    actual: &Schema,
    expected: &Schema,
    options: &Options,
    basis: Option<Basis<'_>>,
) -> Plan {
    let variant = if dialect == Dialect::Postgres { options.variant } else { Variant::Plain };
    let standing_schema = actual;
    let actual = &*giving_way::without(dialect, actual, expected);
    let (mut steps, mut untaken) = (Vec::new(), Vec::new());
    for change in diff(actual, expected).changes.into_iter().filter(is_addition) {
        let (mut about, mut verdict) = (Vec::new(), Ok(()));
        // What will give way is not missing yet.
        if let Some(basis) = basis.filter(|_| giving_way::is_missing(standing_schema, &change)) {
            about = standing::findings_about(basis, &change);
            verdict = standing::is_to_mend(basis, options, &change, &about);
        }
        let findings: Vec<String> = about.iter().map(|it| it.id.clone()).collect();
        match verdict {
            Ok(()) => {
                let migration = basis.and_then(|basis| standing::missed_migration(basis, &change, &about));
                let of_change =
                    |change| Step { change, findings: findings.clone(), migration: migration.clone() };
                steps.extend(split(dialect, change).into_iter().map(of_change));
            }
            Err(NotToMend { reason, steps }) => {
                untaken.push(LeftOut { steps, ..left_out(change, reason, findings) });
            }
        }
    }
    steps.sort_by_key(|it| match order(&it.change) {
        // MySQL and MariaDB number the rows only by a column that begins a key.
        _ if dialect != Dialect::Sqlite && loses_numbering(actual, &it.change) => INDEXES_MADE,
        place
            if place < INDEXES_MADE
                && giving_way::waits_for_its_name(dialect, standing_schema, &it.change) =>
        {
            INDEXES_MADE
        }
        place => place,
    });
    let stored = basis.map_or(&options.stored, |basis| &basis.observation.catalog.stored);
    let keyed = steps.iter().filter_map(|it| begun_by(&it.change)).collect();
    let planner = Planner { dialect, variant, actual, expected, options, stored, keyed };
    let mut writing = Writing::new(&planner, &steps, untaken);
    steps.into_iter().for_each(|step| writing.take(step));
    writing.finish()
}

/// The plan as far as it is written.
struct Writing<'p> {
    planner: &'p Planner<'p>,
    plan: Plan,
    /// Tables that are rebuilt, and the steps that wait for that.
    rebuilt: BTreeSet<TableName>,
    waiting: BTreeMap<TableName, Vec<Step>>,
    /// Rebuilds come behind new tables and columns, and before what may rest on them.
    place_of_rebuilds: Option<usize>,
    /// Keys that are made together with their column.
    numbered: BTreeMap<TableName, Step>,
    made_with_column: BTreeSet<TableName>,
    made: BTreeSet<TableName>,
}

impl<'p> Writing<'p> {
    fn new(planner: &'p Planner<'p>, steps: &[Step], left_out: Vec<LeftOut>) -> Self {
        let plan = Plan {
            dialect: planner.dialect,
            variant: planner.variant,
            statements: Vec::new(),
            left_out,
            notes: Vec::new(),
            strategies: Vec::new(),
        };
        Self {
            planner,
            plan,
            rebuilt: planner.to_rebuild(steps),
            waiting: BTreeMap::new(),
            place_of_rebuilds: None,
            numbered: planner.numbered_keys(steps),
            made_with_column: BTreeSet::new(),
            made: BTreeSet::new(),
        }
    }

    fn take(&mut self, step: Step) {
        let planner = self.planner;
        let table = step.change.table();
        if order(&step.change) > LAST_BEFORE_REBUILD {
            self.place_of_rebuilds.get_or_insert(self.plan.statements.len());
        }
        if matches!(step.change, Change::AddPrimaryKey { .. }) && self.made_with_column.contains(table) {
            return;
        }
        if let Some(reason) = hindrance::hindrance(
            planner.dialect,
            (planner.actual, planner.stored),
            &step.change,
            &self.plan.left_out,
        ) {
            return self.leave_out(step, reason);
        }
        if self.makes_numbered_column(&step) {
            return;
        }
        if self.rebuilt.contains(table) && is_inside_table(&step.change) {
            match planner.reason_against(&step) {
                Some(reason) => self.leave_out(step, reason),
                None => self.waiting.entry(table.clone()).or_default().push(step),
            }
            return;
        }
        match planner.write(&step, &self.made) {
            Ok(written) => {
                if let Change::CreateTable(table) = &step.change {
                    self.made.insert(table.name.clone());
                }
                self.plan.statements.extend(written.statements);
                if let Some(reason) = written.leaves {
                    self.leave_out(step, reason);
                }
            }
            Err(reason) => self.leave_out(step, reason),
        }
    }

    /// A column that numbers its rows, together with the key that it needs.
    fn makes_numbered_column(&mut self, step: &Step) -> bool {
        let planner = self.planner;
        let Change::AddColumn { table, column } = &step.change else { return false };
        let Some(key) = self.numbered.get(table).filter(|_| column.auto_increment) else { return false };
        let Ok(commands) = planner.dialect.render_numbered(table, column) else { return false };
        let mut hazards =
            hazards(planner.dialect, planner.variant, &key.change, |it| self.made.contains(it), None);
        hazards.push(Hazard::BlocksWrites { table: table.clone() });
        let statement = planner.statement(step, commands, hazards);
        let findings = step.findings.iter().chain(&key.findings).cloned().collect();
        let mends = vec![step.change.clone(), key.change.clone()];
        self.plan.statements.push(Statement { mends, findings, ..statement });
        self.made_with_column.insert(table.clone());
        true
    }

    fn leave_out(&mut self, step: Step, reason: String) {
        self.plan.left_out.push(self.planner.left_out(step, reason));
    }

    fn finish(mut self) -> Plan {
        let mut place = self.place_of_rebuilds.unwrap_or(self.plan.statements.len());
        for (table, steps) in self.waiting {
            if let Some((rebuild, check)) = self.planner.rebuild(&table, &steps) {
                self.plan.statements.insert(place, rebuild);
                place += 1;
                self.plan.statements.extend(check);
            }
        }
        self.plan
    }
}

/// What stands in the text of a table.
fn is_inside_table(change: &Change) -> bool {
    rebuild::is_needed(change) || matches!(change, Change::AddColumn { .. })
}

fn left_out(change: Change, reason: String, findings: Vec<String>) -> LeftOut {
    LeftOut { what: describe(&change), change, reason, steps: Vec::new(), findings }
}

/// The statements that are refused where a table has rows, as long as nobody has looked.
pub fn refused_where_rows_are(statements: &[Statement], options: &Options) -> Option<String> {
    let refused = |(number, it): (usize, &Statement)| {
        let table = it
            .hazards
            .iter()
            .find_map(|hazard| if let Hazard::FailsIfRows { table } = hazard { Some(table) } else { None })?;
        (!options.has_rows.contains_key(table)).then(|| format!("{number} (where {table} has rows)"))
    };
    let numbers: Vec<String> = (1..).zip(statements).filter_map(refused).collect();
    (!numbers.is_empty()).then(|| {
        format!(
            "{} that rows have no value for {} refused, which ends the script: statement {}. --prove and --apply look at the \
             rows, leave that out, tell the safe steps for it, and do all the rest",
            agree(numbers.len(), "a column", "columns"),
            agree(numbers.len(), "is", "are"),
            numbers.join(", ")
        )
    })
}

/// What is to be known beside the plan.
pub fn notes(basis: Basis<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let unverified = basis.report.coverage.unverified;
    if unverified > 0 {
        notes.push(format!(
            "{unverified} expected objects could not be compared to the end: the plan does not touch them, see the \
             blind spots of the report"
        ));
    }
    let dialect = basis.observation.dialect;
    for (table, name) in &basis.observation.catalog.stored.not_valid {
        notes.push(format!(
            "{name} on {table} is NOT VALID, which a migration may have meant: where none did, look through the rows that were there \
             before it with ALTER TABLE {} VALIDATE CONSTRAINT {} (it holds up no reads and no writes, looks at \
             every row, and fails where one does not keep it)",
            dialect.table(table),
            dialect.quote(name)
        ));
    }
    if let Visibility::Partial { grant } = &basis.observation.catalog.visibility {
        notes.push(format!("the audit's role may not see everything: run {grant} for the whole plan"));
    }
    if basis.observation.ledger.rows().is_none() {
        notes.push(
            "without its ledger nothing is known of what should be there, so nothing is planned".to_owned(),
        );
    }
    notes
}

struct Planner<'a> {
    dialect: Dialect,
    variant: Variant,
    actual: &'a Schema,
    expected: &'a Schema,
    options: &'a Options,
    stored: &'a Stored,
    /// Columns with which a key or an index of the plan begins.
    keyed: BTreeSet<(TableName, Name)>,
}

/// What came of one step.
#[derive(Default)]
struct Written {
    statements: Vec<Statement>,
    /// What of the change is not mended all the same.
    leaves: Option<String>,
}

impl Planner<'_> {
    fn write(&self, step: &Step, made: &BTreeSet<TableName>) -> Result<Written, String> {
        let change = &step.change;
        let table = change.table();
        let has_rows =
            if made.contains(table) { Some(false) } else { self.options.has_rows.get(table).copied() };
        let variant = match change {
            Change::AddPrimaryKey { primary_key, .. }
                if primary_key.name.is_none()
                    && hindrance::has_no_usual_key_name((self.actual, self.stored), table) =>
            {
                Variant::Plain
            }
            _ => self.variant,
        };
        let hazards = hazards(self.dialect, variant, change, |it| made.contains(it), has_rows);
        if let Change::AlterColumn { column, .. } = change {
            return self.mend_column(step, column, hazards);
        }
        if let Change::AddColumn { column, .. } = change
            && has_no_value(column)
            && has_rows == Some(true)
        {
            let name = &column.name;
            return Err(format!(
                "{table} has rows, which would have no value for {name}: it is NOT NULL and has no default"
            ));
        }
        if let Change::AddColumn { column, .. } = change
            && given(self.dialect, column).refused
        {
            return Err(format!("{} {NO_VALUE_OF_ITS_OWN}", self.dialect));
        }
        if let Change::AddForeignKey { foreign_key: key, .. } = change
            && let Some(twin) = self.actual.tables.get(table).and_then(|it| {
                it.foreign_keys.iter().find(|it| it.columns == key.columns && it.references == key.references)
            })
        {
            return Err(format!("{twin} is there, but differs: it would have to go first"));
        }
        let broken = self.is_broken(change);
        let gentle = self.dialect.render_gently(change).map_err(|NotRenderable(reason)| reason)?;
        match gentle {
            // A new table has neither rows nor readers: nothing is gained by the long way round.
            Some(steps) if variant == Variant::ZeroDowntime && !made.contains(table) => {
                let mut statements: Vec<Statement> =
                    broken.map(|name| self.reindex(step, name)).into_iter().collect();
                statements.extend(self.gently(step, steps, hazards));
                Ok(Written { statements, leaves: None })
            }
            Some(steps) if broken.is_some() => {
                let mut statements: Vec<Statement> =
                    broken.map(|name| self.reindex(step, name)).into_iter().collect();
                let commands = steps.into_iter().map(|it| it.twin.unwrap_or(it.sql)).collect();
                statements.push(self.statement(step, commands, hazards));
                Ok(Written { statements, leaves: None })
            }
            Some(_) | None => {
                let commands = self.dialect.render_guarded(change).map_err(|NotRenderable(reason)| reason)?;
                Ok(Written { statements: vec![self.statement(step, commands, hazards)], leaves: None })
            }
        }
    }

    fn statement(&self, step: &Step, commands: Vec<String>, hazards: Vec<Hazard>) -> Statement {
        let guarded = self.dialect.has_guard(&step.change);
        let (table, actual) = (step.change.table(), self.actual.tables.get(step.change.table()));
        let expected = self.expected.tables.get(table);
        let only_if = match self.dialect {
            Dialect::Sqlite if !guarded => {
                Some(format!("SELECT 1 WHERE {}", rebuild::still_missing(&[&step.change])))
            }
            Dialect::Sqlite => expected.and_then(|it| rebuild::index_missing(&step.change, it)),
            Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => expected
                .and_then(|it| self.dialect.still_missing(&step.change, it, actual.map(AsRef::as_ref))),
        };
        Statement {
            purpose: format!("adds {}", describe(&step.change)),
            commands,
            guarded,
            only_if,
            open_while: None,
            transactional: !hazards.contains(&Hazard::NotTransactional),
            twin: None,
            mends: vec![step.change.clone()],
            hazards,
            findings: step.findings.clone(),
            migration: step.migration.clone(),
        }
    }

    fn left_out(&self, step: Step, reason: String) -> LeftOut {
        let mut steps = advice::steps(self.dialect, self.variant, &step.change, &reason);
        if !reason.starts_with(hindrance::NEEDS)
            && let Some(taken) = hindrance::taken_name(self.dialect, (self.actual, self.stored), &step.change)
        {
            steps.extend(advice::free_name(self.dialect, &taken));
        }
        LeftOut { steps, ..left_out(step.change, reason, step.findings) }
    }
}
