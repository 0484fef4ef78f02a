//! Which apps and models the settings' routers keep out of the database at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::evaluate::{Answer, Interpreter, Routed, World};
use super::notice;
use crate::compile::django::arguments::{Arguments, last_part};
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{App, Does, Hints, Routes, SourceMigration, Value};

/// Of routers of which not all is known.
const OPEN: &str = "DATABASE_ROUTERS were not seen through: what is missing may be in another database";

/// Migrations of apps that a router keeps out change the models, and nothing in this database
/// (`ConnectionRouter.allow_migrate` of `django/db/utils.py`). Where it hangs on the model, each is asked about.
pub fn apply(
    file: &Path,
    world: &World,
    apps: &[App],
    migrations: &mut [SourceMigration],
    notices: &mut Vec<Notice>,
) -> Routes {
    let mut routes = Routes::default();
    let said = world.settings.and_then(|it| it.values.get("DATABASE_ROUTERS"));
    let routers = match said {
        None => return routes,
        Some(Value::List(routers) | Value::Tuple(routers)) => Some(routers),
        Some(_) => None,
    };
    let mut interpreter = Interpreter::new(world);
    let mut is_open = routers.is_none();
    let mut elsewhere: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut ask = |app: &str, asked| allows(&mut interpreter, routers?, app, asked);
    for app in apps {
        let answer = ask(&app.label, Routed::App);
        match answer.filter(|_| ask(&app.label, Routed::Code) == answer) {
            Some(true) => {}
            Some(false) => {
                elsewhere.insert(app.label.clone());
            }
            None => {
                routes.by_app.insert(app.label.clone(), BTreeMap::new());
            }
        }
    }
    let mut hinted = BTreeMap::new();
    if routers.is_none_or(|it| !it.is_empty()) {
        for migration in &*migrations {
            let app =
                migration.runs_for.as_ref().or(migration.works_for.as_ref()).unwrap_or(&migration.id.app);
            let mut hints = Vec::new();
            migration.operations.iter().for_each(|it| hints_in(it, &mut hints));
            for hints in hints {
                let answer = ask(app, Routed::Hints(hints));
                is_open |= answer.is_none();
                hinted.extend(answer.map(|it| ((app.clone(), Routes::key(hints)), it)));
            }
        }
        routes.by_hints = Some(hinted);
    }
    let mut named = BTreeMap::new();
    if !routes.by_app.is_empty() {
        for migration in &*migrations {
            let other = migration.runs_for.as_ref().or(migration.works_for.as_ref());
            let names: &mut BTreeMap<_, _> =
                named.entry(other.unwrap_or(&migration.id.app)).or_insert_with(BTreeMap::new);
            migration.operations.iter().for_each(|it| names_in(it, names));
        }
    }
    for (app, answers) in &mut routes.by_app {
        let Some(names) = named.get(app) else { continue };
        for (name, is_made) in names {
            let answer = ask(app, Routed::Model(name));
            is_open |= answer.is_none() && *is_made;
            answers.extend(answer.map(|it| (Some(name.clone()), it)));
            if answer == Some(false) && *is_made {
                elsewhere.insert(format!("{app}.{name}").into());
            }
        }
        let answer = ask(app, Routed::Code);
        answers.extend(answer.map(|it| (None, it)));
    }
    if is_open {
        notices.push(match said {
            Some(Value::Unknown(why)) => {
                let message = format!(
                    "{OPEN}: it {}; say it with --set DATABASE_ROUTERS=[], or what it is",
                    why.reason
                );
                Notice { at: why.at.clone(), concern: Concern::Setting, message }
            }
            Some(_) | None => notice(Concern::Setting, file, 1, OPEN),
        });
    }
    for migration in &mut *migrations {
        if elsewhere.contains(&migration.id.app) {
            migration.does = Does::Nothing;
        }
    }
    elsewhere.retain(|it| it.contains('.') || migrations.iter().any(|migration| migration.id.app == *it));
    if !elsewhere.is_empty() {
        let names = elsewhere.iter().map(|it| &**it).collect::<Vec<_>>().join(", ");
        let message = format!(
            "DATABASE_ROUTERS keep {names} out of the database `{}`: nothing is expected of their migrations",
            world.database
        );
        notices.push(notice(Concern::Setting, file, 1, message));
    }
    routes
}

/// What may be a model's name in an operation, and whether the operation makes it.
fn names_in(value: &Value, names: &mut BTreeMap<Arc<str>, bool>) {
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().for_each(|it| names_in(it, names));
        }
        Value::Object(object) => {
            let arguments = Arguments::of(object);
            let mut classes = std::iter::once(&object.class).chain(&object.lineage);
            let is_made = classes.any(|it| last_part(it) == "CreateModel");
            for (position, name) in [(0, "name"), (0, "model_name"), (1, "new_name")] {
                if let Some(name) = arguments.text(position, name) {
                    *names.entry(name.to_lowercase().into()).or_default() |= is_made && position == 0;
                }
            }
            let handed = object.args.iter().chain(object.kwargs.iter().map(|(_, it)| it));
            handed.filter(|_| !is_made).for_each(|it| names_in(it, names));
        }
        _ => {}
    }
}

/// The hints of SQL and code.
fn hints_in<'v>(value: &'v Value, all: &mut Vec<&'v Hints>) {
    match value {
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().for_each(|it| hints_in(it, all));
        }
        Value::Object(object) => {
            if let Some(Value::Dict(hints)) = Arguments::of(object).get(3, "hints")
                && !hints.is_empty()
            {
                all.push(hints);
            }
            let handed = object.args.iter().chain(object.kwargs.iter().map(|(_, it)| it));
            handed.for_each(|it| hints_in(it, all));
        }
        _ => {}
    }
}

fn allows(
    interpreter: &mut Interpreter<'_>,
    routers: &[Value],
    app: &str,
    asked: Routed<'_>,
) -> Option<bool> {
    for router in routers {
        let Value::Str(path) = router else { return None };
        match interpreter.router(path, app, asked) {
            Answer::Yes => return Some(true),
            Answer::No => return Some(false),
            Answer::Nothing => {}
            Answer::Unknown => return None,
        }
    }
    Some(true)
}
