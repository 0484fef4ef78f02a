//! The incident of the demo: an audit gives the findings of its report, no fewer and no more.

pub mod live;

use std::path::{Path, PathBuf};

use schema_health::audit::{Cause, Finding, Health, Likelihood, Policy, Report, Verdict, audit};
use schema_health::catalog::{Budgets, LedgerSource, Session, Target};
use schema_health::migration::{Manifest, ledger};
use secrecy::SecretString;

use crate::servers::sqlite::sqlite_database;

pub fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations-manifest/demo").join(file)
}

/// The report on the database of the incident, after `mending` was executed in it.
pub async fn report_after(mending: &str) -> Report {
    let database = sqlite_database().await;
    database.execute(&std::fs::read_to_string(demo("deltacrown.sql")).unwrap()).await;
    database.execute(mending).await;
    let target = Target {
        url: SecretString::from(database.url()),
        schema: None,
        ledger: LedgerSource { format: &ledger::DJANGO, table: None, schema: None },
        budgets: Budgets::default(),
    };
    let manifest = Manifest::load(&demo("deltacrown.sqlite.json")).unwrap();
    let mut session = Session::open(&target).await.unwrap();
    let observation = session.observe(&manifest.interest()).await.unwrap();
    session.close().await;
    audit(&manifest, &observation, &Policy::default())
}

/// `rule table[.column] <- migration`, in alphabetical order.
fn lines(report: &Report) -> Vec<String> {
    let line = |finding: &Finding| {
        let subject = &finding.subject;
        let column = subject.column.as_ref().map(|it| format!(".{it}")).unwrap_or_default();
        let origin = finding.migration.as_ref().map(ToString::to_string).unwrap_or_default();
        let table = subject.table.as_deref().unwrap_or_default();
        format!("{} {table}{column} <- {origin}", finding.rule.name())
    };
    let mut lines: Vec<_> = report.findings.iter().map(line).collect();
    lines.sort();
    lines
}

fn with_verdict(report: &Report, verdict: Verdict) -> Vec<String> {
    report.migrations.iter().filter(|it| it.verdict == verdict).map(|it| it.migration.to_string()).collect()
}

const MISSING: [&str; 10] = [
    "missing_column user_profile_privacysettings.user_id <- user_profile.0030_phase6c_settings_models",
    "missing_foreign_key user_profile_privacysettings <- user_profile.0030_phase6c_settings_models",
    "missing_table accounts_accountdeletionrequest <- accounts.0002_phase3b_account_deletion",
    "missing_table user_profile_careerprofile <- user_profile.0046_careerprofile_matchmakingpreferences",
    "missing_table user_profile_followrequest <- user_profile.0048_phase6a_private_account_and_follow_requests",
    "missing_table user_profile_hardwareloadout <- user_profile.0035_p0_loadout_models",
    "missing_table user_profile_highlight <- user_profile.0034_p0_media_models",
    "missing_table user_profile_profileshowcase <- user_profile.0031_add_profile_showcase_model",
    "missing_table user_profile_trophyshowcase <- user_profile.0036_p0_trophy_showcase",
    "missing_unique user_profile_privacysettings <- user_profile.0030_phase6c_settings_models",
];

#[tokio::test]
async fn the_audit_finds_what_the_report_found_and_nothing_else() {
    let report = report_after("").await;
    assert_eq!(lines(&report), MISSING);
    assert_eq!(report.health, Health::Unhealthy);
    assert_eq!(report.blind_spots, Vec::<String>::new());
    assert_eq!((report.coverage.expected_tables, report.coverage.unverified), (22, 0));
}

#[tokio::test]
async fn each_failing_migration_is_a_phantom_and_each_passing_one_verified() {
    let report = report_after("").await;
    let phantoms = [
        "accounts.0002_phase3b_account_deletion",
        "user_profile.0030_phase6c_settings_models",
        "user_profile.0031_add_profile_showcase_model",
        "user_profile.0034_p0_media_models",
        "user_profile.0035_p0_loadout_models",
        "user_profile.0036_p0_trophy_showcase",
        "user_profile.0046_careerprofile_matchmakingpreferences",
        "user_profile.0048_phase6a_private_account_and_follow_requests",
    ];
    let mut told = with_verdict(&report, Verdict::Phantom);
    told.sort();
    assert_eq!(told, phantoms);
    let verified = with_verdict(&report, Verdict::Verified);
    for passing in [
        "user_profile.0001_initial",
        "user_profile.0005_badge_userbadge",
        "user_profile.0007_userprofile_pronouns_achievement_certificate_and_more",
        "user_profile.0013_add_public_id_system",
        "user_profile.0016_restore_publicidcounter",
        "user_profile.0020_gp0_game_passport_rebuild",
        "user_profile.0056_repair_publicidcounter_table",
    ] {
        assert!(verified.iter().any(|it| it == passing), "{passing} is not verified");
    }
}

