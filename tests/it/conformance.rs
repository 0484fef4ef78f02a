//! Real Django projects, migrated by real Django on real servers, against what was compiled without Python.

mod by_hand;
pub mod corpus;
pub mod damage;
mod environment;
pub mod ground;
mod mending;
mod origins;
mod part_way;

use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use schema_health::dialect::Dialect;

use self::corpus::{Corpus, kept};
use self::ground::{Ground, lines, look};

/// Migrates the corpus, finds nothing, and finds whatever is dropped.
async fn conforms(corpus: &'static str, dialect: Dialect) {
    let corpus = Corpus(corpus);
    let mut ground = Ground::new(dialect).await;
    // MySQL, where it stands in MariaDB's place.
    let dialect = ground.dialect();
    let start = Instant::now();
    let origins = corpus.migrate(dialect, &ground.url());
    let migrated = start.elapsed();
    let start = Instant::now();
    let compilation = corpus.compile(dialect);
    let compiled = start.elapsed();
    let mut session = ground.session().await;
    let (_, report) = look(&mut session, &compilation.manifest).await;
    session.close().await;

    let mut text = String::new();
    let coverage = report.coverage;
    writeln!(
        text,
        "{} on {dialect}: {}; {} findings, {} of {} objects checked ({:.2} %), {} tables; migrated in {:.1?}, compiled in {:.1?}",
        corpus.0,
        compilation.summary,
        report.findings.len(),
        coverage.checked,
        coverage.expected,
        coverage.ratio() * 100.0,
        coverage.expected_tables,
        migrated,
        compiled,
    )
    .unwrap();
    for notice in &compilation.notices {
        writeln!(text, "  notice {}: {}", notice.at, notice.message).unwrap();
    }
    for spot in &report.blind_spots {
        writeln!(text, "  blind spot: {spot}").unwrap();
    }
    for line in lines(&report) {
        writeln!(text, "  FINDING {line}").unwrap();
    }
    let folder = kept().join("reports");
    fs::create_dir_all(&folder).unwrap();
    let report_file = folder.join(format!("{}.{dialect}.txt", corpus.0));
    fs::write(&report_file, &text).unwrap();
    println!("{}", text.lines().next().unwrap());
    assert!(report.findings.is_empty(), "{text}");
    assert!(coverage.expected_tables > 0, "nothing is expected");

    let had_no_news = corpus.accepts(dialect, &ground.url(), &["makemigrations", "--check", "--dry-run"]);
    let start = Instant::now();
    let tally = damage::drop_each(&mut ground, &compilation.manifest, origins.as_ref()).await;
    let line = format!("{} on {dialect}: {tally}, in {:.1?}", corpus.0, start.elapsed());
    println!("{line}");
    writeln!(text, "{line}").unwrap();
    for fault in tally.faults.iter().chain(&tally.refused) {
        writeln!(text, "  {fault}").unwrap();
    }
    for (reason, times) in &tally.mending.left_out {
        let line = format!("  left out of plans, {times} times: {reason}");
        println!("{line}");
        writeln!(text, "{line}").unwrap();
    }
    fs::write(&report_file, &text).unwrap();
    assert!(tally.faults.is_empty(), "{line}\n{}", tally.faults.join("\n"));
    // What was mended is as the project's own tools would have it, and they can work with it: `migrate` writes into the
    // new tables what each app has it write after it.
    let url = ground.url();
    corpus.manage(dialect, &url, &["migrate", "--skip-checks", "--verbosity", "0"]);
    assert!(
        corpus.accepts(dialect, &url, &["migrate", "--check", "--skip-checks"]),
        "{line}: migrate has news"
    );
    let has_no_news = corpus.accepts(dialect, &url, &["makemigrations", "--check", "--dry-run"]);
    assert_eq!(has_no_news, had_no_news, "{line}: makemigrations --check");
}

macro_rules! corpora {
    ($($module:ident = $name:literal;)+) => {
        $(mod $module {
            use schema_health::dialect::Dialect;

            #[tokio::test]
            async fn on_postgres() {
                super::conforms($name, Dialect::Postgres).await;
            }

            #[tokio::test]
            async fn on_mariadb() {
                super::conforms($name, Dialect::Mariadb).await;
            }

            #[tokio::test]
            async fn on_sqlite() {
                super::conforms($name, Dialect::Sqlite).await;
            }
        })+
    };
}

corpora! {
    contrib_2_2 = "contrib-2.2";
    contrib_3_2 = "contrib-3.2";
    contrib_4_2 = "contrib-4.2";
    contrib_5_2 = "contrib-5.2";
    contrib_6 = "contrib-6";
    synthetic_3_2 = "synthetic-3.2";
    synthetic_4_2 = "synthetic-4.2";
    synthetic_5_2 = "synthetic-5.2";
    synthetic_6 = "synthetic-6";
    batteries = "batteries";
    cms = "cms";
    dj_stripe = "dj-stripe";
    evennia = "evennia";
    machina = "machina";
    oscar = "oscar";
    wagtail = "wagtail";
}

/// Django 2.2 does not know MariaDB, and fails in the middle of this project.
mod synthetic_2_2 {
    use schema_health::dialect::Dialect;

    #[tokio::test]
    async fn on_postgres() {
        super::conforms("synthetic-2.2", Dialect::Postgres).await;
    }

    #[tokio::test]
    async fn on_sqlite() {
        super::conforms("synthetic-2.2", Dialect::Sqlite).await;
    }
}
