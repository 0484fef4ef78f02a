//! The command line as CI and init containers use it: exit codes, formats, messages.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::servers::sqlite::{SqliteDatabase, sqlite_database};

fn repository(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_schema-health"))
        .args(arguments)
        .env_remove("SCHEMA_HEALTH_URL")
        .env_remove("SCHEMA_HEALTH_CONFIG")
        .output()
        .unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

async fn incident() -> SqliteDatabase {
    let database = sqlite_database().await;
    let sql = std::fs::read_to_string(repository("migrations-manifest/demo/deltacrown.sql")).unwrap();
    database.execute(&sql).await;
    database
}

fn check(database: &SqliteDatabase, more: &[&str]) -> Output {
    let manifest = repository("migrations-manifest/demo/deltacrown.sqlite.json");
    let mut arguments = vec!["check", "--url"];
    let url = database.url();
    arguments.extend([url.as_str(), "--manifest", manifest.to_str().unwrap()]);
    arguments.extend(more);
    run(&arguments)
}

#[tokio::test]
async fn findings_end_with_1_and_are_named_with_their_migration() {
    let output = check(&incident().await, &[]);
    assert_eq!(code(&output), 1);
    let text = out(&output);
    assert!(
        text.starts_with("database: unhealthy\n  237 objects expected, 237 checked; 37 migrations: "),
        "{text}"
    );
    let line = text.lines().find(|line| line.ends_with(" user_profile_highlight")).unwrap();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>(),
        ["error", "missing_table", "user_profile.0034_p0_media_models", "user_profile_highlight"]
    );
    assert!(!text.contains('\u{1b}'), "no colour where no terminal is");
}

