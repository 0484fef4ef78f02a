//! Migration files, found and loaded as `django/db/migrations/loader.py` does.

mod graph;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use super::evaluate::live::{Live, Module};
use super::evaluate::{Interpreter, World};
use super::source::{Kind, Place};
use super::{ReadError, notice, syntax};
use crate::compile::django::arguments::last_part;
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{App, Location, SourceMigration, Unknown, Value};
use crate::compile::django::said::Answers;
use crate::migration::MigrationId;

/// A migration before its dependencies are resolved.
#[derive(Clone, Debug)]
struct Loaded {
    migration: SourceMigration,
    dependencies: Vec<MigrationId>,
    run_before: Vec<MigrationId>,
}

impl Loaded {
    fn new(job: &Job, app: &App) -> Self {
        let migration = SourceMigration {
            id: MigrationId { app: (&*app.label).into(), name: job.name.as_str().into() },
            file: Arc::new(job.file.clone()),
            dependencies: Vec::new(),
            replaces: Vec::new(),
            works_for: None,
            runs_for: None,
            does: Default::default(),
            initial: None,
            operations: Vec::new(),
            beyond: None,
            applies_if: None,
        };
        Self { migration, dependencies: Vec::new(), run_before: Vec::new() }
    }
}

/// A file to read.
struct Job {
    app: usize,
    name: String,
    module: String,
    file: PathBuf,
}

/// What one file came to, and what its code was answered for that.
#[derive(Clone, Debug)]
struct Reading {
    answers: Option<Answers>,
    loaded: Option<Loaded>,
    told: Vec<Notice>,
}

/// What the files came to when they were read before, in the order of apps and names.
#[derive(Debug, Default)]
pub struct Readings(Vec<Option<Reading>>);

/// Files that are handed over at once, the length in bytes of text at which fewer are, and how many times so many are parsed
/// before their turn has come: what a migration that holds its rows is parsed to takes many times its text.
const AT_ONCE: usize = 16;
const LONG: usize = 1 << 18;
const AHEAD: usize = 4;

/// One thread reads and parses, while this one evaluates what was parsed. A file whose code is answered as it was before is
/// not read again.
pub fn read(
    world: &World,
    apps: &[App],
    said_in: &Path,
    readings: &mut Readings,
) -> Result<(Vec<SourceMigration>, Vec<Notice>), ReadError> {
    let mut notices = Vec::new();
    let mut jobs = Vec::new();
    for (position, app) in apps.iter().enumerate() {
        jobs.extend(files_of(position, app, (world, said_in), &mut notices));
    }
    let mut loaded = Vec::new();
    let mut known: HashSet<Notice> = notices.iter().cloned().collect();
    // What migrations import is evaluated once, for all of them.
    let mut interpreter = Interpreter::new(world);
    std::thread::scope(|scope| -> Result<(), ReadError> {
        let (parsed, sources) = sync_channel(AHEAD);
        for (reading, job) in readings.0.iter_mut().zip(&jobs) {
            reading.take_if(|it| it.answers.as_ref() != world.said.of(&job.file));
        }
        readings.0.resize(jobs.len(), None);
        let unread = readings.0.iter().zip(&jobs).filter(|(reading, _)| reading.is_none());
        let files: Vec<&Path> = unread.map(|(_, job)| &*job.file).collect();
        let ahead = move || {
            let (mut some, mut length) = (Vec::new(), 0);
            for file in files {
                let source = world.sources.load_whole(file);
                length += source.as_ref().map_or(0, |it| it.text.len());
                some.push(source);
                if some.len() == AT_ONCE || length > LONG {
                    // Nobody listens any more when evaluating has panicked.
                    let Ok(()) = parsed.send(std::mem::take(&mut some)) else { return };
                    length = 0;
                }
            }
            let _ = parsed.send(some);
        };
        let builder = std::thread::Builder::new().stack_size(syntax::STACK);
        builder.spawn_scoped(scope, ahead).map_err(ReadError::Thread)?;
        let mut sources = sources.into_iter().flatten();
        for (reading, job) in readings.0.iter_mut().zip(&jobs) {
            let reading = match reading {
                Some(reading) => reading,
                None => {
                    let Some(source) = sources.next() else { break };
                    let (loaded, told) = load(&mut interpreter, job, &apps[job.app], source);
                    let answers = world.said.of(&job.file).cloned();
                    reading.insert(Reading { answers, loaded, told })
                }
            };
            loaded.extend(reading.loaded.clone());
            notices.extend(reading.told.iter().filter(|it| known.insert((*it).clone())).cloned());
        }
        Ok(())
    })?;
    recorded_elsewhere(&mut loaded);
    Ok((graph::resolve(loaded, apps, &mut notices), notices))
}

