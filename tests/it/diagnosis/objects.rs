//! What happens to files and objects: edited, broken off, dropped.

use std::process::Command;
use std::time::{Duration, Instant};

use schema_health::audit::{Cause, Health, Likelihood, Report};
use schema_health::dialect::Dialect;
use sqlx::{Connection, Executor};

use super::stage::{Stage, first, run, says};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::private::{PrivateServer, Stop};
use crate::servers::sqlite::sqlite_database;

async fn edited(stage: Stage) {
    stage.manage(&["migrate"]);
    assert_eq!(stage.report().await.health, Health::Healthy);
    let (from, to) = (
        "(\"email\",",
        "(\"phone\", models.CharField(max_length=20, default=\"\")),\n                (\"email\",",
    );
    stage.edit("shop/migrations/0001_initial.py", from, to);
    let report = stage.report().await;
    let edited = first(&report, &format!("edited on {}", stage.dialect), Cause::MigrationEdited);
    says(edited, "of 1 migration a part is missing, while the rest stands: shop.0001_initial");
    if stage.dialect == Dialect::Postgres {
        says(edited, "the missing ones were never there");
    }
}

#[tokio::test]
async fn edited_on_postgres() {
    let database = postgres_database().await;
    edited(Stage::new(Dialect::Postgres, database.url())).await;
}

#[tokio::test]
async fn edited_on_mysql() {
    let database = mysql_database().await;
    edited(Stage::new(database.dialect, database.url())).await;
}

#[tokio::test]
async fn edited_on_sqlite() {
    let database = sqlite_database().await;
    edited(Stage::new(Dialect::Sqlite, database.url())).await;
}

/// Two customers of one address: the unique key in the middle of the migration cannot be made.
#[tokio::test]
async fn ddl_interrupted() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop", "0002"]);
    database.execute("INSERT INTO shop_customer (name, email) VALUES ('a', 'x'), ('b', 'x')").await;
    let failed = stage.try_manage(&[], &["migrate", "shop", "0003"]);
    assert!(!failed.status.success(), "the migration should have failed");

    let report = stage.report().await;
    let broken = first(&report, "broken off, not recorded", Cause::DdlInterrupted);
    says(
        broken,
        "shop.0003_invoice is not recorded, yet 1 of the 2 tables and columns that it makes stands already",
    );

    std::thread::sleep(std::time::Duration::from_secs(2));
    stage.manage(&["migrate", "--fake", "shop", "0003"]);
    let report = stage.report().await;
    let broken = first(&report, "broken off and recorded", Cause::DdlInterrupted);
    says(broken, "of shop.0003_invoice the first 1 step is there, and the last 1 step is not");
    says(broken, "1 foreign key of the tables that stand, made at the end of a migration, is missing too");
    says(broken, "and it was recorded");
}

/// What a migration took away before it broke off is laid at nobody else's feet.
#[tokio::test]
async fn ddl_interrupted_behind_what_it_takes_away() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "blog"]);
    stage.manage(&["migrate", "shop", "0002"]);
    let (from, to) = (
        "    operations = [\n",
        "    operations = [\n        migrations.RemoveField(\"customer\", \"name\"),\n",
    );
    stage.edit("shop/migrations/0003_invoice.py", from, to);
    database.execute("INSERT INTO shop_customer (name, email) VALUES ('a', 'x'), ('b', 'x')").await;
    let failed = stage.try_manage(&[], &["migrate", "shop", "0003"]);
    assert!(!failed.status.success(), "the migration should have failed");

    let report = stage.report().await;
    let broken = first(&report, "broken off behind a column that it drops", Cause::DdlInterrupted);
    says(broken, "shop.0003_invoice is not recorded, yet 1 object that it takes away is gone already");
}

async fn dropped(stage: &Stage, trace: &str) {
    let report = stage.report().await;
    let dropped = first(&report, &format!("dropped on {}", stage.dialect), Cause::DroppedByHand);
    says(dropped, trace);
    assert_eq!(dropped.explains.len(), report.findings.len());
}

#[tokio::test]
async fn dropped_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database.execute("DROP TABLE shop_customer CASCADE").await;
    dropped(&stage, "shop_order has its columns, but not its foreign key to shop_customer").await;
}

#[tokio::test]
async fn dropped_column_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database.execute("ALTER TABLE shop_order DROP COLUMN note").await;
    dropped(&stage, "shop_order has lost 1 column since it was made, of which migrations drop 0").await;
}

