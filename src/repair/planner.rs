//! The plan itself: differences split into steps, ordered, judged and written.

use std::collections::{BTreeMap, BTreeSet};

use super::hazard::{Hazard, has_no_value, hazards};
use super::{
    Basis, LeftOut, Options, Plan, Statement, Variant, advice, giving_way, hindrance, rebuild, standing,
};
use crate::audit::{Stored, Visibility};
use crate::dialect::{ColumnAspect, Dialect, GentleStep, NotRenderable};
use crate::migration::MigrationId;
use crate::schema::{Change, Column, IndexPart, Name, Schema, TableName, diff};

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
    let mut plan = Plan {
        dialect,
        variant,
        statements: Vec::new(),
        left_out: Vec::new(),
        notes: Vec::new(),
        strategies: Vec::new(),
    };
    let mut steps = Vec::new();
    let standing_schema = actual;
    let actual = &*giving_way::without(dialect, actual, expected);
    for change in diff(actual, expected).changes.into_iter().filter(is_addition) {
        let standing = match basis {
            // What will give way is not missing yet.
            Some(basis) if giving_way::is_missing(standing_schema, &change) => {
                standing::standing(basis, options, &change)
            }
            Some(_) | None => Ok(Vec::new()),
        };
        match standing {
            Ok(findings) => {
                let migration = basis.and_then(|basis| {
                    let position = standing::provenance(&change).created()?;
                    basis.manifest.migration(position).map(|it| it.id.clone())
                });
                let of_change =
                    |change| Step { change, findings: findings.clone(), migration: migration.clone() };
                steps.extend(split(dialect, change).into_iter().map(of_change));
            }
            Err((reason, findings)) => plan.left_out.push(left_out(change, reason, findings)),
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
    let rebuilt = planner.to_rebuild(&steps);
    let numbered = planner.numbered_keys(&steps);
    let mut made_with_column = BTreeSet::new();
    let mut waiting: BTreeMap<TableName, Vec<Step>> = BTreeMap::new();
    let mut made = BTreeSet::new();
    // Rebuilds come behind new tables and columns, and before what may rest on them.
    let mut place_of_rebuilds = None;
    for step in steps {
        if order(&step.change) > LAST_BEFORE_REBUILD {
            place_of_rebuilds.get_or_insert(plan.statements.len());
        }
        if matches!(step.change, Change::AddPrimaryKey { .. })
            && made_with_column.contains(step.change.table())
        {
            continue;
        }
        let hindered = hindrance::hindrance(dialect, actual, &step.change, &plan.left_out);
        if let (None, Change::AddColumn { table, column }) = (&hindered, &step.change)
            && let Some(key) = numbered.get(table).filter(|_| column.auto_increment)
            && let Ok(commands) = dialect.render_numbered(table, column)
        {
            let mut hazards = hazards(dialect, variant, &key.change, |it| made.contains(it), None);
            hazards.push(Hazard::BlocksWrites { table: table.clone() });
            let statement = planner.statement(&step, commands, hazards);
            let findings = step.findings.iter().chain(&key.findings).cloned().collect();
            let mends = vec![step.change.clone(), key.change.clone()];
            plan.statements.push(Statement { mends, findings, ..statement });
            made_with_column.insert(table.clone());
            continue;
        }
        if hindered.is_none() && rebuilt.contains(step.change.table()) && is_inside_table(&step.change) {
            match planner.reason_against(&step) {
                Some(reason) => plan.left_out.push(planner.left_out(step, reason)),
                None => waiting.entry(step.change.table().clone()).or_default().push(step),
            }
            continue;
        }
        let written = match hindered {
            Some(reason) => Err(reason),
            None => planner.write(&step, &made),
        };
        match written {
            Ok(written) => {
                if let Change::CreateTable(table) = &step.change {
                    made.insert(table.name.clone());
                }
                plan.statements.extend(written.statements);
                if let Some(reason) = written.leaves {
                    plan.left_out.push(planner.left_out(step, reason));
                }
            }
            Err(reason) => plan.left_out.push(planner.left_out(step, reason)),
        }
    }
    let mut place = place_of_rebuilds.unwrap_or(plan.statements.len());
    for (table, steps) in waiting {
        if let Some((rebuild, check)) = planner.rebuild(&table, &steps) {
            plan.statements.insert(place, rebuild);
            place += 1;
            plan.statements.extend(check);
        }
    }
    plan
}

/// New tables and columns.
const LAST_BEFORE_REBUILD: u8 = 1;

/// What stands in the text of a table.
fn is_inside_table(change: &Change) -> bool {
    rebuild::is_needed(change) || matches!(change, Change::AddColumn { .. })
}

fn left_out(change: Change, reason: String, findings: Vec<String>) -> LeftOut {
    LeftOut { what: describe(&change), change, reason, steps: Vec::new(), findings }
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
        let hazards = hazards(self.dialect, self.variant, change, |it| made.contains(it), has_rows);
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
            Some(steps) if self.variant == Variant::ZeroDowntime && !made.contains(table) => {
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
        // SQLite guards by name alone, which another database may spell otherwise.
        let asks =
            !guarded || (self.dialect == Dialect::Sqlite && rebuild::is_known_by_columns(&step.change));
        let by_pragmas = || format!("SELECT 1 WHERE {}", rebuild::still_missing(&[&step.change]));
        let only_if = match self.dialect {
            Dialect::Sqlite => asks.then(by_pragmas),
            Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => {
                let (table, actual) = (step.change.table(), self.actual.tables.get(step.change.table()));
                let expected = self.expected.tables.get(table);
                expected
                    .and_then(|it| self.dialect.still_missing(&step.change, it, actual.map(AsRef::as_ref)))
            }
        };
        Statement {
            purpose: format!("adds {}", describe(&step.change)),
            commands,
            guarded,
            only_if,
            transactional: !hazards.contains(&Hazard::NotTransactional),
            twin: None,
            mends: vec![step.change.clone()],
            hazards,
            findings: step.findings.clone(),
            migration: step.migration.clone(),
        }
    }

    /// The aspects of a column that may be mended; the others are told.
    fn mend_column(&self, step: &Step, column: &Column, hazards: Vec<Hazard>) -> Result<Written, String> {
        let table = step.change.table();
        let differs = |why: &[String]| {
            format!("{table}.{} is there, but {}: changing that may lose data", column.name, why.join(", "))
        };
        let Some(actual) = self.actual.tables.get(table).and_then(|it| it.column(&column.name)) else {
            return Err(format!("{table}.{} is not there", column.name));
        };
        let (aspects, leaves) = self.dialect.column_aspects(actual, column);
        let mut written =
            Written { leaves: (!leaves.is_empty()).then(|| differs(&leaves)), ..Written::default() };
        for aspect in aspects {
            let only_locks = |it: &&Hazard| matches!(it, Hazard::TakesLock { .. } | Hazard::NotTransactional);
            let mut hazards: Vec<Hazard> = match aspect {
                ColumnAspect::SetNotNull => hazards.clone(),
                ColumnAspect::SetDefault | ColumnAspect::DropNotNull | ColumnAspect::SetNumbering => {
                    hazards.iter().filter(only_locks).cloned().collect()
                }
            };
            if aspect == ColumnAspect::SetNumbering
                && matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb)
            {
                let will_begin = self.keyed.contains(&(table.clone(), column.name.clone()));
                if !will_begin && !begins_a_key(self.actual, table, &column.name) {
                    let reason =
                        format!("{table}.{} can number its rows only once a key begins with it", column.name);
                    written.leaves = Some(reason);
                    continue;
                }
                hazards.push(Hazard::BlocksWrites { table: table.clone() });
                hazards.push(Hazard::RewritesTable { table: table.clone() });
            }
            let what = match aspect {
                ColumnAspect::SetDefault => "gives a default to",
                ColumnAspect::SetNotNull => "sets NOT NULL on",
                ColumnAspect::DropNotNull => "lets NULL into",
                ColumnAspect::SetNumbering => "numbers the rows again by",
            };
            let purpose = format!("{what} {}", describe(&step.change));
            if aspect == ColumnAspect::SetNotNull && self.variant == Variant::ZeroDowntime {
                let steps = self.dialect.not_null_gently(table, column);
                let statements = self.gently(step, steps, hazards);
                written
                    .statements
                    .extend(statements.into_iter().map(|it| Statement { purpose: purpose.clone(), ..it }));
                continue;
            }
            let commands =
                self.dialect.render_aspect(table, column, aspect).map_err(|NotRenderable(reason)| reason)?;
            written.statements.push(Statement { purpose, ..self.statement(step, commands, hazards) });
        }
        if written.statements.is_empty() && written.leaves.is_none() {
            return Err(format!("{table}.{} differs in what cannot be told", column.name));
        }
        Ok(written)
    }

    /// Each step a statement of its own, with what it alone risks.
    fn gently(&self, step: &Step, steps: Vec<GentleStep>, hazards: Vec<Hazard>) -> Vec<Statement> {
        let count = steps.len();
        let of_step = |gentle: GentleStep| {
            let is_alone = gentle.twin.is_some();
            let mut hazards: Vec<Hazard> = hazards.clone();
            // The work is done by the index that is built, or by the validation at the end.
            let works = is_alone || count == 1 || gentle.sql.contains("VALIDATE CONSTRAINT");
            if !works {
                hazards.retain(|it| matches!(it, Hazard::TakesLock { .. }));
            }
            if is_alone {
                hazards.push(Hazard::NotTransactional);
            }
            hazards.extend(gentle.may_leave.map(|name| Hazard::LeavesInvalidObject { name }));
            let of_whole = self.statement(step, vec![gentle.sql], hazards);
            Statement {
                transactional: !is_alone,
                twin: gentle.twin.map(|it| vec![it]),
                only_if: gentle.only_if.or_else(|| of_whole.only_if.clone()),
                ..of_whole
            }
        };
        steps.into_iter().map(of_step).collect()
    }

    /// The name of the change's index, where one that is INVALID has it.
    fn is_broken(&self, change: &Change) -> Option<Name> {
        let name = self.dialect.name_of_added(change)?;
        self.stored.invalid_indexes.contains(&(change.table().clone(), name.clone())).then_some(name)
    }

    fn reindex(&self, step: &Step, name: Name) -> Statement {
        let table = step.change.table();
        let index = self.dialect.table(&TableName { schema: table.schema.clone(), name: name.clone() });
        let is_invalid = format!(
            "SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) AND NOT indisvalid",
            self.dialect.quote_literal(&index)
        );
        let mut hazards = vec![
            Hazard::BuildsIndex { table: table.clone() },
            Hazard::FailsIfViolated { table: table.clone() },
        ];
        let is_gentle = self.variant == Variant::ZeroDowntime;
        if is_gentle {
            hazards.push(Hazard::NotTransactional);
        } else {
            hazards.push(Hazard::BlocksWrites { table: table.clone() });
        }
        Statement {
            purpose: format!("makes the index {name} valid, which a failure left half-built"),
            only_if: Some(is_invalid),
            guarded: true,
            transactional: !is_gentle,
            twin: is_gentle.then(|| vec![format!("REINDEX INDEX {index}")]),
            ..self.statement(
                step,
                vec![format!("REINDEX INDEX {}{index}", if is_gentle { "CONCURRENTLY " } else { "" })],
                hazards,
            )
        }
    }

    /// The keys over a column that numbers its rows, which MySQL and MariaDB make only with the column.
    fn numbered_keys(&self, steps: &[Step]) -> BTreeMap<TableName, Step> {
        let mut keys = BTreeMap::new();
        for step in steps.iter().filter(|_| matches!(self.dialect, Dialect::Mysql | Dialect::Mariadb)) {
            let Change::AddPrimaryKey { table, primary_key } = &step.change else { continue };
            let is_over = |it: &&Step| {
                matches!(&it.change, Change::AddColumn { table: of, column } if of == table
                    && column.auto_increment && primary_key.columns == [column.name.clone()])
            };
            let has_none = self.actual.tables.get(table).is_some_and(|it| it.primary_key.is_none());
            if has_none && steps.iter().any(|it| is_over(&it)) {
                let (change, findings, migration) =
                    (step.change.clone(), step.findings.clone(), step.migration.clone());
                keys.insert(table.clone(), Step { change, findings, migration });
            }
        }
        keys
    }

    /// The tables that SQLite must rebuild, and of which we know how.
    fn to_rebuild(&self, steps: &[Step]) -> BTreeSet<TableName> {
        let is_known = |table: &TableName| {
            self.stored.tables.contains_key(table) && self.actual.tables.contains_key(table)
        };
        (steps.iter())
            .filter(|it| self.dialect == Dialect::Sqlite && rebuild::is_needed(&it.change))
            .map(|it| it.change.table().clone())
            .filter(is_known)
            .collect()
    }

    /// The rebuild, and the look at the foreign keys that comes when all else is done: a unique that one of them needs
    /// may be made only then.
    fn rebuild(&self, table: &TableName, steps: &[Step]) -> Option<(Statement, Option<Statement>)> {
        let (stored, actual) = (self.stored.tables.get(table)?, self.actual.tables.get(table)?);
        let changes: Vec<&Change> = steps.iter().map(|it| &it.change).collect();
        let commands = rebuild::rebuild(stored, actual, &changes).ok()?;
        let has_rows = self.options.has_rows.get(table).copied();
        let what: Vec<String> = changes.iter().map(|it| describe(it)).collect();
        let mut hazards: Vec<Hazard> = (changes.iter())
            .flat_map(|it| hazards(self.dialect, self.variant, it, |_| false, has_rows))
            .collect();
        hazards.push(Hazard::RewritesTable { table: table.clone() });
        hazards.sort();
        hazards.dedup();
        let mut findings: Vec<String> = steps.iter().flat_map(|it| it.findings.clone()).collect();
        findings.dedup();
        let statement = Statement {
            purpose: format!("rebuilds table {table} with {}", what.join(", ")),
            commands,
            guarded: false,
            only_if: Some(format!("SELECT 1 WHERE {}", rebuild::still_missing(&changes))),
            transactional: true,
            twin: None,
            mends: changes.iter().map(|it| (*it).clone()).collect(),
            hazards,
            findings,
            migration: steps.first().and_then(|it| it.migration.clone()),
        };
        let has_keys = changes.iter().any(|it| matches!(it, Change::AddForeignKey { .. }));
        let check = has_keys.then(|| Statement {
            purpose: format!("looks whether each row of {table} refers to a row that is there"),
            commands: vec![rebuild::check_keys(stored)],
            only_if: Some(rebuild::HAS_RUN.to_owned()),
            hazards: vec![
                Hazard::ScansTable { table: table.clone() },
                Hazard::FailsIfViolated { table: table.clone() },
            ],
            ..statement.clone()
        });
        Some((statement, check))
    }

    /// Why a rebuild cannot take this change along.
    fn reason_against(&self, step: &Step) -> Option<String> {
        let table = step.change.table();
        let (stored, actual) = (self.stored.tables.get(table)?, self.actual.tables.get(table)?);
        if let Change::AlterColumn { column, .. } = &step.change
            && let Some(was) = actual.column(&column.name)
        {
            let (aspects, leaves) = self.dialect.column_aspects(was, column);
            // A change of which only a part is mended would be made again and again.
            if aspects.is_empty() || !leaves.is_empty() {
                let why = leaves.join(", ");
                return Some(format!(
                    "{table}.{} is there, but {why}: changing that may lose data",
                    column.name
                ));
            }
        }
        if let Change::AddColumn { column, .. } = &step.change
            && has_no_value(column)
            && self.options.has_rows.get(table) == Some(&true)
        {
            return Some(format!(
                "{table} has rows, which would have no value for {}: it is NOT NULL and has no default",
                column.name
            ));
        }
        rebuild::rebuild(stored, actual, &[&step.change]).err()
    }

    fn left_out(&self, step: Step, reason: String) -> LeftOut {
        let steps = advice::steps(self.dialect, self.variant, &step.change, &reason);
        LeftOut { steps, ..left_out(step.change, reason, step.findings) }
    }
}

