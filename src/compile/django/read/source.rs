//! The trees of source files: where a module lies, and its text, parsed once.
//!
//! Nothing is ever walked: modules are looked up by name, so that a loop of symbolic links ends nowhere.

mod configuring;
mod folders;
mod installed;
mod text;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::RandomState;

use super::syntax::{self, Source, SyntaxError};
pub use configuring::{Setters, sets_settings};
use folders::Folders;

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    Nothing,
}

/// What a module's name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `name.py`
    File(PathBuf),
    /// The folder of an `__init__.py`.
    Package(PathBuf),
    /// A folder without one.
    Namespace(PathBuf),
}

impl Place {
    /// The file that is executed by importing it.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::File(file) => Some(file.clone()),
            Self::Package(folder) => Some(folder.join("__init__.py")),
            Self::Namespace(_) => None,
        }
    }

    /// Where its submodules lie.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::File(_) => None,
            Self::Package(folder) | Self::Namespace(folder) => Some(folder),
        }
    }
}

type Parsed = Arc<OnceLock<Result<Arc<Source>, SyntaxError>>>;

pub struct Sources {
    roots: RwLock<Vec<PathBuf>>,
    /// Modules that lie somewhere else than their name says: of apps given by `--app LABEL=DIR`.
    placed: HashMap<String, PathBuf>,
    folders: Folders,
    places: Mutex<HashMap<String, Option<Place>, RandomState>>,
    /// By their paths as texts, which are compared by their bytes.
    files: Mutex<HashMap<OsString, Parsed, RandomState>>,
    /// By package.
    configuring: Mutex<HashMap<String, Arc<Setters>, RandomState>>,
    /// Every file that was read, and every folder of which it counts what is in it.
    read: Mutex<HashSet<OsString, RandomState>>,
}

impl Sources {
    pub fn new(roots: Vec<PathBuf>, placed: HashMap<String, PathBuf>) -> Self {
        Self {
            roots: RwLock::new(roots),
            placed,
            folders: Folders::default(),
            places: Mutex::default(),
            files: Mutex::default(),
            configuring: Mutex::default(),
            read: Mutex::default(),
        }
    }

    fn roots(&self) -> RwLockReadGuard<'_, Vec<PathBuf>> {
        self.roots.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the code puts into `sys.path`: a folder within the sources, before or behind the others.
    pub fn add_root(&self, folder: &Path, is_first: bool) {
        let Some(found) = self.inside(folder).filter(|it| it.is_dir()) else { return };
        // As it is spelled, for it is told so.
        let folder = if folder.is_dir() { folder.to_owned() } else { found };
        let mut roots = self.roots.write().unwrap_or_else(PoisonError::into_inner);
        if roots.contains(&folder) {
            return;
        }
        let at = if is_first { 0 } else { roots.len() };
        roots.insert(at, folder);
        lock(&self.places).clear();
        lock(&self.configuring).clear();
    }

    /// Looks a module up by its dotted name, as Python does along `sys.path`.
    pub fn find(&self, module: &str) -> Option<Place> {
        if let Some(found) = lock(&self.places).get(module) {
            return found.clone();
        }
        let found = self.look_up(module);
        lock(&self.places).insert(module.to_owned(), found.clone());
        found
    }

    fn look_up(&self, module: &str) -> Option<Place> {
        if module.is_empty()
            || module.split('.').any(|part| part.is_empty() || part.contains(['/', '\\', '\0']))
        {
            return None;
        }
        let (parent, name) = match module.rsplit_once('.') {
            Some((parent, name)) => (Some(parent), name),
            None => (None, module),
        };
        if let Some(folder) = self.placed.get(module) {
            return self.at(folder.parent()?, folder.file_name()?.to_str()?);
        }
        let Some(parent) = parent else {
            // The first regular package or module wins over namespaces further up.
            let places: Vec<Place> = self.roots().iter().filter_map(|root| self.at(root, name)).collect();
            let regular = places.iter().find(|place| !matches!(place, Place::Namespace(_)));
            return regular.or(places.first()).cloned();
        };
        match self.find(parent)? {
            Place::File(_) => None,
            Place::Package(folder) => self.at(&folder, name),
            // A namespace may be spread over several roots.
            Place::Namespace(folder) => self.at(&folder, name).or_else(|| {
                let path: PathBuf = parent.split('.').collect();
                self.roots().iter().find_map(|root| self.at(&root.join(&path), name))
            }),
        }
    }

