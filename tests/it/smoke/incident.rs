//! Part 5 of the incident's report, lived through: real Django serves its pages over the damaged PostgreSQL, and
//! `check --smoke` tells what the report told.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use schema_health::smoke::SmokeOutcome;
use serde_json::Value;
use tempfile::TempDir;

use crate::compile::{manage, project, python, site_packages};
use crate::deltacrown::live::{BY_HAND, damaged};
use crate::servers::postgres::PostgresDatabase;

/// `manage.py runserver`; ended when dropped.
struct Application {
    port: u16,
    child: Child,
}

impl Application {
    fn start(url: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(python())
            .args(["manage.py", "runserver", "--noreload", &format!("127.0.0.1:{port}")])
            .current_dir(project("deltacrown"))
            .env("DATABASE_URL", url)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let application = Self { port, child };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "Django does not come up");
            std::thread::sleep(Duration::from_millis(100));
        }
        application
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The four tests of the report.
fn configuration(database: &PostgresDatabase, port: u16) -> String {
    format!(
        "databases:
  deltacrown:
    url: \"{url}\"
    django: {{source: [\"{project}\", \"{packages}\"], settings: \"{project}/deltacrown/settings.py\"}}
    smoke:
      base_url: http://127.0.0.1:{port}
      timeout: 20s
      allow_write_checks: true
      write_url: \"{url}\"
      checks:
        - name: user creation
          write:
            - INSERT INTO accounts_user (password, is_superuser, username, first_name, last_name, email, is_staff,
                                         is_active, date_joined, is_verified)
              VALUES ('!', false, 'test_migration_check', '', '', 'check@example.com', false, true, now(), false)
            - INSERT INTO user_profile_publicidcounter (year, counter, created_at, updated_at)
              VALUES (26, 1, now(), now())
              ON CONFLICT (year) DO UPDATE SET counter = user_profile_publicidcounter.counter + 1
        - name: settings page
          http: GET /me/settings/
          body: {{contains: deletions are scheduled}}
          needs: [accounts_accountdeletionrequest]
        - name: profile page
          http: GET /@rashed/
          status: [200, 404]
          after: [settings page]
        - name: admin list
          http: GET /admin/user_profile/userprofile/
          after: [settings page]
",
        url = database.url(),
        project = project("deltacrown").display(),
        packages = site_packages().display(),
    )
}

struct Check {
    folder: TempDir,
}

impl Check {
    fn run(&self, more: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_schema-health"))
            .args(["check", "--smoke", "--config"])
            .arg(self.folder.path().join("schema-health.yaml"))
            .args(more)
            .output()
            .unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    }

    fn checks(&self) -> Vec<Value> {
        let (_, text) = self.run(&["--format", "json"]);
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        value["databases"][0]["smoke_checks"].as_array().unwrap().clone()
    }
}

fn outcomes(checks: &[Value]) -> Vec<&str> {
    checks.iter().map(|it| it["outcome"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_runtime_tests_of_the_report_come_out_as_they_did() {
    let database = damaged().await;
    let application = Application::start(&database.url());
    let check = Check { folder: TempDir::new().unwrap() };
    let configuration = configuration(&database, application.port);
    std::fs::write(check.folder.path().join("schema-health.yaml"), configuration).unwrap();

    // Part 1: users cannot be created, as the counter is missing.
    let checks = check.checks();
    assert_eq!(outcomes(&checks), ["blocked", "blocked", "not_tested", "not_tested"]);
    assert_eq!(checks[0]["blocked_by"][0]["table"], "user_profile_publicidcounter");

    // Part 5: after the repair by hand.
    database.execute(BY_HAND).await;
    manage("deltacrown", &database.url(), &["migrate", "user_profile", "0056"]);
    let (code, text) = check.run(&[]);
    assert_eq!(code, 1);
    let from = text.find("  smoke checks: ").unwrap_or_else(|| panic!("{text}"));
    let told: Vec<String> = text[from..]
        .lines()
        .take(5)
        .map(|line| line.replace(&application.port.to_string(), "8000"))
        .collect();
    assert_eq!(
        told,
        [
            "  smoke checks: 1 passed, 1 blocked, 2 not tested",
            "    user creation  passed, INSERT (accounts_user), INSERT (user_profile_publicidcounter): the server took \
             it, and it was rolled back",
            "    settings page  blocked, GET http://127.0.0.1:8000/me/settings/: blocked by \
             accounts_accountdeletionrequest (missing; accounts.0002_phase3b_account_deletion): answered 500 instead of \
             200-299",
            "    profile page   not tested, GET http://127.0.0.1:8000/@rashed/: blocked by \"settings page\", which is \
             blocked",
            "    admin list     not tested, GET http://127.0.0.1:8000/admin/user_profile/userprofile/: blocked by \
             \"settings page\", which is blocked",
        ]
    );
    let mut connection = database.connect().await;
    let users: i64 =
        sqlx::query_scalar("SELECT count(*) FROM accounts_user").fetch_one(&mut connection).await.unwrap();
    assert_eq!(users, 0, "the user was rolled back");

    // For a CI: a test case each.
    let (_, junit) = check.run(&["--format", "junit"]);
    assert!(junit.contains("<testcase classname=\"smoke\" name=\"user creation\"></testcase>"), "{junit}");
    assert!(junit.contains(
        "<testcase classname=\"smoke\" name=\"settings page\"><failure type=\"smoke_check_failed\""
    ));
    assert!(junit.contains("<testcase classname=\"smoke\" name=\"profile page\"><skipped"), "{junit}");

    // And when the migration has really run, everything works.
    manage("deltacrown", &database.url(), &["migrate", "--fake", "accounts", "0001"]);
    manage("deltacrown", &database.url(), &["migrate", "accounts", "0002"]);
    let checks = check.checks();
    assert!(outcomes(&checks).iter().all(|it| *it == SmokeOutcome::Passed.as_str()), "{checks:#?}");
    assert_eq!(checks[1]["message"], "answered 200, and its body is as expected");
}
