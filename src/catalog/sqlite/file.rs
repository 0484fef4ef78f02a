//! The file behind a SQLite URL.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::catalog::{CatalogError, FailureReason};

#[derive(Clone, Debug)]
pub struct DatabaseFile {
    path: PathBuf,
}

/// Tells one file from another under the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    #[cfg(unix)]
    device_and_inode: (u64, u64),
}

impl DatabaseFile {
    /// `sqlite:path`, `sqlite://path`, `sqlite:///absolute/path`, percent-encoded where need be.
    /// What follows a `?` is left aside: how the file is opened is not the URL's business.
    pub fn of_url(url: &SecretString) -> Result<Self, CatalogError> {
        let invalid = |message| Err(CatalogError::new(FailureReason::InvalidUrl, message));
        let Some(rest) = url.expose_secret().strip_prefix("sqlite:") else {
            return invalid("the URL of a SQLite database must begin with sqlite:");
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        if path == ":memory:" || parameters.split('&').any(|it| it == "mode=memory") {
            return invalid("a database in memory belongs to one process and cannot be audited: name a file");
        }
        let path = match percent_decoded(path) {
            Some(path) if !path.is_empty() && !path.contains('\0') => PathBuf::from(path),
            _ => {
                return invalid(
                    "the URL must name a file after sqlite:, as in sqlite:///var/lib/app/db.sqlite3",
                );
            }
        };
        // A path that begins with `file:` would be read as a URI by SQLite; this one does not.
        Ok(Self { path: if path.is_absolute() { path } else { Path::new(".").join(path) } })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last part of the path: enough to recognise it by.
    pub fn base_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub async fn identity(&self) -> Result<FileIdentity, CatalogError> {
        use std::io::ErrorKind;
        let name = self.base_name();
        let failed = |reason, message: String| Err(CatalogError::new(reason, message));
        match tokio::fs::metadata(&self.path).await {
            Ok(metadata) if metadata.is_dir() => failed(
                FailureReason::NoDatabase,
                format!("{name:?} is a directory: name the database file in it"),
            ),
            Ok(metadata) if !metadata.is_file() => {
                failed(FailureReason::NoDatabase, format!("{name:?} is no file: name a SQLite database file"))
            }
            Ok(metadata) => Ok(FileIdentity::of(&metadata)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => failed(
                FailureReason::NoDatabase,
                format!("there is no file {name:?}: check the path, it is never created"),
            ),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => failed(
                FailureReason::PermissionDenied,
                format!(
                    "{name:?} may not be read by this process: check the rights of the file and its folders"
                ),
            ),
            Err(error) => {
                failed(FailureReason::Unreachable, format!("{name:?} cannot be reached: {}", error.kind()))
            }
        }
    }
}

impl FileIdentity {
    #[cfg(unix)]
    fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { device_and_inode: (metadata.dev(), metadata.ino()) }
    }

    #[cfg(not(unix))]
    fn of(_: &std::fs::Metadata) -> Self {
        Self {}
    }
}

/// `None` where the bytes are no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let byte = match after {
            [high, low, ..] if *first == b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                digit(*high).zip(digit(*low)).and_then(|(high, low)| u8::try_from(high * 16 + low).ok())
            }
            _ => None,
        };
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        let path = DatabaseFile::of_url(&SecretString::from(url)).ok().map(|file| file.path);
        assert_eq!(path.as_deref(), expected.map(Path::new), "{url}");
    }

    #[test]
    fn forms_of_url() {
        check("sqlite:db.sqlite3", Some("./db.sqlite3"));
        check("sqlite://a/db.sqlite3", Some("./a/db.sqlite3"));
        check("sqlite:///srv/db.sqlite3?mode=rwc", Some("/srv/db.sqlite3"));
        check("sqlite:/srv/50%25%20%zz%3f.db", Some("/srv/50% %zz?.db"));
        check("sqlite:file:x", Some("./file:x"));
        check("sqlite::memory:", None);
        check("sqlite://", None);
        check("sqlite:x?mode=memory", None);
        check("sqlite:%ff", None);
        check("sqlite:%00", None);
    }
}
