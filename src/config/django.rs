//! A Django project in the configuration, in place of a manifest.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;
use super::yaml::{Key, Node, Value};
use crate::catalog::Scheme;
use crate::compile::django::{DEFAULT_ALIAS, Request};
use crate::dialect::Dialect;

/// What is to be compiled; the URL says for which dialect, as far as a URL can.
pub(super) fn read(
    reader: &mut Reader<'_>,
    key: &Key,
    node: Node,
    url: Option<&(SecretString, Scheme)>,
) -> Option<Request> {
    let mut entries = reader.map(node, "django")?;
    let source = entries.take("source").map(|node| paths(reader, node));
    let settings = entries.take("settings").and_then(|node| reader.path(node, "django.settings"));
    let set = entries.take("set").map(|node| {
        let named = reader.map(node, "django.set").map(|it| it.into_rest()).unwrap_or_default();
        let text = |(key, node): (Key, Node)| Some((key.name, python(reader, node)?));
        named.into_iter().filter_map(text).collect()
    });
    let apps = entries.take("apps").map(|node| {
        let named = reader.map(node, "django.apps").map(|it| it.into_rest()).unwrap_or_default();
        let path = |(key, node): (Key, Node)| Some((key.name, reader.path(node, "django.apps")?.value));
        named.into_iter().filter_map(path).collect()
    });
    let installed_apps = entries.take("installed_apps").map(|node| {
        let items = reader.list(node, "django.installed_apps");
        let text = |node| reader.text(node, "an installed app").map(|it| it.value);
        items.into_iter().filter_map(text).collect()
    });
    let database = entries.take("database").and_then(|node| reader.text(node, "django.database"));
    let said = entries.take("dialect").and_then(|node| reader.text(node, "django.dialect"));
    entries.finish(reader);

    let dialect = match said.as_ref().map(|it| it.value.as_str()) {
        None => None,
        Some("mysql") => Some(Dialect::Mysql),
        Some("mariadb") => Some(Dialect::Mariadb),
        Some(_) => {
            let position = said.map(|it| it.position).unwrap_or(key.position);
            reader.mistake(position, "django.dialect must be mysql or mariadb; the url says all others");
            return None;
        }
    };
    let sources: Vec<PathBuf> = source.unwrap_or_default();
    if sources.is_empty() {
        reader.mistake(key.position, "django needs source: the folders that hold the project and Django");
        return None;
    }
    Some(Request {
        dialect: dialect_of(url?, dialect),
        sources,
        settings: settings.map(|it| it.value),
        set: set.unwrap_or_default(),
        apps: apps.unwrap_or_default(),
        installed_apps: installed_apps.unwrap_or_default(),
        django: None,
        database: database.map_or_else(|| DEFAULT_ALIAS.to_owned(), |it| it.value),
    })
}

fn paths(reader: &mut Reader<'_>, node: Node) -> Vec<PathBuf> {
    let items = reader.list(node, "django.source");
    items.into_iter().filter_map(|node| reader.path(node, "django.source")).map(|it| it.value).collect()
}

/// A value as Python writes it: the only plain one that YAML writes otherwise is true or false.
fn python(reader: &mut Reader<'_>, node: Node) -> Option<String> {
    match node.value {
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::Null | Value::Number(_) | Value::Text(_) | Value::Map(_) | Value::List(_) => {
            reader.text(node, "django.set").map(|it| it.value)
        }
    }
}

fn dialect_of((url, scheme): &(SecretString, Scheme), said: Option<Dialect>) -> Dialect {
    match scheme {
        Scheme::Postgres => Dialect::Postgres,
        Scheme::Sqlite => Dialect::Sqlite,
        Scheme::Mysql => said.unwrap_or_else(|| {
            let is_mariadb = url.expose_secret().starts_with("mariadb:");
            if is_mariadb { Dialect::Mariadb } else { Dialect::Mysql }
        }),
    }
}
