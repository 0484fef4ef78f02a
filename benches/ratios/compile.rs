//! Compiling Django projects, against what Django's own loader and `manage.py showmigrations` cost.
//!
//! Django gets what is in its favour: its modules are compiled already, its command skips its checks, its loader is measured without the start of
//! Django and only makes the models' state, and the database of `showmigrations` is an empty SQLite file. Beside that its loader begins where
//! we do, with the text of the migrations.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use rustix::time::{ClockId, clock_gettime};
use schema_health::compile::django::{Request, compile_project};
use schema_health::dialect::Dialect;

#[path = "../../tests/it/conformance/environment.rs"]
mod environment;
#[path = "compile/many.rs"]
mod many;

use crate::measure::{self, Report, median};
use environment::{home, kept, run, usual_python};

/// The first argument of the bench binary when it is to compile one project and tell what that took.
pub const CHILD: &str = "compile-for-the-bench";

const ROUNDS: usize = 7;
/// Django's CPU time is to be at least ten times ours, and its command fifty times as long as ours.
const OF_THE_LOADER: f64 = 0.1;
const OF_THE_COMMAND: f64 = 0.02;
const PER_THOUSAND: Duration = Duration::from_millis(100);
const PEAK: u64 = 200;
/// A made project, and one of ten times as many migrations, each of which is to cost no more than a little more memory that
/// is not in the processor's caches.
const FEW: usize = 1_000;
const MANY: usize = 10_000;
const OF_THE_FEW: f64 = 1.5;

/// The largest that PyPI has, each with its folder of `requirements.txt` and `settings.py`.
const PROJECTS: [&str; 3] =
    ["tests/conformance/corpora/oscar", "tests/conformance/corpora/wagtail", "benches/ratios/compile/pretix"];

struct Project {
    name: String,
    folder: PathBuf,
    environment: PathBuf,
    scratch: tempfile::TempDir,
}

/// What compiling cost in a process of its own.
#[derive(Clone, Copy)]
struct Compiled {
    cpu: Duration,
    wall: Duration,
    /// `VmHWM`, in bytes.
    peak: u64,
    migrations: usize,
}

pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    for folder in PROJECTS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let environment = environment::environment(&folder.join("requirements.txt"), &usual_python());
        let name = folder.file_name().and_then(|it| it.to_str()).context("a folder has a name")?.to_owned();
        Project { name, folder, environment, scratch: tempfile::tempdir()? }.measure(report)?;
    }
    measure_made(report)
}

/// A project of a thousand migrations beside Django, and whether ten times as many cost ten times as much: Django's loader
/// would take minutes for those.
fn measure_made(report: &mut Report) -> anyhow::Result<()> {
    let requirements = home().join("corpora/contrib-5.2/requirements.txt");
    let environment = environment::environment(&requirements, &usual_python());
    let [few, many] = [FEW, MANY].map(|migrations| -> anyhow::Result<_> {
        let scratch = tempfile::tempdir()?;
        let folder = scratch.path().join("project");
        many::write(&folder, migrations)?;
        Ok(Project { name: "made".to_owned(), folder, environment: environment.clone(), scratch })
    });
    let (few, many) = (few?, many?);
    few.measure(report)?;
    ensure!(many.child()?.migrations == MANY, "not all of the made migrations were compiled");
    let (mut of_few, mut of_many) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        of_few.push(few.child()?);
        of_many.push(many.child()?);
    }
    let cpu =
        |all: &[Compiled]| median(all.iter().map(|it| it.cpu).collect()).context("nothing was measured");
    let times = u32::try_from(MANY / FEW)?;
    let what = format!("made, {MANY} migrations");
    let ratio = (cpu(&of_many)?, cpu(&of_few)? * times);
    report.ratio(&format!("{what} ÷ {times} × {FEW}, CPU"), ratio.0, ratio.1, Some(OF_THE_FEW));
    let wall = median(of_many.iter().map(|it| it.wall).collect()).context("nothing was measured")?;
    let per_thousand = wall.mul_f64(1_000.0 / MANY as f64);
    report.time(&format!("{what}: compile, wall per 1,000"), per_thousand, Some(PER_THOUSAND));
    let peak = of_many.iter().map(|it| it.peak).max().unwrap_or_default();
    report.megabytes(&format!("{what}: peak memory"), peak, Some(PEAK));
    Ok(())
}

/// Compiles in a process of its own.
fn compiled(settings: &Path, sources: &[PathBuf]) -> anyhow::Result<Compiled> {
    let mut child = Command::new(std::env::current_exe()?);
    let told = run(child.arg(CHILD).arg(settings).args(sources));
    let numbers: Vec<u64> = told.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [cpu, wall, peak, migrations] = numbers.as_slice() else { bail!("the child said {told:?}") };
    Ok(Compiled {
        cpu: Duration::from_nanos(*cpu),
        wall: Duration::from_nanos(*wall),
        peak: *peak,
        migrations: *migrations as usize,
    })
}

