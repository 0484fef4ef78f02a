//! The damage, tried on manifests that were written by hand: what is wrong here is not the compiler's.

use std::path::Path;
use std::process::Command;

use schema_health::dialect::Dialect;
use schema_health::migration::Manifest;

use super::damage;
use super::ground::Ground;

async fn names_all_that_is_dropped(dialect: Dialect) {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/django-contrib");
    let mut ground = Ground::new(dialect).await;
    let migrated = Command::new(std::env::var("SCHEMA_HEALTH_TEST_PYTHON").expect("run ./tests/run"))
        .args(["manage.py", "migrate", "--verbosity", "0"])
        .current_dir(case.join("project"))
        .env("DATABASE_URL", ground.url().replace("sqlite://", "sqlite:"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    let manifest = Manifest::load(&case.join(format!("manifest.{dialect}.yaml"))).unwrap();
    let tally = damage::drop_each(&mut ground, &manifest, None).await;
    println!("django-contrib by hand on {dialect}: {tally}");
    assert!(tally.faults.is_empty(), "{tally}\n{}", tally.faults.join("\n"));
    assert!(tally.refused.is_empty(), "{tally}\n{}", tally.refused.join("\n"));
}

#[tokio::test]
async fn on_postgres() {
    names_all_that_is_dropped(Dialect::Postgres).await;
}

#[tokio::test]
async fn on_mariadb() {
    names_all_that_is_dropped(Dialect::Mariadb).await;
}

#[tokio::test]
async fn on_sqlite() {
    names_all_that_is_dropped(Dialect::Sqlite).await;
}
