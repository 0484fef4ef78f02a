//! What happens to the ledger: faked, restored from elsewhere.

use std::process::Command;

use schema_health::audit::{Cause, Likelihood, Report};
use schema_health::dialect::Dialect;

use super::stage::{Stage, first, run, says};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

/// Two apps are rolled out, then everything else is recorded without being run.
async fn faked(stage: Stage) {
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "shop", "0002"]);
    stage.manage(&["migrate", "--fake"]);
    let report = stage.report().await;
    let faked = first(&report, &format!("faked on {}", stage.dialect), Cause::Faked);
    assert_eq!(faked.likelihood, Likelihood::High, "{faked:#?}");
    assert_eq!(faked.explains.len(), report.findings.len());
    says(faked, "5 rows were written within");
    says(faked, "in 1 unbroken run");
    assert_eq!(faked.command.as_deref(), Some("python manage.py migrate --fake"));
}

#[tokio::test]
async fn faked_on_postgres() {
    let database = postgres_database().await;
    faked(Stage::new(Dialect::Postgres, database.url())).await;
}

#[tokio::test]
async fn faked_on_mysql() {
    // By somebody who sees no databases of other tests: they may have just the tables that are missing here.
    let mut database = mysql_database().await;
    let url = database.user_url(&["ALL ON {db}.*"]).await;
    faked(Stage::new(database.dialect, url)).await;
}

#[tokio::test]
async fn faked_on_sqlite() {
    let database = sqlite_database().await;
    faked(Stage::new(Dialect::Sqlite, database.url())).await;
}

/// What follows in `shop`: renamings, a key that leads to something new, columns that are altered.
const LATER: [(&str, &str, &str); 3] = [
    (
        "0005_buyer",
        "0004_refund",
        "migrations.RenameModel('Customer', 'Buyer'), migrations.RenameField('order', 'total', 'sum')",
    ),
    (
        "0006_place",
        "0005_buyer",
        "migrations.CreateModel('Place', [('id', models.BigAutoField(primary_key=True))]),
         migrations.AlterField('order', 'customer', models.ForeignKey('shop.Place', on_delete=models.CASCADE))",
    ),
    (
        "0007_more",
        "0006_place",
        "migrations.AlterField('refund', 'amount', models.BigIntegerField(db_index=True)),
         migrations.AddField('refund', 'place', models.ForeignKey('shop.Place', null=True, on_delete=models.CASCADE))",
    ),
];

/// The rest is faked, and it renames what stands and lets it point elsewhere: nothing of that was dropped.
async fn faked_with_renamings(stage: Stage) {
    for (name, before, operations) in LATER {
        let text = format!(
            "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    \
             dependencies = [('shop', '{before}')]\n    operations = [{operations}]\n"
        );
        std::fs::write(stage.project().join(format!("shop/migrations/{name}.py")), text).unwrap();
    }
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop", "0004"]);
    stage.manage(&["migrate", "--fake"]);
    let report = stage.report().await;
    let faked = first(&report, &format!("faked with renamings on {}", stage.dialect), Cause::Faked);
    says(faked, "shop.0005_buyer to shop.0007_more");
    let dropped = report.diagnosis.iter().find(|it| it.cause == Cause::DroppedByHand);
    assert!(dropped.is_none(), "{dropped:#?}");
}

#[tokio::test]
async fn faked_with_renamings_on_postgres() {
    let database = postgres_database().await;
    faked_with_renamings(Stage::new(Dialect::Postgres, database.url())).await;
}

#[tokio::test]
async fn faked_with_renamings_on_mysql() {
    let mut database = mysql_database().await;
    let url = database.user_url(&["ALL ON {db}.*"]).await;
    faked_with_renamings(Stage::new(database.dialect, url)).await;
}

#[tokio::test]
async fn faked_with_renamings_on_sqlite() {
    let database = sqlite_database().await;
    faked_with_renamings(Stage::new(Dialect::Sqlite, database.url())).await;
}

/// The tables of another tenant are no trace: it has its own.
#[tokio::test]
async fn faked_beside_a_tenant_that_has_all() {
    let database = postgres_database().await;
    database.execute("CREATE SCHEMA whole; CREATE SCHEMA faked").await;
    let stage = Stage::new(Dialect::Postgres, database.url()).in_schema("faked");
    stage.manage_with(&[("SEARCH_PATH", "whole")], &["migrate"]);
    let here = [("SEARCH_PATH", "faked")];
    stage.manage_with(&here, &["migrate", "auth"]);
    stage.manage_with(&here, &["migrate", "shop", "0002"]);
    stage.manage_with(&here, &["migrate", "--fake", "shop"]);
    stage.manage_with(&here, &["migrate", "blog"]);
    let report = stage.report().await;
    let faked = first(&report, "faked beside a whole tenant", Cause::Faked);
    assert_eq!(faked.command.as_deref(), Some("python manage.py migrate --fake shop 0004"));
    assert_eq!(faked.evidence_against, Vec::<String>::new());
}