/// The foreign key of a dropped table leaves a mark on the table to which it referred, until that is vacuumed.
#[tokio::test]
async fn dropped_beside_the_triggers_of_its_key_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database.execute("DROP TABLE blog_comment").await;
    let trace = "blog_post had triggers and has none left: the foreign key of blog_comment makes them";
    dropped(&stage, trace).await;
    let report = stage.report().await;
    let edited = report.diagnosis.iter().find(|it| it.cause == Cause::MigrationEdited);
    assert!(edited.is_none_or(|it| it.likelihood == Likelihood::Low), "{edited:#?}");
    database.execute("VACUUM blog_post").await;
    let told = format!("{:?}", stage.report().await.diagnosis);
    assert!(!told.contains("had triggers"), "{told}");
}

/// A model that came into the file later leaves no such mark.
#[tokio::test]
async fn a_table_that_was_never_there_left_no_triggers_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    let post = "(\"title\", models.CharField(max_length=100)),\n            ],\n        ),\n";
    let comment = "        migrations.CreateModel(\n            name=\"Comment\",\n            fields=[\n                \
                   (\"id\", models.BigAutoField(primary_key=True, serialize=False)),\n                \
                   (\"text\", models.TextField()),\n                \
                   (\"post\", models.ForeignKey(\"blog.Post\", on_delete=models.CASCADE)),\n            ],\n        ),\n";
    let file = "blog/migrations/0001_initial.py";
    stage.edit(file, comment, "");
    stage.manage(&["migrate"]);
    stage.edit(file, post, &format!("{post}{comment}"));
    let report = stage.report().await;
    let told = format!("{:?}", report.diagnosis);
    assert!(!report.findings.is_empty() && !told.contains("had triggers"), "{told}");
    first(&report, "a model that came later", Cause::MigrationEdited);
}

/// A sequence that no column owned outlives its table.
#[tokio::test]
async fn dropped_beside_its_sequence_on_postgres() {
    let database = postgres_database().await;
    let stage = Stage::new(Dialect::Postgres, database.url());
    stage.manage(&["migrate"]);
    database
        .execute(
            "CREATE SEQUENCE shop_refund_number_seq; \
             ALTER TABLE shop_refund ALTER amount SET DEFAULT nextval('shop_refund_number_seq'); \
             DROP TABLE shop_refund",
        )
        .await;
    dropped(&stage, "sequence public.shop_refund_number_seq is left of a table that is gone").await;
}

#[tokio::test]
async fn dropped_on_mysql() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate"]);
    database.execute("SET foreign_key_checks = 0; DROP TABLE shop_customer").await;
    dropped(&stage, "a foreign key of shop_order still refers to shop_customer").await;
}

/// InnoDB's index for the key outlives it, and its migration was recorded among others, so that it came to its end.
#[tokio::test]
async fn dropped_foreign_key_on_mysql() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate"]);
    let key = "blog_comment_post_id_580e96ef_fk_blog_post_id";
    database.execute(&format!("ALTER TABLE blog_comment DROP FOREIGN KEY {key}")).await;
    let report = stage.report().await;
    let dropped = first(&report, "a foreign key dropped on mysql", Cause::DroppedByHand);
    says(
        dropped,
        "blog_comment has the index that InnoDB made for its foreign key to blog_post, but not the key",
    );
    let interrupted = report.diagnosis.iter().find(|it| it.cause == Cause::DdlInterrupted);
    assert!(interrupted.is_none_or(|it| it.likelihood == Likelihood::Low), "{interrupted:#?}");
}

/// Of several migrations something is gone, on each engine: no key that stands at the end of one makes it broken off.
#[tokio::test]
async fn dropped_here_and_there_on_mysql() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    stage.manage(&["migrate"]);
    let sql = "DROP TABLE shop_reminder; ALTER TABLE shop_order DROP COLUMN note; \
               ALTER TABLE blog_comment DROP FOREIGN KEY blog_comment_post_id_580e96ef_fk_blog_post_id";
    database.execute(sql).await;
    let report = stage.report().await;
    first(&report, "dropped here and there on mysql", Cause::DroppedByHand);
}

/// Whole migrations and parts of others, of apps whose other tables stand: what one command ran was there.
#[tokio::test]
async fn dropped_here_and_there_on_sqlite() {
    let database = sqlite_database().await;
    let stage = Stage::new(Dialect::Sqlite, database.url());
    stage.manage(&["migrate"]);
    let sql = "DROP TABLE shop_refund; DROP TABLE shop_reminder; ALTER TABLE shop_order DROP COLUMN note; \
               ALTER TABLE blog_post DROP COLUMN slug";
    database.execute(sql).await;
    let report = stage.report().await;
    let dropped = first(&report, "dropped here and there on sqlite", Cause::DroppedByHand);
    says(dropped, "their rows were written among those of migrations that were run");
    assert_eq!(dropped.explains.len(), report.findings.len());
}

