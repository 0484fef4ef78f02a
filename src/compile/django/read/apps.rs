//! Installed apps, as `django.apps.AppConfig.create` finds them (`django/apps/config.py`).

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use super::evaluate::live::{Class, Live, Module, Scope};
use super::evaluate::{Imported, Interpreter, World};
use super::source::Place;
use super::{Request, notice};
use crate::compile::django::notice::{Concern, Notice};
use crate::compile::django::project::{App, Value};

pub fn discover(request: &Request, world: &World) -> (Vec<App>, Vec<Notice>) {
    let mut interpreter = Interpreter::new(world);
    let mut apps: Vec<App> = Vec::new();
    let mut notices = Vec::new();
    let settings_file = request.settings.clone().unwrap_or_else(|| PathBuf::from("INSTALLED_APPS"));
    for entry in entries(world) {
        match entry {
            Value::Str(entry) => match interpreter.app(&entry, &mut notices) {
                Ok(app) if apps.iter().any(|other| other.label == app.label) => {
                    let message = format!("two installed apps have the label {}", app.label);
                    notices.push(notice(Concern::App, &settings_file, 1, message));
                }
                Ok(app) => apps.push(app),
                Err(message) => notices.push(notice(Concern::App, &settings_file, 1, message)),
            },
            Value::Unknown(unknown) => notices.push(Notice {
                at: unknown.at.clone(),
                concern: Concern::App,
                message: format!("an entry of INSTALLED_APPS is not known: it {}", unknown.reason),
            }),
            _ => notices.push(notice(
                Concern::App,
                &settings_file,
                1,
                "an entry of INSTALLED_APPS is no string",
            )),
        }
    }
    for (label, folder) in &request.apps {
        place(label, folder, world, &mut apps);
    }
    for app in &mut apps {
        notices.extend(move_migrations(app, &interpreter));
    }
    notices.extend(interpreter.take_notices());
    (apps, notices)
}

fn entries(world: &World) -> Vec<Value> {
    match world.settings.and_then(|it| it.values.get("INSTALLED_APPS")) {
        Some(Value::List(entries) | Value::Tuple(entries) | Value::Set(entries)) => entries.clone(),
        Some(unknown @ Value::Unknown(_)) => vec![unknown.clone()],
        Some(_) | None => Vec::new(),
    }
}

/// Where the class of an app most often lies: in its package, or in its `apps`.
fn package_of(class: &Class) -> Option<String> {
    let module = &*class.scope.module.name;
    let package = module.strip_suffix(".apps").unwrap_or(module);
    (!package.is_empty()).then(|| package.to_owned())
}

/// An app that was given as LABEL=DIR: the one of this label or folder, or a new one.
fn place(label: &str, folder: &Path, world: &World, apps: &mut Vec<App>) {
    let module: Arc<str> = match world.sources.module_of(folder) {
        Some(module) => module.into(),
        None => label.into(),
    };
    if let Some(app) =
        apps.iter_mut().find(|app| app.path == folder || app.module == module || *app.label == *label)
    {
        app.label = label.into();
        app.path = folder.to_owned();
        app.migrations_module = migrations_module(label, &module, world);
        app.module = module;
        return;
    }
    apps.push(App {
        label: label.into(),
        path: folder.to_owned(),
        default_auto_field: default_auto_field(world),
        migrations_module: migrations_module(label, &module, world),
        module,
        migrate_handlers: Vec::new(),
    });
}

/// Django's own default is `AutoField` until 6.0 (`django/conf/global_settings.py`).
fn default_auto_field(world: &World) -> Arc<str> {
    match world.settings.and_then(|it| it.values.get("DEFAULT_AUTO_FIELD")) {
        Some(Value::Str(path)) => path.clone(),
        _ if world.django >= (6, 0) => "django.db.models.BigAutoField".into(),
        _ => "django.db.models.AutoField".into(),
    }
}

fn migrations_module(label: &str, module: &str, world: &World) -> Option<Arc<str>> {
    let own = || Some(Arc::from(format!("{module}.migrations")));
    let Some(Value::Dict(modules)) = world.settings.and_then(|it| it.values.get("MIGRATION_MODULES")) else {
        return own();
    };
    let given = modules.iter().find(|(key, _)| matches!(key, Value::Str(key) if **key == *label));
    match given {
        Some((_, Value::Str(module))) => Some(module.clone()),
        Some((_, Value::None)) => None,
        _ => own(),
    }
}

/// What the apps' own code says of an app's migrations wins over the settings. Where that is not known they are taken to be
/// turned off, which is told: of migrations that are there for nobody a database would be said to lack them all.
fn move_migrations(app: &mut App, interpreter: &Interpreter<'_>) -> Option<Notice> {
    match interpreter.moved_migrations(&app.label)? {
        Live::None => app.migrations_module = None,
        Live::Str(module) => app.migrations_module = Some(module),
        _ if app.migrations_module.is_none() => {}
        _ => {
            app.migrations_module = None;
            let message =
                format!("whether {} has migrations is not known: MIGRATION_MODULES is changed", app.label);
            return Some(notice(Concern::App, &app.path, 1, message));
        }
    }
    None
}