    fn at(&self, folder: &Path, name: &str) -> Option<Place> {
        let is_folder = self.folders.kind(folder, name) == Kind::Folder;
        let path = folder.join(name);
        if is_folder && self.folders.kind(&path, "__init__.py") == Kind::File {
            return Some(Place::Package(path));
        }
        let file = format!("{name}.py");
        if self.folders.kind(folder, &file) == Kind::File {
            return Some(Place::File(folder.join(file)));
        }
        is_folder.then_some(Place::Namespace(path))
    }

    /// The names in a folder that lies where a module was found, sorted.
    pub fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.folders.names(folder)
    }

    /// What lies in such a folder under a name.
    pub fn has(&self, folder: &Path, name: &str) -> Kind {
        self.folders.kind(folder, name)
    }

    /// Folders that were asked for and may not be looked into, and what the system says of that.
    pub fn closed(&self) -> BTreeMap<PathBuf, String> {
        self.folders.closed()
    }

    /// The dotted name of a file or folder, by the root that it lies in.
    pub fn module_of(&self, path: &Path) -> Option<String> {
        let mut placed = self.placed.iter();
        let placed = placed.find_map(|(module, folder)| Some((module.as_str(), below(path, folder)?)));
        let roots = self.roots();
        let inside = roots.iter().filter_map(|root| below(path, root));
        let (start, rest) = match placed {
            Some((module, rest)) => (Some(module), rest),
            None => (None, inside.min_by_key(|rest| rest.components().count())?),
        };
        let rest = rest.with_extension("");
        let mut parts: Vec<&str> = start.into_iter().collect();
        for part in rest.iter() {
            parts.push(part.to_str()?);
        }
        if parts.last() == Some(&"__init__") {
            parts.pop();
        }
        (!parts.is_empty()).then(|| parts.join("."))
    }

    /// A file that is imported, its classes and functions parsed when somebody asks for them; read by whoever asks first.
    pub fn load(&self, file: &Path) -> Result<Arc<Source>, SyntaxError> {
        self.note(file);
        let cell = lock(&self.files).entry(file.as_os_str().to_owned()).or_default().clone();
        cell.get_or_init(|| {
            let text = text::read(file).map_err(|message| SyntaxError { line: 1, message })?;
            syntax::outline(Arc::new(file.to_owned()), text).map(Arc::new)
        })
        .clone()
    }

    /// A file that is asked for once, parsed to its last word: its syntax is told to be broken wherever it is.
    pub fn load_whole(&self, file: &Path) -> Result<Arc<Source>, SyntaxError> {
        self.note(file);
        let text = text::read(file).map_err(|message| SyntaxError { line: 1, message })?;
        syntax::parse(Arc::new(file.to_owned()), text).map(Arc::new)
    }

    /// The answer hangs on this file, or on what is in this folder.
    pub fn note(&self, path: &Path) {
        let mut read = lock(&self.read);
        if !read.contains(path.as_os_str()) {
            read.insert(path.as_os_str().to_owned());
        }
    }

    /// What the answer hangs on.
    pub fn were_read(&self) -> Vec<PathBuf> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // As texts: paths are compared part by part, which takes longer.
        let mut read: Vec<OsString> = read.iter().cloned().collect();
        read.sort_unstable();
        read.into_iter().map(PathBuf::from).collect()
    }

    /// Which Python files of a package's own folder, or of a folder in it that is a module of `names`, set settings.
    pub fn setters(&self, package: &str, names: &[&str]) -> Arc<Setters> {
        if let Some(known) = lock(&self.configuring).get(package) {
            return known.clone();
        }
        let found = Arc::new(self.look_for_setters(package, names));
        lock(&self.configuring).insert(package.to_owned(), found.clone());
        found
    }

    fn look_for_setters(&self, package: &str, names: &[&str]) -> Setters {
        let mut setters = Setters::default();
        let mut look_at = |file: PathBuf| {
            self.note(&file);
            if let Some(way) = text::read(&file).ok().and_then(|text| configuring::sets_settings(&text)) {
                setters.add(file, way);
            }
        };
        match self.find(package) {
            None => {}
            Some(Place::File(file)) => look_at(file),
            Some(Place::Package(folder) | Place::Namespace(folder)) => {
                let inner = names.iter().filter(|name| self.has(&folder, name) == Kind::Folder);
                for folder in inner.map(|name| folder.join(name)).chain([folder.clone()]) {
                    let files = self.names(&folder).unwrap_or_default().into_iter().map(|it| folder.join(it));
                    files.filter(|it| it.extension().is_some_and(|it| it == "py")).for_each(&mut look_at);
                }
            }
        }
        setters
    }

    /// The text of a data file, if it lies within the sources.
    pub fn read_data(&self, path: &Path) -> Option<String> {
        self.data(path).ok()
    }

    /// As [`Self::read_data`], with a sentence about the file where it cannot be read.
    pub fn data(&self, path: &Path) -> Result<String, String> {
        let path = self.inside(path).ok_or("there is no such file in the sources")?;
        self.note(&path);
        text::read(&path)
    }

    /// The names in a folder within the sources, sorted.
    pub fn list(&self, folder: &Path) -> Option<Vec<String>> {
        let folder = self.inside(folder)?;
        self.note(&folder);
        let entries = fs::read_dir(folder).ok()?;
        let mut names: Vec<String> =
            entries.filter_map(Result::ok).filter_map(|it| it.file_name().into_string().ok()).collect();
        names.sort();
        Some(names)
    }

    /// What lies at a path, if that is within the sources.
    pub fn kind(&self, path: &Path) -> Option<Kind> {
        match (self.inside(path), fs::canonicalize(path)) {
            (Some(path), _) => Some(if path.is_dir() { Kind::Folder } else { Kind::File }),
            (None, Ok(_)) => None,
            (None, Err(_)) => {
                let folder = path.ancestors().skip(1).find(|it| it.is_dir())?;
                self.inside(folder).map(|_| Kind::Nothing)
            }
        }
    }

    /// The path with its links followed, if it still lies within the sources. One that is not complete is looked for
    /// below each source too, for Django is run in the project's folder.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let roots: Vec<PathBuf> = self
            .roots()
            .iter()
            .chain(self.placed.values())
            .filter_map(|it| fs::canonicalize(it).ok())
            .collect();
        let here = fs::canonicalize(path).ok();
        let elsewhere = roots.iter().filter(|_| path.is_relative());
        let elsewhere = elsewhere.filter_map(|root| fs::canonicalize(root.join(path)).ok());
        here.into_iter().chain(elsewhere).find(|path| roots.iter().any(|root| path.starts_with(root)))
    }
}

/// The rest of a path below a folder. One of them may be spelled from where we stand, and the other from the root.
pub fn below(path: &Path, folder: &Path) -> Option<PathBuf> {
    let as_spelled = path.strip_prefix(folder).ok().map(Path::to_owned);
    let by = |spelled: &dyn Fn(&Path) -> io::Result<PathBuf>| {
        let (path, folder) = (spelled(path).ok()?, spelled(folder).ok()?);
        path.strip_prefix(folder).ok().map(Path::to_owned)
    };
    as_spelled.or_else(|| by(&|it| std::path::absolute(it))).or_else(|| by(&|it| fs::canonicalize(it)))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