/// A right that was given before there was a table tells nothing.
#[tokio::test]
async fn a_right_to_make_a_table_is_no_trace_of_it_on_mysql() {
    let database = mysql_database().await;
    let stage = Stage::new(database.dialect, database.url());
    let give =
        "CREATE USER IF NOT EXISTS 'clerk'@'localhost'; GRANT ALL ON shop_refund TO 'clerk'@'localhost'";
    database.execute(give).await;
    stage.manage(&["migrate"]);
    database.execute("DROP TABLE shop_refund").await;
    let told = format!("{:?}", stage.report().await.diagnosis);
    assert!(!told.contains("clerk"), "{told}");
}

/// Neither a view nor a right goes with its table.
#[tokio::test]
async fn dropped_beside_its_view_or_a_right_on_mysql() {
    for (make, trace) in [
        (
            "CREATE VIEW refunds AS SELECT o.id, r.amount FROM shop_order o JOIN shop_refund r ON r.id = o.id",
            "view refunds is left of a table that is gone",
        ),
        (
            "CREATE USER IF NOT EXISTS 'clerk'@'localhost'; GRANT SELECT ON shop_refund TO 'clerk'@'localhost'",
            "a right of 'clerk'@'localhost' on shop_refund is left of a table that is gone",
        ),
        (
            "CREATE USER IF NOT EXISTS 'clerk'@'localhost'; GRANT SELECT (amount) ON shop_refund TO 'clerk'@'localhost'",
            "a right of 'clerk'@'localhost' on shop_refund is left of a table that is gone",
        ),
    ] {
        let database = mysql_database().await;
        let stage = Stage::new(database.dialect, database.url());
        stage.manage(&["migrate"]);
        database.execute(make).await;
        database.execute("DROP TABLE shop_refund").await;
        dropped(&stage, trace).await;
    }
}

#[tokio::test]
async fn dropped_on_sqlite() {
    let database = sqlite_database().await;
    let stage = Stage::new(Dialect::Sqlite, database.url());
    stage.manage(&["migrate"]);
    database.execute("PRAGMA foreign_keys = OFF; DROP TABLE shop_customer").await;
    dropped(&stage, "a foreign key of shop_order still refers to shop_customer").await;
}