/// Whether the column should number its rows, and does so no more.
fn loses_numbering(actual: &Schema, change: &Change) -> bool {
    let Change::AlterColumn { table, column } = change else { return false };
    let was = actual.tables.get(table).and_then(|it| it.column(&column.name));
    column.auto_increment && was.is_some_and(|it| !it.auto_increment)
}

/// The column with which the key or index begins that the change makes.
fn begun_by(change: &Change) -> Option<(TableName, Name)> {
    let first = if let Change::AddPrimaryKey { primary_key, .. } = change {
        primary_key.columns.first()
    } else if let Change::AddUnique { unique, .. } = change {
        unique.parts.first().and_then(IndexPart::as_column)
    } else if let Change::AddIndex { index, .. } = change {
        index.parts.first().and_then(IndexPart::as_column)
    } else {
        None
    };
    first.map(|column| (change.table().clone(), column.clone()))
}

/// Whether a key or an index of the table begins with the column.
fn begins_a_key(schema: &Schema, table: &TableName, column: &Name) -> bool {
    let Some(table) = schema.tables.get(table) else { return false };
    let is_first = |parts: &[IndexPart]| parts.first().and_then(IndexPart::as_column) == Some(column);
    table.primary_key.as_ref().is_some_and(|it| it.columns.first() == Some(column))
        || table.uniques.iter().any(|it| is_first(&it.parts))
        || table.indexes.iter().any(|it| is_first(&it.parts))
}

