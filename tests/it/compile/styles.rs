//! Operations and fields in the styles in which people write them, migrated by real Django: nothing is accused, and what is
//! not seen through is what is listed here.

use std::path::Path;

use schema_health::compile::django::Request;
use schema_health::compile::django::compile::compile;
use schema_health::compile::django::notice::{Concern, Notice};
use schema_health::compile::django::read::read;
use schema_health::dialect::Dialect;
use schema_health::migration::{LedgerFormat, Manifest};

use super::{findings, manage, project, report, site_packages};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

const CASE: &str = "django-styles";

/// What is told of the project: nothing else is not seen through.
const TOLD: [&str; 2] = [
    "0001_initial.py: field `price`: columns.fields.Price may add fields of its own to the model",
    // Its `deconstruct` does not tell `currency`: Django's clone has one.
    "0001_initial.py: field `price2`: columns.fields.Price may add fields of its own to the model",
];

fn request(dialect: Dialect) -> Request {
    let folder = project(CASE);
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    Request {
        dialect,
        sources: vec![folder.clone(), base, site_packages()],
        settings: Some(folder.join("settings.py")),
        set: Vec::new(),
        apps: Vec::new(),
        installed_apps: Vec::new(),
        database: "default".to_owned(),
        django: None,
    }
}

async fn nothing_is_accused(url: &str, dialect: Dialect) {
    let project = read(&request(dialect)).unwrap();
    let compiled = compile(&project);
    let is_told = |it: &&Notice| !matches!(it.concern, Concern::Assumed | Concern::Setting);
    let told: Vec<String> = (project.notices.iter().chain(&compiled.notices).filter(is_told))
        .map(|it| {
            let file = it.at.file.file_name().unwrap().to_string_lossy().into_owned();
            format!("{file}: {}", it.message)
        })
        .collect();
    assert_eq!(told, TOLD, "{told:#?}");
    let ledger = LedgerFormat::by_name("django").unwrap();
    let manifest = Manifest::new(dialect, ledger, compiled.migrations).unwrap();
    manage(CASE, url, &["migrate", "--skip-checks"]);
    let report = report(&manifest, url).await;
    assert_eq!(findings(&report), [""; 0]);
    assert!(report.coverage.checked * 10 > report.coverage.expected * 9, "{:?}", report.coverage);
}

#[tokio::test]
async fn whatever_the_style_nothing_is_accused_on_postgres() {
    let database = postgres_database().await;
    nothing_is_accused(&database.url(), Dialect::Postgres).await;
}

#[tokio::test]
async fn whatever_the_style_nothing_is_accused_on_mysql() {
    let database = mysql_database().await;
    nothing_is_accused(&database.url(), database.dialect).await;
}

#[tokio::test]
async fn whatever_the_style_nothing_is_accused_on_sqlite() {
    let database = sqlite_database().await;
    nothing_is_accused(&database.url(), Dialect::Sqlite).await;
}
