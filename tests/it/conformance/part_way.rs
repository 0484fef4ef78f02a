//! Databases that stand somewhere in a project's history: older, without an app, or with a tail that was faked.

use std::collections::BTreeSet;

use schema_health::audit::{Expected, Rule, Verdict};
use schema_health::catalog::Session;
use schema_health::dialect::Dialect;
use schema_health::migration::{Manifest, MigrationId};

use super::corpus::Corpus;
use super::ground::{Ground, lines, look};

/// Goes back to `older` of `app` and finds only what is pending; then fakes the way forward and finds only that.
async fn stands_anywhere(corpus: &'static str, app: &str, older: &str, dialect: Dialect) {
    let corpus = Corpus(corpus);
    let ground = Ground::new(dialect).await;
    let dialect = ground.dialect();
    let manifest = corpus.compile(dialect).manifest;
    migrate(corpus, &ground, &[]);
    migrate(corpus, &ground, &[app, older]);
    let mut session = ground.session().await;
    let pending = finds_only_pending(&mut session, &manifest).await;
    assert!(pending.iter().any(|it| &*it.app == app), "{pending:?}");
    let found = finds_only_what_is_faked(corpus, &ground, &mut session, &manifest, &pending).await;
    session.close().await;
    println!(
        "{} on {dialect}: {} migrations after {app}.{older} faked, {found} findings, all of them theirs",
        corpus.0,
        pending.len(),
    );
}

/// Stops at `percents` of all migrations and finds only what is pending; fakes the rest and finds only that.
async fn stops_on_the_way(corpus: &'static str, percents: &[usize], dialect: Dialect) {
    let corpus = Corpus(corpus);
    let ground = Ground::new(dialect).await;
    let dialect = ground.dialect();
    let manifest = corpus.compile(dialect).manifest;
    let mut pending = BTreeSet::new();
    for percent in percents {
        corpus.manage(dialect, &ground.url(), &["part", &percent.to_string()]);
        let mut session = ground.session().await;
        pending = finds_only_pending(&mut session, &manifest).await;
        session.close().await;
        assert!(!pending.is_empty(), "at {percent} % nothing is pending");
    }
    let mut session = ground.session().await;
    let found = finds_only_what_is_faked(corpus, &ground, &mut session, &manifest, &pending).await;
    session.close().await;
    println!(
        "{} on {dialect}, stopped at {percents:?} %: {} migrations faked, {found} findings, all of them theirs",
        corpus.0,
        pending.len(),
    );
}

/// Applies all but `first` of `app` and what depends on it, and finds only that pending; fakes that and finds only that.
async fn fakes_a_tail(corpus: &'static str, app: &str, first: &str, dialect: Dialect) {
    let corpus = Corpus(corpus);
    let ground = Ground::new(dialect).await;
    let dialect = ground.dialect();
    let manifest = corpus.compile(dialect).manifest;
    corpus.manage(dialect, &ground.url(), &["part", app, first]);
    let mut session = ground.session().await;
    let pending = finds_only_pending(&mut session, &manifest).await;
    assert!(pending.iter().any(|it| (&*it.app, &*it.name) == (app, first)), "{pending:?}");
    let found = finds_only_what_is_faked(corpus, &ground, &mut session, &manifest, &pending).await;
    session.close().await;
    println!(
        "{} on {dialect}: {app} faked from {first} on, with {} migrations that depend on it, {found} findings, all of \
         them theirs",
        corpus.0,
        pending.len() - 1,
    );
}

fn migrate(corpus: Corpus, ground: &Ground, arguments: &[&str]) {
    let all: Vec<&str> = ["migrate", "--skip-checks", "--verbosity", "0"]
        .into_iter()
        .chain(arguments.iter().copied())
        .collect();
    corpus.manage(ground.dialect(), &ground.url(), &all);
}

/// The pending migrations, of which alone the audit may speak.
async fn finds_only_pending(session: &mut Session, manifest: &Manifest) -> BTreeSet<MigrationId> {
    let (_, report) = look(session, manifest).await;
    let others: Vec<String> =
        lines(&report).into_iter().filter(|it| !it.contains("pending_migration")).collect();
    assert!(others.is_empty(), "{others:#?}");
    report.findings.into_iter().filter_map(|it| it.migration).collect()
}

