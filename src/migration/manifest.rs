//! The manifest: the compiled list of migrations for one dialect, and its file.
//!
//! The format is described in `migrations-manifest/README.md`; YAML and JSON are the same format.

mod file;
mod short_form;
#[cfg(test)]
mod tests;
mod write;

pub use file::TableFile;
pub(crate) use file::sharing;
pub use write::{lines, table_json, table_name_json};

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::graph::{self, GraphError};
use super::{LedgerFormat, Migration, MigrationId, Operation};
use crate::dialect::Dialect;
use crate::schema::{Change, IndexKey, IndexPart, Pool, Provenance, Table, TableName};

/// The compiled list of migrations, checked whole.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub dialect: Dialect,
    pub ledger: &'static LedgerFormat,
    /// In an order in which they could be applied: a migration stands after those it depends on. Objects
    /// in their changes carry this position as their [`Provenance`].
    pub migrations: Vec<Migration>,
    /// What of the project is not in here, an app or a file, one sentence each: every audit tells it.
    pub unread: Vec<String>,
    positions: BTreeMap<MigrationId, u32>,
}

/// What of the catalog is worth asking for beyond the raw rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Tables of which the manifest describes a check, a predicate, an index expression or a generated
    /// column, so that the text of theirs is needed.
    pub expressions: BTreeSet<TableName>,
    /// Schemas other than the audited one that the manifest names.
    pub schemas: BTreeSet<String>,
}

/// Everything that is wrong with a manifest.
#[derive(Clone, Debug)]
pub struct ManifestError {
    pub path: PathBuf,
    pub problems: Vec<Problem>,
}

/// One mistake, and where it stands (line and column count from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub position: Option<(u64, u64)>,
    pub message: String,
}

impl Interest {
    /// The texts of whatever these tables have of expressions.
    pub fn in_all_of<'t>(tables: impl IntoIterator<Item = &'t Arc<Table>>) -> Self {
        let speaks = |table: &&Arc<Table>| speaks_expressions(&Change::CreateTable(Arc::clone(table)));
        let tables = tables.into_iter().filter(speaks).map(|table| table.name.clone());
        Self { expressions: tables.collect(), schemas: BTreeSet::new() }
    }

    /// What either of the two wants to know.
    pub fn and(mut self, other: Self) -> Self {
        self.expressions.extend(other.expressions);
        self.schemas.extend(other.schemas);
        self
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.problems.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:", self.path.display())?;
            if let Some((line, column)) = problem.position {
                write!(f, "{line}:{column}:")?;
            }
            write!(f, " {}", problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ManifestError {}

impl Manifest {
    /// Reads a manifest file: JSON where the name ends so, else YAML.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let fail = |problems| ManifestError { path: path.to_owned(), problems };
        let text = std::fs::read_to_string(path).map_err(|error| {
            fail(vec![Problem { position: None, message: format!("cannot be read: {error}") }])
        })?;
        let is_json = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
        Self::parse(&text, is_json).map_err(fail)
    }

    /// Parses the text of a manifest file.
    pub fn parse(text: &str, is_json: bool) -> Result<Self, Vec<Problem>> {
        let file: file::ManifestFile = sharing(|| {
            if is_json {
                serde_json::from_str(text).map_err(|error| vec![json_problem(&error)])
            } else {
                serde_saphyr::from_str_with_options(text, yaml_options(text))
                    .map_err(|error| vec![yaml_problem(&error)])
            }
        })?;
        Self::from_file(file).map_err(|mistakes| {
            let positions = migration_positions(text);
            let locate = |mistake: Mistake| Problem {
                position: mistake.migration.and_then(|it| positions.get(it).copied()),
                message: mistake.message,
            };
            mistakes.into_iter().map(locate).collect()
        })
    }

    fn from_file(file: file::ManifestFile) -> Result<Self, Vec<Mistake>> {
        if file.format != file::FORMAT {
            return Err(vec![Mistake::general(format!(
                "this is format {}, but this version of schema-health reads format {}",
                file.format,
                file::FORMAT
            ))]);
        }
        let Some(ledger) = LedgerFormat::by_name(&file.ledger) else {
            let known: Vec<_> = super::ledger::FORMATS.iter().map(|format| format.name).collect();
            let message = format!("ledger `{}` is not known; known are: {}", file.ledger, known.join(", "));
            return Err(vec![Mistake::general(message)]);
        };
        let file::MigrationsFile { mut migrations, mistakes } = file.migrations;
        split_dotted_apps(&mut migrations);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let manifest = Self::new(file.dialect, ledger, migrations)?;
        Ok(Self { unread: file.unread, ..manifest })
    }

    /// Checks the graph, puts the migrations in order, and brings every spelling to its canonical form.
    ///
    /// Refused: no migration, or no operation at all (nothing compared must never read as healthy), two
    /// migrations of one id, a dependency that is not there, a cycle.
    pub fn new(
        dialect: Dialect,
        ledger: &'static LedgerFormat,
        migrations: Vec<Migration>,
    ) -> Result<Self, Vec<Mistake>> {
        if migrations.iter().all(|migration| migration.operations.is_empty()) {
            return Err(vec![Mistake::general(
                "the manifest describes no operation: an audit would compare nothing".to_owned(),
            )]);
        }
        let order = graph::order(&migrations).map_err(|errors| {
            errors
                .into_iter()
                .map(|GraphError { migration, message }| Mistake { migration: Some(migration), message })
                .collect::<Vec<_>>()
        })?;
        let mut slots: Vec<Option<Migration>> = migrations.into_iter().map(Some).collect();
        let mut migrations: Vec<Migration> = order.into_iter().filter_map(|at| slots[at].take()).collect();
        let mut pool = Pool::default();
        for (position, migration) in (0..).zip(&mut migrations) {
            migration.operations.shrink_to_fit();
            for operation in &mut migration.operations {
                if let Operation::Change(change) = operation {
                    dialect.canonical_change(change, &dialect.naming());
                    stamp(change, position);
                    share(change, &mut pool);
                }
            }
            migration.taken_back.shrink_to_fit();
            for change in &mut migration.taken_back {
                dialect.canonical_change(change, &dialect.naming());
            }
        }
        let positions =
            (0..).zip(&migrations).map(|(position, migration)| (migration.id.clone(), position)).collect();
        Ok(Self { dialect, ledger, migrations, unread: Vec::new(), positions })
    }

    /// Where a migration stands in [`Manifest::migrations`].
    pub fn position(&self, id: &MigrationId) -> Option<u32> {
        self.positions.get(id).copied()
    }

    pub fn migration(&self, position: u32) -> Option<&Migration> {
        self.migrations.get(usize::try_from(position).ok()?)
    }

    /// What of the catalog an audit against this manifest needs beyond the raw rows.
    pub fn interest(&self) -> Interest {
        let mut interest = Interest::default();
        let operations = self.migrations.iter().flat_map(|migration| &migration.operations);
        for operation in operations {
            let Operation::Change(change) = operation else { continue };
            interest.schemas.extend(change.table().schema.iter().map(|schema| schema.to_string()));
            if let Change::RenameTable { to, .. } = change {
                interest.schemas.extend(to.schema.iter().map(|schema| schema.to_string()));
                if interest.expressions.contains(change.table()) {
                    interest.expressions.insert(to.clone());
                }
            }
            if speaks_expressions(change) {
                interest.expressions.insert(change.table().clone());
            }
        }
        interest
    }

    /// The JSON Schema of the file format.
    pub fn json_schema() -> serde_json::Value {
        schemars::schema_for!(file::ManifestFile).to_value()
    }
}

/// A mistake in the migration at this place of the file, or in the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub migration: Option<usize>,
    pub message: String,
}