/// A project with one more app, of one table, which is migrated among the others.
fn with_news(stage: Stage) -> Stage {
    let migrations = stage.project().join("news/migrations");
    std::fs::create_dir_all(&migrations).unwrap();
    for empty in [migrations.join("__init__.py"), stage.project().join("news/__init__.py")] {
        std::fs::write(empty, "").unwrap();
    }
    let text = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    initial = True\n\n    \
                operations = [\n        migrations.CreateModel(\n            name=\"Item\",\n            \
                fields=[(\"id\", models.BigAutoField(primary_key=True, serialize=False)), (\"text\", models.TextField())],\n        \
                ),\n    ]\n";
    std::fs::write(migrations.join("0001_initial.py"), text).unwrap();
    stage.edit("settings.py", "    \"shop\",", "    \"news\",\n    \"shop\",");
    let router = "\n\nclass WithoutNews:\n    def allow_migrate(self, db, app_label, **hints):\n        \
                  return app_label != \"news\"\n";
    let file = stage.project().join("routers.py");
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap() + router).unwrap();
    stage
}

/// Where nothing tells the two apart, neither is accused more than the other, and both say so.
#[track_caller]
fn told_as_equal(report: &Report, happened: &str) {
    let rank = |cause: Cause| report.diagnosis.iter().find(|it| it.cause == cause).map(|it| it.rank);
    let (dropped, router) = (rank(Cause::DroppedByHand), rank(Cause::RouterSkipped));
    assert!(dropped.is_some() && dropped == router, "{happened}: {:#?}", report.diagnosis);
    assert_eq!(report.diagnosis[0].rank, dropped.unwrap(), "{happened}");
    for hypothesis in &report.diagnosis[..2] {
        says(hypothesis, "would have left the very same");
    }
}

#[tokio::test]
async fn one_table_of_an_app_dropped_or_kept_away_on_mysql() {
    let (dropped, kept) = (mysql_database().await, mysql_database().await);
    let stage = with_news(Stage::new(dropped.dialect, dropped.url()));
    stage.manage(&["migrate"]);
    dropped.execute("DROP TABLE news_item").await;
    told_as_equal(&stage.report().await, "dropped");
    let stage = with_news(Stage::new(kept.dialect, kept.url()));
    stage.manage_with(&[("ROUTER", "routers.WithoutNews")], &["migrate"]);
    told_as_equal(&stage.report().await, "kept away");
}

/// Executes a statement on a server that may just be coming up.
async fn as_superuser(server: &PrivateServer, sql: &str) {
    let began = Instant::now();
    let mut connection = loop {
        match sqlx::PgConnection::connect(&format!("postgres://postgres@{}/postgres", server.address())).await
        {
            Ok(connection) => break connection,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(30), "{error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    connection.execute(sqlx::AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
}

/// On a server where nobody else makes anything meanwhile, the numbers of objects tell them apart.
#[tokio::test]
async fn one_table_of_an_app_dropped_or_kept_away_on_a_quiet_postgres() {
    let server = PrivateServer::postgres();
    let url = |name: &str| format!("postgres://postgres@{}/{name}", server.address());
    for name in ["dropped", "kept"] {
        as_superuser(&server, &format!("CREATE DATABASE {name}")).await;
    }
    let stage = with_news(Stage::new(Dialect::Postgres, url("dropped")));
    stage.manage(&["migrate"]);
    let mut connection = sqlx::PgConnection::connect(&url("dropped")).await.unwrap();
    connection.execute("DROP TABLE news_item").await.unwrap();
    connection.close().await.unwrap();
    let report = stage.report().await;
    let dropped = first(&report, "the only table of an app dropped", Cause::DroppedByHand);
    says(dropped, "between the other tables of that time never enough for one: what had them is gone");

    let stage = with_news(Stage::new(Dialect::Postgres, url("kept")));
    stage.manage_with(&[("ROUTER", "routers.WithoutNews")], &["migrate"]);
    let report = stage.report().await;
    let router = first(&report, "the only table of an app kept away", Cause::RouterSkipped);
    says(router, "a table takes 3 at least, so that none was made");
}

/// With commit timestamps, PostgreSQL tells when each table was made; and files tell when they were last written.
#[tokio::test]
async fn times_on_a_postgres_that_keeps_them() {
    let mut server = PrivateServer::postgres();
    as_superuser(&server, "ALTER SYSTEM SET track_commit_timestamp = on").await;
    server.stop(Stop::Orderly);
    server.start();
    for name in ["here", "restored"] {
        as_superuser(&server, &format!("CREATE DATABASE {name}")).await;
    }
    let url = |name: &str| format!("postgres://postgres@{}/{name}", server.address());
    let stage = Stage::new(Dialect::Postgres, url("here"));
    stage.manage(&["migrate", "auth"]);
    stage.manage(&["migrate", "shop", "0002"]);
    let folder = tempfile::TempDir::new().unwrap();
    let (backup, ledger) = (folder.path().join("backup.sql"), folder.path().join("ledger.sql"));
    let dump = |arguments: &[&str], file: &std::path::Path| {
        run(Command::new("pg_dump").args(arguments).arg("-f").arg(file).arg(url("here")));
    };
    dump(&["--no-owner"], &backup);
    std::thread::sleep(Duration::from_secs(2));
    stage.manage(&["migrate", "--fake"]);
    let report = stage.report().await;
    first(&report, "faked, with times", Cause::Faked);
    // Its cut would make it one, and the pace of a busy machine: the times of the tables and of their files speak
    // against it.
    if let Some(restored) = report.diagnosis.iter().find(|it| it.cause == Cause::RestoredOlderBackup) {
        says(restored, "and not by a restore since");
        says(restored, "a dump that was loaded since would have written it anew");
        assert!(restored.likelihood == Likelihood::Low, "{restored:#?}");
    }

    // The same rows over a backup of before.
    dump(&["--data-only", "--table=django_migrations"], &ledger);
    let load = |file: &std::path::Path| {
        run(Command::new("psql").args(["-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(file).arg(url("restored")));
    };
    load(&backup);
    let mut connection = sqlx::PgConnection::connect(&url("restored")).await.unwrap();
    connection.execute("DELETE FROM django_migrations").await.unwrap();
    connection.close().await.unwrap();
    load(&ledger);
    let report = stage.report_at(&url("restored")).await;
    let restored = report.diagnosis.iter().find(|it| it.cause == Cause::RestoredOlderBackup).unwrap();
    says(restored, "later than the ledger says of each");
    assert!(!restored.evidence_against.iter().any(|it| it.contains("written it anew")), "{restored:#?}");
}
