//! URLs of databases: checked before anything connects, and never repeated in a message.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use crate::catalog::{self, Scheme};

/// Checks the scheme, and lets a relative SQLite path start at `folder`.
///
/// # Errors
/// A sentence that holds no part of the URL.
pub fn resolve_url(url: &str, folder: &Path) -> Result<(SecretString, Scheme), String> {
    let secret = SecretString::from(url);
    let scheme = catalog::scheme_of(&secret).map_err(|error| error.message)?;
    match scheme {
        Scheme::Postgres | Scheme::Mysql => {
            let has_authority = secret.expose_secret().split_once("://").is_some();
            if !has_authority {
                return Err("after the scheme of the URL must stand ://".to_owned());
            }
            Ok((secret, scheme))
        }
        Scheme::Sqlite => Ok((resolve_sqlite(url, folder), scheme)),
    }
}

/// `sqlite:name.db`, `sqlite://name.db?mode=ro`: the path is percent-encoded, as sqlx reads it.
fn resolve_sqlite(url: &str, folder: &Path) -> SecretString {
    let rest = url.trim_start_matches("sqlite:");
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() || path == ":memory:" || path.starts_with('/') || folder == Path::new(".") {
        return SecretString::from(url);
    }
    let folder = folder.to_string_lossy().replace('%', "%25").replace('?', "%3F");
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    SecretString::from(format!("sqlite://{}/{path}{query}", folder.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(url: &str) -> String {
        resolve_url(url, Path::new("/etc/50%/sh")).unwrap().0.expose_secret().to_owned()
    }

    #[test]
    fn a_relative_sqlite_path_starts_at_the_configuration() {
        assert_eq!(resolved("sqlite:a.db"), "sqlite:///etc/50%25/sh/a.db");
        assert_eq!(resolved("sqlite://d/a.db?mode=ro"), "sqlite:///etc/50%25/sh/d/a.db?mode=ro");
        assert_eq!(resolved("sqlite:///var/a.db"), "sqlite:///var/a.db");
        assert_eq!(resolved("postgres://u@h/d"), "postgres://u@h/d");
    }

    #[test]
    fn what_is_no_url_of_ours_is_refused_without_repeating_it() {
        for url in
            ["u:canary@h/db", "postgres:canary@h/d", "http://u:canary@h", "canary", "mssql://u:canary@h/d"]
        {
            let message = resolve_url(url, Path::new(".")).unwrap_err();
            assert!(!message.contains("canary"), "{message}");
        }
    }
}
