//! Source files to a [`Project`]: Python is parsed and interpreted, never run.
//!
//! ```text
//! settings ──> apps ──> migrations, each in an interpreter of its thread ──> dependencies resolved ──> Project
//! ```

mod apps;
mod automatic_key;
mod backend;
mod evaluate;
mod migrations;
mod routers;
mod settings;
mod source;
mod syntax;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use super::notice::{Concern, Notice};
use super::project::{App, Location, Project, Settings, Value};
use super::said::Said;
use crate::dialect::Dialect;

use evaluate::{Interpreter, World};
use migrations::Readings;
use source::Sources;
pub use source::below;

/// What is to be read.
#[derive(Clone, Debug)]
pub struct Request {
    pub dialect: Dialect,
    /// Folders that modules are looked up in, as on `sys.path`: the project's, and its site-packages.
    pub sources: Vec<PathBuf>,
    /// The settings' file, the folder of their package, or their module's name.
    pub settings: Option<PathBuf>,
    /// Settings by name, each as Python text; they win over the file.
    pub set: Vec<(String, String)>,
    /// Apps by label that lie somewhere else, or are named by no settings.
    pub apps: Vec<(String, PathBuf)>,
    /// Entries that are added to `INSTALLED_APPS`.
    pub installed_apps: Vec<String>,
    /// `django.VERSION[:2]`, where the sources do not say.
    pub django: Option<(u32, u32)>,
    /// Under which alias DATABASES has the database: what routers and `connection.alias` hang on.
    pub database: String,
}

/// `DEFAULT_DB_ALIAS`.
pub const DEFAULT_ALIAS: &str = "default";

/// Why nothing useful can be made of a request.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("there is no folder {}: name one that Python would look for modules in, such as the project's own", .0.display())]
    NoSource(PathBuf),
    #[error("the settings cannot be read: {}:{line}: {message}; name another file, or the apps by --installed-app", file.display())]
    Settings { file: PathBuf, line: u32, message: String },
    #[error(
        "nothing says which apps are installed: give the settings file (--settings), or the apps by name (--installed-app, or --set 'INSTALLED_APPS=[…]')"
    )]
    NoApps,
    #[error(
        "no source holds Django itself: name the site-packages that it is installed in as a further source (--source)"
    )]
    NoDjango,
    #[error("a thread to read in cannot be started: {0}")]
    Thread(std::io::Error),
}

/// Reads a project. Whatever is not seen through is a notice or a [`Value::Unknown`], not an error.
pub fn read(request: &Request) -> Result<Project, ReadError> {
    Reader::new(request)?.project(&Said::default())
}

/// A project's sources with its settings and apps, by which its migrations are read, once or again.
pub struct Reader {
    request: Request,
    sources: Sources,
    django: (u32, u32),
    micro: u32,
    settings: Settings,
    apps: Vec<App>,
    notices: Vec<Notice>,
    readings: Readings,
}

impl Reader {
    pub fn new(request: &Request) -> Result<Self, ReadError> {
        for folder in &request.sources {
            if !folder.is_dir() {
                return Err(ReadError::NoSource(folder.clone()));
            }
        }
        let request = Request { settings: settings_file(request), ..request.clone() };
        deep(|| Self::read(request))
    }

    /// The project, with what is known of its models from the readings before.
    pub fn project(&mut self, said: &Said) -> Result<Project, ReadError> {
        let mut readings = std::mem::take(&mut self.readings);
        let project = deep(|| self.read_migrations(said, &mut readings))?;
        self.readings = readings;
        Ok(project)
    }
}

