//! A copy of the project `django-why`, and databases that it migrates.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use schema_health::audit::{Cause, Hypothesis, Policy, Report, Rule, audit};
use schema_health::catalog::Session;
use schema_health::compile::django::{Request, compile_project};
use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;
use tempfile::TempDir;

use crate::compile::{python, site_packages};
use crate::observing::target;

/// What is gathered for: a table or a column is missing, or the ledger that would tell.
const ASKS_WHY: [Rule; 5] = [
    Rule::MissingTable,
    Rule::MissingColumn,
    Rule::LedgerMissing,
    Rule::LedgerEmpty,
    Rule::LedgerInOtherSchema,
];
/// A second command comes later than any burst of rows lasts.
const BETWEEN_COMMANDS: Duration = Duration::from_millis(1_200);

pub struct Stage {
    folder: TempDir,
    pub dialect: Dialect,
    pub url: String,
    schema: Option<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Stage {
    pub fn new(dialect: Dialect, url: String) -> Self {
        let folder = TempDir::new().unwrap();
        let from = root().join("tests/cases/django-why/project");
        run(Command::new("cp").arg("-r").arg(from).arg(folder.path().join("project")));
        Self { folder, dialect, url, schema: None }
    }

    /// The same project on one schema of the database.
    pub fn in_schema(self, schema: &str) -> Self {
        Self { schema: Some(schema.to_owned()), ..self }
    }

    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// `manage.py` with these arguments, after a pause as people make it.
    pub fn manage(&self, arguments: &[&str]) {
        self.manage_with(&[], arguments);
    }

    pub fn manage_with(&self, environment: &[(&str, &str)], arguments: &[&str]) {
        let done = self.try_manage(environment, arguments);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{arguments:?}: {told}");
    }

    pub fn try_manage(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        std::thread::sleep(BETWEEN_COMMANDS);
        Command::new(python())
            .arg("manage.py")
            .args(arguments)
            .args(["--skip-checks", "--verbosity", "1"])
            .current_dir(self.project())
            .env("DATABASE_URL", self.url.replace("sqlite://", "sqlite:"))
            .env("PYTHONPATH", root().join("tests/conformance"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONWARNINGS", "ignore")
            .envs(environment.iter().copied())
            .output()
            .unwrap()
    }

    /// Replaces a text in a file of the project.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.project().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} does not say {from}");
        std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    pub fn manifest(&self) -> Manifest {
        let request = Request {
            dialect: self.dialect,
            sources: vec![self.project(), root().join("tests/conformance"), site_packages()],
            settings: Some(self.project().join("settings.py")),
            set: Vec::new(),
            apps: Vec::new(),
            installed_apps: Vec::new(),
            database: "default".to_owned(),
            django: None,
        };
        compile_project(&request).unwrap().manifest
    }

    pub async fn report(&self) -> Report {
        self.report_at(&self.url).await
    }

    /// The report on another database, or by another role.
    pub async fn report_at(&self, url: &str) -> Report {
        let mut target = target(url);
        target.schema.clone_from(&self.schema);
        target.budgets.connect = Duration::from_secs(60);
        target.budgets.statement = Duration::from_secs(60);
        let manifest = self.manifest();
        let mut session = Session::open(&target).await.unwrap();
        let observation = session.observe_with_evidence(&manifest, &manifest.interest()).await.unwrap();
        session.close().await;
        let report = audit(&manifest, &observation, &Policy::default());
        // Exactly then: a healthy audit asks nothing more.
        let asks_why: Vec<Rule> =
            report.findings.iter().map(|it| it.rule).filter(|it| ASKS_WHY.contains(it)).collect();
        assert_eq!(observation.evidence.is_some(), !asks_why.is_empty(), "{asks_why:?}: {report:#?}");
        report
    }
}

pub fn run(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// The cause ranks before every other; prints the row of the matrix.
#[track_caller]
pub fn first<'r>(report: &'r Report, happened: &str, cause: Cause) -> &'r Hypothesis {
    let row: Vec<String> = report.diagnosis.iter().map(|it| format!("{} {}", it.cause, it.rank)).collect();
    println!("{happened}: {}", row.join(", "));
    let ranks: Vec<u32> = report.diagnosis.iter().map(|it| it.rank).collect();
    let first = report.diagnosis.first().unwrap_or_else(|| panic!("{happened}: no hypothesis: {report:#?}"));
    assert!(
        first.cause == cause && ranks.get(1).is_none_or(|second| *second < first.rank),
        "{happened}: {:#?}",
        report.diagnosis
    );
    let told: Vec<&str> = report.findings.iter().map(|it| it.id.as_str()).collect();
    assert!(!first.explains.is_empty() && first.explains.iter().all(|it| told.contains(&it.as_str())));
    first
}

/// A piece of evidence for or against it says this.
#[track_caller]
pub fn says(hypothesis: &Hypothesis, text: &str) {
    let all = || hypothesis.evidence_for.iter().chain(&hypothesis.evidence_against);
    assert!(all().any(|it| it.contains(text)), "nothing says `{text}`: {hypothesis:#?}");
}
