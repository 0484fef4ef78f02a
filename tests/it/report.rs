//! The report as a document: of the incident, held against the document that its people wrote by hand; over HTTP;
//! and with names that try to leave their place.

use std::collections::BTreeMap;
use std::process::{Command, Output};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::Method;
use schema_health::config::DatabaseConfig;
use schema_health::document::{Document, Facts};
use schema_health::mend::{Request, prove};
use schema_health::migration::Manifest;
use schema_health::repair::Variant;
use schema_health::view::{DatabaseView, RepairPlanView};
use secrecy::SecretString;

use crate::deltacrown::{demo, report_after};
use crate::servers::sqlite::sqlite_database;
use crate::service::harness::{Site, TestService, healthy_shop, on_demand};

/// When the people of the incident wrote theirs.
const THEN: &str = "2026-01-14T20:10:00Z";

/// The document on the incident's database, as if it were looked at then, with its plan tried out.
async fn of_the_incident() -> Document {
    let database = sqlite_database().await;
    database.execute(&std::fs::read_to_string(demo("deltacrown.sql")).unwrap()).await;
    let manifest = Manifest::load(&demo("deltacrown.sqlite.json")).unwrap();
    let config = DatabaseConfig::new("deltacrown", SecretString::from(database.url()), None, manifest);
    let report = report_after("").await;
    let request = Request {
        url: config.target.url.clone(),
        variant: Variant::Plain,
        blind_spots_too: false,
        has_rows: None,
        lock_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(60),
        database: config.clone(),
    };
    let (plan, proof) = prove(&request).await.unwrap();
    let plan = RepairPlanView::of("deltacrown", &plan, Some(&proof));
    let then: Timestamp = THEN.parse().unwrap();
    let mut view = DatabaseView::of_report("deltacrown", &report, Some(then), &BTreeMap::new());
    view.server_version = Some("3".to_owned());
    let (manifest, plan) = (&config.manifest, Some(&plan));
    Document::of(&Facts { view: &view, manifest, plan, smoke_not_run: None, written_at: then })
}