/// Compiles as the arguments say, and prints what it took: the other side of [`Project::child`].
pub fn child(arguments: &[String]) -> anyhow::Result<()> {
    let [settings, sources @ ..] = arguments else { bail!("the child needs settings and sources") };
    let request = Request {
        dialect: Dialect::Postgres,
        sources: sources.iter().map(PathBuf::from).collect(),
        settings: Some(settings.into()),
        set: Vec::new(),
        apps: Vec::new(),
        installed_apps: Vec::new(),
        database: "default".to_owned(),
        django: None,
    };
    let (cpu, began) = (cpu(), Instant::now());
    let compilation = compile_project(&request)?;
    let (cpu, wall) = (self::cpu().saturating_sub(cpu), began.elapsed());
    let peak = measure::memory(std::process::id(), "VmHWM")?;
    println!("{} {} {peak} {}", cpu.as_nanos(), wall.as_nanos(), compilation.summary.migrations);
    Ok(())
}

/// Of all threads of this process, those that have ended too.
fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

impl Project {
    fn measure(&self, report: &mut Report) -> anyhow::Result<()> {
        // Whatever is read is in memory afterwards, and Python has compiled its modules.
        self.loader(&[])?;
        self.showmigrations();
        let migrations = self.child()?.migrations;
        ensure!(migrations > 100, "only {migrations} migrations were compiled");
        let (mut ours, mut loader, mut of_text, mut command, mut showmigrations) =
            (vec![], vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            ours.push(self.child()?);
            loader.push(self.loader(&[])?);
            of_text.push(self.loader(&["text"])?);
            command.push(timed(|| self.command())?);
            showmigrations.push(timed(|| {
                self.showmigrations();
                Ok(())
            })?);
        }
        let of = |what: fn(&Compiled) -> Duration| median(ours.iter().map(what).collect());
        let django = [median(loader), median(of_text), median(showmigrations)];
        let (Some(cpu), Some(wall), Some(command), [Some(loader), Some(of_text), Some(showmigrations)]) =
            (of(|it| it.cpu), of(|it| it.wall), median(command), django)
        else {
            bail!("nothing was measured");
        };
        let what = format!("{}, {migrations} migrations", self.name);
        report.ratio(&format!("{what}: compile ÷ Django's loader, CPU"), cpu, loader, Some(OF_THE_LOADER));
        let from_text = format!("{what}: compile ÷ Django's loader of text, CPU");
        report.ratio(&from_text, cpu, of_text, Some(OF_THE_LOADER));
        report.ratio(
            &format!("{what}: compile ÷ showmigrations, the commands' wall"),
            command,
            showmigrations,
            Some(OF_THE_COMMAND),
        );
        let per_thousand = wall.mul_f64(1_000.0 / migrations as f64);
        report.time(&format!("{what}: compile, wall per 1,000"), per_thousand, Some(PER_THOUSAND));
        let peak = ours.iter().map(|it| it.peak).max().unwrap_or_default();
        report.megabytes(&format!("{what}: peak memory"), peak, Some(PEAK));
        Ok(())
    }

    fn settings(&self) -> PathBuf {
        self.folder.join("settings.py")
    }

    fn sources(&self) -> [PathBuf; 3] {
        [self.folder.clone(), home(), environment::site_packages(&self.environment)]
    }

    fn child(&self) -> anyhow::Result<Compiled> {
        compiled(&self.settings(), &self.sources())
    }

    /// `schema-health compile django`, as a user says it.
    fn command(&self) -> anyhow::Result<()> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_schema-health"));
        command.args(["compile", "django", "--dialect", "postgres", "--settings"]).arg(self.settings());
        for source in self.sources() {
            command.arg("--source").arg(source);
        }
        run(command.arg("-o").arg(self.scratch.path().join("manifest.json")));
        Ok(())
    }

    fn loader(&self, arguments: &[&str]) -> anyhow::Result<Duration> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ratios/compile/loader.py");
        let told = run(self.python().arg(script).args(arguments));
        Ok(Duration::from_secs_f64(told.trim().parse().with_context(|| told.clone())?))
    }

    fn showmigrations(&self) {
        run(self.python().args(["-m", "django", "showmigrations", "--skip-checks"]));
    }

    fn python(&self) -> Command {
        let mut python = Command::new(self.environment.join("bin/python"));
        let path = std::env::join_paths([&self.folder, &home()]).unwrap_or_default();
        python
            .env("PYTHONPATH", path)
            .env("DJANGO_SETTINGS_MODULE", "settings")
            .env("DATABASE_URL", format!("sqlite:{}", self.scratch.path().join("db.sqlite3").display()))
            // Where pretix keeps what it makes.
            .env("DATA_DIR", self.scratch.path())
            .env("PYTHONPYCACHEPREFIX", kept().join("compiled"))
            // Else Django would compile its modules each time.
            .env_remove("PYTHONDONTWRITEBYTECODE")
            .env("PYTHONWARNINGS", "ignore");
        python
    }
}

fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}
