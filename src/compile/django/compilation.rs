//! From the request to the manifest: reads a project and compiles it, and says what came of it.

use std::fmt;
use std::path::PathBuf;

use super::compile::{Compiled, compile, try_to_compile};
use super::notice::{self, Concern, Notice};
use super::project::{Location, Project};
use super::read::{ReadError, Reader, Request, below};
use super::said::Said;
use crate::dialect::Dialect;
use crate::migration::manifest::Mistake;
use crate::migration::{Manifest, Operation, ledger};
use crate::schema::count_of;

/// A project's manifest, and how it was made.
#[derive(Clone, Debug)]
pub struct Compilation {
    pub manifest: Manifest,
    pub summary: Summary,
    /// What was not seen through, in the order of the sources.
    pub notices: Vec<Notice>,
    /// The files that were read (migrations, `apps.py`, and whatever they import), and the folders in which a further
    /// migration would stand.
    pub files: Vec<PathBuf>,
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
    /// Apps, migrations and dependencies that are not in it.
    pub unread: usize,
}

/// Why a project has no manifest.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("{}", why_no_manifest(.0, .1))]
    Manifest(Vec<Mistake>, Vec<Notice>),
}

/// Reads a Django project's sources and compiles its migrations.
///
/// Blocking: it reads files.
pub fn compile_project(request: &Request) -> Result<Compilation, CompileError> {
    let (mut project, compiled) = read_and_compile(request)?;
    let files = std::mem::take(&mut project.files);
    let (dialect, django, apps) = (project.dialect, project.django, project.apps.len());
    let mut notices = std::mem::take(&mut project.notices);
    notices.extend(compiled.notices);
    // Its values take as much memory as what they were compiled to.
    drop(project);
    let gaps = notices.iter().filter(|it| it.concern.leaves_a_gap());
    let unread: Vec<String> = gaps.map(|it| from_a_source(it, &request.sources)).collect();
    let mut manifest = match Manifest::new(dialect, &ledger::DJANGO, compiled.migrations) {
        Ok(manifest) => manifest,
        Err(mistakes) => return Err(CompileError::Manifest(mistakes, notices)),
    };
    manifest.unread = unread;
    let made = manifest.migrations.iter().flat_map(|migration| &migration.operations);
    let summary = Summary {
        dialect,
        django,
        apps,
        migrations: manifest.migrations.len(),
        operations: compiled.operations,
        not_seen_through: compiled.not_seen_through,
        changes: made.filter(|it| matches!(it, Operation::Change(_))).count(),
        unread: manifest.unread.len(),
    };
    Ok(Compilation { summary, notices, files, manifest })
}

/// Reads a project and does its operations, again where followed code was not answered what the models say.
pub fn read_and_compile(request: &Request) -> Result<(Project, Compiled), ReadError> {
    let mut reader = Reader::new(request)?;
    let mut said = Said::default();
    for trial in 1..=Said::TRIALS {
        let project = reader.project(&said)?;
        let mut compiled = try_to_compile(&project);
        let answers = std::mem::take(&mut compiled.said);
        if answers.is_empty() {
            return Ok((project, compiled));
        }
        if trial < Said::TRIALS { said.learn(answers) } else { said.give_up(answers) }
    }
    let project = reader.project(&said)?;
    let compiled = compile(&project);
    Ok((project, compiled))
}

/// A notice as it reads on every machine: its file by the path that it has in the sources.
fn from_a_source(notice: &Notice, sources: &[PathBuf]) -> String {
    let Location { file, line } = &notice.at;
    let inner = sources.iter().filter_map(|source| below(file, source));
    let file = inner.min_by_key(|it| it.as_os_str().len()).unwrap_or_else(|| PathBuf::clone(file));
    format!("{}:{line}: {}", file.display(), notice.message)
}

/// With what was not read, or was decided by the settings (as by a router): most often the list of apps is the cause.
fn why_no_manifest(mistakes: &[Mistake], notices: &[Notice]) -> String {
    let mut lines: Vec<String> = mistakes.iter().map(|it| it.message.clone()).collect();
    let may_be_why = |it: &&Notice| it.concern.leaves_a_gap() || it.concern == Concern::Setting;
    let all: Vec<Notice> = notices.iter().filter(may_be_why).cloned().collect();
    lines.extend(all.iter().map(|it| format!("{}: {}", it.at, it.message)));
    lines.extend(notice::advice(&all).into_iter().map(str::to_owned));
    lines.join("\n")
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
        let Self { dialect, django: (major, minor), apps, migrations, operations, changes, .. } = self;
        write!(
            f,
            "Django {major}.{minor} for {dialect}: {}, {}, {}, {}; {} not seen through, coverage {:.1} %",
            count_of(*apps, "app"),
            count_of(*migrations, "migration"),
            count_of(*operations, "operation"),
            count_of(*changes, "change"),
            self.not_seen_through,
            self.coverage() * 100.0
        )?;
        // Of what was not read nobody can say how much it is.
        match self.unread {
            0 => Ok(()),
            unread => write!(f, " of what was read; {} not read", count_of(unread, "thing")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn request(folder: &Path, settings: PathBuf) -> Request {
        Request {
            dialect: Dialect::Postgres,
            sources: vec![folder.to_owned()],
            settings: Some(settings),
            set: Vec::new(),
            apps: Vec::new(),
            installed_apps: Vec::new(),
            database: "default".to_owned(),
            django: Some((5, 2)),
        }
    }

    /// NetBox adds its plugins' apps to the list, by a loop over what the configuration says.
    #[test]
    fn without_a_list_of_apps_the_error_says_why_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("settings.py");
        std::fs::write(&settings, "from elsewhere import plugins\nINSTALLED_APPS = list(plugins())\n")
            .unwrap();
        let request = request(folder.path(), settings);
        let message = compile_project(&request).err().unwrap().to_string();
        assert!(message.contains("settings.py:2: an entry of INSTALLED_APPS is not known"), "{message}");
        assert!(message.ends_with(Concern::App.advice()), "{message}");
    }

    /// An app that is not there stands in the manifest, by the path of the sources, and survives its file.
    #[test]
    fn what_was_not_read_stands_in_the_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("settings.py");
        std::fs::write(&settings, "INSTALLED_APPS = ['shop', 'nosuch']\n").unwrap();
        let migrations = folder.path().join("shop/migrations");
        std::fs::create_dir_all(&migrations).unwrap();
        for package in [folder.path().join("shop"), migrations.clone()] {
            std::fs::write(package.join("__init__.py"), "").unwrap();
        }
        std::fs::write(
            migrations.join("0001_initial.py"),
            "from django.db import migrations, models\nclass Migration(migrations.Migration):\n    operations = \
             [migrations.CreateModel('Item', [('id', models.AutoField(primary_key=True))])]\n",
        )
        .unwrap();
        let request = request(folder.path(), settings);
        let compilation = compile_project(&request).unwrap();
        let unread = ["settings.py:1: INSTALLED_APPS names nosuch, which is in none of the sources"];
        assert_eq!(compilation.manifest.unread, unread);
        let summary = compilation.summary.to_string();
        assert!(summary.ends_with("coverage 100.0 % of what was read; 1 thing not read"), "{summary}");
        let text = compilation.manifest.to_json();
        assert_eq!(Manifest::parse(&text, true).unwrap().unread, unread);
    }
}