/// The table that was mended by hand was the eighth: it belongs to the restoring migration with the odd number.
#[tokio::test]
async fn before_the_repair_by_hand_the_counter_was_missing_too() {
    let report = report_after("DROP TABLE user_profile_publicidcounter").await;
    let counter =
        "missing_table user_profile_publicidcounter <- user_profile.0020_restore_publicidcounter_for_tests";
    let mut expected: Vec<_> = MISSING.iter().copied().chain([counter]).collect();
    expected.sort_unstable();
    assert_eq!(lines(&report), expected);
}

/// As in part 7 of the incident's report: faked is likely, a restore is possible, and nothing speaks for more.
#[tokio::test]
async fn why_is_told_as_the_report_told_it() {
    let report = report_after("").await;
    let told: Vec<(Cause, Likelihood)> =
        report.diagnosis.iter().map(|it| (it.cause, it.likelihood)).collect();
    assert_eq!(told, [(Cause::Faked, Likelihood::High), (Cause::RestoredOlderBackup, Likelihood::Medium)]);
    let [faked, restored] = &report.diagnosis[..] else { panic!() };
    let commands =
        "python manage.py migrate --fake user_profile 0055\npython manage.py migrate --fake accounts 0002";
    assert_eq!(faked.command.as_deref(), Some(commands));
    let all: Vec<String> = report.findings.iter().map(|it| it.id.clone()).collect();
    assert_eq!((&faked.explains, &restored.explains), (&all, &all));
    let rows = "9 rows were written within 16 ms from 2025-12-28T03:17:26.004Z on: 2.0 ms a row, where migrations \
                whose objects stand took 41.0 ms each";
    assert!(faked.evidence_for.iter().any(|it| it == rows), "{faked:#?}");
    assert_eq!(faked.evidence_against, Vec::<String>::new());
    assert!(!restored.evidence_for.is_empty() && !restored.evidence_against.is_empty(), "{restored:#?}");
}

/// Somebody dropped one more table: each hypothesis explains its own, and neither speaks against the other.
#[tokio::test]
async fn what_was_dropped_beside_is_told_apart_from_what_was_faked() {
    let report = report_after("PRAGMA foreign_keys = OFF; DROP TABLE user_profile_badge").await;
    let of = |cause: Cause| report.diagnosis.iter().find(|it| it.cause == cause).unwrap();
    let (faked, dropped) = (of(Cause::Faked), of(Cause::DroppedByHand));
    assert_eq!(report.diagnosis[0].cause, Cause::Faked, "{:#?}", report.diagnosis);
    let badge = report.findings.iter().find(|it| it.subject.table.as_deref() == Some("user_profile_badge"));
    let badge = badge.unwrap().id.clone();
    assert!(!faked.explains.contains(&badge) && faked.explains.len() == report.findings.len() - 1);
    assert_eq!(dropped.explains, [badge], "{dropped:#?}");
}

/// Part 1: "Migration History Anomaly". Notes, not findings: the files are so, whatever the database holds.
#[tokio::test]
async fn the_history_of_the_counter_is_told() {
    let report = report_after("").await;
    let notes: Vec<&str> = report.history.iter().map(|it| &*it.message).collect();
    assert_eq!(
        notes,
        [
            "user_profile_publicidcounter: created by 0013, deleted by 0014, restored by 0016, deleted by 0017, \
             restored by 0020_restore_publicidcounter_for_tests",
            "user_profile.0020_restore_publicidcounter_for_tests is numbered 0020, but depends on \
             0027_privacysettings, and so comes after it",
            "user_profile has 2 migrations numbered 0020: 0020_gp0_game_passport_rebuild, \
             0020_restore_publicidcounter_for_tests",
        ]
    );
}