#[tokio::test]
async fn the_report_of_the_incident_in_markdown() {
    let text = of_the_incident().await.to_markdown();
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

/// The section below a heading, up to the next of its level.
fn section<'t>(text: &'t str, heading: &str) -> &'t str {
    let start = text.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no section {heading}"));
    let rest = &text[start + 4..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

#[track_caller]
fn says(text: &str, facts: &[&str]) {
    for fact in facts {
        assert!(text.contains(fact), "`{fact}` is not said in:\n{text}");
    }
}

const FAILED: [(&str, &str); 8] = [
    ("user_profile.0030_phase6c_settings_models", "user_profile_privacysettings.user_id"),
    ("user_profile.0031_add_profile_showcase_model", "user_profile_profileshowcase"),
    ("user_profile.0034_p0_media_models", "user_profile_highlight"),
    ("user_profile.0035_p0_loadout_models", "user_profile_hardwareloadout"),
    ("user_profile.0036_p0_trophy_showcase", "user_profile_trophyshowcase"),
    ("user_profile.0046_careerprofile_matchmakingpreferences", "user_profile_careerprofile"),
    ("user_profile.0048_phase6a_private_account_and_follow_requests", "user_profile_followrequest"),
    ("accounts.0002_phase3b_account_deletion", "accounts_accountdeletionrequest"),
];

/// Part by part, what the hand-written document of the incident says.
#[tokio::test]
async fn it_says_what_the_people_of_the_incident_found_out() {
    let text = of_the_incident().await.to_markdown();
    says(&text, &["SCHEMA INTEGRITY: FAIL", "**7 tables are missing**", "**8 migrations are phantom**"]);
    // Part 1: the counter's story, and the number that misleads.
    let history = section(&text, "History anomalies");
    says(
        history,
        &[
            "created by 0013, deleted by 0014, restored by 0016, deleted by 0017, restored by 0020_restore",
            "numbered 0020, but depends on 0027_privacysettings",
        ],
    );
    // Part 3: passed and failed, migration by migration.
    let checks = section(&text, "Checks by migration");
    for (migration, object) in FAILED {
        let line = checks.lines().find(|it| it.starts_with(&format!("| `{migration}`"))).unwrap();
        says(line, &["❌ phantom", &format!("`{object}` missing")]);
    }
    let (_, passed) = checks.split_once("<details>").unwrap();
    for (migration, object) in [
        ("user_profile.0001_initial", "user_profile_userprofile"),
        ("user_profile.0005_badge_userbadge", "user_profile_badge"),
        (
            "user_profile.0007_userprofile_pronouns_achievement_certificate_and_more",
            "user_profile_achievement",
        ),
        ("user_profile.0013_add_public_id_system", "user_profile_userprofile.public_id"),
        ("user_profile.0016_restore_publicidcounter", "user_profile_publicidcounter"),
        ("user_profile.0020_gp0_game_passport_rebuild", "user_profile_gameprofile"),
    ] {
        let line = passed.lines().find(|it| it.starts_with(&format!("| `{migration}`"))).unwrap();
        says(line, &[&format!("`{object}`")]);
    }
    // Parts 4 and 6: all missing tables and columns, each with its migration.
    let missing = section(&text, "Missing objects");
    says(missing, &["### Tables: 7", "### Columns: 1"]);
    for (migration, object) in FAILED {
        says(missing, &[&format!("| `{object}` | `{migration}` |")]);
    }
    // Part 7: the hypotheses in their order, with the very commands.
    let causes = section(&text, "Root cause analysis");
    says(
        causes,
        &[
            "### Hypothesis 1: faked\n\n❌ likelihood high",
            "python manage.py migrate --fake user_profile 0055\npython manage.py migrate --fake accounts 0002",
            "restored older backup\n\n⚠️ likelihood medium",
        ],
    );
    // Parts 8 and 9: the plan, its proof, and the ways out, the one that was tried in vain among them.
    let plan = section(&text, "Repair plan");
    says(plan, &["**Proof** (copy): converges: 10 findings → 0; second run changes nothing"]);
    for (migration, _) in FAILED {
        says(plan, &[&format!("`{migration}`")]);
    }
    says(plan, &["CREATE TABLE IF NOT EXISTS"]);
    let ways = section(&text, "Repair strategies");
    says(ways, &["recommended", ": rerun\n\n❌ does not make all of it", ": reset", "all data is lost"]);
    // Part 10 to 12, and the queries.
    says(section(&text, "Immediate workarounds"), &["This destroys every row", "python manage.py migrate"]);
    let broken = section(&text, "What remains broken");
    says(broken, &["| `accounts` | `accounts_accountdeletionrequest` | every read and every write fails"]);
    says(broken, &["reads that name `user_id` fail"]);
    let lessons = section(&text, "Lessons");
    says(
        lessons,
        &[
            "**Never fake without a record.**",
            "**It stood unnoticed for 17 days.**",
            "a gate of the deployment",
        ],
    );
    let queries = section(&text, "SQL verification queries");
    for (_, object) in FAILED {
        says(queries, &[object.split('.').next().unwrap()]);
    }
}

/// A smoke check that a missing table explains is no part of that table's migration.
#[tokio::test]
async fn smoke_checks_have_their_own_section_with_their_real_outcomes() {
    let database = healthy_shop().await;
    database.execute("DROP TABLE shop_customer").await;
    let site = Site::new(&format!(
        "{}    smoke:
      checks:
        - {{name: orders, sql: SELECT count(*) FROM shop_order, expect: rows}}
        - {{name: customers, sql: SELECT * FROM shop_customer}}
        - {{name: customer page, sql: SELECT 1, after: [customers]}}
        - {{name: typed wrong, sql: SELECT no_such_column FROM shop_order}}
",
        on_demand(&database)
    ));
    let service = TestService::start_audited(&site).await;
    service.audit("shop").await;
    let text = service.text("/v1/databases/shop/report").await.1;
    says(&text, &["- **4 smoke checks**: 1 passed, 1 failed, 1 blocked, 1 not tested."]);
    let smoke = section(&text, "Smoke checks");
    for (check, told) in [
        ("orders", &["✅ passed", "`SELECT (shop_order)`", "it gave rows"][..]),
        ("customers", &["❌ blocked", "no such table", "`shop_customer` missing, of `shop.0001_initial`"]),
        ("customer page", &["not tested", "check `customers`"]),
        ("typed wrong", &["❌ failed", "no such column: no_such_column"]),
    ] {
        let line = smoke.lines().find(|it| it.starts_with(&format!("| **{check}** |")));
        says(line.unwrap_or_else(|| panic!("{check} in:\n{smoke}")), told);
    }
    says(smoke, &["#smoke_check_failed"]);
    says(section(&text, "What remains broken"), &["❌ blocked **customers**", "❌ failed **typed wrong**"]);
    assert!(!text.contains("differs") && !text.contains("## Other findings"), "{text}");
}

/// What a person pastes is what the database takes, and answers as it says.
#[tokio::test]
async fn its_queries_can_be_pasted() {
    use sqlx::{AssertSqlSafe, Executor};
    let text = of_the_incident().await.to_markdown();
    let queries = section(&text, "SQL verification queries");
    let sql = queries.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
    let database = sqlite_database().await;
    database.execute(&std::fs::read_to_string(demo("deltacrown.sql")).unwrap()).await;
    let mut connection = database.connect().await;
    let mut tried = 0;
    for line in sql.lines().filter(|line| line.starts_with("SELECT")) {
        let rows = connection.fetch_all(AssertSqlSafe(line.to_owned())).await.unwrap();
        assert_eq!(rows.is_empty(), line.contains("-- no row"), "{line}");
        tried += 1;
    }
    assert!(tried >= 9, "{tried}");
}

#[tokio::test]
async fn a_healthy_database_passes_and_nothing_is_made_up() {
    let database = healthy_shop().await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let (status, text) = service.text("/v1/databases/shop/report").await;
    assert_eq!(status, 200);
    says(&text, &["# Schema report: shop", "SCHEMA INTEGRITY: PASS", "✅ none", "is there."]);
    for heading in
        ["Root cause", "Immediate workarounds", "What remains broken", "Lessons", "Repair", "SQL verif"]
    {
        assert!(!text.contains(&format!("## {heading}")), "{heading} in:\n{text}");
    }
}

#[tokio::test]
async fn the_service_writes_it_in_markdown_and_html() {
    let database = healthy_shop().await;
    database.execute("DROP TABLE shop_customer").await;
    let service = TestService::start_audited(&Site::new(&on_demand(&database))).await;
    let path = "/v1/databases/shop/report";
    let markdown = service.get(path).await;
    assert_eq!(markdown.headers()["content-type"], "text/markdown; charset=utf-8");
    says(
        &markdown.text().await.unwrap(),
        &["SCHEMA INTEGRITY: FAIL", "| `shop_customer` | `shop.0001_initial` |"],
    );
    database.execute("CREATE TABLE shop_customer (id integer PRIMARY KEY, email text NOT NULL)").await;
    service.audit("shop").await;
    let mended = service.text(path).await.1;
    says(
        &mended,
        &[
            "SCHEMA INTEGRITY: PASS",
            "## What was mended",
            "| `shop_customer` | ✅ missing table | `shop.0001_initial` |",
        ],
    );
    database.execute("DROP TABLE shop_customer").await;
    service.audit("shop").await;
    assert!(!service.text(path).await.1.contains("## What was mended"), "what comes back is mended no more");
    let tag = service.get(path).await.headers()["etag"].clone();
    let again = service.request(Method::GET, path).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    let html = service.get(&format!("{path}?format=html")).await;
    assert_eq!(html.headers()["content-type"], "text/html; charset=utf-8");
    assert!(html.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    says(&html.text().await.unwrap(), &["<!DOCTYPE html>", "SCHEMA INTEGRITY: FAIL", "shop_<wbr>customer"]);
    let wrong = service.get(&format!("{path}?format=pdf")).await;
    assert_eq!(
        (wrong.status().as_u16(), wrong.headers()["content-type"].as_bytes()),
        (400, &b"application/problem+json"[..])
    );
    let problem: serde_json::Value = wrong.json().await.unwrap();
    assert_eq!(problem["code"], "no_such_choice");
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_schema-health"))
        .args(arguments)
        .env_remove("SCHEMA_HEALTH_URL")
        .env_remove("SCHEMA_HEALTH_CONFIG")
        .output()
        .unwrap()
}

#[tokio::test]
async fn names_from_outside_stay_in_their_place() {
    let database = sqlite_database().await;
    database
        .execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text);
             INSERT INTO django_migrations (app, name) VALUES ('a', '0001');",
        )
        .await;
    let folder = tempfile::TempDir::new().unwrap();
    let manifest = folder.path().join("m.json").display().to_string();
    let name = "x|`y``\n# z <script>alert(1)</script> \u{202e}\u{1b}[31m </code></pre> ```";
    let file = serde_json::json!({"format": 1, "dialect": "sqlite", "migrations": [
        {"app": "a", "name": "0001", "operations": [
            {"create_table": {"name": name, "columns": {"id": "integer"}}}]}]});
    std::fs::write(&manifest, file.to_string()).unwrap();
    let url = database.url();
    let told = |format: &str| {
        let file = folder.path().join(format).display().to_string();
        let output =
            run(&["report", "--url", &url, "--manifest", &manifest, "--format", format, "-o", &file]);
        assert!(output.status.success(), "{output:?}");
        std::fs::read_to_string(file).unwrap()
    };
    let is_tame = |text: &str| !text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
    let markdown = told("markdown");
    assert!(is_tame(&markdown), "{markdown}");
    // Its line end stays in code alone, within a longer fence than its own.
    let mut fence: Option<&str> = None;
    let mut seen_in_code = 0;
    for line in markdown.lines() {
        match fence {
            None if line.starts_with("```") => {
                fence = Some(&line[..line.find(|c| c != '`').unwrap_or(line.len())])
            }
            None => assert!(!line.starts_with("# z"), "{markdown}"),
            Some(end) if line == end => fence = None,
            Some(_) => seen_in_code += usize::from(line.starts_with("# z")),
        }
    }
    assert!(fence.is_none() && seen_in_code >= 2, "{seen_in_code} in:\n{markdown}");
    let html = told("html");
    assert!(
        is_tame(&html)
            && !html.contains("<script")
            && html.matches("</pre>").count() == html.matches("<pre").count()
    );
    serde_json::from_str::<serde_json::Value>(&told("json")).unwrap();
}

