//! From the request to the manifest: reads a project and compiles it, and says what came of it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use super::compile::compile;
use super::project::{Notice, Project};
use super::read::{ReadError, Request, read};
use crate::dialect::Dialect;
use crate::migration::manifest::Mistake;
use crate::migration::{Manifest, Operation, ledger};

/// A project's manifest, and how it was made.
#[derive(Clone, Debug)]
pub struct Compilation {
    pub manifest: Manifest,
    pub summary: Summary,
    /// What was not seen through, in the order of the sources.
    pub notices: Vec<Notice>,
    /// The files of migrations, and the folders in which a further one would stand.
    pub files: BTreeSet<PathBuf>,
}

/// What was compiled, in figures.
#[derive(Clone, Debug)]
pub struct Summary {
    pub dialect: Dialect,
    pub django: (u32, u32),
    pub apps: usize,
    pub migrations: usize,
    /// As they stand in the sources.
    pub operations: usize,
    /// Operations that may have changed the schema in a way that was not seen.
    pub not_seen_through: usize,
    /// What the manifest says: changes of the schema.
    pub changes: usize,
}

/// Why a project has no manifest.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{}", .0.iter().map(|it| it.message.as_str()).collect::<Vec<_>>().join("\n"))]
    Manifest(Vec<Mistake>),
}

/// Reads a Django project's sources and compiles its migrations.
///
/// Blocking: it reads files.
pub fn compile_project(request: &Request) -> Result<Compilation, CompileError> {
    let project = read(request)?;
    let files = files_of(&project);
    let (dialect, django, apps) = (project.dialect, project.django, project.apps.len());
    let compiled = compile(&project);
    let mut notices = project.notices;
    notices.extend(compiled.notices);
    let manifest =
        Manifest::new(dialect, &ledger::DJANGO, compiled.migrations).map_err(CompileError::Manifest)?;
    let made = manifest.migrations.iter().flat_map(|migration| &migration.operations);
    let summary = Summary {
        dialect,
        django,
        apps,
        migrations: manifest.migrations.len(),
        operations: compiled.operations,
        not_seen_through: compiled.not_seen_through,
        changes: made.filter(|it| matches!(it, Operation::Change(_))).count(),
    };
    Ok(Compilation { summary, notices, files, manifest })
}

fn files_of(project: &Project) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for migration in &project.migrations {
        files.insert(migration.file.to_path_buf());
        files.extend(migration.file.parent().map(ToOwned::to_owned));
    }
    files
}

impl Summary {
    /// The share of the operations that were seen through, between 0 and 1.
    pub fn coverage(&self) -> f64 {
        if self.operations == 0 {
            0.0
        } else {
            1.0 - self.not_seen_through.min(self.operations) as f64 / self.operations as f64
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { dialect, django: (major, minor), apps, migrations, operations, changes, not_seen_through } =
            self;
        write!(
            f,
            "Django {major}.{minor} for {dialect}: {apps} apps, {migrations} migrations, {operations} operations, \
             {changes} changes; {not_seen_through} not seen through, coverage {:.1} %",
            self.coverage() * 100.0
        )
    }
}
