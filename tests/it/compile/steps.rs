//! After each migration of a project that alters models in every way, what the manifest says is what stands.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use schema_health::dialect::Dialect;

use super::{compiled, findings, project, python, report};
use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

/// Real Django, one migration at a time.
struct Steps {
    child: Child,
    ask: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Steps {
    fn of(case: &str, url: &str) -> Self {
        let mut child = Command::new(python())
            .args(["-c", "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"])
            .arg(project("django-editor").join("steps.py"))
            .current_dir(project(case))
            .env("DATABASE_URL", url)
            .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (ask, told) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, ask, told }
    }

    /// The migration that was applied; `None` when none is left.
    fn next(&mut self) -> Option<String> {
        let _ = self.ask.write_all(b"next\n");
        let mut line = String::new();
        self.told.read_line(&mut line).unwrap();
        (!line.is_empty()).then(|| line.trim().to_owned())
    }
}

/// Every step of every case, with all findings of all steps told at once.
///
/// What was not proven the same, at any step.
async fn check(case: &str, url: &str, dialect: Dialect) -> BTreeSet<String> {
    let folder = project(case);
    let (manifest, compiled) = compiled(&folder, &folder.join("settings.py"), dialect);
    assert_eq!(compiled.notices, [], "something was not seen through");
    let mut steps = Steps::of(case, url);
    let (mut wrong, mut unproven, mut applied) = (Vec::new(), BTreeSet::new(), 0);
    while let Some(migration) = steps.next() {
        applied += 1;
        let report = report(&manifest, url).await;
        wrong.extend(findings(&report).into_iter().map(|it| format!("{migration}: {it}")));
        assert_eq!(report.coverage.opaque_operations, 0, "{migration}: {:#?}", report.blind_spots);
        unproven.extend(report.blind_spots);
    }
    assert!(steps.child.wait().unwrap().success(), "Django failed after {applied} migrations");
    assert_eq!(applied, compiled.migrations.len());
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
    unproven
}

#[tokio::test]
async fn every_alteration_on_sqlite() {
    let database = sqlite_database().await;
    let unproven = check("django-editor", &database.url(), Dialect::Sqlite).await;
    // Django renames a column in place and then makes an index that waited on the old name: SQLite takes
    // that for a text, so that the index is on a constant.
    insta::assert_debug_snapshot!(unproven, @r#"
    {
        "things_first: INDEX (((not known))) was not compared to the end",
    }
    "#);
}

#[tokio::test]
async fn every_alteration_on_postgres() {
    let database = postgres_database().await;
    let unproven = check("django-editor", &database.url(), Dialect::Postgres).await;
    insta::assert_debug_snapshot!(unproven, @r#"
    {
        "metas_thing: the text of CHECK (size <= price) was not compared to the end",
    }
    "#);
}

#[tokio::test]
async fn every_operation_for_postgres_alone() {
    let database = postgres_database().await;
    let unproven = check("django-postgres", &database.url(), Dialect::Postgres).await;
    // Until the step that validates it.
    insta::assert_debug_snapshot!(unproven, @r#"
    {
        "constraint rooms_begin_at_one of table native_booking is NOT VALID: rows from before it were never looked at, and may not keep it",
    }
    "#);
}

#[tokio::test]
async fn every_alteration_on_mysql() {
    let database = mysql_database().await;
    let unproven = check("django-editor", &database.url(), database.dialect).await;
    if database.dialect == Dialect::Mariadb {
        insta::assert_debug_snapshot!(unproven, @"{}");
    }
}
