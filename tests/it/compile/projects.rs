//! Whole projects: what real Django made of them is what their compiled manifest says, and what was written
//! by hand says the same.

use schema_health::audit::Health;
use schema_health::dialect::Dialect;
use schema_health::migration::{Manifest, fold};
use schema_health::schema::diff;

use super::{compiled, findings, manage, project, report};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

/// No finding, and everything compared to the end.
async fn is_whole(case: &str, settings: &str, url: &str, dialect: Dialect) {
    let folder = project(case);
    manage(case, url, &["migrate"]);
    let (manifest, compiled) = compiled(&folder, &folder.join(settings), dialect);
    assert_eq!(compiled.notices, []);
    let report = report(&manifest, url).await;
    assert_eq!(findings(&report), [""; 0]);
    assert_eq!(report.health, Health::Healthy, "{:?}", report.reason);
    assert_eq!(report.coverage.checked, report.coverage.expected, "{:#?}", report.blind_spots);
    assert_eq!(report.blind_spots, [""; 0]);
}

/// Both manifests fold to one schema.
fn says_what_the_hand_wrote(case: &str, settings: &str, dialect: Dialect) {
    let folder = project(case);
    let (compiled, _) = compiled(&folder, &folder.join(settings), dialect);
    let by_hand = folder.with_file_name(format!("manifest.{dialect}.yaml"));
    let by_hand = Manifest::load(&by_hand).unwrap();
    let whole = |manifest: &Manifest| {
        let all = (0..).take(manifest.migrations.len()).collect();
        let folded = fold(manifest, &all, &dialect.naming());
        assert_eq!(folded.problems, []);
        folded.schema
    };
    let difference = diff(&whole(&compiled), &whole(&by_hand));
    assert!(difference.changes.is_empty() && difference.unproven.is_empty(), "{difference:#?}");
    let ids = |manifest: &Manifest| {
        let mut ids: Vec<_> = manifest.migrations.iter().map(|it| it.id.to_string()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&compiled), ids(&by_hand));
}

#[test]
fn the_compiled_manifest_of_contrib_says_what_the_hand_wrote() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        says_what_the_hand_wrote("django-contrib", "settings.py", dialect);
    }
}

#[test]
fn the_compiled_manifest_of_deltacrown_says_what_the_hand_wrote() {
    for dialect in [Dialect::Postgres, Dialect::Sqlite] {
        says_what_the_hand_wrote("deltacrown", "deltacrown/settings.py", dialect);
    }
}

#[tokio::test]
async fn contrib_on_postgres_is_what_its_compiled_manifest_says() {
    let database = postgres_database().await;
    is_whole("django-contrib", "settings.py", &database.url(), Dialect::Postgres).await;
}

#[tokio::test]
async fn contrib_on_mysql_is_what_its_compiled_manifest_says() {
    let database = mysql_database().await;
    is_whole("django-contrib", "settings.py", &database.url(), database.dialect).await;
}

#[tokio::test]
async fn contrib_on_sqlite_is_what_its_compiled_manifest_says() {
    let database = sqlite_database().await;
    is_whole("django-contrib", "settings.py", &database.url(), Dialect::Sqlite).await;
}

#[tokio::test]
async fn deltacrown_on_postgres_is_what_its_compiled_manifest_says() {
    let database = postgres_database().await;
    is_whole("deltacrown", "deltacrown/settings.py", &database.url(), Dialect::Postgres).await;
}
