//! A corpus: a real Django project, its Python, and what compiling its sources gives.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use schema_health::compile::django::{Compilation, Request, compile_project};
use schema_health::dialect::Dialect;

pub use super::environment::kept;
use super::environment::{self, home, run, usual_python};
use super::origins::Origins;

/// A folder of `tests/conformance/corpora`.
#[derive(Clone, Copy, Debug)]
pub struct Corpus(pub &'static str);

impl Corpus {
    fn folder(self) -> PathBuf {
        home().join("corpora").join(self.0)
    }

    /// The virtual environment with exactly what `requirements.txt` says, made at the first need.
    pub fn environment(self) -> PathBuf {
        environment::environment(&self.folder().join("requirements.txt"), &self.python())
    }

    /// Django 6 needs Python 3.12, and Django 2.2 one before 3.10; everything else is content with what the tests run with.
    fn python(self) -> PathBuf {
        let (wanted, found) = if self.0.ends_with("-6") {
            ("3.12 or newer", newer_python())
        } else if self.0.ends_with("-2.2") {
            ("3.8 or 3.9", older_python())
        } else {
            return usual_python();
        };
        found.unwrap_or_else(|| {
            panic!("{} needs Python {wanted}: put one on the PATH, or install one with pyenv", self.0)
        })
    }

    pub fn site_packages(self) -> PathBuf {
        environment::site_packages(&self.environment())
    }

    /// `manage.py …` of the corpus on the database behind `url`; what it printed.
    pub fn manage(self, dialect: Dialect, url: &str, arguments: &[&str]) -> String {
        run(&mut self.command(dialect, url, arguments))
    }

    /// `manage.py migrate`, and which migration was seen to make what, where the database can tell.
    pub fn migrate(self, dialect: Dialect, url: &str) -> Option<Origins> {
        let seen = tempfile::NamedTempFile::new().unwrap();
        let mut command = self.command(dialect, url, &["migrate", "--skip-checks", "--verbosity", "0"]);
        match dialect {
            Dialect::Postgres => {
                run(command.env("SEEN_ORIGINS", seen.path()));
                Some(Origins::read(&fs::read_to_string(seen.path()).unwrap()))
            }
            Dialect::Mysql | Dialect::Mariadb | Dialect::Sqlite => {
                run(&mut command);
                None
            }
        }
    }

    /// Whether `manage.py …` ends well.
    pub fn accepts(self, dialect: Dialect, url: &str, arguments: &[&str]) -> bool {
        self.command(dialect, url, arguments).output().unwrap().status.success()
    }

    fn command(self, dialect: Dialect, url: &str, arguments: &[&str]) -> Command {
        let settings = self.settings(dialect);
        let module = settings.file_stem().unwrap().to_owned();
        let mut command = Command::new(self.environment().join("bin/python"));
        command
            .arg(home().join("manage.py"))
            .arg(self.0)
            .args(arguments)
            .env("DJANGO_SETTINGS_MODULE", module)
            .env("DATABASE_URL", url.replace("sqlite://", "sqlite:"))
            // What is compiled is kept, and nothing is left among the sources.
            .env("PYTHONPYCACHEPREFIX", kept().join("compiled"))
            .env("PYTHONWARNINGS", "ignore");
        command
    }

    /// `settings_postgres.py` where the corpus has more on this database, else `settings.py`.
    fn settings(self, dialect: Dialect) -> PathBuf {
        let own = self.folder().join(format!("settings_{dialect}.py"));
        if own.exists() { own } else { self.folder().join("settings.py") }
    }

    pub fn compile(self, dialect: Dialect) -> Compilation {
        let request = Request {
            dialect,
            sources: vec![self.folder(), home().join("synthetic"), home(), self.site_packages()],
            settings: Some(self.settings(dialect)),
            set: Vec::new(),
            apps: Vec::new(),
            installed_apps: Vec::new(),
            database: "default".to_owned(),
            django: None,
        };
        compile_project(&request).unwrap_or_else(|error| panic!("{}: {error}", self.0))
    }
}

/// A Python of 3.12 and above that is on the PATH or among pyenv's.
pub fn newer_python() -> Option<PathBuf> {
    python_among(&["python3.14", "python3.13", "python3.12", "python3"], "sys.version_info >= (3, 12)")
}

/// A Python that Django 2.2 runs with.
fn older_python() -> Option<PathBuf> {
    python_among(&["python3.9", "python3.8"], "(3, 8) <= sys.version_info < (3, 10)")
}

/// The first of these names on the PATH, or any of pyenv's, of which the condition is true.
fn python_among(names: &[&str], condition: &str) -> Option<PathBuf> {
    let pyenv = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")))?;
    let installed = fs::read_dir(pyenv.join("versions")).into_iter().flatten().flatten();
    let on_path = std::env::var_os("PATH")?;
    let of_path =
        std::env::split_paths(&on_path).flat_map(|folder| names.iter().map(move |it| folder.join(it)));
    let question = format!("import sys, venv, ensurepip, sqlite3; sys.exit(not ({condition}))");
    of_path.chain(installed.map(|it| it.path().join("bin/python"))).find(|python| {
        python.exists()
            && Command::new(python).args(["-c", &question]).output().is_ok_and(|it| it.status.success())
    })
}