#[tokio::test]
async fn the_command_runs_smoke_checks_when_it_is_told_to() {
    let database = healthy_shop().await;
    database.execute("DROP TABLE shop_customer").await;
    let checks = "    smoke: {checks: [{name: customers, sql: SELECT * FROM shop_customer}]}\n";
    let site = Site::new(&format!("{}{checks}", on_demand(&database)));
    let config = site.file().display().to_string();
    let told = |more: &[&str]| {
        let output = run(&[&["report", "--config", &config][..], more].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    says(section(&told(&[]), "Smoke checks"), &["not run for this report: --smoke runs them"]);
    let text = told(&["--smoke"]);
    says(section(&text, "Smoke checks"), &["| **customers** |", "❌ blocked", "`shop_customer` missing"]);
    says(&text, &["- **1 smoke check**: 1 blocked."]);
    let json: serde_json::Value = serde_json::from_str(&told(&["--smoke", "--format", "json"])).unwrap();
    assert_eq!(json["report"]["smoke_checks"][0]["outcome"], "blocked");

    let none = Site::new(&on_demand(&database));
    let output = run(&["report", "--smoke", "--config", &none.file().display().to_string()]);
    assert_eq!(output.status.code(), Some(3));
    says(&String::from_utf8(output.stderr).unwrap(), &["shop has no smoke checks: add `smoke`"]);
}

#[test]
fn a_database_that_cannot_be_read_is_told_with_2() {
    let manifest = demo("deltacrown.sqlite.json").display().to_string();
    let output = run(&["report", "--url", "sqlite:/nowhere/x.sqlite", "--manifest", &manifest]);
    assert_eq!(output.status.code(), Some(2));
    says(
        &String::from_utf8(output.stdout).unwrap(),
        &["SCHEMA INTEGRITY: UNKNOWN", "no_database", "What to look at first"],
    );
    assert_eq!(run(&["report", "--url", "sqlite:x"]).status.code(), Some(3));
}
