//! Random projects whose models evolve by Django's own autodetector, audited after each migration.
//!
//! Some fixed seeds on Django 5.2, unless the environment names others:
//! `EVOLVE_SEEDS=1-500 EVOLVE_DJANGO=3.2,4.2,5.2,6 EVOLVE_STEPS=30 EVOLVE_DAMAGE=1 tests/run evolve::`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use schema_health::audit::{Finding, Report, Rule};
use schema_health::compile::django::{Compilation, Request, compile_project};
use schema_health::dialect::Dialect;
use tempfile::TempDir;

use crate::conformance::corpus::{Corpus, kept};
use crate::conformance::damage;
use crate::conformance::ground::{Ground, lines, look};

/// Which projects, and how far they go.
struct Hunt {
    seeds: Vec<u64>,
    django: Vec<String>,
    steps: u32,
    /// Everything is dropped in turn at the end of each project.
    damage: bool,
}

impl Hunt {
    fn of_environment() -> Self {
        let set = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.to_owned());
        let range = |text: &str| match text.split_once('-') {
            Some((first, last)) => first.parse().unwrap()..=last.parse().unwrap(),
            None => text.parse().unwrap()..=text.parse().unwrap(),
        };
        Self {
            seeds: set("EVOLVE_SEEDS", "1-2").split(',').flat_map(range).collect(),
            django: set("EVOLVE_DJANGO", "").split(',').map(str::to_owned).collect(),
            steps: set("EVOLVE_STEPS", "10").parse().unwrap(),
            damage: std::env::var("EVOLVE_DAMAGE").is_ok(),
        }
    }
}

/// A Python with some Django: the tests' own, or that of the corpus `contrib-VERSION`.
struct Django {
    python: PathBuf,
    site_packages: PathBuf,
}

impl Django {
    fn of(version: &str) -> Self {
        if !version.is_empty() {
            let corpus = ["3.2", "4.2", "5.2", "6"]
                .iter()
                .position(|it| *it == version)
                .map(|at| Corpus(["contrib-3.2", "contrib-4.2", "contrib-5.2", "contrib-6"][at]));
            let corpus = corpus.unwrap_or_else(|| panic!("no environment has Django {version}"));
            return Self {
                python: corpus.environment().join("bin/python"),
                site_packages: corpus.site_packages(),
            };
        }
        let python = PathBuf::from(crate::compile::python());
        Self { python, site_packages: crate::compile::site_packages() }
    }
}

/// A project that evolves, one line for each step.
struct Evolution {
    child: Child,
    ask: ChildStdin,
    told: BufReader<ChildStdout>,
    began: bool,
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

impl Evolution {
    fn start(django: &Django, seed: u64, steps: u32, folder: &Path, url: &str) -> Self {
        let mut child = Command::new(&django.python)
            .args(["-m", "evolve", &seed.to_string()])
            .current_dir(home())
            .env("EVOLVE_FOLDER", folder)
            .env("EVOLVE_STEPS", steps.to_string())
            .env("DATABASE_URL", url.replace("sqlite://", "sqlite:"))
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONWARNINGS", "ignore")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("errors.txt")).unwrap())
            .spawn()
            .unwrap();
        let (ask, told) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, ask, told, began: false }
    }

    /// How the database stands, what was done, and more of that.
    fn next(&mut self) -> Option<[String; 3]> {
        let mut line = String::new();
        if std::mem::replace(&mut self.began, true) {
            let _ = self.ask.write_all(b"\n");
        }
        self.told.read_line(&mut line).unwrap();
        let mut words = line.trim_end_matches('\n').split('\t').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        let step = [word(), word(), word()];
        if step[0].is_empty() {
            return Some(["stopped".to_owned(), "errors.txt".to_owned(), String::new()]);
        }
        (step[0] != "end").then_some(step)
    }
}