/// Fakes all that is pending; how many findings there are, each of something that a faked migration made, changed
/// or should have taken away, and of that migration. None of these that made a table counts as verified, and none that
/// was run as missed.
async fn finds_only_what_is_faked(
    corpus: Corpus,
    ground: &Ground,
    session: &mut Session,
    manifest: &Manifest,
    pending: &BTreeSet<MigrationId>,
) -> usize {
    corpus.manage(ground.dialect(), &ground.url(), &["part", "fake"]);
    let (observation, report) = look(session, manifest).await;
    assert!(!report.findings.is_empty(), "what was faked is missed");
    for (finding, line) in report.findings.iter().zip(lines(&report)) {
        // A constraint that should be there no more is of no migration where what it is over stays.
        let is_left = finding.rule == Rule::UnexpectedConstraint && finding.migration.is_none();
        assert!(is_left || finding.migration.as_ref().is_some_and(|it| pending.contains(it)), "{line}");
    }
    let blamed =
        report.migrations.iter().filter(|it| matches!(it.verdict, Verdict::Phantom | Verdict::Partial));
    let innocent: Vec<String> =
        blamed.filter(|it| !pending.contains(&it.migration)).map(|it| it.migration.to_string()).collect();
    assert!(innocent.is_empty(), "were run, and are said to be missed: {innocent:#?}");
    let expected = Expected::of(manifest, &observation).expectation.schema;
    for table in expected.tables.values() {
        let maker = table.provenance.created().and_then(|it| manifest.migration(it));
        let Some(maker) = maker.filter(|it| pending.contains(&it.id)) else { continue };
        let verdict = report.migrations.iter().find(|it| it.migration == maker.id).map(|it| it.verdict);
        assert!(verdict != Some(Verdict::Verified), "{} is faked, and {verdict:?}", maker.id);
    }
    report.findings.len()
}

macro_rules! stops {
    ($($name:ident = $corpus:literal;)+) => {
        $(#[tokio::test]
        async fn $name() {
            stops_on_the_way($corpus, &[20, 50, 80], Dialect::Postgres).await;
        })+
    };
}

stops! {
    batteries_stops = "batteries";
    cms_stops = "cms";
    dj_stripe_stops = "dj-stripe";
    evennia_stops = "evennia";
    machina_stops = "machina";
    oscar_stops = "oscar";
    wagtail_stops = "wagtail";
}

macro_rules! tails {
    ($($name:ident = $corpus:literal, $app:literal, $first:literal;)+) => {
        $(#[tokio::test]
        async fn $name() {
            for dialect in [Dialect::Postgres, Dialect::Mariadb, Dialect::Sqlite] {
                fakes_a_tail($corpus, $app, $first, dialect).await;
            }
        })+
    };
}

tails! {
    batteries_with_a_faked_tail = "batteries", "oauth2_provider", "0012_add_token_checksum";
    cms_with_a_faked_tail = "cms", "cms", "0037_merge_page_treenode";
    dj_stripe_with_a_faked_tail = "dj-stripe", "djstripe", "0002_2_10";
    evennia_with_a_faked_tail = "evennia", "objects", "0007_objectdb_db_account";
    machina_with_a_faked_tail = "machina", "forum", "0008_forum_last_post";
    oscar_with_a_faked_tail = "oscar", "order", "0009_surcharge";
    synthetic_with_a_faked_tail = "synthetic-5.2", "operations", "0003_alterations";
    wagtail_with_a_faked_tail = "wagtail", "wagtailcore", "0080_generic_workflowstate";
}

#[tokio::test]
async fn synthetic_stops_under_each_django() {
    for corpus in ["synthetic-3.2", "synthetic-4.2", "synthetic-5.2", "synthetic-6"] {
        stops_on_the_way(corpus, &[30, 55, 80], Dialect::Postgres).await;
    }
}

#[tokio::test]
async fn synthetic_stops_everywhere() {
    for corpus in ["synthetic-3.2", "synthetic-5.2"] {
        for dialect in [Dialect::Mariadb, Dialect::Sqlite] {
            stops_on_the_way(corpus, &[30, 55, 80], dialect).await;
        }
    }
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
