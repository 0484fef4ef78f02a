//! Migrations that real Django applied and took back: what its way back leaves is no damage, and damage is told.

use schema_health::audit::{Report, Rule};
use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;

use super::{compiled, manage, project, report};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

const CASE: &str = "django-undone";

const STEPS: [&str; 6] = ["0006", "0005", "0004", "0003", "0002", "0001"];

fn manifest(dialect: Dialect) -> Manifest {
    let folder = project(CASE);
    compiled(&folder, &folder.join("settings.py"), dialect).0
}

/// All that is told but what is pending.
fn told(report: &Report) -> Vec<String> {
    let told = report.findings.iter().filter(|it| it.rule != Rule::PendingMigration);
    told.map(|it| format!("{} {}", it.rule.name(), it.message)).collect()
}

/// After each migration that was taken back, the newest first: what is told, and what is not verified.
async fn taken_back(url: &str, manifest: &Manifest) -> Vec<(Vec<String>, Vec<String>)> {
    let mut stations = Vec::new();
    for step in STEPS {
        manage(CASE, url, &["migrate", "shop", step, "--skip-checks"]);
        let report = report(manifest, url).await;
        let left = report.blind_spots.iter().filter(|it| it.contains("was applied and taken back"));
        stations.push((told(&report), left.cloned().collect()));
    }
    stations
}

#[track_caller]
fn accuses_nothing(stations: &[(Vec<String>, Vec<String>)]) {
    let wrong: Vec<_> = stations.iter().flat_map(|(told, _)| told).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn taken_back_on_postgres() {
    let (database, manifest) = (postgres_database().await, manifest(Dialect::Postgres));
    let stations = taken_back(&database.url(), &manifest).await;
    accuses_nothing(&stations);
    let index_of_box = "UNIQUE (name) on table shop_box is not there, as it is when shop.0006_without_boxes, which is \
                        pending, was applied and taken back";
    let index_of_tag = "INDEX (weight, id) on table shop_tag is not there, as it is when shop.0005_labels, which is \
                        pending, was applied and taken back";
    let index_of_item = "INDEX (code, name) on table shop_item is not there, as it is when shop.0004_without_code, \
                         which is pending, was applied and taken back";
    let left: [&[&str]; 6] = [
        &[],
        &[index_of_box],
        &[index_of_box, index_of_tag],
        &[index_of_box, index_of_item, index_of_tag],
        &[],
        &[],
    ];
    assert_eq!(stations.iter().map(|it| &it.1).collect::<Vec<_>>(), left);
    // What no way back leaves is damage.
    database.execute("ALTER TABLE shop_item DROP CONSTRAINT shop_item_size_check").await;
    database.execute("DROP TABLE shop_item_tags").await;
    database.execute("ALTER TABLE shop_tag ALTER weight DROP NOT NULL").await;
    assert_eq!(
        told(&report(&manifest, &database.url()).await),
        [
            "missing_table table shop_item_tags is missing, though shop.0001_initial is marked applied",
            "missing_check CHECK (size >= 0) on table shop_item is missing, though shop.0001_initial is marked applied",
            "nullability_differs column shop_tag.weight, made by shop.0001_initial, is not as expected: there is NULL",
        ]
    );
}

#[tokio::test]
async fn taken_back_on_mysql() {
    let database = mysql_database().await;
    let manifest = manifest(database.dialect);
    let stations = taken_back(&database.url(), &manifest).await;
    accuses_nothing(&stations);
    database.execute("DROP TABLE shop_item_tags").await;
    database.execute("ALTER TABLE shop_item MODIFY name varchar(20) NULL").await;
    let told = told(&report(&manifest, &database.url()).await);
    assert_eq!(
        told,
        [
            "missing_table table shop_item_tags is missing, though shop.0001_initial is marked applied",
            "nullability_differs column shop_item.name, made by shop.0001_initial, is not as expected: there is NULL",
        ]
    );
}

#[tokio::test]
async fn taken_back_on_sqlite() {
    let (database, manifest) = (sqlite_database().await, manifest(Dialect::Sqlite));
    let stations = taken_back(&database.url(), &manifest).await;
    accuses_nothing(&stations);
    database.execute("DROP TABLE shop_item_tags").await;
    assert_eq!(
        told(&report(&manifest, &database.url()).await),
        ["missing_table table shop_item_tags is missing, though shop.0001_initial is marked applied"]
    );
}
