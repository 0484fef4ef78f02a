//! Somebody dropped the objects: the migration did run, and what is gone left something behind.

use std::collections::BTreeSet;

use super::Case;
use super::numbers::{self, Room};
use super::scene::{Scene, State};
use crate::audit::{Finding, Rule};
use crate::dialect::Dialect;
use crate::schema::{Index, Name, Table, TableName, agree, count_of};

pub(super) fn consider(scene: &Scene<'_>) -> Option<Case> {
    let is_missing = |it: &Finding| {
        matches!(
            it.rule,
            Rule::MissingTable
                | Rule::MissingColumn
                | Rule::MissingPrimaryKey
                | Rule::MissingUnique
                | Rule::MissingForeignKey
                | Rule::MissingCheck
                | Rule::MissingExclusion
                | Rule::MissingIndex
        )
    };
    let missing: Vec<usize> =
        (0..scene.findings.len()).filter(|at| is_missing(&scene.findings[*at])).collect();
    let mut case = Case { explains: missing, ..Case::default() };
    case.summary = "the objects were there, and were dropped without a migration".to_owned();
    let parts = scene.run_in_part();
    let absent: Vec<usize> =
        (0..scene.rows.len()).filter(|at| scene.rows[*at].state == State::Absent).collect();
    if parts > 0 {
        case.speaks_for(
            25,
            format!(
                "of {} the rest stands: {} run",
                count_of(parts, "migration"),
                agree(parts, "it was", "they were")
            ),
        );
    }
    // A router decides by app, a command fakes all or nothing.
    let lost_apps = scene.lost_apps();
    let by_a_run = |at: usize| {
        let burst = scene.bursts().into_iter().find(|it| it.contains(&at));
        burst.is_some_and(|mut it| {
            it.any(|at| scene.rows[at].state == State::Absent && scene.was_run_among_others(at))
        })
    };
    let were_run = absent.iter().all(|at| by_a_run(*at) && !lost_apps.contains_key(&scene.rows[*at].id.app));
    if absent.len() > 1 && parts > 0 && !were_run {
        let whole = scene.lost_by(&absent);
        if scene.traces(&whole).is_none() && scene.lost_ties(&whole).is_empty() {
            case.explains.retain(|it| !whole.contains(it));
        }
    }
    let explained = || case.explains.iter().map(|at| &scene.findings[*at]);
    let only_ties = explained().all(|it| !matches!(it.rule, Rule::MissingTable | Rule::MissingColumn));
    if only_ties && !case.explains.is_empty() {
        case.speaks_for(15, "no table and no column is missing, only keys, constraints or indexes");
    }
    match absent.len() {
        0 => {}
        1 if scene.was_run_among_others(absent[0]) => case.speaks_for(
            40,
            format!(
                "the row of {} was written between rows of migrations that were run, within a second of both, and \
                 nothing else of its kind is missing",
                scene.rows[absent[0]].id
            ),
        ),
        1 => case.speaks_for(10, format!("of one migration alone nothing is there: {}", scene.rows[absent[0]].id)),
        more if were_run => case.speaks_for(
            30,
            format!(
                "of {} nothing is there, but their rows were written among those of migrations that were run, within a second: one \
                 command ran them all; and of each of their apps other tables stand",
                count_of(more, "migration")
            ),
        ),
        more => case.speaks_against(
            15,
            format!("of {} nothing at all is there: each would have been taken away whole", count_of(more, "migration")),
        ),
    }
    weigh_traces(scene, &mut case);
    if let [at] = absent[..] {
        weigh_numbers(scene, at, &mut case);
    }
    case.command = Some(commands(scene, &case.explains));
    case.check = Some(
        "Look for DROP statements in the server's log and in shell histories; ask whoever cleaned up last."
            .to_owned(),
    );
    Some(case)
}

