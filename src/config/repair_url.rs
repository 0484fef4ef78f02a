//! The URL of the role that may write, which only `repair` reads: the service never opens the file that holds it.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::reader::{Entries, Reader};
use super::yaml::Key;
use super::{read_limited, resolve_url};

/// A URL is one line.
const LARGEST_FILE: u64 = 64 << 10;

#[derive(Clone, Debug)]
pub enum RepairUrl {
    Url(SecretString),
    /// The file, and the folder at which a relative SQLite path starts.
    File(PathBuf, PathBuf),
}

impl RepairUrl {
    /// The URL, read from its file now.
    ///
    /// # Errors
    /// A sentence that holds no part of the URL.
    pub fn read(&self) -> Result<SecretString, String> {
        match self {
            Self::Url(url) => Ok(url.clone()),
            Self::File(file, folder) => {
                let text = read_limited(file, LARGEST_FILE)
                    .map_err(|reason| format!("repair_url_file {} {reason}", file.display()))?;
                resolve_url(text.trim(), folder).map(|(url, _)| url)
            }
        }
    }
}

pub(super) fn read(reader: &mut Reader<'_>, key: &Key, entries: &mut Entries) -> Option<RepairUrl> {
    let url = entries.take("repair_url").map(|node| (node.position, reader.text(node, "repair_url")));
    let file =
        entries.take("repair_url_file").map(|node| (node.position, reader.path(node, "repair_url_file")));
    match (url, file) {
        (None, None) => None,
        (Some((position, url)), None) => match resolve_url(&url?.value, reader.folder()) {
            Ok((url, _)) => Some(RepairUrl::Url(SecretString::from(url.expose_secret()))),
            Err(message) => {
                reader.mistake(position, message);
                None
            }
        },
        (None, Some((_, path))) => Some(RepairUrl::File(path?.value, reader.folder().to_owned())),
        (Some(_), Some((position, _))) => {
            let message = format!(
                "database {:?} has both repair_url and repair_url_file: remove one of the two",
                key.name
            );
            reader.mistake(position, message);
            None
        }
    }
}
