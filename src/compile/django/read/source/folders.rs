//! What lies in folders, each listed once: most questions are for what is not there, and a listing answers them all.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use foldhash::fast::RandomState;

use super::{Kind, lock};

/// In a folder with more entries than any package has, each name is asked for by itself.
const MAX_ENTRIES: usize = 20_000;

#[derive(Default)]
pub struct Folders {
    /// Paths as texts, which are compared by their bytes.
    listed: Mutex<HashMap<OsString, Arc<Listing>, RandomState>>,
    /// Folders that are there and may not be looked into, with what the system says of that.
    closed: Mutex<BTreeMap<PathBuf, String>>,
}

enum Listing {
    /// In the order of their names.
    Names(Vec<(OsString, Entry)>),
    /// Too long, or not to be listed.
    Unlisted,
}

#[derive(Clone, Copy)]
enum Entry {
    File,
    Folder,
    Other,
    /// A link, or what the file system does not tell.
    Unclear,
}

impl Folders {
    /// What lies in a folder under a name, links followed.
    pub fn kind(&self, folder: &Path, name: &str) -> Kind {
        match &*self.listing(folder) {
            Listing::Names(names) => {
                let found = names.binary_search_by(|(it, _)| it.as_os_str().cmp(OsStr::new(name)));
                match found.map(|at| names[at].1) {
                    Ok(Entry::File) => Kind::File,
                    Ok(Entry::Folder) => Kind::Folder,
                    Ok(Entry::Other) | Err(_) => Kind::Nothing,
                    Ok(Entry::Unclear) => kind(&folder.join(name)),
                }
            }
            Listing::Unlisted => kind(&folder.join(name)),
        }
    }

    /// The names in a folder, sorted.
    pub fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        if let Listing::Names(names) = &*self.listing(folder) {
            return Ok(names.iter().map(|(name, _)| name.clone()).collect());
        }
        let mut names: Vec<OsString> =
            fs::read_dir(folder)?.filter_map(Result::ok).map(|it| it.file_name()).collect();
        names.sort();
        Ok(names)
    }

    /// Those that were asked for and may not be looked into, and why.
    pub fn closed(&self) -> BTreeMap<PathBuf, String> {
        lock(&self.closed).clone()
    }

    fn listing(&self, folder: &Path) -> Arc<Listing> {
        if let Some(listing) = lock(&self.listed).get(folder.as_os_str()) {
            return listing.clone();
        }
        let listing = Arc::new(list(folder).unwrap_or_else(|error| {
            lock(&self.closed).insert(folder.to_owned(), error.to_string());
            Listing::Unlisted
        }));
        lock(&self.listed).insert(folder.as_os_str().to_owned(), listing.clone());
        listing
    }
}

fn list(folder: &Path) -> io::Result<Listing> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Listing::Names(Vec::new()));
        }
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if names.len() == MAX_ENTRIES {
            return Ok(Listing::Unlisted);
        }
        let kind = match entry.file_type() {
            Ok(it) if it.is_file() => Entry::File,
            Ok(it) if it.is_dir() => Entry::Folder,
            Ok(it) if it.is_symlink() => Entry::Unclear,
            Ok(_) => Entry::Other,
            Err(_) => Entry::Unclear,
        };
        names.push((entry.file_name(), kind));
    }
    names.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(Listing::Names(names))
}

fn kind(path: &Path) -> Kind {
    match fs::metadata(path) {
        Ok(it) if it.is_file() => Kind::File,
        Ok(it) if it.is_dir() => Kind::Folder,
        Ok(_) | Err(_) => Kind::Nothing,
    }
}
