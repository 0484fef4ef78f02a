//! Which apps the settings' routers keep out of the database at hand.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::evaluate::{Answer, Interpreter, World};
use super::notice;
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{App, Does, SourceMigration, Value};

/// Migrations of apps that a router keeps out change the models, and nothing in this database
/// (`ConnectionRouter.allow_migrate` of `django/db/utils.py`).
pub fn apply(
    file: &Path,
    world: &World,
    apps: &[App],
    migrations: &mut [SourceMigration],
    notices: &mut Vec<Notice>,
) {
    let routers = match world.settings.and_then(|it| it.values.get("DATABASE_ROUTERS")) {
        None => return,
        Some(Value::List(routers) | Value::Tuple(routers)) => routers,
        Some(_) => return limit(file, notices),
    };
    let mut interpreter = Interpreter::new(world);
    let mut is_open = false;
    let mut elsewhere: BTreeSet<Arc<str>> = BTreeSet::new();
    for app in apps {
        match allows(&mut interpreter, routers, &app.label) {
            Some(true) => {}
            Some(false) => {
                elsewhere.insert(app.label.clone());
            }
            None => is_open = true,
        }
    }
    if is_open {
        limit(file, notices);
    }
    for migration in &mut *migrations {
        if elsewhere.contains(&migration.id.app) {
            migration.does = Does::Nothing;
        }
    }
    elsewhere.retain(|app| migrations.iter().any(|it| it.id.app == *app));
    if !elsewhere.is_empty() {
        let names = elsewhere.iter().map(|it| &**it).collect::<Vec<_>>().join(", ");
        let message = format!(
            "DATABASE_ROUTERS keep {names} out of the database `{}`: nothing is expected of their migrations",
            world.database
        );
        notices.push(notice(Concern::Setting, file, 1, message));
    }
}

fn limit(file: &Path, notices: &mut Vec<Notice>) {
    let message = "DATABASE_ROUTERS may put tables into other databases: each migration is compiled as if this one held all";
    notices.push(notice(Concern::Setting, file, 1, message));
}

fn allows(interpreter: &mut Interpreter<'_>, routers: &[Value], app: &str) -> Option<bool> {
    for router in routers {
        let Value::Str(path) = router else { return None };
        match interpreter.router(path, app) {
            Answer::Yes => return Some(true),
            Answer::No => return Some(false),
            Answer::Nothing => {}
            Answer::Unknown => return None,
        }
    }
    Some(true)
}