/// `MigrationRecorder.record_applied` takes the label that the migration has: what works for another app stands in the
/// ledger under that app's label, as if it replaced a migration of that name.
fn recorded_elsewhere(loaded: &mut [Loaded]) {
    let there: HashSet<MigrationId> = loaded.iter().map(|it| it.migration.id.clone()).collect();
    for Loaded { migration, .. } in loaded {
        let Some(label) = &migration.works_for else { continue };
        let recorded = MigrationId { app: (&**label).into(), name: migration.id.name.clone() };
        if !there.contains(&recorded) && !migration.replaces.contains(&recorded) {
            migration.replaces.push(recorded);
        }
    }
}

fn files_of(
    position: usize,
    app: &App,
    (world, said_in): (&World, &Path),
    notices: &mut Vec<Notice>,
) -> Vec<Job> {
    let Some(module) = &app.migrations_module else {
        return Vec::new();
    };
    let folder = match world.sources.find(module) {
        Some(Place::Package(folder)) => folder,
        // Neither a module nor a namespace package is a package of migrations to Django.
        Some(Place::File(_) | Place::Namespace(_)) => return Vec::new(),
        None => {
            if **module != *format!("{}.migrations", app.module) {
                let message = format!(
                    "MIGRATION_MODULES says {module} for {}, which is in none of the sources",
                    app.label
                );
                notices.push(notice(Concern::App, said_in, 1, message));
            }
            return Vec::new();
        }
    };
    world.sources.note(&folder);
    let entries = match world.sources.names(&folder) {
        Ok(entries) => entries,
        Err(error) => {
            notices.push(notice(
                Concern::File,
                &folder,
                1,
                format!("the migrations cannot be listed: {error}"),
            ));
            return Vec::new();
        }
    };
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        let path = folder.join(&entry);
        let Ok(file) = entry.into_string() else {
            notices.push(notice(Concern::File, &path, 1, "its name is not UTF-8: it is not read"));
            continue;
        };
        let name = match file.rsplit_once('.') {
            Some((name, "py")) => name,
            Some((name, "pyc" | "so" | "pyd")) => {
                let name = name.split('.').next().unwrap_or(name);
                if name != "__init__" && world.sources.has(&folder, &format!("{name}.py")) != Kind::File {
                    notices.push(notice(
                        Concern::File,
                        &path,
                        1,
                        "a compiled migration without its source is not read",
                    ));
                }
                continue;
            }
            _ => continue,
        };
        // `pkgutil.iter_modules` takes no name that holds a dot; a package is no migration.
        let ignored = name.starts_with(['_', '~']) || name.contains('.') || name.is_empty();
        let is_package = || {
            world.sources.has(&folder, name) == Kind::Folder
                && world.sources.has(&folder.join(name), "__init__.py") == Kind::File
        };
        if !ignored && !is_package() {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let job = |name: String| Job {
        app: position,
        module: format!("{module}.{name}"),
        file: folder.join(format!("{name}.py")),
        name,
    };
    names.into_iter().map(job).collect()
}

fn load(
    interpreter: &mut Interpreter,
    job: &Job,
    app: &App,
    source: Result<Arc<syntax::Source>, syntax::SyntaxError>,
) -> (Option<Loaded>, Vec<Notice>) {
    let source = match source {
        Ok(source) => source,
        Err(error) => {
            let why = error.message.strip_prefix("it cannot be read: ").unwrap_or(&error.message);
            return unread(job, app, error.line, format!("cannot be read: {why}"), Vec::new());
        }
    };
    let package = job.module.rsplit_once('.').map(|(package, _)| package).unwrap_or_default();
    interpreter.begin_migration(&job.file, &app.label);
    let module = interpreter.run(&job.module, package, source);
    let done = loaded(interpreter, &module, job, app);
    interpreter.release(&module);
    done
}

/// A migration whose operations are not known, not even their number: one that is not known stands for them, and is told as
/// such. `reason` is a clause about the file.
fn unread(
    job: &Job,
    app: &App,
    line: u32,
    reason: String,
    told: Vec<Notice>,
) -> (Option<Loaded>, Vec<Notice>) {
    let mut loaded = Loaded::new(job, app);
    let at = Location { file: loaded.migration.file.clone(), line };
    loaded.migration.operations =
        vec![Value::Unknown(Arc::new(Unknown { at, reason, text: String::new(), clue: None }))];
    (Some(loaded), told)
}

fn loaded(
    interpreter: &mut Interpreter,
    module: &Rc<Module>,
    job: &Job,
    app: &App,
) -> (Option<Loaded>, Vec<Notice>) {
    let scope = interpreter.module_scope(module);
    let incomplete = module.incomplete.borrow().clone();
    let class = module.names.borrow().get("Migration").cloned();
    let class = class.map(|class| interpreter.force(&class));
    let class = match (class, incomplete) {
        (Some(Ok(Live::Class(class))), _) => class,
        (Some(Ok(Live::Unknown(why))), _) | (None, Some(why)) => {
            return unread(job, app, why.at.line, why.reason.clone(), interpreter.take_notices());
        }
        (Some(_), _) => {
            let told = interpreter.take_notices();
            return unread(job, app, 1, "binds `Migration` to what is no class".to_owned(), told);
        }
        (None, None) => {
            let mut told = interpreter.take_notices();
            told.push(notice(
                Concern::File,
                &job.file,
                1,
                "it has no class `Migration`: Django would refuse it",
            ));
            return (None, told);
        }
    };
    let read = interpreter.migration(&class, &job.name, &app.label, &scope);
    let mut told = interpreter.take_notices();
    let mut loaded = Loaded::new(job, app);
    loaded.migration.initial = match read.initial {
        Value::Bool(initial) => Some(initial),
        _ => None,
    };
    loaded.migration.beyond = read.beyond;
    loaded.migration.applies_if = read.applies_if;
    loaded.migration.works_for = read.works_for;
    loaded.migration.runs_for = read.runs_for;
    loaded.migration.does = read.does;
    loaded.migration.operations = read.operations;
    for operation in &loaded.migration.operations {
        if let Value::Unknown(why) = operation {
            told.push(Notice {
                at: why.at.clone(),
                concern: Concern::Operation,
                message: format!("an operation is not seen through: it {}", why.reason),
            });
        }
    }
    loaded.dependencies = ids(&read.dependencies, "a dependency", &job.file, &mut told);
    loaded.run_before = ids(&read.run_before, "an entry of run_before", &job.file, &mut told);
    loaded.migration.replaces = ids(&read.replaces, "an entry of replaces", &job.file, &mut told);
    (Some(loaded), told)
}

fn ids(values: &[Value], what: &str, file: &std::path::Path, told: &mut Vec<Notice>) -> Vec<MigrationId> {
    let mut ids = Vec::new();
    for value in values {
        match value {
            Value::Tuple(pair) | Value::List(pair) => {
                if let [Value::Str(app), Value::Str(name)] = pair.as_slice() {
                    ids.push(MigrationId { app: (&**app).into(), name: (&**name).into() });
                    continue;
                }
            }
            // `swappable_dependency("app.Model")` is a dependency on the first migration of the app.
            Value::Object(call) if &*call.class == "django.db.migrations.swappable_dependency" => {
                if let Some(Value::Str(model)) = call.args.first()
                    && let Some((app, _)) = model.split_once('.')
                {
                    ids.push(MigrationId { app: app.into(), name: "__first__".into() });
                    continue;
                }
            }
            _ => {}
        }
        let (line, reason) = match value {
            Value::Unknown(why) => (why.at.line, why.reason.clone()),
            Value::Object(call) => {
                let why = call.args.iter().find_map(|it| match it {
                    Value::Unknown(why) => Some(format!(", which {}", why.reason)),
                    _ => None,
                });
                let why = why.unwrap_or_default();
                (call.at.line, format!("is a `{}` of something not known{why}", last_part(&call.class)))
            }
            _ => (1, "is no pair of an app and a name".to_owned()),
        };
        told.push(notice(Concern::Dependency, file, line, format!("{what} is not known: it {reason}")));
    }
    ids
}
