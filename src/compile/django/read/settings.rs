//! The settings: a module of Python like any other, run by the interpreter from its first line to its last.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::evaluate::{Interpreter, OTHER_SETTINGS, World, backends};
use super::{ReadError, Request, notice, syntax};
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{Settings, Value};

/// Which class of django-configurations has the settings, as its environment says it.
const CONFIGURATION: &str = "DJANGO_CONFIGURATION";

pub fn read(request: &Request, world: &World) -> Result<(Settings, Vec<Notice>), ReadError> {
    let mut settings = Settings::default();
    let mut notices = Vec::new();
    let says_apps = !request.installed_apps.is_empty()
        || !request.apps.is_empty()
        || request.set.iter().any(|(name, _)| name == "INSTALLED_APPS");
    if let Some(file) = &request.settings {
        match world.sources.load_whole(file) {
            Ok(source) => run(file, source, request, world, &mut settings, &mut notices),
            Err(error) if !says_apps => {
                return Err(ReadError::Settings {
                    file: file.clone(),
                    line: error.line,
                    message: error.message,
                });
            }
            Err(error) => notices.push(notice(Concern::Setting, file, error.line, error.message)),
        }
    } else if !says_apps {
        return Err(ReadError::NoApps);
    }
    for (name, text) in &request.set {
        settings.values.insert(name.as_str().into(), literal(name, text, world));
    }
    add_installed_apps(request, &mut settings);
    tell_what_limits(request, &settings, &mut notices);
    Ok((settings, notices))
}

fn run(
    file: &Path,
    source: Arc<syntax::Source>,
    request: &Request,
    world: &World,
    settings: &mut Settings,
    notices: &mut Vec<Notice>,
) {
    let name = world.sources.module_of(file).unwrap_or_else(|| "settings".to_owned());
    let is_package = file.file_stem().is_some_and(|it| it == "__init__");
    let package = match name.rsplit_once('.') {
        _ if is_package => name.clone(),
        Some((package, _)) => package.to_owned(),
        None => String::new(),
    };
    let mut interpreter = Interpreter::new(world);
    let module = interpreter.run(&name, &package, source);
    let scope = interpreter.module_scope(&module);
    let names: Vec<_> =
        module.names.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    for (name, value) in names {
        // As `django.conf.Settings` takes them.
        if !name.starts_with('_') && name.chars().all(|it| !it.is_lowercase()) {
            settings.values.insert(name, interpreter.value(&value, &scope));
        }
    }
    let wanted = request.set.iter().rfind(|(name, _)| name == CONFIGURATION).map(|(_, text)| &**text);
    for (name, value) in interpreter.configuration(&module, wanted, &scope) {
        settings.values.insert(name, value);
    }
    if let Some(unknown) = module.incomplete.borrow().clone() {
        let message = format!("not all of the settings are known: it {}", unknown.reason);
        notices.push(Notice { at: unknown.at.clone(), concern: Concern::Setting, message });
        settings.values.insert(OTHER_SETTINGS.into(), Value::Unknown(unknown));
    }
    notices.extend(interpreter.take_notices());
}

/// The value of `--set NAME=TEXT`: Python's, or else the text itself.
fn literal(name: &str, text: &str, world: &World) -> Value {
    let file = Arc::new(PathBuf::from(format!("--set {name}")));
    if let Ok(source) = syntax::parse(file, text.to_owned()) {
        let mut interpreter = Interpreter::new(world);
        if let Some(value) = interpreter.literal(Arc::new(source)) {
            return value;
        }
    }
    Value::Str(text.into())
}

fn add_installed_apps(request: &Request, settings: &mut Settings) {
    if request.installed_apps.is_empty() {
        return;
    }
    let mut entries = match settings.values.get("INSTALLED_APPS") {
        Some(Value::List(entries) | Value::Tuple(entries)) => entries.clone(),
        Some(unknown @ Value::Unknown(_)) => vec![unknown.clone()],
        _ => Vec::new(),
    };
    for app in &request.installed_apps {
        let known = entries.iter().any(|entry| matches!(entry, Value::Str(it) if **it == **app));
        if !known {
            entries.push(Value::Str(app.as_str().into()));
        }
    }
    settings.values.insert("INSTALLED_APPS".into(), Value::List(entries));
}

fn tell_what_limits(request: &Request, settings: &Settings, notices: &mut Vec<Notice>) {
    let Some(file) = &request.settings else {
        return;
    };
    if !settings.values.contains_key("INSTALLED_APPS") {
        notices.push(notice(Concern::App, file, 1, "the settings set no INSTALLED_APPS that could be seen"));
    }
    if let Some(engine) = other_engine(request, settings) {
        let (database, dialect) = (&request.database, request.dialect);
        let message = format!(
            "the settings put the database {database} on {engine}, and this manifest is for {dialect}: migrations that ask \
             DATABASES are told {dialect}, and what else hangs on that choice is as it is for {engine}"
        );
        notices.push(notice(Concern::Setting, file, 1, message));
    }
}

/// The engine that the settings say, where it is Django's for another server.
fn other_engine<'s>(request: &Request, settings: &'s Settings) -> Option<&'s str> {
    let engine = engine(settings, &request.database)?;
    let (names, spatial) = backends(request.dialect);
    let is_of = match engine.rsplit_once('.')? {
        ("django.db.backends", backend) => names.contains(&backend),
        ("django.contrib.gis.db.backends", backend) => backend == spatial,
        _ => true,
    };
    (!is_of).then_some(engine)
}

/// The database's backend, by its module.
pub fn engine<'s>(settings: &'s Settings, database: &str) -> Option<&'s str> {
    let database = entry(settings.values.get("DATABASES")?, database)?;
    match entry(database, "ENGINE")? {
        Value::Str(engine) => Some(engine),
        _ => None,
    }
}

fn entry<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    let Value::Dict(entries) = value else { return None };
    entries.iter().rev().find(|(it, _)| matches!(it, Value::Str(it) if &**it == key)).map(|(_, value)| value)
}