/// An app of one table that is gone looks the same, whether a router kept it away or somebody dropped it.
fn weigh_numbers(scene: &Scene<'_>, at: usize, case: &mut Case) {
    match numbers::room_for(scene, at) {
        Some(Room::None(why)) => case.speaks_against(40, why),
        Some(Room::OnlyHere(why)) => case.speaks_for(20, why),
        None if scene.lost_apps().contains_key(&scene.rows[at].id.app) => case.speaks_against(
            0,
            "a router that kept the only table of the app away would have left the very same: nothing here tells which",
        ),
        None => {}
    }
}

fn weigh_traces(scene: &Scene<'_>, case: &mut Case) {
    if let Some(traces) = scene.traces(&case.explains) {
        case.speaks_for(50, traces);
    }
    for tie in scene.lost_ties(&case.explains) {
        case.speaks_for(50, tie);
    }
    let maimed: Vec<TableName> = (scene.findings.iter())
        .filter(|it| it.rule == Rule::MissingColumn)
        .filter_map(|it| scene.table_of(it))
        .collect();
    match scene.dropped_columns(&maimed) {
        Some(dropped) => case.speaks_for(50, dropped),
        None if !maimed.is_empty() && scene.knows_dropped_columns() => case.speaks_against(
            25,
            "PostgreSQL keeps the place of every dropped column, and of the tables in question none was dropped beyond \
             what migrations drop",
        ),
        None => {}
    }
    if let Some(pages) = scene.evidence().and_then(|it| it.free_pages).filter(|it| *it > 0) {
        case.speaks_for(
            5,
            format!(
                "the file has {} that something was in",
                count_of(usize::try_from(pages).unwrap_or(usize::MAX), "free page")
            ),
        );
    }
    if let Some(elsewhere) = scene.elsewhere() {
        case.speaks_against(30, elsewhere);
    }
}

fn commands(scene: &Scene<'_>, explains: &[usize]) -> String {
    const SHOWN: usize = 5;
    let dialect = scene.observation.dialect;
    let quote = |name: &str| dialect.quote(name);
    let command = |finding: &Finding| {
        let table = quote(finding.subject.table.as_deref().unwrap_or_default());
        let name = finding.subject.name.as_deref().map(quote).unwrap_or_else(|| "…".to_owned());
        match (finding.rule, &finding.subject.column) {
            (Rule::MissingTable, _) => format!("DROP TABLE {table};"),
            (_, Some(column)) => format!("ALTER TABLE {table} DROP COLUMN {};", quote(column)),
            (Rule::MissingIndex, None) => match dialect {
                Dialect::Postgres | Dialect::Sqlite => format!("DROP INDEX {name};"),
                Dialect::Mysql | Dialect::Mariadb => format!("DROP INDEX {name} ON {table};"),
            },
            (rule, None) => of_constraint(dialect, rule, &table, &name),
        }
    };
    let findings = explains.iter().filter_map(|at| scene.findings.get(*at));
    findings.take(SHOWN).map(command).collect::<Vec<_>>().join("\n")
}

/// A statement that takes a constraint away, as the server knows it.
fn of_constraint(dialect: Dialect, rule: Rule, table: &str, name: &str) -> String {
    match dialect {
        // Only a new table is without it.
        Dialect::Sqlite => format!("-- {table} made anew without {name}, and its rows copied"),
        Dialect::Mysql | Dialect::Mariadb if rule == Rule::MissingPrimaryKey => {
            format!("ALTER TABLE {table} DROP PRIMARY KEY;")
        }
        Dialect::Mysql | Dialect::Mariadb if rule == Rule::MissingUnique => {
            format!("DROP INDEX {name} ON {table};")
        }
        Dialect::Postgres | Dialect::Mysql | Dialect::Mariadb => {
            format!("ALTER TABLE {table} DROP CONSTRAINT {name};")
        }
    }
}