/// A file at the edge of the limits nests deeper than a thread's usual stack.
fn deep<T: Send>(work: impl FnOnce() -> Result<T, ReadError> + Send) -> Result<T, ReadError> {
    std::thread::scope(|scope| {
        let work = std::thread::Builder::new().stack_size(syntax::STACK).spawn_scoped(scope, work);
        match work.map_err(ReadError::Thread)?.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Settings may be named by their file, by the folder of their package, or as `DJANGO_SETTINGS_MODULE` names them.
fn settings_file(request: &Request) -> Option<PathBuf> {
    let said = request.settings.as_ref()?;
    let module: PathBuf = said.file_name().and_then(|it| it.to_str())?.split('.').collect();
    let by_name = request.sources.iter().map(|root| root.join(&module));
    let found = by_name.flat_map(|it| [it.with_extension("py"), it.join("__init__.py")]);
    let places = [said.clone(), said.join("__init__.py")].into_iter().chain(found);
    Some(places.into_iter().find(|it| it.is_file()).unwrap_or_else(|| said.clone()))
}

impl Reader {
    fn read(request: Request) -> Result<Self, ReadError> {
        let mut roots = request.sources.clone();
        let mut placed = HashMap::new();
        for (label, folder) in &request.apps {
            if !folder.is_dir() {
                return Err(ReadError::NoSource(folder.clone()));
            }
            if !roots.iter().any(|root| source::below(folder, root).is_some_and(|rest| rest != Path::new("")))
            {
                let name = folder.file_name().and_then(|it| it.to_str()).unwrap_or(label);
                placed.insert(name.to_owned(), folder.clone());
            }
        }
        if let Some(folder) = request.settings.as_deref().and_then(Path::parent)
            && !roots.iter().any(|root| source::below(folder, root).is_some())
        {
            roots.push(folder.to_owned());
        }
        let sources = Sources::new(roots, placed);
        let version = version(&sources);
        let django = request.django.or(version.map(|(django, _)| django)).ok_or(ReadError::NoDjango)?;
        let micro = version.filter(|(it, _)| *it == django).map_or(0, |(_, micro)| micro);
        let (settings, mut notices) = {
            let said = Said::default();
            let world = world(&request, &sources, (django, micro), &said);
            settings::read(&request, &world)?
        };
        if let Some((found, _)) = version.filter(|(it, _)| *it != django) {
            let file = sources.find("django").and_then(|it| it.file()).unwrap_or_default();
            let [(major, minor), (found, of_found)] = [django, found];
            let message = format!(
                "Django {major}.{minor} is said, but the sources hold {found}.{of_found}: what its own code says is of that"
            );
            notices.push(notice(Concern::Setting, &file, 1, message));
        }
        let mut reader = Self {
            request,
            sources,
            django,
            micro,
            settings,
            apps: Vec::new(),
            notices,
            readings: Readings::default(),
        };
        let said = Said::default();
        let (apps, more) = apps::discover(&reader.request, &reader.world(&said));
        reader.notices.extend(more);
        reader.apps = apps;
        Ok(reader)
    }

    fn world<'a>(&'a self, said: &'a Said) -> World<'a> {
        World {
            settings: Some(&self.settings),
            apps: self.apps.iter().map(|app| (app.module.clone(), app.label.clone())).collect(),
            ..world(&self.request, &self.sources, (self.django, self.micro), said)
        }
    }

    fn read_migrations(&self, said: &Said, readings: &mut Readings) -> Result<Project, ReadError> {
        let world = self.world(said);
        let mut notices = self.notices.clone();
        let said_in = self.request.settings.as_deref().unwrap_or(Path::new("settings"));
        let (mut migrations, more) = migrations::read(&world, &self.apps, said_in, readings)?;
        notices.extend(more);
        let closed = self.sources.closed().into_iter();
        notices.extend(
            closed.map(|(path, why)| {
                notice(Concern::App, &path, 1, format!("what is in it is not read: {why}"))
            }),
        );
        notices.extend(backend::tell(said_in, &world));
        let routes = routers::apply(said_in, &world, &self.apps, &mut migrations, &mut notices);
        Ok(Project {
            dialect: self.request.dialect,
            django: self.django,
            apps: self.apps.clone(),
            settings: self.settings.clone(),
            automatic_key: automatic_key::read(&world),
            migrations,
            routes,
            notices,
            files: self.sources.were_read(),
        })
    }
}

/// Before anything of the project is known.
fn world<'a>(
    request: &'a Request,
    sources: &'a Sources,
    (django, micro): ((u32, u32), u32),
    said: &'a Said,
) -> World<'a> {
    let (dialect, database) = (request.dialect, &*request.database);
    World { sources, dialect, database, django, micro, settings: None, apps: Vec::new(), said }
}

/// `django.VERSION[:2]` and the number behind it, from the source of Django.
fn version(sources: &Sources) -> Option<((u32, u32), u32)> {
    let said = &Said::default();
    let file = sources.find("django")?.file()?;
    let source = sources.load(&file).ok()?;
    let (dialect, database) = (Dialect::Sqlite, DEFAULT_ALIAS);
    let world = World {
        sources,
        dialect,
        database,
        django: (0, 0),
        micro: 0,
        settings: None,
        apps: Vec::new(),
        said,
    };
    let mut interpreter = Interpreter::new(&world);
    let module = interpreter.run("django", "django", source);
    let scope = interpreter.module_scope(&module);
    let version = module.names.borrow().get("VERSION").cloned()?;
    match interpreter.value(&version, &scope) {
        Value::Tuple(parts) => match parts.as_slice() {
            [Value::Int(major), Value::Int(minor), rest @ ..] => {
                let micro = match rest {
                    [Value::Int(micro), ..] => u32::try_from(*micro).ok()?,
                    _ => 0,
                };
                Some(((u32::try_from(*major).ok()?, u32::try_from(*minor).ok()?), micro))
            }
            _ => None,
        },
        _ => None,
    }
}

fn notice(concern: Concern, file: &Path, line: u32, message: impl Into<String>) -> Notice {
    Notice { at: Location { file: Arc::new(file.to_owned()), line }, concern, message: message.into() }
}

#[cfg(test)]
mod tests;
