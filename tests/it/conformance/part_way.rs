//! Databases that stand somewhere in a project's history: older, without an app, or with a tail that was faked.

use std::collections::BTreeSet;

use schema_health::audit::Rule;
use schema_health::dialect::Dialect;
use schema_health::migration::MigrationId;

use super::corpus::Corpus;
use super::ground::{Ground, lines, look};

/// Goes back to `older` of `app` and finds only what is pending; then fakes the way forward and finds only that.
async fn stands_anywhere(corpus: &'static str, app: &str, older: &str, dialect: Dialect) {
    let corpus = Corpus(corpus);
    let ground = Ground::new(dialect).await;
    let migrate = |arguments: &[&str]| {
        let all: Vec<&str> = ["migrate", "--skip-checks", "--verbosity", "0"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        corpus.manage(dialect, &ground.url(), &all);
    };
    let manifest = corpus.compile(dialect).manifest;
    migrate(&[]);
    migrate(&[app, older]);

    let mut session = ground.session().await;
    let (_, report) = look(&mut session, &manifest).await;
    let pending: BTreeSet<MigrationId> = report
        .findings
        .iter()
        .filter(|it| it.rule == Rule::PendingMigration)
        .filter_map(|it| it.migration.clone())
        .collect();
    assert!(pending.iter().any(|it| &*it.app == app), "{:#?}", lines(&report));
    let others: Vec<String> =
        lines(&report).into_iter().filter(|it| !it.contains("pending_migration")).collect();
    assert!(others.is_empty(), "{others:#?}");

    migrate(&["--fake"]);
    let (_, report) = look(&mut session, &manifest).await;
    session.close().await;
    assert!(!report.findings.is_empty(), "what was faked is missed");
    for (finding, line) in report.findings.iter().zip(lines(&report)) {
        let made = finding.changed_by.as_ref().or(finding.migration.as_ref());
        // What a faked migration should have taken away is still there, and no migration's.
        let is_left = matches!(
            finding.rule,
            Rule::UnexpectedTable | Rule::UnexpectedColumn | Rule::UnexpectedConstraint
        );
        assert!(is_left || made.is_some_and(|it| pending.contains(it)), "{line}");
    }
    println!(
        "{} on {dialect}: {} migrations after {app}.{older} faked, {} findings, all of them theirs",
        corpus.0,
        pending.len(),
        report.findings.len()
    );
}

#[tokio::test]
async fn contrib_without_the_admin() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        stands_anywhere("contrib-5.2", "admin", "zero", dialect).await;
    }
}

#[tokio::test]
async fn contrib_before_names_grew() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        stands_anywhere("contrib-5.2", "auth", "0007_alter_validators_add_error_messages", dialect).await;
    }
}

#[tokio::test]
async fn machina_before_its_members() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        stands_anywhere("machina", "forum_member", "zero", dialect).await;
    }
}

#[tokio::test]
async fn machina_in_the_middle_of_a_forum() {
    for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
        stands_anywhere("machina", "forum_conversation", "0005_auto_20160607_0455", dialect).await;
    }
}