impl Scene<'_> {
    pub(super) fn actual(&self, name: &TableName) -> Option<&Table> {
        self.observation.catalog.actual.tables.get(name).map(|it| &**it)
    }

    /// Whether the row stands in one burst between rows of migrations that were run.
    pub(super) fn was_run_among_others(&self, at: usize) -> bool {
        let ran = |it: usize| matches!(self.rows[it].state, State::Stands | State::Part);
        let burst = self.bursts().into_iter().find(|it| it.contains(&at));
        burst.is_some_and(|it| (it.start..at).any(ran) && (at + 1..it.end).any(ran))
    }

    /// Foreign keys that show that a missing table once stood: gone from a standing column (PostgreSQL's CASCADE), or
    /// still there.
    pub(super) fn lost_ties(&self, findings: &[usize]) -> Vec<String> {
        let asked = self.tables_of(findings);
        let is_gone = |table: &TableName| self.missing_tables.contains(table) && asked.contains(table);
        let mut told = BTreeSet::new();
        // A key of a migration of which nothing is there says no more than the rest of it.
        let was_made = |it: &&Finding| {
            let maker = it.migration.as_ref().and_then(|it| self.manifest.position(it));
            !self.rows.iter().any(|row| row.position == maker && row.state == State::Absent)
        };
        let keys = self.findings.iter().filter(|it| it.rule == Rule::MissingForeignKey);
        for finding in keys.filter(was_made) {
            let Some(name) = self.table_of(finding) else { continue };
            let (Some(expected), Some(actual)) =
                (self.expected.expectation.schema.tables.get(&name), self.actual(&name))
            else {
                continue;
            };
            let key = expected.foreign_keys.iter().find(|key| {
                Some(key.to_string()) == finding.expected
                    && is_gone(&key.references)
                    && key.columns.iter().all(|it| actual.column(it).is_some())
            });
            if let Some(key) = key {
                told.insert(format!(
                    "{name} has its columns, but not its foreign key to {}: dropping that table with CASCADE takes it along",
                    key.references
                ));
            }
        }
        // SQLite takes a foreign key to a table that is not there; MySQL only of those who switch its checks off.
        let proves_it = |made: Option<u32>, table: &TableName| match self.observation.dialect {
            Dialect::Mysql | Dialect::Mariadb => true,
            Dialect::Sqlite | Dialect::Postgres => {
                let expected = self.expected.expectation.schema.tables.get(table);
                made.is_some() && expected.is_some_and(|it| it.provenance.created() == made)
            }
        };
        for (name, table) in &self.observation.catalog.actual.tables {
            let made =
                self.expected.expectation.schema.tables.get(name).and_then(|it| it.provenance.created());
            for key in table.foreign_keys.iter().filter(|it| is_gone(&it.references)) {
                if proves_it(made, &key.references) {
                    told.insert(format!("a foreign key of {name} still refers to {}", key.references));
                }
            }
        }
        told.extend(self.lost_triggers(&is_gone));
        told.extend(self.indexes_of_lost_keys(findings));
        const SHOWN: usize = 2;
        told.into_iter().take(SHOWN).collect()
    }

    /// InnoDB makes an index of a foreign key's name together with the key, and keeps it when the key is dropped.
    fn indexes_of_lost_keys(&self, findings: &[usize]) -> Vec<String> {
        match self.observation.dialect {
            Dialect::Mysql | Dialect::Mariadb => {}
            Dialect::Postgres | Dialect::Sqlite => return Vec::new(),
        }
        let told = |finding: &Finding| {
            let name = self.table_of(finding)?;
            let expected = self.expected.expectation.schema.tables.get(&name)?;
            let of_key = finding.subject.name.as_deref()?;
            let has_name =
                |it: &Option<Name>| it.as_deref().is_some_and(|it| it.eq_ignore_ascii_case(of_key));
            let key = expected.foreign_keys.iter().find(|it| has_name(&it.name))?;
            let leads = |index: &Index| {
                let columns: Option<Vec<&Name>> = index.parts.iter().map(|it| it.as_column()).collect();
                has_name(&index.name) && columns.is_some_and(|it| it.into_iter().eq(&key.columns))
            };
            let stands = self.actual(&name)?.indexes.iter().any(leads);
            (stands && !expected.indexes.iter().any(|it| has_name(&it.name))).then(|| {
                format!(
                    "{name} has the index that InnoDB made for its foreign key to {}, but not the key",
                    key.references
                )
            })
        };
        let of_keys = findings.iter().filter_map(|at| self.findings.get(*at));
        of_keys.filter(|it| it.rule == Rule::MissingForeignKey).filter_map(told).collect()
    }

    /// Tables that had triggers, as the foreign key of a missing table makes them, where no migration took any away.
    fn lost_triggers(&self, is_gone: &dyn Fn(&TableName) -> bool) -> Vec<String> {
        let Some(evidence) = self.evidence().filter(|it| !it.lost_triggers.is_empty()) else {
            return Vec::new();
        };
        let missing = self.expected.expectation.schema.tables.iter().filter(|(name, _)| is_gone(name));
        let keys = missing.flat_map(|(name, table)| table.foreign_keys.iter().map(move |key| (name, key)));
        keys.filter(|(_, key)| evidence.lost_triggers.contains(&key.references))
            .filter(|(_, key)| !self.migrations_drop_triggers(&key.references))
            .map(|(name, key)| {
                format!(
                    "{} had triggers and has none left: the foreign key of {name} makes them",
                    key.references
                )
            })
            .collect()
    }

    /// Whether anything that was applied may have dropped a trigger of this table, or a key that made one.
    fn migrations_drop_triggers(&self, table: &TableName) -> bool {
        use crate::migration::{MayTouch, Operation};
        use crate::schema::Change;
        let mut around = BTreeSet::from([table]);
        let applied = self.expected.applied.effective.iter().filter_map(|it| self.manifest.migration(*it));
        applied.flat_map(|it| &it.operations).any(|operation| match operation {
            Operation::Opaque(opaque) => match &opaque.may_touch {
                MayTouch::Nothing => false,
                MayTouch::Tables(tables) => tables.iter().any(|it| around.contains(it)),
                MayTouch::Anything => true,
            },
            Operation::Change(change) => {
                if let Change::CreateTable(made) = change
                    && made.foreign_keys.iter().any(|it| it.references == *table)
                {
                    around.insert(&made.name);
                }
                if let Change::AddForeignKey { table: from, foreign_key } = change
                    && foreign_key.references == *table
                {
                    around.insert(from);
                }
                let takes_away = matches!(
                    change,
                    Change::DropTable { .. }
                        | Change::DropForeignKey { .. }
                        | Change::DropColumn { .. }
                        | Change::RenameTable { .. }
                );
                takes_away && around.contains(change.table())
            }
        })
    }

    /// Whether the server says how many columns were dropped.
    pub(super) fn knows_dropped_columns(&self) -> bool {
        self.evidence().is_some_and(|it| !it.dropped_columns.is_empty())
    }

    /// The first of the tables that has lost more columns than migrations drop.
    pub(super) fn dropped_columns(&self, tables: &[TableName]) -> Option<String> {
        let evidence = self.evidence()?;
        tables.iter().find_map(|table| {
            let dropped = *evidence.dropped_columns.get(table)?;
            let by_migrations = self.columns_dropped_by_migrations(table);
            (dropped > by_migrations).then(|| {
                let columns = count_of(usize::try_from(dropped).unwrap_or(usize::MAX), "column");
                format!(
                    "{table} has lost {columns} since it was made, of which migrations drop {by_migrations}"
                )
            })
        })
    }

    fn columns_dropped_by_migrations(&self, wanted: &TableName) -> u64 {
        use crate::migration::Operation;
        use crate::schema::Change;
        // Under each name that the table has had.
        let mut names = BTreeSet::from([wanted.clone()]);
        let mut dropped = 0;
        for position in self.expected.applied.effective.iter().rev() {
            let operations = self.manifest.migration(*position).map(|it| &it.operations);
            for operation in operations.into_iter().flatten().rev() {
                let Operation::Change(change) = operation else { continue };
                if let Change::RenameTable { from, to } = change
                    && names.contains(to)
                {
                    names.insert(from.clone());
                } else if let Change::DropColumn { table, .. } = change
                    && names.contains(table)
                {
                    dropped += 1;
                }
            }
        }
        dropped
    }
}
