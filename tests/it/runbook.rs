//! The runbook: a section for every rule, alert and cause, links that lead somewhere, and queries that run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use schema_health::audit::{Cause, Rule, Smell};
use sqlx::{AssertSqlSafe, Connection};

use crate::servers::mysql::mysql_database;
use crate::servers::postgres::postgres_database;
use crate::servers::sqlite::sqlite_database;

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file)
}

fn runbook() -> String {
    std::fs::read_to_string(deploy("runbook.md")).unwrap()
}

/// The lines that are not within a block of code.
fn prose(text: &str) -> Vec<&str> {
    let mut is_code = false;
    text.lines()
        .filter(|line| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        })
        .collect()
}

/// As GitHub makes it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'));
    kept.map(|it| if it == ' ' { '-' } else { it }).collect()
}

fn anchors() -> Vec<String> {
    let text = runbook();
    prose(&text)
        .into_iter()
        .filter_map(|line| line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' '))
        .map(anchor)
        .collect()
}

fn alerts() -> Vec<(String, String)> {
    let rules = std::fs::read_to_string(deploy("prometheus/schema-health.rules.yml")).unwrap();
    let mut alerts: Vec<(String, String)> = Vec::new();
    for line in rules.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("- alert: ") {
            alerts.push((name.to_owned(), String::new()));
        } else if let Some(url) = line.strip_prefix("runbook_url: ") {
            alerts.last_mut().unwrap().1 = url.trim_matches('\'').to_owned();
        }
    }
    assert!(alerts.len() >= 8, "{alerts:?}");
    alerts
}

#[test]
fn every_rule_note_alert_and_cause_has_a_section() {
    let anchors: BTreeSet<String> = anchors().into_iter().collect();
    let rules = Rule::ALL.iter().map(|it| it.name().to_owned());
    let causes = Cause::ALL.iter().map(|it| it.as_str().to_owned());
    let notes = Smell::ALL.iter().map(|it| it.as_str().to_owned());
    let alerts = alerts();
    let names = rules.chain(causes).chain(notes).chain(alerts.iter().map(|it| anchor(&it.0)));
    let without: Vec<String> = names.filter(|name| !anchors.contains(name)).collect();
    assert_eq!(without, Vec::<String>::new());
    for (name, url) in alerts {
        assert_eq!(url, format!("deploy/runbook.md#{}", anchor(&name)));
    }
}

#[test]
fn every_anchor_is_there_once_and_every_link_leads_somewhere() {
    let all = anchors();
    let anchors: BTreeSet<&String> = all.iter().collect();
    assert_eq!(anchors.len(), all.len(), "two headings make one anchor");
    let text = runbook();
    let prose = prose(&text).join("\n");
    let mut seen = 0;
    for link in prose.split("](").skip(1).map(|it| it.split(')').next().unwrap()) {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        assert!(file.is_empty() || deploy(file).exists(), "{link}");
        assert!(!file.is_empty() || anchors.contains(&anchor.to_owned()), "{link}");
        seen += 1;
    }
    assert!(seen > 50, "{seen} links");
}

/// Statements of the blocks for `dialect`, in their order, each with the heading it stands below.
fn statements(dialect: &str) -> Vec<(String, String)> {
    let (mut section, mut wanted, mut statement) = (String::new(), None, String::new());
    let mut all = Vec::new();
    for line in runbook().lines() {
        let line = line.strip_prefix("   ").unwrap_or(line);
        if let Some(said) = line.strip_prefix("```") {
            let words: Vec<&str> = said.split(' ').collect();
            wanted = match wanted {
                None => Some(words[0] == "sql" && (words.contains(&dialect) || words.contains(&"any"))),
                Some(_) => None,
            };
            assert!(words[0] != "sql" || words.len() > 1, "{section}: for which servers is this SQL?");
        } else if wanted == Some(true) {
            statement.push_str(line.split("   -- ").next().unwrap());
            statement.push('\n');
            if let Some(whole) = statement.trim_end().strip_suffix(';') {
                all.push((section.clone(), whole.to_owned()));
                statement.clear();
            }
        } else if wanted.is_none() && line.starts_with('#') {
            section = line.to_owned();
        }
    }
    assert_eq!(statement, "", "a statement without its semicolon");
    assert!(all.len() > 30, "{} statements for {dialect}", all.len());
    all
}

const SHOP: &str = "
CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamp NOT NULL);
INSERT INTO django_migrations VALUES (1, 'shop', '0001_initial', '2026-01-01 10:00:00'), (2, 'shop', '0001_initial', '2026-01-01 10:00:00'),
  (3, 'shop', '0003_gone', '2026-01-01 10:00:00');
CREATE TABLE shop_customer (id integer PRIMARY KEY, email varchar(190) NOT NULL);
CREATE TABLE shop_order (id integer PRIMARY KEY, customer_id integer REFERENCES shop_customer (id), total integer DEFAULT 0 CHECK (total >= 0), note varchar(100));
INSERT INTO shop_order VALUES (1, NULL, 5, NULL);
";

#[tokio::test]
async fn its_queries_run_on_postgres() {
    let database = postgres_database().await;
    database.execute(SHOP).await;
    let role = database.role().await;
    let mut connection = database.connect().await;
    for (section, sql) in statements("postgres") {
        let sql = sql.replace("TO schema_health", &format!("TO {role}"));
        let result = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await;
        assert!(result.is_ok(), "{section}: {sql}: {result:?}");
    }
    connection.close().await.unwrap();
    database.execute(&format!("DROP OWNED BY {role}")).await;
}

#[tokio::test]
async fn its_queries_run_on_mariadb() {
    let mut database = mysql_database().await;
    database.execute(SHOP).await;
    let url = database.user_url(&[]).await;
    let user = url.split("://").nth(1).unwrap().split(':').next().unwrap().to_owned();
    let mut connection = database.connect().await;
    for (section, sql) in statements(database.kind()) {
        let sql = sql.replace("TO schema_health", &format!("TO '{user}'@'%'"));
        let sql = sql.replace("ON shop.", &format!("ON {}.", database.name));
        let result = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await;
        assert!(result.is_ok(), "{section}: {sql}: {result:?}");
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn its_queries_run_on_sqlite() {
    let database = sqlite_database().await;
    database.execute(SHOP).await;
    let mut connection = database.connect().await;
    for (section, sql) in statements("sqlite") {
        let result = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await;
        assert!(result.is_ok(), "{section}: {sql}: {result:?}");
    }
    connection.close().await.unwrap();
}