#[derive(Default)]
struct Tally {
    projects: usize,
    steps: usize,
    migrations: usize,
    /// Expected objects, summed over all steps.
    objects: usize,
    faked: usize,
    /// What was not proven, by kind, with how often and one example.
    unproven: BTreeMap<String, (usize, String)>,
    faults: Vec<String>,
    text: String,
}

fn compile(folder: &Path, django: &Django, dialect: Dialect) -> Compilation {
    let request = Request {
        dialect,
        sources: vec![folder.to_owned(), home(), django.site_packages.clone()],
        settings: Some(home().join("evolve/settings.py")),
        set: Vec::new(),
        apps: Vec::new(),
        installed_apps: Vec::new(),
        database: "default".to_owned(),
        django: None,
    };
    compile_project(&request).unwrap()
}

/// What must not be told of a database that stands like this.
fn wrong(report: &Report, stands: &str, what: &str, went_back: bool) -> Vec<String> {
    let faked: BTreeSet<&str> = if stands == "faked" { what.split(' ').collect() } else { BTreeSet::new() };
    // The plan may put a table that follows a key behind a migration that changes the key and is not applied: only
    // the order in which the ledger grew would tell.
    let follows_key = |finding: &Finding| matches!(finding.rule, Rule::TypeDiffers | Rule::ForeignKeyDiffers);
    // Taking a migration back on MariaDB leaves the index that Django made under a foreign key for it
    // (`_create_missing_fk_index`), a check that it cannot drop by name, and none where MODIFY has not said it.
    let is_left_over = |finding: &Finding| {
        let is_unnamed_check = finding.rule == Rule::MissingCheck && finding.subject.name.is_none();
        went_back && (is_unnamed_check || finding.rule == Rule::UnexpectedConstraint)
    };
    let is_right = |finding: &Finding| {
        is_left_over(finding)
            || match stands {
                "back" => finding.rule == Rule::PendingMigration || follows_key(finding),
                "faked" => {
                    let missed = finding.migration.as_ref().map(ToString::to_string);
                    let is_left = finding.rule == Rule::UnexpectedConstraint && missed.is_none();
                    is_left || follows_key(finding) || missed.is_some_and(|it| faked.contains(&*it))
                }
                _ => false,
            }
    };
    let told = report.findings.iter().zip(lines(report));
    told.filter(|(finding, _)| !is_right(finding)).map(|(_, line)| line).collect()
}

/// A blind spot without its names: what is between backticks and the table at its head.
fn kind(spot: &str) -> String {
    let said = spot.split_once(": ").map_or(spot, |(_, said)| said);
    let mut kind = String::new();
    for (at, part) in said.split('`').enumerate() {
        kind.push_str(if at % 2 == 0 { part } else { "…" });
    }
    kind.chars().take(60).collect()
}

