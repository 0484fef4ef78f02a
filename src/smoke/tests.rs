//! Tests of the judgement: every outcome, and what it does to health.

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::audit::policy::Policy;
use crate::audit::{Health, Rule, Severity};
use crate::migration::MigrationId;

fn check(name: &str, after: &[&str], action: SmokeAction) -> SmokeCheck {
    SmokeCheck {
        name: name.into(),
        needs: vec!["accounts_accountdeletionrequest".to_owned()],
        reads: Vec::new(),
        after: after.iter().map(|it| (*it).into()).collect(),
        timeout: Duration::from_secs(1),
        action,
    }
}

fn get(name: &str, after: &[&str]) -> SmokeCheck {
    let http = HttpCheck {
        method: Method::Get,
        url: format!("http://app/{name}?token=canary").into(),
        shown: format!("http://app/{name}"),
        headers: Vec::new(),
        status: StatusExpectation(vec![200..=200, 300..=399]),
        body: None,
        largest_body: 1024,
        follow_redirects: false,
    };
    check(name, after, SmokeAction::Http(http))
}

fn write(name: &str) -> SmokeCheck {
    let write = WriteCheck { statements: Vec::new(), shown: "INSERT into accounts_user".to_owned() };
    check(name, &[], SmokeAction::Write(write))
}

fn missing() -> Blocker {
    Blocker {
        table: "accounts_accountdeletionrequest".to_owned(),
        column: None,
        migration: Some(MigrationId { app: "accounts".into(), name: "0002_phase3b_account_deletion".into() }),
    }
}

fn failed(message: &str) -> Attempt {
    Attempt::Failed { message: message.to_owned(), accused: Vec::new() }
}

fn run(results: Vec<SmokeResult>) -> SmokeRun {
    SmokeRun { began: Timestamp::UNIX_EPOCH, ended: Timestamp::UNIX_EPOCH, results }
}

/// Part 5 of the incident: user creation passes, the settings page fails for a missing table, and what comes
/// behind it is not tested.
#[test]
fn the_incident_is_told_as_it_was() {
    let took = Duration::from_millis(12);
    let settings = get("settings page", &["user creation"]);
    let profile = get("profile page", &["settings page"]);
    let creation = get("user creation", &[]);

    let mut results = vec![after_attempt(&creation, Attempt::Passed("ok".to_owned()), Vec::new(), took)];
    assert_eq!(before_attempt(&settings, &results, &[missing()]), None, "asking harms nothing");
    results.push(after_attempt(&settings, failed("answered 500 instead of 200"), vec![missing()], took));
    results.push(before_attempt(&profile, &results, &[]).unwrap());

    let outcomes: Vec<SmokeOutcome> = results.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [SmokeOutcome::Passed, SmokeOutcome::Blocked, SmokeOutcome::NotTested]);
    assert_eq!(
        results[1].summary(),
        "blocked by accounts_accountdeletionrequest (missing; accounts.0002_phase3b_account_deletion): \
         answered 500 instead of 200"
    );
    assert_eq!(results[2].summary(), "not tested: blocked by \"settings page\", which is blocked");
    assert_eq!(results[2].duration, None);

    let judgement = judge_run(run(results), &Policy::default());
    assert_eq!(judgement.findings.len(), 1);
    let finding = &judgement.findings[0];
    assert_eq!((finding.rule, finding.severity), (Rule::SmokeCheckFailed, Severity::Warning));
    assert_eq!(finding.subject.name.as_deref(), Some("settings page"));
    assert_eq!(finding.migration, missing().migration);
    assert!(judgement.remarks.is_empty(), "{:?}", judgement.remarks);
    assert!(!format!("{:?}", judgement).contains("canary"));
}

#[test]
fn a_write_is_not_tried_where_something_is_missing() {
    let result = before_attempt(&write("w"), &[], &[missing()]).unwrap();
    assert_eq!((result.outcome, result.duration), (SmokeOutcome::Blocked, None));
    assert_eq!(before_attempt(&write("w"), &[], &[]), None);
}

#[test]
fn what_passes_is_not_blocked_whatever_is_missing() {
    let passed = Attempt::Passed("answered 200".to_owned());
    let result = after_attempt(&get("a", &[]), passed, vec![missing()], Duration::ZERO);
    assert_eq!(result.outcome, SmokeOutcome::Passed);
    assert!(result.blocked_by.is_empty());
}

#[test]
fn what_could_not_be_tested_is_told_and_accuses_nobody() {
    let impossible = Attempt::Impossible("the role may not read it".to_owned());
    let result = after_attempt(&get("a", &[]), impossible, vec![missing()], Duration::ZERO);
    let judgement = judge_run(run(vec![result]), &Policy::default());
    assert!(judgement.findings.is_empty());
    assert_eq!(judgement.remarks, ["smoke check \"a\" was not tested: the role may not read it"]);
    assert_eq!(judgement.worsen(Health::Healthy), None);
}

#[test]
fn health_is_only_made_worse_and_never_of_unknown() {
    let result = || after_attempt(&get("a", &[]), failed("answered 500"), Vec::new(), Duration::ZERO);
    let judged = |severity| {
        let severities = [(Rule::SmokeCheckFailed, severity)].into();
        judge_run(run(vec![result()]), &Policy { severities, ..Policy::default() })
    };
    let health = |severity, of| judged(Some(severity)).worsen(of).map(|it| it.0);
    assert_eq!(health(Severity::Warning, Health::Healthy), Some(Health::Degraded));
    assert_eq!(health(Severity::Warning, Health::Unhealthy), None);
    assert_eq!(health(Severity::Error, Health::Healthy), Some(Health::Unhealthy));
    assert_eq!(health(Severity::Error, Health::Degraded), Some(Health::Unhealthy));
    assert_eq!(health(Severity::Error, Health::Unknown), None);
    assert_eq!(health(Severity::Info, Health::Healthy), None);
    assert!(judged(None).findings.is_empty(), "the rule is off");
}

#[test]
fn checks_come_behind_those_they_depend_on() {
    let names =
        |checks| in_order(checks).map(|it| it.iter().map(|it| it.name.to_string()).collect::<Vec<_>>());
    let checks = vec![get("c", &["b"]), get("b", &["a"]), get("x", &[]), get("a", &[])];
    assert_eq!(names(checks).unwrap(), ["x", "a", "b", "c"]);
    let circle = vec![get("x", &[]), get("b", &["c"]), get("c", &["b"])];
    assert_eq!(&*names(circle).unwrap_err(), "b");
    assert_eq!(&*names(vec![get("s", &["s"])]).unwrap_err(), "s");
}

#[test]
fn status_codes_are_lists_and_ranges() {
    let status = StatusExpectation(vec![200..=204, 302..=302]);
    assert!(status.accepts(204) && status.accepts(302) && !status.accepts(205));
    assert_eq!(status.to_string(), "200-204, 302");
}