/// A backup of the time when only one app was there, and the ledger of today.
#[tokio::test]
async fn restored_on_postgres() {
    let (database, restored) = (postgres_database().await, postgres_database().await);
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "shop", "0002"]);
    let folder = tempfile::TempDir::new().unwrap();
    let (backup, ledger) = (folder.path().join("backup.sql"), folder.path().join("ledger.sql"));
    let dump = |arguments: &[&str], file: &std::path::Path| {
        let dump = Command::new("pg_dump").args(arguments).arg("-f").arg(file).arg(database.url()).output();
        assert!(dump.unwrap().status.success());
    };
    dump(&["--no-owner"], &backup);
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop"]);
    dump(&["--data-only", "--table=django_migrations"], &ledger);

    let load = |file: &std::path::Path| {
        run(Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(file).arg(restored.url()));
    };
    load(&backup);
    restored.execute("DELETE FROM django_migrations").await;
    load(&ledger);
    // At one pace, for Django's own is anything on a busy machine.
    let at_one_pace = "UPDATE django_migrations \
         SET applied = (SELECT min(applied) FROM django_migrations) + id * interval '30 milliseconds'";
    restored.execute(at_one_pace).await;

    let report = stage.report_at(&restored.url()).await;
    let restored = first(&report, "restored on postgres", Cause::RestoredOlderBackup);
    assert_eq!(restored.likelihood, Likelihood::High, "{restored:#?}");
    assert_eq!(restored.explains.len(), report.findings.len());
    says(restored, "the cut goes through 2 apps: blog, shop");
    says(restored, "do not follow the order of their migrations");
}

#[tokio::test]
async fn restored_on_mysql() {
    let (database, restored) = (mysql_database().await, mysql_database().await);
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "shop", "0002"]);
    let client = |program: &str| {
        let url = database.url();
        let (user, host) = url.strip_prefix("mysql://").unwrap().split_once('@').unwrap();
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let (host, port) = host.split_once('/').unwrap().0.split_once(':').unwrap();
        let mut command = Command::new(program);
        command.args(["--no-defaults", "-u", user, "-h", host, "-P", port]);
        if !password.is_empty() {
            command.env("MYSQL_PWD", password);
        }
        command
    };
    let backup = run(client("mariadb-dump").arg(&database.name));
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop"]);
    let ledger = run(client("mariadb-dump").args(["--no-create-info", &database.name, "django_migrations"]));
    std::thread::sleep(std::time::Duration::from_secs(2));

    let folder = tempfile::TempDir::new().unwrap();
    let load = |text: &str| {
        let file = folder.path().join("load.sql");
        std::fs::write(&file, text).unwrap();
        run(client("mariadb").arg(&restored.name).stdin(std::fs::File::open(file).unwrap()));
    };
    load(&backup);
    restored.execute("DELETE FROM django_migrations").await;
    load(&ledger);
    // At one pace, for Django's own is anything on a busy machine.
    let at_one_pace = "UPDATE django_migrations, (SELECT min(applied) AS began FROM django_migrations) AS first \
         SET applied = began + INTERVAL id * 10000 MICROSECOND";
    restored.execute(at_one_pace).await;

    let report = stage.report_at(&restored.url()).await;
    let restored = first(&report, "restored on mysql", Cause::RestoredOlderBackup);
    assert_eq!(restored.likelihood, Likelihood::High, "{restored:#?}");
    says(restored, "later than the ledger says of each");
}

/// The file of an earlier day, with the ledger of today.
#[tokio::test]
async fn restored_on_sqlite() {
    let (database, restored) = (sqlite_database().await, sqlite_database().await);
    let stage = Stage::new(Dialect::Sqlite, database.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "shop", "0002"]);
    std::fs::copy(database.path(), restored.path()).unwrap();
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop"]);
    let today = database.path().display().to_string().replace('\'', "''");
    // With rows at one pace, for Django's own is anything on a busy machine.
    let newer = format!(
        "ATTACH '{today}' AS today; DELETE FROM main.django_migrations; \
         INSERT INTO main.django_migrations SELECT * FROM today.django_migrations; DETACH today; \
         UPDATE django_migrations SET applied = strftime('%Y-%m-%d %H:%M:%f', \
         (SELECT min(applied) FROM django_migrations), '+' || (id * 0.03) || ' seconds')"
    );
    restored.execute(&newer).await;
    let report = stage.report_at(&restored.url()).await;
    // A few rows of migrations that take milliseconds: only a slow machine leaves a pace that tells.
    if report.diagnosis[0].rank > report.diagnosis[1].rank {
        first(&report, "restored on sqlite, slowly", Cause::RestoredOlderBackup);
    } else {
        told_as_equal(&report, "restored on sqlite");
    }

    // The same rows and gaps in a database where nothing was restored: too few to have a pace.
    let faked = sqlite_database().await;
    let stage = Stage::new(Dialect::Sqlite, faked.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "shop", "0003"]);
    stage.manage(&["migrate", "--fake", "shop", "0004"]);
    told_as_equal(&stage.report().await, "one faked on sqlite");
}

/// Neither is accused more than the other, both say so, and how to settle it.
#[track_caller]
fn told_as_equal(report: &Report, happened: &str) {
    let of = |cause: Cause| report.diagnosis.iter().find(|it| it.cause == cause).unwrap();
    let (faked, restored) = (of(Cause::Faked), of(Cause::RestoredOlderBackup));
    println!("{happened}: faked {}, restored {}", faked.rank, restored.rank);
    assert_eq!((faked.rank, faked.likelihood), (restored.rank, restored.likelihood), "{happened}");
    assert_eq!(report.diagnosis[0].rank, faked.rank, "{happened}: {:#?}", report.diagnosis);
    for hypothesis in [faked, restored] {
        says(hypothesis, "would have left the very same");
        let check = hypothesis.check.as_deref().unwrap_or_default();
        assert!(check.contains("the newest rows of busy tables"), "{check}");
    }
}