impl Mistake {
    fn general(message: String) -> Self {
        Self { migration: None, message }
    }
}

fn read_migration(file: file::MigrationFile, number: usize, mistakes: &mut Vec<Mistake>) -> Migration {
    let id = MigrationId { app: file.app.0, name: file.name.0 };
    let mut tell = |message: String| mistakes.push(Mistake { migration: Some(number), message });
    let mut resolve = |text: &String| {
        if id.app.is_empty() {
            return Some(MigrationId { app: "".into(), name: text.as_str().into() });
        }
        let parsed =
            text.split_once('.').map(|(app, name)| MigrationId { app: app.into(), name: name.into() });
        if parsed.is_none() {
            tell(format!("{id}: `{text}` should be `app.name`, for example `{}.{text}`", id.app));
        }
        parsed
    };
    let dependencies = file.dependencies.iter().filter_map(&mut resolve).collect();
    let replaces = file.replaces.iter().filter_map(&mut resolve).collect();
    let mut operations = Vec::with_capacity(file.operations.len());
    for (number, operation) in file.operations.into_iter().enumerate() {
        match operation.into_operations() {
            Ok(made) => operations.extend(made),
            Err(message) => tell(format!("{id}, operation {}: {message}", number + 1)),
        }
    }
    let mut taken_back = Vec::new();
    for (number, operation) in file.taken_back.into_iter().enumerate() {
        let mut tell = |message| tell(format!("{id}, taken_back {}: {message}", number + 1));
        match operation.into_operations() {
            Ok(made) => made.into_iter().for_each(|it| match it {
                Operation::Change(change) => taken_back.push(change),
                Operation::Opaque(_) => tell("what is left cannot be opaque".to_owned()),
            }),
            Err(message) => tell(message),
        }
    }
    Migration { id, dependencies, replaces, operations, taken_back }
}

