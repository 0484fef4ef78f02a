//! The trees of source files: where a module lies, and its text, parsed once.
//!
//! Nothing is ever walked: modules are looked up by name, so that a loop of symbolic links ends nowhere.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::syntax::{self, Source, SyntaxError};

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
    roots: Vec<PathBuf>,
    /// Modules that lie somewhere else than their name says: of apps given by `--app LABEL=DIR`.
    placed: HashMap<String, PathBuf>,
    places: Mutex<HashMap<String, Option<Place>>>,
    files: Mutex<HashMap<PathBuf, Parsed>>,
    /// Every file that was read, and every folder that was listed.
    read: Mutex<BTreeSet<PathBuf>>,
}

impl Sources {
    pub fn new(roots: Vec<PathBuf>, placed: HashMap<String, PathBuf>) -> Self {
        Self { roots, placed, places: Mutex::default(), files: Mutex::default(), read: Mutex::default() }
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
            return at(folder);
        }
        let Some(parent) = parent else {
            // The first regular package or module wins over namespaces further up.
            let places: Vec<Place> = self.roots.iter().filter_map(|root| at(&root.join(name))).collect();
            let regular = places.iter().find(|place| !matches!(place, Place::Namespace(_)));
            return regular.or(places.first()).cloned();
        };
        match self.find(parent)? {
            Place::File(_) => None,
            Place::Package(folder) => at(&folder.join(name)),
            // A namespace may be spread over several roots.
            Place::Namespace(folder) => at(&folder.join(name)).or_else(|| {
                let path: PathBuf = module.split('.').collect();
                self.roots.iter().find_map(|root| at(&root.join(&path)))
            }),
        }
    }

    /// The dotted name of a file or folder, by the root that it lies in.
    pub fn module_of(&self, path: &Path) -> Option<String> {
        let placed = self
            .placed
            .iter()
            .find_map(|(module, folder)| Some((module.as_str(), path.strip_prefix(folder).ok()?)));
        let inside = self.roots.iter().filter_map(|root| path.strip_prefix(root).ok());
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

    /// The file, parsed; whoever asks for it first parses it.
    pub fn load(&self, file: &Path) -> Result<Arc<Source>, SyntaxError> {
        self.note(file);
        let cell = lock(&self.files).entry(file.to_owned()).or_default().clone();
        cell.get_or_init(|| {
            let text = read_text(file).map_err(|message| SyntaxError { line: 1, message })?;
            syntax::parse(Arc::new(file.to_owned()), text).map(Arc::new)
        })
        .clone()
    }

    fn note(&self, path: &Path) {
        let mut read = lock(&self.read);
        if !read.contains(path) {
            read.insert(path.to_owned());
        }
    }

    /// Every file that was read, and every folder that was listed: what the answer hangs on.
    pub fn into_read(self) -> BTreeSet<PathBuf> {
        self.read.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a file go that nobody will ask for again.
    pub fn forget(&self, file: &Path) {
        lock(&self.files).remove(file);
    }

    /// Whether `asked` holds for a Python file of a package's own folder, or of a folder in it that is a module of `names`.
    pub fn says(&self, package: &str, names: &[&str], asked: impl Fn(&str) -> bool) -> bool {
        let says = |file: &Path| {
            self.note(file);
            read_text(file).is_ok_and(|text| asked(&text))
        };
        let Some(place) = self.find(package) else { return false };
        let Some(folder) = place.folder() else { return place.file().is_some_and(|file| says(&file)) };
        let inner = names.iter().map(|name| folder.join(name));
        inner.chain([folder.to_owned()]).any(|folder| {
            let files = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|it| it.path());
            let mut python = files.filter(|it| it.extension().is_some_and(|it| it == "py"));
            python.any(|file| says(&file))
        })
    }

    /// The text of a data file, if it lies within the sources.
    pub fn read_data(&self, path: &Path) -> Option<String> {
        let path = self.inside(path)?;
        self.note(&path);
        read_text(&path).ok()
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
        match fs::canonicalize(path) {
            Ok(_) => {
                let path = self.inside(path)?;
                Some(if path.is_dir() { Kind::Folder } else { Kind::File })
            }
            Err(_) => {
                let folder = path.ancestors().skip(1).find(|it| it.is_dir())?;
                self.inside(folder).map(|_| Kind::Nothing)
            }
        }
    }

    /// The path with its links followed, if it still lies within the sources.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let path = fs::canonicalize(path).ok()?;
        let mut roots = self.roots.iter().chain(self.placed.values());
        let inside = roots.any(|root| fs::canonicalize(root).is_ok_and(|root| path.starts_with(root)));
        inside.then_some(path)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn at(path: &Path) -> Option<Place> {
    if path.join("__init__.py").is_file() {
        return Some(Place::Package(path.to_owned()));
    }
    let mut file = path.as_os_str().to_owned();
    file.push(".py");
    let file = PathBuf::from(file);
    if file.is_file() {
        return Some(Place::File(file));
    }
    path.is_dir().then(|| Place::Namespace(path.to_owned()))
}

/// Python's source text is UTF-8 unless its first two lines say otherwise (PEP 263).
fn read_text(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| format!("it cannot be read: {error}");
    // A pipe or device would be waited for.
    if !path.is_file() {
        return Err("it is no regular file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(told)?;
    file.take(syntax::MAX_FILE + 1).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 > syntax::MAX_FILE {
        return Err(format!("it is longer than {} MiB", syntax::MAX_FILE >> 20));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).map(<[u8]>::to_vec).unwrap_or(bytes);
    String::from_utf8(bytes).or_else(|error| {
        let bytes = error.as_bytes();
        let head: Vec<u8> = bytes.split(|byte| *byte == b'\n').take(2).flatten().copied().collect();
        let head = String::from_utf8_lossy(&head).to_lowercase();
        if head.contains("coding") && ["latin-1", "latin1", "iso-8859-1"].iter().any(|it| head.contains(it)) {
            Ok(bytes.iter().copied().map(char::from).collect())
        } else {
            Err("it is not UTF-8".to_owned())
        }
    })
}