/// What is added, for a person.
pub fn describe(change: &Change) -> String {
    let table = change.table();
    match change {
        Change::CreateTable(_) => format!("table {table}"),
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => {
            format!("column {table}.{}", column.name)
        }
        Change::AddPrimaryKey { primary_key, .. } => format!("{primary_key} on table {table}"),
        Change::AddUnique { unique, .. } => format!("{unique} on table {table}"),
        Change::AddForeignKey { foreign_key, .. } => format!("{foreign_key} on table {table}"),
        Change::AddCheck { check, .. } => format!("{check} on table {table}"),
        Change::AddIndex { index, .. } => format!("{index} on table {table}"),
        Change::AddExclusion { exclusion, .. } => format!("{exclusion} on table {table}"),
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => format!("table {table}"),
    }
}

/// What is unexpected may be somebody's, and stays.
fn is_addition(change: &Change) -> bool {
    match change {
        Change::CreateTable(_)
        | Change::AddColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::AddUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::AddCheck { .. }
        | Change::AddIndex { .. }
        | Change::AddExclusion { .. }
        | Change::AlterColumn { .. } => true,
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => false,
    }
}

/// A new table becomes the bare table and a step for each thing that is made beside it.
fn split(dialect: Dialect, change: Change) -> Vec<Change> {
    let Change::CreateTable(table) = change else { return vec![change] };
    let (mut table, rest) = dialect.split_table(&table);
    let name = table.name.clone();
    // What cannot be written must not keep the whole table from being made.
    let (old, known) = table.checks.into_iter().partition(|it| hindrance::has_old_names(dialect, it));
    table.checks = known;
    let old = Vec::into_iter(old).map(|check| Change::AddCheck { table: name.clone(), check });
    std::iter::once(Change::CreateTable(table.into())).chain(rest).chain(old).collect()
}

/// The place after which no index is made any more.
const INDEXES_MADE: u8 = 7;

pub fn order(change: &Change) -> u8 {
    match change {
        Change::CreateTable(_) => 0,
        Change::AddColumn { .. } => 1,
        Change::AlterColumn { .. } => 2,
        Change::AddPrimaryKey { .. } => 3,
        Change::AddUnique { .. } => 4,
        Change::AddCheck { .. } | Change::AddExclusion { .. } => 5,
        Change::AddIndex { .. } => 6,
        Change::AddForeignKey { .. } => 8,
        Change::DropTable { .. }
        | Change::DropColumn { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameTable { .. }
        | Change::RenameColumn { .. }
        | Change::RenameConstraint { .. } => 9,
    }
}