#[tokio::test]
async fn json_has_the_promised_shape() {
    let output = check(&incident().await, &["--format", "json"]);
    assert_eq!(code(&output), 1);
    let value: Value = serde_json::from_str(&out(&output)).unwrap();
    let database = &value["databases"][0];
    assert_eq!(database["health"], "unhealthy");
    assert_eq!(
        database["coverage"],
        serde_json::json!({"expected": 237, "checked": 237, "unverified": 0, "opaque_operations": 1, "expected_tables": 22})
    );
    let finding = (database["findings"].as_array().unwrap().iter())
        .find(|it| it["subject"]["table"] == "user_profile_highlight")
        .unwrap();
    assert_eq!(finding["rule"], "missing_table");
    assert_eq!(
        finding["migration"],
        serde_json::json!({"app": "user_profile", "name": "0034_p0_media_models"})
    );
    assert_eq!(
        finding["subject"],
        serde_json::json!({"schema": "main", "table": "user_profile_highlight", "column": null, "name": null})
    );
    assert_eq!(finding["actual"], Value::Null);
    let phantom = (database["migrations"].as_array().unwrap().iter())
        .find(|it| it["name"] == "0034_p0_media_models")
        .unwrap();
    assert_eq!(phantom["verdict"], "phantom");
    assert!(phantom["applied_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn junit_has_a_case_for_each_migration() {
    let text = out(&check(&incident().await, &["--format", "junit"]));
    assert!(
        text.contains(r#"<testsuite name="database" tests="37" failures="8" errors="0" skipped="1">"#),
        "{text}"
    );
    assert_eq!(text.matches("<testcase ").count(), 37);
    assert_eq!(text.matches("<failure ").count(), 8);
}

#[tokio::test]
async fn github_annotates_each_finding() {
    let text = out(&check(&incident().await, &["--format", "github"]));
    assert_eq!(text.lines().count(), 10);
    assert!(text.lines().all(|line| line.starts_with("::error title=database%3A missing_")), "{text}");
}

#[tokio::test]
async fn sarif_names_rules_and_fingerprints() {
    let value: Value = serde_json::from_str(&out(&check(&incident().await, &["--format", "sarif"]))).unwrap();
    assert_eq!(value["version"], "2.1.0");
    let run = &value["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 10);
    let rules: Vec<&str> = run["tool"]["driver"]["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["missing_table", "missing_column", "missing_unique", "missing_foreign_key"]);
    assert!(run["results"][0]["partialFingerprints"]["findingId/v1"].is_string());
}

#[tokio::test]
async fn hostile_names_break_no_format() {
    let database = sqlite_database().await;
    database
        .execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text);
             INSERT INTO django_migrations (app, name) VALUES ('a', '0001');",
        )
        .await;
    let folder = TempDir::new().unwrap();
    let manifest = folder.path().join("m.json");
    let name = "x\"'<script>&\u{1b}[31m\n::error::%\u{0}";
    let file = serde_json::json!({"format": 1, "dialect": "sqlite", "migrations": [
        {"app": "a", "name": "0001", "operations": [
            {"create_table": {"name": name, "columns": {"id": "integer"}}}]}]});
    std::fs::write(&manifest, file.to_string()).unwrap();
    let (url, manifest) = (database.url(), manifest.to_str().unwrap().to_owned());
    let told = |format: &str| {
        let output = run(&["check", "--url", &url, "--manifest", &manifest, "--format", format]);
        assert_eq!(code(&output), 1, "{format}: {}", err(&output));
        out(&output)
    };
    let is_tame = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n');
    let text = told("text");
    assert!(is_tame(&text) && !text.contains("\n::error"), "{text}");
    let junit = told("junit");
    assert!(is_tame(&junit) && !junit.contains("<script>"), "{junit}");
    let github = told("github");
    assert_eq!(github.lines().count(), 1, "{github}");
    for format in ["json", "sarif"] {
        serde_json::from_str::<Value>(&told(format)).unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_told_ends_with_2_and_says_what_to_do() {
    let manifest = repository("migrations-manifest/demo/deltacrown.sqlite.json");
    let manifest = manifest.to_str().unwrap();
    let output = run(&["check", "--url", "sqlite:/nowhere/there.sqlite", "--manifest", manifest]);
    assert_eq!(code(&output), 2);
    assert!(out(&output).contains("no_database: check the database's name in the url"), "{}", out(&output));

    let empty = sqlite_database().await;
    let output = check(&empty, &[]);
    assert_eq!(code(&output), 2);
    assert!(out(&output).contains("there is no ledger django_migrations"), "{}", out(&output));
}

#[test]
fn wrong_usage_ends_with_3() {
    for arguments in [
        &["check", "--frobnicate"][..],
        &["check", "--url", "foo://x", "--manifest", "m"],
        &["check", "--manifest", "m"],
        &["check", "--url", "sqlite:x"],
        &["check", "--url", "sqlite:x", "--against", "/nowhere/s.json"],
        &["snapshot", "--url", "sqlite:x"],
        &["check", "--config", "/nowhere/schema-health.yaml"],
        &["manifest", "validate", "/nowhere/m.yaml"],
        &["serve", "--config", "/nowhere/schema-health.yaml"],
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 3, "{arguments:?}: {}", err(&output));
        assert!(!err(&output).is_empty());
    }
    assert_eq!(code(&run(&["--help"])), 0);
    assert_eq!(code(&run(&["--version"])), 0);
}

#[tokio::test]
async fn a_manifest_for_another_kind_of_database_is_refused() {
    let manifest = repository("tests/cases/django-contrib/manifest.postgres.yaml");
    let output =
        run(&["check", "--url", &sqlite_database().await.url(), "--manifest", manifest.to_str().unwrap()]);
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("is a manifest for postgres, which is not what the URL leads to"));
}

#[tokio::test]
async fn a_database_of_the_configuration_can_be_named() {
    let (good, bad) = (sqlite_database().await, incident().await);
    let folder = TempDir::new().unwrap();
    let manifest = repository("migrations-manifest/demo/deltacrown.sqlite.json");
    let config = folder.path().join("schema-health.yaml");
    let text = format!(
        "databases:\n  good: {{url: \"{}\", manifest: {manifest}}}\n  bad: {{url: \"{}\", manifest: {manifest}}}\n",
        good.url(),
        bad.url(),
        manifest = manifest.display()
    );
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    assert_eq!(code(&run(&["check", "--config", config, "good"])), 2);
    assert_eq!(code(&run(&["check", "--config", config, "bad"])), 1);
    let both = run(&["check", "--config", config]);
    assert_eq!(code(&both), 1);
    assert!(out(&both).contains("bad: unhealthy") && out(&both).contains("good: unknown"));
    let neither = run(&["check", "--config", config, "ugly"]);
    assert_eq!(code(&neither), 3);
    assert!(err(&neither).contains("no database `ugly` in the configuration; there are: bad, good"));
}

#[tokio::test]
async fn wait_goes_on_until_the_database_passes_or_the_time_is_up() {
    let database = incident().await;
    let began = Instant::now();
    assert_eq!(code(&check(&database, &["--wait", "--timeout", "2s"])), 1);
    assert!(began.elapsed() >= Duration::from_secs(1));

    let manifest = "format: 1\ndialect: sqlite\nmigrations:\n  - {app: a, name: x, operations: [{create_table: {name: t, columns: {id: integer}}}]}\n";
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("m.yaml");
    std::fs::write(&file, manifest).unwrap();
    let (url, file) = (database.url(), file.display().to_string());
    let waiting = tokio::task::spawn_blocking(move || {
        run(&[
            "check",
            "--url",
            &url,
            "--manifest",
            &file,
            "--wait",
            "--timeout",
            "30s",
            "--fail-on",
            "error",
        ])
    });
    tokio::time::sleep(Duration::from_millis(700)).await;
    database
        .execute(
            "DELETE FROM django_migrations; INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'x', '2026-01-01');
             CREATE TABLE t (id integer NOT NULL);",
        )
        .await;
    // The short form says nothing of NULL, which means that it is allowed: a warning here, and no error.
    let output = waiting.await.unwrap();
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
}

#[test]
fn the_committed_schema_of_manifests_is_current() {
    let committed = std::fs::read_to_string(repository("migrations-manifest/manifest.schema.json")).unwrap();
    let output = run(&["manifest", "schema"]);
    assert!(
        out(&output) == committed,
        "run: schema-health manifest schema > migrations-manifest/manifest.schema.json"
    );
}

#[test]
fn the_committed_schema_of_snapshots_is_current() {
    let committed = std::fs::read_to_string(repository("migrations-manifest/snapshot.schema.json")).unwrap();
    assert!(
        out(&run(&["manifest", "schema", "--snapshot"])) == committed,
        "run: schema-health manifest schema --snapshot > migrations-manifest/snapshot.schema.json"
    );
}

#[test]
fn every_manifest_of_the_repository_is_valid() {
    let files = [
        "migrations-manifest/example.yaml",
        "migrations-manifest/demo/deltacrown.sqlite.json",
        "tests/cases/deltacrown/manifest.postgres.yaml",
        "tests/cases/deltacrown/manifest.sqlite.yaml",
        "tests/cases/django-contrib/manifest.postgres.yaml",
        "tests/cases/django-contrib/manifest.mariadb.yaml",
        "tests/cases/django-contrib/manifest.mysql.yaml",
        "tests/cases/django-contrib/manifest.sqlite.yaml",
    ]
    .map(|file| repository(file).display().to_string());
    let mut arguments = vec!["manifest", "validate"];
    arguments.extend(files.iter().map(String::as_str));
    let output = run(&arguments);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert_eq!(out(&output).lines().count(), files.len());
}

/// Django writes the same SQL for both.
#[test]
fn the_manifests_of_mysql_and_mariadb_say_the_same() {
    let manifest = |dialect: &str| {
        let file = repository("tests/cases/django-contrib").join(format!("manifest.{dialect}.yaml"));
        std::fs::read_to_string(file).unwrap()
    };
    let of_mariadb = manifest("mariadb").replace("MariaDB", "MySQL").replace("mariadb", "mysql");
    assert!(manifest("mysql") == of_mariadb, "they differ by more than the dialect");
}

/// A rule for all databases is told when none of them has what it matches, and only when all of them were looked at.
#[tokio::test]
async fn a_rule_for_all_databases_that_matches_nothing_is_told() {
    let (one, other) = (incident().await, incident().await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schema-health.yaml");
    let manifest = repository("tests/cases/deltacrown/manifest.sqlite.yaml");
    let text = format!(
        "ignore:\n  - {{table: user_profile_highlight}}\n  - {{table: user_profile_highlite}}\n\
         databases:\n  one: {{url: '{}', manifest: '{manifest}'}}\n  other: {{url: '{}', manifest: '{manifest}'}}\n",
        one.url(),
        other.url(),
        manifest = manifest.display(),
    );
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let all = run(&["check", "--config", file]);
    assert_eq!(code(&all), 1, "{}", err(&all));
    assert!(
        err(&all).contains("yaml:3:5: this ignore rule matches nothing in any database"),
        "{}",
        err(&all)
    );
    assert!(!err(&all).contains("yaml:2:5"), "{}", err(&all));
    assert_eq!(err(&run(&["check", "--config", file, "one"])), "");
}