impl Interpreter<'_> {
    /// The app of one entry of `INSTALLED_APPS`, or why there is none; what is not known of it is told.
    fn app(&mut self, entry: &str, notices: &mut Vec<Notice>) -> Result<App, String> {
        let (config, name) = match self.import(entry) {
            Ok(Imported::Followed(module)) => (self.config_of(entry, &module, notices), entry.to_owned()),
            // A package of Django's that is not followed, such as django.contrib.postgres.
            Ok(Imported::Outside(_)) if self.world.sources.find(entry).is_some() => (None, entry.to_owned()),
            _ => {
                let config = self.config_class(entry);
                if config.is_none() && self.world.sources.find(entry).is_none() {
                    return Err(format!("INSTALLED_APPS names {entry}, which is in none of the sources"));
                }
                (config, entry.to_owned())
            }
        };
        let name = match &config {
            Some(class) => match self.text_attribute(class, "name", notices) {
                Some(name) => name,
                None => package_of(class).unwrap_or(name),
            },
            None => name,
        };
        let folder = match self.world.sources.find(&name) {
            Some(Place::Package(folder) | Place::Namespace(folder)) => folder,
            Some(Place::File(file)) => file,
            None => {
                return Err(format!(
                    "the app {entry} says that it is {name}, which is in none of the sources"
                ));
            }
        };
        let mut text = |name| config.as_ref().and_then(|class| self.text_attribute(class, name, notices));
        let (label, auto_field) = (text("label"), text("default_auto_field"));
        let label = label.unwrap_or_else(|| name.rsplit('.').next().unwrap_or(&name).to_owned());
        // Those of Django's own apps make rows.
        let config = config.filter(|_| !name.starts_with("django.contrib."));
        if let Some(config) = &config {
            self.move_migrations(config);
        }
        let migrate_handlers = config.map(|it| self.migrate_handlers(&it)).unwrap_or_default();
        Ok(App {
            migrate_handlers,
            default_auto_field: auto_field.map(Into::into).unwrap_or_else(|| default_auto_field(self.world)),
            migrations_module: migrations_module(&label, &name, self.world),
            label: label.into(),
            module: name.into(),
            path: folder,
        })
    }

    /// The class that stands for an app that is named by its module.
    fn config_of(
        &mut self,
        entry: &str,
        module: &Rc<Module>,
        notices: &mut Vec<Notice>,
    ) -> Option<Rc<Class>> {
        // Until Django 4.1 a package could name its class (ticket 31180).
        if self.world.django < (4, 1) {
            let named = module.names.borrow().get("default_app_config").cloned();
            if let Some(Live::Str(path)) = named {
                return self.config_class(&path);
            }
        }
        if self.world.django < (3, 2) {
            return None;
        }
        let apps = format!("{entry}.apps");
        self.world.sources.find(&apps)?;
        let Ok(Imported::Followed(apps)) = self.import(&apps) else {
            return None;
        };
        // Its label decides what its tables are called.
        if let (None, Some(why)) = (&apps.source, &*apps.incomplete.borrow()) {
            let message = format!(
                "whether the app {entry} has another label or key than usual is not known: it {}",
                why.reason
            );
            notices.push(Notice { at: why.at.clone(), concern: Concern::App, message });
        }
        let values: Vec<Live> = apps.names.borrow().iter().map(|(_, value)| value.clone()).collect();
        // Importing every function that it imports would read much for nothing: classes have names of their own kind.
        let is_function = |it: &Live| matches!(it, Live::Import(import) if import.name.as_deref().is_some_and(|it| it.starts_with(char::is_lowercase)));
        let (functions, classes): (Vec<Live>, Vec<Live>) = values.into_iter().partition(is_function);
        let mut candidates = self.configs_among(&classes);
        if candidates.is_empty() {
            candidates = self.configs_among(&functions);
        }
        if candidates.len() == 1 {
            return candidates.pop().map(|(class, _)| class);
        }
        candidates.into_iter().find(|(_, default)| *default == Some(true)).map(|(class, _)| class)
    }

    /// Configurations, with what their `default` says.
    fn configs_among(&mut self, values: &[Live]) -> Vec<(Rc<Class>, Option<bool>)> {
        let mut candidates: Vec<(Rc<Class>, Option<bool>)> = Vec::new();
        for value in values {
            let Ok(Live::Class(class)) = self.force(value) else {
                continue;
            };
            if !self.is_config(&class) || candidates.iter().any(|(it, _)| Rc::ptr_eq(it, &class)) {
                continue;
            }
            let default = match self.class_attribute(&class, "default") {
                Ok(Some(Live::Bool(default))) => Some(default),
                _ => None,
            };
            if default != Some(false) {
                candidates.push((class, default));
            }
        }
        candidates
    }

    fn config_class(&mut self, path: &str) -> Option<Rc<Class>> {
        let (module, name) = path.rsplit_once('.')?;
        let Ok(Imported::Followed(module)) = self.import(module) else {
            return None;
        };
        let value = self.module_attribute(&module, name).ok()??;
        match self.force(&value) {
            Ok(Live::Class(class)) if self.is_config(&class) => Some(class),
            _ => None,
        }
    }

    pub(super) fn is_config(&mut self, class: &Rc<Class>) -> bool {
        let lineage = self.lineage(class).unwrap_or_else(|_| Rc::from([]));
        lineage.iter().any(|it| {
            matches!(it, Live::Name(name) if matches!(&**name, "django.apps.AppConfig" | "django.apps.config.AppConfig"))
        })
    }

    fn text_attribute(&mut self, class: &Rc<Class>, name: &str, notices: &mut Vec<Notice>) -> Option<String> {
        let value = self.class_attribute(class, name).ok()??;
        let scope: Rc<Scope> = class.scope.clone();
        match self.value(&value, &scope) {
            Value::Str(text) => Some(text.to_string()),
            Value::Unknown(why) => {
                let message = format!("`{name}` of {} is not known: it {}", class.path, why.reason);
                notices.push(Notice { at: why.at.clone(), concern: Concern::App, message });
                None
            }
            _ => None,
        }
    }
}
