//! Manifests compiled from Django projects, against databases that real Django migrated.

mod large;
mod order;
mod projects;
mod steps;
mod styles;
mod told;
mod undone;
mod wild;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use schema_health::audit::{Finding, Policy, Report, audit};
use schema_health::catalog::Session;
use schema_health::compile::django::compile::{Compiled, compile};
use schema_health::compile::django::notice::Notice;
use schema_health::compile::django::read::{Request, read};
use schema_health::dialect::Dialect;
use schema_health::migration::{LedgerFormat, Manifest};

use crate::observing::target;

/// The Python that `./tests/run` made.
pub fn python() -> String {
    std::env::var("SCHEMA_HEALTH_TEST_PYTHON").expect("SCHEMA_HEALTH_TEST_PYTHON is not set: run ./tests/run")
}

pub fn project(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(case).join("project")
}

/// Where the Python keeps Django.
pub fn site_packages() -> PathBuf {
    let told = Command::new(python())
        .args(["-c", "import django, pathlib; print(pathlib.Path(django.__file__).parent.parent)"])
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    PathBuf::from(String::from_utf8(told.stdout).unwrap().trim())
}

/// `manage.py` with these arguments, in the project of the case.
pub fn manage(case: &str, url: &str, arguments: &[&str]) {
    let done = Command::new(python())
        .arg("manage.py")
        .args(arguments)
        .args(["--verbosity", "0"])
        .current_dir(project(case))
        .env("DATABASE_URL", url)
        .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// The project's manifest for a dialect, and all that was told on the way.
pub fn compiled(project: &Path, settings: &Path, dialect: Dialect) -> (Manifest, Compiled) {
    let request = Request {
        dialect,
        sources: vec![
            project.to_owned(),
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance"),
            site_packages(),
        ],
        settings: Some(settings.to_owned()),
        set: Vec::new(),
        apps: Vec::new(),
        installed_apps: Vec::new(),
        database: "default".to_owned(),
        django: None,
    };
    let project = read(&request).unwrap();
    // What decides of databases is the environment's, which no reader knows.
    let of_settings = |notice: &Notice| notice.at.file.as_path() == settings;
    let told: Vec<_> = project.notices.iter().filter(|it| !of_settings(it)).collect();
    assert!(told.is_empty(), "{told:#?}");
    let compiled = compile(&project);
    let ledger = LedgerFormat::by_name("django").unwrap();
    let manifest = Manifest::new(dialect, ledger, compiled.migrations.clone()).unwrap();
    (manifest, compiled)
}

pub async fn report(manifest: &Manifest, url: &str) -> Report {
    let mut target = target(url);
    target.budgets.connect = Duration::from_secs(60);
    target.budgets.statement = Duration::from_secs(60);
    let mut session = Session::open(&target).await.unwrap();
    let observation = session.observe(&manifest.interest()).await.unwrap();
    session.close().await;
    audit(manifest, &observation, &Policy::default())
}

/// `rule: message`, but for migrations that still wait.
pub fn findings(report: &Report) -> Vec<String> {
    let line = |it: &Finding| {
        format!("{}: {} (expected {:?}, actual {:?})", it.rule.name(), it.message, it.expected, it.actual)
    };
    report.findings.iter().filter(|it| it.rule.name() != "pending_migration").map(line).collect()
}