async fn evolve(tally: &mut Tally, hunt: &Hunt, django: &Django, version: &str, seed: u64, dialect: Dialect) {
    let folder = TempDir::new().unwrap();
    let mut ground = Ground::new(dialect).await;
    // MySQL may stand in MariaDB's place.
    let dialect = ground.dialect();
    let mut evolution = Evolution::start(django, seed, hunt.steps, folder.path(), &ground.url());
    let (mut spots, mut last, mut faults, mut went_back) = (BTreeSet::new(), None, Vec::new(), false);
    tally.projects += 1;
    while let Some([stands, what, more]) = evolution.next() {
        if stands == "stopped" {
            let told = fs::read_to_string(folder.path().join(&what)).unwrap_or_default();
            faults.push(format!("Python has stopped: {}", told.lines().last().unwrap_or_default()));
            let _ = evolution.child.wait();
            break;
        }
        let compilation = compile(folder.path(), django, dialect);
        let mut session = ground.session().await;
        let (_, report) = look(&mut session, &compilation.manifest).await;
        session.close().await;
        tally.steps += 1;
        tally.objects += report.coverage.expected;
        went_back |= stands == "back" && !matches!(dialect, Dialect::Postgres | Dialect::Sqlite);
        tally.faked += usize::from(stands == "faked");
        let told = wrong(&report, &stands, &what, went_back);
        faults.extend(told.into_iter().map(|it| format!("{stands} {what}: {it}\n      after {more}")));
        faults.extend(
            (compilation.notices.iter())
                .filter(|it| stands != "faked" && !is_explained(&it.message))
                .map(|it| format!("{stands} {what}: notice {}: {}\n      after {more}", it.at, it.message)),
        );
        spots.extend(report.blind_spots.iter().cloned());
        last = Some(compilation);
        if !faults.is_empty() {
            let _ = evolution.child.kill();
            let _ = evolution.child.wait();
            break;
        }
    }
    if faults.is_empty() {
        assert!(evolution.child.wait().unwrap().success(), "the project did not end well");
    }
    for spot in spots {
        let entry = tally.unproven.entry(kind(&spot)).or_default();
        entry.0 += 1;
        if entry.0 <= 3 {
            writeln!(entry.1, "        {version} {seed}: {spot}").unwrap();
        }
    }
    if let Some(compilation) = &last {
        tally.migrations += compilation.manifest.migrations.len();
        if hunt.damage && faults.is_empty() {
            let damage = damage::drop_each(&mut ground, &compilation.manifest, None).await;
            writeln!(tally.text, "  {version} {seed}: {damage}").unwrap();
            faults.extend(damage.faults);
        }
    }
    if !faults.is_empty() {
        let folder = folder.keep();
        let head = format!("Django {version} seed {seed} on {dialect}, in {}:", folder.display());
        let fault = format!("{head}\n    {}", faults.join("\n    "));
        println!("WRONG {fault}");
        tally.faults.push(fault);
    }
}

/// Told by the compiler, and so it is.
fn is_explained(notice: &str) -> bool {
    // Django 3.2 says it when a key begins or ends to number itself: no column of the schema hangs on it.
    notice.starts_with("SQL `DROP SEQUENCE IF EXISTS")
        // What Django itself does by chance, and what hangs on an order that no dependency says.
        || notice.starts_with("which of the keys that lead to a key is altered as which")
        || notice.contains("no dependency says which came first")
        // By which the project is found by Django, and need not be by the compiler.
        || notice == "assumed that EVOLVE_FOLDER is not set in the environment"
}

async fn evolve_all(dialect: Dialect) {
    let hunt = Hunt::of_environment();
    let mut tally = Tally::default();
    for version in &hunt.django {
        let django = Django::of(version);
        for seed in &hunt.seeds {
            evolve(&mut tally, &hunt, &django, version, *seed, dialect).await;
        }
    }
    let mut text = format!(
        "on {dialect}: {} projects, {} steps ({} of them faked), {} migrations, {} objects looked at; {} projects with \
         something wrong\n{}",
        tally.projects,
        tally.steps,
        tally.faked,
        tally.migrations,
        tally.objects,
        tally.faults.len(),
        tally.text,
    );
    for (kind, (count, examples)) in &tally.unproven {
        write!(text, "  not proven, {count} times: {kind}\n{examples}").unwrap();
    }
    for fault in &tally.faults {
        writeln!(text, "  WRONG {fault}").unwrap();
    }
    let reports = kept().join("reports");
    fs::create_dir_all(&reports).unwrap();
    fs::write(reports.join(format!("evolve.{dialect}.txt")), &text).unwrap();
    println!("{text}");
    assert!(tally.faults.is_empty(), "{}", tally.faults.join("\n"));
    assert!(tally.objects > 0, "nothing was looked at");
}

#[tokio::test]
async fn on_postgres() {
    evolve_all(Dialect::Postgres).await;
}

#[tokio::test]
async fn on_mariadb() {
    evolve_all(Dialect::Mariadb).await;
}

#[tokio::test]
async fn on_sqlite() {
    evolve_all(Dialect::Sqlite).await;
}