/// `app.name` was split at the first dot, but an app's name may hold some (Django before 3.1 took labels like
/// `tcms.core.auth`): the split that gives an app of the file is meant.
fn split_dotted_apps(migrations: &mut [Migration]) {
    let apps: BTreeSet<_> = migrations.iter().map(|it| it.id.app.clone()).collect();
    if !apps.iter().any(|it| it.contains('.')) {
        return;
    }
    let ids = migrations.iter_mut().flat_map(|it| it.dependencies.iter_mut().chain(&mut it.replaces));
    for id in ids {
        let text = id.to_string();
        let mut splits = text.match_indices('.').map(|(at, _)| (&text[..at], &text[at + 1..]));
        if let Some((app, name)) = splits.rfind(|(app, _)| apps.contains(*app)) {
            *id = MigrationId { app: app.into(), name: name.into() };
        }
    }
}

/// Writes the migration's position into every object that the change makes.
fn stamp(change: &mut Change, position: u32) {
    let made = Provenance::of(position);
    match change {
        Change::CreateTable(table) => Arc::make_mut(table).for_each_provenance(|it| *it = made),
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => column.provenance = made,
        Change::AddPrimaryKey { primary_key, .. } => primary_key.provenance = made,
        Change::AddUnique { unique, .. } => unique.provenance = made,
        Change::AddForeignKey { foreign_key, .. } => foreign_key.provenance = made,
        Change::AddCheck { check, .. } => check.provenance = made,
        Change::AddIndex { index, .. } => index.provenance = made,
        Change::AddExclusion { exclusion, .. } => exclusion.provenance = made,
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
        | Change::RenameConstraint { .. } => {}
    }
}

/// Most of a manifest is tables and their columns.
fn share(change: &mut Change, pool: &mut Pool) {
    if let Change::CreateTable(table) = change {
        pool.table(Arc::make_mut(table));
    } else if let Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } = change {
        pool.column(column);
    }
}

fn speaks_expressions(change: &Change) -> bool {
    let in_parts = |parts: &[IndexPart]| parts.iter().any(|part| matches!(part.key, IndexKey::Expression(_)));
    let in_table = |table: &Table| {
        !table.checks.is_empty()
            || table.columns.iter().any(|it| it.generated.is_some())
            || table.uniques.iter().any(|it| it.condition.is_some() || in_parts(&it.parts))
            || table.indexes.iter().any(|it| it.condition.is_some() || in_parts(&it.parts))
            || table.exclusions.iter().any(|it| it.condition.is_some() || in_parts(&it.parts))
    };
    match change {
        Change::CreateTable(table) => in_table(table),
        Change::AddColumn { column, .. } | Change::AlterColumn { column, .. } => column.generated.is_some(),
        Change::AddUnique { unique, .. } => unique.condition.is_some() || in_parts(&unique.parts),
        Change::AddIndex { index, .. } => index.condition.is_some() || in_parts(&index.parts),
        Change::AddExclusion { exclusion, .. } => exclusion.condition.is_some() || in_parts(&exclusion.parts),
        Change::AddCheck { .. } => true,
        Change::DropTable { .. }
        | Change::RenameTable { .. }
        | Change::DropColumn { .. }
        | Change::RenameColumn { .. }
        | Change::AddPrimaryKey { .. }
        | Change::DropPrimaryKey { .. }
        | Change::DropUnique { .. }
        | Change::AddForeignKey { .. }
        | Change::DropForeignKey { .. }
        | Change::DropCheck { .. }
        | Change::DropIndex { .. }
        | Change::DropExclusion { .. }
        | Change::RenameConstraint { .. } => false,
    }
}

/// Budgets that grow with the text, so that a manifest of any honest size loads while an alias bomb does not.
fn yaml_options(text: &str) -> serde_saphyr::Options {
    let size = text.len().max(1_000_000);
    serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: size, max_events: size, max_depth: 32 },
        with_snippet: false,
    }
}

pub(crate) fn json_problem(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_owned();
    let (line, column) = (error.line() as u64, error.column() as u64);
    Problem { position: (line > 0).then_some((line, column)), message }
}

fn yaml_problem(error: &serde_saphyr::Error) -> Problem {
    let position = error.location().map(|it| (it.line(), it.column())).filter(|(line, _)| *line > 0);
    let text = error.without_snippet().to_string();
    let message = match (position, text.strip_prefix("error: ").unwrap_or(&text).rsplit_once(" at line ")) {
        (Some(_), Some((message, _))) => message.to_owned(),
        _ => text,
    };
    Problem { position, message }
}

/// Where each migration of the file begins. Read only when something is wrong: JSON is YAML too.
fn migration_positions(text: &str) -> Vec<(u64, u64)> {
    #[derive(Deserialize)]
    struct Heads {
        migrations: Vec<serde_saphyr::Spanned<serde::de::IgnoredAny>>,
    }
    serde_saphyr::from_str_with_options::<Heads>(text, yaml_options(text))
        .map(|heads| {
            heads.migrations.iter().map(|it| (it.referenced.line(), it.referenced.column())).collect()
        })
        .unwrap_or_default()
}
